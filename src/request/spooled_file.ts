/**
 * Files that arrive: small ones in memory, large ones on disk.
 *
 * @module
 */
import { type BodyAccount, grow } from "./body_account.ts";
import { Pieces } from "./pieces.ts";
import type { Hold } from "./pool.ts";
import { createSpoolFile, type SpoolFile } from "./spool_folder.ts";

/** Bytes of the files of one body that stay in memory, all of them together. */
export const SPOOL_THRESHOLD_BYTES = 1_048_576;

/** How much of a file on disk is read at once. */
const READ_BYTES = 262_144;

/** A part of a file on disk: what the two classes below have in common. */
class DiskRange {
  readonly path: string;
  readonly start: number;
  readonly size: number;

  constructor(path: string, start: number, size: number) {
    this.path = path;
    this.start = start;
    this.size = size;
  }

  /** Opens the file for each read anew: whoever drops a stream half-way would otherwise keep it open for ever. */
  async read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    using file = await Deno.open(this.path, { read: true });
    await file.seek(this.start + at, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < length) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) {
        throw new Deno.errors.UnexpectedEof(`Cannot read an uploaded file: it has been cut short on disk`);
      }
      filled += count;
    }
    return bytes;
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
    return new DiskRange(this.path, this.start + from, Math.max(clamp(end, this.size) - from, 0));
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
  readonly #remove: () => Promise<void>;

  /**
   * Takes over a file on disk.
   *
   * @param spooled Where the bytes lie, how many there are, and what removes them.
   * @param name The name the visitor's browser gave it.
   * @param type Its media type, as the browser said.
   */
  constructor(
    { path, size, remove }: { readonly path: string; readonly size: number; readonly remove: () => Promise<void> },
    name: string,
    type: string,
  ) {
    super([], name, { type });
    this.#range = new DiskRange(path, 0, size);
    this.#remove = remove;
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

  /** Removes the temporary file; reading fails from then on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}

/** A temporary file that is being written, and the disk that it holds. */
interface Spooled extends SpoolFile {
  readonly hold: Hold;
}

/** Takes the bytes of one file as they arrive. */
export class FileSpool {
  /** What is in memory. */
  #pieces = new Pieces();
  #size = 0;
  #spooled: Spooled | null = null;
  // Set once the disk has refused: a server without the right to write keeps its uploads in memory.
  #memoryOnly = false;
  readonly #account: BodyAccount;

  /** @param account What the body of this file holds. */
  constructor(account: BodyAccount) {
    this.#account = account;
  }

  /**
   * Adds bytes. Where the files of the body would have more than {@linkcode SPOOL_THRESHOLD_BYTES} in memory together, this one
   * goes to disk, as far as the permissions of the process allow that.
   *
   * @throws {InputError} With status 429 when all bodies together hold too much.
   */
  async write(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#size += chunk.length;
    if (this.#spooled !== null) return await writeTo(this.#spooled, chunk);
    this.#account.takeMemory(chunk.length);
    this.#account.fileBytes += chunk.length;
    this.#pieces.add(chunk);
    if (this.#account.fileBytes > SPOOL_THRESHOLD_BYTES && !this.#memoryOnly) await this.#moveToDisk();
  }

  /**
   * Ends the file.
   *
   * @param name The name the visitor's browser gave it.
   * @param type Its media type, as the browser said.
   * @returns The file, in memory or on disk.
   */
  finish(name: string, type: string): File {
    const spooled = this.#spooled;
    if (spooled === null) return new File([...this.#pieces.list()], name, { type });
    spooled.disk.close();
    return new SpooledFile({ path: spooled.path, size: this.#size, remove: () => removeSpooled(spooled) }, name, type);
  }

  /** Gives up a file that will not be complete. */
  async abort(): Promise<void> {
    if (this.#spooled === null) return;
    this.#spooled.disk.close();
    await removeSpooled(this.#spooled);
  }

  async #moveToDisk(): Promise<void> {
    const dir = await temporaryDirectory();
    if (dir === null) {
      this.#memoryOnly = true;
      return;
    }
    const hold = this.#account.takeDisk(this.#size);
    try {
      this.#spooled = { ...await createSpoolFile(dir), hold };
    } catch {
      // No such directory, or a full disk: the bytes are in memory, and `fileBytes` bounds them.
      hold.release();
      this.#memoryOnly = true;
      return;
    }
    for (const piece of this.#pieces.list()) await writeAll(this.#spooled.disk, piece);
    this.#pieces = new Pieces();
    this.#account.giveMemory(this.#size);
    this.#account.fileBytes -= this.#size;
  }
}

async function writeTo({ disk, hold }: Spooled, chunk: Uint8Array): Promise<void> {
  grow(hold, chunk.length);
  await writeAll(disk, chunk);
}

async function removeSpooled({ remove, hold }: Spooled): Promise<void> {
  await remove();
  hold.release();
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

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
}
