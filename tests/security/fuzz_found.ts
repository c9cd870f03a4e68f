/** Faults that fuzzing has found and that are fixed: seed and path as printed by fast-check, by property. */

/** One failure. */
export interface Found {
  readonly seed: number;
  readonly path: string;
}

/** Failures by the name of their property. */
export const FOUND: ReadonlyMap<string, readonly Found[]> = new Map();
