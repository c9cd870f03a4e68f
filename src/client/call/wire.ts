/**
 * Data of an event, unchecked.
 *
 * @module
 */

/** Data of an event, with its own properties only. */
export type Wire = Readonly<Record<string, unknown>>;
