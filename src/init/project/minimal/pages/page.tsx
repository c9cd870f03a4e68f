import {
  action,
  defineForm,
  Field,
  field,
  Form,
  html,
  refresh,
  toast,
} from "@hyper/actions";
import { addEntry, type Entry, listEntries } from "../guestbook.ts";

const EntryForm = defineForm("entry", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 40 }),
    message: field.textarea({
      label: "Message",
      required: true,
      maxlength: 500,
    }),
  },
});

/** Runs on the server when the form below is submitted and valid. */
export const sign = action("sign", { form: EntryForm }, ({ form }) => {
  const { name, message } = form.values;
  const entry = addEntry(name, message);
  return [
    html(<Row {...entry} />, { target: "#entries", swap: "prepend" }),
    // Renders an empty form.
    refresh("form"),
    toast(`Thank you, ${name}`),
  ];
});

export default function GuestBook() {
  return (
    <>
      <h1>Guest book</h1>
      <Form action={sign}>
        <Field name="name" />
        <Field name="message" />
        <button type="submit">Sign</button>
      </Form>
      <ul id="entries">
        {listEntries().map((entry) => <Row key={entry.id} {...entry} />)}
      </ul>
    </>
  );
}

function Row({ name, message }: Entry) {
  return (
    <li>
      <strong>{name}</strong> <span>{message}</span>
    </li>
  );
}
