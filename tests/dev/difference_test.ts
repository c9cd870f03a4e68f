import { assertEquals } from "@std/assert";
import { difference } from "../../src/dev/client/difference.ts";

const CASES: readonly (readonly [string, string, readonly [string, string, string, string]])[] = [
  ["", "", ["", "", "", ""]],
  ["same", "same", ["same", "", "", ""]],
  ["<p>no notes</p>", "<p>1 notes</p>", ["<p>", "no", "1", " notes</p>"]],
  ["", "new", ["", "", "new", ""]],
  ["old", "", ["", "old", "", ""]],
  ["aa", "aaa", ["aa", "", "a", ""]],
  ["aaa", "aa", ["aa", "a", "", ""]],
];

for (const [old, now, parts] of CASES) {
  Deno.test(`difference() cuts ${JSON.stringify(old)} and ${JSON.stringify(now)} into ${JSON.stringify(parts)}`, () => {
    const { before, removed, added, behind } = difference(old, now);
    assertEquals([before, removed, added, behind], parts);
    assertEquals(before + removed + behind, old);
    assertEquals(before + added + behind, now);
  });
}
