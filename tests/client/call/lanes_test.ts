import { assertEquals } from "@std/assert";
import { enterLane, type LaneMember, type LaneVerdict, leaveLane, type Sync } from "../../../src/client/call/lanes.ts";

/** Creates a member of a lane. */
const member = (id: string): LaneMember => ({ id, controller: new AbortController() });

const [first, second, third, fourth, fifth] = ["first", "second", "third", "fourth", "fifth"].map(member) as [
  LaneMember,
  LaneMember,
  LaneMember,
  LaneMember,
  LaneMember,
];

/** The verdict that a call runs now, and that these have lost the lane. */
const runs = (replaced: readonly LaneMember[]): LaneVerdict => ({ replaced, turn: null });

/** A test with a lane of its own. */
function test(name: string, run: (key: string) => void | Promise<void>): void {
  Deno.test(name, () => run(name));
}

/** Returns `true` if a queued call is admitted by now. */
async function hasCome(verdict: LaneVerdict): Promise<boolean> {
  if (!verdict?.turn) throw new Error("Cannot wait for a turn: the call is not queued");
  return await Promise.race([verdict.turn.then(() => true), Promise.resolve().then(() => {}).then(() => false)]);
}

test("enterLane() admits the first call in each sync mode", (key) => {
  for (const sync of ["replace", "block", "none", "queue", "latest"] as const) {
    assertEquals(enterLane(`${key} ${sync}`, sync, first), runs([]));
  }
});

test('enterLane() blocks a call with "block" when the lane is taken, in any mode', (key) => {
  for (const sync of ["replace", "block", "queue"] as const) {
    enterLane(`${key} ${sync}`, sync, first);
    assertEquals(enterLane(`${key} ${sync}`, "block", second), null);
  }
});

test("enterLane() blocks a call with an unknown mode when the lane is taken", (key) => {
  enterLane(key, "block", first);
  // Such as a typing error in an attribute.
  assertEquals(enterLane(key, "blok" as Sync, second), null);
});

test('enterLane() assigns the lane to a call with "replace"', (key) => {
  for (const sync of ["replace", "block", "queue"] as const) {
    enterLane(`${key} ${sync}`, sync, first);
    assertEquals(enterLane(`${key} ${sync}`, "replace", second), runs([first]));
  }
});

test("enterLane() treats each key as a separate lane", (key) => {
  enterLane(key, "block", first);
  assertEquals(enterLane(`${key} b`, "block", second), runs([]));
});

test('enterLane() with "none" neither takes nor frees the lane', (key) => {
  enterLane(key, "none", first);
  assertEquals(enterLane(key, "none", second), runs([]));
  assertEquals(enterLane(key, "block", third), runs([]));
  assertEquals(enterLane(key, "none", fourth), runs([]));
  assertEquals(enterLane(key, "replace", fifth), runs([third]));
});

test("leaveLane() frees the lane of its active call", (key) => {
  enterLane(key, "block", first);
  leaveLane(key, first);
  assertEquals(enterLane(key, "block", second), runs([]));
});

test("leaveLane() of a replaced call does not free the lane of the new one", (key) => {
  enterLane(key, "replace", first);
  enterLane(key, "replace", second);
  leaveLane(key, first);
  assertEquals(enterLane(key, "block", third), null);
});

test("leaveLane() of a call that is not in the lane changes nothing", (key) => {
  enterLane(key, "block", first);
  leaveLane(key, third);
  leaveLane(`${key} b`, first);
  assertEquals(enterLane(key, "block", second), null);
});

test('enterLane() with "queue" admits calls in order, one at a time', async (key) => {
  enterLane(key, "queue", first);
  const turns = [enterLane(key, "queue", second), enterLane(key, "queue", third)];
  assertEquals(await Promise.all(turns.map(hasCome)), [false, false]);
  leaveLane(key, first);
  assertEquals(await Promise.all(turns.map(hasCome)), [true, false]);
  leaveLane(key, second);
  assertEquals(await Promise.all(turns.map(hasCome)), [true, true]);
});

test("leaveLane() of a queued call only removes it from the queue", async (key) => {
  enterLane(key, "queue", first);
  const turns = [enterLane(key, "queue", second), enterLane(key, "queue", third)];
  leaveLane(key, second);
  leaveLane(key, first);
  assertEquals(await Promise.all(turns.map(hasCome)), [false, true]);
});

test('enterLane() blocks a call with "block" while another is queued', (key) => {
  enterLane(key, "queue", first);
  enterLane(key, "queue", second);
  leaveLane(key, first);
  assertEquals(enterLane(key, "block", third), null);
});

test('enterLane() with "replace" empties the queue', async (key) => {
  enterLane(key, "queue", first);
  const turn = enterLane(key, "queue", second);
  assertEquals(enterLane(key, "replace", third), runs([first, second]));
  leaveLane(key, first);
  leaveLane(key, second);
  assertEquals(await hasCome(turn), false);
  assertEquals(enterLane(key, "block", fourth), null);
});

test('enterLane() with "latest" waits for the active call, and replaces those in the queue', async (key) => {
  enterLane(key, "latest", first);
  const waiting = enterLane(key, "latest", second);
  assertEquals([waiting?.replaced, await hasCome(waiting)], [[], false]);
  const newest = enterLane(key, "latest", third);
  assertEquals([newest?.replaced, await hasCome(newest)], [[second], false]);
  // The call that was replaced leaves, and the active one is done.
  leaveLane(key, second);
  leaveLane(key, first);
  assertEquals([await hasCome(waiting), await hasCome(newest)], [false, true]);
  leaveLane(key, third);
  assertEquals(enterLane(key, "latest", fourth), runs([]));
});
