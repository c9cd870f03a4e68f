import { assertEquals } from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { coerce, type ParamType } from "../../src/deps/coerce.ts";

const READ: readonly [ParamType, string, unknown][] = [
  [String, "", ""],
  [String, " a\u0000 ", " a\u0000 "],
  [Number, "7", 7],
  [Number, "007", 7],
  [Number, "-1.5", -1.5],
  [Number, "+.5", 0.5],
  [Number, "1.", 1],
  [Number, "1e3", 1000],
  [Number, "9007199254740991", 9007199254740991],
  [Boolean, "1", true],
  [Boolean, "TRUE", true],
  [Boolean, "yes", true],
  [Boolean, "on", true],
  [Boolean, "0", false],
  [Boolean, "False", false],
  [Boolean, "no", false],
  [Boolean, "off", false],
  [BigInt, "9007199254740993", 9007199254740993n],
  [BigInt, "-1", -1n],
  [BigInt, "+1", 1n],
  [Date, "2024-02-29", new Date("2024-02-29T00:00:00Z")],
  [Date, "2024-12-31T23:59", new Date("2024-12-31T23:59:00Z")],
  [Date, "2024-12-31T23:59:58.123", new Date("2024-12-31T23:59:58.123Z")],
  [Date, "2024-12-31T23:59:58+02:00", new Date("2024-12-31T21:59:58Z")],
  [Date, "2024-12-31T23:59:58Z", new Date("2024-12-31T23:59:58Z")],
  [parseInt, "12px", 12],
  [(text: string) => text.split(","), "a,b", ["a", "b"]],
  [(text: string) => Promise.resolve(text.length), "abc", 3],
  [() => null, "nothing", null],
  [z.coerce.number().int(), "7", 7],
  [v.pipe(v.string(), v.transform(Number), v.number()), "7", 7],
  [type("string.integer.parse"), "7", 7],
  [z.string().refine((text) => Promise.resolve(text === "a")), "a", "a"],
];

for (const [index, [paramType, text, expected]] of READ.entries()) {
  Deno.test(`coerce() converts ${JSON.stringify(text)} to ${nameOf(paramType)}, case ${index}`, async () => {
    assertEquals(await coerce(text, paramType), { kind: "value", value: expected });
  });
}

const REFUSED: readonly [ParamType, string][] = [
  [Number, ""],
  [Number, " 7"],
  [Number, "7 "],
  [Number, "seven"],
  [Number, "0x10"],
  [Number, "Infinity"],
  [Number, "NaN"],
  [Number, "1e999"],
  [Number, "1,5"],
  [Number, "."],
  [Number, "9007199254740992"],
  [Number, "٧"],
  [Boolean, ""],
  [Boolean, "2"],
  [Boolean, "ja"],
  [BigInt, ""],
  [BigInt, "1.5"],
  [BigInt, "0x10"],
  [Date, ""],
  [Date, "2024"],
  [Date, "2024-02-30"],
  [Date, "2023-02-29"],
  [Date, "2024-13-01"],
  [Date, "2024-00-10"],
  [Date, "2024-01-00"],
  [Date, "2024-01-01T24:61"],
  [Date, "2024-01-01 10:00"],
  [Date, "January 1, 2024"],
  [parseInt, "px"],
  [() => undefined, "text"],
  [() => {
    throw new Error("no");
  }, "text"],
  [z.coerce.number().int(), "7.5"],
  [v.picklist(["a", "b"]), "c"],
  [type("'a' | 'b'"), "c"],
];

for (const [index, [paramType, text]] of REFUSED.entries()) {
  Deno.test(`coerce() rejects ${JSON.stringify(text)} as ${nameOf(paramType)}, case ${index}`, async () => {
    assertEquals((await coerce(text, paramType)).kind, "mismatch");
  });
}

Deno.test("coerce() reads a time without an offset in UTC in any time zone of the server", async () => {
  const zone = Deno.env.get("TZ");
  Deno.env.set("TZ", "America/New_York");
  try {
    assertEquals(await coerce("2024-06-01T12:00", Date), { kind: "value", value: new Date("2024-06-01T12:00:00Z") });
    assertEquals(await coerce("2024-06-01", Date), { kind: "value", value: new Date("2024-06-01T00:00:00Z") });
  } finally {
    if (zone === undefined) Deno.env.delete("TZ");
    else Deno.env.set("TZ", zone);
  }
});

Deno.test("coerce() takes linear time for hostile strings of 100,000 characters", async () => {
  const start = performance.now();
  for (
    const text of [
      "1".repeat(100_000) + "x",
      "0".repeat(99_999) + ".",
      "-".repeat(100_000),
      "2024-01-01T".repeat(9_000),
    ]
  ) {
    for (const paramType of [Number, BigInt, Boolean, Date]) await coerce(text, paramType);
  }
  assertEquals(performance.now() - start < 500, true);
});

function nameOf(paramType: ParamType): string {
  return typeof paramType === "function" && paramType.name !== "" ? paramType.name : "a schema or function";
}
