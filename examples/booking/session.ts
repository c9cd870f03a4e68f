// The session, the guards, and the user of a request.
import { dependency, type Guard } from "@hyper/actions";
import { type Session, signedIn } from "@hyper/actions/session";
import { accountOfToken, type Role, roleOf } from "./accounts.ts";
import { database } from "./database.ts";

/** The session of a request. `createApp()` provides it, with the store of the application. */
export const session = dependency<Session>("session");

export interface User {
  readonly name: string;
  readonly role: Role;
}

/** The name of the user: of the session, or of the program that sends the secret of an account. */
const caller = dependency("caller", async ({ deps, request }) => {
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined) return await deps.get(session);
  return { user: accountOfToken(await deps.get(database), token) };
});

/** The user who has signed in, or `null`. */
export const visitor = dependency("visitor", async ({ deps }): Promise<User | null> => {
  const { user } = await deps.get(caller);
  const role = user === null ? null : roleOf(await deps.get(database), user);
  return user === null || role === null ? null : { name: user, role };
});

/** Admits signed-in users, and sends others to the sign-in page. */
export const members = signedIn({ session: caller, signIn: "/sign-in" });

/** Admits the staff only. */
export const staffOnly: Guard = async (ctx) => {
  const verdict = await members(ctx);
  return verdict === true ? (await ctx.deps.get(visitor))?.role === "staff" : verdict;
};

/** The user, for what `members` guards. */
export const member = dependency("member", async ({ deps }): Promise<User> => {
  const user = await deps.get(visitor);
  if (user === null) throw new TypeError("Cannot find the user: add a guard");
  return user;
});
