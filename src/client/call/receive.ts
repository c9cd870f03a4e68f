/**
 * From an answer to an outcome: reads its events in their order, lets each take effect before the next, and decides
 * what the call has come to.
 *
 * @module
 */
import {
  type Answer,
  dataOf,
  fail,
  type Failure,
  failureOf,
  isCheckpointOf,
  isHtml,
  isStream,
  redirectUrl,
} from "../../protocol/answer.ts";
import { readBlocks, readBodyText, type StreamBlock } from "../../protocol/event_stream.ts";
import { KEEP_INPUT_HEADER, LIVE_ID_PREFIX, STREAM_HEADER } from "../../protocol/names.ts";
import { isTerminal } from "../../protocol/patch.ts";
import type { Destination } from "../../protocol/switch.ts";
import { own } from "../../protocol/wire.ts";
import { dom } from "../dom.ts";
import { effects } from "../page/apply.ts";
import { type ActiveCall, emitCallEvent } from "./call.ts";
import { type ErrorOutcome, NOTHING, type ReceivedEvent, type SuccessOutcome } from "./outcome.ts";
import { loadPart, tryPart } from "../parts/load_part.ts";
import { endLoading } from "../page/busy.ts";
import { reportException } from "./report.ts";
import { connectionError } from "./send.ts";
import { isJump } from "../navigate/fragment.ts";
import { closeSequence, nextSequence } from "../page/stale.ts";
import { abortable } from "./wait.ts";

/** The result of an answer. */
export type Received =
  /** It is complete. */
  | SuccessOutcome
  | ErrorOutcome
  /** Another action continues the call. */
  | { readonly kind: "switch"; readonly status: number; readonly to: Destination }
  /** An event could not be applied; the error has been reported. */
  | { readonly kind: "exception"; readonly status: number; readonly error: unknown };

/** The events that concern the layer of a call, and not the page. */
const LAYER_EVENTS = /^(redirect|history|close_layer)$/;
/** The longest silence of an answer, in milliseconds. The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 60_000;
/** The shortest interval that a stream can set, in milliseconds: with `retry: 0` it would be requested without pause. */
const MIN_RETRY_MS = 500;
/** The time after which an answer without events does not count as a failed attempt, in milliseconds. */
const LASTING_MS = 30_000;

/**
 * Reads an answer to its end. Its events are applied in their order. The error of one is reported, does not stop later events, and
 * is the result.
 *
 * @param answer The answer.
 * @param activeCall The call it belongs to.
 * @throws {ConnectionError} When it breaks off.
 */
export async function receive(answer: Answer, activeCall: ActiveCall): Promise<Received> {
  const { id, signal, connection, sequence, layer, depth } = activeCall;
  const { status, ok } = answer;
  activeCall.ok = ok;
  activeCall.retryAfter = answer.headers.get("retry-after");
  const events: ReceivedEvent[] = [];
  let data: unknown = null;
  let failure: Failure | undefined = ok ? undefined : fail(status);
  let exception: Extract<Received, { readonly kind: "exception" }> | undefined;
  let to: Destination | undefined;
  let done = false;
  let cause: unknown;
  let watch: ReturnType<typeof setTimeout> | undefined;

  async function takeBlock({ event, data: json, id: mark = "", again }: StreamBlock): Promise<void> {
    // A checkpoint of another call is not a place to continue this one from.
    const live = mark.startsWith(LIVE_ID_PREFIX);
    if (live || isCheckpointOf(id, event, mark)) activeCall.checkpoint = mark;
    // A topic lasts as long as the page is open: controls must not stay disabled until its end.
    if (live) endLoading(activeCall);
    const value: unknown = JSON.parse(json || "null");
    const wire = own(value);
    const work: PromiseLike<unknown>[] = [];
    emitCallEvent("streamEvent", activeCall, { event, data: value, waitUntil: (promise) => void work.push(promise) });
    await Promise.all(work);
    // For the same reason its events are not kept.
    if (!live && !/^(checkpoint|end)$/.test(event)) events.push({ event, data: value });
    if (event === "result") data = value;
    else if (event === "error") failure = fail(+`${wire.status ?? status}`, wire.message, wire.issues);
    // The user may have left the page meanwhile.
    else if ((layer ?? activeCall.layer) && LAYER_EVENTS.test(event)) {
      await (await abortable(signal, loadPart("layers"))).applyToLayer(event, wire, layer, activeCall);
    } else if (event === "redirect") {
      const url = redirectUrl(wire, location);
      if (url) goTo(url, answer.headers.get(KEEP_INPUT_HEADER) ? null : activeCall.form);
      else failure = fail(status, `Cannot go to "${wire.url}"`);
    } else if (event === "switch_action") {
      to = (await abortable(signal, loadPart("extras"))).destinationOf(wire, depth, location);
      if (!to) failure = fail(status, `Cannot switch to action "${wire.name}"`);
    } else {
      await effects.get(event)?.(wire, activeCall, lasting ? nextSequence() : sequence, again);
    }
  }

  // A connection can be lost without an error, as in a tunnel: then only the silence shows it.
  const listen = () => {
    clearTimeout(watch);
    watch = setTimeout(() => connection.abort(), SILENCE_MS);
  };
  const lasting = activeCall.isLasting = answer.headers.get(STREAM_HEADER) === "1";
  // The patches of a stream count by their arrival, so its start does not matter any more.
  if (lasting) closeSequence(sequence);
  listen();
  const lasts = setTimeout(() => activeCall.failures = 0, LASTING_MS);
  try {
    if (!isStream(answer)) {
      const text = (await Array.fromAsync(readBodyText(answer.body, listen))).join("");
      // A page in place of an answer, such as the sign-in page after the session has ended.
      if (ok && answer.redirected && isHtml(answer)) location.assign(answer.url);
      else data = dataOf(answer, text);
      done = true;
      failure &&= failureOf(answer, data);
    } else {
      for await (const block of blocksOf(answer.body, listen, activeCall)) {
        signal.throwIfAborted();
        // The block may come from another tab, which reads for this one.
        listen();
        const { event } = block;
        if (block.retry) activeCall.retryInterval = Math.max(+block.retry, MIN_RETRY_MS);
        // An empty block is a heartbeat.
        if (block.data === undefined && event === "message") continue;
        activeCall.failures = 0;
        await takeBlock(block).catch((error: unknown) => {
          signal.throwIfAborted();
          reportException(activeCall, error);
          exception ??= { kind: "exception", status, error };
        });
        // Nothing that follows belongs to the answer.
        done = isTerminal(event);
        if (done) break;
      }
    }
  } catch (error) {
    // A stream that is not an event stream stays so however often it is requested.
    if (signal.aborted || error instanceof RangeError || error instanceof SyntaxError) throw error;
    cause = error;
  } finally {
    clearTimeout(watch);
    clearTimeout(lasts);
  }
  // An error is the last word of the server, even where the end is missing or the connection breaks after it.
  if (!done && !failure) throw connectionError(activeCall, cause);
  if (exception) return exception;
  if (failure) return { ...NOTHING, ...failure, data, events };
  return to ? { kind: "switch", status, to } : { ...NOTHING, kind: "success", ok: true, status, data, events };
}

/** Returns the blocks of a body; those of a topic as this tab uses them. */
async function* blocksOf(
  body: Answer["body"],
  onRead: () => void,
  activeCall: ActiveCall,
): AsyncGenerator<StreamBlock, void> {
  let topic: StreamBlock | undefined;
  for await (const block of readBlocks(body, onRead)) {
    yield block;
    if (activeCall.isAlone || !block.id?.startsWith(LIVE_ID_PREFIX)) continue;
    topic = block;
    break;
  }
  // The connection is closed before: over HTTP/1.1 a browser has six, and with six topics it could not load the part.
  if (!topic) return;
  const live = await tryPart("live");
  // Without the part, the next request reads on, and receives the changes of this page, too.
  activeCall.isAlone = !live;
  if (live) yield* live.readTopic(topic, activeCall);
}

/** Opens a page. When the user comes back, an accepted form is as the server has rendered it: a browser would fill in what was sent. */
function goTo(url: URL, accepted: HTMLFormElement | null): void {
  addEventListener("pagehide", () => dom(accepted)?.reset(), { once: true });
  location.assign(url);
  // For a browser a fragment of the same page is a jump: it would not show the changes.
  if (isJump(url)) location.reload();
}
