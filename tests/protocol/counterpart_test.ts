import { assertEquals } from "@std/assert";
import { counterpartOf } from "../../src/protocol/counterpart.ts";

const CASES: readonly [what: string, ids: readonly string[], id: string, position: number, expected: number][] = [
  ["its id at another position", ["b", "a"], "a", 0, 1],
  ["its id, although its position has none", ["", "a"], "a", 0, 1],
  ["its position, without ids", ["", ""], "", 1, 1],
  ["its position, when its id has changed to a new one", ["new"], "a", 0, 0],
  ["nothing, when its position has another element of the page", ["b"], "a", 0, -1],
  ["nothing, when an element without an id is at the position of one of the page", ["b"], "", 0, -1],
  ["nothing, when there are fewer", [""], "", 1, -1],
  ["nothing, when there are none", [], "a", 0, -1],
];
for (const [what, ids, id, position, expected] of CASES) {
  Deno.test(`counterpartOf() finds ${what}`, () => {
    assertEquals(counterpartOf(ids, id, position, (id) => ["a", "b"].includes(id)), expected);
  });
}
