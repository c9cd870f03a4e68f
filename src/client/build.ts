/**
 * The build of the runtime.
 *
 * @module
 */

/** Set by `deno task bundle`. Not defined if an application bundles the runtime itself. */
declare const HYPER_BUILD: string | undefined;

/** Name of the build that the server ships; empty in a bundle of the application. */
export const BUILD: string = typeof HYPER_BUILD === "string" ? HYPER_BUILD : "";
