/** What fuzzing has found to fail, and what was mended since: seed and path as fast-check prints them, by property. */

/** One failure. */
export interface Found {
  readonly seed: number;
  readonly path: string;
}

/** Failures by the name of their property. */
export const FOUND: ReadonlyMap<string, readonly Found[]> = new Map();
