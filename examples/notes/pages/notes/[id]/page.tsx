import {
  action,
  changed,
  defineForm,
  DUrl,
  Field,
  field,
  Form,
  FormErrors,
  HyperError,
  type PageContext,
  redirect,
  refresh,
  toast,
} from "@hyper/actions";
import { z } from "zod";
import { NOTES } from "../../_components/notes/component.tsx";
import { deleteNote, findNote, type Note, updateNote } from "../../../database.ts";

const noteId = DUrl("id", Number);

const NoteForm = defineForm("note", {
  schema: z.object({
    title: z.string().trim().min(1, "Enter a title").max(80, "Use at most 80 characters"),
    body: z.string().max(10_000).default(""),
    due: z.iso.date("Enter a date").optional(),
  }),
  fields: {
    title: field.text({ label: "Title" }),
    body: field.textarea({ label: "Text" }),
    due: field.date({ label: "Due", help: "Leave empty if the note has no due date" }),
  },
  getInitial: async ({ deps }) => {
    const { title, body, due } = mustFind(await deps.get(noteId));
    return { title, body, due: due ?? "" };
  },
});

export const saveNote = action(
  "save_note",
  { form: NoteForm, inject: { id: noteId }, skipHandlerGuard: true },
  ({ form, id }) => {
    const { title, body, due } = form.values;
    updateNote(mustFind(id), { title, body, due: due ?? null });
    // Renders the page again: the new title above the form, and no error messages. Lists of notes are in other tabs.
    return [changed(NOTES), refresh("#main"), toast("Note saved")];
  },
);

export const discardNote = action("discard_note", { inject: { id: noteId }, skipHandlerGuard: true }, ({ id }) => {
  deleteNote(id);
  return [changed(NOTES), toast("Note deleted"), redirect("/")];
});

export const head = <title>Note</title>;

export async function render({ deps }: PageContext) {
  const note = mustFind(await deps.get(noteId));
  return (
    <>
      <h1>{note.title}</h1>
      <Form action={saveNote}>
        <FormErrors />
        <Field name="title" />
        <Field name="body" rows={8} />
        <Field name="due" />
        <button type="submit">Save</button>
      </Form>
      <Form action={discardNote} hyper-confirm={`Delete “${note.title}”?`}>
        <button class="danger">Delete this note</button>
      </Form>
      <p>
        <a href="/">All notes</a>
      </p>
    </>
  );
}

function mustFind(id: number): Note {
  const note = findNote(id);
  if (note === null) throw new HyperError(404, "This note does not exist");
  return note;
}
