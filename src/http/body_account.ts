// Memory and disk that request bodies use, shared between principals and addresses.
//
// The limits of a body apply to one request, and one client may send many: these pools limit all bodies together.
import { InputError } from "../errors.ts";
import { type Holder, UNKNOWN_HOLDER } from "./caller.ts";
import type { Limits } from "./limits.ts";
import { createPool, type Hold, type Pool, type PoolRefusal } from "./pool.ts";

/** Seconds after which the client may send a rejected body again: most bodies are finished by then. */
const RETRY_SECONDS = "10";

/** The accounts of one handler. */
export interface BodyAccounts {
  /**
   * Opens the account of one body.
   *
   * @param holder The principal or address that sends the body.
   * @returns The account. The caller closes it in any case.
   */
  open(holder: Holder): BodyAccount;
}

/**
 * Creates the accounts of one handler.
 *
 * @param limits The limits of all bodies together.
 * @returns The accounts.
 */
export function createBodyAccounts(limits: Pick<Limits, "bodyMemoryBytes" | "spooledBytes">): BodyAccounts {
  const memory = createPool({ limit: "bodyMemoryBytes", size: limits.bodyMemoryBytes });
  const disk = createPool({ limit: "spooledBytes", size: limits.spooledBytes });
  return { open: (holder) => new BodyAccount(holder, memory, disk) };
}

/** Memory and disk that one body uses. */
export class BodyAccount {
  /** Bytes of files in memory. */
  fileBytes = 0;
  readonly #holder: Holder;
  readonly #memory: Pool;
  readonly #disk: Pool;
  // Taken with the first byte, since most requests have no body.
  #held: Hold | null = null;

  /**
   * @param holder The principal or address that sends the body.
   * @param memory What is taken of memory.
   * @param disk What is taken of the disk.
   */
  constructor(holder: Holder, memory: Pool, disk: Pool) {
    this.#holder = holder;
    this.#memory = memory;
    this.#disk = disk;
  }

  /** Bytes of memory that the body uses. */
  get memoryBytes(): number {
    return this.#held?.amount ?? 0;
  }

  /**
   * Takes more memory.
   *
   * @throws {InputError} With status 429 when none is left.
   */
  takeMemory(bytes: number): void {
    if (this.#held === null) this.#held = granted(this.#memory.take(this.#holder, bytes));
    else grow(this.#held, bytes);
  }

  /** Returns the memory of bytes that were moved to disk. */
  giveMemory(bytes: number): void {
    this.#held?.shrink(bytes);
  }

  /**
   * Takes disk space for one file.
   *
   * @returns The space, which the caller releases when the file is removed.
   * @throws {InputError} With status 429 when none is left.
   */
  takeDisk(bytes: number): Hold {
    return granted(this.#disk.take(this.#holder, bytes));
  }

  /** Returns all memory. Disk space is returned with each file. */
  close(): void {
    this.#held?.release();
    this.#held = null;
  }
}

/** Returns an account without limits, for a body outside of a handler. */
export function freeAccount(): BodyAccount {
  return createBodyAccounts({ bodyMemoryBytes: Infinity, spooledBytes: Infinity }).open(UNKNOWN_HOLDER);
}

/**
 * Adds to a hold.
 *
 * @throws {InputError} With status 429 when none is left.
 */
export function grow(hold: Hold, bytes: number): void {
  const refusal = hold.grow(bytes);
  if (refusal !== null) throw tooMuch(refusal);
}

function granted(taken: Hold | PoolRefusal): Hold {
  if (taken.kind === "refused") throw tooMuch(taken);
  return taken;
}

function tooMuch({ limit, maximum }: PoolRefusal): InputError {
  return new InputError(
    429,
    `Cannot read body: the server holds too many bodies at once, the limit "${limit}" is ${maximum} bytes; try again later`,
    limit,
    { headers: { "retry-after": RETRY_SECONDS } },
  );
}
