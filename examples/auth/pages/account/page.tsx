import {
  action,
  type ContextFunctions,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  type PageProps,
  refresh,
  type RequestContext,
  toast,
} from "@hyper/actions";
import { findTyped, forgetTyped, keepTyped } from "../../kept.ts";
import { accounts, admit, currentUser, member } from "../../session.ts";

const ProfileForm = defineForm("profile", {
  fields: {
    title: field.text({ label: "Display name", required: true, maxlength: 80 }),
    about: field.textarea({ label: "About you", maxlength: 2_000 }),
  },
  // Input that was sent after the session had expired replaces the saved values.
  getInitial: async (ctx) => {
    const user = await ctx.deps.get(currentUser);
    return user === null ? null : await findTyped("profile", user, ctx) ?? user;
  },
  guard: keepTyped,
});

export const saveProfile = action(
  "save_profile",
  // Not public: the guard of the form requires a sign-in, and keeps the submitted text.
  { form: ProfileForm, skipHandlerGuard: true },
  async (ctx) => {
    const { form, deps } = ctx;
    // Resolved here, because `inject` is resolved before the guard of the form.
    const [user, known] = [await deps.get(member), await deps.get(accounts)];
    known.saveProfile(user.id, form.values);
    await forgetTyped(form.name, user, ctx);
    return [refresh("#main"), toast("Account saved")];
  },
);

export const head = <title>Your account</title>;

/** For users who are signed in. */
export const render = admit();

export const context = {
  // The guard of the page has run before.
  member: ({ deps }) => deps.get(member),
  isTyped: async (ctx: RequestContext) => await findTyped("profile", await ctx.deps.get(member), ctx) !== null,
} satisfies ContextFunctions;

/** The profile page. */
export default function Account({ context: { member, isTyped } }: PageProps<string, typeof context>) {
  return (
    <>
      <h1>{member.title || member.name}</h1>
      {isTyped && <p role="status" class="note">Your changes were restored. They are not saved yet.</p>}
      <Form action={saveProfile} class="stack">
        <FormErrors />
        <Field name="title" />
        <Field name="about" rows={6} />
        <button>Save</button>
      </Form>
    </>
  );
}
