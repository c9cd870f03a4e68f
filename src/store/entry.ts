// Functions that all stores and buses share.
import { logError } from "../callback.ts";

/** Maximum length of a key, in UTF-16 code units. */
const MAX_KEY = 512;

/** Returns the JSON text of a value. Throws for `null` and for a value that JSON cannot represent. */
export function toJson(key: string, value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined || text === "null") {
    throw new TypeError(
      `Cannot encode "${key}": its value is ${String(value)}; use a value other than null that JSON can represent`,
    );
  }
  return text;
}

/** Throws for a key or a lifetime that some store could not keep. */
export function checkEntry(key: string, seconds: number): void {
  if (key.length === 0 || key.length > MAX_KEY) {
    throw new RangeError(
      `Cannot store "${key.slice(0, 64)}": its key has ${key.length} characters; use 1 to ${MAX_KEY}`,
    );
  }
  if (!(seconds > 0 && seconds < Infinity)) {
    throw new RangeError(`Cannot store "${key}": its time to live is ${seconds} seconds; use a finite number above 0`);
  }
}

/**
 * Checks that an option is a whole number above 0.
 *
 * @param deed Start of the message, after "Cannot", such as "create a memory store".
 * @param name Name of the option.
 * @param value Value of the option.
 * @throws {RangeError} If it is not.
 */
export function checkWholeNumber(deed: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new RangeError(`Cannot ${deed}: ${name} is ${value}; use a whole number above 0`);
}

/** Logs the error of a bus listener to the console. */
export function logListenerError(error: unknown): void {
  logError(error, "a listener of a bus");
}
