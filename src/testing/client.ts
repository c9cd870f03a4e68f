// `createTestClient()`: a user without a browser and without a port.
import type { Dependency } from "../context.ts";
import { createHandler } from "../handler.ts";
import type { Handler, HandlerOptions } from "../handler/options.ts";
import { LAYER_HEADER, ROWS_FIELD, TAB_ID_CHARS } from "../protocol/names.ts";
import { REDRAW } from "../protocol/row_change.ts";
import { own, text } from "../protocol/wire.ts";
import type { Call, CallTab } from "./answer.ts";
import { RegionChanges } from "./changes.ts";
import { askOf, prepareCall, readAnswers, sendCall } from "./call.ts";
import { noteSent, withhold } from "./controls.ts";
import type { TestCookies } from "./cookies.ts";
import { attribute, type ElementNode } from "./dom.ts";
import type { Fault } from "./faults.ts";
import { Network } from "./network.ts";
import type { TestEvent, TestOutcome } from "./outcome.ts";
import { LayerPage, pageOfTarget } from "./layer.ts";
import { OpenPage, PageForm, type PageSource, type Tab } from "./page.ts";
import { PageLoader } from "./page_loader.ts";
import type { FormCall, PageVisit } from "./page_visit.ts";
import { Patcher, readSwap } from "./patches.ts";
import { predictCall } from "./predict_call.ts";
import { regionHeader } from "./region_list.ts";
import { recordSignals, type SignalRecord } from "./signals.ts";
import { CallStream, type TestStream } from "./stream.ts";
import type { TestCallOptions, TestCalls, TestChanges, TestClient, TestClientOptions } from "./test_client.ts";
import type { TestForm, TestLayer, TestPage, TestToast } from "./test_page.ts";
import { Toasts } from "./toasts.ts";

/**
 * Creates a client that uses an application as a browser does, without a browser and without a port.
 *
 * @param app A handler, or the options of `createHandler()`: with those the client makes the handler, can override its
 * dependencies, and closes it when the client is disposed. Default: the application in the working directory.
 * @param options Options for the client.
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
 * await page.form("Add").fill({ Title: "Bread" }).submitWithRuntime();
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
 * const currentUser = dependency("user", ({ request }) => request.headers.get("x-user") ?? "guest");
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

/** The header of a request from a layer, or of its page. */
const IN_LAYER = { [LAYER_HEADER]: "1" } as const;

type Overrides = Map<Dependency<unknown> | string, unknown>;

class Client implements TestClient, Tab {
  readonly handler: Handler;
  readonly signals: SignalRecord;
  readonly #network: Network;
  readonly #origin: URL;
  /** Those of the handler that the client has made; `null` for a handler that it was given. */
  readonly #overrides: Overrides | null;
  readonly #pages: PageLoader;
  readonly #patcher = new Patcher();
  readonly #shown = new Toasts();
  readonly #streams = new Set<CallStream>();
  /** The beginning of all request ids of this tab, by which its own changes are known. */
  readonly #mark = hex(TAB_ID_CHARS);
  /** Ends everything that is open when the client is disposed. */
  readonly #life = new AbortController();
  #page: OpenPage;

  constructor(handler: Handler, overrides: Overrides | null, options: TestClientOptions) {
    const { origin = "http://localhost", address = "127.0.0.1", headers = {} } = options;
    this.handler = handler;
    this.signals = recordSignals(handler);
    this.#network = new Network(handler, address, headers);
    this.#origin = new URL("/", origin);
    this.#overrides = overrides;
    const life = this.#life.signal;
    this.#pages = new PageLoader({ tab: this, network: this.#network, origin: this.#origin, life });
    this.#page = new OpenPage(this.#pages.read({ url: this.#origin.href, status: 0, headers: new Headers() }, ""));
  }

  get page(): TestPage {
    return this.#page;
  }

  get toasts(): readonly TestToast[] {
    return this.#shown.all;
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

  async openLayer(visit: PageVisit, opener: ElementNode, below: OpenPage): Promise<TestLayer> {
    return new LayerPage(await this.#pages.load(visit, below.url, IN_LAYER), opener, below);
  }

  async action(name: string, data: object = {}, options: TestCallOptions = {}): Promise<TestOutcome> {
    return await this.stream(name, data, options).outcome();
  }

  stream(name: string, data: object = {}, options: TestCallOptions = {}): TestStream {
    const form = formOfPage(options.form, this.#page);
    return this.#start(name, data, options, form, form?.submitter(options.button) ?? null, this.#page);
  }

  async send(name: string, form: PageForm, submitter: ElementNode | null): Promise<TestOutcome> {
    const target = form.submitAttribute(submitter, "hyper-target", "hyper-target");
    const swap = readSwap(form.submitAttribute(submitter, "hyper-swap", "hyper-swap"));
    const options = { ...(target && { target }), ...(swap !== undefined && { swap }) };
    const { page } = form;
    const outcome = await this.#start(name, {}, options, form, submitter, page).outcome();
    if (page instanceof LayerPage && page.value !== undefined) await this.#callOpener(page);
    return outcome;
  }

  async redraw(name: string, form: PageForm): Promise<TestOutcome> {
    return await this.#start(name, {}, {}, null, null, form.page, redrawSource(form)).outcome();
  }

  changes(): TestChanges {
    return new RegionChanges({ client: this, mark: this.#mark, document: () => this.#page.node });
  }

  actions<Module>(): TestCalls<Module> {
    // The handler has the actions of the module under the names in its type.
    return new Proxy({}, { get: (_, name) => typedCall(this, name) }) as TestCalls<Module>;
  }

  override(dependency: Dependency<unknown> | string, value: unknown): Disposable {
    if (this.#overrides === null) throw cannotOverride(dependency);
    return replaceEntry(this.#overrides, dependency, value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort();
    // An error of a stream was thrown where the stream was read.
    await Promise.allSettled(Array.from(this.#streams, (stream) => stream.cancel()));
    if (this.#overrides !== null) await this.handler.close();
    this.signals[Symbol.dispose]();
  }

  /** Calls the action that the opener of a closed layer names. */
  async #callOpener({ opener, value, below }: LayerPage): Promise<void> {
    const name = attribute(opener, "hyper-layer-action");
    if (name === null) return;
    const options = { target: attribute(opener, "hyper-target") ?? undefined };
    await this.#start(name, { value }, options, null, null, below).outcome();
  }

  async #navigate(visit: PageVisit, from: URL | null): Promise<TestPage> {
    return this.#show(await this.#pages.load(visit, from));
  }

  /** Opens a response if it is a page. */
  #show(source: PageSource): OpenPage {
    const page = new OpenPage(source);
    if (isFile(source)) return page;
    this.#shown.clear();
    return this.#page = page;
  }

  #start(
    name: string,
    data: object,
    options: TestCallOptions,
    form: PageForm | null,
    submitter: ElementNode | null,
    page: OpenPage,
    source?: FormCall,
  ): CallStream {
    const { target = null, swap = "outer", strictTargets = false, retry, headers: extraHeaders = {}, signal } = options;
    const controller = new AbortController();
    const sent = source ?? form?.callSource(submitter) ??
      { url: page.url, method: "POST", fields: null, enctype: null };
    const call = prepareCall({
      ...sent,
      action: name,
      id: this.#newId(page),
      url: this.#pages.own(options.url === undefined ? sent.url : new URL(options.url, page.baseUrl)).href,
      method: (options.method ?? sent.method).toUpperCase(),
      data: { ...data },
      sent: form === null ? null : noteSent(form.node),
      ...{ target, swap, strictTargets, retry, extraHeaders },
      depth: 0,
      signal: AbortSignal.any([controller.signal, this.#life.signal, signal ?? controller.signal]),
    });
    const tab = this.#callTab(page);
    const opening = sendCall(call, tab);
    const opened = opening.then(({ response }) => response.status);
    // The reader of the stream gets the error, also when the test does not use `opened`.
    opened.catch(() => {});
    const endPredictions = predictCall(call, options.optimistic, form, page);
    const stream: CallStream = new CallStream({
      name,
      opened,
      events: readAnswers(opening, call, tab),
      controller,
      onEnd: (outcome) => void (endPredictions(outcome), this.#streams.delete(stream)),
    });
    this.#streams.add(stream);
    return stream;
  }

  /** Returns the tab as a call sees it: patches go to the page on which the call was made, even after a navigation. */
  #callTab(page: OpenPage): CallTab {
    return {
      url: page.url,
      fetch: (call) => {
        const about = { ...regionHeader(page.node), ...(page instanceof LayerPage ? IN_LAYER : {}) };
        return this.#network.fetch(askOf(call, page.url, about));
      },
      newId: () => this.#newId(page),
      nextPlace: () => this.#patcher.next(),
      apply: (event, call, place) =>
        applyEvent(event, call, page, { patcher: this.#patcher, toasts: this.#shown }, place),
      open: async (url) => {
        // A page of another site is left to the test.
        if (url.origin === this.#origin.origin) await this.#redirect(url, page);
      },
      show: (response, body) => void this.#show(this.#pages.read(response, body)),
    };
  }

  /** Follows the redirect of a call; in its layer, unless it leads out of it. */
  async #redirect(url: URL, page: OpenPage): Promise<void> {
    const visit: PageVisit = { url, method: "GET", form: null };
    if (page instanceof LayerPage && page.isOpen && !page.leadsOut(url)) {
      page.replaceWith(await this.#pages.load(visit, page.url, IN_LAYER));
      return;
    }
    if (page instanceof LayerPage) page.close();
    await this.#navigate(visit, page.url);
  }

  /** Returns the ID of a call. A layer has another mark: the answer to its call does not show the regions of the page below. */
  #newId(page: OpenPage): string {
    return (page instanceof LayerPage ? hex(TAB_ID_CHARS) : this.#mark) + hex(TAB_ID_CHARS);
  }
}

/** Returns the call by which a form is shown again. It is not submitted: the input of the user stays. */
function redrawSource(form: PageForm): FormCall {
  const source = form.callSource(null);
  withhold(form.node, source.fields);
  source.fields.set(ROWS_FIELD, REDRAW);
  return source;
}

/** Returns whether a response leaves the page as it is: one without content, a file to save, a redirect to another site. */
function isFile({ status, headers }: PageSource): boolean {
  return status === 204 || status === 205 || /^attachment/i.test(headers.get("content-disposition") ?? "") ||
    (status >= 300 && status < 400);
}

function typedCall(client: TestClient, name: string | symbol): unknown {
  // An object with `then` would be a promise: it could not be awaited and returned.
  if (typeof name !== "string" || name === "then") return undefined;
  return (data?: object, options?: TestCallOptions) => client.action(name, data, options);
}

/** @throws {TypeError} For an element that is not a form of the page. */
function formOfPage(form: TestForm | string | undefined, page: OpenPage): PageForm | null {
  if (form === undefined) return null;
  const found = typeof form === "string" ? page.find(form) : form;
  if (found instanceof PageForm) return found;
  throw new TypeError(`Cannot call an action with form "${form}": it is not a form of the page`);
}

/** Applies an event to the page or layer that its call came from. Returns the error of a patch, or `null`. */
function applyEvent(
  { event, data }: TestEvent,
  call: Call,
  page: OpenPage,
  { patcher, toasts }: { readonly patcher: Patcher; readonly toasts: Toasts },
  place: number,
): string | null {
  const wire = own(data);
  if (event === "toast") toasts.show(wire, page);
  if (event === "close_layer" && page instanceof LayerPage) page.close(wire.value);
  if (event === "patch_html") {
    const target = text(wire.target) ?? call.target;
    const at = pageOfTarget(page, target);
    return at.predictions.change(() => patcher.apply(at.node, wire, call, place), call.signal, target);
  }
  if (event === "history") page.moveTo(new URL(`${wire.push_url ?? wire.replace_url}`, page.url));
  return null;
}

function cannotOverride(dependency: Dependency<unknown> | string): TypeError {
  const name = typeof dependency === "string" ? dependency : dependency.name ?? "without a name";
  return new TypeError(
    `Cannot override dependency "${name}": the client did not make its handler; pass the options of createHandler() to createTestClient()`,
  );
}

/** Sets an entry until the result is disposed. */
function replaceEntry<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Disposable {
  const had = map.has(key);
  const before = map.get(key);
  map.set(key, value);
  return {
    [Symbol.dispose]() {
      // An entry that was there has a value of this type.
      if (had) map.set(key, before as Value);
      else map.delete(key);
    },
  };
}

/** Returns random hexadecimal digits. */
function hex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
