// The test client, as a test sees it.
import type { Dependency, RequestContext } from "../context.ts";
import type { Handler } from "../handler/options.ts";
import type { ActionType } from "../protocol/action_type.ts";
import type { Swap } from "../protocol/patch.ts";
import type { TestCookies } from "./cookies.ts";
import type { Fault } from "./faults.ts";
import type { TestOutcome } from "./outcome.ts";
import type { SignalRecord } from "./signals.ts";
import type { TestPrediction } from "./predictions.ts";
import type { TestStream } from "./stream.ts";
import type { TestForm, TestPage, TestToast } from "./test_page.ts";

/** Options for {@linkcode createTestClient}. */
export interface TestClientOptions {
  /** The origin of the application. Default: `http://localhost`. */
  readonly origin?: string | URL | undefined;
  /** The IP address of the user. Default: `127.0.0.1`. */
  readonly address?: string | undefined;
  /** Headers of every request, such as `accept-language`. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Options for a call of an action. */
export interface TestCallOptions {
  /** The form whose fields are sent, or a selector of it. Its URL and method are those of the call. Default: none. */
  readonly form?: TestForm | string | undefined;
  /** The name of the button that submits the form. Default: the first button. */
  readonly button?: string | undefined;
  /** Selector of the target of `html` items that have none. Default: none. */
  readonly target?: string | undefined;
  /** Swap mode of `html` items that have none. Default: `outer`. */
  readonly swap?: Swap | undefined;
  /** The method. Default: that of the form, else `POST`. */
  readonly method?: string | undefined;
  /** The URL. Default: that of the form, else that of the page. */
  readonly url?: string | URL | undefined;
  /** If `true`, a target that is not on the page rejects the call. Default: `false`; the outcome lists it as missing. */
  readonly strictTargets?: boolean | undefined;
  /**
   * Changes of the page that the call predicts: shown at once, and taken back when the answer changes the same place, or with the end of
   * the call. In a browser, this option is a function. Default: the `<Optimistic>` of the form.
   */
  readonly optimistic?: readonly TestPrediction[] | undefined;
  /**
   * If `true`, a lost connection is made again, without delay and with the same request id. Default: `true` for a stream of
   * a GET that broke off, else `false`.
   */
  readonly retry?: boolean | undefined;
  /** Ends the call when it is aborted. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Headers in addition to those of the runtime. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A typed call: its data is required if the action needs some. */
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

/** Changes of the regions of the open page by others. */
export interface TestChanges extends AsyncDisposable {
  /**
   * Waits until regions of the open page have changed, other than by the calls of this page, and shows them. A change since the page was
   * opened counts, too, and so does one by a call of a layer over it.
   *
   * @returns The names of the regions that have changed, in the order of the page.
   * @throws {Error} When none changes in five seconds, or the regions cannot be loaded.
   */
  next(): Promise<readonly string[]>;
}

/**
 * A user with one tab. `open()`, `click()` and `submit()` act as a browser with scripts off does; `action()`, `stream()` and
 * `submitWithRuntime()` as one with the browser runtime does.
 */
export interface TestClient extends AsyncDisposable {
  /** The handler. */
  readonly handler: Handler;
  /** The page that is open; an empty one at `/` before the first. */
  readonly page: TestPage;
  /** The cookies of the user. */
  readonly cookies: TestCookies;
  /** The toasts that calls of the runtime have shown on the open page, the oldest first, without those that were undone. */
  readonly toasts: readonly TestToast[];
  /** The signals that the handler has sent since the client was made. */
  readonly signals: SignalRecord;
  /** The faults of the next requests, in order. Each request removes one. */
  readonly faults: Fault[];
  /**
   * Opens a page, as from the address bar.
   *
   * @param path The URL, relative to the page that is open.
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
   * @param data Any values that JSON can represent, and files. Default: none.
   * @param options Options for the call.
   * @returns The outcome. An error status is an outcome, too.
   * @throws {ConnectionError} When the network fails.
   * @throws {RangeError} When a GET cannot carry the data.
   */
  action(name: string, data?: object, options?: TestCallOptions): Promise<TestOutcome>;
  /**
   * Calls an action whose answer is read event by event. The request is sent at once. Until its answer is read, the page shows what the
   * call predicts.
   *
   * @param name The full name of the action.
   * @param data The same data. Default: none.
   * @param options Options for the call.
   * @returns The stream; the client ends it when it is disposed.
   * @throws {TypeError} When the form is not a form of the page.
   * @throws {RangeError} When a GET cannot carry the data.
   */
  stream(name: string, data?: object, options?: TestCallOptions): TestStream;
  /**
   * Watches the regions of the open page, as the browser runtime does.
   *
   * @returns The changes; the client ends them when it is disposed.
   *
   * @example Two users
   * ```tsx
   * import { action, changed, createHandler, region } from "@hyper/actions";
   * import { createTestClient } from "@hyper/actions/testing";
   * import { assertEquals } from "@std/assert";
   *
   * let count = 0;
   * const Count = region("count", { depends: "count" }, () => <output>{count}</output>);
   * const add = action("add", () => (count++, changed("count")));
   * const module = { default: () => <Count />, Count, add };
   * const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
   * await using ada = createTestClient(handler);
   * await using bob = createTestClient(handler);
   * const page = await ada.open("/");
   * const changes = ada.changes();
   * await bob.action("add");
   * assertEquals(await changes.next(), ["count"]);
   * assertEquals(page.find("output").text, "1");
   * ```
   */
  changes(): TestChanges;
  /**
   * Typed calls of the actions that a module declares.
   *
   * @typeParam Module The type of the module, as `typeof import("./page.tsx")`.
   * @returns An object with one function for each action, under its full name.
   */
  actions<Module>(): TestCalls<Module>;
  /**
   * Replaces the value of a dependency, for every later request.
   *
   * @param dependency The dependency.
   * @param value The value, or a function that returns it.
   * @returns An object that restores the dependency when it is disposed.
   * @throws {TypeError} When the client did not make its handler: pass the options of `createHandler()` to
   * {@linkcode createTestClient}.
   */
  override<T>(
    dependency: Dependency<T>,
    value: NoInfer<T> | ((ctx: RequestContext) => NoInfer<T> | PromiseLike<NoInfer<T>>),
  ): Disposable;
  /**
   * Replaces the value of a dependency, by its name.
   *
   * @param name The name of the dependency.
   * @param value The value, or a function that returns it.
   * @returns An object that restores the dependency when it is disposed.
   */
  override(name: string, value: unknown): Disposable;
}
