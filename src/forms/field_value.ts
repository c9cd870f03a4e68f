/**
 * What was sent for one field, checked against the field's rules: a value of the field's type, or what is wrong with it.
 *
 * The rules are those a browser checks too (HTML, 4.10.21), so that with and without scripts the same input passes.
 *
 * @module
 */
import { acceptsFile } from "./file_type.ts";

/** The types of field. */
export type FieldType =
  | "text"
  | "textarea"
  | "email"
  | "url"
  | "password"
  | "number"
  | "checkbox"
  | "select"
  | "multiselect"
  | "radio"
  | "date"
  | "datetime"
  | "time"
  | "file"
  | "hidden";

/** The constraints of a field: those that a browser checks, and for files their size and number. Only what is set is there. */
export interface FieldConstraints {
  /** The least number, date or time. */
  readonly min?: number | string;
  /** The greatest number, date or time. */
  readonly max?: number | string;
  /** The step from `min`: a number, days for a date, seconds for a time. */
  readonly step?: number | "any";
  /** The least length, in UTF-16 code units as a browser counts. */
  readonly minlength?: number;
  /** The greatest length, in UTF-16 code units as a browser counts. */
  readonly maxlength?: number;
  /** What the whole text must match: a regular expression without slashes, with the flag `v`, anchored at both ends. */
  readonly pattern?: string;
  /** The types of file, as in the attribute `accept`. */
  readonly accept?: string;
  /** Whether several values may be given. */
  readonly multiple?: true;
  /** The greatest size of each file, in bytes. */
  readonly maxBytes?: number;
  /** The greatest number of files. */
  readonly maxFiles?: number;
}

/** One of the values a field may take. */
export interface FieldChoice {
  /** What is sent. */
  readonly value: string;
  /** What is shown. */
  readonly label: string;
  /** The heading it stands under, or `null`. */
  readonly group: string | null;
  /** Whether it can be seen but not chosen. */
  readonly disabled: boolean;
}

/** What is said when a rule is broken. */
export interface FieldMessages {
  /** Nothing was given. */
  readonly required?: string | undefined;
  /** What was given is not of the field's type, or none of its choices. */
  readonly invalid?: string | undefined;
  /** The text is too short. */
  readonly minlength?: string | undefined;
  /** The text is too long. */
  readonly maxlength?: string | undefined;
  /** The text does not match the pattern. */
  readonly pattern?: string | undefined;
  /** The value is too small or too early. */
  readonly min?: string | undefined;
  /** The value is too great or too late. */
  readonly max?: string | undefined;
  /** The value is between two steps. */
  readonly step?: string | undefined;
  /** A file is too big. Where several were sent, its name is put before this. */
  readonly maxBytes?: string | undefined;
  /** There are too many files. */
  readonly maxFiles?: string | undefined;
  /** A file is of another type, by what was declared or by its content. Where several were sent, its name is put before this. */
  readonly accept?: string | undefined;
}

/** All that the value of a field is checked against. */
export interface FieldRules {
  /** The type of field. */
  readonly type: FieldType;
  /** Whether a value must be given. */
  readonly required: boolean;
  /** What a browser checks. */
  readonly constraints: FieldConstraints;
  /** The values it may take; empty where any will do. */
  readonly choices: readonly FieldChoice[];
  /** The schemes of a URL, with their colons. */
  readonly schemes: readonly string[];
  /** What is said in place of our own words. */
  readonly messages: FieldMessages;
}

/** What a check gives: the value, or what is wrong. */
export type FieldResult<T> =
  | { readonly kind: "valid"; readonly value: T }
  | { readonly kind: "invalid"; readonly message: string };

// A pattern of the developer may be slow on long texts, so it sees none that is longer (threats, T42).
const PATTERN_TEXT_LIMIT = 10_000;
const NUMBER_TEXT_LIMIT = 100;

// HTML, 4.10.5.1.5: the pattern of a valid e-mail address. Linear: each part is bounded or stands alone.
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
// HTML, 2.3.4.3: a valid floating-point number; a browser sends nothing else, and `Number()` alone takes `0x10` and `""`.
const NUMBER = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;
// White space and control characters, which the URL parser drops in silence: `java\nscript:` would become a scheme.
const URL_GAP = /[\s\p{Cc}]/u;

/**
 * What was sent, as one text: nothing is `""`, numbers and booleans of a typed caller are written out, one value in a
 * list is that value.
 *
 * @returns The text, or `null` where it is none: a file, an object, several values.
 */
export function textOf(sent: unknown): string | null {
  if (typeof sent === "string") return sent;
  if (sent === undefined || sent === null) return "";
  if (typeof sent === "number" || typeof sent === "boolean" || typeof sent === "bigint") return String(sent);
  if (Array.isArray(sent) && sent.length < 2) return textOf(sent[0]);
  return null;
}

/** What was sent, as a list of texts; what is none, such as a file, is left out. */
export function textsOf(sent: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(sent) ? sent : sent === undefined || sent === null ? [] : [sent];
  return list.map((item) => Array.isArray(item) ? null : textOf(item)).filter((text) => text !== null);
}

/**
 * Whether a box was ticked. A box that was not ticked is not sent at all; where a hidden field of the same name stands
 * before it, the last value counts.
 *
 * @returns The state, or `null` where the value says neither.
 */
export function checkedOf(sent: unknown): boolean | null {
  const last: unknown = Array.isArray(sent) ? sent.at(-1) : sent;
  if (typeof last === "boolean") return last;
  switch (textOf(last)?.toLowerCase()) {
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

/** The files that were sent. A file input in which nothing was chosen sends an empty file without a name (HTML, 4.10.22.4). */
export function filesOf(sent: unknown): readonly File[] {
  const list: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
  return list.filter((item) => item instanceof File).filter((file) => file.name !== "" || file.size > 0);
}

/** The number a text stands for, or `null`. */
export function numberOf(text: string): number | null {
  const trimmed = text.length > NUMBER_TEXT_LIMIT ? "" : text.trim();
  const value = NUMBER.test(trimmed) ? Number(trimmed) : NaN;
  return Number.isFinite(value) ? value : null;
}

/** The text of a text-like field. Left empty where it may be, the value is `""`. */
export function checkText(rules: FieldRules, sent: unknown): FieldResult<string> {
  const given = textOf(sent);
  if (given === null) return broken(rules, "invalid");
  const text = normalized(rules.type, given);
  if (isBlank(rules.type, text)) return rules.required ? broken(rules, "required") : valid(text);

  const { minlength = 0, maxlength = Infinity, pattern } = rules.constraints;
  if (text.length > maxlength) return broken(rules, "maxlength");
  if (text.length < minlength) return broken(rules, "minlength");
  if (rules.type === "email" && !EMAIL.test(text)) return broken(rules, "invalid");
  if (rules.type === "url" && !isWebAddress(text, rules.schemes)) return broken(rules, "invalid");
  if (pattern !== undefined) {
    if (text.length > PATTERN_TEXT_LIMIT || !compilePattern(pattern).test(text)) return broken(rules, "pattern");
  }
  return valid(text);
}

/** The number of a number field, or `null` where it may be left empty and was. */
export function checkNumber(rules: FieldRules, sent: unknown): FieldResult<number | null> {
  const text = textOf(sent);
  if (text === null) return broken(rules, "invalid");
  if (text.trim() === "") return rules.required ? broken(rules, "required") : valid(null);
  const value = numberOf(text);
  if (value === null) return broken(rules, "invalid");
  return inRange(rules, value, Number) ?? valid(value);
}

/** The date, the time, or both, as ISO text, or `null` where it may be left empty and was. */
export function checkMoment(rules: FieldRules, sent: unknown): FieldResult<string | null> {
  const text = textOf(sent)?.trim();
  if (text === undefined) return broken(rules, "invalid");
  if (text === "") return rules.required ? broken(rules, "required") : valid(null);
  const value = momentOf(rules.type, text);
  if (value === null) return broken(rules, "invalid");
  return inRange(rules, value, (bound) => momentOf(rules.type, String(bound)) ?? NaN) ?? valid(text);
}

/** Whether a box was ticked; one that is required must be. */
export function checkBox(rules: FieldRules, sent: unknown): FieldResult<boolean> {
  const checked = checkedOf(sent);
  if (checked === null) return broken(rules, "invalid");
  return rules.required && !checked ? broken(rules, "required") : valid(checked);
}

/** The value of one choice, or `null` where none need be made and none was. */
export function checkChoice(rules: FieldRules, sent: unknown): FieldResult<string | null> {
  const text = textOf(sent);
  if (text === null) return broken(rules, "invalid");
  const offered = isOffered(rules, text);
  if (text === "" && !offered) return rules.required ? broken(rules, "required") : valid(null);
  return offered ? valid(text) : broken(rules, "invalid");
}

/** The values of the choices that were made, each once, in the order they were sent. */
export function checkChoices(rules: FieldRules, sent: unknown): FieldResult<string[]> {
  const list: readonly unknown[] = Array.isArray(sent) ? sent : sent === undefined || sent === null ? [] : [sent];
  const chosen = new Set<string>();
  for (const item of list) {
    const text = Array.isArray(item) ? null : textOf(item);
    if (text === "" && !isOffered(rules, text)) continue;
    if (text === null || !isOffered(rules, text)) return broken(rules, "invalid");
    chosen.add(text);
  }
  return rules.required && chosen.size === 0 ? broken(rules, "required") : valid([...chosen]);
}

/** The files of a file field; reading the first bytes of each is what it waits for. */
export async function checkFiles(rules: FieldRules, sent: unknown): Promise<FieldResult<File[]>> {
  const list: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
  if (list.some((item) => !(item instanceof File) && textOf(item) !== "")) return broken(rules, "invalid");
  const files = [...filesOf(sent)];
  if (files.length === 0) return rules.required ? broken(rules, "required") : valid(files);

  const { maxBytes = Infinity, multiple, maxFiles = multiple ? Infinity : 1, accept } = rules.constraints;
  if (files.length > maxFiles) return broken(rules, "maxFiles");
  // Among several files the visitor has to be told which one.
  const refused = (file: File, rule: "maxBytes" | "accept"): FieldResult<never> =>
    broken(rules, rule, files.length > 1 ? file : null);
  const large = files.find((file) => file.size > maxBytes);
  if (large !== undefined) return refused(large, "maxBytes");
  if (accept !== undefined) {
    const tokens = accept.toLowerCase().split(",").map((token) => token.trim());
    for (const file of files) if (!await acceptsFile(tokens, file)) return refused(file, "accept");
  }
  return valid(files);
}

/** The seconds (for a date: days) that a date, time or both stands for, to compare and to count steps by; `null` where it is none. */
export function momentOf(type: FieldType, text: string): number | null {
  if (type === "time") return secondsOf(text);
  if (type === "date") return daysOf(text);
  const [date = "", time = "", rest] = text.split("T");
  const days = daysOf(date);
  const seconds = secondsOf(time);
  return days === null || seconds === null || rest !== undefined ? null : days * 86_400 + seconds;
}

/** The regular expression of an attribute `pattern`, as a browser compiles it (HTML, 4.10.5.3.6). */
export function compilePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "v");
}

/** Whether a text is an absolute URL of one of the schemes, without the white space a URL parser would drop. */
export function isWebAddress(text: string, schemes: readonly string[]): boolean {
  if (URL_GAP.test(text) || !URL.canParse(text)) return false;
  const scheme = new URL(text).protocol;
  if (!schemes.includes(scheme)) return false;
  // `http:example.com` parses, to an address the visitor did not mean.
  return !["http:", "https:"].includes(scheme) || text.slice(scheme.length).startsWith("//");
}

// What a browser does to a value before it checks it (HTML, 4.10.5.1 and 4.10.11): without scripts line ends are sent as
// CR LF, and counting them as two would refuse what `maxlength` let pass.
function normalized(type: FieldType, text: string): string {
  if (type === "email" || type === "url") return text.trim();
  return type === "textarea" ? text.replace(/\r\n?/g, "\n") : text;
}

// White space alone is no title and no comment; in a password or a hidden value it may be what was meant.
function isBlank(type: FieldType, text: string): boolean {
  return type === "password" || type === "hidden" ? text === "" : text.trim() === "";
}

function isOffered(rules: FieldRules, text: string): boolean {
  return rules.choices.some(({ value, disabled }) => value === text && !disabled);
}

function inRange(
  rules: FieldRules,
  value: number,
  toNumber: (bound: number | string) => number,
): FieldResult<never> | null {
  const { min, max, step = "any" } = rules.constraints;
  if (min !== undefined && value < toNumber(min)) return broken(rules, "min");
  if (max !== undefined && value > toNumber(max)) return broken(rules, "max");
  if (step === "any") return null;
  const steps = (value - (min === undefined ? 0 : toNumber(min))) / step;
  // 0.3 is three steps of 0.1 for people, and 2.9999999999999996 for a processor.
  return Math.abs(steps - Math.round(steps)) > 1e-9 * Math.max(1, Math.abs(steps)) ? broken(rules, "step") : null;
}

function daysOf(text: string): number | null {
  const [, year = "", month = "", day = ""] = DATE.exec(text) ?? [];
  if (year === "" || year === "0000") return null;
  const time = Date.parse(`${text}T00:00:00Z`);
  // 30 February is a date for some parsers, the first of March.
  const real = !Number.isNaN(time) && new Date(time).getUTCDate() === Number(day) && Number(month) <= 12;
  return real ? time / 86_400_000 : null;
}

function secondsOf(text: string): number | null {
  const [, hours = "", minutes = "", seconds = "0", fraction = "0"] = TIME.exec(text) ?? [];
  if (hours === "" || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(`0.${fraction}`);
}

function valid<T>(value: T): FieldResult<T> {
  return { kind: "valid", value };
}

function broken(rules: FieldRules, rule: keyof FieldMessages, file: File | null = null): FieldResult<never> {
  const message = rules.messages[rule] ?? defaultMessage(rules, rule);
  return { kind: "invalid", message: file === null ? message : `${file.name}: ${message}` };
}

function defaultMessage({ type, constraints, schemes }: FieldRules, rule: keyof FieldMessages): string {
  const { min, max, step, minlength, maxlength, maxBytes, maxFiles, accept } = constraints;
  switch (rule) {
    case "required":
      return REQUIRED[type] ?? "Fill in this field";
    case "invalid":
      if (type === "url") return `Enter a web address that begins with ${schemes.map(exampleOf).join(" or ")}`;
      return INVALID[type] ?? "Enter one text";
    case "minlength":
      return `Enter at least ${counted(minlength ?? 0, "character")}`;
    case "maxlength":
      return `Enter at most ${counted(maxlength ?? 0, "character")}`;
    case "pattern":
      return "Enter a value in the expected format";
    case "min":
      return type === "number"
        ? `Enter a number of ${min} or more`
        : `Enter a ${MOMENT[type] ?? "value"} not before ${min}`;
    case "max":
      return type === "number"
        ? `Enter a number of ${max} or less`
        : `Enter a ${MOMENT[type] ?? "value"} not after ${max}`;
    case "step":
      if (type === "number" && step === 1 && Number.isInteger(min ?? 0)) return "Enter a whole number";
      return `Enter a value in steps of ${step}${min === undefined ? "" : ` from ${min}`}`;
    case "maxBytes":
      return `Choose a file of at most ${formatBytes(maxBytes ?? 0)}`;
    case "maxFiles":
      return `Choose at most ${counted(maxFiles ?? 1, "file")}`;
    case "accept":
      return `Choose a file of one of these types: ${(accept ?? "").split(",").map((type) => type.trim()).join(", ")}`;
  }
}

const REQUIRED: Partial<Record<FieldType, string>> = {
  checkbox: "Tick this box to go on",
  select: "Choose an option",
  multiselect: "Choose at least one option",
  radio: "Choose an option",
  number: "Enter a number",
  date: "Enter a date",
  datetime: "Enter a date and a time",
  time: "Enter a time",
  email: "Enter an email address",
  url: "Enter a web address",
  password: "Enter a password",
  file: "Choose a file",
};

const INVALID: Partial<Record<FieldType, string>> = {
  email: "Enter an email address, such as name@example.com",
  number: "Enter a number",
  checkbox: "Tick the box or leave it empty",
  select: "Choose one of the options",
  multiselect: "Choose from the options",
  radio: "Choose one of the options",
  date: "Enter a date, such as 2025-12-31",
  datetime: "Enter a date and a time, such as 2025-12-31T23:59",
  time: "Enter a time, such as 23:59",
  file: "Choose a file",
};

const MOMENT: Partial<Record<FieldType, string>> = { date: "date", datetime: "date and time", time: "time" };

function exampleOf(scheme: string): string {
  return scheme === "http:" || scheme === "https:" ? `${scheme}//` : scheme;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function formatBytes(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Math.round(bytes / (1024 * 1024) * 10) / 10} MiB`;
  if (bytes >= 1024) return `${Math.round(bytes / 1024 * 10) / 10} KiB`;
  return counted(bytes, "byte");
}
