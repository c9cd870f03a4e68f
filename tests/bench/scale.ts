// deno-lint-ignore-file no-console -- a benchmark prints its progress
/**
 * The cost of a large application: finding one of many pages and actions, and startup.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Contender, cpuSeconds, startContender } from "./contender.ts";
import { load, type Shot } from "./load.ts";
import type { Report, Row } from "./report.ts";
import { sampleOf } from "./sample.ts";
import type { Effort } from "./server.ts";

const SMALL = 10;
const LARGE = 2000;

/** Measures the lookup of a page and an action among 10 and among 2,000. A ratio of 1 means that the number does not matter. */
export async function measureScale({ rounds, seconds }: Effort): Promise<Report> {
  await using small = await startContender(`${SMALL}`, "./servers/many.ts", [`${SMALL}`]);
  await using large = await startContender(`${LARGE}`, "./servers/many.ts", [`${LARGE}`]);
  const rows: Row[] = [];
  const costs: string[] = [];
  for (const [work, shotOf] of [["find a page", pageShot], ["find and run an action", actionShot]] as const) {
    console.error(`${work} …`);
    const rates = new Map<string, number[]>();
    const spent = new Map<string, number[]>();
    for (let round = -1; round < rounds; round++) {
      for (const contender of round % 2 === 0 ? [small, large] : [large, small]) {
        const shot = await shotOf(contender);
        const before = await cpuSeconds(contender.pid);
        const { requestsPerSecond } = await load(contender.url, shot, seconds);
        const after = await cpuSeconds(contender.pid);
        // The first round is a warm-up.
        if (round < 0) continue;
        const cost = ((after ?? NaN) - (before ?? NaN)) / (requestsPerSecond * seconds) * 1e6;
        rates.set(contender.name, [...rates.get(contender.name) ?? [], requestsPerSecond]);
        spent.set(contender.name, [...spent.get(contender.name) ?? [], cost]);
      }
    }
    const samples = Array.from(rates, ([name, values]) => [name, sampleOf(values)] as const);
    const costOf = ({ name }: Contender): number => sampleOf(spent.get(name) ?? []).median;
    costs.push(`${work} ${costOf(small).toFixed(1)} and ${costOf(large).toFixed(1)} µs`);
    rows.push({ work, samples: new Map(samples.sort(([a], [b]) => Number(a) - Number(b))) });
  }
  return {
    name: "scale",
    title: `Requests per second with ${SMALL} and with ${LARGE} pages and actions`,
    unit: "req/s",
    better: "more",
    limit: `${SMALL}`,
    rows,
    notes: [
      "Each page has a parameter and an action of its own; the last of them is asked for.",
      `Processor time of the server per request, median of the rounds: ${costs.join("; ")}.`,
    ],
  };
}

/** Measures the time from the start of a process to its first response, and compares it with a bare server. */
export async function measureStart(rounds: number): Promise<Report> {
  const times = new Map<string, number[]>();
  const measureOne = async (work: string, script: string, args: readonly string[], path: string): Promise<void> => {
    const begun = performance.now();
    await using server = await startContender(work, script, args);
    const response = await fetch(server.url + path);
    await response.body?.cancel();
    times.set(work, [...times.get(work) ?? [], performance.now() - begun]);
  };
  for (let round = 0; round < rounds; round++) {
    console.error(`start ${round + 1} of ${rounds} …`);
    await measureOne("bare", "./servers/bare.ts", [], "/form");
    for (const count of [1, 100, 1000, 2000]) {
      const path = `/section-${(count - 1) % 40}/page-${count - 1}/7`;
      await measureOne(`hyper ${count}`, "./servers/many.ts", [`${count}`], path);
    }
  }
  return {
    name: "start",
    title: "Milliseconds from the start of the process to its first response",
    unit: "ms",
    better: "less",
    limit: "bare",
    rows: [{ work: "cold start", samples: new Map(Array.from(times, ([name, values]) => [name, sampleOf(values)])) }],
    notes: ["By number of pages, each with an action; modules are read from Deno's cache and not checked."],
  };
}

async function pageShot({ name, url }: Contender): Promise<Shot> {
  const last = Number(name) - 1;
  const path = `/section-${last % 40}/page-${last}/7`;
  assertStringIncludes(await (await fetch(url + path)).text(), `Page ${last}`);
  return { method: "GET", path, headers: {}, body: "" };
}

async function actionShot({ name, url }: Contender): Promise<Shot> {
  const headers = {
    accept: "application/json",
    "x-hyper-action": `act_${Number(name) - 1}`,
    "x-hyper-data": '{"id":7}',
  };
  const response = await fetch(url, { method: "POST", headers });
  assertEquals(await response.json(), { ok: true, data: { got: 7 } });
  return { method: "POST", path: "/", headers, body: "" };
}
