/**
 * What is said to people: toasts and outcomes in one polite live region, failures as an alert with a way to try again.
 *
 * The region is the page's `[data-hyper-toasts]`, made at the end of the body when there is none. The alert is a copy of
 * the page's `<template hyper-failure>`, in which `[hyper-failure-message]` says what has happened, `[hyper-retry]` tries
 * again and `[hyper-close]` takes the alert away; each gets our words where it is empty. Without a template it is our own.
 * All alerts stand one below the other in `[data-hyper-alerts]`, a popover, so that they can be seen wherever the page is
 * scrolled to; it stands in the topmost modal dialog, outside of which nothing can be reached.
 *
 * What is made here carries `data-hyper-own`, which keeps it when the page is morphed: the server does not know it.
 *
 * @module
 */
import { captureFocus } from "./focus.ts";
import { genuine } from "./genuine.ts";
import { parseFragment } from "./markup.ts";
import { words } from "./words.ts";

/** How long a toast stays, in milliseconds. */
const TOAST_MS = 8000;

/** The live region and a message in it, where the page has no region. */
const REGION = '<div data-hyper-toasts role="status" aria-live="polite" data-hyper-own></div>';
const TOAST = "<div data-hyper-toast data-hyper-own></div>";
/** All alerts, one of them, and what is in it where the page has no template. */
const ALERTS = '<div popover="manual" data-hyper-alerts data-hyper-own></div>';
const ALERT = '<div role="alert" data-hyper-alert></div>';
const OURS = "<p hyper-failure-message></p><button hyper-retry></button> <button hyper-close></button>";

/** The alerts on the page by their keys. */
const alerts = new Map<string, HTMLElement>();
/** What they stand in, on the page while there is one. */
let all: HTMLElement | undefined;

/**
 * Says something politely. It stays for eight seconds.
 *
 * @param text What is said.
 * @param level How grave it is, for the page's style sheet: `data-level`. Default: it says nothing.
 * @returns The element that says it, about to be put into the region.
 */
export function announce(text: string, level?: string): HTMLElement {
  const toast = make(TOAST);
  toast.textContent = text;
  if (level) toast.dataset.level = level;
  const region = document.querySelector("[data-hyper-toasts]") ?? document.body.appendChild(make(REGION));
  // A screen reader announces what comes into a region it already knows, which takes it a moment when that is new.
  setTimeout(() => region.append(toast), 100);
  setTimeout(() => toast.remove(), TOAST_MS);
  return toast;
}

/**
 * Says on the page that something failed.
 *
 * @param key Whose failure: a later one with the same key takes its place.
 * @param message What is said; empty for the least that can be said.
 * @param source Gets the focus back when the alert goes while it has it.
 * @param retry Tries again.
 */
export function showFailure(key: string, message: string, source: Element | null, retry: () => void): void {
  clearFailure(key);
  const restoreFocus = captureFocus();
  const alert = make(ALERT);
  const template = document.querySelector<HTMLTemplateElement>("template[hyper-failure]");
  alert.append(template?.content.cloneNode(true) ?? parseFragment(OURS, null));
  for (const [name, text] of Object.entries({ ...words(), "failure-message": message || words().failed })) {
    // What the page itself says in its template stays.
    for (const place of alert.querySelectorAll(`[hyper-${name}]:empty`)) place.textContent = text;
  }
  alert.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest("[hyper-retry],[hyper-close]");
    if (!button) return;
    clearFailure(key);
    if (source instanceof HTMLElement) genuine(source, "focus")();
    // A form has no focus to be given back; who has sent it was in it.
    restoreFocus();
    if (button.matches("[hyper-retry]")) retry();
  });
  alerts.set(key, alert);
  all ??= make(ALERTS);
  all.style.maxHeight = "100%";
  all.append(alert);
  const place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  if (all.parentNode !== place) place.append(all);
  // Where there are no popovers it is an ordinary block at the end of the page.
  all.togglePopover?.(true);
}

/** Takes an alert away; all of them without a key. */
export function clearFailure(key?: string): void {
  for (const [name, alert] of alerts) {
    if ((key ?? name) === name) {
      alert.remove();
      alerts.delete(name);
    }
  }
  if (!alerts.size) all?.remove();
}

function make(markup: string): HTMLElement {
  const { firstElementChild } = parseFragment(markup, null);
  // Our own markup, above: an element of HTML.
  return firstElementChild as HTMLElement;
}
