/**
 * A form with what was sent: its values, its errors, and what may be shown again.
 *
 * @module
 */
import type { RequestContext } from "../context.ts";
import type { Issues } from "../protocol/patch.ts";
import { coerce, emptied } from "./coerce.ts";
import { type FieldDefinition, inputTypeOf } from "./field.ts";
import {
  checkedOf,
  type FieldChoice,
  type FieldConstraints,
  type FieldResult,
  type FieldType,
  textOf,
  textsOf,
} from "./field_value.ts";
import {
  type BoundField,
  type BoundForm,
  expand,
  fieldAt,
  type FieldKind,
  fieldNamesOf,
  type FormDefinition,
  type FormInitial,
  labelOf,
  pathOf,
  shapeOf,
  type ShownValue,
  stepsOf,
  takesFiles,
} from "./form.ts";
import { formatPath, isPlainObject, prefixPath, type Step, valueAt } from "./path.ts";
import { issueName, type StandardSchemaV1 } from "./schema.ts";
import { leafAt, type Shape } from "./shape.ts";

/** What a form is bound to. */
export interface BindInput {
  /** What was sent, by field name, nested: texts, files, lists of these, or values of a typed caller. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** What the form began with: named values for a form, a list of them for a formset; `null` or `undefined` for nothing. */
  readonly initial: unknown;
  /** Which of several copies on one page it is, or `null`. */
  readonly instance: string | null;
  /** The request, for `clean`. */
  readonly ctx: RequestContext;
}

/** What a form is shown with before anything was sent. */
export type BlankInput = Pick<BindInput, "initial" | "instance">;

/** Where a form stands inside a formset. */
export interface RowPlace {
  /** The steps its field names begin with. */
  readonly steps: readonly Step[];
  /** What its field names begin with. */
  readonly prefix: string;
  /** Whether it may be left empty as a whole: none of its fields is then required in the browser. */
  readonly extra: boolean;
  /** Whether it begins with nothing, not even what its fields begin with. */
  readonly blank: boolean;
}

// A list of 50,000 refused items would otherwise come back as an answer many times the size of the request.
const MAX_MESSAGES = 1000;

const WHOLE: RowPlace = { steps: [], prefix: "", extra: false, blank: false };

/**
 * Binds a form to what was sent and validates it.
 *
 * @returns The form, valid or with errors; a promise only where a check or a schema has to be waited for.
 * @throws {TypeError} When `initial` holds no named values.
 */
export function bindForm<V>(definition: FormDefinition<V>, input: BindInput): BoundForm<V> | Promise<BoundForm<V>> {
  return bindAt(definition, input, WHOLE);
}

/**
 * A form before anything was sent.
 *
 * @throws {TypeError} When `initial` holds no named values.
 */
export function blankForm<V>(definition: FormDefinition<V>, input: BlankInput): BoundForm<V> {
  return blankAt(definition, input, WHOLE);
}

/** A form with what was sent, neither checked nor valid: for a guard, which decides before anything is looked into. */
export function uncheckedForm<V>(definition: FormDefinition<V>, input: BindInput): BoundForm<V> {
  return unchecked(definition, input, WHOLE);
}

/** Binds a form at its place in a formset. */
export function bindAt<V>(
  definition: FormDefinition<V>,
  input: BindInput,
  place: RowPlace,
): BoundForm<V> | Promise<BoundForm<V>> {
  const form = new FormState(definition, input, place, input.kwargs);
  const values = definition.schema === null
    ? checkFields(definition, form, input.kwargs)
    : checkSchema(definition, definition.schema, form, input.kwargs);
  // Most forms have nothing to wait for, and are bound at once.
  return values instanceof Promise
    ? values.then((settled) => clean(definition, form, settled, input.ctx))
    : clean(definition, form, values, input.ctx);
}

function clean<V>(
  definition: FormDefinition<V>,
  form: FormState<V>,
  values: V,
  ctx: RequestContext,
): BoundForm<V> | Promise<BoundForm<V>> {
  if (form.errorCount > 0) return form;
  if (definition.clean === undefined) {
    form.accept(values);
    return form;
  }
  return cleanWith(definition, form, values, ctx);
}

async function cleanWith<V>(
  definition: FormDefinition<V>,
  form: FormState<V>,
  values: V,
  ctx: RequestContext,
): Promise<BoundForm<V>> {
  const cleaned = await definition.clean?.(values, cleanContext(form, ctx));
  if (form.errorCount === 0) form.accept(cleaned === undefined ? values : cleaned);
  return form;
}

/** A form at its place in a formset, with what was sent, neither checked nor valid: to be shown again, and no more. */
export function unchecked<V>(definition: FormDefinition<V>, input: BindInput, place: RowPlace): BoundForm<V> {
  return new FormState(definition, input, place, input.kwargs);
}

/** A form at its place in a formset, before anything was sent. */
export function blankAt<V>(definition: FormDefinition<V>, input: BlankInput, place: RowPlace): BoundForm<V> {
  return new FormState(definition, input, place, null);
}

/** One field with what was sent for it. */
export function boundField(facts: {
  readonly form: string;
  readonly instance: string | null;
  readonly name: string;
  readonly steps: readonly Step[];
  readonly definition: FieldDefinition;
  readonly sent: unknown;
  readonly initial: unknown;
  readonly isBound: boolean;
  readonly extra: boolean;
  readonly errors: () => readonly string[];
}): BoundField {
  return new FieldState(facts);
}

/** Errors by field name, in the order they were found: what forms and formsets keep them in. */
export class ErrorList {
  readonly #messages = new Map<string, string[]>();
  #count = 0;

  /** The errors. */
  get all(): ReadonlyMap<string, readonly string[]> {
    return this.#messages;
  }

  /** How many messages there are. */
  get count(): number {
    return this.#count;
  }

  /** Those of one field. */
  of(name: string): readonly string[] {
    return this.#messages.get(name) ?? [];
  }

  /** Adds one, unless the same is said of the same field already, or too many are. */
  add(name: string, message: string): void {
    const known = this.#messages.get(name);
    if (this.#count >= MAX_MESSAGES || known?.includes(message)) return;
    this.#count += 1;
    if (known === undefined) this.#messages.set(name, [message]);
    else known.push(message);
  }

  /** A plain record of them; each name is an own property, `__proto__` too. */
  toIssues(): Issues {
    return Object.freeze(
      Object.fromEntries(Array.from(this.#messages, ([name, list]) => [name, Object.freeze([...list])])),
    );
  }
}

/**
 * The initial values that were given.
 *
 * @throws {TypeError} When they are no named values.
 */
export function initialOf(form: string, initial: unknown): FormInitial {
  if (initial === undefined || initial === null) return {};
  if (typeof initial !== "object" || Array.isArray(initial)) {
    throw new TypeError(
      `Cannot begin form "${form}": its initial values are ${describe(initial)}, named values are needed`,
    );
  }
  // The line above left an object that is no list: names with values.
  return initial as FormInitial;
}

/** What a value is, for a message. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** How many errors there are, for a message. */
export function counted(errors: number): string {
  return errors === 1 ? "1 error was" : `${errors} errors were`;
}

class FormState<V> implements BoundForm<V> {
  readonly kind = "form";
  readonly definition: FormDefinition<V>;
  readonly name: string;
  readonly instance: string | null;
  readonly isBound: boolean;
  readonly initial: FormInitial;
  readonly hasFiles: boolean;
  readonly #place: RowPlace;
  readonly #sent: Readonly<Record<string, unknown>> | null;
  readonly #errors = new ErrorList();
  // Made when first asked for: a form whose handler runs is never drawn.
  readonly #fields = new Map<string, BoundField>();
  // Set once, when validation has ended well.
  #accepted: { readonly values: V } | null = null;

  constructor(
    definition: FormDefinition<V>,
    { initial, instance }: BlankInput,
    place: RowPlace,
    sent: Readonly<Record<string, unknown>> | null,
  ) {
    this.definition = definition;
    this.name = definition.name;
    this.instance = instance;
    this.isBound = sent !== null;
    this.initial = initialOf(definition.name, initial);
    this.hasFiles = takesFiles(definition);
    this.#place = place;
    this.#sent = sent;
  }

  get isValid(): boolean {
    return this.#accepted !== null && this.#errors.count === 0;
  }

  get values(): V {
    if (this.#accepted === null || this.#errors.count > 0) {
      const state = this.isBound ? `${counted(this.#errors.count)} found in it` : "nothing was sent to it";
      throw new TypeError(`Cannot read the values of form "${this.name}": ${state}, ask isValid first`);
    }
    return this.#accepted.values;
  }

  get errors(): ReadonlyMap<string, readonly string[]> {
    return this.#errors.all;
  }

  get issues(): Issues {
    return this.#errors.toIssues();
  }

  get errorCount(): number {
    return this.#errors.count;
  }

  get fieldNames(): readonly string[] {
    return [...this.#errors.all.keys()];
  }

  get fields(): readonly BoundField[] {
    return fieldNamesOf(this.definition, this.#sent ?? this.initial).map((name) => this.field(name));
  }

  field(name: string): BoundField {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const steps = pathOf(this.definition, name);
    const definition = fieldAt(this.definition, steps);
    if (definition === null) {
      const names = fieldNamesOf(this.definition, this.#sent ?? this.initial).join(", ");
      throw new TypeError(`Cannot find field "${name}" of form "${this.name}": it has ${names || "no fields yet"}`);
    }
    const field = boundField({
      form: this.name,
      instance: this.instance,
      name: prefixPath(this.#place.prefix, name),
      steps: [...this.#place.steps, ...steps],
      definition,
      sent: valueAt(this.#sent, steps),
      initial: this.#place.blank ? null : valueAt(this.initial, steps),
      isBound: this.isBound,
      extra: this.#place.extra,
      errors: () => this.#errors.of(name),
    });
    this.#fields.set(name, field);
    return field;
  }

  addError(field: string, message: string): void {
    this.#errors.add(field, message);
  }

  accept(values: V): void {
    this.#accepted = { values };
  }
}

class FieldState implements BoundField {
  readonly name: string;
  readonly id: string;
  readonly helpId: string;
  readonly errorId: string;
  readonly label: string;
  readonly help: string;
  readonly type: FieldType;
  readonly kind: FieldKind;
  readonly inputType: string;
  readonly raw: string;
  readonly value: ShownValue;
  readonly selected: readonly string[];
  readonly required: boolean;
  readonly constraints: FieldConstraints;
  readonly choices: readonly FieldChoice[];
  readonly multiple: boolean;
  readonly placeholder: string;
  readonly autocomplete: string;
  readonly definition: FieldDefinition;
  readonly #errors: () => readonly string[];

  constructor(facts: Parameters<typeof boundField>[0]) {
    const { definition, steps, sent, initial, isBound } = facts;
    const { type } = definition;
    const tail = idTail(facts.form, facts.instance, steps);
    this.name = facts.name;
    this.id = `f-${tail}`;
    this.helpId = `h-${tail}`;
    this.errorId = `e-${tail}`;
    this.label = definition.label ?? labelFor(definition, steps);
    this.help = definition.help;
    this.type = type;
    this.kind = kindOf(type);
    this.inputType = inputTypeOf(type);
    this.raw = isSecret(type) ? "" : textOf(sent) ?? "";
    this.value = shownValue(type, isBound ? sent : initial === undefined ? definition.initial : initial);
    const shown = this.value;
    this.choices = definition.choices;
    this.selected = this.choices.length === 0 ? NONE : this.choices.map(({ value }) => value)
      .filter((value) => Array.isArray(shown) ? shown.includes(value) : shown === value);
    this.required = definition.required && !facts.extra;
    this.constraints = definition.constraints;
    this.multiple = definition.constraints.multiple ?? false;
    this.placeholder = definition.placeholder;
    this.autocomplete = definition.autocomplete;
    this.definition = definition;
    this.#errors = facts.errors;
  }

  // Asked for each time: a handler may add one after the field was first looked at.
  get errors(): readonly string[] {
    return this.#errors();
  }
}

const NONE: readonly string[] = Object.freeze([]);

// The label that was last made for a field: making one reads its name by the classes of Unicode, and a field is drawn
// again and again under the same name.
const labels = new WeakMap<FieldDefinition, { readonly name: Step | undefined; readonly label: string }>();

function labelFor(definition: FieldDefinition, steps: readonly Step[]): string {
  const name = steps.findLast((step) => typeof step === "string");
  const known = labels.get(definition);
  if (known !== undefined && known.name === name) return known.label;
  const label = labelOf(steps);
  labels.set(definition, { name, label });
  return label;
}

function checkFields<V>(
  definition: FormDefinition<V>,
  form: FormState<V>,
  kwargs: Readonly<Record<string, unknown>>,
): V | Promise<V> {
  const values: [string, unknown][] = [];
  const waiting = checkEach(definition.fields.entries(), form, kwargs, values);
  return waiting === null ? valuesOf<V>(values) : waiting.then(() => valuesOf<V>(values));
}

/** Checks fields one after another; `null` when that is done, a promise when one of them has to be waited for. */
function checkEach<V>(
  fields: Iterator<[string, FieldDefinition]>,
  form: FormState<V>,
  kwargs: Readonly<Record<string, unknown>>,
  values: [string, unknown][],
): Promise<void> | null {
  for (let next = fields.next(); next.done !== true; next = fields.next()) {
    const [name, field] = next.value;
    const note = (result: FieldResult<unknown>): void => {
      if (result.kind === "valid") values.push([name, result.value]);
      else form.addError(name, result.message);
    };
    const pending = field.check(Object.hasOwn(kwargs, name) ? kwargs[name] : undefined);
    if (pending instanceof Promise) {
      return pending.then((result) => {
        note(result);
        return checkEach(fields, form, kwargs, values) ?? undefined;
      });
    }
    note(pending);
  }
  return null;
}

function valuesOf<V>(values: readonly (readonly [string, unknown])[]): V {
  // Of a form with fields alone V is the record of what its fields give. Where one gave nothing there is an error, and
  // nobody sees the values.
  return Object.fromEntries(values) as V;
}

async function checkSchema<V>(
  definition: FormDefinition<V>,
  schema: StandardSchemaV1,
  form: FormState<V>,
  kwargs: Readonly<Record<string, unknown>>,
): Promise<V> {
  const shape = shapeOf(definition);
  const input: unknown = shape === null ? copied(kwargs) : coerce(shape, kwargs, false);
  for (const [pattern, field] of definition.fields) {
    for (const steps of expand(stepsOf(pattern), kwargs)) {
      const pending = field.check(valueAt(kwargs, steps));
      const result = pending instanceof Promise ? await pending : pending;
      if (result.kind === "valid") setAt(input, steps, given(shape, steps, result.value), shape === null);
      else form.addError(formatPath(steps), result.message);
    }
  }
  // What a field has said of itself the schema need not say again in other words.
  const refused = new Set(form.errors.keys());
  const pending = schema["~standard"].validate(input);
  // Not `instanceof Promise`: a promise of another library would pass for a result without issues.
  const result = "then" in pending ? await pending : pending;
  if (result.issues === undefined) {
    // V is the output type of this schema: defineForm() ties the two together.
    return result.value as V;
  }
  for (const issue of result.issues) {
    const name = issueName(issue);
    if (!refused.has(name)) form.addError(name, issue.message);
  }
  // The schema refused, so the form has an error and nobody sees this value.
  return undefined as V;
}

// A field gives "" or `null` for nothing; the schema has its own word for it.
function given(shape: Shape | null, steps: readonly Step[], value: unknown): unknown {
  if (value !== null && value !== "") return value;
  const leaf = shape === null ? null : leafAt(shape, steps);
  if (leaf === null) return value ?? undefined;
  if (value === "" && leaf.shape.kind === "scalar" && leaf.shape.emptyFits) return value;
  return emptied(leaf.shape, leaf.optional);
}

// Plain objects and lists are copied, since fields put their values in; everything else is what was sent.
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]));
}

// Puts a value in, where what is around it is there. A schema that tells its shape has had it filled in as it wants it;
// for one that does not, the objects on the way are made.
function setAt(container: unknown, steps: readonly Step[], value: unknown, mayCreate: boolean): void {
  let parent = container;
  for (const step of steps.slice(0, -1)) {
    const inner: unknown = valueAt(parent, [step]);
    if (inner === undefined && mayCreate && value !== undefined) define(parent, step, {});
    parent = valueAt(parent, [step]);
  }
  const last = steps.at(-1);
  if (last === undefined || (!isPlainObject(parent) && !Array.isArray(parent))) return;
  if (value === undefined && !Array.isArray(parent)) Reflect.deleteProperty(parent, last);
  else define(parent, last, value);
}

// As an own property: assigning to `__proto__` would set the prototype.
function define(container: unknown, step: Step, value: unknown): void {
  if (typeof container !== "object" || container === null) return;
  Object.defineProperty(container, step, { value, writable: true, enumerable: true, configurable: true });
}

function cleanContext(
  form: BoundForm,
  { request, url, params, deps, signal }: RequestContext,
): RequestContext & { addError(field: string, message: string): void } {
  return { request, url, params, deps, signal, addError: (field, message) => form.addError(field, message) };
}

function kindOf(type: FieldType): FieldKind {
  switch (type) {
    case "textarea":
    case "checkbox":
    case "select":
      return type;
    case "multiselect":
      return "select_multi";
    default:
      return "input";
  }
}

function isSecret(type: FieldType): boolean {
  return type === "password" || type === "file";
}

function shownValue(type: FieldType, data: unknown): ShownValue {
  if (isSecret(type)) return "";
  if (type === "checkbox") return checkedOf(data) === true;
  if (type === "multiselect") return Object.freeze([...textsOf(data)]);
  if (data instanceof Date) return Number.isNaN(data.getTime()) ? "" : shownDate(type, data.toISOString());
  // An object or a file never reaches a renderer: some take certain objects for markup (threats, finding 5).
  return textOf(data) ?? "";
}

function shownDate(type: FieldType, iso: string): string {
  switch (type) {
    case "date":
      return iso.slice(0, 10);
    case "datetime":
      return iso.slice(0, 16);
    case "time":
      return iso.slice(11, 16);
    default:
      return iso;
  }
}

// `f-note-title`, with an instance `f-note-3-title`, nested `f-note-address--city`. Within a part every dash and every
// character that a selector would need escaped is written as its code, so that two fields never share an id.
function idTail(form: string, instance: string | null, steps: readonly Step[]): string {
  const path = steps.map((step) => idPart(String(step))).join("--");
  return [form, ...(instance === null ? [] : [instance])].map(idPart).concat(path).join("-");
}

function idPart(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/gu, (char) => `_${char.codePointAt(0)?.toString(16) ?? ""}_`);
}
