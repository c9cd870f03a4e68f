/**
 * The response to the browser runtime: an event stream.
 *
 * @module
 */
import { notify, type Report } from "../callback.ts";
import type { AnyBound } from "../forms/any_form.ts";
import type { Answer } from "../dispatch/answer.ts";
import type { RunningStream } from "../dispatch/running_stream.ts";
import type { EndReason, OpenedStream } from "../dispatch/subscription.ts";
import { HyperError, isA } from "../errors.ts";
import { failure, toFailure } from "../dispatch/failure.ts";
import type { Failure, InvalidInput, Outcome, Refusal } from "../dispatch/outcome.ts";
import { EVENT_STREAM, KEEP_INPUT_HEADER, STREAM_HEADER } from "../protocol/names.ts";
import type { Issues, Patch } from "../protocol/patch.ts";
import { encodeEvents, eventStream } from "./event_stream.ts";
import { lowerCased, type Reply, reply } from "./reply.ts";
import { reporterFor, type RespondServices } from "./services.ts";
import { redirectTarget } from "../http/sink.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** Milliseconds that a stream waits for its first item before its status is sent: a stream that fails at once has its own. */
const FIRST_ITEM_WAIT = 50;

/** Responds with events. */
export function respondWithEvents(answer: Answer, services: RespondServices): Promise<Reply | Response> {
  const { outcome, arrival: { intent } } = answer;
  switch (outcome.kind) {
    case "response":
      return ownResponse(outcome.response, answer, services);
    case "nothing":
      return events(200, [], answer, services);
    case "events":
      return events(200, outcome.events, answer, services);
    case "stream":
      return stream(outcome, answer, services);
    case "markup": {
      if (intent.target === null) {
        throw new TypeError(
          `Cannot patch what action "${answer.action?.name}" returned: the call has no target; call it with one, or return ` +
            `html() with one`,
        );
      }
      return events(
        200,
        [{ event: "patch_html", data: { content: outcome.html, target: intent.target } }],
        answer,
        services,
      );
    }
    case "value":
      return events(200, [{ event: "result", data: outcome.value }], answer, services);
    case "invalid":
      return invalid(outcome, answer, services);
    case "checked":
      throw new TypeError("Cannot encode checked fields as events: the answer is data");
    case "rows":
      return respondWithRows(outcome.form, answer, services);
    case "unread":
      return failureEvents(outcome.failure, answer, services);
    case "failure":
      return failureEvents(outcome, answer, services);
  }
}

async function events(
  status: number,
  patches: readonly Patch[],
  answer: Answer,
  services: RespondServices,
  headers: Reply["headers"] = {},
  cookies: readonly string[] = [],
): Promise<Reply> {
  const sent = { ...headers, "content-type": EVENT_STREAM };
  // A redirect would hide the toasts before it: the next page shows them.
  const isLeaving = patches.some((patch) => patch.event === "redirect");
  const toasts = isLeaving ? patches.flatMap((patch) => patch.event === "toast" ? [patch.data] : []) : [];
  const flash = await services.flash.keep(toasts, answer.arrival, reporterFor(answer, services));
  return reply(status, encodeEvents(patches), sent, flash === null ? cookies : [...cookies, flash]);
}

/** Returns a redirect of the application as an event: `fetch` would follow it unnoticed. */
async function redirected(response: Response, answer: Answer, services: RespondServices): Promise<Reply | null> {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status > 399 || location === null) return null;
  // The body is not sent. A recorded response is kept for retries once its body has ended.
  await notify(() => response.body?.cancel(), reporterFor(answer, services));
  const url = redirectTarget(location, answer.arrival.url, { external: true });
  const external = url.startsWith("/") ? {} : { external: true };
  const patch: Patch = { event: "redirect", data: { url, ...external } };
  // It may be that of a guard, which has not accepted the form.
  return await events(
    200,
    [patch],
    answer,
    services,
    { [KEEP_INPUT_HEADER.toLowerCase()]: "1" },
    response.headers.getSetCookie(),
  );
}

async function stream(
  { stream: running, rejection }: Extract<Outcome, { kind: "stream" }>,
  answer: Answer,
  services: RespondServices,
): Promise<Reply | Response> {
  const { arrival: { request, subscription }, limits } = answer;
  const opened = new OpenedEvents(running, request, answer.action?.name ?? "", services);
  if (rejection !== null) {
    rejection.show = async (refusal) => {
      opened.last = await refusalEvents(refusal, answer, services);
    };
  }
  const first = running.events.next();
  const early = await settledWithin(first, FIRST_ITEM_WAIT);
  if (early.kind === "failed") return await failureEvents(toFailure(early.error), answer, services);
  // The generator has rejected its form before its first item: the response has a status of its own.
  const refusal = rejection?.refusal ?? null;
  if (refusal !== null && early.kind === "done" && (await first).done) {
    return await events(refusal.kind === "failure" ? refusal.status : 422, opened.last, answer, services);
  }
  opened.begin();
  if (subscription !== null) subscription.opened = { stream: opened, first };
  const { heartbeatSeconds } = services;
  const body = subscription === null
    ? eventStream(opened, first, { heartbeatSeconds, maxSeconds: limits.streamSeconds })
    : null;
  return reply(200, body, {
    "content-type": EVENT_STREAM,
    [STREAM_HEADER.toLowerCase()]: "1",
    // A proxy such as nginx buffers a response otherwise.
    "x-accel-buffering": "no",
  });
}

/** A stream of events. A class, not closures: a stream that waits for weeks must not hold everything about its request. */
class OpenedEvents implements OpenedStream {
  readonly stream: RunningStream;
  /** The last events of a stream that has rejected its form. */
  last: readonly Patch[] = NO_EVENTS;
  readonly #request: Request;
  readonly #actionName: string;
  readonly #services: RespondServices;
  #openedAt = 0;

  constructor(stream: RunningStream, request: Request, actionName: string, services: RespondServices) {
    this.stream = stream;
    this.#request = request;
    this.#actionName = actionName;
    this.#services = services;
  }

  begin(): void {
    this.#openedAt = performance.now();
    this.#services.signals.streamOpened.send({ actionName: this.#actionName, request: this.#request }, this.#report);
  }

  errorEvent(error: unknown): Patch | null {
    if (isPassing(error, this.#request)) return null;
    return errorPatch(toFailure(error), this.#request, this.#services);
  }

  lastEvents(): readonly Patch[] {
    return this.last;
  }

  onEnd(reason: EndReason): void {
    const durationMs = performance.now() - this.#openedAt;
    const closed = { actionName: this.#actionName, reason, durationMs, request: this.#request };
    this.#services.signals.streamClosed.send(closed, this.#report);
  }

  get #report(): Report {
    return (error) => this.#services.report(error, this.#request, this.#actionName);
  }
}

const NO_EVENTS: readonly Patch[] = [];

/** Returns whether a retry of the client may succeed: an error event would stop it. */
function isPassing(error: unknown, { method }: Request): boolean {
  // The client does not retry a mutation by itself.
  return method === "GET" && isA(error, HyperError) && error.status === 503 && "retry-after" in error.headers;
}

type Settled = { readonly kind: "pending" | "done" } | { readonly kind: "failed"; readonly error: unknown };

async function settledWithin(promise: Promise<unknown>, milliseconds: number): Promise<Settled> {
  const { promise: timeout, resolve } = Promise.withResolvers<Settled>();
  const timer = setTimeout(() => resolve({ kind: "pending" }), milliseconds);
  const settled = promise.then<Settled, Settled>(() => ({ kind: "done" }), (error) => ({ kind: "failed", error }));
  const result = await Promise.race([settled, timeout]);
  clearTimeout(timer);
  return result;
}

async function invalid(input: InvalidInput, answer: Answer, services: RespondServices): Promise<Reply | Response> {
  return await asEvents(422, await invalidEvents(input, answer, services), answer, services);
}

/** Shows a form whose rows a button has changed. */
async function respondWithRows(form: AnyBound, answer: Answer, services: RespondServices): Promise<Reply | Response> {
  return await asEvents(200, await formEvents(form, {}, answer, services), answer, services);
}

async function asEvents(
  status: number,
  shown: readonly Patch[] | Response,
  answer: Answer,
  services: RespondServices,
): Promise<Reply | Response> {
  if (!(shown instanceof Response)) return await events(status, shown, answer, services);
  return await ownResponse(shown, answer, services);
}

/** Returns a response of the application; a redirect as an event. */
async function ownResponse(response: Response, answer: Answer, services: RespondServices): Promise<Reply | Response> {
  return await redirected(response, answer, services) ?? response;
}

/** Returns the events of an invalid form: the form with its errors, and the issues. A guard of its page responds itself. */
async function invalidEvents(
  { form, issues }: InvalidInput,
  answer: Answer,
  services: RespondServices,
): Promise<readonly Patch[] | Response> {
  const error = errorPatch(failure(422, catalogueText("checkFields")), answer.arrival.request, services, issues);
  const shown = form === null ? [] : await formEvents(form, { focus: "first-invalid" }, answer, services);
  return shown instanceof Response ? shown : [...shown, error];
}

/** Returns the patch of a form of the page; none for a page that does not show the form now. */
async function formEvents(
  form: AnyBound,
  options: { readonly focus?: "first-invalid" },
  { action, origin, instance }: Answer,
  { rendering }: RespondServices,
): Promise<readonly Patch[] | Response> {
  if (action === null || origin === null) return [];
  const rendered = await rendering.failedForm(origin, { action, instance, form });
  if (rendered.kind === "response") return rendered.response;
  const { html: content, selector: target } = rendered;
  return target === undefined ? [] : [{ event: "patch_html", data: { target, content, swap: "morph", ...options } }];
}

/** Returns the last events of a stream that has rejected its form. Never rejects: an error becomes the last event. */
async function refusalEvents(refusal: Refusal, answer: Answer, services: RespondServices): Promise<readonly Patch[]> {
  if (refusal.kind === "failure") return [errorPatch(refusal, answer.arrival.request, services)];
  try {
    const shown = await invalidEvents(refusal, answer, services);
    if (!(shown instanceof Response)) return shown;
    // The stream has begun, so that the page cannot respond any more: the issues are shown where the form is.
    await notify(() => shown.body?.cancel(), reporterFor(answer, services));
    return [errorPatch(failure(422, catalogueText("checkFields")), answer.arrival.request, services, refusal.issues)];
  } catch (error) {
    reporterFor(answer, services)(error);
    return [errorPatch(toFailure(error), answer.arrival.request, services)];
  }
}

function failureEvents(refusal: Failure, answer: Answer, services: RespondServices): Promise<Reply> {
  return events(
    refusal.status,
    [errorPatch(refusal, answer.arrival.request, services)],
    answer,
    services,
    lowerCased(refusal.headers),
  );
}

function errorPatch(refusal: Failure, request: Request, { userTexts }: RespondServices, issues?: Issues): Patch {
  const { status, reason } = refusal;
  const message = userTexts.ofFailure(refusal, { request });
  const more = { ...(reason === null ? {} : { reason }), ...(issues === undefined ? {} : { issues }) };
  return { event: "error", data: { status, message, ...more } };
}
