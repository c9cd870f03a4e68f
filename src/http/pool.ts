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
 * - **The addresses of one IPv6 site hold at most eight times what is free**, all together. Each of them comes in on its own,
 *   and one client may have 65,536 of them; but a site may also be many households, so that one of these leaves room for the
 *   others.
 * - A request whose address says nothing (see {@linkcode Holder}) is bounded by the pool alone.
 *
 * @module
 */
import type { Holder } from "./caller.ts";

/** How much a holder may take for each unit that is left free after it. */
const SHARE = 2;
/** How much all addresses of a site may take so. */
const SITE_SHARE = 8;

/** A part of a pool that has a bound. */
interface Part {
  /** What it is counted under. */
  readonly key: string;
  readonly share: number;
}

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

  const refuse = (holder: Holder, parts: readonly Part[], amount: number): PoolRefusal | null => {
    const free = size - used - amount;
    if (free < 0) return { kind: "refused", limit, maximum: size, reason: "full" };
    for (const { key, share } of parts) {
      const before = held.get(key) ?? 0;
      if (holder.kind === "principal" && perPrincipal !== undefined && before + amount > perPrincipal.maximum) {
        return { kind: "refused", ...perPrincipal, reason: "own" };
      }
      // The first of a holder comes in wherever there is room: in a small pool it would be more than its share.
      if (before > 0 && before + amount > share * free) {
        return { kind: "refused", limit, maximum: size, reason: "share" };
      }
    }
    return null;
  };
  const change = (parts: readonly Part[], amount: number): void => {
    used += amount;
    for (const { key } of parts) {
      const now = (held.get(key) ?? 0) + amount;
      if (now > 0) held.set(key, now);
      else held.delete(key);
    }
  };

  return {
    get used() {
      return used;
    },
    take(holder, amount = 1) {
      const parts = partsOf(holder);
      const refusal = refuse(holder, parts, amount);
      if (refusal !== null) return refusal;
      change(parts, amount);
      let own = amount;
      let isOpen = true;
      return {
        kind: "held",
        get amount() {
          return own;
        },
        grow(more) {
          if (!isOpen) throw new TypeError(`Cannot take more of "${limit}": what was held has been released`);
          const refusal = refuse(holder, parts, more);
          if (refusal !== null) return refusal;
          change(parts, more);
          own += more;
          return null;
        },
        shrink(less) {
          if (!isOpen) return;
          change(parts, -less);
          own -= less;
        },
        release() {
          if (!isOpen) return;
          isOpen = false;
          change(parts, -own);
          own = 0;
        },
      };
    },
  };
}

function partsOf(holder: Holder): readonly Part[] {
  if (holder.kind === "unknown") return [];
  const own = { key: `${holder.kind} ${holder.name}`, share: SHARE };
  if (holder.kind === "principal" || holder.site === undefined) return [own];
  return [own, { key: `site ${holder.site}`, share: SITE_SHARE }];
}
