import { assertEquals, assertRejects } from "@std/assert";
import { mergeAll } from "../../src/dispatch/merge.ts";

/** A generator that yields values when they are pushed. */
function source(log: string[], name: string) {
  const waiting: (() => void)[] = [];
  const steps: Promise<string | null>[] = [];
  let push = (_: string | null): void => {};
  const arm = (): void => {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    steps.push(promise);
    push = (value) => {
      arm();
      resolve(value);
    };
  };
  arm();
  async function* values(): AsyncGenerator<string, void, void> {
    try {
      for (let at = 0;; at++) {
        const value = await steps[at];
        if (value === null || value === undefined) return;
        if (value === "throw") throw new Error(name);
        yield value;
      }
    } finally {
      log.push(`${name} has ended`);
      waiting.forEach((wake) => wake());
    }
  }
  return { values: values(), push: (value: string | null) => push(value) };
}

Deno.test("mergeAll() yields values in the order of their arrival, and ends when all have ended", async () => {
  const log: string[] = [];
  const [a, b] = [source(log, "a"), source(log, "b")];
  const merged = mergeAll([a.values, b.values]);
  const first = merged.next();
  b.push("b1");
  assertEquals(await first, { value: "b1", done: false });
  a.push("a1");
  assertEquals((await merged.next()).value, "a1");
  b.push(null);
  a.push("a2");
  assertEquals((await merged.next()).value, "a2");
  a.push(null);
  assertEquals(await merged.next(), { value: undefined, done: true });
  assertEquals(log, ["b has ended", "a has ended"]);
});

Deno.test("mergeAll() throws the error of a generator, and ends the others", async () => {
  const log: string[] = [];
  const [a, b] = [source(log, "a"), source(log, "b")];
  const merged = mergeAll([a.values, b.values]);
  const first = merged.next();
  b.push("b1");
  await first;
  a.push("throw");
  b.push("b2");
  await assertRejects(
    async () => {
      await merged.next();
      b.push(null);
      await merged.next();
    },
    Error,
    "a",
  );
  assertEquals(log.includes("b has ended"), true);
});
