/** Several instances on one Redis, with a crash of an instance and an outage of Redis. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { redisTest, startRedis } from "../support/redis.ts";
import { Tab } from "./tab.ts";

const TABS = 50;
const CHANGES = 1_000;
/** Duration of the outage of Redis, in milliseconds. */
const PAUSE_MS = 10_000;

redisTest(
  "after a killed instance and a ten-second Redis outage, no change is lost or repeated, and all tabs show the same board",
  async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/board.sqlite`;
    using database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("CREATE TABLE rows (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT");
    // Neither table makes ids unique: the test checks that they are.
    database.exec("CREATE TABLE changes (id TEXT NOT NULL) STRICT; CREATE TABLE runs (id TEXT NOT NULL) STRICT");
    database.exec("CREATE INDEX by_id ON changes (id)");
    await using redis = await startRedis();
    const instances = await Promise.all([1, 2, 3].map(() => startInstance(redis.url, path)));
    const leaving = new AbortController();
    try {
      const urls = instances.map(({ url }) => url);
      const changed = new EventTarget();
      const tabs = Array.from(
        { length: TABS },
        (_, index) => new Tab(urls, index, () => changed.dispatchEvent(new Event("change"))),
      );
      const watching: Promise<void>[] = [];
      await Promise.all(
        tabs.map((tab) => new Promise<void>((onOpen) => watching.push(tab.watch(leaving.signal, onOpen)))),
      );

      let done = 0;
      const reached = new Map([[300, Promise.withResolvers<void>()], [600, Promise.withResolvers<void>()]]);
      const writing = Promise.all(tabs.map(async (tab, index) => {
        for (let change = 0; change < CHANGES / TABS; change++) {
          // Each tab has two rows that no other tab writes: its last change remains.
          await tab.write(`row-${index}-${change % 2}`, `change ${change}`, leaving.signal);
          reached.get(++done)?.resolve();
        }
      }));
      await reached.get(300)?.promise;
      await instances[1]?.kill();
      await reached.get(600)?.promise;
      redis.pause();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      redis.resume();
      await writing;

      const board = Object.fromEntries(
        database.prepare("SELECT name, text FROM rows").all().map(({ name, text }) => [String(name), String(text)]),
      );
      assertEquals(Object.keys(board).length, 2 * TABS);
      await waitForBoard(tabs, board, changed);

      const count = (sql: string): number => Number(database.prepare(sql).get()?.count);
      assertEquals(count("SELECT count(*) AS count FROM changes"), CHANGES);
      assertEquals(count("SELECT count(DISTINCT id) AS count FROM changes"), CHANGES);
      // Only calls that were running when the instance died run again, after their claims have expired.
      const repeated = count("SELECT count(*) AS count FROM runs") - CHANGES;
      assert(repeated <= TABS, `${repeated} runs were repeats`);
      // Only the tabs of the dead instance had to reconnect: the outage of Redis ended no stream.
      const broke = tabs.map(({ breaks }) => breaks > 0);
      assertEquals(broke, tabs.map((_, index) => index % instances.length === 1));
      leaving.abort();
      await Promise.all(watching);
    } finally {
      leaving.abort();
      await Promise.all(instances.map((instance) => instance.kill()));
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** Waits until every tab shows the board. */
async function waitForBoard(
  tabs: readonly Tab[],
  board: Readonly<Record<string, string>>,
  changed: EventTarget,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const differing = (): Tab | undefined =>
    tabs.find((tab) =>
      tab.rows.size !== Object.keys(board).length || [...tab.rows].some(([name, text]) => board[name] !== text)
    );
  const look = (): void => {
    if (differing() === undefined) resolve();
  };
  changed.addEventListener("change", look);
  const deadline = setTimeout(resolve, 20_000);
  look();
  await promise;
  clearTimeout(deadline);
  changed.removeEventListener("change", look);
  const tab = differing();
  if (tab !== undefined) assertEquals(Object.fromEntries([...tab.rows].toSorted()), board);
}

interface Instance {
  readonly url: string;
  /** Kills the process, and waits for its end. */
  kill(): Promise<void>;
}

async function startInstance(redis: string, database: string): Promise<Instance> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fromFileUrl(import.meta.resolve("./instance.tsx")), redis, database],
    stdin: "null",
    stdout: "piped",
    // It reports the outage of Redis, as expected.
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (value === undefined) {
    throw new Error(`Cannot start an instance: it ended with code ${(await process.status).code}`);
  }
  let isEnded = false;
  return {
    url: `http://127.0.0.1:${value.trim()}`,
    async kill() {
      if (isEnded) return;
      isEnded = true;
      process.kill("SIGKILL");
      await reader.cancel();
      await process.status;
    },
  };
}
