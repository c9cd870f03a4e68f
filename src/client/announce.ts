/**
 * What is said to people: toasts and outcomes in one polite live region, failures as an alert with a way to try again.
 *
 * The region is the page's `[data-hyper-toasts]`, made at the end of the body when there is none. The alert is a copy of
 * the page's `<template hyper-failure>`, in which `[hyper-failure-message]` says what has happened, `[hyper-retry]` tries
 * again and `[hyper-close]` takes the alert away; each gets our words where it is empty. Without a template it is our own.
 * It is a popover, so that it can be seen wherever the page is scrolled to, and carries no style.
 *
 * @module
 */
import { parseFragment } from "./markup.ts";
import { words } from "./words.ts";

/** How long a toast stays, in milliseconds. */
const TOAST_MS = 8000;

/** The live region and a message in it, where the page has no region. */
const REGION = '<div data-hyper-toasts role="status" aria-live="polite"></div>';
const TOAST = "<div data-hyper-toast></div>";
/** The alert, and what is in it where the page has no template. */
const ALERT = '<div role="alert" popover="manual" data-hyper-alert></div>';
const OURS = "<p hyper-failure-message></p><button hyper-retry></button> <button hyper-close></button>";

/** The alerts on the page by their keys. */
const alerts = new Map<string, HTMLElement>();

/** What an alert is about. */
export interface Failure {
  /** Whose failure: a later one with the same key takes its place. */
  readonly key: string;
  /** What is said. */
  readonly message: string;
  /** Tries again. */
  readonly retry: () => void;
  /** Gets the focus back when the alert goes while it has it. */
  readonly source: Element | null;
}

/** How something is said. */
export interface AnnounceOptions {
  /** How grave it is, for the page's style sheet: `data-level`. */
  readonly level?: string | undefined;
  /** Whether it is said to screen readers alone. Default: `false`. */
  readonly unseen?: boolean | undefined;
}

/** Says something politely. It stays for eight seconds. */
export function announce(text: string, { level, unseen }: AnnounceOptions = {}): void {
  const toast = make(TOAST);
  toast.textContent = text;
  if (level) toast.dataset.level = level;
  // Not `hidden`: what is hidden is not read either.
  if (unseen) toast.style.cssText = "position:fixed;clip-path:inset(50%)";
  const found = document.querySelector("[data-hyper-toasts]");
  const region = found ?? make(REGION);
  if (!found) document.body.append(region);
  // A screen reader announces what comes into a region it already knows, which takes it a moment when that is new.
  setTimeout(() => region.append(toast), 100);
  setTimeout(() => toast.remove(), TOAST_MS);
}

/** Says on the page that something failed. */
export function showFailure({ key, message, retry, source }: Failure): void {
  clearFailure(key);
  const alert = make(ALERT);
  const template = document.querySelector<HTMLTemplateElement>("template[hyper-failure]");
  alert.append(template?.content.cloneNode(true) ?? parseFragment(OURS, null));
  for (const [name, text] of Object.entries({ ...words(), "failure-message": message })) {
    // What the page itself says in its template stays.
    for (const place of alert.querySelectorAll(`[hyper-${name}]:empty`)) place.textContent = text;
  }
  alert.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest("[hyper-retry],[hyper-close]");
    if (!button) return;
    clearFailure(key);
    if (source instanceof HTMLElement) source.focus();
    if (button.matches("[hyper-retry]")) retry();
  });
  alerts.set(key, alert);
  document.body.append(alert);
  // Where there are no popovers it is an ordinary block at the end of the page.
  alert.showPopover?.();
}

/** Takes an alert away; all of them without a key. */
export function clearFailure(key?: string): void {
  for (const [name, alert] of alerts) {
    if (key === undefined || name === key) {
      alert.remove();
      alerts.delete(name);
    }
  }
}

function make(markup: string): HTMLElement {
  const { firstElementChild } = parseFragment(markup, null);
  // Our own markup, above: an element of HTML.
  return firstElementChild as HTMLElement;
}
