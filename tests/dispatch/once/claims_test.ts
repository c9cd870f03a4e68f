import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type Clock, install } from "@sinonjs/fake-timers";
import { type Claim, type ClaimsOptions, createClaims } from "../../../src/dispatch/once/claims.ts";
import type { MineClaim, Move } from "../../../src/dispatch/once/held.ts";
import { STORED_BYTES, type StoredOutcome } from "../../../src/dispatch/once/outcome.ts";
import { HyperError } from "../../../src/errors.ts";
import type { Holder } from "../../../src/http/caller.ts";
import { createMemoryStore } from "../../../src/store/memory.ts";
import { createSqliteStore } from "../../../src/store/sqlite.ts";
import type { Store } from "../../../src/store/store.ts";

const VALUE: StoredOutcome = { kind: "value", value: { id: 7 } };

/** Runs a test on a clock that only the test advances. */
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
  // As for an action function that is awaited.
  claim.renew();
  return claim;
}

const ADA: Holder = { kind: "principal", name: "ada" };

interface AskOptions {
  readonly signal?: AbortSignal;
  readonly holder?: Holder;
  readonly moveOf?: (cookies: readonly string[]) => Promise<Move | null>;
}

/** The claims of one process, and its reports. */
class Process {
  readonly reports: string[] = [];
  readonly #claims: ReturnType<typeof createClaims>;

  constructor(options: ClaimsOptions) {
    this.#claims = createClaims(options);
  }

  claim(key: string, { signal, holder = ADA, moveOf = () => Promise.resolve(null) }: AskOptions = {}): Promise<Claim> {
    const report = (error: unknown) => void this.reports.push((error as Error).message);
    return this.#claims.claim({ key, action: "save", holder, session: null, moveOf, report, onLost: report, signal });
  }

  forget(key: string): Promise<void> {
    return this.#claims.forget(key);
  }

  close(): void {
    this.#claims.close();
  }
}

function createOnce(options: ClaimsOptions): Process {
  return new Process(options);
}

/** A store that can be disconnected. */
class Flaky implements Store {
  isDown = false;
  /** A key for which it rejects every value. */
  refuses: string | null = null;
  /** `true` if changes succeed while their responses are lost. */
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
    if (key === this.refuses) return Promise.reject(new Error("no room"));
    return this.#ask(() => this.#store.replace(key, expected, value, seconds));
  }
  deleteIf(key: string, expected: unknown): Promise<boolean> {
    return this.#ask(() => this.#store.deleteIf(key, expected));
  }
  delete(key: string): Promise<void> {
    return this.#ask(() => this.#store.delete(key));
  }
}

timed("claim() returns the run to the first request, and the outcome to a retry", async () => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  await first.finish(VALUE);
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

timed("claim() returns the run to one of ten simultaneous requests, and its outcome to the others", async () => {
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

timed("claim() on another instance waits for the first run and returns its outcome", async (clock) => {
  const store = createMemoryStore();
  const [here, there] = [createOnce({ store }), createOnce({ store })];
  const first = mine(await here.claim("key"));
  const repeat = there.claim("key");
  await clock.tickAsync(3000);
  await first.finish(VALUE);
  await clock.tickAsync(500);
  assertEquals(await repeat, { kind: "done", outcome: VALUE });
});

timed("claim() of a retry in the same process ends as soon as the run ends", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  const repeat = once.claim("key");
  await clock.tickAsync(3000);
  await first.finish(VALUE);
  assertEquals(await repeat, { kind: "done", outcome: VALUE });
});

timed("claim() waits at most ten seconds for a run", async (clock) => {
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

timed("claim() stops waiting when the client disconnects", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  const visitor = new AbortController();
  const repeat = once.claim("key", { signal: visitor.signal });
  await clock.tickAsync(100);
  visitor.abort();
  assertEquals(await repeat, { kind: "running" });
  await first.giveUp();
});

timed("giveUp() lets a waiting retry run", async (clock) => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key"));
  const repeat = once.claim("key");
  await clock.tickAsync(100);
  await first.giveUp();
  await mine(await repeat).finish(VALUE);
  assertEquals((await once.claim("key")).kind, "done");
});

timed("disposing a claim gives it up, unless it was finished", async () => {
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

timed("finish() after giveUp() stores nothing, and does not change the next claim", async () => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0 });
  const first = mine(await once.claim("key"));
  await first.giveUp();
  const second = mine(await once.claim("key"));
  await first.finish(VALUE);
  assertEquals(await once.claim("key"), { kind: "running" });
  await second.giveUp();
});

timed("H1: a claim is renewed for as long as its action function runs, against other processes too", async (clock) => {
  const store = createMemoryStore();
  const [here, there] = [createOnce({ store, waitSeconds: 0 }), createOnce({ store, waitSeconds: 0 })];
  const first = mine(await here.claim("key"));
  for (let minute = 0; minute < 10; minute++) {
    await clock.tickAsync(60_000);
    assertEquals(await there.claim("key"), { kind: "running" });
  }
  await first.finish(VALUE);
  assertEquals([await there.claim("key"), here.reports], [{ kind: "done", outcome: VALUE }, []]);
});

timed("H1: a renewal extends the lease", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const first = mine(await createOnce({ store: flaky }).claim("key"));
  await clock.tickAsync(20_000);
  // Renewed at 10 and 20 seconds, so it is valid until 50.
  flaky.isDown = true;
  await clock.tickAsync(29_999);
  const there = createOnce({ store, waitSeconds: 0 });
  assertEquals(await there.claim("key"), { kind: "running" });
  await clock.tickAsync(1);
  await mine(await there.claim("key")).giveUp();
  flaky.isDown = false;
  await first.giveUp();
});

timed("a claim is not renewed if the action function is synchronous", async (clock) => {
  const store = createMemoryStore();
  const first = await createOnce({ store }).claim("key");
  assert(first.kind === "mine");
  await clock.tickAsync(30_000);
  const there = createOnce({ store, waitSeconds: 0 });
  await mine(await there.claim("key")).giveUp();
  await first.giveUp();
});

timed("renew() does nothing for a released claim", async (clock) => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0 });
  const first = await once.claim("key");
  assert(first.kind === "mine");
  await first.giveUp();
  first.renew();
  await clock.tickAsync(60_000);
  await mine(await once.claim("key")).giveUp();
});

timed("a claim of a dead process is free when its lease has expired, and not before", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const stalled = createOnce({ store: flaky });
  const dying = mine(await stalled.claim("key"));
  flaky.isDown = true;
  const once = createOnce({ store, waitSeconds: 0 });
  await clock.tickAsync(29_999);
  assertEquals(await once.claim("key"), { kind: "running" });
  await clock.tickAsync(1);
  const second = mine(await once.claim("key"));
  flaky.isDown = false;
  // The claim of another process is not overwritten. This process returns its own outcome to its own repeats.
  await dying.finish({ kind: "nothing" });
  assertEquals(await once.claim("key"), { kind: "running" });
  assertEquals(await stalled.claim("key"), { kind: "done", outcome: { kind: "nothing" } });
  assertEquals(stalled.reports.length, 1);
  assertStringIncludes(stalled.reports[0] ?? "", "another process has taken it");
  await second.finish(VALUE);
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
});

timed('afterCrash "reject": the claim of a dead process is "unknown"', async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  await using _dead = mine(await createOnce({ store: flaky, afterCrash: "reject" }).claim("key"));
  flaky.isDown = true;
  const once = createOnce({ store, waitSeconds: 0, afterCrash: "reject" });
  assertEquals(await once.claim("key"), { kind: "running" });
  await clock.tickAsync(30_000);
  for (let repeat = 0; repeat < 3; repeat++) assertEquals(await once.claim("key"), { kind: "unknown" });
  // Until its outcome would have expired too.
  await clock.tickAsync(3_600_000 - 30_000);
  await mine(await once.claim("key")).giveUp();
  flaky.isDown = false;
});

Deno.test('afterCrash "reject": a released claim runs again, and a stored outcome is returned', async () => {
  const store = createMemoryStore({ maxEntries: 2 });
  const once = createOnce({ store, waitSeconds: 0, afterCrash: "reject" });
  await mine(await once.claim("key")).giveUp();
  const second = mine(await once.claim("key"));
  assertEquals(await once.claim("key"), { kind: "running" });
  await second.finish(VALUE);
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
  // No mark is left that would take space in the store.
  for (const key of ["a", "b", "c"]) await mine(await once.claim(key)).finish(VALUE);
});

/** A store that records its changes. */
function noting(store: Store, notes: string[]): Store {
  const note = (method: string, key: string) => void notes.push(`${method} ${key}`);
  return {
    get: (key) => store.get(key),
    put: (key, ...rest) => (note("put", key), store.put(key, ...rest)),
    putIfAbsent: (key, ...rest) => (note("putIfAbsent", key), store.putIfAbsent(key, ...rest)),
    replace: (key, ...rest) => (note("replace", key), store.replace(key, ...rest)),
    deleteIf: (key, ...rest) => (note("deleteIf", key), store.deleteIf(key, ...rest)),
    delete: (key) => (note("delete", key), store.delete(key)),
  };
}

timed("H1: the mark of a run is removed after its outcome is stored, and before its claim is given up", async () => {
  const notes: string[] = [];
  const once = createOnce({ store: noting(createMemoryStore(), notes), afterCrash: "reject" });
  await mine(await once.claim("key")).finish(VALUE);
  assertEquals(notes.splice(0), ["putIfAbsent key", "putIfAbsent key:begun", "replace key", "deleteIf key:begun"]);
  await mine(await once.claim("other")).giveUp();
  assertEquals(notes.slice(2), ["deleteIf other:begun", "deleteIf other"]);
});

timed("H1: the mark of a run stays if its outcome was not stored, and no other process runs it", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const once = createOnce({ store: flaky, afterCrash: "reject" });
  const first = mine(await once.claim("key"));
  flaky.refuses = "key";
  await first.finish(VALUE);
  await clock.tickAsync(31_000);
  assertEquals(await createOnce({ store, waitSeconds: 0, afterCrash: "reject" }).claim("key"), { kind: "unknown" });
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
  once.close();
});

timed("H1: the mark of a run stays if another process has its claim", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const once = createOnce({ store: flaky, afterCrash: "reject" });
  const first = mine(await once.claim("key"));
  const owner = await store.get("key:begun");
  flaky.isDown = true;
  await clock.tickAsync(31_000);
  flaky.isDown = false;
  // Such as a process of an earlier version with `afterCrash: "retry"`.
  assertEquals(await store.putIfAbsent("key", { kind: "running", owner: "another" }, 3_600), true);
  await first.finish(VALUE);
  assertEquals([typeof owner, await store.get("key:begun")], ["string", owner]);
  assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
  once.close();
});

timed("a mark that is set late does not replace that of another run", async () => {
  const store = createMemoryStore();
  const first = mine(await createOnce({ store, afterCrash: "reject" }).claim("key"));
  await store.put("key:begun", "another owner", 60);
  await first.finish(VALUE);
  assertEquals(await store.get("key:begun"), "another owner");
});

timed(
  "A6: a process does not run a mutation again when the store has lost its outcome early",
  async (clock) => {
    const store = createMemoryStore();
    const once = createOnce({ store });
    await mine(await once.claim("key")).finish(VALUE);
    await store.delete("key");
    assertEquals(await once.claim("key"), { kind: "done", outcome: { kind: "tooLarge" } });
    // Other processes receive the same.
    assertEquals(await createOnce({ store }).claim("key"), { kind: "done", outcome: { kind: "tooLarge" } });
    await clock.tickAsync(3_600_000);
    await mine(await once.claim("key")).giveUp();
  },
);

timed("forget() lets the next request run, and leaves a claim of another process", async () => {
  const store = createMemoryStore();
  const once = createOnce({ store, waitSeconds: 0 });
  await mine(await once.claim("key")).finish(VALUE);
  await once.forget("key");
  await mine(await once.claim("key")).giveUp();
  const elsewhere = mine(await createOnce({ store }).claim("other"));
  await once.forget("other");
  assertEquals(await once.claim("other"), { kind: "running" });
  await elsewhere.giveUp();
});

timed("evicting an outcome does not end a run of another process", async () => {
  const store = createMemoryStore();
  const once = createOnce({ store, waitSeconds: 0, maxEntries: 1 });
  await mine(await once.claim("key")).finish(VALUE);
  // Expired there early, and run by another process.
  await store.delete("key");
  const elsewhere = mine(await createOnce({ store }).claim("key"));
  await mine(await once.claim("second")).finish(VALUE);
  assertEquals(await once.claim("key"), { kind: "running" });
  await elsewhere.giveUp();
});

/** Returns the identity that a cookie creates. */
const moved = (onKept: () => Promise<void> = () => Promise.resolve()) => () =>
  Promise.resolve({ key: "key:new", onKept });

timed("an outcome that reached the store late is kept by the store alone, under both identities", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const once = createOnce({ store: flaky, waitSeconds: 0 });
  const first = mine(await once.claim("key", { moveOf: moved() }));
  first.keepCookie("session=1");
  flaky.isDown = true;
  await first.finish(VALUE);
  flaky.isDown = false;
  await clock.tickAsync(500);
  for (const key of ["key", "key:new"]) {
    assertEquals((await once.claim(key)).kind, "done", key);
    // The store has dropped the outcome, so this process must not return it.
    await once.forget(key);
    await mine(await once.claim(key)).giveUp();
  }
});

timed("finish() keeps an outcome also under the identity that its cookies create, without the cookies", async () => {
  const once = createOnce({ store: createMemoryStore() });
  const first = mine(await once.claim("key", { moveOf: moved() }));
  first.keepCookie("session=2");
  await first.finish(VALUE);
  assertEquals(await once.claim("key"), { kind: "done", outcome: { ...VALUE, cookies: ["session=2"] } });
  assertEquals(await once.claim("key:new"), { kind: "done", outcome: VALUE });
});

timed("finish() stores under both identities after the store has failed, and answers both meanwhile", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const once = createOnce({ store: flaky, waitSeconds: 0 });
  let kept = 0;
  const first = mine(await once.claim("key", { moveOf: moved(() => Promise.resolve(void kept++)) }));
  first.keepCookie("session=2");
  flaky.isDown = true;
  await first.finish(VALUE);
  assertEquals([await once.claim("key:new"), kept], [{ kind: "done", outcome: VALUE }, 0]);
  flaky.isDown = false;
  await clock.tickAsync(500);
  assertEquals([await createOnce({ store }).claim("key:new"), kept], [{ kind: "done", outcome: VALUE }, 1]);
});

for (const isElsewhere of [false, true]) {
  timed(
    `headSent() leads a repeat with the new cookies to the run, ${isElsewhere ? "in another" : "in this"} process`,
    async () => {
      const store = createMemoryStore();
      const once = createOnce({ store, waitSeconds: 0 });
      const asker = isElsewhere ? createOnce({ store, waitSeconds: 0 }) : once;
      const first = mine(await once.claim("key", { moveOf: moved() }));
      first.keepCookie("session=2");
      first.headSent();
      // Known when the identity is known and the store has it.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      assertEquals(await asker.claim("key:new"), { kind: "running" });
      await first.finish(VALUE);
      assertEquals(await asker.claim("key:new"), { kind: "done", outcome: VALUE });
    },
  );

  timed(
    `headSent() holds nothing when the run is given up, ${isElsewhere ? "in another" : "in this"} process`,
    async () => {
      const store = createMemoryStore();
      const once = createOnce({ store, waitSeconds: 0 });
      const asker = isElsewhere ? createOnce({ store, waitSeconds: 0 }) : once;
      const first = mine(await once.claim("key", { moveOf: moved() }));
      first.keepCookie("session=2");
      first.headSent();
      await first.giveUp();
      await mine(await asker.claim("key:new")).giveUp();
    },
  );
}

timed("a retry that follows a pointer to a run which has just ended gets its outcome without the cookies", async () => {
  const store = createMemoryStore();
  await store.put("key:new", { kind: "moved", to: "key" }, 60);
  await store.put("key", { ...VALUE, cookies: ["session=2"] }, 60);
  assertEquals(await createOnce({ store }).claim("key:new"), { kind: "done", outcome: VALUE });
});

timed("A4: a claim that returns an outcome, or times out, releases its hold", async () => {
  const once = createOnce({ store: createMemoryStore(), waitSeconds: 0, maxClaimsPerPrincipal: 2 });
  const first = mine(await once.claim("key"));
  for (let repeat = 0; repeat < 5; repeat++) assertEquals(await once.claim("key"), { kind: "running" });
  await first.finish(VALUE);
  for (let repeat = 0; repeat < 5; repeat++) assertEquals((await once.claim("key")).kind, "done");
  const held = [mine(await once.claim("a")), mine(await once.claim("b"))];
  const refused = await once.claim("c");
  assertEquals(refused, { kind: "refused", limit: "idempotency.maxClaimsPerPrincipal", maximum: 2, reason: "own" });
  for (const claim of held) await claim.giveUp();
  await mine(await once.claim("c")).giveUp();
});

timed("headSent() works within this process if the store does not respond", async () => {
  const flaky = new Flaky(createMemoryStore());
  const once = createOnce({ store: flaky, waitSeconds: 0 });
  const first = mine(await once.claim("key", { moveOf: moved() }));
  first.keepCookie("session=2");
  flaky.isDown = true;
  first.headSent();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  flaky.isDown = false;
  assertEquals(await once.claim("key:new"), { kind: "running" });
  await first.finish(VALUE);
  assertEquals([await once.claim("key:new"), once.reports], [{ kind: "done", outcome: VALUE }, []]);
});

timed(
  "the claim of a process that died after its response headers were sent is free for the new cookies too, or rejected",
  async (clock) => {
    for (const afterCrash of ["retry", "reject"] as const) {
      const store = createMemoryStore();
      const flaky = new Flaky(store);
      const dying = await createOnce({ store: flaky, afterCrash }).claim("key", { moveOf: moved() });
      assert(dying.kind === "mine");
      dying.keepCookie("session=2");
      dying.headSent();
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      flaky.isDown = true;
      await clock.tickAsync(30_000);
      const once = createOnce({ store, afterCrash, waitSeconds: 1 });
      const repeat = once.claim("key:new");
      await clock.tickAsync(1_000);
      const claim = await repeat;
      assertEquals(claim.kind, afterCrash === "retry" ? "mine" : "unknown");
      if (claim.kind === "mine") await claim.giveUp();
    }
  },
);

timed("giveUp() of a claim whose lease has expired leaves the claim of another process", async (clock) => {
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

timed("a claim survives a failure of the store that is shorter than its lease", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const first = mine(await createOnce({ store: flaky }).claim("key"));
  flaky.isDown = true;
  await clock.tickAsync(15_000);
  flaky.isDown = false;
  await clock.tickAsync(60_000);
  const once = createOnce({ store, waitSeconds: 0 });
  assertEquals(await once.claim("key"), { kind: "running" });
  await first.finish(VALUE);
});

timed(
  "A5: finish() does not wait for an unavailable store: local repeats get the outcome at once, other processes later",
  async (clock) => {
    const store = createMemoryStore();
    const flaky = new Flaky(store);
    const once = createOnce({ store: flaky });
    const there = createOnce({ store, waitSeconds: 0 });
    const first = mine(await once.claim("key"));
    flaky.isDown = true;
    await first.finish(VALUE);
    assertEquals([await once.claim("key"), once.reports], [{ kind: "done", outcome: VALUE }, ["connection lost"]]);
    assertEquals(await there.claim("key"), { kind: "running" });
    await clock.tickAsync(8_000);
    // Reported once, regardless of the number of attempts.
    assertEquals(once.reports, ["connection lost"]);
    flaky.isDown = false;
    await clock.tickAsync(8_000);
    assertEquals(await there.claim("key"), { kind: "done", outcome: VALUE });
  },
);

timed(
  "A5: an outcome that reaches the store after its lease has expired is stored if no other process has claimed it",
  async (clock) => {
    const store = createMemoryStore();
    const flaky = new Flaky(store);
    const first = mine(await createOnce({ store: flaky }).claim("key"));
    flaky.isDown = true;
    await first.finish(VALUE);
    await clock.tickAsync(100_000);
    flaky.isDown = false;
    await clock.tickAsync(60_000);
    assertEquals(await createOnce({ store, waitSeconds: 0 }).claim("key"), { kind: "done", outcome: VALUE });
  },
);

timed(
  "A5: an outcome that the store never accepts is kept by its process until it expires, and delays no other outcome",
  async (clock) => {
    const store = createMemoryStore();
    const flaky = new Flaky(store);
    const once = createOnce({ store: flaky });
    const [bad, good] = [mine(await once.claim("bad")), mine(await once.claim("good"))];
    flaky.isDown = true;
    await bad.finish(VALUE);
    await good.finish(VALUE);
    flaky.isDown = false;
    flaky.refuses = "bad";
    await clock.tickAsync(10_000);
    assertEquals(await createOnce({ store }).claim("good"), { kind: "done", outcome: VALUE });
    await clock.tickAsync(3_580_000);
    assertEquals(await once.claim("bad"), { kind: "done", outcome: VALUE });
    await clock.tickAsync(60_000);
    flaky.refuses = null;
    await mine(await once.claim("bad")).giveUp();
  },
);

timed("finish() recognizes its outcome if only the response of the store was lost", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const once = createOnce({ store: flaky });
  const first = mine(await once.claim("key"));
  flaky.isDown = flaky.losesAnswers = true;
  await first.finish(VALUE);
  flaky.isDown = false;
  await clock.tickAsync(500);
  await clock.tickAsync(60_000);
  assertEquals(await createOnce({ store }).claim("key"), { kind: "done", outcome: VALUE });
  // The failure of the store is reported once, and a claim of another process is not reported.
  assertEquals(once.reports, ["connection lost"]);
});

timed(
  "A5: a claim that could not be deleted from the store is released when the store is back, at the next repeat at the latest",
  async () => {
    const flaky = new Flaky(createMemoryStore());
    const once = createOnce({ store: flaky, waitSeconds: 0 });
    const first = mine(await once.claim("key"));
    flaky.isDown = true;
    await first.giveUp();
    assertEquals(once.reports, ["connection lost"]);
    flaky.isDown = false;
    await mine(await once.claim("key")).finish(VALUE);
    once.close();
  },
);

timed("a claim whose response was lost does not block its own retry", async (clock) => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const once = createOnce({ store: flaky, waitSeconds: 0 });
  flaky.isDown = flaky.losesAnswers = true;
  await assertRejects(() => once.claim("key"), HyperError, "does not answer");
  flaky.isDown = false;
  await clock.tickAsync(500);
  await mine(await createOnce({ store, waitSeconds: 0 }).claim("key")).giveUp();
});

timed("close() ends the attempts to reach the store", async () => {
  const flaky = new Flaky(createMemoryStore());
  const once = createOnce({ store: flaky });
  const first = mine(await once.claim("key"));
  flaky.isDown = true;
  await first.finish(VALUE);
  once.close();
});

timed("disposing a claim whose outcome could not be stored does not give it up", async () => {
  const store = createMemoryStore();
  const flaky = new Flaky(store);
  const once = createOnce({ store: flaky, leaseSeconds: 1 });
  {
    await using claim = mine(await once.claim("key"));
    flaky.isDown = true;
    await claim.finish(VALUE);
    flaky.isDown = false;
  }
  once.close();
  assertEquals(await createOnce({ store, waitSeconds: 0 }).claim("key"), { kind: "running" });
});

timed("A6: an expired lease is taken again if no other process has claimed it, and reported", async (clock) => {
  const store = createMemoryStore();
  const once = createOnce({ store });
  const first = mine(await once.claim("key"));
  // Like a wall clock that is set forward, for a store that uses it.
  await store.delete("key");
  await clock.tickAsync(10_000);
  assertEquals(once.reports.length, 1);
  assertStringIncludes(once.reports[0] ?? "", "it is held again");
  const there = createOnce({ store, waitSeconds: 0 });
  assertEquals(await there.claim("key"), { kind: "running" });
  await first.finish(VALUE);
  assertEquals(await there.claim("key"), { kind: "done", outcome: VALUE });
});

timed("A6: a lease that another process has taken is reported once, and not renewed", async (clock) => {
  const store = createMemoryStore();
  const once = createOnce({ store });
  const first = mine(await once.claim("key"));
  await store.delete("key");
  const second = mine(await createOnce({ store }).claim("key"));
  await clock.tickAsync(60_000);
  await first.finish(VALUE);
  assertEquals(once.reports.length, 1);
  assertStringIncludes(
    once.reports[0] ?? "",
    'action "save": it was not renewed for 30 seconds, and another process has taken it',
  );
  await second.giveUp();
});

timed(
  "A6: one process does not run a mutation twice at the same time, even if its lease has expired",
  async (clock) => {
    for (const lose of [(store: Store) => store.delete("key"), () => clock.tickAsync(31_000)]) {
      const store = createMemoryStore();
      const once = createOnce({ store, waitSeconds: 0 });
      const first = await once.claim("key");
      assert(first.kind === "mine");
      await lose(store);
      assertEquals(await once.claim("key"), { kind: "running" });
      await first.finish(VALUE);
      assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
    }
  },
);

timed(
  "A6: a stall between the request to the store and its response allows no second run in the process",
  async (clock) => {
    const store = createMemoryStore();
    const gate = Promise.withResolvers<void>();
    const slow = new Flaky(store);
    slow.putIfAbsent = async (...args) => {
      const isTaken = await store.putIfAbsent(...args);
      await gate.promise;
      return isTaken;
    };
    const once = createOnce({ store: slow, waitSeconds: 0 });
    const claims = [once.claim("key"), once.claim("key")];
    await clock.tickAsync(31_000);
    claims.push(once.claim("key"));
    gate.resolve();
    const found = await Promise.all(claims);
    assertEquals(found.map(({ kind }) => kind), ["mine", "running", "running"]);
    for (const claim of found) if (claim.kind === "mine") await claim.giveUp();
  },
);

timed(
  "A6: a process that stalled before it received its claim does not run a mutation that another process has claimed",
  async (clock) => {
    for (const afterCrash of ["retry", "reject"] as const) {
      const store = createMemoryStore();
      const gate = Promise.withResolvers<void>();
      const slow = new Flaky(store);
      slow.putIfAbsent = async (...args) => {
        const isTaken = await store.putIfAbsent(...args);
        await gate.promise;
        return isTaken;
      };
      const claim = createOnce({ store: slow, waitSeconds: 0, afterCrash }).claim("key");
      await clock.tickAsync(31_000);
      const second = mine(await createOnce({ store, afterCrash }).claim("key"));
      gate.resolve();
      const { kind } = await claim;
      assertEquals(kind, afterCrash === "retry" ? "running" : "unknown");
      await second.finish(VALUE);
      assertEquals(await createOnce({ store, afterCrash }).claim("key"), { kind: "done", outcome: VALUE });
    }
  },
);

timed("A6: a claim in a store of a single process has no lease and no timer", async (clock) => {
  const once = createOnce({ store: createMemoryStore(), isShared: false, waitSeconds: 0 });
  const first = mine(await once.claim("key"));
  assertEquals(clock.countTimers(), 0);
  await clock.tickAsync(7_200_000);
  assertEquals(await once.claim("key"), { kind: "running" });
  await first.finish(VALUE);
  assertEquals((await once.claim("key")).kind, "done");
});

timed("A6: a claim that ends while its lost lease is taken again does not block the next one", async (clock) => {
  const store = createMemoryStore();
  const gate = Promise.withResolvers<void>();
  const slow = new Flaky(store);
  slow.replace = async (...args) => {
    await gate.promise;
    return await store.replace(...args);
  };
  const first = mine(await createOnce({ store: slow }).claim("key"));
  await store.delete("key");
  await clock.tickAsync(10_000);
  await first.giveUp();
  gate.resolve();
  await clock.tickAsync(1);
  await mine(await createOnce({ store, waitSeconds: 0 }).claim("key")).giveUp();
});

timed(
  "A5, A6: a claim that another process took while the store was unavailable is reported when the store is back",
  async (clock) => {
    const store = createMemoryStore();
    const flaky = new Flaky(store);
    const once = createOnce({ store: flaky });
    const first = mine(await once.claim("key"));
    flaky.isDown = true;
    await first.finish(VALUE);
    await clock.tickAsync(31_000);
    const second = mine(await createOnce({ store }).claim("key"));
    flaky.isDown = false;
    await clock.tickAsync(60_000);
    assertEquals(once.reports.length, 2);
    assertStringIncludes(once.reports[1] ?? "", "another process has taken it");
    assertEquals(await once.claim("key"), { kind: "done", outcome: VALUE });
    await second.giveUp();
  },
);

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

timed("claim() rejects with 503 and Retry-After when the store fails", async () => {
  const flaky = new Flaky(createMemoryStore());
  flaky.isDown = true;
  const once = createOnce({ store: flaky });
  const error = await assertRejects(() => once.claim("key"), HyperError, "does not answer");
  once.close();
  assertInstanceOf(error, HyperError);
  assertEquals([error.status, error.headers["retry-after"]], [503, "1"]);
  assertEquals((error.cause as Error).message, "connection lost");
});

timed("claim() passes on the error of a store without room", async () => {
  const store = createMemoryStore({ maxEntries: 1 });
  await store.putIfAbsent("other", "held", 60);
  const once = createOnce({ store });
  await assertRejects(() => once.claim("key"), HyperError, "full of claims");
  once.close();
});

timed("claim() returns the run again when the outcome has expired", async (clock) => {
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
  timed(`claim() treats an unreadable record as done, case ${index}`, async () => {
    const store = createMemoryStore();
    await store.put("key", stored, 60);
    assertEquals(await createOnce({ store }).claim("key"), { kind: "done", outcome: { kind: "tooLarge" } });
  });
}

Deno.test("claim() works between two connections to one SQLite file, and after a restart", async () => {
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

Deno.test("createClaims() throws for times that are not above 0, and for unknown values", () => {
  const store = createMemoryStore();
  assertThrows(() => createOnce({ store, ttlSeconds: 0 }), RangeError, "seconds is 0");
  assertThrows(() => createOnce({ store, leaseSeconds: NaN }), RangeError, "leaseSeconds is NaN");
  assertThrows(() => createOnce({ store, waitSeconds: -1 }), RangeError, "waitSeconds is -1");
  const afterCrash = "ask" as "retry";
  assertThrows(() => createOnce({ store, afterCrash }), TypeError, 'afterCrash is "ask"');
});
