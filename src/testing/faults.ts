/**
 * A network that can be told to fail: what becomes of one request and its answer.
 *
 * @module
 */

/**
 * What the network does to one request. Each request of a client takes the first of `client.faults` away; without one it
 * goes through.
 *
 * @example A payment whose answer is lost is made once
 * ```tsx
 * import { action, createHandler } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * let payments = 0;
 * const pay = action("pay", () => ++payments);
 * const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: () => <p />, pay }) }] });
 * await using client = createTestClient(handler);
 * client.faults.push({ kind: "drop", at: "answer" });
 * const outcome = await client.action("pay", {}, { retry: true });
 * assertEquals([outcome.data, payments], [1, 1]);
 * ```
 */
export type Fault =
  /** It goes through. For a list whose later entries are meant. */
  | { readonly kind: "none" }
  /** Its answer comes so many milliseconds later, on the virtual clock where there is one. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** It never arrives; or it does, and its answer never comes back. */
  | { readonly kind: "drop"; readonly at: "request" | "answer" }
  /** The connection breaks after so many events of a stream; an answer that is no stream is lost whole. */
  | { readonly kind: "cut"; readonly afterEvents: number }
  /** It arrives twice at once, with the same bytes; the second answer is thrown away. */
  | { readonly kind: "duplicate" }
  /** Its answer is held back until that of the next request has been read to its end. */
  | { readonly kind: "reorder" };

/**
 * The network failed: no answer came, or it broke off. What a call rejects with that is not tried again.
 *
 * @example
 * ```ts
 * import { createHandler } from "@hyper/actions";
 * import { ConnectionError, createTestClient } from "@hyper/actions/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using client = createTestClient(createHandler({ pages: [] }));
 * client.faults.push({ kind: "drop", at: "request" });
 * await assertRejects(() => client.open("/"), ConnectionError);
 * ```
 */
export class ConnectionError extends Error {
  /** The name of the class. */
  override readonly name: string = "ConnectionError";
}

/** The answers that were held back, and what lets them go. */
export class FaultyNetwork {
  /** What becomes of the next requests, the first one first. */
  readonly faults: Fault[] = [];
  #held: (() => void)[] = [];

  /**
   * Sends a request.
   *
   * @param ask Has it answered, each time it arrives.
   * @param signal Aborted when nobody waits any longer.
   * @param leave Tells the server that the visitor has gone.
   * @throws {ConnectionError} When the network fails.
   */
  async send(ask: () => Promise<Response>, signal: AbortSignal, leave: () => void): Promise<Response> {
    const fault = this.faults.shift() ?? { kind: "none" };
    if (fault.kind === "reorder") {
      // Before it is asked for: the next request may be on its way by the time the answer comes.
      const released = new Promise<void>((resolve) => {
        this.#held.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      const response = await ask();
      await released;
      return response;
    }
    const held = this.#held;
    this.#held = [];
    const release = (): void => held.forEach((letGo) => letGo());
    try {
      return whenRead(await this.#send(fault, ask, signal, leave), release);
    } catch (error) {
      release();
      throw error;
    }
  }

  async #send(
    fault: Exclude<Fault, { readonly kind: "reorder" }>,
    ask: () => Promise<Response>,
    signal: AbortSignal,
    leave: () => void,
  ): Promise<Response> {
    switch (fault.kind) {
      case "none":
        return await ask();
      case "delay": {
        const response = await ask();
        await wait(fault.milliseconds, signal);
        return response;
      }
      case "drop": {
        if (fault.at === "answer") {
          const response = await ask();
          leave();
          await response.body?.cancel();
        }
        throw new ConnectionError(`Cannot reach the server: the ${fault.at} was dropped`);
      }
      case "cut":
        return cut(await ask(), fault.afterEvents, leave);
      case "duplicate": {
        const [first, second] = await Promise.all([ask(), ask()]);
        await second.body?.cancel();
        return first;
      }
    }
  }
}

/** Waits, but not longer than somebody is interested. */
async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Aborted while the answer was made: there is no event to come.
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

/** The same answer, with word of when its reader is done with it. */
function whenRead(response: Response, onRead: () => void): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    onRead();
    return response;
  }
  return withBody(response, {
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      onRead();
    },
    async cancel(reason): Promise<void> {
      onRead();
      await reader.cancel(reason);
    },
  });
}

/** The same answer, broken off after so many events. */
function cut(response: Response, afterEvents: number, leave: () => void): Response {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return response;
  const encoder = new TextEncoder();
  let left = afterEvents;
  let text = "";
  return withBody(response, {
    async pull(controller): Promise<void> {
      // Comments between events are no events.
      for (let end = text.indexOf("\n\n"); left > 0; end = text.indexOf("\n\n")) {
        if (end !== -1) {
          const frame = text.slice(0, end + 2);
          text = text.slice(end + 2);
          if (frame.startsWith(":")) continue;
          left--;
          return controller.enqueue(encoder.encode(frame));
        }
        const { done, value } = await reader.read();
        if (done) break;
        text += value;
      }
      leave();
      await reader.cancel();
      controller.error(new ConnectionError(`Cannot read the answer: the connection broke after ${afterEvents} events`));
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function withBody(response: Response, source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>): Response {
  const { status, headers } = response;
  // Nothing is read ahead: how far a stream has come is up to the test.
  return new Response(new ReadableStream(source, { highWaterMark: 0 }), { status, headers });
}
