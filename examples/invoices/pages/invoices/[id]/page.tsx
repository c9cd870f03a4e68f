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
 * Context of this page, in addition to the inherited values. It is also resolved if the sign-in replaces this page, and must
 * then reveal nothing, not even whether the invoice exists.
 */
export const context = {
  invoice: async ({ deps }: RequestContext) =>
    await deps.get(currentUser) === null ? null : await deps.get(currentInvoice),
};

type Props = PageProps<"/invoices/[id]", RootContext & typeof context>;

// A function of the props, for a title with the number of the invoice.
export const head = ({ context: { invoice } }: Props) => invoice && <title>{titleOf(invoice)}</title>;

export const saveInvoice = action("save_invoice", {
  guard: clerksOnly,
  // A factory: the form of this record. The record is read once per request.
  form: async ({ deps }) => [InvoiceForm, { initial: await deps.get(currentInvoice) }],
  inject: { invoice: Depends(currentInvoice) },
}, ({ form, invoice }) => {
  const { then, ...details } = form.values;
  if (then === "send") {
    const reason = whyNotReady({ ...details, lines: invoice.lines });
    // The action function can reject the form too: the page shows the entered values and the error.
    if (reason !== null) return form.addError("", reason);
  }
  saveDetails(invoice.id, details);
  // Returns nothing: `success` of the form applies.
  if (then === "save") return;
  sendInvoice(invoice.id);
  return [refresh("#main"), toast(`Sent to ${details.customer.email}`)];
});

export const saveInvoiceLines = action("save_lines", {
  guard: clerksOnly,
  form: async ({ deps }) => [LinesForm, { initial: (await deps.get(currentInvoice)).lines }],
  inject: { invoice: Depends(currentInvoice) },
}, ({ form, invoice }) => {
  // In order, without deleted and unused rows.
  saveLines(invoice.id, form.values);
  return [refresh("#main"), toast("Lines saved")];
});

const SECTIONS = [
  { label: "Customer", fields: ["customer.name", "customer.email"] },
  { label: "Terms", description: "The terms of the customer.", fields: ["issued", "due", "currency", "reminders"] },
];

/** An invoice, with two forms that are saved separately. */
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
