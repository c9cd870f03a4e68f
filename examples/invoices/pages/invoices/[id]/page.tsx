import { action, Depends, Form, type PageProps, refresh, type RequestContext, toast } from "@hyper/actions";
import { DesignedForm } from "../../../components/designed_form.tsx";
import { DesignedFormset } from "../../../components/designed_formset.tsx";
import { InvoiceForm } from "../../../forms/invoice_form.ts";
import { LinesForm } from "../../../forms/lines_form.ts";
import {
  currentInvoice,
  saveDetails,
  saveLines,
  sendInvoice,
  titleOf,
  totalOf,
  whyNotReady,
} from "../../../invoices.ts";
import { clerksOnly, currentUser } from "../../../session.ts";
import { admit } from "../../_components/session/component.tsx";
import type { RootContext } from "../../page.tsx";

export const render = admit;

/**
 * Beside what the root page gives, which is inherited. It is made where the sign-in stands in place of this page too, and
 * then must tell nothing: not even whether there is such an invoice.
 */
export const context = {
  invoice: async ({ deps }: RequestContext) =>
    await deps.get(currentUser) === null ? null : await deps.get(currentInvoice),
};

type Props = PageProps<"/invoices/[id]", RootContext & typeof context>;

// A function of the props, for a title that says which invoice it is.
export const head = ({ context: { invoice } }: Props) => invoice && <title>{titleOf(invoice)}</title>;

export const saveInvoice = action("save_invoice", {
  guard: clerksOnly,
  // A factory: the form for this record. The record is read once, however many ask for it.
  form: async ({ deps }) => [InvoiceForm, { initial: await deps.get(currentInvoice) }],
  inject: { invoice: Depends(currentInvoice) },
}, ({ form, invoice }) => {
  const { then, ...details } = form.values;
  if (then === "send") {
    const reason = whyNotReady({ ...details, lines: invoice.lines });
    // What only the handler can know refuses the form as well: the page comes back with what was typed.
    if (reason !== null) return form.addError("", reason);
  }
  saveDetails(invoice.id, details);
  // Nothing more: what `success` of the form says follows.
  if (then === "save") return;
  sendInvoice(invoice.id);
  return [refresh("#main"), toast(`Sent to ${details.customer.email}`)];
});

export const saveInvoiceLines = action("save_lines", {
  guard: clerksOnly,
  form: async ({ deps }) => [LinesForm, { initial: (await deps.get(currentInvoice)).lines }],
  inject: { invoice: Depends(currentInvoice) },
}, ({ form, invoice }) => {
  // In their order, without those to be deleted and without rows that nobody touched.
  saveLines(invoice.id, form.values);
  return [refresh("#main"), toast("Lines saved")];
});

const SECTIONS = [
  { label: "Customer", fields: ["customer.name", "customer.email"] },
  { label: "Terms", description: "What the customer agreed to.", fields: ["issued", "due", "currency", "reminders"] },
];

/** One invoice: two forms, each saved by its own button. */
export default function InvoicePage({ context: { invoice, user } }: Props) {
  if (invoice === null) return null;
  const readOnly = user?.role !== "clerk" || invoice.status === "sent";
  return (
    <>
      <h1>{titleOf(invoice)}</h1>
      <p>
        <span class={`status ${invoice.status}`}>{invoice.status}</span> <strong>{totalOf(invoice)}</strong>
      </p>
      <Form action={saveInvoice} class="card">
        <DesignedForm sections={SECTIONS} buttons="then" readOnly={readOnly} />
      </Form>
      <Form action={saveInvoiceLines} class="card">
        <DesignedFormset row="Line" readOnly={readOnly} />
      </Form>
      <p>
        <a href="/">All invoices</a>
      </p>
    </>
  );
}
