/**
 * Real pages in Chromium. Each call of {@linkcode withPage} serves one application on a free port, opens one page in a
 * fresh profile, and closes everything before it returns, so that the sanitizers of the test stay on.
 *
 * A complaint of the page (a console error, an uncaught error, an unhandled rejection, a script or style that does not
 * load) fails the test, unless the test expects it. A failure prints the document.
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type ConsoleMessage,
  type Locator,
  type Page,
} from "playwright-core";
import { withinTime } from "./clock.ts";

/** A handler, which is served on a free port, or the URL of a running server. */
export type Served = Deno.ServeHandler<Deno.NetAddr> | { readonly url: string };

/** Options for {@linkcode withPage}, in addition to those of Playwright. */
export interface PageOptions extends BrowserContextOptions {
  /** Complaints that the test expects. Each must match at least one. */
  readonly expectErrors?: readonly RegExp[] | undefined;
  /** Maximum time of the test, in seconds: a test that hangs would hang the whole run. Default: `120`. */
  readonly visitSeconds?: number | undefined;
}

/** An event of the runtime. */
export interface RecordedEvent {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The page, and what a test needs with it. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** URL of the application, without a slash at the end. */
  readonly url: string;
  /** The `hyper:` events of all pages of this test, in order. */
  readonly events: EventLog;
  /** Complaints of the pages so far. */
  readonly errors: readonly string[];
}

/** Timeout for a locator or an event, in milliseconds. A busy machine with two cores can need most of it. */
const PATIENCE = 10_000;
/**
 * Further arguments of the browser. A test that imports this file as `browser.ts?without=A,B` has a browser without these features of
 * the engine, as an older one.
 */
const BROWSER_ARGS = new URL(import.meta.url).searchParams.getAll("without").map((names) =>
  `--disable-blink-features=${names}`
);
/** Maximum length of the document that a failure prints, in characters. */
const MAX_DUMP = 20_000;

/**
 * Chromium, in one process per test file that starts with the file and ends on `unload`. The file connects once: Playwright
 * does not report when the other end of a connection has closed, and its timer would be a leak of the test that has just
 * ended.
 */
const browser = await chromium.connect(await startBrowserServer());

/** The `hyper:` events that reached `window`, of every page of a test. */
export class EventLog {
  readonly #events: RecordedEvent[] = [];
  /** Number of events that `next()` has read. */
  #read = 0;
  #wake: () => void = () => {};

  /** All events so far. */
  get all(): readonly RecordedEvent[] {
    return this.#events;
  }

  /** The types of all events so far. */
  get types(): readonly string[] {
    return this.#events.map((event) => event.type);
  }

  /** All events of one type so far. */
  of(type: string): readonly RecordedEvent[] {
    return this.#events.filter((event) => event.type === type);
  }

  /** Adds an event. Called by the page. */
  add(event: RecordedEvent): void {
    this.#events.push(event);
    this.#wake();
  }

  /** Waits for the next event of a type after the one that the last call returned. */
  async next(type: string): Promise<RecordedEvent> {
    while (true) {
      const index = this.#events.findIndex((event, at) => at >= this.#read && event.type === type);
      const found = this.#events[index];
      if (found !== undefined) {
        this.#read = index + 1;
        return found;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await withinTime(promise, PATIENCE).catch((cause: unknown) => {
        throw new Error(`Cannot find event "${type}": it was not fired, only ${this.types.join()}`, { cause });
      });
    }
  }
}

/**
 * Opens one page on an application and closes everything afterwards.
 *
 * @param served A handler, or the address of a server.
 * @param visit The test. The page is blank when it starts.
 * @param options Options for `newContext()` of Playwright, and the expected complaints.
 */
export async function withPage(
  served: Served,
  visit: (visit: Visit) => Promise<void>,
  { expectErrors = [], visitSeconds = 120, ...contextOptions }: PageOptions = {},
): Promise<void> {
  await using site = serve(served);
  await using _ = { [Symbol.asyncDispose]: closeContexts };
  const context = await browser.newContext({ baseURL: site.url, ...contextOptions });
  context.setDefaultTimeout(PATIENCE);
  const errors: string[] = [];
  const events = new EventLog();
  collectErrors(context, errors);
  await recordEvents(context, events);
  const page = await context.newPage();
  try {
    await withinTime(visit({ page, context, url: site.url, events, errors }), visitSeconds * 1000);
  } catch (error) {
    throw new Error(await describe(context, errors), { cause: error });
  }
  if (contextOptions.javaScriptEnabled !== false) await Promise.all(context.pages().map(settle));
  const unexpected = errors.filter((error) => !expectErrors.some((pattern) => pattern.test(error)));
  if (unexpected.length > 0) throw new Error(await describe(context, unexpected));
  const missing = expectErrors.filter((pattern) => !errors.some((error) => pattern.test(error)));
  if (missing.length > 0) {
    throw new Error(`Cannot find the complaint ${missing.join(", ")} among: ${errors.join("; ")}`);
  }
}

/** Waits until a control has a value: a form is reset only after the last patch of its answer. */
export async function untilValue(control: Locator, value: string): Promise<void> {
  const last = Date.now() + PATIENCE;
  while (await control.inputValue() !== value) {
    if (Date.now() > last) assertEquals(await control.inputValue(), value);
  }
}

/** Presses a button that asks for confirmation, and agrees. Without scripts, no question is asked. */
export async function pressAndAgree(page: Page, name: string, javaScriptEnabled: boolean): Promise<void> {
  await page.getByRole("button", { name }).click();
  if (javaScriptEnabled) await page.getByRole("alertdialog").getByRole("button", { name }).click();
}

/**
 * Waits until the runtime has parts. By default, those that every page preloads when it is idle: offline, their requests would be
 * complaints.
 */
export async function untilPreloaded(page: Page, parts: readonly string[] = ["patch", "feedback"]): Promise<void> {
  const loaded = await page.waitForFunction((parts) => {
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    const found = parts.map((part) => names.find((name) => name.includes(`/_hyper/${part}-`)));
    return !found.includes(undefined) && found;
  }, parts);
  // A part that has arrived may not have run yet.
  await loaded.evaluate(async (urls) => void await Promise.all((urls || []).map((url) => import(`${url}`))));
}

/** Closes every page of the test, including those of further users. */
async function closeContexts(): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()));
}

interface Site extends AsyncDisposable {
  readonly url: string;
}

function serve(served: Served): Site {
  if (typeof served !== "function") {
    return { url: served.url.replace(/\/$/, ""), [Symbol.asyncDispose]: async () => {} };
  }
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, served);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      // Every connection of the browser is closed by now, so only a handler that does not end can delay this.
      await withinTime(server.shutdown(), PATIENCE).catch((cause: unknown) => {
        throw new Error("Cannot close the site: its handler has not ended", { cause });
      });
    },
  };
}

function collectErrors(context: BrowserContext, errors: string[]): void {
  context.on("console", (message) => {
    if (message.type() === "error" && !isStatusNotice(message)) errors.push(message.text());
  });
  context.on("weberror", (error) => errors.push(String(error.error().stack ?? error.error())));
  context.on("response", (response) => {
    const kind = response.request().resourceType();
    if (response.status() >= 400 && ["script", "stylesheet", "image", "font"].includes(kind)) {
      errors.push(`${response.status()} for the ${kind} ${response.url()}`);
    }
  });
}

/** Waits until the page has reported its errors: a rejection counts as unhandled only when its task has ended. */
async function settle(page: Page): Promise<void> {
  // A message between ports is a separate task. Unlike a timer, a fake clock of the test does not delay it.
  await page.evaluate(() => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
    return promise;
  }).catch((error: unknown) => {
    // The document is being replaced, so it has reported everything.
    if (!/context was destroyed|navigation|closed/i.test(String(error))) throw error;
  });
}

/** Returns whether to ignore an error: Chromium logs every status of 400 and above, which the test itself checks. */
function isStatusNotice(message: ConsoleMessage): boolean {
  return message.text().startsWith("Failed to load resource: the server responded with a status of");
}

async function recordEvents(context: BrowserContext, events: EventLog): Promise<void> {
  await context.exposeBinding("__recordHyperEvent", (_source, event: RecordedEvent) => events.add(event));
  await context.addInitScript(() => {
    const dispatch = EventTarget.prototype.dispatchEvent;
    EventTarget.prototype.dispatchEvent = function (event: Event): boolean {
      // Reported before the listeners run, so that events are in the order of dispatch even if a listener fires another.
      if (event instanceof CustomEvent && event.type.startsWith("hyper:")) {
        const record = Reflect.get(globalThis, "__recordHyperEvent");
        if (typeof record === "function") record({ type: event.type, detail: { ...event.detail } });
      }
      return dispatch.call(this, event);
    };
  });
}

async function describe(context: BrowserContext, errors: readonly string[]): Promise<string> {
  const pages = await Promise.all(
    context.pages().map(async (page) => {
      // A page that navigates, or that a script keeps busy, has no document to print. The error itself is still shown.
      const content = await withinTime(page.content(), PATIENCE).catch((error: unknown) => String(error));
      return `${page.url()}\n${content.slice(0, MAX_DUMP)}`;
    }),
  );
  const complaints = errors.length === 0 ? "" : `\nThe page complained:\n${errors.join("\n")}`;
  return `The test failed on this page${complaints}\nThe document was ${pages.join("\n\n")}`;
}

async function startBrowserServer(): Promise<string> {
  const script = fromFileUrl(import.meta.resolve("./browser_server.ts"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", script, ...BROWSER_ARGS],
    stdin: "piped",
    stdout: "piped",
  })
    .spawn();
  // The process ends with its standard input. Waiting for it must not keep the test run alive.
  child.unref();
  globalThis.addEventListener("unload", () => child.kill());
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Cannot start the browser: its process ended before it printed its address");
    text += value;
  }
  return text.trim();
}
