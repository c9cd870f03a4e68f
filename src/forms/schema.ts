// Standard Schema and its JSON Schema extension.
//
// The interfaces are those of https://standardschema.dev, copied so that no validator or type package is required.
import { ErrorList } from "./error_list.ts";
import { formatPath, isPlainObject } from "./path.ts";
import { converterOptions, withFlags } from "./schema_types.ts";

/**
 * A validator that follows Standard Schema, such as zod, valibot and arktype.
 *
 * @typeParam Input The input type.
 * @typeParam Output The output type.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The properties of Standard Schema. */
  readonly "~standard": StandardSchemaV1.Props<Input, Output>;
}

/** The parts of {@linkcode StandardSchemaV1}. */
export declare namespace StandardSchemaV1 {
  /** The properties of Standard Schema. */
  export interface Props<Input = unknown, Output = Input> {
    /** The version of the standard. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Validates a value. */
    readonly validate: (value: unknown) => Result<Output> | Promise<Result<Output>>;
    /** Never set at run time: carries the types. */
    readonly types?: Types<Input, Output> | undefined;
  }
  /** The result of a validation. */
  export type Result<Output> = SuccessResult<Output> | FailureResult;
  /** The value is valid. */
  export interface SuccessResult<Output> {
    /** The output value. */
    readonly value: Output;
    /** Absent on success. */
    readonly issues?: undefined;
  }
  /** The value is invalid. */
  export interface FailureResult {
    /** The errors. */
    readonly issues: ReadonlyArray<Issue>;
  }
  /** An error. */
  export interface Issue {
    /** The message for the user. */
    readonly message: string;
    /** The path of the error, from the outside in. */
    readonly path?: ReadonlyArray<PropertyKey | PathSegment> | undefined;
  }
  /** A path step as an object. */
  export interface PathSegment {
    /** The key of the step. */
    readonly key: PropertyKey;
  }
  /** The types of a schema. */
  export interface Types<Input = unknown, Output = Input> {
    /** The input type. */
    readonly input: Input;
    /** The output type. */
    readonly output: Output;
  }
  /** The input type of a schema. */
  export type InferInput<Schema extends StandardSchemaV1> = NonNullable<Schema["~standard"]["types"]>["input"];
  /** The output type of a schema. */
  export type InferOutput<Schema extends StandardSchemaV1> = NonNullable<Schema["~standard"]["types"]>["output"];
}

/** The part of Standard JSON Schema that is used here. It throws if the schema cannot be converted. */
type ToJsonSchema = (options: {
  readonly target: "draft-2020-12";
  readonly libraryOptions: Readonly<Record<string, unknown>> | undefined;
}) => Readonly<Record<string, unknown>>;

/** Returns whether a value follows Standard Schema. It may be a function, as in arktype. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const props: unknown = Reflect.get(value, "~standard");
  return typeof props === "object" && props !== null && typeof Reflect.get(props, "validate") === "function";
}

/** Returns the input of a schema as JSON Schema of draft 2020-12, or `null` if the schema provides none. */
export function jsonSchemaOf(schema: StandardSchemaV1): Readonly<Record<string, unknown>> | null {
  const converter: unknown = Reflect.get(schema["~standard"], "jsonSchema");
  if (typeof converter !== "object" || converter === null) return null;
  const input: unknown = Reflect.get(converter, "input");
  if (typeof input !== "function") return null;
  // Standard JSON Schema defines the type of this function; readShape() reads its result as unknown.
  const toJsonSchema = input as ToJsonSchema;
  const { vendor } = schema["~standard"];
  const ofPart = (part: unknown): unknown => isStandardSchema(part) ? jsonSchemaOf(part) ?? {} : {};
  try {
    const libraryOptions = converterOptions(vendor, ofPart);
    const document = toJsonSchema({ target: "draft-2020-12", libraryOptions });
    const complete = vendor === "arktype" ? withFlags(document, Reflect.get(schema, "json")) : document;
    return isPlainObject(complete) ? complete : null;
  } catch {
    // The standard requires the converter to throw for a schema without a JSON form. The schema then reads the texts.
    return null;
  }
}

/** Returns the field name of an issue, such as `address.city` or `rows[0].label`; `""` for the whole form. */
export function issueName({ path = [] }: StandardSchemaV1.Issue): string {
  return formatPath(path.map((segment) => {
    const key = typeof segment === "object" ? segment.key : segment;
    return typeof key === "symbol" ? key.description ?? "" : key;
  }));
}

/** The result of validating the data of an action. */
export type CheckedInput =
  | { readonly kind: "valid"; readonly value: unknown }
  | { readonly kind: "invalid"; readonly errors: ReadonlyMap<string, readonly string[]> };

/** Validates the data of an action without a form. */
export async function checkInput(schema: StandardSchemaV1, data: unknown): Promise<CheckedInput> {
  const result = await schema["~standard"].validate(data);
  if (result.issues === undefined) return { kind: "valid", value: result.value };
  const errors = new ErrorList();
  for (const issue of result.issues) errors.add(issueName(issue), issue.message);
  return { kind: "invalid", errors: errors.all };
}
