// What a store keeps of a session.
import { isJsonObject } from "../http/json.ts";
import { sha256 } from "../platform/hash.ts";

/** Values of a session as JSON, by name. */
export type SessionValues = Readonly<Record<string, unknown>>;

/** A session in the store. */
export interface SessionRecord {
  /** Names the session for its user. It cannot be used to take the session over. */
  readonly id: string;
  /** The user who has signed in; `null` before. */
  readonly user: string | null;
  /** `true` if its cookie is sent over TLS only. */
  readonly secure: boolean;
  /** Time of its start or of the sign-in, in milliseconds since 1970. */
  readonly since: number;
  /** Time of the last request that was noted, in milliseconds since 1970. */
  readonly seen: number;
  readonly values: SessionValues;
}

/** The ages at which a session ends, in seconds. */
export interface SessionAges {
  readonly idleSeconds: number;
  readonly maxSeconds: number;
}

/** Maximum size of the values of a session as JSON, in characters. */
export const MAX_SESSION_CHARACTERS = 65_536;

const TOKEN_BYTES = 32;
// As `randomToken()` makes them: 32 bytes in base64url.
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Creates the secret of a session: 256 random bits. */
export function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Returns whether a value can be the secret of a session. Others are not looked up. */
export function isSessionToken(value: string): boolean {
  return TOKEN.test(value);
}

/** Returns the key of a session in the store: a digest, so that a reader of the store cannot use the session. */
export function sessionKey(token: string): string {
  return `hyper:session:${sha256(token)}`;
}

/** Returns the seconds that a session has left: 0 if it has ended. A clock that was set back does not end it. */
export function secondsLeft(
  { since, seen }: SessionRecord,
  { idleSeconds, maxSeconds }: SessionAges,
  now: number,
): number {
  const idle = idleSeconds - Math.max(0, now - seen) / 1000;
  const total = maxSeconds - Math.max(0, now - since) / 1000;
  return Math.max(0, Math.min(idle, total));
}

/** Reads a value of the store; `null` if it is not a session. */
export function readRecord(value: unknown): SessionRecord | null {
  if (!isJsonObject(value)) return null;
  const { id, user, secure, since, seen, values } = value;
  if (typeof id !== "string" || typeof secure !== "boolean" || !isJsonObject(values)) return null;
  if (user !== null && typeof user !== "string" || typeof since !== "number" || typeof seen !== "number") return null;
  return { id, user, secure, since, seen, values };
}
