/**
 * The time of the one event loop, shared out between large streams and everybody else.
 *
 * A source as fast as it can be is asked for its next item as soon as the last is with the kernel. Two hundred of them leave
 * the loop no moment in which it would look for new requests: that is what it does when there is nothing else to do, and
 * otherwise once in many rounds. So what large items may take of each millisecond is bounded, and who comes after that
 * waits for the next. Streams of small items are not held up: to encode one costs less than to wait.
 *
 * @module
 */

/** Bytes of large items in one turn, of all streams together: a quarter of a millisecond or so to encode and write. */
const TURN_BYTES = 131_072;
/** Milliseconds of a turn. */
const TURN_MS = 1;
/** An item below this is small. */
const LARGE_BYTES = 8_192;

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

// Of the process, as the event loop is: when this turn began, what was made in it, and who waits for the next.
let since = 0;
let made = 0;
const waiting: Waiting[] = [];

/**
 * Asks for a turn.
 *
 * @param bytes The size of the last item, which the next is taken to have too.
 * @returns `null` for at once, else a promise of the turn. It does not reject.
 */
export function nextTurn(bytes: number): Promise<void> | null {
  if (bytes < LARGE_BYTES) return null;
  if (waiting.length === 0) {
    const now = performance.now();
    if (now - since >= TURN_MS) [since, made] = [now, 0];
    if (made < TURN_BYTES) {
      made += bytes;
      return null;
    }
    setTimeout(turn, TURN_MS);
  }
  return new Promise((go) => waiting.push({ bytes, go }));
}

function turn(): void {
  since = performance.now();
  made = 0;
  while (made < TURN_BYTES) {
    const first = waiting.shift();
    if (first === undefined) return;
    made += first.bytes;
    first.go();
  }
  if (waiting.length > 0) setTimeout(turn, TURN_MS);
}
