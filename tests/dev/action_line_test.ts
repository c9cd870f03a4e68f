import { assertEquals } from "@std/assert";
import { type ActionLine, formatActionLine } from "../../src/dev/action_line.ts";

const LINE: ActionLine = {
  action: "add_todo",
  outcome: "success",
  status: 200,
  lane: null,
  ms: 12.345,
  issues: [],
  events: null,
  id: null,
};

const LINES: readonly (readonly [string, Partial<ActionLine>, string])[] = [
  ["a dash for an unknown value", {}, "action=add_todo outcome=success status=200 lane=- ms=12.3 issues=- id=-"],
  [
    "all known values",
    { lane: "add_todo:#todos", issues: ["title", "rows[0].label", ""], events: 17, id: "a1-b.c_D" },
    "action=add_todo outcome=success status=200 lane=add_todo:#todos ms=12.3 issues=title,rows[0].label,(form) events=17 id=a1-b.c_D",
  ],
  [
    "a name with a space, a quote and an equals sign as a JSON string",
    { action: `a "b"=c` },
    `action="a \\"b\\"=c" outcome=success status=200 lane=- ms=12.3 issues=- id=-`,
  ],
  [
    "line breaks, colors and reversed text as escapes",
    { lane: "a\r\nb\u001b[31m\u009b\u2028\u202e" },
    `action=add_todo outcome=success status=200 lane="a\\r\\nb\\u001b[31m\\u009b\\u2028\\u202e" ms=12.3 issues=- id=-`,
  ],
  [
    "the first 200 characters of a long value",
    { id: "x".repeat(201) },
    `action=add_todo outcome=success status=200 lane=- ms=12.3 issues=- id=${"x".repeat(200)}`,
  ],
  [
    "an empty value as an empty string",
    { action: "" },
    `action="" outcome=success status=200 lane=- ms=12.3 issues=- id=-`,
  ],
];

for (const [what, change, expected] of LINES) {
  Deno.test(`formatActionLine() writes ${what}`, () => {
    assertEquals(formatActionLine({ ...LINE, ...change }), expected);
  });
}
