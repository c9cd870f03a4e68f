import { assertEquals, assertThrows } from "@std/assert";
import { Alarm } from "../../src/dispatch/alarms.ts";
import { stopTime } from "../support/clock.ts";

function ringing(rung: string[], name: string): Alarm {
  return new Alarm({ ring: () => void rung.push(name) });
}

Deno.test("Alarm rings once after its delay, and not before", async () => {
  using time = stopTime();
  const rung: string[] = [];
  ringing(rung, "a").set(1000);
  await time.tick(999);
  assertEquals(rung, []);
  await time.tick(1);
  assertEquals(rung, ["a"]);
  await time.tick(5000);
  assertEquals(rung, ["a"]);
});

Deno.test("Alarm shares the timer of all alarms with its delay, and each rings at its own time", async () => {
  using time = stopTime();
  const rung: string[] = [];
  for (const name of ["a", "b", "c"]) {
    ringing(rung, name).set(1000);
    await time.tick(100);
  }
  assertEquals(time.timers, 1);
  await time.tick(700);
  assertEquals(rung, ["a"]);
  await time.tick(100);
  assertEquals(rung, ["a", "b"]);
  await time.tick(100);
  assertEquals(rung, ["a", "b", "c"]);
  assertEquals(time.timers, 0);
});

Deno.test("Alarm that is set again rings at the later time alone, behind the others", async () => {
  using time = stopTime();
  const rung: string[] = [];
  const first = ringing(rung, "first");
  first.set(1000);
  ringing(rung, "second").set(1000);
  await time.tick(500);
  first.set(1000);
  await time.tick(500);
  assertEquals(rung, ["second"]);
  await time.tick(500);
  assertEquals(rung, ["second", "first"]);
});

Deno.test("Alarm that sets itself rings again after each delay", async () => {
  using time = stopTime();
  let count = 0;
  const alarm = new Alarm({
    ring(alarm) {
      count++;
      alarm.set(1000);
    },
  });
  alarm.set(1000);
  await time.tick(5000);
  assertEquals(count, 5);
  alarm.stop();
  assertEquals(time.timers, 0);
});

Deno.test("Alarm that was stopped does not ring, and the last one leaves no timer", async () => {
  using time = stopTime();
  const rung: string[] = [];
  const alarms = ["a", "b"].map((name) => ringing(rung, name));
  for (const alarm of alarms) alarm.set(1000);
  alarms[0]?.stop();
  assertEquals(time.timers, 1);
  alarms[1]?.stop();
  alarms[1]?.stop();
  assertEquals(time.timers, 0);
  await time.tick(2000);
  assertEquals(rung, []);
});

Deno.test("Alarm stopped by another one that rings at the same time does not ring", async () => {
  using time = stopTime();
  const rung: string[] = [];
  const later = ringing(rung, "later");
  new Alarm({ ring: () => later.stop() }).set(1000);
  later.set(1000);
  await time.tick(2000);
  assertEquals(rung, []);
});

Deno.test("Alarm whose function throws does not keep the others of its delay from ringing", () => {
  using time = stopTime();
  const rung: string[] = [];
  new Alarm({
    ring() {
      throw new Error("broken");
    },
  }).set(1000);
  ringing(rung, "next").set(1000);
  assertThrows(() => time.tickAtOnce(1000), Error, "broken");
  time.tickAtOnce(1);
  assertEquals(rung, ["next"]);
});

Deno.test("Alarm with a delay of more than 24 days does not ring at once", async () => {
  using time = stopTime();
  const rung: string[] = [];
  ringing(rung, "never").set(2 ** 31);
  ringing(rung, "never").set(Infinity);
  assertEquals(time.timers, 0);
  await time.tick(1000);
  assertEquals(rung, []);
});
