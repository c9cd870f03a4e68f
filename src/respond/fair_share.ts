// Shares the event loop between large streams and all other requests.
//
// A fast source is asked for its next item as soon as the kernel has the last one. Two hundred of them keep the event loop busy,
// which accepts new connections when it has nothing else to do. So the large items of each millisecond are bounded, and a stream
// above that waits for the next one. Streams of small items do not wait: encoding an item costs less than waiting.

/** Bytes of large items of all streams in one interval: about a quarter of a millisecond to encode and write. */
const INTERVAL_BYTES = 131_072;
/** Milliseconds of an interval. */
const INTERVAL_MS = 1;
/** Minimum size of a large item, in bytes. */
const LARGE_BYTES = 8_192;

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

// Global, like the event loop: the start of the interval, the bytes in it, and the streams that wait for the next.
let since = 0;
let used = 0;
const waiting: Waiting[] = [];

/**
 * Reserves time for the next item.
 *
 * @param bytes The size of the last item; the next is assumed to be as large.
 * @returns `null` if the stream may continue, otherwise a promise of its time. It does not reject.
 */
export function waitForShare(bytes: number): Promise<void> | null {
  if (bytes < LARGE_BYTES) return null;
  if (waiting.length === 0) {
    const now = performance.now();
    if (now - since >= INTERVAL_MS) [since, used] = [now, 0];
    if (used < INTERVAL_BYTES) {
      used += bytes;
      return null;
    }
    setTimeout(startInterval, INTERVAL_MS);
  }
  return new Promise((go) => waiting.push({ bytes, go }));
}

function startInterval(): void {
  since = performance.now();
  used = 0;
  while (used < INTERVAL_BYTES) {
    const first = waiting.shift();
    if (first === undefined) return;
    used += first.bytes;
    first.go();
  }
  if (waiting.length > 0) setTimeout(startInterval, INTERVAL_MS);
}
