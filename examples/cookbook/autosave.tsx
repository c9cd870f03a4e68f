import { action, createMemoryStore, defineForm, Field, field, Form, html, SubmitButton, toast } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import { z } from "zod";

const session = sessions({ store: createMemoryStore(), values: { draft: z.string() } });

const PostForm = defineForm("post", {
  fields: { text: field.textarea({ label: "Text", required: true, maxlength: 5_000 }) },
  getInitial: async ({ deps }) => ({ text: (await deps.get(session)).get("draft") ?? "" }),
});

export const saveDraft = action("save_draft", { form: PostForm, inject: { session } }, ({ form, session }) => {
  session.set("draft", form.values.text);
  return html(<Saved text="Draft saved" />, { target: "#saved" });
});

export const publishPost = action("publish_post", { form: PostForm, inject: { session } }, ({ form, session }) => {
  session.delete("draft");
  return toast(`${form.values.text.length} characters published`);
});

const Saved = ({ text }: { readonly text: string }) => <p id="saved" role="status">{text}</p>;

export default function Write() {
  return (
    <>
      <h1>Write</h1>
      {/* The form saves the draft while the user types; without scripts, with the second button. */}
      <Form action={saveDraft} hyper-on="input" hyper-delay="800">
        <Field name="text" />
        <SubmitButton action={publishPost}>Publish</SubmitButton> <button>Save draft</button>
      </Form>
      <Saved text="" />
    </>
  );
}
