import { action, defineForm, Field, field, Form, FormErrors, type PageProps, redirect } from "@hyper/actions";
import { returnPath } from "@hyper/actions/session";
import { createAccount } from "../../accounts.ts";
import { database } from "../../database.ts";
import { texts } from "../../language.ts";
import { session } from "../../session.ts";
import type { Texts } from "../../texts.ts";
import type { RootContext } from "../page.tsx";

const signUpForm = (t: Texts) =>
  defineForm("sign_up", {
    fields: {
      name: field.text({ label: t.name, required: true, maxlength: 40, autocomplete: "username" }),
      password: field.password({
        label: t.password,
        required: true,
        minlength: 10,
        maxlength: 200,
        autocomplete: "new-password",
        help: t.passwordHelp,
      }),
    },
  });

export const signUp = action("sign_up", {
  form: async ({ deps }) => signUpForm(await deps.get(texts)),
  skipHandlerGuard: true,
  rate: { limit: 5, seconds: 60 },
  inject: { session, database, texts },
}, async ({ form, session, database, texts, url }) => {
  const { name, password } = form.values;
  if (!await createAccount(database, name, password)) return form.addError("name", texts.nameTaken);
  session.signIn(name);
  return redirect(returnPath(url, "/"));
});

type Props = PageProps<"/sign-up", RootContext>;

export const head = ({ context: { t } }: Props) => <title>{t.signUp}</title>;

export default function SignUp({ context: { t } }: Props) {
  return (
    <>
      <h1>{t.signUp}</h1>
      <Form action={signUp}>
        <FormErrors />
        <Field name="name" autocapitalize="none" />
        <Field name="password" />
        <button type="submit">{t.signUp}</button>
      </Form>
      <p>
        {t.haveAccount} <a href="/sign-in">{t.signIn}</a>
      </p>
    </>
  );
}
