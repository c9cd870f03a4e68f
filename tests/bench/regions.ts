// deno-lint-ignore-file no-console -- a bench prints what it does
/**
 * A change of one of twenty parts of a page that many watch, on two instances with one Redis, side by side in one run: server-sent events
 * by hand on `Deno.serve`, `live()` with `refresh()`, and regions with `changed()`.
 *
 * `deno task bench regions`, or `deno run -A tests/bench/regions.ts [watchers …]` for other numbers of watchers. By default few, so that
 * it fits a small machine: the watchers are in this process, on the same processors.
 */
import { regionsIn } from "../support/region_stream.ts";
import { type ServerProcess, startServer } from "../support/process.ts";
import { startRedis } from "../support/redis.ts";
import { publish, type Report, type Row } from "./report.ts";
import { type Sample, sampleOf } from "./sample.ts";

type Kind = "bare" | "refresh" | "region";

/** Contenders, by their name in `regions_server.tsx`. */
const CONTENDERS: ReadonlyMap<string, Kind> = new Map([
  ["bare", "bare"],
  ["hyper refresh()", "refresh"],
  ["hyper region", "region"],
]);
const SIZES = [100, 500];
/** Number of single changes per measurement of latency. */
const SINGLES = 10;
/** Changes of a burst. */
const BURST = 100;
/** Time without a byte after which a burst is over, in milliseconds: longer than changes are collected for. */
const QUIET_MS = 2_500;
/** Time per clock tick of `/proc/<pid>/stat`, in milliseconds. */
const TICK_MS = 10;

/** Measurements of a contender. */
interface Found {
  /** Times from a change until a watcher is notified, and until it has the HTML, in milliseconds. */
  readonly notified: readonly number[];
  readonly shown: readonly number[];
  /** Bytes to each watcher per change, headers included. */
  readonly bytes: number;
  /** Changes per second of a burst, until the last watcher shows the last change. */
  readonly changesPerSecond: number;
  /** Processor time of both instances per change, in a burst, in milliseconds. */
  readonly cpu: number;
  /** Memory per idle watcher, in bytes. */
  readonly heap: number;
  readonly resident: number;
}

/** Pages without a browser, half of them at each instance. */
class Pages implements Disposable {
  readonly #kind: Kind;
  readonly #open: Deno.TcpConn[] = [];
  /** Called when a page is notified, and when it has the HTML. */
  onNotified = (): void => {};
  onShown = (): void => {};
  /** All bytes that have arrived. */
  bytes = 0;
  /** Time of the last one, by `performance.now()`. */
  lastAt = 0;

  private constructor(kind: Kind) {
    this.#kind = kind;
  }

  static async open(kind: Kind, ports: readonly number[], count: number): Promise<Pages> {
    const pages = new Pages(kind);
    const requests = await Promise.all(ports.map((port) => requestOf(kind, port)));
    for (let index = 0; index < count; index++) {
      const which = index % ports.length;
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: ports[which] ?? 0 });
      pages.#open.push(connection);
      await connection.write(requests[which]?.watch ?? new Uint8Array());
      const { promise, resolve } = Promise.withResolvers<void>();
      void pages.#read(connection, ports[which] ?? 0, requests[which]?.reference ?? "", resolve);
      await promise;
    }
    await pages.quiet();
    return pages;
  }

  /** Waits until nothing has arrived for a while. */
  async quiet(): Promise<void> {
    this.lastAt = performance.now();
    for (let left = QUIET_MS; left > 0; left = this.lastAt + QUIET_MS - performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, left));
    }
  }

  async #read(connection: Deno.TcpConn, port: number, reference: string, onHead: () => void): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    // One character occurs once in each notification: in the HTML, or in the reference of the region.
    const mark = (this.#kind === "region" ? "~" : "@").charCodeAt(0);
    let asking: Promise<void> | null = null;
    try {
      for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
        onHead();
        this.#note(size);
        for (let at = buffer.indexOf(mark); at !== -1 && at < size; at = buffer.indexOf(mark, at + 1)) {
          this.onNotified();
          if (this.#kind !== "region") this.onShown();
          else asking = (asking ?? Promise.resolve()).then(() => this.#ask(port, reference));
        }
      }
    } catch (error) {
      // Closed by this process at the end.
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
    }
  }

  async #ask(port: number, reference: string): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      headers: { "x-hyper-action": "hyper:regions", accept: "text/event-stream", "content-type": "application/json" },
      body: JSON.stringify({ regions: reference }),
    });
    // The headers, about.
    this.#note((await response.bytes()).length + 500);
    this.onShown();
  }

  #note(size: number): void {
    this.bytes += size;
    this.lastAt = performance.now();
  }

  [Symbol.dispose](): void {
    for (const connection of this.#open) connection.close();
  }
}

/** Returns the request that watches, and the reference of the region that changes. */
async function requestOf(
  kind: Kind,
  port: number,
): Promise<{ readonly watch: Uint8Array; readonly reference: string }> {
  const encoder = new TextEncoder();
  const head = "HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n";
  if (kind !== "region") return { watch: encoder.encode(`GET /?_action=watch ${head}\r\n`), reference: "" };
  const regions = regionsIn(await (await fetch(`http://127.0.0.1:${port}/`)).text());
  const body = JSON.stringify({ pages: [{ at: "/", regions }] });
  const headers = `X-Hyper-Action: hyper:watch\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  return {
    watch: encoder.encode(`POST / ${head}${headers}\r\n${body}`),
    reference: regions.find(([reference]) => reference.includes("~7"))?.[0] ?? "",
  };
}

async function change(port: number, count: number): Promise<void> {
  await (await fetch(`http://127.0.0.1:${port}/change?count=${count}`, { method: "POST" })).body?.cancel();
}

async function memory(servers: readonly ServerProcess[]): Promise<{ readonly rss: number; readonly heap: number }> {
  const all = await Promise.all(
    servers.map(async ({ port }) => await (await fetch(`http://127.0.0.1:${port}/memory`)).json()),
  );
  return { rss: all.reduce((sum, { rss }) => sum + rss, 0), heap: all.reduce((sum, { heap }) => sum + heap, 0) };
}

/** Returns the processor time of processes so far, in milliseconds. */
function cpuOf(servers: readonly ServerProcess[]): number {
  return servers.reduce((sum, { pid }) => {
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }, 0);
}

async function measure(kind: Kind, watchers: number, url: string): Promise<Found> {
  const start = () => startServer(import.meta.resolve("./regions_server.tsx"), { args: [kind, url] });
  await using one = await start();
  await using two = await start();
  const servers = [one, two];
  const ports = servers.map(({ port }) => port);
  {
    // The first streams load and compile code, which does not count.
    using warm = await Pages.open(kind, ports, 20);
    for (let round = 0; round < 3; round++) {
      await change(one.port, 10);
      await warm.quiet();
    }
  }
  const before = await memory(servers);
  using pages = await Pages.open(kind, ports, watchers);
  const idle = await memory(servers);

  const notified: number[] = [];
  const shown: number[] = [];
  const bytesBefore = pages.bytes;
  for (let single = 0; single < SINGLES; single++) {
    const at = performance.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = watchers;
    pages.onNotified = () => notified.push(performance.now() - at);
    pages.onShown = () => {
      shown.push(performance.now() - at);
      if (--left === 0) resolve();
    };
    await Promise.all([promise, change(one.port, 1)]);
    // Apart from each other, as changes of users are: those in a burst are measured below.
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  const bytes = (pages.bytes - bytesBefore) / SINGLES / watchers;
  pages.onNotified = pages.onShown = () => {};

  await pages.quiet();
  const cpu = cpuOf(servers);
  const at = performance.now();
  await change(one.port, BURST);
  await pages.quiet();
  const burst = pages.lastAt - at;
  return {
    notified,
    shown,
    bytes,
    changesPerSecond: BURST / burst * 1_000,
    cpu: (cpuOf(servers) - cpu) / BURST,
    heap: (idle.heap - before.heap) / watchers,
    resident: (idle.rss - before.rss) / watchers,
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/**
 * Measures a change of one of twenty parts.
 *
 * @param rounds Number of measurements of each contender, in turns.
 * @param sizes Numbers of watchers.
 */
export async function measureRegions(rounds: number, sizes: readonly number[] = SIZES): Promise<readonly Report[]> {
  await using redis = await startRedis();
  const rows = { latency: [] as Row[], rate: [] as Row[], cost: [] as Row[], memory: [] as Row[] };
  for (const watchers of sizes) {
    const found = new Map<string, Found[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, kind] of CONTENDERS) {
        console.error(`${watchers} watchers, ${name}, ${round + 1} of ${rounds} …`);
        found.set(name, [...found.get(name) ?? [], await measure(kind, watchers, redis.url)]);
      }
    }
    const row = (work: string, of: (found: Found) => number): Row => ({
      work: `${watchers.toLocaleString("en")} watchers, ${work}`,
      samples: new Map(Array.from(found, ([name, each]): [string, Sample] => [name, sampleOf(each.map(of))])),
    });
    rows.latency.push(
      row("notified, half", ({ notified }) => quantile(notified, 0.5)),
      row("notified, 99 of 100", ({ notified }) => quantile(notified, 0.99)),
      row("shown, half", ({ shown }) => quantile(shown, 0.5)),
      row("shown, 99 of 100", ({ shown }) => quantile(shown, 0.99)),
    );
    rows.rate.push(row("a burst of 100", ({ changesPerSecond }) => changesPerSecond));
    rows.cost.push(
      row("bytes per watcher of a single change", ({ bytes }) => bytes),
      row("ms of both processors per change of a burst", ({ cpu }) => cpu),
    );
    rows.memory.push(
      row("heap", ({ heap }) => heap / 1024),
      row("resident", ({ resident }) => resident / 1024),
    );
  }
  const less = { better: "less", limit: "bare", notes: NOTES } as const;
  return [
    {
      ...less,
      name: "regions_latency",
      title: "Time from a change until a page shows it",
      unit: "ms",
      rows: rows.latency,
    },
    {
      ...less,
      better: "more",
      name: "regions_rate",
      title: "Changes per second until the last page shows the last one",
      unit: "/s",
      rows: rows.rate,
    },
    { ...less, name: "regions_cost", title: "Cost of a change", unit: "", rows: rows.cost },
    { ...less, name: "regions_memory", title: "Memory per idle page", unit: "KiB", rows: rows.memory },
  ];
}

const NOTES = [
  "Two instances and one Redis; the pages are in the process that measures, on the same machine.",
  "By hand, the part is rendered once and sent to everyone: no guard, no session, no way to resume, no order. With refresh(), " +
  "the server renders the whole page of every watcher. With a region, the page is told which region has changed and fetches that " +
  "region alone, spread over one millisecond per watcher, so that its latency is the spread.",
];

if (import.meta.main) {
  const sizes = Deno.args.map(Number);
  for (const report of await measureRegions(1, sizes.length > 0 ? sizes : SIZES)) await publish(report);
}
