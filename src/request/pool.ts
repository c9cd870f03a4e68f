/**
 * A pool: something the server has a bounded amount of (open streams, held claims, bytes of bodies), counted by the
 * principal or address that makes the server hold it.
 *
 * One rule decides, and each resource has its own pool:
 *
 * - **The pool is never above its size.**
 * - **A principal has a cap of its own**, where the pool has one.
 * - **A principal or address holds at most twice what is free.** Alone it may take two thirds of the pool; the more the
 *   others hold, the less of the rest it may take, so that one client never leaves the others without room. An address
 *   may stand for a whole company behind one NAT, so it has no smaller cap than this.
 * - A request whose address says nothing (see {@linkcode Holder}) is bounded by the pool alone.
 *
 * @module
 */
import type { Holder } from "./caller.ts";

/** How much a holder may take for each unit that is left free after it. */
const SHARE = 2;

/** An amount that a holder has taken. */
export interface Hold {
  readonly kind: "held";
  /** The amount that is held now; `0` once it is released. */
  readonly amount: number;
  /**
   * Takes more for the same holder.
   *
   * @param amount How much more, 0 or above.
   * @returns `null` where it was taken, else why it was not; what was held before stays held.
   */
  grow(amount: number): PoolRefusal | null;
  /**
   * Gives back a part.
   *
   * @param amount How much less, at most what is held.
   */
  shrink(amount: number): void;
  /** Gives everything back. A second call does nothing. */
  release(): void;
}

/** Why an amount was not given. */
export interface PoolRefusal {
  readonly kind: "refused";
  /** The name of the option that bounds it. */
  readonly limit: string;
  /** The value of that option. */
  readonly maximum: number;
  /** `"own"`: the cap of a principal. `"share"`: others would be left without room. `"full"`: nothing is left. */
  readonly reason: "own" | "share" | "full";
}

/** How much there is of a resource. */
export interface PoolOptions {
  /** The name of the option that `size` comes from, for refusals. */
  readonly limit: string;
  /** How much there is in all; `Infinity` for any amount. */
  readonly size: number;
  /** The cap of one principal, and the name of the option it comes from. Default: none. */
  readonly perPrincipal?: { readonly limit: string; readonly maximum: number } | undefined;
}

/** A resource that is shared out. */
export interface Pool {
  /** The amount that is held by all. */
  readonly used: number;
  /**
   * Takes an amount.
   *
   * @param holder Who makes the server hold it.
   * @param amount How much, 0 or above. Default: `1`.
   * @returns The hold, to be released on every way out; or why it was not given.
   */
  take(holder: Holder, amount?: number): Hold | PoolRefusal;
}

/**
 * Makes a pool.
 *
 * @param options Its size and caps.
 * @returns The pool, with nothing held.
 */
export function createPool({ limit, size, perPrincipal }: PoolOptions): Pool {
  // By the key of a holder. An entry goes when its amount is back at 0: a server meets any number of addresses.
  const held = new Map<string, number>();
  let used = 0;

  const refuse = (holder: Holder, key: string | null, amount: number): PoolRefusal | null => {
    const free = size - used - amount;
    if (free < 0) return { kind: "refused", limit, maximum: size, reason: "full" };
    if (key === null) return null;
    const before = held.get(key) ?? 0;
    if (holder.kind === "principal" && perPrincipal !== undefined && before + amount > perPrincipal.maximum) {
      return { kind: "refused", ...perPrincipal, reason: "own" };
    }
    // The first of a holder comes in wherever there is room: in a small pool it would be more than its share.
    if (before === 0 || before + amount <= SHARE * free) return null;
    return { kind: "refused", limit, maximum: size, reason: "share" };
  };
  const change = (key: string | null, amount: number): void => {
    used += amount;
    if (key === null) return;
    const now = (held.get(key) ?? 0) + amount;
    if (now > 0) held.set(key, now);
    else held.delete(key);
  };

  return {
    get used() {
      return used;
    },
    take(holder, amount = 1) {
      const key = holder.kind === "unknown" ? null : `${holder.kind} ${holder.name}`;
      const refusal = refuse(holder, key, amount);
      if (refusal !== null) return refusal;
      change(key, amount);
      let own = amount;
      let isOpen = true;
      return {
        kind: "held",
        get amount() {
          return own;
        },
        grow(more) {
          if (!isOpen) throw new TypeError(`Cannot take more of "${limit}": what was held has been released`);
          const refusal = refuse(holder, key, more);
          if (refusal !== null) return refusal;
          change(key, more);
          own += more;
          return null;
        },
        shrink(less) {
          if (!isOpen) return;
          change(key, -less);
          own -= less;
        },
        release() {
          if (!isOpen) return;
          isOpen = false;
          change(key, -own);
          own = 0;
        },
      };
    },
  };
}
