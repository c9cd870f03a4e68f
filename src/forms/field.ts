// The field builders: `field.text()`, `field.number()` and so on.
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

/** `T`, or `null` if the field is not required. */
export type Given<T, R extends boolean> = R extends true ? T : T | null;

/**
 * The field builders. Each returns a frozen definition, and throws a `TypeError` or `RangeError` for an invalid option.
 */
// `NoInfer` in the results: a field is usually written where a record of fields is expected, and TypeScript would infer
// `required` from that as `boolean` instead of from the options.
export interface FieldBuilders {
  /** A line of text. The empty value is `""`; if the field is required, white space is not enough. */
  text<R extends boolean = false>(options?: TextFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** Several lines of text, with `\n` as line ending. The empty value is `""`. */
  textarea<R extends boolean = false>(options?: TextFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** An email address as HTML defines it, trimmed. The empty value is `""`. */
  email<R extends boolean = false>(options?: TextFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** An absolute URL, trimmed. The empty value is `""`. */
  url<R extends boolean = false>(options?: UrlFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
  /** A password; never rendered into the page. The empty value is `""`. */
  password<R extends boolean = false>(
    options?: Omit<TextFieldOptions<R>, "initial">,
  ): FieldDefinition<string, NoInfer<R>>;
  /** A number. The empty value is `null`. */
  number<R extends boolean = false>(options?: NumberFieldOptions<R>): FieldDefinition<Given<number, R>, NoInfer<R>>;
  /** A checkbox; a required one must be checked. */
  checkbox<R extends boolean = false>(options?: CheckboxFieldOptions<R>): FieldDefinition<boolean, NoInfer<R>>;
  /** One of several choices, as a drop-down list. The empty value is `null`. */
  select<const C extends readonly ChoiceOption[], R extends boolean = false>(
    options: ChoiceFieldOptions<C, R>,
  ): FieldDefinition<Given<ChoiceValue<C[number]>, R>, NoInfer<R>>;
  /** Any number of choices, as a list. */
  multiSelect<const C extends readonly ChoiceOption[], R extends boolean = false>(
    options: MultiSelectFieldOptions<C, R>,
  ): FieldDefinition<ChoiceValue<C[number]>[], NoInfer<R>>;
  /** One of several choices, as radio buttons. The empty value is `null`. */
  radio<const C extends readonly ChoiceOption[], R extends boolean = false>(
    options: ChoiceFieldOptions<C, R>,
  ): FieldDefinition<Given<ChoiceValue<C[number]>, R>, NoInfer<R>>;
  /** A date, `2025-12-31`. The empty value is `null`. */
  date<R extends boolean = false>(options?: DateTimeFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A date and time without a time zone, `2025-12-31T23:59`. The empty value is `null`. */
  datetime<R extends boolean = false>(options?: DateTimeFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A time of day, `23:59`. The empty value is `null`. */
  time<R extends boolean = false>(options?: DateTimeFieldOptions<R>): FieldDefinition<Given<string, R>, NoInfer<R>>;
  /** A file, or with `multiple` a list of files. The empty value is `null`, or the empty list. */
  file<R extends boolean = false, M extends boolean = false>(
    options?: FileFieldOptions<R, M>,
  ): FieldDefinition<M extends true ? File[] : Given<File, R>, NoInfer<R>>;
  /** A hidden value. The empty value is `""`. */
  hidden<R extends boolean = false>(options?: HiddenFieldOptions<R>): FieldDefinition<string, NoInfer<R>>;
}

/**
 * The field builders. A field validates its value on the server with the rules that a browser applies before it
 * submits.
 *
 * A field is optional unless it has `required: true`. The value of an empty text field is `""`, that of an empty
 * number, date, choice or file is `null`, and that of a checkbox is a boolean.
 *
 * @example Fields and their rules
 * ```ts
 * import { field } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const title = field.text({ required: true, maxlength: 80 });
 * assertEquals(title.check("Milk"), { kind: "valid", value: "Milk" });
 * assertEquals(title.check(""), { kind: "invalid", message: { key: "enterValue", values: {} } });
 *
 * const count = field.number({ min: 1 });
 * assertEquals(count.check("3"), { kind: "valid", value: 3 });
 * assertEquals(count.check(""), { kind: "valid", value: null });
 * assertEquals(count.check("0"), { kind: "invalid", message: { key: "minNumber", values: { bound: 1 } } });
 * ```
 */
export const field: FieldBuilders = Object.freeze(Object.fromEntries(
  Object.entries(FIELD_KINDS).map(([type, { maxlength }]) => [
    type,
    (options: AnyFieldOptions = {}) =>
      fieldOfType(type as FieldType, { ...options, maxlength: options.maxlength ?? maxlength }),
  ]),
  // The table has a builder for each type. The signatures state what the checks ensure: a required field never returns
  // `null`, a choice returns a value of `choices`, and `required` has the given value.
)) as unknown as FieldBuilders;
