/**
 * The bytes of a body, as they come, within its time.
 *
 * `Deno.serve` waits for ever for a body that does not come: the deadline is ours.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import type { BodyAccount } from "./body_account.ts";
import type { Limits } from "./limits.ts";
import { type Bytes, Pieces } from "./pieces.ts";

/** The limits that hold for the time a body takes. */
export type TimeLimits = Pick<Limits, "bodySeconds" | "bytesPerSecond">;

/** How long a body may be slow before its rate is judged: connections begin slowly. */
const GRACE_SECONDS = 10;
/** A body of more bytes than these is not read in one step, whatever the limits. */
const ONE_STEP_BYTES = 65_536;
/** What a timer can wait for (HTML, 8.7): above it the wait would be over at once. */
const TIMER_LIMIT_MS = 2 ** 31 - 1;

/** Reads the body of a request once. Whoever makes one calls {@linkcode ByteReader.close} on every way out. */
export class ByteReader {
  readonly #reader: BodyReader;
  readonly #declared: number | null;
  readonly #timers: Set<ReturnType<typeof setTimeout>> = new Set();
  #received = 0;
  #ended = false;
  // Set while a chunk is awaited: the time that a consumer takes says nothing about the sender's rate.
  #waiting = false;
  // Set by a timer. The stream is cancelled then, which ends the pending read.
  #failure: InputError | null = null;

  /**
   * Starts the clock.
   *
   * @param body The stream; locked from now on.
   * @param contentLength The `Content-Length` header.
   * @param limits How long the body may take, and how slow it may be.
   * @throws {InputError} With status 400 when `Content-Length` is no number.
   */
  constructor(body: ReadableStream<Bytes>, contentLength: string | null, limits: TimeLimits) {
    if (contentLength !== null && !/^[0-9]{1,15}$/.test(contentLength)) {
      throw new InputError(400, "Cannot read body: its Content-Length is no number");
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

  /** What `Content-Length` says, or `null`. */
  get declared(): number | null {
    return this.#declared;
  }

  /**
   * Waits for the next chunk.
   *
   * @returns Some bytes, or `null` at the end.
   * @throws {InputError} With status 408 when the time is over or the sender too slow; with status 400 when the body is cut off,
   *   or its length is not the declared one.
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
   * Reads all that is left, without its end being more than a number of bytes away.
   *
   * @param maximum How many bytes it may be.
   * @param limit The name of that limit.
   * @param account What the body holds.
   * @returns The bytes.
   * @throws {InputError} With status 413 above the maximum, with status 429 when all bodies together hold too much, or as
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
   * Refuses a body by its declared length, before any of it is read.
   *
   * @param maximum How many bytes it may be.
   * @param limit The name of that limit.
   * @throws {InputError} With status 413.
   */
  checkDeclared(maximum: number, limit: string): void {
    if (this.#declared !== null && this.#declared > maximum) throw tooLarge(maximum, limit);
  }

  /** Ends the timers and, where the body is not at its end, tells the sender that no more is wanted. */
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
      // The connection is gone, or the chunked coding broken; which one is in the cause.
      throw cutOff(cause);
    } finally {
      this.#waiting = false;
    }
  }

  /**
   * Judges the rate at `elapsed` seconds and, where it is fine, sets the time at which the bytes received so far would be too
   * few. It counts the time it waited for and reads no clock, which may be set back or forth meanwhile.
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
    // A stream that is broken already rejects; what broke it was told by the read that met it.
    this.#reader.cancel().catch(() => {});
  }
}

/** Gives the chunks of a stream. */
interface BodyReader {
  /** The next chunk, or `null` at the end. */
  next(): Promise<Bytes | null>;
  cancel(): Promise<void>;
}

/** Bytes of the buffer that the first read of a body waits with, and of the largest that a later one does. */
const FIRST_BUFFER = 4_096;
const LARGEST_BUFFER = 65_536;

function openReader(body: ReadableStream<Bytes>): BodyReader {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch (error) {
    // A body that came together with its headers, and one that was made by hand, is no stream of bytes (Streams, 4.7.4): it has
    // its chunks already. One that somebody holds is refused by either reader.
    if (body.locked) throw error;
    const chunks = body.getReader();
    return { next: async () => (await chunks.read()).value ?? null, cancel: () => chunks.cancel() };
  }
  // A read of the stream's own waits with 64 KiB, for which ten thousand bodies that do not come have only to be begun.
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
 * Reads a body that says it is small in one step. To look at it as a stream costs more than to read it.
 *
 * It has as long as a stream of its length would have: one that has not come when its rate would be judged first is too slow
 * by then, if it is so short that all of it would be too few bytes.
 *
 * @param request The request, its body unread.
 * @param contentLength The `Content-Length` header.
 * @param maximum How many bytes it may be.
 * @param limits How long it may take.
 * @returns The bytes; `null` for a body that has to be read as a stream: it does not say its length, or is not that small.
 * @throws {InputError} With status 408 when it takes too long; with status 400 when it is cut off, or its length is not the
 *   declared one.
 * @throws {TypeError} When somebody has read it already.
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
  return declared > Math.min(most, maximum) ? null : readDeclared(request, declared, limits, hasRate);
}

async function readDeclared(
  request: Pick<Request, "bodyUsed" | "bytes">,
  declared: number,
  limits: TimeLimits,
  hasRate: boolean,
): Promise<Bytes> {
  if (request.bodyUsed) throw new TypeError("Cannot read body: somebody has read it already");
  const reading = new Reading(request);
  // What came together with its headers, as most small bodies do, is at hand by now: it needs no timer, which would cost more.
  for (let turn = 0; turn < TURNS_AT_HAND && reading.bytes === null; turn++) await null;
  const bytes = reading.bytes ?? await inTime(reading.promise, limits, hasRate && GRACE_SECONDS < limits.bodySeconds);
  if (bytes.length !== declared) throw wrongLength(declared);
  return bytes;
}

/** Microtasks in which a body that has come is handed over: two under `Deno.serve`, some more where a `Request` was made by hand. */
const TURNS_AT_HAND = 8;

/** A body that is read in one step, and what has come of it so far. */
class Reading {
  readonly promise: Promise<Bytes>;
  /** The bytes, once they are there. */
  bytes: Bytes | null = null;

  constructor(request: Pick<Request, "bodyUsed" | "bytes">) {
    this.promise = request.bytes().then((bytes) => this.bytes = bytes, (cause) => {
      // Refused before a byte was read: somebody holds the stream.
      if (!request.bodyUsed) throw new TypeError("Cannot read body: somebody has read it already", { cause });
      throw cutOff(cause);
    });
    // Told to whoever waits for it; where that is nobody yet it must not end the process.
    this.promise.catch(() => {});
  }
}

/** Waits for a body for as long as it may take. */
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

/** The refusal of what is larger than a limit. */
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
  return new InputError(400, `Cannot read body: it is not the ${declared} bytes that Content-Length says`);
}

function cutOff(cause: unknown): InputError {
  return new InputError(400, "Cannot read body: it was cut off", null, { cause });
}
