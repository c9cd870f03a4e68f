/** Sending all drafts: an action starts a job and switches to a second action, which shows its progress. */
import {
  action,
  checkpoint,
  Form,
  html,
  HyperError,
  lastCheckpoint,
  pageUrl,
  refresh,
  switchTo,
  toast,
} from "@hyper/actions";
import { z } from "zod";
import { type Invoice, mustFind, titleOf } from "../../../invoices.ts";
import { findJob, type Job, sentInvoices, startJob } from "../../../sending.ts";
import { clerksOnly, signedInOnly } from "../../../session.ts";

// Starts the job: a POST, which runs once and ends at once. The job continues if the user leaves.
export const sendAll = action("send_all", { guard: clerksOnly }, () => {
  const job = startJob();
  if (job === null) return toast("No draft is ready to be sent");
  return [
    toast(`Sending ${count(job.invoices.length)}`),
    html(<Sending job={job} />, { target: "#sending" }),
    switchTo(watchSending, { job: job.id }),
  ];
});

// Reads the job: a GET, which the runtime repeats after a lost connection. It continues after the last checkpoint.
export const watchSending = action(
  "watch_sending",
  { method: "GET", guard: signedInOnly, input: z.object({ job: z.coerce.number().int() }) },
  async function* (ctx) {
    const job = findJob(ctx.data.job);
    if (job === null) throw new HyperError(404, "This job does not exist");
    const marks = job.invoices.map((id) => `sent-${id}`);
    const passed = lastCheckpoint(ctx, marks);
    let done = passed === null ? 0 : marks.indexOf(passed) + 1;
    // Sends earlier progress in one patch, so that it is not counted up again.
    if (passed === null) {
      done = job.sent;
      yield html(<Sending job={job} />, { target: "#sending", swap: "morph" });
    }
    for await (const invoice of sentInvoices(job.id, done)) {
      done += 1;
      // Appended once: the stream continues after the last checkpoint.
      yield html(<SentInvoice invoice={invoice} />, { target: "#sent", swap: "append" });
      yield html(<Progress done={done} of={marks.length} />, { target: "#progress", swap: "morph" });
      yield checkpoint(`sent-${invoice.id}`);
    }
    yield refresh("#main");
    yield toast(done === marks.length ? "All invoices sent" : "Sending was interrupted");
  },
);

/** The button that sends all drafts. */
export function SendAll() {
  return (
    <Form action={sendAll}>
      <button>Send all drafts</button>
    </Form>
  );
}

/** Progress of a job. */
export function Sending({ job }: { readonly job: Job | null }) {
  return (
    <section id="sending" aria-labelledby="sending-title">
      {job !== null && (
        <>
          <h2 id="sending-title">Sending</h2>
          <Progress done={job.sent} of={job.invoices.length} />
          <ol id="sent">
            {job.invoices.slice(0, job.sent).map((id) => <SentInvoice key={id} invoice={mustFind(id)} />)}
          </ol>
        </>
      )}
    </section>
  );
}

function Progress({ done, of }: { readonly done: number; readonly of: number }) {
  return (
    <div id="progress">
      <label for="progress-bar">{done === of ? `${count(of)} sent` : `${done} of ${of} sent`}</label>
      {done < of && <progress id="progress-bar" value={done} max={of} />}
      {/* Without JavaScript, the page shows the progress, and this link loads it again. */}
      {done < of && (
        <noscript>
          <a href="/">Refresh progress</a>
        </noscript>
      )}
    </div>
  );
}

function SentInvoice({ invoice }: { readonly invoice: Invoice }) {
  return (
    <li id={`sent-${invoice.id}`}>
      <a href={pageUrl("/invoices/[id]", { id: invoice.id })}>{titleOf(invoice)}</a> to {invoice.customer.email}
    </li>
  );
}

function count(invoices: number): string {
  return invoices === 1 ? "1 invoice" : `${invoices} invoices`;
}
