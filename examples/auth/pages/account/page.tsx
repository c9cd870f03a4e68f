import {
  action,
  type ContextFunctions,
  defineForm,
  dependency,
  Field,
  field,
  Form,
  FormErrors,
  type PageProps,
  refresh,
  toast,
} from "@hyper/actions";
import { accounts, currentUser, kept, member, members } from "../../session.ts";

/** Input that was sent without scripts after the session had ended, or `null`. */
const restored = dependency("restored", (ctx) => kept.find("profile", ctx));

const ProfileForm = defineForm("profile", {
  fields: {
    title: field.text({ label: "Display name", required: true, maxlength: 80 }),
    about: field.textarea({ label: "About you", maxlength: 2_000 }),
  },
  getInitial: async ({ deps }) => await deps.get(restored) ?? await deps.get(currentUser),
  guard: kept.guard,
});

export const saveProfile = action(
  "save_profile",
  // Not public: the guard of the form requires a sign-in, and keeps the submitted text.
  { form: ProfileForm, skipHandlerGuard: true },
  async ({ form, deps }) => {
    // Resolved here, because `inject` is resolved before the guard of the form.
    const [user, known] = [await deps.get(member), await deps.get(accounts)];
    known.saveProfile(user.id, form.values);
    return [refresh("#main"), toast("Account saved")];
  },
);

export const head = <title>Your account</title>;

/** For users who are signed in. */
export const render = members;

export const context = {
  // The guard of the page has run before.
  member: ({ deps }) => deps.get(member),
  isRestored: async ({ deps }) => await deps.get(restored) !== null,
} satisfies ContextFunctions;

/** The profile page. */
export default function Account({ context: { member, isRestored } }: PageProps<string, typeof context>) {
  return (
    <>
      <h1>{member.title || member.name}</h1>
      {isRestored && <p role="status" class="note">Your changes were restored. They are not saved yet.</p>}
      <Form action={saveProfile}>
        <FormErrors />
        <Field name="title" />
        <Field name="about" rows={6} />
        <button type="submit">Save</button>
      </Form>
    </>
  );
}
