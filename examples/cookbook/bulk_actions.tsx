import { action, changed, Form, region, SubmitButton, toast } from "@hyper/actions";

const mails = new Map([["1", "Invoice"], ["2", "Newsletter"], ["3", "Holidays"]]);
const read = new Set<string>();

/** Returns the checked IDs that exist: nothing, one value or a list was sent. */
function checkedIds(data: { readonly id?: unknown }): string[] {
  return [data.id ?? []].flat().map(String).filter((id) => mails.has(id));
}

export const markRead = action("mark_read", ({ data }) => {
  const ids = checkedIds(data);
  for (const id of ids) read.add(id);
  return [changed("mails"), toast(`${ids.length} marked as read`)];
});

export const removeMails = action("delete_mails", ({ data }) => {
  const ids = checkedIds(data);
  for (const id of ids) mails.delete(id);
  return [changed("mails"), toast(`${ids.length} deleted`)];
});

export const Mails = region("mails", { depends: "mails" }, () => (
  <ul>
    {[...mails].map(([id, subject]) => (
      <li key={id}>
        <label>
          <input type="checkbox" name="id" value={id} /> {subject}
        </label>
        {read.has(id) && " (read)"}
      </li>
    ))}
  </ul>
));

export default function Inbox() {
  return (
    <>
      <h1>Inbox</h1>
      <Form action={markRead} aria-label="Mails">
        <Mails />
        <button>Mark as read</button> <SubmitButton action={removeMails}>Delete</SubmitButton>
      </Form>
    </>
  );
}
