import { action, defineForm, Field, field, Form, html, toast, Toasts } from "@hyper/actions";
import { addOrder } from "../orders.ts";

const OrderForm = defineForm("order", {
  fields: { item: field.text({ label: "Item", required: true, maxlength: 80 }) },
});

/** Saves an order once, however often the request is sent and whichever thread gets it. */
export const order = action("order", { form: OrderForm, skipHandlerGuard: true }, async ({ form }) => {
  await addOrder(form.values.item);
  return toast("Ordered");
});

const ImportForm = defineForm("import", {
  fields: { file: field.file({ label: "File", required: true, maxBytes: 50_000_000 }) },
});

/** Receives a large file and returns its size. */
export const importFile = action(
  "import",
  { form: ImportForm, limits: { fileBytes: 50_000_000 }, skipHandlerGuard: true },
  ({ form }) => ({ bytes: form.values.file.size }),
);

/** Counts slowly, to check that a proxy does not buffer a stream. */
export const count = action("count", { method: "GET", skipHandlerGuard: true }, async function* ({ signal }) {
  for (let number = 1; number <= 3; number++) {
    yield html(<b>{number}</b>, { target: "#count", swap: "inner" });
    await pause(1000, signal);
  }
});

export default function Shop() {
  return (
    <main>
      <h1>Shop</h1>
      <Toasts />
      <Form action={order}>
        <Field name="item" />
        <button>Order</button>
      </Form>
      <Form action={importFile}>
        <Field name="file" />
        <button>Import</button>
      </Form>
      <p id="count" aria-live="polite"></p>
    </main>
  );
}

/** Waits until the time has passed or the client disconnects. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  return promise;
}
