/** The list of notes, and its actions: add, rename, delete, back up. */
import { action, changed, defineForm, Field, field, Form, html, HyperError, region, toast } from "@hyper/actions";
import { z } from "zod";
import * as database from "../../../database.ts";
import type { Backup, Note } from "../../../database.ts";

const AddForm = defineForm("add", {
  fields: { title: field.text({ label: "New note", required: true, maxlength: 80 }) },
});

const RenameForm = defineForm("rename", {
  fields: {
    id: field.hidden({ required: true }),
    title: field.text({ label: "Title", required: true, maxlength: 80 }),
  },
});

/** The topic of the list. */
export const NOTES = "notes";

/** Delay for each note of a backup, in milliseconds, to make the progress visible. */
const COPY_PAUSE = 60;

// Everyone may change the notes of this demo, hence `skipHandlerGuard`. A real application passes createHandler() a guard.
export const addNote = action("add_note", { form: AddForm, skipHandlerGuard: true }, ({ form }) => {
  database.addNote({ title: form.values.title, body: "", due: null });
  return [
    changed(NOTES),
    html(<AddNote />, { target: "#add", swap: "outer", focus: "#add input[name=title]" }),
    toast("Note added"),
  ];
});

export const renameNote = action("rename_note", { form: RenameForm, skipHandlerGuard: true }, ({ form }) => {
  const note = database.findNote(Number(form.values.id));
  if (note === null) throw new HyperError(404, "This note has been deleted");
  database.updateNote(note, { title: form.values.title });
  return [changed(NOTES), toast("Title saved")];
});

export const deleteNote = action(
  "delete_note",
  { input: z.object({ id: z.coerce.number().int() }), skipHandlerGuard: true },
  ({ data }) => {
    database.deleteNote(data.id);
    return [changed(NOTES), toast("Note deleted")];
  },
);

export const makeBackup = action("make_backup", { skipHandlerGuard: true }, async function* () {
  const notes = database.listNotes();
  for (const [index, note] of notes.entries()) {
    database.copyNote(note);
    yield html(<BackupProgress done={index + 1} of={notes.length} />, { target: "#backup", swap: "morph" });
    await new Promise((resolve) => setTimeout(resolve, COPY_PAUSE));
  }
  yield html(<BackupState backup={database.recordBackup(notes.length)} />, { target: "#backup", swap: "outer" });
  yield toast("Backup complete");
});

/** The form that adds a note. */
export function AddNote() {
  return (
    <section id="add">
      <Form action={addNote} class="row">
        <Field name="title" placeholder="Buy milk" />
        <button type="submit">Add</button>
      </Form>
    </section>
  );
}

/**
 * The list of notes; without any, a message. After `changed(NOTES)` each tab shows it as its own address asks for. Everyone may
 * see it; without the guard, its references would be signed.
 */
export const NoteList = region("notes", { depends: NOTES, guard: () => true }, ({ url }) => {
  const search = url.searchParams.get("q") ?? "";
  return (
    <div id="notes" class="notes" role="list" data-empty={search === "" ? "No notes yet" : "No matching notes"}>
      {database.listNotes(search).map((note) => <NoteRow key={note.id} note={note} />)}
    </div>
  );
});

function NoteRow({ note }: { readonly note: Note }) {
  const { id, title, due } = note;
  return (
    <div id={`note-${id}`} class="note" role="listitem">
      <Form action={renameNote} instance={id} initial={{ id, title }} class="row title">
        <Field name="id" />
        <Field name="title" label={`Title of note ${id}`} />
        <button type="submit">Save</button>
      </Form>
      {due !== null && <Due date={due} />}
      <a href={`/notes/${id}`} aria-label={`Open ${title}`}>Open</a>
      <Form action={deleteNote} instance={id} hyper-confirm={`Delete “${title}”?`}>
        <input type="hidden" name="id" value={id} />
        <button class="danger" aria-label={`Delete ${title}`}>Delete</button>
      </Form>
    </div>
  );
}

function Due({ date }: { readonly date: string }) {
  const late = date < new Date().toISOString().slice(0, 10);
  const shown = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" }).format(new Date(date));
  return <time datetime={date} class={late ? "late" : undefined}>{`${late ? "Overdue since" : "Due"} ${shown}`}</time>;
}

const TIME = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

/** The time of the last backup. */
export function BackupState({ backup }: { readonly backup: Backup | null }) {
  const words = backup === null
    ? "No backup yet"
    : `${backup.notes} ${backup.notes === 1 ? "note" : "notes"} backed up on ${TIME.format(new Date(backup.at))} UTC`;
  return (
    <div id="backup">
      <p>{words}</p>
    </div>
  );
}

function BackupProgress({ done, of }: { readonly done: number; readonly of: number }) {
  return (
    <div id="backup">
      <label for="backup-progress">{`${done} of ${of}`}</label>
      <progress id="backup-progress" value={done} max={of} />
    </div>
  );
}
