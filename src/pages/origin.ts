// The origin page of a call: the page that rendered the form, and its parameters. A form names it in the URL that it is posted to,
// so that it is known before the body is read, and in two hidden fields (seed 004).
import { basename, dirname, isAbsolute, join, normalize, resolve } from "@std/path";
import type { Params } from "../context.ts";
import { InputError } from "../errors.ts";
import { FORM_ENDPOINT, ORIGIN_PAGE_FIELD, ORIGIN_URL_FIELD, PROTOCOL_FIELDS } from "../protocol/names.ts";
import { pathFault } from "../http/canonical.ts";
import { workingDirectory } from "../platform/environment.ts";
import { isFileSync, realPathSync } from "../platform/files.ts";
import { isInside } from "./inside.ts";
import type { Manifest, PageRoute } from "./manifest.ts";
import { parsePattern } from "./route.ts";

/** The origin fields of a form; `null` for one that was not sent. User input that is not trusted. */
export interface OriginClaim {
  /** The field `_next_form_page`. */
  readonly page: string | null;
  /** The field `_next_form_origin`. */
  readonly url: string | null;
}

/** The origin page of a call. */
export interface OriginPage {
  /** The page; `null` if no page matches the URL and `not_found.tsx` was rendered. */
  readonly route: PageRoute | null;
  /** The parameters in its URL. */
  readonly params: Params;
  /** Its URL on this site, without the fields of the protocol. */
  readonly url: URL;
}

/** Reads the origin fields of forms. */
export interface Origins {
  /**
   * Returns the page that the origin fields of a form name.
   *
   * The path of the page is compared with those of the manifest and never reaches the file system. The URL must lead to the same
   * page. Without a URL, a page without parameters has its only path.
   *
   * @param claim The fields.
   * @param own The URL that was posted to: its origin is this site.
   * @returns The page, or `null` if the fields do not name a page of this handler.
   */
  resolveOrigin(claim: OriginClaim, own: URL): OriginPage | null;
  /**
   * Returns the page at an address of this site.
   *
   * @param address A path and a query, as a form names its page: user input.
   * @param own The URL that was posted to: its origin is this site.
   * @returns The page, which may be `not_found.tsx`; `null` if the text is not an address of this site.
   */
  resolveAddress(address: string, own: URL): OriginPage | null;
  /**
   * Returns whether the field `_next_form_page` names the page of an address.
   *
   * @param field The value of the field.
   * @param page The page at the address.
   */
  isFileOf(field: string, page: OriginPage): boolean;
}

/** Options for {@linkcode originFields}. */
export interface OriginFieldsOptions {
  /** Names the page by its path from `baseDir`, or by its absolute path, which shows every user where it is on the server's disk. */
  readonly originPath: "relative" | "absolute";
  /** `baseDir` as an absolute path. */
  readonly baseDir: string;
}

const PAGE_NAMES = ["page.tsx", "page.ts", "page.jsx", "page.js"];
// URL parsers drop tab, CR and LF, read a backslash in a path as a slash, and trim other control characters: a browser would
// follow such a string to another URL than it names (CVE-2026-64941). In a query, a backslash has no special meaning.
// deno-lint-ignore no-control-regex
const UNSAFE_IN_URL = /[\u0000-\u0020\u007f#]|^[^?]*\\/;

/**
 * Makes the reader of the origin fields of forms.
 *
 * @param baseDir The root of the application.
 */
export function createOrigins(manifest: Manifest, baseDir: string = manifest.baseDir): Origins {
  const base = resolve(baseDir);
  const routes = new Map<string, PageRoute>();
  // By the exact field that our forms send, so that no path has to be resolved.
  const fields = new Map<string, PageRoute>();
  for (const route of manifest.routes) {
    for (const path of pathsOf(route, base)) routes.set(path, route);
    fields.set(route.file, route);
  }
  const routeOf = (field: string): PageRoute | undefined =>
    fields.get(field) ?? routes.get(absolutePath(field, base) ?? "");
  const pageOf = (url: URL): OriginPage => {
    const match = manifest.router.match(url.pathname);
    return { route: match?.route ?? null, params: match?.params ?? NO_PARAMS, url: withoutProtocol(url) };
  };
  // Rendered if no page is found: forms in its layouts lead back to the URL of the request.
  const fallback = (manifest.notFound ?? manifest.errorPage)?.file ?? null;
  const isFileOf = (field: string, { route }: OriginPage): boolean => {
    if (route !== null) return routeOf(field) === route;
    return fallback !== null && (field === fallback || field === join(base, fallback));
  };
  return {
    resolveOrigin({ page, url }, own) {
      if (page === null) return null;
      const target = url === null ? onlyUrl(routeOf(page), own) : parseLocalUrl(url, own);
      if (target === null) return null;
      const origin = pageOf(target);
      return isFileOf(page, origin) ? origin : null;
    },
    resolveAddress(address, own) {
      const target = parseLocalUrl(address, own);
      // The URL that a form is posted to is never that of a page.
      if (target === null || target.pathname.startsWith(FORM_ENDPOINT)) return null;
      const origin = pageOf(target);
      // Without a page of the application, no form was rendered there.
      return origin.route === null && fallback === null ? null : origin;
    },
    isFileOf,
  };
}

const NO_PARAMS: Params = Object.freeze({});

/**
 * Returns a URL without the fields of the protocol: that of the page.
 */
export function withoutProtocol(url: URL): URL {
  if (url.search === "") return url;
  const pairs = url.search.slice(1).split("&");
  const kept = pairs.filter((pair) => !isProtocolPair(pair));
  if (kept.length === pairs.length) return url;
  // Joined as they were written: `searchParams` would encode the rest in another way, which makes another URL.
  const plain = new URL(url);
  plain.search = kept.join("&");
  return plain;
}

function isProtocolPair(pair: string): boolean {
  const [name] = new URLSearchParams(pair).keys();
  return name !== undefined && PROTOCOL_FIELDS.has(name);
}

/** Maximum size of an address in the URL of a form, in encoded bytes: proxies and logs reject long URLs. */
const ADDRESS_BYTES = 1_024;

/**
 * Adds the origin page to the URL that a form is posted to.
 *
 * An address of more than 1,024 encoded bytes is named by its path and an empty query, `/search?`: the whole address is in the body,
 * in the field `_next_form_origin`, and the page is known after that has been read.
 *
 * @param endpoint The URL, from the backend of the action.
 * @param address The path and query of the page, as in the hidden field.
 */
export function withOriginPage(endpoint: string, address: string): string {
  const [url = "", ...fragment] = endpoint.split("#");
  // The backend has named the page itself: a URL that names it twice would be rejected.
  if (NAMES_PAGE.test(url)) return endpoint;
  const named = `${url}${url.includes("?") ? "&" : "?"}${ORIGIN_URL_FIELD}=${
    encodeURIComponent(shortAddress(address))
  }`;
  return [named, ...fragment].join("#");
}

/**
 * Returns the address of a page for a URL: the path and an empty query if it has more than 1,024 encoded bytes.
 */
export function shortAddress(address: string): string {
  const query = address.indexOf("?");
  if (query === -1 || encodeURIComponent(address).length <= ADDRESS_BYTES) return address;
  return address.slice(0, query + 1);
}

const NAMES_PAGE = new RegExp(`[?&]${ORIGIN_URL_FIELD}=`);

/**
 * Returns the page that the URL of a call names.
 *
 * @returns The address; `null` if the URL names none. `isWhole` is `false` if the whole address is in the body.
 * @throws {InputError} With status 400 when the URL names more than one page.
 */
export function originInUrl(url: URL): { readonly address: string; readonly isWhole: boolean } | null {
  if (!url.search.includes(ORIGIN_URL_FIELD)) return null;
  const [address, ...others] = url.searchParams.getAll(ORIGIN_URL_FIELD);
  if (address === undefined) return null;
  if (others.length > 0) throw new InputError(400, `Cannot read the URL: it has "${ORIGIN_URL_FIELD}" more than once`);
  return { address, isWhole: address.indexOf("?") !== address.length - 1 || address === "" };
}

/**
 * Returns the hidden fields that name the page of a form, by name.
 *
 * @param file The page's path from `baseDir`.
 * @param url The URL that the page is rendered for.
 */
export function originFields(
  file: string,
  url: URL,
  { originPath, baseDir }: OriginFieldsOptions,
): Readonly<Record<string, string>> {
  return {
    [ORIGIN_PAGE_FIELD]: originPath === "absolute" ? join(baseDir, file) : file,
    [ORIGIN_URL_FIELD]: pageAddress(url),
  };
}

/**
 * Checks the path of a page file (seed 004, "Origin Page Validation").
 *
 * The path is valid if its basename is `page.tsx`, `page.ts`, `page.jsx` or `page.js`, it is inside `baseDir` after links are
 * followed, and it is a file or its folder has a `template` file. The function reads the file system: do not pass user input. The
 * handler compares the fields of forms with the pages that it found on startup instead.
 *
 * @param value The path, absolute or from `baseDir`.
 * @param options The root of the application; with `null` no path is valid. Default: the working directory.
 * @returns The real path, or `null`.
 *
 * @example Paths that are not pages
 * ```ts
 * import { validatedNextFormPagePath } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(validatedNextFormPagePath(""), null);
 * assertEquals(validatedNextFormPagePath("/etc/passwd"), null);
 * ```
 */
export function validatedNextFormPagePath(
  value: unknown,
  { baseDir = workingDirectory() }: { readonly baseDir?: string | null | undefined } = {},
): string | null {
  if (typeof value !== "string" || baseDir === null) return null;
  const base = resolve(baseDir);
  const path = absolutePath(value, base);
  if (path === null) return null;
  const realBase = realPathOf(base);
  if (realBase === null) return null;
  const real = realPathOf(path);
  if (real !== null) return isInside(realBase, real) && isExistingFile(real) ? real : null;
  // The file does not exist: the folder may have a template only.
  const realDir = realPathOf(dirname(path));
  if (realDir === null || !isInside(realBase, realDir)) return null;
  const hasTemplate = PAGE_NAMES.some((name) => isExistingFile(join(realDir, name.replace("page", "template"))));
  return hasTemplate ? join(realDir, basename(path)) : null;
}

/** Returns every path by which a form may name a page, as absolute paths. */
function pathsOf(route: PageRoute, baseDir: string): readonly string[] {
  const file = join(baseDir, route.file);
  const paths = route.realFile === null ? [file] : [file, route.realFile];
  // In a folder with a template, each of the four names of a page is accepted.
  return route.hasTemplate ? paths.flatMap((path) => PAGE_NAMES.map((name) => join(dirname(path), name))) : paths;
}

/** Returns the path as an absolute one, without reading the disk; `null` if it does not name a page file. */
function absolutePath(value: string, baseDir: string): string | null {
  // deno-lint-ignore no-control-regex -- no path of a page has one, and U+0000 would end it for the file system
  if (value.trim() === "" || /[\u0000-\u001f\u007f]/.test(value)) return null;
  const path = isAbsolute(value) ? normalize(value) : join(baseDir, value);
  return PAGE_NAMES.includes(basename(path)) && !/[\\/]$/.test(value) ? path : null;
}

function onlyUrl(route: PageRoute | undefined, own: URL): URL | null {
  if (route === undefined) return null;
  const { segments } = parsePattern(route.pattern);
  const texts = segments.map((segment) => segment.kind === "static" ? encodeURIComponent(segment.text) : null);
  return texts.includes(null) ? null : new URL(`/${texts.join("/")}`, own);
}

function parseLocalUrl(value: string, own: URL): URL | null {
  if (!value.startsWith("/") || value.startsWith("//") || UNSAFE_IN_URL.test(value)) return null;
  // The same rules as for the URL of a request: no page was served for any other.
  if (pathFault(pathOfAddress(value)) !== null) return null;
  // Joined, not resolved: for a path with one leading slash the result is the same, in a fraction of the time.
  const url = URL.parse(own.origin + value);
  return url !== null && url.origin === own.origin ? url : null;
}

/**
 * Returns the path of an address, as it was written.
 */
export function pathOfAddress(address: string): string {
  return address.split("?", 1)[0] ?? "";
}

function pageAddress(url: URL): string {
  // The query of the page may have called an action: leading back there must not run it again.
  const page = withoutProtocol(url);
  return page.pathname + page.search;
}

function realPathOf(path: string): string | null {
  try {
    return realPathSync(path);
  } catch {
    // A path that cannot be resolved, for whatever reason, is not that of a page (seed 004).
    return null;
  }
}

function isExistingFile(path: string): boolean {
  try {
    return isFileSync(path);
  } catch {
    // As above.
    return false;
  }
}
