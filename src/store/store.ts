// `Store` and `Bus`: the two interfaces through which several instances of an application share their state. Each has
// only the methods that the library needs, so that an adapter over Redis, SQLite or Deno KV is short.

/**
 * Keeps values under keys for a limited time.
 *
 * **Values** are JSON: `get()` returns a value equal to `JSON.parse(JSON.stringify(value))`. A store keeps a copy. `null`
 * means that a key has no value, so `null` itself cannot be stored. **Keys** are strings of at most 512 characters.
 * **Seconds** are above 0 and count from the call. An expired value is never returned, even if the store deletes it
 * later.
 *
 * **Each method is atomic**, also among instances that share the store: of two concurrent `putIfAbsent()` calls for one
 * key, exactly one returns `true`; `replace()` and `deleteIf()` compare and change in one step. Values are compared as
 * JSON text.
 *
 * **A bounded store** may drop values before they expire, the oldest write first. It must not drop a claim: a value that
 * `putIfAbsent()` stored and that nothing has replaced since. If only claims are left and there is no room, it rejects.
 *
 * If a store cannot be reached, its methods reject within a few seconds. The request then fails with 503, so that nothing
 * runs twice. `createHandler({ storeSeconds })` limits the time of each call of any store. No method may block the event
 * loop while it waits for a lock.
 *
 * @example Keep a draft for a day
 * ```ts
 * import { createMemoryStore, type Store } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const store: Store = createMemoryStore();
 * await store.put("draft:7", { title: "Hello" }, 24 * 60 * 60);
 * assertEquals(await store.get("draft:7"), { title: "Hello" });
 * ```
 */
export interface Store {
  /** Returns the value of a key, or `null` if it has none. */
  get(key: string): Promise<unknown>;
  /** Stores a value and replaces an existing one. */
  put(key: string, value: unknown, seconds: number): Promise<void>;
  /** Stores a value if the key has none. Returns whether it was stored. */
  putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean>;
  /**
   * Replaces the value of a key if it equals `expected`. Returns whether it did. If both values are equal, this extends
   * the lifetime of the value, and a claim stays a claim.
   */
  replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean>;
  /** Deletes the value of a key if it equals `expected`. Returns whether it did. */
  deleteIf(key: string, expected: unknown): Promise<boolean>;
  /** Deletes the value of a key, if it has one. */
  delete(key: string): Promise<void>;
}

/** A message that a {@linkcode Bus} delivers to a listener. */
export interface BusMessage {
  /**
   * Position of the message in its topic: up to 200 printable ASCII characters without a space. Only the bus can
   * interpret it. Pass it as `after` to resume from here.
   */
  readonly cursor: string;
  /** The published message. `null` if the bus cannot read it: the listener has then missed a message. */
  readonly message: unknown;
}

/** Options for publishing one message. */
export interface PublishOptions {
  /**
   * Time for which a returning listener may need the message, in seconds. A bus with a log outside of the process may
   * drop the message afterwards. Default: as long as the bus keeps any message.
   */
  readonly keepSeconds?: number | undefined;
}

/** Options for a subscription. */
export interface SubscribeOptions {
  /** Cursor of the last message that the listener received; the messages after it come first. Default: only new messages. */
  readonly after?: string | null | undefined;
  /**
   * Called before the next message when the listener may have missed some: the bus was disconnected for longer than its
   * log reaches back, or has lost its log. The subscriber must then refresh its state. A bus in memory never calls it.
   */
  readonly onGap?: (() => void) | undefined;
}

/** A subscription. Dispose it to end it. */
export interface BusSubscription extends AsyncDisposable {
  /**
   * `true` if the listener received every message after `after`, or if no `after` was given. `false` if the log no longer
   * reaches back that far, or if the cursor is not from this bus: the subscriber must then refresh its state.
   */
  readonly isComplete: boolean;
  /**
   * Position at which a subscription without `after` starts, like the cursor of the latest message. `null` or absent if
   * the bus does not track positions: a client that reconnects before the first message must then refresh its state.
   */
  readonly cursor?: string | null | undefined;
}

/**
 * Delivers messages to every listener of a topic, on every instance.
 *
 * **Messages** are JSON, like the values of a {@linkcode Store}. **Order**: within a topic, every listener receives the
 * messages in the order of their cursors, including listeners of the publishing instance; topics are independent.
 * **Once**: a listener receives each message once. With `after`, it receives the messages since that cursor and then the
 * new ones, without a duplicate; a gap is reported by `isComplete` or `onGap`. **Log**: a bus keeps the latest messages of
 * a topic for listeners that return, bounded in number and in bytes. A message above the limit is delivered but not kept.
 * A bus that loses its connection reconnects by itself and keeps its subscriptions.
 *
 * `publish()` resolves when the message has its position, not when it has been delivered. A listener must return at once.
 * An error that it throws is reported and does not affect other listeners.
 *
 * @example Two listeners
 * ```ts
 * import { type Bus, createMemoryBus } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const bus: Bus = createMemoryBus();
 * const received: unknown[] = [];
 * await using _one = await bus.subscribe("board", ({ message }) => received.push(message));
 * await using _two = await bus.subscribe("board", ({ message }) => received.push(message));
 * await bus.publish("board", { added: 7 });
 * assertEquals(received, [{ added: 7 }, { added: 7 }]);
 * ```
 */
export interface Bus {
  /** Publishes a message. Returns its cursor. */
  publish(topic: string, message: unknown, options?: PublishOptions): Promise<string>;
  /** Subscribes a listener. Resolves when the listener receives every message published from then on. */
  subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    options?: SubscribeOptions,
  ): Promise<BusSubscription>;
}
