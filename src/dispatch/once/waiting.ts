/**
 * The requests that wait for a run.
 *
 * @module
 */

/** Lets requests wait, by the key of what they wait for; those of this process are woken at once when it is over. */
export class Waiting {
  /** The waiting requests by key; a key without one is not in here. */
  readonly #sleepers = new Map<string, Set<() => void>>();

  /**
   * Waits until the key is woken, the time is up, or the client has gone.
   *
   * @param key What is waited for.
   * @param milliseconds How long at most.
   * @param signal Ends the waiting.
   */
  async sleep(key: string, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const sleepers = this.#sleepers.get(key) ?? new Set();
    this.#sleepers.set(key, sleepers.add(wake));
    signal?.addEventListener("abort", wake);
    const timer = setTimeout(wake, milliseconds);
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener("abort", wake);
    sleepers.delete(wake);
    if (sleepers.size === 0) this.#sleepers.delete(key);
  }

  /** Wakes all that wait for a key. */
  wakeUp(key: string): void {
    for (const wake of this.#sleepers.get(key) ?? []) wake();
  }
}
