import { action, Form } from "@hyper/actions";
import type { User } from "../../../accounts.ts";
import { endSession } from "../../../session.ts";

// For everyone: whoever presses it wants to be signed out, and may be already.
export const signOut = action("sign_out", { skipHandlerGuard: true }, (ctx) => endSession(ctx));

/** Who is signed in, and the way out; or the way in. */
export function Session({ user }: { readonly user: User | null }) {
  if (user === null) return <a href="/sign-in">Sign in</a>;
  return (
    <Form action={signOut} class="session">
      <span>{`Signed in as ${user.name}`}</span>
      <button class="quiet">Sign out</button>
    </Form>
  );
}
