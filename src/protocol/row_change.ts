/**
 * The text that a button sends to change the rows of a formset.
 */

/** A change of the rows of a formset. `prefix` is that of the formset, `row` the index of a row in the names of its fields. */
export type RowChange =
  | { readonly kind: "add"; readonly prefix: string }
  | { readonly kind: "remove" | "up" | "down"; readonly prefix: string; readonly row: number };

const CHANGE = /^(?:add ([A-Za-z][\w-]{0,63})|(remove|up|down) ([A-Za-z][\w-]{0,63})\[(0|[1-9]\d{0,3})\])$/;

/** Reads a change as a button sends it, such as `add lines` or `up lines[2]`. Returns `null` for any other text. */
export function parseRowChange(text: string): RowChange | null {
  const [, added, kind, prefix, row] = CHANGE.exec(text) ?? [];
  if (added !== undefined) return { kind: "add", prefix: added };
  if (prefix === undefined) return null;
  // One of the three that the pattern allows.
  return { kind: kind as "remove" | "up" | "down", prefix, row: Number(row) };
}
