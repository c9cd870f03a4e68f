import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  copyPlain,
  expandPattern,
  formatPath,
  formatPattern,
  isPlainObject,
  parsePath,
  patternSteps,
  prefixPath,
  putAt,
  splitRowName,
  valueAt,
} from "../../src/forms/path.ts";

Deno.test("parsePath() and formatPath() agree on every valid path", () => {
  const paths: [string, (string | number)[]][] = [
    ["title", ["title"]],
    ["address.city", ["address", "city"]],
    ["rows[0].label", ["rows", 0, "label"]],
    ["a[1][22].b.c[3]", ["a", 1, 22, "b", "c", 3]],
    ["первый.второй", ["первый", "второй"]],
    ["constructor", ["constructor"]],
    ["__proto__.x", ["__proto__", "x"]],
  ];
  for (const [name, steps] of paths) {
    assertEquals(parsePath(name), steps);
    assertEquals(formatPath(steps), name);
  }
});

Deno.test("parsePath() reads a name that is not a path as one flat key", () => {
  for (
    const name of [
      "",
      "a..b",
      "a[",
      "a[]",
      "a[x]",
      "a[01]",
      "a b.c",
      "a[-1]",
      "[0]",
      ".a",
      "a.",
      "a]b",
      "a[1234567890]",
    ]
  ) {
    assertEquals(parsePath(name), [name]);
  }
});

Deno.test("parsePath() reads a path of 32 steps, and a longer one as a flat key", () => {
  const name = (steps: number) => Array.from({ length: steps }, () => "a").join(".");
  assertEquals(parsePath(name(32)).length, 32);
  assertEquals(parsePath(name(33)), [name(33)]);
});

Deno.test("formatPattern() removes every index", () => {
  assertEquals(formatPattern(["rows", 3, "cells", 0, "label"]), "rows[].cells[].label");
});

Deno.test("prefixPath() joins a row and a name, each of which may be empty", () => {
  assertEquals(prefixPath("rows[0]", "label"), "rows[0].label");
  assertEquals(prefixPath("rows[0]", ""), "rows[0]");
  assertEquals(prefixPath("", "label"), "label");
});

Deno.test("splitRowName() returns the row and the name in it, null for other names", () => {
  assertEquals(splitRowName("rows", "rows[0].label"), { row: 0, name: "label" });
  assertEquals(splitRowName("rows", "rows[12].a.b[3]"), { row: 12, name: "a.b[3]" });
  assertEquals(splitRowName("rows", "rows[3]"), { row: 3, name: "" });
  for (const name of ["rows", "", "label", "other[0].label", "rows.label", "rows[x].label", "rows[0"]) {
    assertEquals(splitRowName("rows", name), null);
  }
});

Deno.test("expandPattern() returns a path for each item of each list", () => {
  const data = { rows: [{ cells: [1, 2] }, { cells: "none" }, { cells: [3] }] };
  assertEquals(expandPattern(patternSteps("rows[].cells[]"), data).map(formatPath), [
    "rows[0].cells[0]",
    "rows[0].cells[1]",
    "rows[2].cells[0]",
  ]);
  assertEquals(expandPattern(patternSteps("title"), data).map(formatPath), ["title"]);
});

Deno.test("putAt() sets an own property, and creates missing objects only if allowed", () => {
  const data = { rows: [{ label: "x" }], title: "t" };
  putAt(data, ["rows", 0, "label"], "y", false);
  putAt(data, ["title"], undefined, false);
  putAt(data, ["address", "city"], "Bern", false);
  assertEquals<unknown>(data, { rows: [{ label: "y" }] });
  putAt(data, ["address", "city"], "Bern", true);
  assertEquals<unknown>(data, { rows: [{ label: "y" }], address: { city: "Bern" } });
  putAt(data, ["__proto__"], { polluted: true }, true);
  assertEquals([Object.hasOwn(data, "__proto__"), "polluted" in data], [true, false]);
});

Deno.test("copyPlain() copies objects and lists, and keeps files", () => {
  const file = new File([], "x");
  const data = { rows: [{ file }] };
  const copy = copyPlain(data);
  assertEquals(copy, data);
  assertEquals([copy === data, valueAt(copy, ["rows"]) === data.rows], [false, false]);
  assertStrictEquals(valueAt(copy, ["rows", 0, "file"]), file);
});

Deno.test("valueAt() reads own properties only", () => {
  const data = { rows: [{ label: "x" }], title: "t" };
  assertEquals(valueAt(data, ["rows", 0, "label"]), "x");
  for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assertStrictEquals(valueAt(data, [key]), undefined);
  }
  assertStrictEquals(valueAt(data, ["title", "length"]), undefined);
  assertStrictEquals(valueAt(data, ["rows", "map"]), undefined);
  assertEquals(valueAt(JSON.parse('{"__proto__":{"x":1}}'), ["__proto__", "x"]), 1);
});

Deno.test("isPlainObject() rejects lists, files and instances", () => {
  assertEquals(isPlainObject({}), true);
  assertEquals(isPlainObject(Object.create(null)), true);
  for (const value of [null, [], new File([], "x"), new Date(), new Map(), "text"]) {
    assertEquals(isPlainObject(value), false);
  }
});
