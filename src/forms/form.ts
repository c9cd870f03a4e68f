// Form definitions: a name, and a schema or fields that determine the values. A form may contain formsets
// (`composite.ts`); a list of rows alone is a formset (`formset.ts`). `bind.ts` creates bound forms from them.
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
 * A function of the values of a valid form.
 *
 * @typeParam V The values.
 * @typeParam T The result.
 */
// A method, not a property of function type: TypeScript compares methods bivariantly, so a form of known values is
// assignable to a form of any values. Each function is called only with values of its own form.
export type FromValues<V, T> = { from(values: V, ctx: RequestContext): T }["from"];

/** Initial values of a form by field name, nested as objects and lists. A missing field is empty. */
export type FormInitial = Readonly<Record<string, unknown>>;

/**
 * Initial values for a form of known values: any of its names, with any value that a field can show. A stored record
 * with further properties is accepted.
 *
 * @typeParam V The values of the form.
 */
export type InitialValues<V> = V extends object ? { readonly [K in keyof V]?: unknown } : FormInitial;

/** The context of `clean`. */
export interface CleanContext extends RequestContext {
  /**
   * Adds an error, which makes the form invalid.
   *
   * @param field The name of the field, such as `title` or `rows[0].label`; `""` for the whole form.
   * @param message The message for the user.
   */
  addError(field: string, message: string): void;
}

/** The context of a form guard. */
export type FormGuardContext<F> = RequestContext & {
  /**
   * The bound form before validation: fields have the submitted value as `raw`, and `initial` has the initial values.
   */
  readonly form: F;
};

/** The response after an action with this form has succeeded. */
export interface SuccessFeedback<V> {
  /**
   * A toast: a string, an object for the toasts of the page, or a function of the values and the request. Default: none.
   */
  readonly toast?: ToastInput | FromValues<V, ToastInput> | undefined;
  /** A URL of this site to redirect to, or a function of the values and the request. Default: the page of the form. */
  readonly redirect?: string | FromValues<V, string> | undefined;
}

/** The content of a toast. */
export type ToastInput = string | Readonly<Record<string, unknown>>;

/** Options of every form. */
export interface FormOptionsBase<V> {
  /**
   * Returns the initial values for a request. Called before the form is rendered or bound. Default: none.
   *
   * @param ctx The request.
   * @returns Values by field name; `null` or `undefined` for none.
   */
  readonly getInitial?:
    | ((ctx: RequestContext) => InitialValues<V> | null | undefined | PromiseLike<InitialValues<V> | null | undefined>)
    | undefined;
  /**
   * Validates the values together, after each field is valid.
   *
   * @param values The values.
   * @param ctx The request, and `addError`.
   * @returns The changed values, or nothing to keep them.
   */
  readonly clean?: ((values: V, ctx: CleanContext) => V | void | PromiseLike<V | void>) | undefined;
  /**
   * Decides whether a request may continue, after the form is bound and before its values are validated. The body has
   * been read and injected values have been created, so checks that do not depend on the form belong in the action's
   * guard. Default: every request may.
   */
  readonly guard?: Guard<FormGuardContext<BoundForm<V>>> | undefined;
  /** The response after success, unless the action function returns one. Default: none. */
  readonly success?: SuccessFeedback<V> | undefined;
}

/** Options of a form whose values a schema validates. */
export interface SchemaFormOptions<S extends StandardSchemaV1>
  extends FormOptionsBase<StandardSchemaV1.InferOutput<S>> {
  /**
   * A Standard Schema. If it provides its JSON Schema, the fields, their types, choices and constraints are read from
   * it, and texts become numbers, booleans and lists if the schema asks for them.
   */
  readonly schema: S;
  /**
   * Fields that override the schema, by name: `title`, `address.city`, and `rows[].label` for every row. Such a field
   * also validates its own rules before the schema. For a schema without JSON Schema these are the fields of the form.
   * Default: none.
   */
  readonly fields?: FieldDefinitions | undefined;
}

/** Options of a form whose fields validate the values. */
export interface FieldsFormOptions<F extends FieldDefinitions> extends FormOptionsBase<FieldValues<F>> {
  /** The fields, in the order they are rendered. A name must not contain dots or brackets. */
  readonly fields: F;
  /** Not allowed with fields alone. */
  readonly schema?: undefined;
}

/**
 * A form definition, frozen and independent of a request.
 *
 * @typeParam V Its values, once valid.
 * @typeParam I Data that a typed caller sends.
 */
export interface FormDefinition<V = unknown, I = unknown> {
  /** Distinguishes a form from a formset. */
  readonly kind: "form";
  /** Its name; IDs of its fields start with it. */
  readonly name: string;
  /** The schema, or `null` if the fields validate the values. */
  readonly schema: StandardSchemaV1 | null;
  /** The declared fields, by name or pattern. */
  readonly fields: ReadonlyMap<string, FieldDefinition>;
  /** Returns the initial values for a request. */
  getInitial?(ctx: RequestContext): object | null | undefined | PromiseLike<object | null | undefined>;
  /** Validates the values together. */
  clean?(values: V, ctx: CleanContext): V | void | PromiseLike<V | void>;
  /** Decides whether a request may continue. */
  guard?(ctx: FormGuardContext<BoundForm<V>>): ReturnType<Guard>;
  /** The response after success, or `null`. */
  readonly success: SuccessFeedback<V> | null;
  /** Never set at run time: carries the types. */
  readonly types?: { readonly values: V; readonly input: I };
}

/** Properties of every bound form and formset. */
export interface BoundBase {
  /** The name of the form. */
  readonly name: string;
  /** The instance name of a form that is rendered several times on a page, or `null`. */
  readonly instance: string | null;
  /** `true` if data was submitted; a form without data is blank, neither valid nor invalid. */
  readonly isBound: boolean;
  /** `true` if data was submitted and is valid. */
  readonly isValid: boolean;
  /** Errors by field name; those of the whole form under `""`. A `Map`, so that `constructor` can be a name. */
  readonly errors: ReadonlyMap<string, readonly string[]>;
  /** The errors as a plain record, for a response. */
  readonly issues: Issues;
  /** Number of error messages. */
  readonly errorCount: number;
  /** The names of the fields with errors; `""` for the whole form. */
  readonly fieldNames: readonly string[];
  /** Its fields, in the order they are rendered. */
  readonly fields: readonly BoundField[];
  /** `true` if a field accepts files: the form is then submitted as `multipart/form-data`. */
  readonly hasFiles: boolean;
  /**
   * Returns a field.
   *
   * @param name Its name, such as `title`, `address.city` or `rows[0].label`.
   * @throws {TypeError} If the form has no such field.
   */
  field(name: string): BoundField;
  /**
   * Adds an error and makes the form invalid, for example if an action function finds that a name is taken.
   *
   * @param field The name of the field; `""` for the whole form.
   * @param message The message for the user.
   */
  addError(field: string, message: string): void;
}

/**
 * A bound form.
 *
 * @typeParam V Its values, once valid.
 */
export interface BoundForm<V = unknown> extends BoundBase {
  /** Distinguishes a form from a formset. */
  readonly kind: "form";
  /** The definition. */
  readonly definition: FormDefinition<V>;
  /** The initial values. */
  readonly initial: FormInitial;
  /**
   * The values.
   *
   * @throws {TypeError} If the form is not valid.
   */
  readonly values: V;
}

const NAME = /^[A-Za-z][A-Za-z0-9_.:-]{0,127}$/;

/**
 * Defines a form whose values a schema validates.
 *
 * @param name Its name: a letter, then up to 127 letters, digits, dots, colons, dashes or underscores.
 * @param options The schema and further options.
 * @returns The form, frozen.
 * @throws {TypeError} If the name or an option is invalid.
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
 * Defines a form whose fields validate the values.
 *
 * @param name Its name: a letter, then up to 127 letters, digits, dots, colons, dashes or underscores.
 * @param options The fields and further options.
 * @returns The form, frozen.
 * @throws {TypeError} If the name or an option is invalid.
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
  throwFault(name, faultOfOptions(name, options));
  const { schema, fields, getInitial, clean, guard, success } = options;
  const shape = schema === undefined ? null : readSchema(schema);
  const declared = new Map(Object.entries(fields ?? {}));
  throwFault(name, faultOfFields(declared, schema !== undefined, shape));
  const definition: FormDefinition = Object.freeze({
    kind: "form",
    name,
    schema: schema ?? null,
    fields: declared,
    ...(getInitial === undefined ? {} : { getInitial }),
    ...(clean === undefined ? {} : { clean }),
    ...(guard === undefined ? {} : { guard }),
    success: success === undefined ? null : Object.freeze({ ...success }),
  });
  defined.set(definition, new FormFields(declared, schema !== undefined, shape));
  return definition;
}

/** Extends a form definition with further properties; the new one has the same fields. */
export function extendForm(base: FormDefinition, more: object): FormDefinition {
  const definition: FormDefinition = Object.freeze({ ...base, ...more });
  defined.set(definition, fieldsOfForm(base));
  return definition;
}

/** Returns whether {@linkcode defineForm} created a value. */
export function isForm(value: unknown): value is FormDefinition {
  return typeof value === "object" && value !== null && defined.has(value);
}

/** Returns the fields of a form; of a copied definition only the declared ones. */
export function fieldsOfForm(definition: FormDefinition): FormFields {
  return defined.get(definition) ?? new FormFields(definition.fields, definition.schema !== null, null);
}

/** Returns the feedback that a valid form or formset declares for its values. */
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

// The fields of each form that was defined here.
const defined = new WeakMap<object, FormFields>();

function throwFault(name: string, fault: string | null): void {
  if (fault !== null) throw new TypeError(`Cannot define form "${name}": ${fault}`);
}

function faultOfOptions(
  name: string,
  { schema, fields, getInitial, clean, guard }:
    | SchemaFormOptions<StandardSchemaV1>
    | FieldsFormOptions<FieldDefinitions>,
): string | null {
  if (!NAME.test(name)) {
    return "the name is invalid; use a letter and up to 127 letters, digits, dots, colons, dashes or underscores";
  }
  if (schema === undefined && fields === undefined) return "it has neither schema nor fields; add one of them";
  if (schema !== undefined && !isStandardSchema(schema)) {
    return "its schema is not a Standard Schema; use one of zod, valibot or arktype";
  }
  for (const [key, value] of Object.entries({ getInitial, clean, guard })) {
    if (value !== undefined && typeof value !== "function") return `${key} is ${typeof value}; pass a function`;
  }
  return null;
}

function readSchema(schema: StandardSchemaV1): Shape | null {
  const document = jsonSchemaOf(schema);
  const shape = document === null ? null : readShape(document);
  // A schema that starts with a preprocessing step has no information about its fields.
  return shape?.kind === "scalar" && shape.type === "unknown" ? null : shape;
}
