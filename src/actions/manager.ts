// Finds the backend that accepts or owns an action.
import type { Action } from "./action.ts";
import type { ActionLocation, FormActionBackend } from "./backend.ts";
import { RegistryFormActionBackend } from "./registry.ts";

/** An action and the backend that owns it. */
export interface OwnedAction {
  /** The action. */
  readonly action: Action;
  /** The backend that owns it. */
  readonly backend: FormActionBackend;
}

/**
 * The backends of one handler, in the order of configuration.
 *
 * @example
 * ```ts
 * import { action, FormActionManager, RegistryFormActionBackend } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const manager = new FormActionManager([new RegistryFormActionBackend()]);
 * manager.registerAction(action("save", () => {}), { file: "pages/page.tsx", exportName: "save" });
 * assertEquals(manager.getActionUrl("save"), "/_next/form/157dca92e4250458/");
 * ```
 */
export class FormActionManager {
  /** The backends, in order. */
  readonly backends: readonly FormActionBackend[];

  /**
   * Creates a manager of backends.
   *
   * @param backends At least one backend.
   * @throws {TypeError} If the list is empty.
   */
  constructor(backends: readonly FormActionBackend[]) {
    if (backends.length === 0) {
      throw new TypeError("Cannot manage form actions: backends is empty; remove the option to use the default");
    }
    this.backends = backends;
  }

  /**
   * Registers an action with the first backend that accepts it.
   *
   * @param action The action.
   * @param source The place where it is declared.
   * @returns The backend that registered it.
   * @throws {TypeError} If any backend has an action with its name or UID, or if no backend accepts it.
   */
  registerAction(action: Action, source: ActionLocation): FormActionBackend {
    for (const backend of this.backends) {
      const rival = backend.getByName(action.name) ?? backend.getByUid(action.uid);
      if (rival === null) continue;
      // The standard backend throws an error with both places; another one need not check.
      if (backend instanceof RegistryFormActionBackend) backend.registerAction(action, source);
      throw new TypeError(
        `Cannot register action "${action.name}" of "${source.exportName}" in ${source.file}: ` +
          `${describeBackend(backend)} has action "${rival.name}" with ${
            rival.name === action.name ? "this name" : "its UID"
          }; rename one or give it a namespace`,
      );
    }
    const backend = this.backends.find((candidate) => candidate.accepts(action));
    if (backend === undefined) {
      throw new TypeError(
        `Cannot register action "${action.name}" of "${source.exportName}" in ${source.file}: no backend accepts it; add one that does to the option backends`,
      );
    }
    backend.registerAction(action, source);
    return backend;
  }

  /**
   * Checks that no two backends have an action with the same name or UID.
   *
   * @throws {TypeError} If two have.
   */
  checkNames(): void {
    for (const { action, backend } of this.actions()) {
      const [first, other] = this.backends.filter((each) => {
        return each.getByName(action.name) !== null || each.getByUid(action.uid) !== null;
      });
      if (other === undefined) continue;
      throw new TypeError(
        `Cannot use ${describeBackend(first ?? backend)} and ${describeBackend(other)} together: ` +
          `both have action "${action.name}"; rename one or give it a namespace`,
      );
    }
  }

  /** Returns the action with a UID and its backend, or `null`. */
  findByUid(uid: string): OwnedAction | null {
    return this.#find((backend) => backend.getByUid(uid));
  }

  /** Returns the action with a full name and its backend, or `null`. */
  findByName(name: string): OwnedAction | null {
    return this.#find((backend) => backend.getByName(name));
  }

  /**
   * Returns the URL that forms of an action are posted to.
   *
   * @param name The full name.
   * @returns The URL for the `action` attribute of a form.
   * @throws {TypeError} If no backend owns it; the message lists similar names.
   */
  getActionUrl(name: string): string {
    const owned = this.findByName(name);
    if (owned === null) throw new TypeError(`Cannot build the URL of action "${name}": ${this.explainUnknown(name)}`);
    return owned.backend.getActionUrl(owned.action);
  }

  #find(lookUp: (backend: FormActionBackend) => Action | null): OwnedAction | null {
    for (const backend of this.backends) {
      const action = lookUp(backend);
      if (action !== null) return { action, backend };
    }
    return null;
  }

  /** Returns every action with its backend. */
  *actions(): Generator<OwnedAction> {
    for (const backend of this.backends) {
      for (const action of backend.actions()) yield { action, backend };
    }
  }

  /** Explains to a developer why a name is unknown and what to do. */
  explainUnknown(name: string): string {
    const names = Array.from(this.actions(), ({ action }) => action.name);
    if (names.length === 0) {
      return "no action is registered, export one from a page or a component below pages/";
    }
    const close = names.filter((candidate) => distance(candidate, name) <= Math.max(2, name.length / 3));
    const known = (close.length > 0 ? close : names).slice(0, 5).map((candidate) => `"${candidate}"`).join(", ");
    const hint = close.length > 0 ? "did you mean" : "there are";
    return `no action has this name, ${hint} ${known}; is it exported from a page or a component below pages/`;
  }
}

/** Names a backend for a message. */
function describeBackend({ constructor }: FormActionBackend): string {
  return constructor.name === "" ? "a backend" : `backend ${constructor.name}`;
}

/** Returns the Levenshtein distance of two names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
