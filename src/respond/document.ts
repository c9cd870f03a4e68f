/**
 * The answer to a form posted without scripts: a redirect back, or the page again.
 *
 * @module
 */
import type { Answer } from "../dispatch/answer.ts";
import type { Failure } from "../dispatch/outcome.ts";
import type { PageAnswer } from "../pages/page_render.ts";
import { isTerminal, type Patch } from "../protocol/patch.ts";
import { collect, type Gather } from "./collect.ts";
import { flashCookie, MAX_TOASTS, type ToastValue } from "./flash.ts";
import { lowerCased, type Reply, reply, replyWithPage } from "./reply.ts";
import type { RespondServices } from "./services.ts";
import { redirectTarget } from "../http/sink.ts";
import { catalogueText } from "../texts/catalogue.ts";
import { failure } from "../dispatch/failure.ts";

/** Answers with a document, a redirect to one, or nothing. */
export async function respondWithDocument(answer: Answer, services: RespondServices): Promise<Reply | Response> {
  const { outcome, action, origin, limits } = answer;
  const { rendering, invalidStatus } = services;
  switch (outcome.kind) {
    case "response":
      return outcome.response;
    case "nothing":
    case "value":
      // The seed's rule: an action without a form that has nothing to say changes nothing on the screen.
      return action?.form == null ? reply(204, null, {}) : back(answer, []);
    case "events":
      return back(answer, outcome.events);
    case "stream": {
      const events: Patch[] = [];
      const collected = await collect(outcome.stream, limits.documentSeconds, keepForDocument(events));
      return collected.kind === "failure" ? await failed(answer, collected, services) : back(answer, events);
    }
    case "markup":
      return asReply(await rendering.inLayouts(origin ?? services.pageRenderOf(answer), outcome.html), answer);
    case "invalid": {
      if (outcome.form === null || origin === null || action === null) {
        return await failed(answer, refusedInput(outcome.issues), services);
      }
      const form = { action, instance: answer.instance, form: outcome.form };
      return asReply(await rendering.page(origin, form, invalidStatus), answer);
    }
    case "unread": {
      const { form, failure } = outcome;
      if (action === null || origin === null) return await failed(answer, failure, services);
      const page = await rendering.pageOfForm(origin, { action, instance: null, form }, failure.status);
      if (page === null) return await failed(answer, failure, services);
      const said = asReply(page, answer);
      // What the page's own guard answers with stays as it is.
      return page.kind === "page" ? withHeaders(said, failure) : said;
    }
    case "failure":
      return await failed(answer, outcome, services);
  }
}

/** Keeps what a redirect carries on, and where it leads: the rest of a stream has no page to be put into. */
function keepForDocument(events: Patch[]): Gather {
  return (patch) => {
    if (isTerminal(patch.event) || patch.event === "toast" && events.length < MAX_TOASTS) events.push(patch);
    return "more";
  };
}

/** Back to the page, or where the events lead; toasts go along. */
function back({ origin, url }: Answer, events: readonly Patch[]): Reply {
  const toasts: ToastValue[] = [];
  let location: string | null = origin?.isOrigin === true ? redirectTarget(origin.url, url) : null;
  for (const patch of events) {
    if (patch.event === "toast") toasts.push(patch.data);
    if (patch.event === "redirect") location = patch.data.url;
    if (isTerminal(patch.event)) break;
  }
  const flash = flashCookie(toasts, url.protocol === "https:");
  const status = location === null ? 204 : 303;
  return reply(status, null, location === null ? {} : { location }, flash === null ? [] : [flash]);
}

function refusedInput(issues: Readonly<Record<string, readonly string[]>>): Failure {
  const [first] = Object.entries(issues);
  const message = first === undefined
    ? catalogueText("checkFields")
    : [first[0], ...first[1].slice(0, 1)].filter(Boolean).join(": ");
  return failure(422, message);
}

async function failed(answer: Answer, refusal: Failure, services: RespondServices): Promise<Reply | Response> {
  const pageRender = answer.origin ?? services.pageRenderOf(answer);
  const page = await services.rendering.failure(
    pageRender,
    refusal.status,
    services.userTexts.ofFailure(refusal, answer),
  );
  return withHeaders(asReply(page, answer), refusal);
}

/** Gives an answer the status and the headers of a refusal, such as `Retry-After`. */
function withHeaders(said: Reply | Response, { status, headers: own }: Failure): Reply | Response {
  const more = lowerCased(own);
  if (!(said instanceof Response)) return { ...said, status, headers: { ...said.headers, ...more } };
  const headers = new Headers(said.headers);
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return new Response(said.body, { status, headers });
}

function asReply(page: PageAnswer, { request }: Answer): Reply | Response {
  return page.kind === "page" ? replyWithPage(page, request.method) : page.response;
}
