// `RateLimiter`: the interface through which runs of an action are counted, and one in memory: the default.
import type { RateRule } from "../http/rate_rule.ts";

/** The verdict about one more run. */
export interface RateVerdict {
  /** `true` if the run is allowed. */
  readonly allowed: boolean;
  /** Number of further runs that are allowed now. */
  readonly remaining: number;
  /** Time until the next run is allowed, in seconds. `0` if `remaining` is above 0. */
  readonly retryAfterSeconds: number;
}

/** Counts runs. The one in memory counts for one process; a shared one, such as the one over Redis, counts for all. */
export interface RateLimiter {
  /**
   * Counts one more run if it is allowed.
   *
   * @param key Identifies what is counted: a digest of the action and the principal or address, so that a limiter outside of
   *   this process learns neither.
   * @param rule The limit.
   * @returns The verdict.
   */
  take(key: string, rule: RateRule): RateVerdict | PromiseLike<RateVerdict>;
}

/** A rate limiter in memory, whose verdict is available at once. */
export interface MemoryRateLimiter extends RateLimiter {
  /**
   * Counts one more run if it is allowed.
   *
   * @param key Identifies what is counted.
   * @param rule The limit.
   * @returns The verdict.
   */
  take(key: string, rule: RateRule): RateVerdict;
}

/** Options for {@linkcode createRateLimiter}. */
export interface RateLimiterOptions {
  /** Maximum number of keys. Above it, the key that was used longest ago is dropped. Default: `10_000`. */
  readonly maxKeys?: number | undefined;
  /** Returns the time, in milliseconds. Default: `performance.now()`, which cannot be set. */
  readonly now?: (() => number) | undefined;
}

/**
 * Creates a rate limiter in the memory of this process.
 *
 * Each key holds the time at which all of its runs are regained (the generic cell rate algorithm): they are regained one by
 * one, and no window starts at which twice as many runs are allowed.
 *
 * @param options The number of keys, and the clock.
 * @returns The limiter.
 *
 * @example Two runs at once, then one every 30 seconds
 * ```ts
 * import { createRateLimiter } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * let time = 0;
 * const limiter = createRateLimiter({ now: () => time });
 * const rule = { limit: 2, seconds: 60 };
 * assertEquals(limiter.take("sign_in ada", rule), { allowed: true, remaining: 1, retryAfterSeconds: 0 });
 * assertEquals(limiter.take("sign_in ada", rule), { allowed: true, remaining: 0, retryAfterSeconds: 30 });
 * assertEquals(limiter.take("sign_in ada", rule), { allowed: false, remaining: 0, retryAfterSeconds: 30 });
 * time += 30_000;
 * assertEquals(limiter.take("sign_in ada", rule).allowed, true);
 * ```
 */
export function createRateLimiter(options: RateLimiterOptions = {}): MemoryRateLimiter {
  const { maxKeys = 10_000, now = (): number => performance.now() } = options;
  // The time at which each key has regained all of its runs, in the order of their last use.
  const regained = new Map<string, number>();
  return {
    take(key, rule) {
      const time = now();
      const { capacity, cost } = unitsOf(rule);
      const before = Math.max(regained.get(key) ?? time, time);
      const allowed = before + cost - time <= capacity + ROUNDING;
      const after = allowed ? before + cost : before;
      regained.delete(key);
      regained.set(key, after);
      if (regained.size > maxKeys) {
        const [oldest] = regained.keys();
        if (oldest !== undefined) regained.delete(oldest);
      }
      return rateVerdictOf(rule, allowed, after - time);
    },
  };
}

/** Tolerance in milliseconds: a sum of fractions must not deny the last run. */
export const ROUNDING = 1e-3;

/** Returns the time that all runs of a rule take to be regained, and the time of one run, in milliseconds. */
export function unitsOf({ limit, seconds }: RateRule): { readonly capacity: number; readonly cost: number } {
  return { capacity: seconds * 1000, cost: seconds * 1000 / limit };
}

/** Returns a verdict. `used` is the time until all runs are regained, in milliseconds. */
export function rateVerdictOf(rule: RateRule, allowed: boolean, used: number): RateVerdict {
  const { capacity, cost } = unitsOf(rule);
  const remaining = Math.max(0, Math.floor((capacity - used + ROUNDING) / cost));
  const wait = remaining > 0 ? 0 : used + cost - capacity;
  return { allowed, remaining, retryAfterSeconds: Math.ceil(wait / 1000 - 1e-6) };
}
