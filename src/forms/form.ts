/**
 * What a form is: a name, and a schema or fields that say what it takes.
 *
 * @module
 */
import { atOnce } from "../callback.ts";
import type { Guard, RequestContext } from "../context.ts";
import type { Issues } from "../protocol/patch.ts";
import { PROTOCOL_FIELDS } from "../protocol/names.ts";
import {
  type FieldDefinition,
  type FieldDefinitions,
  type FieldInputs,
  fieldOfType,
  type FieldValues,
  isField,
  optionsOf,
} from "./field.ts";
import type { FieldChoice, FieldConstraints, FieldType } from "./field_value.ts";
import { formatPath, parsePath, patternOf, type Step, valueAt } from "./path.ts";
import { isStandardSchema, jsonSchemaOf, type StandardSchemaV1 } from "./schema.ts";
import { leafAt, leafNames, objectOf, readShape, type Shape } from "./shape.ts";

/**
 * Something made of the values of a valid form.
 *
 * @typeParam V The values.
 * @typeParam T What is made of them.
 */
// A method, not a property of function type: methods are compared loosely, and a form of known values must pass where
// a form of any values is asked for. Each function is only ever called with values of its own form.
export type FromValues<V, T> = { from(values: V, ctx: RequestContext): T }["from"];

/** What a form begins with, by field name; nested values as nested objects and lists. What is not there begins empty. */
export type FormInitial = Readonly<Record<string, unknown>>;

/**
 * Initial values for a form of known values: any of its names, with anything a field can show. A stored record will do,
 * with what else it holds.
 *
 * @typeParam V The values of the form.
 */
export type InitialValues<V> = V extends object ? { readonly [K in keyof V]?: unknown } : FormInitial;

/** What `clean` of a form is told, beside what every function of the application is told. */
export interface CleanContext extends RequestContext {
  /**
   * Refuses the form.
   *
   * @param field The name of the field it is about, such as `title` or `rows[0].label`; `""` for the whole form.
   * @param message What was wrong, for people.
   */
  addError(field: string, message: string): void;
}

/** What a guard of a form is told. */
export type FormGuardContext<F> = RequestContext & {
  /**
   * The form with what was sent, before any of it is checked: fields tell what was sent as `raw`, and `initial` is what
   * the form began with.
   */
  readonly form: F;
};

/** What the visitor is told, and where they are led, when an action with this form has done its work. */
export interface SuccessFeedback<V> {
  /** A toast: a text, or an object with what the page's toasts show; or a function of the values and the request. Default: none. */
  readonly toast?: ToastContent | FromValues<V, ToastContent> | undefined;
  /** Where to go, as a URL of this site; or a function of the values and the request. Default: the page of the form. */
  readonly redirect?: string | FromValues<V, string> | undefined;
}

/** What a toast says. */
export type ToastContent = string | Readonly<Record<string, unknown>>;

/** What every form may be told. */
export interface FormOptionsBase<V> {
  /**
   * What it begins with, for this request. Runs when the form is shown, and before it is bound. Default: nothing.
   *
   * @param ctx The request.
   * @returns Values by field name; `null` or `undefined` for none.
   */
  readonly getInitial?:
    | ((ctx: RequestContext) => InitialValues<V> | null | undefined | PromiseLike<InitialValues<V> | null | undefined>)
    | undefined;
  /**
   * Checks the values together, after each was found sound; for what one field alone cannot tell.
   *
   * @param values The values.
   * @param ctx The request, and `addError`.
   * @returns The values to go on with, or nothing for the ones that came in.
   */
  readonly clean?: ((values: V, ctx: CleanContext) => V | void | PromiseLike<V | void>) | undefined;
  /**
   * Decides who may go on, once the form is bound and before its values are checked. The body has been read by then, and
   * what the action injects has been made: what needs nothing of the form belongs into the action's own guard. Default:
   * everyone.
   */
  readonly guard?: Guard<FormGuardContext<BoundForm<V>>> | undefined;
  /** What follows success, unless the handler says something else. Default: nothing. */
  readonly success?: SuccessFeedback<V> | undefined;
}

/** A form whose values a schema checks. */
export interface SchemaFormOptions<S extends StandardSchemaV1>
  extends FormOptionsBase<StandardSchemaV1.InferOutput<S>> {
  /**
   * What checks the values: any Standard Schema. Where it offers its JSON Schema too, the fields, their types, choices
   * and constraints are read from it, and texts become numbers, booleans and lists where it asks for them.
   */
  readonly schema: S;
  /**
   * How single fields are shown, over what the schema says, by name: `title`, `address.city`, and `rows[].label` for that
   * of every row. Such a field also checks what it says itself, before the schema does. For a schema without JSON Schema
   * these are the fields of the form. Default: none.
   */
  readonly fields?: FieldDefinitions | undefined;
}

/** A form whose fields check themselves. */
export interface FieldsFormOptions<F extends FieldDefinitions> extends FormOptionsBase<FieldValues<F>> {
  /** The fields, in the order they are shown. A name holds no dot and no brackets. */
  readonly fields: F;
  /** Not with fields alone. */
  readonly schema?: undefined;
}

/**
 * A form, frozen. It holds nothing of a request: bind it for that.
 *
 * @typeParam V Its values, once valid.
 * @typeParam I What a typed caller sends.
 */
export interface FormDefinition<V = unknown, I = unknown> {
  /** Tells a form from a formset. */
  readonly kind: "form";
  /** Its name; ids of its fields begin with it. */
  readonly name: string;
  /** What checks the values, or `null` where the fields do. */
  readonly schema: StandardSchemaV1 | null;
  /** The fields that were written down, by name or pattern. */
  readonly fields: ReadonlyMap<string, FieldDefinition>;
  /** What it begins with, for a request. */
  getInitial?(ctx: RequestContext): object | null | undefined | PromiseLike<object | null | undefined>;
  /** Checks the values together. */
  clean?(values: V, ctx: CleanContext): V | void | PromiseLike<V | void>;
  /** Decides who may go on. */
  guard?(ctx: FormGuardContext<BoundForm<V>>): ReturnType<Guard>;
  /** What follows success, or `null`. */
  readonly success: SuccessFeedback<V> | null;
  /** Never there at run time: carries the types. */
  readonly types?: { readonly values: V; readonly input: I };
}

/** What a bound form and a bound formset have in common. */
export interface BoundBase {
  /** The name of the form. */
  readonly name: string;
  /** Which of several copies on one page it is, or `null`. */
  readonly instance: string | null;
  /** Whether something was sent; without that it is blank, and neither valid nor refused. */
  readonly isBound: boolean;
  /** Whether something was sent and nothing was wrong with it. */
  readonly isValid: boolean;
  /** What was wrong, by field name, what concerns the whole under `""`. A `Map`, so that `constructor` is a name. */
  readonly errors: ReadonlyMap<string, readonly string[]>;
  /** The errors as a plain record, to be sent. */
  readonly issues: Issues;
  /** How many messages there are. */
  readonly errorCount: number;
  /** The names of the fields something was wrong with; `""` for the whole. */
  readonly fieldNames: readonly string[];
  /** Its fields, in the order they are shown. */
  readonly fields: readonly BoundField[];
  /** Whether one of its fields takes files: the form is then sent as `multipart/form-data`. */
  readonly hasFiles: boolean;
  /**
   * One field.
   *
   * @param name Its name, such as `title`, `address.city` or `rows[0].label`.
   * @throws {TypeError} When the form has no such field.
   */
  field(name: string): BoundField;
  /**
   * Refuses the form after all, as a handler does that finds a name taken.
   *
   * @param field The name of the field it is about; `""` for the whole form.
   * @param message What was wrong, for people.
   */
  addError(field: string, message: string): void;
}

/**
 * A form with what was sent, or blank.
 *
 * @typeParam V Its values, once valid.
 */
export interface BoundForm<V = unknown> extends BoundBase {
  /** Tells a form from a formset. */
  readonly kind: "form";
  /** The form. */
  readonly definition: FormDefinition<V>;
  /** What it began with. */
  readonly initial: FormInitial;
  /**
   * The values.
   *
   * @throws {TypeError} While the form is not valid.
   */
  readonly values: V;
}

/** How a field is drawn: which element it is. `input` says more in `inputType`. */
export type FieldKind = "textarea" | "checkbox" | "select" | "select_multi" | "input";

/** What a field shows: a text; for a box whether it is ticked; for several choices or files a list. */
export type ShownValue = string | boolean | readonly string[];

/** One field of a bound form: all there is to know to draw it. Nothing in it came from a visitor but texts and booleans. */
export interface BoundField {
  /** The name it is sent under. */
  readonly name: string;
  /** The id of its control, unique on a page among the fields of all forms and instances. */
  readonly id: string;
  /** The id of its help, for `aria-describedby`. */
  readonly helpId: string;
  /** The id of its errors, for `aria-describedby`. */
  readonly errorId: string;
  /** What it is called. */
  readonly label: string;
  /** A line of help, or `""`. */
  readonly help: string;
  /** The type of field. */
  readonly type: FieldType;
  /** Which element it is drawn as. */
  readonly kind: FieldKind;
  /** The attribute `type` of an `<input>`; `""` for other elements. */
  readonly inputType: string;
  /** What was sent, as one text; `""` where nothing was, for passwords and for files. */
  readonly raw: string;
  /** What to show: what was sent, else what it began with. Passwords and files never come back. */
  readonly value: ShownValue;
  /** The choices that are made; of fields without choices none. */
  readonly selected: readonly string[];
  /** What was wrong with it. */
  readonly errors: readonly string[];
  /** Whether a value must be given. */
  readonly required: boolean;
  /** What a browser checks. */
  readonly constraints: FieldConstraints;
  /** The values it may take; empty where any will do. */
  readonly choices: readonly FieldChoice[];
  /** Whether it takes several values. */
  readonly multiple: boolean;
  /** A hint inside the empty control, or `""`. */
  readonly placeholder: string;
  /** What the browser may fill in, or `""`. */
  readonly autocomplete: string;
  /** The field as it was defined. */
  readonly definition: FieldDefinition;
}

const NAME = /^[A-Za-z][A-Za-z0-9_.:-]{0,127}$/;

/**
 * Defines a form whose values a schema checks.
 *
 * @param name Its name: a letter, then up to 127 letters, digits, dots, colons, dashes or underscores.
 * @param options The schema, and what else there is to say.
 * @returns The form, frozen.
 * @throws {TypeError} When the name or an option is not of its form.
 *
 * @example With a schema
 * ```ts
 * import { defineForm } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const NoteForm = defineForm("note", {
 *   schema: z.object({ title: z.string().min(1).max(80), due: z.iso.date().optional() }),
 *   clean(values, ctx) {
 *     if (values.title === values.due) ctx.addError("title", "Give the note a title of its own");
 *   },
 * });
 * assertEquals(NoteForm.name, "note");
 * ```
 */
export function defineForm<S extends StandardSchemaV1>(
  name: string,
  options: SchemaFormOptions<S>,
): FormDefinition<StandardSchemaV1.InferOutput<S>, StandardSchemaV1.InferInput<S>>;
/**
 * Defines a form whose fields check themselves.
 *
 * @param name Its name: a letter, then up to 127 letters, digits, dots, colons, dashes or underscores.
 * @param options The fields, and what else there is to say.
 * @returns The form, frozen.
 * @throws {TypeError} When the name or an option is not of its form.
 *
 * @example With built-in fields
 * ```ts
 * import { defineForm, field } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const TodoForm = defineForm("todo", {
 *   fields: { title: field.text({ required: true, maxlength: 80 }), done: field.checkbox() },
 * });
 * assertEquals([...TodoForm.fields.keys()], ["title", "done"]);
 * ```
 */
export function defineForm<F extends FieldDefinitions>(
  name: string,
  options: FieldsFormOptions<F>,
): FormDefinition<FieldValues<F>, FieldInputs<F>>;
export function defineForm(
  name: string,
  options: SchemaFormOptions<StandardSchemaV1> | FieldsFormOptions<FieldDefinitions>,
): FormDefinition {
  if (!NAME.test(name)) {
    throw new TypeError(
      `Cannot define form "${name}": a name is a letter and up to 127 letters, digits, dots, colons, dashes or underscores`,
    );
  }
  const { schema, fields, getInitial, clean, guard, success } = options;
  if (schema === undefined && fields === undefined) {
    throw new TypeError(`Cannot define form "${name}": it has neither schema nor fields, give one of them`);
  }
  if (schema !== undefined && !isStandardSchema(schema)) {
    throw new TypeError(
      `Cannot define form "${name}": its schema is no Standard Schema, such as zod, valibot and arktype make`,
    );
  }
  const shape = schema === undefined ? null : readSchema(schema);
  const known = fieldsOf(name, fields ?? {});
  checkFunctions(name, { getInitial, clean, guard });
  if (schema === undefined) checkFlat(name, known);
  else if (shape !== null) checkFields(name, known, shape);

  const definition: FormDefinition = Object.freeze({
    kind: "form",
    name,
    schema: schema ?? null,
    fields: known,
    ...(getInitial === undefined ? {} : { getInitial }),
    ...(clean === undefined ? {} : { clean }),
    ...(guard === undefined ? {} : { guard }),
    success: success === undefined ? null : Object.freeze({ ...success }),
  });
  defined.set(definition, { shape, drawn: drawnFields(known, shape) });
  return definition;
}

/**
 * A form that is more than another: what it takes and draws by itself is the same.
 *
 * @param base The form.
 * @param more What goes beside what the form says, and over it.
 * @returns The new form, frozen.
 */
export function extendForm(base: FormDefinition, more: object): FormDefinition {
  const definition: FormDefinition = Object.freeze({ ...base, ...more });
  const reading = defined.get(base);
  if (reading !== undefined) defined.set(definition, reading);
  return definition;
}

/** Whether a value was made by {@linkcode defineForm}. */
export function isForm(value: unknown): value is FormDefinition {
  return typeof value === "object" && value !== null && defined.has(value);
}

/** What the schema of a form takes, as far as it tells; `null` where it does not, or there is none. */
export function shapeOf(definition: FormDefinition): Shape | null {
  return defined.get(definition)?.shape ?? null;
}

/**
 * The field a form draws at a path.
 *
 * @returns Its definition, or `null` where the form has none there.
 */
export function fieldAt(definition: FormDefinition, steps: readonly Step[]): FieldDefinition | null {
  const pattern = patternOf(steps);
  const ready = defined.get(definition)?.drawn.get(pattern);
  if (ready !== undefined) return ready;
  const written = definition.fields.get(pattern);
  const shape = shapeOf(definition);
  if (shape !== null) return derived(shape, steps, written);
  if (written !== undefined) return written;
  // A schema that does not tell its fields may take any.
  return definition.schema === null ? null : fieldOfType("text", {});
}

/** The path a name of this form stands for. Fields alone have flat names of any spelling. */
export function pathOf(definition: FormDefinition, name: string): readonly Step[] {
  return definition.schema === null ? [name] : parsePath(name);
}

/** The names of the fields a form draws, in order; of its lists as many items as the data has. */
export function fieldNamesOf(definition: FormDefinition, data: unknown): readonly string[] {
  const { fields } = definition;
  const shape = shapeOf(definition);
  if (shape !== null) return leafNames(shape, data, new Set(fields.keys()));
  return Array.from(fields.keys()).flatMap((pattern) => expand(stepsOf(pattern), data).map(formatPath));
}

/** The paths a pattern stands for in the data: of each list in it every item that is there. */
export function expand(steps: readonly Step[], data: unknown): readonly (readonly Step[])[] {
  const list = steps.findIndex((step) => typeof step === "number");
  if (list === -1) return [steps];
  const before = steps.slice(0, list);
  const items: unknown = valueAt(data, before);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item, index) =>
    expand(steps.slice(list + 1), item).map((after) => [...before, index, ...after])
  );
}

/** The steps of a pattern such as `rows[].label`; an open index is the number 0. */
export function stepsOf(pattern: string): readonly Step[] {
  return parsePath(pattern.replaceAll("[]", "[0]"));
}

/** Whether any field of a form takes files. */
export function takesFiles(definition: FormDefinition): boolean {
  return [...defined.get(definition)?.drawn.values() ?? []].some(({ type }) => type === "file");
}

/** What the declared feedback of a form comes to, for its values. */
export function resolveSuccess<V>(
  feedback: SuccessFeedback<V> | null,
  values: V,
  ctx: RequestContext,
): { readonly toast: ToastContent | null; readonly redirect: string | null } {
  const { toast = null, redirect = null } = feedback ?? {};
  return {
    toast: typeof toast === "function" ? atOnce(toast(values, ctx), "the toast of a form's success") : toast,
    redirect: typeof redirect === "function"
      ? atOnce(redirect(values, ctx), "the redirect of a form's success")
      : redirect,
  };
}

/** A label made of a name: `dueDate`, `due_date` and `rows[0].due-date` give "Due date". */
export function labelOf(steps: readonly Step[]): string {
  const name = steps.findLast((step) => typeof step === "string") ?? "";
  const words = name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2").replace(/[_-]+/g, " ").trim().toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

interface Reading {
  /** What the schema takes, as far as it tells; `null` where it does not, or there is none. */
  readonly shape: Shape | null;
  /** The fields that are drawn, by pattern. */
  readonly drawn: ReadonlyMap<string, FieldDefinition>;
}

// What was read from each form, once, where it is defined; a form that is not in it was not made here.
const defined = new WeakMap<object, Reading>();

function fieldsOf(form: string, fields: FieldDefinitions): ReadonlyMap<string, FieldDefinition> {
  for (const [name, field] of Object.entries(fields)) {
    if (!isField(field)) {
      throw new TypeError(
        `Cannot define form "${form}": its field "${name}" is no field, make one with field.text() and its like`,
      );
    }
    if (PROTOCOL_FIELDS.has(name)) {
      throw new TypeError(
        `Cannot define form "${form}": "${name}" is a field of the protocol, give the field another name`,
      );
    }
  }
  return new Map(Object.entries(fields));
}

function readSchema(schema: StandardSchemaV1): Shape | null {
  const document = jsonSchemaOf(schema);
  const shape = document === null ? null : readShape(document);
  // A schema that begins with a preprocessing step says nothing about its fields.
  return shape?.kind === "scalar" && shape.type === "unknown" ? null : shape;
}

function checkFunctions(form: string, functions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(functions)) {
    if (value !== undefined && typeof value !== "function") {
      throw new TypeError(`Cannot define form "${form}": ${name} is ${typeof value}, a function is needed`);
    }
  }
}

function checkFlat(form: string, fields: ReadonlyMap<string, FieldDefinition>): void {
  for (const name of fields.keys()) {
    if (name === "" || /[.[\]]/.test(name)) {
      throw new TypeError(
        `Cannot define form "${form}": the field name "${name}" is empty or a path, paths need a schema`,
      );
    }
  }
}

function checkFields(form: string, fields: ReadonlyMap<string, FieldDefinition>, shape: Shape): void {
  if (objectOf(shape) === null) {
    throw new TypeError(`Cannot define form "${form}": its schema takes no object, a form sends named values`);
  }
  for (const pattern of patternsOf(shape)) {
    if (leafAt(shape, stepsOf(pattern)) === null) {
      throw new TypeError(
        `Cannot define form "${form}": its schema names a field "${pattern}" that no form can send, dots and brackets make paths`,
      );
    }
  }
  for (const pattern of fields.keys()) {
    if (leafAt(shape, stepsOf(pattern)) === null && !takesAny(shape, stepsOf(pattern))) {
      const known = leafNames(shape, {}, new Set()).join(", ");
      throw new TypeError(`Cannot define form "${form}": its schema has no field "${pattern}", it has ${known}`);
    }
  }
}

// A list of single values or of any may be drawn as one control where a field says how.
function takesAny(shape: Shape, steps: readonly Step[]): boolean {
  return leafAt(shape, [...steps, 0]) !== null;
}

function drawnFields(
  fields: ReadonlyMap<string, FieldDefinition>,
  shape: Shape | null,
): ReadonlyMap<string, FieldDefinition> {
  if (shape === null) return fields;
  const drawn = new Map<string, FieldDefinition>();
  for (const pattern of new Set([...patternsOf(shape), ...fields.keys()])) {
    const field = derived(shape, stepsOf(pattern), fields.get(pattern));
    if (field !== null) drawn.set(pattern, field);
  }
  return drawn;
}

// Every control that can be named without data: into lists, not into what contains itself.
function patternsOf(shape: Shape, pattern: string = ""): readonly string[] {
  if (shape.kind === "scalar") return pattern === "" ? [] : [pattern];
  if (shape.kind === "reference") return [];
  if (shape.kind === "list") {
    return shape.sketch === null ? patternsOf(shape.items, `${pattern}[]`) : [pattern];
  }
  const { members } = shape.kind === "variants" ? shape.merged : shape;
  return Array.from(members).flatMap(([key, member]) =>
    patternsOf(member.shape, pattern === "" ? key : `${pattern}.${key}`)
  );
}

// What was written down for a field wins over what the schema says; where it says nothing the schema's word stands.
function derived(
  shape: Shape,
  steps: readonly Step[],
  written: FieldDefinition | undefined,
): FieldDefinition | null {
  const leaf = leafAt(shape, steps);
  if (leaf === null) return written ?? null;
  if (written === undefined) return fieldOfType(leaf.sketch.type, { ...leaf.sketch.options, required: leaf.required });
  const given = Object.entries(optionsOf(written)).filter(([, value]) => value !== undefined);
  const read = Object.entries({ ...leaf.sketch.options, required: leaf.required })
    .filter(([key]) => appliesTo(written.type, key));
  return fieldOfType(written.type, Object.fromEntries([...read, ...given]));
}

// A field that is shown as another type than the schema's own keeps of the schema's options what its type knows.
function appliesTo(type: FieldType, option: string): boolean {
  switch (option) {
    case "minlength":
    case "maxlength":
    case "pattern":
      return ["text", "textarea", "email", "url", "password"].includes(type) &&
        !(type === "textarea" && option === "pattern");
    case "min":
    case "max":
    case "step":
      return type === "number";
    case "choices":
      return type === "select" || type === "radio" || type === "multiselect";
    case "accept":
    case "multiple":
    case "maxBytes":
    case "maxFiles":
      return type === "file";
    default:
      return true;
  }
}
