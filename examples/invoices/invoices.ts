/** Invoices: what they are, how they are kept, and the one a page is about. */
import { dependency, DUrl, HyperError } from "@hyper/actions";
import { all, atOnce, first, type Row, run } from "./database.ts";

/** One line of an invoice. */
export interface Line {
  readonly text: string;
  readonly quantity: number;
  /** The price of one, in the currency of the invoice. */
  readonly price: number;
}

/** What a person writes of an invoice, beside its lines. */
export interface Details {
  readonly customer: { readonly name: string; readonly email: string };
  /** A date as `yyyy-mm-dd`. */
  readonly issued: string;
  /** A date, or `null` for one that is due at once. */
  readonly due: string | null;
  readonly currency: "EUR" | "GBP" | "USD";
  /** Whether the customer is reminded when it is late. */
  readonly reminders: boolean;
  readonly note: string;
}

/** One invoice. */
export interface Invoice extends Details {
  readonly id: number;
  readonly status: "draft" | "sent";
  readonly lines: readonly Line[];
}

/**
 * The invoice of the page `/invoices/[id]`. Form factories, guards, handlers and the page ask for it; it is read once for a
 * request, however many ask.
 */
export const currentInvoice = dependency("invoice", async ({ deps }) => mustFind(await deps.get(DUrl("id", Number))));

/** All invoices, the newest first. */
export function listInvoices(): Invoice[] {
  return all("SELECT * FROM invoices ORDER BY id DESC").map(toInvoice);
}

/** One invoice, or `null`. */
export function findInvoice(id: number): Invoice | null {
  const row = first("SELECT * FROM invoices WHERE id = ?", id);
  return row === null ? null : toInvoice(row);
}

/** One invoice that a page or a job is about. */
export function mustFind(id: number): Invoice {
  const invoice = findInvoice(id);
  if (invoice === null) throw new HyperError(404, "There is no such invoice");
  return invoice;
}

/** Begins a draft, and gives its id. */
export function addInvoice(): number {
  return run("INSERT INTO invoices (issued) VALUES (?)", new Date().toISOString().slice(0, 10));
}

/** Writes everything but the lines. */
export function saveDetails(id: number, { customer, issued, due, currency, reminders, note }: Details): void {
  run(
    "UPDATE invoices SET name = ?, email = ?, issued = ?, due = ?, currency = ?, reminders = ?, note = ? WHERE id = ?",
    customer.name,
    customer.email,
    issued,
    due,
    currency,
    Number(reminders),
    note,
    id,
  );
}

/** Puts these lines in the place of those that are there. */
export function saveLines(id: number, lines: readonly Line[]): void {
  atOnce(() => {
    run("DELETE FROM lines WHERE invoice = ?", id);
    for (const [position, { text, quantity, price }] of lines.entries()) {
      run(
        "INSERT INTO lines (invoice, position, text, quantity, cents) VALUES (?, ?, ?, ?, ?)",
        id,
        position,
        text,
        quantity,
        Math.round(price * 100),
      );
    }
  });
}

/** Sends an invoice to its customer: here it is only marked. */
export function sendInvoice(id: number): void {
  run("UPDATE invoices SET status = 'sent' WHERE id = ?", id);
}

/** What is wrong with an invoice that is to be sent, or `null`. */
export function whyNotReady({ customer, lines }: Pick<Invoice, "customer" | "lines">): string | null {
  if (customer.email === "") return "Give the address of the customer before you send it";
  return lines.length === 0 ? "Add a line before you send it" : null;
}

/** What an invoice is called on the screen. */
export function titleOf({ id }: Pick<Invoice, "id">): string {
  return `Invoice ${String(id).padStart(4, "0")}`;
}

/** What an invoice comes to, with its currency. */
export function totalOf({ lines, currency }: Pick<Invoice, "lines" | "currency">): string {
  return money(lines.reduce((total, { quantity, price }) => total + quantity * price, 0), currency);
}

/** An amount as people write it. */
export function money(amount: number, currency: string): string {
  return new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
}

function toInvoice(row: Row): Invoice {
  const id = Number(row.id);
  const { currency } = row;
  return {
    id,
    status: row.status === "sent" ? "sent" : "draft",
    customer: { name: String(row.name), email: String(row.email) },
    issued: String(row.issued),
    due: row.due === null ? null : String(row.due),
    currency: currency === "GBP" || currency === "USD" ? currency : "EUR",
    reminders: row.reminders === 1,
    note: String(row.note),
    lines: all("SELECT text, quantity, cents FROM lines WHERE invoice = ? ORDER BY position", id).map((line) => ({
      text: String(line.text),
      quantity: Number(line.quantity),
      price: Number(line.cents) / 100,
    })),
  };
}
