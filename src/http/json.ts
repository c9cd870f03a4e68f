/**
 * JSON from a stranger: bounded in depth and in number of values before it is built, without keys that reach a prototype.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import type { Limits } from "./limits.ts";

/** The limits that hold for JSON, wherever it comes from. */
export type JsonLimits = Pick<Limits, "jsonDepth" | "jsonNodes">;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Parses JSON. Of a key that is there twice the last value holds.
 *
 * Refused is the key `__proto__` anywhere, and `constructor` where its value has a key `prototype`: an ordinary key for
 * `JSON.parse`, but a way to every object for code that merges the value later.
 *
 * @param text The text.
 * @param limits How deep it may be, and how many values it may hold.
 * @param what What is read, for the message: `X-Hyper-Data`, `body`.
 * @returns The value; its objects are ordinary ones.
 * @throws {InputError} With status 413 above a limit, with status 400 when it is no JSON or holds a refused key.
 */
export function parseJson(text: string, limits: JsonLimits, what: string): unknown {
  return parse(text, limits, what, "JSON");
}

/**
 * Parses JSON that has to be an object, as {@linkcode parseJson} does otherwise.
 *
 * @param text The text.
 * @param limits How deep it may be, and how many values it may hold.
 * @param what What is read, for the message.
 * @returns The object.
 * @throws {InputError} As `parseJson` does, and with status 400 when it is no object.
 */
export function parseJsonObject(text: string, limits: JsonLimits, what: string): Record<string, unknown> {
  const value = parse(text, limits, what, "a JSON object");
  if (!isJsonObject(value)) throw new InputError(400, `Cannot read ${what}: it is not a JSON object`);
  return value;
}

/** Whether a value is what JSON calls an object. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string, limits: JsonLimits, what: string, expected: string): unknown {
  checkShape(text, limits, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(400, `Cannot read ${what}: it is not ${expected}`, null, { cause });
  }
  // A key can be spelled with escapes, a number is only too large with many digits or a large exponent; without one of these
  // texts there is neither.
  if (/__proto__|constructor|\\u|e\+?[0-9]{3}|[0-9]{200}/i.test(text)) checkMembers(value, what);
  return value;
}

/**
 * Counts levels and values in one pass over the text, so that nothing is built of what is too much. A text that is no JSON
 * is counted somehow and refused by the parser.
 */
function checkShape(text: string, limits: JsonLimits, what: string): void {
  const { jsonDepth, jsonNodes } = limits;
  let depth = 0;
  let nodes = 1;
  // Whether a container has just been opened: what comes next, unless it closes, is its first member.
  let opened = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit <= 0x20) continue;
    if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--;
      opened = false;
      continue;
    }
    if (opened || unit === COMMA) {
      opened = false;
      if (++nodes > jsonNodes) {
        throw new InputError(
          413,
          `Cannot read ${what}: more values than ${jsonNodes}, the limit "jsonNodes"`,
          "jsonNodes",
        );
      }
    }
    if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      opened = true;
      if (++depth > jsonDepth) {
        throw new InputError(413, `Cannot read ${what}: deeper than ${jsonDepth} levels, the limit "depth"`, "depth");
      }
    } else if (unit === QUOTE) {
      for (at++; at < text.length; at++) {
        const inside = text.charCodeAt(at);
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) at++;
      }
    }
  }
}

/** Looks at every key and every number; by a list of what is left to see, because recursion would end where `depth` is switched off. */
function checkMembers(value: unknown, what: string): void {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (next === Infinity || next === -Infinity) {
      // Read, it is no number that JSON can say: whoever hands it on, as data or to a database, would fail on it.
      throw new InputError(400, `Cannot read ${what}: it has a number that is too large`);
    }
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) {
      for (const item of next) left.push(item);
      continue;
    }
    for (const [key, member] of Object.entries(next)) {
      if (
        key === "__proto__" || (key === "constructor" && isJsonObject(member) && Object.hasOwn(member, "prototype"))
      ) {
        throw new InputError(400, `Cannot read ${what}: its key "${key}" leads to a prototype`);
      }
      left.push(member);
    }
  }
}
