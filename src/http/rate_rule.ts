// A rate limit, as a rule.

/** A rate limit: `limit` runs at once, refilled at the rate of `limit` runs in `seconds`. */
export interface RateRule {
  /** Maximum number of runs, an integer from 1 up. */
  readonly limit: number;
  /** Period in seconds, above 0. */
  readonly seconds: number;
}

/**
 * Checks a rule when it is declared.
 *
 * @param rule The rule.
 * @param where What it limits, for the message.
 * @throws {RangeError} When a number is out of range.
 */
export function checkRate({ limit, seconds }: RateRule, where: string): void {
  if (!Number.isInteger(limit) || limit < 1 || !(seconds > 0) || !Number.isFinite(seconds)) {
    throw new RangeError(
      `Cannot limit ${where}: { limit: ${limit}, seconds: ${seconds} }, limit must be an integer from 1 up and seconds above 0`,
    );
  }
}
