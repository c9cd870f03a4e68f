import { assertEquals } from "@std/assert";
import { changeRows, NEW_ROW } from "../../src/forms/row_change.ts";

const RULES = { max: 4, canDelete: true, canOrder: true };
const rows = (...names: readonly string[]) => names.map((name) => ({ name }));

Deno.test("changeRows() adds a row at the end, up to the maximum of rows that are not deleted", () => {
  const three = [...rows("a", "b"), { name: "c", _delete: "on" }];
  const four = changeRows(three, { kind: "add", prefix: "p" }, 0, RULES);
  assertEquals(four, { rows: [...three, NEW_ROW], current: 3 });
  const full = changeRows(rows("a", "b", "c", "d"), { kind: "add", prefix: "p" }, 0, RULES);
  assertEquals(full, { rows: rows("a", "b", "c", "d"), current: null });
});

Deno.test("changeRows() marks a row that existed, and leaves out another one", () => {
  const before = rows("old", "new", "newer");
  assertEquals(changeRows(before, { kind: "remove", prefix: "p", row: 0 }, 1, RULES), {
    rows: [{ name: "old", _delete: "on" }, ...rows("new", "newer")],
    current: 1,
  });
  assertEquals(changeRows(before, { kind: "remove", prefix: "p", row: 1 }, 1, RULES), {
    rows: rows("old", "newer"),
    current: 1,
  });
  assertEquals(changeRows(before, { kind: "remove", prefix: "p", row: 2 }, 1, RULES), {
    rows: rows("old", "new"),
    current: 1,
  });
  assertEquals(changeRows(rows("new"), { kind: "remove", prefix: "p", row: 0 }, 0, RULES), { rows: [], current: null });
});

Deno.test("changeRows() moves a row by the numbers that order the rows, and passes deleted ones", () => {
  const before = [{ name: "a", _order: "2" }, { name: "b", _order: "1" }, { name: "c", _delete: "on" }, { name: "d" }];
  const moved = changeRows(before, { kind: "up", prefix: "p", row: 3 }, 0, RULES);
  assertEquals(moved, {
    rows: [{ name: "a", _order: "3" }, { name: "b", _order: "1" }, { name: "c", _delete: "on" }, {
      name: "d",
      _order: "2",
    }],
    current: 3,
  });
  assertEquals(changeRows(before, { kind: "up", prefix: "p", row: 1 }, 0, RULES), { rows: before, current: 1 });
  assertEquals(changeRows(before, { kind: "down", prefix: "p", row: 3 }, 0, RULES), { rows: before, current: 3 });
});

Deno.test("changeRows() changes nothing that the rules do not allow, and no row that was not submitted", () => {
  const before = rows("a", "b");
  const none = { max: 4, canDelete: false, canOrder: false };
  for (const kind of ["remove", "up", "down"] as const) {
    assertEquals(changeRows(before, { kind, prefix: "p", row: 1 }, 0, none).rows, before);
    assertEquals(changeRows(before, { kind, prefix: "p", row: 2 }, 0, RULES), { rows: before, current: null });
  }
});
