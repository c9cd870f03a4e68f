/**
 * The builders of fields: `field.text()`, `field.number()` and so on.
 *
 * @module
 */
import { type FieldDefinition, fieldOfType } from "./field_definition.ts";
import { FIELD_KINDS, type FieldType } from "./field_kinds.ts";
import type {
  AnyFieldOptions,
  CheckboxFieldOptions,
  ChoiceFieldOptions,
  ChoiceOption,
  ChoiceValue,
  DateTimeFieldOptions,
  FileFieldOptions,
  HiddenFieldOptions,
  MultiSelectFieldOptions,
  NumberFieldOptions,
  TextFieldOptions,
  UrlFieldOptions,
} from "./field_options.ts";

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
    options: MultiSelectFieldOptions<C, R>,
  ): FieldDefinition<ChoiceValue<C[number]>[], NoInfer<R>>;
  /** One of several choices, all in sight. Left empty, the value is `null`. */
  radio<const C extends readonly ChoiceOption[], R extends boolean = false>(
    options: ChoiceFieldOptions<C, R>,
  ): FieldDefinition<Given<ChoiceValue<C[number]>, R>, NoInfer<R>>;
  /** A date, `2025-12-31`. Left empty, the value is `null`. */
  date<R extends boolean = false>(options?: DateTimeFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A date and a time without a zone, `2025-12-31T23:59`. Left empty, the value is `null`. */
  datetime<R extends boolean = false>(options?: DateTimeFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A time of day, `23:59`. Left empty, the value is `null`. */
  time<R extends boolean = false>(options?: DateTimeFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A file, or with `multiple` a list of files. Left empty, the value is `null`, or the empty list. */
  file<R extends boolean = false, M extends boolean = false>(
    options?: FileFieldOptions<R, M>,
  ): FieldDefinition<M extends true ? File[] : Given<File, R>, NoInfer<R>>;
  /** A value that is sent and not shown. Left empty, the value is `""`. */
  hidden<R extends boolean = false>(options?: HiddenFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
}

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
  multiSelect: builder("multiSelect"),
  radio: builder("radio"),
  date: builder("date"),
  datetime: builder("datetime"),
  time: builder("time"),
  file: builder("file"),
  hidden: builder("hidden"),
  // The signatures promise what the checks keep: a required field never gives `null`, a choice gives a value of
  // `choices`, and `required` is as it was given. One function for all of them cannot say so itself.
}) as FieldBuilders;

function builder(type: FieldType): (options?: AnyFieldOptions) => FieldDefinition {
  const { maxlength } = FIELD_KINDS[type];
  return (options = {}) => fieldOfType(type, { ...options, maxlength: options.maxlength ?? maxlength });
}
