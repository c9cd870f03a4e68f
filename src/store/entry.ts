/**
 * What every store checks before it keeps something.
 *
 * @module
 */

/** The longest key, in UTF-16 code units. */
const MAX_KEY = 512;

/**
 * The JSON text of a value.
 *
 * @param key The key or topic it is for, for the message.
 * @param value The value.
 * @returns Its text.
 * @throws {TypeError} When it is `null`, or nothing that JSON can say.
 */
export function toJson(key: string, value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined || text === "null") {
    throw new TypeError(`Cannot store "${key}": ${String(value)} is no value, delete the key to have none`);
  }
  return text;
}

/**
 * Refuses a key or a time to live that not every store could keep.
 *
 * @param key The key.
 * @param seconds The time to live.
 * @throws {RangeError} When the key is empty or too long, or the time is not above 0.
 */
export function checkEntry(key: string, seconds: number): void {
  if (key.length === 0 || key.length > MAX_KEY) {
    throw new RangeError(
      `Cannot store "${key.slice(0, 64)}": its key has ${key.length} characters, 1 to ${MAX_KEY} may be`,
    );
  }
  if (!(seconds > 0 && seconds < Infinity)) {
    throw new RangeError(`Cannot store "${key}": its time to live is ${seconds} seconds, more than 0 are needed`);
  }
}

/**
 * Refuses a bound that bounds nothing.
 *
 * @param what What is bounded.
 * @param name The name of the option.
 * @param value Its value.
 * @throws {RangeError} When it is not a whole number above 0.
 */
export function checkBound(what: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new RangeError(`Cannot bound ${what}: ${name} is ${value}, a whole number above 0 is needed`);
}
