import { action, defineForm, Field, field, Form, FormErrors, type PageContext, redirect } from "@hyper/actions";
import { returnPath } from "@hyper/actions/session";
import { DEMO } from "../../accounts.ts";
import { accounts, currentUser, session } from "../../session.ts";

const SignInForm = defineForm("sign_in", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 80, autocomplete: "username" }),
    password: field.password({ label: "Password", required: true, maxlength: 200, autocomplete: "current-password" }),
  },
});

export const signIn = action(
  "sign_in",
  {
    form: SignInForm,
    skipHandlerGuard: true,
    // Five attempts at once, then one every twelve seconds.
    rate: { limit: 5, seconds: 60 },
    inject: { accounts, session },
  },
  async ({ form, url, accounts, session }) => {
    const user = await accounts.check(form.values.name, form.values.password);
    // Does not reveal which of them is wrong, and so which accounts exist.
    if (user === null) return form.addError("", "Wrong name or password");
    session.signIn(user.name);
    return redirect(returnPath(url, "/account"));
  },
);

export const head = <title>Sign in</title>;

/** The sign-in page. */
export async function render({ deps, url }: PageContext) {
  const user = await deps.get(currentUser);
  return (
    <>
      <h1>Sign in</h1>
      {user !== null && <p>You are signed in as {user.name}. Sign in again to change the account.</p>}
      {url.searchParams.has("next") && user === null && <p role="status">Sign in to continue.</p>}
      <Form action={signIn}>
        <FormErrors />
        <Field name="name" autocapitalize="none" />
        <Field name="password" />
        <button type="submit">Sign in</button>
      </Form>
      <p>
        Accounts of this demonstration: {DEMO.map(({ name, password }) => `${name}, with “${password}”`).join("; ")}.
      </p>
    </>
  );
}
