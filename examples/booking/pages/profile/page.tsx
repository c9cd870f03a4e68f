import {
  action,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  html,
  type PageProps,
  pageUrl,
  refresh,
  SubmitButton,
  toast,
} from "@hyper/actions";
import { tokenOf } from "../../accounts.ts";
import { database } from "../../database.ts";
import { texts } from "../../language.ts";
import { member, members } from "../../session.ts";
import { profileOf, saveDraft, savePicture, saveProfile } from "../../profiles.ts";
import type { Texts } from "../../texts.ts";
import type { RootContext } from "../page.tsx";

const profileForm = (t: Texts) =>
  defineForm("profile", {
    fields: {
      phone: field.text({ label: t.phone, maxlength: 30, pattern: /\+?[\d \(\)\/\-]*/v, autocomplete: "tel" }),
      about: field.textarea({ label: t.about, help: t.aboutHelp, maxlength: 2_000 }),
    },
    getInitial: async ({ deps }) => profileOf(await deps.get(database), (await deps.get(member)).name),
  });

const pictureForm = (t: Texts) =>
  defineForm("picture", {
    fields: {
      picture: field.file({ label: t.picture, accept: "image/png,image/jpeg", maxBytes: 1_000_000, required: true }),
    },
  });

const inject = { database, member, texts };

export const keepProfile = action("save_profile", {
  form: async ({ deps }) => profileForm(await deps.get(texts)),
  inject,
}, ({ form, database, member, texts }) => {
  saveProfile(database, member.name, form.values.phone, form.values.about);
  return [refresh("#profile"), toast(texts.saved)];
});

/** Keeps what is typed, also if it is not valid yet. */
export const keepDraft = action("save_draft", { inject }, ({ data, database, member, texts }) => {
  saveDraft(database, member.name, String(data.phone ?? ""), String(data.about ?? ""));
  return html(<Draft text={texts.draftSaved} />, { target: "#draft" });
});

export const upload = action("upload_picture", {
  form: async ({ deps }) => pictureForm(await deps.get(texts)),
  inject,
}, async ({ form, database, member, texts }) => {
  const { picture } = form.values;
  // `accept` has compared the type with the first bytes of the file.
  savePicture(database, member.name, await picture.bytes(), picture.type);
  return [refresh("#picture"), toast(texts.saved)];
});

const Draft = ({ text }: { readonly text: string }) => <p id="draft" role="status">{text}</p>;

/** Admits signed-in users only. */
export const render = members;

export const context = {
  profile: async ({ deps }: Parameters<typeof members>[0]) =>
    profileOf(await deps.get(database), (await deps.get(member)).name),
  token: async ({ deps }: Parameters<typeof members>[0]) =>
    tokenOf(await deps.get(database), (await deps.get(member)).name),
};

type Props = PageProps<"/profile", RootContext & typeof context>;

export const head = ({ context: { t } }: Props) => <title>{t.profile}</title>;

export default function ProfilePage({ url, context: { t, user, profile, token } }: Props) {
  const feed = new URL(pageUrl("/feed/[token]", { token }), url).href;
  return (
    <>
      <h1>{t.profile}</h1>
      <Form action={keepProfile} id="profile">
        <FormErrors />
        <Field name="phone" />
        <Field name="about" rows={5} />
        <button type="submit">{t.save}</button>{" "}
        <SubmitButton action={keepDraft} formnovalidate hyper-on="input" hyper-delay="800">{t.saveDraft}</SubmitButton>
        <Draft text={profile.hasDraft ? t.draftSaved : ""} />
      </Form>
      <section id="picture" aria-labelledby="picture-title">
        <h2 id="picture-title">{t.picture}</h2>
        {profile.hasPicture && user !== null && (
          <img src={pageUrl("/picture/[name]", { name: user.name })} alt={t.pictureOf(user.name)} width="160" />
        )}
        <Form action={upload}>
          <Field name="picture" />
          <button type="submit" hyper-loading-disable="upload_picture">{t.upload}</button>
          <progress
            aria-label={t.uploading}
            hyper-progress="upload_picture"
            hyper-loading="upload_picture"
            max={1}
            hidden
          />
        </Form>
      </section>
      <h2>{t.feed}</h2>
      <p>{t.feedHelp}</p>
      <p>
        <a href={feed}>{feed}</a>
      </p>
    </>
  );
}
