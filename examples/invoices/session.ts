/**
 * The user of a request: a dependency, and guards based on it.
 *
 * In this demo, everyone may choose a role. A real application authenticates the user before it calls `signIn()`; everything else
 * stays the same.
 */
import { dependency, type Guard, type RequestContext } from "@hyper/actions";
import { deleteCookie, setCookie } from "@std/http/cookie";
import { first, run } from "./database.ts";

/** The roles: a clerk writes and sends invoices, a visitor reads them. */
export const ROLES = ["clerk", "visitor"] as const;

/** The user of a request. */
export interface User {
  /** The id of the session, which cannot be guessed. */
  readonly session: string;
  readonly role: (typeof ROLES)[number];
}

const COOKIE = "session";
const SESSION = /(?:^|; ?)session=([0-9a-f-]{36})(?:;|$)/;

/** Returns the user of a request, or `null`: for code without dependencies, such as backends. */
export function userOf({ headers }: Pick<Request, "headers">): User | null {
  // Not `getCookies()`, which throws for a malformed header: that would be a 500 for a mistake of the client.
  const session = SESSION.exec(headers.get("cookie") ?? "")?.[1];
  if (session === undefined) return null;
  const role = first("SELECT role FROM sessions WHERE id = ?", session)?.role;
  const known = ROLES.find((name) => name === role);
  return known === undefined ? null : { session, role: known };
}

/** The user, looked up once in a request. A test can replace it with `createHandler({ overrides })`. */
export const currentUser = dependency("user", ({ request }) => userOf(request));

/** The guard of everything that changes an invoice. */
export const clerksOnly: Guard = async ({ deps }: RequestContext) => (await deps.get(currentUser))?.role === "clerk";

/** The guard of actions for all users who are signed in. */
export const signedInOnly: Guard = async ({ deps }: RequestContext) => await deps.get(currentUser) !== null;

/** Starts a session and redirects to `location`, a path of this site. */
export function signIn(role: User["role"], { protocol }: URL, location: string): Response {
  const session = crypto.randomUUID();
  run("INSERT INTO sessions (id, role) VALUES (?, ?)", session, role);
  const response = new Response(null, { status: 303, headers: { location } });
  setCookie(response.headers, {
    name: COOKIE,
    value: session,
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    // Browsers accept secure cookies over TLS and on `localhost` only.
    secure: protocol === "https:",
  });
  return response;
}

/** Ends a session and redirects to `location`, a path of this site. */
export function signOut(user: User | null, location: string): Response {
  if (user !== null) run("DELETE FROM sessions WHERE id = ?", user.session);
  const response = new Response(null, { status: 303, headers: { location } });
  deleteCookie(response.headers, COOKIE, { path: "/" });
  return response;
}
