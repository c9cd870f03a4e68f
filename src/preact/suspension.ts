/**
 * What a component throws to be drawn again when something is there.
 *
 * @module
 */

/**
 * A promise as a component may throw it. The renderer makes another of it, for what is drawn then, and forgets that one where
 * something else of the page throws: rejected with nobody to hear of it, it would end the process.
 *
 * @param promise What is waited for. Whoever made it is told of its failure: the component, when it is drawn again.
 * @returns What to throw.
 */
export function suspension(promise: Promise<unknown>): PromiseLike<unknown> {
  return {
    then<T, U>(
      onFulfilled?: ((value: unknown) => T | PromiseLike<T>) | null,
      onRejected?: ((reason: unknown) => U | PromiseLike<U>) | null,
    ): PromiseLike<T | U> {
      const next = promise.then(onFulfilled, onRejected);
      next.catch(() => {});
      return next;
    },
  };
}
