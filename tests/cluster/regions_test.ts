/** Regions on three instances behind a load balancer, with one Redis: crashes, outages, a deployment, and a change of the user. */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { withinTime } from "../support/clock.ts";
import { type ServerProcess, startServer } from "../support/process.ts";
import { type RedisServer, redisTest, startRedis } from "../support/redis.ts";
import { startProxy } from "./proxy.ts";
import { RegionBrowser } from "./region_browser.ts";

/** The time in which every tab must show a change, in milliseconds: that of a reconnect, on a slow machine. */
const RECONNECT_MS = 30_000;

/** Rows, instances behind a load balancer, and browsers that watch the rows. */
interface Room {
  readonly redis: RedisServer;
  readonly browsers: readonly RegionBrowser[];
  instances: ServerProcess[];
  /** Starts an instance of a version. */
  start(version: string): Promise<ServerProcess>;
  /** Forwards requests to the running instances only. */
  lead(): void;
  /** Changes rows, and waits until the change was published, or could not be. */
  write(...rows: readonly string[]): Promise<void>;
  /** Waits until all tabs show the rows as they are. */
  untilShown(): Promise<void>;
}

function roomTest(name: string, run: (room: Room) => Promise<void>): void {
  redisTest(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await runInRoom(`${folder}/rows.sqlite`, run);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function runInRoom(path: string, run: (room: Room) => Promise<void>): Promise<void> {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE rows (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT");
  database.exec("INSERT INTO rows VALUES ('a', 0), ('b', 0), ('c', 0)");
  await using redis = await startRedis();
  const start = (version: string) =>
    startServer(import.meta.resolve("./region_instance.tsx"), { args: [redis.url, path, version] });
  const instances = await Promise.all([start("v1"), start("v1"), start("v1")]);
  await using proxy = startProxy(instances.map(({ port }) => port));
  const changes = new EventTarget();
  const onChange = (): void => void changes.dispatchEvent(new Event("change"));
  const browsers = [..."abcdef"].map((name) => new RegionBrowser(proxy.url, `user${name}`, 2, onChange));
  let last = 0;
  const room: Room = {
    redis,
    browsers,
    instances,
    start,
    lead: () => proxy.lead(room.instances.map(({ port }) => port)),
    async write(...rows) {
      for (const row of rows) {
        const body = JSON.stringify({ row, value: ++last });
        await (await fetch(`${proxy.url}/write`, { method: "POST", body })).body?.cancel();
      }
    },
    async untilShown() {
      const values = new Map(
        database.prepare("SELECT name, value FROM rows").all().map(({ name, value }) => [`${name}`, `${value}`]),
      );
      const shown = (): string =>
        browsers.flatMap(({ user, tabs }) =>
          tabs.flatMap(({ rows }) =>
            [...values].filter(([name, value]) => !rows.get(name)?.startsWith(`${user} ${name}=${value} `)).map(
              ([name]) => `${user} does not show ${name}: ${rows.get(name)}`,
            )
          )
        ).join();
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (shown() === "") resolve();
      };
      changes.addEventListener("change", look);
      look();
      await withinTime(promise, RECONNECT_MS).catch(() => assertEquals(shown(), ""));
      changes.removeEventListener("change", look);
    },
  };
  const leaving = new AbortController();
  await Promise.all(browsers.flatMap((browser) => browser.tabs.map((tab) => browser.load(tab))));
  const watching = browsers.map((browser) => browser.watch(leaving.signal));
  try {
    await room.write("a", "b", "c");

    await room.untilShown();
    await run(room);
    assertEquals(browsers.flatMap(({ wrong }) => wrong), []);
  } finally {
    leaving.abort();
    await Promise.all(watching);

    await Promise.all(room.instances.map((each) => each[Symbol.asyncDispose]()));
  }
}

roomTest("an instance is killed: its tabs show what changes meanwhile, and no other tab reconnects", async (room) => {
  const before = room.browsers.map(({ breaks }) => breaks);
  const [killed, ...others] = room.instances;
  await killed?.kill();
  room.instances = others;
  await room.write("a", "b");
  await room.untilShown();
  await room.write("c");
  await room.untilShown();
  const broken = room.browsers.filter(({ breaks }, index) => breaks > (before[index] ?? 0));
  assert(broken.length < room.browsers.length, "every stream has ended");
});

roomTest("Redis pauses: what has changed meanwhile is shown when it is back", async (room) => {
  room.redis.pause();
  // Each waits until its instance has given up.
  await Promise.all([room.write("a"), room.write("b")]);
  room.redis.resume();
  await room.untilShown();
  await room.write("c");
  await room.untilShown();
});

roomTest("Redis restarts without its data: what has changed meanwhile is shown when it is back", async (room) => {
  await room.redis.stop();
  await room.write("a", "b");
  await room.redis.start();
  await room.untilShown();
  await room.write("c");
  await room.untilShown();
});

roomTest(
  "a deployment replaces each instance while rows change: every tab shows them, from the new version",
  async (room) => {
    for (const old of room.instances) {
      const next = await room.start("v2");
      room.instances = [...room.instances.filter((each) => each !== old), next];
      await room.write("a");
      room.lead();
      await Promise.all([old[Symbol.asyncDispose](), room.write("b")]);
      await room.untilShown();
    }
    await room.write("a", "b", "c");
    await room.untilShown();
    const versions = room.browsers.flatMap(({ tabs }) => tabs.flatMap(({ rows }) => [...rows.values()]));
    assertEquals(versions.filter((text) => !text.endsWith(" v2")), []);
  },
);

roomTest(
  "a user signs out in one tab, and another signs in: no tab shows a row of the session before",
  async (room) => {
    const [browser] = room.browsers as [RegionBrowser];
    const [first, second] = browser.tabs as [typeof browser.tabs[number], typeof browser.tabs[number]];
    browser.user = "";
    await browser.load(first);
    await room.write("a", "b");
    const before = [...second.rows.values()];
    browser.user = "bob";
    await browser.load(first);
    await room.write("c");
    await room.untilShown();
    assertEquals([...second.rows.values()].every((text) => text.startsWith("bob ")), true);
    assertEquals(before.every((text) => text.startsWith("usera ")), true);
  },
);
