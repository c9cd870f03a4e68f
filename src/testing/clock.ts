/**
 * A virtual clock: time that stands still until a test lets it go on.
 *
 * @module
 */

/** A virtual clock in place of the real one, which comes back when it is disposed. */
export interface TestClock extends Disposable {
  /** What time it is, in milliseconds since 1970. */
  readonly now: number;
  /** How many timers are waiting. */
  readonly timers: number;
  /**
   * Lets time go on. Timers that come due run in their order, each at its own time, and after each of them what waits
   * for nothing but memory gets its turn; a disk or a network takes real time and an `await` of its own.
   *
   * @param milliseconds How long, from 0 up.
   * @throws {RangeError} When time would go back.
   */
  tick(milliseconds: number): Promise<void>;
}

interface Timer {
  readonly id: number;
  readonly run: () => void;
  /** Milliseconds between two runs; `null` for one run alone. */
  readonly every: number | null;
  due: number;
}

/** The clock that is in force; one at a time, because there is one global clock. */
let current: TestClock | null = null;

/**
 * Stops time: `Date`, `performance.now()`, `setTimeout`, `setInterval` and `AbortSignal.timeout` follow a clock that goes
 * on only by `tick()`. For what waits, expires or is retried: heartbeats, sessions, time limits.
 *
 * @param now What time it is at first. Default: the real time.
 * @returns The clock; dispose it at the end of the test.
 * @throws {TypeError} When one is in force already.
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
  if (current !== null) throw new TypeError("Cannot stop time: it stands still already, dispose the other clock first");
  const start = Number(now);
  const timers = new Map<number, Timer>();
  let time = start;
  // Above what the real ones will reach, so that clearing one of theirs never clears one of ours.
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
    // A delay that is no number, or below zero, is none (HTML, 8.7); one that repeats takes time, or it would never end.
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
  const nextBefore = (end: number): Timer | undefined =>
    [...timers.values()].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due || a.id - b.id)[0];

  const clock: TestClock = {
    get now() {
      return time;
    },
    get timers() {
      return timers.size;
    },
    async tick(milliseconds) {
      if (!(milliseconds >= 0)) {
        throw new RangeError(`Cannot let time go on by ${milliseconds}: milliseconds from 0 up are needed`);
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
