// A `Store` in Redis, for instances on any number of machines.
import { notify } from "../callback.ts";
import { checkEntry, toJson } from "./entry.ts";
import { RedisConnection, type RedisOptions } from "./redis_connection.ts";
import type { Store } from "./store.ts";

/** A store in Redis. Dispose it to close its connection. */
export interface RedisStore extends Store, AsyncDisposable {}

// Redis runs a script as one step: nothing comes between the comparison and the change.
const REPLACE = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
return 1`;
const DELETE_IF = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("DEL", KEYS[1])`;

/**
 * Creates a store in Redis 6.2 or later, and connects.
 *
 * Every entry is one key that expires. Redis must not evict keys: set `maxmemory-policy noeviction`, otherwise the claim of
 * a running action could disappear. While Redis cannot be reached, each method rejects within `timeoutSeconds`; the store
 * reconnects by itself.
 *
 * @param options Address of Redis.
 * @returns The store.
 * @throws {Error} If Redis cannot be reached.
 * @throws {TypeError} If `url` is not a URL of Redis.
 *
 * @example Share claims among all instances
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 * import { createRedisStore } from "@hyper/actions/redis";
 *
 * const store = await createRedisStore({ url: Deno.env.get("REDIS_URL") });
 * Deno.serve(createHandler({ store }));
 * ```
 */
export async function createRedisStore(options: RedisOptions = {}): Promise<RedisStore> {
  return new ConnectedStore(await RedisConnection.open(options));
}

class ConnectedStore implements RedisStore {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async get(key: string): Promise<unknown> {
    const text = await this.#redis.send(["GET", this.#keyOf(key)]);
    return typeof text === "string" ? JSON.parse(text) : null;
  }

  async put(key: string, value: unknown, seconds: number): Promise<void> {
    const text = toJson(key, value);
    await this.#redis.send(["SET", this.#keyOf(key), text, "PX", lifetimeOf(key, seconds)]);
  }

  async putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    const text = toJson(key, value);
    const args = ["SET", this.#keyOf(key), text, "NX", "PX", lifetimeOf(key, seconds)];
    return await this.#redis.send(args, (reply) => {
      // The caller has got an error, so nothing else would release the claim. If this fails too, the claim expires.
      if (reply === "OK") notify(() => this.deleteIf(key, value), () => {});
    }) === "OK";
  }

  async replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    const args = [toJson(key, expected), toJson(key, value), lifetimeOf(key, seconds)];
    return await this.#redis.send(["EVAL", REPLACE, "1", this.#keyOf(key), ...args]) === 1;
  }

  async deleteIf(key: string, expected: unknown): Promise<boolean> {
    return await this.#redis.send(["EVAL", DELETE_IF, "1", this.#keyOf(key), toJson(key, expected)]) === 1;
  }

  async delete(key: string): Promise<void> {
    await this.#redis.send(["DEL", this.#keyOf(key)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis[Symbol.asyncDispose]();
  }

  #keyOf(key: string): string {
    return `${this.#redis.prefix}entry:${key}`;
  }
}

/** Checks an entry. Returns its lifetime in milliseconds, at least 1: Redis rejects 0. */
function lifetimeOf(key: string, seconds: number): string {
  checkEntry(key, seconds);
  return String(Math.max(1, Math.round(seconds * 1000)));
}
