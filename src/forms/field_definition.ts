// The definition of a field: its options, checked and frozen.
import { atOnce } from "../callback.ts";
import { compilePattern } from "./check_value.ts";
import { FIELD_KINDS, type FieldType } from "./field_kinds.ts";
import { isDependent, plainOptions, type Typed } from "./dependent.ts";
import type { AnyFieldOptions, ChoiceDetails, ChoiceOption, PlainFieldOptions } from "./field_options.ts";
import type { FieldChoice, FieldConstraints, FieldKindRules, FieldResult, FieldRules } from "./field_rules.ts";
import { ACCEPT_TOKEN } from "./file_type.ts";

/**
 * A field of a form, frozen: how it is rendered and which values it accepts.
 *
 * @typeParam T The type of its value.
 * @typeParam R `true` if a value is required.
 */
export interface FieldDefinition<T = unknown, R extends boolean = boolean> {
  /** The type of field. */
  readonly type: FieldType;
  /** The label, or `null` to derive it from the name. */
  readonly label: string | null;
  /** A line of help text, or `""`. */
  readonly help: string;
  /** `true` if a value is required. */
  readonly required: R;
  /** The initial value if the form has none for it; `undefined` for none. */
  readonly initial: unknown;
  /** `true` if it is shown for what is typed so far. */
  readonly isVisible: boolean;
  /** Constraints that the browser and the server check. */
  readonly constraints: FieldConstraints;
  /** The choices; empty for a field without choices. */
  readonly choices: readonly FieldChoice[];
  /** The text in the empty control, or `""`. */
  readonly placeholder: string;
  /** The attribute `autocomplete` (HTML, 4.10.18.7), or `""`. */
  readonly autocomplete: string;
  /**
   * Validates the submitted value.
   *
   * @param sent A string, a file, a list of these, or a value of a typed caller; `undefined` if none was submitted.
   * @param initial The initial value that the form has for it. A field without `min` counts its steps from there.
   *   Default: the initial value of the field.
   * @returns The value or an error; a promise only for files, whose first bytes are read.
   */
  check(sent: unknown, initial?: unknown): FieldResult<T> | Promise<FieldResult<T>>;
}

/** Fields by name. */
export type FieldDefinitions = Readonly<Record<string, FieldDefinition>>;

/** The values of a record of fields by name. */
export type FieldValues<F extends FieldDefinitions> = {
  [K in keyof F]: F[K] extends FieldDefinition<infer T> ? T : never;
};

/** Data that a typed caller sends for a record of fields: required fields must be present. */
export type FieldInputs<F extends FieldDefinitions> =
  & { [K in keyof F as F[K] extends FieldDefinition<unknown, true> ? K : never]: FieldValues<F>[K] }
  & {
    [K in keyof F as F[K] extends FieldDefinition<unknown, true> ? never : K]?: FieldValues<F>[K] | null | undefined;
  };

/**
 * Creates a field of a type.
 *
 * @throws {TypeError | RangeError} If an option is invalid.
 */
export function fieldOfType(type: FieldType, declared: AnyFieldOptions): FieldDefinition {
  const kind = FIELD_KINDS[type];
  if (declared.visible !== undefined && declared.required === true) {
    throw new TypeError(cannotDefine(type, "it is required and may be invisible; make required a function as well"));
  }
  const options: PlainFieldOptions = plainOptions(declared, null);
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
    isVisible: true,
    initial: options.initial,
    constraints: rules.constraints,
    choices: rules.choices,
    placeholder: options.placeholder ?? "",
    autocomplete: options.autocomplete ?? "",
    check: (sent: unknown, initial: unknown = options.initial) => kind.check(rules, sent, initial),
  });
  built.set(definition, { ...declared });
  return definition;
}

/**
 * Returns a field as it is for what is typed in its form: with the choices, the constraints and the visibility that its functions
 * return.
 *
 * @param typed Returns the input. Called only for a field that depends on it.
 * @throws {TypeError | RangeError} If a function returns an invalid option.
 */
export function resolveField(field: FieldDefinition, typed: () => Typed): FieldDefinition {
  const options = built.get(field);
  if (options === undefined || !isDependent(options)) return field;
  const { visible, ...plain } = options;
  const given = typed();
  const resolved = plainOptions(plain, given);
  if (visible === undefined || atOnce(visible(given), 'the option "visible" of a field')) {
    return fieldOfType(field.type, resolved);
  }
  const hidden = fieldOfType(field.type, { ...resolved, required: false });
  // Whatever was sent: the user did not see it.
  const own: FieldDefinition = Object.freeze({ ...hidden, isVisible: false, check: () => hidden.check(undefined) });
  built.set(own, options);
  return own;
}

/** Returns whether options of a field depend on what is typed. */
export function isDependentField(field: FieldDefinition): boolean {
  return isDependent(built.get(field) ?? {});
}

/** Returns whether {@linkcode fieldOfType} created a value. */
export function isFieldDefinition(value: unknown): value is FieldDefinition {
  return typeof value === "object" && value !== null && built.has(value);
}

/** Creates a field from a declared field and the options of a schema; the declared options take precedence. */
export function fieldOver(declared: FieldDefinition, read: PlainFieldOptions): FieldDefinition {
  const given = Object.entries(built.get(declared) ?? {}).filter(([, value]) => value !== undefined);
  const taken = Object.entries(read).filter(([option]) => takes(declared.type, option));
  return fieldOfType(declared.type, Object.fromEntries([...taken, ...given]));
}

// The options that a field was created with. An object that only looks like a field has none.
const built = new WeakMap<object, AnyFieldOptions>();

const RULES = new Set(Object.values(FIELD_KINDS).flatMap(rulesOf));

// A declared field of another type than that of the schema keeps the rules of the schema that its own type has. The
// bounds of a schema are numbers, so a date keeps none.
function takes(type: FieldType, option: string): boolean {
  const kind = FIELD_KINDS[type];
  return !RULES.has(option) || (kind.moment === null && rulesOf(kind).includes(option));
}

function rulesOf({ attributes, others }: FieldKindRules): readonly string[] {
  return [...attributes, ...others];
}

function constraintsOf(type: FieldType, options: PlainFieldOptions): FieldConstraints {
  checkConstraints(type, options);
  const { min, max, step, minlength, maxlength, accept, maxBytes, maxFiles } = options;
  const multiple = options.multiple || undefined;
  const pattern = options.pattern === undefined ? undefined : patternSource(type, options.pattern);
  const given = { min, max, step, minlength, maxlength, pattern, accept, multiple, maxBytes, maxFiles };
  const defaults: Readonly<Record<string, unknown>> = { ...FIELD_KINDS[type].defaults };
  const set = Object.entries(given).map(([rule, value]) => [rule, value ?? defaults[rule]]);
  // Every key is one of FieldConstraints with a value of its type; keys without a value are removed.
  return Object.freeze(Object.fromEntries(set.filter(([, value]) => value !== undefined)));
}

function checkConstraints(type: FieldType, options: PlainFieldOptions): void {
  const { min, max, step, minlength, maxlength, accept, maxBytes, maxFiles } = options;
  checkBounds(type, min, max);
  checkCount(type, "minlength", minlength, 0);
  checkCount(type, "maxlength", maxlength, minlength ?? 0);
  checkCount(type, "maxBytes", maxBytes, 1);
  checkCount(type, "maxFiles", maxFiles, 1);
  if (typeof step === "number" && !(step > 0 && Number.isFinite(step))) {
    throw new RangeError(cannotDefine(type, `step is ${step}; use a number above 0 or "any"`));
  }
  if (accept !== undefined && !accept.split(",").every((token) => ACCEPT_TOKEN.test(token.trim()))) {
    throw new TypeError(cannotDefine(type, `accept is "${accept}"; use a list such as "image/*,.pdf"`));
  }
}

function choicesOf(type: FieldType, choices: readonly ChoiceOption[]): readonly FieldChoice[] {
  const flat = choices.flatMap((choice) => {
    if (typeof choice === "string" || "value" in choice) return [choiceOf(choice, null)];
    return choice.choices.map((inner) => choiceOf(inner, choice.group));
  });
  const values = flat.map(({ value }) => value);
  const twice = values.find((value, index) => values.indexOf(value) < index);
  if (twice !== undefined) {
    throw new TypeError(cannotDefine(type, `the choice "${twice}" is repeated; give each choice its own value`));
  }
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
  const invalid = schemes.find((scheme) => !SCHEME.test(scheme) || CODE_SCHEMES.has(scheme));
  if (invalid === undefined) return Object.freeze([...schemes]);
  throw new TypeError(
    cannotDefine("url", `the scheme "${invalid}" is not allowed; use schemes such as "https:" that do not run code`),
  );
}

function checkBounds(type: FieldType, min: number | string | undefined, max: number | string | undefined): void {
  const [low, high] = [min, max].map((bound) => {
    if (bound === undefined) return null;
    const number = typeof bound === "number" ? bound : FIELD_KINDS[type].moment?.parse(bound) ?? NaN;
    if (Number.isNaN(number)) {
      throw new TypeError(
        cannotDefine(type, `a bound is "${bound}", which is not a ${type}; use a value of this type`),
      );
    }
    return number;
  });
  // A time may go past midnight: a reversed range (HTML, 4.10.5.3.7).
  if (type !== "time" && typeof low === "number" && typeof high === "number" && low > high) {
    throw new RangeError(cannotDefine(type, `min is ${min}, above max, which is ${max}; lower min or raise max`));
  }
}

function checkCount(type: FieldType, name: string, count: number | undefined, least: number): void {
  if (count === undefined || (Number.isSafeInteger(count) && count >= least)) return;
  throw new RangeError(cannotDefine(type, `${name} is ${count}; use an integer of ${least} or more`));
}

function patternSource(type: FieldType, pattern: string | RegExp): string {
  if (pattern instanceof RegExp && /[^vu]/.test(pattern.flags)) {
    throw new TypeError(
      cannotDefine(type, `pattern has the flags "${pattern.flags}"; a browser supports only "v"`),
    );
  }
  const source = typeof pattern === "string" ? pattern : pattern.source;
  try {
    checkPattern(source);
    return source;
  } catch (cause) {
    throw new TypeError(
      cannotDefine(type, `pattern "${source}" is not a regular expression with the flag "v"; correct or escape it`),
      { cause },
    );
  }
}

/**
 * Compiles a pattern as a browser does.
 *
 * @throws {SyntaxError} If a browser would ignore it.
 */
export function checkPattern(source: string): void {
  // Compiled alone first: `a)(?:b` is valid only inside the group that anchors it.
  new RegExp(source, "v");
  compilePattern(source);
}

function cannotDefine(type: FieldType, reason: string): string {
  return `Cannot define a ${type} field: ${reason}`;
}
