/**
 * Standard Schema, and its JSON form: the interfaces any validator may offer, and how we ask through them.
 *
 * The interfaces are those of https://standardschema.dev, written out so that no validator and no package of types is
 * needed to read them.
 *
 * @module
 */
import { ErrorList } from "./error_list.ts";
import { formatPath } from "./path.ts";

/**
 * What every validator that follows Standard Schema offers: zod, valibot, arktype and others.
 *
 * @typeParam Input What it takes.
 * @typeParam Output What it gives.
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
    /** Checks a value. */
    readonly validate: (value: unknown) => Result<Output> | Promise<Result<Output>>;
    /** Never there at run time: carries the types. */
    readonly types?: Types<Input, Output> | undefined;
  }
  /** What a check gives. */
  export type Result<Output> = SuccessResult<Output> | FailureResult;
  /** The value was accepted. */
  export interface SuccessResult<Output> {
    /** What the schema made of it. */
    readonly value: Output;
    /** Not there on success. */
    readonly issues?: undefined;
  }
  /** The value was refused. */
  export interface FailureResult {
    /** What was wrong with it. */
    readonly issues: ReadonlyArray<Issue>;
  }
  /** One thing that was wrong. */
  export interface Issue {
    /** What was wrong, for people. */
    readonly message: string;
    /** Where it was wrong, from the outside in. */
    readonly path?: ReadonlyArray<PropertyKey | PathSegment> | undefined;
  }
  /** A step of a path that says more than its key. */
  export interface PathSegment {
    /** The key of the step. */
    readonly key: PropertyKey;
  }
  /** The types a schema carries. */
  export interface Types<Input = unknown, Output = Input> {
    /** What it takes. */
    readonly input: Input;
    /** What it gives. */
    readonly output: Output;
  }
  /** What a schema takes. */
  export type InferInput<Schema extends StandardSchemaV1> = NonNullable<Schema["~standard"]["types"]>["input"];
  /** What a schema gives. */
  export type InferOutput<Schema extends StandardSchemaV1> = NonNullable<Schema["~standard"]["types"]>["output"];
}

/** The part of Standard JSON Schema that is asked here: it throws where the schema cannot be written down. */
type ToJsonSchema = (options: {
  readonly target: "draft-2020-12";
  /** Options of the library itself. */
  readonly libraryOptions: Readonly<Record<string, unknown>> | undefined;
}) => Readonly<Record<string, unknown>>;

/** Whether a value follows Standard Schema. A function may: arktype's schemas are. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const props: unknown = Reflect.get(value, "~standard");
  return typeof props === "object" && props !== null && typeof Reflect.get(props, "validate") === "function";
}

/**
 * What a schema takes, as JSON Schema of draft 2020-12.
 *
 * @returns The document, or `null` where the schema offers none or cannot be written down as one.
 */
export function jsonSchemaOf(schema: StandardSchemaV1): Readonly<Record<string, unknown>> | null {
  const converter: unknown = Reflect.get(schema["~standard"], "jsonSchema");
  if (typeof converter !== "object" || converter === null) return null;
  const input: unknown = Reflect.get(converter, "input");
  if (typeof input !== "function") return null;
  // Standard JSON Schema gives this function its type; what it returns is looked at as unknown by readShape().
  const toJsonSchema = input as ToJsonSchema;
  // The second try is for zod, which refuses the whole schema for one part that has no JSON form (a Date, a File) unless
  // it may write `{}` for that part.
  const tries = [undefined, { unrepresentable: "any" }];
  for (const libraryOptions of tries) {
    try {
      return toJsonSchema({ target: "draft-2020-12", libraryOptions });
    } catch {
      // A schema without a JSON form is a schema all the same: the standard tells the converter to throw, and the form
      // then leaves reading the texts to the schema.
    }
  }
  return null;
}

/** The name of the field an issue is about, such as `address.city` or `rows[0].label`; `""` for the whole. */
export function issueName({ path = [] }: StandardSchemaV1.Issue): string {
  return formatPath(path.map((segment) => {
    const key = typeof segment === "object" ? segment.key : segment;
    return typeof key === "symbol" ? key.description ?? "" : key;
  }));
}

/** What a schema makes of data. */
export type CheckedInput =
  | { readonly kind: "valid"; readonly value: unknown }
  | { readonly kind: "refused"; readonly errors: ReadonlyMap<string, readonly string[]> };

/** Checks the data of an action that has no form. */
export async function checkInput(schema: StandardSchemaV1, data: unknown): Promise<CheckedInput> {
  const result = await schema["~standard"].validate(data);
  if (result.issues === undefined) return { kind: "valid", value: result.value };
  const errors = new ErrorList();
  for (const issue of result.issues) errors.add(issueName(issue), issue.message);
  return { kind: "refused", errors: errors.all };
}
