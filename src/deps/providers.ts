// Providers: they resolve markers to values.
import type { Dependency, Marker, RequestContext } from "../context.ts";
import { DependencyError, InputError } from "../errors.ts";
import { coerce, type ParamType } from "./coerce.ts";

/** The state of a request in which a marker is resolved. */
export interface ResolutionScope {
  /** The request. Dependencies that a provider requests through `ctx.deps` belong to the chain of its caller. */
  readonly ctx: RequestContext;
  /** The bound form of the action; `null` if none is bound, for example in a form factory or a GET. */
  readonly form: BoundDefinition | null;
  /** `ok` if the page of `ctx.url` and `ctx.params` is known; `missing` in a call that names no page. */
  readonly origin: "ok" | "missing";
  /**
   * Returns the page's context function of a name, or `undefined` if it has none; `null` if there is no page. Outside a
   * page render, its value resolves after the guard of the page.
   */
  readonly context: ((name: string) => Dependency<unknown> | undefined) | null;
}

/** The part of a bound form that a provider reads. */
export interface BoundDefinition {
  /** The definition that it was bound from. */
  readonly definition: unknown;
}

/**
 * Resolves one kind of marker.
 *
 * Providers are tried by priority, the lowest first; equal priorities in the order given, built-in ones first. The
 * first whose `canHandle` returns `true` resolves the marker. The value of a custom provider is cached for the request
 * under the marker itself, so it is created only once.
 *
 * @example The tenant, from the host name
 * ```ts
 * import { createHandler, type Marker, type Provider } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const Tenant: Marker<string> = { kind: "marker", source: "tenant", options: {} };
 * const tenants: Provider = {
 *   canHandle: (marker) => marker.source === "tenant",
 *   resolve: (_marker, { ctx }) => ctx.url.hostname.split(".")[0],
 * };
 * const handler = createHandler({ pages: [], providers: [tenants] });
 * assertEquals(Tenant.source, "tenant");
 * await handler.close();
 * ```
 */
export interface Provider {
  /** The name in messages. Default: `"provider"`. */
  readonly name?: string | undefined;
  /** Order of the providers, the lowest first. The built-in ones have 10 to 80. Default: `100`. */
  readonly priority?: number | undefined;
  /**
   * Returns whether it resolves a marker. Must be synchronous and free of side effects.
   *
   * @param marker The marker.
   * @param scope The request.
   */
  canHandle(marker: Marker<unknown>, scope: ResolutionScope): boolean;
  /**
   * Resolves a marker.
   *
   * @param marker The marker.
   * @param scope The request.
   * @returns The value, or a promise of it.
   * @throws {InputError} If the input of the user is invalid.
   */
  resolve(marker: Marker<unknown>, scope: ResolutionScope): unknown;
}

/** Priority of a provider that sets none. */
export const PROVIDER_PRIORITY = 100;

/** Resolves `Depends()`. Priority 10. */
export const DependsProvider: Provider = builtIn("DependsProvider", 10, "depends", ({ dependency }, { ctx }) =>
  // `Depends()` accepts only a dependency.
  ctx.deps.get(dependency as Dependency<unknown>));

/** Resolves `DContext()` with the context functions of the page. Priority 20. */
export const DContextProvider: Provider = builtIn("ContextProvider", 20, "context", (options, { ctx, context }) => {
  const name = markerName(options);
  const value = context?.(name);
  // Through `ctx.deps`, so that context functions that wait for each other are found to be a cycle.
  if (value !== undefined) return ctx.deps.get(value);
  const state = context === null ? "no page is known here" : "no context of this page has that name";
  const remedy = "set a default or export a context function of that name";
  return defaultOr(options, new DependencyError(500, `Cannot resolve DContext("${name}"): ${state}; ${remedy}`));
});

/** Resolves `DForm()` to the bound form. Priority 40. */
export const FormProvider: Provider = builtIn("FormProvider", 40, "form", (options, { form }) => {
  if (form !== null && form.definition === options.form) return form;
  const state = form === null ? "no form is bound here" : `the bound form is ${labelOf(form.definition)}`;
  const remedy = "inject it only into actions with that form";
  throw new DependencyError(500, `Cannot resolve DForm of ${labelOf(options.form)}: ${state}; ${remedy}`);
});

/** Resolves `DUrl()` from the parameters of the route. Priority 60. */
export const UrlProvider: Provider = builtIn("UrlProvider", 60, "url", (options, { ctx, origin }) => {
  const name = markerName(options);
  const what = `URL parameter "${name}"`;
  if (origin === "ok") {
    return readParameter(what, Object.hasOwn(ctx.params, name) ? ctx.params[name] : undefined, options);
  }
  const message = `Cannot read ${what}: the request does not say which page it is about`;
  return defaultOr(options, new InputError(400, message));
});

/** Resolves `DQuery()` from the query of `ctx.url`. Priority 80. */
export const QueryProvider: Provider = builtIn("QueryProvider", 80, "query", (options, { ctx }) => {
  const name = markerName(options);
  const query = ctx.url.searchParams;
  const what = `query parameter "${name}"`;
  if (!Array.isArray(options.type)) return readParameter(what, query.get(name) ?? undefined, options);
  const plain = query.getAll(name);
  const all = plain.length > 0 ? plain : query.getAll(`${name}[]`);
  return readParameter(what, all.length === 0 && "default" in options ? undefined : all, options);
});

/** The providers of every request. They read its current state, so their results are not cached. */
export const BUILT_IN_PROVIDERS: readonly Provider[] = [
  DependsProvider,
  DContextProvider,
  FormProvider,
  UrlProvider,
  QueryProvider,
];

/**
 * Returns all providers in the order they are tried: by priority, then the built-in ones, then the given order.
 *
 * @throws {TypeError} If a value is not a provider.
 */
export function orderProviders(more: readonly Provider[]): readonly Provider[] {
  for (const [index, provider] of more.entries()) {
    if (typeof provider?.canHandle !== "function" || typeof provider.resolve !== "function") {
      throw new TypeError(
        `Cannot add provider ${index}: it is not a provider; give it the functions canHandle and resolve`,
      );
    }
    if (Number.isNaN(provider.priority)) {
      throw new TypeError(`Cannot add provider ${index}: its priority is NaN; use a number`);
    }
  }
  // Sorting is stable (ECMAScript 2019), so equal priorities keep their order.
  return [...BUILT_IN_PROVIDERS, ...more].sort((a, b) =>
    (a.priority ?? PROVIDER_PRIORITY) - (b.priority ?? PROVIDER_PRIORITY)
  );
}

function builtIn(
  name: string,
  priority: number,
  source: string,
  resolve: (options: MarkerOptions, scope: ResolutionScope) => unknown,
): Provider {
  return Object.freeze({
    name,
    priority,
    canHandle: (marker: Marker<unknown>) => marker.source === source,
    resolve: ({ options }: Marker<unknown>, scope: ResolutionScope) => resolve(options, scope),
  });
}

type MarkerOptions = Marker<unknown>["options"];

function defaultOr(options: MarkerOptions, error: Error): unknown {
  if ("default" in options) return options.default;
  throw error;
}

async function readParameter(
  what: string,
  sent: string | readonly string[] | undefined,
  options: MarkerOptions,
): Promise<unknown> {
  if (sent === undefined) return defaultOr(options, new InputError(400, `Cannot read ${what}: it is absent`));
  const isList = Array.isArray(options.type);
  if (!isList && typeof sent !== "string") {
    throw new DependencyError(500, `Cannot read ${what} as one value: it is a list; use [String] as its type`);
  }
  // The marker functions accept only a type or an array with one.
  const type = (Array.isArray(options.type) ? options.type[0] : options.type) as ParamType;
  const values: unknown[] = [];
  for (const text of typeof sent === "string" ? [sent] : sent) {
    const result = await coerce(text, type);
    if (result.kind === "mismatch") {
      const message = `Cannot read ${what}: ${quoteParameter(text)} is not ${result.expected}`;
      return defaultOr(options, new InputError(400, message, null, { cause: result.cause }));
    }
    values.push(result.value);
  }
  return isList ? values : values[0];
}

/** Quotes a parameter for a message, at most 64 characters of it. */
function quoteParameter(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

function markerName(options: MarkerOptions): string {
  return String(options.name);
}

function labelOf(definition: unknown): string {
  const name: unknown = typeof definition === "object" && definition !== null && "name" in definition
    ? definition.name
    : undefined;
  return typeof name === "string" ? `form "${name}"` : "a form without a name";
}
