// The forms of a page with a button that submits them to the action of the form that failed.
import type { Action } from "../actions/action.ts";
import type { AnyBound } from "../forms/any_form.ts";
import type { FailedForm } from "../pages/page_render.ts";

/** Finds the form from which a failed one was sent by a button with another action. */
export class Senders {
  readonly #failed: FailedForm;
  /** The actions of the forms of the page. */
  readonly #actions = new Map<AnyBound, Action>();
  /** The failed form, by the actions of the forms that can show it. */
  readonly #senders = new Map<Action, FailedForm>();

  constructor(failed: FailedForm) {
    this.#failed = failed;
  }

  /** Adds a form of the page. */
  addForm(form: AnyBound, action: Action): void {
    this.#actions.set(form, action);
  }

  /** Adds a button in a form. */
  addButton({ uid }: Action, form: AnyBound): void {
    const [failed, action] = [this.#failed, this.#actions.get(form)];
    if (action === undefined || failed.action.uid !== uid || failed.instance !== form.instance) return;
    if (canShow(form, failed.form)) this.#senders.set(action, { ...failed, action });
  }

  /** Returns the failed form with the action of the form that shows it; `null` if none can, or several can. */
  find(): FailedForm | null {
    const [sender = null, other] = this.#senders.values();
    return other === undefined ? sender : null;
  }
}

/** Returns whether the components in a form find every field in another one. */
function canShow(form: AnyBound, other: AnyBound): boolean {
  if (form.kind === "formset" || "formsets" in form) return form.definition === other.definition;
  return other.kind === "form" && form.fields.every(({ name }) => other.fields.some((field) => field.name === name));
}
