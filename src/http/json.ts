// JSON from clients: limited in depth and number of values before it is built, without keys that reach a prototype.

import { InputError } from "../errors.ts";
import type { Limits } from "./limits.ts";

/** Limits of JSON. */
export type JsonLimits = Pick<Limits, "jsonDepth" | "jsonNodes">;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Parses JSON. Of a repeated key, the last value is used.
 *
 * Rejects the key `__proto__`, and `constructor` with a value that has the key `prototype`: `JSON.parse` accepts them as ordinary keys, but
 * they reach every object if other code merges the value.
 *
 * @param text The text.
 * @param limits The limits.
 * @param what The name for messages: `X-Hyper-Data`, `body`.
 * @returns The value, with ordinary objects.
 * @throws {InputError} With status 413 above a limit, with status 400 when it is not JSON or contains a rejected key.
 */
export function parseJson(text: string, limits: JsonLimits, what: string): unknown {
  return parseChecked(text, limits, what, "JSON");
}

/**
 * Parses a JSON object, as {@linkcode parseJson} does otherwise.
 *
 * @throws {InputError} As `parseJson` does, and with status 400 when it is not an object.
 */
export function parseJsonObject(text: string, limits: JsonLimits, what: string): Record<string, unknown> {
  const value = parseChecked(text, limits, what, "a JSON object");
  if (!isJsonObject(value)) throw new InputError(400, `Cannot read ${what}: it is not a JSON object`);
  return value;
}

/** Returns whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseChecked(text: string, limits: JsonLimits, what: string, expected: string): unknown {
  checkShape(text, limits, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(400, `Cannot read ${what}: it is not ${expected}`, null, { cause });
  }
  // Only a string with one of these can contain a rejected key, which may be escaped, or a number that is too large.
  if (/__proto__|constructor|\\u|e\+?[0-9]{3}|[0-9]{200}/i.test(text)) checkMembers(value, what);
  return value;
}

/** Counts levels and values in one pass over the text, so that nothing above a limit is built. The parser rejects what is not JSON. */
function checkShape(text: string, limits: JsonLimits, what: string): void {
  const { jsonDepth, jsonNodes } = limits;
  let depth = 0;
  let nodes = 1;
  // `true` after the start of a container: the next token, unless it ends the container, is its first member.
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

/** Checks every key and number. Iterative, since recursion would overflow the stack if `depth` is `Infinity`. */
function checkMembers(value: unknown, what: string): void {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (next === Infinity || next === -Infinity) {
      // JSON cannot represent it: code that encodes the value again, or stores it, would fail.
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
        throw new InputError(400, `Cannot read ${what}: its key "${key}" can change a prototype; use another key`);
      }
      left.push(member);
    }
  }
}
