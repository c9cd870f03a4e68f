import { action, Form, redirect } from "@hyper/actions";
import { returnPath } from "@hyper/actions/session";
import { openId, session } from "../../session.ts";

/** Maximum number of sign-ins that one browser has begun: one in each of several tabs. */
const MAX_ATTEMPTS = 5;

// An action, not a link: another site must not begin a sign-in for a user.
export const signIn = action(
  "sign_in",
  { skipHandlerGuard: true, rate: { limit: 10, seconds: 60 }, inject: { openId, session } },
  async ({ openId, session, url }) => {
    const { url: provider, attempt } = await openId.begin(
      new URL("/sign-in/callback", url),
      returnPath(url, "/account"),
    );
    session.update("attempts", (attempts) => [...attempts ?? [], attempt].slice(-MAX_ATTEMPTS));
    return redirect(provider, { external: true });
  },
);

/** The sign-in page. */
export default function SignIn() {
  return (
    <>
      <h1>Sign in</h1>
      <Form action={signIn} submit="Sign in with your provider" />
    </>
  );
}
