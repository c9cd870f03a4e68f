// deno-lint-ignore-file no-console -- a bench prints what it found
/**
 * Compares the processor time of a post with that of another checkout of this repository, without a port or network.
 *
 * ```sh
 * git worktree add --detach ../base a17c340
 * deno run -A tests/bench/post.ts ../base [part of a work's name] [pairs]
 * ```
 *
 * Each checkout runs in a separate process. Both run batches of the same requests in turns, so that other load on the
 * machine affects both equally. The ratio of each pair of batches is taken, and the median of all pairs is printed; 1.00 is as fast. Without
 * a path, the checkout is compared with itself, which shows the noise of the measurement.
 *
 * Before the measurement, the processes handle more posts than a handler stores outcomes. The cost of dropping the
 * oldest outcome is then included, as in a server that has run for a while.
 */
import { resolve, toFileUrl } from "@std/path";
import { sampleOf } from "./sample.ts";

/** The requests that are measured, by name. `id` is different for each request. */
const WORKS: Readonly<Record<string, (app: Application, id: string) => Request>> = {
  "page of 200 rows": ({ url }) => new Request(url, { headers: DOCUMENT }),
  "valid post with id": (app, id) => post(app, DOCUMENT, { title: "A note", n: "7", _hyper_once: id }),
  // Only the fields name the page, so that it is unknown until the body is read.
  "same, bare endpoint": (app, id) =>
    post({ ...app, endpoint: bareUrl(app) }, DOCUMENT, { title: "A note", n: "7", _hyper_once: id }),
  "valid post without id": (app) => post(app, DOCUMENT, { title: "A note", n: "7" }),
  "invalid post with id": (app, id) => post(app, DOCUMENT, { title: "", n: "seven", _hyper_once: id }),
  "post as event stream": (app, id) => post(app, { ...RUNTIME, "x-hyper-request-id": id }, { title: "A note", n: "7" }),
  "data with id": (app, id) => call(app, { ...DATA, "x-hyper-request-id": id }, { title: "A note", n: 7 }),
};

const DOCUMENT = { accept: "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin" };
const RUNTIME = { accept: "text/event-stream", "sec-fetch-site": "same-origin" };
const DATA = { accept: "application/json", "sec-fetch-site": "same-origin" };

/** Requests per batch, and pairs of batches before and during the measurement. */
const BATCH = 500, WARM_UP = 30, PAIRS = 40;

/** An application, and the request to it. */
interface Application {
  readonly handler: (request: Request) => Promise<Response>;
  /** The address of the page. */
  readonly url: string;
  /** The URL to which its form is posted. */
  readonly endpoint: string;
  /** The hidden fields of its form. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The exports of a checkout that the application uses. They are the same in all comparable checkouts. */
interface Library {
  // deno-lint-ignore no-explicit-any -- the types of another checkout are not known here
  readonly [name: string]: any;
}

/** Measures all requests in two processes, and prints the ratios. */
async function compare(other: string, only: string, pairs: number): Promise<void> {
  await using here = new Side(new URL("../../", import.meta.url));
  await using there = new Side(toFileUrl(`${resolve(other)}/`));
  console.log(`${"processor time, µs".padEnd(24)} here   there   ratio (least to greatest of ${pairs} pairs)`);
  for (const work of Object.keys(WORKS).filter((name) => name.includes(only))) {
    for (let round = 0; round < WARM_UP; round++) for (const side of [here, there]) await side.run(work);
    const ours: number[] = [], theirs: number[] = [];
    for (let round = 0; round < pairs; round++) {
      // In turns. Each is first every other time.
      for (const side of round % 2 === 0 ? [here, there] : [there, here]) {
        (side === here ? ours : theirs).push(await side.run(work));
      }
    }
    const { median, low, high } = sampleOf(ours.map((time, index) => time / (theirs[index] ?? NaN)));
    const columns = [sampleOf(ours).median, sampleOf(theirs).median].map((time) => time.toFixed(1).padStart(7)).join(
      " ",
    );
    console.log(`${work.padEnd(22)}${columns}   ${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`);
  }
}

/** A process that runs the batches of one checkout. */
class Side implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor(checkout: URL) {
    const config = new URL("deno.json", checkout).pathname;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", config, new URL(import.meta.url).pathname, "--serve", checkout.href],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
  }

  /** Runs one batch. Returns the processor time per request, in microseconds. */
  async run(work: string): Promise<number> {
    await this.#writer.write(new TextEncoder().encode(`${work}\n`));
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`Cannot measure "${work}": the process has ended`);
    return Number(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#lines.return?.();
    await this.#process.status;
  }
}

/** Reads the names of batches from standard input, runs them, and writes the time of each to standard output. */
async function answerBatches(checkout: string): Promise<void> {
  const { default: process } = await import("node:process");
  const app = await start(checkout);
  let count = 0;
  for await (const work of linesOf(Deno.stdin.readable)) {
    const make = WORKS[work];
    if (make === undefined) throw new TypeError(`Cannot measure "${work}": there is no such work`);
    const requests = Array.from({ length: BATCH }, () => make(app, `id-${Deno.pid}-${count++}`));
    const before = process.cpuUsage();
    for (const request of requests) await (await app.handler(request)).text();
    const { user, system } = process.cpuUsage(before);
    await Deno.stdout.write(new TextEncoder().encode(`${(user + system) / BATCH}\n`));
  }
}

/** Starts the application of a checkout in a separate folder, and checks each response once. */
async function start(checkout: string): Promise<Application> {
  const { createHandler, defineForm, action, field, html, Form }: Library = await import(
    new URL("mod.ts", checkout).href
  );
  const { h } = await import("preact");
  const NoteForm = defineForm("note", {
    fields: { title: field.text({ required: true }), n: field.number({ required: true }) },
  });
  const addNote = action("add_note", { form: NoteForm }, () => html("#x", "ok"));
  const rows = Array.from(
    { length: 200 },
    (_, n) => h("tr", { id: `row-${n}` }, h("td", null, n), h("td", null, `Note ${n}`)),
  );
  const Page = () =>
    h("main", null, h(Form, { action: addNote }), h("table", null, h("tbody", null, rows)), h("p", { id: "x" }));
  const baseDir = await Deno.makeTempDir();
  const handler = createHandler({
    baseDir,
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, addNote }) }],
  });
  const url = "http://localhost/";
  const page = await (await handler(new Request(url))).text();
  await Deno.remove(baseDir, { recursive: true });
  const endpoint = /<form[^>]* action="([^"]*)"/.exec(page)?.[1] ?? "";
  const fields = Object.fromEntries(
    Array.from(
      page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g),
      ([, name, value]) => [name, value],
    ),
  );
  const app: Application = { handler, url, endpoint: new URL(endpoint.replaceAll("&amp;", "&"), url).href, fields };
  for (const [name, make] of Object.entries(WORKS)) {
    const response = await handler(make(app, `look-${name.replaceAll(" ", "-")}`));
    console.error(`${name}: ${response.status} ${(await response.text()).slice(0, 60).replaceAll("\n", "⏎")}`);
  }
  return app;
}

function bareUrl({ endpoint }: Application): string {
  return endpoint.split("?", 1)[0] ?? "";
}

/** A post of the form's fields. */
function post(
  { endpoint, fields }: Application,
  headers: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Request {
  const { _hyper_once: _id, ...hidden } = fields;
  const body = new URLSearchParams({ ...hidden, ...values }).toString();
  return send(endpoint, { ...headers, "content-type": "application/x-www-form-urlencoded" }, body);
}

/** A call with data. */
function call({ endpoint }: Application, headers: Readonly<Record<string, string>>, data: unknown): Request {
  return send(endpoint, { ...headers, "content-type": "application/json" }, JSON.stringify(data));
}

/** A request as a server receives it, with the length of its body. */
function send(url: string, headers: Readonly<Record<string, string>>, body: string): Request {
  return new Request(url, { method: "POST", headers: { ...headers, "content-length": `${body.length}` }, body });
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

if (Deno.args[0] === "--serve") await answerBatches(Deno.args[1] ?? ".");
else await compare(Deno.args[0] ?? ".", Deno.args[1] ?? "", Number(Deno.args[2] ?? PAIRS));
