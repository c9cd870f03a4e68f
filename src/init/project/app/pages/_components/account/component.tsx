import { action, Form, redirect } from "@hyper/actions";
import { session } from "../../../session.ts";

export const signOut = action(
  "sign_out",
  // Open to all, because the session may have ended already.
  { skipHandlerGuard: true, inject: { session } },
  ({ session }) => {
    session.destroy();
    return redirect("/");
  },
);

/** The user with a button to sign out, or a link to sign in. */
export function Account({ user }: { readonly user: string | null }) {
  if (user === null) return <a href="/sign-in">Sign in</a>;
  return (
    <Form action={signOut}>
      <span>{user}</span> <button type="submit">Sign out</button>
    </Form>
  );
}
