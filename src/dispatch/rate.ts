// The rate limit of a request: the deadline of the limiter, and the headers and the response for a verdict.
import { HyperError, isA } from "../errors.ts";
import type { RateRule } from "../http/rate_rule.ts";
import { sha256 } from "../platform/hash.ts";
import { callWithin, DeadlineError } from "../store/deadline.ts";
import type { RateLimiter, RateVerdict } from "../store/rate_limiter.ts";
import { failure } from "./failure.ts";
import type { Failure } from "./outcome.ts";
import { catalogueText } from "../texts/catalogue.ts";

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
  const seconds = Math.max(1, verdict.retryAfterSeconds);
  return failure(429, catalogueText("tooManyRequests", { seconds }), { ...headers, "retry-after": String(seconds) });
}
