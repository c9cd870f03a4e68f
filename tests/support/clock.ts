/** A clock that advances only in `tick()`, including `performance.now()`. */
import { type Clock, install } from "@sinonjs/fake-timers";

/** A virtual clock, put back when it is disposed. */
export interface VirtualClock extends Disposable {
  /** Advances by some milliseconds, and runs the timers that are due. */
  tick(milliseconds: number): Promise<void>;
  /** Number of remaining timers. */
  readonly timers: number;
}

/** Stops time. */
export function stopTime(): VirtualClock {
  const clock: Clock = install({
    toFake: ["Date", "performance", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  });
  return {
    async tick(milliseconds) {
      await clock.tickAsync(milliseconds);
    },
    get timers() {
      return clock.countTimers();
    },
    [Symbol.dispose]: () => clock.uninstall(),
  };
}

/** Waits for something that a product which is broken would never do: the test then fails in place of hanging. */
export async function withinTime<T>(promise: Promise<T>, milliseconds = 10_000): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`It has not happened in ${milliseconds} ms`)), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
