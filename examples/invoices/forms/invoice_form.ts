/** The form of an invoice without its lines. The schema validates it, and defines its fields and types. */
import { defineForm, field, HyperError } from "@hyper/actions";
import { z } from "zod";

export const InvoiceForm = defineForm("invoice", {
  // Defines types, limits and texts: fields, labels and help are derived from it.
  schema: z.object({
    customer: z.object({
      name: z.string().trim().min(1, "Give the name of the customer").max(80, "Use at most 80 characters")
        .meta({ title: "Name" }),
      email: z.email("Enter an address such as name@example.com")
        .meta({ title: "E-mail", description: "Where the invoice is sent to" }),
    }),
    issued: z.iso.date("Enter a date").meta({ title: "Date" }),
    due: z.iso.date("Enter a date").nullable()
      .meta({ title: "Due", description: "Leave it empty for an invoice that is due at once" }),
    currency: z.enum(["EUR", "GBP", "USD"]),
    reminders: z.boolean().meta({ title: "Remind the customer when it is late" }),
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
    if (due !== null && due < issued) addError("due", "It cannot be due before its date");
  },
  // The third guard of this page. It receives the invoice and the entered values.
  guard({ form }) {
    refuseSent(form.initial.status);
  },
  // Used if the action function returns nothing.
  success: { toast: ({ customer }) => `The invoice for ${customer.name} is saved`, redirect: "/" },
});

/** Rejects changes of a sent invoice with a message. `return false` would be a 403 without one. */
export function refuseSent(status: unknown): void {
  if (status === "sent") throw new HyperError(409, "This invoice was sent already and cannot be changed");
}
