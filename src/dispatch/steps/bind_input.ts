/**
 * Binds input to the parameters of an action function: dependencies, the form guard, validation.
 *
 * @module
 */
import type { Action } from "../../actions/action.ts";
import { isProgram } from "../../actions/intent.ts";
import type { Guard, RequestContext } from "../../context.ts";
import { resolveInjected } from "../../deps/inject.ts";
import type { RequestDeps } from "../../deps/resolver.ts";
import { type AnyBound, type AnyForm, type FormFactory, type FormWithInitial, makeForm } from "../../forms/any_form.ts";
import { bind } from "../../forms/bind.ts";
import { checkInput, type StandardSchemaV1 } from "../../forms/schema.ts";
import type { PageRender } from "../../pages/page_render.ts";
import type { Observing, Wording } from "../app.ts";
import type { Call, CallPage } from "../call.ts";
import { failure } from "../failure.ts";
import { askGuard } from "../guards.ts";
import { type EarlyInjection, injectBeforeForm } from "../injection.ts";
import { sendInvalid } from "../observe.ts";
import type { Outcome, Refusal } from "../outcome.ts";
import type { Input } from "./read_input.ts";
import { catalogueText } from "../../texts/catalogue.ts";

/** The parameters of an action function. */
export interface Bound {
  readonly kind: "bound";
  /** The validated data. */
  readonly data: unknown;
  /** The bound, valid form; `null` without one. */
  readonly form: AnyBound | null;
  /** The dependencies, with the form. */
  readonly deps: RequestDeps;
  /** The injected values, by name. */
  readonly injected: Readonly<Record<string, unknown>>;
}

const NOTHING: EarlyInjection = Object.freeze({ injected: {}, waiting: {} });

/** Resolves dependencies, asks the guard of the form, and validates. */
export function bindInput(
  call: Call,
  page: CallPage,
  input: Input,
  app: Observing & Wording,
): Promise<Bound | Outcome> {
  const { form } = call.action;
  call.arrival.trace?.step("dependencies");
  return form === null ? bindPlain(call, page, input, app) : bindForm(call, page, input, form, app);
}

/** Binds the input of an action without a form. */
async function bindPlain(
  call: Call,
  page: CallPage,
  input: Input,
  app: Observing & Wording,
): Promise<Bound | Outcome> {
  const { action } = call;
  const injected = hasMembers(action.inject) ? await resolveInjected(action.inject, page.deps) : NOTHING.injected;
  if (call.cookies.isOfOtherUser) return failure(409, catalogueText("otherUser"));
  const { kwargs } = input;
  if (action.input === null) return { kind: "bound", data: kwargs, form: null, deps: page.deps, injected };
  return await bindData(call, page, input, action.input, injected, app);
}

/** Returns the outcome of an invalid form: signaled first, then judged by whether its page is known (seed 004, the chart). */
export function refuseForm(call: Call, pageRender: PageRender, form: AnyBound, app: Observing): Refusal {
  sendInvalid(call, form.errors, app);
  // A page is needed only to show the form again.
  if (!isProgram(call.arrival.intent.audience) && !pageRender.isOrigin) {
    return failure(400, catalogueText("pageUnknown"), {}, "The form does not name its page");
  }
  return { kind: "invalid", form, issues: form.issues };
}

async function bindData(
  call: Call,
  { deps }: CallPage,
  { kwargs }: Input,
  schema: StandardSchemaV1,
  injected: Bound["injected"],
  app: Observing & Wording,
): Promise<Bound | Outcome> {
  call.arrival.trace?.step("validate");
  const checked = await checkInput(schema, kwargs);
  if (checked.kind === "valid") return { kind: "bound", data: checked.value, form: null, deps, injected };
  sendInvalid(call, checked.errors, app);
  return { kind: "invalid", form: null, issues: Object.fromEntries(checked.errors) };
}

async function bindForm(
  call: Call,
  { deps, pageRender }: CallPage,
  input: Input,
  source: AnyForm | FormFactory<AnyForm>,
  app: Observing & Wording,
): Promise<Bound | Outcome> {
  const { arrival: { trace } } = call;
  const prepared = await prepareForm(call, deps, input, source, app);
  if (prepared.kind !== "prepared") return prepared;
  const { made, early } = prepared;
  if (input.rowChange !== null) {
    const binding = toBind(made, call, deps, input, app);
    return changedForm(
      pageRender,
      call,
      bind(made.definition, { mode: "changed", ...binding, change: input.rowChange }),
      app,
    );
  }
  trace?.step("validate");
  const binds = bind(made.definition, { mode: "checked", ...toBind(made, call, deps, input, app) });
  const form = binds instanceof Promise ? await binds : binds;
  checkUser(call, form, app);
  if (!form.isValid) return refuseForm(call, pageRender, form, app);
  const bound = deps.derive({ form });
  const injected = hasMembers(early.waiting)
    ? { ...early.injected, ...await resolveInjected(early.waiting, bound) }
    : early.injected;
  return { kind: "bound", data: form.values, form, deps: bound, injected };
}

/** A form that may be validated, and the values that were injected before. */
export interface PreparedForm {
  readonly kind: "prepared";
  readonly made: FormWithInitial;
  readonly early: EarlyInjection;
}

/** Injects what does not need the form, creates the form, and asks its guard. */
export async function prepareForm(
  call: Call,
  deps: RequestDeps,
  input: Input,
  source: AnyForm | FormFactory<AnyForm>,
  app: Observing & Wording,
): Promise<PreparedForm | Outcome> {
  const { inject } = call.action;
  const early = hasMembers(inject) ? await injectBeforeForm(inject, deps) : NOTHING;
  const making = makeForm(source, deps.ctx);
  const made = making instanceof Promise ? await making : making;
  const { guard } = made.definition;
  const denial = guard === undefined ? null : await askFormGuard(guard, call, deps, input, made, app);
  return denial ?? { kind: "prepared", made, early };
}

/** Returns the outcome of a button that changes rows: the form with the change, neither validated nor run. */
function changedForm(pageRender: PageRender, call: Call, form: AnyBound, app: Wording): Outcome {
  // The page is all that is shown.
  if (!pageRender.isOrigin) return failure(400, catalogueText("pageUnknown"), {}, "The form does not name its page");
  checkUser(call, form, app);
  return { kind: "rows", form };
}

/** Adds an error to a form that was rendered for another user: what that one has entered is not sent as if this user had. */
function checkUser(call: Call, form: AnyBound, app: Wording): void {
  if (call.cookies.isOfOtherUser) form.addError("", app.userTexts.of(call).write(catalogueText("otherUser")));
}

/** Asks the guard of the form, before anything of the form is validated. */
async function askFormGuard(
  guard: Guard<never>,
  call: Call,
  deps: RequestDeps,
  input: Input,
  made: FormWithInitial,
  app: Observing & Wording,
): Promise<Outcome | null> {
  call.arrival.trace?.step("form-guard");
  const form = bind(made.definition, { mode: "unchecked", ...toBind(made, call, deps, input, app) });
  // The guard belongs to the definition that has just bound the form.
  const ask = guard as Guard<RequestContext & { readonly form: AnyBound }>;
  return await askGuard(call, ask, { ...deps.derive({ form }).ctx, form }, app);
}

/** Returns the submitted data of a form, and what its validation needs. */
export function toBind(
  { initial }: FormWithInitial,
  call: Call,
  { ctx }: RequestDeps,
  { kwargs, instance }: Input,
  { userTexts }: Wording,
) {
  return { sent: kwargs, initial, instance, action: call.action.name, ctx, texts: userTexts.of(call) };
}

function hasMembers(record: Action["inject"]): boolean {
  for (const _name in record) return true;
  return false;
}
