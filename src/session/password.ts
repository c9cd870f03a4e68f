// Hashes of passwords, which are slow to guess if the database is stolen.
import { HyperError } from "../errors.ts";
import { deriveKey, isSameKey, randomSalt, type ScryptCost } from "../platform/scrypt.ts";

/** The cost of a new hash: 32 MiB of memory, three times (OWASP Password Storage Cheat Sheet). */
const COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Maximum length of a password, in characters. A longer one takes longer to hash. */
const MAX_CHARACTERS = 1_024;
/** Maximum memory of a hash from the database, in bytes. */
const MAX_MEMORY = 256 * 1024 * 1024;
/** Maximum number of hashes that are computed at the same time, and of those that wait for them. */
const MAX_RUNNING = 2, MAX_WAITING = 100;

// scrypt$N$r$p$salt$hash, in base64url.
const STORED = /^scrypt\$(\d{1,10})\$(\d{1,4})\$(\d{1,4})\$([\w-]{11,86})\$([\w-]{22,86})$/;

/** The result of {@linkcode verifyPassword}. */
export interface PasswordCheck {
  /** `true` if the password is that of the hash. */
  readonly isCorrect: boolean;
  /**
   * A hash of the same password with the cost of today, if the stored one has a lower cost and the password is correct: store it in
   * its place. Otherwise `null`.
   */
  readonly upgrade: string | null;
}

/**
 * Hashes a password for the database, with scrypt (RFC 7914) and a random salt. The parameters are in the result, so that they can be
 * raised later. It takes about a quarter of a second and 32 MiB of memory; at most two hashes are computed at the same time.
 *
 * @param password The password, at most 1,024 characters. It is normalized (NFKC): keyboards encode the same letters in several ways.
 * @returns `scrypt$N$r$p$salt$hash`, about 85 characters.
 * @throws {HyperError} 429 if 100 others wait already, 400 if the password is too long.
 *
 * @example
 * ```ts
 * import { hashPassword, verifyPassword } from "@hyper/actions/session";
 * import { assertEquals } from "@std/assert";
 *
 * const stored = await hashPassword("correct horse battery staple");
 * assertEquals(await verifyPassword("correct horse battery staple", stored), { isCorrect: true, upgrade: null });
 * assertEquals(await verifyPassword("a guess", stored), { isCorrect: false, upgrade: null });
 * ```
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomSalt(SALT_BYTES);
  const hash = await derive(password, salt, COST, HASH_BYTES);
  return ["scrypt", COST.N, COST.r, COST.p, encode(salt), encode(hash)].join("$");
}

/**
 * Checks a password. Without a stored hash it takes the same time, so that the time does not tell whether an account exists.
 *
 * @param password The password.
 * @param stored The hash of the account, from {@linkcode hashPassword}; `null` without an account.
 * @returns Whether it is correct, and a stronger hash to store.
 * @throws {HyperError} 429 if 100 others wait already, 400 if the password is too long.
 * @throws {TypeError} If the stored text is not a hash of `hashPassword()`.
 *
 * @example Upgrade the hash on sign-in
 * ```ts
 * import { hashPassword, verifyPassword } from "@hyper/actions/session";
 * import { assertEquals } from "@std/assert";
 *
 * const passwords = new Map([["ada", await hashPassword("analytical engine")]]);
 * const { isCorrect, upgrade } = await verifyPassword("analytical engine", passwords.get("ada") ?? null);
 * if (upgrade !== null) passwords.set("ada", upgrade);
 * assertEquals(isCorrect, true);
 * ```
 */
export async function verifyPassword(password: string, stored: string | null): Promise<PasswordCheck> {
  const { salt, hash, cost } = hashToCompare(stored);
  const derived = await derive(password, salt, cost, hash.length);
  const isCorrect = isSameKey(derived, hash) && stored !== null;
  return { isCorrect, upgrade: isCorrect && isWeaker(cost) ? await hashPassword(password) : null };
}

/** The hash that is compared without an account: no password has it. */
const DECOY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** Returns the parts of the hash to compare with. Without an account, they have the cost and the lengths of a new one. */
export function hashToCompare(account: string | null) {
  const stored = account ?? DECOY;
  const [, N, r, p, salt, hash] = STORED.exec(stored) ?? [];
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (salt === undefined || hash === undefined || 128 * cost.N * cost.r > MAX_MEMORY) {
    throw new TypeError(
      "Cannot verify a password: the stored text is not a hash of hashPassword(); hash the passwords of another system again",
    );
  }
  return { cost, salt: decodeBase64(salt), hash: decodeBase64(hash) };
}

function isWeaker({ N, r, p }: ScryptCost): boolean {
  return N * r * p < COST.N * COST.r * COST.p;
}

/** Hashes that are computed, and those that wait for a place. */
let running = 0;
const waiting: (() => void)[] = [];

/** Derives a key when it is its turn: many sign-ins at once must not use all memory and all threads. */
async function derive(password: string, salt: Uint8Array, cost: ScryptCost, bytes: number): Promise<Uint8Array> {
  if (password.length > MAX_CHARACTERS) {
    throw new HyperError(400, `The password has more than ${MAX_CHARACTERS} characters`);
  }
  if (waiting.length >= MAX_WAITING) {
    throw new HyperError(429, "Too many attempts to sign in. Try again in a moment.", {
      headers: { "retry-after": "5" },
    });
  }
  if (running >= MAX_RUNNING) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await deriveKey(password.normalize("NFKC"), salt, cost, bytes);
  } finally {
    const next = waiting.shift();
    // Its place goes to the next one, or becomes free.
    if (next === undefined) running--;
    else next();
  }
}

function encode(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}
