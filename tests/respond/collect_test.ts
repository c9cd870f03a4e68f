import { assert, assertEquals } from "@std/assert";
import { RunningStream, type RunningStreamOptions } from "../../src/dispatch/running_stream.ts";
import { createStreams } from "../../src/dispatch/streams.ts";
import { HyperError } from "../../src/errors.ts";
import type { Patch } from "../../src/protocol/patch.ts";
import { collect, type Gather } from "../../src/respond/collect.ts";
import { stopTime } from "../support/clock.ts";

const toast = (value: number): Patch => ({ event: "toast", data: { value } });
const REDIRECT: Patch = { event: "redirect", data: { url: "/" } };

function stream(
  events: AsyncGenerator<Patch, void, void>,
  whenLeft: RunningStreamOptions["whenLeft"] = "finish",
  log: string[] = [],
): RunningStream {
  const slot = createStreams({ streams: 1, streamsPerCaller: 1 }).open({ kind: "unknown" });
  assert(slot.kind === "slot");
  const controller = new AbortController();
  controller.signal.addEventListener("abort", () => log.push("aborted"));
  return new RunningStream({
    events,
    slot,
    whenLeft,
    limits: { unreadEvents: 9, unreadBytes: 1_000, streamSeconds: 1_000 },
    controller,
    owner: {
      actionName: "run",
      lingers: false,
      cut: () => void log.push("cut"),
      report: (error) => void log.push(String(error)),
    },
  });
}

/** Keeps all items, or the given number. */
function keep(kept: Patch[], most = Infinity): Gather {
  return (patch) => {
    if (kept.length === most) return "full";
    kept.push(patch);
    return "more";
  };
}

Deno.test("collect() passes on all patches of a stream", async () => {
  const events = async function* () {
    yield toast(1);
    await Promise.resolve();
    yield toast(2);
  };
  const kept: Patch[] = [];
  assertEquals(await collect(stream(events()), Infinity, keep(kept)), { kind: "gathered", isComplete: true });
  assertEquals(kept, [toast(1), toast(2)]);
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
  const kept: Patch[] = [];
  assertEquals(await collect(stream(events()), 1, keep(kept)), { kind: "gathered", isComplete: true });
  assertEquals([kept, log], [[REDIRECT], ["finally"]]);
});

Deno.test("collect() returns an error as a failure, with its message only for a HyperError below 500", async () => {
  const failing = async function* (error: Error): AsyncGenerator<Patch, void, void> {
    yield toast(1);
    await Promise.resolve();
    throw error;
  };
  const refused = await collect(stream(failing(new HyperError(409, "Faster"))), 1, keep([]));
  assertEquals(refused, { kind: "failure", status: 409, message: "Faster", headers: {}, reason: null });
  const broken = await collect(stream(failing(new Error("secret"))), 1, keep([]));
  assertEquals(broken.kind === "failure" && [broken.status, JSON.stringify(broken).includes("secret")], [500, false]);
});

for (const [whenLeft, expected] of [["finish", ["ended"]], ["stop", ["aborted"]]] as const) {
  Deno.test(`collect() ends after its maximum time, and then lets the generator ${whenLeft}`, async () => {
    using time = stopTime();
    const log: string[] = [];
    const waits = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    const events = async function* () {
      try {
        yield toast(1);
        waits.resolve();
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        yield toast(2);
        log.push("ended");
      } finally {
        over.resolve();
      }
    };
    const kept: Patch[] = [];
    const pending = collect(stream(events(), whenLeft, log), 2, keep(kept));
    // On a slow machine the generator has to pause first, for real time.
    await waits.promise;
    await time.tick(2_000);
    assertEquals(await pending, { kind: "gathered", isComplete: false });
    await time.tick(3_000);
    await over.promise;
    await time.tick(0);
    assertEquals([kept, log, time.timers], [[toast(1)], [...expected], 0]);
  });

  Deno.test(`collect() ends when the response is full, and then lets the generator ${whenLeft}`, async () => {
    const log: string[] = [];
    const over = Promise.withResolvers<void>();
    const events = async function* () {
      try {
        for (const value of [1, 2, 3]) {
          yield toast(value);
          await Promise.resolve();
        }
        log.push("ended");
      } finally {
        over.resolve();
      }
    };
    const kept: Patch[] = [];
    const collected = await collect(stream(events(), whenLeft, log), 2, keep(kept, 1));
    await over.promise;
    assertEquals([collected, kept, log], [{ kind: "gathered", isComplete: false }, [toast(1)], [...expected]]);
  });
}
