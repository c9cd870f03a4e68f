/**
 * Exactly once: the claim that is made just before a handler runs.
 *
 * ```
 *              claim ──▶ mine ──▶ handler ──▶ finish ──▶ done, for an hour
 *                │                   └─ throws ─▶ giveUp ─▶ as if nobody had come
 *                ├─────▶ done: the stored outcome
 *                └─────▶ runs elsewhere: wait ─▶ done, or mine after a giveUp, or running after ten seconds
 * ```
 *
 * A claim is a lease in the store, renewed while the handler runs. When the process that holds it dies, or cannot reach
 * the store for as long as a lease, the lease runs out and the next repeat claims anew: **the handler then runs a second
 * time, after a first run that may have got as far as its last line.** No library can tell the two apart from outside;
 * a handler whose work must not happen twice even then does it in one transaction that also records the request id. Or it
 * runs at most once: with `afterCrash: "refuse"` a mark outlives the lease, and who finds the mark without a run is told that
 * nobody knows.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { HyperError, isA } from "../errors.ts";
import type { Patch } from "../protocol/patch.ts";
import { StoredFile } from "../request/stored_file.ts";
import type { Store } from "../store/store.ts";

/** The most bytes of an outcome that are kept for a repeat: 256 KiB of a body, of markup, or of JSON. */
export const STORED_BYTES: number = 256 * 1024;

/** What a handler came to, as plain data, encoded anew for whoever asks for it again, with the cookies it has set. */
export type StoredOutcome = StoredResult & {
  /** Values of `Set-Cookie`; absent where it has set none. */
  readonly cookies?: readonly string[];
};

/** What a handler came to, without its cookies. */
export type StoredResult =
  | { readonly kind: "nothing" }
  | { readonly kind: "events"; readonly events: readonly Patch[] }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "markup"; readonly html: string }
  | {
    readonly kind: "response";
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    /** The bytes of the body, in base64. */
    readonly body: string;
  }
  /** It is done, and its outcome was too large to keep: a repeat is told so with 409. */
  | { readonly kind: "tooLarge" };

/** Who may run a mutation. */
export type Claim =
  /** The asker, and nobody else until it says how it went. */
  | MineClaim
  /** Nobody: it has been done, with this outcome. */
  | { readonly kind: "done"; readonly outcome: StoredOutcome }
  /** Nobody for now: another run has not ended within the time to wait. */
  | { readonly kind: "running" }
  /** Nobody any more: a run was begun, and its process has died before it said what came of it. */
  | { readonly kind: "unknown" };

/**
 * The right to run a mutation, held until {@linkcode finish} or {@linkcode giveUp}; only the first of these counts.
 * Disposing it gives it up, so that no way out of a handler leaves it held.
 */
export interface MineClaim extends AsyncDisposable {
  readonly kind: "mine";
  /**
   * Begins to renew the lease, for as long as the claim is held: to be called where the handler is waited for. One that is
   * done at once needs no timer, which would cost more than the claim. Called again it does nothing.
   */
  renew(): void;
  /**
   * Keeps a cookie for repeats, with the outcome: they are the same visitor, whose first answer may have been lost.
   *
   * @param value The value of `Set-Cookie`.
   */
  keepCookie(value: string): void;
  /**
   * Keeps the outcome for repeats. What is above {@linkcode STORED_BYTES} is kept as `tooLarge`. While the store does
   * not answer it is tried again, for as long as the lease lasts.
   *
   * @param outcome What the handler came to.
   * @returns Whether it was kept: `false` when the lease had run out and another has claimed it.
   * @throws {Error} What the store said last, when it could not be reached in time. The handler has run nevertheless.
   */
  finish(outcome: StoredOutcome): Promise<boolean>;
  /**
   * Lets the next one run it, as when the handler threw. Does nothing when the lease had run out, so that the claim of
   * another stays.
   *
   * @throws {Error} When the store cannot be reached. The claim is then free when its lease has run out.
   */
  giveUp(): Promise<void>;
}

/** How claims are made. */
export interface OnceOptions {
  /** Where claims and outcomes are kept: the same for all instances. */
  readonly store: Store;
  /** Seconds an outcome is kept for repeats. Default: 3,600. */
  readonly seconds?: number | undefined;
  /** Seconds a repeat waits for a run that has not ended. Default: 10. */
  readonly waitSeconds?: number | undefined;
  /** Seconds a claim outlives a process that died; renewed at a third of it. Default: 30. */
  readonly leaseSeconds?: number | undefined;
  /** Whether a repeat of a run whose process died runs anew, or is refused. Default: `"run"`. */
  readonly afterCrash?: "run" | "refuse" | undefined;
}

/** Makes claims. */
export interface Once {
  /**
   * Claims a mutation, or tells what became of it.
   *
   * @param key What {@linkcode onceKey} gave.
   * @param signal Ends the waiting for another run, when the visitor has gone.
   * @returns The claim.
   * @throws {HyperError} 503 when the store cannot be reached, so that nothing runs that might run twice.
   */
  claim(key: string, signal?: AbortSignal): Promise<Claim>;
}

/** A claim as the store has it. */
interface RunningRecord {
  readonly kind: "running";
  /** Whose it is: a random text. Everything that changes a claim compares it. */
  readonly owner: string;
}

/** Milliseconds between two looks at a run of another instance: the first and the longest. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 500;
/** Milliseconds between two attempts to keep an outcome in a store that does not answer. */
const FINISH_PAUSE = 500;

/**
 * Makes the claims of a handler.
 *
 * @param options The store and the times.
 * @returns What claims.
 * @throws {RangeError} When a time is not above 0; `waitSeconds` may be 0.
 */
export function createOnce(options: OnceOptions): Once {
  return new StoreOnce(options);
}

class StoreOnce implements Once {
  readonly #store: Store;
  readonly #seconds: number;
  readonly #waitSeconds: number;
  readonly #leaseSeconds: number;
  readonly #isAtMostOnce: boolean;
  /** Those of this process who wait for a run, by key: woken at once when the run is of this process too. */
  readonly #sleepers = new Map<string, Set<() => void>>();

  constructor({ store, seconds = 3600, waitSeconds = 10, leaseSeconds = 30, afterCrash = "run" }: OnceOptions) {
    checkSeconds("seconds", seconds, Number.MIN_VALUE);
    checkSeconds("waitSeconds", waitSeconds, 0);
    checkSeconds("leaseSeconds", leaseSeconds, Number.MIN_VALUE);
    this.#store = store;
    this.#seconds = seconds;
    this.#waitSeconds = waitSeconds;
    this.#leaseSeconds = leaseSeconds;
    // Types do not hold what came out of a configuration file.
    if (afterCrash !== "run" && afterCrash !== "refuse") {
      throw new TypeError(
        `Cannot run actions once: afterCrash is ${JSON.stringify(afterCrash)}, "run" or "refuse" is needed`,
      );
    }
    this.#isAtMostOnce = afterCrash === "refuse";
  }

  async claim(key: string, signal?: AbortSignal): Promise<Claim> {
    const record: RunningRecord = { kind: "running", owner: crypto.randomUUID() };
    const begun = performance.now();
    // When the store is asked: a lease begins there at the latest.
    let asked = begun;
    for (let pause = FIRST_PAUSE;; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const found = await this.#look(key, record);
      if (found === null) return this.#hold(key, record, asked);
      if (found.kind !== "running") return found;
      const left = begun + this.#waitSeconds * 1000 - performance.now();
      if (left <= 0 || signal?.aborted) return found;
      await this.#sleep(key, Math.min(pause, left), signal);
      asked = performance.now();
    }
  }

  /** Takes the claim, and gives `null` then; else what is there. */
  async #look(key: string, record: RunningRecord): Promise<Exclude<Claim, MineClaim> | null> {
    try {
      if (await this.#store.putIfAbsent(key, record, this.#leaseSeconds)) return await this.#mark(key, record);
      const stored = await this.#store.get(key);
      // Gone between the two: as good as running, the next look takes it.
      return stored === null || isRunning(stored)
        ? { kind: "running" }
        : { kind: "done", outcome: readOutcome(stored) };
    } catch (error) {
      // A store that says itself why it cannot, as one without room, is not spoken for.
      if (isA(error, HyperError)) throw error;
      throw new HyperError(503, "Cannot claim the run of an action: the store does not answer", {
        cause: error,
        headers: { "retry-after": "1" },
      });
    }
  }

  /** Marks that a claim which was just taken is run; where it was marked before, and is not held, its process has died. */
  async #mark(key: string, record: RunningRecord): Promise<{ readonly kind: "unknown" } | null> {
    if (!this.#isAtMostOnce || await this.#store.putIfAbsent(markOf(key), true, this.#seconds)) return null;
    await this.#store.deleteIf(key, record);
    return { kind: "unknown" };
  }

  #hold(key: string, record: RunningRecord, leasedAt: number): MineClaim {
    const lease = new Lease(this.#store, key, record, this.#leaseSeconds, leasedAt);
    const mark = this.#isAtMostOnce ? markOf(key) : null;
    return new HeldClaim(this.#store, key, record, lease, this.#seconds, mark, this.#wakeUp);
  }

  /** Waits until a run of this process has ended, the time is up, or the visitor has gone. */
  async #sleep(key: string, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const sleepers = this.#sleepers.get(key) ?? new Set();
    this.#sleepers.set(key, sleepers.add(wake));
    signal?.addEventListener("abort", wake);
    const timer = setTimeout(wake, milliseconds);
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener("abort", wake);
    sleepers.delete(wake);
    if (sleepers.size === 0) this.#sleepers.delete(key);
  }

  // One for all claims: a claim is made for each mutation, and functions of its own would cost more than it does.
  readonly #wakeUp = (key: string): void => {
    for (const wake of this.#sleepers.get(key) ?? []) wake();
  };
}

/** A claim that is held, until it is finished or given up. */
class HeldClaim implements MineClaim {
  readonly kind = "mine";
  readonly #store: Store;
  readonly #key: string;
  readonly #record: RunningRecord;
  readonly #lease: Lease;
  readonly #seconds: number;
  /** The key of its mark; `null` where there is none. */
  readonly #mark: string | null;
  readonly #wakeUp: (key: string) => void;
  /** Cleared by the first that ends it, and never set again. */
  #isOpen = true;
  /** `null` before the first: most set none. */
  #cookies: string[] | null = null;

  constructor(
    store: Store,
    key: string,
    record: RunningRecord,
    lease: Lease,
    seconds: number,
    mark: string | null,
    wakeUp: (key: string) => void,
  ) {
    this.#store = store;
    this.#key = key;
    this.#record = record;
    this.#lease = lease;
    this.#seconds = seconds;
    this.#mark = mark;
    this.#wakeUp = wakeUp;
  }

  renew(): void {
    this.#lease.renew();
  }

  keepCookie(value: string): void {
    (this.#cookies ??= []).push(value);
  }

  async finish(outcome: StoredOutcome): Promise<boolean> {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    try {
      const kept = boundOutcome(outcome);
      const isKept = await this.#keep(this.#cookies === null ? kept : { ...kept, cookies: this.#cookies });
      // After the outcome, and only where it is there: it is what a repeat finds from now on.
      if (isKept && this.#mark !== null) await this.#store.delete(this.#mark);
      return isKept;
    } finally {
      this.#over();
    }
  }

  async giveUp(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      // Before the claim: whoever takes that must not find the mark of a run that has ended.
      if (this.#mark !== null) await this.#store.delete(this.#mark);
      await this.#store.deleteIf(this.#key, this.#record);
    } finally {
      this.#over();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.giveUp();
  }

  async #keep(kept: StoredOutcome): Promise<boolean> {
    for (let isRetry = false;; isRetry = true) {
      try {
        if (await this.#store.replace(this.#key, this.#record, kept, this.#seconds)) return true;
        // The attempt before may have come through, and only its answer been lost.
        return isRetry && JSON.stringify(await this.#store.get(this.#key)) === JSON.stringify(kept);
      } catch (error) {
        // Past the lease another may run it: what is there then is no longer ours to replace.
        if (performance.now() + FINISH_PAUSE >= this.#lease.expires) throw error;
        await new Promise((resolve) => setTimeout(resolve, FINISH_PAUSE));
      }
    }
  }

  #over(): void {
    this.#lease.stop();
    this.#wakeUp(this.#key);
  }
}

/** Keeps a claim from running out while its handler runs. */
class Lease {
  /** When it runs out unless it is renewed before, on the clock of `performance.now()`. */
  expires: number;
  readonly #store: Store;
  readonly #key: string;
  readonly #record: RunningRecord;
  readonly #seconds: number;
  /** The timer of the next renewal; `null` before the first, and once it is stopped or lost. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Set when nothing is to be renewed any more, and never reset. */
  #stopped = false;

  constructor(store: Store, key: string, record: RunningRecord, seconds: number, leasedAt: number) {
    this.#store = store;
    this.#key = key;
    this.#record = record;
    this.#seconds = seconds;
    this.expires = leasedAt + seconds * 1000;
  }

  renew(): void {
    if (this.#timer === null && !this.#stopped) this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#renew(), this.#seconds * 1000 / 3);
  }

  async #renew(): Promise<void> {
    const timer = this.#timer;
    const asked = performance.now();
    let isHeld: boolean;
    try {
      isHeld = await this.#store.replace(this.#key, this.#record, this.#record, this.#seconds);
      if (isHeld) this.expires = asked + this.#seconds * 1000;
    } catch {
      // The store does not answer: two more renewals fit into the lease, and when it is lost `finish` says so.
      isHeld = true;
    }
    // Stopped while the store was asked, or another has claimed it: nothing is left to renew.
    if (this.#timer === timer && isHeld) this.#schedule();
  }
}

/** What makes two requests the same mutation. */
export interface OnceKeyParts {
  /** The full name of the action. */
  readonly action: string;
  /** Who asks, as `createHandler({ principal })` says; `null` where nobody is known. */
  readonly principal: string | null;
  /** The request id, or the value of the form's `_hyper_once`. */
  readonly id: string;
  /**
   * What the action was sent: JSON values, files, and lists and records of these, the same whatever the order of keys. Files
   * count by name, type and content.
   */
  readonly input: unknown;
}

/**
 * The key of a mutation in the store: the same for its repeats, another for any other.
 *
 * Hashed, so that its length is bounded, and that a store shows neither who asked nor what for. A file is read as a stream, so
 * that a large one is never in memory.
 *
 * @param parts Action, principal, id and input.
 * @returns The key; a promise of it where there are files to be read.
 * @throws {TypeError} When a value of the input is of none of these kinds.
 */
export function onceKey({ action, principal, id, input }: OnceKeyParts): string | Promise<string> {
  const files: Blob[] = [];
  // Each part says itself where it ends.
  const hash = createHash("sha256").update(JSON.stringify([action, principal, id]) + encode(input, files));
  return files.length === 0 ? keyOf(hash) : addFiles(hash, files);
}

async function addFiles(hash: Hash, files: readonly Blob[]): Promise<string> {
  for (const file of files) hash.update(await encodeFile(file));
  return keyOf(hash);
}

function keyOf(hash: Hash): string {
  return `hyper:once:${hash.digest("hex")}`;
}

/**
 * JSON with sorted keys; what JSON cannot say begins with a letter that no JSON value begins with. Files are put aside,
 * in the order they come, to be read after.
 */
function encode(value: unknown, files: Blob[]): string {
  if (value === undefined) return "U";
  if (typeof value === "bigint") return `B${value}`;
  if (typeof value === "number" && !Number.isFinite(value)) return `N${value}`;
  if (value === null || typeof value !== "object") return encodePrimitive(value);
  if (value instanceof Date) return `D${value.valueOf()}`;
  if (value instanceof Blob) return `F${files.push(value)}`;
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, files)).join()}]`;
  return encodeRecord(value, files);
}

function encodePrimitive(value: unknown): string {
  // Escapes lone surrogates, which UTF-8 would all turn into one and the same character.
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`Cannot digest input: a ${typeof value} is no data`);
  return text;
}

function encodeRecord(record: object, files: Blob[]): string {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`Cannot digest input: ${Object.prototype.toString.call(record)} is no plain record`);
  }
  let text = "";
  // Sorted by code units: the same on every machine, whatever its locale.
  for (const key of Object.keys(record).sort()) {
    // An own key of a plain record.
    const value = encode((record as Readonly<Record<string, unknown>>)[key], files);
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${value}`;
  }
  return `{${text}}`;
}

async function encodeFile(file: Blob): Promise<string> {
  const name = file instanceof File ? file.name : null;
  return JSON.stringify([name, file.type, await digestFile(file)]);
}

async function digestFile(file: Blob): Promise<string> {
  // Its content lies elsewhere, and was hashed as it came.
  if (file instanceof StoredFile) return file.sha256;
  const hash = createHash("sha256");
  for await (const chunk of file.stream()) hash.update(chunk);
  return hash.digest("hex");
}

/** The outcome, or `tooLarge` in its place. */
function boundOutcome(outcome: StoredOutcome): StoredOutcome {
  // Most outcomes are a line or two: written out as JSON to be measured, they would be written out twice.
  if (outcome.kind !== "response" && atMost(outcome, STORED_BYTES, 0) >= 0) return outcome;
  return sizeOf(outcome) > STORED_BYTES ? { kind: "tooLarge" } : outcome;
}

/** How deep a value is looked into. */
const MEASURED_DEPTH = 16;

/**
 * What is left of a number of bytes when a value has taken the most that its JSON can take: six for each unit of a text, which
 * may be escaped. Below 0 it may have taken less; what is no JSON at all is left to those who write it.
 */
function atMost(value: unknown, bytes: number, depth: number): number {
  if (typeof value === "string") return bytes - 6 * value.length - 3;
  if (typeof value !== "object" || value === null) return bytes - 32;
  // Said by the value itself, which may be anything; or so deep that it may be a circle.
  if ("toJSON" in value || depth > MEASURED_DEPTH) return -1;
  let left = bytes - 2;
  for (const key in value) {
    // The shape of an object is not known here, and its members are not trusted to be anything.
    left = atMost((value as Record<string, unknown>)[key], left - 6 * key.length - 4, depth + 1);
    if (left < 0) return left;
  }
  return left;
}

function sizeOf(outcome: StoredOutcome): number {
  switch (outcome.kind) {
    case "nothing":
    case "tooLarge":
      return 0;
    case "events":
      return byteLength(JSON.stringify(outcome.events));
    case "value":
      return byteLength(JSON.stringify(outcome.value));
    case "markup":
      return byteLength(outcome.html);
    case "response":
      // Four characters for three bytes; the padding stands for bytes that are not there.
      return outcome.body.length / 4 * 3 - (/={0,2}$/.exec(outcome.body)?.[0].length ?? 0);
  }
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** The key of the mark of a run. */
function markOf(key: string): string {
  return `${key}:begun`;
}

function isRunning(stored: unknown): boolean {
  return typeof stored === "object" && stored !== null && "kind" in stored && stored.kind === "running";
}

/**
 * An outcome as the store has it. What this version cannot read was kept by another one: it is done all the same, and a
 * repeat is told so rather than run again.
 */
function readOutcome(stored: unknown): StoredOutcome {
  return isOutcome(stored) ? stored : { kind: "tooLarge" };
}

function isOutcome(stored: unknown): stored is StoredOutcome {
  if (typeof stored !== "object" || stored === null) return false;
  const { kind, events, html, status, headers, body, cookies = [] } = stored as Partial<Record<string, unknown>>;
  if (!Array.isArray(cookies)) return false;
  switch (kind) {
    case "nothing":
    case "tooLarge":
      return true;
    case "value":
      return "value" in stored;
    case "events":
      return Array.isArray(events);
    case "markup":
      return typeof html === "string";
    case "response":
      return typeof status === "number" && Array.isArray(headers) && typeof body === "string";
    default:
      return false;
  }
}

function checkSeconds(name: string, value: number, least: number): void {
  if (value >= least && value < Infinity) return;
  throw new RangeError(
    `Cannot claim runs: ${name} is ${value}, ${least === 0 ? "0 or more" : "more than 0"} is needed`,
  );
}
