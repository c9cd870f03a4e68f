/**
 * `createTestClient()`: a visitor without a browser and without a port.
 *
 * @module
 */
import type { Dependency, RequestContext } from "../context.ts";
import { createHandler } from "../handler.ts";
import type { Handler, HandlerOptions } from "../handler/options.ts";
import type { ActionType } from "../protocol/action_type.ts";
import { TAB_ID_CHARS } from "../protocol/names.ts";
import { type HtmlPatchData, type Swap, SWAPS } from "../protocol/patch.ts";
import { type Call, type CallTab, type Opened, receive, sendCall } from "./call.ts";
import { rememberSent, toBody, toParams } from "./controls.ts";
import type { TestCookies } from "./cookies.ts";
import { type ElementNode, parseDocument } from "./dom.ts";
import type { Fault } from "./faults.ts";
import { type Answered, type Ask, Network } from "./network.ts";
import type { TestEvent, TestOutcome } from "./outcome.ts";
import {
  OpenPage,
  PageForm,
  type PageSource,
  type PageVisit,
  submitAttribute,
  type Tab,
  type TestForm,
  type TestPage,
} from "./page.ts";
import { Patcher } from "./patches.ts";
import { recordSignals, type SignalRecord } from "./signals.ts";
import { CallStream, type TestStream } from "./stream.ts";

/** How a client is made. */
export interface TestClientOptions {
  /** Where the application is served. Default: `http://localhost`. */
  readonly origin?: string | URL | undefined;
  /** The address the visitor comes from. Default: `127.0.0.1`. */
  readonly address?: string | undefined;
  /** Headers of every request, such as `accept-language`. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How an action is called. */
export interface TestCallOptions {
  /** The form whose fields are sent, or a selector of it. Its URL and method are those of the call. Default: none. */
  readonly form?: TestForm | string | undefined;
  /** The button of the form that is pressed, by its name. Default: the first one. */
  readonly button?: string | undefined;
  /** A selector: where `html` items without a target go. Default: none. */
  readonly target?: string | undefined;
  /** How `html` items without a mode of their own take their place. Default: `outer`. */
  readonly swap?: Swap | undefined;
  /** The method. Default: that of the form, else `POST`. */
  readonly method?: string | undefined;
  /** Where it is sent. Default: where the form says, else the address of the page. */
  readonly url?: string | URL | undefined;
  /** Whether a target that is not on the page rejects the call. Default: `false`; the outcome lists it as missing. */
  readonly strictTargets?: boolean | undefined;
  /**
   * Whether a connection that is lost is made again, at once and with the same request id. Default: a stream of a GET
   * that broke off is, nothing else.
   */
  readonly retry?: boolean | undefined;
  /** Ends the call when it is aborted. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Headers beside those of the runtime. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A typed call: data is asked for where the action needs some. */
export type TestCall<Input, Result> = (
  ...args: Record<never, never> extends Input ? [data?: Input & object, options?: TestCallOptions]
    : [data: Input & object, options?: TestCallOptions]
) => Promise<TestOutcome<Result>>;

/**
 * The calls of a module, by the names of its actions.
 *
 * @typeParam Module The type of the module, as `typeof import("./page.tsx")`.
 *
 * @example
 * ```ts
 * import { action } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const module = { default: () => "Home", greet: action("greet", ({ data }) => `Hello ${data.name}`) };
 * await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
 * const { greet } = client.actions<typeof module>();
 * const outcome = await greet({ name: "Ada" });
 * if (outcome.ok) assertEquals(outcome.data satisfies string, "Hello Ada");
 * ```
 */
export type TestCalls<Module> = {
  readonly [Key in keyof Module as Module[Key] extends ActionType<infer Name> ? Name : never]: Module[Key] extends
    ActionType<string, infer Input, infer Result> ? TestCall<Input, Result> : never;
};

/**
 * A visitor with one tab: what it is given to do it does as a browser would, with scripts off (`open`, `click`, `submit`)
 * or with the browser runtime (`action`, `stream`, `form.send`).
 */
export interface TestClient extends AsyncDisposable {
  /** The handler that answers. */
  readonly handler: Handler;
  /** The page that is open; an empty one at `/` before the first. */
  readonly page: TestPage;
  /** The cookies of the visitor. */
  readonly cookies: TestCookies;
  /** What the handler has signalled since the client was made. */
  readonly signals: SignalRecord;
  /** What the network does to the next requests, the first one first; each request takes one away. */
  readonly faults: Fault[];
  /**
   * Opens a page, as by its address.
   *
   * @param path Where, from the page that is open.
   * @returns The page, redirects followed. An answer without one, such as 204 or a download, leaves `client.page` as it
   * was.
   * @throws {TypeError} When it leads to another origin.
   * @throws {ConnectionError} When the network fails.
   */
  open(path: string | URL): Promise<TestPage>;
  /**
   * Calls an action as the browser runtime does. Patches change the page that is open; a redirect opens another.
   *
   * @param name The full name of the action.
   * @param data What it is called with: anything that JSON can write, and files. Default: nothing.
   * @param options How.
   * @returns What came of it; an error status is an outcome too.
   * @throws {ConnectionError} When the network fails.
   * @throws {RangeError} When a GET cannot carry the data.
   */
  action(name: string, data?: object, options?: TestCallOptions): Promise<TestOutcome>;
  /**
   * Calls an action whose answer is read event by event. The request is sent at once.
   *
   * @param name The full name of the action.
   * @param data What it is called with. Default: nothing.
   * @param options How.
   * @returns The stream; the client ends it when it is disposed.
   * @throws {TypeError} When the form is none.
   */
  stream(name: string, data?: object, options?: TestCallOptions): TestStream;
  /**
   * Typed calls of the actions that a module declares.
   *
   * @typeParam Module The type of the module, as `typeof import("./page.tsx")`.
   * @returns An object with one function for each action, under its full name.
   */
  actions<Module>(): TestCalls<Module>;
  /**
   * Puts a value in place of what a dependency makes, for every request from now on.
   *
   * @param dependency The dependency.
   * @param value The value; a function is run as its factory.
   * @returns Puts the dependency back when disposed.
   * @throws {TypeError} When the client was given a handler that is made: give it the options of `createHandler()`, or
   * give those `overrides`.
   */
  override<T>(
    dependency: Dependency<T>,
    value: NoInfer<T> | ((ctx: RequestContext) => NoInfer<T> | PromiseLike<NoInfer<T>>),
  ): Disposable;
  /**
   * Puts a value in place of what a dependency makes, by its name.
   *
   * @param name The name of the dependency.
   * @param value The value; a function is run as its factory.
   * @returns Puts the dependency back when disposed.
   */
  override(name: string, value: unknown): Disposable;
}

/**
 * Makes a visitor of an application, without a browser and without a port.
 *
 * @param app The handler, or the options of `createHandler()`: then the client makes the handler, can override its
 * dependencies, and closes it when it is disposed. Default: the application in the working directory.
 * @param options Who visits, and where.
 * @returns The client; dispose it at the end of the test, with `await using`.
 *
 * @example A form, with scripts off and with the runtime
 * ```tsx
 * import { action, defineForm, Field, field, Form, html } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const todos: string[] = [];
 * const TodoForm = defineForm("todo", { fields: { title: field.text({ label: "Title", required: true }) } });
 * const Todo = ({ title }: { title: string }) => <li>{title}</li>;
 * const addTodo = action("add_todo", { form: TodoForm }, ({ form }) => {
 *   todos.push(form.values.title);
 *   return html(<Todo title={form.values.title} />, { target: "#todos", swap: "append" });
 * });
 * const Todos = () => (
 *   <main>
 *     <ul id="todos">{todos.map((title) => <Todo title={title} />)}</ul>
 *     <Form action={addTodo}>
 *       <Field name="title" />
 *       <button>Add</button>
 *     </Form>
 *   </main>
 * );
 * const module = { default: Todos, addTodo };
 *
 * await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
 * let page = await client.open("/");
 * page = await page.form("Add").submit();
 * assertEquals(page.form("Add").field("Title").isInvalid, true);
 * page = await page.form("Add").fill({ Title: "Milk" }).submit();
 * assertEquals(page.find("#todos").text, "Milk");
 *
 * await page.form("Add").fill({ Title: "Bread" }).send();
 * assertEquals(page.find("#todos").text, "Milk Bread");
 *
 * const { add_todo } = client.actions<typeof module>();
 * const outcome = await add_todo({ title: "" });
 * assertEquals(outcome.status, 422);
 * ```
 *
 * @example A dependency that is replaced
 * ```tsx
 * import { action, dependency, Depends } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const currentUser = dependency("user", ({ request }) => request.headers.get("x-user") ?? "nobody");
 * const whoAmI = action("who_am_i", { inject: { user: Depends(currentUser) } }, ({ user }) => user);
 * const module = { default: () => <p />, whoAmI };
 *
 * await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
 * using _user = client.override(currentUser, "Ada");
 * assertEquals((await client.action("who_am_i")).data, "Ada");
 * ```
 */
export function createTestClient(
  app: Handler | HandlerOptions = {},
  options: TestClientOptions = {},
): TestClient {
  if (typeof app === "function") return new Client(app, null, options);
  const overrides = new Map(app.overrides);
  return new Client(createHandler({ ...app, overrides }), overrides, options);
}

type Overrides = Map<Dependency<unknown> | string, unknown>;

class Client implements TestClient, Tab {
  readonly handler: Handler;
  readonly signals: SignalRecord;
  readonly #network: Network;
  readonly #origin: URL;
  /** Those of the handler it has made; `null` for one it was given. */
  readonly #overrides: Overrides | null;
  readonly #patcher = new Patcher();
  readonly #streams = new Set<CallStream>();
  /** Tells this tab from others to whoever publishes: the beginning of all its request ids. */
  readonly #mark = hex(TAB_ID_CHARS);
  /** Ends what is open when the client is disposed. */
  readonly #life = new AbortController();
  #page: OpenPage;

  constructor(handler: Handler, overrides: Overrides | null, options: TestClientOptions) {
    const { origin = "http://localhost", address = "127.0.0.1", headers = {} } = options;
    this.handler = handler;
    this.signals = recordSignals(handler);
    this.#network = new Network(handler, address, headers);
    this.#origin = new URL("/", origin);
    this.#overrides = overrides;
    this.#page = this.#newPage({ url: this.#origin, status: 0, headers: new Headers(), body: "" });
  }

  get page(): TestPage {
    return this.#page;
  }

  get cookies(): TestCookies {
    return this.#network.cookies;
  }

  get faults(): Fault[] {
    return this.#network.faults;
  }

  open(path: string | URL): Promise<TestPage> {
    return this.#navigate({ url: new URL(path, this.#page.url), method: "GET", form: null }, null);
  }

  visit(visit: PageVisit, from: TestPage): Promise<TestPage> {
    return this.#navigate(visit, from.url);
  }

  async action(name: string, data: object = {}, options: TestCallOptions = {}): Promise<TestOutcome> {
    return await this.stream(name, data, options).outcome();
  }

  stream(name: string, data: object = {}, options: TestCallOptions = {}): TestStream {
    const { button, target = null, swap = "outer", strictTargets = false, retry, headers = {} } = options;
    const form = this.#findForm(options.form);
    const submitted = form?.visit(form.submitter(button)) ?? null;
    const controller = new AbortController();
    const signals = [controller.signal, this.#life.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const page = this.#page;
    const url = options.url === undefined ? submitted?.url ?? page.url : new URL(options.url, page.baseUrl);
    const call: Call = {
      action: name,
      id: this.#newId(),
      url: this.#own(url),
      method: (options.method ?? (submitted === null ? "POST" : methodOf(form, submitted))).toUpperCase(),
      data: { ...data },
      form: submitted?.form ?? null,
      sent: form === null ? null : rememberSent(form.node),
      target,
      swap,
      strictTargets,
      retry,
      depth: 0,
      headers,
      signal: AbortSignal.any(signals),
    };
    return this.#start(call, controller, page);
  }

  async send(name: string, form: PageForm, submitter: ElementNode | null): Promise<TestOutcome> {
    const said = (option: string): string | undefined =>
      submitAttribute(form.node, submitter, `hyper-${option}`, "") || undefined;
    const swap = said("swap");
    const { url, method, form: fields } = form.visit(submitter);
    const controller = new AbortController();
    return await this.#start(
      {
        action: name,
        id: this.#newId(),
        url: this.#own(url),
        method,
        data: {},
        form: fields,
        sent: rememberSent(form.node),
        target: said("target") ?? null,
        swap: SWAPS.find((mode) => mode === swap) ?? "outer",
        strictTargets: false,
        retry: undefined,
        depth: 0,
        headers: {},
        signal: AbortSignal.any([controller.signal, this.#life.signal]),
      },
      controller,
      form.page,
    ).outcome();
  }

  actions<Module>(): TestCalls<Module> {
    const calls: object = new Proxy({}, {
      get: (_, name) => {
        // Without a `then` it is no promise, so that it can be awaited and returned.
        if (typeof name !== "string" || name === "then") return undefined;
        return (data?: object, options?: TestCallOptions) => this.action(name, data, options);
      },
    });
    // The names and types are those of the module, whose actions the handler has under just these names.
    return calls as TestCalls<Module>;
  }

  override(dependency: Dependency<unknown> | string, value: unknown): Disposable {
    const overrides = this.#overrides;
    const name = typeof dependency === "string" ? dependency : dependency.name ?? "without a name";
    if (overrides === null) {
      throw new TypeError(
        `Cannot override dependency "${name}": the client was given a handler that is made already, give it the options of createHandler() or give those overrides`,
      );
    }
    const had = overrides.has(dependency);
    const before = overrides.get(dependency);
    overrides.set(dependency, value);
    return {
      [Symbol.dispose]: () => {
        if (had) overrides.set(dependency, before);
        else overrides.delete(dependency);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort();
    // What broke was thrown where it was read.
    await Promise.allSettled(Array.from(this.#streams, (stream) => stream.cancel()));
    if (this.#overrides !== null) await this.handler.close();
    this.signals[Symbol.dispose]();
  }

  async #navigate({ url, method, form }: PageVisit, from: URL | null): Promise<TestPage> {
    const to = this.#own(url);
    if (form !== null && method === "GET") to.search = String(toParams(form.entries));
    const answered = await this.#network.fetch({
      url: to,
      method,
      headers: { accept: "text/html,*/*;q=0.8", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
      body: form === null || method === "GET" ? null : toBody(form.entries, form.enctype),
      signal: this.#life.signal,
      from,
    });
    return await this.#show(answered);
  }

  /** Opens what was answered, where that is a page. */
  async #show({ response, url }: Answered): Promise<OpenPage> {
    const { status, headers } = response;
    const page = this.#newPage({ url, status, headers, body: await response.text() });
    // Nothing to show, something to keep, or a way that leads out of this application.
    const stays = status === 204 || status === 205 || /^attachment/i.test(headers.get("content-disposition") ?? "") ||
      (status >= 300 && status < 400);
    if (!stays) this.#page = page;
    return page;
  }

  #newPage(source: Pick<PageSource, "url" | "status" | "headers" | "body">): OpenPage {
    const isHtml = source.headers.get("content-type")?.startsWith("text/html") ?? false;
    const document = parseDocument(isHtml ? source.body : "");
    return new OpenPage({ ...source, tab: this, document });
  }

  #start(call: Call, controller: AbortController, page: OpenPage): CallStream {
    const tab = this.#callTab(page);
    const opening: Promise<Opened> = sendCall(call, tab, null);
    const opened = opening.then(({ answered }) => answered.response.status);
    // Whoever reads the stream hears of it; nobody has to ask whether it has opened.
    opened.catch(() => {});
    const stream: CallStream = new CallStream({
      name: call.action,
      opened,
      events: receive(opening, call, tab),
      controller,
      onEnd: () => void this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    return stream;
  }

  /** What a call sees of the tab: its patches go to the page it was made on, whatever is open by then. */
  #callTab(page: OpenPage): CallTab {
    return {
      url: page.url,
      fetch: (ask: Ask) => this.#network.fetch(ask),
      newId: () => this.#newId(),
      nextPlace: () => this.#patcher.next(),
      apply: (event, call, place) => this.#apply(event, call, page, place),
      show: async (answered) => void await this.#show(answered),
    };
  }

  async #apply({ event, data }: TestEvent, call: Call, page: OpenPage, place: number): Promise<string | null> {
    // The data of these events is the protocol's own; the server under test is trusted with it.
    switch (event) {
      case "patch_html":
        return this.#patcher.apply(page.node, data as HtmlPatchData, call, place);
      case "redirect": {
        const url = new URL((data as { readonly url: string }).url, page.url);
        // What leads out of the application is left to the test to look at.
        if (url.origin === this.#origin.origin) await this.#navigate({ url, method: "GET", form: null }, page.url);
        return null;
      }
      case "history": {
        const { push_url, replace_url } = data as { readonly push_url?: string; readonly replace_url?: string };
        page.moveTo(new URL(push_url ?? replace_url ?? "", page.url));
        return null;
      }
      default:
        return null;
    }
  }

  #findForm(form: TestForm | string | undefined): PageForm | null {
    if (form === undefined) return null;
    const found = typeof form === "string" ? this.#page.find(form) : form;
    if (found instanceof PageForm) return found;
    throw new TypeError(`Cannot call an action with form "${form}": it is no form of the page`);
  }

  #own(url: URL): URL {
    if (url.origin === this.#origin.origin) return new URL(url);
    throw new TypeError(`Cannot go to ${url}: it is not of ${this.#origin.origin}, where the application is`);
  }

  #newId(): string {
    return this.#mark + hex(TAB_ID_CHARS);
  }
}

/** The method of a call with a form: without a `method` attribute it posts. */
function methodOf(form: PageForm | null, { method }: PageVisit): string {
  return form?.attribute("method") === null ? "POST" : method;
}

/** So many random hexadecimal digits. */
function hex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
