import {
  action,
  changed,
  type ContextFunctions,
  Form,
  type PageProps,
  region,
  SubmitButton,
  toast,
} from "@hyper/actions";
import { z } from "zod";
import { queryUrl, readQuery } from "../query.ts";
import { agents, currentUser, member, members, scope } from "../session.ts";
import { settings, texts } from "../settings.ts";
import { Time } from "../time.tsx";
import type { Language, Named, Texts } from "../texts.ts";
import { PAGE_SIZE, PRIORITIES, SORTS, STATUSES, type Ticket, type TicketQuery, tickets } from "../tickets.ts";

/** Context values of every page. */
export const context = {
  user: ({ deps }) => deps.get(currentUser),
  settings: ({ deps }) => deps.get(settings),
  t: ({ deps }) => deps.get(texts),
} satisfies ContextFunctions;

/** The type of the context values that every page inherits. */
export type RootContext = typeof context;

export const render = members;

export const head = ({ context: { t } }: PageProps<"/", RootContext>) => <title>{t.tickets}</title>;

/** The IDs of the selected tickets: none, one, or several. */
const Selected = z.object({
  id: z.union([z.string(), z.array(z.string()).max(100)]).default([]).transform((ids) => [ids].flat().map(Number)),
});

const bulk = { input: Selected, guard: agents, inject: { tickets, texts } } as const;

export const closeTickets = action("close_tickets", bulk, ({ data: { id }, tickets, texts: t }) => {
  if (id.length === 0) return toast({ message: t.noChoice, level: "warning" });
  tickets.close(id);
  return [changed("tickets", ...topicsOf(id)), toast(t.closedTickets(id.length))];
});

export const deleteTickets = action("delete_tickets", bulk, ({ data: { id }, tickets, texts: t }) => {
  if (id.length === 0) return toast({ message: t.noChoice, level: "warning" });
  tickets.setDeleted(id, true);
  const undo = { action: restoreTickets, data: { id: id.map(String) } };
  return [changed("tickets", ...topicsOf(id)), toast(t.deletedTickets(id.length), { undo })];
});

export const restoreTickets = action("restore_tickets", bulk, ({ data: { id }, tickets, texts: t }) => {
  tickets.setDeleted(id, false);
  return [changed("tickets", ...topicsOf(id)), toast(t.restored)];
});

/** The tickets that the URL asks for: all of them for an agent, their own for a customer. */
export const TicketList = region(
  "ticket_list",
  { depends: "tickets", inject: { tickets, scope, user: member, settings, t: texts } },
  ({ url, tickets, scope, user, settings: { language }, t }) => {
    const query = readQuery(url);
    const found = tickets.find(query, scope);
    const rows = found.tickets.map((ticket) => (
      <Row key={ticket.id} ticket={ticket} canSelect={user.role !== "customer"} t={t} language={language} />
    ));
    return (
      <section id="results" aria-label={t.tickets}>
        <p role="status">{t.ticketCount(found.total)}</p>
        <Form action={closeTickets}>
          <ul class="tickets">{rows}</ul>
          {user.role !== "customer" && rows.length > 0 && (
            <p class="buttons">
              <button value="close">{t.close}</button>
              <SubmitButton action={deleteTickets} value="delete">{t.delete}</SubmitButton>
            </p>
          )}
        </Form>
        <Pages query={query} total={found.total} t={t} />
      </section>
    );
  },
);

interface RowProps {
  readonly ticket: Ticket;
  readonly canSelect: boolean;
  readonly t: Texts;
  readonly language: Language;
}

function Row({ ticket: { id, title, status, priority, assignee, changed }, canSelect, t, language }: RowProps) {
  return (
    <li id={`ticket-${id}`}>
      {canSelect && <input type="checkbox" name="id" value={id} aria-label={t.select(title)} />}
      <div>
        <a href={`/tickets/${id}`}>{title}</a>
        <p>
          <span class="tag" data-status={status}>{t[status]}</span> {t[priority]} · {assignee ?? t.unassigned} ·{" "}
          <Time at={changed} language={language} />
        </p>
      </div>
    </li>
  );
}

function Pages({ query, total, t }: { readonly query: TicketQuery; readonly total: number; readonly t: Texts }) {
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const { page } = query;
  return (
    <nav class="pages" aria-label={t.pages}>
      {page > 1 && <a href={queryUrl(query, { page: page - 1 })} rel="prev">{t.previous}</a>}
      <span>{t.page(page, pages)}</span>
      {page < pages && <a href={queryUrl(query, { page: page + 1 })} rel="next">{t.next}</a>}
      <a href={queryUrl(query, {}, "/tickets.csv")} download>{t.csv}</a>
    </nav>
  );
}

/** The list of tickets with its search. */
export default function TicketsPage({ url, context: { t } }: PageProps<"/", RootContext>) {
  const query = readQuery(url);
  return (
    <>
      <h1>{t.tickets}</h1>
      <search>
        {/* It leads to the URL of the search, with and without scripts. With scripts, while the user types. */}
        <form action="/" class="filter" hyper-on="input" hyper-delay="150">
          <label>
            {t.search} <input type="search" name="q" value={query.q} maxlength={100} autocomplete="off" />
          </label>
          <Select name="status" label={t.status} options={STATUSES} value={query.status} t={t} none={t.all} />
          <Select name="priority" label={t.priority} options={PRIORITIES} value={query.priority} t={t} none={t.all} />
          <Select name="sort" label={t.sort} options={SORTS} value={query.sort} t={t} />
          <button value="">{t.filter}</button>
        </form>
      </search>
      <TicketList />
    </>
  );
}

interface SelectProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Named[];
  readonly value: Named | null;
  readonly t: Texts;
  /** The label of the option that filters nothing. */
  readonly none?: string;
}

function Select({ name, label, options, value, t, none }: SelectProps) {
  return (
    <label>
      {label}{" "}
      <select name={name}>
        {none !== undefined && <option value="">{none}</option>}
        {options.map((option) => <option key={option} value={option} selected={option === value}>{t[option]}</option>)}
      </select>
    </label>
  );
}

function topicsOf(ids: readonly number[]): string[] {
  return ids.map((id) => `ticket:${id}`);
}
