// Spans of OpenTelemetry: one for each request, and a child span for each of its steps.
//
// The provider is the one that `@opentelemetry/api` uses: Deno registers it with `OTEL_DENO=true`, an SDK when it starts.
// It is read from the global of that API, so that an application without traces needs no package.
import { logError, notify } from "../callback.ts";
import type { Trace } from "../dispatch/trace.ts";

/** The used part of a span (OpenTelemetry API, `Span`). */
interface Span {
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { readonly code: number }): unknown;
  updateName(name: string): unknown;
  end(time?: number): void;
}

/** The used part of a tracer (OpenTelemetry API, `Tracer`). */
interface Tracer {
  startSpan(name: string, options: { readonly startTime: number }, context: unknown): Span;
  startActiveSpan<T>(name: string, run: (span: Span) => T): T;
}

/** The destination of spans. */
export interface Telemetry {
  readonly tracer: Tracer;
  /** Returns the context with the active span. */
  readonly activeContext: () => unknown;
}

/** Runs a request within a span; the spans of its steps are added when it has ended. */
export type Spans = (trace: Trace, answer: () => Promise<Response>) => Promise<Response>;

/** `SpanStatusCode.ERROR`. */
const ERROR = 2;

/** Finds the provider of traces; returns `null` if there is none. */
export function findTelemetry(): Telemetry | null {
  // The one global of `@opentelemetry/api`, by which its copies and versions find each other.
  const api = member(globalThis, Symbol.for("opentelemetry.js.api.1"));
  const provider = member(api, "trace");
  const context = member(api, "context");
  if (!hasMethod(provider, "getTracer") || !hasMethod(context, "active")) return null;
  const tracer: unknown = provider.getTracer("@hyper/actions");
  return isTracer(tracer) ? { tracer, activeContext: () => context.active() } : null;
}

/** Creates the function that writes spans. */
export function createSpans({ tracer, activeContext }: Telemetry): Spans {
  return (trace, answer) => {
    // The request runs exactly once, even if the tracer calls the function never or twice.
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
        // Not the response itself: its rejection would be reported as an error of the tracer.
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
  setOutcome(span, name, outcome);
  span.setAttribute("http.response.status_code", status);
  if (trace.events > 0) span.setAttribute("hyper.events", trace.events);
  if (outcome === "failed") span.setStatus({ code: ERROR });
  // Created at the end: each step has the name of the action, including the steps before it was found.
  for (const [index, { step, at }] of steps.entries()) {
    const part = tracer.startSpan(step, { startTime: clockTime(at) }, context);
    setOutcome(part, name, outcome);
    part.end(clockTime(steps[index + 1]?.at ?? end));
  }
  span.end(clockTime(end));
}

function setOutcome(span: Span, name: string | null, outcome: string): void {
  if (name !== null) span.setAttribute("hyper.action", name);
  span.setAttribute("hyper.outcome", outcome);
}

/** Converts a time of `performance.now()` to that of a span: milliseconds since 1970. */
function clockTime(at: number): number {
  return performance.timeOrigin + at;
}

function member(value: unknown, name: string | symbol): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is Readonly<Record<Name, (...args: readonly unknown[]) => unknown>> {
  // A provider may be a class with static methods, as Deno's is.
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    typeof Reflect.get(value, name) === "function";
}

// The rest of a tracer is the contract of the API, which was found under its own global.
function isTracer(value: unknown): value is Tracer {
  return hasMethod(value, "startSpan") && hasMethod(value, "startActiveSpan");
}
