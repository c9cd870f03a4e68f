/**
 * Changes of the rows of a formset that a user makes with a button: one row more, one fewer, another order.
 *
 * With scripts the browser makes them. Without, the button submits the form, and the server makes the same change to what was
 * submitted. Nothing is validated.
 */
import { isPlainObject, valueAt } from "./path.ts";
import type { RowChange } from "../protocol/row_change.ts";
import { parseNumber, sentChecked, sentText } from "./sent.ts";

/** The rules of a formset that its changes keep. */
export interface RowRules {
  /** Maximum number of rows. */
  readonly max: number;
  /** `true` if rows can be deleted. */
  readonly canDelete: boolean;
  /** `true` if rows can be moved. */
  readonly canOrder: boolean;
}

/** The rows after a change. */
export interface ChangedRows {
  /** The submitted rows; {@linkcode NEW_ROW} for one that was added. */
  readonly rows: readonly unknown[];
  /** Index of the row that the user continues with; `null` if there is none. */
  readonly current: number | null;
}

/** Takes the place of a submitted row that the user has just added: it is shown with its initial values. */
export const NEW_ROW: object = Object.freeze({});

/**
 * Changes the submitted rows of a formset. A change that the rules do not allow, or of a row that was not submitted, changes
 * nothing.
 *
 * @param rows The submitted rows.
 * @param existing Number of rows that existed before the form was rendered. These are marked as deleted; others are left out.
 */
export function changeRows(
  rows: readonly unknown[],
  change: RowChange,
  existing: number,
  rules: RowRules,
): ChangedRows {
  if (change.kind === "add") return addRow(rows, rules);
  const { kind, row } = change;
  if (!(row in rows)) return { rows, current: null };
  return kind === "remove" ? removeRow(rows, row, existing, rules) : moveRow(rows, row, kind, rules);
}

/** Returns the rows that are not deleted, as indices, in the order that they have by their numbers. */
export function rowsInOrder(
  rows: readonly unknown[],
  { canDelete, canOrder }: Omit<RowRules, "max">,
): readonly number[] {
  const kept = [...rows.keys()].filter((index) => !canDelete || !isDeletedRow(rows[index]));
  return canOrder ? byPosition(kept, (index) => positionOfRow(rows[index])) : kept;
}

/** Sorts rows by their numbers. Those without a number are last, in the order that they had. */
export function byPosition<Row>(rows: readonly Row[], positionOf: (row: Row) => number | null): readonly Row[] {
  const order = (row: Row): number => positionOf(row) ?? Infinity;
  return rows.toSorted((a, b) => order(a) === order(b) ? 0 : order(a) - order(b));
}

/** Returns whether a submitted row is marked as deleted. */
export function isDeletedRow(row: unknown): boolean {
  return sentChecked(valueAt(row, ["_delete"])) === true;
}

/** Returns the number that orders a submitted row, or `null`. */
export function positionOfRow(row: unknown): number | null {
  const sent = valueAt(row, ["_order"]);
  return sent === undefined ? null : parseNumber(sentText(sent) ?? "");
}

function addRow(rows: readonly unknown[], rules: RowRules): ChangedRows {
  if (rowsInOrder(rows, rules).length >= rules.max) return { rows, current: null };
  return { rows: [...rows, NEW_ROW], current: rows.length };
}

function removeRow(rows: readonly unknown[], row: number, existing: number, rules: RowRules): ChangedRows {
  const shown = rowsInOrder(rows, rules);
  const at = shown.indexOf(row);
  if (!rules.canDelete || at === -1) return { rows, current: null };
  const next = shown[at + 1] ?? shown[at - 1] ?? null;
  if (row < existing) return { rows: withMember(rows, row, "_delete", "on"), current: next };
  return { rows: rows.toSpliced(row, 1), current: next !== null && next > row ? next - 1 : next };
}

function moveRow(rows: readonly unknown[], row: number, kind: "up" | "down", rules: RowRules): ChangedRows {
  const shown = rowsInOrder(rows, rules);
  const from = shown.indexOf(row);
  const to = kind === "up" ? from - 1 : from + 1;
  if (!rules.canOrder || from === -1 || !(to in shown)) return { rows, current: row };
  const moved = shown.toSpliced(from, 1).toSpliced(to, 0, row);
  const changed = moved.reduce(
    (changed: readonly unknown[], index, at) => withMember(changed, index, "_order", String(at + 1)),
    rows,
  );
  return { rows: changed, current: row };
}

function withMember(rows: readonly unknown[], row: number, name: string, value: string): readonly unknown[] {
  const before = rows[row];
  return rows.with(row, { ...isPlainObject(before) ? before : {}, [name]: value });
}
