/**
 * A `Store` in Redis, for instances on any number of machines.
 *
 * @module
 */
import { notify } from "../callback.ts";
import { checkEntry, toJson } from "./entry.ts";
import { RedisConnection, type RedisOptions } from "./redis_connection.ts";
import type { Store } from "./store.ts";

/** A store in Redis: dispose it to end its connection. */
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
 * Makes a store in Redis 6.2 or later, and connects.
 *
 * Every entry is one key with a time to live. Redis must not drop keys before their time: set `maxmemory-policy
 * noeviction`, or claims of mutations could vanish while they are held. While Redis is away each method rejects, within
 * `timeoutSeconds`; the connection comes back by itself.
 *
 * @param options Where Redis is.
 * @returns The store.
 * @throws {Error} When Redis is not there.
 * @throws {TypeError} When `url` is none.
 *
 * @example Claims that all instances share
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
    checkEntry(key, seconds);
    await this.#redis.send(["SET", this.#keyOf(key), text, "PX", toMilliseconds(seconds)]);
  }

  async putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    const text = toJson(key, value);
    checkEntry(key, seconds);
    const args = ["SET", this.#keyOf(key), text, "NX", "PX", toMilliseconds(seconds)];
    return await this.#redis.send(args, (answer) => {
      // It came through after the asker was told that it had not: nobody would ever let it go before its time.
      if (answer === "OK") notify(() => this.deleteIf(key, value), () => {}); // Its time is what is left to wait for.
    }) === "OK";
  }

  async replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    const before = toJson(key, expected);
    const text = toJson(key, value);
    checkEntry(key, seconds);
    return await this.#redis.send(["EVAL", REPLACE, "1", this.#keyOf(key), before, text, toMilliseconds(seconds)]) ===
      1;
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

/** At least one: Redis refuses 0. */
function toMilliseconds(seconds: number): string {
  return String(Math.max(1, Math.round(seconds * 1000)));
}
