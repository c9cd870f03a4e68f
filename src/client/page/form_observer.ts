/**
 * Takes over forms when they are submitted: those of an action, and GET forms of a `hyper-nav`. What only a browser can
 * do is left to it.
 *
 * The browser has validated a form before it says that it is submitted.
 *
 * @module
 */
import { FORM_ATTRIBUTE } from "../../protocol/names.ts";
import { attr, dom } from "../dom.ts";
import { action, submitAttribute, submitUrl } from "../call/action.ts";
import { isOurs, navigate } from "../navigate/nav_observer.ts";
import { toParams } from "../../protocol/payload.ts";
import { ConnectionError } from "../call/send.ts";

/**
 * Watches submits.
 *
 * A form of an action, or the button that submits it, may say `hyper-target`, `hyper-swap`, `hyper-sync` and
 * `hyper-key`, which are the options of the same names.
 *
 * @param signal Ends the watch.
 */
export function observeForms(signal: AbortSignal): void {
  // On the window, so that whoever cancels the event on its way up keeps the form.
  addEventListener("submit", (event) => {
    const { target: form, submitter, defaultPrevented } = event;
    if (defaultPrevented || !(form instanceof HTMLFormElement)) return;
    const url = submitUrl(form, submitter);
    const method = submitAttribute("method", form, submitter).toLowerCase();
    const said = (name: string) => attr(submitter, name) ?? attr(form, name) ?? undefined;
    const name = dom(form).hasAttribute(FORM_ATTRIBUTE) && said(FORM_ATTRIBUTE);
    const sourceEl = submitter ?? form;
    if (!name && (!method || method === "get")) url.search = `${toParams(new FormData(form, submitter))}`;
    else if (!name || method === "dialog") return;
    if (!isOurs(submitAttribute("target", form, submitter), url, name ? null : form)) return;
    event.preventDefault();
    if (!name) return void navigate(url.href, { sourceEl });
    const options = ["target", "swap", "sync", "key"].map((option) => [option, said(`hyper-${option}`)]);
    action(name, {}, { form, sourceEl, ...Object.fromEntries(options) }).catch((error: unknown) => {
      // The page has been told; the console is told what a programmer can mend.
      if (!(error instanceof ConnectionError)) reportError(error);
    });
  }, { signal });
}
