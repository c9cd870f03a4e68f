/**
 * A claim that is held: the right to run an action function, and the duty to say what came of it.
 *
 * @module
 */
import { type Report, reportTo } from "../../callback.ts";
import type { Store } from "../../store/store.ts";
import { Lease, type RunningRecord } from "./lease.ts";
import type { Ledger } from "./ledger.ts";
import type { Outbox } from "./outbox.ts";
import { boundOutcome, type StoredOutcome, type StoredResult, TOO_LARGE, withoutCookies } from "./outcome.ts";
import type { Holder } from "../../http/caller.ts";

/**
 * The right to run a mutation, held until {@linkcode finish} or {@linkcode giveUp}; only the first of these counts.
 *
 * Neither rejects: the answer of the action function does not depend on the store. What the store could not be told is reported
 * once, repeats are answered by this process meanwhile, and the store is tried again.
 */
export interface MineClaim extends AsyncDisposable {
  readonly kind: "mine";
  /**
   * Begins to renew the lease, for as long as the claim is held. Call it where the action function is waited for: one that is
   * done at once needs no timer, which would cost more than the claim. Called again it does nothing.
   */
  renew(): void;
  /**
   * Keeps a cookie for repeats, with the outcome: they come from the same client, whose first answer may have been lost.
   *
   * @param value The value of `Set-Cookie`.
   */
  keepCookie(value: string): void;
  /**
   * Keeps the cookies of a response of the application's own, ahead of those that were set beside it, as they are sent.
   *
   * @param values The values of `Set-Cookie`.
   */
  keepOwnCookies(values: readonly string[]): void;
  /**
   * Tells that the head of the answer goes out before the run has ended: a repeat may come with the cookies that were kept so
   * far, and then waits for this run.
   */
  headSent(): void;
  /**
   * Keeps the outcome for repeats. What is above `STORED_BYTES` is kept as `tooLarge`.
   *
   * @param outcome The outcome, without its cookies.
   * @returns Settled when the store has it, or has failed once. Does not reject.
   */
  finish(outcome: StoredResult): Promise<void>;
  /**
   * Lets the next one run it, as when the action function threw. The claim of another process stays.
   *
   * @returns Settled when the claim is free, or the store has failed once. Does not reject.
   */
  giveUp(): Promise<void>;
}

/** The identity that a client has once it keeps the cookies of an answer. */
export interface Move {
  /** The key under which its repeats look. */
  readonly key: string;
  /** Called when the store has the outcome under both keys, with the one it had before. */
  readonly onKept: () => Promise<void>;
}

/** A pointer from the identity that an answer makes to the run that makes it. */
export interface MovedRecord {
  readonly kind: "moved";
  /** The key of the run. */
  readonly to: string;
}

/** What all claims of a process share. */
export interface ClaimServices {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  /** Time an outcome is kept, in seconds. */
  readonly seconds: number;
  /** Time after which a claim runs out, in seconds; `null` for a store of this process alone, where it never does. */
  readonly leaseSeconds: number | null;
  /** The keys that this process runs. */
  readonly held: Set<string>;
  /** Drops outcomes for which there is no room. */
  readonly drop: (keys: readonly string[], report: Report) => void;
}

/** One claim. */
export interface HeldOptions {
  readonly key: string;
  readonly record: RunningRecord;
  /** The key of its mark; `null` where there is none. */
  readonly mark: string | null;
  /** The action, for messages. */
  readonly action: string;
  /** The holder that it, and then its outcome, is kept for. */
  readonly holder: Holder;
  /** The session of the request, as a digest; `null` where it has none. */
  readonly session: string | null;
  /** The identity that cookies make, or `null` where it is the one that the request had. */
  readonly moveOf: (cookies: readonly string[]) => Promise<Move | null>;
  /** Called with what the store said, and what else went wrong. */
  readonly report: Report;
  /** Called with what a lost lease means. */
  readonly onLost: Report;
  /** Called when it is over. */
  readonly onOver: () => void;
}

/** A claim that is held, until it is finished or given up. */
export class HeldClaim implements MineClaim {
  readonly kind = "mine";
  readonly #services: ClaimServices;
  readonly #options: HeldOptions;
  readonly #lease: Lease | null;
  /** Cleared by the first that ends it, and never set again. */
  #isOpen = true;
  /** `null` before the first: most set none. */
  #cookies: string[] | null = null;
  /** The key of the new identity that this process runs too; `null` before it is known. */
  #alias: string | null = null;
  /** What was reported of the lease; `null` while it holds. */
  #lost: "taken" | "renewed" | null = null;
  /** Where repeats look that come with the cookies of the head; `null` before it has gone out. */
  #moved: Promise<Move | null> | null = null;

  /**
   * @param services What all claims share.
   * @param options The claim.
   */
  constructor(services: ClaimServices, options: HeldOptions) {
    const { store, leaseSeconds } = services;
    const { key, record } = options;
    this.#services = services;
    this.#options = options;
    this.#lease = leaseSeconds === null
      ? null
      : new Lease({ store, key, record, seconds: leaseSeconds, onLost: (what) => this.#reportLost(what) });
  }

  renew(): void {
    this.#lease?.renew();
  }

  keepCookie(value: string): void {
    (this.#cookies ??= []).push(value);
  }

  keepOwnCookies(values: readonly string[]): void {
    if (values.length > 0) this.#cookies = [...values, ...this.#cookies ?? []];
  }

  headSent(): void {
    if (!this.#isOpen || this.#cookies === null || this.#moved !== null) return;
    this.#moved = this.#point(this.#cookies);
  }

  async finish(outcome: StoredResult): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#lease?.stop();
    const { key, holder, report } = this.#options;
    const { ledger, outbox, drop } = this.#services;
    let kept: StoredOutcome = TOO_LARGE;
    try {
      const bound = this.#bound(outcome);
      kept = bound.outcome;
      const move = this.#cookies === null ? null : await this.#move(this.#cookies);
      drop(ledger.add({ key, holder, bytes: bound.bytes }), report);
      if (move !== null) drop(ledger.add({ key: move.key, holder, bytes: bound.bytes }), report);
      const send = async (): Promise<void> => {
        if (await this.#send(kept, move)) return;
        this.#reportLost("taken");
        outbox.add(key, { outcome: kept, send: null });
      };
      try {
        await send();
      } catch (error) {
        reportTo(report, error);
        outbox.add(key, { outcome: kept, send });
        if (move !== null) outbox.add(move.key, { outcome: withoutCookies(kept), send: null });
      }
    } finally {
      this.#over();
    }
  }

  async giveUp(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#lease?.stop();
    const { key, report } = this.#options;
    try {
      await this.#free();
    } catch (error) {
      reportTo(report, error);
      this.#services.outbox.add(key, { outcome: null, send: () => this.#free() });
    } finally {
      this.#over();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.giveUp();
  }

  #over(): void {
    const { held } = this.#services;
    held.delete(this.#options.key);
    if (this.#alias !== null) held.delete(this.#alias);
    this.#options.onOver();
  }

  /** What is kept; where it cannot be said in JSON it is done all the same. */
  #bound(outcome: StoredResult): ReturnType<typeof boundOutcome> {
    const own = { cookies: this.#cookies ?? [], session: this.#options.session };
    try {
      return boundOutcome(outcome, own);
    } catch (error) {
      reportTo(this.#options.report, error);
      return boundOutcome(TOO_LARGE, own);
    }
  }

  /** The identity that the answer makes; where it cannot be told, repeats are found under the one before alone. */
  async #move(cookies: readonly string[]): Promise<Move | null> {
    try {
      return await this.#moved ?? await this.#options.moveOf(cookies);
    } catch (error) {
      reportTo(this.#options.report, error);
      return null;
    }
  }

  /** Leads repeats with the cookies of the head to this run. */
  async #point(cookies: readonly string[]): Promise<Move | null> {
    const { store, seconds, held } = this.#services;
    try {
      const move = await this.#options.moveOf(cookies);
      if (move === null) return null;
      // For this process at once, whatever becomes of the store.
      if (this.#isOpen && !held.has(move.key)) held.add(this.#alias = move.key);
      await store.putIfAbsent(move.key, this.#pointer, seconds);
      return move;
    } catch {
      // Tried again when the run ends, and reported then.
      return null;
    }
  }

  /** Tells the store the outcome, under both keys; `false` where another process has the claim. May be tried again. */
  async #send(kept: StoredOutcome, move: Move | null): Promise<boolean> {
    const { store, seconds } = this.#services;
    const { key, record, mark } = this.#options;
    if (!await this.#put(key, record, kept)) return false;
    // After the outcome, and only where it is there: it is what a repeat finds from now on.
    if (mark !== null) await store.deleteIf(mark, record.owner);
    if (move === null) return true;
    const plain = withoutCookies(kept);
    if (!await store.replace(move.key, this.#pointer, plain, seconds)) {
      await store.putIfAbsent(move.key, plain, seconds);
    }
    this.#services.outbox.remove(move.key);
    await move.onKept();
    return true;
  }

  async #put(key: string, record: RunningRecord, kept: StoredOutcome): Promise<boolean> {
    const { store, seconds } = this.#services;
    if (await store.replace(key, record, kept, seconds)) return true;
    // An attempt before may have come through, and only its answer been lost.
    const found = await store.get(key);
    if (found !== null) return JSON.stringify(found) === JSON.stringify(kept);
    // It had run out, and no other process has come.
    return await store.putIfAbsent(key, kept, seconds);
  }

  async #free(): Promise<void> {
    const { store } = this.#services;
    const { key, record, mark } = this.#options;
    const move = await this.#moved;
    if (move) await store.deleteIf(move.key, this.#pointer);
    // Before the claim: the next to take that must not find the mark of a run that has ended.
    if (mark !== null) await store.deleteIf(mark, record.owner);
    await store.deleteIf(key, record);
  }

  get #pointer(): MovedRecord {
    return { kind: "moved", to: this.#options.key };
  }

  #reportLost(what: "taken" | "renewed"): void {
    if (this.#lost === "taken" || this.#lost === what) return;
    this.#lost = what;
    const { action, onLost } = this.#options;
    const { leaseSeconds } = this.#services;
    reportTo(
      onLost,
      new Error(
        what === "taken"
          ? `Cannot keep the claim on action "${action}": it was not renewed for ${leaseSeconds} seconds, and another process ` +
            `has taken it, so that the action may run twice; keep the thread free, or raise idempotency.leaseSeconds`
          : `Cannot keep the claim on action "${action}": it was not renewed for ${leaseSeconds} seconds; it is held again, and ` +
            `no other process had taken it when that was asked`,
      ),
    );
  }
}
