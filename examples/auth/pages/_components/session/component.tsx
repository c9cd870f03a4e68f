import { action, Form } from "@hyper/actions";
import type { User } from "../../../accounts.ts";
import { endSession } from "../../../session.ts";

// Open to all users, because the session may have expired already.
export const signOut = action("sign_out", { skipHandlerGuard: true }, (ctx) => endSession(ctx));

/** The current user with a sign-out button, or a link to the sign-in. */
export function Session({ user }: { readonly user: User | null }) {
  if (user === null) return <a href="/sign-in">Sign in</a>;
  return (
    <Form action={signOut} class="session">
      <span>{`Signed in as ${user.name}`}</span>
      <button class="quiet">Sign out</button>
    </Form>
  );
}
