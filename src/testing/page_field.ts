// A field of a form, as a test sees it.
import { controlType, controlValue, filesOf, groupOf, isOn, optionValue, selectedOptions } from "./controls.ts";
import { attribute, type ElementNode } from "./dom.ts";
import { accessibleName, groupName, referencedText } from "./labels.ts";
import type { TestField } from "./test_page.ts";

/** A field of a form. */
export class PageField implements TestField {
  readonly #controls: readonly ElementNode[];

  constructor(controls: readonly ElementNode[]) {
    this.#controls = controls;
  }

  get #first(): ElementNode {
    const [first] = this.#controls;
    if (first === undefined) throw new TypeError("Cannot read a field: it has no control");
    return first;
  }

  get name(): string {
    return (this.#controls.length > 1 && groupName(this.#first)) || accessibleName(this.#first);
  }

  get value(): string | boolean | readonly string[] {
    const first = this.#first;
    switch (controlType(first)) {
      case "checkbox":
        return this.#controls.length === 1 ? isOn(first) : this.#controls.filter(isOn).map(controlValue);
      case "radio":
        return this.#controls.filter(isOn).map(controlValue)[0] ?? "";
      case "select": {
        const values = selectedOptions(first).map(optionValue);
        return attribute(first, "multiple") === null ? values[0] ?? "" : values;
      }
      case "file":
        return filesOf(first).map(({ name }) => name);
      default:
        return controlValue(first);
    }
  }

  get isInvalid(): boolean {
    return this.#controls.some((it) => [it, groupOf(it)].some((node) => attribute(node, "aria-invalid") === "true"));
  }

  get description(): string {
    return referencedText(this.#first, "aria-describedby") || referencedText(groupOf(this.#first), "aria-describedby");
  }
}
