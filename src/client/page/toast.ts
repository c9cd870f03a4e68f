/**
 * Toasts and announcements, in one polite live region: `[data-hyper-toasts]` of the page, or one that is added to the
 * body. Loaded with the first one.
 *
 * @module
 */
import { doc, dom, ours } from "../dom.ts";
import type { Wire } from "../../protocol/wire.ts";
import { words } from "./words.ts";

/** Time that a toast is shown, in milliseconds, unless the toast or its region sets another. */
const TOAST_MS = 8000;
/** The button has no text, so that the text of a toast is the message alone. Any rule of the page overrides its style. */
const STYLE = '@layer hyper{[hyper-close]:empty::before{content:"×"}}';

/** A toast on the page. */
interface ShownToast {
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
export function showToast({ message, title, value, level, duration }: Wire): void {
  const text = message ?? title ?? value;
  if (text === undefined) return;
  const key = JSON.stringify([level, text]);
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
  shown.set(key, { label, restart, count: 1 });
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
  setTimeout(() => dom(region).append(toast), 100);
}

let hasStyle = false;

function findRegion(): Element {
  if (!hasStyle) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    doc.adoptedStyleSheets.push(sheet);
    hasStyle = true;
  }
  return ours("[data-hyper-toasts]")[0] ?? dom(doc.body).appendChild(makeRegion());
}

function makeRegion(): HTMLDivElement {
  const region = createOwn("toasts");
  region.role = "status";
  region.ariaLive = "polite";
  return region;
}

/** Creates an element that a morph keeps although the server does not render it. */
function createOwn(name: string): HTMLDivElement {
  const made = doc.createElement("div");
  for (const attribute of [name, "own"]) made.setAttribute(`data-hyper-${attribute}`, "");
  return made;
}
