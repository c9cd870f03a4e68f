import { action, defineForm, field, Form, HyperError, type PageProps, redirect, toast } from "@hyper/actions";

const notes: string[] = [];

const NoteForm = defineForm("new_note", {
  fields: { title: field.text({ label: "Title", required: true, maxlength: 80 }) },
});

export const create = action("create_note", { form: NoteForm }, ({ form }) => {
  const id = notes.push(form.values.title);
  // The next page shows the toast. Loading it again does not create a second note.
  return [toast("Note created"), redirect(`?note=${id}`)];
});

export default function Notes({ url }: PageProps) {
  const id = url.searchParams.get("note");
  if (id === null) {
    return (
      <>
        <h1>New note</h1>
        <Form action={create} submit="Create" />
      </>
    );
  }
  const title = notes[Number(id) - 1];
  if (title === undefined) throw new HyperError(404, "This note does not exist");
  return (
    <>
      <h1>{title}</h1>
      <p>
        <a href="?">New note</a>
      </p>
    </>
  );
}
