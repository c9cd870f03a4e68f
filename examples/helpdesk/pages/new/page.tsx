import {
  action,
  changed,
  close,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  type PageProps,
  toast,
} from "@hyper/actions";
import { member, members } from "../../session.ts";
import { inLanguages, texts } from "../../settings.ts";
import { choicesOf } from "../../texts.ts";
import { CATEGORIES, PRIORITIES, tickets, type Topic, TOPICS } from "../../tickets.ts";
import type { RootContext } from "../page.tsx";

const TicketForm = inLanguages((t) =>
  defineForm("ticket", {
    fields: {
      title: field.text({ label: t.title, required: true, maxlength: 80 }),
      body: field.textarea({ label: t.about, required: true, maxlength: 5_000 }),
      priority: field.select({
        label: t.priority,
        choices: choicesOf(t, PRIORITIES),
        initial: "normal",
        required: true,
      }),
      category: field.select({ label: t.category, choices: choicesOf(t, CATEGORIES), required: true }),
      topic: field.select({
        label: t.topic,
        // The topics of the category that is selected.
        choices: ({ raw }) => choicesOf(t, topicsOf(raw.category)),
        required: true,
      }),
    },
  })
);

function topicsOf(category: unknown): readonly Topic[] {
  return CATEGORIES.flatMap((each) => each === category ? TOPICS[each] : []);
}

export const createTicket = action(
  "create_ticket",
  { form: TicketForm, validate: true, inject: { tickets, member, texts } },
  ({ form, tickets, member, texts }) => {
    const id = tickets.add(form.values, member.name);
    // Over the page, it closes. Without scripts it is a page, and leads to the ticket.
    return [changed("tickets"), toast(texts.created), close(id, { redirect: `/tickets/${id}` })];
  },
);

export const render = members;

export const head = ({ context: { t } }: PageProps<"/new", RootContext>) => <title>{t.newTicket}</title>;

/** The form for a new ticket. */
export default function NewTicket({ context: { t } }: PageProps<"/new", RootContext>) {
  return (
    <>
      <h1>{t.newTicket}</h1>
      <Form action={createTicket} validate="blur" hyper-confirm-unsaved>
        <FormErrors />
        <Field name="title" />
        <Field name="body" />
        <Field name="priority" />
        <Field name="category" />
        <Field name="topic" />
        <button type="submit">{t.create}</button>
      </Form>
    </>
  );
}
