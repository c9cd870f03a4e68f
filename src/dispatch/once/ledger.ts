/**
 * The ledger of the outcomes that this process keeps for repeats: who they are kept for, and how much that is.
 *
 * One pool for all would let one client push the outcomes of all others out. Here the pool is shared: when it is full, the
 * oldest outcome of the holder that has most of it goes, so that a client that fills it pushes out its own.
 *
 * The outcomes of an IPv6 site are counted together as well, at a quarter: a client may have all of its 65,536 networks, each with
 * next to nothing, and would push out everyone who has more.
 *
 * An outcome weighs its bytes, and at least the share of one entry (`maxBytes / maxEntries`): one number bounds both.
 *
 * @module
 */
import type { Holder } from "../../http/caller.ts";

/** Options for {@linkcode createLedger}. */
export interface LedgerOptions {
  /** Maximum number of outcomes. */
  readonly maxEntries: number;
  /** Maximum size of all outcomes, in bytes. */
  readonly maxBytes: number;
  /** Time an outcome is kept, in seconds. */
  readonly seconds: number;
}

/** An outcome that is kept. */
export interface LedgerEntry {
  /** Its key in the store. */
  readonly key: string;
  /** The holder it is kept for. */
  readonly holder: Holder;
  /** Its size, in bytes. */
  readonly bytes: number;
}

/** Counts the outcomes of each holder. */
export interface Ledger {
  /**
   * Adds an outcome.
   *
   * @param entry The outcome.
   * @returns The keys of the outcomes that have to be dropped for it.
   */
  add(entry: LedgerEntry): readonly string[];
  /** Returns whether an outcome is in here, and its time is not over. */
  has(key: string): boolean;
  /** Takes out an outcome that is gone; one that is not in here is ignored. */
  remove(key: string): void;
}

/** The part of the pool that one holder has, or one site. */
interface Account {
  readonly name: string;
  /** What its weight counts, in comparison with others. */
  readonly scale: number;
  /** Its outcomes, the oldest first. */
  readonly entries: Queue;
  /** The account of its site; `null` if it has none. */
  readonly site: Account | null;
  weight: number;
}

interface Entry {
  readonly key: string;
  /** The account of its holder. */
  readonly account: Account;
  readonly weight: number;
  readonly expires: number;
  /** `true` once it is taken out, for good. */
  isGone: boolean;
}

/**
 * Entries in the order in which they came. Not the order of a `Map`: one whose first entry is removed again and again looks at
 * every hole that it has left.
 */
class Queue {
  #entries: Entry[] = [];
  #head = 0;
  /** How many are not gone. */
  size = 0;

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.size++;
  }

  /** The oldest that is not gone, or `null`. */
  get first(): Entry | null {
    while (this.#entries[this.#head]?.isGone) this.#head++;
    return this.#entries[this.#head] ?? null;
  }

  /** Counts one less, which is gone; those that are gone are swept when they are as many as the others. */
  forget(): void {
    this.size--;
    if (this.#entries.length <= 2 * this.size + SWEPT) return;
    this.#entries = this.#entries.filter(({ isGone }) => !isGone);
    this.#head = 0;
  }
}

/** Entries that are not worth sweeping. */
const SWEPT = 32;

/**
 * Makes a ledger.
 *
 * @param options Its bounds.
 * @returns The ledger, empty.
 */
export function createLedger(options: LedgerOptions): Ledger {
  return new FairLedger(options);
}

/** What the weight of a site counts: a holder that has filled a quarter of its site loses its own outcomes first. */
const SITE_SCALE = 1 / 4;

const NONE: readonly string[] = Object.freeze([]);

class FairLedger implements Ledger {
  /** The weight of all there may be. */
  readonly #most: number;
  readonly #leastWeight: number;
  readonly #milliseconds: number;
  readonly #entries = new Map<string, Entry>();
  /** All outcomes, the oldest first. All live equally long: the oldest expires first. */
  readonly #order = new Queue();
  /** By holder; one without outcomes is not in here: a server meets any number of addresses. */
  readonly #accounts = new Map<string, Account>();
  /**
   * The accounts by the power of two below their weight, in the order in which they came there. Finding the heaviest of ten
   * thousand accounts takes a few steps so, and of accounts within a factor of two the one that was longest without a new
   * outcome goes first.
   */
  readonly #classes: Set<Account>[] = [];
  #weight = 0;

  constructor({ maxEntries, maxBytes, seconds }: LedgerOptions) {
    // Sums of fractions must not push out the last one that fits.
    this.#most = maxBytes * (1 + 1e-9);
    this.#leastWeight = maxBytes / maxEntries;
    this.#milliseconds = seconds * 1000;
  }

  add({ key, holder, bytes }: LedgerEntry): readonly string[] {
    const now = performance.now();
    this.remove(key);
    this.#dropExpired(now);
    const account = this.#accountOf(holder);
    const weight = Math.max(bytes, this.#leastWeight);
    const entry: Entry = { key, account, weight, expires: now + this.#milliseconds, isGone: false };
    this.#entries.set(key, entry);
    this.#order.push(entry);
    this.#weight += weight;
    for (let each: Account | null = account; each !== null; each = each.site) {
      each.entries.push(entry);
      this.#weigh(each, weight);
    }
    return this.#weight > this.#most ? this.#makeRoom() : NONE;
  }

  has(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expires > performance.now();
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    entry.isGone = true;
    this.#order.forget();
    this.#weight = this.#entries.size === 0 ? 0 : this.#weight - entry.weight;
    for (let each: Account | null = entry.account; each !== null; each = each.site) {
      each.entries.forget();
      this.#weigh(each, -entry.weight);
    }
  }

  /** A site has outcomes as long as one of its holders has: both accounts are dropped together, or the site's later. */
  #accountOf(holder: Holder): Account {
    if (holder.kind === "unknown") return this.#account(holder.kind, 1, null);
    const site = holder.kind === "address" && holder.site !== undefined
      ? this.#account(`site ${holder.site}`, SITE_SCALE, null)
      : null;
    return this.#account(`${holder.kind} ${holder.name}`, 1, site);
  }

  #account(name: string, scale: number, site: Account | null): Account {
    return this.#accounts.get(name) ?? { name, scale, entries: new Queue(), site, weight: 0 };
  }

  #dropExpired(now: number): void {
    for (let oldest = this.#order.first; oldest !== null && oldest.expires <= now; oldest = this.#order.first) {
      this.remove(oldest.key);
    }
  }

  #makeRoom(): readonly string[] {
    const dropped: string[] = [];
    while (this.#weight > this.#most) {
      const oldest = this.#heaviest()?.entries.first ?? null;
      if (oldest === null) return dropped;
      this.remove(oldest.key);
      dropped.push(oldest.key);
    }
    return dropped;
  }

  #heaviest(): Account | null {
    for (let index = this.#classes.length - 1; index >= 0; index--) {
      for (const account of this.#classes[index] ?? []) return account;
    }
    return null;
  }

  /** Changes the weight of an account, and moves it to the class that it then belongs to. */
  #weigh(account: Account, change: number): void {
    const before = this.#class(this.#classOf(account));
    account.weight += change;
    const after = this.#class(this.#classOf(account));
    // Alone in its class it stays in its place: as with one client that fills the pool.
    if (before === after && before.size === 1 && account.entries.size > 1 && before.has(account)) return;
    before.delete(account);
    if (account.entries.size === 0) this.#accounts.delete(account.name);
    else {
      if (account.entries.size === 1) this.#accounts.set(account.name, account);
      after.add(account);
    }
  }

  #classOf({ weight, scale }: Account): number {
    // In units of the least weight, so that the classes begin at 0.
    return Math.max(0, Math.floor(Math.log2(weight * scale / this.#leastWeight + 1e-9)));
  }

  #class(index: number): Set<Account> {
    while (this.#classes.length <= index) this.#classes.push(new Set());
    return this.#classes[index] ?? new Set();
  }
}
