import { action, defineForm, Field, field, Form, html, toast } from "@hyper/actions";

const GuestForm = defineForm("guest", {
  fields: { name: field.text({ label: "Your name", required: true, maxlength: 40 }) },
});

export const greet = action("greet", { form: GuestForm }, ({ form }) => {
  const { name } = form.values;
  return [html(`Hello, ${name}`, { target: "#greeting", swap: "inner" }), toast(`Welcome, ${name}`)];
});

export function Hello() {
  return (
    <Form action={greet}>
      <Field name="name" autocomplete="off" />
      <button>Say hello</button>
      <p id="greeting">No guests yet</p>
    </Form>
  );
}
