/** Invoices: types, database access, and the dependency for the invoice of a page. */
import { dependency, DUrl, HyperError } from "@hyper/actions";
import { all, first, type Row, run, transaction } from "./database.ts";

/** A line of an invoice. */
export interface Line {
  readonly text: string;
  readonly quantity: number;
  /** Unit price, in the currency of the invoice. */
  readonly price: number;
}

/** The fields of an invoice that users edit, without its lines. */
export interface Details {
  readonly customer: { readonly name: string; readonly email: string };
  /** A date as `yyyy-mm-dd`. */
  readonly issued: string;
  /** A date, or `null` if it is due immediately. */
  readonly due: string | null;
  readonly currency: "EUR" | "GBP" | "USD";
  /** `true` if the customer gets a reminder when it is overdue. */
  readonly reminders: boolean;
  readonly note: string;
}

/** An invoice. */
export interface Invoice extends Details {
  readonly id: number;
  readonly status: "draft" | "sent";
  readonly lines: readonly Line[];
}

/** Topic of the list of invoices, and of the jobs that send them. */
export const INVOICES = "invoices";

/** Called when an invoice has changed. */
let onChange = (): void => {};

/** Calls a function whenever an invoice has changed. */
export function whenInvoicesChange(listener: () => void): void {
  onChange = listener;
}

/**
 * The invoice of the page `/invoices/[id]`. Form factories, guards, action functions and the page use it. It is read once per
 * request.
 */
export const currentInvoice = dependency("invoice", async ({ deps }) => mustFind(await deps.get(DUrl("id", Number))));

/** Returns all invoices, newest first. */
export function listInvoices(): Invoice[] {
  return all("SELECT * FROM invoices ORDER BY id DESC").map(toInvoice);
}

/** Returns an invoice, or `null`. */
export function findInvoice(id: number): Invoice | null {
  const row = first("SELECT * FROM invoices WHERE id = ?", id);
  return row === null ? null : toInvoice(row);
}

/** Returns the invoice of a page or a job. */
export function mustFind(id: number): Invoice {
  const invoice = findInvoice(id);
  if (invoice === null) throw new HyperError(404, "This invoice does not exist");
  return invoice;
}

/** Creates a draft and returns its ID. */
export function addInvoice(): number {
  const id = run("INSERT INTO invoices (issued) VALUES (?)", new Date().toISOString().slice(0, 10));
  onChange();
  return id;
}

/** Saves everything except the lines. */
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
  onChange();
}

/** Replaces the lines. */
export function saveLines(id: number, lines: readonly Line[]): void {
  transaction(() => {
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
  onChange();
}

/** Sends an invoice. This demonstration only marks it as sent. */
export function sendInvoice(id: number): void {
  run("UPDATE invoices SET status = 'sent' WHERE id = ?", id);
  onChange();
}

/** Returns why an invoice cannot be sent, or `null`. */
export function whyNotReady({ customer, lines }: Pick<Invoice, "customer" | "lines">): string | null {
  if (customer.email === "") return "Enter the customer's email address before you send the invoice";
  return lines.length === 0 ? "Add a line before you send the invoice" : null;
}

/** Returns the display name of an invoice. */
export function titleOf({ id }: Pick<Invoice, "id">): string {
  return `Invoice ${String(id).padStart(4, "0")}`;
}

/** Returns the total of an invoice, with its currency. */
export function totalOf({ lines, currency }: Pick<Invoice, "lines" | "currency">): string {
  return money(lines.reduce((total, { quantity, price }) => total + quantity * price, 0), currency);
}

/** Formats an amount. */
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
