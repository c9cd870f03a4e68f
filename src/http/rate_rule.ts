/**
 * How often a caller may do something, as a rule.
 *
 * @module
 */

/** How often: `limit` times at once, and then again at the pace of `limit` in `seconds`. */
export interface RateRule {
  /** How many runs at most, a whole number from 1 up. */
  readonly limit: number;
  /** The seconds they count for, above 0. */
  readonly seconds: number;
}

/**
 * Checks a rule where it is written.
 *
 * @param rule The rule.
 * @param where What it is for, for the message.
 * @throws {RangeError} When a number is not of its range.
 */
export function checkRate({ limit, seconds }: RateRule, where: string): void {
  if (!Number.isInteger(limit) || limit < 1 || !(seconds > 0) || !Number.isFinite(seconds)) {
    throw new RangeError(
      `Cannot limit ${where}: { limit: ${limit}, seconds: ${seconds} }, a whole limit from 1 up and seconds above 0 are needed`,
    );
  }
}
