/**
 * One row of a bound formset: its form, the box that deletes it and the number that orders it.
 *
 * @module
 */
import { type BoundField, FieldState } from "./bound_field.ts";
import { type BoundData, type FormPlace, FormState, type Sent } from "./bound_form.ts";
import { isBlankInput } from "./coerce.ts";
import type { FieldDefinition } from "./field_definition.ts";
import { field } from "./field.ts";
import { FIELD_KINDS } from "./field_kinds.ts";
import type { ShownValue } from "./field_rules.ts";
import { fieldsOfForm } from "./form.ts";
import type { BoundFormsetRow, FormsetDefinition } from "./formset.ts";
import { isPlainObject, prefixPath, valueAt } from "./path.ts";
import { parseNumber, sentChecked, sentText } from "./sent.ts";

/** What was sent for a row: its fields, and what the formset reads of them itself. */
export interface SentRow {
  /** The fields of its form. */
  readonly fields: Sent;
  /** `true` if it was sent to be deleted. */
  readonly isDeleted: boolean;
  /** The value that orders it. */
  readonly order: unknown;
}

/** The place of a row in a formset. */
export interface RowPlace {
  /** Its index; `null` for the row to be cloned. */
  readonly index: number | null;
  /** `true` if it stands after the rows that are there. */
  readonly extra: boolean;
  /** `true` if it begins with nothing, not even what its fields begin with. */
  readonly blank: boolean;
}

// Stands for the number in the names of the row to be cloned.
const EMPTY_INDEX = "__index__";
const DELETE_FIELD = field.checkbox({ label: "Delete" });
const ORDER_FIELD = field.number({ label: "Order", step: "any" });
const UNSENT: SentRow = { fields: {}, isDeleted: false, order: undefined };

/** Reads what was sent for a row. */
export function readRow({ canDelete, canOrder }: FormsetDefinition, row: unknown): SentRow {
  const fields = new Map(Object.entries(isPlainObject(row) ? row : {}));
  const isDeleted = canDelete && sentChecked(fields.get("_delete")) === true;
  const order = canOrder ? fields.get("_order") : undefined;
  // Ordinary names where the formset does not use them.
  if (canDelete) fields.delete("_delete");
  if (canOrder) fields.delete("_order");
  return { fields: Object.fromEntries(fields), isDeleted, order };
}

/** A row with what was sent, or blank. */
export class RowState<V> implements BoundFormsetRow<V> {
  readonly form: FormState<V>;
  readonly index: number | null;
  readonly extra: boolean;
  readonly isDeleted: boolean;
  readonly deleteField: BoundField | null;
  readonly orderField: BoundField | null;
  // Found out when the row is checked.
  isUntouched = false;
  readonly #place: FormPlace;
  readonly #order: unknown;

  constructor(
    formset: FormsetDefinition<V>,
    { index, extra, blank }: RowPlace,
    data: Omit<BoundData, "sent"> & { readonly sent: SentRow | null },
  ) {
    const { prefix, form, canDelete, canOrder } = formset;
    const { fields, isDeleted, order } = data.sent ?? UNSENT;
    const step = index ?? EMPTY_INDEX;
    this.#place = { steps: [prefix, step], prefix: `${prefix}[${step}]`, extra, blank };
    this.#order = order;
    this.index = index;
    this.extra = extra;
    this.isDeleted = isDeleted;
    this.form = new FormState(form, { ...data, sent: data.sent === null ? null : fields }, this.#place);
    const position = extra || index === null ? undefined : index + 1;
    this.deleteField = canDelete ? this.#ownField("_delete", DELETE_FIELD, isDeleted, false) : null;
    this.orderField = canOrder ? this.#ownField("_order", ORDER_FIELD, order, position) : null;
  }

  /** Its fields: those of its form, then its own. */
  get fields(): readonly BoundField[] {
    return [...this.form.fields, ...[this.orderField, this.deleteField].filter((field) => field !== null)];
  }

  /** The number that orders it, or `null`. */
  get position(): number | null {
    return this.#order === undefined ? null : parseNumber(sentText(this.#order) ?? "");
  }

  /** Its errors, by the names its fields have in the row. */
  get errors(): readonly (readonly [string, readonly string[]])[] {
    return [...this.form.errors, ["_order", this.#orderErrors()]];
  }

  /** Finds one of its fields by the name it has in the row. */
  field(name: string): BoundField {
    const own = [this.deleteField, this.orderField].find((field) => field?.name === this.fullName(name));
    return own ?? this.form.field(name);
  }

  /** Returns the name that one of its fields has in the whole form. */
  fullName(name: string): string {
    return prefixPath(this.#place.prefix, name);
  }

  /** Returns whether nothing was entered: each field is empty, or still holds what it began with. */
  isLeftAlone(): boolean {
    const { definition, sent, initial, instance } = this.form;
    const fields = fieldsOfForm(definition);
    const names = fields.names(sent);
    if (names.length === 0) return isBlankInput(sent);
    const blank = new FormState(definition, { sent: null, initial, instance }, this.#place);
    return names.every((name) => {
      if (isBlankInput(valueAt(sent, fields.path(name)))) return true;
      const { type, value } = this.form.field(name);
      // What a password or a file field holds is never shown, so it cannot be compared.
      return !FIELD_KINDS[type].isSecret && isShownAs(value, blank.field(name).value);
    });
  }

  #ownField(name: string, definition: FieldDefinition, sent: unknown, initial: unknown): BoundField {
    return new FieldState({
      form: this.form.name,
      instance: this.form.instance,
      name: this.fullName(name),
      steps: [...this.#place.steps, name],
      definition,
      isBound: this.form.isBound,
      sent,
      initial,
      extra: this.extra,
      errors: () => [...(name === "_order" ? this.#orderErrors() : []), ...this.form.errors.get(name) ?? []],
    });
  }

  #orderErrors(): readonly string[] {
    if (this.orderField === null || this.isUntouched || this.isDeleted || this.position !== null) return [];
    const isLeftEmpty = sentText(this.#order)?.trim() === "";
    return isLeftEmpty ? [] : ["Enter a number"];
  }
}

function isShownAs(a: ShownValue, b: ShownValue): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b || a === false;
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
