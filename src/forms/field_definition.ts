/**
 * One field: what was given for it, checked and frozen.
 *
 * @module
 */
import { compilePattern } from "./check_value.ts";
import { FIELD_KINDS, type FieldType } from "./field_kinds.ts";
import type { AnyFieldOptions, ChoiceDetails, ChoiceOption } from "./field_options.ts";
import type { FieldChoice, FieldConstraints, FieldKindRules, FieldResult, FieldRules } from "./field_rules.ts";
import { ACCEPT_TOKEN } from "./file_type.ts";

/**
 * One field of a form, frozen: how it is shown and what it takes.
 *
 * @typeParam T The type of its value.
 * @typeParam R Whether a value must be given.
 */
export interface FieldDefinition<T = unknown, R extends boolean = boolean> {
  /** Which kind of field it is. */
  readonly type: FieldType;
  /** What it is called, or `null`: then the form makes a label of its name. */
  readonly label: string | null;
  /** A line of help, or `""`. */
  readonly help: string;
  /** Whether a value must be given. */
  readonly required: R;
  /** What it begins with where the form has no other initial value; `undefined` for nothing. */
  readonly initial: unknown;
  /** What a browser checks, and the server again. */
  readonly constraints: FieldConstraints;
  /** The values it may take; empty where any will do. */
  readonly choices: readonly FieldChoice[];
  /** A hint inside the empty control, or `""`. */
  readonly placeholder: string;
  /** What the browser may fill in (HTML, 4.10.18.7), or `""`. */
  readonly autocomplete: string;
  /**
   * Checks what was sent for this field.
   *
   * @param sent A text, a file, a list of these, or a value of a typed caller; `undefined` where nothing was sent.
   * @returns The value, or what is wrong with it; a promise only for files, whose first bytes are read.
   */
  check(sent: unknown): FieldResult<T> | Promise<FieldResult<T>>;
}

/** Fields by name. */
export type FieldDefinitions = Readonly<Record<string, FieldDefinition>>;

/** The values of a record of fields, by the same names. */
export type FieldValues<F extends FieldDefinitions> = {
  [K in keyof F]: F[K] extends FieldDefinition<infer T> ? T : never;
};

/** What a typed caller sends for a record of fields: what is required, and of the rest what it likes. */
export type FieldInputs<F extends FieldDefinitions> =
  & { [K in keyof F as F[K] extends FieldDefinition<unknown, true> ? K : never]: FieldValues<F>[K] }
  & {
    [K in keyof F as F[K] extends FieldDefinition<unknown, true> ? never : K]?: FieldValues<F>[K] | null | undefined;
  };

/**
 * Makes a field of a type.
 *
 * @throws {TypeError | RangeError} When an option cannot be.
 */
export function fieldOfType(type: FieldType, options: AnyFieldOptions): FieldDefinition {
  const kind = FIELD_KINDS[type];
  const rules: FieldRules = {
    kind,
    required: options.required ?? false,
    constraints: constraintsOf(type, options),
    choices: choicesOf(type, options.choices ?? []),
    schemes: schemesOf(options.schemes),
    messages: Object.freeze({ ...options.messages }),
  };
  const definition: FieldDefinition = Object.freeze({
    type,
    label: options.label ?? null,
    help: options.help ?? "",
    required: rules.required,
    initial: options.initial,
    constraints: rules.constraints,
    choices: rules.choices,
    placeholder: options.placeholder ?? "",
    autocomplete: options.autocomplete ?? "",
    check: (sent: unknown) => kind.check(rules, sent),
  });
  built.set(definition, { ...options });
  return definition;
}

/** Returns whether a value is a field that {@linkcode fieldOfType} made. */
export function isFieldDefinition(value: unknown): value is FieldDefinition {
  return typeof value === "object" && value !== null && built.has(value);
}

/** Makes a field over what a schema says of it: what was given for the field comes first. */
export function fieldOver(written: FieldDefinition, read: AnyFieldOptions): FieldDefinition {
  const given = Object.entries(built.get(written) ?? {}).filter(([, value]) => value !== undefined);
  const taken = Object.entries(read).filter(([option]) => takes(written.type, option));
  return fieldOfType(written.type, Object.fromEntries([...taken, ...given]));
}

// The options a field was built with: a plain object that looks like a field has none.
const built = new WeakMap<object, AnyFieldOptions>();

const RULES = new Set(Object.values(FIELD_KINDS).flatMap(rulesOf));

// A field of another type than the schema's own keeps of the schema's rules those that it knows. The bounds of a schema
// are numbers, so a date takes none.
function takes(type: FieldType, option: string): boolean {
  const kind = FIELD_KINDS[type];
  return !RULES.has(option) || (kind.moment === null && rulesOf(kind).includes(option));
}

function rulesOf({ attributes, others }: FieldKindRules): readonly string[] {
  return [...attributes, ...others];
}

function constraintsOf(type: FieldType, options: AnyFieldOptions): FieldConstraints {
  checkConstraints(type, options);
  const { min, max, step, minlength, maxlength, accept, maxBytes, maxFiles } = options;
  const multiple = options.multiple || undefined;
  const pattern = options.pattern === undefined ? undefined : patternSource(type, options.pattern);
  const given = { min, max, step, minlength, maxlength, pattern, accept, multiple, maxBytes, maxFiles };
  const defaults: Readonly<Record<string, unknown>> = { ...FIELD_KINDS[type].defaults };
  const set = Object.entries(given).map(([rule, value]) => [rule, value ?? defaults[rule]]);
  // Every key is one of FieldConstraints with a value of its type; those without a value are not there.
  return Object.freeze(Object.fromEntries(set.filter(([, value]) => value !== undefined)));
}

function checkConstraints(type: FieldType, options: AnyFieldOptions): void {
  const { min, max, step, minlength, maxlength, accept, maxBytes, maxFiles } = options;
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
}

function choicesOf(type: FieldType, choices: readonly ChoiceOption[]): readonly FieldChoice[] {
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

const DEFAULT_SCHEMES = ["https:", "http:"];
const SCHEME = /^[a-z][a-z0-9+.-]*:$/;
const CODE_SCHEMES = new Set(["javascript:", "data:", "vbscript:"]);

function schemesOf(schemes: readonly string[] = DEFAULT_SCHEMES): readonly string[] {
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
