import { action, Form, redirect } from "@hyper/actions";
import { session, type User } from "../../../session.ts";
import type { Texts } from "../../../texts.ts";

// Open to all, because the session may have ended already.
export const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
  session.destroy();
  return redirect("/");
});

/** The user with a button to sign out, or a link to sign in. */
export function Account({ user, t }: { readonly user: User | null; readonly t: Texts }) {
  if (user === null) return <a href="/sign-in">{t.signIn}</a>;
  return (
    <Form action={signOut} class="account">
      <span>{user.name}</span> <button type="submit">{t.signOut}</button>
    </Form>
  );
}
