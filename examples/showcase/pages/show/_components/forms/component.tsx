import { action, defineForm, Field, field, Form, FormErrors, html, toast } from "@hyper/actions";

const TableForm = defineForm("table", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 40, autocomplete: "name" }),
    email: field.email({
      label: "Email",
      required: true,
      autocomplete: "email",
      help: "This is a demonstration: no e-mail is sent",
    }),
    day: field.radio({ label: "Day", choices: ["Friday", "Saturday", "Sunday"], required: true }),
    seats: field.number({ label: "Seats", required: true, min: 1, max: 8, initial: 2 }),
    wish: field.textarea({ label: "Wishes", maxlength: 200 }),
  },
  // Checks several fields together.
  clean({ day, seats }, { addError }) {
    if (day === "Sunday" && seats > 4) addError("seats", "On Sundays there is only the small room: at most 4 seats");
  },
});

export const bookTable = action("book_table", { form: TableForm }, ({ form }) => {
  const { name, day, seats } = form.values;
  return [
    html(<Booking text={`${name}, ${seats} seats on ${day}`} />, { target: "#booking" }),
    toast(`Booked for ${name}`),
  ];
});

export function Demo() {
  return (
    <>
      {/* `novalidate` disables the checks of the browser, so that you see those of the server. */}
      <Form action={bookTable} novalidate>
        <FormErrors title="The table was not booked" />
        <Field name="name" />
        <Field name="email" />
        <Field name="day" />
        <Field name="seats" />
        <Field name="wish" rows={2} />
        <button hyper-loading-disable>Book</button>
      </Form>
      <Booking text="No booking yet" />
    </>
  );
}

const Booking = ({ text }: { readonly text: string }) => <p id="booking">{text}</p>;
