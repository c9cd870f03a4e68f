/** Regions of several instances over a bus outside of their process. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { type Bus, createHandler, createKvBus, type Handler, region } from "@hyper/actions";
import { createRedisBus } from "@hyper/actions/redis";
import { openPage, type PageRegion, RegionStream } from "../support/region_stream.ts";
import { type RedisServer, redisTest, startRedis } from "../support/redis.ts";

/** Opens the bus of one instance. */
type OpenBus = (onError: (error: unknown) => void) => Promise<{ readonly bus: Bus } & AsyncDisposable>;

function redisAt({ url }: RedisServer): OpenBus {
  return async (onError) => {
    const bus = await createRedisBus({ url, timeoutSeconds: 1, onError });
    return { bus, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
  };
}

/** Each instance has its own connection to the database, as another process would. */
function kvAt(path: string): OpenBus {
  return async (onError) => {
    const kv = await Deno.openKv(path);
    // deno-lint-ignore require-await -- the contract is asynchronous
    return { bus: createKvBus(kv, { onError }), [Symbol.asyncDispose]: async () => kv.close() };
  };
}

/** Declares a test for both buses. */
function busTest(name: string, run: (openBus: OpenBus) => Promise<void>): void {
  redisTest(`${name}, over Redis`, async () => {
    await using server = await startRedis();
    await run(redisAt(server));
  });
  Deno.test({
    name: `${name}, over Deno KV`,
    ignore: typeof Deno.openKv !== "function",
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await run(kvAt(`${folder}/kv.db`));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** An instance with two rows, which depend on a topic each. */
interface Instance extends AsyncDisposable {
  readonly handler: Handler;
  readonly bus: Bus;
  /** Errors that the handler reports, and that the bus does. */
  readonly errors: readonly unknown[];
  readonly busErrors: readonly unknown[];
}

async function startInstance(openBus: OpenBus): Promise<Instance> {
  const errors: unknown[] = [];
  const busErrors: unknown[] = [];
  const opened = await openBus((error) => busErrors.push(error));
  const { bus } = opened;
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
    busErrors,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await opened[Symbol.asyncDispose]();
    },
  };
}

function referenceOf(regions: readonly PageRegion[], row: string): string {
  return regions[row === "a" ? 0 : 1]?.[0] ?? "";
}

/** Starts instances that share a bus. */
async function startInstances(
  openBus: OpenBus,
  count: number,
): Promise<{ readonly instances: readonly Instance[] } & AsyncDisposable> {
  const instances = await Promise.all(Array.from({ length: count }, () => startInstance(openBus)));
  return {
    instances,
    async [Symbol.asyncDispose]() {
      await Promise.all(instances.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

busTest("a change on one instance reaches the streams of the others, in order", async (openBus) => {
  await using under = await startInstances(openBus, 3);
  const [one, two, three] = under.instances as [Instance, Instance, Instance];
  const regions = await openPage(one.handler);
  await using second = await (await RegionStream.watch(two.handler, [{ at: "/", regions }])).ready();
  await using third = await (await RegionStream.watch(three.handler, [{ at: "/", regions }])).ready();
  for (const row of ["a", "b", "a"]) {
    await one.handler.changed(`row:${row}`);
    for (const stream of [second, third]) {
      assertEquals(await stream.next(), { at: "/", dirty: [referenceOf(regions, row)] });
    }
  }
  assertEquals(under.instances.flatMap(({ errors, busErrors }) => [...errors, ...busErrors]), []);
});

busTest("a browser that returns to another instance receives what it has missed, by its place", async (openBus) => {
  await using under = await startInstances(openBus, 2);
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

busTest(
  "an instance that has just started names every region, since it has not read the changes before",
  async (openBus) => {
    await using under = await startInstances(openBus, 1);
    const [one] = under.instances as [Instance];
    const regions = await openPage(one.handler);
    await one.handler.changed("row:a");
    await using fresh = await startInstance(openBus);
    await using stream = await RegionStream.watch(fresh.handler, [{ at: "/", regions }]);
    assertEquals((await stream.next())?.dirty, regions.map(([reference]) => reference));
  },
);

busTest("a message of another version counts as a change of every region", async (openBus) => {
  await using under = await startInstances(openBus, 2);
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
    await using under = await startInstances(redisAt(server), 2);
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
  await using under = await startInstances(redisAt(server), 1);
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
