// The controls of a form: their values, the input of a user, and the entries that a browser sends.
import {
  attribute,
  childNodesOf,
  closest,
  collapse,
  type ElementNode,
  elementsIn,
  isElementNode,
  rootOf,
  textContentOf,
} from "./dom.ts";
import { ONCE_FIELD } from "../protocol/names.ts";
import { toParams, toPlain } from "../protocol/payload.ts";
import { accessibleName } from "./labels.ts";

/**
 * The input of a user for a field: text, a number as it is typed, a boolean for a check box, an option by its label or value, or
 * several of them, files; `null` clears the field.
 */
export type FieldInput = string | number | boolean | null | File | readonly (string | File)[];

/** An entry that a form sends. */
export type FormEntry = readonly [name: string, value: string | File];

// The input of the user for each control. Each entry lives as long as its element.
const typed = new WeakMap<ElementNode, string>();
const switched = new WeakMap<ElementNode, boolean>();
const chosen = new WeakMap<ElementNode, readonly File[]>();

const LISTED: ReadonlySet<string> = new Set(["input", "select", "textarea", "button"]);
/** Types of `<input>` that are buttons. */
const PRESSED: ReadonlySet<string> = new Set(["submit", "button", "reset", "image"]);

/** Returns the type of an `<input>` or a `<button>`, else the name of the tag. */
export function controlType(control: ElementNode): string {
  const { tagName } = control;
  if (tagName !== "input" && tagName !== "button") return tagName;
  return attribute(control, "type")?.toLowerCase() ?? (tagName === "input" ? "text" : "submit");
}

/** Returns the form of a control: the one it names, else the one around it (HTML, 4.10.18.3). */
export function ownerOf(control: ElementNode): ElementNode | null {
  const id = attribute(control, "form");
  if (id === null) return closest(control, ({ tagName }) => tagName === "form");
  return elementsIn(rootOf(control)).find((it) => it.tagName === "form" && attribute(it, "id") === id) ?? null;
}

/** Returns the controls of a form, in document order, including those outside of it. */
export function formControls(form: ElementNode): ElementNode[] {
  return elementsIn(rootOf(form)).filter((it) => LISTED.has(it.tagName) && ownerOf(it) === form);
}

/** Returns whether a control submits its form. */
export function isSubmitButton(control: ElementNode): boolean {
  return LISTED.has(control.tagName) && /^(submit|image)$/.test(controlType(control));
}

/** Returns whether a user can fill a control. */
export function isField(control: ElementNode): boolean {
  return LISTED.has(control.tagName) && control.tagName !== "button" && !PRESSED.has(controlType(control)) &&
    controlType(control) !== "hidden";
}

/** Returns whether a control or an option is disabled (HTML, 4.10.18.5). */
export function isDisabled(control: ElementNode): boolean {
  return closest(control, (it) => {
    if (attribute(it, "disabled") === null) return false;
    if (it === control) return true;
    if (it.tagName === "optgroup") return control.tagName === "option";
    return it.tagName === "fieldset" && !isInFirstLegend(control, it);
  }) !== null;
}

function isInFirstLegend(control: ElementNode, fieldset: ElementNode): boolean {
  const legend = childNodesOf(fieldset).filter(isElementNode).find(({ tagName }) => tagName === "legend");
  return legend !== undefined && closest(control, (it) => it === legend) !== null;
}

/** Returns whether a check box or a radio button is checked, or an option selected. */
export function isOn(control: ElementNode): boolean {
  return switched.get(control) ?? attribute(control, control.tagName === "option" ? "selected" : "checked") !== null;
}

/** Returns the value of a control; of a check box the value that it sends when it is checked. */
export function controlValue(control: ElementNode): string {
  const text = typed.get(control);
  if (text !== undefined) return text;
  if (control.tagName === "textarea") return textContentOf(control);
  return attribute(control, "value") ?? (/^(checkbox|radio)$/.test(controlType(control)) ? "on" : "");
}

/** Returns the files that the user has chosen. */
export function filesOf(control: ElementNode): readonly File[] {
  return chosen.get(control) ?? [];
}

/** Returns the selected options of a list. A drop-down list always has one (HTML, 4.10.7). */
export function selectedOptions(select: ElementNode): readonly ElementNode[] {
  const options = optionsOf(select);
  const selected = options.filter(isOn);
  if (attribute(select, "multiple") !== null) return selected;
  const last = selected.at(-1);
  if (last !== undefined) return [last];
  const first = Number(attribute(select, "size") ?? 1) > 1 ? undefined : options.find((option) => !isDisabled(option));
  return first === undefined ? [] : [first];
}

/** Returns the value that an option sends. */
export function optionValue(option: ElementNode): string {
  return attribute(option, "value") ?? collapse(textContentOf(option));
}

/** Forgets the input for a control, because the server has another value for it. */
export function forget(control: ElementNode): void {
  typed.delete(control);
  switched.delete(control);
}

/** A form that was sent, with the state of its controls at that time. */
export interface SentForm {
  /** The form. */
  readonly form: ElementNode;
  /** The state of each control, as a string to compare. */
  readonly states: ReadonlyMap<ElementNode, string>;
}

/** Records the state of a form that is sent. */
export function noteSent(form: ElementNode): SentForm {
  return { form, states: new Map(formControls(form).map((control) => [control, controlState(control)])) };
}

/**
 * Updates a form after an accepted answer, as the runtime does: a control that the user has not changed since shows the value of
 * the server, also when that value is the same as before. Passwords and files stay.
 *
 * @param sent The form.
 * @param roots The elements that the answer has replaced.
 * @param kept Types of the controls that stay. Default: passwords and files.
 */
export function followAnswer(
  { form, states }: SentForm,
  roots: readonly ElementNode[],
  kept = /^(password|file)$/,
): void {
  const controls = formControls(form).filter((control) => states.has(control));
  const touched = new Set(controls.filter((control) => states.get(control) !== controlState(control)).map(touchUnit));
  for (const control of controls) {
    if (kept.test(controlType(control)) || touched.has(touchUnit(control))) continue;
    if (closest(control, (it) => roots.includes(it)) === null) continue;
    for (const it of [control, ...optionsOf(control)]) forget(it);
  }
}

function controlState(control: ElementNode): string {
  const options = control.tagName === "select" ? optionsOf(control) : [];
  return JSON.stringify([controlValue(control), isOn(control), options.map(isOn)]);
}

/** Returns the unit in which controls count as touched: all of one name. */
function touchUnit(control: ElementNode): ElementNode | string {
  return attribute(control, "name") ?? control;
}

/**
 * Fills a field, which is one control or a group of check boxes or radio buttons.
 *
 * @param controls The control, or the members of the group.
 * @param input The input.
 * @throws {TypeError} When a user could not do that; the message is the reason.
 */
export function fillControls(controls: readonly ElementNode[], input: FieldInput): void {
  const [control] = controls;
  if (control === undefined) throw new TypeError("it has no control");
  const type = controlType(control);
  if (controls.every(isDisabled)) throw new TypeError("it is disabled");
  if (attribute(control, "readonly") !== null) throw new TypeError("it is read only");
  if (type === "checkbox" || type === "radio") return fillChoices(controls, input);
  if (type === "file") return fillFiles(control, input);
  if (type === "select") return fillSelect(control, input);
  if (typeof input === "object" && input !== null) throw new TypeError(`a field of type "${type}" takes one text`);
  // A line of text has no line breaks, whatever is pasted (HTML, 4.10.5.1.2).
  const text = input === null ? "" : String(input);
  typed.set(control, type === "textarea" ? text : text.replace(/[\r\n]/g, ""));
}

function fillChoices(controls: readonly ElementNode[], input: FieldInput): void {
  const [control] = controls;
  if (control !== undefined && controls.length === 1 && typeof input === "boolean") return setChecked(control, input);
  const wanted = textsOf(input);
  const matches = pick(controls, wanted, (it) => [accessibleName(it), controlValue(it)]);
  const isRadio = controls.some((it) => controlType(it) === "radio");
  if (isRadio && matches.length > 1) throw new TypeError("it takes one choice");
  for (const it of controls) if (!isDisabled(it)) setChecked(it, matches.includes(it));
}

function setChecked(control: ElementNode, on: boolean): void {
  const form = ownerOf(control);
  if (on && controlType(control) === "radio" && form !== null) {
    // Of the buttons of one name one is chosen (HTML, 4.10.5.1.17).
    const name = attribute(control, "name");
    for (const it of formControls(form)) {
      if (controlType(it) === "radio" && attribute(it, "name") === name) switched.set(it, false);
    }
  }
  switched.set(control, on);
}

function fillFiles(control: ElementNode, input: FieldInput): void {
  const files = (input === null ? [] : [input].flat()).filter((item) => item instanceof File);
  if (input !== null && files.length !== [input].flat().length) throw new TypeError("it takes files");
  if (files.length > 1 && attribute(control, "multiple") === null) throw new TypeError("it takes one file");
  chosen.set(control, files);
}

function fillSelect(select: ElementNode, input: FieldInput): void {
  const matches = pick(optionsOf(select), textsOf(input), (option) => [
    attribute(option, "label") ?? collapse(textContentOf(option)),
    optionValue(option),
  ]);
  if (matches.length > 1 && attribute(select, "multiple") === null) throw new TypeError("it takes one option");
  for (const option of optionsOf(select)) switched.set(option, matches.includes(option));
}

function textsOf(input: FieldInput): readonly string[] {
  if (input === null) return [];
  const texts = [input].flat();
  if (!texts.every((item) => typeof item === "string" || typeof item === "number")) {
    throw new TypeError("its choices are named by texts");
  }
  return texts.map(String);
}

/** Returns the choices of these names: by label if there is such a label, else by value. */
function pick(
  choices: readonly ElementNode[],
  wanted: readonly string[],
  namesOf: (choice: ElementNode) => readonly [label: string, value: string],
): readonly ElementNode[] {
  return wanted.map((name) => {
    const found = choices.find((it) => namesOf(it)[0] === name) ?? choices.find((it) => namesOf(it)[1] === name);
    if (found === undefined) {
      const names = choices.map((it) => `"${namesOf(it)[0]}"`).join(", ");
      throw new TypeError(`it has no choice "${name}", it has ${names}`);
    }
    if (isDisabled(found)) throw new TypeError(`its choice "${name}" is disabled`);
    return found;
  });
}

function optionsOf(select: ElementNode): readonly ElementNode[] {
  return elementsIn(select).filter(({ tagName }) => tagName === "option");
}

/**
 * Returns the entries that a browser sends for a form (HTML, 4.10.22.4), in the order of its controls.
 *
 * @param form The form.
 * @param submitter The button that submits the form, or `null`.
 */
export function entriesOf(form: ElementNode, submitter: ElementNode | null): readonly FormEntry[] {
  return formControls(form).flatMap((control): readonly FormEntry[] => {
    const name = attribute(control, "name") ?? "";
    const type = controlType(control);
    if (isDisabled(control) || closest(control, ({ tagName }) => tagName === "datalist") !== null) return [];
    if (control.tagName === "button" || PRESSED.has(type)) {
      if (control !== submitter) return [];
      // The position of the click on the image; that of the keyboard is its corner.
      if (type === "image") return ["x", "y"].map((axis): FormEntry => [name === "" ? axis : `${name}.${axis}`, "0"]);
    }
    if (name === "") return [];
    switch (type) {
      case "select":
        return selectedOptions(control).filter((it) => !isDisabled(it)).map((it): FormEntry => [name, optionValue(it)]);
      case "checkbox":
      case "radio":
        return isOn(control) ? [[name, controlValue(control)]] : [];
      case "file": {
        const files = filesOf(control);
        const none = new File([], "", { type: "application/octet-stream" });
        return (files.length === 0 ? [none] : files).map((file): FormEntry => [name, file]);
      }
      case "hidden":
        return [[name, name.toLowerCase() === "_charset_" ? "UTF-8" : controlValue(control)], ...directionOf(control)];
      default:
        return [[name, controlValue(control)], ...directionOf(control)];
    }
  });
}

/** Returns the entry of a control with `dirname`: the direction of its text (HTML, 4.10.18.2). */
function directionOf(control: ElementNode): readonly FormEntry[] {
  const name = attribute(control, "dirname");
  if (!name || !/^(textarea|hidden|text|search|tel|url|email|password)$/.test(controlType(control))) return [];
  const set = closest(control, (it) => /^(ltr|rtl|auto)$/i.test(attribute(it, "dir") ?? ""));
  const direction = set === null ? "ltr" : attribute(set, "dir")?.toLowerCase() ?? "ltr";
  if (direction !== "auto") return [[name, direction]];
  // The first letter decides; those of Hebrew and Arabic scripts are written from right to left.
  return [[name, /^\P{L}*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(controlValue(control)) ? "rtl" : "ltr"]];
}

/** Returns entries as `FormData`. */
export function fieldsOf(entries: readonly FormEntry[]): FormData {
  const fields = new FormData();
  for (const [name, value] of entries) {
    if (typeof value === "string") fields.append(name, value);
    else fields.append(name, value, value.name);
  }
  return fields;
}

/** Encodes entries as a browser with scripts off does; an encoding that HTML does not know is the default one. */
export function toBody(entries: readonly FormEntry[], enctype: string | null): FormData | URLSearchParams | Blob {
  const fields = fieldsOf(entries);
  switch (enctype?.toLowerCase()) {
    case "multipart/form-data":
      return fields;
    case "text/plain":
      return new Blob([toPlain(toParams(fields))], { type: "text/plain" });
    default:
      return toParams(fields);
  }
}

/** Returns the group of a check box or a radio button, which has its state and description; else the control itself. */
export function groupOf(control: ElementNode): ElementNode {
  const isChoice = /^(checkbox|radio)$/.test(controlType(control));
  return isChoice ? closest(control, ({ tagName }) => tagName === "fieldset") ?? control : control;
}

/** Removes the fields that a form does not send before it is submitted: passwords and files, and the key of the submit. */
export function withhold(form: ElementNode, fields: FormData): void {
  for (const control of formControls(form)) {
    const isWithheld = /^(password|file)$/.test(controlType(control)) && attribute(control, "hyper-validate") === null;
    if (isWithheld) fields.delete(attribute(control, "name") ?? "");
  }
  fields.delete(ONCE_FIELD);
}
