import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import { APPEND, parseFieldPath, type PathStep } from "../../src/http/field_path.ts";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/http/limits.ts";

function path(name: string): readonly PathStep[] {
  return parseFieldPath(name, DEFAULT_LIMITS);
}

Deno.test("parseFieldPath() reads keys, indices and a final []", () => {
  const paths: [string, PathStep[]][] = [
    ["a", ["a"]],
    ["a.b", ["a", "b"]],
    ["a.b.c", ["a", "b", "c"]],
    ["a[0]", ["a", 0]],
    ["a[0][12]", ["a", 0, 12]],
    ["a[]", ["a", APPEND]],
    ["rows[0].label", ["rows", 0, "label"]],
    ["rows[0]._delete", ["rows", 0, "_delete"]],
    ["a.b[3].tags[]", ["a", "b", 3, "tags", APPEND]],
    ["a.0", ["a", "0"]],
    ["a-b.c_d.$e", ["a-b", "c_d", "$e"]],
    ["имя.город", ["имя", "город"]],
  ];
  for (const [name, steps] of paths) assertEquals(path(name), steps, name);
});

Deno.test("parseFieldPath() returns a flat name for a string that is not a path", () => {
  for (
    const name of [
      "",
      ".",
      "a.",
      ".a",
      "a..b",
      "a[",
      "a]",
      "a[0",
      "a[0]b",
      "a[b]",
      "a[b].c",
      "a[].b",
      "a[][]",
      "[0]",
      "[]",
      "a b!",
      "a b.c",
      "a@b.c",
      "a[ 0]",
      "a[0].",
      "a.[0]",
    ]
  ) {
    assertEquals(path(name), [name], name);
  }
});

Deno.test("parseFieldPath() accepts a flat name with any characters", () => {
  for (const name of ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "👍", "a=b&c"]) {
    assertEquals(path(name), [name]);
  }
});

Deno.test("parseFieldPath() rejects a path through __proto__, prototype or constructor", () => {
  for (
    const name of [
      "__proto__.x",
      "a.__proto__",
      "a.__proto__.b",
      "constructor.prototype.x",
      "a.constructor",
      "prototype[0]",
      "__proto__[]",
      "a[__proto__]",
      "a[__proto__][x]",
      "a[constructor].b",
      "rows[0].__proto__.x",
    ]
  ) {
    assertEquals(assertThrows(() => path(name), InputError, "prototype").status, 400, name);
  }
});

Deno.test("parseFieldPath() accepts names that only resemble these", () => {
  assertEquals(path("toString.x"), ["toString", "x"]);
  assertEquals(path("a.__proto"), ["a", "__proto"]);
  assertEquals(path("a.constructors"), ["a", "constructors"]);
});

Deno.test("parseFieldPath() rejects a number in brackets that is not written as an index", () => {
  for (const name of ["a[01]", "a[-1]", "a[+1]", "a[1e3]", "a[1.5]", "a[0x1]", "a[00]", "a[1 ]", "a[-0]"]) {
    assertEquals(assertThrows(() => path(name), InputError, "is not an index").status, 400, name);
  }
});

Deno.test("parseFieldPath() limits the index: at the limit, one above it, disabled", () => {
  assertEquals(path("a[999]"), ["a", 999]);
  for (const name of ["a[1000]", "a[10000000]", "a[4294967294]", "a[99999999999999999999]"]) {
    const error = assertThrows(() => path(name), InputError);
    assertEquals([error.status, error.limit], [400, "arrayIndex"], name);
  }
  assertEquals(parseFieldPath("a[10000000]", resolveLimits({ arrayIndex: Infinity })), ["a", 10_000_000]);
});

Deno.test("parseFieldPath() limits the depth: at the limit, one above it, disabled", () => {
  const deep = (levels: number) => Array(levels).fill("a").join(".");
  assertEquals(path(deep(32)).length, 32);
  const error = assertThrows(() => path(deep(33)), InputError, "33 levels, depth is 32");
  assertEquals([error.status, error.limit], [400, "depth"]);
  assertEquals(parseFieldPath(deep(33), resolveLimits({ depth: Infinity })).length, 33);
});

Deno.test("parseFieldPath() shortens a long hostile name in its message", () => {
  const error = assertThrows(() => path("a\n" + "x".repeat(10_000) + ".__proto__"), InputError);
  assertEquals(error.message.length < 200 && !error.message.includes("\n"), true);
});

Deno.test("parseFieldPath() returns the path that a name was formatted from", () => {
  const key = fc.stringMatching(/^[\p{L}_$-][\p{L}\p{N}_$-]{0,6}$/u)
    .filter((key) => !["__proto__", "prototype", "constructor"].includes(key));
  const steps = fc.tuple(key, fc.array(fc.oneof(key, fc.nat({ max: 999 })), { maxLength: 6 }), fc.boolean());
  fc.assert(fc.property(steps, ([first, rest, append]) => {
    const name = first + rest.map((step) => typeof step === "number" ? `[${step}]` : `.${step}`).join("") +
      (append ? "[]" : "");
    assertEquals([...path(name)], [first, ...rest, ...(append ? [APPEND] : [])]);
  }));
});

Deno.test("parseFieldPath() returns a flat name or a path that formats to it, for any text", () => {
  const unit = fc.constantFrom("a", "b", ".", "[", "]", "0", "1", "-", " ", "__proto__", "constructor", "é", "\n");
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
      const name = units.join("");
      let steps: readonly PathStep[];
      try {
        steps = path(name);
      } catch (error) {
        return error instanceof InputError && error.status === 400;
      }
      const spelled = steps.map((step, at) =>
        step === APPEND ? "[]" : typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`
      ).join("");
      assertEquals(spelled, name);
      return true;
    }),
    { numRuns: 2_000 },
  );
});
