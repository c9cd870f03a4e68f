/**
 * The test client, as a test sees it.
 *
 * @module
 */
import type { Dependency, RequestContext } from "../context.ts";
import type { Handler } from "../handler/options.ts";
import type { ActionType } from "../protocol/action_type.ts";
import type { Swap } from "../protocol/patch.ts";
import type { TestCookies } from "./cookies.ts";
import type { Fault } from "./faults.ts";
import type { TestOutcome } from "./outcome.ts";
import type { SignalRecord } from "./signals.ts";
import type { TestStream } from "./stream.ts";
import type { TestForm, TestPage } from "./test_page.ts";

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
