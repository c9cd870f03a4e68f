// SHA-256, in one call or in parts, and signatures. `crypto.subtle` hashes neither synchronously nor in parts.
import { createHash, createHmac, type Hash, hash, timingSafeEqual } from "node:crypto";

/** A hash that is computed in parts. */
export type { Hash };

/** Starts a SHA-256 hash. */
export function startSha256(): Hash {
  return createHash("sha256");
}

/** Returns the SHA-256 of a string, as UTF-8, in 64 hexadecimal digits. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

/** Returns the HMAC of text with SHA-256 (RFC 2104), cut to 128 bits (section 5), in base64url. */
export function signText(text: string, key: string): string {
  return createHmac("sha256", key).update(text).digest().subarray(0, 16).toString("base64url");
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  // Digests have the same length: for secrets of different lengths the comparison would throw.
  return timingSafeEqual(startSha256().update(one).digest(), startSha256().update(other).digest());
}
