/** Sending all drafts: a command that begins a job and hands over to a watcher, which shows it. */
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

// It changes something, so it is a POST that runs once; it ends at once, and nothing is lost when its visitor leaves.
export const sendAll = action("send_all", { guard: clerksOnly }, () => {
  const job = startJob();
  if (job === null) return toast("There is no draft that could be sent");
  return [
    toast(`Sending ${count(job.invoices.length)}`),
    html(<Sending job={job} />, { target: "#sending" }),
    switchTo(watchSending, { job: job.id }),
  ];
});

// It only looks, so it is a GET: the browser asks again where the connection breaks, and goes on after what it has seen.
export const watchSending = action(
  "watch_sending",
  { method: "GET", guard: signedInOnly, input: z.object({ job: z.coerce.number().int() }) },
  async function* (ctx) {
    const job = findJob(ctx.data.job);
    if (job === null) throw new HyperError(404, "There is no such job");
    const marks = job.invoices.map((id) => `sent-${id}`);
    const passed = lastCheckpoint(ctx, marks);
    let done = passed === null ? 0 : marks.indexOf(passed) + 1;
    // All at once where it begins, so that what was sent before anyone looked is not counted up again.
    if (passed === null) {
      done = job.sent;
      yield html(<Sending job={job} />, { target: "#sending", swap: "morph" });
    }
    for await (const invoice of sentInvoices(job.id, done)) {
      done += 1;
      // Appended once: what the browser has passed already is not sent to it again.
      yield html(<SentInvoice invoice={invoice} />, { target: "#sent", swap: "append" });
      yield html(<Progress done={done} of={marks.length} />, { target: "#progress", swap: "morph" });
      yield checkpoint(`sent-${invoice.id}`);
    }
    yield refresh("#main");
    yield toast(done === marks.length ? "All invoices are sent" : "Sending was cut off");
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

/** How far a job is. */
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
      {/* Without scripts the page says how far it was; this asks again. */}
      {done < of && (
        <noscript>
          <a href="/">How far is it now?</a>
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
