/** Passwords, kept so that whoever steals the database has to guess each of them slowly. */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** What one guess costs: 32 MiB of memory three times over, a quarter of a second or so (OWASP, 2023). */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const HASH_BYTES = 32;

/** A password as the database keeps it: how it was made, a salt, and the hash. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Whether a password is the one that was hashed. Without a hash it takes as long, and is not. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  // Nobody learns from the time it takes whether there is such an account.
  const [, N, r, p, salt = "", hash = ""] = (stored ?? await (decoy ??= hashPassword(""))).split("$");
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), cost);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url")) && stored !== null;
}

/** What the password of nobody is compared with; made for the first who asks. */
let decoy: Promise<string> | undefined;

function derive(password: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // The same letters may be typed in several ways (Unicode, UAX 15).
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
