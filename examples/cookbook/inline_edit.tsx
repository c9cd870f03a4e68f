import { action, defineForm, Field, field, Form, type PageProps, redirect } from "@hyper/actions";

const notes = new Map([["1", "Buy milk"], ["2", "Call Ada"]]);

const NoteForm = defineForm("note", {
  fields: {
    id: field.hidden({ required: true }),
    text: field.text({ label: "Note", required: true, maxlength: 80 }),
  },
});

export const save = action("save_note", { form: NoteForm }, ({ form }) => {
  const { id, text } = form.values;
  if (!notes.has(id)) return form.addError("", "This note was deleted");
  notes.set(id, text);
  return redirect("?");
});

export default function Notes({ url }: PageProps) {
  const edited = url.searchParams.get("edit");
  return (
    <>
      <h1>Notes</h1>
      <ul hyper-nav>
        {[...notes].map(([id, text]) => (
          <li key={id}>{id === edited ? <Edit id={id} text={text} /> : <Note id={id} />}</li>
        ))}
      </ul>
    </>
  );
}

function Note({ id }: { readonly id: string }) {
  const text = notes.get(id);
  return (
    <>
      {text} <a href={`?edit=${id}`} aria-label={`Edit “${text}”`}>Edit</a>
    </>
  );
}

function Edit({ id, text }: { readonly id: string; readonly text: string }) {
  return (
    <Form action={save} initial={{ id, text }}>
      <Field name="id" />
      <Field name="text" autofocus />
      <button>Save</button> <a href="?">Cancel</a>
    </Form>
  );
}
