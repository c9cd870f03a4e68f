/** Handlers in development, and who asks them. */
import { type ConnectionInfo, createHandler, type Handler, type HandlerOptions, type ListedPage } from "@hyper/actions";

/** Somebody at this machine. */
export const HERE: ConnectionInfo = { remoteAddr: { hostname: "127.0.0.1" } };
/** Somebody else. */
export const ELSEWHERE: ConnectionInfo = { remoteAddr: { hostname: "192.0.2.7" } };

/** A page at `/`, with everything its module exports. */
export function pageAt(path: string, module: Readonly<Record<string, unknown>>): ListedPage {
  return { path, load: () => Promise.resolve(module) };
}

/** What is written on the console as long as this is in use: lines of information are kept, errors are dropped. */
export interface ConsoleRecord extends Disposable {
  readonly lines: readonly string[];
}

/** Keeps what is written on the console from the run's own: what goes wrong on purpose is no news of it. */
export function recordConsole(): ConsoleRecord {
  const { console } = globalThis;
  const { info, error } = console;
  const lines: string[] = [];
  Object.assign(console, { info: (line: string) => void lines.push(line), error: () => {} });
  return { lines, [Symbol.dispose]: () => void Object.assign(console, { info, error }) };
}

/** Makes a handler in development for as long as `use` takes, with what it writes on the console. */
export async function withHandler(
  options: HandlerOptions,
  use: (handler: Handler, lines: readonly string[]) => Promise<void>,
): Promise<void> {
  using written = recordConsole();
  const handler = createHandler({ baseDir: null, dev: true, ...options });
  try {
    await use(handler, written.lines);
  } finally {
    await handler.close();
  }
}

/** A request as the browser sends it for a page of this site. */
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
