import { action, defineForm, Field, field, Form, html } from "@hyper/actions";
import type { VNode } from "preact";
import { items, ItemTable, TodoItem } from "../../parts.tsx";

const ContactForm = defineForm("contact", {
  fields: {
    name: field.text({ required: true, maxlength: 80 }),
    email: field.email({ required: true }),
    note: field.textarea({ maxlength: 200 }),
  },
});

export const addContact = action("add_contact", { form: ContactForm }, () => {});

export const addTodo = action(
  "add_todo",
  ({ data }) =>
    html(<TodoItem id={Number(data.id)} title={String(data.title)} />, { target: "#todos", swap: "append" }),
);

export const follow = action("follow", { method: "GET" }, function* () {
  for (let id = 0; id < 1000; id++) {
    yield html(<TodoItem id={id} title="Milk" />, { target: "#todos", swap: "append" });
  }
});

export default function FormPage(): VNode {
  return (
    <main>
      <Form action={addContact}>
        <Field name="name" />
        <Field name="email" />
        <Field name="note" />
        <button type="submit">Add</button>
      </Form>
      <ItemTable items={items.slice(0, 20)} />
    </main>
  );
}
