/**
 * The attributes of `<html>`, which a navigation changes as the server has changed them.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";

/** The `<html>` of the page shown last. */
let lastRoot: Element | undefined;

/**
 * Sets the attributes of `<html>` that the server has changed since the page before. Of the first page they are not
 * known, because a script may have changed them before the runtime was loaded: additions to it are kept.
 *
 * @param sent The element as the server has sent it; `undefined` if that is not known.
 */
export function setRootAttributes(next: Element, sent: Element | undefined): void {
  const root = dom(doc.documentElement);
  const live = root.classList;
  for (const name of new Set([root, dom(next)].flatMap((element) => element.getAttributeNames()))) {
    const value = dom(next).getAttribute(name);
    const isSame = lastRoot
      ? dom(lastRoot).getAttribute(name) === value
      : value === null
      ? name !== "lang" && name !== "dir"
      : name === "class" && [...dom(next).classList].every((token) => live.contains(token));
    if (isSame || !/^(class|lang|dir|data-.*)$/.test(name)) continue;
    if (value === null) root.removeAttribute(name);
    else root.setAttribute(name, value);
  }
  lastRoot = sent;
}
