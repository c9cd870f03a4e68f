/** A help desk as a team would write it: a list with search and bulk actions, and a page for each ticket, live. */
import {
  action,
  ClientScript,
  createHandler,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  FormErrors,
  type Handler,
  html,
  HyperError,
  type LayoutProps,
  live,
  type PageProps,
  redirect,
  refresh,
  type RequestContext,
  SubmitButton,
  toast,
  Toasts,
} from "@hyper/actions";
import { z } from "zod";
import type { Desk, Ticket } from "./desk.ts";

/** Opens the stream of the ticket that is shown, also after a navigation. */
const SCRIPT = `
import { action } from "/_hyper/client.js";
const watch = () => {
  if (document.querySelector("#comments")) action("watch_ticket", {}, { method: "GET" }).catch(() => {});
};
watch();
addEventListener("hyper:navigate:after", watch);
addEventListener("hyper:history:restore:after", watch);
`;

/** Creates the application. Call it again for a restart of the server. */
export function createHelpdesk(desk: Desk): Handler {
  const TicketForm = defineForm("ticket", {
    fields: { title: field.text({ label: "Title", required: true, maxlength: 60 }) },
  });
  const CommentForm = defineForm("comment", {
    fields: { text: field.textarea({ label: "Comment", required: true, maxlength: 500 }) },
  });
  const StepForm = defineForm("step", {
    fields: { text: field.text({ label: "Step", required: true }), done: field.checkbox({ label: "Done" }) },
  });
  const StepsForm = defineFormset(StepForm, { prefix: "steps", extra: 1, max: 10, canDelete: true });
  const ids = z.object({ id: z.union([z.string(), z.array(z.string())]).transform((id) => [id].flat().map(Number)) });

  const ticketOf = ({ params }: { readonly params: Readonly<Record<string, unknown>> }): Ticket => {
    const ticket = desk.get(Number(params.id));
    if (ticket === undefined) throw new HyperError(404, `Ticket ${params.id} does not exist`);
    return ticket;
  };

  const addTicket = action("add_ticket", { form: TicketForm }, ({ form }) => {
    const { title } = desk.add(form.values.title);
    return [refresh("#main"), toast(`Added ${title}`)];
  });
  const closeTickets = action("close_tickets", { input: ids }, ({ data }) => {
    for (const id of data.id) Object.assign(desk.get(id) ?? {}, { status: "closed" });
    return [refresh("#tickets"), toast(`Closed ${data.id.length}`)];
  });
  const deleteTickets = action("delete_tickets", { input: ids }, ({ data }) => {
    for (const id of data.id) desk.delete(id);
    return [refresh("#tickets"), toast(`Deleted ${data.id.length}`)];
  });
  const deleteTicket = action("delete_ticket", (ctx) => {
    desk.delete(ticketOf(ctx).id);
    return [toast("Deleted"), redirect("/")];
  });
  const comment = action("comment", { form: CommentForm }, async (ctx) => {
    const ticket = ticketOf(ctx);
    const { text } = ctx.form.values;
    if (text === "slow") await new Promise((resolve) => setTimeout(resolve, 300));
    ticket.comments.push(text);
    const shown = html(<Comments ticket={ticket} />, { target: "#comments", swap: "morph" });
    await ctx.publish(`ticket:${ticket.id}`, shown);
    return [shown, refresh("form")];
  });
  const saveSteps = action("save_steps", {
    form: (ctx) => [StepsForm, { initial: ticketOf(ctx).steps }],
  }, (ctx) => {
    ticketOf(ctx).steps = ctx.form.values.map(({ text, done }) => ({ text, done }));
    return [refresh("form"), toast("Steps saved")];
  });
  const watchTicket = action(
    "watch_ticket",
    { method: "GET" },
    (ctx) => live(`ticket:${ticketOf(ctx).id}`, { refresh: "#comments" }),
  );

  function List({ url }: PageProps) {
    const wanted = url.searchParams.get("q") ?? "";
    const tickets = desk.find(wanted);
    return (
      <>
        <h1>Tickets</h1>
        <search>
          <form action="/">
            <label>
              Search <input type="search" name="q" value={wanted} />
            </label>
            <button>Find</button>
          </form>
        </search>
        <button type="button" commandfor="new" command="show-modal">New ticket</button>
        <dialog id="new" aria-labelledby="new-title">
          <h2 id="new-title">New ticket</h2>
          <Form action={addTicket} novalidate>
            <FormErrors />
            <Field name="title" />
            <button>Add</button>
          </Form>
        </dialog>
        <div id="tickets">
          <p role="status">{tickets.length === 1 ? "1 ticket" : `${tickets.length} tickets`}</p>
          <Form action={closeTickets}>
            <ul>
              {tickets.map(({ id, title, status, comments }) => (
                <li key={id} id={`ticket-${id}`}>
                  <label>
                    <input type="checkbox" name="id" value={id} /> {title}
                  </label>
                  <a href={`/tickets/${id}`}>{`Open ${title}`}</a>
                  <span>{`${status}, ${comments.length} comments`}</span>
                </li>
              ))}
            </ul>
            <button>Close selected</button>
            <SubmitButton action={deleteTickets}>Delete selected</SubmitButton>
          </Form>
        </div>
      </>
    );
  }

  function Comments({ ticket }: { readonly ticket: Ticket }) {
    return (
      <ol id="comments" aria-live="polite">
        {ticket.comments.map((text, index) => <li key={index}>{text}</li>)}
      </ol>
    );
  }

  function TicketPage(props: PageProps) {
    const ticket = ticketOf(props);
    return (
      <>
        <h1>{ticket.title}</h1>
        <Comments ticket={ticket} />
        <Form action={comment} novalidate hyper-form-disable>
          <Field name="text" />
          <button>Send</button>
        </Form>
        <section id="steps" aria-label="Steps">
          <Form action={saveSteps} novalidate submit="Save steps" />
        </section>
        <Form action={deleteTicket}>
          <button>Delete ticket</button>
        </Form>
        <p>
          <a href="/">All tickets</a>
        </p>
      </>
    );
  }

  function Layout({ children }: LayoutProps) {
    return (
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>Help desk</title>
          <ClientScript />
          <script type="module" src="/helpdesk.js" />
        </head>
        <body hyper-nav>
          <nav>
            <a href="/">Home</a>
          </nav>
          <main id="main">{children}</main>
          <Toasts />
        </body>
      </html>
    );
  }

  const titleOf = (props: PageProps) => <title>{ticketOf(props).title}</title>;
  const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "/": { default: List, addTicket, closeTickets, deleteTickets },
    "/tickets/[id]": {
      default: TicketPage,
      head: titleOf,
      render: (ctx: RequestContext & { params: Record<string, string> }) => void ticketOf(ctx),
      comment,
      saveSteps,
      deleteTicket,
      watchTicket,
    },
    "pages/layout.tsx": { default: Layout },
  };
  const handler = createHandler({
    baseDir: "/srv/helpdesk",
    pages: Object.entries(modules).map(([path, exports]) => ({ path, load: () => Promise.resolve(exports) })),
  });
  return handler;
}

/** Serves the script of the application, and passes other requests to the server that runs at the moment. */
export function serveHelpdesk(server: () => Handler): Deno.ServeHandler<Deno.NetAddr> {
  return (request, info) =>
    new URL(request.url).pathname === "/helpdesk.js"
      ? new Response(SCRIPT, { headers: { "content-type": "text/javascript" } })
      : server()(request, info);
}
