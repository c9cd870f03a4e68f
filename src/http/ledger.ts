// A ledger of what this process keeps in a store for a time: outcomes for retries, forms for users who sign in again.
//
// Without shares, one client could evict the entries of all others. When the ledger is full, the oldest entry of the holder with the
// largest share is evicted, so that a client that fills the pool evicts its own entries.
//
// The entries of an IPv6 site are counted together as well, at a quarter: a client may use all of its 65,536 networks with a small
// share each, and would evict the entries of all clients with a larger one.
//
// The weight of an entry is its size, at least that of an average entry (`maxBytes / maxEntries`): one number bounds both.
import type { Holder } from "./caller.ts";

/** Options for {@linkcode Ledger}. */
export interface LedgerOptions {
  /** Maximum number of entries. */
  readonly maxEntries: number;
  /** Maximum size of all entries, in bytes. */
  readonly maxBytes: number;
  /** Time an entry is kept, in seconds. */
  readonly seconds: number;
}

/** An entry that is kept. */
export interface LedgerEntry {
  /** Its key in the store. */
  readonly key: string;
  /** The holder it is kept for. */
  readonly holder: Holder;
  /** Its size, in bytes. */
  readonly bytes: number;
}

/** The share of one holder, or of one site. */
interface Account {
  readonly name: string;
  /** Factor of its weight, in comparison with others. */
  readonly scale: number;
  /** Its entries, the oldest first. */
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
  /** `true` once it is removed. */
  isGone: boolean;
}

/**
 * Entries in insertion order. Not a `Map`: finding the first entry of a `Map` visits all entries that were removed before it.
 */
class Queue {
  #entries: Entry[] = [];
  #head = 0;
  /** Number of entries that are not removed. */
  size = 0;

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.size++;
  }

  /** The oldest entry that is not removed, or `null`. */
  get first(): Entry | null {
    while (this.#entries[this.#head]?.isGone) this.#head++;
    return this.#entries[this.#head] ?? null;
  }

  /** Counts an entry as removed. Deletes the removed entries when they outnumber the others by more than {@linkcode SWEPT}. */
  forget(): void {
    this.size--;
    if (this.#entries.length <= 2 * this.size + SWEPT) return;
    this.#entries = this.#entries.filter(({ isGone }) => !isGone);
    this.#head = 0;
  }
}

/** Number of removed entries that a queue may always hold. */
const SWEPT = 32;

/** The scale of a site: a holder with more than a quarter of its site loses its own entries first. */
const SITE_SCALE = 1 / 4;

const NONE: readonly string[] = Object.freeze([]);

/** Counts the entries of each holder. */
export class Ledger {
  /** Maximum weight of all entries. */
  readonly #most: number;
  readonly #leastWeight: number;
  readonly #milliseconds: number;
  readonly #entries = new Map<string, Entry>();
  /** All entries, the oldest first. All have the same time to live: the oldest expires first. */
  readonly #order = new Queue();
  /** By name, without empty accounts: the number of addresses is not bounded. */
  readonly #accounts = new Map<string, Account>();
  /**
   * The accounts by the power of two below their weight, in insertion order. So the heaviest of ten thousand accounts is found in a
   * few steps, and of accounts within a factor of two the least recently changed one loses an entry first.
   */
  readonly #classes: Set<Account>[] = [];
  #weight = 0;

  /** @param options Its bounds. */
  constructor({ maxEntries, maxBytes, seconds }: LedgerOptions) {
    // Rounding errors must not evict the last outcome that fits.
    this.#most = maxBytes * (1 + 1e-9);
    this.#leastWeight = maxBytes / maxEntries;
    this.#milliseconds = seconds * 1000;
  }

  /** Adds an entry; returns the keys of the entries that are evicted for it. */
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

  /** Returns whether an entry is known and has not expired. */
  has(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expires > performance.now();
  }

  /** Removes an entry; an unknown one is ignored. */
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

  /** Returns the account of a holder. Its site is not empty while one of its holders is not, so that it stays the same object. */
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

  /** Changes the weight of an account, and moves it to its new class. */
  #weigh(account: Account, change: number): void {
    const before = this.#class(this.#classOf(account));
    account.weight += change;
    const after = this.#class(this.#classOf(account));
    // The only account of its class keeps its position, for example a client that fills the pool.
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
