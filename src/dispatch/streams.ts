// The slots of running generators: their number, their holders, and the release of their readers.
import type { Holder } from "../http/caller.ts";
import type { Limits } from "../http/limits.ts";
import { createPool, type Hold, type Pool, type PoolRefusal } from "../http/pool.ts";

/**
 * Milliseconds that a generator may take to end. A generator that never stops waiting cannot be ended from outside; after this time
 * another generator may get its slot.
 */
export const STUCK_MS = 30_000;

/** Maximum number of subscriptions of one stream, and of a principal for each stream that the principal may have. */
export const MAX_SUBSCRIPTIONS = 100;
/** Maximum number of subscriptions of a process, for each stream that it may have. */
const SUBSCRIPTIONS_PER_STREAM = 10;

/** Milliseconds to wait for a slot. */
const WAIT_MS = 1_000;
/** Maximum number of requests that wait. */
const MAX_WAITING = 500;

/** A reader of a stream. Not an abort signal, which takes 700 bytes with its listener: a server has thousands of idle streams. */
export interface StreamReader {
  /** Called once when the reader must be released: the user was disconnected, or the process shuts down. */
  release(): void;
}

/** The right to run one generator, held until the generator has ended, with or without a reader. */
export interface StreamSlot {
  readonly kind: "slot";
  /** `true` once the reader must be released. */
  readonly isReleased: boolean;
  /** Sets the reader that is notified when it must be released; `null` if it has left. */
  setReader(reader: StreamReader | null): void;
  /** Records that the reader has left, while the generator may still run. */
  leave(): void;
  /**
   * Lets the generator go on for a moment without its reader, and lets others have its slot.
   *
   * @param reader Notified when the generator must end at once.
   * @returns `false` if too many go on already.
   */
  linger(reader: StreamReader): boolean;
  /**
   * Records that the generator is being ended.
   *
   * @param onStuck Called if it has not ended after {@linkcode STUCK_MS} and another generator needs the slot.
   */
  end(onStuck: () => void): void;
  /** Releases the slot. A second call does nothing. */
  release(): void;
}

/** The reason why a slot is not available. */
export type StreamRefusal = PoolRefusal | { readonly kind: "closing" };

/** Hands out slots. */
export interface Streams {
  /**
   * Takes a slot for one more generator.
   *
   * @param holder The principal or address it runs for.
   */
  open(holder: Holder): StreamSlot | StreamRefusal;
  /**
   * The same, but waits a moment for a slot: a browser that closes a stream may open the next one before the server notices. A holder who
   * has waited in vain waits again only after a slot was released.
   *
   * @param client Its signal is read only if every slot is taken, because it takes memory for as long as the stream is open.
   */
  openSoon(holder: Holder, client: { readonly gone: AbortSignal }): Promise<StreamSlot | StreamRefusal>;
  /** Returns a slot for a generator whose patches travel on a stream that has one: a subscription. They are counted apart. */
  join(holder: Holder): StreamSlot | StreamRefusal;
  /** Releases every reader of the principals that match. */
  disconnect(isMeant: (principal: string) => boolean): void;
  /** Releases every reader, waits until all have left, and refuses new ones. */
  close(): Promise<void>;
}

/** Creates the slots of one handler. */
export function createStreams(
  limits: Pick<Limits, "streams" | "streamsPerCaller">,
  onOpen: () => void = () => {},
): Streams {
  return new StreamSlots(limits, onOpen);
}

class StreamSlots implements Streams {
  /** The slots whose stream has a reader. */
  readonly read = new Set<Slot>();
  /** The slots whose generator is being ended, in order. */
  readonly ending = new Map<Slot, { readonly since: number; readonly onStuck: () => void }>();
  readonly #pool: Pool;
  /** Counts subscriptions, and generators that go on without their reader. */
  readonly #subscriptions: Pool;
  /** Wake the requests that wait for a slot. */
  readonly #waiting = new Set<() => void>();
  /** Holders that have waited in vain since a slot was released last. */
  readonly #inVain = new Set<string>();
  readonly #onOpen: () => void;
  // Set by `close()`, and never reset.
  #isClosed = false;
  // Wakes the callers of `close()` when the last reader has left.
  #idle: (() => void)[] = [];

  constructor({ streams, streamsPerCaller }: Pick<Limits, "streams" | "streamsPerCaller">, onOpen: () => void) {
    const perPrincipal = { limit: "streamsPerCaller", maximum: streamsPerCaller };
    this.#pool = createPool({ limit: "streams", size: streams, perPrincipal });
    this.#subscriptions = createPool({
      limit: "streams",
      size: streams * SUBSCRIPTIONS_PER_STREAM,
      perPrincipal: { ...perPrincipal, maximum: streamsPerCaller * MAX_SUBSCRIPTIONS },
    });
    this.#onOpen = onOpen;
  }

  open(holder: Holder): StreamSlot | StreamRefusal {
    if (this.#isClosed) return { kind: "closing" };
    const hold = this.#take(holder);
    return hold.kind === "refused" ? hold : this.#add(new Slot(this, holder, hold));
  }

  async openSoon(holder: Holder, client: { readonly gone: AbortSignal }): Promise<StreamSlot | StreamRefusal> {
    const name = holder.kind === "unknown" ? "" : `${holder.kind} ${holder.name}`;
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const opened = this.open(holder);
      if (opened.kind !== "refused") return opened;
      const left = until - performance.now();
      const hasRoom = this.#waiting.size < MAX_WAITING && this.#inVain.size < MAX_WAITING;
      if (left <= 0 || !hasRoom || client.gone.aborted || this.#inVain.has(name)) return opened;
      if (!await this.#untilReleased(left)) this.#inVain.add(name);
    }
  }

  /** Returns `false` if no slot was released in this time. */
  async #untilReleased(milliseconds: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, milliseconds, false);
    const wake = () => resolve(true);
    this.#waiting.add(wake);
    const isReleased = await promise;
    clearTimeout(timer);
    this.#waiting.delete(wake);
    return isReleased;
  }

  /** Wakes the requests that wait for a slot. */
  wakeWaiting(): void {
    this.#inVain.clear();
    for (const wake of this.#waiting) wake();
  }

  join(holder: Holder): StreamSlot | StreamRefusal {
    if (this.#isClosed) return { kind: "closing" };
    const hold = this.#subscriptions.take(holder);
    return hold.kind === "refused" ? hold : this.#add(new Slot(this, holder, hold));
  }

  /** Counts a generator that continues without its reader in place of its hold; `null` if there are too many. */
  holdLingering(holder: Holder): Hold | null {
    const hold = this.#isClosed ? null : this.#subscriptions.take(holder);
    return hold?.kind === "held" ? hold : null;
  }

  disconnect(isMeant: (principal: string) => boolean): void {
    for (const slot of this.read) {
      if (slot.holder.kind === "principal" && isMeant(slot.holder.name)) slot.releaseReader();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.wakeWaiting();
    for (const slot of this.read) slot.releaseReader();
    if (this.read.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #add(slot: Slot): Slot {
    this.read.add(slot);
    this.#onOpen();
    return slot;
  }

  leave(slot: Slot): void {
    if (!this.read.delete(slot) || this.read.size > 0) return;
    for (const wake of this.#idle) wake();
    this.#idle = [];
  }

  #take(holder: Holder): Hold | PoolRefusal {
    const hold = this.#pool.take(holder);
    if (hold.kind === "held" || this.ending.size === 0) return hold;
    this.#reclaim();
    return this.#pool.take(holder);
  }

  /** Releases the slots of generators that have not ended in time. */
  #reclaim(): void {
    for (const [slot, { since, onStuck }] of this.ending) {
      if (performance.now() - since < STUCK_MS) return;
      slot.release();
      onStuck();
    }
  }
}

class Slot implements StreamSlot {
  readonly kind = "slot";
  readonly holder: Holder;
  isReleased = false;
  #reader: StreamReader | null = null;
  /** Apart from the reader, which may notice later than the server that its client has left. */
  #lingering: StreamReader | null = null;
  readonly #slots: StreamSlots;
  #hold: Hold;

  constructor(slots: StreamSlots, holder: Holder, hold: Hold) {
    this.#slots = slots;
    this.holder = holder;
    this.#hold = hold;
  }

  setReader(reader: StreamReader | null): void {
    this.#reader = reader;
  }

  releaseReader(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.#reader?.release();
    this.#lingering?.release();
  }

  leave(): void {
    this.#slots.leave(this);
  }

  linger(reader: StreamReader): boolean {
    // A generator that has ended has released it.
    const mayLinger = !this.isReleased && this.#hold.amount > 0;
    const hold = mayLinger ? this.#slots.holdLingering(this.holder) : null;
    if (hold === null) return false;
    this.#hold.release();
    this.#hold = hold;
    this.#lingering = reader;
    this.#slots.wakeWaiting();
    return true;
  }

  end(onStuck: () => void): void {
    if (this.#hold.amount > 0) {
      this.#slots.ending.set(this, { since: performance.now(), onStuck });
    }
  }

  release(): void {
    this.#hold.release();
    this.#slots.ending.delete(this);
    this.leave();
    this.#slots.wakeWaiting();
  }
}
