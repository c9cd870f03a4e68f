// `application/x-www-form-urlencoded` (URL Standard, 5.1), parsed strictly: escapes that are not UTF-8 are rejected, which the standard
// would replace.

import { FieldCollector, type FieldLimits, type FieldMap } from "./field_map.ts";
import { decodeUtf8 } from "./utf8.ts";

const encoder = new TextEncoder();

/**
 * Parses a urlencoded text: the body of a form, or a query without its question mark. As in the standard, a `%` that does not start an
 * escape is kept.
 *
 * @param text The text.
 * @param limits The limits for the number of fields and their names.
 * @returns The fields, in time linear in the length of the text.
 * @throws {InputError} With status 413 above a limit, with status 400 when an escape is not UTF-8.
 */
export function parseUrlencoded(text: string, limits: FieldLimits): FieldMap {
  const collector = new FieldCollector(limits);
  let start = 0;
  while (start < text.length) {
    const next = text.indexOf("&", start);
    const end = next === -1 ? text.length : next;
    // Sliced before "=" is searched, which would otherwise scan the rest of the text for every pair without one.
    const pair = text.slice(start, end);
    start = end + 1;
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeComponent(equals === -1 ? pair : pair.slice(0, equals));
    collector.add(name, equals === -1 ? "" : decodeComponent(pair.slice(equals + 1)));
  }
  return collector.fields;
}

function decodeComponent(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Either a "%" that does not start an escape, which is valid here, or bytes that are not UTF-8: the slow way distinguishes them.
    return decodeEscapes(spaced);
  }
}

/** Percent-decodes (URL Standard, 1.3), then decodes UTF-8. */
function decodeEscapes(text: string): string {
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
  return decodeUtf8(bytes.subarray(0, length), "Cannot read fields: an escape");
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
