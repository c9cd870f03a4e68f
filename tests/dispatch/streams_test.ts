import { assert, assertEquals, assertFalse } from "@std/assert";
import { createStreams, type StreamRefusal, type StreamSlot, STUCK_MS } from "../../src/dispatch/streams.ts";
import type { Holder } from "../../src/http/caller.ts";
import { stopTime } from "../support/clock.ts";

const principal = (name: string): Holder => ({ kind: "principal", name });
const address = (name: string): Holder => ({ kind: "address", name });
const UNKNOWN: Holder = { kind: "unknown" };

function slotOf(opened: StreamSlot | StreamRefusal): StreamSlot {
  assert(opened.kind === "slot");
  return opened;
}

function refusalOf(opened: StreamSlot | StreamRefusal): unknown[] {
  assert(opened.kind === "refused");
  return [opened.limit, opened.maximum];
}

Deno.test("open() rejects a principal above streamsPerCaller and any client above streams, and names the limit", () => {
  const streams = createStreams({ streams: 3, streamsPerCaller: 2 });
  slotOf(streams.open(principal("a")));
  slotOf(streams.open(principal("a")));
  assertEquals(refusalOf(streams.open(principal("a"))), ["streamsPerCaller", 2]);
  slotOf(streams.open(principal("b")));
  assertEquals(refusalOf(streams.open(principal("c"))), ["streams", 3]);
});

Deno.test("open() limits an address to two thirds of the slots, and an unknown holder to all of them", () => {
  const streams = createStreams({ streams: 9, streamsPerCaller: 1 });
  for (let count = 0; count < 6; count++) slotOf(streams.open(address("192.0.2.1")));
  assertEquals(refusalOf(streams.open(address("192.0.2.1"))), ["streams", 9]);
  const unknown = createStreams({ streams: 9, streamsPerCaller: 1 });
  for (let count = 0; count < 9; count++) slotOf(unknown.open(UNKNOWN));
  assertEquals(refusalOf(unknown.open(UNKNOWN)), ["streams", 9]);
});

Deno.test("release() called twice frees one slot", () => {
  const streams = createStreams({ streams: 1, streamsPerCaller: 1 });
  const first = slotOf(streams.open(UNKNOWN));
  first.release();
  first.release();
  slotOf(streams.open(UNKNOWN));
  assertEquals(streams.open(UNKNOWN).kind, "refused");
});

Deno.test("a slot is held after its client has disconnected", () => {
  const streams = createStreams({ streams: 1, streamsPerCaller: 1 });
  const slot = slotOf(streams.open(UNKNOWN));
  slot.leave();
  assertEquals(streams.open(UNKNOWN).kind, "refused");
  slot.release();
  slotOf(streams.open(UNKNOWN));
});

Deno.test("open() reclaims the slot of a generator that does not end", async () => {
  using time = stopTime();
  const streams = createStreams({ streams: 2, streamsPerCaller: 2 });
  const stuck: string[] = [];
  const [one, two] = [slotOf(streams.open(UNKNOWN)), slotOf(streams.open(UNKNOWN))];
  one.end(() => void stuck.push("one"));
  await time.tick(STUCK_MS - 1);
  two.end(() => void stuck.push("two"));
  assertEquals(streams.open(UNKNOWN).kind, "refused");
  await time.tick(1);
  assertEquals(stuck, []);
  slotOf(streams.open(UNKNOWN));
  assertEquals([stuck, streams.open(UNKNOWN).kind], [["one"], "refused"]);
  // It ends late, when its slot already belongs to another stream.
  one.release();
  assertEquals(streams.open(UNKNOWN).kind, "refused");
});

Deno.test("end() after release() does not report a stuck generator", async () => {
  using time = stopTime();
  const streams = createStreams({ streams: 1, streamsPerCaller: 1 });
  const ended = slotOf(streams.open(UNKNOWN));
  ended.end(() => assert(false));
  ended.release();
  ended.end(() => assert(false));
  slotOf(streams.open(UNKNOWN));
  await time.tick(2 * STUCK_MS);
  assertEquals(streams.open(UNKNOWN).kind, "refused");
});

Deno.test("disconnect() releases the clients of one principal, and not those of an address of the same name", () => {
  const streams = createStreams({ streams: 9, streamsPerCaller: 9 });
  const [one, two, other, same] = [principal("a"), principal("a"), principal("constructor"), address("a")].map(
    (holder) => slotOf(streams.open(holder)),
  );
  streams.disconnect((name) => name === "a");
  streams.disconnect((name) => name === "nobody");
  assertEquals([one, two, other, same].map((slot) => slot?.isReleased), [true, true, false, false]);
});

Deno.test("close() releases all clients and waits for the last, and not for generators without a client", async () => {
  const streams = createStreams({ streams: 9, streamsPerCaller: 9 });
  const [one, two] = [slotOf(streams.open(UNKNOWN)), slotOf(streams.open(UNKNOWN))];
  let isClosed = false;
  const closing = streams.close().then(() => isClosed = true);
  assert(one.isReleased && two.isReleased);
  one.release();
  await Promise.resolve();
  assertFalse(isClosed);
  two.leave();
  await closing;
  await streams.close();
  assertEquals(streams.open(UNKNOWN).kind, "closing");
});
