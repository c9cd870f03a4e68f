/**
 * Median and spread of measurements.
 */

/** A summary of measurements. */
export interface Sample {
  /** The median. */
  readonly median: number;
  /** The minimum. */
  readonly low: number;
  /** The maximum. */
  readonly high: number;
}

/**
 * Summarizes measurements.
 *
 * @param values At least one.
 */
export function sampleOf(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, low: at(0), high: at(sorted.length - 1) };
}

/** Returns half the distance between minimum and maximum, relative to the median. */
export function spreadOf({ median, low, high }: Sample): number {
  return (high - low) / 2 / median;
}
