/**
 * One field of a bound form: its name, its ids, what to show, and what was wrong with it.
 *
 * @module
 */
import type { FieldDefinition } from "./field_definition.ts";
import { FIELD_KINDS } from "./field_kinds.ts";
import type { DisplayValue, FieldKind } from "./field_rules.ts";
import type { Step } from "./path.ts";
import { sentText } from "./sent.ts";

/** One field of a bound form: all there is to know to draw it. Nothing in it came from a visitor but texts and booleans. */
export interface BoundField extends
  Pick<
    FieldDefinition,
    "type" | "help" | "required" | "constraints" | "choices" | "placeholder" | "autocomplete"
  > {
  /** The name it is sent under. */
  readonly name: string;
  /** The id of its control, unique on a page among the fields of all forms and instances. */
  readonly id: string;
  /** The id of its help, for `aria-describedby`. */
  readonly helpId: string;
  /** The id of its errors, for `aria-describedby`. */
  readonly errorId: string;
  /** What it is called. */
  readonly label: string;
  /** Which element it is drawn as. */
  readonly kind: FieldKind;
  /** The attribute `type` of an `<input>`; `""` for other elements. */
  readonly inputType: string;
  /** What was sent, as one text; `""` where nothing was, for passwords and for files. */
  readonly raw: string;
  /** What to show: what was sent, else what it began with. Passwords and files never come back. */
  readonly value: DisplayValue;
  /** The choices that are made; of fields without choices none. */
  readonly selected: readonly string[];
  /** What was wrong with it. */
  readonly errors: readonly string[];
  /** Whether it takes several values. */
  readonly multiple: boolean;
  /** The field as it was defined. */
  readonly definition: FieldDefinition;
}

/** The facts that a bound field is made of. */
export interface FieldFacts {
  /** The name of the form. */
  readonly form: string;
  /** The copy of the form on the page, or `null`. */
  readonly instance: string | null;
  /** The name it is sent under. */
  readonly name: string;
  /** The same name as a path. */
  readonly steps: readonly Step[];
  /** The field as it was defined. */
  readonly definition: FieldDefinition;
  /** `true` if the form was sent. */
  readonly isBound: boolean;
  /** Its label, in place of that of the definition. */
  readonly label?: string;
  /** The value that was sent for it. */
  readonly sent: unknown;
  /** The value that the form began with; `undefined` for the field's own. */
  readonly initial: unknown;
  /** `true` if it stands in a row that may be left empty. */
  readonly extra: boolean;
  /** Returns its errors. Called each time: a handler may add one after the field was first looked at. */
  readonly errors: () => readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);

/** One field with what was sent for it. */
export class FieldState implements BoundField {
  readonly name: string;
  readonly id: string;
  readonly helpId: string;
  readonly errorId: string;
  readonly label: string;
  readonly help: string;
  readonly type: FieldDefinition["type"];
  readonly kind: FieldKind;
  readonly inputType: string;
  readonly raw: string;
  readonly value: DisplayValue;
  readonly selected: readonly string[];
  readonly required: boolean;
  readonly constraints: FieldDefinition["constraints"];
  readonly choices: FieldDefinition["choices"];
  readonly multiple: boolean;
  readonly placeholder: string;
  readonly autocomplete: string;
  readonly definition: FieldDefinition;
  readonly #errors: () => readonly string[];

  constructor({ form, instance, name, steps, definition, label, isBound, sent, initial, extra, errors }: FieldFacts) {
    const kind = FIELD_KINDS[definition.type];
    const tail = idTail(form, instance, steps);
    this.name = name;
    this.id = `f-${tail}`;
    this.helpId = `h-${tail}`;
    this.errorId = `e-${tail}`;
    this.label = label ?? definition.label ?? labelFor(definition, steps);
    this.help = definition.help;
    this.type = definition.type;
    this.kind = kind.element;
    this.inputType = kind.inputType;
    this.raw = kind.isSecret ? "" : sentText(sent) ?? "";
    const begun = initial === undefined ? definition.initial : initial;
    this.value = kind.isSecret ? "" : kind.show(isBound ? sent : begun);
    this.choices = definition.choices;
    this.selected = chosenOf(definition, this.value);
    this.required = definition.required && !extra;
    this.constraints = definition.constraints;
    this.multiple = definition.constraints.multiple ?? false;
    this.placeholder = definition.placeholder;
    this.autocomplete = definition.autocomplete;
    this.definition = definition;
    this.#errors = errors;
  }

  get errors(): readonly string[] {
    return this.#errors();
  }
}

function chosenOf({ choices }: FieldDefinition, shown: DisplayValue): readonly string[] {
  if (choices.length === 0) return NONE;
  const values = choices.map(({ value }) => value);
  return values.filter((value) => Array.isArray(shown) ? shown.includes(value) : shown === value);
}

// The label that was last made for a field: making one reads its name by the classes of Unicode, and a field is drawn
// again and again under the same name.
const labels = new WeakMap<FieldDefinition, { readonly name: string; readonly label: string }>();

function labelFor(definition: FieldDefinition, steps: readonly Step[]): string {
  const name = steps.findLast((step) => typeof step === "string") ?? "";
  const known = labels.get(definition);
  if (known !== undefined && known.name === name) return known.label;
  const label = readableName(name);
  labels.set(definition, { name, label });
  return label;
}

/** Makes a label of a name: `dueDate`, `due_date` and `due-date` give "Due date". */
export function readableName(name: string): string {
  const words = name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2").replace(/[_-]+/g, " ").trim().toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

// `f-note-title`, with an instance `f-note-3-title`, nested `f-note-address--city`. Within a part every dash and every
// character that a selector would need escaped is written as its code, so that two fields never share an id.
function idTail(form: string, instance: string | null, steps: readonly Step[]): string {
  const path = steps.map((step) => idPart(String(step))).join("--");
  return [form, ...(instance === null ? [] : [instance])].map(idPart).concat(path).join("-");
}

function idPart(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/gu, (char) => `_${char.codePointAt(0)?.toString(16) ?? ""}_`);
}
