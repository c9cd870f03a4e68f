/** Rate limits that several instances share through Redis. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRedisRateLimiter } from "@hyper/actions/redis";
import { action, HyperError } from "../../mod.ts";
import { RedisConnection } from "../../src/store/redis_connection.ts";
import { App } from "../support/app.tsx";
import { isLeftOut, redisTest, startRedis } from "../support/redis.ts";
import { testRateLimiter } from "./conformance.ts";

const shared = isLeftOut ? null : await startRedis();
if (shared !== null) addEventListener("unload", () => shared.kill());
const url = shared?.url ?? "";

testRateLimiter("createRedisRateLimiter()", async () => {
  const control = await RedisConnection.open({ url });
  await control.send(["FLUSHALL"]);
  const limiter = await createRedisRateLimiter({ url });
  const other = await createRedisRateLimiter({ url });
  return {
    limiter,
    other,
    pass: (seconds) => pass(control, seconds),
    [Symbol.asyncDispose]: async () => {
      for (const each of [limiter, other, control]) await each[Symbol.asyncDispose]();
    },
  };
}, { ignore: isLeftOut });

/** Moves every key into the past, as if time had passed: the clock of Redis cannot be set. */
async function pass(control: RedisConnection, seconds: number): Promise<void> {
  const script = `
for _, key in ipairs(redis.call("KEYS", "*")) do
  local left = redis.call("PTTL", key) - ARGV[1]
  if left > 0 then
    redis.call("SET", key, string.format("%.17g", redis.call("GET", key) - ARGV[1]), "PX", left)
  else
    redis.call("DEL", key)
  end
end`;
  await control.send(["EVAL", script, "0", String(seconds * 1000)]);
}

redisTest("E6: two handlers that share a Redis count an action together", async () => {
  await using server = await startRedis();
  await using one = await createRedisRateLimiter({ url: server.url });
  await using two = await createRedisRateLimiter({ url: server.url });
  let runs = 0;
  const options = {
    rate: { limit: 3, seconds: 3_600 },
    principal: (request: Request) => request.headers.get("x-user"),
  };
  const save = () => action("save", () => void runs++);
  await using here = new App({ "/": { default: () => "home", save: save() } }, { ...options, rateLimiter: one });
  await using there = new App({ "/": { default: () => "home", save: save() } }, { ...options, rateLimiter: two });
  const statusOf = async (app: App, user: string) => (await app.call("save", { headers: { "x-user": user } })).status;
  const statuses = [];
  for (const app of [here, there, here, there, here]) statuses.push(await statusOf(app, "ada"));
  assertEquals([statuses, runs], [[200, 200, 200, 429, 429], 3]);
  assertEquals(await statusOf(there, "bob"), 200);
});

redisTest(
  "createRedisRateLimiter() stores a digest of the key, which expires when all runs are available again",
  async () => {
    await using server = await startRedis();
    await using limiter = await createRedisRateLimiter({ url: server.url });
    await using control = await RedisConnection.open({ url: server.url });
    await limiter.take("ada@example.com", { limit: 2, seconds: 60 });
    const keys = await control.send(["KEYS", "*"]);
    assert(Array.isArray(keys));
    assertEquals(keys.map((key) => /^hyper:rate:[0-9a-f]{64}$/.test(String(key))), [true]);
    const left = Number(await control.send(["PTTL", String(keys[0])]));
    assert(left > 20_000 && left <= 30_000, `${left} ms`);
  },
);

redisTest("createRedisRateLimiter() waits no longer than its rule if the clock of Redis is set back", async () => {
  await using server = await startRedis();
  await using limiter = await createRedisRateLimiter({ url: server.url });
  await using control = await RedisConnection.open({ url: server.url });
  const rule = { limit: 1, seconds: 10 };
  await limiter.take("a", rule);
  const [key] = await control.send(["KEYS", "*"]) as [string];
  await control.send(["SET", key, String(Date.now() + 3_600_000), "PX", "3600000"]);
  assertEquals(await limiter.take("a", rule), { allowed: false, remaining: 0, retryAfterSeconds: 10 });
});

redisTest("createRedisRateLimiter() rejects with 503 while Redis cannot be reached, and recovers", async () => {
  await using server = await startRedis();
  await using limiter = await createRedisRateLimiter({ url: server.url, timeoutSeconds: 0.5, onError: () => {} });
  server.pause();
  const error = await assertRejects(() => Promise.resolve(limiter.take("a", { limit: 1, seconds: 1 })), HyperError);
  assertEquals([error.status, error.headers["retry-after"]], [503, "1"]);
  server.resume();
  assertEquals((await limiter.take("b", { limit: 1, seconds: 60 })).allowed, true);
});

redisTest("createRedisRateLimiter() rejects a rule that is out of range", async () => {
  await using limiter = await createRedisRateLimiter({ url });
  await assertRejects(() => Promise.resolve(limiter.take("a", { limit: 0, seconds: 1 })), RangeError, "limit: 0");
});
