/**
 * The backend that is there by default: actions in memory, answered by the standard pipeline.
 *
 * @module
 */
import type { Action } from "./action.ts";
import { type ActionLocation, type DispatchContext, FormActionBackend } from "./backend.ts";

interface Entry {
  readonly action: Action;
  readonly source: ActionLocation;
}

/**
 * Keeps actions in memory and answers with the standard pipeline. Extend it and call `super.dispatch()` to do something
 * before or after.
 *
 * @example An audit line for every action, whatever came of it
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
  // Filled at the start and read by every request; maps, so that no name is ever a property of something else.
  readonly #byUid = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry>();

  /**
   * Takes an action.
   *
   * @param action The action.
   * @param source Where it was declared.
   * @throws {TypeError} When another action holds its name, or another name has its UID; the message names both places.
   */
  override registerAction(action: Action, source: ActionLocation): void {
    const rival = this.#byName.get(action.name) ?? this.#byUid.get(action.uid);
    if (rival !== undefined) {
      const what = rival.action.name === action.name
        ? `${formatLocation(rival.source)} holds this name already`
        : `its UID ${action.uid} is that of "${rival.action.name}" in ${formatLocation(rival.source)}`;
      throw new TypeError(
        `Cannot register action "${action.name}" of ${
          formatLocation(source)
        }: ${what}, rename one or give it a namespace`,
      );
    }
    const entry: Entry = { action, source };
    this.#byName.set(action.name, entry);
    this.#byUid.set(action.uid, entry);
  }

  /** The action of a UID, or `null`. */
  override getByUid(uid: string): Action | null {
    return this.#byUid.get(uid)?.action ?? null;
  }

  /** The action of a full name, or `null`. */
  override getByName(name: string): Action | null {
    return this.#byName.get(name)?.action ?? null;
  }

  /** Everything registered, in order. */
  override *actions(): Generator<Action> {
    for (const { action } of this.#byName.values()) yield action;
  }

  /**
   * Resolves the UID and runs the standard pipeline.
   *
   * @param _request The request, its body unread.
   * @param uid The UID of the action.
   * @param context The way into the standard pipeline.
   * @returns The answer; 404 for an unknown UID.
   */
  override dispatch(_request: Request, uid: string, context: DispatchContext): Promise<Response> {
    const action = this.getByUid(uid);
    return action === null ? context.notFound() : context.run(action);
  }
}

function formatLocation(source: ActionLocation): string {
  return `"${source.exportName}" in ${source.file}`;
}
