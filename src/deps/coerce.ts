/**
 * A text of the URL, read as the type a marker asks for: the value, or what the text is not.
 *
 * @module
 */
import type { StandardSchemaV1 } from "../forms/schema.ts";

/**
 * How a text of the URL is read: `String`, `Number`, `Boolean`, `BigInt`, `Date`, any Standard Schema, or a function
 * of the text.
 */
export type ParamType = ((text: string) => unknown) | StandardSchemaV1;

/** One type, or a list with one type in it for values that repeat. */
export type ParamTypes = ParamType | readonly [ParamType];

/** The type of what a {@linkcode ParamTypes} reads. */
export type ParamValue<T extends ParamTypes> = T extends readonly [infer E extends ParamType] ? ParamValue<E>[]
  : T extends DateConstructor ? Date
  : T extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<T>
  : T extends (text: string) => infer R ? Awaited<R>
  : never;

/** What came of a text: the value, or what it was expected to be. */
export type Coercion =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "mismatch"; readonly expected: string; readonly cause?: unknown };

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["yes", true],
  ["on", true],
  ["0", false],
  ["false", false],
  ["no", false],
  ["off", false],
]);

/**
 * Reads a text as a type.
 *
 * Stricter than the constructors: `Number` refuses the empty text, `Infinity`, hexadecimal, and whole numbers that a
 * double cannot hold exactly, as they would name another record; `Boolean` knows `1`, `true`, `yes`, `on` and their
 * opposites in any case; `Date` takes ISO 8601 dates and times that exist, in UTC where no offset is given.
 *
 * @param text The text.
 * @param type What to read it as.
 * @returns The value, or what was expected.
 */
export async function coerce(text: string, type: ParamType): Promise<Coercion> {
  if (type === String) return value(text);
  if (type === Number) return coerceNumber(text);
  if (type === Boolean) return coerceBoolean(text);
  if (type === BigInt) return INTEGER.test(text) ? value(BigInt(text.replace("+", ""))) : mismatch("a whole number");
  if (type === Date) return coerceDate(text);
  // A schema may be callable as well (arktype): what it validates is its word, not what calling it gives.
  if ("~standard" in type) return await coerceBySchema(text, type);
  return await coerceByFunction(text, type);
}

/** Whether a value is something {@linkcode coerce} can read by. */
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
  const boolean = BOOLEANS.get(text.toLowerCase());
  return boolean === undefined ? mismatch("true or false") : value(boolean);
}

function coerceDate(text: string): Coercion {
  const match = DATE.exec(text);
  if (match === null) return mismatch("a date");
  const [, year, month, day, offset] = match;
  // ECMAScript reads a time without an offset in the server's own zone, so that the value would depend on the machine.
  const date = new Date(text.includes("T") && offset === undefined ? `${text}Z` : text);
  // V8 takes 30 February for 1 March.
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
    // The text is the visitor's: what a reader makes of it by throwing is told to them, with the reason as the cause.
    return { kind: "mismatch", expected: "of the expected form", cause: error };
  }
  // `parseInt` and its like say NaN for a text they cannot read; `undefined` says the same.
  return result === undefined || Number.isNaN(result) ? mismatch("of the expected form") : value(result);
}

function value(value: unknown): Coercion {
  return { kind: "value", value };
}

function mismatch(expected: string): Coercion {
  return { kind: "mismatch", expected };
}
