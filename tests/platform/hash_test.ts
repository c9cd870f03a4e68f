import { assertEquals } from "@std/assert";
import { isSameSecret, sha256, startSha256 } from "../../src/platform/hash.ts";

const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, B.1

Deno.test("sha256() returns hexadecimal digits", () => {
  assertEquals(sha256("abc"), ABC);
});

Deno.test("startSha256() hashes strings and bytes in parts", () => {
  assertEquals(startSha256().update("a").update(new TextEncoder().encode("bc")).digest("hex"), ABC);
});

Deno.test("isSameSecret() compares secrets of any length", () => {
  assertEquals([isSameSecret("ab", "ab"), isSameSecret("ab", "ac"), isSameSecret("ab", "")], [true, false, false]);
});
