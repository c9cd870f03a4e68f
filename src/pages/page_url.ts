// URLs of pages: made from a pattern, and brought to their canonical form.
import type { ParamName, PatternParts } from "./route.ts";
import { createRouter, parsePattern } from "./route.ts";

/** A value of a parameter in {@linkcode pageUrl}. */
export type ParamInput = string | number | bigint;

/**
 * The parameters that {@linkcode pageUrl} needs for a pattern: one value for `[name]`, a list of at least one for `[...name]`.
 *
 * @typeParam P The pattern, such as `"/notes/[id]"`.
 */
export type PageUrlParams<P extends string> = string extends P
  ? Readonly<Record<string, ParamInput | readonly ParamInput[]>>
  : {
    readonly [S in PatternParts<P> as ParamName<S>]: S extends `[...${string}]` ? readonly ParamInput[] : ParamInput;
  };

/** A value of a query parameter: a list repeats the name; `null` and `undefined` omit it. */
export type QueryInput = ParamInput | boolean | null | undefined | readonly (ParamInput | boolean)[];

/** Options for {@linkcode pageUrl}. */
export interface PageUrlOptions {
  /** Query parameters, in the order of the URL. Default: none. */
  readonly query?: Readonly<Record<string, QueryInput>> | undefined;
}

/** The arguments of {@linkcode pageUrl} after the pattern. The parameters may be omitted if the pattern has none. */
export type PageUrlArguments<P extends string> = string extends P
  ? [params?: PageUrlParams<P>, options?: PageUrlOptions]
  : [ParamName<PatternParts<P>>] extends [never] ? [params?: Readonly<Record<string, never>>, options?: PageUrlOptions]
  : [params: PageUrlParams<P>, options?: PageUrlOptions];

/**
 * Makes the URL of a page from its pattern: path and query, percent-encoded, without an origin.
 *
 * If the pattern is a literal, the compiler checks the names and types of the parameters. Values are encoded so that the page
 * gets them back unchanged. A value that no path can contain is an error: an empty value, `.`, `..`, and values with a slash, a
 * backslash, a control character or an unpaired surrogate.
 *
 * @param pattern The page's pattern: the names of its folders below `pages/`. `(group)` parts may be omitted.
 * @param args The parameters by name, then the options.
 * @returns The path and query.
 * @throws {TypeError} When the pattern is malformed, or a value is missing or cannot be a part of a path.
 *
 * @example A page with a parameter
 * ```ts
 * import { pageUrl } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pageUrl("/notes/[id]", { id: 7 }), "/notes/7");
 * assertEquals(pageUrl("/files/[...path]", { path: ["a b", "c"] }), "/files/a%20b/c");
 * ```
 *
 * @example With a query
 * ```ts
 * import { pageUrl } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pageUrl("/notes", {}, { query: { q: "tea", tag: ["a", "b"], page: null } }), "/notes?q=tea&tag=a&tag=b");
 * ```
 */
export function pageUrl<const P extends string>(pattern: P, ...args: PageUrlArguments<P>): string {
  const [params = {}, { query = {} } = {}] = args;
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(params));
  const segments = parsePattern(pattern).segments.flatMap((segment) => {
    if (segment.kind === "static") return encodeURIComponent(segment.text);
    const value = values.get(segment.name);
    if (segment.kind === "param") return encodeParam(value, segment.name, pattern);
    if (!Array.isArray(value) || value.length === 0) {
      throw new TypeError(
        `Cannot make the URL of "${pattern}": "${segment.name}" is ${
          quoteParam(value)
        }; pass a list of at least one value`,
      );
    }
    return value.map((part) => encodeParam(part, segment.name, pattern));
  });
  const search = formatQuery(query);
  return `/${segments.join("/")}${search === "" ? "" : `?${search}`}`;
}

/**
 * Returns the URL without trailing slashes to redirect a request to; `null` if its path has none, as the path of every page does.
 * Redirect with 308, which keeps the method.
 */
export function trailingSlashRedirect({ pathname, search }: Pick<URL, "pathname" | "search">): string | null {
  let end = pathname.length;
  while (end > 1 && pathname[end - 1] === "/") end--;
  // `//evil.test/` without its trailing slash is the URL of another host (RFC 3986, 4.2). No page has an empty segment.
  const path = pathname.slice(0, end);
  return path === pathname || path.startsWith("//") ? null : path + search;
}

function encodeParam(value: unknown, name: string, pattern: string): string {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text === "string" && text.isWellFormed()) {
    const encoded = encodeURIComponent(text);
    // Matched by a router, so that its rules are not repeated here: its value is the one that the page gets.
    if (roundTrip.match(`/${encoded}`)?.params.value === text) return encoded;
  }
  throw new TypeError(
    `Cannot make the URL of "${pattern}": no path can contain ${
      quoteParam(value)
    } as "${name}"; pass a string without "/", "\\" and control characters`,
  );
}

const roundTrip = createRouter([{ pattern: "/[value]", file: "any page" }]);

function formatQuery(query: Readonly<Record<string, QueryInput>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    for (const one of isList(value) ? value : [value]) search.append(name, String(one));
  }
  return search.toString();
}

function isList(value: QueryInput): value is readonly (ParamInput | boolean)[] {
  return Array.isArray(value);
}

function quoteParam(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
