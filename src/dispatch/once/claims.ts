/**
 * The claim that is made just before an action function runs.
 *
 * ```
 *              claim ──▶ mine ──▶ action function ──▶ finish ──▶ done, for an hour
 *                │                   └─ throws ─▶ giveUp ─▶ free
 *                ├─────▶ done: the stored outcome
 *                └─────▶ runs elsewhere: wait ─▶ done, or mine after a giveUp, or running after ten seconds
 * ```
 *
 * **Within a process** a claim is an entry of a map: no clock, no stall and no store can make one process run a mutation twice
 * while it runs, or forget what it came to when the store cannot be told.
 *
 * **Between processes** a claim is a lease in the store, renewed while the action function runs. When the process that holds it
 * dies, stands still, or cannot reach the store for as long as a lease, the lease runs out and the next repeat in another process
 * claims it: **the action function then runs a second time, after a first run that may have got as far as its last line.** No
 * library can tell the two apart from outside. With `afterCrash: "reject"` a mark outlives the lease, and a repeat that finds
 * the mark without a run is told that nobody knows.
 *
 * @module
 */
import { notify, type Report } from "../../callback.ts";
import { HyperError, isA } from "../../errors.ts";
import type { Holder } from "../../http/caller.ts";
import { createPool, type Pool, type PoolRefusal } from "../../http/pool.ts";
import type { Store } from "../../store/store.ts";
import { type ClaimServices, HeldClaim, type MineClaim, type Move, type MovedRecord } from "./held.ts";
import type { RunningRecord } from "./lease.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { readOutcome, type StoredOutcome, TOO_LARGE, withoutCookies } from "./outcome.ts";
import { Waiting } from "./waiting.ts";

/** Who may run a mutation. */
export type Claim =
  /** The request that asked, and no other until it says how it went. */
  | MineClaim
  /** It has been done, with this outcome. */
  | DoneClaim
  /** Another run has not ended within the time to wait. */
  | { readonly kind: "running" }
  /** A run was begun, and its process has died before it said what came of it. */
  | { readonly kind: "unknown" }
  /** The holder of the request has too many claims already. */
  | PoolRefusal;

/** A mutation that has been done. */
export interface DoneClaim {
  readonly kind: "done";
  readonly outcome: StoredOutcome;
}

/** Options for {@linkcode createClaims}. */
export interface ClaimsOptions {
  /** The store of claims and outcomes: the same for all instances. */
  readonly store: Store;
  /** If `false`, the store belongs to this process alone: a claim needs no lease. Default: `true`. */
  readonly isShared?: boolean | undefined;
  /** Time an outcome is kept for repeats, in seconds. Default: 3,600. */
  readonly ttlSeconds?: number | undefined;
  /** Time a repeat waits for a run that has not ended, in seconds. Default: 10. */
  readonly waitSeconds?: number | undefined;
  /** Time a claim outlives a process that died, in seconds; renewed at a third of it. Default: 30. */
  readonly leaseSeconds?: number | undefined;
  /** Whether a repeat of a run whose process died runs anew, or is refused. Default: `"run"`. */
  readonly afterCrash?: "retry" | "reject" | undefined;
  /** Maximum number of outcomes this process keeps. Default: 10,000. */
  readonly maxEntries?: number | undefined;
  /** Maximum size of the outcomes this process keeps, in bytes. Default: 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Maximum number of runs, and of repeats that wait for one, at the same time. Default: 10,000. */
  readonly maxClaims?: number | undefined;
  /** The part of `maxClaims` that one principal may have. Default: 1,000. */
  readonly maxClaimsPerPrincipal?: number | undefined;
}

/** What is claimed. */
export interface ClaimRequest {
  /** The key, as `onceKey()` gives it. */
  readonly key: string;
  /** The full name of the action, for messages. */
  readonly action: string;
  /** The holder that the claim and its outcome are counted for. */
  readonly holder: Holder;
  /** The session of the request, as a digest; `null` where it has none. */
  readonly session: string | null;
  /** Returns the identity that cookies make, or `null` where it is the one that the request had. */
  readonly moveOf: (cookies: readonly string[]) => Promise<Move | null>;
  /** Called with what goes wrong while the claim is held, or after. */
  readonly report: Report;
  /** Called when the claim was lost to another process, or nearly so. */
  readonly onLost: Report;
  /** Ends the waiting for another run. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes claims. */
export interface Claims {
  /**
   * Claims a mutation, or tells what became of it.
   *
   * @param request What is claimed.
   * @returns The claim.
   * @throws {HyperError} 503 when the store cannot be reached, so that nothing runs that might run twice.
   */
  claim(request: ClaimRequest): Promise<Claim>;
  /**
   * Drops an outcome: the next repeat runs. A claim that is held stays.
   *
   * @param key Its key.
   * @throws {Error} What the store said.
   */
  forget(key: string): Promise<void>;
  /** Ends what goes on without a request. */
  close(): void;
}

/** Milliseconds between two looks at a run of another instance: the first and the longest. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 500;
/** Seconds that a claim stays in a store of this process alone: it ends with its run, and with the process. */
const FOREVER = 1e9;

/**
 * Makes the claims of a handler.
 *
 * @param options The store, the times and the bounds.
 * @returns The claims.
 * @throws {RangeError} When a time is not above 0 (`waitSeconds` may be 0), or a bound is not a whole number above 0.
 * @throws {TypeError} When `afterCrash` is neither `"retry"` nor `"reject"`.
 */
export function createClaims(options: ClaimsOptions): Claims {
  return new StoreClaims(options);
}

/** What a look at a mutation found; `free` is taken by that look. */
type Look =
  | DoneClaim
  | { readonly kind: "free" }
  | { readonly kind: "running" }
  | { readonly kind: "unknown" };

class StoreClaims implements Claims {
  readonly #store: Store;
  readonly #seconds: number;
  readonly #waitSeconds: number;
  readonly #claimSeconds: number;
  readonly #isAtMostOnce: boolean;
  readonly #pool: Pool;
  readonly #ledger: Ledger;
  readonly #outbox: Outbox;
  readonly #services: ClaimServices;
  /** The keys that this process runs. */
  readonly #held = new Set<string>();
  /** The keys that the store is being asked for: of two requests at once one asks, so that a stall between lets in no second. */
  readonly #asking = new Map<string, Promise<Look>>();
  readonly #waiting = new Waiting();

  constructor(options: ClaimsOptions) {
    const { store, isShared = true, ttlSeconds = 3600, waitSeconds = 10, leaseSeconds = 30, afterCrash = "retry" } =
      options;
    const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024 } = options;
    const { maxClaims = 10_000, maxClaimsPerPrincipal = 1_000 } = options;
    checkSeconds("seconds", ttlSeconds, Number.MIN_VALUE);
    checkSeconds("waitSeconds", waitSeconds, 0);
    checkSeconds("leaseSeconds", leaseSeconds, Number.MIN_VALUE);
    for (const [name, value] of Object.entries({ maxEntries, maxBytes, maxClaims, maxClaimsPerPrincipal })) {
      checkBound(name, value);
    }
    // Types do not hold what came out of a configuration file.
    if (afterCrash !== "retry" && afterCrash !== "reject") {
      throw new TypeError(
        `Cannot run actions once: afterCrash is ${JSON.stringify(afterCrash)}; use "retry" or "reject"`,
      );
    }
    this.#store = store;
    this.#seconds = ttlSeconds;
    this.#waitSeconds = waitSeconds;
    this.#claimSeconds = isShared ? leaseSeconds : FOREVER;
    this.#isAtMostOnce = afterCrash === "reject";
    this.#pool = createPool({
      limit: "idempotency.maxClaims",
      size: maxClaims,
      perPrincipal: { limit: "idempotency.maxClaimsPerPrincipal", maximum: maxClaimsPerPrincipal },
    });
    this.#ledger = createLedger({ maxEntries, maxBytes, seconds: ttlSeconds });
    this.#outbox = createOutbox(ttlSeconds);
    this.#services = {
      store,
      ledger: this.#ledger,
      outbox: this.#outbox,
      seconds: ttlSeconds,
      leaseSeconds: isShared ? leaseSeconds : null,
      held: this.#held,
      drop: (keys, report) => {
        for (const key of keys) notify(() => this.#forget(key), report);
      },
    };
  }

  async claim(request: ClaimRequest): Promise<Claim> {
    // Waiting for a run counts too: it holds a request open.
    const hold = this.#pool.take(request.holder);
    if (hold.kind === "refused") return hold;
    let isMine = false;
    try {
      const record: RunningRecord = { kind: "running", owner: crypto.randomUUID() };
      const found = await this.#wait(request, record);
      if (found.kind !== "free") return found;
      isMine = true;
      const { key } = request;
      const mark = this.#isAtMostOnce ? markOf(key) : null;
      const onOver = (): void => {
        hold.release();
        this.#waiting.wakeUp(key);
      };
      return new HeldClaim(this.#services, { ...request, record, mark, onOver });
    } finally {
      if (!isMine) hold.release();
    }
  }

  forget(key: string): Promise<void> {
    this.#ledger.remove(key);
    return this.#forget(key);
  }

  close(): void {
    this.#outbox.close();
  }

  /** Looks until it is free or done, or the time to wait is over. */
  async #wait({ key, signal }: ClaimRequest, record: RunningRecord): Promise<Look> {
    const begun = performance.now();
    for (let pause = FIRST_PAUSE;; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const found = await this.#look(key, record);
      if (found.kind !== "running") return found;
      const left = begun + this.#waitSeconds * 1000 - performance.now();
      if (left <= 0 || signal?.aborted) return found;
      await this.#waiting.sleep(key, Math.min(pause, left), signal);
    }
  }

  /** Takes the claim where it is free; else tells what is there. */
  async #look(key: string, record: RunningRecord): Promise<Look> {
    const own = this.#outbox.outcomeOf(key);
    if (own !== null) return { kind: "done", outcome: own };
    if (this.#held.has(key)) return RUNNING;
    const asking = this.#asking.get(key);
    if (asking !== undefined) {
      const found = await asking;
      return found.kind === "free" ? RUNNING : found;
    }
    const asked = this.#ask(key, record);
    this.#asking.set(key, asked);
    try {
      return await asked;
    } finally {
      this.#asking.delete(key);
    }
  }

  async #ask(key: string, record: RunningRecord): Promise<Look> {
    try {
      // A claim of this process that the store would not let go.
      if (this.#outbox.has(key)) await this.#outbox.send(key);
      const found = await this.#take(key, record);
      // Before another request of this process may look.
      if (found.kind === "free") this.#held.add(key);
      return found;
    } catch (error) {
      throw storeFailure(error);
    }
  }

  async #take(key: string, record: RunningRecord): Promise<Look> {
    const asked = performance.now();
    try {
      if (await this.#store.putIfAbsent(key, record, this.#claimSeconds)) {
        if (this.#ledger.has(key)) return await this.#recall(key, record);
        if (this.#isAtMostOnce && !await this.#mark(key, record)) return { kind: "unknown" };
        const isSlow = performance.now() - asked > this.#claimSeconds * 1000 / 3;
        return isSlow ? await this.#takeAgain(key, record) : FREE;
      }
    } catch (error) {
      // It may have come through, and would hold off its own repeat for a lease.
      this.#outbox.add(key, { outcome: null, send: () => this.#free(key, record) });
      throw error;
    }
    const stored = await this.#store.get(key);
    // Gone between the two: as good as running, the next look takes it.
    if (stored === null || isKind(stored, "running")) return RUNNING;
    if (isMoved(stored)) return await this.#follow(key, stored);
    return { kind: "done", outcome: readOutcome(stored) };
  }

  /** Makes sure of a claim whose lease may have run out before the answer came: the process stood still, or the store was slow. */
  async #takeAgain(key: string, record: RunningRecord): Promise<Look> {
    const seconds = this.#claimSeconds;
    if (await this.#store.replace(key, record, record, seconds)) return FREE;
    if (await this.#store.putIfAbsent(key, record, seconds)) return FREE;
    await this.#free(key, record);
    return RUNNING;
  }

  /**
   * Puts back what this process has done, and the store has lost before its time: it was emptied, or goes by a clock that was set
   * forward. What came of it is gone, but it is not done twice.
   */
  async #recall(key: string, record: RunningRecord): Promise<Look> {
    await this.#store.replace(key, record, TOO_LARGE, this.#seconds);
    return { kind: "done", outcome: TOO_LARGE };
  }

  /** Marks that a claim which was just taken is run; `false` where it was marked before: its process has died. */
  async #mark(key: string, record: RunningRecord): Promise<boolean> {
    if (await this.#store.putIfAbsent(markOf(key), record.owner, this.#seconds)) return true;
    await this.#store.deleteIf(key, record);
    return false;
  }

  async #free(key: string, record: RunningRecord): Promise<void> {
    await this.#store.deleteIf(markOf(key), record.owner);
    await this.#store.deleteIf(key, record);
  }

  /** The run of a mutation whose answer has changed the identity of the client, which asks again under the new one. */
  async #follow(key: string, pointer: MovedRecord): Promise<Look> {
    const { to } = pointer;
    const stored = this.#outbox.outcomeOf(to) ?? await this.#store.get(to);
    if (stored === null) {
      if (this.#isAtMostOnce && await this.#store.get(markOf(to)) !== null) return { kind: "unknown" };
      // Its process has died, or it was given up.
      await this.#store.deleteIf(key, pointer);
      return RUNNING;
    }
    return isKind(stored, "running") ? RUNNING : { kind: "done", outcome: withoutCookies(readOutcome(stored)) };
  }

  async #forget(key: string): Promise<void> {
    this.#outbox.remove(key);
    if (this.#services.leaseSeconds === null && !this.#held.has(key)) return await this.#store.delete(key);
    const stored = await this.#store.get(key);
    // A run of another process is not ours to end, also where what is dropped has expired before.
    if (stored !== null && !isKind(stored, "running")) await this.#store.deleteIf(key, stored);
  }
}

/**
 * Returns the refusal of a mutation that cannot be claimed.
 *
 * @param error What the store said. A store that says itself why it cannot, as one without room, is not spoken for.
 */
export function storeFailure(error: unknown): HyperError {
  if (isA(error, HyperError)) return error;
  return new HyperError(503, "Cannot claim the run of an action: the store does not answer", {
    cause: error,
    headers: { "retry-after": "1" },
  });
}

const RUNNING: Look = Object.freeze({ kind: "running" });
const FREE: Look = Object.freeze({ kind: "free" });

/** The key of the mark of a run. */
function markOf(key: string): string {
  return `${key}:begun`;
}

function isKind(stored: unknown, kind: string): boolean {
  return typeof stored === "object" && stored !== null && "kind" in stored && stored.kind === kind;
}

function isMoved(stored: unknown): stored is MovedRecord {
  return isKind(stored, "moved") && typeof (stored as Partial<MovedRecord>).to === "string";
}

function checkSeconds(name: string, value: number, least: number): void {
  if (value >= least && value < Infinity) return;
  throw new RangeError(
    `Cannot run actions once: ${name} is ${value}; give ${least === 0 ? "0 or more" : "more than 0"} seconds`,
  );
}

function checkBound(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new RangeError(`Cannot run actions once: ${name} is ${value}; give a whole number above 0`);
}
