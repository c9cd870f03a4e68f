/**
 * The answer to a form posted without scripts: a redirect back, or the page again.
 *
 * @module
 */
import type { Answer } from "../dispatch/dispatch.ts";
import type { Failure } from "../dispatch/outcome.ts";
import { isTerminal, type Patch } from "../protocol/patch.ts";
import { collect } from "./collect.ts";
import { flashCookie, type ToastValue } from "./flash.ts";
import type { RespondServices } from "./services.ts";
import { redirectTarget } from "./sink.ts";
import { actionHeaders } from "./vary.ts";

/** Answers with a document, a redirect to one, or nothing. */
export async function respondWithDocument(answer: Answer, services: RespondServices): Promise<Response> {
  const { outcome, action, origin, limits } = answer;
  const { rendering, invalidStatus } = services;
  switch (outcome.kind) {
    case "response":
      return outcome.response;
    case "nothing":
    case "value":
      // The seed's rule: an action without a form that has nothing to say changes nothing on the screen.
      return action?.form == null ? new Response(null, { status: 204 }) : back(answer, []);
    case "events":
      return back(answer, outcome.events);
    case "stream": {
      const whenOver = answer.request.method === "GET" ? "stop" : "finish";
      const collected = await collect(outcome, limits.documentSeconds, whenOver);
      return collected.kind === "failure" ? await failed(answer, collected, services) : back(answer, collected.events);
    }
    case "markup":
      return await rendering.inLayouts(origin ?? services.visitOf(answer), outcome.html);
    case "invalid": {
      if (outcome.form === null || origin === null || action === null) {
        return await failed(answer, refusedInput(outcome.issues), services);
      }
      const form = { action, instance: answer.instance, form: outcome.form };
      return await rendering.page(origin, form, invalidStatus);
    }
    case "unread": {
      const { form, failure } = outcome;
      if (action === null || origin === null) return await failed(answer, failure, services);
      const page = await rendering.pageOfForm(origin, { action, instance: null, form }, failure.status);
      return page ?? await failed(answer, failure, services);
    }
    case "failure":
      return await failed(answer, outcome, services);
  }
}

/** Back to the page, or where the events lead; toasts go along. */
function back({ origin, url }: Answer, events: readonly Patch[]): Response {
  const toasts: ToastValue[] = [];
  let location: string | null = origin?.page == null ? null : redirectTarget(origin.url, url);
  for (const patch of events) {
    if (patch.event === "toast") toasts.push(patch.data);
    if (patch.event === "redirect") location = patch.data.url;
    if (isTerminal(patch.event)) break;
  }
  const headers = actionHeaders(location === null ? {} : { location });
  const flash = flashCookie(toasts, url.protocol === "https:");
  if (flash !== null) headers.append("set-cookie", flash);
  return new Response(null, { status: location === null ? 204 : 303, headers });
}

function refusedInput(issues: Readonly<Record<string, readonly string[]>>): Failure {
  const [first] = Object.entries(issues);
  const message = first === undefined
    ? "This was not accepted"
    : [first[0], ...first[1].slice(0, 1)].filter(Boolean).join(": ");
  return { kind: "failure", status: 422, message, headers: {} };
}

async function failed(answer: Answer, failure: Failure, services: RespondServices): Promise<Response> {
  const visit = answer.origin ?? services.visitOf(answer);
  const page = await services.rendering.failure(visit, failure.status, failure.message);
  const headers = new Headers(page.headers);
  for (const [name, value] of Object.entries(failure.headers)) headers.set(name, value);
  return new Response(page.body, { status: failure.status, headers });
}
