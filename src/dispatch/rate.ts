/**
 * Rate limits of actions: the rule, the limiter, and the response headers.
 *
 * @module
 */
import { HyperError, isA } from "../errors.ts";
import type { RateRule } from "../http/rate_rule.ts";
import { sha256 } from "../platform/hash.ts";
import { callWithin, DeadlineError } from "../store/deadline.ts";
import { failure } from "./failure.ts";
import type { Failure } from "./outcome.ts";

/** The verdict about one run. */
export interface RateVerdict {
  /** `true` if it may run. */
  readonly allowed: boolean;
  /** Number of runs that are left now. */
  readonly remaining: number;
  /** Seconds until the next run is allowed; 0 if some are left. */
  readonly retryAfterSeconds: number;
}

/** Counts runs. The one in memory counts for one process; your own may count for all processes. */
export interface RateLimiter {
  /**
   * Counts a run if it is allowed.
   *
   * @param key Identifies action and principal or address, as a digest: a limiter outside this process shows neither.
   * @param rule The rate.
   * @returns The verdict.
   */
  take(key: string, rule: RateRule): RateVerdict | PromiseLike<RateVerdict>;
}

/** Counts runs in memory, and returns the verdict synchronously. */
export interface MemoryRateLimiter extends RateLimiter {
  /**
   * Counts a run if it is allowed.
   *
   * @param key Identifies action and principal or address.
   * @param rule The rate.
   * @returns The verdict.
   */
  take(key: string, rule: RateRule): RateVerdict;
}

/** Options for {@linkcode createRateLimiter}. */
export interface RateLimiterOptions {
  /** Maximum number of keys. Above it, the least recently used one is dropped. Default: `10_000`. */
  readonly maxKeys?: number | undefined;
  /** Returns the time, in milliseconds. Default: `performance.now`, which cannot be set. */
  readonly now?: (() => number) | undefined;
}

/**
 * Creates a rate limiter in the memory of this process.
 *
 * It stores one number for each key: the time at which its whole rate is available again (the generic cell rate algorithm). So a
 * burst is limited evenly, and the edge of a time window does not allow twice the rate.
 *
 * @param options The number of keys, and the clock.
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
 * assertEquals(limiter.take("sign_in user", rule), { allowed: true, remaining: 1, retryAfterSeconds: 0 });
 * assertEquals(limiter.take("sign_in user", rule), { allowed: true, remaining: 0, retryAfterSeconds: 30 });
 * assertEquals(limiter.take("sign_in user", rule), { allowed: false, remaining: 0, retryAfterSeconds: 30 });
 * time += 30_000;
 * assertEquals(limiter.take("sign_in user", rule).allowed, true);
 * ```
 */
export function createRateLimiter(options: RateLimiterOptions = {}): MemoryRateLimiter {
  const { maxKeys = 10_000, now = (): number => performance.now() } = options;
  // The time at which the whole rate of each key is available; the least recently used key first.
  const paidOff = new Map<string, number>();
  return {
    take(key, rule) {
      const time = now();
      const cost = rule.seconds * 1000 / rule.limit;
      const capacity = rule.seconds * 1000;
      const before = Math.max(paidOff.get(key) ?? time, time);
      const after = before + cost;
      // A tolerance of 1 µs: rounding errors must not refuse the last run.
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
 * Adds a deadline to the limiter of an application, and passes digests as keys.
 *
 * @param limiter The limiter.
 * @param seconds The deadline of one call.
 * @returns A limiter that rejects with 503 after the deadline, so that no run is uncounted.
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

/** Returns the headers with the remaining rate (draft-ietf-httpapi-ratelimit-headers). */
export function rateHeaders(
  rule: RateRule,
  { remaining, retryAfterSeconds }: RateVerdict,
): Readonly<Record<string, string>> {
  return {
    "ratelimit-policy": `"action";q=${rule.limit};w=${Math.ceil(rule.seconds)}`,
    "ratelimit": `"action";r=${remaining};t=${retryAfterSeconds}`,
  };
}

/** Returns the refusal of a run above the rate (RFC 6585, 4). */
export function tooManyRuns(verdict: RateVerdict, headers: Readonly<Record<string, string>>): Failure {
  return failure(429, "This was asked for too often, try again later", {
    ...headers,
    "retry-after": String(Math.max(1, verdict.retryAfterSeconds)),
  });
}
