/** Rates that two instances count together in Redis. */
import { assertEquals } from "@std/assert";
import { action, createHandler, toast } from "@hyper/actions";
import { createRedisRateLimiter } from "@hyper/actions/redis";
import { redisTest, startRedis, untilReachable } from "../support/redis.ts";

redisTest(
  "two instances count a rate together in Redis, run nothing uncounted while Redis is dead, and count again when it is back",
  async () => {
    await using server = await startRedis();
    let runs = 0;
    const start = async () => {
      const limiter = await createRedisRateLimiter({ url: server.url, timeoutSeconds: 0.5, onError: () => {} });
      const save = action("save", { rate: { limit: 3, seconds: 60 } }, () => {
        runs++;
        return toast("Saved");
      });
      const handler = createHandler({
        baseDir: null,
        pages: [{ path: "/", load: () => Promise.resolve({ default: () => null, save }) }],
        rateLimiter: limiter,
        principal: () => "ada",
        onError: () => {},
      });
      return { handler, limiter };
    };
    const instances = [await start(), await start()];
    const statusOf = async (index: number): Promise<number | undefined> => {
      const request = new Request("http://localhost/", {
        method: "POST",
        headers: { "x-hyper-action": "save", accept: "text/event-stream" },
      });
      const response = await instances[index]?.handler(request);
      await response?.body?.cancel();
      return response?.status;
    };
    const statuses = [];
    for (const index of [0, 1, 0, 1, 0]) statuses.push(await statusOf(index));
    assertEquals(statuses, [200, 200, 200, 429, 429]);
    assertEquals(runs, 3);
    await server.stop();
    assertEquals([await statusOf(0), await statusOf(1)], [503, 503]);
    assertEquals(runs, 3);
    await server.start();
    for (const index of [0, 1]) await untilReachable(async () => assertEquals(await statusOf(index), 200));
    assertEquals(runs, 5);
    for (const { handler, limiter } of instances) {
      await handler.close();
      await limiter[Symbol.asyncDispose]();
    }
  },
);
