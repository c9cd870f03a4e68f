import { assertEquals } from "@std/assert";
import { streamPage } from "../../src/respond/page_stream.ts";

Deno.test("streamPage() ends the rendering when the reader leaves, and reports what fails then", async () => {
  const reported: unknown[] = [];
  const waiting = Promise.withResolvers<IteratorResult<string, void>>();
  const returned: string[] = [];
  const rest: AsyncGenerator<string, void, void> = {
    next: () => waiting.promise,
    return: () => {
      returned.push("return");
      return Promise.resolve({ done: true, value: undefined });
    },
    throw: (error) => Promise.reject(error),
    [Symbol.asyncIterator]: () => rest,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { body, drawn } = streamPage({ kind: "begun", html: "<p>", next: rest.next(), rest }, (error) => {
    reported.push(error);
    return "";
  });
  const reader = body.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "<p>");
  await reader.cancel();
  await drawn;
  assertEquals(returned, ["return"]);
  const error = new Error("too late");
  waiting.reject(error);
  await waiting.promise.catch(() => {});
  assertEquals(reported, [error]);
});
