import { assertEquals } from "@std/assert";
import { createTextFormat } from "../../src/texts/format.ts";

const KIB = 1024, MIB = KIB * KIB, GIB = KIB * MIB;
const english = createTextFormat("en");

for (
  const [bytes, expected] of [
    [0, "0 bytes"],
    [1, "1 byte"],
    [KIB - 1, "1,023 bytes"],
    [KIB, "1 kB"],
    [MIB - 1, "1,023.9 kB"],
    [MIB, "1 MB"],
    [2 * MIB - 1, "1.9 MB"],
    [2.5 * MIB, "2.5 MB"],
    [GIB - 1, "1,023.9 MB"],
    [GIB, "1 GB"],
    [3 * GIB - 1, "2.9 GB"],
  ] as const
) {
  // A file of the displayed size must not exceed the limit.
  Deno.test(`TextFormat.bytes() formats ${bytes} as "${expected}", rounded down`, () => {
    assertEquals(english.bytes(bytes), expected);
  });
}

for (
  const [seconds, expected] of [
    [0, "1 second"],
    [0.2, "1 second"],
    [1, "1 second"],
    [1.1, "2 seconds"],
    [59, "59 seconds"],
    [60, "1 minute"],
    [61, "2 minutes"],
    [120, "2 minutes"],
  ] as const
) {
  // A user who waits for the displayed time must not be too early.
  Deno.test(`TextFormat.duration() formats ${seconds} s as "${expected}", rounded up`, () => {
    assertEquals(english.duration(seconds), expected);
  });
}

Deno.test("TextFormat.count() uses the plural form that the language requires for the number", () => {
  const forms = { one: "# file", other: "# files" };
  assertEquals([0, 1, 2, 1_000].map((count) => english.count(count, forms)), [
    "0 files",
    "1 file",
    "2 files",
    "1,000 files",
  ]);
  assertEquals([0, 2].map((count) => createTextFormat("fr").count(count, forms)), ["0 file", "2 files"]);
});
