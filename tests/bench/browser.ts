// deno-lint-ignore-file no-console -- a benchmark prints its progress
/**
 * Benchmarks in the browser: the runtime of this library, htmx, Turbo and Datastar, each used as its documentation recommends, in
 * Chromium, at full speed and at a quarter of it.
 */
import { createHandler } from "@hyper/actions";
import type { CDPSession, Page } from "playwright-core";
import { bundle } from "../browser/module_page.ts";
import { withPage } from "../support/browser.ts";
import type { Report, Row } from "./report.ts";
import { type Sample, sampleOf } from "./sample.ts";
import { makeActions } from "./servers/clicks.tsx";

/** A library that is measured. */
interface Rival {
  readonly name: string;
  /** Markup that loads it; empty for the page without a library. */
  readonly head: string;
  /** A button with the id `go` whose click requests the next patch. */
  readonly button: string;
  /** A button that requests a stream of a thousand rows, if the library has streams. */
  readonly follow: string | null;
  /**
   * An expression that patches `#out` `n` times, to 1, 2 … n: with a stream if the library has one, else with its swap
   * function. If its value is a function, it is called after the last patch.
   */
  readonly churn: string | null;
  /** Responds to its buttons: with the element `#out`, or with rows for `#rows`. */
  readonly answer: (path: string, request: Request) => Response | Promise<Response>;
}

const ELEMENTS = 2000;
const ROWS = 1000;
const CLICKS = 40;
const PATCHES = 10_000;
/** Patches before the first measurement of memory: compiled code and buffers that are filled once are not growth. */
const WARM_PATCHES = 100;

/** Runs all benchmarks. Returns one report for each unit. */
export async function measureBrowser(rounds: number): Promise<readonly Report[]> {
  const rivals = await makeRivals();
  const reports: Report[] = [];
  for (const throttle of [1, 4]) {
    const rows: [string, Map<string, number[]>][] = [
      ["start on 2,000 elements", new Map()],
      ["click to patch in the document", new Map()],
      ["click to patch on screen", new Map()],
      ["1,000 rows over a stream", new Map()],
      ["longest frame meanwhile", new Map()],
    ];
    for (let round = 0; round < rounds; round++) {
      for (const rival of rivals) {
        console.error(`${rival.name}, processor 1/${throttle}, round ${round + 1} …`);
        const found = await measureRival(rival, throttle);
        for (const [index, value] of found.entries()) {
          const times = rows[index]?.[1];
          if (times !== undefined && value !== null) times.set(rival.name, [...times.get(rival.name) ?? [], value]);
        }
      }
    }
    reports.push({
      name: throttle === 1 ? "browser" : "browser_slow",
      title: `Milliseconds in the browser${throttle === 1 ? "" : ", at a quarter of the CPU speed"}`,
      unit: "ms",
      better: "less",
      limit: "hyper",
      rows: rows.map(([work, times]): Row => ({
        work,
        samples: new Map<string, Sample>(Array.from(times, ([name, values]) => [name, sampleOf(values)])),
      })),
      notes: [
        `Medians of ${rounds} rounds, each in a fresh profile of Chromium, one after the other; above ×1 is faster than this library.`,
        "Start is the time the main thread was busy until the page stood still, the page itself included; `none` is that page " +
        `without any library. A click is the median of ${CLICKS}, to the patch in the document, and to the end of the frame that ` +
        "draws it, of which there are 60 a second; clicks fall on all parts of a frame. Rows are appended one patch each, as they come; htmx has no such stream without an " +
        "extension. Datastar is the newest version that npm has, 1.0.0-beta.11.",
      ],
    });
  }
  return [...reports, await measureMemory(rivals, rounds)];
}

/** Measures the memory before and after many patches of one element, on an otherwise empty page. */
async function measureMemory(rivals: readonly Rival[], rounds: number): Promise<Report> {
  const before = new Map<string, number[]>();
  const after = new Map<string, number[]>();
  const grown = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const rival of rivals) {
      if (rival.churn === null) continue;
      console.error(`${rival.name}, memory, round ${round + 1} …`);
      const [first, last] = await measureChurn(rival, rival.churn);
      before.set(rival.name, [...before.get(rival.name) ?? [], first.heap]);
      after.set(rival.name, [...after.get(rival.name) ?? [], last.heap]);
      const kibibytes = Math.round(last.heap - first.heap);
      grown.set(rival.name, `${rival.name} ${kibibytes} KiB and ${last.nodes - first.nodes} nodes`);
    }
  }
  const row = (work: string, heaps: ReadonlyMap<string, readonly number[]>): Row => ({
    work,
    samples: new Map<string, Sample>(Array.from(heaps, ([name, values]) => [name, sampleOf(values)])),
  });
  return {
    name: "browser_memory",
    title: `Heap of the page's scripts, before and after ${PATCHES.toLocaleString("en")} patches of one element`,
    unit: "KiB",
    better: "less",
    limit: "hyper",
    rows: [row("before", before), row("after", after)],
    notes: [
      `Medians of ${rounds} rounds, each in a fresh profile of Chromium, after a collection of garbage; "before" is after ` +
      `${WARM_PATCHES} patches, when all code that takes part has run.`,
      `Grown by, in the last round: ${
        [...grown.values()].join("; ")
      }. Nodes are all that Chromium holds, in documents or not.`,
      "Patches come over one stream; with htmx, which has none without an extension, from calls of its own `swap`. " +
      "Above ×1 is less memory than this library.",
    ],
  };
}

async function makeRivals(): Promise<readonly Rival[]> {
  const scripts = new Map<string, string>();
  for (const [name, module] of [["htmx", "htmx.org"], ["turbo", "@hotwired/turbo"], ["datastar", DATASTAR]] as const) {
    scripts.set(name, await bundle(`import * as lib from ${JSON.stringify(module)};\nglobalThis.lib = lib;\n`));
  }
  const script = (name: string): Response =>
    new Response(scripts.get(name), { headers: { "content-type": "text/javascript" } });
  const load = (name: string): string => `<script type="module" src="/lib.js?${name}"></script>`;
  const html = (text: string, type = "text/html"): Response =>
    new Response(text, { headers: { "content-type": `${type}; charset=utf-8` } });
  const handler = createHandler({
    baseDir: null,
    limits: { streamsPerCaller: 100 },
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => null, ...makeActions(next, ROWS) }) }],
  });
  return [
    { name: "none", head: "", button: "", follow: null, churn: null, answer: () => html("") },
    {
      name: "hyper",
      head: `<script type="module" src="/_hyper/client.js"></script>`,
      button: `<button id="go" onclick="action('tick')">Go</button>`,
      follow: `<button id="follow" onclick="action('follow', {}, { method: 'GET' })">Follow</button>`,
      churn: "action('churn', { count: n }, { method: 'GET' })",
      answer: (_path, request) => handler(request),
    },
    {
      name: "htmx",
      head: load("htmx"),
      button: `<button id="go" hx-post="/tick" hx-target="#out" hx-swap="outerHTML">Go</button>`,
      follow: null,
      churn: `(async () => {
        for (let i = 1; i <= n; i++) {
          await lib.default.swap({ target: "#out", swap: "outerHTML", text: '<p id="out">' + i + "</p>" });
        }
      })()`,
      answer: (path) => path === "/lib.js" ? script("htmx") : html(out(next())),
    },
    {
      name: "turbo",
      head: load("turbo"),
      button: `<form method="post" action="/tick"><button id="go">Go</button></form>`,
      follow: `<button id="follow" onclick="lib.connectStreamSource(new EventSource('/follow'))">Follow</button>`,
      churn: `(() => {
        const source = new EventSource("/churn?" + n);
        lib.connectStreamSource(source);
        return () => {
          lib.disconnectStreamSource(source);
          source.close();
        };
      })()`,
      answer: (path, request) => {
        if (path === "/lib.js") return script("turbo");
        if (path === "/tick") return html(turboStream("replace", "out", out(next())), "text/vnd.turbo-stream.html");
        if (path === "/churn") {
          return events((id) => `data: ${turboStream("replace", "out", out(id + 1))}\n\n`, countOf(request), false);
        }
        return events((id) => `data: ${turboStream("append", "rows", row(id))}\n\n`, ROWS, false);
      },
    },
    {
      name: "datastar",
      head: load("datastar"),
      button: `<button id="go" data-on-click="@post('/tick')">Go</button>` +
        [WARM_PATCHES, PATCHES].map((n) => `<button id="churn-${n}" data-on-click="@get('/churn?${n}')">Churn</button>`)
          .join(""),
      follow: `<button id="follow" data-on-click="@get('/follow')">Follow</button>`,
      churn: `document.querySelector("#churn-" + n).click()`,
      answer: (path, request) => {
        if (path === "/lib.js") return script("datastar");
        if (path === "/churn") return events((id) => datastarEvent(out(id + 1)), countOf(request), true);
        if (path === "/follow") {
          return events((id) => datastarEvent(row(id), "selector #rows\ndata: mergeMode append"), ROWS, true);
        }
        return html(datastarEvent(out(next())), "text/event-stream");
      },
    },
  ];
}

/** The whole package in one file, as its documentation recommends. */
const DATASTAR = "@starfederation/datastar/bundles/datastar";

let count = 0;
/** The number of the next patch. */
function next(): number {
  return ++count;
}

function out(id: number): string {
  return `<p id="out">${id}</p>`;
}

function row(id: number): string {
  return `<tr id="row-${id}"><td>${id}</td><td>Row ${id}</td></tr>`;
}

function turboStream(action: string, target: string, content: string): string {
  return `<turbo-stream action="${action}" target="${target}"><template>${content}</template></turbo-stream>`;
}

function datastarEvent(content: string, place = "mergeMode morph"): string {
  return `event: datastar-merge-fragments\ndata: ${place}\ndata: fragments ${content}\n\n`;
}

/** Returns the number of patches in the query of a `/churn` path. */
function countOf(request: Request): number {
  return parseInt(new URL(request.url).search.slice(1));
}

/** Creates a stream of frames. It stays open for an EventSource, which would reconnect otherwise. */
function events(frame: (id: number) => string, count: number, isClosed: boolean): Response {
  const encoder = new TextEncoder();
  let id = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller): void => {
      if (id < count) controller.enqueue(encoder.encode(frame(id++)));
      else if (isClosed) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function pageOf({ head, button, follow }: Rival, count: number): Response {
  const elements = Array.from(
    { length: count / 4 },
    (_, i) => `<div class="card" id="card-${i}"><h2>Card ${i}</h2><p>Text of <b>card</b></p></div>`,
  );
  const body = `${button}${follow ?? ""}<p id="out">0</p><table><tbody id="rows"></tbody></table>${elements.join("")}`;
  return new Response(
    `<!doctype html><html lang="en"><head><title>Bench</title>${head}</head><body>${body}</body></html>`,
    {
      headers: { "content-type": "text/html; charset=utf-8" },
    },
  );
}

/** Serves a page with a number of elements, and the responses of a library. */
function serverOf(rival: Rival, count: number): (request: Request) => Response | Promise<Response> {
  return (request) => {
    const { pathname } = new URL(request.url);
    const isPage = request.method === "GET" && pathname === "/" && !request.headers.has("x-hyper-action");
    return isPage ? pageOf(rival, count) : rival.answer(pathname, request);
  };
}

/** Measures startup, a click up to the document and up to the screen, a stream, and its longest frame, in milliseconds; `null` if not supported. */
async function measureRival(rival: Rival, throttle: number): Promise<readonly (number | null)[]> {
  const found: (number | null)[] = [];
  await withPage(serverOf(rival, ELEMENTS), async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    await page.addInitScript(leaveUnrecorded);
    await session.send("Performance.enable");
    await session.send("Emulation.setCPUThrottlingRate", { rate: throttle });
    found.push(await measureStart(page, session));
    if (rival.name === "none") return;
    // The first click compiles code, so it is not typical.
    await page.evaluate(clickOften, 5);
    const clicks = await page.evaluate(clickOften, CLICKS);
    found.push(sampleOf(clicks.map(({ document }) => document)).median);
    found.push(sampleOf(clicks.map(({ screen }) => screen)).median);
    const stream = rival.follow === null ? null : await page.evaluate(followRows, ROWS);
    found.push(stream?.total ?? null, stream?.longest ?? null);
  });
  return found;
}

/** Memory of a page. */
interface Memory {
  /** Heap of its scripts, in KiB. */
  readonly heap: number;
  /** Number of nodes, inside and outside of documents. */
  readonly nodes: number;
}

/** Measures the memory of a page before and after {@linkcode PATCHES} patches. */
async function measureChurn(rival: Rival, churn: string): Promise<readonly [Memory, Memory]> {
  const found: Memory[] = [];
  await withPage(serverOf(rival, 0), async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    await page.addInitScript(leaveUnrecorded);
    await page.goto("/", { waitUntil: "networkidle" });
    for (const count of [WARM_PATCHES, PATCHES]) {
      await page.evaluate(`(${churnTo})(${count}, (n) => ${churn})`);
      found.push(await memoryOf(session));
    }
  });
  const [before, after] = found;
  if (before === undefined || after === undefined) {
    throw new Error(`Cannot measure "${rival.name}": its page has ended`);
  }
  return [before, after];
}

/**
 * Runs in the page first: it keeps events of this library from the test. Reporting them, as `withPage()` does, costs time and
 * memory for each patch that the other libraries would not pay.
 */
function leaveUnrecorded(): void {
  Object.defineProperty(globalThis, "__recordHyperEvent", { value: undefined });
}

async function memoryOf(session: CDPSession): Promise<Memory> {
  // The first collection may free objects that referred to others.
  for (let i = 0; i < 2; i++) await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  return { heap: usedSize / 1024, nodes };
}

/** Runs in the page: starts patches, and waits for the last one and for delayed work. */
async function churnTo(count: number, start: (count: number) => unknown): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const observer = new MutationObserver(() => {
    if (document.querySelector("#out")?.textContent === String(count)) resolve();
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  const end = start(count);
  await promise;
  observer.disconnect();
  if (typeof end === "function") end();
  else await end;
  // Datastar removes its classes 300 ms after a patch, and keeps the element until then.
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function measureStart(page: Page, session: CDPSession): Promise<number> {
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN;
  };
  const before = await busy();
  await page.goto("/", { waitUntil: "networkidle" });
  return (await busy() - before) * 1000;
}

/** Times of one click, in milliseconds. */
interface Click {
  /** Up to the patch in the document, which is the part that depends on the library. */
  readonly document: number;
  /** Up to the end of the frame that paints it. */
  readonly screen: number;
}

/** Runs in the page: repeatedly clicks, and waits for the patch and for the frame that shows it. */
async function clickOften(times: number): Promise<readonly Click[]> {
  const found: Click[] = [];
  for (let i = 0; i < times; i++) {
    const before = document.querySelector("#out")?.textContent;
    const { promise, resolve } = Promise.withResolvers<void>();
    let patched = NaN;
    const observer = new MutationObserver(() => {
      if (!Number.isNaN(patched) || document.querySelector("#out")?.textContent === before) return;
      patched = performance.now();
      requestAnimationFrame(() => setTimeout(resolve));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    const begun = performance.now();
    document.querySelector<HTMLElement>("#go")?.click();
    await promise;
    found.push({ document: patched - begun, screen: performance.now() - begun });
    observer.disconnect();
    // A pause, so that lanes and loading states of the previous click are over. Its length varies, so that clicks fall on
    // every part of a frame.
    await new Promise((resolve) => setTimeout(resolve, 30 + i * 7 % 17));
  }
  return found;
}

/** Runs in the page: waits for the last row of a stream, and measures every frame. */
async function followRows(rows: number): Promise<{ readonly total: number; readonly longest: number }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const list = document.querySelector("#rows");
  if (list === null) throw new Error("Cannot measure: the page has no rows");
  const observer = new MutationObserver(() => {
    if (list.childElementCount >= rows) requestAnimationFrame(() => setTimeout(resolve));
  });
  observer.observe(list, { childList: true });
  let longest = 0;
  let last = performance.now();
  let isOver = false;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const begun = performance.now();
  document.querySelector<HTMLElement>("#follow")?.click();
  await promise;
  isOver = true;
  observer.disconnect();
  return { total: performance.now() - begun, longest };
}
