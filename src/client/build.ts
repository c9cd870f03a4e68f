/**
 * Which build of the runtime this is.
 *
 * @module
 */

/** Put in its place by `deno task bundle`; not defined where an application bundles the runtime itself. */
declare const HYPER_BUILD: string | undefined;

/** Name of the build that the server ships; empty in a bundle of the application's own. */
export const BUILD: string = typeof HYPER_BUILD === "string" ? HYPER_BUILD : "";
