// A `RateLimiter` in Redis, for instances on any number of machines.
import { HyperError } from "../errors.ts";
import { checkRate, type RateRule } from "../http/rate_rule.ts";
import { sha256 } from "../platform/hash.ts";
import { type RateLimiter, type RateVerdict, rateVerdictOf, ROUNDING, unitsOf } from "./rate_limiter.ts";
import { RedisConnection, type RedisOptions } from "./redis_connection.ts";

/** A rate limiter in Redis. Dispose it to close its connection. */
export interface RedisRateLimiter extends RateLimiter, AsyncDisposable {}

// The rule of the limiter in memory, in one step and by the clock of Redis, which all instances share. If that clock goes
// back, a key never waits for longer than its rule allows.
const TAKE = `
local clock = redis.call("TIME")
local now = clock[1] * 1000 + clock[2] / 1000
local capacity, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local before = math.min(math.max(tonumber(redis.call("GET", KEYS[1])) or now, now), now + capacity)
local after = before + cost
if after - now > capacity + ${ROUNDING} then return { 0, string.format("%.17g", before - now) } end
redis.call("SET", KEYS[1], string.format("%.17g", after), "PX", math.ceil(after - now))
return { 1, string.format("%.17g", after - now) }`;

/**
 * Creates a rate limiter in Redis 6.2 or later, and connects.
 *
 * All instances that use the same Redis and `prefix` count together, by the same rule as `createRateLimiter()`. Redis holds
 * one key per counted key: a digest that expires when all runs are regained. While Redis cannot be reached, `take()` rejects
 * within `timeoutSeconds`, and the request is answered with 503: nothing runs uncounted.
 *
 * @param options Address of Redis.
 * @returns The limiter.
 * @throws {Error} If Redis cannot be reached.
 * @throws {TypeError} If `url` is not a URL of Redis.
 *
 * @example Share rate limits among all instances
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 * import { createRedisRateLimiter } from "@hyper/actions/redis";
 *
 * const rateLimiter = await createRedisRateLimiter({ url: Deno.env.get("REDIS_URL") });
 * Deno.serve(createHandler({ rateLimiter, rate: { limit: 60, seconds: 60 } }));
 * ```
 */
export async function createRedisRateLimiter(options: RedisOptions = {}): Promise<RedisRateLimiter> {
  const redis = await RedisConnection.open(options);
  return {
    take: (key, rule) => takeFrom(redis, key, rule),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

async function takeFrom(redis: RedisConnection, key: string, rule: RateRule): Promise<RateVerdict> {
  checkRate(rule, "runs in Redis");
  const { capacity, cost } = unitsOf(rule);
  const args = [`${redis.prefix}rate:${sha256(key)}`, String(capacity), String(cost)];
  let reply: unknown;
  try {
    reply = await redis.send(["EVAL", TAKE, "1", ...args]);
  } catch (error) {
    throw new HyperError(503, "Cannot count runs: Redis does not answer; try again later", {
      cause: error,
      headers: { "retry-after": "1" },
    });
  }
  const [allowed, used]: unknown[] = Array.isArray(reply) ? reply : [];
  return rateVerdictOf(rule, allowed === 1, Number(used));
}
