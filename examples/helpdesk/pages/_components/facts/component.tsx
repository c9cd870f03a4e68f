import { action, changed, defineForm, field, Form, region, type RequestContext, toast } from "@hyper/actions";
import { agents, currentTicket, member } from "../../../session.ts";
import { settings, texts } from "../../../settings.ts";
import { choicesOf } from "../../../texts.ts";
import { PRIORITIES, STATUSES, tickets } from "../../../tickets.ts";
import { Time } from "../../../time.tsx";
import { users } from "../../../users.ts";

/** The form that changes a ticket: its choices are the agents of today. */
async function FactsForm({ deps }: RequestContext) {
  const [t, ticket, known] = [await deps.get(texts), await deps.get(currentTicket), await deps.get(users)];
  const form = defineForm("facts", {
    fields: {
      title: field.text({ label: t.title, required: true, maxlength: 80 }),
      status: field.select({ label: t.status, choices: choicesOf(t, STATUSES), required: true }),
      priority: field.select({ label: t.priority, choices: choicesOf(t, PRIORITIES), required: true }),
      assignee: field.select({ label: t.assignee, choices: known.agents() }),
    },
  });
  return [form, { initial: ticket }] as const;
}

export const changeTicket = action(
  "change_ticket",
  { form: FactsForm, guard: agents, inject: { tickets, ticket: currentTicket, texts } },
  ({ form, ticket: { id }, tickets, texts }) => {
    tickets.change(id, form.values);
    return [changed("tickets", `ticket:${id}`), toast(texts.saved)];
  },
);

/** The facts of the ticket, with a form for agents. */
export const Facts = region(
  "facts",
  {
    depends: ({ params }) => `ticket:${params.id}`,
    inject: { ticket: currentTicket, user: member, settings, t: texts },
  },
  ({ ticket, user, settings: { language }, t }) => (
    <section id="facts">
      <h1>{ticket.title}</h1>
      <dl>
        <dt>{t.status}</dt>
        <dd>
          <span class="tag" data-status={ticket.status}>{t[ticket.status]}</span>
        </dd>
        <dt>{t.priority}</dt>
        <dd>{t[ticket.priority]}</dd>
        <dt>{t.topic}</dt>
        <dd>{`${t[ticket.category]}, ${t[ticket.topic]}`}</dd>
        <dt>{t.requester}</dt>
        <dd>{ticket.requester}</dd>
        <dt>{t.assignee}</dt>
        <dd>{ticket.assignee ?? t.unassigned}</dd>
        <dt>{t.changed}</dt>
        <dd>
          <Time at={ticket.changed} language={language} />
        </dd>
      </dl>
      {user.role !== "customer" && (
        <details>
          <summary>{t.edit}</summary>
          <Form action={changeTicket} submit={t.save} />
        </details>
      )}
    </section>
  ),
);
