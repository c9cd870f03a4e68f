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
export function createPool(options: PoolOptions): Pool {
  return new SharedPool(options);
}

class SharedPool implements Pool {
  used = 0;
  readonly limit: string;
  readonly #size: number;
  readonly #perPrincipal: PoolOptions["perPrincipal"];
  /** Amounts by the key of a holder. An entry goes when its amount is back at 0: a server meets any number of addresses. */
  readonly #held = new Map<string, number>();

  constructor({ limit, size, perPrincipal }: PoolOptions) {
    this.limit = limit;
    this.#size = size;
    this.#perPrincipal = perPrincipal;
  }

  take(holder: Holder, amount = 1): Hold | PoolRefusal {
    const parts = partsOf(holder);
    const refusal = this.refuse(holder, parts, amount);
    if (refusal !== null) return refusal;
    this.change(parts, amount);
    return new PoolHold(this, holder, parts, amount);
  }

  refuse(holder: Holder, parts: readonly Part[], amount: number): PoolRefusal | null {
    const free = this.#size - this.used - amount;
    if (free < 0) return { kind: "refused", limit: this.limit, maximum: this.#size, reason: "full" };
    for (const { key, share } of parts) {
      const before = this.#held.get(key) ?? 0;
      const own = this.#perPrincipal;
      if (holder.kind === "principal" && own !== undefined && before + amount > own.maximum) {
        return { kind: "refused", ...own, reason: "own" };
      }
      // The first of a holder comes in wherever there is room: in a small pool it would be more than its share.
      if (before > 0 && before + amount > share * free) {
        return { kind: "refused", limit: this.limit, maximum: this.#size, reason: "share" };
      }
    }
    return null;
  }

  change(parts: readonly Part[], amount: number): void {
    this.used += amount;
    for (const { key } of parts) {
      const now = (this.#held.get(key) ?? 0) + amount;
      if (now > 0) this.#held.set(key, now);
      else this.#held.delete(key);
    }
  }
}

/** A class: an object literal with a getter costs a request about 2 µs (`tests/bench/post.ts`). */
class PoolHold implements Hold {
  readonly kind = "held";
  amount: number;
  readonly #pool: SharedPool;
  readonly #holder: Holder;
  readonly #parts: readonly Part[];
  #isOpen = true;

  constructor(pool: SharedPool, holder: Holder, parts: readonly Part[], amount: number) {
    this.#pool = pool;
    this.#holder = holder;
    this.#parts = parts;
    this.amount = amount;
  }

  grow(more: number): PoolRefusal | null {
    if (!this.#isOpen) {
      throw new TypeError(`Cannot take more of "${this.#pool.limit}": what was held has been released`);
    }
    const refusal = this.#pool.refuse(this.#holder, this.#parts, more);
    if (refusal !== null) return refusal;
    this.#pool.change(this.#parts, more);
    this.amount += more;
    return null;
  }

  shrink(less: number): void {
    if (!this.#isOpen) return;
    this.#pool.change(this.#parts, -less);
    this.amount -= less;
  }

  release(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#pool.change(this.#parts, -this.amount);
    this.amount = 0;
  }
}

const NO_PARTS: readonly Part[] = Object.freeze([]);

function partsOf(holder: Holder): readonly Part[] {
  if (holder.kind === "unknown") return NO_PARTS;
  const own = { key: `${holder.kind} ${holder.name}`, share: SHARE };
  if (holder.kind === "principal" || holder.site === undefined) return [own];
  return [own, { key: `site ${holder.site}`, share: SITE_SHARE }];
}
