/**
 * Definitions of forms: a name, and a schema or fields that say which values it takes. A form may have lists of rows besides
 * (`composite.ts`); a list alone is a formset (`formset.ts`). `bind.ts` makes of each one that can be shown.
 *
 * @module
 */
import { atOnce } from "../callback.ts";
import type { Guard, RequestContext } from "../context.ts";
import type { Issues } from "../protocol/patch.ts";
import type { BoundField } from "./bound_field.ts";
import type { FieldDefinition, FieldDefinitions, FieldInputs, FieldValues } from "./field_definition.ts";
import { faultOfFields, FormFields } from "./form_fields.ts";
import { isStandardSchema, jsonSchemaOf, type StandardSchemaV1 } from "./schema.ts";
import { readShape } from "./read_shape.ts";
import type { Shape } from "./shape.ts";

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
  readonly toast?: ToastInput | FromValues<V, ToastInput> | undefined;
  /** Where to go, as a URL of this site; or a function of the values and the request. Default: the page of the form. */
  readonly redirect?: string | FromValues<V, string> | undefined;
}

/** What a toast says. */
export type ToastInput = string | Readonly<Record<string, unknown>>;

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
  refuseFault(name, faultOfOptions(name, options));
  const { schema, fields, getInitial, clean, guard, success } = options;
  const shape = schema === undefined ? null : readSchema(schema);
  const written = new Map(Object.entries(fields ?? {}));
  refuseFault(name, faultOfFields(written, schema !== undefined, shape));
  const definition: FormDefinition = Object.freeze({
    kind: "form",
    name,
    schema: schema ?? null,
    fields: written,
    ...(getInitial === undefined ? {} : { getInitial }),
    ...(clean === undefined ? {} : { clean }),
    ...(guard === undefined ? {} : { guard }),
    success: success === undefined ? null : Object.freeze({ ...success }),
  });
  defined.set(definition, new FormFields(written, schema !== undefined, shape));
  return definition;
}

/**
 * Extends a form: the new one has the same fields.
 *
 * @param base The form.
 * @param more What goes beside what the form says, and over it.
 * @returns The new form, frozen.
 */
export function extendForm(base: FormDefinition, more: object): FormDefinition {
  const definition: FormDefinition = Object.freeze({ ...base, ...more });
  defined.set(definition, fieldsOfForm(base));
  return definition;
}

/** Returns whether a value was made by {@linkcode defineForm}. */
export function isForm(value: unknown): value is FormDefinition {
  return typeof value === "object" && value !== null && defined.has(value);
}

/** Finds the fields of a form; of a copy of one those that were written down. */
export function fieldsOfForm(definition: FormDefinition): FormFields {
  return defined.get(definition) ?? new FormFields(definition.fields, definition.schema !== null, null);
}

/** Makes the feedback that a valid form or formset declares for its success, of its values. */
export function successFeedback<V>(
  { definition, values }: { readonly definition: { readonly success: SuccessFeedback<V> | null }; readonly values: V },
  ctx: RequestContext,
): { readonly toast: ToastInput | null; readonly redirect: string | null } {
  const { toast = null, redirect = null } = definition.success ?? {};
  return {
    toast: typeof toast === "function" ? atOnce(toast(values, ctx), "the toast of a form's success") : toast,
    redirect: typeof redirect === "function"
      ? atOnce(redirect(values, ctx), "the redirect of a form's success")
      : redirect,
  };
}

// The fields of each form, read where it is defined; a form that is not in it was not made here.
const defined = new WeakMap<object, FormFields>();

function refuseFault(name: string, fault: string | null): void {
  if (fault !== null) throw new TypeError(`Cannot define form "${name}": ${fault}`);
}

function faultOfOptions(
  name: string,
  { schema, fields, getInitial, clean, guard }:
    | SchemaFormOptions<StandardSchemaV1>
    | FieldsFormOptions<FieldDefinitions>,
): string | null {
  if (!NAME.test(name)) return "a name is a letter and up to 127 letters, digits, dots, colons, dashes or underscores";
  if (schema === undefined && fields === undefined) return "it has neither schema nor fields, give one of them";
  if (schema !== undefined && !isStandardSchema(schema)) {
    return "its schema is no Standard Schema, such as zod, valibot and arktype make";
  }
  for (const [key, value] of Object.entries({ getInitial, clean, guard })) {
    if (value !== undefined && typeof value !== "function") return `${key} is ${typeof value}, a function is needed`;
  }
  return null;
}

function readSchema(schema: StandardSchemaV1): Shape | null {
  const document = jsonSchemaOf(schema);
  const shape = document === null ? null : readShape(document);
  // A schema that begins with a preprocessing step says nothing about its fields.
  return shape?.kind === "scalar" && shape.type === "unknown" ? null : shape;
}
