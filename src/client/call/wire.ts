/**
 * Data as it came over the wire.
 *
 * @module
 */

/** Data of an event with nothing but its own properties. */
export type Wire = Readonly<Record<string, unknown>>;
