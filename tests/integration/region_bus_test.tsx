/** Regions of several instances over a bus outside of their process. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { changed, createHandler, type Handler, region } from "@hyper/actions";
import { createRedisBus, type RedisBus } from "@hyper/actions/redis";
import { openPage, type PageRegion, RegionStream } from "../support/region_stream.ts";
import { RedisConnection } from "../../src/store/redis_connection.ts";
import { isLeftOut, type RedisServer, redisTest, startRedis } from "../support/redis.ts";

const redis: RedisServer | null = isLeftOut ? null : await startRedis();
if (redis !== null) addEventListener("unload", () => redis.kill());

/** An instance with two rows, which depend on a topic each. */
interface Instance extends AsyncDisposable {
  readonly handler: Handler;
  readonly bus: RedisBus;
  readonly errors: unknown[];
}

async function startInstance({ url = redis?.url ?? "", prefix = "hyper:", maxMessages = 1_000 }): Promise<Instance> {
  const errors: unknown[] = [];
  const bus = await createRedisBus({
    url,
    prefix,
    maxMessages,
    timeoutSeconds: 1,
    onError: (error) => errors.push(error),
  });
  const Row = region(
    "row",
    { depends: ({ instance }) => `row:${instance}` },
    ({ instance }) => <li>row {instance}</li>,
  );
  const Page = () => (
    <ul>
      <Row instance="a" />
      <Row instance="b" />
    </ul>
  );
  const handler = createHandler({
    bus,
    keys: ["k".repeat(32)],
    principal: (request) => request.headers.get("user"),
    onError: (error) => errors.push(error),
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Row }) }],
  });
  // It reads the feed.
  await using stream = await RegionStream.watch(handler, []);
  await stream.ready();
  return {
    handler,
    bus,
    errors,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await bus[Symbol.asyncDispose]();
    },
  };
}

let prefixes = 0;

function referenceOf(regions: readonly PageRegion[], row: string): string {
  return regions[row === "a" ? 0 : 1]?.[0] ?? "";
}

/** Starts instances that share a bus. */
async function startInstances(
  count: number,
  url?: string,
): Promise<{ readonly instances: readonly Instance[] } & AsyncDisposable> {
  const prefix = `${++prefixes}:`;
  const instances = await Promise.all(Array.from({ length: count }, () => startInstance({ url, prefix })));
  return {
    instances,
    async [Symbol.asyncDispose]() {
      await Promise.all(instances.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

redisTest("a change on one instance reaches the streams of the others over Redis, in order", async () => {
  await using under = await startInstances(3);
  const [one, two, three] = under.instances as [Instance, Instance, Instance];
  const regions = await openPage(one.handler);
  console.log("opened", JSON.stringify(regions));
  await using second = await (await RegionStream.watch(two.handler, [{ at: "/", regions }])).ready();
  console.log("second");
  await using third = await (await RegionStream.watch(three.handler, [{ at: "/", regions }])).ready();
  for (const row of ["a", "b", "a"]) {
    await one.handler.changed(`row:${row}`);
    for (const stream of [second, third]) {
      assertEquals(await stream.next(), { at: "/", dirty: [referenceOf(regions, row)] });
    }
  }
  assertEquals(under.instances.flatMap(({ errors }) => errors), []);
});

redisTest("a browser that returns to another instance receives what it has missed, by its place", async () => {
  await using under = await startInstances(2);
  const [one, two] = under.instances as [Instance, Instance];
  const regions = await openPage(one.handler);
  // Both have read the feed, so that they know the places.
  await using watching = await (await RegionStream.watch(two.handler, [{ at: "/", regions }])).ready();
  await one.handler.changed("row:a");
  await watching.next();
  let place = "";
  {
    await using stream = await RegionStream.watch(two.handler, [{ at: "/", regions }]);
    assertEquals((await stream.next())?.dirty, [referenceOf(regions, "a")]);
    place = (await stream.ready()).place;
  }
  await one.handler.changed("row:b");
  await watching.next();
  const later = regions.map(([reference]) => [reference, place]);
  await using stream = await RegionStream.watch(two.handler, [{ at: "/", regions: later }]);
  assertEquals((await stream.next())?.dirty, [referenceOf(regions, "b")]);
});

redisTest(
  "an instance that has just started names every region, since it has not read the changes before",
  async () => {
    await using under = await startInstances(1);
    const [one] = under.instances as [Instance];
    const regions = await openPage(one.handler);
    await one.handler.changed("row:a");
    await using fresh = await startInstance({ prefix: `${prefixes}:` });
    await using stream = await RegionStream.watch(fresh.handler, [{ at: "/", regions }]);
    assertEquals((await stream.next())?.dirty, regions.map(([reference]) => reference));
  },
);

redisTest("a message of another version counts as a change of every region", async () => {
  await using under = await startInstances(2);
  const [one, two] = under.instances as [Instance, Instance];
  const regions = await openPage(one.handler);
  await using stream = await (await RegionStream.watch(two.handler, [{ at: "/", regions }])).ready();
  await one.bus.publish("hyper:changed", { v: 99, subjects: ["row:a"] });
  assertEquals((await stream.next())?.dirty, regions.map(([reference]) => reference));
});

redisTest(
  "after Redis has lost its data, every region counts as changed, and no earlier place is up to date",
  async () => {
    await using server = await startRedis();
    await using under = await startInstances(2, server.url);
    const [one, two] = under.instances as [Instance, Instance];
    const regions = await openPage(one.handler);
    const all = regions.map(([reference]) => reference);
    await using stream = await (await RegionStream.watch(two.handler, [{ at: "/", regions }])).ready();
    const before = stream.place;
    await server.stop();
    // Reported, and made up for.
    await one.handler.changed("row:a");
    assertNotEquals(one.errors.length, 0);
    await server.start();
    // Streams of users end at a gap, since a sign-out may be missing, and the browser returns.
    assertEquals(await nextOf(stream) ?? await returnTo(two.handler, regions, before), all);
    assertEquals(await returnTo(two.handler, regions, before), all);
  },
);

/** Returns the regions that a browser must ask for when it returns with a place, after as many attempts as it takes. */
async function returnTo(handler: Handler, regions: readonly PageRegion[], place: string): Promise<readonly string[]> {
  for (;;) {
    const returning = regions.map(([reference]) => [reference, place]);
    await using stream = await RegionStream.watch(handler, [{ at: "/", regions: returning }]);
    const dirty = await nextOf(stream);
    if (dirty !== null) return dirty;
  }
}

async function nextOf(stream: RegionStream): Promise<readonly string[] | null> {
  return (await stream.next())?.dirty ?? null;
}

redisTest("after a gap without a change, no earlier place is up to date, and new pages have a place", async () => {
  await using server = await startRedis();
  await using under = await startInstances(1, server.url);
  const [one] = under.instances as [Instance];
  const regions = await openPage(one.handler);
  await using stream = await (await RegionStream.watch(one.handler, [{ at: "/", regions }])).ready();
  const { promise: received, resolve } = Promise.withResolvers<void>();
  await using _ = await one.bus.subscribe("hyper:changed", () => resolve());
  await server.stop();
  await server.start();
  const before = stream.place;
  await Promise.all([stream.next(), received]);
  assertEquals(await returnTo(one.handler, regions, before), regions.map(([reference]) => reference));
  const now = await openPage(one.handler);
  await using next = await RegionStream.watch(one.handler, [{ at: "/", regions: now }]);
  await next.ready();
  await one.handler.changed("row:b");
  assertEquals((await next.next())?.dirty, [referenceOf(regions, "b")]);
});
