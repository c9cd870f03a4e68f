import { action, defineForm, Field, field, Form, FormErrors, refresh, toast } from "@hyper/actions";

const page = { text: "Open from 9 to 5", version: 1 };

const PageForm = defineForm("page", {
  fields: {
    text: field.textarea({ label: "Text", required: true, maxlength: 2_000 }),
    version: field.hidden({ required: true }),
  },
  getInitial: () => page,
});

export const savePage = action("save_page", { form: PageForm }, ({ form }) => {
  const { text, version } = form.values;
  // In SQL: UPDATE … SET version = version + 1 WHERE id = ? AND version = ?, and no row was changed.
  if (Number(version) !== page.version) {
    return form.addError("", "Another user has changed this text. Copy yours, and load the page again");
  }
  page.text = text;
  page.version += 1;
  return [refresh("#page"), toast("Saved")];
});

export default function Edit() {
  return (
    <>
      <h1>Opening hours</h1>
      <Form action={savePage} id="page">
        <FormErrors />
        <Field name="text" />
        <Field name="version" />
        <button>Save</button>
      </Form>
    </>
  );
}
