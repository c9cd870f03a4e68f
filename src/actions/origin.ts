// Redirects to the origin page of a form.
import type { RedirectItem } from "../results/item.ts";
import { redirect } from "../results/items.ts";

/** The properties of an action's context that {@linkcode redirectToOrigin} reads. */
export interface OriginPageContext {
  /** URL of the page that called the action, or `null` if unknown. */
  readonly originPage: URL | null;
}

/** Options for {@linkcode redirectToOrigin}. */
export interface RedirectToOriginOptions {
  /** A URL of this site, used if the origin page is unknown. Default: `/`. */
  readonly fallback?: string | undefined;
}

/**
 * Redirects to the page that rendered the form, with its query.
 *
 * The page was matched against the routes of this application, so the redirect never leads to another site.
 *
 * @param ctx The context of the action function.
 * @param options The fallback.
 * @returns A redirect for the action function to return.
 *
 * @example
 * ```ts
 * import { action, redirectToOrigin, toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const save = action("save", (ctx) => [toast("Saved"), redirectToOrigin(ctx, { fallback: "/notes" })]);
 * assertEquals(save.name, "save");
 * assertEquals(redirectToOrigin({ originPage: null }, { fallback: "/notes" }).url, "/notes");
 * assertEquals(redirectToOrigin({ originPage: new URL("http://localhost/notes?q=milk") }).url, "/notes?q=milk");
 * ```
 */
export function redirectToOrigin(ctx: OriginPageContext, options: RedirectToOriginOptions = {}): RedirectItem {
  const { originPage } = ctx;
  return redirect(originPage === null ? options.fallback ?? "/" : `${originPage.pathname}${originPage.search}`);
}
