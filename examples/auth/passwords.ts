/** Password hashes that are slow to guess if the database is stolen. */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** Cost of one guess: 32 MiB of memory three times, about a quarter of a second (OWASP, 2023). */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const HASH_BYTES = 32;

/** Hashes a password for the database. Returns the parameters, a salt and the hash. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Returns whether a password matches a hash. Without a hash it takes the same time and returns `false`. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  // The time does not reveal whether the account exists.
  const [, N, r, p, salt = "", hash = ""] = (stored ?? await (decoy ??= hashPassword(""))).split("$");
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), cost);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url")) && stored !== null;
}

/** Hash that is compared if the account does not exist. Created on first use. */
let decoy: Promise<string> | undefined;

function derive(password: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // The same letters can be encoded in several ways (Unicode, UAX 15).
  scrypt(
    password.normalize("NFKC"),
    salt,
    HASH_BYTES,
    { ...cost, maxmem: 2 * 128 * cost.N * cost.r },
    (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    },
  );
  return promise;
}
