/**
 * `action()`: a named function of the server, as a value or as a decorator on a method of a page class.
 *
 * @module
 */
import type { Dependency, Guard, Injectable, RequestContext } from "../context.ts";
import { dependency } from "../deps/resolver.ts";
import type { Injected } from "../deps/inject.ts";
import type { AnyForm, BoundOf, FormFactory, InputOf } from "../forms/any_form.ts";
import type { StandardSchemaV1 } from "../forms/schema.ts";
import type { ActionType } from "../protocol/action_type.ts";
import { HANDLER_LIMITS, type LimitsOptions, resolveLimits } from "../http/limits.ts";
import { checkRate, type RateRule } from "../http/rate_rule.ts";
import type { Kwargs } from "./kwargs.ts";
import type { UploadHandler } from "../http/stored_file.ts";
import type { Cookie } from "../http/cookie.ts";
import type { Item } from "../results/items.ts";
import type { MarkupNode } from "../results/markup.ts";
import type { SignalFamily } from "../signals.ts";
import { formActionUid } from "./uid.ts";

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;
const NAMESPACE = NAME;

/** What a handler is given beside what every function of the application gets. */
export interface ActionContextBase extends RequestContext {
  /** The files that were sent, by field name; those of a form are in its values too. */
  readonly files: ReadonlyMap<string, readonly File[]>;
  /** The signals of this handler, to connect to or to send. */
  readonly signals: SignalFamily;
  /** The address of the page the call came from, or `null` where it is not known. */
  readonly originPage: URL | null;
  /** The target the call named (`X-Hyper-Target`), or `null`. A hint from the browser: never trust it with a decision. */
  readonly target: string | null;
  /**
   * The id of this call, or of the form where it was posted without scripts; the same for each retry. `null` where none was
   * sent. Record it in the transaction of work that must not happen twice, even after a crash.
   */
  readonly requestId: string | null;
  /**
   * Publishes items to everyone who watches a topic, on every instance: see `live()`. They are rendered once, here; a
   * `refresh()` is rendered by each watcher, as its own page. The tab that has made this call skips them, since it gets
   * what the handler returns: return the same items, or others, for it.
   *
   * Resolves when they have their place in the topic. Where the bus cannot be reached, that is told to `onError`, and
   * every watcher is told to refresh when it is back: what the handler has written is not undone for it.
   *
   * @param topic The topic.
   * @param items What everybody is told.
   * @throws {TypeError} When the topic is none, or something is no item that others can use.
   */
  readonly publish: (topic: string, items: Item | readonly Item[]) => Promise<void>;
  /**
   * Sets a cookie with the answer, whatever the handler returns and whoever asked: a handler that returns items, or nothing,
   * has no `Response` to put it on. A repeat of a mutation gets it again.
   *
   * It travels in the head of the answer, which goes out with the first item of a generator, or 50 milliseconds after the
   * generator was begun where that is earlier: a generator sets cookies before it waits for anything.
   *
   * @param cookie The cookie and its attributes.
   * @throws {TypeError} When the name or an attribute is not of its grammar, they contradict one another, or the head of the
   *   answer has gone out.
   * @throws {RangeError} When it is longer than the 4,096 bytes that browsers keep.
   */
  readonly setCookie: (cookie: Cookie) => void;
}

/**
 * What a handler gets: the request, the bound form, the validated data, and everything it asked to have injected, by
 * name.
 *
 * @typeParam F The form of the action, or `null`.
 * @typeParam S The schema of its input, or `null`.
 * @typeParam I What it asked to have injected.
 */
export type ActionContext<
  F extends AnyForm | null = null,
  S extends StandardSchemaV1 | null = null,
  I extends Injectables = Record<never, never>,
> =
  & ActionContextBase
  & {
    /** The bound, valid form; `null` for an action without one. */
    readonly form: F extends AnyForm ? BoundOf<F> : null;
    /** The validated kwargs: the output of `input`, else the values of the form, else what was sent as it is. */
    readonly data: DataOf<F, S>;
  }
  & Injected<I>;

/** What may be injected, by the name it arrives under. */
export type Injectables = Readonly<Record<string, Injectable<unknown>>>;

/** What `data` of a context is, by form and schema. */
export type DataOf<F extends AnyForm | null, S extends StandardSchemaV1 | null> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S>
  : F extends AnyForm ? BoundOf<F>["values"]
  : Kwargs;

/** What a typed caller sends, by form and schema. */
export type CallInput<F extends AnyForm | null, S extends StandardSchemaV1 | null> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<S>
  : F extends AnyForm ? InputOf<F>
  : Kwargs;

/** The data a typed caller gets back: what is left of a handler's return type when everything else is taken out. */
export type ResultData<R> = Exclude<
  Awaited<R>,
  void | Response | MarkupNode | Item | readonly Item[] | Iterable<Item> | AsyncIterable<Item>
>;

/**
 * Checks the signature of a webhook's request, over the bytes as they came. Compare digests in constant time, as
 * `crypto.subtle.verify` does.
 *
 * @param request The request; its body has been read.
 * @param body The bytes of the body.
 * @returns Whether it is who it says; anything but `true` is 403.
 */
export type VerifyWebhook = (request: Request, body: Uint8Array<ArrayBuffer>) => boolean | PromiseLike<boolean>;

/** The limits that one action may set: all but those of what the requests of a handler hold together. */
export type ActionLimits = Omit<LimitsOptions, "streams" | "streamsPerCaller" | "bodyMemoryBytes" | "spooledBytes">;

/** How an action is asked for and what it needs. Every option may be left out. */
export interface ActionOptions<
  F extends AnyForm | null = AnyForm,
  S extends StandardSchemaV1 | null = StandardSchemaV1 | null,
  I extends Injectables = Injectables,
> {
  // Not `NonNullable<F>`: nothing is inferred through it, and the handler's form would be of no known type.
  /** The form or formset whose input it takes, or a function of the request that makes one. Default: none. */
  readonly form?: F | FormFactory<F> | undefined;
  /** Any Standard Schema, for an action that is called with data rather than a form. Default: none, data as it is. */
  readonly input?: S | undefined;
  /** The only method it answers to. `"GET"` is for what changes nothing: it is not protected as a mutation is. Default: `"POST"`. */
  readonly method?: "GET" | "POST" | undefined;
  /**
   * Values to inject, by the name they arrive under in the handler's context. They are made after the guards of the handler
   * and of the action, and before that of the form. Default: none.
   */
  readonly inject?: I | undefined;
  /**
   * Decides who may go on, with the `url` and `params` of the page that the call is about. It runs before the body is read, and
   * after it where only the fields of a form name that page. Default: everyone.
   */
  readonly guard?: Guard | undefined;
  /**
   * Limits that differ from those of the handler, for this action alone. Where nothing but a field of the body names the
   * action, its body is read within the handler's. Default: none differ.
   */
  readonly limits?: ActionLimits | undefined;
  /**
   * Takes each file as it arrives, in place of memory and disk: for what is too large for either. It runs after the
   * guards and before the form is looked at. The value of the field is then a `StoredFile`, whose `key` is what this
   * function gave. Default: files are kept in memory up to a mebibyte, on disk above it, until the answer is out.
   */
  readonly onFile?: UploadHandler | undefined;
  /** Lifts the guard that the handler has for all actions (`createHandler({ guard })`). Default: `false`. */
  readonly skipHandlerGuard?: boolean | undefined;
  /** How often one caller may run it; above it the answer is 429. Default: the rule of the handler, else any number. */
  readonly rate?: RateRule | undefined;
  /**
   * Lets programs of other sites call it, as a payment service does: the cross-origin verdict is lifted, and `verify` must
   * vouch for every request. It is named by its URL, by `X-Hyper-Action` or by the query, not by a field. A guard that the
   * handler has for all actions holds here too, unless `skipHandlerGuard` lifts it. Default: `false`.
   */
  readonly webhook?: boolean | undefined;
  /** Checks the signature of a request to a webhook; needed for one, and for nothing else. */
  readonly verify?: VerifyWebhook | undefined;
  /** Makes the full name `namespace:name`. Default: none. */
  readonly namespace?: string | undefined;
}

/**
 * A declared action, frozen. What the pipeline knows of it; `createActions()` in the browser reads its types.
 *
 * @typeParam Name The full name, as a literal.
 * @typeParam Input What a typed caller may send.
 * @typeParam Result What a typed caller gets back as data.
 */
export interface Action<Name extends string = string, Input = unknown, Result = unknown>
  extends ActionType<Name, Input, Result> {
  /** The first 16 hex digits of the SHA-256 of the full name. */
  readonly uid: string;
  /** The namespace, or `null`. */
  readonly namespace: string | null;
  /** The only method it answers to. */
  readonly method: "GET" | "POST";
  /** Whether the method was declared. */
  readonly methodDeclared: boolean;
  /** The form, or a function that makes it, or `null`. */
  readonly form: AnyForm | FormFactory<AnyForm> | null;
  /** The schema of its data, or `null`. */
  readonly input: StandardSchemaV1 | null;
  /** What is injected. */
  readonly inject: Injectables;
  /** Decides who may go on, before the body is read; or `null`. */
  readonly guard: Guard | null;
  /** The limits that differ for it. */
  readonly limits: ActionLimits;
  /** Takes files as they arrive, or `null`. */
  readonly onFile: UploadHandler | null;
  /** Whether the guard of the handler is lifted for it. */
  readonly skipHandlerGuard: boolean;
  /** How often one caller may run it, or `null`. */
  readonly rate: RateRule | null;
  /** Checks the signature of each request, for a webhook; or `null`. */
  readonly verify: VerifyWebhook | null;
  /** Runs it. */
  readonly handler: ActionFunction;
}

/** A handler as the pipeline calls it: the context has been built to what the action declared. */
export type ActionFunction = (ctx: never) => unknown;

/** What `@action(…)` gives: a decorator for a method that takes the action's context. */
export type ActionDecorator<F extends AnyForm | null, S extends StandardSchemaV1 | null, I extends Injectables> = <
  This,
  R,
>(
  method: (this: This, ctx: ActionContext<F, S, I>) => R,
  context: ClassMethodDecoratorContext<This, (this: This, ctx: ActionContext<F, S, I>) => R>,
) => void;

const declared = new WeakSet<object>();
const decorated = new WeakMap<object, { readonly name: string; readonly options: ActionOptions }>();
const decorators = new WeakMap<object, string>();
const instances = new WeakMap<object, Dependency<object>>();

// The names a handler's context has by itself; injecting one of them would hide it.
const RESERVED = new Set([
  "request",
  "url",
  "params",
  "form",
  "data",
  "files",
  "deps",
  "signal",
  "signals",
  "originPage",
  "target",
  "requestId",
  "publish",
]);

/**
 * Declares an action: a named function that a form or a line of JavaScript calls.
 *
 * The handler may return nothing, a `Response`, one item or a list of items, a generator of items, a JSX expression, or
 * plain JSON data. Export the action from a page or a component below `pages/`, so that it is found at the start.
 *
 * @param name The name: a letter, then up to 127 letters, digits, dots, dashes or underscores.
 * @param handler What it does.
 * @returns The action, frozen.
 * @throws {TypeError} When the name or an option is not of its form.
 *
 * @example A function
 * ```ts
 * import { action, toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const greet = action("greet", ({ data }) => toast(`Hello ${data.name}`));
 * assertEquals(greet.name, "greet");
 * assertEquals(greet.method, "POST");
 * ```
 *
 * @example With a form
 * ```ts
 * import { action, defineForm, field, toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const TodoForm = defineForm("todo", { fields: { title: field.text({ required: true }) } });
 * const addTodo = action("add_todo", { form: TodoForm }, ({ form }) => toast(`Added ${form.values.title}`));
 * assertEquals(addTodo.form, TodoForm);
 * ```
 *
 * @example On a page class
 * ```ts
 * import { action, type ActionContext, Page, toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * class Counter extends Page {
 *   override render() {
 *     return "a page";
 *   }
 *   @action("count")
 *   count(_ctx: ActionContext) {
 *     return toast("Counted");
 *   }
 * }
 * assertEquals(typeof Counter, "function");
 * ```
 */
export function action<const N extends string, R>(
  name: N,
  handler: (ctx: ActionContext) => R,
): Action<N, Kwargs, ResultData<R>>;
/**
 * Declares an action with options.
 *
 * @param name The name.
 * @param options Form, input, method, guard and so on.
 * @param handler What it does.
 * @returns The action, frozen.
 */
export function action<
  const N extends string,
  R,
  F extends AnyForm | null = null,
  S extends StandardSchemaV1 | null = null,
  // deno-lint-ignore ban-types -- nothing injected is the empty set of names
  I extends Injectables = {},
>(
  name: N,
  options: ActionOptions<F, S, I>,
  handler: (ctx: ActionContext<F, S, I>) => R,
): Action<N, CallInput<F, S>, ResultData<R>>;
/**
 * Declares a method of a page class as an action.
 *
 * @param name The name.
 * @param options Form, input, method, guard and so on.
 * @returns The decorator.
 */
export function action<
  F extends AnyForm | null = null,
  S extends StandardSchemaV1 | null = null,
  // deno-lint-ignore ban-types -- nothing injected is the empty set of names
  I extends Injectables = {},
>(name: string, options?: ActionOptions<F, S, I>): ActionDecorator<F, S, I>;
export function action(
  name: string,
  optionsOrHandler: ActionOptions | ActionFunction = {},
  handler?: ActionFunction,
): unknown {
  if (typeof optionsOrHandler === "function") return createAction(name, {}, optionsOrHandler);
  const options = optionsOrHandler;
  if (handler !== undefined) return createAction(name, options, handler);
  // The name is checked where it is written, not at the first request.
  checkActionName(name, options.namespace);
  const decorate = (method: object, context: ClassMethodDecoratorContext): void => {
    if (context.kind !== "method" || context.static || context.private) {
      throw new TypeError(
        `Cannot declare action "${name}" on ${String(context.name)}: only a public method of a page class can be one`,
      );
    }
    decorated.set(method, { name, options });
  };
  decorators.set(decorate, fullName(name, options.namespace));
  return decorate;
}

/** Whether a value was made by {@linkcode action}. */
export function isAction(value: unknown): value is Action {
  return typeof value === "object" && value !== null && declared.has(value);
}

/** The name that `action(name, options)` was given where no handler followed and no method was decorated; `null` for anything else. */
export function nameWithoutHandler(value: unknown): string | null {
  return typeof value === "function" ? decorators.get(value) ?? null : null;
}

/**
 * The actions declared on the methods of a page class, inherited ones included. A method that overrides a declared one
 * takes its place, decorated or not.
 */
export function actionsOfClass(pageClass: new () => object): readonly Action[] {
  const found = new Map<string, { readonly name: string; readonly options: ActionOptions }>();
  for (
    let proto = pageClass.prototype;
    proto !== null && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto)
  ) {
    for (const key of Object.getOwnPropertyNames(proto)) {
      const method: unknown = Object.getOwnPropertyDescriptor(proto, key)?.value;
      if (typeof method !== "function" || found.has(key)) continue;
      const declaration = decorated.get(method);
      if (declaration !== undefined) found.set(key, declaration);
    }
  }
  return Array.from(found, ([key, { name, options }]) => {
    const handler = async (ctx: RequestContext): Promise<unknown> => {
      const page = await ctx.deps.get(pageInstance(pageClass));
      // The walk above found a function under this key on the chain of the class.
      return (Reflect.get(page, key) as (ctx: RequestContext) => unknown).call(page, ctx);
    };
    return createAction(name, options, handler);
  });
}

/** The action a decorated method stands for, by its declared name; `null` for any other function. */
export function nameOfMethod(method: unknown): string | null {
  if (typeof method !== "function") return null;
  const declaration = decorated.get(method);
  return declaration === undefined ? null : fullName(declaration.name, declaration.options.namespace);
}

/** The one instance of a page class that a request has: its actions and its rendering share it. */
export function pageInstance<T extends object>(pageClass: new () => T): Dependency<T> {
  let instance = instances.get(pageClass);
  if (instance === undefined) {
    instance = dependency(`page ${pageClass.name}`, () => new pageClass());
    instances.set(pageClass, instance);
  }
  // The map holds under each class what was made by that class.
  return instance as Dependency<T>;
}

function createAction(name: string, options: ActionOptions, handler: ActionFunction): Action {
  checkActionName(name, options.namespace);
  const { form = null, input = null, method, inject = {}, guard = null, limits = {} } = options;
  const full = fullName(name, options.namespace);
  if (typeof handler !== "function") {
    throw new TypeError(`Cannot declare action "${full}": its handler is ${typeof handler}, a function is needed`);
  }
  if (method !== undefined && method !== "GET" && method !== "POST") {
    throw new TypeError(`Cannot declare action "${full}": method "${method}" is neither "GET" nor "POST"`);
  }
  if (form !== null && input !== null) {
    throw new TypeError(`Cannot declare action "${full}": it has both form and input, which of them reads the data`);
  }
  const { webhook = false, verify = null, rate = null } = options;
  if (webhook !== (verify !== null)) {
    throw new TypeError(
      webhook
        ? `Cannot declare action "${full}": a webhook needs verify, or everyone on the net may call it`
        : `Cannot declare action "${full}": verify is for webhooks, say webhook: true or leave it out`,
    );
  }
  if (rate !== null) checkRate(rate, `action "${full}"`);
  checkLimits(limits, full);
  for (const key of Object.keys(inject)) {
    if (RESERVED.has(key)) {
      throw new TypeError(`Cannot declare action "${full}": it injects "${key}", a name its context has already`);
    }
  }
  const created: Action = Object.freeze({
    kind: "action",
    name: full,
    uid: formActionUid(full),
    namespace: options.namespace ?? null,
    method: method ?? "POST",
    methodDeclared: method !== undefined,
    form,
    input,
    inject,
    guard,
    limits,
    onFile: options.onFile ?? null,
    skipHandlerGuard: options.skipHandlerGuard ?? false,
    rate,
    verify,
    handler,
  });
  declared.add(created);
  return created;
}

function checkLimits(limits: LimitsOptions, full: string): void {
  for (const name of HANDLER_LIMITS) {
    if (limits[name] === undefined) continue;
    throw new TypeError(
      `Cannot declare action "${full}": the limit "${name}" counts for the whole handler, set it in createHandler()`,
    );
  }
  // Said now, not at the first request.
  resolveLimits(limits);
}

function checkActionName(name: string, namespace: string | undefined): void {
  if (!NAME.test(name)) {
    throw new TypeError(
      `Cannot declare action "${name}": a name is a letter and up to 127 letters, digits, dots, dashes or underscores`,
    );
  }
  if (namespace !== undefined && !NAMESPACE.test(namespace)) {
    throw new TypeError(
      `Cannot declare action "${name}": namespace "${namespace}" is no letter with up to 127 letters, digits, dots, dashes or underscores`,
    );
  }
}

function fullName(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}:${name}`;
}
