import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { hashPassword, verifyPassword } from "./passwords.ts";

Deno.test("verifyPassword() accepts the password of a hash in any Unicode form, and no other", async () => {
  const stored = await hashPassword("café");
  assertMatch(stored, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  assertEquals(await verifyPassword("cafe\u0301", stored), true);
  assertEquals(await verifyPassword("cafe", stored), false);
});

Deno.test("verifyPassword() rejects every password without a hash, also the empty one", async () => {
  assertEquals(await verifyPassword("", null), false);
});

Deno.test("hashPassword() returns different hashes for the same password", async () => {
  assertNotEquals(await hashPassword("the same"), await hashPassword("the same"));
});
