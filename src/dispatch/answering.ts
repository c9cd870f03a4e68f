// From an outcome to a response, and the end of its request.
import { notify } from "../callback.ts";
import { addCookies } from "../http/sink.ts";
import type { ActionRun } from "./action_run.ts";
import type { Answering, Finding, Injecting, Observing, Reading } from "./app.ts";
import type { Arrival } from "./arrival.ts";
import type { Call, CallPage } from "./call.ts";
import { isReportable, toFailure } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
import { type RegionsApp, withRegions } from "./regions.ts";
import { depsOf } from "./request_deps.ts";
import type { Admitted } from "./steps/admit.ts";
import type { Input } from "./steps/read_input.ts";

/** The results of the steps of a call; `null` if it ended before. */
export interface Reached {
  page: CallPage | null;
  admitted: Admitted | null;
  input: Input | null;
  run: ActionRun | null;
}

/** The answer to a request that runs no action. */
const UNKNOWN = { action: null, origin: null, instance: null, headers: {} } as const;

/** Responds with the outcome of a call. */
export async function respondToCall(
  call: Call,
  { page, admitted, input, run }: Reached,
  outcome: Outcome,
  app: Answering & Observing & RegionsApp,
): Promise<Response> {
  const { arrival, action, limits } = call;
  noteOutcome(arrival, outcome);
  const response = await app.respond({
    outcome: page === null ? outcome : await withRegions(outcome, call, page.pageRender, admitted, app),
    arrival,
    action,
    origin: page?.pageRender ?? null,
    instance: input?.instance ?? null,
    headers: admitted?.headers ?? {},
    limits,
  });
  const isOver = await run?.answered(response.status, outcome.kind === "stream", app) ?? true;
  return isOver ? arrival.lifetime.endWith(response, outcome.kind === "response") : response;
}

/** Responds to a request that runs no action. */
export async function refuse(arrival: Arrival, outcome: Outcome, app: Answering & Reading): Promise<Response> {
  noteOutcome(arrival, outcome);
  return await arrival.lifetime.endWith(await app.respond({ ...UNKNOWN, outcome, arrival, limits: app.limits }), false);
}

/** Serves whatever is at the address of a request: a page, a static file, the runtime. */
export async function serveAddress(
  arrival: Arrival,
  app: Answering & Finding & Injecting & Observing & Reading,
): Promise<Response> {
  const { request, url, client, trace, lifetime } = arrival;
  trace?.step("page");
  const match = app.router.match(url.pathname);
  const page = match === null ? null : { ...match, url };
  const served = await app.serve(request, url, match, depsOf(arrival, page, client.gone, app));
  if (served.drawn !== null) lifetime.endAfter(served.drawn);
  const response = await withCookies(arrival, served.response, app);
  return served.drawn === null ? lifetime.endWith(response, served.isStream) : response;
}

/** Finishes what the request has to do before its head, and adds its cookies; or returns the failure of that. */
async function withCookies(
  arrival: Arrival,
  response: Response,
  app: Answering & Observing & Reading,
): Promise<Response> {
  const { request, cookies } = arrival;
  try {
    if (cookies.isUnsettled) await cookies.settle();
  } catch (error) {
    if (isReportable(error)) app.report(error, request, null);
    await notify(() => response.body?.cancel(), (failure) => app.report(failure, request, null));
    return await app.respond({ ...UNKNOWN, outcome: toFailure(error), arrival, limits: app.limits });
  }
  return addCookies(response, cookies.takeCookies(), cookies.isPrivate);
}

function noteOutcome({ trace }: Arrival, outcome: Outcome): void {
  trace?.settled(outcome);
  trace?.step("answer");
}
