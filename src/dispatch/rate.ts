/**
 * How often a caller may run an action: a rule, what keeps count, and the headers that say so.
 *
 * @module
 */
import { HyperError, isA } from "../errors.ts";
import type { RateRule } from "../http/rate_rule.ts";
import { sha256 } from "../platform/hash.ts";
import { callWithin, DeadlineError } from "../store/deadline.ts";
import { failure } from "./failure.ts";
import type { Failure } from "./outcome.ts";

/** What became of one more run. */
export interface RateVerdict {
  /** Whether it may run. */
  readonly allowed: boolean;
  /** How many more may run now. */
  readonly remaining: number;
  /** Seconds until one more may run; 0 while there are some left. */
  readonly retryAfterSeconds: number;
}

/** Keeps count. The one in memory counts for one process; one of your own may count for all of them. */
export interface RateLimiter {
  /**
   * Counts one more run, where it is allowed.
   *
   * @param key Whose runs are counted: a digest of the action and the caller, so that what keeps count outside of this
   *   process shows neither.
   * @param rule How often.
   * @returns Whether it may run.
   */
  take(key: string, rule: RateRule): RateVerdict | PromiseLike<RateVerdict>;
}

/** Keeps count in memory, and knows at once. */
export interface MemoryRateLimiter extends RateLimiter {
  /**
   * Counts one more run, where it is allowed.
   *
   * @param key Whose runs are counted.
   * @param rule How often.
   * @returns Whether it may run.
   */
  take(key: string, rule: RateRule): RateVerdict;
}

/** How {@linkcode createRateLimiter} counts. */
export interface RateLimiterOptions {
  /** How many keys are remembered; above it the one asked for longest ago is forgotten. Default: 10,000. */
  readonly maxKeys?: number | undefined;
  /** The time, in milliseconds. Default: `performance.now`, which nobody sets back or forth. */
  readonly now?: (() => number) | undefined;
}

/**
 * Keeps count in the memory of this process.
 *
 * Each key holds one number: the time at which all that it has used is given back (the generic cell rate algorithm), so
 * that a burst is paid for evenly and no window's edge lets twice as many through.
 *
 * @param options How many keys, and the clock.
 * @returns The limiter.
 *
 * @example Two at once, then one every thirty seconds
 * ```ts
 * import { createRateLimiter } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * let time = 0;
 * const limiter = createRateLimiter({ now: () => time });
 * const rule = { limit: 2, seconds: 60 };
 * assertEquals(limiter.take("sign_in visitor", rule), { allowed: true, remaining: 1, retryAfterSeconds: 0 });
 * assertEquals(limiter.take("sign_in visitor", rule), { allowed: true, remaining: 0, retryAfterSeconds: 30 });
 * assertEquals(limiter.take("sign_in visitor", rule), { allowed: false, remaining: 0, retryAfterSeconds: 30 });
 * time += 30_000;
 * assertEquals(limiter.take("sign_in visitor", rule).allowed, true);
 * ```
 */
export function createRateLimiter(options: RateLimiterOptions = {}): MemoryRateLimiter {
  const { maxKeys = 10_000, now = (): number => performance.now() } = options;
  // When each key has given back all it used; in the order they were last asked for, which is the order they leave in.
  const paidOff = new Map<string, number>();
  return {
    take(key, rule) {
      const time = now();
      const cost = rule.seconds * 1000 / rule.limit;
      const capacity = rule.seconds * 1000;
      const before = Math.max(paidOff.get(key) ?? time, time);
      const after = before + cost;
      // A thousandth of a millisecond is given: sums of fractions must not refuse the last one.
      const allowed = after - time <= capacity + 1e-3;
      const used = (allowed ? after : before) - time;
      paidOff.delete(key);
      paidOff.set(key, allowed ? after : before);
      if (paidOff.size > maxKeys) {
        const [oldest] = paidOff.keys();
        if (oldest !== undefined) paidOff.delete(oldest);
      }
      const remaining = Math.max(0, Math.floor((capacity - used + 1e-3) / cost));
      const wait = remaining > 0 ? 0 : used + cost - capacity;
      return { allowed, remaining, retryAfterSeconds: Math.ceil(wait / 1000 - 1e-6) };
    },
  };
}

/**
 * Bounds the time of every call of a limiter that the application gives, and hands it digests for keys.
 *
 * @param limiter The limiter.
 * @param seconds The deadline of one call.
 * @returns A limiter that rejects with 503 after the deadline: nothing runs uncounted.
 */
export function withLimiterDeadline(limiter: RateLimiter, seconds: number): RateLimiter {
  return {
    async take(key, rule) {
      const digest = `hyper:rate:${sha256(key)}`;
      const message = `Cannot count runs: the rate limiter took more than ${seconds} s`;
      try {
        return await callWithin(() => limiter.take(digest, rule), seconds, { message });
      } catch (error) {
        if (!isA(error, DeadlineError)) throw error;
        throw new HyperError(503, message, { cause: error, headers: { "retry-after": "1" } });
      }
    },
  };
}

/** The fields that tell a caller how much is left (draft-ietf-httpapi-ratelimit-headers). */
export function rateHeaders(
  rule: RateRule,
  { remaining, retryAfterSeconds }: RateVerdict,
): Readonly<Record<string, string>> {
  return {
    "ratelimit-policy": `"action";q=${rule.limit};w=${Math.ceil(rule.seconds)}`,
    "ratelimit": `"action";r=${remaining};t=${retryAfterSeconds}`,
  };
}

/** The refusal of one run too many (RFC 6585, 4). */
export function tooMany(verdict: RateVerdict): Failure {
  return failure(429, "This was asked for too often, try again later", {
    "retry-after": String(Math.max(1, verdict.retryAfterSeconds)),
  });
}
