import { action, defineForm, Field, field, Form, FormErrors, html, toast } from "@hyper/actions";

const TableForm = defineForm("table", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 40 }),
    email: field.email({ label: "E-mail", required: true, help: "Nothing is sent: this is a demonstration" }),
    day: field.radio({ label: "Day", choices: ["Friday", "Saturday", "Sunday"], required: true }),
    seats: field.number({ label: "Seats", required: true, min: 1, max: 8, initial: 2 }),
    wish: field.textarea({ label: "Wishes", maxlength: 200 }),
  },
  // What no field can tell by itself.
  clean({ day, seats }, { addError }) {
    if (day === "Sunday" && seats > 4) addError("seats", "On Sundays there is only the small room: 4 seats at most");
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
      {/* `novalidate`, so that it is the server that is seen to refuse. Leave it out and the browser does, too. */}
      <Form action={bookTable} novalidate>
        <FormErrors title="The table is not booked yet" />
        <Field name="name" />
        <Field name="email" />
        <Field name="day" />
        <Field name="seats" />
        <Field name="wish" rows={2} />
        <button hyper-loading-disable>Book</button>
      </Form>
      <Booking text="Nothing is booked yet" />
    </>
  );
}

const Booking = ({ text }: { readonly text: string }) => <p id="booking">{text}</p>;
