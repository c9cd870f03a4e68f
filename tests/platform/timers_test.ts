import { assertEquals } from "@std/assert";
import { runAfterIo } from "../../src/platform/timers.ts";

Deno.test("runAfterIo() calls the function after the current microtasks", async () => {
  const order: string[] = [];
  const done = Promise.withResolvers<void>();
  runAfterIo(() => {
    order.push("callback");
    done.resolve();
  });
  queueMicrotask(() => order.push("microtask"));
  await done.promise;
  assertEquals(order, ["microtask", "callback"]);
});
