/**
 * Going back to where a form stands.
 *
 * @module
 */
import type { RedirectItem } from "../results/item.ts";
import { redirect } from "../results/items.ts";

/** What {@linkcode redirectToOrigin} reads of a handler's context. */
export interface OriginPageContext {
  /** The address of the page the call came from, or `null` where it is not known. */
  readonly originPage: URL | null;
}

/** Where {@linkcode redirectToOrigin} leads when the page is not known. */
export interface RedirectToOriginOptions {
  /** A URL of this site. Default: `/`. */
  readonly fallback?: string | undefined;
}

/**
 * Sends the visitor back to the page the form stands on, under the address it was asked for, query included.
 *
 * That page was found among those of the manifest, so that the way back never leads to another site.
 *
 * @param ctx The handler's context.
 * @param options Where to go when the page is not known.
 * @returns A redirect, for the handler to return.
 *
 * @example
 * ```ts
 * import { action, redirectToOrigin, toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const save = action("save", (ctx) => [toast("Saved"), redirectToOrigin(ctx, { fallback: "/notes" })]);
 * assertEquals(save.name, "save");
 * assertEquals(redirectToOrigin({ origin: null }, { fallback: "/notes" }).url, "/notes");
 * assertEquals(redirectToOrigin({ origin: new URL("http://localhost/notes?q=milk") }).url, "/notes?q=milk");
 * ```
 */
export function redirectToOrigin(ctx: OriginPageContext, options: RedirectToOriginOptions = {}): RedirectItem {
  const { originPage } = ctx;
  return redirect(originPage === null ? options.fallback ?? "/" : `${originPage.pathname}${originPage.search}`);
}
