// deno-lint-ignore-file no-console -- a bench prints what it does
/**
 * The work of the browser: this library's runtime beside htmx, Turbo and Datastar, each as its own documentation says, in
 * Chromium, with the processor as it is and at a quarter of its speed.
 */
import { createHandler } from "@hyper/actions";
import type { CDPSession, Page } from "playwright-core";
import { bundle } from "../browser/module_page.ts";
import { withPage } from "../support/browser.ts";
import type { Report, Row } from "./report.ts";
import { type Sample, sampleOf } from "./sample.ts";
import { makeActions } from "./servers/clicks.tsx";

/** One of those that are measured. */
interface Rival {
  readonly name: string;
  /** What loads it; nothing for the page without any. */
  readonly head: string;
  /** A button with the id `go` whose click asks the server for the next patch. */
  readonly button: string;
  /** The same for a thousand rows, one by one; where it has streams. */
  readonly follow: string | null;
  /** Answers what its buttons ask for: the element `#out` anew, or rows for `#rows`. */
  readonly answer: (path: string, request: Request) => Response | Promise<Response>;
}

const ELEMENTS = 2000;
const ROWS = 1000;
const CLICKS = 40;

/** Measures all of it; a report for each kind of number. */
export async function measureBrowser(rounds: number): Promise<readonly Report[]> {
  const rivals = await makeRivals();
  const reports: Report[] = [];
  for (const throttle of [1, 4]) {
    const rows: [string, Map<string, number[]>][] = [
      ["start on 2,000 elements", new Map()],
      ["click to patch on screen", new Map()],
      ["1,000 rows over a stream", new Map()],
      ["longest frame of that", new Map()],
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
      title: `Milliseconds in the browser${throttle === 1 ? "" : ", with a quarter of the processor"}`,
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
        `without any library. A click is the median of ${CLICKS}, to the frame in which the patch is drawn. Rows are appended ` +
        "one patch each, as they come; htmx has no such stream without an " +
        "extension, and the build of Datastar that npm has (0.21) takes 20 s for them.",
      ],
    });
  }
  return reports;
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
    { name: "none", head: "", button: "", follow: null, answer: () => html("") },
    {
      name: "hyper",
      head: `<script type="module" src="/_hyper/client.js"></script>`,
      button: `<button id="go" onclick="action('tick')">Go</button>`,
      follow: `<button id="follow" onclick="action('follow', {}, { method: 'GET' })">Follow</button>`,
      answer: (_path, request) => handler(request),
    },
    {
      name: "htmx",
      head: load("htmx"),
      button: `<button id="go" hx-post="/tick" hx-target="#out" hx-swap="outerHTML">Go</button>`,
      follow: null,
      answer: (path) => path === "/lib.js" ? script("htmx") : html(out(next())),
    },
    {
      name: "turbo",
      head: load("turbo"),
      button: `<form method="post" action="/tick"><button id="go">Go</button></form>`,
      follow: `<button id="follow" onclick="lib.connectStreamSource(new EventSource('/follow'))">Follow</button>`,
      answer: (path) => {
        if (path === "/lib.js") return script("turbo");
        if (path === "/tick") return html(turboStream("replace", "out", out(next())), "text/vnd.turbo-stream.html");
        return events((id) => `data: ${turboStream("append", "rows", row(id))}\n\n`);
      },
    },
    {
      name: "datastar",
      head: load("datastar"),
      button: `<button id="go" data-on-click="sse('/tick', { method: 'POST' })">Go</button>`,
      // It can, but this build takes 20 seconds for it: longer than anybody waits, or a bench should.
      follow: null,
      answer: (path) => {
        if (path === "/lib.js") return script("datastar");
        return html(datastarEvent(out(next())), "text/event-stream");
      },
    },
  ];
}

/** The package names its parts in a way that bundlers do not follow; this is the whole of it in one file. */
const DATASTAR = "@starfederation/datastar/dist/datastar.js";

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

function datastarEvent(content: string): string {
  return `event: datastar-merge-fragments\ndata: fragments ${content}\n\n`;
}

function events(frame: (id: number) => string): Response {
  const encoder = new TextEncoder();
  let id = 0;
  const body = new ReadableStream<Uint8Array>({
    // Left open: an EventSource would come back for more.
    pull: (controller) => void (id < ROWS && controller.enqueue(encoder.encode(frame(id++)))),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function pageOf({ head, button, follow }: Rival): Response {
  const elements = Array.from(
    { length: ELEMENTS / 4 },
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

/** Milliseconds of the start, of a click, of a stream, and of its longest frame; `null` for what it cannot do. */
async function measureRival(rival: Rival, throttle: number): Promise<readonly (number | null)[]> {
  const found: (number | null)[] = [];
  const serve = (request: Request): Response | Promise<Response> => {
    const { pathname } = new URL(request.url);
    const isPage = request.method === "GET" && pathname === "/" && !request.headers.has("x-hyper-action");
    return isPage ? pageOf(rival) : rival.answer(pathname, request);
  };
  await withPage(serve, async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await session.send("Emulation.setCPUThrottlingRate", { rate: throttle });
    found.push(await measureStart(page, session));
    if (rival.name === "none") return;
    // The first click is the one on which code is compiled: not the one a visitor makes all day.
    await page.evaluate(clickOften, 5);
    const clicks = await page.evaluate(clickOften, CLICKS);
    found.push(sampleOf(clicks).median);
    const stream = rival.follow === null ? null : await page.evaluate(followRows, ROWS);
    found.push(stream?.total ?? null, stream?.longest ?? null);
  });
  return found;
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

/** Runs in the page: clicks and waits for the frame that shows what came of it, again and again. */
async function clickOften(times: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    const before = document.querySelector("#out")?.textContent;
    const { promise, resolve } = Promise.withResolvers<void>();
    const observer = new MutationObserver(() => {
      if (document.querySelector("#out")?.textContent !== before) requestAnimationFrame(() => setTimeout(resolve));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    const begun = performance.now();
    document.querySelector<HTMLElement>("#go")?.click();
    await promise;
    found.push(performance.now() - begun);
    observer.disconnect();
    // A pause, as people make one: lanes and loading states of the click before are over.
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return found;
}

/** Runs in the page: follows a stream of rows to its last, and looks at every frame. */
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
