/** A clock that a test advances, including `performance.now()`. */
import { type Clock, install } from "@sinonjs/fake-timers";

/** A virtual clock. Dispose it to restore the real one. */
export interface VirtualClock extends Disposable {
  /** Advances the time in milliseconds, and runs the timers and promises that are due. */
  tick(milliseconds: number): Promise<void>;
  /** The same without waiting for promises. Throws the error of a timer. */
  tickAtOnce(milliseconds: number): void;
  /** Number of pending timers. */
  readonly timers: number;
}

/** Replaces the real clock by a virtual one. */
export function stopTime(): VirtualClock {
  const clock: Clock = install({
    toFake: ["Date", "performance", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  });
  return {
    async tick(milliseconds) {
      await clock.tickAsync(milliseconds);
    },
    tickAtOnce: (milliseconds) => void clock.tick(milliseconds),
    get timers() {
      return clock.countTimers();
    },
    [Symbol.dispose]: () => clock.uninstall(),
  };
}

// Of the system, also in a test that stops the clock.
const { setTimeout, clearTimeout } = globalThis;

/** Awaits a promise for a limited time, so that a test fails instead of hanging. The stack of the error leads to what was awaited. */
export async function withinTime<T>(promise: Promise<T>, milliseconds = 10_000): Promise<T> {
  const error = new Error(`Cannot wait any longer: nothing happened in ${milliseconds} ms`);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(error), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Repeats a check until it passes, for at most ten seconds. */
export async function untilTrue(check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!await check()) {
    if (performance.now() > deadline) throw new Error(`Cannot wait any longer: the check does not pass: ${check}`);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
