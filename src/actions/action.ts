/**
 * `action()`: a named function of the server, as a value or as a decorator on a method of a page class.
 *
 * @module
 */
import type { Dependency, Guard, RequestContext } from "../context.ts";
import { dependency } from "../deps/resolver.ts";
import type { AnyForm, FormFactory } from "../forms/any_form.ts";
import type { StandardSchemaV1 } from "../forms/schema.ts";
import { HANDLER_LIMITS, type LimitsOptions, resolveLimits } from "../http/limits.ts";
import { checkRate, type RateRule } from "../http/rate_rule.ts";
import type { UploadHandler } from "../http/stored_file.ts";
import type { ActionType } from "../protocol/action_type.ts";
import type {
  ActionContext,
  ActionLimits,
  ActionOptions,
  CallInput,
  Injectables,
  ResultData,
  VerifyWebhook,
} from "./action_options.ts";
import type { Kwargs } from "./kwargs.ts";
import { formActionUid } from "./uid.ts";

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;

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
  if (namespace !== undefined && !NAME.test(namespace)) {
    throw new TypeError(
      `Cannot declare action "${name}": namespace "${namespace}" is no letter with up to 127 letters, digits, dots, dashes or underscores`,
    );
  }
}

function fullName(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}:${name}`;
}
