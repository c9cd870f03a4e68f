/**
 * Failures, as an alert with a way to try again. Part of the runtime's start: it must be there when the network is not.
 *
 * The alert is a copy of the page's `<template hyper-failure>`, in which `[hyper-failure-message]` says what has happened, `[hyper-retry]` tries
 * again and `[hyper-close]` takes the alert away; each gets our words where it is empty. Without a template it is our own.
 * All alerts stand one below the other in `[data-hyper-alerts]`, a popover, so that they can be seen wherever the page is
 * scrolled to; it stands in the topmost modal dialog, outside of which nothing can be reached.
 *
 * What is made here carries `data-hyper-own`, which keeps it when the page is morphed: the server does not know it.
 *
 * @module
 */
import { captureFocus } from "./focus.ts";
import { all, doc, dom } from "../dom.ts";
import { parseContent } from "./markup.ts";
import { words } from "./words.ts";

/** All alerts, one of them, and what is in it where the page has no template. */
const ALERTS = '<div popover="manual" data-hyper-alerts data-hyper-own></div>';
const ALERT = '<div role="alert" data-hyper-alert></div>';
const OURS = "<p hyper-failure-message></p><button hyper-retry></button> <button hyper-close></button>";

/** The alerts on the page by their keys. */
const alerts = new Map<string, HTMLDivElement>();
/** What they stand in, on the page while there is one. */
let list: HTMLDivElement | undefined;

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
  const template = doc.querySelector<HTMLTemplateElement>("template[hyper-failure]");
  alert.append(template?.content.cloneNode(true) ?? parseContent(OURS, null));
  const { requestFailed, tryAgain, dismiss } = words();
  const texts = { retry: tryAgain, close: dismiss, "failure-message": message || requestFailed };
  for (const [name, text] of Object.entries(texts)) {
    // A text in the page's template stays.
    for (const place of all(`[hyper-${name}]:empty`, alert)) dom(place).textContent = text;
  }
  alert.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && dom(dom(target).closest("[hyper-retry],[hyper-close]"));
    if (!button) return;
    clearFailure(key);
    if (source instanceof HTMLElement) dom(source).focus();
    // A form has no focus to be given back; who has sent it was in it.
    restoreFocus();
    if (button.matches("[hyper-retry]")) retry();
  });
  alerts.set(key, alert);
  list ??= make(ALERTS);
  list.style.maxHeight = "100%";
  list.append(alert);
  const place = all("dialog:modal").at(-1) ?? doc.body;
  if (list.parentNode !== place) dom(place).append(list);
  // Where there are no popovers it is an ordinary block at the end of the page.
  list.togglePopover?.(true);
}

/** Takes an alert away; all of them without a key. */
export function clearFailure(key?: string): void {
  for (const [name, alert] of alerts) {
    if ((key ?? name) === name) {
      alert.remove();
      alerts.delete(name);
    }
  }
  if (!alerts.size) list?.remove();
}

function make(markup: string): HTMLDivElement {
  // It is in our own markup, above.
  return parseContent(markup, null).querySelector("div")!;
}
