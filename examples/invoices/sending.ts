/**
 * Sending many invoices: a background job, one at a time in this process. Users who started or watch it can leave and return,
 * because its progress is in the database.
 */
import { all, first, run, transaction } from "./database.ts";
import { type Invoice, listInvoices, mustFind, sendInvoice, whyNotReady } from "./invoices.ts";

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

/** Unfinished jobs of this process. */
const queued = new Set<number>();
/** The last one: jobs run one after another. */
let working: Promise<void> = Promise.resolve();
/** Resolves when the next invoice is sent or a job has ended, and is then replaced. */
let progress = Promise.withResolvers<void>();

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
  queued.add(id);
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

/** Yields the invoices of a job when they are sent, from an index. Ends with the job. */
export async function* sentInvoices(id: number, from: number): AsyncGenerator<Invoice, void> {
  for (let position = from; await isSent(id, position); position++) {
    const invoice = findJob(id)?.invoices[position];
    if (invoice !== undefined) yield mustFind(invoice);
  }
}

/** Resolves when all jobs have ended. */
export async function idle(): Promise<void> {
  await working;
}

/** Waits until the invoice at an index is sent. Returns `false` if it does not exist or will not be sent. */
async function isSent(id: number, position: number): Promise<boolean> {
  for (;;) {
    // Read before the job, so that a change between the two is not missed.
    const next = progress.promise;
    const job = findJob(id);
    if (job !== null && position < job.sent) return true;
    // After a crash, an unfinished job is in the database but not in the queue.
    if (job === null || position >= job.invoices.length || !queued.has(id)) return false;
    await next;
  }
}

async function work(id: number): Promise<void> {
  try {
    for (const [position, invoice] of findJob(id)?.invoices.entries() ?? []) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      transaction(() => {
        sendInvoice(invoice);
        run("UPDATE job_invoices SET done = 1 WHERE job = ? AND position = ?", id, position);
      });
      notifyWatchers();
    }
  } catch (error) {
    // Not awaited, so the error is logged.
    // deno-lint-ignore no-console -- as above
    console.error(`Error in job ${id}:`, error);
  } finally {
    queued.delete(id);
    notifyWatchers();
  }
}

function notifyWatchers(): void {
  progress.resolve();
  progress = Promise.withResolvers();
}
