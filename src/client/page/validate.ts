/**
 * Asks the server whether the fields of a form are valid before the form is submitted: `hyper-validate="blur"` on the form asks when
 * a field was changed and left, `"input"` after each pause of typing as well.
 *
 * An answer is shown only if the form is still as it was sent: each input aborts the request. The names of all fields that the user
 * has left are sent again, since a rule may concern several of them.
 */
import {
  FORM_ATTRIBUTE,
  JSON_TYPE,
  LOCATION_HEADER,
  LOCATION_HEADER_BYTES,
  ROWS_ATTRIBUTE,
  VALIDATE_HEADER,
  VALIDATE_HEADER_BYTES,
} from "../../protocol/names.ts";
import { buildPayload } from "../../protocol/payload.ts";
import { submitAttribute, submitMethod, submitUrl } from "../call/action.ts";
import { newId } from "../call/call.ts";
import { nextEvent } from "../call/wait.ts";
import { all, attr, doc, dom, formOf, isOff } from "../dom.ts";
import { emit } from "../events.ts";
import { earlyFields, isWithheld } from "./early_fields.ts";
import { changeAsServer } from "./live_changes.ts";
import { tryPart } from "../parts/load_part.ts";

/** The state of the fields of a form. */
interface Check {
  /** Names of fields that were changed since they were last left. */
  readonly changed: Set<string>;
  /** Names of fields that the user has left: the server is asked about them. */
  readonly left: Set<string>;
  /** The messages that are shown, by the name of the field. */
  readonly shown: Map<string, readonly string[]>;
  /** Aborted when the form changes. */
  sending: AbortController;
  timer?: ReturnType<typeof setTimeout>;
}

/** Pause of typing before a request, in milliseconds, unless `hyper-delay` sets another. */
const PAUSE_MS = 300;
/** Time that fields which are left together have to become one request, in milliseconds. */
const BATCH_MS = 50;

/** Selector for controls that the user has changed and left. */
const EDITED = ":is(:user-valid,:user-invalid)";

const checks = new WeakMap<HTMLFormElement, Check>();
/** Fulfilled when no pointer is pressed: a message that moves the button under it would prevent the click. */
let released: Promise<unknown> = Promise.resolve();

/** Observes the forms of the page until the signal is aborted. */
export function observeFields(signal: AbortSignal): void {
  const on = (type: string, listener: (event: Event) => void) =>
    addEventListener(type, listener, { signal, capture: true });
  for (const type of ["input", "compositionend", "change", "focusout"]) on(type, onField);
  for (const type of ["submit", "reset"]) on(type, ({ target }) => endCheck(target as HTMLFormElement));
  on("pointerdown", () => {
    released = Promise.race(["pointerup", "pointercancel"].map(nextEvent)).then(() => wait(0));
  });
  // A patch may have removed the messages.
  on("hyper:swap:after", () => {
    doc.querySelectorAll<HTMLFormElement>("form[hyper-validate]").forEach(showAgain);
  });
  // The user has changed these before the part was loaded. One has the focus still.
  for (const target of all(`${EDITED}:not(:focus)`)) onField({ type: "change", target });
  const leave = ({ target }: Event) => {
    if (dom(target as Element).matches(EDITED)) onField({ type: "change", target });
  };
  dom(doc.activeElement)?.addEventListener("focusout", leave, { signal, once: true });
}

/** Shows the messages of a form that a patch may have removed. */
export function showAgain(form: HTMLFormElement): void {
  const check = checks.get(form);
  if (check) void showMessages(form, check, check.shown, check.sending.signal);
}

function onField({ type, target, isComposing }: Pick<InputEvent, "type" | "target"> & Partial<InputEvent>): void {
  if (!(target instanceof Element) || isOff(target)) return;
  const rows = attr(target, ROWS_ATTRIBUTE);
  if (rows) return forgetRows(dom(target).closest("form"), rows);
  const form = formOf(target);
  const mode = attr(form, "hyper-validate");
  const name = attr(target, "name");
  if (!form || !mode || !name) return;
  const check = checkOf(form);
  const { changed, left, shown } = check;
  if (type === "input" || type === "compositionend") {
    changed.add(name);
    shown.delete(name);
    check.sending.abort();
    if (mode === "input") left.add(name);
    // It is being corrected.
    else left.delete(name);
    clearTimeout(check.timer);
    // The text of an input method is not complete.
    if (left.size && !isComposing) askSoon(form, check, Number(attr(form, "hyper-delay")) || PAUSE_MS);
  } else if (type === "change" || changed.has(name)) {
    changed.delete(name);
    left.add(name);
    check.sending.abort();
    askSoon(form, check, BATCH_MS);
  }
}

/** Forgets the fields of rows that were added, moved or removed: their names may be those of others now. */
function forgetRows(form: HTMLFormElement | null, prefix: string): void {
  const check = form && checks.get(form);
  if (!check) return;
  check.sending.abort();
  for (const names of [check.changed, check.left, check.shown]) {
    for (const name of names.keys()) if (name.startsWith(`${prefix}[`)) names.delete(name);
  }
}

function checkOf(form: HTMLFormElement): Check {
  const check = checks.get(form) ??
    { changed: new Set(), left: new Set(), shown: new Map(), sending: new AbortController() };
  checks.set(form, check);
  return check;
}

/** Ends the check of a form that is submitted: its response shows what is invalid. */
function endCheck(form: HTMLFormElement): void {
  const check = checks.get(form);
  check?.sending.abort();
  clearTimeout(check?.timer);
  checks.delete(form);
}

function askSoon(form: HTMLFormElement, check: Check, ms: number): void {
  clearTimeout(check.timer);
  check.timer = setTimeout(() => {
    check.sending.abort();
    check.sending = new AbortController();
    // Nothing is shown: the submit validates again.
    checkFields(form, check, check.sending.signal).catch(() => {});
  }, ms);
}

/** Shows what the browser knows to be invalid, and asks the server about the other fields. */
async function checkFields(form: HTMLFormElement, check: Check, signal: AbortSignal): Promise<void> {
  const view = dom(form);
  if (!view.isConnected) return;
  const found = new Map<string, readonly string[]>();
  const names = new Set<string>();
  for (const control of controlsOf(form)) {
    const { name } = control;
    // An error of the last submit may be corrected by now.
    const isAsked = name && !isOff(control) && (check.left.has(name) || control.ariaInvalid);
    if (!isAsked) continue;
    const message = view.matches("[novalidate]") ? "" : control.validationMessage;
    // Not while it is filled in.
    if (message && control === doc.activeElement) names.delete(name), check.left.delete(name), check.changed.add(name);
    else if (message) found.set(name, [message]), names.delete(name);
    else if (!isWithheld(control)) found.has(name) || names.add(name);
    // Its message was about another value.
    else if (check.left.has(name)) found.set(name, []);
  }
  await showMessages(form, check, found, signal);
  if (!names.size || signal.aborted) return;
  const issues = await ask(form, [...names], signal);
  await showMessages(form, check, new Map([...names].map((name) => [name, issues[name] ?? []])), signal);
}

/** Asks the server. Returns the messages by name. */
async function ask(
  form: HTMLFormElement,
  names: string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const action = attr(form, FORM_ATTRIBUTE) ?? "";
  const method = submitMethod(form, null)?.toUpperCase() ?? "POST";
  const id = newId();
  const { url, headers, body = null } = buildPayload({
    action,
    id,
    url: submitUrl(form, null)?.href ?? "",
    method,
    target: null,
    data: {},
    fields: earlyFields(form),
    enctype: submitAttribute("enctype", form, null),
    depth: 0,
  });
  const encoded = names.map(encodeURIComponent);
  while (`${encoded}`.length > VALIDATE_HEADER_BYTES) encoded.shift();
  headers[VALIDATE_HEADER] = `${encoded}`;
  headers.Accept = JSON_TYPE;
  const address = location.pathname + location.search;
  if (address.length <= LOCATION_HEADER_BYTES) headers[LOCATION_HEADER] = address;
  const response = await fetch(url, { method, headers, body, signal });
  const { issues } = await response.json();
  emit("validate", { id, action, url, method, form, names, status: response.status, issues: issues ?? {} });
  return response.ok ? issues : Promise.reject();
}

/** Shows messages next to their controls, unless the form has changed. */
async function showMessages(
  form: HTMLFormElement,
  check: Check,
  messages: ReadonlyMap<string, readonly string[]>,
  signal: AbortSignal,
): Promise<void> {
  const feedback = messages.size && await tryPart("feedback");
  await released;
  if (!feedback || signal.aborted || checks.get(form) !== check) return;
  const announced: string[] = [];
  for (const [name, list] of messages) {
    check.shown.set(name, list);
    const controls = controlsOf(form).filter((control) => control.name === name && control.type !== "hidden");
    const [first] = controls;
    // Not a change of a script, which a morph would keep.
    if (!first || !changeAsServer(() => feedback.replaceMessages(controls, list))) continue;
    forgetInSummary(form, first);
    if (list[0]) announced.push([labelOf(first), ...list].filter(Boolean).join(" "));
  }
  if (announced[0]) feedback.announceHidden(announced.join("\n"));
}

/** Removes the messages of a control from the summary of its form, which links to it. */
function forgetInSummary(form: HTMLFormElement, { id }: HTMLInputElement): void {
  for (const link of dom(form).querySelectorAll(`[data-hyper-errors] a[href="#${CSS.escape(id)}"]`)) {
    const summary = link.closest("[data-hyper-errors]")!;
    link.closest("li")!.remove();
    if (!summary.querySelector("li")) summary.remove();
  }
}

const labelOf = (control: HTMLInputElement): string | null | undefined =>
  (dom(control.closest("fieldset.hyper-field"))?.querySelector("legend") ?? control.labels?.[0])?.textContent;

// Elements of a form have the properties of controls, or lack them.
const controlsOf = (form: HTMLFormElement): HTMLInputElement[] => [...dom(form).elements] as HTMLInputElement[];

const wait = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms));
