/** Records the maps that code creates, so that a test can ask whether something is kept for ever. */

/** Calls a function, and returns the maps that were created meanwhile. */
export function recordMaps(run: () => void): readonly ReadonlyMap<unknown, unknown>[] {
  const maps: Map<unknown, unknown>[] = [];
  const { Map: Original } = globalThis;
  globalThis.Map = class<Key, Value> extends Original<Key, Value> {
    constructor(entries?: Iterable<readonly [Key, Value]> | null) {
      super(entries);
      maps.push(this as Map<unknown, unknown>);
    }
  } as MapConstructor;
  try {
    run();
  } finally {
    globalThis.Map = Original;
  }
  return maps;
}
