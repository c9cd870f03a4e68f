// The backend contract: a backend owns the actions that it registers.
import type { Action } from "./action.ts";
import { FORM_ENDPOINT } from "../protocol/names.ts";

/** The place where an action is declared, for messages. */
export interface ActionLocation {
  /** The file, relative to `baseDir`. */
  readonly file: string;
  /** The name of the export, or of the method of a page class. */
  readonly exportName: string;
}

/** Services for {@linkcode FormActionBackend.dispatch}, created by the handler for each request. */
export interface DispatchContext {
  /** The canonical URL of the request. */
  readonly url: URL;
  /**
   * Runs the standard pipeline (`FormActionDispatch`) for an action.
   *
   * @param action The action of the UID.
   * @param request The request to run it for, such as a copy with other headers. Its URL, host, method and origin are
   *   checked as those of the first one. Default: the request of the dispatch.
   * @returns The response. Errors become responses too: this does not reject.
   */
  run(action: Action, request?: Request): Promise<Response>;
  /** Responds with 404 in the format that the client accepts. */
  notFound(): Promise<Response>;
}

/**
 * Owns actions: stores them, builds their URLs, and responds to requests for them.
 *
 * A handler can have several backends. An action goes to the first one whose {@linkcode accepts} returns `true`, and a
 * request to the one that owns its UID. To wrap the default behavior, extend `RegistryFormActionBackend` and override
 * {@linkcode dispatch}; to store actions elsewhere, extend this class.
 *
 * @example Timing every action
 * ```ts
 * import { type DispatchContext, RegistryFormActionBackend } from "@hyper/actions";
 * import { assert } from "@std/assert";
 *
 * class TimedBackend extends RegistryFormActionBackend {
 *   override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
 *     const start = performance.now();
 *     const response = await super.dispatch(request, uid, context);
 *     response.headers.append("server-timing", `action;dur=${(performance.now() - start).toFixed(1)}`);
 *     return response;
 *   }
 * }
 * assert(new TimedBackend().accepts !== undefined);
 * ```
 */
export abstract class FormActionBackend {
  /**
   * Returns whether this backend accepts an action that was found on startup.
   *
   * @param _action The action.
   * @returns `true` unless overridden.
   */
  accepts(_action: Action): boolean {
    return true;
  }

  /**
   * Registers an action. Called once for each action, before the first request.
   *
   * @param action The action.
   * @param source The place where it is declared.
   * @throws {TypeError} If the name or UID is taken.
   */
  abstract registerAction(action: Action, source: ActionLocation): void;

  /** Returns the action with a UID, or `null` if this backend does not own one. */
  abstract getByUid(uid: string): Action | null;

  /** Returns the action with a full name, or `null` if this backend does not own one. */
  abstract getByName(name: string): Action | null;

  /** Returns all actions that it owns, in the order of registration. */
  abstract actions(): Iterable<Action>;

  /**
   * Returns the URL that forms of an action are posted to. The handler routes `/_next/form/<uid>/`: an override may add
   * a query or an origin, but must keep the path.
   *
   * @param action An action that it owns.
   * @returns The URL for the `action` attribute of a form.
   */
  getActionUrl(action: Action): string {
    return `${FORM_ENDPOINT}${action.uid}/`;
  }

  /**
   * Responds to a request for an action that it owns.
   *
   * @param request The request, with an unread body. It may be read if a clone or a copy with a body is passed on.
   * @param uid The UID of the action.
   * @param context The standard pipeline.
   * @returns The response.
   */
  abstract dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response>;
}
