/** A clock that stands still until it is told to go on, `performance.now()` included. */
import { type Clock, install } from "@sinonjs/fake-timers";

/** A virtual clock, put back when it is disposed. */
export interface VirtualClock extends Disposable {
  /** Goes on by some milliseconds, and lets what was waiting for them run. */
  tick(milliseconds: number): Promise<void>;
  /** How many timers are left. */
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
