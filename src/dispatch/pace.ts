// Shares the event loop between requests and generators that have no reader.
//
// A reader slows a generator down: the next item is requested when the last one was taken. Without a reader, a generator that
// awaits nothing external (`for (;;) yield item`) would block all timers and connections. So each generator works for a few
// milliseconds and then waits until it is resumed, one generator at a time.

/** Milliseconds that a generator works before it waits. */
const SLICE_MS = 2;
/** Milliseconds between two generators, in which the event loop does everything else. */
const GAP_MS = 2;

// Read on startup: the event loop continues in a test that has replaced the clock of the application.
const later = globalThis.setTimeout;
const now = performance.now.bind(performance);

// The generators that wait. Global, like the event loop.
const waiting: (() => void)[] = [];

function resumeNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) later(resumeNext, GAP_MS);
}

/** The pace of one generator. */
export class Pace {
  // Start of its slice.
  #since = now();

  /**
   * Returns the promise to await before the next item; `null` within a slice. It does not reject.
   */
  pause(): Promise<void> | null {
    if (now() - this.#since < SLICE_MS) return null;
    return new Promise((resolve) => {
      waiting.push(() => {
        this.#since = now();
        resolve();
      });
      if (waiting.length === 1) later(resumeNext, GAP_MS);
    });
  }
}
