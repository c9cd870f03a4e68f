/** Sending all drafts: an action starts a job, and a region shows its progress to everyone. */
import { action, changed, Form, pageUrl, region, toast } from "@hyper/actions";
import { type Invoice, INVOICES, mustFind, titleOf } from "../../../invoices.ts";
import { lastJob, startJob } from "../../../sending.ts";
import { clerksOnly, signedInOnly } from "../../../session.ts";

// Runs once and ends at once. The job continues if the user leaves.
export const sendAll = action("send_all", { guard: clerksOnly }, () => {
  const job = startJob();
  if (job === null) return toast("No draft is ready to be sent");
  return [changed(INVOICES), toast(`Sending ${count(job.invoices.length)}`)];
});

/** The button that sends all drafts. */
export function SendAll() {
  return (
    <Form action={sendAll}>
      <button>Send all drafts</button>
    </Form>
  );
}

/** The last job and its progress: rendered again for every open page when an invoice is sent, also by a user in another browser. */
export const Sending = region("sending", { depends: INVOICES, guard: signedInOnly }, () => {
  const job = lastJob();
  return job && (
    <section id="sending" aria-labelledby="sending-title">
      <h2 id="sending-title">Sending</h2>
      <Progress done={job.sent} of={job.invoices.length} />
      <ol id="sent">
        {job.invoices.slice(0, job.sent).map((id) => <SentInvoice key={id} invoice={mustFind(id)} />)}
      </ol>
    </section>
  );
});

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
