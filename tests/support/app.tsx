/**
 * Small applications for tests, called through their handler: as a browser with scripts off, as the runtime, and as a
 * program that accepts data.
 */
import { assert, assertEquals } from "@std/assert";
import { createHandler, type Handler, type HandlerOptions } from "../../mod.ts";
import { withinTime } from "./clock.ts";
import { attribute, findForm, type HtmlElement, parseHtml, submitRequest, type Values } from "./html.ts";

/** Exports of each module, by route or by path of its file. */
export type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A document as a browser receives it. */
export interface OpenPage {
  /** The response. Its body has been read. */
  readonly response: Response;
  /** The HTTP status. */
  readonly status: number;
  /** The document as text. */
  readonly html: string;
  /** The document, parsed. */
  readonly root: HtmlElement;
  /** URL of the request. */
  readonly url: string;
}

/** An error that `onError` received. */
export interface Report {
  readonly error: unknown;
  readonly actionName: string | null;
}

/** One event of a stream. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

/** Options for submitting a form. */
export interface SubmitOptions {
  /** Instance of the form. */
  readonly instance?: string;
  /** Headers in addition to those of a browser. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options for calling an action. */
export interface CallOptions {
  /** URL of the page that makes the call. Default: `/`. */
  readonly path?: string;
  /** Explicit data, in `X-Hyper-Data`. Default: none. */
  readonly data?: unknown;
  /** The fields of a form. Default: none. */
  readonly fields?: Fields;
  /** Headers in addition to those of the runtime. */
  readonly headers?: Readonly<Record<string, string>>;
  /** HTTP method. Default: `POST`. */
  readonly method?: string;
  /** `Accept` header. Default: `text/event-stream`. */
  readonly accept?: string;
  /** Aborts the request. */
  readonly signal?: AbortSignal;
}

/** The fields of a form, in order, or by name. */
export type Fields = readonly (readonly [string, string | File])[] | Readonly<Record<string, string | File>>;

/** Time for an answer, and for its body, in milliseconds. */
const ANSWER_MS = 20_000;

export const ORIGIN = "http://site.test";
export const EVENTS = "text/event-stream";
export const JSON_TYPE = "application/json";

/** An application and one user: with the cookies of the user, and everything that was written to the console. */
export class App implements AsyncDisposable {
  readonly handler: Handler;
  /** Errors that `onError` received and the test has not taken. */
  #reports: Report[] = [];
  /** Lines that were written to the console. */
  readonly console: string[] = [];
  readonly #cookies = new Map<string, string>();
  readonly #restore: () => void;

  constructor(modules: Modules, options: HandlerOptions = {}) {
    this.#restore = captureConsole(this.console);
    const pages = Object.entries(modules).map(([path, exports]) => ({ path, load: () => Promise.resolve(exports) }));
    this.handler = createHandler({
      ...("baseDir" in options ? {} : { baseDir: "/srv/app", pages }),
      // In development, only names of this machine are allowed by default.
      ...(options.dev === true ? { allowedHosts: [new URL(ORIGIN).host] } : {}),
      onError: (error, { actionName }) => void this.#reports.push({ error, actionName }),
      ...options,
    });
  }

  /** Takes the errors reported since the last call. Errors that are not taken fail the test. */
  takeReports(): readonly Report[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  /** Takes the only reported error. */
  takeError(): Error {
    const reports = this.takeReports();
    assertEquals(reports.length, 1, `one report was expected: ${reports.map(({ error }) => error).join("; ")}`);
    const error = reports[0]?.error;
    assert(error instanceof Error);
    return error;
  }

  /** Sends a request with the cookies of the user, and keeps those of the response. */
  async send(request: Request): Promise<Response> {
    if (this.#cookies.size > 0) {
      const cookie = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join("; ");
      request.headers.set("cookie", cookie);
    }
    const response = await withinTime(this.handler(request), ANSWER_MS);
    for (const text of response.headers.getSetCookie()) this.#keep(text);
    return response;
  }

  #keep(text: string): void {
    const [pair = "", ...attributes] = text.split("; ");
    const [name = "", value = ""] = pair.split("=", 2);
    if (attributes.includes("Max-Age=0")) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }

  /** Sends any request. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    return this.send(new Request(new URL(path, ORIGIN), init));
  }

  /** Opens a page as a browser does. */
  async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<OpenPage> {
    const url = new URL(path, ORIGIN).href;
    return await toPage(await this.send(new Request(url, { headers: { accept: "text/html", ...headers } })), url);
  }

  /** Submits a form of a page with scripts off. */
  async submit(page: OpenPage, action: string, values: Values = {}, options: SubmitOptions = {}): Promise<OpenPage> {
    const form = findForm(page.root, action, options.instance);
    const request = submitRequest(form, page.url, values);
    for (const [name, value] of Object.entries(options.headers ?? {})) request.headers.set(name, value);
    return await toPage(await this.send(request), page.url);
  }

  /** Follows a redirect. */
  async follow({ response, url }: OpenPage): Promise<OpenPage> {
    const location = response.headers.get("location");
    assert(location !== null, `a redirect was expected, this is status ${response.status}`);
    return await this.open(new URL(location, url).href);
  }

  /** Submits a form of a page as the runtime does. */
  async submitByRuntime(
    page: OpenPage,
    action: string,
    values: Values = {},
    options: SubmitOptions = {},
  ): Promise<Response> {
    const form = findForm(page.root, action, options.instance);
    const request = submitRequest(form, page.url, values);
    const headers = { accept: EVENTS, "x-hyper-action": action, "x-requested-with": "XMLHttpRequest" };
    for (const [name, value] of Object.entries({ ...headers, ...options.headers })) request.headers.set(name, value);
    return await this.send(request);
  }

  /** Calls an action as the runtime does, or as a program that accepts something else. */
  call(action: string, options: CallOptions = {}): Promise<Response> {
    const { path = "/", data, fields, headers = {}, method = "POST", accept = EVENTS, signal } = options;
    return this.request(path, {
      method,
      headers: {
        accept,
        "x-hyper-action": action,
        ...(data === undefined ? {} : { "x-hyper-data": JSON.stringify(data) }),
        ...headers,
      },
      ...(fields === undefined ? {} : { body: bodyOf(fields) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Calls an action as a program that accepts data. Returns the response. */
  async data(action: string, options: CallOptions = {}): Promise<unknown> {
    const response = await this.call(action, { ...options, accept: JSON_TYPE });
    return await response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handler.close();
    this.#restore();
    const [first] = this.#reports;
    if (first === undefined) return;
    // Printed here too: if the test has failed already, only the name of the error below is shown.
    // deno-lint-ignore no-console -- a failing test prints the reason
    console.error(first.error);
    throw new Error("Cannot end the test: an error was reported that the test does not expect", { cause: first.error });
  }
}

/** Creates a body as a browser sends it: multipart if it has a file. */
export function bodyOf(fields: Fields): URLSearchParams | FormData {
  // A list stays a list, and Object.entries() turns a record into one.
  const pairs = (Array.isArray(fields) ? fields : Object.entries(fields)) as readonly (readonly [
    string,
    string | File,
  ])[];
  const texts = pairs.flatMap(([name, value]) => typeof value === "string" ? [[name, value]] : []);
  if (texts.length === pairs.length) return new URLSearchParams(texts);
  const form = new FormData();
  for (const [name, value] of pairs) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, value.name);
  }
  return form;
}

/** Reads the events of a stream to its end. Comments are skipped. */
export async function eventsOf(response: Response): Promise<readonly StreamEvent[]> {
  return parseEvents(await withinTime(response.text(), ANSWER_MS));
}

/** Parses the events in the text of a stream. */
export function parseEvents(text: string): readonly StreamEvent[] {
  assert(text === "" || text.endsWith("\n\n"), "a stream ends with an empty line");
  return text.split("\n\n").slice(0, -1).flatMap((frame) => {
    const lines = frame.split("\n").filter((line) => !line.startsWith(":"));
    if (lines.length === 0) return [];
    const fields = new Map(lines.map((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }));
    const id = fields.get("id");
    const data = fields.get("data");
    return [{
      event: fields.get("event") ?? "message",
      data: data === undefined ? null : JSON.parse(data),
      ...(id === undefined ? {} : { id }),
    }];
  });
}

/** Returns the names of events, in order. */
export function namesOf(events: readonly StreamEvent[]): readonly string[] {
  return events.map(({ event }) => event);
}

/** Returns the value of a hidden field. */
export function hiddenValue(form: HtmlElement, name: string): string | null {
  const input =
    form.childNodes.flatMap((node) => "tagName" in node && attribute(node, "name") === name ? [node] : [])[0];
  return input === undefined ? null : attribute(input, "value");
}

async function toPage(response: Response, url: string): Promise<OpenPage> {
  const html = await withinTime(response.text(), ANSWER_MS);
  // A document has one element at its top.
  const root = parseHtml(html) as HtmlElement;
  return { response, status: response.status, html, root, url };
}

/** Collects lines that are written to the console. Returns a function that restores it. */
export function captureConsole(lines: string[]): () => void {
  const console = globalThis.console;
  const { error, warn } = console;
  const keep = (...parts: unknown[]): void => {
    lines.push(parts.map((part) => part instanceof Error ? part.stack ?? part.message : String(part)).join(" "));
  };
  console.error = keep;
  console.warn = keep;
  return () => {
    console.error = error;
    console.warn = warn;
  };
}
