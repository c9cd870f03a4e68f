/** Asks the user before an element with `hyper-confirm` does what it does. */
import { CONFIRM_TEXTS } from "../../protocol/confirm_texts.ts";
import { config } from "../config.ts";
import { attr, doc, dom, formOf } from "../dom.ts";
import { submitForm } from "./form_observer.ts";
import { findTop, raiseFailures } from "./announce.ts";
import { words } from "./words.ts";

/** Number of dialogs so far, for their ids. */
let dialogs = 0;

/** Asks the question of an element, if it has one. Returns `true` if the user agrees. */
export async function mayAct(element: Element): Promise<boolean> {
  const question = attr(element, "hyper-confirm");
  return question === null || await askUser(question, element);
}

/** Asks the user before a form is submitted, and submits it if they agree. */
export async function confirmSubmit(
  question: string,
  form: HTMLFormElement,
  submitter: HTMLElement | null,
  event: string | null,
): Promise<void> {
  const agrees = await askUser(question, submitter ?? form);
  // A form cannot be submitted while its submit event is fired (HTML, 4.10.21.3), which is still so if this was not asked in a dialog.
  await new Promise((done) => setTimeout(done));
  // The page may have changed: a button that left the form cannot submit it.
  const isThere = !submitter || formOf(submitter) === form;
  if (agrees && isThere) submitForm(form, event, submitter, form);
}

/**
 * Asks the user with the function of `Hyper.configure({ confirm })`, or else in a dialog.
 *
 * @param element The element that is about to act. The name of a button, its `aria-label` or text, is that of the button that agrees.
 */
async function askUser(question: string, element: Element): Promise<boolean> {
  if (config.confirm) return await config.confirm(question, element);
  const { confirm, cancel } = { ...CONFIRM_TEXTS, ...words() };
  const dialog = doc.createElement("dialog");
  dialog.className = "hyper-confirm";
  dialog.role = "alertdialog";
  // A morph of the page leaves it alone.
  dialog.setAttribute("data-hyper-own", "");
  const form = dom(dialog.appendChild(doc.createElement("form")));
  form.method = "dialog";
  const text = doc.createElement("p");
  text.textContent = question;
  text.id = `hyper-confirm-${++dialogs}`;
  dialog.setAttribute("aria-labelledby", text.id);
  const [safe, yes] = [doc.createElement("button"), doc.createElement("button")];
  safe.textContent = cancel;
  // The Enter key does no harm.
  safe.autofocus = true;
  yes.textContent = element instanceof HTMLButtonElement && (element.ariaLabel ?? element.textContent.trim()) ||
    confirm;
  yes.value = "yes";
  form.append(text, safe, yes);
  dom(findTop()).append(dialog);
  dialog.showModal();
  // Another page is shown.
  const leave = () => dialog.close("");
  addEventListener("hyper:navigate:after", leave);
  await new Promise((closed) => dialog.addEventListener("close", closed));
  removeEventListener("hyper:navigate:after", leave);
  dialog.remove();
  // A failure may be shown in it.
  raiseFailures();
  return dialog.returnValue === "yes";
}
