/** Signing in and out: in the header of every page, and in place of a page that is not for everyone. */
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
  fields: { role: field.radio({ choices: ROLES, required: true, messages: { required: "Choose who you are" } }) },
});

// A cookie is a header, so that the answer is a `Response`. It leads back to the page that was asked for: no address is
// taken from the visitor, and so none of another site.
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
 * The first of the three guards, for `render` of a page: nothing lets the visitor in, `false` is 403, and markup takes the
 * place of the page.
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

/** Who is signed in, and the way out. */
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
      <p>Everything here is made up: choose who you are.</p>
      <FormErrors />
      <p class="buttons">
        {/* Several buttons with one name: the one that is pressed is sent. */}
        <button name="role" value="clerk">Sign in as clerk</button>
        <button name="role" value="visitor" class="second">Sign in as visitor</button>
      </p>
    </Form>
  );
}
