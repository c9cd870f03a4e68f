// A virtual clock: time that passes only when a test advances it.

/** A virtual clock that replaces the real one until it is disposed. */
export interface TestClock extends Disposable {
  /** The current time, in milliseconds since 1970. */
  readonly now: number;
  /** The number of timers that are pending. */
  readonly timers: number;
  /**
   * Advances the time. Due timers run in order, each at its own time, and after each the promises that wait only for memory
   * continue. A disk or a network takes real time: `await` it.
   *
   * @param milliseconds The time, in milliseconds, 0 or more.
   * @throws {RangeError} When `milliseconds` is negative.
   */
  tick(milliseconds: number): Promise<void>;
}

interface Timer {
  readonly id: number;
  readonly run: () => void;
  /** Milliseconds between two runs; `null` for a single run. */
  readonly every: number | null;
  due: number;
}

/** The current virtual clock. There is one at a time, because the global clock is one. */
let current: TestClock | null = null;

/**
 * Stops time: `Date`, `performance.now()`, `setTimeout`, `setInterval` and `AbortSignal.timeout` follow a clock that only
 * `tick()` advances. For tests of heartbeats, sessions and time limits.
 *
 * @param now The first time. Default: the real time.
 * @returns The clock; dispose it at the end of the test.
 * @throws {TypeError} When there is a virtual clock already.
 *
 * @example A session that expires
 * ```ts
 * import { createTestClock } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * using clock = createTestClock(new Date("2030-01-01T00:00:00Z"));
 * let isOpen = true;
 * setTimeout(() => isOpen = false, 60_000);
 * await clock.tick(59_999);
 * assertEquals(isOpen, true);
 * await clock.tick(1);
 * assertEquals(isOpen, false);
 * assertEquals(new Date().toISOString(), "2030-01-01T00:01:00.000Z");
 * ```
 */
export function createTestClock(now: number | Date = Date.now()): TestClock {
  if (current !== null) throw new TypeError("Cannot create a test clock: there is one already; dispose it first");
  const start = Number(now);
  const timers = new Map<number, Timer>();
  let time = start;
  // Above the ids of real timers, so that clearing one of those never clears one of ours.
  let lastId = 1e9;

  const real = {
    Date: globalThis.Date,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  };
  const realNow = performance.now;
  const realTimeout = AbortSignal.timeout;
  const begun = performance.now();

  const add = (run: () => void, milliseconds: number, isRepeated: boolean): number => {
    // A delay that is not a number, or negative, is 0 (HTML, 8.7). An interval of 0 would never end a tick.
    const delay = Math.max(isRepeated ? 1 : 0, Number(milliseconds) || 0);
    const id = ++lastId;
    timers.set(id, { id, run, every: isRepeated ? delay : null, due: time + delay });
    return id;
  };
  const clear = (id?: number): void => {
    if (id !== undefined && !timers.delete(id)) real.clearTimeout(id);
  };
  type Callback = (...args: unknown[]) => void;
  const fake = {
    Date: new Proxy(real.Date, {
      construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [time] : args, newTarget),
      apply: () => new real.Date(time).toString(),
      get: (target, key) => key === "now" ? () => time : Reflect.get(target, key),
    }),
    setTimeout: (callback: Callback, delay = 0, ...args: unknown[]): number =>
      add(() => callback(...args), delay, false),
    clearTimeout: clear,
    setInterval: (callback: Callback, delay = 0, ...args: unknown[]): number =>
      add(() => callback(...args), delay, true),
    clearInterval: clear,
  };

  const settle = async (): Promise<void> => {
    // Turns of the real event loop: a chain of promises with a native operation in between takes more than one.
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => real.setTimeout(resolve, 0));
  };
  // In the order of their start if they are due at the same time: a map and a sort keep it.
  const nextBefore = (end: number): Timer | undefined =>
    [...timers.values()].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due)[0];

  const clock: TestClock = {
    get now() {
      return time;
    },
    get timers() {
      return timers.size;
    },
    async tick(milliseconds) {
      if (!(milliseconds >= 0)) {
        throw new RangeError(
          `Cannot advance the clock by "${milliseconds}": it is not a number of milliseconds; pass 0 or more`,
        );
      }
      const end = time + milliseconds;
      await settle();
      for (let timer = nextBefore(end); timer !== undefined; timer = nextBefore(end)) {
        time = timer.due;
        if (timer.every === null) timers.delete(timer.id);
        else timer.due += timer.every;
        timer.run();
        await settle();
      }
      time = end;
    },
    [Symbol.dispose]() {
      if (current !== clock) return;
      current = null;
      Object.assign(globalThis, real);
      performance.now = realNow;
      AbortSignal.timeout = realTimeout;
    },
  };
  Object.assign(globalThis, fake);
  performance.now = () => begun + time - start;
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    add(() => controller.abort(new DOMException("Signal timed out.", "TimeoutError")), milliseconds, false);
    return controller.signal;
  };
  current = clock;
  return clock;
}
