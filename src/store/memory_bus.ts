// A `Bus` in the memory of one process: the default.
import { notify, type Report } from "../callback.ts";
import { checkWholeNumber, logListenerError, toJson } from "./entry.ts";
import type { Bus, BusMessage, BusSubscription, SubscribeOptions } from "./store.ts";

/** Options for {@linkcode createMemoryBus}. The limits apply to all topics together. */
export interface MemoryBusOptions {
  /** Maximum number of messages in the log, for listeners that return. Default: `10_000`. */
  readonly maxMessages?: number | undefined;
  /** Maximum size of the log, in bytes: two for each UTF-16 code unit of JSON. Default: 16 MiB (16,777,216 bytes). */
  readonly maxBytes?: number | undefined;
  /** Called with an error that a listener throws, or with which its promise rejects. Default: logs it to the console. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Creates a bus in memory. It reaches the listeners of this process only, and its log is lost when the process ends.
 *
 * @param options Limits of the log.
 * @returns The bus.
 * @throws {RangeError} If a limit is not a whole number above 0.
 *
 * @example Resume after a message
 * ```ts
 * import { createMemoryBus } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const bus = createMemoryBus();
 * const seen = await bus.publish("board", "first");
 * await bus.publish("board", "second");
 * const received: unknown[] = [];
 * await using resumed = await bus.subscribe("board", ({ message }) => received.push(message), { after: seen });
 * assertEquals(resumed.isComplete, true);
 * assertEquals(received, ["second"]);
 * ```
 */
export function createMemoryBus(options: MemoryBusOptions = {}): Bus {
  return new MemoryBus(options);
}

type Listener = (message: BusMessage) => void;

class MemoryBus implements Bus {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #onError: Report;
  /** Part of every cursor, so that a cursor of another process, or of an earlier run, is recognized as invalid. */
  readonly #epoch: string = crypto.randomUUID();
  /** Listeners by topic. A topic is removed with its last listener. */
  readonly #listeners = new Map<string, Set<Listener>>();
  /** The latest messages of all topics by number, the oldest first. */
  readonly #log = new Map<number, { readonly topic: string; readonly text: string }>();
  /** Size of the log, in bytes. */
  #bytes = 0;
  /** Number of the latest message of any topic. */
  #latest = 0;
  /** Number of the latest message that was dropped from the log. Positions before it are incomplete in every topic. */
  #dropped = 0;

  constructor({ maxMessages = 10_000, maxBytes = 16 * 1024 * 1024, onError = logListenerError }: MemoryBusOptions) {
    checkWholeNumber("create a memory bus", "maxMessages", maxMessages);
    checkWholeNumber("create a memory bus", "maxBytes", maxBytes);
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
    this.#onError = onError;
  }

  // deno-lint-ignore require-await -- async, so that an invalid message is a rejection
  async publish(topic: string, message: unknown): Promise<string> {
    const text = toJson(topic, message);
    const number = ++this.#latest;
    this.#log.set(number, { topic, text });
    this.#bytes += 2 * text.length;
    this.#trim();
    const listeners = this.#listeners.get(topic) ?? new Set();
    // A copy: a listener that subscribes during the delivery receives the next message first.
    for (const listener of [...listeners]) {
      if (listeners.has(listener)) this.#deliver(listener, number, text);
    }
    return this.#cursorOf(number);
  }

  // deno-lint-ignore require-await -- the contract is asynchronous
  async subscribe(
    topic: string,
    listener: Listener,
    { after = null }: SubscribeOptions = {},
  ): Promise<BusSubscription> {
    const from = after === null ? this.#latest : this.#numberOf(after);
    const isComplete = from !== null && from >= this.#dropped;
    // A function per subscription, so that a listener can subscribe twice.
    const own: Listener = (message) => listener(message);
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

  #add(topic: string, listener: Listener): void {
    const listeners = this.#listeners.get(topic);
    if (listeners === undefined) this.#listeners.set(topic, new Set([listener]));
    else listeners.add(listener);
  }

  #remove(topic: string, listener: Listener): void {
    const listeners = this.#listeners.get(topic);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(topic);
  }

  #deliver(listener: Listener, number: number, text: string): void {
    // Parsed for each listener, so that none can change the message of another.
    notify(() => listener({ cursor: this.#cursorOf(number), message: JSON.parse(text) }), this.#onError);
  }

  #trim(): void {
    while (this.#dropped < this.#latest && (this.#log.size > this.#maxMessages || this.#bytes > this.#maxBytes)) {
      // By number: finding the first entry of a map takes longer with each deletion before it.
      const oldest = this.#log.get(++this.#dropped);
      this.#log.delete(this.#dropped);
      this.#bytes -= 2 * (oldest?.text.length ?? 0);
    }
  }

  #cursorOf(number: number): string {
    return `${this.#epoch}.${number}`;
  }

  /** Returns the number of a cursor, or `null` if it is not from this bus. */
  #numberOf(cursor: string): number | null {
    const [epoch, number] = cursor.split(".", 2);
    if (epoch !== this.#epoch || number === undefined || !/^\d{1,15}$/.test(number)) return null;
    return Number(number) <= this.#latest ? Number(number) : null;
  }
}
