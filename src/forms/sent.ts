/**
 * Reads what a client sent for one field: texts, files, lists of these, or values of a typed caller.
 *
 * @module
 */

const NUMBER_TEXT_LIMIT = 100;
// HTML, 2.3.4.3: a valid floating-point number; a browser sends nothing else, and `Number()` alone takes `0x10` and `""`.
const NUMBER = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/**
 * Reads one text: nothing is `""`, numbers and booleans of a typed caller are written out, one value in a list is that
 * value.
 *
 * @returns The text, or `null` for a file, an object, or several values.
 */
export function sentText(sent: unknown): string | null {
  if (typeof sent === "string") return sent;
  if (sent === undefined || sent === null) return "";
  if (typeof sent === "number" || typeof sent === "boolean" || typeof sent === "bigint") return String(sent);
  if (Array.isArray(sent) && sent.length < 2) return sentText(sent[0]);
  return null;
}

/** Reads the text of each value in a list; `null` for one that is not a text, such as a file. */
export function sentTexts(sent: unknown): readonly (string | null)[] {
  if (sent === undefined || sent === null) return [];
  return sentList(sent).map((item) => Array.isArray(item) ? null : sentText(item));
}

/** Reads a list; a value that is not in one is a list of one. */
export function sentList(sent: unknown): readonly unknown[] {
  return Array.isArray(sent) ? sent : [sent];
}

/**
 * Reads the state of a checkbox. A box that is not checked is not sent at all; where a hidden field of the same name
 * stands before it, the last value counts.
 *
 * @returns The state, or `null` for any other value.
 */
export function sentChecked(sent: unknown): boolean | null {
  const last: unknown = Array.isArray(sent) ? sent.at(-1) : sent;
  if (typeof last === "boolean") return last;
  switch (sentText(last)?.toLowerCase()) {
    case "on":
    case "true":
    case "1":
    case "yes":
      return true;
    case "":
    case "off":
    case "false":
    case "0":
    case "no":
      return false;
    default:
      return null;
  }
}

/** Reads the files. A file input in which nothing was chosen sends an empty file without a name (HTML, 4.10.22.4). */
export function sentFiles(sent: unknown): readonly File[] {
  return sentList(sent).filter((item) => item instanceof File).filter((file) => !isEmptyFile(file));
}

/** Returns whether a value is the file that an input without a choice sends. */
export function isEmptyFile(value: unknown): boolean {
  return value instanceof File && value.name === "" && value.size === 0;
}

/** Reads the number that a text stands for; `null` for any other text. */
export function parseNumber(text: string): number | null {
  const trimmed = text.length > NUMBER_TEXT_LIMIT ? "" : text.trim();
  const value = NUMBER.test(trimmed) ? Number(trimmed) : NaN;
  return Number.isFinite(value) ? value : null;
}
