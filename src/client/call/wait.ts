/**
 * Waiting that an abort signal ends.
 *
 * @module
 */

/**
 * Waits for a promise.
 *
 * @throws The reason of the signal, when it is aborted first.
 */
export function abortable<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    // A signal that is already aborted does not fire the event.
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Waits for a time, in milliseconds. Throws when the signal is aborted. */
export function sleep(signal: AbortSignal, ms: number): Promise<void> {
  return abortable(signal, new Promise((resolve) => setTimeout(resolve, ms)));
}

/** Waits for the next event of a type on the window. */
export function nextEvent(type: string): Promise<unknown> {
  return new Promise((resolve) => addEventListener(type, resolve, { once: true }));
}
