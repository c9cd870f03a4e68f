// Suspending a component until a promise is settled.

/**
 * Returns a promise for a component to throw. The renderer derives another promise from it, and drops that one if something else
 * on the page throws: its rejection, which nothing handles, would end the process.
 *
 * @param promise The promise to wait for. The component that waits is rendered again and handles a failure itself.
 */
export function suspension(promise: Promise<unknown>): PromiseLike<unknown> {
  return {
    then<T, U>(
      onFulfilled?: ((value: unknown) => T | PromiseLike<T>) | null,
      onRejected?: ((reason: unknown) => U | PromiseLike<U>) | null,
    ): PromiseLike<T | U> {
      const next = promise.then(onFulfilled, onRejected);
      // As above: the renderer may have dropped it.
      next.catch(() => {});
      return next;
    },
  };
}
