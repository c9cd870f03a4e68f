/** The lines of an invoice: a formset, which is a list of rows of a small form. */
import { defineForm, defineFormset } from "@hyper/actions";
import { z } from "zod";
import { currentInvoice } from "../invoices.ts";
import { refuseSent } from "./invoice_form.ts";

/** Maximum total of an invoice. */
const MAX_TOTAL = 1_000_000;

const LineForm = defineForm("line", {
  schema: z.object({
    text: z.string().trim().min(1, "Enter a description").max(120, "Use at most 120 characters")
      .meta({ title: "Description" }),
    // A row with only this default is unused and ignored.
    quantity: z.number("Enter a number").int("Enter a whole number").min(1, "Enter 1 or more").max(9999).default(1),
    price: z.number("Enter a price").min(0, "Enter 0 or more").max(MAX_TOTAL).multipleOf(0.01, "Enter whole cents")
      .meta({ title: "Unit price" }),
  }),
});

export const LinesForm = defineFormset(LineForm, {
  prefix: "lines",
  min: 1,
  max: 20,
  extra: 2,
  canDelete: true,
  canOrder: true,
  clean(lines, { addError }) {
    const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    if (total > MAX_TOTAL) addError("", "Split an invoice of more than a million");
  },
  guard: async ({ deps }) => refuseSent((await deps.get(currentInvoice)).status),
});
