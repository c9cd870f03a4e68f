// deno-lint-ignore-file no-console -- a bench prints what it found
/**
 * Streams side by side in one run: a bare `ReadableStream`, Hono's `streamSSE`, `live()` in one process, and over Redis.
 *
 * `deno run -A tests/bench/streams.ts [streams …]`. About three minutes. Each contender is a process of its own on
 * loopback; this process reads, and counts. Rounds are closed: a hundred events are published, and the next hundred when
 * every stream has had them, so that nobody is measured by how much it queues.
 */
import { startServer } from "../support/process.ts";
import { hasRedis, startRedis } from "../support/redis.ts";

const CONTENDERS = ["bare", "hono", "ours", "redis"] as const;
const SIZES = Deno.args.length > 0 ? Deno.args.map(Number) : [1, 100, 2_000];
/** Events of a round. */
const ROUND = 100;
/** The least time a throughput is measured for, in milliseconds, and how often it is measured. */
const LONG_ENOUGH = 4_000;
const TURNS = 3;
/** How many single events the latency is taken from. */
const SINGLES = 60;

const REQUEST = new TextEncoder().encode(
  "GET /watch?_action=watch HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n",
);
const AT = "@".charCodeAt(0);

/** Connections that read, and count the events by the one character that no other part of them has. */
class Readers implements Disposable {
  readonly #connections: Deno.TcpConn[] = [];
  /** How many events have come, over all connections. */
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

  /** Resolves when this many more events have come. */
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
      // Closed by us, at the end.
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

interface Found {
  readonly eventsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly heapPerStream: number;
  readonly rssPerStream: number;
}

async function publish(port: number, count: number): Promise<void> {
  await (await fetch(`http://127.0.0.1:${port}/publish?count=${count}`, { method: "POST" })).body?.cancel();
}

async function memory(port: number): Promise<{ readonly rss: number; readonly heap: number }> {
  return await (await fetch(`http://127.0.0.1:${port}/memory`)).json();
}

async function measure(contender: string, streams: number, redisUrl: string): Promise<Found> {
  const script = import.meta.resolve("./streams_server.ts");
  await using server = await startServer(script, { args: [contender, redisUrl] });
  const { port } = server;
  {
    // What is loaded and compiled with the first streams is no part of what one more costs.
    using warm = await Readers.open(port, 10);
    const [, ...rounds] = Array.from({ length: 20 });
    for (const _ of rounds) await Promise.all([warm.take(10 * ROUND), publish(port, ROUND)]);
  }
  const before = await memory(port);
  using readers = await Readers.open(port, streams);
  const idle = await memory(port);

  const perRound = streams * ROUND;
  const rates: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    let rounds = 0;
    const started = performance.now();
    while (performance.now() - started < LONG_ENOUGH / TURNS || rounds < 2) {
      await Promise.all([readers.take(perRound), publish(port, ROUND)]);
      rounds++;
    }
    rates.push(rounds * perRound / (performance.now() - started) * 1_000);
  }

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
    eventsPerSecond: rates.sort((a, b) => a - b)[TURNS >> 1] ?? NaN,
    p50: at(0.5),
    p99: at(0.99),
    heapPerStream: (idle.heap - before.heap) / streams,
    rssPerStream: (idle.rss - before.rss) / streams,
  };
}

await using redis = hasRedis ? await startRedis() : null;
const lines = [
  "# Open streams: events per second, latency, memory",
  "",
  "| streams | contender | events/s | to bare | publish → last stream p50 | p99 | heap per idle stream | resident |",
  "| ------: | --------- | -------: | ------: | ------------------------: | --: | -------------------: | -------: |",
];
for (const streams of SIZES) {
  let limit = NaN;
  for (const contender of CONTENDERS) {
    if (contender === "redis" && redis === null) continue;
    const found = await measure(contender, streams, redis?.url ?? "");
    if (contender === "bare") limit = found.eventsPerSecond;
    const { eventsPerSecond, p50, p99, heapPerStream, rssPerStream } = found;
    const kilobytes = (bytes: number): string => streams < 100 ? "–" : `${(bytes / 1024).toFixed(1)} KiB`;
    lines.push(
      `| ${streams} | ${contender} | ${Math.round(eventsPerSecond).toLocaleString("en")} | ×${
        (eventsPerSecond / limit).toFixed(2)
      } | ${p50.toFixed(1)} ms | ${p99.toFixed(1)} ms | ${kilobytes(heapPerStream)} | ${kilobytes(rssPerStream)} |`,
    );
    console.log(lines.at(-1));
  }
}
lines.push(
  "",
  `- Rounds of ${ROUND} events of about 250 bytes, the next when every stream has had them; the median of ${TURNS} measurements. Latency over ${SINGLES} single events, the request that publishes included.`,
  "- The bare one enqueues the same bytes to every stream, whether it reads or not; Hono writes each stream by itself.",
  "- What this library does and the others do not: back-pressure with a bound, heartbeats, greatest age, caps, a place for each event, a log for those who come back, guards asked again.",
  "",
);
await Deno.writeTextFile(new URL("./results/streams.md", import.meta.url), lines.join("\n"));
