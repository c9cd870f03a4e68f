// The rules of a field: those of its type and those of its options.
import type { UserText } from "../texts/catalogue.ts";

/** Constraints of a field: those that a browser checks, and the size and number of files. Unset ones are absent. */
export interface FieldConstraints {
  /** Minimum number, date or time. */
  readonly min?: number | string;
  /** Maximum number, date or time. */
  readonly max?: number | string;
  /** The step: a number, days for a date, seconds for a time. Counted from `min`, otherwise from the initial value. */
  readonly step?: number | "any";
  /** Minimum length, in UTF-16 code units. */
  readonly minlength?: number;
  /** Maximum length, in UTF-16 code units. */
  readonly maxlength?: number;
  /** Source of a regular expression with the flag `v` that the whole text must match. */
  readonly pattern?: string;
  /** The accepted file types, as in the attribute `accept`. */
  readonly accept?: string;
  /** `true` if several values are accepted. */
  readonly multiple?: true;
  /** Maximum size of each file, in bytes. */
  readonly maxBytes?: number;
  /** Maximum number of files. */
  readonly maxFiles?: number;
}

/** A choice of a field. */
export interface FieldChoice {
  /** The submitted value. */
  readonly value: string;
  /** The label. */
  readonly label: string;
  /** The heading of its group, or `null`. */
  readonly group: string | null;
  /** `true` if it cannot be chosen. */
  readonly disabled: boolean;
}

/** Messages for the rules of a field. */
export interface FieldMessages {
  /** The field is empty. */
  readonly required?: string | undefined;
  /** The value is not of the field's type, or not one of its choices. */
  readonly invalid?: string | undefined;
  /** The text is too short. */
  readonly minlength?: string | undefined;
  /** The text is too long. */
  readonly maxlength?: string | undefined;
  /** The text does not match the pattern. */
  readonly pattern?: string | undefined;
  /** The value is too small or too early. */
  readonly min?: string | undefined;
  /** The value is too large or too late. */
  readonly max?: string | undefined;
  /** The value is between two steps. */
  readonly step?: string | undefined;
  /** A file is too large. If several were submitted, the name of the file precedes the message. */
  readonly maxBytes?: string | undefined;
  /** There are too many files. */
  readonly maxFiles?: string | undefined;
  /**
   * A file has another type, by its declaration or its content. If several were submitted, the name of the file
   * precedes the message.
   */
  readonly accept?: string | undefined;
}

/** The result of a check: the value, or an error message. */
export type FieldResult<T> =
  | { readonly kind: "valid"; readonly value: T }
  | { readonly kind: "invalid"; readonly message: UserText };

/** The element that a field is rendered as; `inputType` distinguishes the kinds of `input`. */
export type FieldKind = "textarea" | "checkbox" | "select" | "select_multi" | "input";

/** The value that a field shows: a string, the state of a checkbox, or a list for several choices or files. */
export type DisplayValue = string | boolean | readonly string[];

/** All rules that the value of a field is checked against. */
export interface FieldRules {
  /** The rules of its type. */
  readonly kind: FieldKindRules;
  /** `true` if a value is required. */
  readonly required: boolean;
  /** The constraints. */
  readonly constraints: FieldConstraints;
  /** The choices; empty for a field without choices. */
  readonly choices: readonly FieldChoice[];
  /** The accepted schemes of a URL, each with its colon. */
  readonly schemes: readonly string[];
  /** Messages that replace the built-in ones. */
  readonly messages: FieldMessages;
}

/** Keys of the texts about a value as a whole. */
export type FieldTextKey =
  | "enterValue"
  | "enterEmail"
  | "enterUrl"
  | "enterPassword"
  | "enterNumber"
  | "enterDate"
  | "enterDateTime"
  | "enterTime"
  | "enterText"
  | "checkBox"
  | "checkOrClearBox"
  | "chooseOption"
  | "chooseOptions"
  | "chooseFile"
  | "invalidEmail";

/** The rules of a field type: everything that distinguishes it from other types. */
export interface FieldKindRules {
  /** The element it is rendered as. */
  readonly element: FieldKind;
  /** The attribute `type` of its `<input>`; `""` for other elements. */
  readonly inputType: string;
  /** The constraints that become attributes of its control. */
  readonly attributes: readonly (keyof FieldConstraints)[];
  /** The other options that it inherits from a schema. */
  readonly others: readonly string[];
  /** The constraints of a field that sets none. */
  readonly defaults: FieldConstraints;
  /** The maximum length that its builder sets by default. */
  readonly maxlength?: number;
  /** `true` if its value is never rendered. */
  readonly isSecret: boolean;
  /** Step of a browser for a field without `step`, in the unit of its numbers. Default: none. */
  readonly step?: number;
  /**
   * Validates the submitted value; returns a promise only for files. Steps are counted from the initial value if there
   * is no `min`.
   */
  readonly check: (
    rules: FieldRules,
    sent: unknown,
    initial: unknown,
  ) => FieldResult<unknown> | Promise<FieldResult<unknown>>;
  /** Returns the value to render, from a submitted or an initial value. */
  readonly show: (data: unknown) => DisplayValue;
  /** For a date or time: the conversion of its text to a number. */
  readonly moment: { readonly parse: (text: string) => number | null } | null;
  /** The text for an empty field. */
  readonly required: FieldTextKey;
  /** The text for a value of another type. */
  readonly invalid: FieldTextKey | "invalidUrl";
}
