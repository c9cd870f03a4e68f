/** Who asks: the cookie of a session, the dependencies made of it, and the guards made of these. */
import { dependency, type Guard, type PageContext, type RequestContext } from "@hyper/actions";
import { deleteCookie, setCookie } from "@std/http/cookie";
import type { Accounts, Role, User } from "./accounts.ts";

const COOKIE = "session";
const TOKEN = /(?:^|; ?)session=([A-Za-z0-9_-]{43})(?:;|$)/;

/** The accounts of the application; `createApp()` puts them in. */
export const accounts = dependency("accounts", (): Accounts => {
  throw new TypeError("Cannot look anybody up: createApp() was given no accounts");
});

/** The session of who asks, over or not; looked up once for a request. */
export const session = dependency("session", async ({ request, deps }) => {
  const token = tokenOf(request);
  return token === null ? null : (await deps.get(accounts)).findSession(token);
});

/** Who asks, or `null`. */
export const currentUser = dependency("user", async ({ deps }): Promise<User | null> => {
  const found = await deps.get(session);
  return found === null || found.isOver ? null : found.user;
});

/** Who asks, for what has one of the guards below. */
export const member = dependency("member", async ({ deps }): Promise<User> => {
  const user = await deps.get(currentUser);
  if (user === null) throw new TypeError("Cannot name the member: nobody has asked for a sign-in before");
  return user;
});

/** The guard of all actions: whoever is not signed in is asked to, and led back to where they were. */
export const signedIn: Guard = async ({ deps, request }) =>
  await deps.get(currentUser) !== null || toSignIn(request.headers.get("referer") ?? "");

/** The guard of what an admin may do, asked after the guard of all. */
export const adminsOnly: Guard = async ({ deps }) => (await deps.get(member)).role === "admin";

/** The guard of a page, for its `render`: lets in whoever is signed in, and has the role where one is asked for. */
export function admit(role?: Role): (ctx: PageContext) => Promise<boolean | Response> {
  return async ({ deps, url, response }) => {
    const user = await deps.get(currentUser);
    if (user === null) return toSignIn(url.href);
    // Nothing of it is left in the browser for whoever uses it next.
    response.headers.set("cache-control", "no-store");
    return role === undefined || user.role === role;
  };
}

/** Leads to the sign-in, and from there back to a page of this site. */
export function toSignIn(back: string): Response {
  const location = `/sign-in?${new URLSearchParams({ next: pathOf(back) })}`;
  return new Response(null, { status: 303, headers: { location } });
}

/** The path and query of an address, whoever has written it: what is left leads to no other site. */
export function pathOf(address: string): string {
  const url = URL.parse(address, "http://localhost");
  if (url === null) return "/";
  // Two slashes at the beginning would name a host.
  return `/${url.pathname.replace(/^\/+/, "")}${url.search}`;
}

/** Begins a session for somebody who has shown who they are, and leads them on. */
export async function beginSession(
  user: User,
  { request, deps, url }: RequestContext,
  location: string,
): Promise<Response> {
  const known = await deps.get(accounts);
  // Another one than before: whoever knew that one has no part in this.
  const old = tokenOf(request);
  if (old !== null) known.endSession(old);
  const response = new Response(null, { status: 303, headers: { location } });
  setCookie(response.headers, {
    name: COOKIE,
    value: known.beginSession(user),
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    // A browser keeps no secure cookie of a site without TLS but `localhost`.
    secure: url.protocol === "https:",
  });
  return response;
}

/** Ends the session of who asks. */
export async function endSession({ request, deps }: RequestContext): Promise<Response> {
  const token = tokenOf(request);
  if (token !== null) (await deps.get(accounts)).endSession(token);
  const response = new Response(null, { status: 303, headers: { location: "/" } });
  deleteCookie(response.headers, COOKIE, { path: "/" });
  return response;
}

/** The token that a request shows, or `null`. */
export function tokenOf({ headers }: Pick<Request, "headers">): string | null {
  return TOKEN.exec(headers.get("cookie") ?? "")?.[1] ?? null;
}
