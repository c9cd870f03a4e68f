// Markers: typed values for `inject` that name a place in the request to read from.
import type { Dependency, Marker } from "../context.ts";
import type { AnyForm, BoundOf } from "../forms/any_form.ts";
import { isParamType, type ParamTypes, type ParamValue } from "./coerce.ts";

/** Options of a marker with a default. */
export interface DefaultOption<D> {
  /**
   * The value to use if the parameter is absent or cannot be converted. Without it such a request is rejected with 400.
   */
  readonly default: D;
}

/**
 * Injects the bound form of the action, if it is this form.
 *
 * @param form The form or formset, as defined.
 * @returns The marker. Resolving it while another form or none is bound is a programming error (500).
 *
 * @example In a dependency that several actions share
 * ```ts
 * import { defineForm, dependency, DForm, field } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const Search = defineForm("search", { fields: { q: field.text() } });
 * const words = dependency(async ({ deps }) => (await deps.get(DForm(Search))).values.q.split(" "));
 * assertEquals(words.kind, "dependency");
 * ```
 */
export function DForm<F extends AnyForm>(form: F): Marker<BoundOf<F>> {
  return createMarker("form", { form });
}

/**
 * Injects a route parameter, as text or converted to a type: `DUrl("id")`, `DUrl("id", Number)`, `DUrl("rest", [String])`.
 *
 * The parameters are those of the origin page, or of the page that the call names. An action that injects one without a
 * default responds with 400, before any code of it runs, if the call names no page.
 *
 * @param name The name, as in the folder `[name]` or `[...name]`.
 * @param type `String`, `Number`, `Boolean`, `BigInt`, `Date`, a Standard Schema, a function of the text, or an array
 *   with one of these for a rest parameter. Default: `String`.
 * @param options The default: `{ default: 1 }`.
 * @returns The marker. Without a default, a value that is absent or cannot be converted is rejected with 400.
 * @throws {TypeError} If the type is invalid.
 *
 * @example A note by its id
 * ```ts
 * import { action, DUrl } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const archive = action("archive", { inject: { id: DUrl("id", Number) } }, ({ id }) => ({ archived: id.toFixed(0) }));
 * assertEquals(archive.name, "archive");
 * ```
 */
export function DUrl(name: string): Marker<string>;
// `NoInfer`: the type of the default comes from the options, not from the place where the marker is used.
/** Injects a parameter, converted to a type, with an optional default. */
export function DUrl<const T extends ParamTypes, D = never>(
  name: string,
  type: T,
  options?: DefaultOption<D>,
): Marker<ParamValue<T> | NoInfer<D>>;
export function DUrl(name: string, type: ParamTypes = String, options: object = {}): Marker<unknown> {
  return createParameterMarker("DUrl", "url", name, type, options);
}

/**
 * Injects a query parameter, as text or converted to a type; the first one if it repeats. An array with one type
 * injects every value of the name, including `name[]`; without one, the empty array.
 *
 * The query is that of `ctx.url`: for a form post, the query of the origin page.
 *
 * @param name The name.
 * @param type `String`, `Number`, `Boolean`, `BigInt`, `Date`, a Standard Schema, a function of the text, or an array
 *   with one of these. Default: `String`.
 * @param options The default: `{ default: 1 }`.
 * @returns The marker. Without a default, a value that is absent or cannot be converted is rejected with 400.
 * @throws {TypeError} If the type is invalid.
 *
 * @example A page number and some tags
 * ```ts
 * import { action, DQuery } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const list = action("list", {
 *   method: "GET",
 *   inject: { page: DQuery("page", Number, { default: 1 }), tags: DQuery("tag", [String]) },
 * }, ({ page, tags }) => ({ page, tags }));
 * assertEquals(list.method, "GET");
 * ```
 */
export function DQuery(name: string): Marker<string>;
// `NoInfer`: the type of the default comes from the options, not from the place where the marker is used.
/** Injects a parameter, converted to a type, with an optional default. */
export function DQuery<const T extends ParamTypes, D = never>(
  name: string,
  type: T,
  options?: DefaultOption<D>,
): Marker<ParamValue<T> | NoInfer<D>>;
export function DQuery(name: string, type: ParamTypes = String, options: object = {}): Marker<unknown> {
  return createParameterMarker("DQuery", "query", name, type, options);
}

/**
 * Injects a value of the page's `context`, its own or inherited.
 *
 * Outside a page render, the guards run first: `render` of the page that the call is about, then `render` of the page
 * that declares the value. Each runs once per request, and its denial is the response of the action.
 *
 * @typeParam T The type of the value; the context function is trusted to return it.
 * @param name The name.
 * @param options The default, for pages without the name.
 * @returns The marker. Without a default, a name without a context function is a programming error (500).
 *
 * @example A context function that uses another
 * ```ts
 * import { DContext, type RequestContext } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * export const context = {
 *   team: () => ({ name: "Blue" }),
 *   title: async ({ deps }: RequestContext) => `Team ${(await deps.get(DContext<{ name: string }>("team"))).name}`,
 * };
 * assertEquals(Object.keys(context), ["team", "title"]);
 * ```
 */
export function DContext<T = unknown>(name: string): Marker<T>;
/** Injects a value of the page's `context`, with a default for pages without the name. */
export function DContext<T = unknown, D = T>(name: string, options: DefaultOption<D>): Marker<T | D>;
export function DContext(name: string, options: object = {}): Marker<unknown> {
  return createMarker("context", { name, ...options });
}

/**
 * Injects the value of a dependency.
 *
 * @param dependency A dependency made by `dependency()`.
 * @returns The marker.
 * @throws {TypeError} If the value is not a dependency.
 *
 * @example The current user
 * ```ts
 * import { action, dependency, Depends } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const currentUser = dependency("user", ({ request }) => request.headers.get("x-user") ?? "guest");
 * const whoAmI = action("who_am_i", { inject: { user: Depends(currentUser) } }, ({ user }) => user.toUpperCase());
 * assertEquals(whoAmI.name, "who_am_i");
 * ```
 */
export function Depends<T>(dependency: Dependency<T>): Marker<T> {
  if (dependency?.kind !== "dependency") {
    throw new TypeError(
      `Cannot depend on ${describeArgument(dependency)}: it is not a dependency; create one with dependency()`,
    );
  }
  return createMarker("depends", { dependency });
}

function createMarker<T>(source: string, options: Readonly<Record<string, unknown>>): Marker<T> {
  return Object.freeze({ kind: "marker", source, options: Object.freeze(options) });
}

function createParameterMarker<T>(
  marker: string,
  source: string,
  name: string,
  type: ParamTypes,
  options: object,
): Marker<T> {
  if (isParamType(Array.isArray(type) && type.length === 1 ? type[0] : type)) {
    return createMarker(source, { name, type, ...options });
  }
  const remedy = "use String, Number, Boolean, BigInt, Date, a schema, a function, or an array with one of them";
  throw new TypeError(`Cannot read ${marker}("${name}") as ${describeArgument(type)}: the type is invalid; ${remedy}`);
}

function describeArgument(value: unknown): string {
  return typeof value === "function" ? `function ${value.name}` : JSON.stringify(value) ?? String(value);
}
