// `<Field>`: one field of a form with its label, its help and its errors.
//
// User input becomes text between tags, the text of `value`, or the presence of `checked` or `selected`, and nothing else.
import { h } from "preact";
import { type AttributeValue, type ControlAttributes, pickAttributes } from "./attributes.ts";
import { useContext } from "./use_context.ts";
import type { BoundField } from "../forms/bound_field.ts";
import { FIELD_KINDS } from "../forms/field_kinds.ts";
import type { FieldChoice } from "../forms/field_rules.ts";
import { keptField } from "./kept_fields.tsx";
import { FormScope, PageStateContext } from "./page_state.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** Options for rendering a field. */
export interface RenderFieldProps extends ControlAttributes {
  /** The label, in place of the field's own. */
  readonly label?: Markup;
  /** The help, in place of the field's own. */
  readonly help?: Markup;
  /** Renders a field with choices as a group of checkboxes or radio buttons. Default: the control of its kind. */
  readonly as?: "checkboxes" | "radios" | undefined;
}

/** Props of `<Field>`. */
export interface FieldProps extends RenderFieldProps {
  /** The name of the field, such as `title`, `address.city` or `rows[0].label`. */
  readonly name: string;
}

/** Props of `<FieldControl>`. */
export interface FieldControlProps extends Omit<RenderFieldProps, "label"> {
  /** The field. */
  readonly field: BoundField;
}

const CONTROL_NAMES = [
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
];

/**
 * Renders a field of the form around it: label, control, help, and errors.
 *
 * After an invalid submit it shows the submitted value, except for passwords and files. A group of checkboxes or radio buttons is
 * rendered in a `<fieldset>`.
 *
 * @throws {TypeError} Outside `<Form>`, and if the form has no such field.
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
 * assertStringIncludes(page, '<label for="f-add_note-note-body">What happened</label>');
 * ```
 */
export function Field({ name, ...props }: FieldProps): MarkupNode | null {
  const form = useContext(FormScope);
  if (form === null) {
    throw new TypeError(`Cannot render <Field name="${name}">: it is outside a <Form> of an action with a form`);
  }
  const isPlain = Object.keys(props).length === 0;
  const kept = isPlain ? keptField(form, name, () => renderField(form.field(name))) : null;
  return kept ?? renderField(form.field(name), props);
}

/** Renders a field: label, control, help, and errors. Returns `null` for a field that is not shown for what is typed so far. */
export function renderField(field: BoundField, props: RenderFieldProps = {}): MarkupNode | null {
  if (!field.isVisible) return null;
  if (field.inputType === "hidden") return <FieldControl field={field} {...props} />;
  const { label = field.label, help, ...rest } = props;
  const control = <FieldControl field={field} help={help} {...rest} />;
  if (isChoiceGroup(field, props.as)) {
    return (
      <FieldBox field={field} as="fieldset" attributes={groupAttributes(field, help)}>
        <legend>{label}</legend>
        {control}
        {renderNotes(field, help)}
      </FieldBox>
    );
  }
  const caption = <label for={field.id}>{label}</label>;
  return (
    <FieldBox field={field} as="div">
      {field.kind === "checkbox" ? [control, caption] : [caption, control]}
      {renderNotes(field, help)}
    </FieldBox>
  );
}

/**
 * Renders the element around a field. `data-required` or `data-optional` has the word that marks its label, for
 * `content: attr(data-optional)` in CSS. As text of the label it would be part of the name of the control.
 */
function FieldBox({ field, as, attributes, children }: {
  readonly field: BoundField;
  readonly as: "div" | "fieldset";
  readonly attributes?: Attributes;
  readonly children: Markup;
}): MarkupNode {
  const texts = useContext(PageStateContext)?.texts;
  const mark = requirementOf(field);
  const word = mark === null ? {} : { [`data-${mark}`]: texts?.write(catalogueText(`${mark}Field`)) ?? "" };
  return h(as, { class: "hyper-field", ...word, ...attributes }, children);
}

// Both states of a checkbox are values. A field of an extra row is required once its row has input.
function requirementOf({ kind, required, definition }: BoundField): "required" | "optional" | null {
  if (required) return "required";
  return definition.required || kind === "checkbox" ? null : "optional";
}

function renderNotes(field: BoundField, help: Markup): MarkupNode {
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

/** Renders only the control of a field, or its group of checkboxes or radio buttons. */
export function FieldControl(props: FieldControlProps): MarkupNode {
  const { field } = props;
  const row = rowNameOf(field, props.as);
  const control = renderControl(props);
  if (row === null) return control;
  return (
    <>
      <input type="hidden" name={row} value="" form={props.form} />
      {control}
    </>
  );
}

/**
 * Returns the name of the row of a field whose control may send nothing, such as `rows[0]` for `rows[0].done`; `null`
 * for any other field. A hidden input marks the row, which would otherwise be lost if none of its boxes is checked.
 */
function rowNameOf(field: BoundField, as: RenderFieldProps["as"]): string | null {
  const { kind, inputType, name } = field;
  const maySendNothing = kind === "checkbox" || kind === "select_multi" || inputType === "file" ||
    isChoiceGroup(field, as);
  const row = maySendNothing ? /^.*\[(?:\d+|__index__)\]/.exec(name)?.[0] ?? null : null;
  // Of a checkbox with the name of its row, the last value counts. A group of radio buttons has one value.
  return row === name && (kind === "input" || kind === "select") ? null : row;
}

function renderControl({ field, as, help, ...props }: FieldControlProps): MarkupNode {
  const attributes = pickAttributes(props, CONTROL_NAMES);
  if (isChoiceGroup(field, as)) return renderChoices(field, attributes);
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
      return renderSelect(field, shared);
    case "checkbox":
      return <input {...shared} type="checkbox" checked={field.value === true} />;
    case "input":
      return renderInput(field, shared);
  }
}

const ARIA_REQUIRED = { "aria-required": "true" };

// An attribute that is `undefined` is not rendered.
type Attributes = Readonly<Record<string, AttributeValue>>;

function renderInput(field: BoundField, shared: Attributes): MarkupNode {
  const { id, name, inputType } = field;
  if (inputType === "hidden") return <input type="hidden" id={id} name={name} value={shownText(field)} />;
  const value = FIELD_KINDS[field.type].isSecret ? undefined : shownText(field);
  const attributes: Attributes = { ...shared, type: inputType, ...ruleAttributes(field), value };
  return <input {...attributes} />;
}

function renderSelect(field: BoundField, shared: Attributes): MarkupNode {
  const { placeholder = "", ...attributes } = shared;
  const chosen = new Set(field.selected);
  // Without an empty first option, browsers select an option for the user, and `required` never applies (HTML, 4.10.7).
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

function renderChoices(field: BoundField, attributes: Attributes): MarkupNode {
  const rendered = (choice: FieldChoice): MarkupNode => renderChoice(field, choice, attributes);
  return (
    <>
      {grouped(field.choices).map(({ group, choices }) =>
        group === null
          ? choices.map(rendered)
          : <div key={group} role="group" aria-label={group} class="hyper-choices">{choices.map(rendered)}</div>
      )}
    </>
  );
}

function renderChoice(field: BoundField, choice: FieldChoice, attributes: Attributes): MarkupNode {
  const type = field.multiple ? "checkbox" : "radio";
  const index = field.choices.indexOf(choice);
  // The first has the id of the field, so that a link of the error summary leads to a control.
  const id = index === 0 ? field.id : `${field.id}---${index}`;
  // `required` on one radio button is for its group; each checkbox would be required by itself.
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
        {...(field.multiple ? invalidState(field) : {})}
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
  if (field.multiple) return described;
  return { role: "radiogroup", ...described, ...(field.required ? ARIA_REQUIRED : {}), ...invalidState(field) };
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

function shownText(field: BoundField): string {
  return typeof field.value === "string" ? field.value : "";
}

// The HTML parser drops a newline right after <textarea> (HTML, 13.2.6.4.7): each submit would lose a line.
function keepFirstNewline(text: string): string {
  return /^[\r\n]/.test(text) ? `\n${text}` : text;
}
