/**
 * `<Field>`: one field of a form with its label, its help and what was wrong with it.
 *
 * Attributes come from a fixed list. What a visitor sent is only ever a text between tags, the text of `value`, or decides
 * whether `checked` or `selected` is there.
 *
 * @module
 */
import { useContext } from "./use_context.ts";
import type { BoundField } from "../forms/bound_field.ts";
import { FIELD_KINDS } from "../forms/field_kinds.ts";
import type { FieldChoice } from "../forms/field_rules.ts";
import { FormScope } from "./page_state.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";

/** A value of an attribute. */
export type AttributeValue = string | number | boolean | null | undefined;

/** The attributes of HTML that a control takes from whoever writes the page; everything else of it the form knows. */
export interface ControlAttributes {
  /** Classes of the control. */
  readonly class?: string | undefined;
  /** A hint inside the empty control, over the field's own; of a `<select>` the text of its empty option. */
  readonly placeholder?: string | undefined;
  /** What the browser may fill in, over the field's own. */
  readonly autocomplete?: string | undefined;
  /** Whether it takes the focus when the page is shown. */
  readonly autofocus?: boolean | undefined;
  /** How the browser helps with upper case. */
  readonly autocapitalize?: string | undefined;
  /** How many columns of a textarea are shown. */
  readonly cols?: number | undefined;
  /** The writing direction. */
  readonly dir?: "ltr" | "rtl" | "auto" | undefined;
  /** Whether it is shown and cannot be used; its value is then not sent. */
  readonly disabled?: boolean | undefined;
  /** What the enter key of a keyboard on the screen says. */
  readonly enterkeyhint?: string | undefined;
  /** The id of the form it belongs to, where it stands outside of it. */
  readonly form?: string | undefined;
  /** Which keyboard is shown. */
  readonly inputmode?: string | undefined;
  /** The language of its value. */
  readonly lang?: string | undefined;
  /** The id of a `<datalist>` with suggestions. */
  readonly list?: string | undefined;
  /** Whether its value can be read and sent and not changed. */
  readonly readonly?: boolean | undefined;
  /** How many lines of a textarea are shown. */
  readonly rows?: number | undefined;
  /** How many characters of an input, or options of a list, are shown. */
  readonly size?: number | undefined;
  /** Whether the browser checks its spelling. */
  readonly spellcheck?: boolean | undefined;
  /** Its place in the order of the tab key. */
  readonly tabindex?: number | undefined;
  /** What is shown beside the pointer. */
  readonly title?: string | undefined;
  /** How the lines of a textarea are sent. */
  readonly wrap?: "hard" | "soft" | undefined;
  /** Attributes of data, of accessibility, and of the browser runtime. */
  readonly [name: `data-${string}` | `aria-${string}` | `hyper-${string}`]: AttributeValue;
}

/** What a field is drawn with, beside the field itself. */
export interface RenderFieldProps extends ControlAttributes {
  /** Its label, in place of the field's own. */
  readonly label?: Markup;
  /** Its help, in place of the field's own. */
  readonly help?: Markup;
  /** Draws a field with choices as a group of boxes or buttons, all in sight. Default: as its kind says. */
  readonly as?: "checkboxes" | "radios" | undefined;
}

/** What `<Field>` takes. */
export interface FieldProps extends RenderFieldProps {
  /** The name of the field, such as `title`, `address.city` or `rows[0].label`. */
  readonly name: string;
}

/** What `<FieldControl>` takes. */
export interface FieldControlProps extends Omit<RenderFieldProps, "label"> {
  /** The field. */
  readonly field: BoundField;
}

const CONTROL_ATTRIBUTES: ReadonlySet<string> = new Set([
  "class",
  "autocomplete",
  "autofocus",
  "autocapitalize",
  "cols",
  "dir",
  "disabled",
  "enterkeyhint",
  "form",
  "inputmode",
  "lang",
  "list",
  "placeholder",
  "readonly",
  "rows",
  "size",
  "spellcheck",
  "tabindex",
  "title",
  "wrap",
]);
const OPEN_ATTRIBUTE = /^(?:data|aria|hyper)-[a-z0-9-]+$/;

/**
 * A field of the form around it: label, control, help, and what was wrong.
 *
 * After a refused submit it holds what was sent; passwords and files never come back. Boxes and buttons that belong
 * together stand in a `<fieldset>`.
 *
 * @throws {TypeError} Outside `<Form>`, and where the form has no such field.
 *
 * @example
 * ```tsx
 * import { action, createHandler, defineForm, Field, field, Form } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { body: field.textarea({ maxlength: 2000, help: "In your words" }) } });
 * const addNote = action("add_note", { form: NoteForm }, () => {});
 * const Notes = () => (
 *   <Form action={addNote}>
 *     <Field name="body" label="What happened" rows={8} />
 *   </Form>
 * );
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: Notes, addNote }) }],
 * });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, '<label for="f-note-body">What happened</label>');
 * ```
 */
export function Field({ name, ...props }: FieldProps): MarkupNode {
  const form = useContext(FormScope);
  if (form === null) {
    throw new TypeError(`Cannot render <Field name="${name}">: no <Form> of an action with a form is around it`);
  }
  return renderField(form.field(name), props);
}

/** Draws a field: label, control, help, errors. */
export function renderField(field: BoundField, props: RenderFieldProps = {}): MarkupNode {
  if (field.inputType === "hidden") return <FieldControl field={field} {...props} />;
  const { label = field.label, help, ...rest } = props;
  const control = <FieldControl field={field} help={help} {...rest} />;
  if (isChoiceGroup(field, props.as)) {
    return (
      <fieldset class="hyper-field" {...groupAttributes(field, help)}>
        <legend>{label}</legend>
        {control}
        {drawNotes(field, help)}
      </fieldset>
    );
  }
  const caption = <label for={field.id}>{label}</label>;
  return (
    <div class="hyper-field">
      {field.kind === "checkbox" ? [control, caption] : [caption, control]}
      {drawNotes(field, help)}
    </div>
  );
}

function drawNotes(field: BoundField, help: Markup): MarkupNode {
  return (
    <>
      {hasHelp(field, help) && <p id={field.helpId} class="hyper-help">{help ?? field.help}</p>}
      {field.errors.length > 0 && (
        <ul id={field.errorId} class="hyper-errors">
          {field.errors.map((message) => <li key={message}>{message}</li>)}
        </ul>
      )}
    </>
  );
}

/** The control of a field alone, or all the boxes or buttons of one, for a layout of one's own. */
export function FieldControl({ field, as, help, ...given }: FieldControlProps): MarkupNode {
  const attributes = allowedAttributes(given);
  if (isChoiceGroup(field, as)) return drawChoices(field, attributes);
  const shared: Attributes = {
    placeholder: field.placeholder || undefined,
    autocomplete: field.autocomplete || undefined,
    ...attributes,
    id: field.id,
    name: field.name,
    ...(field.required ? { required: true, ...ARIA_REQUIRED } : {}),
    ...invalidState(field),
    ...describedBy(field, help, attributes["aria-describedby"]),
  };
  switch (field.kind) {
    case "textarea":
      return <textarea {...shared} {...ruleAttributes(field)}>{keepFirstNewline(shownText(field))}</textarea>;
    case "select":
    case "select_multi":
      return drawSelect(field, shared);
    case "checkbox":
      return <input {...shared} type="checkbox" checked={field.value === true} />;
    case "input":
      return drawInput(field, shared);
  }
}

const ARIA_REQUIRED = { "aria-required": "true" };

// An attribute that is `undefined` is not drawn.
type Attributes = Readonly<Record<string, AttributeValue>>;

function drawInput(field: BoundField, shared: Attributes): MarkupNode {
  const { id, name, inputType } = field;
  if (inputType === "hidden") return <input type="hidden" id={id} name={name} value={shownText(field)} />;
  const value = FIELD_KINDS[field.type].isSecret ? undefined : shownText(field);
  const attributes: Attributes = { ...shared, type: inputType, ...ruleAttributes(field), value };
  return <input {...attributes} />;
}

function drawSelect(field: BoundField, shared: Attributes): MarkupNode {
  const { placeholder = "", ...attributes } = shared;
  const chosen = new Set(field.selected);
  // Without an empty option first a browser chooses for the user, and `required` has nothing to refuse (HTML, 4.10.7).
  const isEmptyOffered = !field.multiple && (!field.required || chosen.size === 0) &&
    !field.choices.some(({ value }) => value === "");
  return (
    <select {...attributes} multiple={field.multiple || undefined}>
      {isEmptyOffered && <option value="">{placeholder}</option>}
      {grouped(field.choices).map(({ group, choices }) => {
        const options = choices.map(({ value, label, disabled }) => (
          <option key={value} value={value} selected={chosen.has(value)} disabled={disabled}>{label}</option>
        ));
        return group === null ? options : <optgroup key={group} label={group}>{options}</optgroup>;
      })}
    </select>
  );
}

function drawChoices(field: BoundField, attributes: Attributes): MarkupNode {
  const drawn = (choice: FieldChoice): MarkupNode => drawChoice(field, choice, attributes);
  return (
    <>
      {grouped(field.choices).map(({ group, choices }) =>
        group === null
          ? choices.map(drawn)
          : <div key={group} role="group" aria-label={group} class="hyper-choices">{choices.map(drawn)}</div>
      )}
    </>
  );
}

function drawChoice(field: BoundField, choice: FieldChoice, attributes: Attributes): MarkupNode {
  const type = field.multiple ? "checkbox" : "radio";
  const index = field.choices.indexOf(choice);
  // The first bears the id of the field, so that the error summary leads to something that takes the focus.
  const id = index === 0 ? field.id : `${field.id}---${index}`;
  // One radio button speaks for its group; of boxes each would be required by itself.
  const isRequired = field.required && !field.multiple;
  return (
    <div key={choice.value} class="hyper-choice">
      <input
        {...attributes}
        type={type}
        id={id}
        name={field.name}
        value={choice.value}
        checked={field.selected.includes(choice.value)}
        disabled={choice.disabled || attributes.disabled === true}
        required={isRequired || undefined}
        {...invalidState(field)}
      />
      <label for={id}>{choice.label}</label>
    </div>
  );
}

function grouped(
  choices: readonly FieldChoice[],
): readonly { readonly group: string | null; readonly choices: readonly FieldChoice[] }[] {
  const groups: { readonly group: string | null; readonly choices: FieldChoice[] }[] = [];
  for (const choice of choices) {
    const last = groups.at(-1);
    if (last !== undefined && last.group === choice.group) last.choices.push(choice);
    else groups.push({ group: choice.group, choices: [choice] });
  }
  return groups;
}

function isChoiceGroup({ kind, inputType }: BoundField, as: RenderFieldProps["as"]): boolean {
  if (inputType === "radio") return true;
  return (kind === "select" && as === "radios") || (kind === "select_multi" && as === "checkboxes");
}

function groupAttributes(field: BoundField, help: Markup): Attributes {
  const described = describedBy(field, help, undefined);
  return field.multiple ? described : { role: "radiogroup", ...described, ...(field.required ? ARIA_REQUIRED : {}) };
}

function ruleAttributes({ type, constraints }: BoundField): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const rule of FIELD_KINDS[type].attributes) {
    if (constraints[rule] !== undefined) attributes[rule] = constraints[rule];
  }
  return attributes;
}

function invalidState(field: BoundField): Attributes {
  return field.errors.length > 0 ? { "aria-invalid": "true" } : {};
}

function hasHelp(field: BoundField, help: Markup): boolean {
  return (help ?? field.help) !== "";
}

function describedBy(field: BoundField, help: Markup, given: AttributeValue): Attributes {
  const ids = [
    given,
    field.errors.length > 0 ? field.errorId : null,
    hasHelp(field, help) ? field.helpId : null,
  ].filter((id) => typeof id === "string");
  return ids.length === 0 ? {} : { "aria-describedby": ids.join(" ") };
}

// The types let nothing else through; a page written without them may spread what came from a visitor.
function allowedAttributes(given: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!CONTROL_ATTRIBUTES.has(name) && !OPEN_ATTRIBUTE.test(name)) continue;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") attributes[name] = value;
  }
  return attributes;
}

function shownText(field: BoundField): string {
  return typeof field.value === "string" ? field.value : "";
}

// The HTML parser drops a newline right after <textarea> (HTML, 13.2.6.4.7), and each round trip would lose a line.
function keepFirstNewline(text: string): string {
  return /^[\r\n]/.test(text) ? `\n${text}` : text;
}
