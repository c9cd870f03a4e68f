import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { html } from "../../src/results/items.ts";
import { toast } from "../../src/results/toast.ts";
import type { MarkupNode } from "../../src/results/markup.ts";
import { readResult, readYielded, type Result } from "../../src/results/result.ts";

const node: MarkupNode = { type: "p", props: {}, key: null };
const isMarkupNode = (value: unknown): value is MarkupNode => value === node;
const read = (value: unknown): Result => readResult(value, "save", isMarkupNode);

const item = toast("x");
const response = new Response("x");

for (
  const [what, value, expected] of [
    ["undefined is an empty result", undefined, { kind: "nothing" }],
    ["a Response is itself", response, { kind: "response", response }],
    ["one item is a list of it", item, { kind: "items", items: [item] }],
    ["a list of items", [item, item], { kind: "items", items: [item, item] }],
    ["a vnode is markup", node, { kind: "markup", content: node }],
    ["null is data", null, { kind: "value", value: null }],
    ["a text is data, never HTML", "<b>", { kind: "value", value: "<b>" }],
    ["an empty list is data", [], { kind: "value", value: [] }],
    ["an object without a prototype is data", Object.assign(Object.create(null), { a: 1 }), {
      kind: "value",
      value: { a: 1 },
    }],
    ["one object in two places is not a cycle", ((one) => ({ a: one, b: one }))({ n: 1 }), {
      kind: "value",
      value: { a: { n: 1 }, b: { n: 1 } },
    }],
  ] as const
) {
  Deno.test(`readResult(): ${what}`, () => {
    const result = read(value);
    assertEquals(result.kind, expected.kind);
    assertEquals({ ...result }, expected as Result);
  });
}

for (
  const [what, make] of [
    ["a generator", function* () {}],
    ["an asynchronous generator", async function* () {}],
    [
      "an object with Symbol.asyncIterator",
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject() }) }),
    ],
  ] as const
) {
  Deno.test(`readResult(): ${what} is a stream, and none of its values is requested`, () => {
    assertEquals(read(make()).kind, "stream");
  });
}

for (
  const [what, value, phrase] of [
    ["a function", () => {}, "a function"],
    ["a symbol", Symbol("s"), "symbol"],
    ["Infinity", Infinity, "Infinity is not a JSON number"],
    ["a Set", new Set(), "an instance of Set"],
    ["a nested promise", { a: [{ b: Promise.resolve() }] }, "forgotten await?) at a[0].b"],
    ["a nested vnode", { a: node }, "JSX expression at a"],
    ["a nested item", { a: { b: item } }, "an item at a.b"],
    ["a list with a hole", { a: [1, undefined] }, "at a[1]"],
    ["items and a string", [item, "x"], 'the text "x" at index 1'],
    ["nested lists of items", [item, [item]], "a list at index 1"],
  ] as const
) {
  Deno.test(`readResult() throws for ${what} and names action and position`, () => {
    const error = assertThrows(() => read(value), TypeError);
    assertStringIncludes(error.message, 'action "save" returned');
    assertStringIncludes(error.message, phrase);
  });
}

Deno.test("readResult() accepts undefined members of an object, as JSON.stringify() does", () => {
  assertEquals(read({ a: undefined, b: 1 }).kind, "value");
});

Deno.test("readYielded() returns an item and throws for any other value", () => {
  const one = html("x");
  assertEquals(readYielded(one, "save"), one);
  for (const value of ["x", null, [one], undefined, 7]) {
    assertThrows(() => readYielded(value, "save"), TypeError, 'the generator of action "save"');
  }
});
