/** Handlers in development mode, and browsers that have opened the link. */
import { createHandler, type Handler, type HandlerOptions, type PageEntry } from "@hyper/actions";
import { assert } from "@std/assert";
import { setImmediate } from "node:timers";

/** Headers of a browser that has opened the link. */
export interface Developer extends Readonly<Record<string, string>> {
  readonly cookie: string;
}

/** A page at `/`, with everything its module exports. */
export function pageAt(path: string, module: Readonly<Record<string, unknown>>): PageEntry {
  return { path, load: () => Promise.resolve(module) };
}

/** Console output while in use: information is recorded, errors are dropped. */
export interface ConsoleRecord extends Disposable {
  /** The lines of actions. */
  readonly lines: readonly string[];
  /** The lines about the link. */
  readonly links: readonly string[];
}

/** Captures the console, so that expected errors are not printed. */
export function recordConsole(): ConsoleRecord {
  const { console } = globalThis;
  const { info, error } = console;
  const lines: string[] = [];
  const links: string[] = [];
  const keep = (line: string): void => void (line.startsWith("Development: ") ? links : lines).push(line);
  Object.assign(console, { info: keep, error: () => {} });
  return { lines, links, [Symbol.dispose]: () => void Object.assign(console, { info, error }) };
}

/** Path and query of the last logged link. */
export function linkOf(links: readonly string[]): string {
  const link = /\/_hyper\/dev\?token=[\w-]+/.exec(links.at(-1) ?? "")?.[0];
  assert(link !== undefined, `Cannot find the link in: ${links.join("\n")}`);
  return link;
}

/** Opens the link of a handler as a browser does. */
export async function openLink(handler: Handler, links: readonly string[]): Promise<Developer> {
  const response = await handler(get(linkOf(links)));
  const [cookie] = response.headers.getSetCookie();
  assert(cookie !== undefined, `Cannot open the link: ${response.status}`);
  return { cookie: cookie.split(";", 1)[0] ?? "" };
}

/** Runs `use` with a handler, the lines it logs about actions and links, and the headers of a developer; then closes the handler. */
export async function withHandler(
  options: HandlerOptions,
  use: (
    handler: Handler,
    more: { readonly lines: readonly string[]; readonly links: readonly string[]; readonly developer: Developer },
  ) => Promise<void>,
): Promise<void> {
  using written = recordConsole();
  const handler = createHandler({ baseDir: null, dev: true, ...options });
  try {
    if (options.dev !== false) await untilLink(written.links);
    const developer = options.dev === false ? { cookie: "" } : await openLink(handler, written.links);
    await use(handler, { ...written, developer });
  } finally {
    await handler.close();
  }
}

/** Waits until the link is logged: development mode loads asynchronously. */
export async function untilLink(links: readonly string[], count = 1): Promise<void> {
  for (let turn = 0; links.length < count; turn++) {
    if (turn === 10_000) throw new Error("Cannot find the link: nothing was logged");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A request that the browser sends for a page of this site. */
export function get(path: string, headers: Readonly<Record<string, string>> = {}): Request {
  return new Request(`http://localhost:8000${path}`, { headers: { accept: "text/html", ...headers } });
}

/** A call of the runtime. */
export function call(name: string, headers: Readonly<Record<string, string>> = {}): Request {
  return new Request("http://localhost:8000/", {
    method: "POST",
    headers: {
      "x-hyper-action": name,
      "x-hyper-request-id": "call-1",
      accept: "text/event-stream",
      "sec-fetch-site": "same-origin",
      ...headers,
    },
  });
}
