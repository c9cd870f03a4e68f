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
 * In addition to the inherited context of the root page. It is also made when the sign-in replaces this page, and then must not
 * reveal anything, not even whether the invoice exists.
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
  // A factory: the form with the values of this invoice.
  form: async ({ deps }) => [InvoiceForm, { initial: await deps.get(currentInvoice) }],
  inject: { invoice: Depends(currentInvoice) },
}, ({ form, invoice }) => {
  const { then, ...details } = form.values;
  if (then === "send") {
    const reason = whyNotReady({ ...details, lines: invoice.lines });
    // The action function can make the form invalid too: the page is rendered with the submitted values.
    if (reason !== null) return form.addError("", reason);
  }
  saveDetails(invoice.id, details);
  // The option `success` of the form provides the outcome.
  if (then === "save") return;
  sendInvoice(invoice.id);
  return [refresh("#main"), toast(`Sent to ${details.customer.email}`)];
});

export const saveInvoiceLines = action("save_lines", {
  guard: clerksOnly,
  form: async ({ deps }) => [LinesForm, { initial: (await deps.get(currentInvoice)).lines }],
  inject: { invoice: Depends(currentInvoice) },
}, ({ form, invoice }) => {
  // In their order, without deleted and unchanged rows.
  saveLines(invoice.id, form.values);
  return [refresh("#main"), toast("Lines saved")];
});

const SECTIONS = [
  { label: "Customer", fields: ["customer.name", "customer.email"] },
  { label: "Terms", description: "The terms of the customer.", fields: ["issued", "due", "currency", "reminders"] },
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
