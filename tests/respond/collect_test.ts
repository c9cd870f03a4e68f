import { assertEquals } from "@std/assert";
import { HyperError } from "../../src/errors.ts";
import type { Patch } from "../../src/protocol/patch.ts";
import { collect } from "../../src/respond/collect.ts";
import { stopTime } from "../support/clock.ts";

const toast = (value: number): Patch => ({ event: "toast", data: { value } });
const REDIRECT: Patch = { event: "redirect", data: { url: "/" } };

type Stream = Parameters<typeof collect>[0];

function stream(events: AsyncGenerator<Patch, void, void>, log: string[] = []): Stream {
  return {
    kind: "stream",
    events,
    leave: () => void log.push("left"),
    abandon: () => Promise.resolve(),
  };
}

Deno.test("collect() gives all that a stream gives", async () => {
  const events = async function* () {
    yield toast(1);
    await Promise.resolve();
    yield toast(2);
  };
  assertEquals(await collect(stream(events()), Infinity, "finish"), { kind: "gathered", events: [toast(1), toast(2)] });
});

Deno.test("collect() ends at a terminal event and runs the generator's finally", async () => {
  const log: string[] = [];
  const events = async function* () {
    try {
      yield REDIRECT;
      await Promise.resolve();
      log.push("went on");
    } finally {
      log.push("finally");
    }
  };
  assertEquals(await collect(stream(events()), 1, "finish"), { kind: "gathered", events: [REDIRECT] });
  assertEquals(log, ["finally"]);
});

Deno.test("collect() gives a failure as a failure, with the words of a refusal and of nothing else", async () => {
  const failing = async function* (error: Error): AsyncGenerator<Patch, void, void> {
    yield toast(1);
    await Promise.resolve();
    throw error;
  };
  const refused = await collect(stream(failing(new HyperError(409, "Faster"))), 1, "finish");
  assertEquals(refused, { kind: "failure", status: 409, message: "Faster", headers: {} });
  const broken = await collect(stream(failing(new Error("secret"))), 1, "finish");
  assertEquals(broken.kind === "failure" && [broken.status, broken.message.includes("secret")], [500, false]);
});

for (const [whenOver, expected] of [["finish", ["ended"]], ["stop", ["left"]]] as const) {
  Deno.test(`collect() gives what there is when the time is over, and lets the rest ${whenOver}`, async () => {
    using time = stopTime();
    const log: string[] = [];
    const events = async function* () {
      yield toast(1);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      yield toast(2);
      log.push("ended");
    };
    const pending = collect(stream(events(), log), 2, whenOver);
    await time.tick(2_000);
    assertEquals(await pending, { kind: "gathered", events: [toast(1)] });
    await time.tick(3_000);
    assertEquals([log, time.timers], [[...expected], 0]);
  });
}
