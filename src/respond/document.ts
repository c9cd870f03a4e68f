// The response to a form posted without scripts: a redirect back, or the page again.
import type { Answer } from "../dispatch/answer.ts";
import type { Failure, Outcome } from "../dispatch/outcome.ts";
import type { AnyBound } from "../forms/any_form.ts";
import type { PageAnswer } from "../pages/page_render.ts";
import { type Issues, isTerminal, type Patch } from "../protocol/patch.ts";
import { collect, type Gather } from "./collect.ts";
import { MAX_TOASTS, type ToastValue } from "./flash.ts";
import { lowerCased, type Reply, reply, replyWithPage } from "./reply.ts";
import { reporterFor, type RespondServices } from "./services.ts";
import { redirectTarget } from "../http/sink.ts";
import { catalogueText } from "../texts/catalogue.ts";
import { failure } from "../dispatch/failure.ts";

/** Responds with a document, a redirect to one, or nothing. */
export function respondWithDocument(
  answer: Answer,
  services: RespondServices,
): Reply | Response | Promise<Reply | Response> {
  const { outcome, action } = answer;
  switch (outcome.kind) {
    case "response":
      return outcome.response;
    case "nothing":
    case "value":
      // Seed 004: an action without a form that returns nothing leaves the page as it is.
      return action?.form == null ? reply(204, null, {}) : back(answer, [], services);
    case "events":
      return back(answer, outcome.events, services);
    case "stream":
      return streamedDocument(answer, outcome, services);
    case "markup":
      return markupDocument(answer, outcome.html, services);
    case "invalid":
      return invalidDocument(answer, outcome, services);
    case "checked":
      throw new TypeError("Cannot encode checked fields as a document: the answer is data");
    case "rows":
      return changedDocument(answer, outcome.form, services);
    case "unread":
      return unreadDocument(answer, outcome, services);
    case "failure":
      return failureDocument(answer, outcome, services);
  }
}

/** Runs a stream to its end, and responds with what a redirect transports. */
async function streamedDocument(
  answer: Answer,
  { stream, rejection }: Extract<Outcome, { kind: "stream" }>,
  services: RespondServices,
): Promise<Reply | Response> {
  const events: Patch[] = [];
  const collected = await collect(stream, answer.limits.documentSeconds, keepForDocument(events));
  if (collected.kind === "failure") return await failureDocument(answer, collected, services);
  const refused = rejection?.refusal ?? null;
  return refused === null
    ? await back(answer, events, services)
    : await respondWithDocument({ ...answer, outcome: refused }, services);
}

async function markupDocument(answer: Answer, html: string, services: RespondServices): Promise<Reply | Response> {
  const pageRender = answer.origin ?? services.pageRenderOf(answer);
  return asReply(await services.rendering.inLayouts(pageRender, html), answer);
}

/** Shows the page with the form whose body could not be read, blank, with the error. */
async function unreadDocument(
  answer: Answer,
  { form, failure }: Extract<Outcome, { kind: "unread" }>,
  services: RespondServices,
): Promise<Reply | Response> {
  const { action, origin } = answer;
  if (action === null || origin === null) return await failureDocument(answer, failure, services);
  const page = await services.rendering.pageOfForm(origin, { action, instance: null, form }, failure.status);
  if (page === null) return await failureDocument(answer, failure, services);
  const shown = asReply(page, answer);
  // The response of the page's own guard is sent unchanged.
  return page.kind === "page" ? withFailure(shown, failure) : shown;
}

/** Keeps the events that a redirect transports: toasts and targets. The page that other events would patch is replaced. */
function keepForDocument(events: Patch[]): Gather {
  return (patch) => {
    if (isTerminal(patch.event) || patch.event === "toast" && events.length < MAX_TOASTS) events.push(patch);
    return "more";
  };
}

/** Redirects to the origin page, or to the target of the events, with the toasts. */
async function back(answer: Answer, events: readonly Patch[], services: RespondServices): Promise<Reply> {
  const { origin, arrival: { url } } = answer;
  const toasts: ToastValue[] = [];
  let location: string | null = origin?.isOrigin === true ? redirectTarget(origin.url, url) : null;
  for (const patch of events) {
    if (patch.event === "toast") toasts.push(patch.data);
    if (patch.event === "redirect") location = patch.data.url;
    if (isTerminal(patch.event)) break;
  }
  const flash = await services.flash.keep(toasts, answer.arrival, reporterFor(answer, services));
  const status = location === null ? 204 : 303;
  return reply(status, null, location === null ? {} : { location }, flash === null ? [] : [flash]);
}

/** Shows the page with the invalid form, or with its messages in the status region if it does not render the form. */
async function invalidDocument(
  answer: Answer,
  { form, issues }: Extract<Outcome, { kind: "invalid" }>,
  services: RespondServices,
): Promise<Reply | Response> {
  const { action, origin, instance } = answer;
  const { rendering, invalidStatus } = services;
  if (action === null || origin?.isOrigin !== true) {
    return await failureDocument(answer, refusedInput(issues), services);
  }
  if (form !== null) {
    const page = await rendering.pageOfForm(origin, { action, instance, form }, invalidStatus);
    if (page !== null) return asReply(page, answer);
  }
  let isShown = false;
  const takeToasts = () => {
    isShown = true;
    return issueToasts(form, issues);
  };
  const { page, isOrigin, url, params, request, deps } = origin;
  const status = form === null ? 422 : invalidStatus;
  const shown = await rendering.page({ page, isOrigin, url, params, request, deps, takeToasts }, null, status);
  return isShown || shown.kind === "response"
    ? asReply(shown, answer)
    : await failureDocument(answer, refusedInput(issues), services);
}

/** Shows the page with a form whose rows a button has changed. A page that does not render the form now is shown again. */
async function changedDocument(
  answer: Answer,
  form: AnyBound,
  services: RespondServices,
): Promise<Reply | Response> {
  const { action, origin, instance } = answer;
  const page = action === null || origin === null
    ? null
    : await services.rendering.pageOfForm(origin, { action, instance, form }, 200);
  return page === null ? await back(answer, [], services) : asReply(page, answer);
}

/** Returns the messages of an invalid form as toasts, with the labels of their fields. */
function issueToasts(form: AnyBound | null, issues: Issues): readonly ToastValue[] {
  const shown = new Map(
    form?.fields.filter(({ inputType }) => inputType !== "hidden").map((field) => [field.name, field]),
  );
  return Object.entries(issues).flatMap(([name, messages]) => {
    const label = shown.get(name)?.label ?? (form === null ? name : "");
    return messages.map((message) => ({ message: label === "" ? message : `${label}: ${message}`, level: "error" }));
  });
}

function refusedInput(issues: Issues): Failure {
  const [first] = Object.entries(issues);
  const message = first === undefined
    ? catalogueText("checkFields")
    : [first[0], ...first[1].slice(0, 1)].filter(Boolean).join(": ");
  return failure(422, message);
}

async function failureDocument(answer: Answer, refusal: Failure, services: RespondServices): Promise<Reply | Response> {
  const pageRender = answer.origin ?? services.pageRenderOf(answer);
  const page = await services.rendering.failure(
    pageRender,
    refusal.status,
    services.userTexts.ofFailure(refusal, answer.arrival),
  );
  return withFailure(asReply(page, answer), refusal);
}

/** Returns a response with the status and the headers of a failure, such as `Retry-After`. */
function withFailure(shown: Reply | Response, { status, headers: own }: Failure): Reply | Response {
  const more = lowerCased(own);
  if (!(shown instanceof Response)) return { ...shown, status, headers: { ...shown.headers, ...more } };
  const headers = new Headers(shown.headers);
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return new Response(shown.body, { status, headers });
}

function asReply(page: PageAnswer, { arrival: { request } }: Answer): Reply | Response {
  return page.kind === "page" ? replyWithPage(page, request.method) : page.response;
}
