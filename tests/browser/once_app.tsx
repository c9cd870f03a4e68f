/** The application of `once_test.ts`: a slow shop. */
import { action, defineForm, Field, field, Form, HyperError, type PageEntry, redirect } from "@hyper/actions";
import type { DatabaseSync } from "node:sqlite";

const OrderForm = defineForm("order", { fields: { item: field.text({ label: "Item", required: true }) } });

/** The pages of a shop that writes its orders to a database. */
export function shopPages(database: DatabaseSync): readonly PageEntry[] {
  let isBroken = true;
  const order = action("order", { form: OrderForm }, async ({ form }) => {
    const { item } = form.values;
    if (item === "broken" && isBroken) {
      isBroken = false;
      throw new HyperError(409, "The till is closed");
    }
    // Long enough for a second click to find the first one active.
    await new Promise((resolve) => setTimeout(resolve, 150));
    database.prepare("INSERT INTO orders (item) VALUES (?)").run(item);
    return redirect("/thanks");
  });
  const Shop = () => (
    <main>
      <Form action={order}>
        <Field name="item" />
        <button>Order</button>
      </Form>
    </main>
  );
  return [
    { path: "/", load: () => Promise.resolve({ default: Shop, order }) },
    { path: "/thanks", load: () => Promise.resolve({ default: () => <p>Thank you</p> }) },
  ];
}
