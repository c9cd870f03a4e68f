/**
 * Markers: places in a request that a value is read from, as typed values that stand in `inject`.
 *
 * @module
 */
import type { Dependency, Marker } from "../context.ts";
import type { AnyForm, BoundOf } from "../forms/any_form.ts";
import { isParamType, type ParamTypes, type ParamValue } from "./coerce.ts";

/** What stands in where a value is absent or cannot be read. */
export interface DefaultOption<D> {
  /** The value to use instead. Without it a value that is absent or cannot be read is refused with 400. */
  readonly default: D;
}

/**
 * The bound form of the action, when it is this form.
 *
 * @param form The form or formset, as it was defined.
 * @returns The marker. It is an error of the programmer (500) to resolve it where another form, or none, is bound.
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
 * A parameter of the route, as text.
 *
 * The parameters are those of the page the request is about: in a form post the page that the form was rendered for. An action
 * that injects one without a default is 400 where the call names no page, before anything runs.
 *
 * @param name The name, as in the folder `[name]`.
 * @returns The marker. A page without such a parameter is refused with 400.
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
/**
 * A parameter of the route, read as a type: `DUrl("id", Number)`, `DUrl("rest", [String])`.
 *
 * @param name The name, as in the folder `[name]` or `[...name]`.
 * @param type `String`, `Number`, `Boolean`, `BigInt`, `Date`, a Standard Schema, a function of the text, or a list of
 * one of these for a rest parameter.
 * @returns The marker. What cannot be read is refused with 400.
 */
export function DUrl<const T extends ParamTypes>(name: string, type: T): Marker<ParamValue<T>>;
/**
 * A parameter of the route with a default: `DUrl("id", Number, { default: 1 })`.
 *
 * @param name The name.
 * @param type The type to read it as.
 * @param options The default.
 * @returns The marker.
 */
export function DUrl<const T extends ParamTypes, D>(
  name: string,
  type: T,
  options: DefaultOption<D>,
): Marker<ParamValue<T> | D>;
export function DUrl(name: string, type: ParamTypes = String, options: object = {}): Marker<unknown> {
  checkTypes("DUrl", name, type);
  return createMarker("url", { name, type, ...options });
}

/**
 * A parameter of the query, as text; the first where it repeats.
 *
 * The query is that of `ctx.url`: in a form post of the page the form stands on.
 *
 * @param name The name.
 * @returns The marker. An absent parameter is refused with 400.
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
/**
 * A parameter of the query, read as a type; with a list of one type, every value of a name that repeats, `name[]`
 * included, and the empty list where there is none.
 *
 * @param name The name.
 * @param type `String`, `Number`, `Boolean`, `BigInt`, `Date`, a Standard Schema, a function of the text, or a list of
 * one of these.
 * @returns The marker. What is absent or cannot be read is refused with 400.
 */
export function DQuery<const T extends ParamTypes>(name: string, type: T): Marker<ParamValue<T>>;
/**
 * A parameter of the query with a default.
 *
 * @param name The name.
 * @param type The type to read it as.
 * @param options The default.
 * @returns The marker.
 */
export function DQuery<const T extends ParamTypes, D>(
  name: string,
  type: T,
  options: DefaultOption<D>,
): Marker<ParamValue<T> | D>;
export function DQuery(name: string, type: ParamTypes = String, options: object = {}): Marker<unknown> {
  checkTypes("DQuery", name, type);
  return createMarker("query", { name, type, ...options });
}

/**
 * A value of the page's `context`, by the name it is provided under, its own or inherited.
 *
 * Outside a render of the page, the guards come first: `render` of the page that the call is about, then `render` of the page
 * that declares the value. Each is called once for a request, and its denial is the answer of the action.
 *
 * @typeParam T The type of the value; the page's provider is trusted to give it.
 * @param name The name.
 * @returns The marker. A name that no provider has is an error of the programmer (500).
 *
 * @example One provider that uses another
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
/**
 * A value of the page's `context`, with a default for pages that provide none of the name.
 *
 * @typeParam T The type of the value.
 * @param name The name.
 * @param options The default.
 * @returns The marker.
 */
export function DContext<T = unknown, D = T>(name: string, options: DefaultOption<D>): Marker<T | D>;
export function DContext(name: string, options: object = {}): Marker<unknown> {
  return createMarker("context", { name, ...options });
}

/**
 * The value of a dependency.
 *
 * @param dependency What `dependency()` gave.
 * @returns The marker.
 * @throws {TypeError} When it is no dependency.
 *
 * @example The user who asks
 * ```ts
 * import { action, dependency, Depends } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const currentUser = dependency("user", ({ request }) => request.headers.get("x-user") ?? "nobody");
 * const whoAmI = action("who_am_i", { inject: { user: Depends(currentUser) } }, ({ user }) => user.toUpperCase());
 * assertEquals(whoAmI.name, "who_am_i");
 * ```
 */
export function Depends<T>(dependency: Dependency<T>): Marker<T> {
  if (dependency?.kind !== "dependency") {
    throw new TypeError(
      `Cannot depend on ${describeArgument(dependency)}: a dependency made by dependency() is needed`,
    );
  }
  return createMarker("depends", { dependency });
}

function createMarker<T>(source: string, options: Readonly<Record<string, unknown>>): Marker<T> {
  return Object.freeze({ kind: "marker", source, options: Object.freeze(options) });
}

function checkTypes(marker: string, name: string, type: unknown): void {
  const one = Array.isArray(type) && type.length === 1 ? type[0] : type;
  if (isParamType(one)) return;
  throw new TypeError(
    `Cannot read ${marker}("${name}") as ${
      describeArgument(type)
    }: a type is String, Number, Boolean, BigInt, Date, a schema, a function, or a list of one of them`,
  );
}

function describeArgument(value: unknown): string {
  return typeof value === "function" ? `function ${value.name}` : JSON.stringify(value) ?? String(value);
}
