/**
 * T40, A5 to A8: the guarantee of "exactly once" against a reference model, under random schedules of processes that crash and
 * stall, clocks that are set, and a store that fails before a change, after it, and late.
 *
 * The reference does not know claims and leases. It keeps a list of runs, and decides for each request which responses
 * would be wrong. `RANDOM_SEED=<number>` repeats one schedule, and prints its steps.
 */
import { assert, assertEquals } from "@std/assert";
import { type Clock, install } from "@sinonjs/fake-timers";
import type { Claim } from "../../src/dispatch/once/claims.ts";
import type { MineClaim } from "../../src/dispatch/once/held.ts";
import { createOnce, type Once } from "../../src/dispatch/once/once.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";

const SCHEDULES = 2_000;
const STEPS = 30;
const KEPT_SECONDS = 3_600;
const LEASE_SECONDS = 30;
const HOUR = 3_600_000;

/** Random numbers, the same for the same seed (mulberry32). */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let t = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from 0 up to, and not including, the bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    assert(item !== undefined);
    return item;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

/** State of the store for one process: it answers, rejects, changes but loses its answer, changes later, or does not answer yet. */
type Link = "up" | "down" | "lost" | "late" | "stalled" | "dead";

/** The store as one process sees it. */
class ProcessStore implements Store {
  link: Link = "up";
  readonly #store: Store;
  readonly #late: (() => Promise<unknown>)[];
  #waiting: (() => void)[] = [];

  constructor(store: Store, late: (() => Promise<unknown>)[]) {
    this.#store = store;
    this.#late = late;
  }

  resume(): void {
    this.link = "up";
    for (const go of this.#waiting) go();
    this.#waiting = [];
  }

  async #ask<T>(run: () => Promise<T>): Promise<T> {
    await this.#standStill();
    if (this.link === "down") throw new Error("down");
    if (this.link === "late") {
      this.#late.push(run);
      throw new Error("late");
    }
    const result = await run();
    if (this.link === "lost") throw new Error("lost");
    // The process may have been killed or stopped before it received the answer.
    await this.#standStill();
    return result;
  }

  async #standStill(): Promise<void> {
    if (this.link === "dead") await new Promise(() => {});
    if (this.link === "stalled") await new Promise<void>((resolve) => this.#waiting.push(resolve));
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

interface Process {
  readonly name: string;
  readonly store: ProcessStore;
  readonly once: Once;
}

/** A user, with the session of their browser. */
interface Person {
  readonly name: string;
  session: string | null;
}

/** One run of a mutation, as the reference knows it. */
interface Run {
  readonly mutation: string;
  readonly process: Process;
  /** The session of the request. */
  readonly pre: string | null;
  /** The session that its response creates, once its headers are sent; `null` if it creates none. */
  post: string | null;
  status: "running" | "done" | "threw" | "lost";
  /** `true` if no event has allowed another process to take it over: its lease is renewed in time. */
  isSafe: boolean;
  /** `true` if the store certainly has its outcome. */
  isKept: boolean;
  /** `true` if its process has received a request with the session that it created. */
  isReceived: boolean;
  readonly startedAt: Times;
  endedAt: Times | null;
  readonly value: string;
}

/** A time, on the monotonic clock and on the wall clock. */
interface Times {
  readonly steady: number;
  readonly wall: number;
}

interface Active {
  readonly run: Run;
  readonly claim: MineClaim;
  readonly person: Person;
}

interface Setup {
  readonly seed: number;
  readonly store: Store;
  /** `true` if the store uses the wall clock. */
  readonly isWallClock: boolean;
  readonly clock: Clock;
}

/** One schedule: its events, and the checks of the reference. */
class Schedule {
  readonly steps: string[] = [];
  readonly #setup: Setup;
  readonly #random: Random;
  readonly #afterCrash: "retry" | "reject";
  readonly #late: (() => Promise<unknown>)[] = [];
  readonly #people: readonly Person[];
  readonly #mutations: readonly string[];
  readonly #runs: Run[] = [];
  #processes: Process[] = [];
  #active: Active[] = [];
  #violation: Error | null = null;
  /** `true` if a fault has happened. */
  #isFaulty = false;
  #count = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#random = new Random(setup.seed);
    this.#afterCrash = this.#random.chance(0.3) ? "reject" : "retry";
    this.#people = ["ada", "bob", "guest"].map((name) => ({
      name,
      session: name === "guest" ? null : `${setup.seed}-${name}`,
    }));
    this.#mutations = ["m1", "m2"].map((name) => `${name}-${setup.seed}`);
    this.#processes = [this.#start(), this.#start()];
  }

  async run(): Promise<void> {
    // A third of the schedules have no faults: there nothing is uncertain.
    const faults = this.#random.pick([0, 0.15, 0.4]);
    for (let step = 0; step < STEPS; step++) {
      await (this.#random.chance(faults) ? this.#fault() : this.#act());
      await this.#settle();
    }
    await this.#quiesce();
  }

  #start(): Process {
    const store = new ProcessStore(this.#setup.store, this.#late);
    const once = createOnce({
      store,
      principal: null,
      cookies: ["session"],
      ttlSeconds: KEPT_SECONDS,
      leaseSeconds: LEASE_SECONDS,
      waitSeconds: this.#random.pick([0, 5]),
      afterCrash: this.#afterCrash,
      maxEntries: 30,
    });
    return { name: `p${++this.#count}`, store, once };
  }

  // ------------------------------------------------------------------------------------------------------------ events

  async #act(): Promise<void> {
    const dice = this.#random.next();
    if (dice < 0.5) {
      this.#submit(
        this.#random.pick(this.#processes),
        this.#random.pick(this.#people),
        this.#random.pick(this.#mutations),
      );
    } else if (dice < 0.75) this.#end();
    else if (dice < 0.8) this.#sendHead();
    else if (dice < 0.83) await this.#flood();
    else await this.#pass(this.#random.pick([10, 1_000, 11_000, 40_000, 300_000]));
  }

  async #fault(): Promise<void> {
    this.#isFaulty = true;
    const process = this.#random.pick(this.#processes);
    const dice = this.#random.next();
    if (dice < 0.2) this.#crash(process);
    else if (dice < 0.55) this.#break(process, this.#random.pick(["down", "lost", "late", "stalled"]));
    else if (dice < 0.75) this.#mend(process);
    else if (dice < 0.85) await this.#applyLate();
    else this.#setClock(this.#random.pick([31_000, -31_000, 2 * HOUR, -2 * HOUR]));
  }

  #submit(process: Process, person: Person, mutation: string): void {
    const { session } = person;
    this.#say(`${person.name} (${session}) sends ${mutation} to ${process.name}`);
    void this.#ask(process, person, session, mutation).catch((error) => this.#object(error));
  }

  async #ask(process: Process, person: Person, session: string | null, mutation: string): Promise<void> {
    const headers = session === null ? {} : { cookie: `theme=dark; session=${session}` };
    const request = new Request("http://site.test/", { method: "POST", headers });
    // The outcomes of another process are not known here.
    const received = this.#runs.filter((run) =>
      session !== null && run.post === session && run.status === "done" && run.process === process
    );
    await process.once.seen(request, () => {});
    for (const run of received) run.isReceived = true;
    const known: ReadonlySet<Run> = new Set(this.#runs.filter(({ isReceived }) => isReceived));
    let claim: Claim;
    try {
      claim = await process.once.claim({
        action: "order",
        id: mutation,
        input: {},
        request,
        principal: null,
        holder: { kind: "principal", name: person.name },
        report: () => {},
      });
    } catch {
      // 503: nothing runs.
      return assert(this.#isFaulty, "a healthy store refuses nothing");
    }
    this.#say(`  → ${claim.kind} for ${person.name} at ${process.name}`);
    switch (claim.kind) {
      case "mine":
        return this.#begin(process, person, session, mutation, claim);
      case "done":
        return this.#checkOutcome(claim.outcome, session, mutation, known);
      case "running":
        return assert(
          this.#isFaulty || this.#of(mutation).some(({ status }) => status === "running"),
          "a run is reported as running only while it runs",
        );
      case "unknown":
        return assert(
          this.#afterCrash === "reject" && this.#isFaulty && this.#of(mutation).length > 0,
          "a run is reported as unknown only after it began",
        );
      case "refused":
        throw new Error("no user has too many claims");
    }
  }

  #begin(process: Process, person: Person, pre: string | null, mutation: string, claim: MineClaim): void {
    const reason = this.#whyNot(process, mutation, pre);
    // Counted even if it should not have been, so that the test continues and shows the consequences.
    const run: Run = {
      mutation,
      process,
      pre,
      post: null,
      status: "running",
      isSafe: process.store.link === "up",
      isKept: false,
      isReceived: false,
      startedAt: this.#now(),
      endedAt: null,
      value: `run ${this.#runs.length} of ${mutation} for ${pre}`,
    };
    this.#runs.push(run);
    if (reason !== null) throw new Error(`a second run: ${reason}`);
    claim.renew();
    if (this.#processes.includes(process)) this.#active.push({ run, claim, person });
    else run.status = "lost";
  }

  #end(): void {
    if (this.#active.length === 0) return;
    const { run, claim, person } = this.#take(this.#random.pick(this.#active));
    // The action function of a stopped process does not continue.
    if (run.process.store.link === "stalled") return void this.#active.push({ run, claim, person });
    if (this.#random.chance(0.2)) {
      this.#say(`${run.value} throws`);
      return void claim.giveUp().then(() => {
        if (run.status === "running") run.status = "threw";
      });
    }
    if (run.post === null && this.#random.chance(0.3)) this.#makeSession(run, claim);
    this.#say(`${run.value} is done${run.post === null ? "" : `, session ${run.post}`}`);
    const wasUp = run.process.store.link === "up";
    void claim.finish({ kind: "value", value: run.value }).then(() => {
      if (run.status !== "running") return;
      run.status = "done";
      run.endedAt = this.#now();
      run.isKept = wasUp && run.isSafe && run.process.store.link === "up";
      // Every second response arrives.
      if (run.post !== null && person.session === run.pre && this.#random.chance(0.5)) person.session = run.post;
    });
  }

  /** Sends the headers of a response while its action function runs. They may arrive. */
  #sendHead(): void {
    const open = this.#active.filter(({ run }) => run.post === null && run.process.store.link === "up");
    if (open.length === 0) return;
    const { run, claim, person } = this.#random.pick(open);
    this.#makeSession(run, claim);
    this.#say(`the head of ${run.value} goes out, session ${run.post}`);
    claim.headSent();
    if (person.session === run.pre && this.#random.chance(0.5)) person.session = run.post;
  }

  #makeSession(run: Run, claim: MineClaim): void {
    run.post = `${this.#setup.seed}-s${++this.#count}`;
    claim.keepCookie(`session=${run.post}; HttpOnly`);
  }

  /** Fills the outcomes of a process with those of another user. */
  async #flood(): Promise<void> {
    const process = this.#random.pick(this.#processes);
    if (process.store.link !== "up") return;
    this.#say(`a stranger floods ${process.name}`);
    for (let call = 0; call < 35; call++) {
      const claim = await process.once.claim({
        action: "search",
        id: `flood-${this.#setup.seed}-${++this.#count}`,
        input: {},
        request: new Request("http://site.test/", { method: "POST" }),
        principal: null,
        holder: { kind: "address", name: "203.0.113.66" },
        report: () => {},
      });
      assert(claim.kind === "mine");
      await claim.finish({ kind: "nothing" });
    }
  }

  async #pass(milliseconds: number): Promise<void> {
    this.#say(`${milliseconds} ms pass`);
    await this.#setup.clock.tickAsync(milliseconds);
  }

  #crash(process: Process): void {
    this.#say(`${process.name} crashes`);
    process.store.link = "dead";
    process.once.close();
    for (const run of this.#runs) if (run.process === process && run.status === "running") run.status = "lost";
    this.#active = this.#active.filter(({ run }) => run.process !== process);
    this.#processes = this.#processes.map((each) => each === process ? this.#start() : each);
  }

  #break(process: Process, link: Link): void {
    this.#say(`the store of ${process.name} is ${link}`);
    if (process.store.link === "stalled") process.store.resume();
    process.store.link = link;
    this.#doubt((run) => run.process === process);
  }

  #mend(process: Process): void {
    this.#say(`${process.name} continues, its store answers`);
    process.store.resume();
    this.#doubt((run) => run.process === process);
  }

  async #applyLate(): Promise<void> {
    this.#say(`${this.#late.length} late changes come through`);
    for (const change of this.#late.splice(0)) await change();
  }

  #setClock(change: number): void {
    this.#say(`the wall clock is set by ${change} ms`);
    this.#setup.clock.setSystemTime(Date.now() + change);
    if (this.#setup.isWallClock) this.#doubt(() => true);
  }

  /** From now on, another process may take over these runs. */
  #doubt(which: (run: Run) => boolean): void {
    for (const run of this.#runs) if (run.status === "running" && which(run)) run.isSafe = false;
  }

  // ------------------------------------------------------------------------------------------------------ the reference

  /** Returns why a mutation must not run now, or `null` if it may run. */
  #whyNot(process: Process, mutation: string, session: string | null): string | null {
    for (const run of this.#of(mutation)) {
      const isSame = session !== null && session === run.post || session === run.pre && !run.isReceived;
      if (!isSame) continue;
      const isHere = run.process === process;
      if (run.status === "running" && isHere) return `${run.value} still runs in the same process`;
      if (run.status === "running" && run.isSafe && (session === run.pre || run.post === session)) {
        return `${run.value} still runs in another process, without a fault`;
      }
      if (run.status === "done" && isHere && this.#isYoung(run, false)) {
        return `the same process has done it: ${run.value}`;
      }
      if (run.status === "done" && run.isKept && this.#isYoung(run, true)) {
        return `the store has its outcome: ${run.value}`;
      }
      if (this.#afterCrash === "reject" && run.status !== "threw" && session === run.pre && this.#isMarked(run)) {
        return `it was begun, and must not be done twice: ${run.value}`;
      }
    }
    return null;
  }

  /** Returns whether an outcome is still kept: by its process, or by a store whose clock may be set. */
  #isYoung({ startedAt, endedAt }: Pick<Run, "startedAt" | "endedAt">, inStore: boolean): boolean {
    const now = this.#now();
    const since = endedAt ?? startedAt;
    if (inStore && this.#setup.isWallClock) {
      // Both count, because the clock may have been set back again.
      return now.wall - since.wall < KEPT_SECONDS * 1000 && this.#latestWall - since.wall < KEPT_SECONDS * 1000;
    }
    return now.steady - since.steady < KEPT_SECONDS * 1000;
  }

  /** Returns whether the store still has the mark of a run. */
  #isMarked({ startedAt }: Run): boolean {
    return this.#isYoung({ startedAt, endedAt: null }, true);
  }

  #checkOutcome(outcome: unknown, session: string | null, mutation: string, received: ReadonlySet<Run>): void {
    const { kind, value, cookies = [] } = outcome as { kind: string; value?: unknown; cookies?: readonly string[] };
    if (kind === "tooLarge") {
      // The store has lost it before its time, and its process only knows that it has run.
      const isKnown = this.#of(mutation).some(({ status, pre, post }) =>
        status === "done" && [pre, post].includes(session)
      );
      return assert(
        this.#isFaulty && this.#setup.isWallClock && isKnown,
        "a run is reported as done only after it is done",
      );
    }
    const run = this.#of(mutation).find((run) => run.value === value);
    assert(run !== undefined, `an outcome of this mutation, not ${JSON.stringify(outcome)}`);
    assert(session === run.pre || session === run.post, `${session} receives the outcome of ${run.pre}`);
    assert(cookies.length === 0 || session === run.pre, `${session} is sent the session of ${run.pre}`);
    assert(
      cookies.length === 0 || !received.has(run) || !run.isKept,
      `the session ${run.post}, which has been received, is sent again`,
    );
  }

  /** Finally, every mutation can be requested again: no claim is held forever, and no outcome is lost. */
  async #quiesce(): Promise<void> {
    for (const process of this.#processes) this.#mend(process);
    await this.#applyLate();
    await this.#settle();
    // A waiting repeat may run after the run that it waits for has thrown.
    do {
      while (this.#active.length > 0) {
        this.#end();
        await this.#settle();
      }
      await this.#pass(20_000);
      await this.#settle();
    } while (this.#active.length > 0);
    await this.#pass(3 * HOUR + 60_000);
    await this.#settle();
    const process = this.#random.pick(this.#processes);
    for (const mutation of this.#mutations) {
      const request = new Request("http://site.test/", { method: "POST", headers: { cookie: "session=new" } });
      const claim = await this.#askInTheEnd(process, mutation, request);
      assertEquals(claim.kind, "mine", "a new identity runs");
      if (claim.kind === "mine") await claim.giveUp();
      for (const { session } of this.#people) await this.#checkFree(process, mutation, session);
    }
    for (const process of this.#processes) process.once.close();
    if (this.#violation !== null) throw this.#violation;
  }

  async #checkFree(process: Process, mutation: string, session: string | null): Promise<void> {
    const headers = session === null ? {} : { cookie: `session=${session}` };
    const request = new Request("http://site.test/", { method: "POST", headers });
    const claim = await this.#askInTheEnd(process, mutation, request);
    // Times last longer after the wall clock was set back.
    if (claim.kind === "running" || claim.kind === "unknown") {
      assert(this.#isFaulty && this.#setup.isWallClock, `${mutation} is ${claim.kind} forever`);
    }
    if (claim.kind === "mine") await claim.giveUp();
  }

  /** Requests a mutation, and advances the clock until there is an answer. */
  async #askInTheEnd({ once }: Process, id: string, request: Request): Promise<Claim> {
    let claim: Claim | null = null;
    void once.claim({
      action: "order",
      id,
      input: {},
      request,
      principal: null,
      holder: { kind: "principal", name: "end" },
      report: () => {},
    }).then((found) => claim = found, (error) => this.#object(error));
    while (claim === null) {
      await this.#setup.clock.tickAsync(1_000);
      if (this.#violation !== null) throw this.#violation;
    }
    return claim;
  }

  // ------------------------------------------------------------------------------------------------------------ helpers

  #latestWall = 0;

  #now(): Times {
    this.#latestWall = Math.max(this.#latestWall, Date.now());
    return { steady: performance.now(), wall: Date.now() };
  }

  #of(mutation: string): readonly Run[] {
    return this.#runs.filter((run) => run.mutation === mutation);
  }

  #take(active: Active): Active {
    this.#active = this.#active.filter((each) => each !== active);
    return active;
  }

  #object(error: unknown): void {
    this.#violation ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Runs everything that can continue without advancing the clock. */
  async #settle(): Promise<void> {
    await this.#setup.clock.tickAsync(0);
    if (this.#violation !== null) throw this.#violation;
  }

  #say(step: string): void {
    this.steps.push(step);
  }
}

/** Runs schedules one after the other. A failure contains its seed and steps. */
async function runAll(seeds: Iterable<number>, store: () => Store, isWallClock: boolean): Promise<void> {
  for (const seed of seeds) {
    const clock = install({ now: 1_700_000_000_000, toFake: ["Date", "performance", "setTimeout", "clearTimeout"] });
    const schedule = new Schedule({ seed, store: store(), isWallClock, clock });
    try {
      await schedule.run();
    } catch (error) {
      const steps = schedule.steps.map((step) => `  ${step}`).join("\n");
      throw new Error(`RANDOM_SEED=${seed}: ${(error as Error).message}\n${steps}`, { cause: error });
    } finally {
      clock.uninstall();
    }
  }
}

const wanted = Deno.env.get("RANDOM_SEED");

function* seedsOf(rest: number): Generator<number> {
  if (wanted !== undefined) return yield Number(wanted);
  for (let seed = 1; seed <= SCHEDULES; seed++) if (seed % 2 === rest) yield seed;
}

Deno.test("T40: a mutation runs once under random schedules, over a store in memory", async () => {
  await runAll(seedsOf(0), createMemoryStore, false);
});

Deno.test("T40: a mutation runs once under random schedules, over a SQLite file whose clock can be set", async () => {
  await using store = await createSqliteStore(":memory:");
  await runAll(seedsOf(1), () => store, true);
});
