/**
 * `application/x-www-form-urlencoded` (URL Standard, 5.1), read strictly: what is not UTF-8 is refused, where the standard
 * would put replacement characters in its place.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import { FieldCollector, type FieldLimits, type FieldMap } from "./field_map.ts";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Parses a urlencoded text: the body of a form, or a query without its question mark.
 *
 * A `%` that begins no escape stands for itself, as in the standard.
 *
 * @param text The text; linear in its length.
 * @param limits How many fields there may be, and how long their names.
 * @returns The fields.
 * @throws {InputError} With status 413 above a limit, with status 400 when an escape is not UTF-8.
 */
export function parseUrlencoded(text: string, limits: FieldLimits): FieldMap {
  const collector = new FieldCollector(limits);
  let start = 0;
  while (start < text.length) {
    const next = text.indexOf("&", start);
    const end = next === -1 ? text.length : next;
    // Cut before the search for "=", which would otherwise run to the end of the text for every pair without one.
    const pair = text.slice(start, end);
    start = end + 1;
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    collector.add(name, equals === -1 ? "" : decode(pair.slice(equals + 1)));
  }
  return collector.fields;
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Either a "%" that begins no escape, which is legal here, or bytes that are not UTF-8: the slow way tells them apart.
    return decodeStrictly(spaced);
  }
}

/** Percent-decode (URL Standard, 1.3), then UTF-8. */
function decodeStrictly(text: string): string {
  const bytes = encoder.encode(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const high = bytes[at] === 0x25 ? hexValue(bytes[at + 1]) : -1;
    const low = high === -1 ? -1 : hexValue(bytes[at + 2]);
    if (low === -1) bytes[length++] = bytes[at] ?? 0;
    else {
      bytes[length++] = high * 16 + low;
      at += 2;
    }
  }
  try {
    return strictUtf8.decode(bytes.subarray(0, length));
  } catch (cause) {
    throw new InputError(400, "Cannot read fields: an escape is not UTF-8", null, { cause });
  }
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
