// Several generators as one.

/**
 * Yields the values of several generators as they arrive. Each is asked for its next value when the last one was taken. Ends when all
 * have ended; throws the first error. Ends them when its reader stops.
 */
export async function* mergeAll<T>(sources: readonly AsyncGenerator<T, void, void>[]): AsyncGenerator<T, void, void> {
  type Arrived = { readonly source: AsyncGenerator<T, void, void>; readonly result: Promise<IteratorResult<T, void>> };
  const arrived: Arrived[] = [];
  let open = sources.length;
  let wake = (): void => {};
  // Not `Promise.race()`: each turn would add a callback to the promises of all sources that wait.
  const ask = (source: AsyncGenerator<T, void, void>): void => {
    const result = source.next();
    const note = (): void => {
      arrived.push({ source, result });
      wake();
    };
    result.then(note, note);
  };
  sources.forEach(ask);
  try {
    while (open > 0) {
      const next = arrived.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => wake = resolve);
        continue;
      }
      const result = await next.result;
      if (result.done) {
        open--;
        continue;
      }
      yield result.value;
      ask(next.source);
    }
  } finally {
    await Promise.all(sources.map((source) => source.return()));
  }
}
