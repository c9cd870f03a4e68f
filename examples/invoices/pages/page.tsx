import { action, Form, type PageProps, pageUrl, redirect, region, type RequestContext } from "@hyper/actions";
import { addInvoice, type Invoice, INVOICES, listInvoices, titleOf, totalOf } from "../invoices.ts";
import { clerksOnly, currentUser, signedInOnly } from "../session.ts";
import { SendAll, Sending } from "./_components/sending/component.tsx";
import { admit } from "./_components/session/component.tsx";

/** Context of this page, of all pages below, and of their layouts. */
export const context = { user: ({ deps }: RequestContext) => deps.get(currentUser) };

/** Context values of every page. */
export type RootContext = typeof context;

export const render = admit;

// The second of the three guards: it runs before the body is read.
export const newInvoice = action(
  "new_invoice",
  { guard: clerksOnly },
  () => redirect(pageUrl("/invoices/[id]", { id: addInvoice() })),
);

/** The page with the list of invoices. */
export default function Invoices({ context: { user } }: PageProps<"/", RootContext>) {
  return (
    <>
      <h1>Invoices</h1>
      {user?.role === "clerk" && (
        <div class="toolbar">
          <Form action={newInvoice}>
            <button>New invoice</button>
          </Form>
          <SendAll />
        </div>
      )}
      <Sending />
      <InvoiceList />
    </>
  );
}

/** The list of invoices. */
export const InvoiceList = region("invoices", { depends: INVOICES, guard: signedInOnly }, () => {
  const invoices = listInvoices();
  if (invoices.length === 0) return <p class="empty">No invoices yet</p>;
  return <ul class="list">{invoices.map((invoice) => <Row key={invoice.id} invoice={invoice} />)}</ul>;
});

function Row({ invoice }: { readonly invoice: Invoice }) {
  const { id, customer, status } = invoice;
  return (
    <li>
      <a href={pageUrl("/invoices/[id]", { id })}>{titleOf(invoice)}</a>
      <span>{customer.name || "No customer yet"}</span>
      <span>{totalOf(invoice)}</span>
      <span class={`status ${status}`}>{status}</span>
    </li>
  );
}
