// The stored outcome of a mutation: plain data, bounded in size.
import type { Patch } from "../../protocol/patch.ts";

/** Maximum size of a stored outcome: 256 KiB (262,144 bytes) of a body, of markup, or of JSON. */
export const STORED_BYTES: number = 256 * 1024;

/** The outcome of a mutation as plain data, with the cookies it has set. */
export type StoredOutcome = StoredResult & {
  /** Values of `Set-Cookie`; absent if it has set none. */
  readonly cookies?: readonly string[];
  /** The session that they were set for, as a digest: only a retry of this session gets them. Absent if the request had none. */
  readonly session?: string;
};

/** The outcome of a mutation without its cookies. */
export type StoredResult =
  | { readonly kind: "nothing" }
  | { readonly kind: "events"; readonly events: readonly Patch[] }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "markup"; readonly html: string }
  | {
    readonly kind: "response";
    readonly status: number;
    /** Its headers without `Set-Cookie`. */
    readonly headers: readonly (readonly [string, string])[];
    /** The bytes of the body, in base64. */
    readonly body: string;
  }
  /** It is done, and its outcome was too large to keep or was lost: a retry gets 409. */
  | { readonly kind: "tooLarge" };

/** The outcome of a mutation that is done, without a known result. */
export const TOO_LARGE: StoredResult = Object.freeze({ kind: "tooLarge" });

/** An outcome to be stored, and its approximate size. */
export interface BoundOutcome {
  readonly outcome: StoredOutcome;
  /** Size of its JSON text in bytes, two for each UTF-16 code unit, without escapes. */
  readonly bytes: number;
}

/**
 * Returns the outcome to store: the outcome itself, or `tooLarge` if it exceeds {@linkcode STORED_BYTES}.
 *
 * @param cookies The values of `Set-Cookie`; `null` if it has set none.
 * @param session The session of the request, as a digest; `null` if it had none.
 * @returns The outcome to store, and its size.
 * @throws {TypeError} When JSON cannot represent it.
 */
export function boundOutcome(
  outcome: StoredResult,
  cookies: readonly string[] | null,
  session: string | null,
): BoundOutcome {
  // The store encodes it as JSON. Encoding it here as well, only to measure it, costs 12 µs for 10 KiB of markup.
  const length = lengthOf(outcome, 0);
  const isSmall = MOST_BYTES_PER_UNIT * length <= STORED_BYTES;
  const kept: StoredResult = isSmall || storedSize(outcome) <= STORED_BYTES ? outcome : TOO_LARGE;
  const units = kept === outcome && length < Infinity ? length : JSON.stringify(kept).length;
  if (cookies === null) return { outcome: kept, bytes: 2 * units };
  return { outcome: withSetCookies(kept, cookies, session), bytes: 2 * (units + lengthOf(cookies, 0)) };
}

/**
 * Reads an outcome of the store. One that cannot be read was stored by another version: the mutation is done, and a retry must not run
 * it again.
 */
export function readOutcome(stored: unknown): StoredOutcome {
  return isOutcome(stored) ? stored : TOO_LARGE;
}

/**
 * Returns an outcome for a retry. It includes the cookies only if the retry has the session of the request: for a later session they
 * would restore one that has ended.
 *
 * @param session The session of the retry, as a digest; `null` if it has none.
 */
export function outcomeFor(outcome: StoredOutcome, session: string | null): StoredOutcome {
  return outcome.cookies === undefined || (outcome.session ?? null) === session ? outcome : withoutCookies(outcome);
}

/** Returns an outcome without its cookies. */
export function withoutCookies(outcome: StoredOutcome): StoredOutcome {
  const { cookies: _cookies, session: _session, ...rest } = outcome;
  return rest;
}

function withSetCookies(result: StoredResult, cookies: readonly string[], session: string | null): StoredOutcome {
  if (cookies.length === 0) return result;
  return session === null ? { ...result, cookies } : { ...result, cookies, session };
}

/** Maximum depth that is measured. */
const MEASURED_DEPTH = 16;
/** JSON takes at most six bytes for a code unit: `\u001f`. */
const MOST_BYTES_PER_UNIT = 6;

/** Returns the length of the JSON text of a value, without escapes; `Infinity` if only `JSON.stringify()` can determine it. */
function lengthOf(value: unknown, depth: number): number {
  if (typeof value === "string") return value.length + 3;
  if (typeof value !== "object" || value === null) return 6;
  // `toJSON()` may return anything, and a deep value may be circular.
  if ("toJSON" in value || depth > MEASURED_DEPTH) return Infinity;
  let length = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      length += 1 + lengthOf(item, depth + 1);
      if (length > STORED_BYTES) return Infinity;
    }
    return length;
  }
  for (const key in value) {
    // The type of the object is not known; each member is checked.
    length += key.length + 4 + lengthOf((value as Record<string, unknown>)[key], depth + 1);
    if (length > STORED_BYTES) return Infinity;
  }
  return length;
}

function storedSize(outcome: StoredResult): number {
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
      // Four characters for three bytes, without the padding.
      return outcome.body.length / 4 * 3 - (/={0,2}$/.exec(outcome.body)?.[0].length ?? 0);
  }
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
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
