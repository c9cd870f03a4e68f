// `signedIn()`: the guard for users who have signed in, and the way back from the sign-in.
import { readIntent } from "../actions/intent.ts";
import type { Dependency, Guard, RequestContext } from "../context.ts";
import { HyperError } from "../errors.ts";
import { signInHeaders } from "../http/sign_in.ts";
import { redirectTarget } from "../http/sink.ts";
import { FORM_ENDPOINT } from "../protocol/names.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** Options for {@linkcode signedIn}. */
export interface SignedInOptions {
  /** The session: the result of {@linkcode sessions}, or another dependency with a user. */
  readonly session: Dependency<{ readonly user: string | null }>;
  /** Path of the sign-in page, such as `/sign-in`. The page to come back to is added as the parameter `next`. */
  readonly signIn: string;
}

/** The parameter that names the page to come back to. */
const NEXT = "next";

/**
 * Creates a guard that admits users who have signed in: for `createHandler({ guard })`, for an action, or as the `render` of a page.
 *
 * An anonymous user is sent to the sign-in page, and comes back with {@linkcode returnPath}. A program that accepts JSON gets 401 with a
 * problem document, and `WWW-Authenticate`. A call of the browser runtime gets 401 and `X-Hyper-Sign-In`: the page stays, with all that
 * was typed, `hyper:unauthorized` is fired, and a message has a button that opens the sign-in. A form that was rendered for the user is
 * sent again by itself when the user comes back.
 *
 * @param options The session, and the sign-in page.
 * @returns The guard.
 * @throws {TypeError} If `signIn` is not a path.
 *
 * @example
 * ```tsx
 * import { createHandler, createMemoryStore } from "@hyper/actions";
 * import { sessions, signedIn } from "@hyper/actions/session";
 * import { assertEquals } from "@std/assert";
 *
 * const session = sessions({ store: createMemoryStore() });
 * const render = signedIn({ session, signIn: "/sign-in" });
 * const handler = createHandler({
 *   pages: [{ path: "/account", load: () => Promise.resolve({ render, default: () => <p>Yours</p> }) }],
 * });
 * const response = await handler(new Request("https://example.com/account?tab=2"));
 * assertEquals(response.headers.get("location"), "/sign-in?next=%2Faccount%3Ftab%3D2");
 * ```
 */
export function signedIn({ session, signIn }: SignedInOptions): Guard {
  if (!/^\/(?![/\\])[^?#]*$/.test(signIn)) {
    throw new TypeError(`Cannot create the guard: signIn is ${JSON.stringify(signIn)}; pass a path such as "/sign-in"`);
  }
  return async (ctx) => {
    if ((await ctx.deps.get(session)).user !== null) return true;
    const address = signInAddress(ctx, signIn);
    if (readIntent(ctx.request, ctx.url).audience === "document") {
      return new Response(null, { status: 303, headers: { location: address, "cache-control": "no-store" } });
    }
    throw new HyperError(401, "The user has not signed in", {
      userText: catalogueText("signInFirst"),
      headers: signInHeaders(address),
    });
  };
}

/**
 * Returns the path to go to after the sign-in: that of the parameter `next`, if it is on this site.
 *
 * @param url The URL of the sign-in page, `ctx.url`. Users can change it.
 * @param fallback The path without a valid one. Default: `/`.
 * @returns A path with its query, which cannot lead to another site.
 *
 * @example
 * ```ts
 * import { returnPath } from "@hyper/actions/session";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(returnPath(new URL("https://example.com/sign-in?next=/account")), "/account");
 * assertEquals(returnPath(new URL("https://example.com/sign-in?next=//evil.example"), "/home"), "/home");
 * ```
 */
export function returnPath(url: URL, fallback: string = "/"): string {
  const next = url.searchParams.get(NEXT);
  if (next === null) return fallback;
  try {
    return redirectTarget(next, url);
  } catch {
    // It leads to another site, or is not a URL: a link of an attacker.
    return fallback;
  }
}

function signInAddress({ url }: RequestContext, signIn: string): string {
  // The address of a form without a page has nothing to come back to.
  if (url.pathname.startsWith(FORM_ENDPOINT)) return signIn;
  return `${signIn}?${new URLSearchParams({ [NEXT]: url.pathname + url.search })}`;
}
