import { assertEquals } from "@std/assert";
import { framesOf } from "../../src/dev/stack_frames.ts";

const SELF = import.meta.url;
const FORGED = "    at f (file:///app/secret.ts:1:1)";

/** Returns the URLs of the forged frames. */
function forged(error: unknown): readonly string[] {
  return framesOf(error).map(({ url }) => url).filter((url) => url === "file:///app/secret.ts");
}

/** Returns `true` if the innermost frame is in this file. */
function isFound(error: unknown): boolean {
  return framesOf(error)[0]?.url === SELF;
}

class Renamed extends Error {
  override name = "Renamed";
}

const MADE: readonly (readonly [string, unknown])[] = [
  ["a message", new Error("Gone")],
  ["no message", new Error()],
  ["a message that is part of its name", new Error("r")],
  ["a message that is its name", new Error("Error")],
  ["a message with colons", new TypeError("a: b: c")],
  ["a message of several lines", new RangeError("one\ntwo\n\nthree")],
  ["a message that ends its line", new Error("one\n")],
  ["a custom name", new Renamed("Gone")],
  ["inner errors", new AggregateError([new Error("a")], "All")],
  ["a DOM name", new DOMException("Gone", "AbortError")],
];

for (const [what, error] of MADE) {
  Deno.test(`framesOf() finds where an error with ${what} was created`, () => {
    assertEquals(isFound(error), true);
  });
}

const QUOTING: readonly (readonly [string, () => unknown])[] = [
  ["its message", () => new Error(`x\n${FORGED}`)],
  ["its whole message", () => new Error(FORGED)],
  ["a message that begins with a line end", () => new Error(`\n${FORGED}`)],
  ["a message like a stack", () => new Error(`Error: x\n${FORGED}\n${FORGED}`)],
  ["its name", () => Object.assign(new Error("x"), { name: `E\n${FORGED}` })],
  ["the end of its name, without a message", () => Object.assign(new Error(), { name: `E\n${FORGED}` })],
  ["its name, without a message", () => Object.assign(new Error(), { name: `${FORGED}\nE` })],
  ["its message, which was changed after its stack was written", () => {
    const error = new Error(`x\n${FORGED}`);
    void error.stack;
    return Object.assign(error, { message: "y" });
  }],
  ["its message, with the stack of another error", () => {
    return Object.assign(new Error("y"), { stack: new Error(`x\n${FORGED}`).stack });
  }],
  ["a cause", () => new Error("x", { cause: new Error(FORGED) })],
  ["a thrown string", () => `Error: x\n${FORGED}`],
  ["an object like an error", () => ({ name: "Error", message: "x", stack: `Error: x\n${FORGED}` })],
];

for (const [what, make] of QUOTING) {
  Deno.test(`framesOf() reads no frame from ${what}`, () => assertEquals(forged(make()), []));
}

Deno.test("framesOf() reads the last position in a line, because a function name may contain one", () => {
  const name = "f (file:///app/secret.ts:1:1)";
  const { run } = { run: { [name]: () => new Error("x") }[name]! };
  const error = run();
  const lines = String(error.stack).split("\n");
  assertEquals(lines.filter((line) => line.includes("secret.ts")).length, 1);
  const own = framesOf(error).filter(({ url }) => url === SELF);
  assertEquals([forged(error), own.length], [[], lines.filter((line) => line.includes(SELF)).length]);
});

Deno.test("framesOf() ignores a line that is not a frame", () => {
  const stack =
    "Error: x\nfile:///app/secret.ts:1:1\n  at file:///app/secret.ts:1:1\n    at file:///app/secret.ts:1:1 (node:fs:1:1)";
  assertEquals(forged(Object.assign(new Error("x"), { stack })), []);
});

Deno.test("framesOf() reads line and column, also of awaited calls", async () => {
  const inner = async (): Promise<never> => {
    await Promise.resolve();
    throw new Error("x");
  };
  const error = await inner().catch((error: unknown) => error);
  const [first] = framesOf(error);
  assertEquals([first?.url, first?.column], [SELF, 11]);
});

Deno.test("framesOf() reads a stack of any length in linear time", () => {
  const stack = `Error: x\n${"    at file:///a:1".repeat(100_000)}\n${`${FORGED}\n`.repeat(10_000)}`;
  assertEquals(framesOf(Object.assign(new Error("x"), { stack })).length, 0);
});
