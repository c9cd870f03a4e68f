// Validates the submitted value of a field: each check returns the value, or an error.
//
// The rules are those of a browser (HTML, 4.10.21), so that the same input is valid with and without scripts.
import type { FieldMessages, FieldResult, FieldRules } from "./field_rules.ts";
import { acceptsFile } from "./file_type.ts";
import { messageFor, stepMessage } from "./messages.ts";
import { isNumberText, parseNumber, sentChecked, sentFiles, sentList, sentText, sentTexts } from "./sent.ts";
import { isOnStep, numberOf, stepBase } from "./steps.ts";
import { catalogueText, type UserText } from "../texts/catalogue.ts";

/** The differences between the types of text. */
export interface TextTraits {
  /** Normalizes the text as a browser does before validation. Default: no change. */
  readonly normalize?: (text: string) => string;
  /** If `true`, white space counts as a value. Default: a string of white space counts as empty. */
  readonly keepsSpace?: boolean;
  /** Returns whether the text has the format of the type. Default: any text has. */
  readonly fits?: (text: string, rules: FieldRules) => boolean;
}

// Maximum length of a string that is tested against a pattern, which may be slow on long texts (threats, T42).
const PATTERN_TEXT_LIMIT = 10_000;
// White space and control characters, which the URL parser silently drops: `java
// script:` would become a scheme.
const URL_GAP = /[\s\p{Cc}]/u;

/** Returns the check of a type of text. The value of an empty field is `""`. */
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
    if (pattern === undefined) return valid(text);
    const isMatch = text.length <= PATTERN_TEXT_LIMIT && compilePattern(pattern).test(text);
    return isMatch ? valid(text) : broken(rules, "pattern");
  };
}

/** Checks a number. The value of an empty field is `null`. */
export function checkNumber(rules: FieldRules, sent: unknown, initial: unknown): FieldResult<number | null> {
  const text = sentText(sent);
  if (text === null) return broken(rules, "invalid");
  if (text.trim() === "") return leftEmpty(rules, null);
  const value = parseNumber(text);
  if (value === null) {
    const isTooLong = rules.messages.invalid === undefined && isNumberText(text) && Number.isFinite(Number(text));
    return isTooLong ? wrong(catalogueText("numberDigits")) : broken(rules, "invalid");
  }
  return outOfRange(rules, value, initial) ?? valid(value);
}

/** Returns the check of a date or time, whose value is its text. The value of an empty field is `null`. */
export function momentCheck(
  parse: (text: string) => number | null,
): (rules: FieldRules, sent: unknown, initial: unknown) => FieldResult<string | null> {
  return (rules, sent, initial) => {
    const text = sentText(sent)?.trim();
    if (text === "") return leftEmpty(rules, null);
    const value = text === undefined ? null : parse(text);
    if (text === undefined || value === null) return broken(rules, "invalid");
    return outOfRange(rules, value, initial) ?? valid(text);
  };
}

/** Checks a checkbox; a required one must be checked. */
export function checkBox(rules: FieldRules, sent: unknown): FieldResult<boolean> {
  const checked = sentChecked(sent);
  if (checked === null) return broken(rules, "invalid");
  return checked ? valid(true) : leftEmpty(rules, false);
}

/** Checks a choice. The value without one is `null`. */
export function checkChoice(rules: FieldRules, sent: unknown): FieldResult<string | null> {
  const text = sentText(sent);
  if (text !== null && isOffered(rules, text)) return valid(text);
  return text === "" ? leftEmpty(rules, null) : broken(rules, "invalid");
}

/** Checks any number of choices. The value has each once, in the order they were submitted. */
export function checkChoices(rules: FieldRules, sent: unknown): FieldResult<string[]> {
  const chosen = new Set<string>();
  for (const text of sentTexts(sent)) {
    if (text !== null && isOffered(rules, text)) chosen.add(text);
    else if (text !== "") return broken(rules, "invalid");
  }
  return chosen.size === 0 ? leftEmpty(rules, []) : valid([...chosen]);
}

/** Checks a file. The value without one is `null`. */
export async function checkFile(rules: FieldRules, sent: unknown): Promise<FieldResult<File | null>> {
  const result = await checkFiles(rules, sent);
  return result.kind === "valid" ? valid(result.value[0] ?? null) : result;
}

/** Checks files. Reads the first bytes of each. */
export async function checkFiles(rules: FieldRules, sent: unknown): Promise<FieldResult<File[]>> {
  if (sentList(sent).some((item) => !(item instanceof File) && sentText(item) !== "")) return broken(rules, "invalid");
  const files = [...sentFiles(sent)];
  if (files.length === 0) return leftEmpty(rules, files);

  const { maxBytes = Infinity, multiple, maxFiles = multiple ? Infinity : 1, accept } = rules.constraints;
  if (files.length > maxFiles) return broken(rules, "maxFiles");
  // With several files, the message must name the file.
  const invalid = (file: File, rule: "maxBytes" | "accept"): FieldResult<never> =>
    files.length === 1
      ? broken(rules, rule)
      : wrong(catalogueText("fileMessage", { name: file.name, message: messageFor(rules, rule) }));
  const large = files.find((file) => file.size > maxBytes);
  if (large !== undefined) return invalid(large, "maxBytes");
  const tokens = accept?.toLowerCase().split(",").map((token) => token.trim()) ?? null;
  for (const file of files) if (tokens !== null && !await acceptsFile(tokens, file)) return invalid(file, "accept");
  return valid(files);
}

/** Compiles the regular expression of a `pattern` attribute as a browser does (HTML, 4.10.5.3.6). */
export function compilePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "v");
}

/**
 * Returns whether a string is an absolute URL with one of the schemes and without the white space that a URL parser
 * drops.
 */
export function isWebAddress(text: string, { schemes }: FieldRules): boolean {
  if (URL_GAP.test(text) || !URL.canParse(text)) return false;
  const scheme = new URL(text).protocol;
  if (!schemes.includes(scheme)) return false;
  // `http:example.com` is parsed as an address that the user did not mean.
  return !["http:", "https:"].includes(scheme) || text.slice(scheme.length).startsWith("//");
}

function isOffered(rules: FieldRules, text: string): boolean {
  return rules.choices.some(({ value, disabled }) => value === text && !disabled);
}

function outOfRange(rules: FieldRules, value: number, initial: unknown): FieldResult<never> | null {
  const { kind, constraints } = rules;
  const { step = "any" } = constraints;
  const [min, max] = [numberOf(kind, constraints.min) ?? -Infinity, numberOf(kind, constraints.max) ?? Infinity];
  // A reversed range, which only times have, goes past midnight (HTML, 4.10.5.3.7).
  if (min > max ? value < min && value > max : value < min) return broken(rules, "min");
  if (min <= max && value > max) return broken(rules, "max");
  if (step === "any") return null;
  const base = stepBase(kind, constraints, initial);
  return isOnStep(value, base, step) ? null : wrong(rules.messages.step ?? stepMessage(rules, step, base));
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
