import { assert, assertEquals } from "@std/assert";
import { waitForShare } from "../../src/respond/fair_share.ts";
import { stopTime } from "../support/clock.ts";

const LARGE = 65_536;

Deno.test("waitForShare() does not delay small items", () => {
  using clock = stopTime();
  for (let item = 0; item < 1_000; item++) assertEquals(waitForShare(8_191), null);
  assertEquals(clock.timers, 0);
});

Deno.test("waitForShare() allows 128 KiB of large items per millisecond, and the rest later in order", async () => {
  using clock = stopTime();
  // Later than in any other test, so that earlier items belong to an earlier interval.
  await clock.tick(1_000);
  const order: number[] = [];
  const wait = (item: number): void => {
    const turn = waitForShare(LARGE);
    if (turn === null) order.push(item);
    else void turn.then(() => order.push(item));
  };
  for (let item = 0; item < 7; item++) wait(item);
  assertEquals(order, [0, 1]);
  await clock.tick(1);
  assertEquals(order, [0, 1, 2, 3]);
  // A later stream waits behind the others.
  wait(7);
  await clock.tick(1);
  assertEquals(order, [0, 1, 2, 3, 4, 5]);
  await clock.tick(1);
  assertEquals(order, [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(clock.timers, 0);
});

Deno.test("waitForShare() starts a new interval after a millisecond", async () => {
  using clock = stopTime();
  await clock.tick(2_000);
  assertEquals(waitForShare(2 * LARGE), null);
  await clock.tick(1);
  assertEquals(waitForShare(2 * LARGE), null);
  const turn = waitForShare(LARGE);
  assert(turn !== null);
  await clock.tick(1);
  await turn;
});

Deno.test("waitForShare() allows an item that is larger than an interval", async () => {
  using clock = stopTime();
  await clock.tick(3_000);
  assertEquals(waitForShare(10 * LARGE), null);
  const turn = waitForShare(10 * LARGE);
  assert(turn !== null);
  await clock.tick(1);
  await turn;
});
