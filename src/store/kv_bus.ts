// A `Bus` in Deno KV, for instances that share one database.
//
// ```
// publish ──▶ head of the topic: epoch, number of the latest message ──▶ watch, poll ──▶ listener
//        └──▶ log: one entry for each number ──────────────────────────────────▶ read ──┘
// ```
//
// The watch of a database on a file reports the changes of its own process only. Therefore each listener also looks every second.
import { notify, type Report } from "../callback.ts";
import { logListenerError, toJson } from "./entry.ts";
import type { KvDatabase } from "./kv.ts";
import { whenUnlocked } from "./lock.ts";
import type { Bus, BusMessage, BusSubscription, SubscribeOptions } from "./store.ts";

/** The part of `Deno.Kv` that the bus uses. */
export interface KvBusDatabase extends KvDatabase {
  /** Emits the entries of keys whenever they change. */
  watch(keys: readonly (readonly (string | number)[])[]): ReadableStream<unknown>;
}

/** Options for {@linkcode createKvBus}. */
export interface KvBusOptions {
  /** First part of every key. Nothing else may write below it. Default: `"hyper"`. */
  readonly prefix?: string | undefined;
  /** Called with an error that a listener throws, or with one of the database. Default: logs it to the console. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Creates a bus in Deno KV. Run Deno with `--unstable-kv`, or set `"unstable": ["kv"]` in `deno.json`.
 *
 * A message reaches the process that publishes it at once, other processes that use a remote database as soon as it reports the
 * change, and those that share a database file within a second. The log of a topic keeps the latest 1,000 messages for an hour. Of a
 * message whose JSON has more than 260,000 characters, listeners receive `null`: they have missed it, and refresh.
 *
 * Deno KV serializes the messages of a topic, so this bus is for some ten messages per second. For more, use Redis.
 *
 * @param kv The open database. The caller closes it, after the handler is closed.
 * @param options Prefix of the keys.
 * @returns The bus.
 *
 * @example Share topics among all instances
 * ```ts ignore
 * import { createHandler, createKvBus, createKvStore } from "@hyper/actions";
 *
 * const kv = await Deno.openKv();
 * Deno.serve(createHandler({ store: createKvStore(kv), bus: createKvBus(kv) }));
 * ```
 */
export function createKvBus(kv: KvBusDatabase, options: KvBusOptions = {}): Bus {
  return new KvBus(kv, options.prefix ?? "hyper", options.onError ?? logListenerError);
}

/** Number of messages in the log of a topic. */
const MAX_MESSAGES = 1_000;
/** Time for which a message is kept, and for which a topic without messages keeps its numbers, in milliseconds. */
const LOG_MS = 3_600_000;
const HEAD_MS = 30 * 86_400_000;
/** Time between two looks of a listener, in milliseconds. */
const POLL_MS = 1_000;
/** Maximum length of a piece of a message, and their maximum number: Deno KV limits a value to 64 KiB, a transaction to 800 KiB. */
const PIECE = 20_000;
const MAX_PIECES = 13;

/** The latest message of a topic. */
interface Head {
  /** Part of every cursor, so that numbers are not confused after the topic was lost. */
  readonly epoch: string;
  readonly last: number;
}

/** The first piece of a message, and the number of all pieces: 0 for a message that was too long. */
interface Entry {
  readonly text: string;
  readonly count: number;
}

class KvBus implements Bus {
  readonly #kv: KvBusDatabase;
  readonly #prefix: string;
  readonly #report: Report;

  constructor(kv: KvBusDatabase, prefix: string, report: Report) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#report = report;
  }

  async publish(topic: string, message: unknown): Promise<string> {
    return await this.#logOf(topic).append(toJson(topic, message));
  }

  async subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    { after = null, onGap = () => {} }: SubscribeOptions = {},
  ): Promise<BusSubscription> {
    const own = new KvListener(this.#logOf(topic), listener, onGap, this.#report);
    const isComplete = await own.start(after);
    const { cursor } = own;
    own.look();
    return { isComplete, cursor, [Symbol.asyncDispose]: () => own.end() };
  }

  #logOf(topic: string): KvLog {
    return new KvLog(this.#kv, [this.#prefix, "bus", topic]);
  }
}

/** The log of a topic. */
class KvLog {
  readonly #kv: KvBusDatabase;
  readonly #key: readonly string[];

  constructor(kv: KvBusDatabase, key: readonly string[]) {
    this.#kv = kv;
    this.#key = key;
  }

  /** Emits whenever a message has been appended, as far as the database reports it. */
  watch(): ReadableStreamDefaultReader<unknown> {
    return this.#kv.watch([[...this.#key, "head"]]).getReader();
  }

  async head(): Promise<Head | null> {
    return (await whenUnlocked(() => this.#kv.get<Head>([...this.#key, "head"]))).value;
  }

  /** Returns the head, which it creates for a topic without messages, so that there is a position to return to. */
  async begin(): Promise<Head> {
    for (;;) {
      const old = await whenUnlocked(() => this.#kv.get<Head>([...this.#key, "head"]));
      if (old.value !== null) return old.value;
      const head: Head = { epoch: crypto.randomUUID(), last: 0 };
      const change = this.#kv.atomic().check(old).set([...this.#key, "head"], head, { expireIn: HEAD_MS });
      if ((await whenUnlocked(() => change.commit())).ok) return head;
    }
  }

  /** Returns the text of a message, `null` if it is not in the log. */
  async read({ epoch }: Head, number: number): Promise<string | null> {
    const keyOf = (piece: number): readonly (string | number)[] => [...this.#key, epoch, number, piece];
    const first = (await whenUnlocked(() => this.#kv.get<Entry>(keyOf(0)))).value;
    if (first === null) return null;
    let { text } = first;
    for (let piece = 1; piece < first.count; piece++) {
      const { value } = await whenUnlocked(() => this.#kv.get<Entry>(keyOf(piece)));
      if (value === null) return null;
      text += value.text;
    }
    return text;
  }

  /** Appends a message. Returns its cursor. */
  async append(text: string): Promise<string> {
    const count = Math.ceil(text.length / PIECE);
    const pieces = count > MAX_PIECES
      ? [{ text: "null", count: 1 }]
      : Array.from({ length: count }, (_, index) => ({ text: text.slice(index * PIECE, (index + 1) * PIECE), count }));
    for (;;) {
      const old = await whenUnlocked(() => this.#kv.get<Head>([...this.#key, "head"]));
      const { epoch, last } = old.value ?? { epoch: crypto.randomUUID(), last: 0 };
      const number = last + 1;
      const change = this.#kv.atomic().check(old)
        .set([...this.#key, "head"], { epoch, last: number } satisfies Head, { expireIn: HEAD_MS })
        .delete([...this.#key, epoch, number - MAX_MESSAGES, 0]);
      for (const [index, piece] of pieces.entries()) {
        change.set([...this.#key, epoch, number, index], piece, { expireIn: LOG_MS });
      }
      // Another message came first: this one is the next.
      if ((await whenUnlocked(() => change.commit())).ok) return cursorText(epoch, number);
    }
  }
}

/** A listener of a topic. */
class KvListener {
  readonly #log: KvLog;
  readonly #listener: (message: BusMessage) => void;
  readonly #onGap: () => void;
  readonly #report: Report;
  /** The last message that was delivered. */
  #at: Head = { epoch: "", last: 0 };
  #isEnded = false;
  #isLooking = false;
  /** `true` if it must look once more. */
  #isDue = false;
  #looking: Promise<void> = Promise.resolve();
  #reader: ReadableStreamDefaultReader<unknown> | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(log: KvLog, listener: (message: BusMessage) => void, onGap: () => void, report: Report) {
    this.#log = log;
    this.#listener = listener;
    this.#onGap = onGap;
    this.#report = report;
  }

  /** Position of the last message. */
  get cursor(): string {
    return cursorText(this.#at.epoch, this.#at.last);
  }

  /** Begins after a position. Returns whether the log reaches back to it. */
  async start(after: string | null): Promise<boolean> {
    const head = await this.#log.begin();
    const from = after === null ? null : readCursor(after);
    const isKnown = from !== null && from.epoch === head.epoch && from.last <= head.last;
    const isComplete = after === null ||
      (isKnown && (from.last === head.last || await this.#log.read(head, from.last + 1) !== null));
    this.#at = isKnown && isComplete ? from : head;
    this.#reader = this.#log.watch();
    this.#timer = setInterval(() => this.look(), POLL_MS);
    notify(() => this.#watch(), this.#report);
    return isComplete;
  }

  /** Delivers what is new. */
  look(): void {
    this.#isDue = true;
    if (this.#isLooking || this.#isEnded) return;
    this.#looking = this.#look();
  }

  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearInterval(this.#timer);
    await this.#reader?.cancel();
    await this.#looking;
  }

  async #watch(): Promise<void> {
    while (this.#reader !== null && !(await this.#reader.read()).done) this.look();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#isDue && !this.#isEnded) {
      this.#isDue = false;
      // The database cannot be reached: looked again in a second.
      await notify(() => this.#deliverNew(), this.#report);
    }
    this.#isLooking = false;
  }

  async #deliverNew(): Promise<void> {
    const head = await this.#log.head();
    if (head === null) return;
    // The topic has begun again: earlier messages may be lost.
    if (this.#at.epoch !== head.epoch) notify(this.#onGap, this.#report);
    const last = this.#at.epoch === head.epoch ? this.#at.last : 0;
    if (head.last - last > MAX_MESSAGES) notify(this.#onGap, this.#report);
    for (let number = Math.max(last, head.last - MAX_MESSAGES) + 1; number <= head.last; number++) {
      const text = await this.#log.read(head, number);
      if (this.#isEnded) return;
      this.#at = { epoch: head.epoch, last: number };
      if (text === null) notify(this.#onGap, this.#report);
      else this.#deliver(cursorText(head.epoch, number), text);
    }
  }

  #deliver(cursor: string, text: string): void {
    // Parsed for each listener, so that none can change the message of another.
    notify(() => this.#listener({ cursor, message: JSON.parse(text) }), this.#report);
  }
}

function cursorText(epoch: string, number: number): string {
  return `${epoch}.${number}`;
}

function readCursor(cursor: string): Head | null {
  const [epoch, number] = cursor.split(".", 2);
  return epoch && /^\d{1,15}$/.test(number ?? "") ? { epoch, last: Number(number) } : null;
}
