/**
 * A form with what was sent, or blank: its values, its errors, and what may be shown again.
 *
 * @module
 */
import type { Issues } from "../protocol/patch.ts";
import { type BoundField, FieldState } from "./bound_field.ts";
import { ErrorList } from "./error_list.ts";
import { type BoundBase, type BoundForm, fieldsOfForm, type FormDefinition, type FormInitial } from "./form.ts";
import { initialOfForm } from "./initial.ts";
import { prefixPath, type Step, valueAt } from "./path.ts";
import { type UserText } from "../texts/catalogue.ts";
import { type Texts } from "../texts/texts.ts";

/** What was sent, by field name, nested: texts, files, lists of these, or values of a typed caller. */
export type Sent = Readonly<Record<string, unknown>>;

/** The data that a bound form or formset is made of. */
export interface BoundData {
  /** What was sent, or `null` for a blank one. */
  readonly sent: Sent | null;
  /** The values it began with: named values for a form, a list of them for a formset; `null` or `undefined` for none. */
  readonly initial: unknown;
  /** The copy on the page, or `null` for the only one. */
  readonly instance: string | null;
  /** The texts for users, in the language of the request. */
  readonly texts: Texts;
}

/** The place of a form: on its own, or as a row of a formset. */
export interface FormPlace {
  /** The steps its field names begin with. */
  readonly steps: readonly Step[];
  /** The same as a name. */
  readonly prefix: string;
  /** `true` if it may be left empty as a whole: none of its fields is then required in the browser. */
  readonly extra: boolean;
  /** `true` if it begins with nothing, not even what its fields begin with. */
  readonly blank: boolean;
}

const WHOLE: FormPlace = { steps: [], prefix: "", extra: false, blank: false };

/** The part that bound forms and formsets have in common: errors, and values once there are none. */
export abstract class BoundState<V> implements BoundBase {
  abstract readonly kind: "form" | "formset";
  abstract readonly hasFiles: boolean;
  abstract readonly fields: readonly BoundField[];
  readonly name: string;
  readonly instance: string | null;
  readonly isBound: boolean;
  // Set when validation has ended well; an error that is added later takes the values back.
  #accepted: { readonly values: V } | null = null;
  readonly #texts: Texts;

  constructor(name: string, { sent, instance, texts }: BoundData) {
    this.name = name;
    this.instance = instance;
    this.isBound = sent !== null;
    this.#texts = texts;
  }

  /** The texts for users. On the prototype, so that a form that is logged or sent as JSON lacks them. */
  get texts(): Texts {
    return this.#texts;
  }

  /** Adds an error with a text of the catalogue. */
  addText(field: string, text: UserText): void {
    this.addError(field, this.#texts.write(text));
  }

  abstract field(name: string): BoundField;
  abstract addError(field: string, message: string): void;

  /** The errors, those of every part among them. */
  protected abstract found(): ErrorList;

  /** Takes the values that a valid form has. */
  accept(values: V): void {
    this.#accepted = { values };
  }

  get isValid(): boolean {
    return this.#accepted !== null && this.errorCount === 0;
  }

  get values(): V {
    const { errorCount } = this;
    if (this.#accepted !== null && errorCount === 0) return this.#accepted.values;
    const found = errorCount === 1 ? "1 error was found in it" : `${errorCount} errors were found in it`;
    throw new TypeError(
      `Cannot read the values of ${this.kind} "${this.name}": ${
        this.isBound ? found : "nothing was sent to it"
      }, ask isValid first`,
    );
  }

  get errors(): ReadonlyMap<string, readonly string[]> {
    return this.found().all;
  }

  get issues(): Issues {
    return this.found().toIssues();
  }

  get errorCount(): number {
    return this.found().count;
  }

  get fieldNames(): readonly string[] {
    return [...this.errors.keys()];
  }
}

/** A form of fields, on its own or as a row. */
// A class, not a literal with getters: V8 gives all instances one hidden class, and a form is bound for every post.
export class FormState<V> extends BoundState<V> implements BoundForm<V> {
  readonly kind = "form";
  readonly definition: FormDefinition<V>;
  readonly initial: FormInitial;
  readonly #place: FormPlace;
  readonly #sent: Sent | null;
  readonly #errors = new ErrorList();
  // Made when first asked for: a form whose handler runs is never drawn.
  #fields: Map<string, BoundField> | null = null;

  constructor(definition: FormDefinition<V>, data: BoundData, place: FormPlace = WHOLE) {
    super(definition.name, data);
    this.definition = definition;
    this.initial = initialOfForm(definition.name, data.initial);
    this.#place = place;
    this.#sent = data.sent;
  }

  /** What was sent; nothing for a blank form. On the prototype, so that a form that is logged or sent as JSON lacks it. */
  get sent(): Sent {
    return this.#sent ?? {};
  }

  /** The number of errors of the form's own fields, without those of lists in it. */
  get ownErrorCount(): number {
    return this.#errors.count;
  }

  get hasFiles(): boolean {
    return fieldsOfForm(this.definition).takeFiles;
  }

  get fields(): readonly BoundField[] {
    return this.#names().map((name) => this.field(name));
  }

  field(name: string): BoundField {
    const fields = this.#fields ??= new Map();
    const field = fields.get(name) ?? this.#makeField(name);
    fields.set(name, field);
    return field;
  }

  addError(field: string, message: string): void {
    this.#errors.add(field, message);
  }

  protected found(): ErrorList {
    return this.#errors;
  }

  #makeField(name: string): BoundField {
    const fields = fieldsOfForm(this.definition);
    const steps = fields.path(name);
    const definition = fields.at(steps);
    if (definition === null) {
      const names = this.#names().join(", ") || "no fields yet";
      throw new TypeError(`Cannot find field "${name}" of form "${this.name}": it has ${names}`);
    }
    const place = this.#place;
    return new FieldState({
      form: this.name,
      instance: this.instance,
      name: prefixPath(place.prefix, name),
      steps: [...place.steps, ...steps],
      definition,
      isBound: this.isBound,
      sent: valueAt(this.#sent, steps),
      initial: place.blank ? null : valueAt(this.initial, steps),
      extra: place.extra,
      errors: () => this.#errors.of(name),
    });
  }

  #names(): readonly string[] {
    return fieldsOfForm(this.definition).names(this.#sent ?? this.initial);
  }
}
