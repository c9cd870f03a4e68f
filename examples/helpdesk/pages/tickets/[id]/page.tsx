import { action, changed, type ContextFunctions, Form, type PageProps, redirect, toast } from "@hyper/actions";
import { agents, currentTicket, members } from "../../../session.ts";
import { texts } from "../../../settings.ts";
import { tickets } from "../../../tickets.ts";
import { Comments } from "../../_components/comments/component.tsx";
import { Checklist } from "../../_components/checklist/component.tsx";
import { Facts } from "../../_components/facts/component.tsx";
import { Files } from "../../_components/files/component.tsx";
import { restoreTickets, type RootContext } from "../../page.tsx";

export const context = { ticket: ({ deps }) => deps.get(currentTicket) } satisfies ContextFunctions;

type Props = PageProps<"/tickets/[id]", RootContext & typeof context>;

export const render = members;

export const head = ({ context: { ticket } }: Props) => <title>{ticket.title}</title>;

export const deleteTicket = action(
  "delete_ticket",
  { guard: agents, inject: { tickets, ticket: currentTicket, texts } },
  ({ ticket: { id }, tickets, texts }) => {
    tickets.setDeleted([id], true);
    const undo = { action: restoreTickets, data: { id: String(id) } };
    return [changed("tickets", `ticket:${id}`), toast(texts.deletedTickets(1), { undo }), redirect("/")];
  },
);

/** A ticket: what is known about it, its comments, its checklist, and its files. */
export default function TicketPage({ context: { ticket, user, t } }: Props) {
  const isAgent = user?.role !== "customer";
  return (
    <>
      <Facts />
      <p class="body">{ticket.body}</p>
      <Comments t={t} />
      <Checklist />
      <Files t={t} />
      {isAgent && (
        <Form action={deleteTicket} hyper-confirm={`${t.delete}: ${ticket.title}?`}>
          <button value="delete">{t.delete}</button>
        </Form>
      )}
      <p>
        <a href="/">{t.home}</a>
      </p>
    </>
  );
}
