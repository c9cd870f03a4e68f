/**
 * Sending many invoices: a job that goes on by itself, one at a time in this process. Who started it, and who watches it,
 * may leave and come back; what was sent is in the database.
 */
import { all, atOnce, first, run } from "./database.ts";
import { type Invoice, listInvoices, mustFind, sendInvoice, whyNotReady } from "./invoices.ts";

/** One job. */
export interface Job {
  readonly id: number;
  /** The invoices, in the order they are sent. */
  readonly invoices: readonly number[];
  /** How many of them are sent. */
  readonly sent: number;
}

/** What sending one invoice takes, in milliseconds: so that there is something to watch. */
const PAUSE = 60;

/** The jobs that this process has yet to finish. */
const queued = new Set<number>();
/** The last of them; they run one after another. */
let working: Promise<void> = Promise.resolve();
/** Settled when the next invoice is sent, or a job has ended; made anew each time. */
let progress = Promise.withResolvers<void>();

/** Begins to send every draft that is ready; `null` where there is none. */
export function startJob(): Job | null {
  const ready = listInvoices().filter((invoice) => invoice.status === "draft" && whyNotReady(invoice) === null);
  if (ready.length === 0) return null;
  const id = atOnce(() => {
    const job = run("INSERT INTO jobs DEFAULT VALUES");
    for (const [position, invoice] of ready.toReversed().entries()) {
      run("INSERT INTO job_invoices (job, position, invoice) VALUES (?, ?, ?)", job, position, invoice.id);
    }
    return job;
  });
  queued.add(id);
  // Not awaited: the visitor who started it is answered at once.
  working = working.then(() => work(id));
  return findJob(id);
}

/** One job, or `null`. */
export function findJob(id: number): Job | null {
  const rows = all("SELECT invoice, done FROM job_invoices WHERE job = ? ORDER BY position", id);
  if (rows.length === 0) return null;
  return {
    id,
    invoices: rows.map(({ invoice }) => Number(invoice)),
    sent: rows.filter(({ done }) => done === 1).length,
  };
}

/** The last job, or `null`. */
export function lastJob(): Job | null {
  const row = first("SELECT id FROM jobs ORDER BY id DESC LIMIT 1");
  return row === null ? null : findJob(Number(row.id));
}

/** The invoices of a job as they are sent, from one of its places on. Ends with the job. */
export async function* sentInvoices(id: number, from: number): AsyncGenerator<Invoice, void> {
  for (let position = from; await isSent(id, position); position++) {
    const invoice = findJob(id)?.invoices[position];
    if (invoice !== undefined) yield mustFind(invoice);
  }
}

/** Settled when no job is at work. */
export async function idle(): Promise<void> {
  await working;
}

/** Waits until the invoice at a place is sent; `false` where there is none, or nobody will send it any more. */
async function isSent(id: number, position: number): Promise<boolean> {
  for (;;) {
    // Taken before the job is looked at: whatever happens between the two is heard.
    const next = progress.promise;
    const job = findJob(id);
    if (job !== null && position < job.sent) return true;
    // A job of a process that ended too early is in the database and in no queue.
    if (job === null || position >= job.invoices.length || !queued.has(id)) return false;
    await next;
  }
}

async function work(id: number): Promise<void> {
  try {
    for (const [position, invoice] of findJob(id)?.invoices.entries() ?? []) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      atOnce(() => {
        sendInvoice(invoice);
        run("UPDATE job_invoices SET done = 1 WHERE job = ? AND position = ?", id, position);
      });
      tell();
    }
  } catch (error) {
    // Nobody awaits it: the console is where a server's errors are looked for.
    // deno-lint-ignore no-console -- as above
    console.error(`Error in job ${id}:`, error);
  } finally {
    queued.delete(id);
    tell();
  }
}

function tell(): void {
  progress.resolve();
  progress = Promise.withResolvers();
}
