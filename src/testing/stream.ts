// A call whose answer is read event by event.
import type { TestEvent, TestOutcome } from "./outcome.ts";

/**
 * A call whose answer is read event by event. Each event is applied to the page before it is returned. The server runs only as
 * far as the test reads. Checkpoints are returned, heartbeats and `end` are not.
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
  /** Resolves to the HTTP status when the answer begins; rejects when there is none. */
  readonly opened: Promise<number>;
  /**
   * Reads the next event.
   *
   * @returns The event; `null` after the last one.
   * @throws {ConnectionError} When the answer breaks off.
   */
  next(): Promise<TestEvent | null>;
  /**
   * Reads the next events.
   *
   * @param count The number of events.
   * @returns The events.
   * @throws {Error} When the answer has fewer.
   */
  take(count: number): Promise<readonly TestEvent[]>;
  /** Closes the connection. Events that were applied stay on the page. */
  cancel(): Promise<void>;
  /**
   * Reads the rest of the answer.
   *
   * @returns The outcome.
   * @throws {ConnectionError} When the answer breaks off.
   */
  outcome(): Promise<TestOutcome>;
}

/** A stream over the events of a call. */
export class CallStream implements TestStream {
  readonly opened: Promise<number>;
  readonly #name: string;
  readonly #events: AsyncGenerator<TestEvent, TestOutcome, void>;
  readonly #controller: AbortController;
  readonly #onEnd: (outcome: TestOutcome | null) => void;
  /** The end of the call, kept for later reads. */
  #end:
    | { readonly kind: "open" }
    | { readonly kind: "outcome"; readonly outcome: TestOutcome }
    | { readonly kind: "broken"; readonly error: unknown } = { kind: "open" };

  constructor(source: {
    readonly name: string;
    readonly opened: Promise<number>;
    readonly events: AsyncGenerator<TestEvent, TestOutcome, void>;
    readonly controller: AbortController;
    /** Called at the end of the call; with `null` when it has thrown. */
    readonly onEnd: (outcome: TestOutcome | null) => void;
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
      this.#onEnd(this.#end.kind === "outcome" ? this.#end.outcome : null);
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
