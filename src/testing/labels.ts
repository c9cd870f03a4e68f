// Accessible names, from labels, texts and attributes (ACCNAME 1.2, 4.3.2).
import {
  attribute,
  childNodesOf,
  closest,
  collapse,
  type ElementNode,
  elementsIn,
  isElementNode,
  isTextNode,
  type Node,
  query,
  readableText,
  rootOf,
} from "./dom.ts";

/** Controls whose content is not part of the label around them. */
const CONTROLS: ReadonlySet<string> = new Set(["input", "select", "textarea", "button"]);

/** Returns the name of an element; empty without one. */
export function accessibleName(element: ElementNode): string {
  return referencedText(element, "aria-labelledby") || collapse(attribute(element, "aria-label") ?? "") ||
    labelText(element) || ownText(element) ||
    collapse(attribute(element, "title") ?? attribute(element, "placeholder") ?? "");
}

/** Returns the texts of the elements whose ids an attribute lists. */
export function referencedText(element: ElementNode, name: string): string {
  const ids = (attribute(element, name) ?? "").split(/\s+/).filter((id) => id !== "");
  return collapse(ids.map((id) => textOfId(element, id)).join(" "));
}

/** Returns the name of a group of check boxes or radio buttons: that of its `<fieldset>`. */
export function groupName(control: ElementNode): string {
  const group = closest(control, ({ tagName }) => tagName === "fieldset");
  if (group === null) return "";
  const legend = childNodesOf(group).filter(isElementNode).find(({ tagName }) => tagName === "legend");
  return legend === undefined ? accessibleName(group) : readableText(legend);
}

function textOfId(element: ElementNode, id: string): string {
  const found = elementsIn(rootOf(element)).find((each) => attribute(each, "id") === id);
  return found === undefined ? "" : readableText(found);
}

function labelText(element: ElementNode): string {
  if (!CONTROLS.has(element.tagName)) return "";
  const id = attribute(element, "id");
  const around = closest(element, ({ tagName }) => tagName === "label");
  // A label for another control does not name the control inside it (HTML, 4.10.4).
  const isForIt = (label: ElementNode): boolean => {
    const target = attribute(label, "for");
    return target === null ? label === around : target === id;
  };
  return collapse(query(rootOf(element), "label").filter(isForIt).map(withoutControls).join(" "));
}

function withoutControls(node: Node): string {
  if (isTextNode(node)) return node.value;
  if (isElementNode(node) && CONTROLS.has(node.tagName)) return "";
  return childNodesOf(node).map(withoutControls).join("");
}

function ownText(element: ElementNode): string {
  switch (element.tagName) {
    case "a":
    case "button":
      return collapse(
        `${readableText(element)} ${query(element, "img[alt]").map((image) => attribute(image, "alt")).join(" ")}`,
      );
    case "input": {
      const type = attribute(element, "type")?.toLowerCase();
      if (type === "image") return collapse(attribute(element, "alt") ?? "Submit");
      return type === "submit" ? collapse(attribute(element, "value") ?? "Submit") : "";
    }
    default:
      return "";
  }
}
