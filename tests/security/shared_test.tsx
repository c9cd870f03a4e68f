/** Clients that can read the Redis of an application, or write to it. */
import { assert, assertEquals } from "@std/assert";
import { createRedisBus, createRedisStore } from "@hyper/actions/redis";
import { action, live, type RateLimiter, toast } from "../../mod.ts";
import { RedisConnection } from "../../src/store/redis_connection.ts";
import { App, parseEvents } from "../support/app.tsx";
import { withinTime } from "../support/clock.ts";
import { redisTest, startRedis } from "../support/redis.ts";

redisTest(
  "A17: Redis contains neither principals, nor sent data, nor IDs of calls in plain text",
  async () => {
    await using redis = await startRedis();
    await using control = await RedisConnection.open({ url: redis.url });
    await using store = await createRedisStore({ url: redis.url });
    await using bus = await createRedisBus({ url: redis.url });
    const counted: string[] = [];
    const rateLimiter: RateLimiter = {
      take: (key) => {
        counted.push(key);
        return { allowed: true, remaining: 1, retryAfterSeconds: 0 };
      },
    };
    const save = action("save", async ({ publish }) => {
      await publish("board", toast("news"));
    });
    const watch = action("watch", { method: "GET" }, () => live("board", { refresh: () => [] }));
    await using app = new App({ "/": { default: () => "home", save, watch } }, {
      store,
      bus,
      rateLimiter,
      rate: { limit: 9, seconds: 9 },
      principal: (request) => request.headers.get("x-user"),
    });
    const headers = { "x-user": "ada@example.com", authorization: "Bearer of-a-token", cookie: "session=of-a-session" };
    const watching = await app.call("watch", { method: "GET", headers });
    await app.call("save", {
      data: { password: "of-a-user" },
      headers: { ...headers, "x-hyper-request-id": "0123456789abcdef-THE-SECRET-HALF" },
    });
    const reader = watching.body?.getReader();
    app.handler.disconnect("ada@example.com");
    while (!(await withinTime(reader?.read() ?? Promise.reject(new Error("no body")))).done);

    const said = [...counted];
    const keys = await control.send(["KEYS", "*"]);
    assert(Array.isArray(keys));
    for (const key of keys.map(String)) {
      const type = String(await control.send(["TYPE", key]));
      const value = type === "stream"
        ? await control.send(["XRANGE", key, "-", "+"])
        : await control.send(["GET", key]);
      said.push(key, JSON.stringify(value));
    }
    const all = said.join("\n");
    for (const shown of ["hyper:once:", "hyper:disconnect", "hyper:rate:", "news"]) assert(all.includes(shown), shown);
    for (const secret of ["ada@example", "of-a-token", "of-a-session", "of-a-user", "THE-SECRET-HALF"]) {
      assert(!all.includes(secret), `${secret} in ${all}`);
    }
    const left = Number(await control.send(["TTL", "hyper:topic:hyper:disconnect"]));
    assert(left > 0 && left <= 60, `the log of disconnects is kept for ${left} s`);
  },
);

redisTest(
  "A15: a stream over Redis survives any entry in the log of a topic, and continues after it",
  async () => {
    await using redis = await startRedis();
    await using control = await RedisConnection.open({ url: redis.url });
    await using bus = await createRedisBus({ url: redis.url });
    const looks = { count: 0 };
    const looked = Promise.withResolvers<void>();
    const look = () => {
      looked.resolve();
      return toast({ look: ++looks.count });
    };
    const watch = action("watch", { method: "GET" }, () => live("board", { refresh: look }));
    await using app = new App({ "/": { default: () => "home", watch } }, { bus, heartbeatSeconds: 0 });
    // The events of a tab, and its last cursor.
    const read = async (place: string | null, until: string): Promise<readonly [unknown[], string]> => {
      const headers: Record<string, string> = place === null ? {} : { "last-event-id": place };
      const response = await app.call("watch", { method: "GET", headers });
      assertEquals(response.status, 200);
      const reader = response.body?.getReader();
      const heard: unknown[] = [];
      let last = "";
      while (!JSON.stringify(heard).includes(until)) {
        const { done, value } = await withinTime(reader?.read() ?? Promise.reject(new Error("no body")));
        assert(!done, `the stream ended after ${JSON.stringify(heard)}`);
        for (const event of parseEvents(new TextDecoder().decode(value))) {
          if (event.event !== "checkpoint") heard.push(event.data);
          last = event.id ?? last;
        }
      }
      await reader?.cancel();
      return [heard, last];
    };
    const opening = read(null, "first");
    await withinTime(looked.promise);
    await app.handler.publish("board", toast("first"));
    const [, place] = await opening;
    let sum = 1_000;
    const write = (...fields: string[]) => control.send(["XADD", "hyper:topic:board", "*", ...fields, "s", `${sum++}`]);
    await write("m", '{"kind":"parts","echo":null,"parts":[{"event":"toast","data":{"value":"old"}}]}');
    await write("m", '{"v":2,"kind":"animation"}');
    await write("m", "\u0000\u0001 garbage");
    await write("x", "another field");
    await app.handler.publish("board", toast("last"));
    looks.count = 0;
    const [heard, beyond] = await read(place, "last");
    assertEquals(heard, [{ look: 1 }, { value: "last" }]);
    await app.handler.publish("board", toast("newest"));
    assertEquals((await read(beyond, "newest"))[0], [{ value: "newest" }]);
    assert(app.console.splice(0).some((line) => line.includes("Cannot read a message of topic")));
  },
);
