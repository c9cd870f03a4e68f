/**
 * A `Bus` in the memory of one process: the default.
 *
 * @module
 */
import { logError, notify, type Report } from "../callback.ts";
import { checkBound, toJson } from "./entry.ts";
import type { Bus, BusMessage, BusSubscription, SubscribeOptions } from "./store.ts";

/** How much a memory bus remembers, over all topics. */
export interface MemoryBusOptions {
  /** The most messages it keeps for those who come back. Default: 10,000. */
  readonly maxMessages?: number | undefined;
  /** The most bytes of JSON texts it keeps, counted as two for each UTF-16 code unit. Default: 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** Called with what a listener throws, at once or by a promise that rejects. Default: the console. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Makes a bus in memory: it reaches the listeners of this process, and forgets everything with it.
 *
 * @param options How much it remembers.
 * @returns The bus.
 * @throws {RangeError} When a bound is not a whole number above 0.
 *
 * @example Coming back
 * ```ts
 * import { createMemoryBus } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const bus = createMemoryBus();
 * const seen = await bus.publish("board", "first");
 * await bus.publish("board", "second");
 * const heard: unknown[] = [];
 * await using again = await bus.subscribe("board", ({ message }) => heard.push(message), { after: seen });
 * assertEquals(again.isComplete, true);
 * assertEquals(heard, ["second"]);
 * ```
 */
export function createMemoryBus(options: MemoryBusOptions = {}): Bus {
  return new MemoryBus(options);
}

class MemoryBus implements Bus {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #onError: Report;
  /** In every cursor, so that one of another process, or of this one before it was started anew, is not taken for ours. */
  readonly #epoch: string = crypto.randomUUID();
  /** Who listens, by topic; a topic goes with its last listener. */
  readonly #listeners = new Map<string, Set<(message: BusMessage) => void>>();
  /** The latest messages of all topics by their numbers, the oldest first. */
  readonly #log = new Map<number, { readonly topic: string; readonly text: string }>();
  /** The size of the texts in the log. */
  #bytes = 0;
  /** The number of the latest message of any topic. */
  #latest = 0;
  /** The number of the latest message that the log has dropped: before it nobody knows what a topic has had. */
  #dropped = 0;

  constructor(
    { maxMessages = 10_000, maxBytes = 16 * 1024 * 1024, onError = logListener }: MemoryBusOptions,
  ) {
    checkBound("a memory bus", "maxMessages", maxMessages);
    checkBound("a memory bus", "maxBytes", maxBytes);
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
    this.#onError = onError;
  }

  // deno-lint-ignore require-await -- async, so that a message that is no JSON is a rejection
  async publish(topic: string, message: unknown): Promise<string> {
    const text = toJson(topic, message);
    const number = ++this.#latest;
    this.#log.set(number, { topic, text });
    this.#bytes += sizeOf(text);
    this.#trim();
    const listeners = this.#listeners.get(topic) ?? new Set();
    // A copy: who subscribes while this is delivered hears from the next one on.
    for (const listener of [...listeners]) {
      if (listeners.has(listener)) this.#deliver(listener, number, text);
    }
    return this.#cursorOf(number);
  }

  // deno-lint-ignore require-await -- the contract is asynchronous
  async subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    { after = null }: SubscribeOptions = {},
  ): Promise<BusSubscription> {
    const from = after === null ? this.#latest : this.#numberOf(after);
    const isComplete = from !== null && from >= this.#dropped;
    // A function of its own for each subscription, so that one listener may subscribe twice.
    const own = (message: BusMessage): void => listener(message);
    const missed = isComplete
      ? Array.from(this.#log).filter(([number, entry]) => number > from && entry.topic === topic)
      : [];
    for (const [number, { text }] of missed) this.#deliver(own, number, text);
    this.#add(topic, own);
    return {
      isComplete,
      cursor: this.#cursorOf(this.#latest),
      // deno-lint-ignore require-await -- the contract is asynchronous
      [Symbol.asyncDispose]: async () => this.#remove(topic, own),
    };
  }

  #add(topic: string, listener: (message: BusMessage) => void): void {
    const listeners = this.#listeners.get(topic);
    if (listeners === undefined) this.#listeners.set(topic, new Set([listener]));
    else listeners.add(listener);
  }

  #remove(topic: string, listener: (message: BusMessage) => void): void {
    const listeners = this.#listeners.get(topic);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(topic);
  }

  #deliver(listener: (message: BusMessage) => void, number: number, text: string): void {
    // Parsed for each, so that no listener can change what the next one hears.
    notify(() => listener({ cursor: this.#cursorOf(number), message: JSON.parse(text) }), this.#onError);
  }

  #trim(): void {
    while (this.#log.size > this.#maxMessages || this.#bytes > this.#maxBytes) {
      // By number, not as the first of the map: that would look at every hole that those before it have left.
      const oldest = this.#log.get(++this.#dropped);
      this.#log.delete(this.#dropped);
      this.#bytes -= sizeOf(oldest?.text ?? "");
    }
  }

  #cursorOf(number: number): string {
    return `${this.#epoch}.${number}`;
  }

  /** `null` for a cursor that this bus has not given. */
  #numberOf(cursor: string): number | null {
    const [epoch, number] = cursor.split(".", 2);
    if (epoch !== this.#epoch || number === undefined || !/^\d{1,15}$/.test(number)) return null;
    return Number(number) <= this.#latest ? Number(number) : null;
  }
}

function logListener(error: unknown): void {
  logError(error, "a listener of a bus");
}

function sizeOf(text: string): number {
  return 2 * text.length;
}
