import { action, changed, Form, region } from "@hyper/actions";

const notes = new Map([["1", "Buy milk"], ["2", "Call Ada"]]);
// In a database: a column with the time of the deletion, and a job that removes old rows.
const deleted = new Set<string>();

export const remove = action("delete_note", ({ data }) => {
  if (notes.has(String(data.id))) deleted.add(String(data.id));
  return changed("notes");
});

export const restore = action("restore_note", ({ data }) => {
  deleted.delete(String(data.id));
  return changed("notes");
});

export const Notes = region("notes", { depends: "notes" }, () => (
  <ul>
    {[...notes].map(([id, text]) => (
      <li key={id}>{deleted.has(id) ? <Gone id={id} /> : <Note id={id} text={text} />}</li>
    ))}
  </ul>
));

function Note({ id, text }: { readonly id: string; readonly text: string }) {
  return (
    <Form action={remove} instance={id}>
      <span>{text}</span> <input type="hidden" name="id" value={id} />
      <button aria-label={`Delete “${text}”`}>Delete</button>
    </Form>
  );
}

function Gone({ id }: { readonly id: string }) {
  return (
    <Form action={restore} instance={id}>
      <span>Deleted</span> <input type="hidden" name="id" value={id} />
      <button>Undo</button>
    </Form>
  );
}

export default function Page() {
  return (
    <>
      <h1>Notes</h1>
      <Notes />
    </>
  );
}
