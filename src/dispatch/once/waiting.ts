// The requests that wait for a run.

/** Lets requests wait for the run of a key, and wakes them when a run of this process ends. */
export class Waiting {
  /** The waiting requests by key, without empty sets. */
  readonly #sleepers = new Map<string, Set<() => void>>();

  /**
   * Waits until the key is woken, the time is over, or the client disconnects.
   *
   * @param milliseconds Maximum time to wait, in milliseconds.
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

  /** Wakes all requests that wait for a key. */
  wakeUp(key: string): void {
    for (const wake of this.#sleepers.get(key) ?? []) wake();
  }
}
