import { assertEquals } from "@std/assert";
import { createAsyncContext } from "../../src/platform/async_context.ts";

Deno.test("createAsyncContext() keeps the value of each function over its awaits", async () => {
  const context = createAsyncContext<string>();
  const read = async () => {
    await Promise.resolve();
    return context.getStore();
  };
  assertEquals(await Promise.all([context.run("a", read), context.run("b", read), read()]), ["a", "b", undefined]);
});
