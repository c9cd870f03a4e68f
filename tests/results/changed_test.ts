import { assertEquals, assertThrows } from "@std/assert";
import { changed } from "@hyper/actions";

Deno.test("changed() names topics, and the seconds after which regions are rendered once more", () => {
  const { kind, topics, again } = changed("tickets", "ticket:7", { again: 2 });
  assertEquals([kind, topics, again], ["changed", ["tickets", "ticket:7"], 2]);
  assertEquals(changed("tickets").again, null);
});

Deno.test("changed() rejects no topic, an invalid topic, too many, and a time out of range", () => {
  assertThrows(() => changed(), TypeError, "it has no topic");
  assertThrows(() => changed("hyper:x"), TypeError, "hyper:");
  assertThrows(() => changed(...Array.from({ length: 101 }, (_, i) => `${i}`)), RangeError, "101 topics, 100 at most");
  for (const again of [0, -1, 3601, NaN]) assertThrows(() => changed("a", { again }), RangeError, `again is ${again}`);
});
