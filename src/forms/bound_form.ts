// A bound form: its values, its errors, and what a page shows of it.
import type { Issues } from "../protocol/patch.ts";
import { type BoundField, FieldState, idPrefixOf } from "./bound_field.ts";
import { rawText, type Typed, typedOf } from "./dependent.ts";
import { ErrorList } from "./error_list.ts";
import { type FieldDefinition, resolveField } from "./field_definition.ts";
import { FIELD_KINDS } from "./field_kinds.ts";
import { type BoundBase, type BoundForm, fieldsOfForm, type FormDefinition, type FormInitial } from "./form.ts";
import { initialOfForm } from "./initial.ts";
import { formatPattern, prefixPath, type Step, valueAt } from "./path.ts";
import type { FormChange } from "../protocol/row_change.ts";
import type { UserText } from "../texts/catalogue.ts";
import type { Texts } from "../texts/texts.ts";

/** The submitted data by field name, nested: strings, files, lists of these, or values of a typed caller. */
export type Sent = Readonly<Record<string, unknown>>;

/** The data that a bound form or formset is created from. */
export interface BoundData {
  /** The submitted data, or `null` for a blank form. */
  readonly sent: Sent | null;
  /** Initial values: named values for a form, a list of them for a formset; `null` or `undefined` for none. */
  readonly initial: unknown;
  /** The initial values that the server has for a post: without those of a page. Default: `initial`. */
  readonly ownInitial?: unknown;
  /** The copy on the page, or `null` for the only one. */
  readonly instance: string | null;
  /** The name of the action that it is submitted to, for the IDs of its fields. Default: none. */
  readonly action?: string | null;
  /** The texts for users, in the language of the request. */
  readonly texts: Texts;
  /** A change of the rows of one of its formsets, made before anything is read. Default: none. */
  readonly change?: FormChange | null;
}

/** The position of a form: on its own, or as a row of a formset. */
export interface FormPlace {
  /** The steps that its field names start with. */
  readonly steps: readonly Step[];
  /** The same as a name. */
  readonly prefix: string;
  /** `true` if it may be left empty as a whole: then none of its fields is required in the browser. */
  readonly extra: boolean;
  /** `true` if it has no initial values, not even those of its fields. */
  readonly blank: boolean;
}

/** A part of a form that has its own errors: a row of a formset, or a formset of a form. */
export interface FormPart {
  /** The errors of the part, by the names that its fields have in it. */
  readonly errors: ReadonlyMap<string, readonly string[]>;
  /** Returns the name that a field of the part has in the whole. */
  fullName(name: string): string;
}

const WHOLE: FormPlace = { steps: [], prefix: "", extra: false, blank: false };

/** The state that bound forms and formsets have in common: errors, and values once there are none. */
export abstract class BoundState<V> implements BoundBase {
  abstract readonly kind: "form" | "formset";
  abstract readonly hasFiles: boolean;
  abstract readonly fields: readonly BoundField[];
  /** Names of the fields that options of other fields depend on; `[]` in place of the index of a row. */
  abstract readonly dependencies: readonly string[];
  readonly name: string;
  readonly instance: string | null;
  readonly isBound: boolean;
  readonly #own = new ErrorList();
  // Set when validation has succeeded. An error that is added later makes the form invalid again.
  #accepted: { readonly values: V } | null = null;
  readonly #texts: Texts;
  readonly #action: string | null;
  // Created on first use, like the fields.
  #idPrefix: string | null = null;

  constructor(name: string, { sent, instance, action = null, texts }: BoundData) {
    this.name = name;
    this.#action = action;
    this.instance = instance;
    this.isBound = sent !== null;
    this.#texts = texts;
  }

  /** The texts for users. On the prototype, so that a form that is logged or sent as JSON lacks them. */
  get texts(): Texts {
    return this.#texts;
  }

  /** The name of the action that it is submitted to, or `null`. On the prototype, as above. */
  get action(): string | null {
    return this.#action;
  }

  /** The start of the IDs of its fields. On the prototype, as above. */
  get idPrefix(): string {
    return this.#idPrefix ??= idPrefixOf([this.#action, this.name, this.instance]);
  }

  /** Adds an error with a message of the catalogue. */
  addText(field: string, text: UserText): void {
    this.addError(field, this.#texts.write(text));
  }

  abstract field(name: string): BoundField;
  abstract addError(field: string, message: string): void;

  /** The parts that have errors of their own. */
  protected abstract get parts(): readonly FormPart[];

  /** The errors without those of its parts. */
  get own(): ErrorList {
    return this.#own;
  }

  /** Sets the values of a valid form. */
  accept(values: V): void {
    this.#accepted = { values };
  }

  get isValid(): boolean {
    return this.#accepted !== null && this.errorCount === 0;
  }

  get values(): V {
    const { errorCount } = this;
    if (this.#accepted !== null && errorCount === 0) return this.#accepted.values;
    const state = this.isBound
      ? `it has ${errorCount === 1 ? "1 error" : `${errorCount} errors`}`
      : "no data was submitted";
    throw new TypeError(`Cannot read the values of ${this.kind} "${this.name}": ${state}; check isValid first`);
  }

  get errors(): ReadonlyMap<string, readonly string[]> {
    return this.#all().all;
  }

  get issues(): Issues {
    return this.#all().toIssues();
  }

  get errorCount(): number {
    return this.#all().count;
  }

  get fieldNames(): readonly string[] {
    return [...this.errors.keys()];
  }

  #all(): ErrorList {
    const { parts } = this;
    if (parts.length === 0) return this.#own;
    const all = new ErrorList();
    all.addAll(this.#own.all, (name) => name);
    for (const part of parts) all.addAll(part.errors, (name) => part.fullName(name));
    return all;
  }
}

/** Returns the names of the fields that options of other fields depend on. */
export function dependenciesOf(form: BoundBase): readonly string[] {
  return form instanceof BoundState ? form.dependencies : [];
}

/** Returns a form whose fields are the same on every page; `null` for any other. */
export function uniformForm(form: BoundBase): FormState<unknown> | null {
  return form instanceof FormState && form.isUniform ? form : null;
}

const NO_PARTS: readonly FormPart[] = [];

/** A form of fields, on its own or as a row. */
// A class, not an object literal with getters: all instances share one hidden class of V8, and every post binds a form.
export class FormState<V> extends BoundState<V> implements BoundForm<V> {
  readonly kind = "form";
  readonly definition: FormDefinition<V>;
  readonly initial: FormInitial;
  readonly #ownInitial: FormInitial;
  readonly #hasInitial: boolean;
  readonly #place: FormPlace;
  readonly #sent: Sent | null;
  // Created on first use: a form whose action function runs is often not rendered.
  #fields: Map<string, BoundField> | null = null;
  /** Names of the fields that options of other fields have read. */
  readonly #readNames = new Set<string>();
  #typed: Typed | null = null;

  constructor(definition: FormDefinition<V>, data: BoundData, place: FormPlace = WHOLE) {
    super(definition.name, data);
    this.definition = definition;
    this.initial = initialOfForm(definition.name, data.initial);
    this.#ownInitial = data.ownInitial === undefined ? this.initial : initialOfForm(definition.name, data.ownInitial);
    this.#hasInitial = data.initial !== null && data.initial !== undefined;
    this.#place = place;
    this.#sent = data.sent;
  }

  /** The submitted data; empty for a blank form. A getter, so that it is missing in logs and JSON. */
  get sent(): Sent {
    return this.#sent ?? {};
  }

  /** `true` if it is blank, the only one of its action, without initial values and errors, and independent of what is typed. */
  get isUniform(): boolean {
    return !this.isBound && !this.#hasInitial && this.instance === null && this.#place === WHOLE &&
      this.own.count === 0 && !fieldsOfForm(this.definition).areDependent;
  }

  get hasFiles(): boolean {
    return fieldsOfForm(this.definition).takeFiles;
  }

  get fields(): readonly BoundField[] {
    return this.#names().map((name) => this.field(name)).filter(({ isVisible }) => isVisible);
  }

  get dependencies(): readonly string[] {
    if (!fieldsOfForm(this.definition).areDependent) return [];
    // The functions of the fields are called when they are created.
    for (const name of this.#names()) this.field(name);
    const fields = fieldsOfForm(this.definition);
    const { steps } = this.#place;
    return Array.from(this.#readNames, (name) => formatPattern([...steps, ...fields.path(name)]));
  }

  /** Returns a field as it is for what is typed so far. */
  resolve(definition: FieldDefinition): FieldDefinition {
    return resolveField(definition, () => this.#typed ??= typedOf((name) => this.#rawOf(name)));
  }

  field(name: string): BoundField {
    const fields = this.#fields ??= new Map();
    const field = fields.get(name) ?? this.#createField(name);
    fields.set(name, field);
    return field;
  }

  addError(field: string, message: string): void {
    this.own.add(field, message);
  }

  protected get parts(): readonly FormPart[] {
    return NO_PARTS;
  }

  /**
   * Returns the initial value that steps are counted from, as the server knows it; `undefined` for that of the field.
   * A schema counts from 0.
   */
  stepInitial(steps: readonly Step[]): unknown {
    if (this.#place.blank || this.definition.schema !== null) return null;
    return valueAt(this.#ownInitial, steps);
  }

  #createField(name: string): BoundField {
    const fields = fieldsOfForm(this.definition);
    const steps = fields.path(name);
    const definition = fields.at(steps);
    if (definition === null) {
      const names = this.#names().join(", ") || "no fields";
      throw new TypeError(`Cannot find field "${name}" of form "${this.name}": unknown name; it has ${names}`);
    }
    const place = this.#place;
    return new FieldState({
      idPrefix: this.idPrefix,
      name: prefixPath(place.prefix, name),
      steps: [...place.steps, ...steps],
      definition: this.resolve(definition),
      isBound: this.isBound,
      sent: valueAt(this.#sent, steps),
      initial: place.blank ? null : valueAt(this.initial, steps),
      stepInitial: this.stepInitial(steps),
      extra: place.extra,
      errors: () => this.own.of(name),
    });
  }

  /** Returns the text of a field, for the options that depend on it. */
  #rawOf(name: string): string {
    const fields = fieldsOfForm(this.definition);
    const steps = fields.path(name);
    const field = fields.at(steps);
    if (field === null) {
      throw new TypeError(
        `Cannot read what is typed in "${name}" of form "${this.name}": it has no such field; it has ${
          this.#names().join(", ")
        }`,
      );
    }
    this.#readNames.add(name);
    const { isSecret, show } = FIELD_KINDS[field.type];
    if (isSecret) return "";
    const initial = this.#place.blank ? null : valueAt(this.initial, steps);
    const first = initial === undefined ? field.initial : initial;
    return rawText(show(this.#sent === null ? first : valueAt(this.#sent, steps)));
  }

  #names(): readonly string[] {
    return fieldsOfForm(this.definition).names(this.#sent ?? this.initial);
  }
}
