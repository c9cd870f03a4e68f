/**
 * Spans of OpenTelemetry: one for each request, and below it one for each step it went through.
 *
 * Whoever collects traces has put a provider where `@opentelemetry/api` looks for one: Deno does with `OTEL_DENO=true`, an
 * SDK does when it is started. It is taken from there, so that nobody else pays for a package.
 *
 * @module
 */
import { logError, notify } from "../callback.ts";
import type { Trace } from "../dispatch/trace.ts";

/** What is used of a span (OpenTelemetry API, `Span`). */
interface Span {
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { readonly code: number }): unknown;
  updateName(name: string): unknown;
  end(time?: number): void;
}

/** What is used of a tracer (OpenTelemetry API, `Tracer`). */
interface Tracer {
  startSpan(name: string, options: { readonly startTime: number }, context: unknown): Span;
  startActiveSpan<T>(name: string, run: (span: Span) => T): T;
}

/** Where spans go. */
export interface Telemetry {
  readonly tracer: Tracer;
  /** The context that holds the span which is active now. */
  readonly activeContext: () => unknown;
}

/** Runs an answer within a span, with its steps below it when it is over. */
export type Spans = (trace: Trace, answer: () => Promise<Response>) => Promise<Response>;

/** `SpanStatusCode.ERROR`. */
const ERROR = 2;

/** Finds who collects traces; `null` where nobody does. */
export function findTelemetry(): Telemetry | null {
  // The one global of `@opentelemetry/api`, by which its copies and versions find each other.
  const api = member(globalThis, Symbol.for("opentelemetry.js.api.1"));
  const provider = member(api, "trace");
  const context = member(api, "context");
  if (!has(provider, "getTracer") || !has(context, "active")) return null;
  const tracer: unknown = provider.getTracer("@hyper/actions");
  return isTracer(tracer) ? { tracer, activeContext: () => context.active() } : null;
}

/** Makes what writes spans. */
export function createSpans({ tracer, activeContext }: Telemetry): Spans {
  return (trace, answer) => {
    // Whatever the tracer does with the function it is handed: a request is answered, and once.
    let begun: Promise<Response> | null = null;
    const run = (span: Span): Promise<Response> => {
      notify(async () => {
        const context = activeContext();
        await trace.over;
        write(trace, span, tracer, context);
      }, logTelemetry);
      return begun ??= answer();
    };
    notify(() => {
      tracer.startActiveSpan("request", (span) => {
        // Not the answer itself: what the tracer makes of its failure would be reported as one of the tracer.
        return run(span).then(() => {}, () => {});
      });
    }, logTelemetry);
    return begun ?? answer();
  };
}

function logTelemetry(error: unknown): void {
  logError(error, "the provider of OpenTelemetry");
}

function write(trace: Trace, span: Span, tracer: Tracer, context: unknown): void {
  const { action, outcome, status, steps, endedAt } = trace;
  const end = endedAt ?? performance.now();
  const name = action?.name ?? null;
  if (name !== null) span.updateName(`action ${name}`);
  describe(span, name, outcome);
  span.setAttribute("http.response.status_code", status);
  if (trace.events > 0) span.setAttribute("hyper.events", trace.events);
  if (outcome === "failed") span.setStatus({ code: ERROR });
  // Made when everything is known: each step names the action, also those from before it was found.
  for (const [index, { step, at }] of steps.entries()) {
    const part = tracer.startSpan(step, { startTime: clockTime(at) }, context);
    describe(part, name, outcome);
    part.end(clockTime(steps[index + 1]?.at ?? end));
  }
  span.end(clockTime(end));
}

function describe(span: Span, name: string | null, outcome: string): void {
  if (name !== null) span.setAttribute("hyper.action", name);
  span.setAttribute("hyper.outcome", outcome);
}

/** Milliseconds since 1970, which is what a span takes for its time. */
function clockTime(at: number): number {
  return performance.timeOrigin + at;
}

function member(value: unknown, name: string | symbol): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function has<Name extends string>(
  value: unknown,
  name: Name,
): value is Readonly<Record<Name, (...args: readonly unknown[]) => unknown>> {
  // A provider may be a class with static methods, as Deno's is.
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    typeof Reflect.get(value, name) === "function";
}

// What more there is to a tracer is the contract of the API that was found under its own global.
function isTracer(value: unknown): value is Tracer {
  return has(value, "startSpan") && has(value, "startActiveSpan");
}
