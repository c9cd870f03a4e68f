// Reads the submitted value of a field: a string, a file, a list of these, or a value of a typed caller; and parses
// numbers, dates and times.

const NUMBER_TEXT_LIMIT = 100;
// HTML, 2.3.4.3: a valid floating-point number. Browsers submit no other; `Number()` alone accepts `0x10` and `""`.
const NUMBER = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?$/;

const CHECKED = new Set(["on", "true", "1", "yes"]);
const UNCHECKED = new Set(["", "off", "false", "0", "no"]);

/**
 * Returns the submitted text: `""` for none, numbers and booleans of a typed caller as text, the value of a list with
 * one. Returns `null` for a file, an object, or several values.
 */
export function sentText(sent: unknown): string | null {
  if (typeof sent === "string") return sent;
  if (sent === undefined || sent === null) return "";
  if (typeof sent === "number" || typeof sent === "boolean" || typeof sent === "bigint") return String(sent);
  if (Array.isArray(sent) && sent.length < 2) return sentText(sent[0]);
  return null;
}

/** Returns the text of each value in a list; `null` for a value that is not a string, such as a file. */
export function sentTexts(sent: unknown): readonly (string | null)[] {
  if (sent === undefined || sent === null) return [];
  return sentList(sent).map((item) => Array.isArray(item) ? null : sentText(item));
}

/** Returns a list; a single value becomes a list of one. */
export function sentList(sent: unknown): readonly unknown[] {
  return Array.isArray(sent) ? sent : [sent];
}

/**
 * Returns the state of a checkbox, or `null` for any other value. An unchecked box is not submitted; if a hidden field
 * of the same name precedes it, the last value counts.
 */
export function sentChecked(sent: unknown): boolean | null {
  const last: unknown = Array.isArray(sent) ? sent.at(-1) : sent;
  if (typeof last === "boolean") return last;
  const text = sentText(last)?.toLowerCase();
  if (text === undefined) return null;
  return CHECKED.has(text) || (UNCHECKED.has(text) ? false : null);
}

/**
 * Returns the submitted files. A file input without a choice submits an empty file without a name (HTML, 4.10.22.4).
 */
export function sentFiles(sent: unknown): readonly File[] {
  return sentList(sent).filter((item) => item instanceof File).filter((file) => !isEmptyFile(file));
}

/** Returns whether a value is the file of an input without a choice. */
export function isEmptyFile(value: unknown): boolean {
  return value instanceof File && value.name === "" && value.size === 0;
}

/** Parses a number; `null` for any other text, and for a number with digits that a number of JavaScript cannot keep. */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!isNumberText(trimmed)) return null;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return null;
  // Numbers of up to 15 digits keep all of them. Others are compared: 9007199254740993 would become 9007199254740992.
  if (/^[\d.-]{1,15}$/.test(trimmed)) return value;
  return significantDigits(trimmed) === significantDigits(String(value)) ? value : null;
}

/** Returns whether text is a number as HTML defines it. */
export function isNumberText(text: string): boolean {
  return text.length <= NUMBER_TEXT_LIMIT && NUMBER.test(text.trim());
}

// The same for texts of the same number: "-1.50e3" and "-1500" are "-15e2".
function significantDigits(text: string): string {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  return `${mantissa.startsWith("-") ? "-" : ""}${digits}e${
    Number(exponent) - fraction.length + all.length - digits.length
  }`;
}

// HTML, 2.3.5.2: a year has four digits or more. Browsers end at 275760, as `Date` does.
const DATE = /^(\d{4,6})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;

/** Parses a date as days since 1970; `null` for any other text. */
export function parseDays(text: string): number | null {
  const [, year = "", month = "", day = ""] = DATE.exec(text) ?? [];
  if (Number(year) === 0) return null;
  // `Date.UTC()` adds 1900 to a year below 100, and reads 30 February as 1 March.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? date.getTime() / 86_400_000 : null;
}

/** Parses a time as seconds since midnight; `null` for any other text. */
export function parseSeconds(text: string): number | null {
  const [, hours = "", minutes = "", seconds = "0", fraction = "0"] = TIME.exec(text) ?? [];
  if (hours === "" || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(`0.${fraction}`);
}

/** Parses a date and time as seconds since 1970; `null` for any other text. */
export function parseDateTime(text: string): number | null {
  const [date = "", time = "", rest] = text.split("T");
  const days = parseDays(date);
  const seconds = parseSeconds(time);
  return days === null || seconds === null || rest !== undefined ? null : days * 86_400 + seconds;
}
