// The records of claims in the store: the process that runs a mutation, or its outcome.
import type { Store } from "../../store/store.ts";
import type { RunningRecord } from "./lease.ts";
import type { Ledger } from "../../http/ledger.ts";
import type { Outbox } from "./outbox.ts";
import { readOutcome, type StoredOutcome, TOO_LARGE, withoutCookies } from "./outcome.ts";

/**
 * A pointer from the new identity of a client to the run whose response changes that identity, for example by a sign-in. A retry
 * under the new identity finds the run through it.
 */
export interface MovedRecord {
  readonly kind: "moved";
  /** The key of the run. */
  readonly to: string;
}

/** A mutation that was done. */
export interface DoneClaim {
  readonly kind: "done";
  readonly outcome: StoredOutcome;
}

/** The state of a mutation. */
export type Look =
  | DoneClaim
  /** It was free, and is taken now. */
  | { readonly kind: "free" }
  /** It has not ended. */
  | { readonly kind: "running" }
  /** Its process died while it ran. */
  | { readonly kind: "unknown" };

/** It has not ended. */
export const RUNNING: Look = Object.freeze({ kind: "running" });
const FREE: Look = Object.freeze({ kind: "free" });

/** Time a claim stays in a store of this process alone, in seconds: it ends with its run, or with the process. */
const FOREVER = 1e9;

/** Options for {@linkcode ClaimRecords}. */
export interface ClaimRecordsOptions {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  /** Time an outcome is kept, in seconds. */
  readonly seconds: number;
  /** Time after which a claim expires, in seconds; `null` for a store of this process alone. */
  readonly leaseSeconds: number | null;
  /** If `true`, a mutation whose process died does not run again. */
  readonly isAtMostOnce: boolean;
}

/** Takes, frees and drops claims in the store. */
export class ClaimRecords {
  readonly #options: ClaimRecordsOptions;
  readonly #store: Store;
  readonly #claimSeconds: number;

  /** @param options The store, and the time it keeps outcomes and claims. */
  constructor(options: ClaimRecordsOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#claimSeconds = options.leaseSeconds ?? FOREVER;
  }

  /**
   * Takes a claim if it is free.
   *
   * @throws {Error} The error of the store.
   */
  async take(key: string, record: RunningRecord): Promise<Look> {
    const { leaseSeconds, ledger, outbox, isAtMostOnce } = this.#options;
    const asked = leaseSeconds === null ? 0 : performance.now();
    try {
      if (await this.#store.putIfAbsent(key, record, this.#claimSeconds)) {
        if (ledger.has(key)) return await this.#recall(key, record);
        if (isAtMostOnce && !await this.#mark(key, record)) return { kind: "unknown" };
        const isSlow = leaseSeconds !== null && performance.now() - asked > leaseSeconds * 1000 / 3;
        return isSlow ? await this.#takeAgain(key, record) : FREE;
      }
    } catch (error) {
      // The store may have the claim nevertheless, which would block its own retry until the lease expires.
      outbox.add(key, { outcome: null, send: () => this.#free(key, record) });
      throw error;
    }
    const stored = await this.#store.get(key);
    // Removed between the two calls: the next attempt takes it.
    if (stored === null || isKind(stored, "running")) return RUNNING;
    if (isMoved(stored)) return await this.#follow(key, stored);
    return { kind: "done", outcome: readOutcome(stored) };
  }

  /** Returns the key of the mark of a run; `null` if runs are not marked. */
  markOf(key: string): string | null {
    return this.#options.isAtMostOnce ? markOf(key) : null;
  }

  /**
   * Drops an outcome. A claim that is held stays.
   *
   * @throws {Error} The error of the store.
   */
  forget(key: string, isHeld: boolean): Promise<void> {
    if (this.#options.leaseSeconds === null && !isHeld) return this.#store.delete(key);
    return this.#forgetShared(key);
  }

  async #forgetShared(key: string): Promise<void> {
    const stored = await this.#store.get(key);
    // A run of another process is not ended here, not even if the dropped outcome expired before it began.
    if (stored !== null && !isKind(stored, "running")) await this.#store.deleteIf(key, stored);
  }

  /** Confirms a claim whose lease may have expired before the store responded: the process stalled, or the store was slow. */
  async #takeAgain(key: string, record: RunningRecord): Promise<Look> {
    const seconds = this.#claimSeconds;
    if (await this.#store.replace(key, record, record, seconds)) return FREE;
    if (await this.#store.putIfAbsent(key, record, seconds)) return FREE;
    await this.#free(key, record);
    return RUNNING;
  }

  /**
   * Restores the entry of a mutation that this process has done and the store has lost early: it was emptied, or its clock was set
   * forward. The outcome is gone, but the action function does not run twice.
   */
  async #recall(key: string, record: RunningRecord): Promise<Look> {
    await this.#store.replace(key, record, TOO_LARGE, this.#options.seconds);
    return { kind: "done", outcome: TOO_LARGE };
  }

  /** Marks the run of a claim that was just taken; returns `false` if it was marked before: its process died. */
  async #mark(key: string, record: RunningRecord): Promise<boolean> {
    if (await this.#store.putIfAbsent(markOf(key), record.owner, this.#options.seconds)) return true;
    await this.#store.deleteIf(key, record);
    return false;
  }

  async #free(key: string, record: RunningRecord): Promise<void> {
    await this.#store.deleteIf(markOf(key), record.owner);
    await this.#store.deleteIf(key, record);
  }

  /** Looks for the run whose response changed the identity of the client, which now retries under the new one. */
  async #follow(key: string, pointer: MovedRecord): Promise<Look> {
    const { to } = pointer;
    const stored = this.#options.outbox.outcomeOf(to) ?? await this.#store.get(to);
    if (stored === null) {
      if (this.#options.isAtMostOnce && await this.#store.get(markOf(to)) !== null) return { kind: "unknown" };
      // Its process died, or the claim was given up.
      await this.#store.deleteIf(key, pointer);
      return RUNNING;
    }
    return isKind(stored, "running") ? RUNNING : { kind: "done", outcome: withoutCookies(readOutcome(stored)) };
  }
}

/** Returns the key of the mark of a run. */
function markOf(key: string): string {
  return `${key}:begun`;
}

function isKind(stored: unknown, kind: string): boolean {
  return typeof stored === "object" && stored !== null && "kind" in stored && stored.kind === kind;
}

function isMoved(stored: unknown): stored is MovedRecord {
  return isKind(stored, "moved") && typeof (stored as Partial<MovedRecord>).to === "string";
}
