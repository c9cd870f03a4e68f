/**
 * From an answer to an outcome: reads its events in their order, lets each take effect before the next, and decides
 * what the call has come to.
 *
 * @module
 */
import { EVENT_STREAM, LIVE_ID_PATTERN, STREAM_HEADER, SWITCH_DEPTH_LIMIT, TAB_ID_CHARS } from "../protocol/names.ts";
import { isTerminal } from "../protocol/patch.ts";
import type { Answer } from "./answer.ts";
import { stale, text, verbs } from "./apply.ts";
import { type Flight, tell } from "./call.ts";
import { type ErrorOutcome, NOTHING, type ReceivedEvent, type SuccessOutcome } from "./outcome.ts";
import { tryLater } from "./load_later.ts";
import { endLoading } from "./loading.ts";
import { lost } from "./send.ts";
import { pageOf } from "./location.ts";
import { readBlocks, readText, type StreamBlock } from "./stream.ts";
import type { Wire } from "./wire.ts";

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
  /** Another action goes on with it. */
  | { readonly kind: "switch"; readonly status: number; readonly to: Destination }
  /** An event could not take effect. The page was told; `wanted` is whether it leaves the message to us. */
  | { readonly kind: "exception"; readonly status: number; readonly error: unknown; readonly wanted: boolean };

/** How long an answer that has begun may be silent, in milliseconds. The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 60_000;

/** The places of the latest calls of this page, by the part of their ids that comes back with what they have caused. */
const sent = new Map<string, number>();
/** How many of them are kept. */
const MAX_SENT = 100;
/** The place of the last patch that somebody else has caused; as long as the page lives. */
let foreign = 0;

/** Notes that a call was sent. */
export function remember(id: string, place: number): void {
  for (const oldest of sent.keys()) if (sent.size >= MAX_SENT) sent.delete(oldest);
  sent.set(id.slice(0, TAB_ID_CHARS), place);
}

/** Whether an answer is an event stream. */
export function isStream(answer: Answer): boolean {
  return typeOf(answer).startsWith(EVENT_STREAM);
}

/**
 * Reads an answer to its end. Its events take effect in their order; one that cannot is told to the page, does not keep
 * the next from it, and is what the answer has come to.
 *
 * @param answer The answer.
 * @param flight The call it belongs to.
 * @param onEvent Called as each event arrives.
 * @throws {ConnectionError} When it breaks off.
 */
export async function receive(answer: Answer, flight: Flight, onEvent: () => void): Promise<Received> {
  const { id, signal, attempt, started, depth } = flight;
  const { status, ok } = answer;
  flight.ok = ok;
  const events: ReceivedEvent[] = [];
  let data: unknown = null;
  let failure = ok ? undefined : fail(status);
  let exception: Extract<Received, { readonly kind: "exception" }> | undefined;
  let to: Destination | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;

  async function take({ event, data: json, id: mark, echo }: StreamBlock): Promise<void> {
    // Only a checkpoint of this call (whose id is digits and dashes) and a place in a topic move the cursor.
    const live = mark?.match(LIVE_ID_PATTERN);
    if (mark && (live || event === "checkpoint" && mark.match(`^${id}:checkpoint:\\w[\\w.-]*$`))) {
      flight.checkpoint = mark;
    }
    // Nobody waits for the end of a topic: what is disabled or busy meanwhile would be so for as long as the page is open.
    if (live) endLoading(id);
    // What this page has caused was told to it in the answer to its call. Where somebody else's change has come since,
    // the order of the topic has that one first: only then it counts once more.
    const mine = sent.get(`${echo}`);
    if (mine && (mine > foreign || !/^patch/.test(event))) return;
    const value: unknown = JSON.parse(json || "null");
    const wire = own(value);
    const work: PromiseLike<unknown>[] = [];
    tell("streamEvent", flight, { event, data: value, waitUntil: (promise) => void work.push(promise) });
    await Promise.all(work);
    // A topic goes on for as long as the page is open: what it brought is not kept.
    if (!live && !/^(checkpoint|end)$/.test(event)) events.push({ event, data: value });
    if (event === "result") data = value;
    else if (event === "error") failure = fail(+`${wire.status ?? status}`, wire.message, wire.issues);
    else if (event === "redirect") {
      if (!redirect(wire)) failure = fail(status, `Cannot go to "${wire.url}"`);
    } else if (event === "switch_action") {
      to = destination(wire, depth);
      if (!to) failure = fail(status, `Cannot switch to action "${wire.name}"`);
    } else {
      const place = lasting ? stale.nextPlace() : started;
      if (lasting && !mine) foreign = place;
      await verbs.get(event)?.(wire, flight, place, !!mine);
    }
  }

  // A connection may be gone without a word, as where a tunnel begins: then nothing but the silence tells.
  const listen = () => {
    clearTimeout(watch);
    watch = setTimeout(() => attempt.abort(), SILENCE_MS);
  };
  const lasting = answer.headers.get(STREAM_HEADER) === "1";
  // The patches of a stream count by their arrival, so its start is no reason to remember anything.
  if (lasting) stale.callEnds(started);
  listen();
  try {
    if (!isStream(answer)) {
      const text = (await Array.fromAsync(readText(answer.body, listen))).join("");
      const type = typeOf(answer);
      const isPage = type.startsWith("text/html");
      if (/^[^;]*json/.test(type)) data = JSON.parse(text);
      // A whole page came where an answer was expected, as the sign-in page of a session that has ended.
      else if (isPage && ok && answer.redirected) location.assign(answer.url);
      else if (!isPage || ok) data = text || null;
      const { detail, title, issues } = own(data);
      if (failure) failure = fail(status, detail ?? title, issues);
    } else {
      let done = false;
      for await (const block of joined(answer.body, listen, flight)) {
        signal.throwIfAborted();
        // It may have come from another tab.
        listen();
        const { event } = block;
        flight.interval = +(block.retry ?? flight.interval);
        // An empty block is a heartbeat.
        if (block.data === undefined && event === "message") continue;
        onEvent();
        await take(block).catch((error: unknown) => {
          signal.throwIfAborted();
          const wanted = tell("requestException", flight, { error });
          exception ??= { kind: "exception", status, error, wanted };
        });
        // What follows belongs to no answer.
        done = isTerminal(event);
        if (done) break;
      }
      // An error is the last word of the server, even where the end is missing.
      if (!done && !failure) throw new Error("The stream has no end");
    }
  } catch (cause) {
    // A stream that is no event stream stays so however often it is asked for.
    throw signal.aborted || cause instanceof RangeError || cause instanceof SyntaxError ? cause : lost(flight, cause);
  } finally {
    clearTimeout(watch);
  }
  if (exception) return exception;
  if (failure) return { ...failure, data, events };
  return to ? { kind: "switch", status, to } : { ...NOTHING, kind: "success", ok: true, status, data, events };
}

/** The blocks of a body; of a topic that other tabs watch too, those of the one tab that reads for all of them. */
async function* joined(
  body: Answer["body"],
  onRead: () => void,
  flight: Flight,
): AsyncGenerator<StreamBlock, void> {
  const own = new AbortController();
  const blocks = readBlocks(body, onRead, own.signal);
  for await (const block of blocks) {
    yield block;
    // Without a lock, as on a page without TLS, each tab reads for itself.
    if (!block.share || !navigator.locks) continue;
    // Nor does one share without the file for it: that it could not be had is remembered until the next page.
    const later = await tryLater();
    if (later) return yield* later.shareStream(block, blocks, own, flight);
  }
}

/** Goes where the server says, if that is a place on this site, or an external one that the server means. */
function redirect({ url, external }: Wire): boolean {
  const to = parseUrl(url, external === true);
  if (!to) return false;
  location.assign(to);
  // A fragment of this very page is a jump to the browser, and what was changed would not be seen.
  if (to.hash && pageOf(to.href) === pageOf(location.href)) location.reload();
  return true;
}

function destination({ name, data, method, url }: Wire, depth: number): Destination | undefined {
  const to = parseUrl(url ?? location.href, false);
  const known = depth < SWITCH_DEPTH_LIMIT && text(name) && /^(GET|POST)$/.test(`${method}`);
  return to && known ? { name: `${name}`, data: own(data), method: `${method}`, url: to.href } : undefined;
}

/** An http(s) URL, of this origin unless it may be another; nothing for any other scheme and for what is no URL. */
function parseUrl(url: unknown, external: boolean): URL | null {
  const parsed = typeof url === "string" ? URL.parse(url, location.href) : null;
  return parsed && /^http/.test(parsed.protocol) && (external || parsed.origin === location.origin) ? parsed : null;
}

function fail(status: number, message?: unknown, issues?: unknown): ErrorOutcome {
  // Lists of strings by name, and nothing else.
  const lists = Object.entries(own(issues)).map(([name, list]) => [name, [list].flat().map(String)]);
  return { ...NOTHING, kind: "error", status, message: text(message) ?? "", issues: Object.fromEntries(lists) };
}

/** An object's own properties, and no others: what a page has put on `Object.prototype` is not from the wire. */
function own(value: unknown): Wire {
  return Object.assign(Object.create(null), value);
}

const typeOf = ({ headers }: Answer): string => `${headers.get("content-type")}`.toLowerCase();
