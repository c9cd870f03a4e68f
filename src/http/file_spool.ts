// Uploaded files as they arrive: small ones in memory, large ones on disk.
import { logError, type Report, reportTo } from "../callback.ts";
import { StorageError } from "../errors.ts";
import { temporaryDirectory } from "../platform/environment.ts";
import { readRange } from "../platform/files.ts";
import { createTempFile, type TempFile } from "../platform/temp_files.ts";
import { type BodyAccount, grow } from "./body_account.ts";
import { type Bytes, Pieces } from "./pieces.ts";
import type { Hold } from "./pool.ts";
import { SpooledFile } from "./spooled_file.ts";

/** Maximum size in memory of all files of one body, in bytes. */
export const SPOOL_THRESHOLD_BYTES = 1_048_576;

/** Maximum size of a file that is kept in memory after the disk has failed, in bytes. */
export const MEMORY_BYTES = 8_388_608;

/** A temporary file that is being written, and the disk space it uses. */
interface Spooled extends TempFile {
  readonly hold: Hold;
  /** Number of bytes that are certainly written. */
  written: number;
}

/**
 * Collects the bytes of one file as they arrive.
 *
 * ```
 * memory ──▶ disk, above the threshold ──▶ memory again, if the disk fails ──▶ StorageError above MEMORY_BYTES
 *    └─────▶ memory to the end, if the process may not write
 * ```
 *
 * The account of the body counts the bytes in memory and on disk. Above the limit of all bodies: `InputError` (429).
 */
export class FileSpool {
  readonly #account: BodyAccount;
  readonly #report: Report;
  /** The bytes in memory. */
  #pieces = new Pieces();
  #size = 0;
  /** The temporary file; `null` while the bytes stay in memory. */
  #spooled: Spooled | null = null;
  /** `true` if the process lacks write permission. The bytes then stay in memory, limited by `fileBytes`. */
  #isDenied = false;
  /** The error of the disk. After it, the bytes stay in memory, limited by {@linkcode MEMORY_BYTES}. */
  #failure: { readonly cause: unknown } | null = null;

  /**
   * @param account The account of the body.
   * @param report Called when a temporary file cannot be removed. Default: the error is logged to the console.
   */
  constructor(account: BodyAccount, report: Report = logDisk) {
    this.#account = account;
    this.#report = report;
  }

  /**
   * Adds bytes. The file moves to disk when all files of the body exceed {@linkcode SPOOL_THRESHOLD_BYTES} in memory, if the process may
   * write.
   *
   * @throws {InputError} With status 429 when all bodies together use too much.
   * @throws {StorageError} When the disk fails and the file is larger than {@linkcode MEMORY_BYTES}.
   */
  async write(chunk: Bytes): Promise<void> {
    this.#size += chunk.length;
    if (this.#spooled !== null) return await this.#append(this.#spooled, chunk);
    if (this.#failure !== null) this.#checkMemory(this.#failure.cause);
    this.#take(chunk.length);
    this.#pieces.add(chunk);
    const isLarge = this.#account.fileBytes > SPOOL_THRESHOLD_BYTES;
    if (isLarge && !this.#isDenied && this.#failure === null) await this.#moveToDisk();
  }

  /**
   * Ends the file.
   *
   * @param name The file name from the client.
   * @param type The media type from the client.
   * @returns The file, in memory or on disk.
   */
  async finish(name: string, type: string): Promise<File> {
    const spooled = this.#spooled;
    if (spooled === null) return new File([...this.#pieces.list()], name, { type });
    this.#spooled = null;
    await spooled.close();
    return new SpooledFile({ path: spooled.path, size: this.#size, remove: () => this.#remove(spooled) }, name, type);
  }

  /** Discards an incomplete file. Never rejects. The account still counts its bytes in memory. */
  async abort(): Promise<void> {
    const spooled = this.#spooled;
    this.#spooled = null;
    if (spooled !== null) await this.#discard(spooled);
  }

  async #moveToDisk(): Promise<void> {
    const dir = temporaryDirectory();
    if (dir === null) {
      this.#isDenied = true;
      return;
    }
    const hold = this.#account.takeDisk(this.#size);
    let spooled: Spooled | null = null;
    try {
      spooled = { ...await createTempFile(dir), hold, written: 0 };
      for (const piece of this.#pieces.list()) await append(spooled, piece);
    } catch (cause) {
      // Nothing is lost: the bytes are still in memory.
      if (spooled === null) hold.release();
      else await this.#discard(spooled);
      return this.#fail(cause);
    }
    this.#spooled = spooled;
    this.#pieces = new Pieces();
    this.#account.giveMemory(this.#size);
    this.#account.fileBytes -= this.#size;
  }

  /** Appends to the temporary file. When that fails (full disk, quota, removed directory), moves the file back into memory. */
  async #append(spooled: Spooled, chunk: Bytes): Promise<void> {
    grow(spooled.hold, chunk.length);
    const { written } = spooled;
    try {
      await append(spooled, chunk);
    } catch (cause) {
      // Both limits first: a file that is too large for memory is not read.
      this.#fail(cause);
      this.#take(this.#size);
      this.#pieces.add(await this.#readBack(spooled, written, cause));
      this.#pieces.add(chunk);
      await this.abort();
    }
  }

  async #readBack({ path }: Spooled, length: number, cause: unknown): Promise<Bytes> {
    try {
      return await readRange(path, 0, length);
    } catch (error) {
      throw storageError(this.#size, new AggregateError([cause, error], errorText(cause)));
    }
  }

  /** Takes memory for bytes of this file. */
  #take(bytes: number): void {
    this.#account.takeMemory(bytes);
    this.#account.fileBytes += bytes;
  }

  #fail(cause: unknown): void {
    this.#failure = { cause };
    this.#checkMemory(cause);
  }

  #checkMemory(cause: unknown): void {
    if (this.#size > MEMORY_BYTES) throw storageError(this.#size, cause);
  }

  async #discard(spooled: Spooled): Promise<void> {
    await spooled.close();
    await this.#remove(spooled);
  }

  /** Removes a closed temporary file and releases its disk space, also when the file cannot be removed: that is reported. */
  async #remove({ path, remove, hold }: Spooled): Promise<void> {
    try {
      await remove();
    } catch (error) {
      reportTo(
        this.#report,
        new Error(`Cannot remove temporary file "${path}": ${errorText(error)}`, { cause: error }),
      );
    } finally {
      hold.release();
    }
  }
}

function storageError(size: number, cause: unknown): StorageError {
  const message =
    `Cannot store an uploaded file of ${size} bytes or more on disk: ${errorText(cause)}; free some space ` +
    `in the temporary directory, or store files elsewhere with onFile (up to ${MEMORY_BYTES} bytes are kept in memory)`;
  return new StorageError(message, { cause });
}

async function append(spooled: Spooled, bytes: Uint8Array): Promise<void> {
  await spooled.write(bytes);
  spooled.written += bytes.length;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function logDisk(error: unknown): void {
  logError(error, "a temporary file");
}
