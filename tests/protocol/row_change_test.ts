import { assertEquals } from "@std/assert";
import { parseRowChange } from "../../src/protocol/row_change.ts";

Deno.test("parseRowChange() reads the change that a button asks for", () => {
  assertEquals(["add lines", "remove lines[0]", "up a-b_2[12]", "down lines[999]"].map(parseRowChange), [
    { kind: "add", prefix: "lines" },
    { kind: "remove", prefix: "lines", row: 0 },
    { kind: "up", prefix: "a-b_2", row: 12 },
    { kind: "down", prefix: "lines", row: 999 },
  ]);
});

Deno.test("parseRowChange() returns null for any other text", () => {
  const texts = [
    "",
    "add",
    "add lines[0]",
    "remove lines",
    "remove lines[-1]",
    "remove lines[01]",
    "remove lines[10000]",
    "remove lines[1e3]",
    "up __proto__[0]",
    "sort lines[0]",
    " add lines",
    "add lines\n",
    "add lines[0].name",
  ];
  assertEquals(texts.filter((text) => parseRowChange(text) !== null), []);
});
