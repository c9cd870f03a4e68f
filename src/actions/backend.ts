/**
 * The contract of a backend: a complete owner of the actions it registers, not a step in a chain.
 *
 * @module
 */
import type { Action } from "./action.ts";
import { FORM_ENDPOINT } from "../protocol/names.ts";

/** Where an action was declared, for messages. */
export interface ActionLocation {
  /** The file, as a path from `baseDir`. */
  readonly file: string;
  /** The export, or the method of a page class. */
  readonly exportName: string;
}

/** What a backend is given to answer a request with; made by the handler, one for each request. */
export interface DispatchContext {
  /** The address the request came in under, in its canonical form. */
  readonly url: URL;
  /**
   * Runs the standard pipeline (`FormActionDispatch`) for an action.
   *
   * @param action The action the UID belongs to.
   * @returns Its answer. A refusal or a failure is an answer too: this does not reject.
   */
  run(action: Action): Promise<Response>;
  /** Answers that no such action is known: 404, in the form the caller understands. */
  notFound(): Promise<Response>;
}

/**
 * Owns actions: keeps them, gives them their URLs, and answers requests for them.
 *
 * Several backends live side by side; an action goes to the first whose {@linkcode accepts} is true, and a request goes
 * to the one that owns its UID. To wrap what the default does, extend `RegistryFormActionBackend` and override
 * {@linkcode dispatch}; extend this class to keep actions somewhere else altogether.
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
   * Whether this backend takes an action that was found at the start.
   *
   * @param _action The action.
   * @returns `true` unless overridden.
   */
  accepts(_action: Action): boolean {
    return true;
  }

  /**
   * Takes an action. Called once for each, before the first request is answered.
   *
   * @param action The action.
   * @param source Where it was declared.
   * @throws {TypeError} When its name or UID is taken.
   */
  abstract registerAction(action: Action, source: ActionLocation): void;

  /** The action of a UID, or `null` when it is not one of this backend's. */
  abstract getByUid(uid: string): Action | null;

  /** The action of a full name, or `null` when it is not one of this backend's. */
  abstract getByName(name: string): Action | null;

  /** Everything it owns, in the order it was registered. */
  abstract actions(): Iterable<Action>;

  /**
   * The path that forms of an action are posted to. The handler routes `/_next/form/<uid>/`: an override may add a
   * query or an origin, and must leave the path.
   *
   * @param action One of its actions.
   * @returns The URL for a form's `action` attribute.
   */
  getActionUrl(action: Action): string {
    return `${FORM_ENDPOINT}${action.uid}/`;
  }

  /**
   * Answers a request for one of its actions.
   *
   * @param request The request, its body unread.
   * @param uid The UID of the action.
   * @param context The way into the standard pipeline.
   * @returns The answer.
   */
  abstract dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response>;
}
