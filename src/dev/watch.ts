/**
 * Requests, watched from their arrival to their end, where somebody wants to see them: development, or whoever collects
 * spans. Where nobody does there is no watch, and a request pays for none.
 *
 * @module
 */
import { Trace } from "../dispatch/trace.ts";
import { STREAM_HEADER } from "../protocol/names.ts";
import type { SignalFamily } from "../signals.ts";
import type { Development } from "./development.ts";
import { createSpans, findTelemetry } from "./spans.ts";

/** Answers a request and notes what happens to it. */
export type Watch = (
  request: Request,
  answer: (trace: Trace) => Promise<Response>,
) => Promise<Response>;

/** Who watches, and what tells of the end of a stream. */
export interface WatchOptions {
  /** What development adds; `null` in production. */
  readonly development: Development | null;
  /** The signals of the handler. */
  readonly signals: SignalFamily;
}

/** Makes the watch; `null` where nobody looks. */
export function createWatch({ development, signals }: WatchOptions): Watch | null {
  const telemetry = findTelemetry();
  const spans = telemetry === null ? null : createSpans(telemetry);
  if (development === null && spans === null) return null;

  const traces = new WeakMap<Request, Trace>();
  signals.streamClosed.connect((closed) => {
    traces.get(closed.request)?.end();
    development?.streamClosed(closed);
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
    return await (development === null ? within() : development.answer(request, trace, within));
  };
}
