/** The form of an invoice without its lines: what the schema says is checked, drawn and typed. */
import { defineForm, field, HyperError } from "@hyper/actions";
import { z } from "zod";

export const InvoiceForm = defineForm("invoice", {
  // Types, limits and words for people: fields, labels and help are read from it.
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
    // Which button was pressed. Whoever presses none, with the enter key or from a program, saves.
    then: z.enum(["save", "send"]).default("save"),
  }),
  // What a schema cannot say: that a text has several lines, and what choices are called.
  fields: {
    note: field.textarea({ placeholder: "Thank you for your order" }),
    then: field.select({
      choices: [{ value: "save", label: "Save" }, { value: "send", label: "Save and send" }],
    }),
  },
  // What no field can tell alone.
  clean({ issued, due }, { addError }) {
    if (due !== null && due < issued) addError("due", "It cannot be due before its date");
  },
  // The third guard of this page: it knows which invoice the form is about, and what was sent for it.
  guard({ form }) {
    refuseSent(form.initial.status);
  },
  // What follows where the handler says nothing else.
  success: { toast: ({ customer }) => `The invoice for ${customer.name} is saved`, redirect: "/" },
});

/** Refuses to change an invoice that is with its customer: with words, where `return false` would be a bare 403. */
export function refuseSent(status: unknown): void {
  if (status === "sent") throw new HyperError(409, "This invoice was sent already and cannot be changed");
}
