// deno-lint-ignore-file no-console -- a task that prints a table
/**
 * A simulation of many open pages with regions, with the costs of this machine. `deno task reach [pages] [changes per second]`.
 *
 * The costs of a change, of a notification and of a request for a region are measured in this process. The rest is
 * arithmetic over the assumptions below.
 */
import { createHandler, createMemoryBus } from "../../mod.ts";
import { AwaitedChanges } from "../support/awaited_changes.ts";
import { Changes } from "../../src/live/changes.ts";
import Page, { Shown } from "./reach_page.tsx";
import { askFor, openPage } from "../support/region_stream.ts";

/** Kinds of topics: their share of all changes, and the pages that watch one topic. */
const TOPICS: readonly { readonly name: string; readonly share: number; readonly watchers: number }[] = [
  { name: "a record", share: 0.7, watchers: 2 },
  { name: "a room or board", share: 0.25, watchers: 20 },
  { name: "a long list", share: 0.0499, watchers: 1_000 },
  { name: "everyone", share: 0.0001, watchers: 100_000 },
];
/** Share of the pages that a user sees. The others ask for nothing until they are seen. */
const SEEN = 0.3;
/** Pages of a browser, which share one stream. */
const PAGES_PER_BROWSER = 1.6;
/** Memory of a stream with twenty regions: as measured by `deno task bench regions`, and of its socket with TLS. In bytes. */
const STREAM_BYTES = 30 * 1024 + 20 * 1024;
/** Memory of an instance for streams, in bytes, and the share of its processor that is used. */
const INSTANCE_BYTES = 4 * 1024 ** 3;
const BUSY = 0.6;
/** Bytes of a notification, and of a request for a region with its response, headers included. */
const NOTIFICATION_BYTES = 150;
const REQUEST_BYTES = 1_500;
/** Messages that one Redis sends per second: a low figure for one processor. */
const REDIS_MESSAGES = 400_000;
/** Time between two notifications of a page, and the longest spread, in milliseconds: as in `src/live/changes.ts`. */
const PAUSE_MS = 500;
const MAX_SPREAD_MS = 2_000;
/** Simulated time, in milliseconds. */
const SIMULATED_MS = 60_000;
/** Pages that are simulated of each kind of topic. */
const SAMPLE = 2_000;

/** Costs, in milliseconds of one processor. */
interface Costs {
  /** Of a change, at each instance. */
  readonly change: number;
  /** Of a notification. */
  readonly notification: number;
  /** Of a request for one region. */
  readonly request: number;
}

async function measureCosts(): Promise<Costs> {
  const count = 20_000;
  const changes = new Changes(createMemoryBus(), (error) => console.error(error));
  await changes.ready();
  const change = await timeOf(count, async (index) => await changes.publish([`unwatched:${index}`]));
  const watchers = Array.from({ length: count }, () => new AwaitedChanges(changes, "watched"));
  const all = Promise.all(watchers.map((watcher) => watcher.next()));
  for (const watcher of watchers) watcher.note("watched");
  const started = performance.now();
  await all;
  const notification = (performance.now() - started) / count;
  await changes.close();
  return { change, notification, request: await measureRequest() };
}

async function measureRequest(): Promise<number> {
  const handler = createHandler({
    keys: ["k".repeat(32)],
    baseDir: null,
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Shown }) }],
  });
  const [first = ["", ""]] = await openPage(handler);
  const ask = async (): Promise<void> => void await (await askFor(handler, [first[0]])).text();
  await timeOf(500, ask);
  const cost = await timeOf(1_000, ask);
  await handler.close();
  return cost;
}

async function timeOf(count: number, run: (index: number) => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < count; index++) await run(index);
  return (performance.now() - started) / count;
}

/**
 * Simulates pages that watch topics of one kind, which change at random, and returns the notifications of a page per second: changes
 * within the pause are one, and the first waits for its place in the spread.
 *
 * @param changesPerSecond Of one topic.
 * @param spread The spread of the topic at one instance, in milliseconds.
 */
function simulate(changesPerSecond: number, spread: number): number {
  let notifications = 0;
  for (let page = 0; page < SAMPLE; page++) {
    let notifiedAt = -Infinity;
    let dueAt = -Infinity;
    for (let at = nextAfter(0, changesPerSecond); at < SIMULATED_MS; at = nextAfter(at, changesPerSecond)) {
      // Noted together with the notification that is due.
      if (at < dueAt) continue;
      dueAt = Math.max(at + spread * Math.random(), notifiedAt + PAUSE_MS);
      notifiedAt = dueAt;
      notifications++;
    }
  }
  return notifications / SAMPLE / SIMULATED_MS * 1_000;
}

/** Returns the time of the next event after one, at a rate per second, in milliseconds. */
function nextAfter(at: number, rate: number): number {
  return at - Math.log(1 - Math.random()) / rate * 1_000;
}

interface Load {
  readonly instances: number;
  readonly notifications: number;
  readonly requests: number;
  readonly rows: readonly (readonly [string, string])[];
}

function loadOf(pages: number, changes: number, costs: Costs): Load {
  const streams = pages / PAGES_PER_BROWSER;
  let instances = Math.ceil(streams * STREAM_BYTES / INSTANCE_BYTES);
  const kinds = TOPICS.map(({ share, watchers }) => {
    // No topic has more watchers than there are pages.
    const watching = Math.min(watchers, pages);
    // As many topics as it takes for each page to watch one of the kind.
    const topics = Math.max(1, pages / watching);
    const rate = changes * share / topics;
    const perPage = simulate(rate, Math.min(watching / instances > 20 ? watching / instances : 0, MAX_SPREAD_MS));
    return perPage * watching * topics;
  });
  const notifications = kinds.reduce((sum, each) => sum + each, 0);
  const requests = notifications * SEEN;
  const shared = notifications * costs.notification + requests * costs.request;
  // Every instance reads every change, so that more instances do not help with that part.
  const left = 1_000 * BUSY - changes * costs.change;
  instances = Math.max(instances, left > 0 ? Math.ceil(shared / left) : Infinity);
  const number = (value: number): string => Math.round(value).toLocaleString("en");
  const microseconds = (value: number): string => `${(value * 1_000).toFixed(0)} µs`;
  return {
    instances,
    notifications,
    requests,
    rows: [
      ["open pages", number(pages)],
      ["streams, one per browser", number(streams)],
      ["changes per second", number(changes)],
      ["measured: a change, at each instance", microseconds(costs.change)],
      ["measured: a notification", microseconds(costs.notification)],
      ["measured: a request for a region", microseconds(costs.request)],
      ...TOPICS.map(({ name, watchers, share }, index) =>
        [
          `notifications per second of "${name}": ${number(watchers)} watchers, ${
            (share * 100).toFixed(2)
          } % of the changes`,
          number(kinds[index] ?? 0),
        ] as const
      ),
      ["requests for regions per second, of pages that are seen", number(requests)],
      ["processors for them", (shared / 1_000).toFixed(1)],
      ["memory of all streams", `${(streams * STREAM_BYTES / 1024 ** 3).toFixed(0)} GiB`],
      ["instances, of one processor and 4 GiB for streams", number(instances)],
      ["share of each instance that reads changes", `${(changes * costs.change / 10).toFixed(0)} %`],
      ["messages of Redis per second", number(changes * (instances + 1))],
      ["of what one Redis sends", `${(changes * (instances + 1) / REDIS_MESSAGES * 100).toFixed(0)} %`],
      [
        "bytes to browsers per second",
        `${((notifications * NOTIFICATION_BYTES + requests * REQUEST_BYTES) / 1e6).toFixed(0)} MB`,
      ],
    ],
  };
}

/** Returns what breaks first as the changes grow: the change rate at which one Redis, or each instance, is full. */
function limitsOf(pages: number, costs: Costs): readonly (readonly [string, string])[] {
  const redis = firstRate((changes) => changes * (loadOf(pages, changes, costs).instances + 1) > REDIS_MESSAGES);
  const feed = firstRate((changes) => changes * costs.change > 1_000 * BUSY);
  const number = (value: number): string => Math.round(value).toLocaleString("en");
  return [
    ["one Redis sends each change to each instance, up to changes per second", number(redis)],
    ["one instance reads each change, up to changes per second", number(feed)],
  ];
}

/** Returns the lowest rate at which a limit is exceeded, in steps of a fifth. */
function firstRate(isExceeded: (changes: number) => boolean): number {
  let rate = 100;
  while (!isExceeded(rate) && rate < 1e7) rate *= 1.2;
  return rate;
}

if (import.meta.main) {
  const [pages = 1_000_000, changes = 10_000] = Deno.args.map(Number);
  const costs = await measureCosts();
  const rows = [...loadOf(pages, changes, costs).rows, ...limitsOf(pages, costs)];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value.padStart(12)}`);
}
