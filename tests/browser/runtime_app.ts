/**
 * A small application for tests of the runtime: pages, and actions whose responses are written by hand, byte for byte as
 * they are sent.
 */
import * as esbuild from "esbuild";
import { basename, fromFileUrl } from "@std/path";
import { withinTime } from "../support/clock.ts";
import { PAGE_HEADER, PROTOCOL_VERSION } from "../../src/protocol/page_mark.ts";

/** The runtime as a page loads it, by file name: bundled from the sources, once for each test file. */
const runtime = await bundleRuntime();

/** Content of the application. */
export interface App {
  /** The body of the page at every path that `routes` does not name. */
  readonly body?: string | undefined;
  /** Further markup for the head of that page, after the runtime. */
  readonly head?: string | undefined;
  /** Responses by path. */
  readonly routes?: Readonly<Record<string, Answer>> | undefined;
  /** Responses to actions, by name. */
  readonly actions?: Readonly<Record<string, Answer>> | undefined;
  /** Headers of the page, such as a policy. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Markup that replaces the script that loads the runtime. */
  readonly script?: string | undefined;
}

/** Markup of a page, or a function of the request. */
export type Answer = string | ((request: Request) => Response | Promise<Response>);

/** One event of a response: its name and its data. */
export type Sent = readonly [event: string, data: unknown, id?: string];

/** The event that ends a response. */
export const END: Sent = ["end", {}];

/** Creates the application. */
export function app({ body = "", head = "", routes = {}, actions = {}, headers = {}, script }: App): Deno.ServeHandler {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const file = pathname.startsWith("/_hyper/") && runtime.get(basename(pathname));
    if (file) return new Response(file, { headers: { "content-type": "text/javascript" } });
    if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
    const name = request.headers.get("x-hyper-action");
    const answer = name !== null ? actions[name] : routes[pathname];
    if (typeof answer === "function") return await answer(request);
    if (name !== null) return sse([["error", { status: 404, message: `No action ${name}` }], END], { status: 404 });
    const load = script ?? `<script type="module" src="/_hyper/client.js"></script>`;
    return html(
      answer ??
        `<!doctype html><html lang="en"><head><title>Page</title>${load}${head}</head><body>${body}</body></html>`,
      { headers },
    );
  };
}

/** Headers of a page that the server has rendered. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  [PAGE_HEADER.toLowerCase()]: `${PROTOCOL_VERSION};test`,
};

/** A page, marked as one that the server has rendered. */
export function html(markup: string, { headers, status = 200 }: ResponseInit = {}): Response {
  return new Response(markup, { status, headers: { ...PAGE_HEADERS, ...headers } });
}

/** A complete response. */
export function sse(events: readonly Sent[], { headers, status = 200 }: ResponseInit = {}): Response {
  return new Response(events.map(frame).join(""), {
    status,
    headers: { "content-type": "text/event-stream", ...headers },
  });
}

/** Encodes an event. */
export function frame([event, data, id]: Sent): string {
  const lines = [`event: ${event}`];
  if (id !== undefined) lines.push(`id: ${id}`);
  if (data !== undefined) lines.push(`data: ${JSON.stringify(data)}`);
  return `${lines.join("\n")}\n\n`;
}

/** A response that the test writes bit by bit. */
export interface Writer {
  /** The response. */
  readonly response: Response;
  /** Resolves when the browser has closed it. */
  readonly cancelled: Promise<void>;
  /** Sends events. */
  send(...events: Sent[]): void;
  /** Sends unencoded text. */
  write(text: string): void;
  /** Ends it, complete or not. */
  close(): void;
}

/** Creates a response that the test writes bit by bit. */
export function writer({ headers, status = 200 }: ResponseInit = {}): Writer {
  const cancelled = Promise.withResolvers<void>();
  const encoder = new TextEncoder();
  let out: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (out = controller),
    cancel: () => {
      out = undefined;
      cancelled.resolve();
    },
  });
  const write = (text: string) => out?.enqueue(encoder.encode(text));
  return {
    response: new Response(body, { status, headers: { "content-type": "text/event-stream", ...headers } }),
    cancelled: cancelled.promise,
    write,
    send: (...events) => write(events.map(frame).join("")),
    close: () => {
      out?.close();
      out = undefined;
    },
  };
}

/** A queue of arrivals, such as requests, in order. */
export class Arrivals<T> {
  readonly #came: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  /** Adds one. */
  add(value: T): void {
    const next = this.#waiting.shift();
    if (next) next(value);
    else this.#came.push(value);
  }

  /** Returns the next one when it has arrived. */
  next(): Promise<T> {
    const value = this.#came.shift();
    if (value !== undefined) return Promise.resolve(value);
    return withinTime(new Promise((resolve) => this.#waiting.push(resolve)));
  }

  /** Number of unexpected requests. */
  get rest(): number {
    return this.#came.length;
  }
}

async function bundleRuntime(): Promise<Map<string, string>> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [fromFileUrl(import.meta.resolve("../../client.ts"))],
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    outdir: "/",
    write: false,
  });
  await esbuild.stop();
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}
