/**
 * One field: what was given for it, checked and frozen.
 *
 * @module
 */
import { choicesOf, constraintsOf, schemesOf } from "./constraints.ts";
import type { AnyFieldOptions } from "./field_options.ts";
import { FIELD_KINDS, type FieldType } from "./field_kinds.ts";
import type { FieldChoice, FieldConstraints, FieldResult, FieldRules } from "./field_rules.ts";

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

const RULES = new Set<string>(Object.values(FIELD_KINDS).flatMap(({ constraints }) => constraints));

// A field of another type than the schema's own keeps of the schema's rules those that it knows. The bounds of a schema
// are numbers, so a date takes none.
function takes(type: FieldType, option: string): boolean {
  const { constraints, moment } = FIELD_KINDS[type];
  return !RULES.has(option) || (moment === null && constraints.some((rule) => rule === option));
}
