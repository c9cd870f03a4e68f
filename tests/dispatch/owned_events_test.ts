import { assertEquals, assertRejects } from "@std/assert";
import type { ClientInfo, EndsWithClient } from "../../src/dispatch/arrival.ts";
import { type LifeOwner, OwnedEvents } from "../../src/dispatch/owned_events.ts";
import { RunningStream } from "../../src/dispatch/running_stream.ts";
import { createStreams } from "../../src/dispatch/streams.ts";
import type { Patch } from "../../src/protocol/patch.ts";

const toast = (value: number): Patch => ({ event: "toast", data: { value } });

/** Events with an owner that logs, and the slot of the only stream that the limits allow. */
function owned(events: AsyncGenerator<Patch, void, void>, after: readonly Patch[] | Error = []) {
  const log: string[] = [];
  const streams = createStreams({ streams: 1, streamsPerCaller: 1 });
  const slot = streams.open({ kind: "unknown" });
  if (slot.kind !== "slot") throw new Error("no slot");
  const owner: LifeOwner = {
    actionName: "work",
    lingers: false,
    rejection: null,
    cut: () => void log.push("cut"),
    report: (error) => void log.push(`reported ${error}`),
    after: () => after instanceof Error ? Promise.reject(after) : Promise.resolve(after),
    over: (failed) => void log.push(failed === null ? "over" : `failed ${failed.error}`),
    ended(failed) {
      const other = streams.open({ kind: "unknown" });
      log.push(`ended${failed === null ? "" : " after an error"}, slot ${other.kind === "slot" ? "free" : "held"}`);
    },
  };
  return { events: new OwnedEvents(events, owner, slot), owner, slot, log };
}

async function* two(log: string[] = []): AsyncGenerator<Patch, void, void> {
  try {
    yield toast(1);
    yield await Promise.resolve(toast(2));
  } finally {
    log.push("finally");
  }
}

Deno.test("OwnedEvents passes on patches, then those of its owner, and releases the slot before the owner knows the end", async () => {
  const { events, log } = owned(two(), [toast(3)]);
  const values: unknown[] = [];
  for (let next = await events.next(); !next.done; next = await events.next()) values.push(next.value);
  assertEquals(values, [toast(1), toast(2), toast(3)]);
  assertEquals((await events.next()).done, true);
  assertEquals(log, ["over", "ended, slot free"]);
});

Deno.test("OwnedEvents.return() runs finally of a generator, adds no patches, and ends once", async () => {
  const cleanup: string[] = [];
  const { events, log } = owned(two(cleanup), [toast(3)]);
  await events.next();
  await Promise.all([events.return(), events.return()]);
  assertEquals((await events.next()).done, true);
  assertEquals([cleanup, log], [["finally"], ["over", "ended, slot free"]]);
});

Deno.test("OwnedEvents.return() before the first patch runs nothing", async () => {
  const cleanup: string[] = [];
  const { events, log } = owned(two(cleanup), [toast(3)]);
  await events.return();
  assertEquals((await events.next()).done, true);
  assertEquals([cleanup, log], [[], ["over", "ended, slot free"]]);
});

for (
  const [name, events, after] of [
    ["its generator", async function* () {
      yield await Promise.reject(new Error("broken"));
    }, []],
    ["its owner", two, new Error("broken")],
  ] as const
) {
  Deno.test(`an error of OwnedEvents in ${name} reaches the owner once, and the reader`, async () => {
    const { events: owner, log } = owned(events(), after);
    await assertRejects(
      async () => {
        for (let next = await owner.next(); !next.done; next = await owner.next());
      },
      Error,
      "broken",
    );
    assertEquals((await owner.next()).done, true);
    assertEquals(log, ["failed Error: broken", "ended after an error, slot free"]);
  });
}

Deno.test("OwnedEvents.throw() reaches the generator at its yield, which may go on", async () => {
  const { events } = owned(async function* () {
    try {
      yield toast(1);
    } catch (error) {
      yield await Promise.resolve({ event: "toast", data: { value: String(error) } } as const);
    }
  }());
  await events.next();
  const { value } = await events.throw(new Error("flawed"));
  assertEquals(value, { event: "toast", data: { value: "Error: flawed" } });
  assertEquals((await events.next()).done, true);
});

/** A client that a test disconnects. */
class Client implements ClientInfo {
  readonly address = "";
  readonly holder = { kind: "unknown" } as const;
  readonly gone = new AbortController().signal;
  isGone = false;
  work: EndsWithClient[] = [];
  whenGone(work: EndsWithClient): void {
    this.work.push(work);
  }
  forget(work: EndsWithClient): void {
    this.work = this.work.filter((each) => each !== work);
  }
}

function withClient(client: Client, cleanup: string[]) {
  const { events, owner, slot, log } = owned(two(cleanup));
  const limits = { unreadEvents: 9, unreadBytes: 9_999, streamSeconds: 9 };
  const controller = new AbortController();
  const stream = new RunningStream({ events, slot, whenLeft: "stop", limits, controller, owner });
  events.endWith(client, stream);
  return { events, log };
}

Deno.test("OwnedEvents ends with its client, and forgets it at its end", async () => {
  const client = new Client();
  const cleanup: string[] = [];
  const { events, log } = withClient(client, cleanup);
  await events.next();
  assertEquals(client.work.length, 1);
  client.work[0]?.leave();
  assertEquals((await events.next()).done, true);
  assertEquals([cleanup, log, client.work], [["finally"], ["over", "ended, slot free"], []]);
});

Deno.test("OwnedEvents of a client that has disconnected already runs nothing", async () => {
  const client = new Client();
  client.isGone = true;
  const cleanup: string[] = [];
  const { events, log } = withClient(client, cleanup);
  assertEquals((await events.next()).done, true);
  assertEquals([cleanup, log], [[], ["over", "ended, slot free"]]);
});
