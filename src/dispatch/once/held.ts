// A claim that is held: the right to run an action function, and the duty to report its result.
import { type Report, reportTo } from "../../callback.ts";
import type { Holder } from "../../http/caller.ts";
import type { Store } from "../../store/store.ts";
import type { MovedRecord } from "./claim_records.ts";
import { Lease, type RunningRecord } from "./lease.ts";
import type { Ledger } from "../../http/ledger.ts";
import type { Outbox } from "./outbox.ts";
import { boundOutcome, type StoredOutcome, type StoredResult, TOO_LARGE, withoutCookies } from "./outcome.ts";

/**
 * The right to run a mutation, held until {@linkcode finish} or {@linkcode giveUp}; only the first of these counts.
 *
 * Neither rejects: the response does not depend on the store. An error of the store is reported once, this process answers retries
 * meanwhile, and the store is tried again.
 */
export interface MineClaim extends AsyncDisposable {
  readonly kind: "mine";
  /**
   * Starts to renew the lease, for as long as the claim is held. Call it where the action function is awaited: one that returns at
   * once needs no timer, which would cost more than the claim. A second call does nothing.
   */
  renew(): void;
  /** Keeps a cookie with the outcome for retries: they come from the same client, whose first response may have been lost. */
  keepCookie(value: string): void;
  /**
   * Keeps the cookies of a response of the application, before those that were set with `setCookie()`, in the order of sending.
   */
  keepOwnCookies(values: readonly string[]): void;
  /**
   * Notes that the head of the response is sent before the run has ended: a retry may send the cookies that were kept so far, and
   * then waits for this run.
   */
  headSent(): void;
  /**
   * Keeps the outcome for retries. One above `STORED_BYTES` is kept as `tooLarge`.
   *
   * @returns Fulfilled when the store has it, or has failed once. Does not reject.
   */
  finish(outcome: StoredResult): Promise<void>;
  /**
   * Lets the next request run it, for example when the action function threw. The claim of another process stays.
   *
   * @returns Fulfilled when the claim is free, or the store has failed once. Does not reject.
   */
  giveUp(): Promise<void>;
}

/** The identity that a client has once it keeps the cookies of a response. */
export interface Move {
  /** The key under which its retries look. */
  readonly key: string;
  /** Called when the store has the outcome under both keys. */
  readonly onKept: () => Promise<void>;
}

/** The mutation to claim, and its request. */
export interface ClaimRequest {
  /** The key, as `onceKey()` returns it. */
  readonly key: string;
  /** The full name of the action, for messages. */
  readonly action: string;
  /** The holder that the claim and its outcome are counted for. */
  readonly holder: Holder;
  /** The session of the request, as a digest; `null` if it has none. */
  readonly session: string | null;
  /** Returns the identity that cookies create; `null` if it is the one that the request had. */
  readonly moveOf: (cookies: readonly string[]) => Promise<Move | null>;
  /** Called with errors of the store, and others, while the claim is held and after. */
  readonly report: Report;
  /** Called when the claim was lost to another process, or nearly so. */
  readonly onLost: Report;
  /** Ends the waiting for another run. */
  readonly signal?: AbortSignal | undefined;
}

/** The services that all claims of a process share. */
export interface ClaimServices {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  /** Time an outcome is kept, in seconds. */
  readonly seconds: number;
  /** Time after which a claim expires, in seconds; `null` for a store of this process alone, where it never does. */
  readonly leaseSeconds: number | null;
  /** The keys that this process runs. */
  readonly held: Set<string>;
  /** Drops outcomes for which there is no room. */
  readonly drop: (keys: readonly string[], report: Report) => void;
}

/** Options for {@linkcode HeldClaim}. */
export interface HeldOptions {
  readonly request: ClaimRequest;
  /** The claim as the store has it. */
  readonly record: RunningRecord;
  /** The key of its mark; `null` if it has none. */
  readonly mark: string | null;
  /** Called when it is over. */
  readonly onOver: () => void;
}

/** A claim that is held, until it is finished or given up. */
export class HeldClaim implements MineClaim {
  readonly kind = "mine";
  readonly #services: ClaimServices;
  readonly #options: HeldOptions;
  readonly #lease: Lease | null;
  /** Cleared by the first call that ends the claim, and never set again. */
  #isOpen = true;
  /** `null` before the first: most runs set none. */
  #cookies: string[] | null = null;
  /** The key of the new identity, which this process runs as well; `null` before it is known. */
  #alias: string | null = null;
  /** The reported state of the lease; `null` while it holds. */
  #lost: "taken" | "renewed" | null = null;
  /** The key of retries that send the cookies of the head; `null` before the head is sent. */
  #moved: Promise<Move | null> | null = null;

  constructor(services: ClaimServices, options: HeldOptions) {
    const { store, leaseSeconds } = services;
    const { request: { key }, record } = options;
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
    const { key, report } = this.#options.request;
    const { outbox } = this.#services;
    try {
      const { outcome: kept, bytes } = this.#bound(outcome);
      const move = this.#cookies === null ? null : await this.#move(this.#cookies);
      this.#count(key, bytes);
      if (move !== null) this.#count(move.key, bytes);
      try {
        await this.#send(kept, move);
      } catch (error) {
        reportTo(report, error);
        outbox.add(key, { outcome: kept, send: () => this.#send(kept, move) });
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
    const { key, report } = this.#options.request;
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
    held.delete(this.#options.request.key);
    if (this.#alias !== null) held.delete(this.#alias);
    this.#options.onOver();
  }

  #count(key: string, bytes: number): void {
    const { holder, report } = this.#options.request;
    this.#services.drop(this.#services.ledger.add({ key, holder, bytes }), report);
  }

  /** Returns the outcome that is kept. The action function has run even if JSON cannot represent its outcome. */
  #bound(outcome: StoredResult): ReturnType<typeof boundOutcome> {
    const { session, report } = this.#options.request;
    try {
      return boundOutcome(outcome, this.#cookies, session);
    } catch (error) {
      reportTo(report, error);
      return boundOutcome(TOO_LARGE, this.#cookies, session);
    }
  }

  /** Returns the identity that the response creates. If that fails, retries are found under the previous one alone. */
  async #move(cookies: readonly string[]): Promise<Move | null> {
    const { moveOf, report } = this.#options.request;
    try {
      return await this.#moved ?? await moveOf(cookies);
    } catch (error) {
      reportTo(report, error);
      return null;
    }
  }

  /** Leads retries with the cookies of the head to this run. */
  async #point(cookies: readonly string[]): Promise<Move | null> {
    const { store, seconds, held } = this.#services;
    try {
      const move = await this.#options.request.moveOf(cookies);
      if (move === null) return null;
      // For this process at once, even if the store fails.
      if (this.#isOpen && !held.has(move.key)) held.add(this.#alias = move.key);
      await store.putIfAbsent(move.key, this.#pointer, seconds);
      return move;
    } catch {
      // Tried again when the run ends, and reported then.
      return null;
    }
  }

  /** Stores the outcome under both keys. If another process has the claim, this process alone keeps it. May be called again. */
  async #send(kept: StoredOutcome, move: Move | null): Promise<void> {
    const { store, seconds, outbox } = this.#services;
    const { request: { key }, record, mark } = this.#options;
    if (!await store.replace(key, record, kept, seconds) && !await this.#isStored(kept)) {
      this.#reportLost("taken");
      return outbox.add(key, { outcome: kept, send: null });
    }
    // After the outcome, and only if it is stored: a retry finds it from now on.
    if (mark !== null) await store.deleteIf(mark, record.owner);
    if (move === null) return;
    const plain = withoutCookies(kept);
    if (!await store.replace(move.key, this.#pointer, plain, seconds)) {
      await store.putIfAbsent(move.key, plain, seconds);
    }
    outbox.remove(move.key);
    await move.onKept();
  }

  /** Returns whether the outcome is stored although the claim is not: a response of the store was lost, or the claim has expired. */
  async #isStored(kept: StoredOutcome): Promise<boolean> {
    const { store, seconds } = this.#services;
    const { key } = this.#options.request;
    const found = await store.get(key);
    if (found !== null) return JSON.stringify(found) === JSON.stringify(kept);
    // It had expired, and no other process has claimed it.
    return await store.putIfAbsent(key, kept, seconds);
  }

  async #free(): Promise<void> {
    const { store } = this.#services;
    const { request: { key }, record, mark } = this.#options;
    const move = await this.#moved;
    if (move) await store.deleteIf(move.key, this.#pointer);
    // Before the claim: the next request that takes it must not find the mark of a run that has ended.
    if (mark !== null) await store.deleteIf(mark, record.owner);
    await store.deleteIf(key, record);
  }

  get #pointer(): MovedRecord {
    return { kind: "moved", to: this.#options.request.key };
  }

  #reportLost(what: "taken" | "renewed"): void {
    if (this.#lost === "taken" || this.#lost === what) return;
    this.#lost = what;
    const { action, onLost } = this.#options.request;
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
