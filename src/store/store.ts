/**
 * `Store` and `Bus`: the two seams through which several instances of an application share what one would keep in
 * memory. Each is as narrow as its use, so that an adapter over Redis, SQLite or Deno KV is a page of code.
 *
 * @module
 */

/**
 * Keeps values under keys for a while.
 *
 * **Values** are JSON: what `JSON.parse(JSON.stringify(value))` gives back equal. A store keeps a copy. `null` is how an
 * absent value is told, so it cannot be one. **Keys** are texts of at most 512 characters. **Seconds** are above 0, and
 * count from the call; from then on a value is as if it had never been there, exactly, however late a store clears it
 * away.
 *
 * **Each method is atomic**, also against other instances that share the store: of two `putIfAbsent` for one key one
 * gives `true`, and nothing comes between the comparison and the change in `replace` and `deleteIf`. Values are compared
 * as their JSON texts.
 *
 * **A bounded store** may drop values before their time, the ones written longest ago first; but never one that
 * `putIfAbsent` made and nothing has replaced since: somebody holds it. Where there is no room without dropping such a
 * value, it rejects.
 *
 * A store that cannot be reached rejects, within a few seconds, and never guesses. Whoever asked then refuses with 503,
 * so that nothing runs twice. `createHandler({ storeSeconds })` bounds each call of any store, for one that never answers.
 * No call waits synchronously: while a lock is held elsewhere the event loop serves others.
 *
 * @example Keeping a draft for a day
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
  /** The value of a key, or `null` when there is none. */
  get(key: string): Promise<unknown>;
  /** Keeps a value, in place of any that was there. */
  put(key: string, value: unknown, seconds: number): Promise<void>;
  /** Keeps a value unless there is one; gives whether it was kept. */
  putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean>;
  /**
   * Keeps a value in place of one that equals `expected`; gives whether it was so. With the same value twice it is kept
   * longer, and still held.
   */
  replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean>;
  /** Removes a value that equals `expected`; gives whether it was so. */
  deleteIf(key: string, expected: unknown): Promise<boolean>;
  /** Removes whatever value is there. */
  delete(key: string): Promise<void>;
}

/** What a {@linkcode Bus} carries to a listener. */
export interface BusMessage {
  /**
   * Where in its topic the message stands: up to 200 printable ASCII characters without a space, without meaning outside
   * their bus, to be given back as `after`.
   */
  readonly cursor: string;
  /**
   * What was published; `null`, which no message is, where something stands that the bus cannot read: the listener has
   * missed whatever it said.
   */
  readonly message: unknown;
}

/** Options for publishing one message. */
export interface PublishOptions {
  /**
   * Time for which those who come back may still need the message, in seconds. A bus that keeps its log outside of the
   * process keeps it no longer. Default: as long as the bus keeps any message.
   */
  readonly keepSeconds?: number | undefined;
}

/** Where a subscription begins. */
export interface SubscribeOptions {
  /** Begin after this message, with all that followed it. Default: begin with what is published from now on. */
  readonly after?: string | null | undefined;
  /**
   * Called when messages may have passed the listener by, before it gets the next one: the bus was away for longer than
   * its log reaches back, or has lost it. The subscriber then has to look at the whole state again. Never called by a bus
   * in memory. Default: nobody is told.
   */
  readonly onGap?: (() => void) | undefined;
}

/** A subscription: dispose it to end it. */
export interface BusSubscription extends AsyncDisposable {
  /**
   * Whether everything after `after` was there; `false` when the log no longer reaches back, or the cursor is not one of
   * this bus: the subscriber then has to look at the whole state again. `true` where no `after` was given.
   */
  readonly isComplete: boolean;
  /**
   * Where a subscription without `after` begins: as if the latest message of the topic had this cursor. `null`, or
   * nothing, where a bus cannot say; who comes back before anything was published then has to look at the whole state.
   */
  readonly cursor?: string | null | undefined;
}

/**
 * Carries messages to everyone who listens to a topic, on every instance.
 *
 * **Messages** are JSON, as the values of a {@linkcode Store}. **Order**: within a topic every listener gets them in the
 * order of their cursors, the publisher's own listeners too; between topics there is none. **Once**: a listener gets
 * each message once; one that subscribes with `after` gets what came since and then what comes, without a message twice,
 * and without a gap that `isComplete` or `onGap` does not tell of. **Log**: a bus keeps the latest messages of a topic,
 * bounded in count and in bytes, for those who come back; a message above the bound is carried and not kept. A bus that loses its connection finds it again by itself, and its subscriptions go on.
 *
 * `publish` resolves when the message has its place, not when it has been heard. A listener returns at once; what it
 * throws is reported, and keeps nothing from the others.
 *
 * @example Two listeners
 * ```ts
 * import { type Bus, createMemoryBus } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const bus: Bus = createMemoryBus();
 * const heard: unknown[] = [];
 * await using _one = await bus.subscribe("board", ({ message }) => heard.push(message));
 * await using _two = await bus.subscribe("board", ({ message }) => heard.push(message));
 * await bus.publish("board", { added: 7 });
 * assertEquals(heard, [{ added: 7 }, { added: 7 }]);
 * ```
 */
export interface Bus {
  /** Publishes a message; gives its cursor. */
  publish(topic: string, message: unknown, options?: PublishOptions): Promise<string>;
  /** Subscribes a listener; resolves when no message published from then on can pass it by. */
  subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    options?: SubscribeOptions,
  ): Promise<BusSubscription>;
}
