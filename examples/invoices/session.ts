/**
 * The current user, as a dependency, and guards that use it.
 *
 * In this demonstration, every user can choose a role. An application must verify the user before it calls `signIn()`. The rest
 * stays the same.
 */
import { dependency, type Guard, type RequestContext } from "@hyper/actions";
import { deleteCookie, setCookie } from "@std/http/cookie";
import { first, run } from "./database.ts";

/** Roles: a clerk writes and sends invoices, a reader reads them. */
export const ROLES = ["clerk", "reader"] as const;

/** The current user. */
export interface User {
  /** Random ID of the session. */
  readonly session: string;
  readonly role: (typeof ROLES)[number];
}

const COOKIE = "session";
const SESSION = /(?:^|; ?)session=([0-9a-f-]{36})(?:;|$)/;

/** Returns the user of a request, or `null`, for code without dependencies, such as a backend. */
export function userOf({ headers }: Pick<Request, "headers">): User | null {
  // Not `getCookies()`, which throws if the header is malformed: this is not an error of the server.
  const session = SESSION.exec(headers.get("cookie") ?? "")?.[1];
  if (session === undefined) return null;
  const role = first("SELECT role FROM sessions WHERE id = ?", session)?.role;
  const known = ROLES.find((name) => name === role);
  return known === undefined ? null : { session, role: known };
}

/** The current user, read once per request. A test can replace it with `createHandler({ overrides })`. */
export const currentUser = dependency("user", ({ request }) => userOf(request));

/** Guard of actions that change an invoice. */
export const clerksOnly: Guard = async ({ deps }: RequestContext) => (await deps.get(currentUser))?.role === "clerk";

/** Guard that requires a sign-in. */
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
    // Without TLS, browsers accept a secure cookie only from `localhost`.
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
