/**
 * Providers: who turns a marker into a value.
 *
 * @module
 */
import type { Dependency, Marker, RequestContext } from "../context.ts";
import { DependencyError, InputError } from "../errors.ts";
import { coerce, type ParamType } from "./coerce.ts";

/** What is known of a request where a marker is resolved. */
export interface ResolutionScope {
  /** The request. What a provider asks for through `ctx.deps` is part of the chain that led to it. */
  readonly ctx: RequestContext;
  /** The bound form of the action; `null` where none is bound, as in a factory or on a GET. */
  readonly form: BoundDefinition | null;
  /** Whether the page is known that `ctx.url` and `ctx.params` are about; `missing` in a call that does not say. */
  readonly origin: "ok" | "missing";
  /**
   * The page's context provider of a name, or `undefined` when it has none; `null` where there is no page. Outside a render of the
   * page it resolves behind the page's guard.
   */
  readonly context: ((name: string) => Dependency<unknown> | undefined) | null;
}

/** A bound form, as far as a provider looks at it. */
export interface BoundDefinition {
  /** The form it was made from. */
  readonly definition: unknown;
}

/**
 * Turns markers of one kind into values.
 *
 * Providers are asked in the order of their priority, the lowest first; those of one priority in the order they were
 * given, the built-in ones first. The first whose `canHandle` is true resolves the marker. What a provider of the
 * application gives is kept for the request under the marker itself: asked for again, at any stage, it is not made
 * again.
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
  /** What it is called in messages. Default: `"provider"`. */
  readonly name?: string | undefined;
  /** When it is asked, the lowest first: the built-in ones hold 10 to 80. Default: 100. */
  readonly priority?: number | undefined;
  /**
   * Whether it resolves this marker. Answers at once and changes nothing.
   *
   * @param marker What is asked for.
   * @param scope The request.
   */
  canHandle(marker: Marker<unknown>, scope: ResolutionScope): boolean;
  /**
   * The value.
   *
   * @param marker What is asked for.
   * @param scope The request.
   * @returns The value, or a promise of it.
   * @throws {InputError} When the visitor's input is at fault.
   */
  resolve(marker: Marker<unknown>, scope: ResolutionScope): unknown;
}

/** The priority of a provider that names none. */
export const PROVIDER_PRIORITY = 100;

/** Resolves `Depends()`. Priority 10. */
export const DependsProvider: Provider = Object.freeze({
  name: "DependsProvider",
  priority: 10,
  canHandle: ({ source }: Marker<unknown>): boolean => source === "depends",
  resolve: ({ options }: Marker<unknown>, { ctx }: ResolutionScope): unknown =>
    // `Depends()` takes nothing but a dependency.
    ctx.deps.get(options.dependency as Dependency<unknown>),
});

/** Resolves `DContext()` through the page's context providers. Priority 20. */
export const DContextProvider: Provider = Object.freeze({
  name: "ContextProvider",
  priority: 20,
  canHandle: ({ source }: Marker<unknown>): boolean => source === "context",
  resolve({ options }: Marker<unknown>, { ctx, context }: ResolutionScope): unknown {
    const name = markerName(options);
    const provider = context?.(name);
    // Through `ctx.deps`, not directly: providers that wait for one another are a cycle like any other.
    if (provider !== undefined) return ctx.deps.get(provider);
    if ("default" in options) return options.default;
    const state = context === null ? "no page is known here" : "no context of this page has that name";
    throw new DependencyError(500, `Cannot resolve DContext("${name}"): ${state}, give it a default or provide it`);
  },
});

/** Resolves `DForm()` to the bound form. Priority 40. */
export const FormProvider: Provider = Object.freeze({
  name: "FormProvider",
  priority: 40,
  canHandle: ({ source }: Marker<unknown>): boolean => source === "form",
  resolve({ options }: Marker<unknown>, { form }: ResolutionScope): unknown {
    if (form !== null && form.definition === options.form) return form;
    const state = form === null ? "no form is bound here" : `the bound form is ${labelOf(form.definition)}`;
    throw new DependencyError(500, `Cannot resolve DForm of ${labelOf(options.form)}: ${state}`);
  },
});

/** Resolves `DUrl()` from the parameters of the route. Priority 60. */
export const UrlProvider: Provider = Object.freeze({
  name: "UrlProvider",
  priority: 60,
  canHandle: ({ source }: Marker<unknown>): boolean => source === "url",
  async resolve({ options }: Marker<unknown>, { ctx, origin }: ResolutionScope): Promise<unknown> {
    const name = markerName(options);
    if (origin === "missing") {
      if ("default" in options) return options.default;
      throw new InputError(400, `Cannot read URL parameter "${name}": the request does not say which page it is about`);
    }
    const sent = Object.hasOwn(ctx.params, name) ? ctx.params[name] : undefined;
    return await read(`URL parameter "${name}"`, sent, options);
  },
});

/** Resolves `DQuery()` from the query of `ctx.url`. Priority 80. */
export const QueryProvider: Provider = Object.freeze({
  name: "QueryProvider",
  priority: 80,
  canHandle: ({ source }: Marker<unknown>): boolean => source === "query",
  async resolve({ options }: Marker<unknown>, { ctx }: ResolutionScope): Promise<unknown> {
    const name = markerName(options);
    const query = ctx.url.searchParams;
    const what = `query parameter "${name}"`;
    if (!Array.isArray(options.type)) return await read(what, query.get(name) ?? undefined, options);
    const plain = query.getAll(name);
    const all = plain.length > 0 ? plain : query.getAll(`${name}[]`);
    return await read(what, all.length === 0 && "default" in options ? undefined : all, options);
  },
});

/** The providers every request has. They read the request as it stands, so that nothing of theirs is kept. */
export const BUILT_IN_PROVIDERS: readonly Provider[] = [
  DependsProvider,
  DContextProvider,
  FormProvider,
  UrlProvider,
  QueryProvider,
];

/**
 * The built-in providers and some more, in the order they are asked.
 *
 * @param more Those of the application.
 * @returns All of them, by priority; those of one priority in the order given.
 * @throws {TypeError} When one of them is no provider.
 */
export function orderProviders(more: readonly Provider[]): readonly Provider[] {
  for (const [index, provider] of more.entries()) {
    if (typeof provider?.canHandle !== "function" || typeof provider.resolve !== "function") {
      throw new TypeError(`Cannot add provider ${index}: it needs the functions canHandle and resolve`);
    }
    if (Number.isNaN(provider.priority)) {
      throw new TypeError(`Cannot add provider ${index}: its priority is NaN, a number is needed`);
    }
  }
  // Sorting is stable (ECMAScript 2019): ties keep their order.
  return [...BUILT_IN_PROVIDERS, ...more].sort((a, b) =>
    (a.priority ?? PROVIDER_PRIORITY) - (b.priority ?? PROVIDER_PRIORITY)
  );
}

async function read(
  what: string,
  sent: string | readonly string[] | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const result = await readTyped(what, sent, options);
  if (result.kind === "value") return result.value;
  if ("default" in options) return options.default;
  throw result.error;
}

type Reading =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "mismatch"; readonly error: InputError };

async function readTyped(
  what: string,
  sent: string | readonly string[] | undefined,
  { type }: Readonly<Record<string, unknown>>,
): Promise<Reading> {
  if (sent === undefined) {
    return { kind: "mismatch", error: new InputError(400, `Cannot read ${what}: it is absent`) };
  }
  const isList = Array.isArray(type);
  if (!isList && typeof sent !== "string") {
    throw new DependencyError(500, `Cannot read ${what} as one value: it is a list, read it as [String]`);
  }
  const texts = typeof sent === "string" ? [sent] : sent;
  const values: unknown[] = [];
  for (const text of texts) {
    // The markers were made with a type or a list of one.
    const result = await coerce(text, (isList ? type[0] : type) as ParamType);
    if (result.kind === "mismatch") {
      const message = `Cannot read ${what}: ${quoteParameter(text)} is not ${result.expected}`;
      return { kind: "mismatch", error: new InputError(400, message, null, { cause: result.cause }) };
    }
    values.push(result.value);
  }
  return { kind: "value", value: isList ? values : values[0] };
}

/** As much of a visitor's text as a message needs. */
function quoteParameter(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

function markerName(options: Readonly<Record<string, unknown>>): string {
  return String(options.name);
}

function labelOf(definition: unknown): string {
  const name: unknown = typeof definition === "object" && definition !== null && "name" in definition
    ? definition.name
    : undefined;
  return typeof name === "string" ? `form "${name}"` : "a form without a name";
}
