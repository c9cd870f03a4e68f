/** The session, dependencies that read it, and guards that use them. */
import { createMemoryStore, dependency, type Guard, type PageContext, type Store } from "@hyper/actions";
import { keptForms, sessions, signedIn } from "@hyper/actions/session";
import type { Accounts, Role, User } from "./accounts.ts";

/** The accounts of the application; `createApp()` sets them. */
export const accounts = dependency<Accounts>("accounts");

/** The store of sessions. An application on several machines uses a shared one. */
export const store: Store = createMemoryStore();

const options = { session: sessions({ store, idleSeconds: 8 * 60 * 60 }), signIn: "/sign-in" };

/** The sessions. Their users are the names of accounts. */
export const session = options.session;

/** Forms that were posted without scripts after the session had ended. */
export const kept = keptForms({ ...options, store });

/** Guard of all actions and of pages: sends users to the sign-in, and then back. */
export const members: Guard = signedIn(options);

/** The current user, or `null`. */
export const currentUser = dependency("user", async ({ deps }): Promise<User | null> => {
  const { user } = await deps.get(session);
  return user === null ? null : (await deps.get(accounts)).find(user);
});

/** The current user, for actions and pages with one of the guards. */
export const member = dependency("member", async ({ deps }): Promise<User> => {
  const user = await deps.get(currentUser);
  if (user === null) throw new TypeError("Cannot resolve the member: the user is not signed in; add a guard");
  return user;
});

/** The guard of actions for admins; runs after the guard of all actions. */
export const adminsOnly: Guard = async ({ deps }) => (await deps.get(member)).role === "admin";

/** Guards a page, in its `render`: requires a sign-in and a role. */
export function admit(role: Role): (ctx: PageContext) => Promise<boolean | Response> {
  return async (ctx) => {
    const verdict = await members(ctx);
    return verdict === true ? (await ctx.deps.get(member)).role === role : verdict ?? false;
  };
}
