// The bytes of a body, as they arrive. `Deno.serve` waits without a limit for a body that does not arrive: the deadlines are here.

import { InputError } from "../errors.ts";
import type { BodyAccount } from "./body_account.ts";
import type { Limits } from "./limits.ts";
import { type Bytes, Pieces } from "./pieces.ts";

/** Limits of the time a body takes. */
export type TimeLimits = Pick<Limits, "bodySeconds" | "bytesPerSecond">;

/** Seconds before the rate of a body is checked: connections start slowly. */
const GRACE_SECONDS = 10;
/** Maximum size of a body that is read in one step, in bytes. */
const ONE_STEP_BYTES = 65_536;
/** Maximum delay of a timer (HTML, 8.7). A longer delay would end at once. */
const TIMER_LIMIT_MS = 2 ** 31 - 1;

/** Reads the body of a request once. The caller must call {@linkcode ByteReader.close} in any case. */
export class ByteReader {
  readonly #reader: BodyReader;
  readonly #declared: number | null;
  readonly #timers: Set<ReturnType<typeof setTimeout>> = new Set();
  #received = 0;
  #ended = false;
  // `true` while a chunk is awaited: the time that a consumer takes is not the fault of the sender.
  #waiting = false;
  // Set by a timer, which also cancels the stream and thereby ends a pending read.
  #failure: InputError | null = null;

  /**
   * Starts the timers.
   *
   * @param body The stream. It is locked.
   * @param contentLength The `Content-Length` header.
   * @param limits The limits of the time.
   * @throws {InputError} With status 400 when `Content-Length` is not a number.
   */
  constructor(body: ReadableStream<Bytes>, contentLength: string | null, limits: TimeLimits) {
    if (contentLength !== null && !/^[0-9]{1,15}$/.test(contentLength)) {
      throw new InputError(400, "Cannot read body: its Content-Length is not a number");
    }
    this.#declared = contentLength === null ? null : Number(contentLength);
    this.#reader = openReader(body);
    this.#after(limits.bodySeconds, () => {
      this.#fail(tooLong(limits.bodySeconds));
    });
    const { bytesPerSecond } = limits;
    if (bytesPerSecond > 0 && bytesPerSecond !== Infinity) {
      this.#after(GRACE_SECONDS, () => this.#checkRate(bytesPerSecond, GRACE_SECONDS));
    }
  }

  /** The value of `Content-Length`; `null` if there is none. */
  get declared(): number | null {
    return this.#declared;
  }

  /**
   * Reads the next chunk.
   *
   * @returns Some bytes, or `null` at the end.
   * @throws {InputError} With status 408 when the time is over or the sender too slow; with status 400 when the body is cut off or
   *   does not have its declared length.
   */
  async read(): Promise<Bytes | null> {
    while (!this.#ended) {
      if (this.#failure !== null) throw this.#failure;
      const chunk = await this.#next();
      if (this.#failure !== null) throw this.#failure;
      if (chunk === null) {
        this.#ended = true;
        if (this.#declared !== null && this.#received !== this.#declared) throw wrongLength(this.#declared);
        return null;
      }
      this.#received += chunk.length;
      if (this.#declared !== null && this.#received > this.#declared) throw wrongLength(this.#declared);
      if (chunk.length > 0) return chunk;
    }
    return null;
  }

  /**
   * Reads all remaining bytes.
   *
   * @param maximum Maximum number of bytes.
   * @param limit The name of that limit.
   * @param account Memory that the body uses.
   * @returns The bytes.
   * @throws {InputError} With status 413 above the maximum, 429 when all bodies together use too much, or as
   *   {@linkcode ByteReader.read} does.
   */
  async readAll(maximum: number, limit: string, account: BodyAccount): Promise<Bytes> {
    this.checkDeclared(maximum, limit);
    const pieces = new Pieces();
    for (let chunk = await this.read(); chunk !== null; chunk = await this.read()) {
      account.takeMemory(chunk.length);
      pieces.add(chunk);
      if (pieces.size > maximum) throw tooLarge(maximum, limit);
    }
    return pieces.join();
  }

  /**
   * Rejects a body by its declared length, before any of it is read.
   *
   * @param maximum Maximum number of bytes.
   * @param limit The name of that limit.
   * @throws {InputError} With status 413.
   */
  checkDeclared(maximum: number, limit: string): void {
    if (this.#declared !== null && this.#declared > maximum) throw tooLarge(maximum, limit);
  }

  /** Clears the timers, and cancels a body that is not at its end. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    if (this.#ended) return;
    this.#ended = true;
    this.#cancel();
  }

  async #next(): Promise<Bytes | null> {
    this.#waiting = true;
    try {
      return await this.#reader.next();
    } catch (cause) {
      // The connection was lost or the chunked coding is malformed; see the cause.
      throw cutOff(cause);
    } finally {
      this.#waiting = false;
    }
  }

  /**
   * Checks the rate at `elapsed` seconds. If it is sufficient, schedules the next check for the time at which the bytes received so
   * far would be too few. It counts timers and reads no clock, which may be set during the upload.
   */
  #checkRate(bytesPerSecond: number, elapsed: number): void {
    if (!this.#waiting) return this.#after(1, () => this.#checkRate(bytesPerSecond, elapsed));
    const enough = this.#received / bytesPerSecond;
    if (enough > elapsed) return this.#after(enough - elapsed, () => this.#checkRate(bytesPerSecond, enough));
    this.#fail(tooSlow(bytesPerSecond));
  }

  #after(seconds: number, callback: () => void): void {
    if (seconds === Infinity) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, Math.min(seconds * 1000, TIMER_LIMIT_MS));
    this.#timers.add(timer);
  }

  #fail(failure: InputError): void {
    if (this.#ended) return;
    this.#failure ??= failure;
    this.#cancel();
  }

  #cancel(): void {
    // A stream with an error rejects; the read that met the error has reported it.
    this.#reader.cancel().catch(() => {});
  }
}

/** Reads the chunks of a stream. */
interface BodyReader {
  /** Returns the next chunk; `null` at the end. */
  next(): Promise<Bytes | null>;
  cancel(): Promise<void>;
}

/** Size of the buffer of the first read of a body, and of the largest buffer, in bytes. */
const FIRST_BUFFER = 4_096;
const LARGEST_BUFFER = 65_536;

function openReader(body: ReadableStream<Bytes>): BodyReader {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch (error) {
    // A body that arrived with its headers, or that was created by code, is not a byte stream (Streams, 4.7.4): its chunks are in memory
    // already. A locked stream is rejected by both readers.
    if (body.locked) throw error;
    const chunks = body.getReader();
    return { next: async () => (await chunks.read()).value ?? null, cancel: () => chunks.cancel() };
  }
  // A read with the default buffer holds 64 KiB while it waits, which ten thousand clients that send nothing would multiply.
  let size = FIRST_BUFFER;
  return {
    async next() {
      const { done, value } = await reader.read(new Uint8Array(size));
      if (done) return null;
      if (value.length === size) size = Math.min(4 * size, LARGEST_BUFFER);
      return value;
    },
    cancel: () => reader.cancel(),
  };
}

/**
 * Reads a small body in one step. To read it as a stream costs more than its content.
 *
 * It has as much time as a stream of its length: if it has not arrived when its rate would be checked first, it is too slow.
 *
 * @param request The request, whose body has not been read.
 * @param contentLength The `Content-Length` header.
 * @param maximum Maximum number of bytes.
 * @param limits The limits of the time.
 * @returns The bytes; `null` for a body that must be read as a stream: its length is not declared or not small.
 * @throws {InputError} With status 408 when it takes too long; with status 400 when it is cut off or does not have its declared
 *   length.
 * @throws {TypeError} When the body has been read already.
 */
export function readSmall(
  request: Pick<Request, "bodyUsed" | "bytes">,
  contentLength: string | null,
  maximum: number,
  limits: TimeLimits,
): Promise<Bytes> | null {
  if (contentLength === null || !/^[0-9]{1,5}$/.test(contentLength)) return null;
  const declared = Number(contentLength);
  const { bytesPerSecond } = limits;
  const hasRate = bytesPerSecond > 0 && bytesPerSecond !== Infinity;
  const most = hasRate ? Math.min(ONE_STEP_BYTES, GRACE_SECONDS * bytesPerSecond) : ONE_STEP_BYTES;
  return declared > Math.min(most, maximum) ? null : readDeclaredLength(request, declared, limits, hasRate);
}

async function readDeclaredLength(
  request: Pick<Request, "bodyUsed" | "bytes">,
  declared: number,
  limits: TimeLimits,
  hasRate: boolean,
): Promise<Bytes> {
  if (request.bodyUsed) throw new TypeError("Cannot read body: it has been read already");
  const reading = request.bytes();
  const arrived: { bytes: Bytes | null } = { bytes: null };
  // Its error is thrown below; an unhandled rejection in between would end the process.
  reading.then((bytes) => arrived.bytes = bytes, () => {});
  // Most small bodies arrive with their headers and are available by now: no timer is needed, which would cost more.
  for (let turn = 0; turn < AVAILABLE_MICROTASKS && arrived.bytes === null; turn++) await null;
  const bytes = arrived.bytes ??
    await inTime(explained(reading, request), limits, hasRate && GRACE_SECONDS < limits.bodySeconds);
  if (bytes.length !== declared) throw wrongLength(declared);
  return bytes;
}

/** Microtasks in which an available body resolves: two under `Deno.serve`, some more for a `Request` that code created. */
const AVAILABLE_MICROTASKS = 8;

/** Returns the bytes of a body, or rejects with the reason why they are missing. */
async function explained(reading: Promise<Bytes>, request: Pick<Request, "bodyUsed">): Promise<Bytes> {
  try {
    return await reading;
  } catch (cause) {
    // Rejected before a byte was read: the stream is locked.
    if (!request.bodyUsed) throw new TypeError("Cannot read body: it has been read already", { cause });
    throw cutOff(cause);
  }
}

/** Waits for a body within its time limit. */
async function inTime(reading: Promise<Bytes>, limits: TimeLimits, isRate: boolean): Promise<Bytes> {
  const { bodySeconds, bytesPerSecond } = limits;
  const seconds = isRate ? GRACE_SECONDS : bodySeconds;
  if (seconds === Infinity) return await reading;
  const late = Promise.withResolvers<never>();
  const fail = (): void => late.reject(isRate ? tooSlow(bytesPerSecond) : tooLong(bodySeconds));
  const timer = setTimeout(fail, Math.min(seconds * 1000, TIMER_LIMIT_MS));
  try {
    return await Promise.race([reading, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Creates the error of a body above a limit. */
export function tooLarge(maximum: number, limit: string): InputError {
  return new InputError(413, `Cannot read body: more than ${maximum} bytes, the limit "${limit}"`, limit);
}

function tooLong(bodySeconds: number): InputError {
  return new InputError(
    408,
    `Cannot read body: not complete after ${bodySeconds} seconds, the limit "bodySeconds"`,
    "bodySeconds",
  );
}

function tooSlow(bytesPerSecond: number): InputError {
  return new InputError(
    408,
    `Cannot read body: slower than ${bytesPerSecond} bytes per second, the limit "bytesPerSecond"`,
    "bytesPerSecond",
  );
}

function wrongLength(declared: number): InputError {
  return new InputError(400, `Cannot read body: its length is not ${declared} bytes, the Content-Length`);
}

function cutOff(cause: unknown): InputError {
  return new InputError(400, "Cannot read body: it was cut off", null, { cause });
}
