import { assertEquals } from "@std/assert";
import { Again } from "../../src/live/again.ts";
import { stopTime } from "../support/clock.ts";

Deno.test("Again tries each text every second until it is done, one that cannot be done last", async () => {
  using time = stopTime();
  const tried: string[] = [];
  const again = new Again((text) => {
    tried.push(text);
    return text === "bad" ? Promise.reject(new Error("never")) : Promise.resolve();
  });
  for (const text of ["bad", "one", "two", "one"]) again.add(text);
  await time.tick(999);
  assertEquals(tried, []);
  await time.tick(1);
  assertEquals(tried, ["bad"]);
  await time.tick(1_000);
  assertEquals(tried, ["bad", "one", "two", "bad"]);
  await time.tick(1_000);
  assertEquals(tried, ["bad", "one", "two", "bad", "bad"]);
  again.close();
  await time.tick(10_000);
  assertEquals([tried.length, time.timers], [5, 0]);
});

Deno.test("Again tries nothing that is added after close()", async () => {
  using time = stopTime();
  let tries = 0;
  const again = new Again(() => Promise.resolve(void tries++));
  again.close();
  again.add("text");
  await time.tick(10_000);
  assertEquals([tries, time.timers], [0, 0]);
});
