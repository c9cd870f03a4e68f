// A field of a bound form: its name, its IDs, its value and its errors.
import type { FieldDefinition } from "./field_definition.ts";
import { FIELD_KINDS } from "./field_kinds.ts";
import type { DisplayValue, FieldKind } from "./field_rules.ts";
import type { Step } from "./path.ts";
import { sentText } from "./sent.ts";
import { renderedConstraints } from "./steps.ts";

/** A field of a bound form: everything that is needed to render it. Only strings and booleans come from a user. */
export interface BoundField extends
  Pick<
    FieldDefinition,
    "type" | "help" | "required" | "isVisible" | "constraints" | "choices" | "placeholder" | "autocomplete"
  > {
  /** The name in the submitted data. */
  readonly name: string;
  /** ID of its control, unique among the fields of all forms and instances of a page. */
  readonly id: string;
  /** ID of its help text, for `aria-describedby`. */
  readonly helpId: string;
  /** ID of its errors, for `aria-describedby`. */
  readonly errorId: string;
  /** The label. */
  readonly label: string;
  /** The element it is rendered as. */
  readonly kind: FieldKind;
  /** The attribute `type` of an `<input>`; `""` for other elements. */
  readonly inputType: string;
  /** The submitted value as text; `""` for a blank form, for passwords and for files. */
  readonly raw: string;
  /** The value to render: the submitted one, else the initial one. Passwords and files are never rendered. */
  readonly value: DisplayValue;
  /** The selected choices; empty for a field without choices. */
  readonly selected: readonly string[];
  /** Its errors. */
  readonly errors: readonly string[];
  /** `true` if it accepts several values. */
  readonly multiple: boolean;
  /** The definition of the field. */
  readonly definition: FieldDefinition;
}

/** The facts that a bound field is created from. */
export interface FieldFacts {
  /** The start of its IDs, which is the same for all fields of the form. */
  readonly idPrefix: string;
  readonly name: string;
  /** The name as a path. */
  readonly steps: readonly Step[];
  readonly definition: FieldDefinition;
  /** `true` if data was submitted. */
  readonly isBound: boolean;
  /** Its label, instead of that of the definition. */
  readonly label?: string;
  /** The submitted value. */
  readonly sent: unknown;
  /** The initial value of the form; `undefined` for that of the field. */
  readonly initial: unknown;
  /** The initial value that the server counts steps from; `undefined` for that of the field. */
  readonly stepInitial?: unknown;
  /** `true` if it is in a row that may be left empty. */
  readonly extra: boolean;
  /** Returns its errors. Called on each access, because errors can be added later. */
  readonly errors: () => readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);

/** A field of a bound form. */
// A class, not an object literal with a getter, which V8 creates three times slower.
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
  readonly isVisible: boolean;
  readonly constraints: FieldDefinition["constraints"];
  readonly choices: FieldDefinition["choices"];
  readonly multiple: boolean;
  readonly placeholder: string;
  readonly autocomplete: string;
  readonly definition: FieldDefinition;
  readonly #errors: () => readonly string[];

  constructor(facts: FieldFacts) {
    const { idPrefix, name, steps, definition, label, isBound, sent, initial, stepInitial, extra, errors } = facts;
    const kind = FIELD_KINDS[definition.type];
    const tail = `${idPrefix}-${steps.map((step) => idPart(String(step))).join("--")}`;
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
    const first = initial === undefined ? definition.initial : initial;
    this.value = kind.isSecret ? "" : kind.show(isBound ? sent : first);
    this.choices = definition.choices;
    this.selected = chosenOf(definition, this.value);
    this.required = definition.required && !extra;
    this.isVisible = definition.isVisible;
    this.constraints = renderedConstraints(
      kind,
      definition.constraints,
      this.value,
      stepInitial === undefined ? definition.initial : stepInitial,
    );
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

// The last label of each field. Creating one matches Unicode classes, and a field is usually rendered under one name.
const labels = new WeakMap<FieldDefinition, { readonly name: string; readonly label: string }>();

function labelFor(definition: FieldDefinition, steps: readonly Step[]): string {
  const name = steps.findLast((step) => typeof step === "string") ?? "";
  const known = labels.get(definition);
  if (known !== undefined && known.name === name) return known.label;
  const label = readableName(name);
  labels.set(definition, { name, label });
  return label;
}

/** Derives a label from a name: `dueDate`, `due_date` and `due-date` give "Due date". */
export function readableName(name: string): string {
  const words = name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2").replace(/[_-]+/g, " ").trim().toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/**
 * Returns the start of the IDs of a form's fields: its action, its name and its instance.
 *
 * The ID of a field is `f-add_note-note-title`, with an instance `f-add_note-note-3-title`, nested `f-add_note-note-address--city`.
 * Dashes within a part and characters that a selector would need to escape are written as codes, so that two fields never share
 * an ID.
 */
export function idPrefixOf(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).map(idPart).join("-");
}

// An underscore is a code too where it begins what reads as one: `a_2d_b` and `a-b` are two names.
function idPart(text: string): string {
  return text.replace(/[^A-Za-z0-9_]|_(?=[0-9a-f]+_)/gu, (char) => `_${char.codePointAt(0)?.toString(16) ?? ""}_`);
}
