/**
 * Handles submitted forms: those of an action, and GET forms in a `hyper-nav`. Others are left to the browser, and
 * validation always is.
 *
 * @module
 */
import { FORM_ATTRIBUTE } from "../../protocol/names.ts";
import { attr } from "../dom.ts";
import { action, submitAttribute, submitMethod, submitUrl } from "../call/action.ts";
import { captureSentState } from "./sent_state.ts";
import { isOurs, navigate } from "../navigate/nav_observer.ts";
import { actionOfForm, toParams } from "../../protocol/payload.ts";
import { ConnectionError } from "../call/send.ts";

/**
 * Observes submit events until the signal is aborted.
 *
 * The form of an action, or its submitter, may have the attributes `hyper-target`, `hyper-swap`, `hyper-sync` and
 * `hyper-key`, which are the call options of the same names.
 */
export function observeForms(signal: AbortSignal): void {
  // On the window: a listener of the page can cancel the event before.
  addEventListener("submit", (event) => {
    const { target: form, submitter, defaultPrevented } = event;
    if (defaultPrevented || !(form instanceof HTMLFormElement)) return;
    const url = submitUrl(form, submitter);
    // The browser does not submit to what is not a URL.
    if (!url) return;
    const method = submitMethod(form, submitter);
    const said = (name: string) => attr(submitter, name) ?? attr(form, name) ?? undefined;
    const formNamed = attr(form, FORM_ATTRIBUTE);
    const name = formNamed !== null &&
      actionOfForm(attr(submitter, FORM_ATTRIBUTE), formNamed, url, submitUrl(form, null));
    const sourceEl = submitter ?? form;
    if (name ? method === "dialog" : (method ?? "get") !== "get") return;
    if (!isOurs(submitAttribute("target", form, submitter) ?? "", url, name ? null : form)) return;
    event.preventDefault();
    if (!name) {
      url.search = `${toParams(new FormData(form, submitter))}`;
      captureSentState(form)();
      return void navigate(url.href, { sourceEl });
    }
    const options = ["target", "swap", "sync", "key"].map((option) => [option, said(`hyper-${option}`)]);
    action(name, {}, { form, sourceEl, ...Object.fromEntries(options) }).catch((error: unknown) => {
      // An event has reported the error. A failed connection is not a programming error, so it is not logged.
      if (!(error instanceof ConnectionError)) reportError(error);
    });
  }, { signal });
}
