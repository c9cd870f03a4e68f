// A form before it is submitted, as the runtime treats it: fields are validated when the user leaves them, and fields that depend on
// others are shown again.
import { DEPENDS_ATTRIBUTE, JSON_TYPE, VALIDATE_HEADER } from "../protocol/names.ts";
import type { Issues } from "../protocol/patch.ts";
import { own } from "../protocol/wire.ts";
import { formControls } from "./controls.ts";
import { attribute, type ElementNode } from "./dom.ts";
import { calledForm } from "./form_fields.ts";
import { showFieldMessages } from "./messages.ts";
import type { TestOutcome } from "./outcome.ts";

/** A form that is being filled. */
export interface EarlyForm {
  readonly node: ElementNode;
  /** Calls its action with these headers. */
  ask(headers: Readonly<Record<string, string>>): Promise<TestOutcome>;
  /** Shows it again, rendered from what is filled. */
  redraw(): Promise<TestOutcome>;
}

/**
 * Asks the server whether fields are valid.
 *
 * @returns The messages by the names of the fields.
 * @throws {Error} When the server refuses to answer.
 */
export async function askFields(form: EarlyForm, controls: readonly ElementNode[]): Promise<Issues> {
  const names = [...controlNames(controls)];
  const outcome = await form.ask({ [VALIDATE_HEADER]: `${names.map(encodeURIComponent)}`, accept: JSON_TYPE });
  // The server sends lists of messages.
  if (outcome.kind === "success") return own(own(outcome.data).issues) as Issues;
  throw refusal("validate", form, outcome);
}

/**
 * Does what the runtime does when the user has changed fields and leaves them.
 *
 * @throws {Error} When the server refuses to answer.
 */
export async function afterEntry(form: EarlyForm, controls: readonly ElementNode[]): Promise<void> {
  const { node } = form;
  const names = controlNames(controls);
  // The server has written a list of names.
  const depended: readonly string[] = JSON.parse(attribute(node, DEPENDS_ATTRIBUTE) ?? "[]");
  if ([...names].some((name) => depended.includes(name.replace(/\[\d+\]/g, "[]")))) {
    const outcome = await form.redraw();
    if (!outcome.ok) throw refusal("show", form, outcome);
  }
  if (attribute(node, "hyper-validate") === null) return;
  // An error of the last submit may be corrected by now.
  const asked = formControls(node).filter((it) =>
    names.has(nameOf(it)) || attribute(it, "aria-invalid") === "true" && nameOf(it) !== ""
  );
  const issues = await askFields(form, asked);
  for (const name of controlNames(asked)) {
    const messages = issues[name] ?? [];
    showFieldMessages(formControls(node).filter((it) => nameOf(it) === name), messages);
  }
}

function refusal(deed: string, { node }: EarlyForm, outcome: TestOutcome): Error {
  const reason = outcome.kind === "error" ? `${outcome.status} ${outcome.message}` : outcome.kind;
  return new Error(`Cannot ${deed} form "${calledForm(node)}": the server answered ${reason}`);
}

function nameOf(control: ElementNode): string {
  return attribute(control, "name") ?? "";
}

function controlNames(controls: readonly ElementNode[]): ReadonlySet<string> {
  return new Set(controls.map(nameOf).filter((name) => name !== ""));
}
