import { assertEquals } from "@std/assert";
import { DependencyCache } from "../../src/deps/cache.ts";
import { Lifetime } from "../../src/dispatch/lifetime.ts";

/** A cache with one value whose disposal is recorded. */
async function holding(): Promise<{ readonly lifetime: Lifetime; readonly log: string[] }> {
  const log: string[] = [];
  const cache = new DependencyCache((error) => {
    // An error of a reporter is only logged. It is thrown in a microtask, so that it fails the test.
    queueMicrotask(() => {
      throw error;
    });
  });
  await cache.resolve({}, null, {
    label: "db",
    dispose: "async",
    create: () => ({ [Symbol.asyncDispose]: () => Promise.resolve(void log.push("disposed")) }),
  } as never);
  return { lifetime: new Lifetime(cache), log };
}

Deno.test("Lifetime ends once", async () => {
  const { lifetime, log } = await holding();
  await lifetime.end();
  await lifetime.end();
  assertEquals(log, ["disposed"]);
});

Deno.test("Lifetime.endWith() ends at once for a complete response, and returns it unchanged", async () => {
  const { lifetime, log } = await holding();
  const response = new Response("x");
  assertEquals(await lifetime.endWith(response, false), response);
  assertEquals(log, ["disposed"]);
});

Deno.test("Lifetime.endWith() ends after the last byte of a response that is being created", async () => {
  const { lifetime, log } = await holding();
  const response = await lifetime.endWith(new Response("x", { status: 201, headers: { "x-own": "1" } }), true);
  assertEquals(log, []);
  assertEquals([response.status, response.headers.get("x-own"), await response.text()], [201, "1", "x"]);
  assertEquals(log, ["disposed"]);
});

Deno.test("Lifetime.endWith() ends when the client disconnects, and cancels the body", async () => {
  const { lifetime, log } = await holding();
  const body = new ReadableStream({ cancel: () => void log.push("cancelled") });
  await (await lifetime.endWith(new Response(body), true)).body?.cancel();
  assertEquals(log.toSorted(), ["cancelled", "disposed"]);
});

Deno.test("Lifetime.endWith() ends when the body fails, and passes on the error", async () => {
  const { lifetime, log } = await holding();
  const body = new ReadableStream({ pull: () => Promise.reject(new Error("broken")) });
  const response = await lifetime.endWith(new Response(body), true);
  const failure = await response.text().catch((error: Error) => error.message);
  assertEquals([failure, log], ["broken", ["disposed"]]);
});
