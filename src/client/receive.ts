/**
 * From an answer to an outcome: reads its events in their order, lets each take effect before the next, and decides
 * what the call has come to.
 *
 * @module
 */
import { EVENT_STREAM, STREAM_HEADER, SWITCH_DEPTH_LIMIT } from "../protocol/names.ts";
import { type Issues, isTerminal } from "../protocol/patch.ts";
import type { Answer } from "./answer.ts";
import { stale, text, verbs, type Wire } from "./apply.ts";
import { type Flight, tell } from "./call.ts";
import { type ErrorOutcome, NOTHING, type ReceivedEvent, type SuccessOutcome } from "./outcome.ts";
import { lost } from "./send.ts";
import { readBlocks } from "./stream.ts";

/** Where a call is handed over to. */
export interface Destination {
  /** The name of the action that takes over. */
  readonly name: string;
  /** Its data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Its method. */
  readonly method: string;
  /** Its URL, of this origin. */
  readonly url: string;
}

/** What an answer has come to. */
export type Received =
  /** It is complete. */
  | SuccessOutcome
  | ErrorOutcome
  /** An effect of it threw; the page has been told, and `wanted` is whether it left the message to us. */
  | { readonly kind: "failed"; readonly status: number; readonly error: unknown; readonly wanted: boolean }
  /** Another action goes on with it. */
  | { readonly kind: "switch"; readonly status: number; readonly to: Destination };

/** How long a stream may be silent once it has shown that it has a heartbeat, in milliseconds. */
const SILENCE_MS = 60_000;

/** Whether an answer is an event stream. */
export function isStream(answer: Answer): boolean {
  return typeOf(answer) === EVENT_STREAM;
}

/**
 * Reads an answer to its end.
 *
 * @param answer The answer.
 * @param flight The call it belongs to.
 * @param onEvent Called as each event arrives.
 * @throws {ConnectionError} When it breaks off.
 */
export async function receive(answer: Answer, flight: Flight, onEvent: () => void): Promise<Received> {
  const { status, ok } = answer;
  if (isStream(answer) && answer.body) return await receiveStream(answer, answer.body, flight, onEvent);
  const body = await new Response(answer.body).text().catch((error) => {
    throw lost(flight, error);
  });
  const type = typeOf(answer);
  let data: unknown = body || null;
  if (/\bjson$/.test(type)) data = JSON.parse(body);
  else if (type === "text/html" && (!ok || answer.redirected)) {
    // A whole page came where an answer was expected, as the sign-in page of a session that has ended.
    if (ok) location.assign(answer.url);
    data = null;
  }
  const { title, detail, issues } = own(data);
  return ok ? { ...NOTHING, kind: "success", ok, status, data } : {
    ...fail(status, detail ?? title, issues),
    data,
  };
}

async function receiveStream(
  answer: Answer,
  body: ReadableStream<Uint8Array>,
  flight: Flight,
  onEvent: () => void,
): Promise<Received> {
  const { id, signal, attempt, started, depth } = flight;
  const { status, ok } = answer;
  const lasting = answer.headers.get(STREAM_HEADER) === "1";
  // The patches of a stream count by their arrival, so its start is no reason to remember anything.
  if (lasting) stale.close(started);
  const events: ReceivedEvent[] = [];
  let data: unknown = null;
  let error: ErrorOutcome | undefined;
  let failed: Received | undefined;
  let to: Destination | null = null;
  let done = false;
  let watch: ReturnType<typeof setTimeout> | undefined;

  try {
    for await (const block of readBlocks(body)) {
      signal.throwIfAborted();
      const { event } = block;
      flight.interval = block.retry ?? flight.interval;
      // An empty block is a heartbeat, and a stream that has one is gone when it is silent for long.
      const heartbeat = block.data === null && event === "message";
      if (watch || heartbeat) {
        clearTimeout(watch);
        watch = setTimeout(() => attempt.abort(), SILENCE_MS);
      }
      if (heartbeat) continue;
      onEvent();
      // Only a checkpoint moves the cursor, and only one of this call (whose id is hexadecimal).
      if (event === "checkpoint" && block.id?.match(`^${id}:checkpoint:\\w[\\w.-]*$`)) flight.checkpoint = block.id;
      try {
        const value: unknown = JSON.parse(block.data || "null");
        const wire = own(value);
        tell("streamEvent", flight, { event, data: value });
        if (!/^(checkpoint|end)$/.test(event)) events.push({ event, data: value });
        if (event === "result") data = value;
        else if (event === "error") error = fail(+`${wire.status ?? status}`, wire.message, wire.issues);
        else if (event === "redirect") {
          if (!redirect(wire)) error = fail(status, `Cannot go to "${wire.url}"`);
        } else if (event === "switch_action") {
          to = destination(wire, depth);
          if (!to) error = fail(status, `Cannot switch to action "${wire.name}"`);
        } else if (Object.hasOwn(verbs, event)) {
          await verbs[event]?.(wire, flight, lasting ? stale.next() : started);
        }
      } catch (cause) {
        signal.throwIfAborted();
        const wanted = tell("requestException", flight, { error: cause });
        failed ??= { kind: "failed", status, error: cause, wanted };
      }
      // What follows belongs to no answer.
      done = isTerminal(event);
      if (done) break;
    }
  } catch (cause) {
    // A stream that is no event stream stays so however often it is asked for.
    throw signal.aborted || cause instanceof RangeError ? cause : lost(flight, cause);
  } finally {
    clearTimeout(watch);
  }
  // An error is the last word of the server, even where the end is missing.
  if (!done && !error) throw lost(flight);
  if (failed) return failed;
  if (error) return { ...error, events };
  if (to) return { kind: "switch", status, to };
  return ok ? { ...NOTHING, kind: "success", ok, status, data, events } : { ...fail(status), events };
}

/** Goes where the server says, if that is a place on this site, or an external one that the server means. */
function redirect({ url, external }: Wire): boolean {
  const to = parseUrl(url, external === true);
  if (!to) return false;
  location.assign(to);
  // A fragment of this very page is a jump to the browser, and what was changed would not be seen.
  const [page, fragment] = to.href.split("#");
  if (fragment && page === location.href.split("#")[0]) location.reload();
  return true;
}

function destination({ name, data, method, url }: Wire, depth: number): Destination | null {
  const to = parseUrl(url ?? location.href, false);
  const known = text(name) && (method === "GET" || method === "POST") && method;
  return depth < SWITCH_DEPTH_LIMIT && to && known
    ? { name: `${name}`, data: own(data), method: known, url: to.href }
    : null;
}

/** An http(s) URL, of this origin unless it may be another; nothing for any other scheme and for what is no URL. */
function parseUrl(url: unknown, external: boolean): URL | null {
  const parsed = typeof url === "string" ? URL.parse(url, location.href) : null;
  return parsed && /^https?:$/.test(parsed.protocol) && (external || parsed.origin === location.origin) ? parsed : null;
}

function fail(status: number, message?: unknown, issues?: unknown): ErrorOutcome {
  return { ...NOTHING, kind: "error", status, message: text(message) ?? "", issues: toIssues(issues) };
}

/** What the wire says was wrong: lists of strings by name, and nothing else. */
function toIssues(value: unknown): Issues {
  const lists = Object.entries(own(value)).map(([name, list]) => [name, [list].flat().map(String)]);
  return Object.fromEntries(lists);
}

/** An object's own properties, and no others: what a page has put on `Object.prototype` is not from the wire. */
function own(value: unknown): Wire {
  const empty: Wire = Object.create(null);
  return value && typeof value === "object" ? Object.assign(empty, value) : empty;
}

const typeOf = ({ headers }: Answer): string => headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
