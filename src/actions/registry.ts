// The default backend: actions in memory, run by the standard pipeline.
import type { Action } from "./action.ts";
import { type ActionLocation, type DispatchContext, FormActionBackend } from "./backend.ts";

interface Entry {
  readonly action: Action;
  readonly source: ActionLocation;
}

/**
 * Stores actions in memory and runs them with the standard pipeline. To run code before or after an action, extend it
 * and call `super.dispatch()`.
 *
 * @example A log line for every action, with the status
 * ```ts
 * import { type DispatchContext, RegistryFormActionBackend } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * class AuditBackend extends RegistryFormActionBackend {
 *   override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
 *     const response = await super.dispatch(request, uid, context);
 *     lines.push(`${this.getByUid(uid)?.name} ${response.status}`);
 *     return response;
 *   }
 * }
 * assertEquals([...new AuditBackend().actions()], []);
 * ```
 */
export class RegistryFormActionBackend extends FormActionBackend {
  // Filled on startup. Maps, so that no name collides with a property of a prototype.
  readonly #byUid = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry>();

  /**
   * Registers an action.
   *
   * @param action The action.
   * @param source The place where it is declared.
   * @throws {TypeError} If another action has its name or UID; the message names both places.
   */
  override registerAction(action: Action, source: ActionLocation): void {
    const rival = this.#byName.get(action.name) ?? this.#byUid.get(action.uid);
    if (rival !== undefined) {
      const what = rival.action.name === action.name
        ? `${formatLocation(rival.source)} holds this name already`
        : `its UID ${action.uid} is that of "${rival.action.name}" in ${formatLocation(rival.source)}`;
      const subject = `action "${action.name}" of ${formatLocation(source)}`;
      throw new TypeError(`Cannot register ${subject}: ${what}; rename one or give it a namespace`);
    }
    const entry: Entry = { action, source };
    this.#byName.set(action.name, entry);
    this.#byUid.set(action.uid, entry);
  }

  /** Returns the action with a UID, or `null`. */
  override getByUid(uid: string): Action | null {
    return this.#byUid.get(uid)?.action ?? null;
  }

  /** Returns the action with a full name, or `null`. */
  override getByName(name: string): Action | null {
    return this.#byName.get(name)?.action ?? null;
  }

  /** Returns all actions, in the order of registration. */
  override *actions(): Generator<Action> {
    for (const { action } of this.#byName.values()) yield action;
  }

  /**
   * Runs the standard pipeline for the action of a UID.
   *
   * @param request The request to run it for, with an unread body.
   * @param uid The UID of the action.
   * @param context The standard pipeline.
   * @returns The response; 404 for an unknown UID.
   */
  override dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
    const action = this.getByUid(uid);
    return action === null ? context.notFound() : context.run(action, request);
  }
}

function formatLocation(source: ActionLocation): string {
  return `"${source.exportName}" in ${source.file}`;
}
