// scrypt (RFC 7914), which `crypto.subtle` does not have.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** The cost of a hash (RFC 7914, 2). */
export interface ScryptCost {
  /** Cost of processor and memory, a power of 2. */
  readonly N: number;
  /** Size of a block. */
  readonly r: number;
  /** Number of passes. */
  readonly p: number;
}

/** Derives a key from text, in a thread of its own. */
export function deriveKey(text: string, salt: Uint8Array, { N, r, p }: ScryptCost, bytes: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  // The memory that it needs, twice: Node rejects more than `maxmem` (RFC 7914, 2: 128 * N * r bytes).
  scrypt(text, salt, bytes, { N, r, p, maxmem: 2 * 128 * N * r }, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}

/** Returns random bytes for a salt. */
export function randomSalt(bytes: number): Uint8Array {
  return randomBytes(bytes);
}

/** Compares two keys in a time that does not depend on where they differ. Keys of different lengths are different. */
export function isSameKey(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
