// Observes requests from arrival to end, for development mode and for a provider of OpenTelemetry. Without either, requests are
// not observed, at no cost.
import { STREAM_HEADER } from "../protocol/names.ts";
import type { SignalFamily, StreamClosed } from "../signals.ts";
import { createSpans, findTelemetry } from "./spans.ts";
import { Trace } from "./trace.ts";

/** Runs a request, and records its steps. */
export type Watch = (
  request: Request,
  answer: (trace: Trace) => Promise<Response>,
) => Promise<Response>;

/** The part of development mode that observes requests. */
export interface RequestWatcher {
  /** Runs a request, and shows it to the developer. */
  answer(request: Request, trace: Trace, answer: () => Promise<Response>): Promise<Response>;
  /** Records why a stream has closed. */
  streamClosed(closed: StreamClosed): void;
}

/** Options for {@linkcode watchRequests}. */
export interface WatchOptions {
  /** Development mode, which is loaded asynchronously; `null` in production. */
  readonly development: Promise<RequestWatcher> | null;
  /** The signals of the handler. */
  readonly signals: SignalFamily;
}

/** Creates the observer of requests; returns `null` if nothing observes them. */
export function watchRequests({ development, signals }: WatchOptions): Watch | null {
  const telemetry = findTelemetry();
  const spans = telemetry === null ? null : createSpans(telemetry);
  if (development === null && spans === null) return null;

  const traces = new WeakMap<Request, Trace>();
  signals.streamClosed.connect((closed) => {
    traces.get(closed.request)?.end();
    return development?.then((watcher) => watcher.streamClosed(closed));
  });

  return async (request, answer) => {
    const trace = new Trace();
    traces.set(request, trace);
    const run = async (): Promise<Response> => {
      try {
        const response = await answer(trace);
        trace.answered(response.status);
        // A stream ends when it has closed.
        if (response.headers.get(STREAM_HEADER) !== "1") trace.end();
        return response;
      } catch (error) {
        trace.answered(500);
        trace.end();
        throw error;
      }
    };
    const within = spans === null ? run : () => spans(trace, run);
    return development === null ? await within() : await (await development).answer(request, trace, within);
  };
}
