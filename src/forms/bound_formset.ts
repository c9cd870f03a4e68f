// A bound formset and its rows.
import { type BoundField, FieldState } from "./bound_field.ts";
import { type BoundData, BoundState, type FormPart, type FormPlace, FormState, type Sent } from "./bound_form.ts";
import { isBlankInput } from "./coerce.ts";
import { field } from "./field.ts";
import type { FieldDefinition } from "./field_definition.ts";
import { FIELD_KINDS } from "./field_kinds.ts";
import type { DisplayValue } from "./field_rules.ts";
import { fieldsOfForm, type FormInitial } from "./form.ts";
import { type BoundFormset, type BoundFormsetRow, type FormsetDefinition, MAX_ROWS } from "./formset.ts";
import { initialOfRows } from "./initial.ts";
import { isPlainObject, prefixPath, splitRowName, valueAt } from "./path.ts";
import {
  byPosition,
  type ChangedRows,
  changeRows,
  isDeletedRow,
  NEW_ROW,
  positionOfRow,
  rowsInOrder,
} from "./row_change.ts";
import type { FormChange } from "../protocol/row_change.ts";
import { catalogueText } from "../texts/catalogue.ts";

// The placeholder for the index in the names of the empty row.
const EMPTY_INDEX = "__index__";
const DELETE_FIELD = field.checkbox();
const ORDER_FIELD = field.number({ step: "any" });

/** A bound row: its form, the checkbox that deletes it and the number that orders it. */
export class RowState<V> implements BoundFormsetRow<V>, FormPart {
  readonly form: FormState<V>;
  readonly index: number | null;
  readonly extra: boolean;
  readonly isDeleted: boolean;
  readonly deleteField: BoundField | null;
  readonly orderField: BoundField | null;
  // Set when the row is checked.
  isUntouched = false;
  readonly #place: FormPlace;
  readonly #position: number | null;
  readonly #order: unknown;

  constructor(
    { definition, instance, action, isBound, initial: rows, texts }: FormsetState<V>,
    index: number | null,
    sent: unknown,
    isCleared: boolean = false,
  ) {
    const { prefix, canDelete, canOrder, blankExtra } = definition;
    const initial = index === null ? undefined : rows[index];
    const extra = initial === undefined;
    const fields = new Map(Object.entries(isPlainObject(sent) ? sent : {}));
    this.index = index;
    this.extra = extra;
    this.isDeleted = canDelete && isDeletedRow(sent);
    this.#order = canOrder ? fields.get("_order") : undefined;
    this.#position = canOrder ? positionOfRow(sent) : null;
    // Without these options they are ordinary names.
    if (canDelete) fields.delete("_delete");
    if (canOrder) fields.delete("_order");
    const step = index ?? EMPTY_INDEX;
    const blank = extra && (isCleared || blankExtra);
    this.#place = { steps: [prefix, step], prefix: `${prefix}[${step}]`, extra, blank };
    const own = isBound && index !== null && sent !== NEW_ROW ? Object.fromEntries(fields) : null;
    this.form = new FormState(definition.form, { sent: own, initial, instance, action, texts }, this.#place);
    const position = extra || index === null ? undefined : index + 1;
    this.deleteField = canDelete ? this.#ownField("_delete", DELETE_FIELD, this.isDeleted, false) : null;
    this.orderField = canOrder ? this.#ownField("_order", ORDER_FIELD, this.#order, position) : null;
  }

  /** Its fields: those of its form, then its own. */
  get fields(): readonly BoundField[] {
    return [...this.form.fields, ...[this.orderField, this.deleteField].filter((field) => field !== null)];
  }

  /** The number that orders it, or `null`. */
  get position(): number | null {
    return this.#position;
  }

  get errors(): ReadonlyMap<string, readonly string[]> {
    return this.form.errors;
  }

  /** Returns one of its fields by the name it has in the row. */
  field(name: string): BoundField {
    const own = [this.deleteField, this.orderField].find((field) => field?.name === this.fullName(name));
    return own ?? this.form.field(name);
  }

  fullName(name: string): string {
    return prefixPath(this.#place.prefix, name);
  }

  /** Adds an error if its order is not a number. */
  checkOrder(): void {
    // A number is checked synchronously.
    const result = ORDER_FIELD.check(this.#order);
    if ("message" in result) this.form.addText("_order", result.message);
  }

  /** Returns whether no data was entered: each field is empty or still has its initial value. */
  isUnchanged(): boolean {
    const { definition, sent, initial, instance, texts } = this.form;
    const fields = fieldsOfForm(definition);
    const names = fields.names(sent);
    if (names.length === 0) return isBlankInput(sent);
    const blank = new FormState(definition, { sent: null, initial, instance, texts }, this.#place);
    return names.every((name) => {
      if (isBlankInput(valueAt(sent, fields.path(name)))) return true;
      const { type, value } = this.form.field(name);
      // The value of a password or a file is never rendered, so it cannot be compared.
      return !FIELD_KINDS[type].isSecret && isShownAs(value, blank.field(name).value);
    });
  }

  #ownField(name: string, definition: FieldDefinition, sent: unknown, initial: unknown): BoundField {
    return new FieldState({
      idPrefix: this.form.idPrefix,
      name: this.fullName(name),
      steps: [...this.#place.steps, name],
      definition,
      label: this.form.texts.write(catalogueText(name === "_order" ? "orderRow" : "deleteRow")),
      isBound: this.form.isBound,
      sent,
      initial,
      extra: this.extra,
      errors: () => this.form.own.of(name),
    });
  }
}

function isShownAs(a: DisplayValue, b: DisplayValue): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b || a === false;
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

/** A bound formset, on its own or in a form. */
export class FormsetState<V> extends BoundState<readonly V[]> implements BoundFormset<V> {
  readonly kind = "formset";
  readonly definition: FormsetDefinition<V>;
  readonly initial: readonly FormInitial[];
  readonly hasFiles: boolean;
  readonly currentRow: number | null;
  readonly #isTooLong: boolean;
  readonly #rows: RowState<V>[];

  constructor(definition: FormsetDefinition<V>, data: BoundData) {
    super(definition.name, data);
    const { sent, initial } = data;
    this.definition = definition;
    this.initial = initialOfRows(definition.name, initial);
    this.hasFiles = fieldsOfForm(definition.form).takeFiles;
    const { rows, current } = sent === null
      ? { rows: blankRows(definition, this.initial.length), current: null }
      : this.#changed(sentRows(definition, sent), data.change ?? null);
    this.currentRow = current;
    this.#isTooLong = sent !== null && rowsInOrder(rows, definition).length > definition.max;
    const shown = sent === null ? rows : rows.slice(0, MAX_ROWS);
    this.#rows = shown.map((row, index) => new RowState(this, index, row));
  }

  get rows(): readonly RowState<V>[] {
    return this.#rows;
  }

  get emptyRow(): BoundFormsetRow<V> {
    return new RowState(this, null, null);
  }

  get deleted(): readonly BoundFormsetRow<V>[] {
    return this.#rows.filter((row) => row.isDeleted && !row.extra);
  }

  get fields(): readonly BoundField[] {
    return this.#rows.flatMap((row) => row.fields);
  }

  get dependencies(): readonly string[] {
    if (!fieldsOfForm(this.definition.form).areDependent) return [];
    const all = [...this.#rows, new RowState(this, null, null)].flatMap(({ form }) => form.dependencies);
    return [...new Set(all.map((name) => name.replace(`.${EMPTY_INDEX}`, "[]")))];
  }

  /** `true` if more rows were submitted than allowed. They are rendered, so that no input is lost, but not checked. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** The rows that are kept, in their order; those without a number are last, in the order of their indices. */
  get kept(): readonly RowState<V>[] {
    return this.shownRows.filter((row) => !row.isUntouched);
  }

  get shownRows(): readonly RowState<V>[] {
    const rows = this.#rows.filter((row) => !row.isDeleted);
    return this.definition.canOrder ? byPosition(rows, ({ position }) => position) : rows;
  }

  field(name: string): BoundField {
    const { prefix } = this.definition;
    const place = splitRowName(prefix, name);
    const row = place === null || place.name === "" ? undefined : this.#rows[place.row];
    if (place !== null && row !== undefined) return row.field(place.name);
    throw new TypeError(
      `Cannot find field "${name}" of formset "${this.name}": it has ${this.#rows.length} rows; ` +
        `use a name such as "${prefix}[0].name"`,
    );
  }

  addError(field: string, message: string): void {
    const place = splitRowName(this.definition.prefix, field);
    const row = place === null ? undefined : this.#rows[place.row];
    if (place === null || row === undefined) this.own.add(field, message);
    else row.form.addError(place.name, message);
  }

  /**
   * Adds an error. Row indices count only the rows that are kept, as `clean` knows them.
   *
   * @throws {RangeError} If `clean` has no such row.
   */
  addKeptError(field: string, message: string): void {
    const place = splitRowName(this.definition.prefix, field);
    if (place === null) return this.addError(field, message);
    const rows = this.kept;
    const row = rows[place.row];
    if (row !== undefined) return row.form.addError(place.name, message);
    throw new RangeError(
      `Cannot add an error to "${field}" of formset "${this.name}": ` +
        `clean received ${rows.length} rows; use an index from 0`,
    );
  }

  /** Creates the extra rows of a blank formset again, without initial values. */
  clearExtraInitial(): void {
    if (this.isBound) return;
    for (const [index, row] of this.#rows.entries()) {
      if (row.extra) this.#rows[index] = new RowState(this, index, null, true);
    }
  }

  #changed(rows: readonly unknown[], change: FormChange | null): ChangedRows {
    const { definition, initial } = this;
    if (change === null || change.kind === "none" || change.prefix !== definition.prefix) {
      return { rows, current: null };
    }
    return changeRows(rows, change, initial.length, definition);
  }

  // Errors of a row to be deleted do not count.
  protected get parts(): readonly FormPart[] {
    return this.#rows.filter((row) => !row.isDeleted);
  }
}

// One row above the limit is enough to reject the rest.
function sentRows({ prefix }: FormsetDefinition, sent: Sent): readonly unknown[] {
  const rows: unknown = valueAt(sent, [prefix]);
  return Array.isArray(rows) ? rows.slice(0, MAX_ROWS + 1) : [];
}

// Existing rows are always rendered, also above the maximum.
function blankRows({ min, max, extra }: FormsetDefinition, initial: number): readonly unknown[] {
  const count = Math.min(max, Math.max(min, initial + extra));
  return Array.from({ length: Math.max(count, initial) });
}

/**
 * Removes the initial values of extra rows, so that an untouched row is submitted empty.
 *
 * For a definition, returns a new one whose extra rows are empty. A bound formset is changed in place.
 *
 * @param formset The formset, defined or bound.
 * @returns The new definition, or the same bound formset.
 *
 * @example Empty extra rows
 * ```ts
 * import { cleanupExtraInitial, defineForm, defineFormset, field } from "@hyper/actions";
 * import { assert } from "@std/assert";
 *
 * const LineForm = defineForm("line", { fields: { unit: field.text({ initial: "kg" }) } });
 * const Lines = cleanupExtraInitial(defineFormset(LineForm));
 * assert(Lines.blankExtra);
 * ```
 */
export function cleanupExtraInitial<V, I>(formset: FormsetDefinition<V, I>): FormsetDefinition<V, I>;
/**
 * Removes the initial values of the extra rows of a bound formset.
 *
 * @param formset The formset.
 * @returns The same formset.
 */
export function cleanupExtraInitial<V>(formset: BoundFormset<V>): BoundFormset<V>;
export function cleanupExtraInitial<V, I>(
  formset: FormsetDefinition<V, I> | BoundFormset<V>,
): FormsetDefinition<V, I> | BoundFormset<V> {
  if (formset instanceof FormsetState) {
    formset.clearExtraInitial();
    return formset;
  }
  if (!("blankExtra" in formset)) {
    throw new TypeError("Cannot clear initial values: the value is not a formset; create one with defineFormset()");
  }
  return Object.freeze({ ...formset, blankExtra: true });
}
