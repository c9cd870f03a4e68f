// Whether the client of a request runs scripts, which load regions after their page.
//
// ```
// first page ── the regions are in it ──▶ the runtime sets the cookie
// next page ◀── the cookie ── fallbacks, and for a browser whose scripts were turned off: <noscript> leads to "?_hyper_scripts_off="
// that URL ── the regions are in the page ──▶ the cookie is deleted
// ```
import type { Cookies } from "../cookies.ts";
import { SCRIPTS_COOKIE, SCRIPTS_OFF_FIELD } from "../protocol/region_names.ts";

/** The request header by which {@linkcode hasScripts} decides, for `Vary`. */
export const SCRIPTS_VARY = "Cookie";

/** Returns whether scripts have run in the client of a request. */
export function hasScripts(cookies: Pick<Cookies, "get">): boolean {
  return cookies.get(SCRIPTS_COOKIE) === "1";
}

/** Returns the URL of a page for a browser without scripts. */
export function withScriptsOff(url: URL): URL {
  const target = new URL(url);
  target.searchParams.set(SCRIPTS_OFF_FIELD, "");
  return target;
}

/** Deletes the cookie if scripts do not run, by the URL. */
export function noteScriptsOff({ searchParams }: URL, cookies: Cookies): void {
  if (searchParams.has(SCRIPTS_OFF_FIELD) && hasScripts(cookies)) cookies.delete({ name: SCRIPTS_COOKIE });
}
