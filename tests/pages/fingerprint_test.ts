import { assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { addFingerprint, fingerprintOf, MAX_FINGERPRINT_BYTES, splitFingerprint } from "../../src/pages/fingerprint.ts";
import { withApp } from "./temp_app.ts";

for (
  const [path, expected] of [
    ["/style.css", "/style.0123456789ab.css"],
    ["/a.b/site.min.css", "/a.b/site.min.0123456789ab.css"],
    ["/a.b/LICENSE", "/a.b/LICENSE.0123456789ab"],
  ] as const
) {
  Deno.test(`addFingerprint() makes ${expected}, and splitFingerprint() reverses it`, () => {
    const url = addFingerprint(path, "0123456789ab");
    assertEquals(url, expected);
    const name = url.slice(url.lastIndexOf("/") + 1);
    assertEquals(splitFingerprint(name), {
      name: path.slice(path.lastIndexOf("/") + 1),
      fingerprint: "0123456789ab",
    });
  });
}

for (const name of ["style.css", "style.0123456789a.css", "style.0123456789AB.css", "0123456789ab.css", ""]) {
  Deno.test(`splitFingerprint() returns null for "${name}"`, () => assertEquals(splitFingerprint(name), null));
}

Deno.test("fingerprintOf() changes with the content, and is the same for the same content", async () => {
  await withApp({ "a.css": "one", "b.css": "one" }, async (dir) => {
    const before = fingerprintOf(join(dir, "a.css"));
    assertEquals(before, fingerprintOf(join(dir, "b.css")));
    await Deno.writeTextFile(join(dir, "a.css"), "three");
    assertNotEquals(fingerprintOf(join(dir, "a.css")), before);
  });
});

Deno.test("fingerprintOf() notices new content of the same length", async () => {
  await withApp({ "a.css": "one" }, async (dir) => {
    const before = fingerprintOf(join(dir, "a.css"));
    await Deno.writeTextFile(join(dir, "a.css"), "two");
    await Deno.utime(join(dir, "a.css"), new Date(), new Date(Date.now() + 5));
    assertNotEquals(fingerprintOf(join(dir, "a.css")), before);
  });
});

Deno.test("fingerprintOf() returns null for a folder and for a file above the limit", async () => {
  await withApp({ "a.css": "one" }, async (dir) => {
    assertEquals(fingerprintOf(dir), null);
    await Deno.truncate(join(dir, "a.css"), MAX_FINGERPRINT_BYTES + 1);
    assertEquals(fingerprintOf(join(dir, "a.css")), null);
  });
});
