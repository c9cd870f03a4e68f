import { action, defineForm, field, FieldControl, Form, redirect, useForm } from "@hyper/actions";
import { inLanguages, type Settings } from "../../../settings.ts";
import { session } from "../../../session.ts";
import { choicesOf, type Texts } from "../../../texts.ts";
import type { User } from "../../../users.ts";

// Open to all users, because the session may have ended already.
export const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
  session.destroy();
  return redirect("/sign-in");
});

const SettingsForm = inLanguages((t) =>
  defineForm("settings", {
    fields: {
      language: field.select({
        label: t.language,
        choices: [{ value: "en", label: "English" }, { value: "de", label: "Deutsch" }],
        required: true,
      }),
      theme: field.select({ label: t.theme, choices: choicesOf(t, ["auto", "light", "dark"]), required: true }),
    },
  })
);

export const saveSettings = action(
  "save_settings",
  { form: SettingsForm, skipHandlerGuard: true },
  ({ form, cookies, url }) => {
    const year = 365 * 24 * 60 * 60;
    for (const [name, value] of Object.entries(form.values)) cookies.set({ name, value, maxAge: year });
    return redirect(url.pathname + url.search);
  },
);

interface AccountProps {
  readonly user: User | null;
  readonly t: Texts;
  readonly settings: Settings;
}

/** The user, their settings, and the sign-out. */
export function Account({ user, t, settings }: AccountProps) {
  return (
    <div class="account">
      <details>
        <summary>{t.view}</summary>
        <Form action={saveSettings} initial={settings}>
          <Control name="language" />
          <Control name="theme" />
          <button value="use">{t.use}</button>
        </Form>
      </details>
      {user !== null && (
        <Form action={signOut}>
          <span>{t.signedInAs(user.name)}</span>
          <button value="out">{t.signOut}</button>
        </Form>
      )}
    </div>
  );
}

function Control({ name }: { readonly name: string }) {
  const own = useForm().field(name);
  return (
    <label>
      {own.label} <FieldControl field={own} />
    </label>
  );
}
