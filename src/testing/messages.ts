// The messages of a field, as the runtime shows them next to its controls: see `client/page/show_errors.ts`.
import { controlType } from "./controls.ts";
import {
  attribute,
  closest,
  detach,
  type ElementNode,
  elementsIn,
  insert,
  isElementNode,
  parseFragmentIn,
  rootOf,
} from "./dom.ts";

/** Number of lists so far, for their ids. */
let lists = 0;

/** Shows messages next to the controls of one name, in place of those they have. */
export function showFieldMessages(controls: readonly ElementNode[], messages: readonly string[]): void {
  const last = controls.at(-1);
  if (last === undefined) return;
  const described = new Set(controls.map(describedElement));
  for (const element of described) forgetMessages(element);
  if (messages.length === 0) return;
  const id = `hyper-errors-test-${++lists}`;
  const list = parseFragmentIn(`<ul class="hyper-errors" id="${id}"></ul>`, null).filter(isElementNode);
  for (const message of messages) {
    const item = parseFragmentIn("<li></li>", null);
    insert(list[0]!, item, null);
    insert(
      item.filter(isElementNode)[0]!,
      parseFragmentIn(message.replace(/&/g, "&amp;").replace(/</g, "&lt;"), null),
      null,
    );
  }
  const field = closest(last, (it) => hasClass(it, "hyper-field"));
  const place = closest(last, ({ tagName }) => tagName === "label") ?? last;
  const parent = field ?? place.parentNode;
  if (parent === null) return;
  const next = field === null ? parent.childNodes[parent.childNodes.indexOf(place) + 1] ?? null : null;
  insert(parent, list, next);
  for (const element of described) {
    setAttribute(element, "aria-invalid", "true");
    setAttribute(element, "aria-describedby", [id, attribute(element, "aria-describedby") ?? ""].join(" ").trim());
  }
}

function forgetMessages(element: ElementNode): void {
  const ids = (attribute(element, "aria-describedby") ?? "").split(/\s+/);
  const lists = elementsIn(rootOf(element)).filter((it) =>
    hasClass(it, "hyper-errors") && ids.includes(attribute(it, "id") ?? "")
  );
  lists.forEach(detach);
  const kept = ids.filter((id) => !lists.some((list) => attribute(list, "id") === id)).join(" ");
  setAttribute(element, "aria-describedby", kept);
  setAttribute(element, "aria-invalid", "");
}

/** Returns a control, or its group: a radio button has no state of its own. */
function describedElement(control: ElementNode): ElementNode {
  const group = controlType(control) === "radio"
    ? closest(control, (it) => attribute(it, "role") === "radiogroup")
    : null;
  return group ?? control;
}

/** Sets an attribute; an empty value removes it. */
function setAttribute(element: ElementNode, name: string, value: string): void {
  const others = element.attrs.filter((it) => it.name !== name);
  element.attrs = value === "" ? others : [...others, { name, value }];
}

function hasClass(element: ElementNode, name: string): boolean {
  return (attribute(element, "class") ?? "").split(/\s+/).includes(name);
}
