/**
 * Files that arrive: small ones in memory, large ones on disk.
 *
 * @module
 */
import { logError, type Report, tell } from "../callback.ts";
import { StorageError } from "../errors.ts";
import { Pieces } from "./pieces.ts";

/** A file up to this size stays in memory. */
export const SPOOL_THRESHOLD_BYTES = 1_048_576;

/** A file up to this size is kept in memory when the disk has failed. */
export const MEMORY_BYTES = 8_388_608;

/** How much of a file on disk is read at once. */
const READ_BYTES = 262_144;

/** A part of a file on disk: what the two classes below have in common. */
class DiskRange {
  readonly path: string;
  readonly name: string;
  readonly start: number;
  readonly size: number;

  constructor(path: string, name: string, start: number, size: number) {
    this.path = path;
    this.name = name;
    this.start = start;
    this.size = size;
  }

  async read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await readDisk(this.path, this.start + at, length);
    } catch (cause) {
      const message =
        `Cannot read uploaded file "${this.name}" from "${this.path}": ${
          reasonOf(cause)
        }; it is there until the answer is out, ` +
        `as long as nothing else clears the temporary directory`;
      // Of the class it has: a caller may tell a file that is gone from one that cannot be read.
      const Class = Object.values(Deno.errors).find((each) => cause instanceof each) ?? Error;
      throw new Class(message, { cause });
    }
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.read(0, this.size);
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream({
      pull: async (controller) => {
        const length = Math.min(READ_BYTES, this.size - at);
        if (length === 0) return controller.close();
        const bytes = await this.read(at, length);
        at += length;
        controller.enqueue(bytes);
      },
    }, { highWaterMark: 0 });
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /** As `Blob.slice()` counts (File API, 3.3.1): from the end where negative, never outside. */
  slice(start: number, end: number): DiskRange {
    const from = clamp(start, this.size);
    return new DiskRange(this.path, this.name, this.start + from, Math.max(clamp(end, this.size) - from, 0));
  }
}

function clamp(index: number, size: number): number {
  // Web IDL, [Clamp]: the nearest whole number, and zero for NaN.
  const whole = Math.round(index) || 0;
  return whole < 0 ? Math.max(size + whole, 0) : Math.min(whole, size);
}

/** A slice of a {@linkcode SpooledFile}. */
class SpooledBlob extends Blob {
  readonly #range: DiskRange;

  constructor(range: DiskRange, type: string) {
    super([], { type });
    this.#range = range;
  }

  override get size(): number {
    return this.#range.size;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#range.stream();
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.#range.bytes()).buffer;
  }

  override bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#range.bytes();
  }

  override text(): Promise<string> {
    return this.#range.text();
  }

  override slice(start = 0, end: number = this.size, type = ""): Blob {
    return new SpooledBlob(this.#range.slice(start, end), type);
  }
}

/**
 * A `File` whose bytes lie in a temporary file until it is disposed of.
 *
 * It reads as any other `File` does. The platform itself, however, sees an empty one: to hand it on in a `FormData`, a
 * `Blob` or a `fetch` body, give its `stream()` or its `bytes()`.
 */
export class SpooledFile extends File implements AsyncDisposable {
  readonly #range: DiskRange;
  readonly #report: Report;

  /**
   * Takes over a file on disk.
   *
   * @param path Where the bytes lie; the file is owned from now on.
   * @param size How many there are.
   * @param name The name the visitor's browser gave it.
   * @param type Its media type, as the browser said.
   * @param report Called with the error where the temporary file cannot be removed.
   */
  constructor(path: string, size: number, name: string, type: string, report: Report = logDisk) {
    super([], name, { type });
    this.#range = new DiskRange(path, name, 0, size);
    this.#report = report;
  }

  /** How many bytes the file has. */
  override get size(): number {
    return this.#range.size;
  }

  /** The bytes, a quarter of a mebibyte at a time. */
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#range.stream();
  }

  /** All bytes, in memory. */
  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.#range.bytes()).buffer;
  }

  /** All bytes, in memory. */
  override bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#range.bytes();
  }

  /** All bytes as text, which is taken for UTF-8. */
  override text(): Promise<string> {
    return this.#range.text();
  }

  /** A part of the file, which stays on disk and goes when the file goes. */
  override slice(start = 0, end: number = this.size, type = ""): Blob {
    return new SpooledBlob(this.#range.slice(start, end), type);
  }

  /** Removes the temporary file; reading fails from then on. Never rejects: a file that stays is reported. */
  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.#range.path, this.#report);
  }
}

/** A temporary file that is being written. */
interface Disk {
  readonly path: string;
  readonly file: Deno.FsFile;
  /** How many bytes of the upload it holds for certain. */
  written: number;
}

/**
 * Takes the bytes of one file as they arrive.
 *
 * ```
 * memory ──▶ disk, above the threshold ──▶ memory again, where the disk fails ──▶ StorageError above MEMORY_BYTES
 *    └─────▶ memory to the end, where the process may not write
 * ```
 */
export class FileSpool {
  readonly #report: Report;
  /** What is in memory. */
  #pieces = new Pieces();
  #size = 0;
  /** Where the bytes go; `null` while they stay in memory. */
  #disk: Disk | null = null;
  /** Set where the process may not write: the bytes stay in memory, and `fileBytes` bounds them. */
  #isDenied = false;
  /** The error of the disk; from then on the bytes stay in memory, within {@linkcode MEMORY_BYTES}. */
  #failure: { readonly cause: unknown } | null = null;

  /** @param report Called with the error where a temporary file cannot be removed. */
  constructor(report: Report = logDisk) {
    this.#report = report;
  }

  /**
   * Adds bytes; past {@linkcode SPOOL_THRESHOLD_BYTES} they go to disk, where the permissions of the process allow that.
   *
   * @throws {StorageError} When the disk fails and the file is larger than {@linkcode MEMORY_BYTES}.
   */
  async write(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#size += chunk.length;
    if (this.#disk !== null) return await this.#append(this.#disk, chunk);
    this.#pieces.add(chunk);
    if (this.#size <= SPOOL_THRESHOLD_BYTES || this.#isDenied) return;
    if (this.#failure === null) await this.#moveToDisk();
    else this.#checkMemory(this.#failure.cause);
  }

  /**
   * Ends the file.
   *
   * @param name The name the visitor's browser gave it.
   * @param type Its media type, as the browser said.
   * @returns The file, in memory or on disk.
   */
  finish(name: string, type: string): File {
    const disk = this.#disk;
    if (disk === null) return new File([...this.#pieces.list()], name, { type });
    disk.file.close();
    this.#disk = null;
    return new SpooledFile(disk.path, this.#size, name, type, this.#report);
  }

  /** Gives up a file that will not be complete. Never rejects. */
  async abort(): Promise<void> {
    const disk = this.#disk;
    this.#disk = null;
    if (disk !== null) await discard(disk, this.#report);
  }

  async #moveToDisk(): Promise<void> {
    const dir = await temporaryDirectory();
    if (dir === null) {
      this.#isDenied = true;
      return;
    }
    let disk: Disk | null = null;
    try {
      disk = await openDisk(dir, this.#report);
      for (const piece of this.#pieces.list()) await writeAll(disk, piece);
    } catch (cause) {
      // Nothing is lost: what was to be written is still in memory.
      if (disk !== null) await discard(disk, this.#report);
      return this.#fail(cause);
    }
    this.#disk = disk;
    this.#pieces = new Pieces();
  }

  /** A full disk, a quota, a directory that is gone: what is on disk by then comes back into memory. */
  async #append(disk: Disk, chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    const { written } = disk;
    try {
      await writeAll(disk, chunk);
    } catch (cause) {
      // Asked first: what would be too large for the memory is not read.
      this.#checkMemory(cause);
      this.#pieces.add(await this.#readBack(disk, written, cause));
      this.#pieces.add(chunk);
      this.#disk = null;
      await discard(disk, this.#report);
      this.#fail(cause);
    }
  }

  async #readBack({ path }: Disk, length: number, cause: unknown): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await readDisk(path, 0, length);
    } catch (error) {
      throw storageError(this.#size, new AggregateError([cause, error], reasonOf(cause)));
    }
  }

  #fail(cause: unknown): void {
    this.#failure = { cause };
    this.#checkMemory(cause);
  }

  #checkMemory(cause: unknown): void {
    if (this.#size > MEMORY_BYTES) throw storageError(this.#size, cause);
  }
}

function storageError(size: number, cause: unknown): StorageError {
  return new StorageError(
    `Cannot store an uploaded file of ${size} bytes or more on disk: ${
      reasonOf(cause)
    }; free some space in the temporary ` +
      `directory, or store files elsewhere with onFile (up to ${MEMORY_BYTES} bytes are kept in memory)`,
    { cause },
  );
}

/**
 * Where temporary files go, or `null` where this process may not write and read there. The permissions are asked for and
 * not requested: on a terminal a request would stop the server with a question.
 */
async function temporaryDirectory(): Promise<string | null> {
  const windows = Deno.build.os === "windows";
  const variable = windows ? "TEMP" : "TMPDIR";
  const env = await Deno.permissions.query({ name: "env", variable });
  const path = (env.state === "granted" ? Deno.env.get(variable) : undefined) ?? (windows ? null : "/tmp");
  if (path === null) return null;
  const write = await Deno.permissions.query({ name: "write", path });
  const read = await Deno.permissions.query({ name: "read", path });
  return write.state === "granted" && read.state === "granted" ? path : null;
}

async function openDisk(dir: string, report: Report): Promise<Disk> {
  const path = await Deno.makeTempFile({ dir, prefix: "hyper-upload-" });
  try {
    return { path, file: await Deno.open(path, { write: true }), written: 0 };
  } catch (error) {
    await remove(path, report);
    throw error;
  }
}

async function writeAll(disk: Disk, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const count = await disk.file.write(bytes.subarray(at));
    // POSIX, write(): 0 for a file that takes no more, which would be asked for ever.
    if (count === 0) throw new Deno.errors.WriteZero("the disk takes no more bytes");
    at += count;
  }
  disk.written += bytes.length;
}

/** Opens the file for each read anew: whoever drops a stream half-way would otherwise keep it open for ever. */
async function readDisk(path: string, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  using file = await Deno.open(path, { read: true });
  await file.seek(start, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) throw new Deno.errors.UnexpectedEof("it has been cut short on disk");
    filled += count;
  }
  return bytes;
}

async function discard({ file, path }: Disk, report: Report): Promise<void> {
  file.close();
  await remove(path, report);
}

async function remove(path: string, report: Report): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    // What tidies the temporary directory may have been first.
    if (error instanceof Deno.errors.NotFound) return;
    tell(report, new Error(`Cannot remove temporary file "${path}": ${reasonOf(error)}`, { cause: error }));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function logDisk(error: unknown): void {
  logError(error, "a temporary file");
}
