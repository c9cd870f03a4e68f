// Uploaded files on disk.
import { readRange } from "../platform/files.ts";
import { errorCode } from "../platform/system_error.ts";

/** Bytes that are read from disk at once. */
const READ_BYTES = 262_144;

/** A part of a file on disk, for the two classes below. */
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
      return await readRange(this.path, this.start + at, length);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message =
        `Cannot read uploaded file "${this.name}" from "${this.path}": ${reason}; it is there until the ` +
        `answer is out, as long as nothing else clears the temporary directory`;
      // With its code: a caller may distinguish a file that is gone from one that cannot be read.
      const code = errorCode(cause);
      throw Object.assign(new Error(message, { cause }), code === null ? {} : { code });
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

  /** Returns a part, with the indices of `Blob.slice()` (File API, 3.3.1): negative ones count from the end. */
  slice(start: number, end: number): DiskRange {
    const from = clamp(start, this.size);
    return new DiskRange(this.path, this.name, this.start + from, Math.max(clamp(end, this.size) - from, 0));
  }
}

function clamp(index: number, size: number): number {
  // Web IDL, [Clamp]: the nearest integer, and 0 for NaN.
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
 * A `File` whose bytes are in a temporary file until it is disposed.
 *
 * Its methods work as those of any `File`. The platform itself sees an empty file: to pass it on in a `FormData`, a `Blob` or a `fetch`
 * body, use its `stream()` or its `bytes()`.
 */
export class SpooledFile extends File implements AsyncDisposable {
  readonly #range: DiskRange;
  readonly #remove: () => Promise<void>;

  /**
   * Creates a `File` of a temporary file.
   *
   * @param spooled Path, size in bytes, and a function that removes the file and does not reject.
   * @param name The file name from the client.
   * @param type The media type from the client.
   */
  constructor(
    { path, size, remove }: { readonly path: string; readonly size: number; readonly remove: () => Promise<void> },
    name: string,
    type: string,
  ) {
    super([], name, { type });
    this.#range = new DiskRange(path, name, 0, size);
    this.#remove = remove;
  }

  /** Size in bytes. */
  override get size(): number {
    return this.#range.size;
  }

  /** Returns a stream of the bytes, 256 KiB at a time. */
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#range.stream();
  }

  /** Returns all bytes, in memory. */
  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.#range.bytes()).buffer;
  }

  /** Returns all bytes, in memory. */
  override bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#range.bytes();
  }

  /** Returns all bytes as UTF-8 text. */
  override text(): Promise<string> {
    return this.#range.text();
  }

  /** Returns a part of the file, which stays on disk and is removed with the file. */
  override slice(start = 0, end: number = this.size, type = ""): Blob {
    return new SpooledBlob(this.#range.slice(start, end), type);
  }

  /** Removes the temporary file, which cannot be read afterwards. Never rejects: an error is reported. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}
