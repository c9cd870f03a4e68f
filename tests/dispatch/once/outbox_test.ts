import { assertEquals } from "@std/assert";
import { type Clock, install } from "@sinonjs/fake-timers";
import { Outbox, type PendingChange } from "../../../src/dispatch/once/outbox.ts";
import type { StoredOutcome } from "../../../src/dispatch/once/outcome.ts";

const DONE: StoredOutcome = { kind: "nothing" };

/** Runs a test on a stopped clock, and checks that no timers are left. */
function timed(name: string, fn: (clock: Clock) => Promise<void>): void {
  Deno.test(name, async () => {
    const clock = install({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    try {
      await fn(clock);
      assertEquals(clock.countTimers(), 0, "no timer is left running");
    } finally {
      clock.uninstall();
    }
  });
}

/** A letter that records each attempt, and fails until `isTaken` is set. */
function failing(clock: Clock): PendingChange & { readonly at: number[]; isTaken: boolean } {
  const letter = {
    at: [] as number[],
    isTaken: false,
    outcome: DONE,
    send: () => {
      letter.at.push(clock.now);
      return letter.isTaken ? Promise.resolve() : Promise.reject(new Error("away"));
    },
  };
  return letter;
}

timed("Outbox sends a letter again after pauses of up to half a minute, until it is accepted", async (clock) => {
  const begun = clock.now;
  const outbox = new Outbox(3600);
  const letter = failing(clock);
  outbox.add("key", letter);
  await clock.tickAsync(120_000);
  const times = letter.at.map((at) => at - begun);
  assertEquals(times, [500, 1_500, 3_500, 7_500, 15_500, 31_500, 61_500, 91_500]);
  letter.isTaken = true;
  await clock.tickAsync(30_000);
  assertEquals([letter.at.length, outbox.outcomeOf("key")], [9, null]);
});

timed("Outbox sends the other changes when one is accepted, and starts with a short pause next time", async (clock) => {
  const outbox = new Outbox(3600);
  const [one, two] = [failing(clock), failing(clock)];
  outbox.add("one", one);
  outbox.add("two", two);
  await clock.tickAsync(10_000);
  one.isTaken = two.isTaken = true;
  await clock.tickAsync(10_000);
  assertEquals([outbox.outcomeOf("one"), outbox.outcomeOf("two")], [null, null]);
  const three = failing(clock);
  const begun = clock.now;
  three.isTaken = true;
  outbox.add("three", three);
  await clock.tickAsync(500);
  assertEquals(three.at, [begun + 500]);
});

timed("Outbox keeps an outcome until it expires, and then does not send it", async (clock) => {
  const outbox = new Outbox(60);
  const letter = failing(clock);
  outbox.add("key", letter);
  outbox.add("local", { outcome: DONE, send: null });
  await clock.tickAsync(59_999);
  assertEquals([outbox.outcomeOf("key"), outbox.outcomeOf("local")], [DONE, DONE]);
  await clock.tickAsync(1);
  assertEquals([outbox.outcomeOf("key"), outbox.outcomeOf("local")], [null, null]);
  const attempts = letter.at.length;
  await clock.tickAsync(60_000);
  assertEquals(letter.at.length, attempts);
});

timed("Outbox.send() sends at once, and rejects with the error of the store", async (clock) => {
  const outbox = new Outbox(60);
  const letter = failing(clock);
  outbox.add("key", letter);
  assertEquals(await outbox.send("key").catch((error: Error) => error.message), "away");
  letter.isTaken = true;
  await outbox.send("key");
  await outbox.send("key");
  await outbox.send("unheard of");
  assertEquals([letter.at.length, outbox.outcomeOf("key")], [2, null]);
  outbox.close();
});

timed("Outbox keeps at most a thousand released claims, and all outcomes", async () => {
  const outbox = new Outbox(60);
  let sent = 0;
  const send = () => Promise.resolve(void sent++);
  for (let index = 0; index < 1_005; index++) outbox.add(`free ${index}`, { outcome: null, send });
  outbox.add("key", { outcome: DONE, send });
  assertEquals(outbox.outcomeOf("key"), DONE);
  outbox.remove("free 0");
  outbox.add("free again", { outcome: null, send });
  for (const key of ["free 1", "free 999", "free 1000", "free 1004", "free again", "key"]) await outbox.send(key);
  assertEquals(sent, 4);
  outbox.close();
});

timed("Outbox.close() ends all attempts, also for changes that are added later", async (clock) => {
  const outbox = new Outbox(60);
  const letter = failing(clock);
  outbox.add("key", letter);
  outbox.close();
  outbox.add("other", failing(clock));
  await clock.tickAsync(10_000);
  assertEquals(letter.at, []);
});

timed("Outbox sends nothing more once it is closed, also in the middle of an attempt", async (clock) => {
  const outbox = new Outbox(3600);
  const sent: string[] = [];
  const first = Promise.withResolvers<void>();
  for (const key of ["one", "two"]) {
    outbox.add(key, {
      outcome: DONE,
      send: async () => {
        sent.push(key);
        await first.promise;
      },
    });
  }
  await clock.tickAsync(500);
  assertEquals(sent, ["one"]);
  outbox.close();
  first.resolve();
  await clock.tickAsync(60_000);
  assertEquals(sent, ["one"]);
});
