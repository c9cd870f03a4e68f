import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import type { Body } from "../../src/http/body.ts";
import type { FieldMap, FieldValue } from "../../src/http/field_map.ts";
import {
  type Kwargs,
  mergeKwargs,
  readDataHeader,
  readPageQuery,
  readQuery,
  uploadedFiles,
} from "../../src/actions/kwargs.ts";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/http/limits.ts";

/** Creates fields like those of a query or body. */
function fields(...pairs: [string, FieldValue][]): FieldMap {
  const map = new Map<string, FieldValue[]>();
  for (const [name, value] of pairs) map.set(name, [...(map.get(name) ?? []), value]);
  return map;
}

function merge(sources: { header?: Record<string, unknown>; query?: FieldMap; body?: FieldMap | Body }): Kwargs {
  const { header = null, query = fields(), body = { kind: "empty" } } = sources;
  return mergeKwargs(
    { header, query, body: body instanceof Map ? { kind: "fields", fields: body } : body as Body },
    DEFAULT_LIMITS,
  );
}

function nested(...names: string[]): Kwargs {
  return merge({ body: fields(...names.map((name): [string, string] => [name, name])) });
}

function assertRefused(run: () => unknown, phrase: string): void {
  assertEquals(assertThrows(run, InputError, phrase).status, 400);
}

function dataHeader(value: string) {
  return { headers: new Headers({ "x-hyper-data": value }) };
}

Deno.test("readDataHeader() reads a JSON object in ASCII", () => {
  assertEquals(readDataHeader(dataHeader('{"a":[1,null],"b":"\\u0438"}'), DEFAULT_LIMITS), { a: [1, null], b: "и" });
  assertEquals(readDataHeader({ headers: new Headers() }, DEFAULT_LIMITS), null);
});

Deno.test("readDataHeader() rejects a value that is not a JSON object", () => {
  for (const value of ["[]", "null", "1", '"a"', "not json", "", "{", '{"a":1}, {"b":2}']) {
    assertRefused(() => readDataHeader(dataHeader(value), DEFAULT_LIMITS), "X-Hyper-Data: it is not a JSON object");
  }
});

Deno.test("readDataHeader() rejects a value that is not ASCII", () => {
  assertRefused(() => readDataHeader(dataHeader('{"a":"é"}'), DEFAULT_LIMITS), "it is not ASCII");
});

Deno.test("readDataHeader() limits the header: at the limit, one byte above, disabled", () => {
  const value = (length: number) => `{"a":"${"x".repeat(length - 8)}"}`;
  assertEquals(typeof readDataHeader(dataHeader(value(8_192)), DEFAULT_LIMITS)?.a, "string");
  const error = assertThrows(() => readDataHeader(dataHeader(value(8_193)), DEFAULT_LIMITS), InputError);
  assertEquals([error.status, error.limit], [431, "dataHeaderBytes"]);
  const off = resolveLimits({ dataHeaderBytes: Infinity });
  assertEquals(typeof readDataHeader(dataHeader(value(8_193)), off)?.a, "string");
});

for (
  const [search, expected] of [
    ["", {}],
    ["?a=1&b.c=2&d[]=3", { a: "1", b: { c: "2" }, d: ["3"] }],
    ["?b=%E9&a=1", { a: "1" }],
    ["?%E9=1&a=1", { a: "1" }],
    ["?a=%zz&b=%", { a: "%zz", b: "%" }],
    ["?a=1&a.b=2&c=3", { c: "3" }],
    ["?a[0]=1&a[2]=2&c=3", { a: ["1", "2"], c: "3" }],
    ["?a[99999999]=1&c=3", { c: "3" }],
    [`?a${".b".repeat(40)}=1&c=3`, { c: "3" }],
    ["?%0A=1&c=3", { c: "3" }],
    [`?${"n".repeat(5_000)}=1&c=3`, { c: "3" }],
    ["?_next_form_page=x&_hyper_data=%FF&c=3", { c: "3" }],
  ] as const
) {
  Deno.test(`readPageQuery() leaves out what cannot be read: ${search.slice(0, 40)}`, () => {
    const query = readPageQuery(new URL(`http://site.test/${search}`), DEFAULT_LIMITS);
    assertEquals(mergeKwargs({ header: null, query, body: { kind: "empty" } }, DEFAULT_LIMITS), expected);
  });
}

Deno.test("readPageQuery() rejects a path through a prototype", () => {
  for (const search of ["?a.__proto__.b=1&c=3", "?__proto__[x]=1", "?b=%E9&a.constructor.b=1"]) {
    const error = assertThrows(() => readPageQuery(new URL(`http://site.test/${search}`), DEFAULT_LIMITS), InputError);
    assertEquals(error.status, 400, search);
  }
});

Deno.test("readPageQuery() leaves out the fields above the limit", () => {
  const url = new URL(`http://site.test/?${Array.from({ length: 20 }, (_, index) => `a${index}=1`).join("&")}`);
  assertEquals(readPageQuery(url, { ...DEFAULT_LIMITS, fields: 7 }).size, 7);
});

Deno.test("readQuery() reads the query as fields and rejects invalid escapes", () => {
  const query = readQuery(new URL("http://site.test/?a=1&a=%C3%A9&b"), DEFAULT_LIMITS);
  assertEquals([...query], [["a", ["1", "é"]], ["b", [""]]]);
  assertEquals(readQuery(new URL("http://site.test/"), DEFAULT_LIMITS).size, 0);
  assertRefused(() => readQuery(new URL("http://site.test/?a=%ff"), DEFAULT_LIMITS), "not UTF-8");
});

Deno.test("mergeKwargs() prefers the header, then the query, then the body", () => {
  const query = fields(["a", "query"], ["b", "query"]);
  const body = fields(["a", "body"], ["b", "body"], ["c", "body"]);
  assertEquals(merge({ header: { a: "header" }, query, body }), { a: "header", b: "query", c: "body" });
});

Deno.test("mergeKwargs() merges _hyper_data below the header, key by key, and above the query", () => {
  const body = fields(["_hyper_data", '{"a":"data","b":"data","c":[1]}'], ["b", "body"], ["d", "body"]);
  const query = fields(["b", "query"], ["e", "query"]);
  assertEquals(merge({ header: { a: null }, query, body }), { a: null, b: "data", c: [1], e: "query", d: "body" });
});

Deno.test("mergeKwargs() treats a JSON body with the precedence of _hyper_data", () => {
  const body: Body = { kind: "json", value: { a: "body", b: { deep: true } } };
  assertEquals(merge({ header: { a: "header" }, query: fields(["b", "query"], ["c", "1"]), body }), {
    a: "header",
    b: { deep: true },
    c: "1",
  });
});

Deno.test("mergeKwargs() rejects a JSON body or _hyper_data that is not an object", () => {
  for (const value of [[], null, 1, "a"]) {
    assertRefused(() => merge({ body: { kind: "json", value } }), "body: it is not a JSON object");
    assertRefused(
      () => merge({ body: fields(["_hyper_data", JSON.stringify(value)]) }),
      "_hyper_data: it is not a JSON object",
    );
  }
  assertRefused(() => merge({ body: fields(["_hyper_data", "{"]) }), "_hyper_data");
  assertRefused(() => merge({ body: fields(["_hyper_data", new File(["{}"], "x")]) }), "_hyper_data");
});

Deno.test("mergeKwargs() limits _hyper_data: at the limit and one byte above", () => {
  const limits = resolveLimits({ jsonBytes: 20 });
  const run = (value: string) =>
    mergeKwargs(
      { header: null, query: fields(), body: { kind: "fields", fields: fields(["_hyper_data", value]) } },
      limits,
    );
  assertEquals(run('{"a":"xxxxxxxxxxxx"}'), { a: "xxxxxxxxxxxx" });
  const error = assertThrows(() => run('{"a":"xxxxxxxxxxxé"}'), InputError);
  assertEquals([error.status, error.limit], [413, "jsonBytes"]);
});

Deno.test("mergeKwargs() leaves out protocol fields from every source", () => {
  const names = ["_action", "_next_form_page", "_next_form_origin", "_next_form_instance", "_hyper_once"];
  const all = fields(...names.map((name): [string, string] => [name, "x"]), ["_mine", "1"]);
  const data = Object.fromEntries(all);
  assertEquals(merge({ query: all }), { _mine: "1" });
  assertEquals(merge({ body: all }), { _mine: "1" });
  assertEquals(merge({ header: data }), { _mine: ["1"] });
  assertEquals(merge({ body: { kind: "json", value: data } }), { _mine: ["1"] });
  assertEquals(merge({ query: fields(["_hyper_data", '{"a":1}']) }), {});
});

Deno.test("mergeKwargs() compares sources by the top-level name of a path", () => {
  assertEquals(merge({ header: { a: { x: 1 } }, query: fields(["a.y", "2"]), body: fields(["a[0]", "3"]) }), {
    a: { x: 1 },
  });
  assertEquals(merge({ query: fields(["rows[0].b", "1"]), body: fields(["rows[0].c", "2"], ["rows[1].c", "3"]) }), {
    rows: [{ b: "1" }],
  });
});

Deno.test("mergeKwargs() returns an array for a repeated name, and always for a[]", () => {
  assertEquals(merge({ query: fields(["a", "1"], ["b", "2"], ["a", "3"], ["c[]", "4"], ["d[]", "5"], ["d[]", "6"]) }), {
    a: ["1", "3"],
    b: "2",
    c: ["4"],
    d: ["5", "6"],
  });
});

Deno.test("mergeKwargs() nests paths in any order of their indices", () => {
  assertEquals(nested("a.b", "a.c.d", "rows[1].x", "rows[0].x", "rows[0].tags[]", "m[0][0]", "m[0][1]"), {
    a: { b: "a.b", c: { d: "a.c.d" } },
    rows: [{ x: "rows[0].x", tags: ["rows[0].tags[]"] }, { x: "rows[1].x" }],
    m: [["m[0][0]", "m[0][1]"]],
  });
});

Deno.test("mergeKwargs() closes the gaps of an array, however large its indices", () => {
  const read = (...pairs: [string, string][]) => merge({ body: fields(...pairs) });
  assertEquals(read(["a[2]", "c"], ["a[0]", "a"]), { a: ["a", "c"] });
  assertEquals(read(["a[999]", "x"]), { a: ["x"] });
  assertEquals(read(["a[0][2]", "x"], ["a[10].b[3]", "y"]), { a: [["x"], { b: ["y"] }] });
});

Deno.test("mergeKwargs() reads a row with an empty value as a row without members", () => {
  const read = (...pairs: [string, string][]) => merge({ body: fields(...pairs) });
  const rows = { p: [{ on: "1" }, "", { on: "1" }] };
  const marks: [string, string][] = [["p[0]", ""], ["p[1]", ""], ["p[2]", ""]];
  const boxes: [string, string][] = [["p[0].on", "1"], ["p[2].on", "1"]];
  assertEquals(read(...marks, ...boxes), rows);
  assertEquals(read(...boxes, ...marks), rows);
  assertEquals(read(["p[0]", ""], ["p[0]", ""], ["p[0][1]", "x"]), { p: [["x"]] });
  assertEquals(read(["p[0]", ""], ["p[0]", "on"]), { p: [["", "on"]] });
  assertRefused(() => read(["p[0]", "x"], ["p[0].on", "1"]), "a value and a container at once");
  assertRefused(() => read(["p", ""], ["p[0].on", "1"]), "a value and a container at once");
});

Deno.test("mergeKwargs() keeps names that a browser creates next to the field they belong to", () => {
  const read = (...pairs: [string, string][]) => merge({ body: fields(...pairs) });
  assertEquals(read(["comment", "a"], ["comment.dir", "rtl"]), { comment: "a", "comment.dir": "rtl" });
  assertEquals(read(["im.x", "12"], ["im.y", "0"], ["im", "v"]), { "im.x": "12", "im.y": "0", im: "v" });
  assertEquals(read(["im.x", "12"], ["im.y", "0"]), { im: { x: "12", y: "0" } });
  assertEquals(read(["r[0].a", "x"], ["r[0].a.dir", "ltr"]), { r: [{ a: "x", "a.dir": "ltr" }] });
  assertEquals(read(["a.b.c", "x"], ["a.b.c.dir", "ltr"]), { a: { b: { c: "x", "c.dir": "ltr" } } });
  assertEquals(read(["t[0]", "x"], ["t[0].dir", "ltr"]), { t: ["x"], "t[0].dir": "ltr" });
  for (const name of ["comment.dir", "comment.x", "comment.lang"]) {
    assertRefused(() => read(["comment", "a"], [name, "up"]), "a value and a container at once");
  }
});

Deno.test("mergeKwargs() rejects a name that is both a value and a container", () => {
  for (
    const names of [
      ["a", "a.b"],
      ["a.b", "a"],
      ["a", "a[0]"],
      ["a", "a[]"],
      ["a[]", "a[0]"],
      ["a[0]", "a[]"],
      ["a[0]", "a.b"],
      ["a.0", "a[0]"],
      ["a.b", "a.b.c"],
      ["a[0]", "a[0].b"],
    ]
  ) {
    assertRefused(() => nested(...names), "a value and a container at once");
  }
});

Deno.test("mergeKwargs() keeps files unchanged", () => {
  const file = new File(["x"], "x.txt");
  const kwargs = merge({ body: fields(["f", file], ["rows[0].g", file]) });
  assertStrictEquals(kwargs.f, file);
  assertEquals(kwargs.rows, [{ g: file }]);
});

Deno.test("mergeKwargs() returns plain objects whose hostile names are own properties", () => {
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
  for (
    const kwargs of [
      nested(...names),
      merge({ query: fields(...names.map((name): [string, string] => [name, name])) }),
      merge({ header: JSON.parse('{"constructor":"constructor","toString":"toString"}') }),
    ]
  ) {
    assertStrictEquals(Object.getPrototypeOf(kwargs), Object.prototype);
    for (const [name, value] of Object.entries(kwargs)) assertEquals(value, name);
  }
  assertEquals(Object.keys(nested(...names)), names);
  const inner = nested("a.toString", "a.valueOf").a;
  assert(typeof inner === "object" && inner !== null);
  assertStrictEquals(Object.getPrototypeOf(inner), Object.prototype);
  assertEquals(Object.keys(inner), ["toString", "valueOf"]);
  assertEquals(({} as Record<string, unknown>).isAdmin, undefined);
});

Deno.test("mergeKwargs() does not treat a name of Object.prototype as present", () => {
  assertEquals(merge({ header: { a: 1 }, query: fields(["toString", "query"]) }), { a: 1, toString: "query" });
});

Deno.test("mergeKwargs() does not change its sources", () => {
  const header = Object.freeze({ a: Object.freeze({ b: 1 }) });
  const body = fields(["c[]", "1"], ["c[]", "2"]);
  const kwargs = merge({ header, body });
  (kwargs.c as string[]).push("3");
  assertEquals([...body], [["c[]", ["1", "2"]]]);
  assertEquals(header, { a: { b: 1 } });
});

Deno.test("uploadedFiles() returns only files, by field name", () => {
  const [one, two] = [new File(["1"], "1"), new File(["2"], "2")];
  const files = uploadedFiles(fields(["a", "text"], ["f", one], ["f", "text"], ["f", two], ["rows[0].g", two]));
  assertEquals([...files], [["f", [one, two]], ["rows[0].g", [two]]]);
});

Deno.test("mergeKwargs() agrees with a simple oracle on any mix of sources", () => {
  const key = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "_action", "_x");
  const suffix = fc.constantFrom("", "", ".p", ".q", "[0]", "[1]", "[]", "[0].z");
  const name = fc.tuple(key, suffix).map(([key, suffix]) => key + suffix);
  const value = fc.constantFrom("1", "2", "3");
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 });
  const data = fc.option(fc.dictionary(fc.constantFrom("a", "b", "d"), value));

  // The oracle assigns one source after another to objects without a prototype.
  const tree = (source: [string, string][]): Map<string, unknown> | null => {
    const byName = new Map<string, string[]>();
    for (const [name, value] of source) byName.set(name, [...(byName.get(name) ?? []), value]);
    const top = new Map<string, unknown>();
    const shapes = new Map<string, Set<string>>();
    for (const [name, values] of byName) {
      const [, key = "", rest = ""] = /^([^.[]*)(.*)$/.exec(name) ?? [];
      if (name === "_action") continue;
      if (rest !== "" && (key === "__proto__" || key === "constructor")) return null;
      const shape = rest === "" ? "value" : rest === "[]" ? "append" : rest.startsWith("[") ? "list" : "object";
      shapes.set(key, (shapes.get(key) ?? new Set()).add(shape));
      if (rest === "[0].z" && byName.has(`${key}[0]`)) return null;
      const leaf = values.length === 1 ? values[0] : values;
      if (shape === "value") top.set(key, leaf);
      else if (shape === "append") top.set(key, values);
      else if (shape === "object") top.set(key, { ...(top.get(key) as object ?? {}), [rest.slice(1)]: leaf });
      else {
        const list = { ...(top.get(key) as object ?? {}), [rest[1] ?? ""]: rest.endsWith(".z") ? { z: leaf } : leaf };
        top.set(key, list);
      }
    }
    for (const [key, shape] of shapes) {
      if (shape.size > 1) return null;
      if (!shape.has("list")) continue;
      const list = top.get(key) as Record<string, unknown>;
      top.set(key, Object.values(list));
    }
    top.delete("_action");
    return top;
  };

  fc.assert(
    fc.property(data, pairs, pairs, (header, query, body) => {
      const expected = new Map<string, unknown>(Object.entries(header ?? {}));
      const trees = [tree(query), tree(body)];
      const run = () =>
        merge({ ...(header === null ? {} : { header }), query: fields(...query), body: fields(...body) });
      if (trees.includes(null)) return assertThrows(run, InputError).status === 400;
      for (const [key, value] of trees.flatMap((tree) => [...(tree ?? [])])) {
        if (!expected.has(key)) expected.set(key, value);
      }
      assertEquals(new Map(Object.entries(run())), expected);
      return true;
    }),
    { numRuns: 3_000 },
  );
});
