import {
  action,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  type PageContext,
  type PageProps,
  redirect,
} from "@hyper/actions";
import { returnPath } from "@hyper/actions/session";
import { session } from "../../session.ts";
import { inLanguages, texts } from "../../settings.ts";
import { DEMO, users } from "../../users.ts";
import type { RootContext } from "../page.tsx";

const SignInForm = inLanguages((t) =>
  defineForm("sign_in", {
    fields: {
      name: field.text({ label: t.name, required: true, maxlength: 80, autocomplete: "username" }),
      password: field.password({ label: t.password, required: true, maxlength: 200, autocomplete: "current-password" }),
    },
  })
);

export const signIn = action(
  "sign_in",
  {
    form: SignInForm,
    skipHandlerGuard: true,
    // Ten attempts at once, then one every six seconds.
    rate: { limit: 10, seconds: 60 },
    inject: { users, session, texts },
  },
  async ({ form, url, users, session, texts }) => {
    const { name, password } = form.values;
    // Does not reveal which of them is wrong, and so which users exist.
    if (!await users.check(name, password)) return form.addError("", texts.wrongPassword);
    session.signIn(name);
    return redirect(returnPath(url, "/"));
  },
);

/** The sign-in. */
export async function render({ deps }: PageContext) {
  const t = await deps.get(texts);
  return (
    <>
      <h1>{t.signIn}</h1>
      <Form action={signIn}>
        <FormErrors />
        <Field name="name" autocapitalize="none" />
        <Field name="password" />
        <button type="submit">{t.signIn}</button>
      </Form>
      <ul class="demo">
        {DEMO.map(({ name, password, role }) => <li key={name}>{`${name} (${t[role]}): ${password}`}</li>)}
      </ul>
    </>
  );
}

export const head = ({ context: { t } }: PageProps<"/sign-in", RootContext>) => <title>{t.signIn}</title>;
