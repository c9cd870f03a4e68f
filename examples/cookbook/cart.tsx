import { action, changed, createMemoryStore, Form, HyperError, region } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import { z } from "zod";

const PRICES: ReadonlyMap<string, number> = new Map([["Tea", 4], ["Pot", 25]]);

/** The cart of a browser, also before the user signs in. */
const session = sessions({
  store: createMemoryStore(),
  values: { cart: z.record(z.string(), z.number().int().positive()) },
});

export const put = action("put_in_cart", { inject: { session } }, ({ data, session }) => {
  const item = String(data.item);
  if (!PRICES.has(item)) throw new HyperError(400, "This item does not exist");
  // `update()` loses nothing if two tabs do this at the same time.
  session.update("cart", (cart) => ({ ...cart, [item]: (cart?.[item] ?? 0) + 1 }));
  return changed("cart");
});

export const Cart = region("cart", { depends: "cart", inject: { session } }, ({ session }) => {
  const rows = Object.entries(session.get("cart") ?? {});
  // Prices come from the server, never from the form.
  const total = rows.reduce((sum, [item, count]) => sum + count * (PRICES.get(item) ?? 0), 0);
  return (
    <section aria-label="Cart">
      <ul>{rows.map(([item, count]) => <li key={item}>{`${count} × ${item}`}</li>)}</ul>
      <p role="status">{`Total: ${total} €`}</p>
    </section>
  );
});

export default function Shop() {
  return (
    <>
      <h1>Shop</h1>
      {[...PRICES].map(([item, price]) => (
        <Form key={item} action={put} instance={item}>
          <input type="hidden" name="item" value={item} />
          <button>{`${item}, ${price} €`}</button>
        </Form>
      ))}
      <Cart />
    </>
  );
}
