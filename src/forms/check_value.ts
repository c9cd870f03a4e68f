/**
 * Checks of what was sent for one field: each gives a value of the field's type, or what is wrong.
 *
 * The rules are those a browser checks too (HTML, 4.10.21), so that with and without scripts the same input passes.
 *
 * @module
 */
import type { FieldMessages, FieldResult, FieldRules } from "./field_rules.ts";
import { acceptsFile } from "./file_type.ts";
import { messageFor } from "./messages.ts";
import { parseNumber, sentChecked, sentFiles, sentList, sentText, sentTexts } from "./sent.ts";
import { catalogueText, type UserText } from "../texts/catalogue.ts";

/** How the texts of one type differ from those of others. */
export interface TextTraits {
  /** Does what a browser does to the text before it checks it. Default: nothing. */
  readonly normalize?: (text: string) => string;
  /** If `true`, white space is something. Default: a text of white space alone is left empty. */
  readonly keepsSpace?: boolean;
  /** Returns whether the text is of the type. Default: any is. */
  readonly fits?: (text: string, rules: FieldRules) => boolean;
}

// A pattern of the developer may be slow on long texts, so it sees none that is longer (threats, T42).
const PATTERN_TEXT_LIMIT = 10_000;
// White space and control characters, which the URL parser drops in silence: `java\nscript:` would become a scheme.
const URL_GAP = /[\s\p{Cc}]/u;

/** Makes the check of a type of text. Left empty where it may be, the value is `""`. */
export function textCheck(
  { normalize, keepsSpace = false, fits }: TextTraits = {},
): (rules: FieldRules, sent: unknown) => FieldResult<string> {
  return (rules, sent) => {
    const given = sentText(sent);
    if (given === null) return broken(rules, "invalid");
    const text = normalize?.(given) ?? given;
    if ((keepsSpace ? text : text.trim()) === "") return leftEmpty(rules, text);
    const { minlength = 0, maxlength = Infinity, pattern } = rules.constraints;
    if (text.length > maxlength) return broken(rules, "maxlength");
    if (text.length < minlength) return broken(rules, "minlength");
    if (fits?.(text, rules) === false) return broken(rules, "invalid");
    return pattern === undefined || matchesPattern(pattern, text) ? valid(text) : broken(rules, "pattern");
  };
}

/** Checks a number; left empty where it may be, the value is `null`. */
export function checkNumber(rules: FieldRules, sent: unknown): FieldResult<number | null> {
  const text = sentText(sent);
  if (text === null) return broken(rules, "invalid");
  if (text.trim() === "") return leftEmpty(rules, null);
  const value = parseNumber(text);
  if (value === null) return broken(rules, "invalid");
  return outOfRange(rules, value, Number) ?? valid(value);
}

/** Makes the check of a date or time, whose value is its text; left empty where it may be, the value is `null`. */
export function momentCheck(
  parse: (text: string) => number | null,
): (rules: FieldRules, sent: unknown) => FieldResult<string | null> {
  return (rules, sent) => {
    const text = sentText(sent)?.trim();
    if (text === "") return leftEmpty(rules, null);
    const value = text === undefined ? null : parse(text);
    if (text === undefined || value === null) return broken(rules, "invalid");
    return outOfRange(rules, value, (bound) => parse(String(bound)) ?? NaN) ?? valid(text);
  };
}

/** Checks the state of a box; one that is required must be checked. */
export function checkBox(rules: FieldRules, sent: unknown): FieldResult<boolean> {
  const checked = sentChecked(sent);
  if (checked === null) return broken(rules, "invalid");
  return checked ? valid(true) : leftEmpty(rules, false);
}

/** Checks one choice; where none need be made and none was, the value is `null`. */
export function checkChoice(rules: FieldRules, sent: unknown): FieldResult<string | null> {
  const text = sentText(sent);
  if (text !== null && isOffered(rules, text)) return valid(text);
  return text === "" ? leftEmpty(rules, null) : broken(rules, "invalid");
}

/** Checks any number of choices, each once in the value, in the order they were sent. */
export function checkChoices(rules: FieldRules, sent: unknown): FieldResult<string[]> {
  const chosen = new Set<string>();
  for (const text of sentTexts(sent)) {
    if (text !== null && isOffered(rules, text)) chosen.add(text);
    else if (text !== "") return broken(rules, "invalid");
  }
  return chosen.size === 0 ? leftEmpty(rules, []) : valid([...chosen]);
}

/** Checks one file; where none need be chosen and none was, the value is `null`. */
export async function checkFile(rules: FieldRules, sent: unknown): Promise<FieldResult<File | null>> {
  const result = await checkFiles(rules, sent);
  return result.kind === "valid" ? valid(result.value[0] ?? null) : result;
}

/** Checks files; it waits for the first bytes of each. */
export async function checkFiles(rules: FieldRules, sent: unknown): Promise<FieldResult<File[]>> {
  if (sentList(sent).some((item) => !(item instanceof File) && sentText(item) !== "")) return broken(rules, "invalid");
  const files = [...sentFiles(sent)];
  if (files.length === 0) return leftEmpty(rules, files);

  const { maxBytes = Infinity, multiple, maxFiles = multiple ? Infinity : 1, accept } = rules.constraints;
  if (files.length > maxFiles) return broken(rules, "maxFiles");
  // Among several files the user has to know which one.
  const refused = (file: File, rule: "maxBytes" | "accept"): FieldResult<never> =>
    files.length === 1
      ? broken(rules, rule)
      : wrong(catalogueText("fileMessage", { name: file.name, message: messageFor(rules, rule) }));
  const large = files.find((file) => file.size > maxBytes);
  if (large !== undefined) return refused(large, "maxBytes");
  const tokens = accept?.toLowerCase().split(",").map((token) => token.trim()) ?? null;
  for (const file of files) if (tokens !== null && !await acceptsFile(tokens, file)) return refused(file, "accept");
  return valid(files);
}

/** Compiles the regular expression of an attribute `pattern` as a browser does (HTML, 4.10.5.3.6). */
export function compilePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "v");
}

/** Returns whether a text is an absolute URL of one of the schemes, without the white space a URL parser would drop. */
export function isWebAddress(text: string, { schemes }: FieldRules): boolean {
  if (URL_GAP.test(text) || !URL.canParse(text)) return false;
  const scheme = new URL(text).protocol;
  if (!schemes.includes(scheme)) return false;
  // `http:example.com` parses, to an address the user did not mean.
  return !["http:", "https:"].includes(scheme) || text.slice(scheme.length).startsWith("//");
}

function matchesPattern(pattern: string, text: string): boolean {
  return text.length <= PATTERN_TEXT_LIMIT && compilePattern(pattern).test(text);
}

function isOffered(rules: FieldRules, text: string): boolean {
  return rules.choices.some(({ value, disabled }) => value === text && !disabled);
}

function outOfRange(
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

function valid<T>(value: T): FieldResult<T> {
  return { kind: "valid", value };
}

function leftEmpty<T>(rules: FieldRules, value: T): FieldResult<T> {
  return rules.required ? broken(rules, "required") : valid(value);
}

function broken(rules: FieldRules, rule: keyof FieldMessages): FieldResult<never> {
  return wrong(messageFor(rules, rule));
}

function wrong(message: UserText): FieldResult<never> {
  return { kind: "invalid", message };
}
