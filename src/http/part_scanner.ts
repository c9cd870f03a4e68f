// A multipart body as parts (RFC 2046, 5.1.1): finds boundaries, headers and contents in the bytes as they arrive.
import { InputError } from "../errors.ts";
import type { BodyAccount } from "./body_account.ts";
import { type ByteReader, tooLarge } from "./byte_reader.ts";
import type { Limits } from "./limits.ts";
import { type Bytes, concat } from "./pieces.ts";

/** Limits of the parts of a body. */
export type PartLimits = Pick<Limits, "bodyBytes" | "fileBytes" | "partHeaderBytes">;

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;
const NO_BYTES = new Uint8Array(0);

/** Splits a body at its boundaries, in time linear in the size of the body for any size of chunks. */
export class PartScanner {
  readonly #source: ByteReader;
  readonly #limits: PartLimits;
  readonly #account: BodyAccount;
  readonly #delimiter: Uint8Array;
  readonly #skip: Uint8Array;
  // Received bytes that are not yet used. It starts with a line end that was not sent and is not counted, so that a boundary at
  // the start of the body is found like all others.
  #buffer: Bytes = Uint8Array.of(CR, LF);
  #spent = -2;
  #fileBytes = 0;
  // `true` once the delimiter after the current content is consumed; reset by the next part.
  #atDelimiter = false;

  constructor(source: ByteReader, boundary: string, limits: PartLimits, account: BodyAccount) {
    this.#source = source;
    this.#limits = limits;
    this.#account = account;
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
    this.#skip = skipTable(this.#delimiter);
  }

  /** Skips everything before the first boundary. */
  async skipPreamble(): Promise<void> {
    while (await this.readField() !== null);
  }

  /** Reads the end of a boundary. Returns whether a part follows. */
  async nextPart(): Promise<boolean> {
    this.#atDelimiter = false;
    this.#fileBytes = 0;
    await this.#need(2);
    if (this.#buffer[0] === DASH && this.#buffer[1] === DASH) {
      this.#take(2);
      return false;
    }
    await this.#skipPadding();
    await this.#need(2);
    if (this.#buffer[0] !== CR || this.#buffer[1] !== LF) throw malformed("a boundary is followed by other text");
    this.#take(2);
    return true;
  }

  /** Reads the headers of a part, without the empty line that ends them. */
  async readHeaders(): Promise<Bytes> {
    const { partHeaderBytes } = this.#limits;
    let from = 0;
    for (;;) {
      const end = this.#buffer[0] === CR && this.#buffer[1] === LF ? 0 : indexOfEmptyLine(this.#buffer, from);
      if (end > partHeaderBytes || (end === -1 && this.#buffer.length > partHeaderBytes + 3)) {
        throw new InputError(
          413,
          `Cannot read body: the headers of a part are longer than ${partHeaderBytes} bytes, the limit "partHeaderBytes"`,
          "partHeaderBytes",
        );
      }
      if (end !== -1) {
        const headers = this.#buffer.subarray(0, end);
        this.#take(end === 0 ? 2 : end + 4);
        return headers;
      }
      // An empty line may start in the last three bytes that are here.
      from = Math.max(this.#buffer.length - 3, 0);
      if (!await this.#more()) throw missingBoundary();
    }
  }

  /** Reads some content of a field; `null` at its end. */
  async readField(): Promise<Bytes | null> {
    const piece = await this.#content();
    if (piece !== null) this.#count(piece.length);
    return piece;
  }

  /** Reads some content of a file; `null` at its end. */
  async readFile(): Promise<Bytes | null> {
    const piece = await this.#content();
    if (piece === null) return null;
    this.#fileBytes += piece.length;
    const { fileBytes } = this.#limits;
    if (this.#fileBytes > fileBytes) {
      throw new InputError(
        413,
        `Cannot read body: a file has more than ${fileBytes} bytes, the limit "fileBytes"`,
        "fileBytes",
        { maximum: fileBytes },
      );
    }
    return piece;
  }

  /** Skips the lines after the closing boundary (RFC 2046, 5.1.1). They are counted. */
  async skipEpilogue(): Promise<void> {
    await this.#skipPadding();
    if (this.#buffer.length < 2) await this.#more();
    if (this.#buffer.length > 0 && !(this.#buffer[0] === CR && this.#buffer[1] === LF)) {
      throw malformed("the closing boundary is followed by other text");
    }
    do this.#take(this.#buffer.length); while (await this.#more());
  }

  async #content(): Promise<Bytes | null> {
    if (this.#atDelimiter) return null;
    for (;;) {
      const found = indexOfDelimiter(this.#buffer, this.#delimiter, this.#skip);
      if (found === 0) {
        this.#take(this.#delimiter.length);
        this.#atDelimiter = true;
        return null;
      }
      const sure = found === -1 ? sureLength(this.#buffer, this.#delimiter) : found;
      if (sure > 0) {
        const piece = this.#buffer.subarray(0, sure);
        this.#buffer = this.#buffer.subarray(sure);
        return piece;
      }
      if (!await this.#more()) throw missingBoundary();
    }
  }

  /** Skips the spaces and tabs that RFC 2046 allows between a boundary and the end of its line. */
  async #skipPadding(): Promise<void> {
    for (;;) {
      let length = 0;
      while (this.#buffer[length] === SPACE || this.#buffer[length] === TAB) length++;
      const whole = length === this.#buffer.length;
      this.#take(length);
      if (!whole || !await this.#more()) return;
    }
  }

  async #need(length: number): Promise<void> {
    while (this.#buffer.length < length) {
      if (!await this.#more()) throw missingBoundary();
    }
  }

  async #more(): Promise<boolean> {
    const chunk = await this.#source.read();
    if (chunk === null) return false;
    const { length } = this.#buffer;
    this.#buffer = length === 0 ? chunk : concat([this.#buffer, chunk], length + chunk.length);
    return true;
  }

  #take(length: number): void {
    this.#buffer = length === this.#buffer.length ? NO_BYTES : this.#buffer.subarray(length);
    this.#count(length);
  }

  /** Counts bytes that are not file content. */
  #count(length: number): void {
    this.#spent += length;
    const { bodyBytes } = this.#limits;
    if (this.#spent > bodyBytes) throw tooLarge(bodyBytes, "bodyBytes");
    // Skipped bytes are not in memory. They are counted as well, so that a client cannot send any number of them.
    this.#account.takeMemory(length);
  }
}

/** Creates the table of Horspool's search: the distance to move for the byte at the end of the window. */
function skipTable(needle: Uint8Array): Uint8Array {
  const table = new Uint8Array(256).fill(needle.length);
  const last = needle.length - 1;
  for (let at = 0; at < last; at++) table[needle[at] ?? 0] = last - at;
  return table;
}

/**
 * Finds the delimiter by Horspool's search, compared from the front. A delimiter has one CR, its first byte, so no byte is part
 * of two comparisons, and the search stays linear for a body full of near-boundaries.
 */
function indexOfDelimiter(bytes: Uint8Array, needle: Uint8Array, skip: Uint8Array): number {
  const last = needle.length - 1;
  const end = needle[last];
  for (let at = last; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === end && bytes[at - last] === CR) {
      let same = 1;
      while (same < last && bytes[at - last + same] === needle[same]) same++;
      if (same === last) return at - last;
    }
    at += skip[byte] ?? 1;
  }
  return -1;
}

/** Returns the number of bytes that cannot be part of a delimiter whose rest has not arrived. */
function sureLength(bytes: Uint8Array, needle: Uint8Array): number {
  const from = Math.max(bytes.length - needle.length + 1, 0);
  for (let at = bytes.indexOf(CR, from); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    let same = 1;
    while (at + same < bytes.length && bytes[at + same] === needle[same]) same++;
    if (at + same === bytes.length) return at;
  }
  return bytes.length;
}

function indexOfEmptyLine(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CR, from); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at;
  }
  return -1;
}

/** Creates the error of a body that two readers could read differently. */
export function malformed(reason: string): InputError {
  return new InputError(400, `Cannot read body: ${reason}`);
}

function missingBoundary(): InputError {
  return malformed("it was cut off before its closing boundary");
}
