/**
 * Shows why a form is invalid. Loaded with the first such response.
 *
 * Most responses replace the form by one with its errors. Others cannot: a form that came in a patch is not on the page
 * as the server renders it. Its errors are shown on the form that was sent.
 *
 * @module
 */
import { clearErrors, forgetErrors } from "./clear_errors.ts";
import { announceHidden } from "./toast.ts";
import { doc, dom, formOf, idOf, type View } from "../dom.ts";
import type { Issues } from "../../protocol/patch.ts";

/** The call that sent the input. */
export interface SentInput {
  /** The form, or `null`. */
  readonly form: HTMLFormElement | null;
  /** Selector for the target of patches that name none, or `null`. */
  readonly target: string | null;
  /** The element that had the focus when the call began. */
  readonly focused: Element | null;
  /** The event of `hyper-on` that caused it, or `null`. */
  readonly trigger: string | null;
}

/** The response: its issues are not trusted to be lists. */
export interface InvalidInput {
  /** Text for users about the whole form. */
  readonly message: string;
  /** Messages by field, those of the form under `""`. */
  readonly issues: Issues;
  /** The events that were applied to the page. */
  readonly events: readonly { readonly event: string; readonly data: unknown }[];
}

/** Number of lists of errors so far, for their ids. */
let lists = 0;
/** The text of each summary when it was last announced: one that has not changed is silent. */
const announced = new WeakMap<Element, string | null>();

/**
 * Shows the issues of a call: on its form, unless the response has done it.
 *
 * @returns The messages that could not be shown; `undefined` if there are none.
 */
export function showInvalid({ form, target, focused, trigger }: SentInput, input: InvalidInput): string | undefined {
  const messages = Object.values(input.issues).flat().join("\n") || input.message;
  if (!form || !dom(form).isConnected) return messages;
  const isPatched = input.events.some(({ event, data }) => {
    const patch = Object.assign(Object.create(null), data);
    return event === "patch_html" && dom(form).closest(patch.target || target || "form");
  });
  if (!isPatched && !showIssues(form, input, !trigger)) return messages;
  const summary = dom(form).querySelector("[data-hyper-errors]");
  const said = summary && announced.get(summary);
  if (summary) announced.set(summary, summary.textContent);
  // A screen reader reads a control that gets the focus, and a new summary. Otherwise nothing tells that the form came back.
  if (focused === doc.activeElement && (!summary || summary.textContent === said)) announceHidden(messages);
  return undefined;
}

/** Shows messages next to their controls, and the others in a summary. Returns `false` if the summary is not visible. */
function showIssues(form: HTMLFormElement, { message, issues }: InvalidInput, takesFocus: boolean): boolean {
  clearErrors(form);
  // Elements of a form have these properties, or lack them.
  const controls = [...dom(form).elements] as HTMLInputElement[];
  const invalid: HTMLElement[] = [];
  const rest: string[] = [];
  for (const [name, messages] of Object.entries(issues)) {
    const named = controls.filter((control) => name && control.name === name && control.type !== "hidden");
    if (named[0]) invalid.push(...named), showNext(named, [messages].flat());
    else rest.push(...[messages].flat());
  }
  if (!invalid[0] && !rest[0]) rest.push(message);
  let first = controls.find((control) => invalid.includes(control) && !control.matches(":disabled")) as
    | HTMLElement
    | undefined;
  if (rest[0]) {
    const summary = doc.createElement("div");
    summary.className = "hyper-form-errors";
    summary.role = "alert";
    summary.tabIndex = -1;
    summary.setAttribute("data-hyper-errors", "");
    const title = doc.createElement("p");
    title.textContent = message;
    dom(form).addEventListener("reset", () => summary.remove(), { once: true });
    summary.append(title, makeList(rest));
    dom(form).prepend(summary);
    // The form of a table row may be hidden, its controls elsewhere.
    if (!summary.getClientRects()[0]) {
      summary.remove();
      return false;
    }
    first ??= summary;
  }
  // The user is typing.
  if (!takesFocus) return true;
  // An element in closed `<details>` cannot be focused.
  for (let shut; (shut = dom(first)?.closest("details:not([open])"));) dom(shut).setAttribute("open", "");
  dom(first)?.focus();
  return true;
}

/** Shows messages next to the controls of one name, until the user changes one of them or resets the form. */
function showNext(controls: readonly HTMLInputElement[], messages: readonly string[]): void {
  const list = makeList(messages);
  list.className = "hyper-errors";
  list.id = `hyper-errors-${++lists}`;
  const views = describeWith(controls, list);
  for (const element of views) element.ariaInvalid = "true";
  // Without the list, the form has been patched since, or sent again.
  const forget = () => list.isConnected && views.forEach(forgetErrors);
  for (const control of controls) control.addEventListener("input", forget, { once: true });
  dom(formOf(controls[0]!))?.addEventListener("reset", forget, { once: true });
}

/**
 * Puts an element next to the last of the controls of one name, and describes them with it.
 *
 * @returns What is described: the controls, or the group of radio buttons.
 */
export function describeWith(controls: readonly Element[], description: Element): readonly View<Element>[] {
  const last = dom(controls[controls.length - 1]!);
  const field = last.closest(".hyper-field");
  if (field) dom(field).append(description);
  else dom(last.closest("label") ?? last).after(description);
  const views = describedElements(controls);
  const id = idOf(description);
  for (const element of views) {
    const ids = element.getAttribute("aria-describedby");
    element.setAttribute("aria-describedby", ids ? `${id} ${ids}` : id);
  }
  return views;
}

/**
 * Shows messages next to the controls of one name, in place of those they have.
 *
 * @param messages The messages; none for a valid control.
 * @returns `false` if they had these messages.
 */
export function replaceMessages(controls: readonly HTMLInputElement[], messages: readonly string[]): boolean {
  const views = describedElements(controls);
  const shown = views.flatMap((view) => view.getAttribute("aria-describedby")?.split(" ") ?? [])
    .map((id) => dom(doc.getElementById(id)))
    .flatMap((list) => list?.matches(".hyper-errors") ? [...list.children].map((item) => dom(item).textContent) : []);
  if (`${shown}` === `${messages}`) return false;
  views.forEach(forgetErrors);
  if (messages[0]) showNext(controls, messages);
  return true;
}

/** Returns the controls, or their group: a radio button has no state of its own (ARIA, `aria-invalid`). */
function describedElements(controls: readonly Element[]): readonly View<Element>[] {
  const described = new Set(
    controls.map((control) =>
      dom(control).matches("[type=radio]") && dom(control).closest("[role=radiogroup]") || control
    ),
  );
  return [...described].map((element): View<Element> => dom(element));
}

function makeList(messages: readonly string[]): HTMLUListElement {
  const list = doc.createElement("ul");
  for (const message of messages) list.appendChild(doc.createElement("li")).textContent = message;
  return list;
}
