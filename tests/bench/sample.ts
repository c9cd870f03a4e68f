/**
 * Statistics of a few measurements: the median and the spread.
 */

/** Measurements of one thing. */
export interface Sample {
  /** The middle one. */
  readonly median: number;
  /** The least. */
  readonly low: number;
  /** The greatest. */
  readonly high: number;
}

/**
 * Sums up measurements.
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

/** Half the distance between the least and the greatest, as a part of the median. */
export function spreadOf({ median, low, high }: Sample): number {
  return (high - low) / 2 / median;
}
