import { action, defineForm, Field, field, Form, FormErrors, refresh, toast } from "@hyper/actions";

const GuestForm = defineForm("guest", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 80, autocomplete: "off" }),
    email: field.email({ label: "Email", required: true, autocomplete: "off" }),
  },
});

export const invite = action(
  "invite",
  { form: GuestForm },
  ({ form }) => [refresh("form"), toast(`${form.values.name} is invited`)],
);

/** The file that Tailwind writes. */
export const head = <link rel="stylesheet" href="/tailwind.css" />;

const CONTROL = "rounded-lg border border-slate-500 px-3 py-2 aria-invalid:border-red-700";
const BUTTON = "rounded-lg bg-sky-800 px-4 py-2 font-medium text-white hover:bg-sky-900 disabled:opacity-60";

export default function Guests() {
  return (
    <div class="mx-auto max-w-md p-6">
      <h1 class="mb-6 text-2xl font-semibold">Invite a guest</h1>
      <Form action={invite} class="grid gap-4">
        <FormErrors class="rounded-lg bg-red-50 p-4 text-red-800" />
        <Field name="name" class={CONTROL} />
        <Field name="email" class={CONTROL} />
        <button class={BUTTON} hyper-loading-disable>Invite</button>
      </Form>
    </div>
  );
}
