// deno-lint-ignore-file no-console -- a bench prints what it does
/**
 * Open streams side by side in one run: a bare `ReadableStream`, Hono's `streamSSE`, `live()` in one process, and over Redis.
 *
 * `deno task bench streams`, or `deno run -A tests/bench/streams.ts [streams …]` for other numbers of streams. Each
 * contender is a separate process on loopback. This process reads and counts. A round publishes a hundred events and
 * waits until every stream has received them, so that queues do not affect the result.
 */
import { startServer } from "../support/process.ts";
import { hasRedis, startRedis } from "../support/redis.ts";
import { publish as publishReport, type Report, type Row } from "./report.ts";
import { type Sample, sampleOf } from "./sample.ts";

/** Contenders, by their name in `streams_server.ts`. */
const CONTENDERS: ReadonlyMap<string, string> = new Map([
  ["bare", "bare"],
  ["hono", "hono"],
  ["hyper", "ours"],
  ["hyper over Redis", "redis"],
]);
const SIZES = [1, 100, 2_000];
/** Events of a round. */
const ROUND = 100;
/** Minimum duration of a throughput measurement, in milliseconds. */
const LONG_ENOUGH = 1_500;
/** Number of single events per latency measurement. */
const SINGLES = 40;
/** Minimum ratio to the bare server that should be reached, by number of streams. */
const BAR = { streams: 2_000, ratio: 0.9 };

const REQUEST = new TextEncoder().encode(
  "GET /watch?_action=watch HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n",
);
const AT = "@".charCodeAt(0);

/** Connections that read, and count events by a character that occurs once in each. */
class Readers implements Disposable {
  readonly #connections: Deno.TcpConn[] = [];
  /** Number of received events, over all connections. */
  #count = 0;
  #awaited = Infinity;
  #wake: () => void = () => {};

  static async open(port: number, count: number): Promise<Readers> {
    const readers = new Readers();
    for (let index = 0; index < count; index++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      readers.#connections.push(connection);
      await connection.write(REQUEST);
      const { promise, resolve } = Promise.withResolvers<void>();
      void readers.#read(connection, resolve);
      await promise;
    }
    return readers;
  }

  /** Resolves when this many more events have arrived. */
  async take(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#awaited = this.#count + count;
    await promise;
  }

  async #read(connection: Deno.TcpConn, onHead: () => void): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
        onHead();
        for (let at = buffer.indexOf(AT); at !== -1 && at < size; at = buffer.indexOf(AT, at + 1)) this.#count++;
        if (this.#count >= this.#awaited) this.#wake();
      }
    } catch (error) {
      // Closed by this process at the end.
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** Measurements of a process. */
interface Found {
  readonly eventsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Heap size per additional idle stream, and memory of the process, in bytes. */
  readonly heap: number;
  readonly resident: number;
}

/**
 * Measures events per second, the time from publishing an event until the last stream has received it, and the memory
 * per idle stream.
 *
 * @param rounds Number of measurements of each contender, in turns.
 * @param sizes Numbers of open streams.
 */
export async function measureStreams(rounds: number, sizes: readonly number[] = SIZES): Promise<readonly Report[]> {
  await using redis = hasRedis ? await startRedis() : null;
  const rates: Row[] = [];
  const latencies: Row[] = [];
  const memories: Row[] = [];
  for (const streams of sizes) {
    const found = new Map<string, Found[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, kind] of CONTENDERS) {
        if (kind === "redis" && redis === null) continue;
        console.error(`${streams} streams, ${name}, ${round + 1} of ${rounds} …`);
        found.set(name, [...found.get(name) ?? [], await measure(kind, streams, redis?.url ?? "")]);
      }
    }
    const samples = (of: (found: Found) => number): ReadonlyMap<string, Sample> =>
      new Map(Array.from(found, ([name, each]) => [name, sampleOf(each.map(of))]));
    const work = streams === 1 ? "1 stream" : `${streams.toLocaleString("en")} streams`;
    const bar = streams === BAR.streams ? BAR.ratio : undefined;
    rates.push({ work, samples: samples(({ eventsPerSecond }) => eventsPerSecond), bar });
    latencies.push(
      { work: `${work}, half of the events`, samples: samples(({ p50 }) => p50) },
      { work: `${work}, 99 of 100`, samples: samples(({ p99 }) => p99) },
    );
    // The memory of a few streams is less than the noise.
    if (streams < 100) continue;
    memories.push(
      { work: `${work}, heap`, samples: samples(({ heap }) => heap / 1024) },
      { work: `${work}, resident`, samples: samples(({ resident }) => resident / 1024) },
    );
  }
  const shared = { limit: "bare", notes: redis === null ? [...NOTES, "There was no redis-server."] : NOTES } as const;
  const less = { ...shared, better: "less" } as const;
  return [
    { ...shared, name: "streams", title: "Events per second to open streams", unit: "/s", better: "more", rows: rates },
    {
      ...less,
      name: "streams_latency",
      title: "Time from publishing an event until the last stream has received it",
      unit: "ms",
      rows: latencies,
    },
    { ...less, name: "streams_memory", title: "Memory per idle stream", unit: "KiB", rows: memories },
  ];
}

const NOTES = [
  `Rounds of ${ROUND} events of about 250 bytes, the next when every stream has had them. Latency over ${SINGLES} single ` +
  "events each time, the request that publishes included.",
  "The bare one enqueues the same bytes to every stream, whether it reads or not; Hono writes each stream by itself.",
  "What this library does and the others do not: back-pressure with a bound, heartbeats, greatest age, caps, a place for " +
  "each event, a log for those who come back, guards asked again.",
];

async function publish(port: number, count: number): Promise<void> {
  await (await fetch(`http://127.0.0.1:${port}/publish?count=${count}`, { method: "POST" })).body?.cancel();
}

async function memory(port: number): Promise<{ readonly rss: number; readonly heap: number }> {
  return await (await fetch(`http://127.0.0.1:${port}/memory`)).json();
}

async function measure(kind: string, streams: number, redisUrl: string): Promise<Found> {
  const script = import.meta.resolve("./streams_server.ts");
  await using server = await startServer(script, { args: [kind, redisUrl] });
  const { port } = server;
  {
    // The first streams load and compile code, which does not count.
    using warm = await Readers.open(port, 10);
    for (let round = 0; round < 20; round++) await Promise.all([warm.take(10 * ROUND), publish(port, ROUND)]);
  }
  const before = await memory(port);
  using readers = await Readers.open(port, streams);
  const idle = await memory(port);

  const perRound = streams * ROUND;
  let rounds = 0;
  const started = performance.now();
  while (performance.now() - started < LONG_ENOUGH || rounds < 2) {
    await Promise.all([readers.take(perRound), publish(port, ROUND)]);
    rounds++;
  }
  const eventsPerSecond = rounds * perRound / (performance.now() - started) * 1_000;

  const latencies: number[] = [];
  for (let single = 0; single < SINGLES; single++) {
    const started = performance.now();
    const last = readers.take(streams);
    const published = publish(port, 1);
    await last;
    latencies.push(performance.now() - started);
    await published;
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.min(SINGLES - 1, Math.floor(share * SINGLES))] ?? NaN;
  return {
    eventsPerSecond,
    p50: at(0.5),
    p99: at(0.99),
    heap: (idle.heap - before.heap) / streams,
    resident: (idle.rss - before.rss) / streams,
  };
}

if (import.meta.main) {
  const sizes = Deno.args.map(Number);
  for (const report of await measureStreams(3, sizes.length > 0 ? sizes : SIZES)) await publishReport(report);
}
