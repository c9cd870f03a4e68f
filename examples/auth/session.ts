/** The session cookie, dependencies that read it, and guards that use them. */
import { dependency, type Guard, type PageContext, type RequestContext } from "@hyper/actions";
import { deleteCookie, setCookie } from "@std/http/cookie";
import type { Accounts, Role, User } from "./accounts.ts";

const COOKIE = "session";
const TOKEN = /(?:^|; ?)session=([A-Za-z0-9_-]{43})(?:;|$)/;

/** The accounts of the application; `createApp()` sets them. */
export const accounts = dependency("accounts", (): Accounts => {
  throw new TypeError("Cannot use the accounts: they have no value; provide them in createApp()");
});

/** The session of the request, expired or not; looked up once in a request. */
export const session = dependency("session", async ({ request, deps }) => {
  const token = tokenOf(request);
  return token === null ? null : (await deps.get(accounts)).findSession(token);
});

/** The current user, or `null`. */
export const currentUser = dependency("user", async ({ deps }): Promise<User | null> => {
  const found = await deps.get(session);
  return found === null || found.isOver ? null : found.user;
});

/** The current user, for actions and pages with one of the guards below. */
export const member = dependency("member", async ({ deps }): Promise<User> => {
  const user = await deps.get(currentUser);
  if (user === null) throw new TypeError("Cannot resolve the member: the user is not signed in; add a guard");
  return user;
});

/** Guard of all actions: redirects users to the sign-in, and then back. */
export const signedIn: Guard = async ({ deps, request }) =>
  await deps.get(currentUser) !== null || toSignIn(request.headers.get("referer") ?? "");

/** The guard of actions for admins; runs after the guard of all actions. */
export const adminsOnly: Guard = async ({ deps }) => (await deps.get(member)).role === "admin";

/** Guards a page, in its `render`: requires a sign-in, and optionally a role. */
export function admit(role?: Role): (ctx: PageContext) => Promise<boolean | Response> {
  return async ({ deps, url, response }) => {
    const user = await deps.get(currentUser);
    if (user === null) return toSignIn(url.href);
    // The browser must not store the page for its next user.
    response.headers.set("cache-control", "no-store");
    return role === undefined || user.role === role;
  };
}

/** Redirects to the sign-in, and from there back to a page of this site. */
export function toSignIn(back: string): Response {
  const location = `/sign-in?${new URLSearchParams({ next: pathOf(back) })}`;
  return new Response(null, { status: 303, headers: { location } });
}

/** Returns the path and query of a URL from user input, so that it cannot lead to another site. */
export function pathOf(address: string): string {
  const url = URL.parse(address, "http://localhost");
  if (url === null) return "/";
  // Two leading slashes would name a host.
  return `/${url.pathname.replace(/^\/+/, "")}${url.search}`;
}

/** Starts a session for a user who has signed in, and redirects to the next page. */
export async function beginSession(
  user: User,
  { request, deps, url }: RequestContext,
  location: string,
): Promise<Response> {
  const known = await deps.get(accounts);
  // A new token, so that a token that was known before the sign-in is of no use.
  const old = tokenOf(request);
  if (old !== null) known.endSession(old);
  const response = new Response(null, { status: 303, headers: { location } });
  setCookie(response.headers, {
    name: COOKIE,
    value: known.beginSession(user),
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    // Browsers accept secure cookies over TLS and on `localhost` only.
    secure: url.protocol === "https:",
  });
  return response;
}

/** Ends the session of the request. */
export async function endSession({ request, deps }: RequestContext): Promise<Response> {
  const token = tokenOf(request);
  if (token !== null) (await deps.get(accounts)).endSession(token);
  const response = new Response(null, { status: 303, headers: { location: "/" } });
  deleteCookie(response.headers, COOKIE, { path: "/" });
  return response;
}

/** Returns the session token of a request, or `null`. */
export function tokenOf({ headers }: Pick<Request, "headers">): string | null {
  return TOKEN.exec(headers.get("cookie") ?? "")?.[1] ?? null;
}
