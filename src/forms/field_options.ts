/**
 * The options of each kind of field.
 *
 * @module
 */
import type { FieldMessages } from "./field_rules.ts";

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
export interface HiddenFieldOptions<R extends boolean = boolean>
  extends Pick<TextFieldOptions<R>, "required" | "maxlength" | "messages"> {
  /** What it holds. A visitor can change it: never trust it with a decision. Default: empty. */
  readonly initial?: string | undefined;
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
export interface DateTimeFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
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
export interface MultiSelectFieldOptions<C extends readonly ChoiceOption[], R extends boolean = boolean>
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
export interface AnyFieldOptions extends Omit<UrlFieldOptions, "initial">, Omit<FileFieldOptions, "initial"> {
  /** What it begins with. */
  readonly initial?: unknown;
  /** The least value. */
  readonly min?: number | string | undefined;
  /** The greatest value. */
  readonly max?: number | string | undefined;
  /** The step. */
  readonly step?: number | "any" | undefined;
  /** The values it may take. */
  readonly choices?: readonly ChoiceOption[] | undefined;
}
