/**
 * The generators that a handler runs: how many there may be, for whom they run, and how their readers are let go.
 *
 * @module
 */
import type { Holder } from "../http/caller.ts";
import type { Limits } from "../http/limits.ts";
import { createPool, type Hold, type PoolRefusal } from "../http/pool.ts";

/**
 * Milliseconds that a generator may take to end once it was told to. A generator that waits for ever cannot be ended from
 * outside; past this time its slot goes to the next one that needs it.
 */
export const STUCK_MS = 30_000;

/** The right to run one generator. It is held until the generator has ended, read or not. */
export interface StreamSlot {
  readonly kind: "slot";
  /** Aborted when the reader must be let go: the user was disconnected, or the process shuts down. */
  readonly signal: AbortSignal;
  /** Notes that there is no reader any more, while the generator may still run. */
  leave(): void;
  /**
   * Notes that the generator was told to end.
   *
   * @param onStuck Called when it has not done so after {@linkcode STUCK_MS} and another needs the slot.
   */
  end(onStuck: () => void): void;
  /** Gives the slot back. A second call does nothing. */
  release(): void;
}

/** Why there is no slot. */
export type StreamRefusal = PoolRefusal | { readonly kind: "closing" };

/** Hands out slots. */
export interface Streams {
  /**
   * Takes a slot for one more generator.
   *
   * @param holder The principal or address it runs for.
   * @returns The slot, or why there is none.
   */
  open(holder: Holder): StreamSlot | StreamRefusal;
  /** Lets go every reader of the principals that a function is true for. */
  disconnect(isMeant: (principal: string) => boolean): void;
  /** Lets go every reader, waits until all are gone, and gives no slot from then on. */
  close(): Promise<void>;
}

/** A slot from within. */
interface OpenSlot {
  readonly holder: Holder;
  readonly reading: AbortController;
  release(): void;
}

/**
 * Creates the slots of one handler.
 *
 * @param limits How many there are.
 * @param onOpen Called when a slot is taken.
 * @returns The slots, none of them taken.
 */
export function createStreams(
  limits: Pick<Limits, "streams" | "streamsPerCaller">,
  onOpen: () => void = () => {},
): Streams {
  const pool = createPool({
    limit: "streams",
    size: limits.streams,
    perPrincipal: { limit: "streamsPerCaller", maximum: limits.streamsPerCaller },
  });
  // Slots whose stream has a reader.
  const read = new Set<OpenSlot>();
  // Slots whose generator was told to end and has not: since when, in the order they were told.
  const ending = new Map<OpenSlot, { readonly since: number; readonly onStuck: () => void }>();
  // Set by `close()`, and never reset.
  let isClosed = false;
  // Wakes the callers of `close()` when the last reader is gone.
  let idle: (() => void)[] = [];

  const reclaim = (): void => {
    for (const [slot, { since, onStuck }] of ending) {
      if (performance.now() - since < STUCK_MS) return;
      slot.release();
      onStuck();
    }
  };
  const take = (holder: Holder): Hold | PoolRefusal => {
    const hold = pool.take(holder);
    if (hold.kind === "held" || ending.size === 0) return hold;
    reclaim();
    return pool.take(holder);
  };
  const leave = (slot: OpenSlot): void => {
    if (!read.delete(slot) || read.size > 0) return;
    for (const wake of idle) wake();
    idle = [];
  };

  return {
    open(holder) {
      if (isClosed) return { kind: "closing" };
      const hold = take(holder);
      if (hold.kind === "refused") return hold;
      const slot: OpenSlot = {
        holder,
        reading: new AbortController(),
        release() {
          hold.release();
          ending.delete(slot);
          leave(slot);
        },
      };
      read.add(slot);
      onOpen();
      return {
        kind: "slot",
        signal: slot.reading.signal,
        leave: () => leave(slot),
        end(onStuck) {
          if (hold.amount > 0) ending.set(slot, { since: performance.now(), onStuck });
        },
        release: slot.release,
      };
    },
    disconnect(isMeant) {
      for (const { holder, reading } of read) {
        if (holder.kind === "principal" && isMeant(holder.name)) reading.abort();
      }
    },
    async close() {
      isClosed = true;
      for (const { reading } of read) reading.abort();
      if (read.size > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}
