// `action()`: declares an action, as a value or as a decorator on a method of a page class.
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
  Returnable,
  VerifyWebhook,
} from "./action_options.ts";
import type { Kwargs } from "./kwargs.ts";
import { formActionUid } from "./uid.ts";

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;

/**
 * A declared action, frozen. The pipeline reads its properties; `createActions()` in the browser reads its types.
 *
 * @typeParam Name The full name, as a literal.
 * @typeParam Input The data that a typed caller may send.
 * @typeParam Result The data that a typed caller receives.
 */
export interface Action<Name extends string = string, Input = unknown, Result = unknown>
  extends ActionType<Name, Input, Result> {
  /** The first 16 hex digits of the SHA-256 of the full name. */
  readonly uid: string;
  /** The namespace, or `null`. */
  readonly namespace: string | null;
  /** The only HTTP method it accepts. */
  readonly method: "GET" | "POST";
  /** The form, or a function that creates it, or `null`. */
  readonly form: AnyForm | FormFactory<AnyForm> | null;
  /** The schema of its data, or `null`. */
  readonly input: StandardSchemaV1 | null;
  /** Values to inject, by the name they have in the context. */
  readonly inject: Injectables;
  /** Decides whether a request may run it, before the body is read; or `null`. */
  readonly guard: Guard | null;
  /** The limits that differ from those of the handler. */
  readonly limits: ActionLimits;
  /** Receives each file while it is uploaded, or `null`. */
  readonly onFile: UploadHandler | null;
  /** `true` if the guard of the handler does not apply to it. */
  readonly skipHandlerGuard: boolean;
  /** Maximum rate for one caller, or `null`. */
  readonly rate: RateRule | null;
  /** Maximum rate of requests of one caller that only validate, or `null` if it does not allow them. */
  readonly validate: RateRule | null;
  /** Verifies the signature of each request to a webhook, or `null`. */
  readonly verify: VerifyWebhook | null;
  /** The action function. */
  readonly handler: ActionFunction;
}

/** The function of an action, as the pipeline calls it: its context has everything that the action declares. */
export type ActionFunction = (ctx: never) => unknown;

/** The decorator that `@action(…)` returns. It takes a method whose parameter is the context of the action. */
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

// Names that the context has itself. An injected value of the same name would hide one of them.
const RESERVED: Readonly<Record<keyof ActionContext, true>> = {
  request: true,
  url: true,
  params: true,
  cookies: true,
  form: true,
  data: true,
  files: true,
  deps: true,
  signal: true,
  mode: true,
  signals: true,
  originPage: true,
  target: true,
  requestId: true,
  publish: true,
  setCookie: true,
};

/**
 * Declares an action: a named function on the server that a form or JavaScript calls.
 *
 * The function may return nothing, a `Response`, an item or a list of items, a generator of items, a JSX expression, or
 * plain JSON data. Export the action from a page or a component below `pages/`; it is registered on startup.
 *
 * @param name The name: a letter, then up to 127 letters, digits, dots, dashes or underscores.
 * @param handler The action function.
 * @returns The action, frozen.
 * @throws {TypeError} If the name or an option is invalid.
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
  handler: (ctx: ActionContext) => R & Returnable<R>,
): Action<N, Kwargs, ResultData<R>>;
/**
 * Declares an action with options.
 *
 * @param name The name.
 * @param options Form, input schema, method, guard and so on.
 * @param handler The action function.
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
  handler: (ctx: ActionContext<F, S, I>) => R & Returnable<R>,
): Action<N, CallInput<F, S>, ResultData<R>>;
/**
 * Declares a method of a page class as an action.
 *
 * @param name The name.
 * @param options Form, input schema, method, guard and so on.
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
  // Checked here, so that the error is thrown where the name is written and not at the first request.
  checkActionName(name, options.namespace);
  const decorate = (method: object, context: ClassMethodDecoratorContext): void => {
    if (context.kind !== "method" || context.static || context.private) {
      const fault = "it is not a public instance method; decorate a public method of a page class";
      throw new TypeError(`Cannot declare action "${name}" on ${String(context.name)}: ${fault}`);
    }
    decorated.set(method, { name, options });
  };
  decorators.set(decorate, fullName(name, options.namespace));
  return decorate;
}

/** Returns whether {@linkcode action} made a value. */
export function isAction(value: unknown): value is Action {
  return typeof value === "object" && value !== null && declared.has(value);
}

/**
 * Returns the name of an `action(name, options)` that received no action function and decorated no method, else `null`.
 */
export function nameWithoutHandler(value: unknown): string | null {
  return typeof value === "function" ? decorators.get(value) ?? null : null;
}

/**
 * Returns the actions declared on methods of a page class, inherited ones included. A method that overrides an action
 * replaces it, decorated or not.
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
      // The loop above found a function under this key on the prototype chain.
      return (Reflect.get(page, key) as (ctx: RequestContext) => unknown).call(page, ctx);
    };
    return createAction(name, options, handler);
  });
}

/** Returns the full name of the action that a decorated method declares; `null` for any other value. */
export function nameOfMethod(method: unknown): string | null {
  if (typeof method !== "function") return null;
  const declaration = decorated.get(method);
  return declaration === undefined ? null : fullName(declaration.name, declaration.options.namespace);
}

/**
 * Returns the dependency that creates a page class once for each request. Its actions and its rendering share the
 * instance.
 */
export function pageInstance<T extends object>(pageClass: new () => T): Dependency<T> {
  let instance = instances.get(pageClass);
  if (instance === undefined) {
    instance = dependency(`page ${pageClass.name}`, () => new pageClass());
    instances.set(pageClass, instance);
  }
  // The map stores under each class the dependency that creates it.
  return instance as Dependency<T>;
}

function createAction(name: string, options: ActionOptions, handler: ActionFunction): Action {
  checkActionName(name, options.namespace);
  const { form = null, input = null, method, inject = {}, guard = null, limits = {}, verify = null, rate = null } =
    options;
  const full = fullName(name, options.namespace);
  const fault = faultOfDeclaration(options, handler);
  if (fault !== null) throw new TypeError(`Cannot declare action "${full}": ${fault}`);
  const validate = validationRate(options.validate);
  if (rate !== null) checkRate(rate, `action "${full}"`);
  if (validate !== null) checkRate(validate, `the validation of action "${full}"`);
  // Checked here, so that an invalid limit is thrown where the action is declared.
  resolveLimits(limits);
  const created: Action = Object.freeze({
    kind: "action",
    name: full,
    uid: formActionUid(full),
    namespace: options.namespace ?? null,
    method: method ?? "POST",
    form,
    input,
    inject,
    guard,
    limits,
    onFile: options.onFile ?? null,
    skipHandlerGuard: options.skipHandlerGuard ?? false,
    rate,
    validate,
    verify,
    handler,
  });
  declared.add(created);
  return created;
}

function faultOfDeclaration(
  { form, input, method, inject = {}, limits = {}, validate = false, webhook = false, verify }: ActionOptions,
  handler: unknown,
): string | null {
  if (typeof handler !== "function") return `its handler is ${typeof handler}; pass a function`;
  if (method !== undefined && method !== "GET" && method !== "POST") {
    return `method "${method}" is not supported; use "GET" or "POST"`;
  }
  if (form && input) return "it has both form and input; remove one of them";
  if (validate && !form && !input) return "it validates nothing; add a form or input, or remove validate";
  if (validate && webhook) return "a webhook is not validated without being run; remove validate";
  if (webhook && !verify) return "a webhook without verify accepts requests from any sender; add verify";
  if (!webhook && verify) return "verify is only for webhooks; add webhook: true or remove it";
  const name = Object.keys(inject).find((key) => Object.hasOwn(RESERVED, key));
  if (name !== undefined) return `its context already has "${name}"; inject the value under another name`;
  const given: LimitsOptions = limits;
  const limit = HANDLER_LIMITS.find((name) => given[name] !== undefined);
  return limit === undefined ? null : `the limit "${limit}" applies to the whole handler; set it in createHandler()`;
}

/** The rate of requests that only validate, unless the action sets one: users type in several fields a second at most. */
const VALIDATION_RATE: RateRule = Object.freeze({ limit: 120, seconds: 60 });

function validationRate(validate: ActionOptions["validate"] = false): RateRule | null {
  if (typeof validate === "object") return validate.rate;
  return validate ? VALIDATION_RATE : null;
}

function checkActionName(name: string, namespace: string | undefined): void {
  if (!NAME.test(name)) {
    throw new TypeError(
      `Cannot declare action "${name}": the name is invalid; use a letter and up to 127 letters, digits, dots, dashes or underscores`,
    );
  }
  if (namespace !== undefined && !NAME.test(namespace)) {
    throw new TypeError(
      `Cannot declare action "${name}": namespace "${namespace}" is invalid; use a letter and up to 127 letters, digits, dots, dashes or underscores`,
    );
  }
}

function fullName(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}:${name}`;
}
