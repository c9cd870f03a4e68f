import { assertEquals } from "@std/assert";
import { createLanes, type LaneVerdict } from "../../src/client/lanes.ts";

const go = (...replaced: string[]): LaneVerdict<string> => ({ kind: "go", replaced });

/** Whether a turn has come by now. */
async function hasCome(verdict: LaneVerdict<string>): Promise<boolean> {
  if (verdict.kind !== "wait") throw new Error(`Cannot wait for a turn: the verdict is "${verdict.kind}"`);
  return await Promise.race([verdict.turn.then(() => true), Promise.resolve().then(() => {}).then(() => false)]);
}

Deno.test("Lanes.enter() lets the first call of each kind go", () => {
  for (const sync of ["replace", "block", "none", "queue"] as const) {
    assertEquals(createLanes<string>().enter("a", sync, "first"), go());
  }
});

Deno.test("Lanes.enter() blocks a second call with block, whatever holds the lane", () => {
  for (const sync of ["replace", "block", "queue"] as const) {
    const lanes = createLanes<string>();
    lanes.enter("a", sync, "first");
    assertEquals(lanes.enter("a", "block", "second"), { kind: "blocked" });
  }
});

Deno.test("Lanes.enter() lets replace take the lane from whoever holds it", () => {
  for (const sync of ["replace", "block", "queue"] as const) {
    const lanes = createLanes<string>();
    lanes.enter("a", sync, "first");
    assertEquals(lanes.enter("a", "replace", "second"), go("first"));
  }
});

Deno.test("Lanes.enter() keeps keys apart", () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "block", "first");
  assertEquals(lanes.enter("b", "block", "second"), go());
});

Deno.test("Lanes.enter() with none takes no slot and loses none", () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "none", "first");
  assertEquals(lanes.enter("a", "none", "second"), go());
  assertEquals(lanes.enter("a", "block", "third"), go());
  assertEquals(lanes.enter("a", "none", "fourth"), go());
  assertEquals(lanes.enter("a", "replace", "fifth"), go("third"));
});

Deno.test("Lanes.leave() frees the slot of its owner", () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "block", "first");
  lanes.leave("a", "first");
  assertEquals(lanes.enter("a", "block", "second"), go());
});

Deno.test("Lanes.leave() of a replaced call leaves the slot to its new owner", () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "replace", "first");
  lanes.enter("a", "replace", "second");
  lanes.leave("a", "first");
  assertEquals(lanes.enter("a", "block", "third"), { kind: "blocked" });
});

Deno.test("Lanes.leave() of one who was never there changes nothing", () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "block", "first");
  lanes.leave("a", "other");
  lanes.leave("b", "first");
  assertEquals(lanes.enter("a", "block", "second"), { kind: "blocked" });
});

Deno.test("Lanes.enter() with queue gives turns in order, one at a time", async () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "queue", "first");
  const second = lanes.enter("a", "queue", "second");
  const third = lanes.enter("a", "queue", "third");
  assertEquals([await hasCome(second), await hasCome(third)], [false, false]);
  lanes.leave("a", "first");
  assertEquals([await hasCome(second), await hasCome(third)], [true, false]);
  lanes.leave("a", "second");
  assertEquals(await hasCome(third), true);
});

Deno.test("Lanes.leave() of one who waits gives up the place alone", async () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "queue", "first");
  const second = lanes.enter("a", "queue", "second");
  const third = lanes.enter("a", "queue", "third");
  lanes.leave("a", "second");
  lanes.leave("a", "first");
  assertEquals([await hasCome(second), await hasCome(third)], [false, true]);
});

Deno.test("Lanes.enter() blocks a call with block while another waits", () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "queue", "first");
  lanes.enter("a", "queue", "second");
  lanes.leave("a", "first");
  assertEquals(lanes.enter("a", "block", "third"), { kind: "blocked" });
});

Deno.test("Lanes.enter() with replace empties the queue", async () => {
  const lanes = createLanes<string>();
  lanes.enter("a", "queue", "first");
  const second = lanes.enter("a", "queue", "second");
  assertEquals(lanes.enter("a", "replace", "third"), go("first", "second"));
  lanes.leave("a", "first");
  lanes.leave("a", "second");
  assertEquals(await hasCome(second), false);
  assertEquals(lanes.enter("a", "block", "fourth"), { kind: "blocked" });
});
