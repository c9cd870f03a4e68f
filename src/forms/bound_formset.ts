/**
 * A formset with what was sent, or blank: its rows, and what is said of all of them.
 *
 * @module
 */
import type { BoundField } from "./bound_field.ts";
import { type BoundData, BoundState, type Sent } from "./bound_form.ts";
import { readRow, RowState, type SentRow } from "./bound_row.ts";
import { ErrorList } from "./error_list.ts";
import { fieldsOfForm, type FormInitial } from "./form.ts";
import { type BoundFormset, type BoundFormsetRow, type FormsetDefinition, MAX_ROWS } from "./formset.ts";
import { initialOfRows } from "./initial.ts";
import { countOf } from "./messages.ts";
import { splitRowName } from "./path.ts";

/** A list of rows, on its own or in a form. */
export class FormsetState<V> extends BoundState<readonly V[]> implements BoundFormset<V> {
  readonly kind = "formset";
  readonly definition: FormsetDefinition<V>;
  readonly initial: readonly FormInitial[];
  readonly hasFiles: boolean;
  readonly #isTooLong: boolean;
  readonly #rows: RowState<V>[];
  readonly #own = new ErrorList();

  constructor(definition: FormsetDefinition<V>, { sent, initial, instance }: BoundData) {
    super(definition.name, { sent, initial, instance });
    this.definition = definition;
    this.initial = initialOfRows(definition.name, initial);
    this.hasFiles = fieldsOfForm(definition.form).takeFiles;
    const rows = sent === null ? blankRows(definition, this.initial.length) : sentRows(definition, sent);
    this.#isTooLong = sent !== null && rows.length > definition.max;
    this.#rows = (sent === null ? rows : rows.slice(0, MAX_ROWS)).map((row, index) => this.#makeRow(index, row));
  }

  get rows(): readonly RowState<V>[] {
    return this.#rows;
  }

  get emptyRow(): BoundFormsetRow<V> {
    return this.#makeRow(null, null);
  }

  get deleted(): readonly BoundFormsetRow<V>[] {
    return this.#rows.filter((row) => row.isDeleted && !row.extra);
  }

  get fields(): readonly BoundField[] {
    return this.#rows.flatMap((row) => row.fields);
  }

  /** `true` if more rows were sent than it may have. They are shown again, so that nothing typed is lost, and not checked. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** The rows that are kept, in their order; those without a number stand last, in the order they came. */
  get kept(): readonly RowState<V>[] {
    const rows = this.#rows.filter((row) => !row.isDeleted && !row.isUntouched);
    const order = ({ position }: RowState<V>): number => position ?? Infinity;
    if (!this.definition.canOrder) return rows;
    return rows.toSorted((a, b) => order(a) === order(b) ? 0 : order(a) - order(b));
  }

  field(name: string): BoundField {
    const { prefix } = this.definition;
    const place = splitRowName(prefix, name);
    const row = place === null || place.name === "" ? undefined : this.#rows[place.row];
    if (place === null || row === undefined) {
      throw new TypeError(
        `Cannot find field "${name}" of formset "${this.name}": it has ${this.#rows.length} rows, ` +
          `name a field of one as "${prefix}[0].name"`,
      );
    }
    return row.field(place.name);
  }

  addError(field: string, message: string): void {
    const place = splitRowName(this.definition.prefix, field);
    const row = place === null ? undefined : this.#rows[place.row];
    if (place === null || row === undefined) this.#own.add(field, message);
    else row.form.addError(place.name, message);
  }

  /**
   * Adds an error to a row by its place among those that are kept, as `clean` knows them.
   *
   * @throws {RangeError} When `clean` was given no such row.
   */
  addKeptError(field: string, message: string): void {
    const place = splitRowName(this.definition.prefix, field);
    if (place === null) return this.addError(field, message);
    const rows = this.kept;
    const row = rows[place.row];
    if (row === undefined) {
      throw new RangeError(
        `Cannot add an error to "${field}" of formset "${this.name}": clean was given ${
          countOf(rows.length, "row")
        }, ` +
          `which are counted from 0`,
      );
    }
    row.form.addError(place.name, message);
  }

  /** Makes the extra rows of a blank formset again, with nothing to begin with. */
  clearExtraInitial(): void {
    if (this.isBound) return;
    for (const [index, row] of this.#rows.entries()) {
      if (row.extra) this.#rows[index] = this.#makeRow(index, null, true);
    }
  }

  protected found(): ErrorList {
    const found = new ErrorList();
    found.addAll(this.#own.all, (name) => name);
    // What is wrong with a row to be deleted does not matter.
    for (const row of this.#rows) if (!row.isDeleted) found.addAll(row.errors, (name) => row.fullName(name));
    return found;
  }

  #makeRow(index: number | null, sent: SentRow | null, isCleared: boolean = false): RowState<V> {
    const initial = index === null ? undefined : this.initial[index];
    const extra = initial === undefined;
    const blank = extra && (isCleared || this.definition.blankExtra);
    return new RowState(this.definition, { index, extra, blank }, { sent, initial, instance: this.instance });
  }
}

// One past the limit is enough to refuse the rest by.
function sentRows(formset: FormsetDefinition, sent: Sent): readonly SentRow[] {
  const rows: unknown = Object.hasOwn(sent, formset.prefix) ? sent[formset.prefix] : undefined;
  const list: readonly unknown[] = Array.isArray(rows) ? rows : [];
  return list.slice(0, MAX_ROWS + 1).map((row) => readRow(formset, row));
}

// The rows that are there are never hidden, however many may be sent.
function blankRows({ min, max, extra }: FormsetDefinition, initial: number): readonly null[] {
  const count = Math.min(max, Math.max(min, initial + extra));
  return Array.from({ length: Math.max(count, initial) }, () => null);
}

/**
 * Empties the extra rows of a formset of their initial values, so that one that nobody touched is sent empty.
 *
 * A formset definition comes back as a new one whose extra rows begin empty, wherever it is shown. A bound formset is
 * changed in place; a second time changes nothing.
 *
 * @param formset The formset, defined or bound.
 * @returns The new definition, or the same bound formset.
 *
 * @example Extra rows that begin empty
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
 * Empties the extra rows of a bound formset of their initial values.
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
    throw new TypeError("Cannot clear initial values: the value is no formset of defineFormset() or a page");
  }
  return Object.freeze({ ...formset, blankExtra: true });
}
