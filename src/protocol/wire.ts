// Data from the network, of unknown shape.

// Arrow functions are shorter in the bundle of the runtime.

/** Data of an event with its own properties only. */
export type Wire = Readonly<Record<string, unknown>>;

/**
 * Returns an object's own properties only: a property that a page has added to `Object.prototype` is not from the network. Strings
 * and arrays have none here: those would be all their characters and items, a million of them in a long text.
 */
export const own = (value: unknown): Wire =>
  Object.assign(Object.create(null), typeof value === "string" || Array.isArray(value) ? null : value);

/** Returns a value that is a string and not empty; else `undefined`. */
export const text = (value: unknown): string | undefined => typeof value === "string" && value ? value : undefined;
