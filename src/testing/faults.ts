// A network that fails on demand: the fault of one request and its answer.

/**
 * A fault of the network in one request. Each request of a client removes the first of `client.faults`; without one, it
 * succeeds.
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
  /** The request succeeds. For a list with later faults. */
  | { readonly kind: "none" }
  /** The answer is delayed, in milliseconds, on the virtual clock if there is one. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** The request does not arrive; or it does, and its answer does not. */
  | { readonly kind: "drop"; readonly at: "request" | "answer" }
  /** The connection breaks after this number of events; an answer that is not a stream is lost. */
  | { readonly kind: "cut"; readonly afterEvents: number }
  /** The request arrives twice at once, with the same bytes; the second answer is discarded. */
  | { readonly kind: "duplicate" }
  /** The answer is held back until that of the next request has been read to its end. */
  | { readonly kind: "reorder" };

/**
 * The network failed: no response arrived, or it was cut off, and the call was not retried.
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

/** A network with faults. */
export class FaultyNetwork {
  /** The faults of the next requests, in order. */
  readonly faults: Fault[] = [];
  #held: (() => void)[] = [];

  /**
   * Sends a request.
   *
   * @param ask Called each time the request arrives; returns its answer.
   * @param signal Ends the request.
   * @param leave Tells the server that the client has disconnected.
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

/** Waits until a time has passed or the signal is aborted. */
async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Aborted while the answer was made: there will be no event.
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

/** Returns the same answer, and reports when it has been read. */
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

/** Returns the same answer, broken off after a number of events. */
function cut(response: Response, afterEvents: number, leave: () => void): Response {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return response;
  const encoder = new TextEncoder();
  let left = afterEvents;
  let text = "";
  return withBody(response, {
    async pull(controller): Promise<void> {
      // A comment is not an event.
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
