/**
 * Toasts and announcements, in one polite live region: `[data-hyper-toasts]` of the page, or one that is added to the
 * body. Loaded with the first one.
 *
 * @module
 */
import { findTop, raiseFailures } from "./announce.ts";
import { attr, doc, dom, ours } from "../dom.ts";
import type { Wire } from "../../protocol/wire.ts";
import { loadPages } from "../navigate/nav_observer.ts";
import { loadNeeded, loadPart } from "../parts/load_part.ts";
import { words } from "./words.ts";

/** Time that a toast is shown, in milliseconds, unless the toast or its region sets another. */
const TOAST_MS = 8000;
/** The button has no text, so that the text of a toast is the message alone. Any rule of the page overrides its style. */
const STYLE =
  '@layer hyper{[hyper-close]:empty{min-width:24px;min-height:24px}[hyper-close]:empty::before{content:"×"}}';

/** A toast on the page. */
interface ShownToast {
  readonly toast: HTMLDivElement;
  readonly label: HTMLSpanElement;
  readonly restart: () => void;
  /** Number of equal toasts. */
  count: number;
}

/** The toasts on the page by level and text. */
const shown = new Map<string, ShownToast>();

/**
 * Shows a toast that has text. It goes after its time, but not while it is hovered or has the focus, and can be closed. An
 * equal one counts up. Style sheets read its level from `data-level`.
 */
export function showToast({ message, title, value, level, duration, undo }: Wire): void {
  const text = message ?? title ?? value;
  if (text === undefined) return;
  const key = JSON.stringify([level, text, undo]);
  const equal = shown.get(key);
  if (equal) {
    equal.label.textContent = `${text} (${++equal.count})`;
    return equal.restart();
  }
  const region = findRegion();
  const toast = createOwn("toast");
  if (level && typeof level === "string") toast.dataset.level = level;
  const label = toast.appendChild(doc.createElement("span"));
  label.textContent = `${text}`;
  const close = toast.appendChild(doc.createElement("button"));
  close.type = "button";
  close.ariaLabel = words().dismiss;
  close.setAttribute("hyper-close", "");
  // If the part cannot be loaded, the page shows this.
  if (undo) loadPart("optimistic").then(({ addUndo }) => addUndo(close, `${undo}`), () => {});
  let timer: ReturnType<typeof setTimeout>;
  let before: EventTarget | null = null;
  const hide = () => {
    clearTimeout(timer);
    shown.delete(key);
    toast.remove();
  };
  // 0 keeps it until it is closed.
  const ms = Number(duration ?? dom(region).getAttribute("data-hyper-duration") ?? TOAST_MS);
  const restart = () => {
    clearTimeout(timer);
    if (ms) timer = setTimeout(() => toast.matches(":hover,:focus-within") ? restart() : hide(), ms);
  };
  toast.addEventListener("focusin", ({ relatedTarget }) => before = relatedTarget);
  close.onclick = () => {
    hide();
    if (before instanceof HTMLElement) dom(before).focus();
  };
  shown.set(key, { toast, label, restart, count: 1 });
  restart();
  addTo(region, toast);
}

/** Announces text to screen readers only. They ignore `hidden` elements. */
export function announceHidden(text: string): void {
  const announcement = createOwn("toast");
  announcement.textContent = text;
  announcement.style.cssText = "position:fixed;clip-path:inset(50%)";
  addTo(findRegion(), announcement);
  setTimeout(() => announcement.remove(), TOAST_MS);
}

/** A screen reader announces additions to a region it knows, and needs a moment to notice a new one. */
function addTo(region: Element, toast: Element): void {
  // Not in a dialog that is gone by then.
  setTimeout(() => dom(dom(region).isConnected ? region : findRegion()).append(toast), 100);
}

let hasStyle = false;

function findRegion(): Element {
  if (!hasStyle) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    doc.adoptedStyleSheets.push(sheet);
    hasStyle = true;
  }
  // Nothing outside of a modal dialog can be seen or reached, and nothing in a closed one.
  const place = findTop();
  const isIn = (region: Element) => (dom(region).closest("dialog:not([open]),dialog:modal") ?? doc.body) === place;
  return ours("[data-hyper-toasts]").find(isIn) ?? dom(place).appendChild(makeRegion());
}

/** Moves toasts and failures above what has come over them, such as a modal dialog. */
function raise(): void {
  raiseFailures();
  for (const { toast } of shown.values()) {
    const region = dom(findRegion());
    if (!region.contains(toast)) region.append(toast);
  }
}

/**
 * Shows the toasts that have waited: a page that was requested in advance has not taken them. They are taken from the page as the server
 * sends it now.
 */
async function showWaitingToasts(signal: AbortSignal): Promise<void> {
  if (!ours("[data-hyper-toasts=waiting]")[0]) return;
  const { fetchPage } = await loadPages();
  const response = await fetchPage(location.href, signal);
  if (!response) return;
  const { parsePage } = await loadPart("patch");
  const region = findRegion();
  const page = parsePage(await response.text());
  dom(region).append(...ours("[data-hyper-toasts]>[data-hyper-toast]", page).map((toast) => doc.adoptNode(toast)));
  loadNeeded(region);
}

/** Shows the toasts that have waited, and keeps toasts and failures above dialogs and popovers, until the signal is aborted. */
export function start(signal: AbortSignal): void {
  // If the page cannot be fetched, they wait for the next one.
  const show = () => void showWaitingToasts(signal).catch(() => {});
  show();
  addEventListener("hyper:navigate:after", show, { signal });
  for (const type of ["toggle", "close"]) {
    doc.addEventListener(type, ({ target }) => {
      if (!(target instanceof Element && dom(target).matches("[data-hyper-alerts]"))) raise();
    }, { capture: true, signal });
  }
  // A patch may have removed the dialog that they were in.
  for (const type of ["hyper:swap:after", "hyper:layer:open", "hyper:layer:close"]) {
    addEventListener(type, raise, { signal });
  }
}

function makeRegion(): HTMLDivElement {
  const region = createOwn("toasts");
  region.role = "status";
  region.ariaLive = "polite";
  // It looks like that of the page.
  const name = attr(ours("[data-hyper-toasts]")[0], "class");
  if (name) region.className = name;
  return region;
}

/** Creates an element that a morph keeps although the server does not render it. */
function createOwn(name: string): HTMLDivElement {
  const made = doc.createElement("div");
  for (const attribute of [name, "own"]) made.setAttribute(`data-hyper-${attribute}`, "");
  return made;
}
