import { assertEquals } from "@std/assert";
import { readReference, Signatures, writeReference } from "../../src/actions/region_ref.ts";

const KEY = "k".repeat(32);
const SCOPE = { path: "/items", principal: "alice" };

Deno.test("writeReference() and readReference() are inverse for every instance", () => {
  const signature = new Signatures([KEY]).sign("row", "1", SCOPE);
  for (const instance of [null, "", "42", "a.b", "~", "ä☃", "a,b >c", "%41", "x".repeat(200)]) {
    for (const each of ["", signature]) {
      const written = writeReference("row", instance, each);
      assertEquals(readReference(written), { name: "row", instance, signature: each });
      // It is one entry of a list in a header.
      assertEquals(/^[!-+\--~]+$/.test(written), true, written);
    }
  }
});

Deno.test("readReference() returns null for what writeReference() does not write", () => {
  for (
    const text of ["", "row", ":", "1row:", "row:42", "row:~%ff", "row:~%", "row:~a.short", `row:~${"x".repeat(201)}`]
  ) {
    assertEquals(readReference(text), null, text);
  }
});

Deno.test("Signatures verify the region, the instance, the page and the principal they were made for, and no other", () => {
  const signatures = new Signatures([KEY]);
  const ref = { name: "row", instance: "7", signature: signatures.sign("row", "7", SCOPE) };
  assertEquals(signatures.verify(ref, SCOPE), true);
  assertEquals(signatures.verify({ ...ref, instance: "8" }, SCOPE), false);
  assertEquals(signatures.verify({ ...ref, instance: null }, SCOPE), false);
  assertEquals(signatures.verify({ ...ref, name: "cell" }, SCOPE), false);
  assertEquals(signatures.verify(ref, { ...SCOPE, path: "/other" }), false);
  assertEquals(signatures.verify(ref, { ...SCOPE, principal: "bob" }), false);
  assertEquals(signatures.verify(ref, { ...SCOPE, principal: null }), false);
  assertEquals(signatures.verify({ ...ref, signature: "" }, SCOPE), false);
});

Deno.test("Signatures of an older key verify after a new one was put before it, and not after it was removed", () => {
  const [older, newer] = [KEY, "n".repeat(32)];
  const ref = { name: "row", instance: "7", signature: new Signatures([older]).sign("row", "7", SCOPE) };
  assertEquals(new Signatures([newer, older]).verify(ref, SCOPE), true);
  assertEquals(new Signatures([newer]).verify(ref, SCOPE), false);
});
