/**
 * The kinds of field and their constraints: `field.text()`, `field.number()` and so on.
 *
 * @module
 */
import { ACCEPT_TOKEN } from "./file_type.ts";
import {
  checkBox,
  checkChoice,
  checkChoices,
  checkFiles,
  checkMoment,
  checkNumber,
  checkText,
  compilePattern,
  type FieldChoice,
  type FieldConstraints,
  type FieldMessages,
  type FieldResult,
  type FieldRules,
  type FieldType,
  momentOf,
} from "./field_value.ts";

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

/** What every kind of field may be told. */
export interface FieldOptions<R extends boolean = boolean> {
  /** What it is called. Default: its name, made readable (`dueDate` is "Due date"). */
  readonly label?: string | undefined;
  /** A line of help below the label. Default: none. */
  readonly help?: string | undefined;
  /** Whether a value must be given, as the attribute of HTML. Default: `false`. */
  readonly required?: R | undefined;
  /** What the browser may fill in, as the attribute of HTML. Default: left to the browser. */
  readonly autocomplete?: string | undefined;
  /** What is said when a rule is broken, in place of our own words. Default: ours, in English. */
  readonly messages?: FieldMessages | undefined;
}

/** What a field for text may be told. */
export interface TextFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** What it begins with. Default: empty. */
  readonly initial?: string | undefined;
  /** A hint inside the empty control. It vanishes when somebody types, so it replaces no label. Default: none. */
  readonly placeholder?: string | undefined;
  /** The least length of a text that is not empty, in UTF-16 code units as a browser counts. Default: any. */
  readonly minlength?: number | undefined;
  /** The greatest length, in UTF-16 code units. Default: any; 254 for `email`, 2,048 for `url`, 1,024 for `password`. */
  readonly maxlength?: number | undefined;
  /**
   * What the whole text must match: a regular expression, or its source. As in HTML it is anchored at both ends and has
   * the flag `v`; other flags are refused. It sees no text of more than 10,000 code units. Default: anything.
   */
  readonly pattern?: string | RegExp | undefined;
}

/** What a field for a web address may be told. */
export interface UrlFieldOptions<R extends boolean = boolean> extends TextFieldOptions<R> {
  /**
   * The schemes it takes, with their colons. `javascript:`, `data:` and `vbscript:` run code in the page that links to
   * them, and are refused here. Default: `["https:", "http:"]`.
   */
  readonly schemes?: readonly string[] | undefined;
}

/** What a field for a hidden value may be told. */
export interface HiddenFieldOptions<R extends boolean = boolean> {
  /** Whether a value must be given. Default: `false`. */
  readonly required?: R | undefined;
  /** What it holds. A visitor can change it: never trust it with a decision. Default: empty. */
  readonly initial?: string | undefined;
  /** The greatest length, in UTF-16 code units. Default: any. */
  readonly maxlength?: number | undefined;
  /** What is said when a rule is broken. Default: our own words. */
  readonly messages?: FieldMessages | undefined;
}

/** What a field for a number may be told. */
export interface NumberFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** What it begins with. Default: empty. */
  readonly initial?: number | undefined;
  /** A hint inside the empty control. Default: none. */
  readonly placeholder?: string | undefined;
  /** The least value. Default: any. */
  readonly min?: number | undefined;
  /** The greatest value. Default: any. */
  readonly max?: number | undefined;
  /** The step, counted from `min`; `"any"` for every number. Default: 1, as in HTML: whole numbers. */
  readonly step?: number | "any" | undefined;
}

/** What a field for a box to tick may be told. */
export interface CheckboxFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** Whether it begins ticked. Default: `false`. */
  readonly initial?: boolean | undefined;
}

/** What a field for a date, a time or both may be told. */
export interface MomentFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** What it begins with, as ISO text; a `Date` is written in UTC. Default: empty. */
  readonly initial?: string | Date | undefined;
  /** The earliest, as ISO text. Default: any. */
  readonly min?: string | undefined;
  /** The latest, as ISO text. Default: any. */
  readonly max?: string | undefined;
  /** The step from `min`: days for a date, seconds for a time. Default: any, and in browsers one day or one minute. */
  readonly step?: number | undefined;
}

/** One choice as it is written down: its value, or more about it, or a heading with choices below. */
export type ChoiceOption = string | ChoiceDetails | ChoiceGroup;

/** A choice whose label is not its value. */
export interface ChoiceDetails {
  /** What is sent. */
  readonly value: string;
  /** What is shown. Default: the value. */
  readonly label?: string | undefined;
  /** Whether it can be seen but not chosen. Default: `false`. */
  readonly disabled?: boolean | undefined;
}

/** Choices under a heading. */
export interface ChoiceGroup {
  /** The heading. */
  readonly group: string;
  /** The choices below it. */
  readonly choices: readonly (string | ChoiceDetails)[];
}

/** The values of choices, as a union of literals where they were written as literals. */
export type ChoiceValue<C> = C extends string ? C
  : C extends { readonly value: infer V extends string } ? V
  : C extends { readonly choices: readonly (infer D)[] } ? ChoiceValue<D>
  : never;

/** What a field for one of several choices may be told. */
export interface ChoiceFieldOptions<C extends readonly ChoiceOption[], R extends boolean = boolean>
  extends FieldOptions<R> {
  /** The choices, in order, each value once. */
  readonly choices: C;
  /** The value that is chosen at first. Default: none. */
  readonly initial?: ChoiceValue<C[number]> | undefined;
}

/** What a field for any number of several choices may be told. */
export interface MultiChoiceFieldOptions<C extends readonly ChoiceOption[], R extends boolean = boolean>
  extends FieldOptions<R> {
  /** The choices, in order, each value once. */
  readonly choices: C;
  /** The values that are chosen at first. Default: none. */
  readonly initial?: readonly ChoiceValue<C[number]>[] | undefined;
}

/** What a field for files may be told. */
export interface FileFieldOptions<R extends boolean = boolean, M extends boolean = boolean> extends FieldOptions<R> {
  /**
   * The types it takes, as the attribute of HTML: `image/*`, `image/png`, `.pdf`. A file must fit one by its declared
   * type or its name, and by its first bytes where they tell. Default: any.
   */
  readonly accept?: string | undefined;
  /** Whether several files may be chosen; the value is then a list. Default: `false`. */
  readonly multiple?: M | undefined;
  /** The greatest size of each file, in bytes. Default: what `limits.fileBytes` lets in. */
  readonly maxBytes?: number | undefined;
  /** The greatest number of files, with `multiple`. Default: what `limits.files` lets in. */
  readonly maxFiles?: number | undefined;
}

/** Every option that any kind of field has, as its own interface describes it. */
export interface AnyFieldOptions extends FieldOptions {
  /** What it begins with. */
  readonly initial?: unknown;
  /** A hint inside the empty control. */
  readonly placeholder?: string | undefined;
  /** The least length. */
  readonly minlength?: number | undefined;
  /** The greatest length. */
  readonly maxlength?: number | undefined;
  /** What the whole text must match. */
  readonly pattern?: string | RegExp | undefined;
  /** The schemes of a URL. */
  readonly schemes?: readonly string[] | undefined;
  /** The least value. */
  readonly min?: number | string | undefined;
  /** The greatest value. */
  readonly max?: number | string | undefined;
  /** The step. */
  readonly step?: number | "any" | undefined;
  /** The values it may take. */
  readonly choices?: readonly ChoiceOption[] | undefined;
  /** The types of file. */
  readonly accept?: string | undefined;
  /** Whether it takes several values. */
  readonly multiple?: boolean | undefined;
  /** The greatest size of each file. */
  readonly maxBytes?: number | undefined;
  /** The greatest number of files. */
  readonly maxFiles?: number | undefined;
}

/** `T`, or `null` where no value need be given. */
export type Given<T, R extends boolean> = R extends true ? T : T | null;

/** The kinds of field. Each gives a frozen definition, and a `TypeError` or `RangeError` where an option cannot be. */
// `NoInfer` in the results: a field is mostly written where a record of any fields is asked for, and `required` would be
// inferred from that, as `boolean`, rather than from what is written.
export interface FieldBuilders {
  /** A line of text. Left empty, the value is `""`; where it is required, white space alone is not enough. */
  text<R extends boolean = false>(options?: TextFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** Several lines of text, with line ends as `\n`. Left empty, the value is `""`. */
  textarea<R extends boolean = false>(options?: TextFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** An e-mail address as HTML defines it, trimmed. Left empty, the value is `""`. */
  email<R extends boolean = false>(options?: TextFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** An absolute web address, trimmed. Left empty, the value is `""`. */
  url<R extends boolean = false>(options?: UrlFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** A secret: it never comes back into the page. Left empty, the value is `""`. */
  password<R extends boolean = false>(
    options?: Omit<TextFieldOptions<R>, "initial">,
  ): FieldDefinition<string, NoInfer<R>>;
  /** A number. Left empty, the value is `null`. */
  number<R extends boolean = false>(options?: NumberFieldOptions<R>): FieldDefinition<Given<number, R>, NoInfer<R>>;
  /** A box to tick; one that is required must be. */
  checkbox<R extends boolean = false>(options?: CheckboxFieldOptions<R>): FieldDefinition<boolean, NoInfer<R>>;
  /** One of several choices, as a list that opens. Left empty, the value is `null`. */
  select<const C extends readonly ChoiceOption[], R extends boolean = false>(
    options: ChoiceFieldOptions<C, R>,
  ): FieldDefinition<Given<ChoiceValue<C[number]>, R>, NoInfer<R>>;
  /** Any number of several choices, as a list. */
  multiSelect<const C extends readonly ChoiceOption[], R extends boolean = false>(
    options: MultiChoiceFieldOptions<C, R>,
  ): FieldDefinition<ChoiceValue<C[number]>[], NoInfer<R>>;
  /** One of several choices, all in sight. Left empty, the value is `null`. */
  radio<const C extends readonly ChoiceOption[], R extends boolean = false>(
    options: ChoiceFieldOptions<C, R>,
  ): FieldDefinition<Given<ChoiceValue<C[number]>, R>, NoInfer<R>>;
  /** A date, `2025-12-31`. Left empty, the value is `null`. */
  date<R extends boolean = false>(options?: MomentFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A date and a time without a zone, `2025-12-31T23:59`. Left empty, the value is `null`. */
  datetime<R extends boolean = false>(options?: MomentFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A time of day, `23:59`. Left empty, the value is `null`. */
  time<R extends boolean = false>(options?: MomentFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A file, or with `multiple` a list of files. Left empty, the value is `null`, or the empty list. */
  file<R extends boolean = false, M extends boolean = false>(
    options?: FileFieldOptions<R, M>,
  ): FieldDefinition<M extends true ? File[] : Given<File, R>, NoInfer<R>>;
  /** A value that is sent and not shown. Left empty, the value is `""`. */
  hidden<R extends boolean = false>(options?: HiddenFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
}

const DEFAULT_MAXLENGTH: Partial<Record<FieldType, number>> = { email: 254, url: 2048, password: 1024 };

/**
 * The kinds of field a form may have: each checks itself on the server by the rules a browser checks before it sends.
 *
 * A field is not required unless it says so. A text left empty is `""`; a number, date, choice or file left empty is
 * `null`; a box is a boolean.
 *
 * @example Fields and their rules
 * ```ts
 * import { field } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const title = field.text({ required: true, maxlength: 80 });
 * assertEquals(title.check("Milk"), { kind: "valid", value: "Milk" });
 * assertEquals(title.check(""), { kind: "invalid", message: "Fill in this field" });
 *
 * const count = field.number({ min: 1 });
 * assertEquals(count.check("3"), { kind: "valid", value: 3 });
 * assertEquals(count.check(""), { kind: "valid", value: null });
 * assertEquals(count.check("0"), { kind: "invalid", message: "Enter a number of 1 or more" });
 * ```
 */
export const field: FieldBuilders = Object.freeze({
  text: builder("text"),
  textarea: builder("textarea"),
  email: builder("email"),
  url: builder("url"),
  password: builder("password"),
  number: builder("number"),
  checkbox: builder("checkbox"),
  select: builder("select"),
  multiSelect: builder("multiselect"),
  radio: builder("radio"),
  date: builder("date"),
  datetime: builder("datetime"),
  time: builder("time"),
  file: builder("file"),
  hidden: builder("hidden"),
  // The signatures promise what the checks keep: a required field never gives `null`, a choice gives a value of
  // `choices`, and `required` is as it was given. One function for all of them cannot say so itself.
}) as FieldBuilders;

/**
 * A field of a type that is known at run time only, as one derived from a schema.
 *
 * @throws {TypeError | RangeError} When an option cannot be.
 */
export function fieldOfType(type: FieldType, options: AnyFieldOptions): FieldDefinition {
  return build(type, options);
}

/** The attribute `type` of an `<input>` for this type of field, or `""` where another element is drawn. */
export function inputTypeOf(type: FieldType): string {
  switch (type) {
    case "textarea":
    case "select":
    case "multiselect":
      return "";
    case "datetime":
      return "datetime-local";
    default:
      return type;
  }
}

/** Whether a value is a field that one of the builders made. */
export function isField(value: unknown): value is FieldDefinition {
  return typeof value === "object" && value !== null && built.has(value);
}

/** The options a field was built with, as they were given. */
export function optionsOf(field: FieldDefinition): AnyFieldOptions {
  return built.get(field) ?? {};
}

// What was built here and from which options, so that a plain object that looks like a field is told from one.
const built = new WeakMap<object, AnyFieldOptions>();

const CHECKS: Readonly<
  Record<FieldType, (rules: FieldRules, sent: unknown) => FieldResult<unknown> | Promise<FieldResult<unknown>>>
> = {
  text: checkText,
  textarea: checkText,
  email: checkText,
  url: checkText,
  password: checkText,
  hidden: checkText,
  number: checkNumber,
  checkbox: checkBox,
  select: checkChoice,
  radio: checkChoice,
  multiselect: checkChoices,
  date: checkMoment,
  datetime: checkMoment,
  time: checkMoment,
  file: (rules, sent) => rules.constraints.multiple ? checkFiles(rules, sent) : checkFile(rules, sent),
};

const DEFAULT_SCHEMES = ["https:", "http:"];
const SCHEME = /^[a-z][a-z0-9+.-]*:$/;
const CODE_SCHEMES = new Set(["javascript:", "data:", "vbscript:"]);

function builder(type: FieldType): (options?: AnyFieldOptions) => FieldDefinition {
  return (options = {}) => build(type, { ...options, maxlength: options.maxlength ?? DEFAULT_MAXLENGTH[type] });
}

async function checkFile(rules: FieldRules, sent: unknown): Promise<FieldResult<File | null>> {
  const result = await checkFiles(rules, sent);
  return result.kind === "valid" ? { kind: "valid", value: result.value[0] ?? null } : result;
}

function build(type: FieldType, options: AnyFieldOptions): FieldDefinition {
  const check = CHECKS[type];
  const rules: FieldRules = {
    type,
    required: options.required ?? false,
    constraints: constraintsOf(type, options),
    choices: choicesOf(type, options.choices ?? []),
    schemes: schemesOf(options.schemes ?? DEFAULT_SCHEMES),
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
    check: (sent: unknown) => check(rules, sent),
  });
  built.set(definition, { ...options });
  return definition;
}

function constraintsOf(type: FieldType, options: AnyFieldOptions): FieldConstraints {
  const { min, max, minlength, maxlength, accept, maxBytes, maxFiles } = options;
  const step = options.step ?? (type === "number" ? 1 : undefined);
  const pattern = options.pattern === undefined ? undefined : patternOf(type, options.pattern);
  checkBounds(type, min, max);
  checkCount(type, "minlength", minlength, 0);
  checkCount(type, "maxlength", maxlength, minlength ?? 0);
  checkCount(type, "maxBytes", maxBytes, 1);
  checkCount(type, "maxFiles", maxFiles, 1);
  if (typeof step === "number" && !(step > 0 && Number.isFinite(step))) {
    throw new RangeError(`Cannot define a ${type} field: step is ${step}, it must be above 0 or "any"`);
  }
  if (accept !== undefined && !accept.split(",").every((token) => ACCEPT_TOKEN.test(token.trim()))) {
    throw new TypeError(
      `Cannot define a ${type} field: accept is "${accept}", a list such as "image/*,.pdf" is needed`,
    );
  }
  const multiple = type === "multiselect" || options.multiple === true ? true : undefined;
  const all = { min, max, step, minlength, maxlength, pattern, accept, multiple, maxBytes, maxFiles };
  // Every key is one of FieldConstraints with a value of its type; those without a value are not there.
  return Object.freeze(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}

function checkBounds(type: FieldType, min: number | string | undefined, max: number | string | undefined): void {
  const [low, high] = [min, max].map((bound) => {
    if (bound === undefined) return null;
    const number = typeof bound === "number" ? bound : momentOf(type, bound);
    if (number === null || Number.isNaN(number)) {
      throw new TypeError(`Cannot define a ${type} field: a bound is "${bound}", which is no ${type}`);
    }
    return number;
  });
  if (typeof low === "number" && typeof high === "number" && low > high) {
    throw new RangeError(`Cannot define a ${type} field: min is ${min}, above max, which is ${max}`);
  }
}

function checkCount(type: FieldType, name: string, count: number | undefined, least: number): void {
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= least)) {
    throw new RangeError(`Cannot define a ${type} field: ${name} is ${count}, a whole number from ${least} is needed`);
  }
}

function patternOf(type: FieldType, pattern: string | RegExp): string {
  if (pattern instanceof RegExp && /[^vu]/.test(pattern.flags)) {
    throw new TypeError(
      `Cannot define a ${type} field: pattern has the flags "${pattern.flags}", a browser knows none but "v"`,
    );
  }
  const source = typeof pattern === "string" ? pattern : pattern.source;
  try {
    // On its own first: `a)(?:b` would be an expression only between the brackets that anchor it.
    new RegExp(source, "v");
    compilePattern(source);
  } catch (cause) {
    throw new TypeError(
      `Cannot define a ${type} field: pattern "${source}" is no regular expression with the flag "v"`,
      { cause },
    );
  }
  return source;
}

function choicesOf(type: FieldType, choices: readonly ChoiceOption[]): readonly FieldChoice[] {
  const flat = choices.flatMap((choice) => {
    if (typeof choice === "string" || "value" in choice) return [choiceOf(choice, null)];
    return choice.choices.map((inner) => choiceOf(inner, choice.group));
  });
  const seen = new Set<string>();
  for (const { value } of flat) {
    if (seen.has(value)) {
      throw new TypeError(`Cannot define a ${type} field: the choice "${value}" stands in it twice`);
    }
    seen.add(value);
  }
  return Object.freeze(flat);
}

function choiceOf(choice: string | ChoiceDetails, group: string | null): FieldChoice {
  const { value, label = value, disabled = false } = typeof choice === "string" ? { value: choice } : choice;
  return Object.freeze({ value, label, group, disabled });
}

function schemesOf(schemes: readonly string[]): readonly string[] {
  for (const scheme of schemes) {
    if (!SCHEME.test(scheme) || CODE_SCHEMES.has(scheme)) {
      throw new TypeError(
        `Cannot define a url field: the scheme "${scheme}" is not allowed, give schemes such as "https:" that run no code`,
      );
    }
  }
  return Object.freeze([...schemes]);
}
