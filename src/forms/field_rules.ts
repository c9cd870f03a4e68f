/**
 * The rules of a field: those of its kind and those that were given for the one field.
 *
 * @module
 */
import type { UserText } from "../texts/catalogue.ts";

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

/** What a check gives: the value, or what is wrong. */
export type FieldResult<T> =
  | { readonly kind: "valid"; readonly value: T }
  | { readonly kind: "invalid"; readonly message: UserText };

/** How a field is drawn: which element it is. `input` says more in `inputType`. */
export type FieldKind = "textarea" | "checkbox" | "select" | "select_multi" | "input";

/** What a field shows: a text; for a box whether it is ticked; for several choices or files a list. */
export type DisplayValue = string | boolean | readonly string[];

/** Everything that the value of a field is checked against. */
export interface FieldRules {
  /** The rules of its type. */
  readonly kind: FieldKindRules;
  /** `true` if a value must be given. */
  readonly required: boolean;
  /** The constraints a browser checks. */
  readonly constraints: FieldConstraints;
  /** The values it may take; empty where any will do. */
  readonly choices: readonly FieldChoice[];
  /** The schemes of a URL, with their colons. */
  readonly schemes: readonly string[];
  /** Messages in place of the built-in ones. */
  readonly messages: FieldMessages;
}

/** The texts about the value of a field as a whole, by their keys in the catalogue. */
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

/** The rules of one type of field: all that tells it from other types. */
export interface FieldKindRules {
  /** The element it is drawn as. */
  readonly element: FieldKind;
  /** The attribute `type` of its `<input>`; `""` for other elements. */
  readonly inputType: string;
  /** The constraints that are attributes of its control. */
  readonly attributes: readonly (keyof FieldConstraints)[];
  /** The other rules that it takes over from a schema. */
  readonly others: readonly string[];
  /** The constraints of a field that sets none. */
  readonly defaults: FieldConstraints;
  /** The greatest length of a field that its builder makes and that sets none. */
  readonly maxlength?: number;
  /** `true` if what was sent never comes back into the page. */
  readonly isSecret: boolean;
  /** Checks what was sent, and reads the value; a promise only for files. */
  readonly check: (rules: FieldRules, sent: unknown) => FieldResult<unknown> | Promise<FieldResult<unknown>>;
  /** Makes what is shown of what was sent, or of an initial value. */
  readonly show: (data: unknown) => DisplayValue;
  /** How the texts of a date or time become numbers; `null` for other types. */
  readonly moment: { readonly parse: (text: string) => number | null } | null;
  /** The text for users where a required value is missing. */
  readonly required: FieldTextKey;
  /** The text for users where the value is not of this type. */
  readonly invalid: FieldTextKey | "invalidUrl";
}
