/**
 * The dialog of a layer: its markup, its name, and how the user closes it.
 *
 * @module
 */
import { LAYER_TEXTS } from "../../protocol/layer_texts.ts";
import { attr, doc, dom, idOf } from "../dom.ts";
import { words } from "../page/words.ts";

/** The dialog of a layer, and the element in it that holds the page. */
export interface LayerDialog {
  readonly dialog: HTMLDialogElement;
  readonly content: Element;
}

/** The settings of a layer: strings, because a history entry keeps them. */
export type LayerSettings = readonly [kind: string, size: string, closedBy: string, history: string, openerId: string];

/** Returns the settings that the attributes of an opener name. */
export function settingsOf(opener: Element): LayerSettings {
  const kind = attr(opener, "hyper-layer") || "modal";
  const named = (name: string, other: string) => attr(opener, `hyper-layer-${name}`) ?? other;
  return [
    kind,
    named("size", ""),
    named("closedby", kind === "modal" ? "closerequest" : "any"),
    named("history", kind === "popover" ? "none" : ""),
    idOf(opener),
  ];
}

/**
 * Makes a dialog and shows it.
 *
 * @param close Called when the user wants to close it, and when the browser has.
 */
export function showDialog(
  [kind, size, closedBy]: LayerSettings,
  opener: Element | null,
  close: () => void,
  ended: AbortSignal,
): LayerDialog {
  const dialog = doc.createElement("dialog");
  const button = doc.createElement("button");
  const content = doc.createElement("div");
  dialog.className = "hyper-layer";
  // A morph of the page leaves it alone.
  for (const [name, value] of [["own", ""], ["layer", kind], ["size", size]] as const) {
    dialog.setAttribute(`data-hyper-${name}`, value);
  }
  button.type = "button";
  button.className = "hyper-layer-close";
  button.ariaLabel = words().closeLayer ?? LAYER_TEXTS.closeLayer;
  button.textContent = "×";
  button.onclick = close;
  content.className = "hyper-layer-content";
  dialog.append(button, content);
  // First, so that of two elements with the same id the one in the layer is found: by labels, too.
  dom(doc.body).prepend(dialog);
  // Escape, pressed twice, closes it whatever the page does.
  dialog.addEventListener("close", () => {
    close();
    // The user stays.
    if (dialog.isConnected) dialog.showModal();
  });
  // Also fired by a file input in the layer. The second time it cannot be canceled.
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog || !event.cancelable) return;
    event.preventDefault();
    if (closedBy !== "none") close();
  });
  if (kind === "popover") {
    dialog.popover = "manual";
    // Next to the opener, in the order of the keyboard too.
    dialog.showPopover(opener instanceof HTMLElement ? { source: opener } : {});
    observePopover(closedBy, close, ended);
  } else {
    const isNative = "closedBy" in HTMLDialogElement.prototype;
    if (isNative) dialog.setAttribute("closedby", closedBy);
    else if (closedBy === "any") dialog.addEventListener("click", (event) => isOutside(event, dialog) && close());
    dialog.showModal();
  }
  return { dialog, content };
}

/** Shows that the page of a dialog is being loaded. The name is that of its opener until then. */
export function showWaiting({ dialog, content }: LayerDialog, opener: Element | null): void {
  const status = doc.createElement("p");
  status.role = "status";
  status.textContent = words().loadingLayer ?? LAYER_TEXTS.loadingLayer;
  dom(content).ariaBusy = "true";
  dom(content).append(status);
  dialog.ariaLabel = dom(opener)?.ariaLabel || dom(opener)?.textContent?.trim() || status.textContent;
}

/** Shows a page in a dialog. */
export function fillDialog({ content }: LayerDialog, page: Node[]): void {
  dom(content).ariaBusy = null;
  dom(content).replaceChildren(...page);
}

/** Names a dialog after the heading of its page, or after the title. */
export function nameDialog({ dialog, content }: LayerDialog, title: string): void {
  dialog.ariaLabel = dom(headingOf(content))?.textContent?.trim() || title;
}

/** Returns the element that has the focus first. */
export const firstFocus = (content: Element): Element =>
  dom(content).querySelector("[autofocus]") ?? headingOf(content) ?? content;

const headingOf = (content: Element): Element | null => dom(content).querySelector("h1,h2,h3,[role=heading]");

/** Closes a popover as the browser closes dialogs: with Escape, and for `any` with a click elsewhere. */
function observePopover(closedBy: string, close: () => void, signal: AbortSignal): void {
  addEventListener("keydown", (event) => {
    // Not behind a modal dialog, which is closed first.
    const isBehind = doc.querySelector("dialog:modal");
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || isBehind) return;
    event.preventDefault();
    if (closedBy !== "none") close();
  }, { signal });
  addEventListener("click", ({ target }) => {
    const isHere = target instanceof Element && dom(target).closest("dialog,[data-hyper-own]");
    if (closedBy === "any" && !isHere) close();
  }, { signal });
}

/** Returns `true` if a click is on the backdrop of a dialog. */
function isOutside({ target, clientX, clientY }: MouseEvent, dialog: HTMLDialogElement): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom);
}
