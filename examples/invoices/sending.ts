/**
 * Sending many invoices: a background job, one at a time in this process. Users can leave and return,
 * because its progress is in the database.
 */
import { all, first, run, transaction } from "./database.ts";
import { listInvoices, sendInvoice, whyNotReady } from "./invoices.ts";

/** A job. */
export interface Job {
  readonly id: number;
  /** Its invoices, in the order in which they are sent. */
  readonly invoices: readonly number[];
  /** Number of sent invoices. */
  readonly sent: number;
}

/** Delay for each invoice, in milliseconds, to make the progress visible. */
const PAUSE = 60;

/** The last one: jobs run one after another. */
let working: Promise<void> = Promise.resolve();
/** Starts to send all drafts that are ready. Returns `null` if none are. */
export function startJob(): Job | null {
  const ready = listInvoices().filter((invoice) => invoice.status === "draft" && whyNotReady(invoice) === null);
  if (ready.length === 0) return null;
  const id = transaction(() => {
    const job = run("INSERT INTO jobs DEFAULT VALUES");
    for (const [position, invoice] of ready.toReversed().entries()) {
      run("INSERT INTO job_invoices (job, position, invoice) VALUES (?, ?, ?)", job, position, invoice.id);
    }
    return job;
  });
  // Not awaited, so that the response is sent at once.
  working = working.then(() => work(id));
  return findJob(id);
}

/** Returns a job, or `null`. */
export function findJob(id: number): Job | null {
  const rows = all("SELECT invoice, done FROM job_invoices WHERE job = ? ORDER BY position", id);
  if (rows.length === 0) return null;
  return {
    id,
    invoices: rows.map(({ invoice }) => Number(invoice)),
    sent: rows.filter(({ done }) => done === 1).length,
  };
}

/** Returns the last job, or `null`. */
export function lastJob(): Job | null {
  const row = first("SELECT id FROM jobs ORDER BY id DESC LIMIT 1");
  return row === null ? null : findJob(Number(row.id));
}

/** Resolves when all jobs have ended. */
export async function idle(): Promise<void> {
  await working;
}

async function work(id: number): Promise<void> {
  try {
    for (const [position, invoice] of findJob(id)?.invoices.entries() ?? []) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      transaction(() => {
        sendInvoice(invoice);
        run("UPDATE job_invoices SET done = 1 WHERE job = ? AND position = ?", id, position);
      });
    }
  } catch (error) {
    // Not awaited, so the error is logged.
    // deno-lint-ignore no-console -- as above
    console.error(`Error in job ${id}:`, error);
  }
}
