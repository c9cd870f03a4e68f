// The claim that a request makes just before an action function runs.
//
// ```
//              claim ──▶ mine ──▶ action function ──▶ finish ──▶ done, for an hour
//                │                   └─ throws ─▶ giveUp ─▶ free
//                ├─────▶ done: the stored outcome
//                └─────▶ runs elsewhere: wait ─▶ done, or mine after a giveUp, or running after ten seconds
// ```
//
// **Within a process** a claim is an entry of a map. Neither a clock nor a stall nor the store can make one process run a mutation
// twice at the same time, or forget an outcome that the store could not be given.
//
// **Between processes** a claim is a lease in the store, renewed while the action function runs. If the process that holds it
// dies, stalls, or cannot reach the store for as long as a lease, the lease expires and the next retry in another process
// claims it: **the action function then runs a second time, after a first run that may have reached its last line.** These two
// cases look the same from outside. With `afterCrash: "reject"` a mark outlives the lease, and a retry that finds the mark without
// a run is rejected.
import { notify } from "../../callback.ts";
import { HyperError, isA } from "../../errors.ts";
import { createPool, type Pool, type PoolRefusal } from "../../http/pool.ts";
import type { Store } from "../../store/store.ts";
import { ClaimRecords, type DoneClaim, type Look, RUNNING } from "./claim_records.ts";
import { type ClaimRequest, type ClaimServices, HeldClaim, type MineClaim } from "./held.ts";
import type { RunningRecord } from "./lease.ts";
import { Ledger } from "../../http/ledger.ts";
import { Outbox } from "./outbox.ts";
import { Waiting } from "./waiting.ts";

/** The result of a claim. */
export type Claim =
  /** This request runs the mutation, and no other until it reports the result. */
  | MineClaim
  /** The mutation was done, with this outcome. */
  | DoneClaim
  /** Another run did not end within the time to wait. */
  | { readonly kind: "running" }
  /** A run began, and its process died before it stored an outcome. */
  | { readonly kind: "unknown" }
  /** The holder of the request has too many claims. */
  | PoolRefusal;

/** Options for {@linkcode createClaims}. */
export interface ClaimsOptions {
  /** The store of claims and outcomes: the same for all instances. */
  readonly store: Store;
  /** If `false`, the store belongs to this process alone: a claim needs no lease. Default: `true`. */
  readonly isShared?: boolean | undefined;
  /** Time an outcome is kept for retries, in seconds. Default: 3,600. */
  readonly ttlSeconds?: number | undefined;
  /** Time a retry waits for a run that has not ended, in seconds. Default: 10. */
  readonly waitSeconds?: number | undefined;
  /** Time a claim outlives a process that died, in seconds; renewed at a third of it. Default: 30. */
  readonly leaseSeconds?: number | undefined;
  /** Behavior of a retry of a run whose process died. Default: `"retry"`. */
  readonly afterCrash?: "retry" | "reject" | undefined;
  /** Maximum number of outcomes this process keeps. Default: 10,000. */
  readonly maxEntries?: number | undefined;
  /** Maximum size of the outcomes this process keeps, in bytes. Default: 64 MiB (67,108,864 bytes). */
  readonly maxBytes?: number | undefined;
  /** Maximum number of runs, and of retries that wait for one, at the same time. Default: 10,000. */
  readonly maxClaims?: number | undefined;
  /** The part of `maxClaims` that one principal may have. Default: 1,000. */
  readonly maxClaimsPerPrincipal?: number | undefined;
}

/** Milliseconds between two looks at a run of another instance: the first and the longest pause. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 500;

/**
 * Creates the claims of a handler.
 *
 * @param options The store, the times and the bounds.
 * @throws {RangeError} When a time is not above 0 (`waitSeconds` may be 0), or a bound is not a whole number above 0.
 * @throws {TypeError} When `afterCrash` is neither `"retry"` nor `"reject"`.
 */
export function createClaims(options: ClaimsOptions): Claims {
  const { ttlSeconds = 3600, waitSeconds = 10, leaseSeconds = 30, afterCrash = "retry" } = options;
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024 } = options;
  const { maxClaims = 10_000, maxClaimsPerPrincipal = 1_000 } = options;
  checkSeconds("seconds", ttlSeconds, Number.MIN_VALUE);
  checkSeconds("waitSeconds", waitSeconds, 0);
  checkSeconds("leaseSeconds", leaseSeconds, Number.MIN_VALUE);
  for (const [name, value] of Object.entries({ maxEntries, maxBytes, maxClaims, maxClaimsPerPrincipal })) {
    checkBound(name, value);
  }
  // A value from a configuration file may have any type.
  if (afterCrash !== "retry" && afterCrash !== "reject") {
    throw new TypeError(
      `Cannot run actions once: afterCrash is ${JSON.stringify(afterCrash)}; use "retry" or "reject"`,
    );
  }
  const pool = createPool({
    limit: "idempotency.maxClaims",
    size: maxClaims,
    perPrincipal: { limit: "idempotency.maxClaimsPerPrincipal", maximum: maxClaimsPerPrincipal },
  });
  const shared = {
    store: options.store,
    ledger: new Ledger({ maxEntries, maxBytes, seconds: ttlSeconds }),
    outbox: new Outbox(ttlSeconds),
    seconds: ttlSeconds,
    leaseSeconds: options.isShared === false ? null : leaseSeconds,
  };
  return new Claims(pool, waitSeconds, {
    ...shared,
    records: new ClaimRecords({ ...shared, isAtMostOnce: afterCrash === "reject" }),
  });
}

/** The parts that claims share. */
interface ClaimsParts extends Omit<ClaimServices, "held" | "drop"> {
  readonly records: ClaimRecords;
}

/** Claims mutations. */
export class Claims {
  readonly #pool: Pool;
  readonly #waitSeconds: number;
  readonly #ledger: Ledger;
  readonly #outbox: Outbox;
  readonly #records: ClaimRecords;
  readonly #services: ClaimServices;
  /** The keys of the mutations that run in this process. */
  readonly #held = new Set<string>();
  /** Pending lookups in the store, by key. Simultaneous requests for a key share one, so a slow store admits only one of them. */
  readonly #asking = new Map<string, Promise<Look>>();
  readonly #waiting = new Waiting();

  constructor(pool: Pool, waitSeconds: number, parts: ClaimsParts) {
    this.#pool = pool;
    this.#waitSeconds = waitSeconds;
    this.#ledger = parts.ledger;
    this.#outbox = parts.outbox;
    this.#records = parts.records;
    this.#services = {
      ...parts,
      held: this.#held,
      drop: (keys, report) => {
        for (const key of keys) notify(() => this.#forget(key), report);
      },
    };
  }

  /**
   * Claims a mutation, or returns its state.
   *
   * @throws {HyperError} 503 when the store cannot be reached, so that nothing runs that might run twice.
   */
  async claim(request: ClaimRequest): Promise<Claim> {
    // Waiting for a run counts too: it holds a request open.
    const hold = this.#pool.take(request.holder);
    if (hold.kind === "refused") return hold;
    const { key } = request;
    let isMine = false;
    try {
      const record: RunningRecord = { kind: "running", owner: crypto.randomUUID() };
      let found = await this.#look(key, record);
      if (found.kind === "running") found = await this.#wait(request, record);
      if (found.kind !== "free") return found;
      isMine = true;
      const onOver = (): void => {
        hold.release();
        this.#waiting.wakeUp(key);
      };
      return new HeldClaim(this.#services, { request, record, mark: this.#records.markOf(key), onOver });
    } finally {
      if (!isMine) hold.release();
    }
  }

  /** Drops an outcome: the next retry runs. A claim that is held stays. Rejects with the error of the store. */
  forget(key: string): Promise<void> {
    this.#ledger.remove(key);
    return this.#forget(key);
  }

  /** Ends the attempts to reach a store that failed. */
  close(): void {
    this.#outbox.close();
  }

  /** Looks again until the mutation is free or done, or the time to wait is over. */
  async #wait({ key, signal }: ClaimRequest, record: RunningRecord): Promise<Look> {
    const begun = performance.now();
    for (let pause = FIRST_PAUSE;; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const left = begun + this.#waitSeconds * 1000 - performance.now();
      if (left <= 0 || signal?.aborted) return RUNNING;
      await this.#waiting.sleep(key, Math.min(pause, left), signal);
      const found = await this.#look(key, record);
      if (found.kind !== "running") return found;
    }
  }

  /** Takes the claim if it is free; otherwise returns the state of the mutation. */
  #look(key: string, record: RunningRecord): Look | Promise<Look> {
    const own = this.#outbox.outcomeOf(key);
    if (own !== null) return { kind: "done", outcome: own };
    if (this.#held.has(key)) return RUNNING;
    const asking = this.#asking.get(key);
    if (asking !== undefined) return asking.then((found) => found.kind === "free" ? RUNNING : found);
    const asked = this.#ask(key, record);
    this.#asking.set(key, asked);
    return asked;
  }

  /** Asks the store. Ends after it has returned, because it awaits: `#asking` has the key by then. */
  async #ask(key: string, record: RunningRecord): Promise<Look> {
    try {
      // A claim of this process that the store could not release.
      if (this.#outbox.has(key)) await this.#outbox.send(key);
      const found = await this.#records.take(key, record);
      // Before another request of this process may look.
      if (found.kind === "free") this.#held.add(key);
      return found;
    } catch (error) {
      throw storeFailure(error);
    } finally {
      this.#asking.delete(key);
    }
  }

  #forget(key: string): Promise<void> {
    this.#outbox.remove(key);
    return this.#records.forget(key, this.#held.has(key));
  }
}

/**
 * Returns the error of a mutation that cannot be claimed.
 *
 * @param error The error of the store. One with a status, such as that of a store without room, is returned as it is.
 */
export function storeFailure(error: unknown): HyperError {
  if (isA(error, HyperError)) return error;
  return new HyperError(503, "Cannot claim the run of an action: the store does not answer", {
    cause: error,
    headers: { "retry-after": "1" },
  });
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
