// Options of the field types.
import type { OrFrom, PlainOptions, Typed } from "./dependent.ts";
import type { FieldMessages } from "./field_rules.ts";

/** Options of every field. */
export interface FieldOptions<R extends boolean = boolean> {
  /** The label. Default: derived from the name (`dueDate` is "Due date"). */
  readonly label?: string | undefined;
  /** A line of help text below the label. Default: none. */
  readonly help?: string | undefined;
  /** If `true`, a value is required, as with the attribute of HTML. May be a function of what is typed. Default: `false`. */
  readonly required?: R | ((typed: Typed) => boolean) | undefined;
  /**
   * Returns whether the field is shown for what is typed so far. A field that is not shown is not rendered and not required, and its
   * value is that of an empty field, whatever was sent. So a required field with this option needs a function for `required` too.
   * Default: it is shown.
   */
  readonly visible?: ((typed: Typed) => boolean) | undefined;
  /** The attribute `autocomplete`. Default: none. */
  readonly autocomplete?: string | undefined;
  /** Messages that replace the built-in ones. Default: built-in messages in English. */
  readonly messages?: FieldMessages | undefined;
}

/** Options of a text field. */
export interface TextFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** The initial value. Default: empty. */
  readonly initial?: string | undefined;
  /** A hint in the empty control. It disappears on input, so it does not replace a label. Default: none. */
  readonly placeholder?: string | undefined;
  /** Minimum length of a string that is not empty, in UTF-16 code units. Default: none. */
  readonly minlength?: OrFrom<number | undefined>;
  /** Maximum length, in UTF-16 code units. Default: none; 254 for `email`, 2,048 for `url`, 1,024 for `password`. */
  readonly maxlength?: OrFrom<number | undefined>;
  /**
   * A regular expression, or its source, that the whole text must match. As in HTML it is anchored and has the flag
   * `v`; other flags throw. A string above 10,000 code units never matches. Default: none.
   */
  readonly pattern?: OrFrom<string | RegExp | undefined>;
}

/** Options of a URL field. */
export interface UrlFieldOptions<R extends boolean = boolean> extends TextFieldOptions<R> {
  /**
   * The accepted schemes, each with its colon. `javascript:`, `data:` and `vbscript:` throw, because a link with them
   * runs code. Default: `["https:", "http:"]`.
   */
  readonly schemes?: readonly string[] | undefined;
}

/** Options of a hidden field. */
export interface HiddenFieldOptions<R extends boolean = boolean>
  extends Pick<TextFieldOptions<R>, "required" | "maxlength" | "messages" | "visible"> {
  /** The value. A user can change it: do not use it for a security decision. Default: empty. */
  readonly initial?: string | undefined;
}

/** Options of a number field. */
export interface NumberFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** The initial value. Default: empty. */
  readonly initial?: number | undefined;
  /** A hint in the empty control. Default: none. */
  readonly placeholder?: string | undefined;
  /** Minimum value. Default: none. */
  readonly min?: OrFrom<number | undefined>;
  /** Maximum value. Default: none. */
  readonly max?: OrFrom<number | undefined>;
  /**
   * The step, counted from `min`, otherwise from the initial value; `"any"` for every number. Default: `1`, as in HTML:
   * integers only.
   */
  readonly step?: number | "any" | undefined;
}

/** Options of a checkbox. */
export interface CheckboxFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** If `true`, it is initially checked. Default: `false`. */
  readonly initial?: boolean | undefined;
}

/** Options of a field for a date, a time or both. */
export interface DateTimeFieldOptions<R extends boolean = boolean> extends FieldOptions<R> {
  /** The initial value, as ISO text; a `Date` is formatted in UTC. Default: empty. */
  readonly initial?: string | Date | undefined;
  /** The earliest value, as ISO text. For a time, it may be later than `max`: the range goes past midnight. Default: none. */
  readonly min?: OrFrom<string | undefined>;
  /** The latest value, as ISO text. Default: none. */
  readonly max?: OrFrom<string | undefined>;
  /**
   * The step, in days for a date, in seconds for a time, counted from `min`, otherwise from the initial value. Default:
   * none; browsers use one day or one minute.
   */
  readonly step?: number | undefined;
}

/** A choice as declared: its value, its details, or a group of choices. */
export type ChoiceOption = string | ChoiceDetails | ChoiceGroup;

/** A choice with a label of its own. */
export interface ChoiceDetails {
  /** The submitted value. */
  readonly value: string;
  /** The label. Default: the value. */
  readonly label?: string | undefined;
  /** If `true`, it is shown but cannot be chosen. Default: `false`. */
  readonly disabled?: boolean | undefined;
}

/** Choices under a heading. */
export interface ChoiceGroup {
  /** The heading. */
  readonly group: string;
  /** The choices. */
  readonly choices: readonly (string | ChoiceDetails)[];
}

/** The values of choices, as a union of literals. */
export type ChoiceValue<C> = C extends string ? C
  : C extends { readonly value: infer V extends string } ? V
  : C extends { readonly choices: readonly (infer D)[] } ? ChoiceValue<D>
  : never;

/** Options of a field for one of several choices. */
export interface ChoiceFieldOptions<C extends readonly ChoiceOption[], R extends boolean = boolean>
  extends FieldOptions<R> {
  /** The choices, in order. Values must be unique. May be a function of what is typed, for choices that depend on another field. */
  readonly choices: OrFrom<C>;
  /** The initial choice. Default: none. */
  readonly initial?: ChoiceValue<C[number]> | undefined;
}

/** Options of a field for any number of choices. */
export interface MultiSelectFieldOptions<C extends readonly ChoiceOption[], R extends boolean = boolean>
  extends FieldOptions<R> {
  /** The choices, in order. Values must be unique. May be a function of what is typed, for choices that depend on another field. */
  readonly choices: OrFrom<C>;
  /** The initial choices. Default: none. */
  readonly initial?: readonly ChoiceValue<C[number]>[] | undefined;
}

/** Options of a file field. */
export interface FileFieldOptions<R extends boolean = boolean, M extends boolean = boolean> extends FieldOptions<R> {
  /**
   * The accepted types, as in HTML: `image/*`, `image/png`, `.pdf`. A file must match one by its declared type or name,
   * and by its first bytes if these identify a type. Other names of a type (`text/x-csv`) and other extensions of it
   * (`.jpeg` for `.jpg`) match too. Without a declared type, the extension counts. Default: any.
   */
  readonly accept?: string | undefined;
  /** If `true`, several files may be chosen, and the value is a list. Default: `false`. */
  readonly multiple?: M | undefined;
  /** Maximum size of each file, in bytes. Default: `limits.fileBytes`. */
  readonly maxBytes?: number | undefined;
  /** Maximum number of files, with `multiple`. Default: `limits.files`. */
  readonly maxFiles?: number | undefined;
}

/** The options of all field types, as their own interfaces describe them; some may be functions. */
export interface AnyFieldOptions
  extends Omit<UrlFieldOptions, "initial" | "required">, Omit<FileFieldOptions, "initial" | "required"> {
  /** If `true`, a value is required. */
  readonly required?: OrFrom<boolean | undefined>;
  /** The initial value. */
  readonly initial?: unknown;
  /** Minimum value. */
  readonly min?: OrFrom<number | string | undefined>;
  /** Maximum value. */
  readonly max?: OrFrom<number | string | undefined>;
  /** The step. */
  readonly step?: number | "any" | undefined;
  /** The choices. */
  readonly choices?: OrFrom<readonly ChoiceOption[] | undefined>;
}

/** The options of all field types, as values. */
export type PlainFieldOptions = PlainOptions<Omit<AnyFieldOptions, "visible">>;
