/**
 * The text that a button sends to change the rows of a formset, or to show a form again for what is typed. Nothing is validated.
 */

/** The text for a form whose fields depend on what is typed: it is shown again, and nothing else changes. */
export const REDRAW = "redraw";

/** A change of the rows of a formset. `prefix` is that of the formset, `row` the index of a row in the names of its fields. */
export type RowChange =
  | { readonly kind: "add"; readonly prefix: string }
  | { readonly kind: "remove" | "up" | "down"; readonly prefix: string; readonly row: number };

/** A change of the rows of one of the formsets of a form, or none: the form is only shown again. */
export type FormChange = RowChange | { readonly kind: "none" };

const CHANGE = /^(?:add ([A-Za-z][\w-]{0,63})|(remove|up|down) ([A-Za-z][\w-]{0,63})\[(0|[1-9]\d{0,3})\])$/;

/** Reads the text of a button that shows a form again. Returns `null` for any other text. */
export function parseFormChange(text: string): FormChange | null {
  return text === REDRAW ? { kind: "none" } : parseRowChange(text);
}

/** Reads a change as a button sends it, such as `add lines` or `up lines[2]`. Returns `null` for any other text. */
export function parseRowChange(text: string): RowChange | null {
  const [, added, kind, prefix, row] = CHANGE.exec(text) ?? [];
  if (added !== undefined) return { kind: "add", prefix: added };
  if (prefix === undefined) return null;
  // One of the three that the pattern allows.
  return { kind: kind as "remove" | "up" | "down", prefix, row: Number(row) };
}
