/**
 * Toasts and outcomes, said in one polite live region: the page's `[data-hyper-toasts]`, made at the end of the body when
 * there is none. Loaded when the first one comes.
 *
 * @module
 */
import { doc, dom } from "../later/runtime_exports.ts";
import type { Wire } from "../../protocol/wire.ts";

/** How long a toast stays, in milliseconds. */
const TOAST_MS = 8000;

/** Shows a toast that has words. Its level is for the style sheet of the page: `data-level`. */
export function showToast({ message, title, value, level }: Wire): void {
  const text = message ?? title ?? value;
  if (text === undefined) return;
  const toast = announce(`${text}`);
  if (level && typeof level === "string") toast.dataset.level = level;
}

/**
 * Says something politely. It stays for eight seconds.
 *
 * @param text The text.
 * @returns The element with the text, about to be put into the region.
 */
export function announce(text: string): HTMLDivElement {
  const toast = make("toast");
  toast.textContent = text;
  const region = doc.querySelector("[data-hyper-toasts]") ?? dom(doc.body).appendChild(makeRegion());
  // A screen reader announces what comes into a region it already knows, which takes it a moment when that is new.
  setTimeout(() => dom(region).append(toast), 100);
  setTimeout(() => toast.remove(), TOAST_MS);
  return toast;
}

function makeRegion(): HTMLDivElement {
  const region = make("toasts");
  region.role = "status";
  region.ariaLive = "polite";
  return region;
}

/** Makes an element that a morph keeps: the server does not know it. */
function make(name: string): HTMLDivElement {
  const made = doc.createElement("div");
  for (const attribute of [name, "own"]) made.setAttribute(`data-hyper-${attribute}`, "");
  return made;
}
