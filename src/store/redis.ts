/**
 * `Store` and `Bus` over Redis, for an application on more than one instance.
 *
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 * import { createRedisBus, createRedisStore } from "@hyper/actions/redis";
 *
 * const url = Deno.env.get("REDIS_URL");
 * const [store, bus] = await Promise.all([createRedisStore({ url }), createRedisBus({ url })]);
 * Deno.serve(createHandler({ store, bus }));
 * ```
 *
 * @module
 */
export { createRedisBus, type RedisBus, type RedisBusOptions } from "./redis_bus.ts";
export { createRedisStore, type RedisStore } from "./redis_store.ts";
export type { RedisOptions } from "./redis_connection.ts";
export type { Bus, BusMessage, BusSubscription, PublishOptions, Store, SubscribeOptions } from "./store.ts";
