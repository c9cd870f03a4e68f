// deno-lint-ignore-file no-console -- a benchmark prints its results
/**
 * Profiles a request: the functions that use the processor under the load of one benchmark.
 *
 * `deno run -A tests/bench/profile.ts [part of a name] [seconds]`
 */
import { Session } from "node:inspector";
import { createHandler } from "@hyper/actions";
import { load } from "./load.ts";
import { works } from "./server.ts";

/** The parts of a profile that are read (Chrome DevTools Protocol, Profiler.Profile). */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The profiler of this process. */
class DisposableSession implements Disposable {
  readonly #session = new Session();
  constructor() {
    this.#session.connect();
  }
  ask(method: string, params: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#session.post(method, params, (error, result) => error ? reject(error) : resolve(result));
    });
  }
  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}

const [only = "", seconds = "4"] = Deno.args;
const limits = { streamsPerCaller: 64 };
const handler = createHandler({ baseDir: new URL("./servers/", import.meta.url), limits });
await handler.ready;
await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
const url = `http://127.0.0.1:${server.addr.port}`;

for (const work of works.filter(({ name }) => name.includes(only))) {
  const shot = await work.shot({ name: "hyper", url });
  await load(url, shot, 2);
  using session = new DisposableSession();
  await session.ask("Profiler.enable");
  await session.ask("Profiler.setSamplingInterval", { interval: 100 });
  await session.ask("Profiler.start");
  const { requestsPerSecond } = await load(url, shot, Number(seconds));
  // The type is given by the protocol.
  const { profile } = await session.ask("Profiler.stop") as { readonly profile: Profile };
  console.log(`\n${work.name}: ${Math.round(requestsPerSecond)} req/s under the profiler`);
  print(profile, 1e6 / requestsPerSecond);
}

/** Prints the functions with the most time, with and without their callees, in microseconds per request. */
function print({ nodes, samples, timeDeltas }: Profile, perRequest: number): void {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const own = new Map<string, number>();
  const below = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const time = timeDeltas[index] ?? 0;
    total += time;
    add(own, names.get(id) ?? "?", time);
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) seen.add(names.get(at) ?? "?");
    for (const name of seen) add(below, name, time);
  }
  for (const [title, times, count] of [["own", own, 45], ["including the functions they call", below, 60]] as const) {
    console.log(`-- ${title}, µs of ${perRequest.toFixed(1)}`);
    for (const [name, time] of [...times].sort((a, b) => b[1] - a[1]).slice(0, count)) {
      console.log((time / total * perRequest).toFixed(2).padStart(7), name);
    }
  }
}

function add(times: Map<string, number>, name: string, time: number): void {
  times.set(name, (times.get(name) ?? 0) + time);
}

function nameOf({ functionName, url, lineNumber }: Profile["nodes"][number]["callFrame"]): string {
  const file = url.replace(/^.*\/src\//, "src/").replace(/^.*registry\.npmjs\.org\//, "");
  return `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
}
