import { action, defineForm, Field, field, Form, html, HyperError, Optimistic, toast } from "@hyper/actions";

const ThingForm = defineForm("thing", {
  fields: { title: field.text({ label: "Title", required: true, maxlength: 40 }) },
});

// Of all users, in the memory of this server, which takes a second for each change.
const things = new Map([["tea", "Tea"], ["rice", "Rice"]]);
const removed = new Map<string, string>();
const MOST = 8;

export const addThing = action("add_thing", { form: ThingForm }, async ({ form }) => {
  await slowly();
  if (things.size >= MOST) throw new HyperError(409, `The list is full: ${MOST} things`);
  things.set(crypto.randomUUID().slice(0, 8), form.values.title);
  return html(<Things />, { target: "#things", swap: "morph" });
});

export const removeThing = action("remove_thing", async ({ data }) => {
  await slowly();
  const id = String(data.id);
  removed.set(id, things.get(id) ?? "");
  things.delete(id);
  return [
    html(<Things />, { target: "#things", swap: "morph" }),
    toast("Removed", { undo: { action: restoreThing, data: { id } } }),
  ];
});

// Called by the button of the toast. Its data is input like any other.
export const restoreThing = action("restore_thing", ({ data }) => {
  const title = removed.get(String(data.id));
  if (title === undefined || things.size >= MOST) throw new HyperError(409, "It cannot be restored any more");
  things.set(String(data.id), title);
  return html(<Things />, { target: "#things", swap: "morph" });
});

export function Demo() {
  return (
    <>
      <Things />
      <Form action={addThing} hyper-sync="queue">
        <Field name="title" />
        <button>Add</button>
        <Optimistic target="#things" swap="append">{(entered) => <li>{entered("title")}</li>}</Optimistic>
      </Form>
    </>
  );
}

const Things = () => (
  <ul id="things">
    {[...things].map(([id, title]) => (
      <li key={id} id={`thing-${id}`}>
        {title}
        <Form action={removeThing} instance={id}>
          <button name="id" value={id} aria-label={`Remove ${title}`}>Remove</button>
          <Optimistic target={`#thing-${id}`} swap="delete" />
        </Form>
      </li>
    ))}
  </ul>
);

const slowly = () => new Promise((resolve) => setTimeout(resolve, 1000));
