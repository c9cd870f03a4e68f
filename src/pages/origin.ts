/**
 * The origin page of a call: the page that a form was rendered for, with the parameters it was rendered with. A form names it in
 * the URL it is posted to, so that it is known before the body is read, and in two hidden fields (seed 004).
 *
 * @module
 */
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

/** What a form says about where it stands; `null` for a field that was not sent. From a visitor: nothing of it is trusted. */
export interface OriginClaim {
  /** The field `_next_form_page`. */
  readonly page: string | null;
  /** The field `_next_form_origin`. */
  readonly url: string | null;
}

/** The page that a call is about, and how it was asked for. */
export interface OriginPage {
  /** The page; `null` where the address leads to no page, and the page for what is not found was shown there. */
  readonly route: PageRoute | null;
  /** The parameters its URL gives. */
  readonly params: Params;
  /** Its URL on this site, without the fields of the protocol. */
  readonly url: URL;
}

/** Reads the origin of forms. */
export interface Origins {
  /**
   * The page a form says it stands on.
   *
   * The page's path is compared with those of the manifest and never reaches the file system. The URL must lead to the same
   * page; without one, a page that has no parameters is taken under its only path.
   *
   * @param claim What the form sent.
   * @param own The URL that was posted to: its origin is this site.
   * @returns The origin, or `null` when what was sent names no page of this handler.
   */
  resolveOrigin(claim: OriginClaim, own: URL): OriginPage | null;
  /**
   * Returns the page at an address of this site.
   *
   * @param address A path and a query, as a form names its page: text of the client.
   * @param own The URL that was posted to: its origin is this site.
   * @returns The page, also the one for what is not found; `null` for what is not an address of this site.
   */
  resolveAddress(address: string, own: URL): OriginPage | null;
  /**
   * Returns whether the field `_next_form_page` names the page of an address.
   *
   * @param field The field, as it was sent.
   * @param page The page that the address leads to.
   */
  isFileOf(field: string, page: OriginPage): boolean;
}

/** How a page is named in the forms it renders. */
export interface OriginFieldsOptions {
  /** The page's path from `baseDir`, or the absolute one, which tells every visitor where it lies on the server's disk. */
  readonly originPath: "relative" | "absolute";
  /** `baseDir` as an absolute path. */
  readonly baseDir: string;
}

const PAGE_NAMES = ["page.tsx", "page.ts", "page.jsx", "page.js"];
// URL parsers drop tab, CR and LF, take a backslash in a path for a slash, and trim other control characters: what a browser
// would then make of such a text is not what it says (CVE-2026-64941). In a query a backslash is a character like any other.
// deno-lint-ignore no-control-regex
const UNSAFE_IN_URL = /[\u0000-\u0020\u007f#]|^[^?]*\\/;

/**
 * Reads the origin of forms for one manifest.
 *
 * @param manifest The pages.
 * @param baseDir The root of the application.
 * @returns What reads origins.
 */
export function createOrigins(manifest: Manifest, baseDir: string = manifest.baseDir): Origins {
  const base = resolve(baseDir);
  const routes = new Map<string, PageRoute>();
  // By what our own forms say, letter by letter: of these no path has to be made.
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
  // Drawn where no page is: forms in its layouts lead back to the address that was asked for.
  const elsewhere = (manifest.notFound ?? manifest.errorPage)?.file ?? null;
  const isFileOf = (field: string, { route }: OriginPage): boolean => {
    if (route !== null) return routeOf(field) === route;
    return elsewhere !== null && (field === elsewhere || field === join(base, elsewhere));
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
      // The address of a form's endpoint is never that of a page.
      if (target === null || target.pathname.startsWith(FORM_ENDPOINT)) return null;
      const origin = pageOf(target);
      // Without a page of the application, no form was ever drawn there.
      return origin.route === null && elsewhere === null ? null : origin;
    },
    isFileOf,
  };
}

const NO_PARAMS: Params = Object.freeze({});

/**
 * Returns an address without the fields of the protocol: that of the page alone.
 *
 * @param url The address.
 */
export function withoutProtocol(url: URL): URL {
  if (url.search === "") return url;
  const pairs = url.search.slice(1).split("&");
  const kept = pairs.filter((pair) => !isProtocolPair(pair));
  if (kept.length === pairs.length) return url;
  // Joined as they were written: `searchParams` would spell the rest in another way, which is another address.
  const plain = new URL(url);
  plain.search = kept.join("&");
  return plain;
}

function isProtocolPair(pair: string): boolean {
  const [name] = new URLSearchParams(pair).keys();
  return name !== undefined && PROTOCOL_FIELDS.has(name);
}

/** Encoded bytes of an address that fit into the URL of a form; proxies and logs refuse long URLs. */
const ADDRESS_BYTES = 1_024;

/**
 * Adds the origin page to the URL that a form is posted to.
 *
 * An address of more than 1,024 encoded bytes is named by its path and an empty query, `/search?`: the rest is in the body, in the
 * field `_next_form_origin`, and the page is not known before that is read.
 *
 * @param endpoint The URL, as the backend of the action gives it.
 * @param address The path and query of the page, as the hidden field has it.
 */
export function withOriginPage(endpoint: string, address: string): string {
  const [url = "", ...fragment] = endpoint.split("#");
  // A backend that names the page in its URLs itself has the last word: named twice, the call would be refused.
  if (NAMES_PAGE.test(url)) return endpoint;
  const named = `${url}${url.includes("?") ? "&" : "?"}${ORIGIN_URL_FIELD}=${
    encodeURIComponent(shortAddress(address))
  }`;
  return [named, ...fragment].join("#");
}

/**
 * Returns the address of a page as a URL can name it: of more than 1,024 encoded bytes the path and an empty query alone.
 *
 * @param address The path and query of the page.
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
 * @param url The URL that was posted to.
 * @returns The address; `null` where the URL names none. `isWhole` is `false` where the rest of it is in the body.
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
 * The hidden fields that lead back to a page, by name.
 *
 * @param file The page's path from `baseDir`.
 * @param url The URL the page is drawn for.
 * @param options How the page is named.
 * @returns The fields.
 */
export function originFields(
  file: string,
  url: URL,
  { originPath, baseDir }: OriginFieldsOptions,
): Readonly<Record<string, string>> {
  return {
    [ORIGIN_PAGE_FIELD]: originPath === "absolute" ? join(baseDir, file) : file,
    [ORIGIN_URL_FIELD]: pathOf(url),
  };
}

/**
 * Checks a path that is to name the file of a page (seed 004, "Origin Page Validation").
 *
 * It is accepted when its basename is `page.tsx`, `page.ts`, `page.jsx` or `page.js`, when with links followed it lies inside
 * `baseDir`, and when it is a file or a `template` file stands beside it. This reads the file system, so give it paths of your
 * own: what a visitor sends is compared with the pages that were found at the start.
 *
 * @param value The path, absolute or from `baseDir`.
 * @param options The root of the application; `null` accepts nothing. Default: the working directory.
 * @returns The real path, or `null`.
 *
 * @example What is no page
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
  if (real !== null) return isInside(realBase, real) && isFile(real) ? real : null;
  // No such file: the folder may be routed by its template alone.
  const realDir = realPathOf(dirname(path));
  if (realDir === null || !isInside(realBase, realDir)) return null;
  const hasTemplate = PAGE_NAMES.some((name) => isFile(join(realDir, name.replace("page", "template"))));
  return hasTemplate ? join(realDir, basename(path)) : null;
}

/** Every spelling of a page that a form may send, as absolute paths. */
function pathsOf(route: PageRoute, baseDir: string): readonly string[] {
  const file = join(baseDir, route.file);
  const paths = route.realFile === null ? [file] : [file, route.realFile];
  // Where a template stands, a page of any of the four names counts as being there.
  return route.hasTemplate ? paths.flatMap((path) => PAGE_NAMES.map((name) => join(dirname(path), name))) : paths;
}

/** The path as an absolute one, by its text alone; `null` when it does not name a page file. */
function absolutePath(value: string, baseDir: string): string | null {
  // deno-lint-ignore no-control-regex -- no path of ours holds one, and U+0000 would end it for the file system
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
  // Held to what an address that is asked for is held to: under another one no page was served.
  if (pathFault(pathOfAddress(value)) !== null) return null;
  // Joined, not resolved: for a path with one slash at its beginning this is the same, at a fraction of the time.
  const url = URL.parse(own.origin + value);
  return url !== null && url.origin === own.origin ? url : null;
}

/**
 * Returns the path of an address, as it was written.
 *
 * @param address A path and a query.
 */
export function pathOfAddress(address: string): string {
  return address.split("?", 1)[0] ?? "";
}

function pathOf(url: URL): string {
  // A page drawn for an action that was asked for in the query: leading back there must not run the action again.
  const page = withoutProtocol(url);
  return page.pathname + page.search;
}

function realPathOf(path: string): string | null {
  try {
    return realPathSync(path);
  } catch {
    // Whatever keeps a path from being resolved, it names no page (seed 004).
    return null;
  }
}

function isFile(path: string): boolean {
  try {
    return isFileSync(path);
  } catch {
    // As above.
    return false;
  }
}
