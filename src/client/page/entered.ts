/**
 * Fills a template with what the user has entered. A value becomes text: in text, and in attributes whose value is shown as text. In
 * any other place it could become a URL, a style, a script or an instruction for a library, so it is left out there.
 *
 * @module
 */
import { enteredTexts, fillEntered, RAW_ELEMENTS, SHOWN_ATTRIBUTE } from "../../protocol/entered.ts";
import { all, doc, dom } from "../dom.ts";

/** Returns a copy of the content of a template, filled with the values. */
export function fillTemplate({ content }: HTMLTemplateElement, valueOf: (name: string) => string): DocumentFragment {
  const copy = doc.importNode(content, true);
  for (const node of [copy, ...all("*", copy)]) {
    if (node instanceof Element) {
      for (const attribute of [...dom(node).attributes]) {
        const { name, value } = attribute;
        const filled = fillEntered(value, valueOf);
        if (filled === value) continue;
        if (SHOWN_ATTRIBUTE.test(name)) attribute.value = filled;
        else dom(node).removeAttributeNode(attribute);
      }
    }
    for (const child of dom(node).childNodes) {
      if (child instanceof Text) {
        const { data } = child;
        child.data = node instanceof Element && dom(node).matches(RAW_ELEMENTS)
          ? fillEntered(data, () => "")
          : fillEntered(data, valueOf);
      }
    }
  }
  return copy;
}

/** Returns what the user has entered in a field, by its name: the values of a form and of explicit data, as text. Passwords are left out. */
export function enteredValues(
  form: HTMLFormElement | null,
  fields: FormData | null,
  data: Readonly<Record<string, unknown>>,
): (name: string) => string {
  const secret = new Set(
    form
      ? [...dom(form).elements].flatMap((control) =>
        dom(control as HTMLInputElement).type === "password" ? (dom(control) as HTMLInputElement).name : []
      )
      : [],
  );
  return enteredTexts(fields, data, secret);
}
