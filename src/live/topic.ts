// One topic on one instance: each message arrives once and goes to every stream.
//
// ```
// bus ──▶ subscription ──▶ recent messages ──▶ watcher ──▶ stream
//    └──▶ subscription of a watcher that resumes ──▶ watcher, until it reaches the recent messages
// ```
import { notify, type Report, reportTo } from "../callback.ts";
import { runAfterIo } from "../platform/timers.ts";
import type { Bus, BusMessage, BusSubscription } from "../store/store.ts";
import { type LiveStep, type Places, placesOf, readMessage, stepsOf } from "./message.ts";
import { MAX_WAITING, MAX_WAITING_CHARS, type Waiting, type Watcher } from "./watcher.ts";

/** Maximum number of recent messages. */
const MAX_RECENT = 128;
/** Maximum length of the JSON of the recent messages. */
const MAX_RECENT_CHARS = 512 * 1024;

/** Pause between two deliveries in milliseconds: per watcher, and at most. */
const PAUSE_PER_WATCHER = 0.01;
const MAX_PAUSE = 50;

const CATCH_UP: LiveStep = { kind: "catchUp", marks: {} };

/** A message with the steps that all watchers receive. */
interface Arrived {
  readonly cursor: string;
  readonly steps: readonly Waiting[];
  readonly size: number;
}

/** A topic that has watchers. */
export class Topic {
  readonly #bus: Bus;
  readonly #name: string;
  readonly #report: Report;
  readonly #places: Places;
  readonly #watchers = new Set<Watcher>();
  readonly #recent = new RecentMessages();
  #subscription: Promise<BusSubscription> | null = null;
  /** Cursor of the latest message, or of the start of the subscription; `null` if the bus does not track positions. */
  #cursor: string | null = null;
  /** Steps that are not delivered yet. Messages that arrive together become one chunk of each stream. */
  #pending: Waiting[] = [];
  /** Sum of the sizes of the pending steps. */
  #pendingSize = 0;
  /** Time of the last delivery, by `performance.now()`. */
  #deliveredAt = -Infinity;
  /** Delivers later. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** `true` once a message that this version cannot read was reported. */
  #isReported = false;

  constructor(bus: Bus, name: string, report: Report) {
    this.#bus = bus;
    this.#name = name;
    this.#report = report;
    this.#places = placesOf(name);
  }

  /**
   * Adds a watcher, which receives the messages that it missed, and then new ones. Throws the error of the bus if it cannot be
   * reached.
   *
   * @param watcher The watcher.
   * @param lastEventId Position that its browser sent back, or `null` for a new tab.
   * @returns Removes the watcher.
   */
  async join(watcher: Watcher, lastEventId: string | null): Promise<() => void | Promise<void>> {
    await (this.#subscription ??= this.#subscribe());
    const cursor = this.#places.cursorOf(lastEventId);
    this.#deliver();
    if (cursor === null) {
      this.#refresh(watcher);
    } else {
      this.#pushPosition(cursor, watcher);
      if (cursor !== this.#cursor && this.#recent.get(cursor) === undefined) return await this.#replay(watcher, cursor);
      this.#recent.pushAfter(cursor, watcher);
    }
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Ends the subscription. Never rejects. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    // If it could not be subscribed, those who joined have got the error.
    const subscription = await this.#subscription?.catch(() => null) ?? null;
    if (subscription !== null) await this.#end(subscription);
  }

  /** Ends a subscription. A failure is reported: it does not concern the stream or the publisher. */
  async #end(subscription: BusSubscription): Promise<void> {
    await notify(() => subscription[Symbol.asyncDispose](), this.#report);
  }

  async #subscribe(): Promise<BusSubscription> {
    const listener = (message: BusMessage): void => this.#receive(message);
    const subscription = await this.#bus.subscribe(this.#name, listener, { onGap: () => this.#startOver() });
    // Unless a message has arrived already.
    this.#cursor ??= subscription.cursor ?? null;
    return subscription;
  }

  /** Makes a watcher refresh the whole state, and continue from the current position. */
  #refresh(watcher: Watcher): void {
    watcher.pushStep(CATCH_UP);
    // The state may be newer than this position: a message may be delivered again, but none is missed.
    if (this.#cursor !== null) this.#pushPosition(this.#cursor, watcher);
  }

  #pushPosition(cursor: string, watcher: Watcher): void {
    watcher.pushStep({ kind: "place", marks: { id: this.#places.idOf(cursor) } });
  }

  /**
   * Subscribes once more, for messages older than the recent ones. As soon as a recent message arrives, the watcher receives
   * the others from memory, and then joins the other watchers.
   */
  async #replay(watcher: Watcher, cursor: string): Promise<() => Promise<void>> {
    let isJoined = false;
    // A bus may call its listener before `subscribe()` resolves.
    const { promise: subscribed, resolve: onSubscribed } = Promise.withResolvers<BusSubscription>();
    const join = (): void => {
      isJoined = true;
      if (!watcher.isEnded) this.#watchers.add(watcher);
    };
    const listener = (message: BusMessage): void => {
      if (isJoined) return;
      const recent = this.#recent.get(message.cursor);
      watcher.push((recent ?? this.#read(message)).steps);
      if (recent === undefined) return;
      this.#deliver();
      this.#recent.pushAfter(message.cursor, watcher);
      join();
      notify(async () => await this.#end(await subscribed), this.#report);
    };
    const onGap = (): void => watcher.pushStep(CATCH_UP);
    const own = await this.#bus.subscribe(this.#name, listener, { after: cursor, onGap });
    onSubscribed(own);
    if (!own.isComplete) {
      const wasJoined = isJoined;
      join();
      // Also if a recent message arrived meanwhile: those before it are missing.
      this.#refresh(watcher);
      if (!wasJoined) await this.#end(own);
    }
    return async () => {
      await this.#end(own);
      this.#watchers.delete(watcher);
    };
  }

  #receive(message: BusMessage): void {
    const arrived = this.#read(message);
    this.#cursor = message.cursor;
    this.#recent.add(arrived);
    if (this.#pending.length === 0) this.#deliverSoon();
    this.#pending.push(...arrived.steps);
    this.#pendingSize += arrived.size;
    // A publisher that never yields to the event loop must not fill the memory.
    if (this.#pending.length >= MAX_WAITING || this.#pendingSize >= MAX_WAITING_CHARS) this.#deliver();
  }

  /**
   * Delivers at the end of this turn of the event loop, or later if many watchers had a delivery just before. Delivering to
   * thousands takes longer than the next message takes to arrive: one by one they would fall behind, together they do not.
   */
  #deliverSoon(): void {
    const pause = Math.min(this.#watchers.size * PAUSE_PER_WATCHER, MAX_PAUSE);
    const left = this.#deliveredAt + pause - performance.now();
    if (left < 1) runAfterIo(() => this.#deliver());
    else this.#timer = setTimeout(() => this.#deliver(), left);
  }

  /** Delivers the pending steps. Called before a watcher joins too, which receives them from the recent messages. */
  #deliver(): void {
    clearTimeout(this.#timer);
    const steps = this.#pending;
    this.#pending = [];
    this.#pendingSize = 0;
    if (steps.length === 0) return;
    this.#deliveredAt = performance.now();
    for (const watcher of this.#watchers) watcher.push(steps);
  }

  /** Decodes a message. One of another deployed version becomes a refresh at its position, so that nothing is lost. */
  #read({ cursor, message }: BusMessage): Arrived {
    const read = readMessage(message);
    if (read === null) this.#reportUnreadable();
    const steps = stepsOf(read ?? { kind: "lost" }, this.#places.idOf(cursor));
    // A bus of the application may pass a message that is not JSON.
    const size = JSON.stringify(message)?.length ?? 0;
    return { cursor, steps: steps.map((step) => ({ step, size: size / steps.length })), size };
  }

  /** Reports once that a message cannot be read: a deployment may publish many of them. */
  #reportUnreadable(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const message =
      `Cannot read a message of topic "${this.#name}": it is not of this version; watchers refresh instead`;
    reportTo(this.#report, new TypeError(message));
  }

  /** Makes every watcher refresh after a gap. The recent messages are incomplete, so they are dropped. */
  #startOver(): void {
    this.#deliver();
    this.#cursor = null;
    this.#recent.clear();
    for (const watcher of this.#watchers) watcher.pushStep(CATCH_UP);
  }
}

/** The latest messages of a topic, for watchers that resume, bounded in number and in size. */
class RecentMessages {
  #messages: Arrived[] = [];
  /** Sum of the sizes of the messages. */
  #size = 0;

  add(message: Arrived): void {
    this.#messages.push(message);
    this.#size += message.size;
    while (this.#messages.length > MAX_RECENT || this.#size > MAX_RECENT_CHARS) {
      const oldest = this.#messages.shift();
      if (oldest === undefined) return;
      this.#size -= oldest.size;
    }
  }

  get(cursor: string): Arrived | undefined {
    return this.#messages.find((message) => message.cursor === cursor);
  }

  /** Adds the messages after the one with a cursor to a watcher: none if that message is not recent. */
  pushAfter(cursor: string, watcher: Watcher): void {
    const index = this.#messages.findIndex((message) => message.cursor === cursor);
    if (index === -1) return;
    for (const { steps } of this.#messages.slice(index + 1)) watcher.push(steps);
  }

  clear(): void {
    this.#messages = [];
    this.#size = 0;
  }
}
