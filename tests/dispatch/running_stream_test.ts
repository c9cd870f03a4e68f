import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RunningStream, type RunningStreamOptions } from "../../src/dispatch/running_stream.ts";
import { createStreams } from "../../src/dispatch/streams.ts";
import type { Patch } from "../../src/protocol/patch.ts";
import { stopTime } from "../support/clock.ts";

const toast = (value: unknown): Patch => ({ event: "toast", data: { value } });
/** Length of the JSON of a `toast()` with one character. */
const TOAST_BYTES = JSON.stringify(toast(1)).length;

/** A stream, and its events in order. */
function running(
  events: (signal: AbortSignal, log: string[]) => AsyncGenerator<Patch, void, void>,
  limits: Partial<RunningStreamOptions["limits"]> = {},
  whenLeft: RunningStreamOptions["whenLeft"] = "finish",
  lingers = false,
) {
  const log: string[] = [];
  const controller = new AbortController();
  controller.signal.addEventListener("abort", () => log.push(`aborted: ${controller.signal.reason.name}`));
  const streams = createStreams({ streams: 1, streamsPerCaller: 1 });
  const slot = streams.open({ kind: "unknown" });
  assert(slot.kind === "slot");
  const stream = new RunningStream({
    events: events(controller.signal, log),
    slot,
    whenLeft,
    limits: { unreadEvents: Infinity, unreadBytes: Infinity, streamSeconds: Infinity, ...limits },
    controller,
    owner: {
      actionName: "work",
      lingers,
      cut: () => void log.push("cut"),
      report: (error) => void log.push(String(error)),
    },
  });
  return { stream, log, streams };
}

async function* count(signal: AbortSignal, log: string[], most = Infinity): AsyncGenerator<Patch, void, void> {
  try {
    for (let value = 1; value <= most; value++) {
      yield toast(value % 10);
      await Promise.resolve();
    }
    log.push("done");
  } finally {
    log.push(signal.aborted ? "finally, aborted" : "finally");
  }
}

for (const [limit, maximum] of [["unreadEvents", 3], ["unreadBytes", 3 * TOAST_BYTES]] as const) {
  Deno.test(`run() ends a generator above ${limit}`, async () => {
    const within = running((signal, log) => count(signal, log, 3), { [limit]: maximum });
    let taken = 0;
    assertEquals(await within.stream.run(() => void taken++), "ended");
    assertEquals([taken, within.log], [3, ["done", "finally"]]);

    const past = running((signal, log) => count(signal, log, 4), { [limit]: maximum });
    taken = 0;
    assertEquals(await past.stream.run(() => void taken++), "cut");
    await past.stream.events.return();
    assertEquals([taken, past.log.length], [3, 4]);
    const [cut, report, aborted, last] = past.log;
    assertEquals([cut, aborted, last], ["cut", "aborted: TimeoutError", "finally, aborted"]);
    assertStringIncludes(report ?? "", `"work"`);
    assertStringIncludes(report ?? "", `the limit "${limit}"`);
  });
}

Deno.test("run() ends a generator after streamSeconds, and aborts its signal", async () => {
  using time = stopTime();
  const waiting = Promise.withResolvers<void>();
  const { stream, log } = running(async function* (signal, log) {
    yield toast(1);
    waiting.resolve();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    log.push("woken");
    yield toast(2);
  }, { streamSeconds: 60 });
  let taken = 0;
  const ending = stream.run(() => void taken++);
  await waiting.promise;
  await time.tick(59_999);
  assertEquals(log, []);
  await time.tick(1);
  assertEquals([await ending, taken, time.timers], ["cut", 1, 0]);
  assertEquals([log[0], log[2], log[3]], ["cut", "aborted: TimeoutError", "woken"]);
  assertStringIncludes(log[1] ?? "", "60 seconds");
});

Deno.test("run() of a GET above a limit ends it without a report", async () => {
  const { stream, log } = running(count, { unreadEvents: 3 }, "stop");
  assertEquals(await stream.run(() => {}), "cut");
  await stream.events.return();
  assertEquals(log, ["aborted: TimeoutError", "finally, aborted"]);
});

Deno.test("run() ends at a terminal event, and does not continue the generator", async () => {
  const { stream, log } = running(async function* (_signal, log) {
    try {
      yield { event: "redirect", data: { url: "/" } };
      await Promise.resolve();
      log.push("after");
    } finally {
      log.push("finally");
    }
  });
  assertEquals([await stream.run(() => {}), log], ["ended", ["finally"]]);
});

Deno.test("run() does not block timers and connections while a generator awaits nothing external", async () => {
  let isOver = false;
  const { stream } = running(async function* () {
    while (!isOver) yield toast(1);
    await Promise.resolve();
  });
  let taken = 0;
  // If the generator blocked the event loop, this timer would not fire.
  setTimeout(() => isOver = true, 5);
  assertEquals(await stream.run(() => void taken++), "ended");
  assert(taken > 1);
});

Deno.test("run() resumes many such generators fairly", async () => {
  const counts = [0, 0, 0, 0, 0];
  const runs = counts.map(async (_, at) => {
    // Each continues until all have reached this point, which takes several turns.
    const { stream } = running(async function* () {
      while (counts.some((count) => count < 5_000)) yield toast(1);
      await Promise.resolve();
    });
    let taken = 0;
    return await stream.run(() => void (counts[at] = ++taken));
  });
  assertEquals(new Set(await Promise.all(runs)), new Set(["ended"]));
});

Deno.test("run() rejects with the error of the generator, and for a value that is not JSON", async () => {
  const failing = running(async function* () {
    yield toast(1);
    await Promise.reject(new Error("broken"));
  });
  await assertRejects(() => failing.stream.run(() => {}), Error, "broken");
  const flawed = running(async function* (_signal, log) {
    try {
      yield toast(1n);
      await Promise.resolve();
      log.push("went on");
    } finally {
      log.push("finally");
    }
  });
  await assertRejects(() => flawed.stream.run(() => {}), TypeError);
  assertEquals(flawed.log, ["finally"]);
});

Deno.test("leave() ends a GET, and lets a POST run to its end", async () => {
  const get = running(count, {}, "stop");
  await get.stream.events.next();
  get.stream.leave();
  get.stream.leave();
  await get.stream.events.return();
  assertEquals(get.log, ["aborted: AbortError", "finally, aborted"]);

  const over = Promise.withResolvers<void>();
  const post = running(async function* (signal, log) {
    yield* count(signal, log, 5);
    over.resolve();
  });
  await post.stream.events.next();
  post.stream.leave();
  post.stream.leave();
  await over.promise;
  assertEquals(post.log, ["done", "finally"]);
});

Deno.test("leave() lets a GET whose code runs at its end go on for three seconds, without its slot", async () => {
  using clock = stopTime();
  const { stream, log, streams } = running(count, {}, "stop", true);
  await stream.events.next();
  stream.leave();
  stream.leave();
  const next = streams.open({ kind: "unknown" });
  assertEquals(next.kind, "slot");
  await clock.tick(2_999);
  assertEquals(log, []);
  await clock.tick(1);
  assertEquals(log, ["aborted: AbortError", "finally, aborted"]);
});

Deno.test("a GET that continues without a reader ends at once when the process shuts down, and close() waits for it", async () => {
  using clock = stopTime();
  const { stream, log, streams } = running(count, {}, "stop", true);
  await stream.events.next();
  stream.setReader({ release: () => log.push("released"), leave() {} });
  stream.leave();
  // The reader notices later that its client has gone.
  stream.setReader(null);
  await streams.close();
  await stream.events.return();
  assertEquals([log, clock.timers], [["aborted: AbortError", "finally, aborted"], 0]);
});

Deno.test("a GET ends at once when too many others go on without a reader, or its reader was released", () => {
  using _ = stopTime();
  const streams = createStreams({ streams: 100, streamsPerCaller: 100 });
  const slots = Array.from({ length: 1_000 }, () => streams.join({ kind: "unknown" }));
  assertEquals(slots.every(({ kind }) => kind === "slot"), true);
  assertEquals(streams.join({ kind: "unknown" }).kind, "refused");
  const slot = streams.open({ kind: "principal", name: "a" });
  const released = streams.open({ kind: "principal", name: "b" });
  assert(slot.kind === "slot" && released.kind === "slot");
  assertEquals(slot.linger({ release() {} }), false);
  for (const each of slots) if (each.kind === "slot") each.release();
  streams.disconnect((name) => name === "b");
  assertEquals([slot.linger({ release() {} }), released.linger({ release() {} })], [true, false]);
  // A generator that has ended does not go on.
  slot.release();
  assertEquals(slot.linger({ release() {} }), false);
});

Deno.test("leave() of a POST that then exceeds a limit ends it", async () => {
  const over = Promise.withResolvers<void>();
  const { stream, log } = running(async function* (signal, log) {
    try {
      yield* count(signal, log);
    } finally {
      over.resolve();
    }
  }, { unreadEvents: 10 });
  await stream.events.next();
  stream.leave();
  await over.promise;
  assertEquals([log[0], log.at(-1)], ["cut", "finally, aborted"]);
});
