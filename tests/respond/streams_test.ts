import { assert, assertEquals, assertFalse } from "@std/assert";
import { createStreams, isSlot, type StreamSlot } from "../../src/respond/streams.ts";

function slot(opened: ReturnType<ReturnType<typeof createStreams>["open"]>): StreamSlot {
  assert(isSlot(opened));
  return opened;
}

function refusal(opened: ReturnType<ReturnType<typeof createStreams>["open"]>): unknown[] {
  assert(!isSlot(opened) && opened.limit !== null);
  return [opened.limit, opened.maximum];
}

Deno.test("open() gives as many places as the limits say, and names the limit that was hit", () => {
  const streams = createStreams({ streams: 3, streamsPerCaller: 2 });
  slot(streams.open("a"));
  slot(streams.open("a"));
  assertEquals(refusal(streams.open("a")), ["streamsPerCaller", 2]);
  slot(streams.open("b"));
  assertEquals(refusal(streams.open("c")), ["streams", 3]);
});

Deno.test("a place that is given back, however often, is one place", () => {
  const streams = createStreams({ streams: 1, streamsPerCaller: 1 });
  const first = slot(streams.open("a"));
  first.release();
  first.release();
  slot(streams.open("a"));
  assertFalse(isSlot(streams.open("b")));
});

Deno.test("disconnect() closes the streams of one caller", () => {
  const streams = createStreams({ streams: 9, streamsPerCaller: 9 });
  const [one, two, other] = ["a", "a", "constructor"].map((caller) => slot(streams.open(caller)));
  streams.disconnect((caller) => caller === "a");
  streams.disconnect((caller) => caller === "nobody");
  assertEquals([one, two, other].map((slot) => slot?.signal.aborted), [true, true, false]);
});

Deno.test("close() closes all and waits until the last has ended", async () => {
  const streams = createStreams({ streams: 9, streamsPerCaller: 9 });
  const [one, two] = [slot(streams.open("a")), slot(streams.open("b"))];
  let isClosed = false;
  const closing = streams.close().then(() => isClosed = true);
  assert(one.signal.aborted && two.signal.aborted);
  one.release();
  await Promise.resolve();
  assertFalse(isClosed);
  two.release();
  await closing;
  await streams.close();
});
