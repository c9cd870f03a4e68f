/**
 * URLs of pages: made from a pattern, and brought to the one form each page has.
 *
 * @module
 */
import type { ParamName, PatternParts } from "./route.ts";
import { createRouter, parsePattern } from "./route.ts";

/** What a parameter may be given as when a URL is made. */
export type ParamInput = string | number | bigint;

/**
 * The parameters that {@linkcode pageUrl} needs for a pattern: one value for `[name]`, a list of at least one for
 * `[...name]`.
 *
 * @typeParam P The pattern, such as `"/notes/[id]"`.
 */
export type PageUrlParams<P extends string> = string extends P
  ? Readonly<Record<string, ParamInput | readonly ParamInput[]>>
  : {
    readonly [S in PatternParts<P> as ParamName<S>]: S extends `[...${string}]` ? readonly ParamInput[] : ParamInput;
  };

/** What a query parameter may be given as: a list repeats the name, `null` and `undefined` leave it out. */
export type QueryInput = ParamInput | boolean | null | undefined | readonly (ParamInput | boolean)[];

/** What {@linkcode pageUrl} may be told beside the parameters. */
export interface PageUrlOptions {
  /** Query parameters in the order they are to come. Default: none. */
  readonly query?: Readonly<Record<string, QueryInput>> | undefined;
}

/** What follows the pattern: the parameters may be left out where the pattern has none. */
export type PageUrlArguments<P extends string> = string extends P
  ? [params?: PageUrlParams<P>, options?: PageUrlOptions]
  : [ParamName<PatternParts<P>>] extends [never] ? [params?: Readonly<Record<string, never>>, options?: PageUrlOptions]
  : [params: PageUrlParams<P>, options?: PageUrlOptions];

/**
 * Makes the URL of a page from its pattern, percent-encoded: path and query, without an origin.
 *
 * The names and kinds of the parameters are checked by the compiler where the pattern is written out. Values are encoded so
 * that the page gets them back as they are; what no path can carry is an error: an empty value, `.` and `..`, and values
 * with a slash, a backslash, a control character or half a surrogate pair.
 *
 * @param pattern The page's pattern: the folder names from `pages/` on. `(group)` parts may be written or left out.
 * @param args The parameters by name, then the query under `query`.
 * @returns The path and query.
 * @throws {TypeError} When the pattern is malformed, or a value is missing or cannot be carried.
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
        `Cannot make the URL of "${pattern}": "${segment.name}" is ${quote(value)}, a list of at least one is needed`,
      );
    }
    return value.map((part) => encodeParam(part, segment.name, pattern));
  });
  const search = formatQuery(query);
  return `/${segments.join("/")}${search === "" ? "" : `?${search}`}`;
}

/**
 * The one form of a path: without a slash at its end, but for the root. The policy on trailing slashes is here and nowhere
 * else.
 *
 * @param pathname The path of a URL.
 * @returns The path in its one form.
 */
export function canonicalPath(pathname: string): string {
  let end = pathname.length;
  while (end > 1 && pathname[end - 1] === "/") end--;
  return pathname.slice(0, end);
}

/**
 * Decides where a request is sent on to that asked for a page under another form of its path; to be answered with 308, so
 * that the method is kept.
 *
 * @param url The URL that was asked for.
 * @returns The path in its one form, with the query as it came, or `null` where nothing is to be done.
 */
export function trailingSlashRedirect(url: Pick<URL, "pathname" | "search">): string | null {
  const path = canonicalPath(url.pathname);
  // `//evil.test/` without its last slash is the address of another host (RFC 3986, 4.2). No page has an empty segment.
  if (path === url.pathname || path.startsWith("//")) return null;
  return `${path}${url.search}`;
}

function encodeParam(value: unknown, name: string, pattern: string): string {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text === "string" && text.isWellFormed()) {
    const encoded = encodeURIComponent(text);
    // The router is asked rather than its rules repeated: what it gives back is what the page will get.
    if (roundTrip.match(`/${encoded}`)?.params.value === text) return encoded;
  }
  throw new TypeError(`Cannot make the URL of "${pattern}": no path can carry ${quote(value)} as "${name}"`);
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

function quote(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
