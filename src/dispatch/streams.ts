// The slots of running generators: their number, their holders, and the release of their readers.
import type { Holder } from "../http/caller.ts";
import type { Limits } from "../http/limits.ts";
import { createPool, type Hold, type PoolRefusal } from "../http/pool.ts";

/**
 * Milliseconds that a generator may take to end. A generator that never stops waiting cannot be ended from outside; after this time
 * another generator may get its slot.
 */
export const STUCK_MS = 30_000;

/** The right to run one generator, held until the generator has ended, with or without a reader. */
export interface StreamSlot {
  readonly kind: "slot";
  /** Aborted when the reader must be released: the user was disconnected, or the process shuts down. */
  readonly signal: AbortSignal;
  /** Records that the reader has left, while the generator may still run. */
  leave(): void;
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
  /** Releases every reader of the principals that match. */
  disconnect(isMeant: (principal: string) => boolean): void;
  /** Releases every reader, waits until all have left, and refuses new ones. */
  close(): Promise<void>;
}

/** A slot that is taken. */
interface OpenSlot {
  readonly holder: Holder;
  readonly reading: AbortController;
  release(): void;
}

/** Creates the slots of one handler. */
export function createStreams(
  limits: Pick<Limits, "streams" | "streamsPerCaller">,
  onOpen: () => void = () => {},
): Streams {
  const pool = createPool({
    limit: "streams",
    size: limits.streams,
    perPrincipal: { limit: "streamsPerCaller", maximum: limits.streamsPerCaller },
  });
  // The slots whose stream has a reader.
  const read = new Set<OpenSlot>();
  // The slots whose generator is being ended, in order.
  const ending = new Map<OpenSlot, { readonly since: number; readonly onStuck: () => void }>();
  // Set by `close()`, and never reset.
  let isClosed = false;
  // Wakes the callers of `close()` when the last reader has left.
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
