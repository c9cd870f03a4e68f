// Keeps the outcome of a mutation for retries, and restores it.
import { notify, type Report, reportTo } from "../callback.ts";
import type { Patch } from "../protocol/patch.ts";
import { failure } from "./failure.ts";
import type { MineClaim } from "./once/held.ts";
import { STORED_BYTES, type StoredOutcome, type StoredResult } from "./once/outcome.ts";
import type { Outcome } from "./outcome.ts";
import { Pace } from "./pace.ts";
import { startTimer, type UnreadLimits } from "./running_stream.ts";
import type { StreamRefusal, StreamSlot } from "./streams.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** The bounds of a body that is read to its end without a client. */
export interface UnreadableBody {
  /** The limits of what is read. */
  readonly limits: UnreadLimits;
  /** Takes a slot of the running generators; without a slot the body is canceled. */
  openSlot(): StreamSlot | StreamRefusal;
  /** Called with the errors of the body while it has no client. */
  readonly report: Report;
}

/** Returns the part of a complete outcome that is stored. */
export function storedOf(outcome: Outcome): StoredResult {
  switch (outcome.kind) {
    case "nothing":
    case "events":
    case "markup":
    case "value":
      return outcome;
    default:
      // A response and a stream are recorded while they are read; other outcomes do not come from a complete run.
      throw new TypeError(`Cannot store an outcome of kind "${outcome.kind}"`);
  }
}

/** Returns the outcome of a retry. */
export function restore(stored: StoredOutcome): Outcome {
  switch (stored.kind) {
    case "response": {
      const body = stored.body === "" ? null : Uint8Array.fromBase64(stored.body);
      const headers = new Headers(stored.headers.map(([name, value]): [string, string] => [name, value]));
      return { kind: "response", response: new Response(body, { status: stored.status, headers }) };
    }
    case "tooLarge":
      return failure(409, catalogueText("alreadyDone"));
    default:
      return stored;
  }
}

/**
 * Records a response while its body is read, up to 256 KiB.
 *
 * @param response The response of the action function.
 * @param claim Finished when the body has ended, or is too large to keep.
 * @param unread The bounds of a body whose client has disconnected.
 * @returns The response to send. If its client disconnects, its body is read to its end, within the bounds.
 */
export async function recordResponse(response: Response, claim: MineClaim, unread: UnreadableBody): Promise<Response> {
  // Apart from the other headers: cookies are sent only to the identity that they were set for.
  claim.keepOwnCookies(response.headers.getSetCookie());
  claim.headSent();
  const headers = [...response.headers].filter(([name]) => name !== "set-cookie");
  const keep = (body: Uint8Array): Promise<void> =>
    claim.finish({ kind: "response", status: response.status, headers, body: body.toBase64() });
  if (response.body === null) {
    await keep(new Uint8Array());
    return response;
  }
  const reader = response.body.getReader();
  let chunks: Uint8Array[] | null = [];
  let size = 0;
  const step = async (): Promise<Uint8Array | null> => {
    const { done, value } = await reader.read();
    if (done) {
      if (chunks !== null) await keep(join(chunks, size));
      return null;
    }
    size += value.length;
    if (size <= STORED_BYTES) chunks?.push(value);
    else if (chunks !== null) {
      chunks = null;
      await claim.finish({ kind: "tooLarge" });
    }
    return value;
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      try {
        const chunk = await step();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      } catch (error) {
        // An incomplete response cannot be sent again, and the action function must not run again.
        await claim.finish({ kind: "tooLarge" });
        controller.error(error);
      }
    },
    async cancel(): Promise<void> {
      const cut = async (): Promise<void> => {
        chunks = null;
        await claim.finish({ kind: "tooLarge" });
        await reader.cancel();
      };
      try {
        await makeUnreadable(step, cut, unread);
      } catch (error) {
        await claim.finish({ kind: "tooLarge" });
        reportTo(unread.report, error);
      }
    },
  }, { highWaterMark: 0 });
  return new Response(body, response);
}

/** Reads a body to its end without a client, or until it reaches a limit: then it is canceled. */
async function makeUnreadable(
  step: () => Promise<Uint8Array | null>,
  cut: () => Promise<void>,
  { limits, openSlot, report }: UnreadableBody,
): Promise<void> {
  const slot = openSlot();
  if (slot.kind !== "slot") return await cut();
  slot.leave();
  const pace = new Pace();
  let isCut = false;
  const timer = startTimer(limits.streamSeconds, () => {
    isCut = true;
    notify(cut, report);
  });
  try {
    let bytes = 0;
    for (let chunk = await step(); chunk !== null && !isCut; chunk = await step()) {
      bytes += chunk.length;
      if (bytes > limits.unreadBytes) return await cut();
      await pace.pause();
    }
  } finally {
    clearTimeout(timer);
    slot.release();
  }
}

/**
 * Records the events of a stream, up to 256 KiB.
 *
 * @param claim Finished when the stream ends; given up when it fails, or has rejected its form.
 * @param isRefused Returns whether the generator, which has ended, rejects its form.
 */
export async function* recordStream(
  events: AsyncIterable<Patch>,
  claim: MineClaim,
  isRefused: () => boolean,
): AsyncGenerator<Patch, void, void> {
  let kept: Patch[] | null = [];
  let size = 0;
  let failed = false;
  try {
    for await (const patch of events) {
      if (kept !== null) {
        size += JSON.stringify(patch).length;
        if (size <= STORED_BYTES) kept.push(patch);
        else kept = null;
      }
      yield patch;
    }
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    // Not after the loop: a stream that ends with a redirect returns at its yield.
    if (failed || isRefused()) await claim.giveUp();
    else await claim.finish(kept === null ? { kind: "tooLarge" } : { kind: "events", events: kept });
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
