/** The form of an invoice without its lines. The schema provides validation, fields and types. */
import { defineForm, field, HyperError } from "@hyper/actions";
import { z } from "zod";

export const InvoiceForm = defineForm("invoice", {
  // Fields, constraints, labels and help come from the schema.
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
    reminders: z.boolean().meta({ title: "Send payment reminders" }),
    note: z.string().max(1000, "Use at most 1,000 characters"),
    // The button that was pressed. Without one, as in a call from a script, the invoice is saved.
    then: z.enum(["save", "send"]).default("save"),
  }),
  // Facts that a schema does not have: a text with several lines, and the labels of choices.
  fields: {
    note: field.textarea({ placeholder: "Thank you for your order" }),
    then: field.select({
      choices: [{ value: "save", label: "Save" }, { value: "send", label: "Save and send" }],
    }),
  },
  // A rule for two fields.
  clean({ issued, due }, { addError }) {
    if (due !== null && due < issued) addError("due", "The due date cannot be before the invoice date");
  },
  // The third guard of this page: it knows the invoice of the form and the submitted values.
  guard({ form }) {
    refuseSent(form.initial.status);
  },
  // The outcome if the action function returns nothing.
  success: { toast: ({ customer }) => `Invoice for ${customer.name} saved`, redirect: "/" },
});

/** Rejects changes of an invoice that was sent, with a message, which `return false` would not have. */
export function refuseSent(status: unknown): void {
  if (status === "sent") throw new HyperError(409, "This invoice has been sent and cannot be changed");
}
