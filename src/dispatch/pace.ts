/**
 * The time of the event loop, shared between requests and generators that have no reader.
 *
 * A reader holds a generator back: it is asked for its next item when the last one was taken. Without a reader nothing
 * does, and one that never waits for anything outside (`for (;;) yield item`) would keep the loop from ever looking at a
 * timer or a connection. So each of them works for a few milliseconds and then waits for a turn, and one at a time gets it.
 *
 * @module
 */

/** Milliseconds that a generator works before it waits for a turn. */
const SLICE_MS = 2;
/** Milliseconds between two turns, in which the loop looks at everything else. */
const GAP_MS = 2;

// Kept from the start: the event loop goes on in a test that has stopped the clock of the application.
const later = globalThis.setTimeout;
const now = performance.now.bind(performance);

// Of the process, as the event loop is: what waits for a turn.
const waiting: (() => void)[] = [];

function turn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) later(turn, GAP_MS);
}

/** The pace of one generator. */
export class Pace {
  // When its slice began.
  #since = now();

  /**
   * Returns what to wait for before the next item: `null` within a slice, else a promise of the next turn. It does not
   * reject.
   */
  pause(): Promise<void> | null {
    if (now() - this.#since < SLICE_MS) return null;
    return new Promise((resolve) => {
      waiting.push(() => {
        this.#since = now();
        resolve();
      });
      if (waiting.length === 1) later(turn, GAP_MS);
    });
  }
}
