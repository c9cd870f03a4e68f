/** Failures that fuzzing found and that have since been fixed. `fuzz_test.ts` runs each of them again. */

/** A failure, as fast-check prints it. */
export interface Found {
  readonly seed: number;
  readonly path: string;
}

/** The failures of each property in `fuzz.ts`, by the name of the property. */
export const FOUND: ReadonlyMap<string, readonly Found[]> = new Map();
