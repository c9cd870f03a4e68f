/**
 * Who is signed in: a dependency, and the guards made of it.
 *
 * Anyone may choose a role here, so that there is something to try. A real application asks for a proof before it calls
 * `signIn()`; everything behind that stays as it is.
 */
import { dependency, type Guard, type RequestContext } from "@hyper/actions";
import { deleteCookie, setCookie } from "@std/http/cookie";
import { first, run } from "./database.ts";

/** What somebody may do: a clerk writes and sends invoices, a visitor reads them. */
export const ROLES = ["clerk", "visitor"] as const;

/** Who asks. */
export interface User {
  /** The session, which nobody can guess. */
  readonly session: string;
  readonly role: (typeof ROLES)[number];
}

const COOKIE = "session";
const SESSION = /(?:^|; ?)session=([0-9a-f-]{36})(?:;|$)/;

/** Who sent a request, or `null`: for what has a request and no dependencies, as backends have. */
export function userOf({ headers }: Pick<Request, "headers">): User | null {
  // Not `getCookies()`, which throws where the header is malformed: that is a visitor's mistake, not a failure of ours.
  const session = SESSION.exec(headers.get("cookie") ?? "")?.[1];
  if (session === undefined) return null;
  const role = first("SELECT role FROM sessions WHERE id = ?", session)?.role;
  const known = ROLES.find((name) => name === role);
  return known === undefined ? null : { session, role: known };
}

/** Who asks, looked up once for a request; a test may put somebody else in with `createHandler({ overrides })`. */
export const currentUser = dependency("user", ({ request }) => userOf(request));

/** The guard of everything that changes an invoice. */
export const clerksOnly: Guard = async ({ deps }: RequestContext) => (await deps.get(currentUser))?.role === "clerk";

/** The guard of what everyone who is signed in may do. */
export const signedInOnly: Guard = async ({ deps }: RequestContext) => await deps.get(currentUser) !== null;

/** Begins a session and leads to `location`, a path of this site. */
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
    // A browser keeps no secure cookie of a site without TLS but `localhost`.
    secure: protocol === "https:",
  });
  return response;
}

/** Ends a session and leads to `location`, a path of this site. */
export function signOut(user: User | null, location: string): Response {
  if (user !== null) run("DELETE FROM sessions WHERE id = ?", user.session);
  const response = new Response(null, { status: 303, headers: { location } });
  deleteCookie(response.headers, COOKIE, { path: "/" });
  return response;
}
