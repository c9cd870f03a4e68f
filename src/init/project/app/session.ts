/** The session, and the guard for users who have signed in. */
import { dependency } from "@hyper/actions";
import { sessions, signedIn } from "@hyper/actions/session";
import { store } from "./database.ts";

/** The session of a request. Its user is the name of an account. */
export const session = sessions({ store });

/** Admits signed-in users, and sends others to the sign-in page. */
export const members = signedIn({ session, signIn: "/sign-in" });

/** The name of the signed-in user, for what `members` guards. */
export const member = dependency("member", async ({ deps }) => {
  const { user } = await deps.get(session);
  if (user === null) throw new TypeError("Cannot find the user: add a guard");
  return user;
});
