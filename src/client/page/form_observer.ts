/**
 * Handles submitted forms: those of an action, and GET forms in a `hyper-nav`. Others are left to the browser, and
 * validation always is.
 *
 * @module
 */
import { FORM_ATTRIBUTE } from "../../protocol/names.ts";
import { attr, dom, isOff } from "../dom.ts";
import { action, submitAttribute, submitMethod, submitUrl } from "../call/action.ts";
import { captureSentState } from "./sent_state.ts";
import { isOurs, navigate } from "../navigate/nav_observer.ts";
import { actionOfForm, toParams } from "../../protocol/payload.ts";
import { ConnectionError } from "../call/send.ts";
import type { Sync } from "../call/lanes.ts";
import { loadPart } from "../parts/load_part.ts";

/** The event of `hyper-on` that submits a form now, or `null`. */
let trigger: string | null = null;
/** The form that is submitted now because the user has confirmed it, or `null`. */
let confirmed: HTMLFormElement | null = null;

/**
 * Submits a form as a button does.
 *
 * @param event The event of `hyper-on` that causes it, or `null`.
 * @param asked The same form, if the user has confirmed it.
 */
export function submitForm(
  form: HTMLFormElement,
  event: string | null,
  submitter: HTMLElement | null = null,
  asked: HTMLFormElement | null = null,
): void {
  [trigger, confirmed] = [event, asked];
  dom(form).requestSubmit(submitter);
  trigger = confirmed = null;
}

/**
 * Observes submit events until the signal is aborted.
 *
 * The form of an action, or its submitter, may have the attributes `hyper-target`, `hyper-swap`, `hyper-sync` and
 * `hyper-key`, which are the call options of the same names.
 */
export function observeForms(signal: AbortSignal): void {
  // On the window: a listener of the page can cancel the event before.
  addEventListener("submit", (event) => {
    const { target: form, defaultPrevented } = event;
    if (defaultPrevented || !(form instanceof HTMLFormElement) || isOff(form)) return;
    // A button of user HTML may submit a form of the page, and nothing else.
    const submitter = isOff(event.submitter) ? null : event.submitter;
    const url = submitUrl(form, submitter);
    // The browser does not submit to what is not a URL.
    if (!url) return;
    const method = submitMethod(form, submitter);
    const said = (name: string) => attr(submitter, name) ?? attr(form, name) ?? undefined;
    const question = said("hyper-confirm");
    if (question !== undefined && confirmed !== form) {
      // Not for other listeners either: nothing is submitted yet.
      event.stopImmediatePropagation();
      event.preventDefault();
      const asked = [question, form, submitter, trigger] as const;
      // Without the part nothing is submitted; the page shows that it is incomplete.
      return void loadPart("triggers").then(({ confirmSubmit }) => confirmSubmit(...asked), () => {});
    }
    const formNamed = attr(form, FORM_ATTRIBUTE);
    const name = formNamed !== null &&
      actionOfForm(attr(submitter, FORM_ATTRIBUTE), formNamed, url, submitUrl(form, null));
    const sourceEl = submitter ?? form;
    if (name ? method === "dialog" : (method ?? "get") !== "get") return;
    const opens = said("hyper-layer") !== undefined;
    if (!isOurs(submitAttribute("target", form, submitter) ?? "", url, name || opens ? null : form)) return;
    event.preventDefault();
    if (!name) {
      url.search = `${toParams(new FormData(form, submitter))}`;
      captureSentState(form)();
      return void navigate(url.href, { sourceEl, isTyped: !!trigger, opens });
    }
    const options = ["target", "swap", "key"].map((option) => [option, said(`hyper-${option}`)]);
    // Of a form that is submitted while it is filled in, the newest input counts.
    const newest = trigger || dom(form).matches("[hyper-on],:has([hyper-on])");
    const sync = (said("hyper-sync") ?? (newest ? method === "get" ? "replace" : "latest" : undefined)) as Sync;
    action(name, {}, { form, sourceEl, trigger, sync, ...Object.fromEntries(options) }).catch((error: unknown) => {
      // An event has reported the error. A failed connection is not a programming error, so it is not logged.
      if (!(error instanceof ConnectionError)) reportError(error);
    });
  }, { signal });
}
