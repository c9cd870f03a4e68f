/**
 * Requests watched from their arrival to their end, by development mode or by a provider of OpenTelemetry. Without either there is
 * no watch, and a request pays for none.
 *
 * @module
 */
import { STREAM_HEADER } from "../protocol/names.ts";
import type { SignalFamily, StreamClosed } from "../signals.ts";
import { createSpans, findTelemetry } from "./spans.ts";
import { Trace } from "./trace.ts";

/** Answers a request and notes what happens to it. */
export type Watch = (
  request: Request,
  answer: (trace: Trace) => Promise<Response>,
) => Promise<Response>;

/** The part of development mode that sees requests. */
export interface RequestWatcher {
  /** Answers a request, with what a developer sees of it. */
  answer(request: Request, trace: Trace, answer: () => Promise<Response>): Promise<Response>;
  /** Notes why a stream has closed. */
  streamClosed(closed: StreamClosed): void;
}

/** Options for {@linkcode watchRequests}. */
export interface WatchOptions {
  /** Development mode, on its way; `null` in production. */
  readonly development: Promise<RequestWatcher> | null;
  /** The signals of the handler. */
  readonly signals: SignalFamily;
}

/** Makes the watch; `null` where nothing watches. */
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
        // A stream is over when it has closed.
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
