/**
 * `Store`, `Bus` and `RateLimiter` over Redis, for an application on more than one instance.
 *
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 * import { createRedisBus, createRedisRateLimiter, createRedisStore } from "@hyper/actions/redis";
 *
 * const url = Deno.env.get("REDIS_URL");
 * const store = await createRedisStore({ url });
 * const bus = await createRedisBus({ url });
 * const rateLimiter = await createRedisRateLimiter({ url });
 * Deno.serve(createHandler({ store, bus, rateLimiter }));
 * ```
 *
 * @module
 */
export { createRedisBus, type RedisBus, type RedisBusOptions } from "./redis_bus.ts";
export { createRedisRateLimiter, type RedisRateLimiter } from "./redis_rate_limiter.ts";
export { createRedisStore, type RedisStore } from "./redis_store.ts";
export type { RedisOptions } from "./redis_connection.ts";
export type { RateRule } from "../http/rate_rule.ts";
export type { RateLimiter, RateVerdict } from "./rate_limiter.ts";
export type { Bus, BusMessage, BusSubscription, PublishOptions, Store, SubscribeOptions } from "./store.ts";
