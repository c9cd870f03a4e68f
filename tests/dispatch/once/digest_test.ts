import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { digestMutation, onceKey } from "../../../src/dispatch/once/digest.ts";

Deno.test("digestMutation() differs by action, id and input, with unambiguous boundaries", () => {
  const parts = { action: "save", id: "r1", input: "d" };
  const digests = [
    parts,
    { ...parts, action: "delete" },
    { ...parts, id: "r2" },
    { ...parts, input: "e" },
    { ...parts, action: "sav", id: "er1" },
    { ...parts, action: 'save","r1', id: "" },
  ].map(digestMutation);
  assertEquals(new Set(digests).size, digests.length);
  assertEquals(digestMutation({ ...parts }), digests[0]);
});

Deno.test("onceKey() differs by digest and identity, is bounded, and does not reveal its parts", async () => {
  const digest = await digestMutation({ action: "save", id: "r1", input: "d".repeat(1000) });
  const other = await digestMutation({ action: "save", id: "r2", input: "d" });
  const keys = [onceKey(digest, "a1"), onceKey(digest, "b2"), onceKey(digest, null), onceKey(other, "a1")];
  assertEquals(new Set(keys).size, 4);
  assertMatch(onceKey(digest, null), /^hyper:once:[0-9a-f]{64}:anonymous$/);
});

const keyOf = (input: unknown): string | Promise<string> => digestMutation({ action: "save", id: "r1", input });

const file = (text: string, name = "a.txt", type = "text/plain"): File => new File([text], name, { type });

const EQUAL: readonly [unknown, unknown][] = [
  [{}, {}],
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
  [{ a: file("x") }, { a: file("x") }],
  [{ a: file("xy") }, { a: new File(["x", "y"], "a.txt", { type: "text/plain", lastModified: 1 }) }],
  [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
];

for (const [index, [one, two]] of EQUAL.entries()) {
  Deno.test(`digestMutation() is the same for equal input, case ${index}`, async () => {
    assertEquals(await keyOf(one), await keyOf(two));
  });
}

Deno.test("digestMutation() differs for different input", async () => {
  const inputs: readonly unknown[] = [
    {},
    [],
    null,
    undefined,
    "",
    0,
    "0",
    false,
    "false",
    1n,
    "1n",
    "B1",
    NaN,
    "null",
    ["U"],
    [undefined],
    [[1], 2],
    [1, [2]],
    [1, 2],
    ["1,2"],
    { a: undefined },
    { a: 1 },
    { a: "1" },
    { "a:1": 1 },
    { a: { b: 1 } },
    { "a.b": 1 },
    { ["__proto__"]: 1 },
    "\ud800",
    "\udbff",
    "\ufffd",
    "é",
    "e\u0301",
    new Date(0),
    0.5,
    file("x"),
    file("y"),
    file("x", "b.txt"),
    file("x", "a.txt", "text/html"),
    new Blob(["x"], { type: "text/plain" }),
    [file("x"), file("y")],
    [file("y"), file("x")],
    { a: file("x"), b: "F1" },
    { a: "F1", b: file("x") },
  ];
  const keys = await Promise.all(inputs.map((input) => keyOf(input)));
  for (const [index, key] of keys.entries()) {
    assertEquals(keys.indexOf(key), index, `input ${index} has the key of input ${keys.indexOf(key)}`);
  }
});

Deno.test("digestMutation() ignores the order of keys at any depth", async () => {
  const forth = { rows: [{ a: 1, b: 2 }], z: { y: { x: 1, w: 2 } } };
  const back = { z: { y: { w: 2, x: 1 } }, rows: [{ b: 2, a: 1 }] };
  assertEquals(await keyOf(forth), await keyOf(back));
  assertNotEquals(await keyOf(forth), await keyOf({ ...forth, rows: [{ a: 2, b: 1 }] }));
});

Deno.test("digestMutation() reads a file as a stream, never whole", async () => {
  class Streamed extends File {
    override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return ReadableStream.from(["he", "llo"].map((text) => new TextEncoder().encode(text)));
    }
    override arrayBuffer(): Promise<ArrayBuffer> {
      return Promise.reject(new Error("read whole"));
    }
  }
  const streamed = new Streamed([], "a.txt", { type: "text/plain" });
  assertEquals(await keyOf({ a: streamed }), await keyOf({ a: file("hello") }));
});

Deno.test("digestMutation() throws for a value that is not data", () => {
  assertThrows(() => keyOf({ a: () => {} }), TypeError, "a function is not data");
  assertThrows(() => keyOf({ a: Symbol("s") }), TypeError, "a symbol is not data");
  assertThrows(() => keyOf({ a: new Map() }), TypeError, "[object Map] is not a plain record");
});
