/**
 * The title of the page and the attributes of `<html>`, which a navigation and a refresh change as the server has changed them.
 *
 * The last page that the server has sent is stored, so that what scripts have changed stays while the server sends the same.
 *
 * @module
 */
import { attr, doc, dom } from "../dom.ts";
import { covered, type Layer, layers, type SentPage } from "./layers.ts";

// Of the first page, that of the document when this part was loaded.
covered.sent = { title: doc.title };

/**
 * Shows what a page has around its `<body>`. Of the first page it is not known what the server has sent, because a script may have
 * changed it before the runtime was loaded: additions to the attributes of `<html>` are kept.
 *
 * @param isSame If `true`, the page is shown already: a title that the server has not changed stays.
 * @param sent The page as the server has sent it. Default: `next`.
 */
export function showAround(next: Document, isSame: boolean, sent?: SentPage): void {
  const root = dom(doc.documentElement);
  const { documentElement, title } = dom(next);
  const { attributes, classList } = dom(documentElement);
  // Set above.
  const last = covered.sent!;
  for (const { name } of [...root.attributes, ...attributes]) {
    const value = attr(documentElement, name);
    const isKept = last.root
      ? attr(last.root, name) === value
      : name === "class"
      ? [...classList].every((token) => root.classList.contains(token))
      : value === null && /^data/.test(name);
    if (isKept || !/^(class|lang|dir|data-.*)$/.test(name)) continue;
    if (value === null) root.removeAttribute(name);
    else root.setAttribute(name, value);
  }
  if (!isSame || title && title !== last.title) showTitle(title);
  // Imported, because the element of a parsed document would hold all of that document.
  covered.sent = sent ?? { root: doc.importNode(documentElement), title };
}

/** Shows what the page of a layer, or the page that is shown, has around its `<body>` now: of a layer, only the title. */
export function refreshAround(next: Document, layer: Layer | undefined): void {
  const { title } = dom(next);
  if (!layer) showAround(next, true);
  else if (title && title !== layer.ownTitle) {
    layer.ownTitle = title;
    // One without an address is a part of the page.
    if (layer.below) showTitle(title, layer);
  }
}

/** Shows the title of a layer or of the page: while another layer is over it, when that is closed. */
function showTitle(title: string, layer?: Layer): void {
  const above = layers[layer ? layers.indexOf(layer) + 1 : 0];
  if (!above || doc.title === above.title) doc.title = title;
  if (above) above.title = title;
}
