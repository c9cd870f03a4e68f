import { assertEquals } from "@std/assert";
import { RetryQueue } from "../../src/live/retry_queue.ts";
import { stopTime } from "../support/clock.ts";

Deno.test("RetryQueue retries each text every second until it succeeds, and a failing text last", async () => {
  using time = stopTime();
  const tried: string[] = [];
  const queue = new RetryQueue((text) => {
    tried.push(text);
    return text === "bad" ? Promise.reject(new Error("never")) : Promise.resolve();
  });
  for (const text of ["bad", "one", "two", "one"]) queue.add(text);
  await time.tick(999);
  assertEquals(tried, []);
  await time.tick(1);
  assertEquals(tried, ["bad"]);
  await time.tick(1_000);
  assertEquals(tried, ["bad", "one", "two", "bad"]);
  await time.tick(1_000);
  assertEquals(tried, ["bad", "one", "two", "bad", "bad"]);
  queue.close();
  await time.tick(10_000);
  assertEquals([tried.length, time.timers], [5, 0]);
});

Deno.test("RetryQueue.add() does nothing after close()", async () => {
  using time = stopTime();
  let tries = 0;
  const queue = new RetryQueue(() => Promise.resolve(void tries++));
  queue.close();
  queue.add("text");
  await time.tick(10_000);
  assertEquals([tries, time.timers], [0, 0]);
});
