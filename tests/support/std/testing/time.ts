/** The working copy's stand-in for `@std/testing/time`: what our tests use of it, typed as `testing/time.ts` of denoland/std has it. */
import { type Clock, install } from "@sinonjs/fake-timers";

// Taken before any clock is faked: runMicrotasks() waits in real time.
const realSetTimeout = globalThis.setTimeout;

/** The clock that is installed; set by the constructor, cleared by `restore()`. One at a time, as in the real package. */
let installed: Clock | null = null;

/** Time that moves only when a test moves it. */
export class FakeTime implements Disposable {
  readonly #clock: Clock;
  readonly #start: number;

  constructor(start?: number | string | Date | null) {
    if (installed !== null) throw new TypeError("Cannot construct FakeTime: time is already faked");
    this.#start = start === undefined || start === null ? Date.now() : new Date(start).valueOf();
    this.#clock = install({
      now: this.#start,
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
    });
    installed = this.#clock;
  }

  /** Restores real time. */
  static restore(): void {
    if (installed === null) throw new TypeError("Cannot restore time: time is already restored");
    installed.uninstall();
    installed = null;
  }

  /** Milliseconds since the epoch; setting it runs what falls due on the way. */
  get now(): number {
    return this.#clock.now;
  }
  set now(value: number) {
    if (value < this.#clock.now) throw new RangeError("Cannot set time in the past");
    this.#clock.tick(value - this.#clock.now);
  }

  /** Where time began. */
  get start(): number {
    return this.#start;
  }

  /** Waits, in real time, until every pending microtask has run. */
  runMicrotasks(): Promise<void> {
    return new Promise((resolve) => realSetTimeout(resolve, 0));
  }

  /** Moves time on by `ms` and runs what falls due. */
  tick(ms = 0): void {
    this.#clock.tick(ms);
  }

  /** Runs pending microtasks, then moves time on by `ms` and runs what falls due. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /** Moves time to the next timer and runs it; `false` when there is none. */
  next(): boolean {
    if (this.#clock.countTimers() === 0) return false;
    this.#clock.next();
    return true;
  }

  /** Runs pending microtasks, then moves time to the next timer and runs it; `false` when there is none. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Restores real time. */
  restore(): void {
    FakeTime.restore();
  }

  [Symbol.dispose](): void {
    FakeTime.restore();
  }
}
