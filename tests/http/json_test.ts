import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import { parseJson, parseJsonObject } from "../../src/http/json.ts";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/http/limits.ts";

function json(text: string): unknown {
  return parseJson(text, DEFAULT_LIMITS, "body");
}

function refusal(run: () => unknown): [number, string | null] {
  const error = assertThrows(run, InputError);
  return [error.status, error.limit];
}

Deno.test("parseJson() returns the same as JSON.parse, with the last value of a repeated key", () => {
  for (
    const text of [
      '{"a":[1,"\\"}",null,{"b":{}}],"c":""}',
      "[]",
      " 1 ",
      '"x"',
      "true",
      '{"a":1,"a":2}',
      '{"constructor":1}',
    ]
  ) {
    assertEquals(json(text), JSON.parse(text), text);
  }
});

Deno.test("parseJson() rejects a string that is not JSON", () => {
  for (const text of ["", " ", "{", "{a:1}", "[1,]", "nul", "1 2", '"', '"\\', "]", "}{", ",", "\u00a01"]) {
    assertEquals(refusal(() => json(text)), [400, null], text);
  }
});

Deno.test("parseJson() rejects a key that can change a prototype, with or without escapes", () => {
  for (
    const text of [
      '{"__proto__":{"isAdmin":true}}',
      '{"a":[{"b":{"__proto__":1}}]}',
      '{"\\u005f_proto__":{}}',
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      '{"a":{"con\\u0073tructor":{"prototype":null}}}',
    ]
  ) {
    assertEquals(refusal(() => json(text)), [400, null], text);
  }
});

Deno.test("parseJson() accepts the names of such keys as values, and constructor as a key of other values", () => {
  for (const text of ['["__proto__","constructor"]', '{"constructor":"Acme"}', '{"prototype":{"constructor":{}}}']) {
    assertEquals(json(text), JSON.parse(text), text);
  }
});

Deno.test("parseJson() limits the depth: at the limit, one above it, disabled", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  assertEquals(Array.isArray(json(deep(64))), true);
  assertEquals(refusal(() => json(deep(65))), [413, "depth"]);
  assertEquals(refusal(() => json(deep(1_000_000))), [413, "depth"]);
  assertEquals(refusal(() => json('{"a":'.repeat(65) + "1" + "}".repeat(65))), [413, "depth"]);
  const off = resolveLimits({ depth: Infinity, jsonNodes: Infinity });
  assertEquals(Array.isArray(parseJson(deep(100_000), off, "body")), true);
  assertEquals(refusal(() => parseJson('{"__proto__":' + deep(100_000) + "}", off, "body")), [400, null]);
});

Deno.test("parseJson() does not count brackets inside a string", () => {
  assertEquals(json(JSON.stringify("[{".repeat(1_000))), "[{".repeat(1_000));
  assertEquals(json('["\\\\","[[\\"[["]'), ["\\", '[["[[']);
});

Deno.test("parseJson() limits the number of values: at the limit, one above it, disabled", () => {
  const limits = resolveLimits({ jsonNodes: 4 });
  for (const text of ["[1,2,3]", '{"a":{"b":[]}, "c":1}', "[[],[],[ ]]"]) {
    assertEquals(parseJson(text, limits, "body"), JSON.parse(text), text);
  }
  for (const text of ["[1,2,3,4]", '{"a":{"b":[0]}, "c":1}', "[[],[],[],[]]", "[[[[[]]]]]"]) {
    assertEquals(refusal(() => parseJson(text, limits, "body")), [413, "jsonNodes"], text);
  }
  assertEquals(refusal(() => json(`[${"{},".repeat(50_000)}{}]`)), [413, "jsonNodes"]);
  const off = resolveLimits({ jsonNodes: Infinity });
  assertEquals((parseJson(`[${"{},".repeat(50_000)}{}]`, off, "body") as unknown[]).length, 50_001);
});

Deno.test("parseJson() counts levels and values as a walk over the value does", () => {
  const measure = (value: unknown): { depth: number; nodes: number } => {
    if (typeof value !== "object" || value === null) return { depth: 0, nodes: 1 };
    const members = Object.values(value).map(measure);
    return {
      depth: 1 + Math.max(0, ...members.map(({ depth }) => depth)),
      nodes: 1 + members.reduce((sum, { nodes }) => sum + nodes, 0),
    };
  };
  const spaces = fc.constantFrom(undefined, 1, "\t");
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), spaces, (value, space) => {
    const text = JSON.stringify(value, null, space);
    if (/__proto__|constructor/.test(text)) return;
    const { depth, nodes } = measure(JSON.parse(text));
    const exact = { jsonDepth: depth, jsonNodes: nodes };
    assertEquals(parseJson(text, exact, "body"), JSON.parse(text));
    if (nodes > 1) {
      assertEquals(refusal(() => parseJson(text, { ...exact, jsonNodes: nodes - 1 }, "body")), [413, "jsonNodes"]);
    }
    if (depth > 0) {
      assertEquals(refusal(() => parseJson(text, { ...exact, jsonDepth: depth - 1 }, "body")), [413, "depth"]);
    }
  }));
});

Deno.test("parseJson() rejects a number that is too large, in any notation, and accepts the largest", () => {
  const digits = "9".repeat(309);
  for (
    const text of [
      "1e309",
      "-1E+400",
      "[1e999]",
      '{"a":{"b":[0,1e999]}}',
      digits,
      `${"9".repeat(215)}e99`,
      "1e0000000999",
    ]
  ) {
    assertEquals(refusal(() => json(text)), [400, null], text);
  }
  for (const text of ["1.7976931348623157e308", "1e-999", '"1e999"', `"${digits}"`, '{"1e999":1}', "9".repeat(300)]) {
    assertEquals(json(text), JSON.parse(text), text);
  }
});

Deno.test("parseJsonObject() accepts only an object", () => {
  const object = (text: string) => parseJsonObject(text, DEFAULT_LIMITS, "X-Hyper-Data");
  assertEquals(object('{"a":1}'), { a: 1 });
  for (const text of ["[]", "null", "1", '"a"', "not json", ""]) {
    const error = assertThrows(() => object(text), InputError, "Cannot read X-Hyper-Data: it is not a JSON object");
    assertEquals(error.status, 400, text);
  }
});
