/**
 * Sending many invoices: a job that runs in the background of this process, one job at a time. Users may leave and come back; the
 * progress is in the database.
 */
import { all, first, run, transaction } from "./database.ts";
import { type Invoice, listInvoices, mustFind, sendInvoice, whyNotReady } from "./invoices.ts";

/** One job. */
export interface Job {
  readonly id: number;
  /** The invoices, in the order of sending. */
  readonly invoices: readonly number[];
  /** The number of sent invoices. */
  readonly sent: number;
}

/** Pause before each invoice, in milliseconds, so that there is progress to watch. */
const PAUSE = 60;

/** The jobs of this process that have not ended. */
const queued = new Set<number>();
/** The end of the last job; jobs run one after another. */
let working: Promise<void> = Promise.resolve();
/** Resolves when the next invoice is sent or a job ends; then it is replaced. */
let progress = Promise.withResolvers<void>();

/** Starts to send every draft that is ready; returns `null` if there is none. */
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
  // Not awaited, so that the user who started it gets a response immediately.
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

/** Yields the invoices of a job from a position on, when they are sent. Ends with the job. */
export async function* sentInvoices(id: number, from: number): AsyncGenerator<Invoice, void> {
  for (let position = from; await isSent(id, position); position++) {
    const invoice = findJob(id)?.invoices[position];
    if (invoice !== undefined) yield mustFind(invoice);
  }
}

/** Resolves when no job is running. */
export async function idle(): Promise<void> {
  await working;
}

/** Waits until the invoice at a position is sent; returns `false` if there is none, or its job has ended. */
async function isSent(id: number, position: number): Promise<boolean> {
  for (;;) {
    // Read before the job, so that no progress in between is missed.
    const next = progress.promise;
    const job = findJob(id);
    if (job !== null && position < job.sent) return true;
    // A job of a process that has crashed is in the database but in no queue.
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
    // Nothing awaits the job, so that its error is logged.
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
