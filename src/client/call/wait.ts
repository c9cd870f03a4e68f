/**
 * Waiting that ends when its flight ends.
 *
 * @module
 */

/**
 * Waits for something, but no longer than a signal lets it.
 *
 * @throws The signal's reason, when it is aborted first.
 */
export function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    // A signal that was aborted before tells nobody.
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Waits for some milliseconds, but no longer than the signal lets it. */
export function sleep(signal: AbortSignal, ms: number): Promise<void> {
  return until(signal, new Promise((resolve) => setTimeout(resolve, ms)));
}

/** Waits for the next event of a type on the window. */
export function nextEvent(type: string): Promise<unknown> {
  return new Promise((resolve) => addEventListener(type, resolve, { once: true }));
}
