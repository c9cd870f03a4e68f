/**
 * The constraints, choices and schemes of a field, checked where the field is defined.
 *
 * @module
 */
import { compilePattern } from "./check_value.ts";
import { FIELD_KINDS, type FieldType } from "./field_kinds.ts";
import type { AnyFieldOptions, ChoiceDetails, ChoiceOption } from "./field_options.ts";
import type { FieldChoice, FieldConstraints } from "./field_rules.ts";
import { ACCEPT_TOKEN } from "./file_type.ts";

const DEFAULT_SCHEMES = ["https:", "http:"];
const SCHEME = /^[a-z][a-z0-9+.-]*:$/;
const CODE_SCHEMES = new Set(["javascript:", "data:", "vbscript:"]);

/**
 * Reads the constraints out of the options of a field.
 *
 * @throws {TypeError | RangeError} When an option cannot be.
 */
export function constraintsOf(type: FieldType, options: AnyFieldOptions): FieldConstraints {
  const { min, max, step, minlength, maxlength, accept, multiple, maxBytes, maxFiles } = options;
  checkBounds(type, min, max);
  checkCount(type, "minlength", minlength, 0);
  checkCount(type, "maxlength", maxlength, minlength ?? 0);
  checkCount(type, "maxBytes", maxBytes, 1);
  checkCount(type, "maxFiles", maxFiles, 1);
  if (typeof step === "number" && !(step > 0 && Number.isFinite(step))) {
    throw new RangeError(cannotDefine(type, `step is ${step}, it must be above 0 or "any"`));
  }
  if (accept !== undefined && !accept.split(",").every((token) => ACCEPT_TOKEN.test(token.trim()))) {
    throw new TypeError(cannotDefine(type, `accept is "${accept}", a list such as "image/*,.pdf" is needed`));
  }
  const pattern = options.pattern === undefined ? undefined : patternSource(type, options.pattern);
  const all = {
    min,
    max,
    step,
    minlength,
    maxlength,
    pattern,
    accept,
    multiple: multiple || undefined,
    maxBytes,
    maxFiles,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  // Every key is one of FieldConstraints with a value of its type; those without a value are not there.
  return Object.freeze({ ...FIELD_KINDS[type].defaults, ...given });
}

/**
 * Reads choices, those under a heading too, into one list.
 *
 * @throws {TypeError} When a value occurs twice.
 */
export function choicesOf(type: FieldType, choices: readonly ChoiceOption[]): readonly FieldChoice[] {
  const flat = choices.flatMap((choice) => {
    if (typeof choice === "string" || "value" in choice) return [choiceOf(choice, null)];
    return choice.choices.map((inner) => choiceOf(inner, choice.group));
  });
  const values = flat.map(({ value }) => value);
  const twice = values.find((value, index) => values.indexOf(value) < index);
  if (twice !== undefined) throw new TypeError(cannotDefine(type, `the choice "${twice}" stands in it twice`));
  return Object.freeze(flat);
}

function choiceOf(choice: string | ChoiceDetails, group: string | null): FieldChoice {
  const { value, label = value, disabled = false } = typeof choice === "string" ? { value: choice } : choice;
  return Object.freeze({ value, label, group, disabled });
}

/**
 * Reads the schemes of a URL.
 *
 * @throws {TypeError} When a scheme is malformed, or runs code in the page that links to it.
 */
export function schemesOf(schemes: readonly string[] = DEFAULT_SCHEMES): readonly string[] {
  const refused = schemes.find((scheme) => !SCHEME.test(scheme) || CODE_SCHEMES.has(scheme));
  if (refused === undefined) return Object.freeze([...schemes]);
  throw new TypeError(
    cannotDefine("url", `the scheme "${refused}" is not allowed, give schemes such as "https:" that run no code`),
  );
}

function checkBounds(type: FieldType, min: number | string | undefined, max: number | string | undefined): void {
  const [low, high] = [min, max].map((bound) => {
    if (bound === undefined) return null;
    const number = typeof bound === "number" ? bound : FIELD_KINDS[type].moment?.parse(bound) ?? NaN;
    if (Number.isNaN(number)) throw new TypeError(cannotDefine(type, `a bound is "${bound}", which is no ${type}`));
    return number;
  });
  if (typeof low === "number" && typeof high === "number" && low > high) {
    throw new RangeError(cannotDefine(type, `min is ${min}, above max, which is ${max}`));
  }
}

function checkCount(type: FieldType, name: string, count: number | undefined, least: number): void {
  if (count === undefined || (Number.isSafeInteger(count) && count >= least)) return;
  throw new RangeError(cannotDefine(type, `${name} is ${count}, a whole number from ${least} is needed`));
}

function patternSource(type: FieldType, pattern: string | RegExp): string {
  if (pattern instanceof RegExp && /[^vu]/.test(pattern.flags)) {
    throw new TypeError(
      cannotDefine(type, `pattern has the flags "${pattern.flags}", a browser knows none but "v"`),
    );
  }
  const source = typeof pattern === "string" ? pattern : pattern.source;
  try {
    checkPattern(source);
    return source;
  } catch (cause) {
    throw new TypeError(
      cannotDefine(type, `pattern "${source}" is no regular expression with the flag "v"`),
      { cause },
    );
  }
}

/**
 * Compiles a pattern as a browser would.
 *
 * @throws {SyntaxError} When a browser would ignore it.
 */
export function checkPattern(source: string): void {
  // On its own first: `a)(?:b` would be an expression only between the brackets that anchor it.
  new RegExp(source, "v");
  compilePattern(source);
}

function cannotDefine(type: FieldType, reason: string): string {
  return `Cannot define a ${type} field: ${reason}`;
}
