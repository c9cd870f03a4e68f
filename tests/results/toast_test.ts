import { assertEquals, assertThrows } from "@std/assert";
import { toast } from "../../src/results/toast.ts";

for (
  const [value, expected] of [["a", { value: "a" }], [0, { value: 0 }], [false, { value: false }], [{ a: 1 }, {
    a: 1,
  }]] as const
) {
  Deno.test(`toast() keeps an object and wraps a scalar: ${JSON.stringify(value)}`, () => {
    assertEquals(toast(value).value, expected);
  });
}

Deno.test("toast() has the undo that is passed, and none by default", () => {
  const undo = { action: { name: "restore", method: "POST" }, data: { id: 7 } } as const;
  assertEquals([toast("x", { undo }).undo, toast("x").undo], [undo, null]);
});

Deno.test("toast() rejects an undo whose action answers GET", () => {
  const undo = { action: { name: "list", method: "GET" } } as const;
  assertThrows(() => toast("x", { undo }), TypeError, 'Cannot undo by action "list"');
});
