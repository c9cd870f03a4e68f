import { action, defineForm, field, Form, refresh } from "@hyper/actions";

const names: string[] = [];
const GuestForm = defineForm("guest", {
  fields: { name: field.text({ label: "Your name", required: true, autocomplete: "name" }) },
});

export const sign = action("sign", { form: GuestForm, skipHandlerGuard: true }, ({ form }) => {
  names.push(form.values.name);
  return refresh("main");
});

export default () => (
  <>
    <ul>{names.map((name, index) => <li key={index}>{name}</li>)}</ul>
    <Form action={sign} submit="Sign" />
  </>
);
