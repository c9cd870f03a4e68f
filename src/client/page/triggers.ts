/**
 * Triggers: elements that send a request on an event, without a script of the page.
 *
 * | attribute | meaning |
 * |---|---|
 * | `hyper-on` | the events, separated by commas: a name, `keydown.ctrl+k`, `load`, `visible` or `every 30s` |
 * | `hyper-delay` | time without a further event before the request, in milliseconds |
 * | `hyper-action`, `hyper-data` | the action to call, and its whole data; without them the form of the element is submitted |
 *
 * An event concerns the nearest trigger around its target, else a submit button of its form that names `input` or `change`: a button
 * has no such event itself. One that is dispatched on the window concerns every trigger.
 * A shortcut works from anywhere on the page, except behind a modal dialog.
 */
import { action } from "../call/action.ts";
import type { Sync } from "../call/lanes.ts";
import { ConnectionError } from "../call/send.ts";
import { attr, doc, dom, formOf, isOff, ours, type View } from "../dom.ts";
import { mayAct } from "./confirm.ts";
import { submitForm } from "./form_observer.ts";
import { isShortcut } from "./shortcut.ts";

/** Elements that may be triggers. */
const TRIGGERS = "[hyper-on],[hyper-action]";
/** Controls that a click only begins to use. */
const CHANGED = "select,textarea,input:not([type=button],[type=submit],[type=image],[type=reset])";

/** Triggers that begin by themselves, with the attributes that ask for it. A patch may change them. */
const begun = new Map<Element, { readonly text: string; readonly ended: AbortController }>();
/** Waiting times of triggers. */
const timers = new Map<Element, ReturnType<typeof setTimeout>>();
/** Names of events that are observed. */
const names = new Set<string>();
/** Triggers to fire when they become visible. */
const shown = new Map<Element, () => void>();
let visible: IntersectionObserver;

/** Observes the triggers of the page until the signal is aborted. */
export function observeTriggers(signal: AbortSignal): void {
  names.clear();
  visible = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) shown.get(target)?.();
  });
  const observer = new MutationObserver(() => findTriggers(signal));
  observer.observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["hyper-on", "hyper-action", "hyper-data", "hyper-off"],
  });
  findTriggers(signal);
  addEventListener("keydown", onKey, { signal });
  // On another page they begin again, also those that both pages have.
  addEventListener("hyper:navigate:after", () => {
    for (const [element] of begun) if (!dom(element).closest("[hyper-keep]")) end(element);
    findTriggers(signal);
  }, { signal });
  // The user was faster than the waiting time. The button of one trigger does not stop another one.
  addEventListener("submit", ({ target, submitter }) => {
    const isTrigger = attr(submitter, "hyper-on") !== null;
    for (const element of timers.keys()) {
      if (isTrigger ? element === submitter : formOf(element) === target) stopTimer(element);
    }
  }, { signal, capture: true });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    visible.disconnect();
    [...begun.keys()].forEach(end);
    [...timers.keys()].forEach(stopTimer);
  });
}

/** Finds new and changed triggers, and ends what was begun for those that are gone. */
function findTriggers(signal: AbortSignal): void {
  const found = ours(TRIGGERS);
  const now = new Set(found);
  for (const [element] of begun) if (!now.has(element)) end(element);
  for (const element of found) {
    const events = triggerEvents(element);
    for (const event of events) observe(event, signal);
    const text = ["on", "action", "data"].map((name) => attr(element, `hyper-${name}`)).join("\n");
    const before = begun.get(element);
    if (before?.text === text) continue;
    if (before) end(element);
    const ended = new AbortController();
    begun.set(element, { text, ended });
    for (const event of events) beginTrigger(element, event, ended.signal);
  }
}

/** Begins what needs no event of the page. */
function beginTrigger(element: Element, event: string, ended: AbortSignal): void {
  const [, count = "", unit] = /^every (\d+)(ms|s|m)$/.exec(event) ?? [];
  if (event === "load") fire(element, event);
  else if (event === "visible") {
    shown.set(element, () => {
      visible.unobserve(element);
      fire(element, event);
    });
    visible.observe(element);
    ended.addEventListener("abort", () => {
      shown.delete(element);
      visible.unobserve(element);
    });
  } else if (Number(count)) {
    const ms = Number(count) * (unit === "ms" ? 1 : unit === "s" ? 1000 : 60_000);
    const timer = setInterval(() => doc.hidden || fire(element, "every"), ms);
    ended.addEventListener("abort", () => clearInterval(timer));
  }
}

function end(element: Element): void {
  begun.get(element)?.ended.abort();
  begun.delete(element);
}

/** Observes an event of the page, once. */
function observe(name: string, signal: AbortSignal): void {
  if (names.has(name) || /^(load|visible|every .*|keydown\..*)$/.test(name)) return;
  names.add(name);
  const isForAll = (event: Event) => event.target === window;
  // On the window: a listener of the page can cancel the event before. One that does not bubble only gets here first.
  addEventListener(name, (event) => (event.bubbles || isForAll(event)) && onEvent(event, name), { signal });
  addEventListener(name, (event) => event.bubbles || isForAll(event) || onEvent(event, name), {
    signal,
    capture: true,
  });
  // The text of an input method is complete.
  if (name === "input") addEventListener("compositionend", (event) => onEvent(event, name), { signal });
}

function onEvent(event: Event, name: string): void {
  if (event.defaultPrevented || (event as InputEvent).isComposing) return;
  const isHeard = (element: Element) => !isOff(element) && triggerEvents(element).includes(name);
  if (event.target === window) return ours(TRIGGERS).filter(isHeard).forEach((element) => fire(element, name));
  const path = event.composedPath().filter((node) => node instanceof Element);
  const element = (event.bubbles ? path : path.slice(0, 1)).find(isHeard) ??
    (isEntered(name) && buttonsOf(path[0]).find(isHeard));
  if (!element) return;
  if (name === "click") {
    // Without an action, it does what it does in HTML.
    if (attr(element, "hyper-action") === null) return;
    // The user opens the link somewhere else.
    const { ctrlKey, metaKey, shiftKey, altKey } = event as MouseEvent;
    if (ctrlKey || metaKey || shiftKey || altKey) return;
    // Without a script it is submitted, or followed.
    if (dom(element).matches("a,button,input")) event.preventDefault();
  }
  fire(element, name);
}

/** Returns `true` for an event of what is entered. */
const isEntered = (event: string): boolean => /^(input|change)$/.test(event);

/** Returns the submit buttons of the form that a control belongs to. */
function buttonsOf(control: Element | undefined): HTMLButtonElement[] {
  const form = control && formOf(control);
  // Elements of a form have the properties of controls, or lack them.
  const controls = [...dom(form)?.elements ?? []] as HTMLButtonElement[];
  return controls.filter(isSubmitButton);
}

const isSubmitButton = ({ type }: HTMLButtonElement | HTMLInputElement): boolean => /^(submit|image)$/.test(type);

function onKey(event: KeyboardEvent): void {
  const element = ours("[hyper-on*='keydown.']").find((element) =>
    triggerEvents(element).some((on) => isShortcut(on, event, element))
  );
  if (!element) return;
  event.preventDefault();
  fire(element, "keydown");
}

/** Returns the events of a trigger. One without `hyper-on` has that of its kind. */
function triggerEvents(element: Element): string[] {
  const on = attr(element, "hyper-on");
  if (on !== null) return on.split(",").map((event) => event.trim());
  if (!dom(element).hasAttribute("hyper-action")) return [];
  return [dom(element).matches(CHANGED) ? "change" : "click"];
}

/** Sends the request of a trigger when no further event has come for its waiting time. */
function fire(element: Element, event: string): void {
  stopTimer(element);
  const delay = Number(attr(element, "hyper-delay"));
  const send = () => {
    timers.delete(element);
    sendTrigger(element, event).catch((error: unknown) => {
      // An event has reported the error of a call. A failed connection is not a programming error.
      if (!(error instanceof ConnectionError)) reportError(error);
    });
  };
  // The browser resets the controls after the event (HTML, 4.10.22.4).
  if (delay > 0 || event === "reset") timers.set(element, setTimeout(send, delay));
  else send();
}

function stopTimer(element: Element): void {
  clearTimeout(timers.get(element));
  timers.delete(element);
}

async function sendTrigger(element: Element, event: string): Promise<void> {
  const view = dom(element);
  // Much may have happened in the meantime.
  if (!view.isConnected || isOff(element) || view.matches(":disabled")) return;
  const form = formOf(element);
  if (attr(element, "hyper-action") !== null) return await callAction(element, event);
  const isButton = element instanceof HTMLButtonElement ||
    element instanceof HTMLInputElement && isSubmitButton(element);
  const button = isButton ? element : null;
  // A shortcut works as the button does.
  if (!form || button && !(isEntered(event) && isSubmitButton(button))) return (view as View<HTMLElement>).click();
  // The browser shows the missing fields when the user submits the form.
  const isChecked = event !== "keydown" && !(button && dom(button).hasAttribute("formnovalidate"));
  if (isChecked && dom(form).matches("form:not([novalidate]):invalid")) return;
  submitForm(form, event, button);
}

async function callAction(element: Element, event: string): Promise<void> {
  const named = (name: string) => attr(element, `hyper-${name}`) ?? undefined;
  const name = named("action")!;
  const data = named("data") ?? "{}";
  if (!await mayAct(element)) return;
  const method = named("method")?.toUpperCase();
  await action(name, parseData(name, data), {
    method,
    target: named("target"),
    swap: named("swap") as "outer" | undefined,
    sync: (named("sync") ?? syncOf(event, method)) as Sync,
    key: named("key") ?? `${name}:${data}`,
    sourceEl: element,
    trigger: event,
  });
}

/**
 * Returns the coordination of the calls of a trigger: the newest one counts where an event brings new input. Others are not
 * repeated while one is in flight.
 */
function syncOf(event: string, method = "POST"): Sync {
  if (/^(click|every|load|visible|keydown)$/.test(event)) return "block";
  return method === "GET" ? "replace" : "latest";
}

function parseData(name: string, text: string): object {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`Cannot call action "${name}": its hyper-data "${text}" is not JSON; write an object`, {
      cause,
    });
  }
}
