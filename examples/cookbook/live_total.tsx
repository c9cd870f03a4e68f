import { action, defineForm, Field, field, Form, html, SubmitButton, toast } from "@hyper/actions";

const OrderForm = defineForm("order", {
  fields: {
    adults: field.number({ label: "Adults", min: 0, max: 20, initial: 1, required: true }),
    children: field.number({ label: "Children", min: 0, max: 20, initial: 0, required: true }),
  },
});

const priceOf = (adults: number, children: number) => adults * 12 + children * 5;

/** Runs at each input: it reads the form and changes nothing. */
export const showTotal = action("show_total", { form: OrderForm }, ({ form }) => {
  const { adults, children } = form.values;
  const price = priceOf(adults, children);
  // Without scripts, the toast is shown on the page that is loaded again.
  return [html(<Total price={price} />, { target: "#total" }), toast(`${price} €`)];
});

export const order = action("order_tickets", { form: OrderForm }, ({ form }) => {
  // Calculated again: the price on the page is only shown.
  const { adults, children } = form.values;
  return toast(`Ordered for ${priceOf(adults, children)} €`);
});

const Total = ({ price }: { readonly price: number }) => <output id="total">{`${price} €`}</output>;

export default function Tickets() {
  return (
    <>
      <h1>Tickets</h1>
      <Form action={showTotal} hyper-on="input">
        <Field name="adults" />
        <Field name="children" />
        <p>
          Total: <Total price={priceOf(1, 0)} />
        </p>
        <SubmitButton action={order}>Order</SubmitButton> <button>Show total</button>
      </Form>
    </>
  );
}
