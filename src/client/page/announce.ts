/**
 * Failures, as an alert. Part of the runtime's start: it must be there when the network is not.
 *
 * The alert is a copy of the page's `<template hyper-failure>`, in which `[hyper-failure-message]` contains the message, `[hyper-retry]` tries
 * again and `[hyper-close]` removes the alert; each gets our text where it is empty. Without a template it is our own.
 * `[data-hyper-alerts]`, a popover, contains all alerts, so that they can be seen wherever the page is scrolled to. It is
 * at the start of the topmost modal dialog, outside of which nothing can be reached, or else of the page.
 *
 * Elements created here have `data-hyper-own`, which keeps them when the page is morphed: the server does not know them.
 *
 * @module
 */
import { captureFocus } from "./focus.ts";
import { all, doc, dom, ours } from "../dom.ts";
import { layers } from "./layers.ts";
import { words } from "./words.ts";

/**
 * The default style, in a layer, so that any rule of the page overrides it. The page gets room for the alerts: at its end
 * they cover nothing. A policy without inline styles allows it, because a script adds it (CSP 3, 6.1.14).
 */
const STYLE =
  "@layer hyper{[data-hyper-alerts]{inset:auto 0 0;width:auto;max-height:8rem}:root:has([data-hyper-alerts]){padding-bottom:9rem}}";

/** A failure on the page. */
interface Failure {
  /** Identifies it. */
  readonly key: string;
  /** Its alert, which failures with the same text share. */
  readonly alert: HTMLDivElement;
  /** The text of the alert. */
  readonly text: string;
  /** Tries again. */
  readonly retry: (() => void) | undefined;
  /** The time from which trying again can help, in milliseconds as of `Date.now()`. */
  readonly until: number;
}

/** The failures on the page. */
let failures: readonly Failure[] = [];
/** The element that contains the alerts, on the page while there is one. */
let list: HTMLDivElement | undefined;

/**
 * Shows a failure on the page.
 *
 * @param key Identifies the failure: a later one with the same key replaces it.
 * @param message The text; empty for a general one. Failures with the same text share an alert.
 * @param source Gets the focus back when the alert is removed while it has it.
 * @param retry Tries again; without it there is no button for that.
 * @param label Label of the button. Default: `tryAgain` of the texts.
 * @param wait Milliseconds until the button can be used. Default: 0.
 */
export function showFailure(
  key: string,
  message: string,
  source: Element | null,
  retry?: () => void,
  label: string = words().tryAgain,
  wait = 0,
): void {
  clearFailure(key);
  const { requestFailed, dismiss } = words();
  const text = message || requestFailed;
  let alert = failures.find((other) => other.text === text && !other.retry === !retry)?.alert;
  if (!alert) {
    alert = makeAlert(text, source, label, dismiss);
    if (!retry) { for (const button of all("[hyper-retry]", alert)) dom(button).remove(); }
  }
  failures = [...failures, { key, alert, text, retry, until: Date.now() + wait }];
  if (!list) {
    list = make("div", { popover: "manual", "data-hyper-alerts": "", "data-hyper-own": "" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    doc.adoptedStyleSheets.push(sheet);
  }
  list.append(alert);
  raiseFailures();
  shutRetry(alert);
  setTimeout(shutRetry, wait, alert);
}

/** Returns the topmost modal dialog, outside of which nothing can be reached, or else the body. */
export function findTop(): Element {
  // A later layer is before the others in the page, and contains what it has opened.
  const layer = layers.findLast(({ dialog }) => dom(dialog).matches(":modal"))?.dialog;
  return all("dialog:modal", layer).at(-1) ?? layer ?? doc.body;
}

/** Shows the alerts above everything else on the page. */
export function raiseFailures(): void {
  if (!failures[0] || !list) return;
  const place = findTop();
  if (list.parentNode !== place) dom(place).prepend(list);
  // Shown last, it is above all others. Without popovers it is an ordinary block at the start of the page.
  list.togglePopover?.(false);
  list.togglePopover?.(true);
}

/** Disables the buttons that try again until the time of every failure of an alert has come. */
function shutRetry(alert: HTMLDivElement): void {
  const isShut = failures.some((failure) => failure.alert === alert && failure.until > Date.now());
  for (const button of all("[hyper-retry]", alert)) dom(button).toggleAttribute("disabled", isShut);
}

function makeAlert(text: string, source: Element | null, label: string, dismiss: string): HTMLDivElement {
  const restoreFocus = captureFocus();
  const alert = make("div", { role: "alert", "data-hyper-alert": "" });
  const template = ours("template[hyper-failure]").find((found) => found instanceof HTMLTemplateElement);
  if (template) alert.append(template.content.cloneNode(true));
  else {
    // In a dialog of a form, a button of another type would submit the form.
    const [retry, close] = ["hyper-retry", "hyper-close"].map((name) => make("button", { type: "button", [name]: "" }));
    alert.append(make("p", { "hyper-failure-message": "" }), retry!, " ", close!);
  }
  for (const [name, own] of Object.entries({ "failure-message": text, retry: label, close: dismiss })) {
    // Text in the page's template stays.
    for (const place of all(`[hyper-${name}]:empty`, alert)) dom(place).textContent = own;
  }
  // Buttons of several alerts have the same names.
  for (const button of all("[hyper-retry],[hyper-close]", alert)) dom(button).ariaDescription = text;
  alert.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && dom(dom(target).closest("[hyper-retry],[hyper-close]"));
    if (!button) return;
    const retries = failures.filter((failure) => failure.alert === alert);
    clearFailure(text);
    restoreFocus();
    // The button that was pressed may have been disabled.
    if (doc.activeElement === doc.body && source instanceof HTMLElement) dom(source).focus();
    if (button.matches("[hyper-retry]")) { for (const { retry } of retries) retry?.(); }
  });
  return alert;
}

/** Removes failures. `cause` is a key or a message. Default: all. */
export function clearFailure(cause?: string): void {
  failures = failures.filter(({ key, text }) => cause && key !== cause && text !== cause);
  // In the list, which may have left the page with the dialog it was in.
  for (const alert of all("[data-hyper-alert]", list)) {
    if (!failures.some((failure) => failure.alert === alert)) dom(alert).remove();
  }
  if (!failures[0]) list?.remove();
}

/** Removes failures with Escape, and those of the network when it is back, until the signal is aborted. */
export function watchFailures(signal: AbortSignal): void {
  addEventListener("hyper:network:online", () => clearFailure(words().networkError), { signal });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    for (const button of ours("[data-hyper-alert] [hyper-close]")) {
      // A dialog stays open.
      event.preventDefault();
      dom(button as HTMLElement).click();
    }
  }, { signal });
}

function make<Name extends "button" | "div" | "p">(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): HTMLElementTagNameMap[Name] {
  const element = doc.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}
