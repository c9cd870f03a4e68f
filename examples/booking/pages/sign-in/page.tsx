import { action, defineForm, Field, field, Form, FormErrors, type PageProps, redirect } from "@hyper/actions";
import { returnPath } from "@hyper/actions/session";
import { checkPassword } from "../../accounts.ts";
import { database } from "../../database.ts";
import { texts } from "../../language.ts";
import { session } from "../../session.ts";
import type { Texts } from "../../texts.ts";
import type { RootContext } from "../page.tsx";

const signInForm = (t: Texts) =>
  defineForm("sign_in", {
    fields: {
      name: field.text({ label: t.name, required: true, maxlength: 40, autocomplete: "username" }),
      password: field.password({ label: t.password, required: true, maxlength: 200, autocomplete: "current-password" }),
    },
  });

export const signIn = action("sign_in", {
  form: async ({ deps }) => signInForm(await deps.get(texts)),
  skipHandlerGuard: true,
  rate: { limit: 5, seconds: 60 },
  inject: { session, database, texts },
}, async ({ form, session, database, texts, url }) => {
  const user = await checkPassword(database, form.values.name, form.values.password);
  // Does not reveal which of them is wrong, and so which accounts exist.
  if (user === null) return form.addError("", texts.wrongPassword);
  session.signIn(user);
  return redirect(returnPath(url, "/"));
});

type Props = PageProps<"/sign-in", RootContext>;

export const head = ({ context: { t } }: Props) => <title>{t.signIn}</title>;

export default function SignIn({ context: { t } }: Props) {
  return (
    <>
      <h1>{t.signIn}</h1>
      <Form action={signIn}>
        <FormErrors />
        <Field name="name" autocapitalize="none" />
        <Field name="password" />
        <button type="submit">{t.signIn}</button>
      </Form>
      <p>
        {t.newHere} <a href="/sign-up">{t.signUp}</a>
      </p>
    </>
  );
}
