/** The lines of an invoice: a formset, which is one small form and how many of it. */
import { defineForm, defineFormset } from "@hyper/actions";
import { z } from "zod";
import { currentInvoice } from "../invoices.ts";
import { refuseSent } from "./invoice_form.ts";

/** The greatest total of one invoice. */
const MAX_TOTAL = 1_000_000;

const LineForm = defineForm("line", {
  schema: z.object({
    text: z.string().trim().min(1, "Say what it is for").max(120, "Use at most 120 characters")
      .meta({ title: "Description" }),
    // A row that holds nothing but this default is one that nobody touched, and is no line.
    quantity: z.number("Enter a number").int("Enter a whole number").min(1, "Enter 1 or more").max(9999).default(1),
    price: z.number("Enter a price").min(0, "Enter 0 or more").max(MAX_TOTAL).multipleOf(0.01, "Enter whole cents")
      .meta({ title: "Unit price" }),
  }),
});

export const LinesForm = defineFormset(LineForm, {
  prefix: "lines",
  min: 1,
  max: 20,
  // Enough to go on with where no script adds more.
  extra: 2,
  canDelete: true,
  canOrder: true,
  clean(lines, { addError }) {
    const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    if (total > MAX_TOTAL) addError("", "An invoice of more than a million is to be split");
  },
  guard: async ({ deps }) => refuseSent((await deps.get(currentInvoice)).status),
});
