/**
 * The lease of a claim in a store that other processes share.
 *
 * @module
 */
import { logError, notify } from "../../callback.ts";
import type { Store } from "../../store/store.ts";

/** A claim as the store has it. */
export interface RunningRecord {
  readonly kind: "running";
  /** The owner, as a random text. Everything that changes a claim compares it. */
  readonly owner: string;
}

/** Options for {@linkcode Lease}. */
export interface LeaseOptions {
  readonly store: Store;
  /** The key of the claim. */
  readonly key: string;
  /** The claim. */
  readonly record: RunningRecord;
  /** Time after which it runs out unless it is renewed, in seconds. */
  readonly seconds: number;
  /**
   * Called when a renewal finds that it has run out: `"taken"` where another process has the claim now, `"renewed"` where
   * no other had come and it is held again.
   */
  readonly onLost: (what: "taken" | "renewed") => void;
}

/** Keeps a claim from running out while its action function runs: it is renewed at a third of its time. */
export class Lease {
  readonly #options: LeaseOptions;
  /** The timer of the next renewal; `null` before the first, and once it is stopped or lost. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Set when nothing has to be renewed any more, and never reset. */
  #isStopped = false;

  /** @param options The claim, and its time. */
  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Begins to renew it. Called again it does nothing. */
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
      // Run out, by a clock that was set forward or a process that stood still, and no other has come meanwhile.
      else found = await store.putIfAbsent(key, record, seconds) ? "renewed" : "taken";
    } catch {
      // The store does not answer: two more renewals fit into the lease, and when it is lost they say so.
      found = "held";
    }
    if (this.#isStopped) return await this.#takeBack(found);
    if (found !== "held") this.#options.onLost(found);
    if (found !== "taken") this.#schedule();
  }

  /** A claim that ended while it was asked for again is not held by anyone: it must not block the next. */
  async #takeBack(found: "held" | "renewed" | "taken"): Promise<void> {
    if (found !== "renewed") return;
    try {
      await this.#options.store.deleteIf(this.#options.key, this.#options.record);
    } catch {
      // Its time is what is left to wait for.
    }
  }
}

function logLease(error: unknown): void {
  logError(error, "the lease of a claim");
}
