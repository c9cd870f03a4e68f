/** A Redis that must no longer be asked: a primary that became a replica, or is still loading. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createRedisBus, createRedisStore } from "@hyper/actions/redis";
import { RedisConnection } from "../../src/store/redis_connection.ts";
import { withinTime } from "../support/clock.ts";
import { type FlakyProxy, openFlakyProxy } from "../support/flaky_proxy.ts";
import { type RedisServer, redisTest, startRedis } from "../support/redis.ts";

/** Two servers, the second a replica of the first, and a name that leads to the first. */
interface Pair extends AsyncDisposable {
  readonly first: RedisServer;
  readonly second: RedisServer;
  readonly name: FlakyProxy;
  readonly url: string;
  /** Makes the second server the primary and the first its replica, which rejects writes. The name leads to the second. */
  failOver(): Promise<void>;
}

async function pair(): Promise<Pair> {
  const [first, second] = await Promise.all([startRedis(), startRedis()]);
  const name = openFlakyProxy(first.port);
  const say = async ({ url }: RedisServer, ...command: string[]): Promise<string> => {
    await using control = await RedisConnection.open({ url });
    return String(await control.send(command));
  };
  // By default, it waits five seconds for other replicas.
  await say(first, "CONFIG", "SET", "repl-diskless-sync-delay", "0");
  await say(second, "REPLICAOF", "127.0.0.1", String(first.port));
  await until(async () => assertStringIncludes(await say(second, "INFO", "replication"), "master_link_status:up"));
  return {
    first,
    second,
    name,
    url: name.url.replace("http:", "redis:"),
    async failOver() {
      // All writes are replicated.
      const offset = async (server: RedisServer) =>
        /master_repl_offset:(\d+)/.exec(await say(server, "INFO", "replication"))?.[1];
      await until(async () => assertEquals(await offset(second), await offset(first)));
      await say(second, "REPLICAOF", "NO", "ONE");
      await say(first, "REPLICAOF", "127.0.0.1", String(second.port));
      name.lead(second.port);
    },
    async [Symbol.asyncDispose]() {
      await name[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    },
  };
}

/** Repeats an attempt until it succeeds, for at most ten seconds. */
async function until<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

redisTest("A16: a store that is connected to a replica reconnects to the primary by its URL", async () => {
  await using servers = await pair();
  const errors: unknown[] = [];
  await using store = await createRedisStore({ url: servers.url, onError: (error) => errors.push(error) });
  await store.put("key", "before", 60);
  await servers.failOver();
  await assertRejects(() => store.put("key", "refused", 60), Error, "READONLY");
  await until(() => store.put("key", "after", 60));
  assertEquals(await store.get("key"), "after");
  assertEquals(errors.length, 1);
  assertStringIncludes(String(errors[0]), "Left Redis at redis://127.0.0.1");
  assertStringIncludes(String(errors[0]), "READONLY");
});

redisTest("A16: a script that a replica rejects makes the store reconnect as well", async () => {
  await using servers = await pair();
  await using store = await createRedisStore({ url: servers.url, onError: () => {} });
  // A script that deletes nothing would not be rejected.
  await store.put("key", 1, 60);
  await servers.failOver();
  await assertRejects(() => store.deleteIf("key", 1), Error, "READONLY");
  assertEquals(await until(() => store.deleteIf("key", 1)), true);
});

redisTest(
  "A16: a bus that is connected to a replica reconnects to the primary, and its listeners miss nothing",
  async () => {
    await using servers = await pair();
    await using bus = await createRedisBus({ url: servers.url, onError: () => {} });
    const heard: unknown[] = [];
    const after = Promise.withResolvers<void>();
    await using _ = await bus.subscribe("board", ({ message }) => {
      heard.push(message);
      if (message === "after") after.resolve();
    }, { onGap: () => heard.push("gap") });
    await bus.publish("board", "before");
    await servers.failOver();
    await assertRejects(() => bus.publish("board", "refused"), Error, "READONLY");
    // Another instance has found the primary earlier.
    await using other = await createRedisBus({ url: servers.second.url });
    await until(async () => {
      await using control = await RedisConnection.open({ url: servers.second.url });
      assertStringIncludes(String(await control.send(["PUBSUB", "CHANNELS"])), "board");
    });
    await other.publish("board", "after");
    await withinTime(after.promise);
    // The log was replicated, so nothing is missing.
    assertEquals(heard, ["before", "after"]);
  },
);

redisTest(
  "A16: a store whose name leads only to a replica does not reconnect with each command",
  async () => {
    await using servers = await pair();
    await using control = await RedisConnection.open({ url: servers.first.url });
    await control.send(["REPLICAOF", "127.0.0.1", String(servers.second.port)]);
    const errors: unknown[] = [];
    await using store = await createRedisStore({ url: servers.first.url, onError: (error) => errors.push(error) });
    const connections = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(String(await control.send(["INFO", "stats"])))?.[1]);
    const before = await connections();
    const begun = performance.now();
    let refusals = 0;
    while (refusals < 50) {
      // Wait until it is connected again.
      await until(() => store.get("key"));
      await store.put("key", 1, 60).catch((error) => {
        if (String(error).includes("READONLY")) refusals++;
      });
    }
    const seconds = (performance.now() - begun) / 1000;
    const made = await connections() - before;
    assert(made >= 1 && made <= 2 + seconds, `${made} connections in ${seconds} s`);
    assertEquals(await store.get("key"), null, "reads still work");
  },
);

redisTest("A16: a store whose name leads to no primary finds one that is promoted later", async () => {
  await using servers = await pair();
  await using control = await RedisConnection.open({ url: servers.first.url });
  await using store = await createRedisStore({ url: servers.first.url, onError: () => {} });
  await servers.failOver();
  for (let attempt = 0; attempt < 3; attempt++) await assertRejects(() => store.put("key", 1, 60), Error);
  await control.send(["REPLICAOF", "NO", "ONE"]);
  await until(() => store.put("key", 2, 60));
  assertEquals(await store.get("key"), 2);
});

redisTest("A16: a store that is disposed while it looks for the primary does not reconnect", async () => {
  await using servers = await pair();
  const store = await createRedisStore({ url: servers.url, onError: () => {} });
  await servers.failOver();
  await assertRejects(() => store.put("key", 1, 60), Error, "READONLY");
  await store[Symbol.asyncDispose]();
  await assertRejects(() => store.put("key", 1, 60), Error);
});

redisTest("A16: NOREPLICAS replaces the connection, an error of the command does not", async () => {
  await using server = await startRedis();
  await using control = await RedisConnection.open({ url: server.url });
  const errors: unknown[] = [];
  await using store = await createRedisStore({ url: server.url, onError: (error) => errors.push(error) });
  await control.send(["LPUSH", "hyper:entry:list", "READONLY"]);
  await assertRejects(() => store.get("list"), Error, "WRONGTYPE");
  assertEquals(errors, []);
  await control.send(["CONFIG", "SET", "min-replicas-to-write", "1"]);
  await assertRejects(() => store.put("key", 1, 60), Error, "NOREPLICAS");
  assertEquals(errors.length, 1);
  await control.send(["CONFIG", "SET", "min-replicas-to-write", "0"]);
  await until(() => store.put("key", 1, 60));
});
