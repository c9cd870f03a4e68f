import { assertEquals } from "@std/assert";
import { compareIds, isEntryId } from "../../src/store/redis_log.ts";

const MAX = "18446744073709551615";

Deno.test("compareIds() orders ids as Redis does: by their numbers, also those that a double cannot hold", () => {
  const ids = [
    "0-0",
    "0-9",
    "0-10",
    "9-0",
    "9-11",
    "10-2",
    "99-0",
    "100-0",
    `9007199254740992-0`,
    `9007199254740993-0`,
    `${MAX}-${MAX}`,
  ];
  for (const [i, a] of ids.entries()) {
    for (const [j, b] of ids.entries()) assertEquals(Math.sign(compareIds(a, b)), Math.sign(i - j), `${a} and ${b}`);
  }
});

for (
  const text of [
    "",
    "0",
    "-",
    "1-",
    "-1",
    "01-0",
    "1-00",
    "1-1-1",
    "a-0",
    " 1-0",
    "1-0\n",
    "18446744073709551616-0",
    "0-18446744073709551616",
  ]
) {
  Deno.test(`isEntryId() is false for ${JSON.stringify(text)}`, () => assertEquals(isEntryId(text), false));
}

for (const text of ["0-0", "1-10", `${MAX}-${MAX}`]) {
  Deno.test(`isEntryId() is true for ${text}`, () => assertEquals(isEntryId(text), true));
}
