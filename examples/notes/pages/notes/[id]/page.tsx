import {
  action,
  defineForm,
  DUrl,
  Field,
  field,
  Form,
  FormErrors,
  html,
  HyperError,
  type PageContext,
  redirect,
  toast,
} from "@hyper/actions";
import { z } from "zod";
import { deleteNote, findNote, type Note, updateNote } from "../../../database.ts";

const noteId = DUrl("id", Number);

const NoteForm = defineForm("note", {
  schema: z.object({
    title: z.string().trim().min(1, "Give the note a title").max(80, "Use at most 80 characters"),
    body: z.string().max(10_000).default(""),
    due: z.iso.date("Enter a date").optional(),
  }),
  fields: {
    title: field.text({ label: "Title", required: true, maxlength: 80 }),
    body: field.textarea({ label: "Text" }),
    due: field.date({ label: "Due", help: "Leave it empty for a note that can wait" }),
  },
  getInitial: async ({ deps }) => {
    const { title, body, due } = mustFind(await deps.get(noteId));
    return { title, body, due: due ?? "" };
  },
});

export const saveNote = action("save_note", { form: NoteForm, inject: { id: noteId } }, ({ form, id }) => {
  const { title, body, due } = form.values;
  const note = updateNote(mustFind(id), { title, body, due: due ?? null });
  return [html(<Title note={note} />, { target: "#title", swap: "morph" }), toast("Note saved")];
});

export const discardNote = action("discard_note", { inject: { id: noteId } }, ({ id }) => {
  deleteNote(id);
  return [toast("Note deleted"), redirect("/")];
});

export const head = <title>Note</title>;

export async function render({ deps }: PageContext) {
  const note = mustFind(await deps.get(noteId));
  return (
    <>
      <Title note={note} />
      <Form action={saveNote} class="stack">
        <FormErrors />
        <Field name="title" />
        <Field name="body" rows={8} />
        <Field name="due" />
        <button>Save</button>
      </Form>
      <Form action={discardNote}>
        <button class="quiet">Delete this note</button>
      </Form>
      <p>
        <a href="/">All notes</a>
      </p>
    </>
  );
}

function Title({ note }: { readonly note: Note }) {
  return <h1 id="title">{note.title}</h1>;
}

function mustFind(id: number): Note {
  const note = findNote(id);
  if (note === null) throw new HyperError(404, "There is no such note");
  return note;
}
