// deno-lint-ignore-file no-console -- a bench prints what it does
/**
 * Benchmarks of the server, per request: this library, hand-written code on `Deno.serve`, and Hono, with the same components
 * and the same renderer. Astro's actions and SvelteKit's form actions serve the same pages with their own renderers.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Contender, cpuSeconds, startContender } from "./contender.ts";
import { type FrameworkName, frameworkNames, startFramework, versionsOf } from "./framework.ts";
import { FRESH, load, type Shot } from "./load.ts";
import type { Report, Row } from "./report.ts";
import { type Sample, sampleOf } from "./sample.ts";

/** Duration of the measurement. */
export interface Effort {
  /** Rounds per contender. */
  readonly rounds: number;
  /** Duration of a round, in seconds. */
  readonly seconds: number;
}

/** One benchmark. */
export interface Work {
  readonly name: string;
  /** Minimum ratio to the handwritten code. */
  readonly bar?: number;
  /** If `true`, the servers that keep the same promises as this library are measured too. */
  readonly equals?: boolean;
  /** Frameworks that support it, in addition to those written for this benchmark. */
  readonly frameworks?: readonly FrameworkName[];
  /** Returns the request that the client or form of a contender would send. */
  readonly shot: (contender: Pick<Contender, "name" | "url">) => Promise<Shot>;
  /** Throws if a response is wrong. */
  readonly check: (response: Response, text: string, shot: Shot) => void;
}

const URLENCODED = { "content-type": "application/x-www-form-urlencoded" };
// The Accept header of a browser navigation. For other clients, SvelteKit responds with JSON.
const HTML_WANTED = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
// Headers of a browser for a form of the same page.
const SAME_ORIGIN = { "sec-fetch-site": "same-origin" };
// Headers of a browser for a page that the user opens from another one.
const BROWSER = { ...HTML_WANTED, ...SAME_ORIGIN, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
/** The servers that keep the same promises as this library. */
const EQUALS: ReadonlySet<string> = new Set(["bare-equal", "hono-equal"]);

/** Frameworks that respond to an invalid form with status 400. */
const REFUSING: ReadonlySet<string> = new Set<FrameworkName>(["astro", "svelte"]);

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => (): Promise<Shot> =>
  Promise.resolve({ method: "GET", path, headers, body: "" });

/** The benchmarks. */
export const works: readonly Work[] = [
  {
    name: "page of 100 rows",
    bar: 0.95,
    frameworks: frameworkNames,
    shot: get("/table"),
    check: (response, text) => {
      assertEquals(response.status, 200);
      assertEquals(text.match(/<tr /g)?.length, 100);
      assertStringIncludes(text, "Item &lt;99");
    },
  },
  {
    name: "page with one form",
    equals: true,
    shot: get("/form", BROWSER),
    check: (response, text) => {
      assertEquals(response.status, 200);
      assertEquals(text.match(/<tr /g)?.length, 20);
      assertStringIncludes(text, 'type="email"');
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
    equals: true,
    frameworks: frameworkNames,
    shot: (contender) => post(contender, { name: "Ada", email: "ada@site.test", note: "a note & more" }),
    check: (response) => {
      assertEquals(response.status, 303);
      assertEquals(response.headers.get("location"), "/form");
    },
  },
  {
    name: "invalid post, page again",
    bar: 0.90,
    equals: true,
    frameworks: frameworkNames,
    shot: async (contender) => {
      const shot = await post(contender, { name: "", email: "ada<", note: "a note & more" });
      return REFUSING.has(contender.name) ? { ...shot, refusal: 400 } : shot;
    },
    check: (response, text, { refusal = 200 }) => {
      assertEquals(response.status, refusal);
      // Astro does not escape `<` in attributes, where it has no special meaning.
      assertMatch(text, /value="ada(&lt;|<)"/);
      // Each with its own words.
      assertMatch(text, /Fill in this field|Enter a value/);
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

/** Returns a form post of a browser without JavaScript, with the hidden fields of the page. */
async function post({ url }: Pick<Contender, "url">, fields: Readonly<Record<string, string>>): Promise<Shot> {
  const page = await (await fetch(`${url}/form`)).text();
  const action = /<form[^>]* action="([^"]*)"/.exec(page)?.[1] ?? "";
  const { pathname, search } = new URL(action, `${url}/form`);
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const sent = new URLSearchParams(hidden.map(([, name = "", value = ""]): [string, string] => [
    name,
    // Each post is different, as if it came from a separate page.
    name === "_hyper_once" ? FRESH : value,
  ]));
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  const headers = { ...URLENCODED, ...HTML_WANTED, ...SAME_ORIGIN, origin: url };
  return { method: "POST", path: pathname + search, headers, body: sent.toString() };
}

/** A call as the client of each contender sends it: the runtime of this library sends data in a header, handwritten code in a JSON body. */
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

/** Runs all benchmarks, or those whose name contains the given text. */
export async function measureServer({ rounds, seconds }: Effort, only = ""): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (
    const [name, script] of [
      ["hyper", "hyper.ts"],
      ["bare", "bare.ts"],
      ["hono", "hono.ts"],
      ["bare-equal", "bare_equal.ts"],
      ["hono-equal", "hono_equal.tsx"],
    ] as const
  ) {
    contenders.push(stack.use(await startContender(name, `./servers/${script}`)));
  }
  const asked = works.filter(({ name }) => name.includes(only));
  const missing: string[] = [];
  for (const name of frameworkNames.filter((name) => asked.some(({ frameworks }) => frameworks?.includes(name)))) {
    console.error(`${name}: installed and built …`);
    try {
      contenders.push(stack.use(await startFramework(name)));
    } catch (error) {
      // Without a network, the others are still measured. The table lists the missing ones.
      console.error(error);
      missing.push(name);
    }
  }
  const rows: (Row & { readonly cpu: string })[] = [];
  for (const work of asked) {
    console.error(`${work.name} …`);
    const able = contenders.filter(({ name }) =>
      EQUALS.has(name) ? work.equals === true : !isFramework(name) || work.frameworks?.includes(name)
    );
    rows.push(await measure(work, able, { rounds, seconds }));
  }
  return {
    name: "server",
    title: "Requests per second, and the ratio to handwritten code on Deno.serve",
    unit: "req/s",
    better: "more",
    limit: "bare",
    rows,
    notes: [
      `Medians of ${rounds} rounds of ${seconds} s with 16 connections, contenders in turn, each in a process of its own on ` +
      `loopback, loaded by wrk; ± is half the distance between the best and the worst round.`,
      "Processor time of the server's process per request, of the rounds together, by work: " +
      rows.map(({ work, cpu }) => `${work} ${cpu}`).join("; ") + ".",
      "What this library does and `bare` and `hono` do not: hidden fields that lead back to the page, each mutation once, " +
      "cross-origin verdict, bounded bodies with a deadline.",
      "`hono-equal` and `bare-equal` keep these promises too: Hono with its `csrf`, `bodyLimit` and `timeout` and a zod schema, " +
      "and handwritten code; both run a mutation once by an id and a SHA-256 of its input in a bounded map.",
      "`astro` and `svelte` are the same pages in Astro with its actions and in SvelteKit with its form actions, each with its " +
      `own renderer and its own server for Node, as they recommend (${
        frameworkNames.map(versionsOf).join("; ")
      }): a whole other ` +
      "stack, so their ratios say what a choice costs, not what a line of code does. `–` is what they have no counterpart " +
      `for, or what was not written for them.${
        missing.length > 0 ? ` Not built this time: ${missing.join(", ")}.` : ""
      }`,
      "Pages of this library say what they vary by. An answer with a second header leaves a faster way that Deno.serve has for " +
      "those with a content type alone, which is what the others send: of a page of 100 rows that is 3 to 10 µs.",
    ],
  };
}

function isFramework(name: string): name is FrameworkName {
  return frameworkNames.some((each) => each === name);
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
    work.check(response, await response.text(), shot);
    await load(contender.url, shot, 2);
  }
  for (let round = 0; round < rounds; round++) {
    // Each round starts with another contender, so that the order does not matter.
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
