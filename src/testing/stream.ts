/**
 * A call whose answer is read event by event.
 *
 * @module
 */
import type { TestEvent, TestOutcome } from "./outcome.ts";

/**
 * A call whose answer is read event by event, each applied to the page before it is given. The server runs no further
 * than it is read. Checkpoints are given too, heartbeats and `end` are not.
 *
 * @example
 * ```tsx
 * import { action, createHandler, toast } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const count = action("count", { method: "GET" }, function* () {
 *   for (let n = 1;; n++) yield toast(n);
 * });
 * const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: () => <p />, count }) }] });
 * await using client = createTestClient(handler);
 * const stream = client.stream("count", {}, { method: "GET" });
 * const events = await stream.take(2);
 * assertEquals(events.map(({ data }) => data), [{ value: 1 }, { value: 2 }]);
 * await stream.cancel();
 * assertEquals((await stream.outcome()).kind, "aborted");
 * ```
 */
export interface TestStream extends AsyncIterable<TestEvent>, AsyncDisposable {
  /** The HTTP status, when the answer has begun; rejected when it never does. */
  readonly opened: Promise<number>;
  /**
   * The next event.
   *
   * @returns The event; `null` when the answer is over.
   * @throws {ConnectionError} When it broke off.
   */
  next(): Promise<TestEvent | null>;
  /**
   * The next events.
   *
   * @param count How many.
   * @returns As many events.
   * @throws {Error} When the answer ends before.
   */
  take(count: number): Promise<readonly TestEvent[]>;
  /** Leaves: the server is told that nobody reads any longer. What has come stays on the page. */
  cancel(): Promise<void>;
  /**
   * Reads to the end.
   *
   * @returns What the call has come to.
   * @throws {ConnectionError} When the answer broke off.
   */
  outcome(): Promise<TestOutcome>;
}

/** A stream over the events of a call. */
export class CallStream implements TestStream {
  readonly opened: Promise<number>;
  readonly #name: string;
  readonly #events: AsyncGenerator<TestEvent, TestOutcome, void>;
  readonly #controller: AbortController;
  readonly #onEnd: () => void;
  /** What the call has come to; once it has ended, whoever asks again is told the same. */
  #end:
    | { readonly kind: "open" }
    | { readonly kind: "outcome"; readonly outcome: TestOutcome }
    | { readonly kind: "broken"; readonly error: unknown } = { kind: "open" };

  constructor(source: {
    readonly name: string;
    readonly opened: Promise<number>;
    readonly events: AsyncGenerator<TestEvent, TestOutcome, void>;
    readonly controller: AbortController;
    readonly onEnd: () => void;
  }) {
    this.opened = source.opened;
    this.#name = source.name;
    this.#events = source.events;
    this.#controller = source.controller;
    this.#onEnd = source.onEnd;
  }

  async next(): Promise<TestEvent | null> {
    if (this.#end.kind === "open") {
      try {
        const { done, value } = await this.#events.next();
        if (!done) return value;
        this.#end = { kind: "outcome", outcome: value };
      } catch (error) {
        this.#end = { kind: "broken", error };
      }
      this.#onEnd();
    }
    if (this.#end.kind === "broken") throw this.#end.error;
    return null;
  }

  async take(count: number): Promise<readonly TestEvent[]> {
    const events: TestEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (event === null) {
        throw new Error(`Cannot take ${count} events of action "${this.#name}": it ended after ${events.length}`);
      }
      events.push(event);
    }
    return events;
  }

  async cancel(): Promise<void> {
    this.#controller.abort();
    await this.outcome();
  }

  async outcome(): Promise<TestOutcome> {
    while (this.#end.kind !== "outcome") await this.next();
    return this.#end.outcome;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TestEvent, void> {
    try {
      for (let event = await this.next(); event !== null; event = await this.next()) yield event;
    } finally {
      await this.cancel();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }
}
