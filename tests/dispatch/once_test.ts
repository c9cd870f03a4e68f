import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { type Clock, install } from "@sinonjs/fake-timers";
import {
  type Claim,
  createOnce,
  type MineClaim,
  onceKey,
  STORED_BYTES,
  type StoredOutcome,
} from "../../src/dispatch/once.ts";
import { HyperError } from "../../src/errors.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";

const VALUE: StoredOutcome = { kind: "value", value: { id: 7 } };

/** Runs a test on a clock that stands still until it is told to go on. */
function timed(name: string, fn: (clock: Clock) => Promise<void>): void {
  Deno.test(name, async () => {
    const clock = install({ toFake: ["Date", "performance", "setTimeout", "clearTimeout"] });
    try {
      await fn(clock);
      assertEquals(clock.countTimers(), 0, "no timer is left running");
    } finally {
      clock.uninstall();
    }
  });
}

function mine(claim: Claim): MineClaim {
  assert(claim.kind === "mine", `expected the claim, got ${claim.kind}`);
  // As where a handler is waited for.
  claim.renew();
  return claim;
}

/** A store that can be cut off. */
class Flaky implements Store {
  isDown = false;
  /** Whether changes still come through while their answers are lost. */
  losesAnswers = false;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    if (this.isDown && this.losesAnswers) await ask();
    if (this.isDown) throw new Error("connection lost");
    return await ask();
  }

  get(key: string): Promise<unknown> {
    return this.#ask(() => this.#store.get(key));
  }
  put(key: string, value: unknown, seconds: number): Promise<void> {
    return this.#ask(() => this.#store.put(key, value, seconds));
  }
  putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    return this.#ask(() => this.#store.putIfAbsent(key, value, seconds));
  }
  replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    return this.#ask(() => this.#store.replace(key, expected, value, seconds));
  }
  deleteIf(key: string, expected: unknown): Promise<boolean> {
    return this.#ask(() => this.#store.deleteIf(key, expected));
  }
  delete(key: string): Promise<void> {
    return this.#ask(() => this.#store.delete(key));
  }
}

timed("claim() gives the first asker the run, and a repeat the outcome", async () => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  assertEquals(await first.finish(VALUE), true);
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
});

const OUTCOMES: readonly StoredOutcome[] = [
  { kind: "nothing" },
  {
    kind: "events",
    events: [{ event: "toast", data: { value: "Saved" } }, { event: "checkpoint", id: "r:checkpoint:a" }],
  },
  { kind: "value", value: null },
  { kind: "value", value: { text: "\u{1F600} \ud800", list: [1, null] } },
  { kind: "markup", html: "<p>Hello</p>" },
  { kind: "response", status: 201, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]], body: "SGVsbG8=" },
  { kind: "tooLarge" },
];

for (const [index, outcome] of OUTCOMES.entries()) {
  timed(`finish() keeps an outcome of kind ${outcome.kind} as it is, case ${index}`, async () => {
    const once = createOnce({ store: createMemoryStore() });
    await mine(await once.claim("key")).finish(outcome);
    assertEquals(await once.claim("key"), { kind: "done", outcome });
  });
}

const AT_LIMIT: readonly [string, StoredOutcome, StoredOutcome][] = [
  // The quotes of the JSON text count.
  ["value", { kind: "value", value: "x".repeat(STORED_BYTES - 2) }, {
    kind: "value",
    value: "x".repeat(STORED_BYTES - 1),
  }],
  ["markup", { kind: "markup", html: "é".repeat(STORED_BYTES / 2) }, {
    kind: "markup",
    html: `${"é".repeat(STORED_BYTES / 2)}x`,
  }],
  ["response", response(STORED_BYTES), response(STORED_BYTES + 1)],
  ["events", events(STORED_BYTES), events(STORED_BYTES + 1)],
];

for (const [kind, atLimit, pastIt] of AT_LIMIT) {
  timed(`finish() keeps a ${kind} of 256 KiB, and one byte more as tooLarge`, async () => {
    const once = createOnce({ store: createMemoryStore() });
    await mine(await once.claim("at")).finish(atLimit);
    await mine(await once.claim("past")).finish(pastIt);
    assertEquals((await once.claim("at") as { outcome: StoredOutcome }).outcome.kind, atLimit.kind);
    assertEquals(await once.claim("past"), { kind: "done", outcome: { kind: "tooLarge" } });
  });
}

function response(bytes: number): StoredOutcome {
  return { kind: "response", status: 200, headers: [], body: btoa("x".repeat(bytes)) };
}

function events(bytes: number): StoredOutcome {
  const empty = JSON.stringify([{ event: "result", data: "" }]).length;
  return { kind: "events", events: [{ event: "result", data: "x".repeat(bytes - empty) }] };
}

timed("claim() gives one of ten at once the run, and the others its outcome", async () => {
  const once = createOnce({ store: createMemoryStore() });
  let runs = 0;
  const claims = await Promise.all(Array.from({ length: 10 }, async () => {
    const claim = await once.claim("key");
    if (claim.kind !== "mine") return claim.kind;
    runs++;
    await claim.finish(VALUE);
    return claim.kind;
  }));
  assertEquals(runs, 1);
  assertEquals(claims.toSorted(), [...Array(9).fill("done"), "mine"]);
});

timed("claim() on another instance waits for the run of the first and gives its outcome", async (clock) => {
  const store = createMemoryStore();
  const [here, there] = [createOnce({ store }), createOnce({ store })];
  const first = mine(await here.claim("key"));
  const repeat = there.claim("key");
  await clock.tickAsync(3000);
  await first.finish(VALUE);
  await clock.tickAsync(500);
  assertEquals(await repeat, { kind: "done", outcome: VALUE });
});

timed("claim() wakes a repeat of its own process at once", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  const repeat = once.claim("key");
  await clock.tickAsync(3000);
  await first.finish(VALUE);
  assertEquals(await repeat, { kind: "done", outcome: VALUE });
});

timed("claim() waits ten seconds for a run, and not longer", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  const settled: Claim[] = [];
  const repeat = once.claim("key").then((claim) => void settled.push(claim));
  await clock.tickAsync(9_999);
  assertEquals(settled, []);
  await clock.tickAsync(1);
  assertEquals(settled, [{ kind: "running" }]);
  await repeat;
  await first.giveUp();
});

timed("claim() with waitSeconds 0 does not wait", async () => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0 });
  const first = mine(await once.claim("key"));
  assertEquals(await once.claim("key"), { kind: "running" });
  await first.giveUp();
});

timed("claim() stops waiting when the visitor has gone", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  const visitor = new AbortController();
  const repeat = once.claim("key", visitor.signal);
  await clock.tickAsync(100);
  visitor.abort();
  assertEquals(await repeat, { kind: "running" });
  await first.giveUp();
});

timed("giveUp() lets a repeat that waits run it", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  const repeat = once.claim("key");
  await clock.tickAsync(100);
  await first.giveUp();
  await mine(await repeat).finish(VALUE);
  assertEquals((await once.claim("key")).kind, "done");
});

timed("a claim that is disposed is given up, unless it was finished", async () => {
  const once = createOnce({ store: createMemoryStore() });
  {
    await using _claim = mine(await once.claim("key"));
  }
  {
    await using claim = mine(await once.claim("key"));
    await claim.finish(VALUE);
  }
  assertEquals((await once.claim("key")).kind, "done");
});

timed("finish() after giveUp() keeps nothing, and gives the claim of another back to nobody", async () => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0 });
  const first = mine(await once.claim("key"));
  await first.giveUp();
  const second = mine(await once.claim("key"));
  assertEquals(await first.finish(VALUE), false);
  assertEquals(await once.claim("key"), { kind: "running" });
  await second.giveUp();
});

timed("a claim is renewed for as long as its handler runs", async (clock) => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0 });
  const first = mine(await once.claim("key"));
  for (let minute = 0; minute < 10; minute++) {
    await clock.tickAsync(60_000);
    assertEquals(await once.claim("key"), { kind: "running" });
  }
  assertEquals(await first.finish(VALUE), true);
});

timed("a claim is not renewed where nobody says that its handler is waited for", async (clock) => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0 });
  const first = await once.claim("key");
  assert(first.kind === "mine");
  await clock.tickAsync(30_000);
  const second = mine(await once.claim("key"));
  assertEquals(await first.finish(VALUE), false);
  await second.giveUp();
});

timed("renew() of a claim that was given up renews nothing", async (clock) => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0 });
  const first = await once.claim("key");
  assert(first.kind === "mine");
  await first.giveUp();
  first.renew();
  await clock.tickAsync(60_000);
  await mine(await once.claim("key")).giveUp();
});

timed("a claim of a process that died may be claimed anew when its lease has run out, not before", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const dying = mine(await createOnce({ store: flaky }).claim("key"));
  flaky.isDown = true;
  const once = createOnce({ store, waitSeconds: 0 });
  await clock.tickAsync(29_999);
  assertEquals(await once.claim("key"), { kind: "running" });
  await clock.tickAsync(1);
  const second = mine(await once.claim("key"));
  flaky.isDown = false;
  assertEquals(await dying.finish({ kind: "nothing" }), false);
  assertEquals(await once.claim("key"), { kind: "running" });
  assertEquals(await second.finish(VALUE), true);
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
});

timed("a claim of a process that died is not known to be done, where such a run is to be refused", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  await using _dead = mine(await createOnce({ store: flaky, afterCrash: "refuse" }).claim("key"));
  flaky.isDown = true;
  const once = createOnce({ store, waitSeconds: 0, afterCrash: "refuse" });
  assertEquals(await once.claim("key"), { kind: "running" });
  await clock.tickAsync(30_000);
  for (let repeat = 0; repeat < 3; repeat++) assertEquals(await once.claim("key"), { kind: "unknown" });
  // Until its outcome would have been forgotten too.
  await clock.tickAsync(3_600_000 - 30_000);
  await mine(await once.claim("key")).giveUp();
  flaky.isDown = false;
});

Deno.test("where a dead run is to be refused, what was given up runs anew, and what was done is told again", async () => {
  const store = createMemoryStore({ maxEntries: 2 });
  const once = createOnce({ store, waitSeconds: 0, afterCrash: "refuse" });
  await mine(await once.claim("key")).giveUp();
  const second = mine(await once.claim("key"));
  assertEquals(await once.claim("key"), { kind: "running" });
  assertEquals(await second.finish(VALUE), true);
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
  // No mark is left that would hold a place in the store.
  for (const key of ["a", "b", "c"]) await mine(await once.claim(key)).finish(VALUE);
});

timed("giveUp() of a claim whose lease has run out leaves the claim of another", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const stalled = mine(await createOnce({ store: flaky }).claim("key"));
  flaky.isDown = true;
  await clock.tickAsync(30_000);
  flaky.isDown = false;
  const once = createOnce({ store, waitSeconds: 0 });
  const second = mine(await once.claim("key"));
  await stalled.giveUp();
  assertEquals(await once.claim("key"), { kind: "running" });
  await second.giveUp();
});

timed("a claim survives a store that is away for less than its lease", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const first = mine(await createOnce({ store: flaky }).claim("key"));
  flaky.isDown = true;
  await clock.tickAsync(15_000);
  flaky.isDown = false;
  await clock.tickAsync(60_000);
  const once = createOnce({ store, waitSeconds: 0 });
  assertEquals(await once.claim("key"), { kind: "running" });
  assertEquals(await first.finish(VALUE), true);
});

timed("finish() tries again while the store is away", async (clock) => {
  const flaky = new Flaky(createMemoryStore());
  const once = createOnce({ store: flaky });
  const first = mine(await once.claim("key"));
  flaky.isDown = true;
  const finished = first.finish(VALUE);
  await clock.tickAsync(8_000);
  flaky.isDown = false;
  await clock.tickAsync(500);
  assertEquals(await finished, true);
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
});

timed("finish() knows its outcome again when only the answer of the store was lost", async (clock) => {
  const flaky = new Flaky(createMemoryStore());
  const once = createOnce({ store: flaky });
  const first = mine(await once.claim("key"));
  flaky.isDown = flaky.losesAnswers = true;
  const finished = first.finish(VALUE);
  await clock.tickAsync(100);
  flaky.isDown = false;
  await clock.tickAsync(500);
  assertEquals(await finished, true);
});

timed("finish() rejects with what the store said when it is away for as long as the lease", async (clock) => {
  const flaky = new Flaky(createMemoryStore());
  const first = mine(await createOnce({ store: flaky }).claim("key"));
  flaky.isDown = true;
  const finished = assertRejects(() => first.finish(VALUE), Error, "connection lost");
  await clock.tickAsync(31_000);
  await finished;
});

timed("a claim whose outcome could not be kept is not given up when it is disposed", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const ended = (async () => {
    await using claim = mine(await createOnce({ store: flaky, leaseSeconds: 1 }).claim("key"));
    flaky.isDown = true;
    await assertRejects(() => claim.finish(VALUE), Error, "connection lost");
    flaky.isDown = false;
  })();
  await clock.tickAsync(600);
  await ended;
  assertEquals(await createOnce({ store, waitSeconds: 0 }).claim("key"), { kind: "running" });
});

timed("a claim that ends while it is renewed is not renewed again", async (clock) => {
  const store = createMemoryStore();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = new Flaky(store);
  slow.replace = async () => {
    await promise;
    throw new Error("connection lost");
  };
  const first = mine(await createOnce({ store: slow }).claim("key"));
  await clock.tickAsync(10_000);
  await first.giveUp();
  resolve();
  await clock.tickAsync(1);
  assertEquals(clock.countTimers(), 0);
});

timed("claim() refuses with 503 and Retry-After when the store is away", async () => {
  const flaky = new Flaky(createMemoryStore());
  flaky.isDown = true;
  const error = await assertRejects(() => createOnce({ store: flaky }).claim("key"), HyperError, "does not answer");
  assertInstanceOf(error, HyperError);
  assertEquals([error.status, error.headers["retry-after"]], [503, "1"]);
  assertEquals((error.cause as Error).message, "connection lost");
});

timed("claim() passes on the refusal of a store without room", async () => {
  const store = createMemoryStore({ maxEntries: 1 });
  await store.putIfAbsent("other", "held", 60);
  await assertRejects(() => createOnce({ store }).claim("key"), HyperError, "all room is held");
});

timed("claim() gives the run again when the outcome has been kept for its time", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  await mine(await once.claim("key")).finish(VALUE);
  await clock.tickAsync(3_599_999);
  assertEquals((await once.claim("key")).kind, "done");
  await clock.tickAsync(1);
  await mine(await once.claim("key")).giveUp();
});

const UNREADABLE: readonly unknown[] = [
  "text",
  7,
  [],
  { kind: "from a later version" },
  { kind: "markup" },
  { kind: "value" },
  { kind: "events", events: {} },
  { kind: "response", status: 200 },
];

for (const [index, stored] of UNREADABLE.entries()) {
  timed(`claim() takes what it cannot read for done, never for free, case ${index}`, async () => {
    const store = createMemoryStore();
    await store.put("key", stored, 60);
    assertEquals(await createOnce({ store }).claim("key"), { kind: "done", outcome: { kind: "tooLarge" } });
  });
}

Deno.test("claim() holds between two connections to one SQLite file, and over a restart", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  {
    await using here = await createSqliteStore(path);
    await using there = await createSqliteStore(path);
    const first = mine(await createOnce({ store: here }).claim("key"));
    assertEquals(await createOnce({ store: there, waitSeconds: 0 }).claim("key"), { kind: "running" });
    await first.finish(VALUE);
  }
  {
    await using again = await createSqliteStore(path);
    assertEquals(await createOnce({ store: again }).claim("key"), { kind: "done", outcome: VALUE });
  }
  await Deno.remove(path);
});

Deno.test("createOnce() refuses times that are not above 0, and what it does not know", () => {
  const store = createMemoryStore();
  assertThrows(() => createOnce({ store, seconds: 0 }), RangeError, "seconds is 0");
  assertThrows(() => createOnce({ store, leaseSeconds: NaN }), RangeError, "leaseSeconds is NaN");
  assertThrows(() => createOnce({ store, waitSeconds: -1 }), RangeError, "waitSeconds is -1");
  const afterCrash = "ask" as "run";
  assertThrows(() => createOnce({ store, afterCrash }), TypeError, 'afterCrash is "ask"');
});

Deno.test("onceKey() differs by action, principal, id and input, and not by where one ends", () => {
  const parts = { action: "save", principal: "ada", id: "r1", input: "d" };
  const keys = [
    parts,
    { ...parts, action: "delete" },
    { ...parts, principal: "bob" },
    { ...parts, principal: null },
    { ...parts, principal: "null" },
    { ...parts, principal: "" },
    { ...parts, id: "r2" },
    { ...parts, input: "e" },
    { ...parts, action: "sav", principal: "eada" },
    { ...parts, action: 'save","ada', principal: null },
  ].map(onceKey);
  assertEquals(new Set(keys).size, keys.length);
  assertEquals(onceKey({ ...parts }), keys[0]);
});

Deno.test("onceKey() gives a bounded key that shows nothing of its parts", () => {
  const key = onceKey({ action: "save", principal: "ada".repeat(1000), id: "r1", input: "d" });
  assertMatch(String(key), /^hyper:once:[0-9a-f]{64}$/);
});

const keyOf = (input: unknown): string | Promise<string> =>
  onceKey({ action: "save", principal: null, id: "r1", input });

const file = (text: string, name = "a.txt", type = "text/plain"): File => new File([text], name, { type });

const EQUAL: readonly [unknown, unknown][] = [
  [{}, {}],
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
  [{ a: file("x") }, { a: file("x") }],
  [{ a: file("xy") }, { a: new File(["x", "y"], "a.txt", { type: "text/plain", lastModified: 1 }) }],
  [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
];

for (const [index, [one, two]] of EQUAL.entries()) {
  Deno.test(`onceKey() is the same for equal input, case ${index}`, async () => {
    assertEquals(await keyOf(one), await keyOf(two));
  });
}

Deno.test("onceKey() differs for input that differs", async () => {
  const inputs: readonly unknown[] = [
    {},
    [],
    null,
    undefined,
    "",
    0,
    "0",
    false,
    "false",
    1n,
    "1n",
    "B1",
    NaN,
    "null",
    ["U"],
    [undefined],
    [[1], 2],
    [1, [2]],
    [1, 2],
    ["1,2"],
    { a: undefined },
    { a: 1 },
    { a: "1" },
    { "a:1": 1 },
    { a: { b: 1 } },
    { "a.b": 1 },
    { ["__proto__"]: 1 },
    "\ud800",
    "\udbff",
    "\ufffd",
    "é",
    "e\u0301",
    new Date(0),
    0.5,
    file("x"),
    file("y"),
    file("x", "b.txt"),
    file("x", "a.txt", "text/html"),
    new Blob(["x"], { type: "text/plain" }),
    [file("x"), file("y")],
    [file("y"), file("x")],
    { a: file("x"), b: "F1" },
    { a: "F1", b: file("x") },
  ];
  const keys = await Promise.all(inputs.map((input) => keyOf(input)));
  for (const [index, key] of keys.entries()) {
    assertEquals(keys.indexOf(key), index, `input ${index} has the key of input ${keys.indexOf(key)}`);
  }
});

Deno.test("onceKey() does not tell one key order from another at any depth", async () => {
  const forth = { rows: [{ a: 1, b: 2 }], z: { y: { x: 1, w: 2 } } };
  const back = { z: { y: { w: 2, x: 1 } }, rows: [{ b: 2, a: 1 }] };
  assertEquals(await keyOf(forth), await keyOf(back));
  assertNotEquals(await keyOf(forth), await keyOf({ ...forth, rows: [{ a: 2, b: 1 }] }));
});

Deno.test("onceKey() reads a file as a stream, never whole", async () => {
  class Streamed extends File {
    override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return ReadableStream.from(["he", "llo"].map((text) => new TextEncoder().encode(text)));
    }
    override arrayBuffer(): Promise<ArrayBuffer> {
      return Promise.reject(new Error("read whole"));
    }
  }
  const streamed = new Streamed([], "a.txt", { type: "text/plain" });
  assertEquals(await keyOf({ a: streamed }), await keyOf({ a: file("hello") }));
});

Deno.test("onceKey() refuses what is no data", () => {
  assertThrows(() => keyOf({ a: () => {} }), TypeError, "a function is no data");
  assertThrows(() => keyOf({ a: Symbol("s") }), TypeError, "a symbol is no data");
  assertThrows(() => keyOf({ a: new Map() }), TypeError, "[object Map] is no plain record");
});
