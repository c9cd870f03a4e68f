import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { HyperError } from "@hyper/actions";
import { hashPassword, verifyPassword } from "@hyper/actions/session";
import { hashToCompare } from "../../src/session/password.ts";
import { scryptSync } from "node:crypto";
import { Buffer } from "node:buffer";

const CORRECT = { isCorrect: true, upgrade: null };
const WRONG = { isCorrect: false, upgrade: null };

/** A hash with a lower cost, as an older version would have made it. */
function weakHash(password: string, N = 16): string {
  const salt = Buffer.alloc(16, 7);
  const hash = scryptSync(password, salt, 32, { N, r: 8, p: 1 });
  return `scrypt$${N}$8$1$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

Deno.test("hashPassword() returns the parameters, a salt of its own and the hash, and not the password", async () => {
  const [one, other] = [await hashPassword("the same"), await hashPassword("the same")];
  assertMatch(one, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  assertNotEquals(one.split("$")[4], other.split("$")[4]);
  assertNotEquals(one.split("$")[5], other.split("$")[5]);
});

Deno.test("verifyPassword() accepts the password in any Unicode form, and no other", async () => {
  const stored = await hashPassword("café");
  assertEquals(await verifyPassword("cafe\u0301", stored), CORRECT);
  for (const other of ["cafe", "café ", "", "CAFÉ"]) assertEquals(await verifyPassword(other, stored), WRONG);
});

Deno.test("verifyPassword() without an account rejects each password", async () => {
  for (const password of ["", "a guess", "\0".repeat(32)]) assertEquals(await verifyPassword(password, null), WRONG);
});

Deno.test("verifyPassword() returns a stronger hash for a correct password with a lower cost, and none for a wrong one", async () => {
  const { isCorrect, upgrade } = await verifyPassword("old", weakHash("old"));
  assert(isCorrect && upgrade !== null);
  assertMatch(upgrade, /^scrypt\$32768\$8\$3\$/);
  assertEquals(await verifyPassword("old", upgrade), CORRECT);
  assertEquals(await verifyPassword("guess", weakHash("old")), WRONG);
});

for (
  const stored of [
    "",
    "plain text",
    "$2b$10$abcdefghijklmnopqrstuv",
    "scrypt$32768$8$3$$",
    // 2 TiB of memory.
    `scrypt$2147483648$8$1$${"A".repeat(22)}$${"A".repeat(43)}`,
  ]
) {
  Deno.test(`verifyPassword() throws for a stored text that is not its hash: "${stored.slice(0, 24)}"`, async () => {
    await assertRejects(() => verifyPassword("x", stored), TypeError, "is not a hash of hashPassword()");
  });
}

Deno.test("verifyPassword() rejects a password above 1,024 characters before it is hashed", async () => {
  const error = await assertRejects(() => verifyPassword("x".repeat(1_025), null), HyperError);
  assertEquals(error.status, 400);
});

Deno.test("verifyPassword() lets 102 attempts in at once, and rejects the rest with 429", async () => {
  const stored = weakHash("x");
  const results = await Promise.allSettled(Array.from({ length: 110 }, () => verifyPassword("wrong", stored)));
  const refused = results.filter((result) => result.status === "rejected");
  assertEquals(refused.length, 8);
  assert(refused.every(({ reason }) => reason instanceof HyperError && reason.status === 429));
  assertEquals(await verifyPassword("wrong", stored), WRONG);
});

Deno.test("hashToCompare() returns the same cost and the same lengths without an account as for a new one: the same work", async () => {
  const [account, none] = [hashToCompare(await hashPassword("x")), hashToCompare(null)];
  assertEquals(none.cost, account.cost);
  assertEquals([none.salt.length, none.hash.length], [account.salt.length, account.hash.length]);
});

Deno.test("verifyPassword() without an account waits for its turn as one with an account does", async () => {
  const stored = weakHash("x");
  const others = Array.from({ length: 102 }, () => verifyPassword("wrong", stored));
  const error = await assertRejects(() => verifyPassword("wrong", null), HyperError);
  assertEquals(error.status, 429);
  await Promise.all(others);
});

Deno.test("verifyPassword() answers other work while it hashes", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await verifyPassword("x", null);
  clearInterval(timer);
  assert(turns > 0);
});
