import { assertEquals } from "@std/assert";
import { RetryQueue } from "../../src/live/retry_queue.ts";
import { stopTime } from "../support/clock.ts";

Deno.test("RetryQueue retries each message every second until it succeeds, and a failing message last", async () => {
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

Deno.test("RetryQueue keeps 10,000 messages, and drops further ones", async () => {
  using time = stopTime();
  const tried = new Set<string>();
  let isDown = true;
  const queue = new RetryQueue((text) => {
    if (isDown) return Promise.reject(new Error("away"));
    return Promise.resolve(void tried.add(text));
  });
  for (let index = 0; index <= 10_000; index++) queue.add(`text ${index}`);
  await time.tick(1_000);
  isDown = false;
  await time.tick(1_000);
  assertEquals([tried.size, tried.has("text 9999"), tried.has("text 10000")], [10_000, true, false]);
  queue.close();
});
