/** Sign-in and sign-out, in the header of every page, and instead of a page that requires a sign-in. */
import {
  action,
  defineForm,
  Depends,
  field,
  Form,
  FormErrors,
  type Markup,
  type PageContext,
  redirectToOrigin,
} from "@hyper/actions";
import { currentUser, ROLES, signIn, signOut, type User } from "../../../session.ts";

const SignInForm = defineForm("sign_in", {
  fields: { role: field.radio({ choices: ROLES, required: true, messages: { required: "Choose a role" } }) },
});

// Returns a `Response`, because it sets a cookie. It redirects to the page of the form, not to a URL from user input, which
// could be of another site.
export const enter = action(
  "sign_in",
  { form: SignInForm, skipHandlerGuard: true },
  (ctx) => signIn(ctx.form.values.role, ctx.url, redirectToOrigin(ctx).url),
);

export const leave = action(
  "sign_out",
  { inject: { user: Depends(currentUser) }, skipHandlerGuard: true },
  (ctx) => signOut(ctx.user, redirectToOrigin(ctx).url),
);

/**
 * The first of the three guards, for `render` of a page. It returns nothing to allow the request, `false` for 403, or markup to
 * render instead of the page.
 */
export async function admit(
  { deps, response }: PageContext,
  roles: readonly User["role"][] = ROLES,
): Promise<Markup | void> {
  const user = await deps.get(currentUser);
  if (user !== null) return roles.includes(user.role) ? undefined : false;
  response.status = 401;
  return <SignIn />;
}

/** The current user, and the sign-out button. */
export function Session({ user }: { readonly user: User | null | undefined }) {
  if (!user) return null;
  return (
    <Form action={leave} class="session">
      <span>{`Signed in as ${user.role}`}</span>
      <button class="quiet">Sign out</button>
    </Form>
  );
}

function SignIn() {
  return (
    <Form action={enter} class="sign-in">
      <h1>Sign in</h1>
      <p>This is a demo: choose a role.</p>
      <FormErrors />
      <p class="buttons">
        {/* Several buttons with the same name: the pressed one is sent. */}
        <button name="role" value="clerk">Sign in as clerk</button>
        <button name="role" value="reader" class="second">Sign in as reader</button>
      </p>
    </Form>
  );
}
