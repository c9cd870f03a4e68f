/**
 * One topic on one instance: everything that is published to it comes in once, and goes out to every stream.
 *
 * ```
 * bus ──▶ subscription ──▶ latest messages ──▶ watcher ──▶ stream
 *    └──▶ subscription of one that came back ──▶ watcher, until the two meet
 * ```
 *
 * @module
 */
import { notify, type Report, reportTo } from "../callback.ts";
import { runAfterIo } from "../platform/timers.ts";
import type { Bus, BusMessage, BusSubscription } from "../store/store.ts";
import { type LiveStep, type Places, placesOf, readMessage, stepsOf } from "./message.ts";
import { MAX_WAITING, MAX_WAITING_CHARS, type Waiting, type Watcher } from "./watcher.ts";

/** How many of the latest messages are kept for those who come back, and for the meeting of two subscriptions. */
const MAX_LATEST = 128;
/** How many characters of JSON they may have. */
const MAX_LATEST_CHARS = 512 * 1024;

/** Milliseconds between two times that messages are handed on: so many for each who watches, and no more than so many. */
const PAUSE_PER_WATCHER = 0.01;
const MAX_PAUSE = 50;

/** A message as its watchers get it: the same steps for all of them. */
interface Arrived {
  readonly steps: readonly Waiting[];
  readonly size: number;
}

const CATCH_UP: LiveStep = { kind: "catchUp", marks: {} };

/** A topic that somebody watches. */
export class Topic {
  readonly #bus: Bus;
  readonly #name: string;
  readonly #report: Report;
  readonly #places: Places;
  readonly #watchers = new Set<Watcher>();
  /** The latest messages by their cursors, the oldest first. */
  readonly #latest = new Map<string, Arrived>();
  /** Their cursors: the first of a map that is always emptied there takes longer to find. */
  #order: string[] = [];
  /** The sum of their sizes. */
  #size = 0;
  #subscription: Promise<BusSubscription> | null = null;
  /** The cursor of the latest message, or where the subscription began; `null` where the bus does not say. */
  #cursor: string | null = null;
  /** What has come and was not handed on: all that comes at once is one chunk for each stream, and not one each. */
  #arriving: Waiting[] = [];
  /** The sum of its sizes. */
  #arrivingSize = 0;
  /** When that was last done, in the milliseconds of `performance.now()`. */
  #handedOn = -Infinity;
  /** Whether it was reported that messages come which this version cannot read; never reset. */
  #isToldOfOthers = false;
  /** Runs while it waits for its time. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Makes a topic that nobody watches yet.
   *
   * @param bus What it comes over.
   * @param name The topic.
   * @param report Called once, when a message comes that cannot be read.
   */
  constructor(bus: Bus, name: string, report: Report) {
    this.#bus = bus;
    this.#name = name;
    this.#report = report;
    this.#places = placesOf(name);
  }

  /**
   * Lets a watcher in: it gets what it missed, and then what comes.
   *
   * @param watcher The watcher.
   * @param lastEventId What its browser sent back; `null` for one that begins.
   * @returns What lets it go.
   * @throws {unknown} What the bus threw: it cannot be reached.
   */
  async join(watcher: Watcher, lastEventId: string | null): Promise<() => Promise<void>> {
    await (this.#subscription ??= this.#begin());
    const cursor = this.#places.cursorOf(lastEventId);
    this.#handOn();
    if (cursor === null) {
      watcher.tell(CATCH_UP);
      // What it shows may be newer than this; what comes after is heard once more rather than never.
      if (this.#cursor !== null) watcher.tell({ kind: "place", marks: { id: this.#places.idOf(this.#cursor) } });
    } else {
      watcher.tell({ kind: "place", marks: { id: this.#places.idOf(cursor) } });
      if (cursor !== this.#cursor && !this.#latest.has(cursor)) return await this.#replay(watcher, cursor);
      this.#pushAfter(cursor, watcher);
    }
    this.#watchers.add(watcher);
    return () => this.#leave(watcher);
  }

  /** Lets go of the bus. Never rejects. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    // What it could not be subscribed for was told to those who joined.
    const subscription = await this.#subscription?.catch(() => null) ?? null;
    if (subscription !== null) await this.#end(subscription);
  }

  /** Ends a subscription: one that fails to is reported, and is no matter of the stream or the publisher that it was for. */
  async #end(subscription: BusSubscription): Promise<void> {
    await notify(() => subscription[Symbol.asyncDispose](), this.#report);
  }

  async #begin(): Promise<BusSubscription> {
    const listener = (message: BusMessage): void => this.#receive(message);
    const subscription = await this.#bus.subscribe(this.#name, listener, { onGap: () => this.#lose() });
    // Once, now: later it would be a place that more has passed than is remembered here.
    this.#cursor ??= subscription.cursor ?? null;
    return subscription;
  }

  // deno-lint-ignore require-await -- one of two ways to leave, the other has to wait
  async #leave(watcher: Watcher): Promise<void> {
    this.#watchers.delete(watcher);
  }

  /**
   * A subscription of its own for what lies further back than the latest messages. As soon as it brings one of these,
   * the rest is taken from them, and the watcher is as any other.
   */
  async #replay(watcher: Watcher, cursor: string): Promise<() => Promise<void>> {
    let isJoined = false;
    // A bus may call its listener before it has given the subscription.
    const { promise: subscribed, resolve: onSubscribed } = Promise.withResolvers<BusSubscription>();
    const join = (): void => {
      isJoined = true;
      if (!watcher.isEnded) this.#watchers.add(watcher);
    };
    const listener = (message: BusMessage): void => {
      if (isJoined) return;
      const known = this.#latest.get(message.cursor);
      watcher.push((known ?? this.#read(message)).steps);
      if (known === undefined) return;
      this.#handOn();
      this.#pushAfter(message.cursor, watcher);
      join();
      notify(async () => await this.#end(await subscribed), this.#report);
    };
    const own = await this.#bus.subscribe(this.#name, listener, {
      after: cursor,
      onGap: () => watcher.tell(CATCH_UP),
    });
    onSubscribed(own);
    if (!own.isComplete && !isJoined) {
      join();
      watcher.tell(CATCH_UP);
      if (this.#cursor !== null) watcher.tell({ kind: "place", marks: { id: this.#places.idOf(this.#cursor) } });
      await this.#end(own);
    }
    return async () => {
      await this.#end(own);
      await this.#leave(watcher);
    };
  }

  #receive(message: BusMessage): void {
    const arrived = this.#read(message);
    this.#cursor = message.cursor;
    this.#latest.set(message.cursor, arrived);
    this.#size += arrived.size;
    this.#order.push(message.cursor);
    while (this.#order.length > MAX_LATEST || (this.#size > MAX_LATEST_CHARS && this.#order.length > 0)) {
      const oldest = this.#order.shift() ?? "";
      this.#size -= this.#latest.get(oldest)?.size ?? 0;
      this.#latest.delete(oldest);
    }
    if (this.#arriving.length === 0) this.#handOnSoon();
    this.#arriving.push(...arrived.steps);
    this.#arrivingSize += arrived.size;
    // A publisher who never lets go of the thread must not fill the memory with what nobody has been handed.
    if (this.#arriving.length >= MAX_WAITING || this.#arrivingSize >= MAX_WAITING_CHARS) this.#handOn();
  }

  /**
   * At the end of this turn of the event loop; where the last time was just now and for many, a little later. To hand on to
   * thousands takes longer than the next message takes to come: one by one they would fall behind, at once they do not.
   */
  #handOnSoon(): void {
    const pause = Math.min(this.#watchers.size * PAUSE_PER_WATCHER, MAX_PAUSE);
    const left = this.#handedOn + pause - performance.now();
    if (left < 1) runAfterIo(() => this.#handOn());
    else this.#timer = setTimeout(() => this.#handOn(), left);
  }

  /** Hands on what has come, before anybody else joins: who does has it from the latest messages. */
  #handOn(): void {
    clearTimeout(this.#timer);
    const steps = this.#arriving;
    this.#arriving = [];
    this.#arrivingSize = 0;
    if (steps.length === 0) return;
    this.#handedOn = performance.now();
    for (const watcher of this.#watchers) watcher.push(steps);
  }

  /** What cannot be read, as what another deployed version publishes, is a gap: its place is passed, and nothing is lost. */
  #read({ cursor, message }: BusMessage): Arrived {
    const read = readMessage(message);
    if (read === null) this.#reportOnce();
    const steps = stepsOf(read ?? { kind: "lost" }, this.#places.idOf(cursor));
    // Not what a bus of JSON gives, and not to be trusted to be so.
    const size = JSON.stringify(message)?.length ?? 0;
    return { steps: steps.map((step) => ({ step, size: size / steps.length })), size };
  }

  /** A deployment publishes many of them, and one says it all. */
  #reportOnce(): void {
    if (this.#isToldOfOthers) return;
    this.#isToldOfOthers = true;
    reportTo(
      this.#report,
      new TypeError(
        `Cannot read a message of topic "${this.#name}": it is not of this version; watchers look at the whole state instead`,
      ),
    );
  }

  /** What came after a message that is among the latest. */
  #pushAfter(cursor: string, watcher: Watcher): void {
    let isAfter = false;
    for (const [each, { steps }] of this.#latest) {
      if (isAfter) watcher.push(steps);
      isAfter ||= each === cursor;
    }
  }

  /** Messages may have passed by: what is kept is no longer without a gap. */
  #lose(): void {
    this.#handOn();
    this.#cursor = null;
    this.#latest.clear();
    this.#order = [];
    this.#size = 0;
    for (const watcher of this.#watchers) watcher.tell(CATCH_UP);
  }
}
