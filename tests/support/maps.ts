/** Records the maps and sets that code creates, so that a test can find entries that are never removed. */

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

/** Calls a function, and returns the sets that were created meanwhile. */
export function recordSets(run: () => void): readonly ReadonlySet<unknown>[] {
  const sets: Set<unknown>[] = [];
  const { Set: Original } = globalThis;
  globalThis.Set = class<Value> extends Original<Value> {
    constructor(values?: Iterable<Value> | null) {
      super(values);
      sets.push(this as Set<unknown>);
    }
  } as SetConstructor;
  try {
    run();
  } finally {
    globalThis.Set = Original;
  }
  return sets;
}
