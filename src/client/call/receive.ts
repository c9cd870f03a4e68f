/**
 * From an answer to an outcome: reads its events in their order, lets each take effect before the next, and decides
 * what the call has come to.
 *
 * @module
 */
import { EVENT_STREAM, LIVE_ID_PREFIX, STREAM_HEADER, SWITCH_DEPTH_LIMIT } from "../../protocol/names.ts";
import { type Issues, isTerminal } from "../../protocol/patch.ts";
import type { Answer } from "./answer.ts";
import { effects, text } from "../page/apply.ts";
import { type ActiveCall, emitCallEvent } from "./call.ts";
import { doc } from "../dom.ts";
import { type ErrorOutcome, NOTHING, type ReceivedEvent, type SuccessOutcome } from "./outcome.ts";
import { loadLater } from "../later/load_later.ts";
import { endLoading } from "../page/loading.ts";
import { reportException } from "./report.ts";
import { connectionError } from "./send.ts";
import { withoutFragment } from "../navigate/fragment.ts";
import { closeSequence, nextSequence } from "../page/stale.ts";
import { readBlocks, readText, type StreamBlock } from "./stream.ts";
import type { Destination } from "./switch.ts";
import { abortable } from "./wait.ts";
import type { Wire } from "./wire.ts";

/** What an answer has come to. */
export type Received =
  /** It is complete. */
  | SuccessOutcome
  | ErrorOutcome
  /** Another action goes on with it. */
  | { readonly kind: "switch"; readonly status: number; readonly to: Destination }
  /** An event could not take effect, which was told. */
  | { readonly kind: "exception"; readonly status: number; readonly error: unknown };

/** How long an answer that has begun may be silent, in milliseconds. The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 60_000;
/** How long an answer has to last, in milliseconds, to be no failed attempt though nothing has happened in it. */
const LASTING_MS = 30_000;

/** Returns whether an answer is an event stream. A file that was sent to be saved is none, whatever its type. */
export function isStream(answer: Answer): boolean {
  return typeOf(answer).startsWith(EVENT_STREAM) && !answer.headers.get("content-disposition");
}

/**
 * Returns whether a redirect has led to another origin than the call was sent to. What is said there is not the word of the
 * server, whose events may change the page; that it can be read at all was for that origin to decide. A document of it is
 * shown by the browser.
 */
export function isForeign(answer: Answer, { url }: ActiveCall): boolean {
  // One that a script of the page has made up has no URL.
  return new URL(answer.url || url).origin !== new URL(url).origin && !typeOf(answer).startsWith("text/html");
}

/**
 * Reads an answer to its end. Its events take effect in their order; one that cannot is told to the page, does not keep
 * the next from it, and is what the answer has come to.
 *
 * @param answer The answer.
 * @param activeCall The call it belongs to.
 * @throws {ConnectionError} When it breaks off.
 */
export async function receive(answer: Answer, activeCall: ActiveCall): Promise<Received> {
  const { id, signal, connection, sequence, depth } = activeCall;
  const { status, ok } = answer;
  activeCall.ok = ok;
  const events: ReceivedEvent[] = [];
  let data: unknown = null;
  let failure = ok ? undefined : fail(status);
  let exception: Extract<Received, { readonly kind: "exception" }> | undefined;
  let to: Destination | undefined;
  let done = false;
  let watch: ReturnType<typeof setTimeout> | undefined;

  async function take({ event, data: json, id: mark = "", again }: StreamBlock): Promise<void> {
    // Only a checkpoint of this call (whose id is digits, dashes and a point) and a place in a topic move the cursor.
    const live = mark.startsWith(LIVE_ID_PREFIX);
    if (live || event === "checkpoint" && mark.match(`^${id}:checkpoint:\\w[\\w.-]*$`)) activeCall.checkpoint = mark;
    // Nobody waits for the end of a topic: what is disabled or busy meanwhile would be so for as long as the page is open.
    if (live) endLoading(activeCall);
    const value: unknown = JSON.parse(json || "null");
    const wire = own(value);
    const work: PromiseLike<unknown>[] = [];
    emitCallEvent("streamEvent", activeCall, { event, data: value, waitUntil: (promise) => void work.push(promise) });
    await Promise.all(work);
    // A topic goes on for as long as the page is open: what it brought is not kept.
    if (!live && !/^(checkpoint|end)$/.test(event)) events.push({ event, data: value });
    if (event === "result") data = value;
    else if (event === "error") failure = fail(+`${wire.status ?? status}`, wire.message, wire.issues);
    else if (event === "redirect") {
      if (!redirect(wire)) failure = fail(status, `Cannot go to "${wire.url}"`);
    } else if (event === "switch_action") {
      if (depth < SWITCH_DEPTH_LIMIT) to = (await abortable(signal, loadLater())).destinationOf(wire, depth);
      if (!to) failure = fail(status, `Cannot switch to action "${wire.name}"`);
    } else {
      await effects.get(event)?.(wire, activeCall, lasting ? nextSequence() : sequence, again);
    }
  }

  // A connection may be gone without a word, as where a tunnel begins: then nothing but the silence tells.
  const listen = () => {
    clearTimeout(watch);
    watch = setTimeout(() => connection.abort(), SILENCE_MS);
  };
  const lasting = answer.headers.get(STREAM_HEADER) === "1";
  // The patches of a stream count by their arrival, so its start is no reason to remember anything.
  if (lasting) closeSequence(sequence);
  listen();
  const lasts = setTimeout(() => activeCall.failures = 0, LASTING_MS);
  try {
    if (!isStream(answer)) {
      const text = (await Array.fromAsync(readText(answer.body, listen))).join("");
      const type = typeOf(answer);
      const isPage = type.startsWith("text/html");
      if (/^[^;]*json/.test(type)) data = JSON.parse(text);
      // A whole page came where an answer was expected, as the sign-in page of a session that has ended.
      else if (isPage && ok && answer.redirected) location.assign(answer.url);
      else if (!isPage || ok) data = text || null;
      done = true;
      const { detail, title, issues } = own(data);
      if (failure) failure = fail(status, detail ?? title, issues);
    } else {
      for await (const block of blocksOf(answer.body, listen, activeCall)) {
        signal.throwIfAborted();
        // It may have come from another tab.
        listen();
        const { event } = block;
        if (block.retry) activeCall.retryInterval = +block.retry;
        // An empty block is a heartbeat.
        if (block.data === undefined && event === "message") continue;
        activeCall.failures = 0;
        await take(block).catch((error: unknown) => {
          signal.throwIfAborted();
          reportException(activeCall, error);
          exception ??= { kind: "exception", status, error };
        });
        // What follows belongs to no answer.
        done = isTerminal(event);
        if (done) break;
      }
    }
  } catch (cause) {
    // A stream that is no event stream stays so however often it is asked for.
    throw signal.aborted || cause instanceof RangeError || cause instanceof SyntaxError
      ? cause
      : connectionError(activeCall, cause);
  } finally {
    clearTimeout(watch);
    clearTimeout(lasts);
  }
  // An error is the last word of the server, even where the end is missing.
  if (!done && !failure) throw connectionError(activeCall);
  if (exception) return exception;
  if (failure) return { ...failure, data, events };
  return to ? { kind: "switch", status, to } : { ...NOTHING, kind: "success", ok: true, status, data, events };
}

/** The blocks of a body; of a topic, what this tab makes of them. */
async function* blocksOf(
  body: Answer["body"],
  onRead: () => void,
  activeCall: ActiveCall,
): AsyncGenerator<StreamBlock, void> {
  const own = new AbortController();
  const blocks = readBlocks(body, onRead, own.signal);
  for await (const block of blocks) {
    yield block;
    // Where the file cannot be had, this tab reads for itself, and hears of its own changes too.
    const live = block.id?.startsWith(LIVE_ID_PREFIX) && await import("../live/live.ts").catch(() => null);
    if (live) return yield* live.readTopic(block, blocks, own, activeCall, doc);
  }
}

/** Goes where the server says, if that is a place on this site, or an external one that the server means. */
function redirect({ url, external }: Wire): boolean {
  const to = typeof url === "string" ? URL.parse(url, location.href) : null;
  if (!to || !/^http/.test(to.protocol) || external !== true && to.origin !== location.origin) return false;
  location.assign(to);
  // A fragment of this very page is a jump to the browser, and what was changed would not be seen.
  if (to.hash && withoutFragment(to.href) === withoutFragment(location.href)) location.reload();
  return true;
}

function fail(status: number, message?: unknown, issues?: unknown): ErrorOutcome {
  // What our server writes is lists of texts by field; what another one calls so is told as it came, like its data.
  return { ...NOTHING, kind: "error", status, message: text(message) ?? "", issues: own(issues) as Issues };
}

/** An object's own properties, and no others: what a page has put on `Object.prototype` is not from the wire. */
function own(value: unknown): Wire {
  return Object.assign(Object.create(null), value);
}

const typeOf = ({ headers }: Answer): string => `${headers.get("content-type")}`.toLowerCase();
