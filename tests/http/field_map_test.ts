import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { FieldCollector } from "../../src/http/field_map.ts";

Deno.test("FieldCollector.add() collects values by name, in the order of their first values", () => {
  const collector = new FieldCollector({ fields: 4, nameBytes: 20 });
  for (const [name, value] of [["b", "1"], ["__proto__", "2"], ["b", "3"]] as const) collector.add(name, value);
  assertEquals([...collector.fields], [["b", ["1", "3"]], ["__proto__", ["2"]]]);
});

Deno.test("FieldCollector.add() counts text fields but not files: at the limit and one above it", () => {
  const collector = new FieldCollector({ fields: 2, nameBytes: 20 });
  for (let at = 0; at < 5; at++) collector.add("f", new File([], "x"));
  collector.add("a", "1");
  collector.add("a", "2");
  const error = assertThrows(() => collector.add("a", "3"), InputError);
  assertEquals([error.status, error.limit], [413, "fields"]);
});

Deno.test("FieldCollector.checkName() measures bytes of UTF-8, and rejects control characters", () => {
  const collector = new FieldCollector({ fields: 1, nameBytes: 4 });
  for (const name of ["", "abcd", "éé", "👍"]) collector.checkName(name);
  for (const name of ["abcde", "ééa", "👍a"]) {
    assertEquals(assertThrows(() => collector.checkName(name), InputError).limit, "nameBytes", name);
  }
  for (const name of ["a\n", "\0", "\t", "\x7f"]) {
    assertEquals(assertThrows(() => collector.checkName(name), InputError).status, 400);
  }
});
