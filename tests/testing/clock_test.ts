import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createTestClock } from "../../src/testing/clock.ts";

Deno.test("createTestClock() stops new Date(), Date.now() and Date()", async () => {
  using clock = createTestClock(new Date("2030-01-01T00:00:00Z"));
  await clock.tick(1_500);
  assertEquals(new Date().toISOString(), "2030-01-01T00:00:01.500Z");
  assertEquals([Date.now(), clock.now], Array(2).fill(Date.UTC(2030, 0, 1, 0, 0, 1, 500)));
  assertEquals(Date(), new Date().toString());
});

Deno.test("createTestClock() does not change a Date with arguments", () => {
  using _clock = createTestClock(0);
  const date = new Date(2020, 1, 2);
  assert(date instanceof Date);
  assertEquals([date.getFullYear(), Date.UTC(1970, 0, 1), Date.parse("1970-01-01")], [2020, 0, 0]);
});

Deno.test("createTestClock() moves performance.now() as well", async () => {
  using clock = createTestClock();
  const before = performance.now();
  await clock.tick(250);
  assertEquals(Math.round(performance.now() - before), 250);
});

Deno.test("tick() runs due timers in order, each at its own time", async () => {
  using clock = createTestClock(0);
  const ran: [string, number][] = [];
  const note = (name: string): void => void ran.push([name, Date.now()]);
  setTimeout(note, 20, "b");
  setTimeout(note, 10, "a");
  setTimeout(note, 20, "c");
  setTimeout(note, 31, "late");
  await clock.tick(30);
  assertEquals(ran, [["a", 10], ["b", 20], ["c", 20]]);
  assertEquals(clock.timers, 1);
});

Deno.test("tick() runs a timer that is due at its end, and a timer that another one has set", async () => {
  using clock = createTestClock(0);
  const ran: number[] = [];
  setTimeout(() => setTimeout(() => ran.push(Date.now()), 5), 5);
  await clock.tick(9);
  assertEquals(ran, []);
  await clock.tick(1);
  assertEquals(ran, [10]);
});

Deno.test("tick() runs the code that awaits a timer before the next timer", async () => {
  using clock = createTestClock(0);
  const ran: string[] = [];
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  void (async () => {
    await wait(10);
    await crypto.subtle.digest("SHA-256", new Uint8Array(1));
    ran.push("first");
  })();
  setTimeout(() => ran.push("second"), 20);
  await clock.tick(20);
  assertEquals(ran, ["first", "second"]);
});

Deno.test("setInterval() repeats until it is cleared", async () => {
  using clock = createTestClock(0);
  const ran: number[] = [];
  const id = setInterval(() => ran.push(Date.now()), 10);
  await clock.tick(35);
  clearInterval(id);
  await clock.tick(100);
  assertEquals(ran, [10, 20, 30]);
});

Deno.test("clearTimeout() clears a timer, also one that was set before the clock was created", async () => {
  const real = setTimeout(() => {}, 1_000_000);
  using clock = createTestClock();
  let ran = false;
  clearTimeout(setTimeout(() => ran = true, 1));
  // If it were not cleared, this test would leak it.
  clearTimeout(real);
  await clock.tick(10);
  assertEquals(ran, false);
});

Deno.test("AbortSignal.timeout() follows the clock", async () => {
  using clock = createTestClock();
  const signal = AbortSignal.timeout(1_000);
  await clock.tick(999);
  assertEquals(signal.aborted, false);
  await clock.tick(1);
  assertEquals([signal.aborted, signal.reason.name], [true, "TimeoutError"]);
});

Deno.test("tick() rejects a negative number", async () => {
  using clock = createTestClock();
  await assertRejects(() => clock.tick(-1), RangeError, 'Cannot advance the clock by "-1"');
  await assertRejects(() => clock.tick(NaN), RangeError);
});

Deno.test("disposing a clock restores the real time, and another clock can be created", () => {
  const { Date: RealDate, setTimeout: realTimeout } = globalThis;
  const clock = createTestClock(0);
  assertThrows(() => createTestClock(), TypeError, "there is one already");
  clock[Symbol.dispose]();
  clock[Symbol.dispose]();
  assertEquals([globalThis.Date === RealDate, globalThis.setTimeout === realTimeout], [true, true]);
  assert(Date.now() > 1e12);
  createTestClock()[Symbol.dispose]();
});

Deno.test("an interval of 0 runs once a millisecond, so that tick() ends", async () => {
  using clock = createTestClock(0);
  let runs = 0;
  const id = setInterval(() => {
    // Bounds the test if time stood still.
    if (++runs === 10) clearInterval(id);
  }, 0);
  await clock.tick(3);
  assertEquals(runs, 3);
  clearInterval(id);
});
