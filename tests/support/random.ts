// Random numbers that a seed repeats.

/** Returns numbers from 0 up to a bound, the same for the same seed (Mulberry32). */
export type Random = (bound: number) => number;

/** Creates them from a seed. */
export function createRandom(state: number): Random {
  return (bound) => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
