/**
 * Data from the network, of unknown shape.
 *
 * @module
 */
// Arrow functions are shorter in the bundle of the runtime.

/** Data of an event with its own properties only. */
export type Wire = Readonly<Record<string, unknown>>;

/** Returns an object's own properties only: a property that a page has added to `Object.prototype` is not from the network. */
export const own = (value: unknown): Wire => Object.assign(Object.create(null), value);

/** Returns a value that is a string and not empty; else `undefined`. */
export const text = (value: unknown): string | undefined => typeof value === "string" && value ? value : undefined;
