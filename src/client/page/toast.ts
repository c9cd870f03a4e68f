/**
 * Toasts and announcements, in one polite live region: `[data-hyper-toasts]` of the page, or one that is added to the
 * body. Loaded with the first one.
 *
 * @module
 */
import { doc, dom } from "../later/runtime_exports.ts";
import type { Wire } from "../../protocol/wire.ts";

/** Time that a toast is shown, in milliseconds. */
const TOAST_MS = 8000;

/** Shows a toast that has a text. Style sheets read its level from `data-level`. */
export function showToast({ message, title, value, level }: Wire): void {
  const text = message ?? title ?? value;
  if (text === undefined) return;
  const toast = announce(`${text}`);
  if (level && typeof level === "string") toast.dataset.level = level;
}

/**
 * Announces a text in the live region for eight seconds.
 *
 * @returns The element that will be added to the region.
 */
export function announce(text: string): HTMLDivElement {
  const toast = createOwn("toast");
  toast.textContent = text;
  const region = doc.querySelector("[data-hyper-toasts]") ?? dom(doc.body).appendChild(makeRegion());
  // A screen reader announces additions to a region it knows, and needs a moment to notice a new one.
  setTimeout(() => dom(region).append(toast), 100);
  setTimeout(() => toast.remove(), TOAST_MS);
  return toast;
}

/** Announces a text to screen readers only. They ignore `hidden` elements. */
export function announceHidden(text: string): void {
  announce(text).style.cssText = "position:fixed;clip-path:inset(50%)";
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
