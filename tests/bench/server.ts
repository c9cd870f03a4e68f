// deno-lint-ignore-file no-console -- a bench prints what it does
/**
 * The work of the server, request by request: this library beside code written by hand on bare `Deno.serve` and beside Hono,
 * all with the same components and the same renderer.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Contender, cpuSeconds, startContender } from "./contender.ts";
import { FRESH, load, type Shot } from "./load.ts";
import type { Report, Row } from "./report.ts";
import { type Sample, sampleOf } from "./sample.ts";

/** How long it is measured. */
export interface Effort {
  /** How often each contender has its turn. */
  readonly rounds: number;
  /** Seconds of each turn. */
  readonly seconds: number;
}

/** One work. */
export interface Work {
  readonly name: string;
  /** The least ratio to the one written by hand. */
  readonly bar?: number;
  /** The request that a contender is given; what its own client, or its own form, would send. */
  readonly shot: (contender: Pick<Contender, "name" | "url">) => Promise<Shot>;
  /** Throws when an answer is not the right one. */
  readonly check: (response: Response, text: string) => void;
}

const URLENCODED = { "content-type": "application/x-www-form-urlencoded" };
// What browsers say of a form that stands on the page itself.
const SAME_ORIGIN = { "sec-fetch-site": "same-origin" };

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => (): Promise<Shot> =>
  Promise.resolve({ method: "GET", path, headers, body: "" });

/** What is measured. */
export const works: readonly Work[] = [
  {
    name: "page of 100 rows",
    bar: 0.95,
    shot: get("/table"),
    check: (response, text) => {
      assertEquals(response.status, 200);
      assertEquals(text.match(/<tr /g)?.length, 100);
      assertStringIncludes(text, "Item &lt;99");
    },
  },
  {
    name: "page in three layouts",
    shot: get("/team/board", { "x-user": "Grace" }),
    check: (response, text) => {
      assertEquals(response.status, 200);
      assertStringIncludes(text, "<span>Grace</span>");
      assertStringIncludes(text, "Board of 100");
      assertEquals(text.match(/<tr /g)?.length, 20);
    },
  },
  {
    name: "valid form post",
    bar: 0.95,
    shot: (contender) => post(contender, { name: "Ada", email: "ada@site.test", note: "a note & more" }),
    check: (response) => {
      assertEquals(response.status, 303);
      assertEquals(response.headers.get("location"), "/form");
    },
  },
  {
    name: "invalid post, page again",
    bar: 0.90,
    shot: (contender) => post(contender, { name: "", email: "ada<", note: "a note & more" }),
    check: (response, text) => {
      assertEquals(response.status, 200);
      assertStringIncludes(text, 'value="ada&lt;"');
      assertStringIncludes(text, "Fill in this field");
      assertStringIncludes(text, "Enter an email address");
      assertEquals(text.match(/<tr /g)?.length, 20);
    },
  },
  {
    name: "action with one patch",
    bar: 0.90,
    shot: call,
    check: (response, text) => {
      assertEquals(response.status, 200);
      assertEquals(response.headers.get("content-type")?.split(";")[0], "text/event-stream");
      assertStringIncludes(text, "event: patch_html\ndata: {");
      assertStringIncludes(text, 'id=\\"todo-7\\"');
      assertStringIncludes(text, "event: end\n");
    },
  },
  {
    name: "stream of 1,000 patches",
    shot: (contender) =>
      contender.name === "hyper"
        ? get("/form", { "x-hyper-action": "follow", accept: "text/event-stream" })()
        : get("/follow", { accept: "text/event-stream" })(),
    check: (response, text) => {
      assertEquals(response.status, 200);
      assertEquals(text.match(/^event: patch_html$/gm)?.length, 1000);
      assertStringIncludes(text, 'id=\\"todo-999\\"');
      assert(text.endsWith("event: end\ndata: {}\n\n"));
    },
  },
];

/** A form as a browser without scripts posts it: with the hidden fields of the page it stands on. */
async function post({ url }: Pick<Contender, "url">, fields: Readonly<Record<string, string>>): Promise<Shot> {
  const page = await (await fetch(`${url}/form`)).text();
  const path = /<form[^>]* action="([^"]*)"/.exec(page)?.[1] ?? "/form";
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const sent = new URLSearchParams(hidden.map(([, name = "", value = ""]): [string, string] => [
    name,
    // Each post is another one, as if each came from a page of its own.
    name === "_hyper_once" ? FRESH : value,
  ]));
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return { method: "POST", path, headers: { ...URLENCODED, ...SAME_ORIGIN }, body: sent.toString() };
}

/** A call as the client of each sends it: this library's runtime puts data into a header, by hand it is a JSON body. */
function call({ name }: Pick<Contender, "name">): Promise<Shot> {
  const data = JSON.stringify({ id: 7, title: "Milk" });
  if (name !== "hyper") {
    const headers = { accept: "text/event-stream", "content-type": "application/json", ...SAME_ORIGIN };
    return Promise.resolve({ method: "POST", path: "/todo", headers, body: data });
  }
  const headers = {
    accept: "text/event-stream",
    "x-requested-with": "XMLHttpRequest",
    "x-hyper-action": "add_todo",
    "x-hyper-request-id": `r${FRESH}`,
    "x-hyper-data": data,
    ...SAME_ORIGIN,
  };
  return Promise.resolve({ method: "POST", path: "/form", headers, body: "" });
}

/** Measures every work, or those whose name holds a text. */
export async function measureServer({ rounds, seconds }: Effort, only = ""): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const [name, script] of [["hyper", "hyper.ts"], ["bare", "bare.ts"], ["hono", "hono.ts"]] as const) {
    contenders.push(stack.use(await startContender(name, `./servers/${script}`)));
  }
  const rows: (Row & { readonly cpu: string })[] = [];
  for (const work of works.filter(({ name }) => name.includes(only))) {
    console.error(`${work.name} …`);
    rows.push(await measure(work, contenders, { rounds, seconds }));
  }
  return {
    name: "server",
    title: "Requests per second, and the ratio to code written by hand on Deno.serve",
    unit: "req/s",
    better: "more",
    limit: "bare",
    rows,
    notes: [
      `Medians of ${rounds} rounds of ${seconds} s with 16 connections, contenders in turn, each in a process of its own on ` +
      `loopback, loaded by wrk; ± is half the distance between the best and the worst round.`,
      "Processor time of the server's process per request, of the rounds together, by work: " +
      rows.map(({ work, cpu }) => `${work} ${cpu}`).join("; ") + ".",
      "What this library does and the others do not: hidden fields that lead back to the page, each mutation once, " +
      "cross-origin verdict, bounded bodies with a deadline.",
      "Pages of this library say what they vary by. An answer with a second header leaves a faster way that Deno.serve has for " +
      "those with a content type alone, which is what the others send: of a page of 100 rows that is 3 to 10 µs.",
    ],
  };
}

async function measure(
  work: Work,
  contenders: readonly Contender[],
  { rounds, seconds }: Effort,
): Promise<Row & { readonly cpu: string }> {
  const rates = new Map<string, number[]>();
  const spent = new Map<string, { cpu: number; requests: number }>();
  const shots = new Map<string, Shot>();
  for (const contender of contenders) {
    const shot = await work.shot(contender);
    shots.set(contender.name, shot);
    const { method, path, headers, body } = shot;
    const init = { method, headers: { ...headers }, redirect: "manual" as const };
    const response = await fetch(contender.url + path, method === "GET" ? init : { ...init, body });
    work.check(response, await response.text());
    await load(contender.url, shot, 2);
  }
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round: who comes after whom must not decide.
    const order = contenders.map((_, index) => contenders[(index + round) % contenders.length]);
    for (const contender of order) {
      const shot = contender && shots.get(contender.name);
      if (!contender || !shot) continue;
      const before = await cpuSeconds(contender.pid);
      const { requestsPerSecond } = await load(contender.url, shot, seconds);
      const after = await cpuSeconds(contender.pid);
      rates.set(contender.name, [...rates.get(contender.name) ?? [], requestsPerSecond]);
      const sum = spent.get(contender.name) ?? { cpu: 0, requests: 0 };
      sum.cpu += (after ?? NaN) - (before ?? NaN);
      sum.requests += requestsPerSecond * seconds;
      spent.set(contender.name, sum);
    }
  }
  const samples = new Map<string, Sample>(Array.from(rates, ([name, values]) => [name, sampleOf(values)]));
  const cpu = Array.from(spent, ([name, sum]) => `${name} ${(sum.cpu / sum.requests * 1e6).toFixed(1)} µs`).join(", ");
  return { work: work.name, samples, cpu, ...(work.bar === undefined ? {} : { bar: work.bar }) };
}
