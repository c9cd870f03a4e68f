/** The form of an invoice without its lines. The schema validates it, and defines its fields and types. */
import { defineForm, field, HyperError } from "@hyper/actions";
import { z } from "zod";

export const InvoiceForm = defineForm("invoice", {
  // Defines types, limits and texts: fields, labels and help are derived from it.
  schema: z.object({
    customer: z.object({
      name: z.string().trim().min(1, "Enter the name of the customer").max(80, "Use at most 80 characters")
        .meta({ title: "Name" }),
      email: z.email("Enter an email address, such as name@example.com")
        .meta({ title: "Email", description: "The invoice is sent to this address" }),
    }),
    issued: z.iso.date("Enter a date").meta({ title: "Date" }),
    due: z.iso.date("Enter a date").nullable()
      .meta({ title: "Due", description: "Leave empty if the invoice is due immediately" }),
    currency: z.enum(["EUR", "GBP", "USD"]),
    reminders: z.boolean().meta({ title: "Send reminders when overdue" }),
    note: z.string().max(1000, "Use at most 1,000 characters"),
    // The button. Without one, such as with the Enter key or from a script, the invoice is saved.
    then: z.enum(["save", "send"]).default("save"),
  }),
  // Not in the schema: a multi-line control, and labels of choices.
  fields: {
    note: field.textarea({ placeholder: "Thank you for your order" }),
    then: field.select({
      choices: [{ value: "save", label: "Save" }, { value: "send", label: "Save and send" }],
    }),
  },
  // Checks several fields together.
  clean({ issued, due }, { addError }) {
    if (due !== null && due < issued) addError("due", "The due date cannot be before the invoice date");
  },
  // The third guard of this page. It receives the invoice and the entered values.
  guard({ form }) {
    refuseSent(form.initial.status);
  },
  // Used if the action function returns nothing.
  success: { toast: ({ customer }) => `Invoice for ${customer.name} saved`, redirect: "/" },
});

/** Rejects changes of a sent invoice with a message. `return false` would be a 403 without one. */
export function refuseSent(status: unknown): void {
  if (status === "sent") throw new HyperError(409, "This invoice has been sent and cannot be changed");
}
