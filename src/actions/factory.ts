// Creates the backends of the option `backends`.
import { FormActionBackend } from "./backend.ts";
import { RegistryFormActionBackend } from "./registry.ts";

/** A backend to create: its class and its options. */
export interface BackendSpec<Options = unknown> {
  /** The class; it must extend `FormActionBackend`. */
  readonly backend: new (options: Options) => FormActionBackend;
  /** The argument of its constructor. Default: `undefined`. */
  readonly options?: Options;
}

/** One entry of the option `backends`. */
// deno-lint-ignore no-explicit-any -- each entry pairs a class with options of its own; a list of them has no common type
export type BackendEntry = FormActionBackend | BackendSpec<any>;

/**
 * The default backends of a handler: one `RegistryFormActionBackend`.
 *
 * @example Adding one before the default
 * ```ts
 * import { createHandler, DEFAULT_FORM_ACTION_BACKENDS, RegistryFormActionBackend } from "@hyper/actions";
 *
 * class ReportsBackend extends RegistryFormActionBackend {
 *   override accepts(action: { namespace: string | null }): boolean {
 *     return action.namespace === "reports";
 *   }
 * }
 * const handler = createHandler({ pages: [], backends: [new ReportsBackend(), ...DEFAULT_FORM_ACTION_BACKENDS] });
 * await handler.close();
 * ```
 */
export const DEFAULT_FORM_ACTION_BACKENDS: readonly BackendEntry[] = Object.freeze([
  Object.freeze({ backend: RegistryFormActionBackend }),
]);

/** Creates backends from the entries of the option `backends`. */
export class FormActionFactory {
  /**
   * Creates a backend.
   *
   * @param entry A backend, which is returned unchanged, or `{ backend: Class, options }`.
   * @returns The backend.
   * @throws {TypeError} If the entry is neither, if its class does not extend `FormActionBackend`, or if the
   *   constructor throws; its error is then the `cause`.
   *
   * @example
   * ```ts
   * import { FormActionFactory, RegistryFormActionBackend } from "@hyper/actions";
   * import { assert } from "@std/assert";
   *
   * const backend = new FormActionFactory().createBackend({ backend: RegistryFormActionBackend });
   * assert(backend instanceof RegistryFormActionBackend);
   * ```
   */
  createBackend(entry: BackendEntry): FormActionBackend {
    if (entry instanceof FormActionBackend) return entry;
    const backendClass: unknown = entry?.backend;
    if (typeof backendClass !== "function") {
      const given = entry === null || typeof entry !== "object" ? String(entry) : `an object without "backend"`;
      throw new TypeError(
        `Cannot create a form action backend: the entry is ${given}; pass an instance or { backend: Class, options }`,
      );
    }
    let made: unknown;
    try {
      made = Reflect.construct(backendClass, [entry.options]);
    } catch (cause) {
      throw new TypeError(
        `Cannot create form action backend ${backendClass.name}: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
    if (made instanceof FormActionBackend) return made;
    throw new TypeError(
      `Cannot use ${backendClass.name} as a form action backend: it does not extend FormActionBackend; extend it`,
    );
  }
}
