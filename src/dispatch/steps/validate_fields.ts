// Validates fields for a user who has not submitted them: as a submit would, but nothing is claimed, signaled or run.
import { resolveInjected } from "../../deps/inject.ts";
import { bind } from "../../forms/bind.ts";
import { checkInput } from "../../forms/schema.ts";
import type { Issues } from "../../protocol/patch.ts";
import type { Observing, Wording } from "../app.ts";
import type { Call, CallPage } from "../call.ts";
import type { Outcome } from "../outcome.ts";
import { prepareForm, toBind } from "./bind_input.ts";
import type { Input } from "./read_input.ts";

/**
 * Validates the input, and returns the messages of some of its fields. Never returns what an action function needs.
 */
export async function validateFields(
  call: Call,
  { deps }: CallPage,
  input: Input,
  app: Observing & Wording,
): Promise<Outcome> {
  const { arrival: { trace, intent }, action } = call;
  // The other fields may not have been filled in yet.
  const names = intent.validates ?? [];
  trace?.step("dependencies");
  if (action.form === null) {
    await resolveInjected(action.inject, deps);
    trace?.step("validate");
    return checkedFields(names, await issuesOfData(action.input, input));
  }
  const prepared = await prepareForm(call, deps, input, action.form, app);
  if (prepared.kind !== "prepared") return prepared;
  trace?.step("validate");
  const { definition, initial } = prepared.made;
  const form = await bind(definition, { mode: "checked", ...toBind({ definition, initial }, call, deps, input, app) });
  return checkedFields(names, form.issues);
}

async function issuesOfData(schema: Call["action"]["input"], { kwargs }: Input): Promise<Issues> {
  if (schema === null) return {};
  const checked = await checkInput(schema, kwargs);
  return checked.kind === "valid" ? {} : Object.fromEntries(checked.errors);
}

/** Returns the messages of the fields that were asked about. A user who has not come to a field yet sees no message about it. */
function checkedFields(names: readonly string[], issues: Issues): Outcome {
  const asked = new Set(names);
  return { kind: "checked", issues: Object.fromEntries(Object.entries(issues).filter(([name]) => asked.has(name))) };
}
