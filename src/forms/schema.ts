/**
 * Standard Schema, and its JSON form: the interfaces any validator may offer, and how we ask through them.
 *
 * The interfaces are those of https://standardschema.dev, written out so that no validator and no package of types is
 * needed to read them.
 *
 * @module
 */
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

/** What a validator offers that can also write itself down as JSON Schema. */
export interface StandardJSONSchemaV1<Input = unknown, Output = Input> {
  /** The properties of Standard JSON Schema. */
  readonly "~standard": StandardJSONSchemaV1.Props<Input, Output>;
}

/** The parts of {@linkcode StandardJSONSchemaV1}. */
export declare namespace StandardJSONSchemaV1 {
  /** The properties of Standard JSON Schema. */
  export interface Props<Input = unknown, Output = Input> {
    /** The version of the standard. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Never there at run time: carries the types. */
    readonly types?: StandardSchemaV1.Types<Input, Output> | undefined;
    /** Writes the schema down. */
    readonly jsonSchema: Converter;
  }
  /** Writes a schema down as JSON Schema. */
  export interface Converter {
    /** What the schema takes. Throws where it cannot be written down. */
    readonly input: (options: Options) => Record<string, unknown>;
    /** What the schema gives. Throws where it cannot be written down. */
    readonly output: (options: Options) => Record<string, unknown>;
  }
  /** How it is to be written. */
  export interface Options {
    /** The dialect. */
    readonly target: "draft-2020-12" | "draft-07" | "openapi-3.0" | (string & Record<never, never>);
    /** Options of the library itself. */
    readonly libraryOptions?: Record<string, unknown> | undefined;
  }
}

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
  if (typeof converter !== "object" || converter === null || typeof Reflect.get(converter, "input") !== "function") {
    return null;
  }
  // The line above found the one function that is called here; what it gives is looked at as unknown by readShape().
  const { input } = converter as StandardJSONSchemaV1.Converter;
  // The second try is for zod, which refuses the whole schema for one part that has no JSON form (a Date, a File) unless
  // it may write `{}` for that part.
  const tries = [undefined, { unrepresentable: "any" }];
  for (const libraryOptions of tries) {
    try {
      return input({ target: "draft-2020-12", libraryOptions });
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
