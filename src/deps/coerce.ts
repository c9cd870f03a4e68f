// Converts a URL parameter to the type that a marker requests.
import type { StandardSchemaV1 } from "../forms/schema.ts";
import { sentChecked } from "../forms/sent.ts";

/**
 * The conversion of a parameter: `String`, `Number`, `Boolean`, `BigInt`, `Date`, a Standard Schema, or a function of
 * the text.
 */
export type ParamType = ((text: string) => unknown) | StandardSchemaV1;

/** A type, or an array with one type for a parameter that repeats. */
export type ParamTypes = ParamType | readonly [ParamType];

/** The type that a {@linkcode ParamTypes} converts to. */
export type ParamValue<T extends ParamTypes> = T extends readonly [infer E extends ParamType] ? ParamValue<E>[]
  : T extends DateConstructor ? Date
  : T extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<T>
  : T extends (text: string) => infer R ? Awaited<R>
  : never;

/** The result of a conversion: the value, or a description of the expected type. */
export type Coercion =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "mismatch"; readonly expected: string; readonly cause?: unknown };

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Converts a string to a type.
 *
 * Stricter than the constructors. `Number` rejects the empty text, `Infinity`, hexadecimal, and integers that a double
 * cannot represent exactly, because they would identify another record. `Boolean` accepts `1`, `true`, `yes`, `on` and
 * their opposites in any case. `Date` accepts existing dates and times of ISO 8601, in UTC without an offset.
 */
export async function coerce(text: string, type: ParamType): Promise<Coercion> {
  if (type === String) return value(text);
  if (type === Number) return coerceNumber(text);
  if (type === Boolean) return coerceBoolean(text);
  if (type === BigInt) return INTEGER.test(text) ? value(BigInt(text.replace("+", ""))) : mismatch("a whole number");
  if (type === Date) return coerceDate(text);
  // A schema may be callable too (arktype); its validation counts, not the result of the call.
  if ("~standard" in type) return await coerceBySchema(text, type);
  return await coerceByFunction(text, type);
}

/** Returns whether {@linkcode coerce} can convert to a type. */
export function isParamType(type: unknown): type is ParamType {
  return typeof type === "function" || (typeof type === "object" && type !== null && "~standard" in type);
}

function coerceNumber(text: string): Coercion {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(number)) return mismatch("a number");
  if (INTEGER.test(text) && !Number.isSafeInteger(number)) return mismatch("a number that can be held exactly");
  return value(number);
}

function coerceBoolean(text: string): Coercion {
  const boolean = text === "" ? null : sentChecked(text);
  return boolean === null ? mismatch("true or false") : value(boolean);
}

function coerceDate(text: string): Coercion {
  const match = DATE.exec(text);
  if (match === null) return mismatch("a date");
  const [, year, month, day, offset] = match;
  // ECMAScript reads a time without an offset in the zone of the server, so the value would depend on the machine.
  const date = new Date(text.includes("T") && offset === undefined ? `${text}Z` : text);
  // V8 reads 30 February as 1 March.
  const exists = Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number.isNaN(date.valueOf()) || !exists ? mismatch("a date") : value(date);
}

async function coerceBySchema(text: string, schema: StandardSchemaV1): Promise<Coercion> {
  const result = await schema["~standard"].validate(text);
  if (result.issues === undefined) return value(result.value);
  return mismatch(result.issues.map((issue) => issue.message).join(", "));
}

async function coerceByFunction(text: string, read: (text: string) => unknown): Promise<Coercion> {
  let result: unknown;
  try {
    result = await read(text);
  } catch (error) {
    // The user sent the text, so an error of the function is a mismatch; it becomes the cause of the response error.
    return { kind: "mismatch", expected: "of the expected form", cause: error };
  }
  // `parseInt` and similar functions return NaN for a string they cannot read.
  return result === undefined || Number.isNaN(result) ? mismatch("of the expected form") : value(result);
}

function value(value: unknown): Coercion {
  return { kind: "value", value };
}

function mismatch(expected: string): Coercion {
  return { kind: "mismatch", expected };
}
