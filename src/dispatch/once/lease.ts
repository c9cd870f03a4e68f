// The lease of a claim in a shared store.
import { logError, notify } from "../../callback.ts";
import type { Store } from "../../store/store.ts";

/** A claim as the store has it. */
export interface RunningRecord {
  readonly kind: "running";
  /** A random text that identifies the owner. Each change of a claim compares it. */
  readonly owner: string;
}

/** Options for {@linkcode Lease}. */
export interface LeaseOptions {
  readonly store: Store;
  /** The key of the claim. */
  readonly key: string;
  /** The claim. */
  readonly record: RunningRecord;
  /** Time after which it expires unless it is renewed, in seconds. */
  readonly seconds: number;
  /**
   * Called when a renewal finds that it has expired: `"taken"` if another process has the claim now, `"renewed"` if it is held again.
   */
  readonly onLost: (what: "taken" | "renewed") => void;
}

/** Renews a claim at a third of its time, so that it does not expire while its action function runs. */
export class Lease {
  readonly #options: LeaseOptions;
  /** The timer of the next renewal; `null` before the first, and once it is stopped or lost. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Set when the renewals have ended, and never reset. */
  #isStopped = false;

  /** @param options The claim, and its time. */
  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Starts the renewals. A second call does nothing. */
  renew(): void {
    if (this.#timer === null && !this.#isStopped) this.#schedule();
  }

  /** Ends the renewals. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => notify(() => this.#ask(), logLease), this.#options.seconds * 1000 / 3);
  }

  async #ask(): Promise<void> {
    const { store, key, record, seconds } = this.#options;
    let found: "held" | "renewed" | "taken";
    try {
      if (await store.replace(key, record, record, seconds)) found = "held";
      // Expired, because a clock was set forward or the process stalled, and not claimed meanwhile.
      else found = await store.putIfAbsent(key, record, seconds) ? "renewed" : "taken";
    } catch {
      // The store does not respond. Two more renewals fit into the lease; they report it if it is lost.
      found = "held";
    }
    if (this.#isStopped) return await this.#takeBack(found);
    if (found !== "held") this.#options.onLost(found);
    if (found !== "taken") this.#schedule();
  }

  /** Releases a claim that ended while it was renewed: it must not block the next one. */
  async #takeBack(found: "held" | "renewed" | "taken"): Promise<void> {
    if (found !== "renewed") return;
    try {
      await this.#options.store.deleteIf(this.#options.key, this.#options.record);
    } catch {
      // It expires with its lease.
    }
  }
}

function logLease(error: unknown): void {
  logError(error, "the lease of a claim");
}
