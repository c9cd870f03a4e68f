/**
 * What the bodies of requests hold of this machine: memory and disk, each shared between principals and addresses.
 *
 * The limits of a body bound one request. A stranger sends many: these pools bound what all of them hold at once.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { type Holder, UNKNOWN_HOLDER } from "./caller.ts";
import type { Limits } from "./limits.ts";
import { createPool, type Hold, type Pool, type PoolRefusal } from "./pool.ts";

/** Seconds after which a refused body may be sent again: as long as most bodies are held. */
const RETRY_SECONDS = "10";

/** The accounts of one handler. */
export interface BodyAccounts {
  /**
   * Opens the account of one body, with nothing on it.
   *
   * @param holder The principal or address that sends the body.
   * @returns The account, to be closed on every way out.
   */
  open(holder: Holder): BodyAccount;
}

/**
 * Creates the accounts of one handler.
 *
 * @param limits How much all bodies hold together.
 * @returns The accounts.
 */
export function createBodyAccounts(limits: Pick<Limits, "bodyMemoryBytes" | "spooledBytes">): BodyAccounts {
  const memory = createPool({ limit: "bodyMemoryBytes", size: limits.bodyMemoryBytes });
  const disk = createPool({ limit: "spooledBytes", size: limits.spooledBytes });
  return { open: (holder) => new BodyAccount(holder, memory, disk) };
}

/** What one body holds. */
export class BodyAccount {
  /** Bytes of files that are in memory. */
  fileBytes = 0;
  readonly #holder: Holder;
  readonly #memory: Pool;
  readonly #disk: Pool;
  // Taken with the first byte: most requests have no body.
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

  /** Bytes of memory that are held. */
  get memoryBytes(): number {
    return this.#held?.amount ?? 0;
  }

  /**
   * Takes memory.
   *
   * @param bytes How much more.
   * @throws {InputError} With status 429 when there is none.
   */
  takeMemory(bytes: number): void {
    if (this.#held === null) this.#held = granted(this.#memory.take(this.#holder, bytes));
    else grow(this.#held, bytes);
  }

  /** Gives memory back, of what has gone to disk. */
  giveMemory(bytes: number): void {
    this.#held?.shrink(bytes);
  }

  /**
   * Takes disk for one file.
   *
   * @param bytes How much.
   * @returns What is held; to be released when the file is gone.
   * @throws {InputError} With status 429 when there is none.
   */
  takeDisk(bytes: number): Hold {
    return granted(this.#disk.take(this.#holder, bytes));
  }

  /** Gives all memory back. What is on disk is held by its files. */
  close(): void {
    this.#held?.release();
    this.#held = null;
  }
}

/** Returns an account that bounds nothing, for a body that no handler reads. */
export function freeAccount(): BodyAccount {
  return createBodyAccounts({ bodyMemoryBytes: Infinity, spooledBytes: Infinity }).open(UNKNOWN_HOLDER);
}

/**
 * Takes more for a hold.
 *
 * @throws {InputError} With status 429 when there is no more.
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
