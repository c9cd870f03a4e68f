// Keeps the values of controls when a changed script requires a reload.
import { all, doc, dom } from "../../client/dom.ts";

/** A changed control. */
interface Kept {
  /** Identifies the control. */
  readonly key: string;
  /** Its value, checked state, or selected values. */
  readonly state: string | boolean | readonly string[];
}

/** The stored state of the page. */
interface StoredState {
  readonly page: string;
  readonly controls: readonly Kept[];
  readonly scroll: readonly [left: number, top: number];
  readonly focus: string | null;
}

const STORAGE_KEY = "hyper-dev-values";
const CONTROLS = "input:not([type=password],[type=file],[type=hidden]),textarea,select";

/** Reloads the page and then restores the values. */
export function reloadKeeping(): void {
  const state: StoredState = {
    page: location.pathname + location.search,
    controls: changedControls(),
    scroll: [scrollX, scrollY],
    focus: doc.activeElement ? keysOf().get(doc.activeElement) ?? null : null,
  };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(state));
  // Nothing is lost, so leaving is not confirmed.
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
  location.reload();
}

/** Restores the values from before a reload, once. */
export function restoreValues(): void {
  const text = sessionStorage.getItem(STORAGE_KEY);
  if (text === null) return;
  sessionStorage.removeItem(STORAGE_KEY);
  // Written by `reloadKeeping()`.
  const { page, controls, scroll, focus } = JSON.parse(text) as StoredState;
  if (page !== location.pathname + location.search) return;
  const byKey = new Map([...keysOf()].map(([control, key]) => [key, control]));
  for (const { key, state } of controls) {
    const control = byKey.get(key);
    if (control === undefined) continue;
    setState(control, state);
    // Notifies scripts of the page that observe input.
    dom(control).dispatchEvent(new Event("input", { bubbles: true }));
  }
  const focused = focus === null ? undefined : byKey.get(focus);
  if (focused instanceof HTMLElement) dom(focused).focus({ preventScroll: true });
  scrollTo({ left: scroll[0], top: scroll[1], behavior: "instant" });
}

function changedControls(): Kept[] {
  return [...keysOf()].flatMap(([control, key]) => {
    const state = changedState(control);
    return state === null ? [] : [{ key, state }];
  });
}

/** Returns the state of a control; `null` if it is that of the server. */
function changedState(control: Element): Kept["state"] | null {
  if (control instanceof HTMLSelectElement) {
    const options = [...control.options];
    if (options.every(({ selected, defaultSelected }) => selected === defaultSelected)) return null;
    return options.filter(({ selected }) => selected).map(({ value }) => value);
  }
  if (control instanceof HTMLInputElement && /^(checkbox|radio)$/.test(control.type)) {
    return control.checked === control.defaultChecked ? null : control.checked;
  }
  if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) {
    return control.value === control.defaultValue ? null : control.value;
  }
  return null;
}

function setState(control: Element, state: Kept["state"]): void {
  if (control instanceof HTMLSelectElement && Array.isArray(state)) {
    for (const option of control.options) option.selected = state.includes(option.value);
  } else if (control instanceof HTMLInputElement && typeof state === "boolean") control.checked = state;
  else if (
    (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) && typeof state === "string"
  ) control.value = state;
}

/** Returns the controls of the page by keys that they also have after the reload. */
function keysOf(): Map<Element, string> {
  const counts = new Map<string, number>();
  const keys = new Map<Element, string>();
  for (const control of all(CONTROLS)) {
    const view = dom(control);
    const form = dom(view.closest("form"))?.getAttribute("id") ?? "";
    const name = view.getAttribute("id") ?? `${view.localName} ${view.getAttribute("name") ?? ""}`;
    const place = `${form} ${name}`;
    const count = counts.get(place) ?? 0;
    counts.set(place, count + 1);
    keys.set(control, `${place} ${count}`);
  }
  return keys;
}
