// A pool: a limited resource of the server (open streams, claims, bytes of bodies), counted by principal or address.
//
// Each resource has its own pool, with one rule:
//
// - **A pool never exceeds its size.**
// - **A principal has its own maximum**, if the pool has one.
// - **A principal or address holds at most twice what is free.** Alone it can use two thirds of the pool. The more the others hold,
//   the less it can take, so that one client never uses up the pool. An address may be a whole company behind one NAT and has no
//   other maximum.
// - **All addresses of an IPv6 site together hold at most eight times what is free.** One client may have all 65,536 networks of a
//   site, but a site may also be many households.
// - A request without a usable address (see `Holder`) is limited by the pool only.
import type { Holder } from "./caller.ts";

/** Multiple of the free amount that one holder may hold. */
const SHARE = 2;
/** Multiple of the free amount that all addresses of a site may hold. */
const SITE_SHARE = 8;

/** A share of a pool with its own limit. */
interface Part {
  /** The key it is counted by. */
  readonly key: string;
  readonly share: number;
}

/** An amount that a holder has taken. */
export interface Hold {
  readonly kind: "held";
  /** The current amount; `0` once it is released. */
  readonly amount: number;
  /**
   * Adds to what the same holder holds.
   *
   * @param amount How much more, from 0 up.
   * @returns `null`, or why it was refused; the current amount stays held.
   */
  grow(amount: number): PoolRefusal | null;
  /**
   * Returns a part.
   *
   * @param amount How much less, at most the current amount.
   */
  shrink(amount: number): void;
  /** Returns everything. A second call has no effect. */
  release(): void;
}

/** Why an amount was refused. */
export interface PoolRefusal {
  readonly kind: "refused";
  /** The option that limits it. */
  readonly limit: string;
  /** The value of that option. */
  readonly maximum: number;
  /** `"own"`: the maximum of a principal. `"share"`: the share of a holder. `"full"`: nothing is free. */
  readonly reason: "own" | "share" | "full";
}

/** Options for {@linkcode createPool}. */
export interface PoolOptions {
  /** The option that sets `size`, for refusals. */
  readonly limit: string;
  /** Total amount. `Infinity` for no limit. */
  readonly size: number;
  /** Maximum of one principal, and the option that sets it. Default: none. */
  readonly perPrincipal?: { readonly limit: string; readonly maximum: number } | undefined;
}

/** A shared resource. */
export interface Pool {
  /** The amount that all holders hold. */
  readonly used: number;
  /**
   * Takes an amount.
   *
   * @param holder The principal or address.
   * @param amount How much, from 0 up. Default: `1`.
   * @returns The hold, which the caller releases in any case; or why it was refused.
   */
  take(holder: Holder, amount?: number): Hold | PoolRefusal;
}

/**
 * Creates a pool.
 *
 * @param options Its size and maximums.
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
  /** Amounts by key. An entry is removed at 0, since a server meets any number of addresses. */
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
      // The first amount of a holder needs free room only: in a small pool it would exceed its share.
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
      throw new TypeError(`Cannot take more of "${this.#pool.limit}": the hold has been released`);
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
