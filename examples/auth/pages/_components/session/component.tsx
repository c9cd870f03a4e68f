import { action, Form, redirect } from "@hyper/actions";
import type { User } from "../../../accounts.ts";
import { session } from "../../../session.ts";

// Open to all users, because the session may have expired already.
export const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
  session.destroy();
  return redirect("/");
});

/** The current user with a sign-out button, or a link to the sign-in. */
export function Session({ user }: { readonly user: User | null }) {
  if (user === null) return <a href="/sign-in">Sign in</a>;
  return (
    <Form action={signOut} class="session">
      <span>{`Signed in as ${user.name}`}</span>
      <button>Sign out</button>
    </Form>
  );
}
