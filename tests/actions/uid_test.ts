import { assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { formActionUid, formActionUrl } from "../../src/actions/uid.ts";

for (const name of ["save", "add_todo", "ns:name", "a.b-c_d", "x".repeat(128)]) {
  Deno.test(`formActionUid() returns the first 16 hex digits of the SHA-256 of the name: ${name.slice(0, 10)}`, () => {
    assertEquals(formActionUid(name), createHash("sha256").update(name).digest("hex").slice(0, 16));
    assertMatch(formActionUid(name), /^[0-9a-f]{16}$/);
  });
}

Deno.test("formActionUrl() returns the endpoint, the UID and a slash", () => {
  assertEquals(formActionUrl("save"), `/_next/form/${formActionUid("save")}/`);
});
