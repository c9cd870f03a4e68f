import {
  action,
  changed,
  defineForm,
  dependency,
  Field,
  field,
  Form,
  html,
  refresh,
  region,
  SubmitButton,
  toast,
} from "@hyper/actions";
import { currentTicket, member } from "../../../session.ts";
import { inLanguages, settings, texts } from "../../../settings.ts";
import type { Texts } from "../../../texts.ts";
import { Time } from "../../../time.tsx";
import { tickets } from "../../../tickets.ts";

/** The comment that the user has written and not sent. */
const draft = dependency("draft", async ({ deps }) => {
  const [{ id }, { name }, all] = [await deps.get(currentTicket), await deps.get(member), await deps.get(tickets)];
  return { text: all.draft(id, name) };
});

// A draft may be empty; a comment is checked when it is sent.
const CommentForm = inLanguages((t) =>
  defineForm("comment", {
    fields: { text: field.textarea({ label: t.comment, maxlength: 2_000 }) },
    getInitial: ({ deps }) => deps.get(draft),
  })
);

const options = { form: CommentForm, inject: { tickets, ticket: currentTicket, user: member, t: texts } } as const;

export const saveDraft = action("save_draft", options, ({ form, ticket, tickets, user, t }) => {
  tickets.saveDraft(ticket.id, user.name, form.values.text);
  return html(t.draftSaved, { target: "#draft", swap: "inner" });
});

export const addComment = action("add_comment", options, ({ form, ticket, tickets, user, t }) => {
  const { text } = form.values;
  if (text.trim() === "") return form.addError("text", t.emptyComment);
  tickets.addComment(ticket, user.name, text);
  return [changed(`comments:${ticket.id}`, `ticket:${ticket.id}`, "tickets"), refresh("#write"), toast(t.sent)];
});

/** The comments of the ticket, the latest first. */
export const CommentList = region(
  "comments",
  {
    depends: ({ params }) => `comments:${params.id}`,
    append: true,
    inject: { tickets, ticket: currentTicket, settings, t: texts },
  },
  ({ cursor, more, ticket: { id }, tickets, settings: { language }, t }) => {
    const { comments, hasMore } = tickets.comments(id, cursor === null ? null : Number(cursor) || 0);
    return (
      <ol id="comments" class="comments" aria-live="polite">
        {comments.map(({ id, author, text, at }) => (
          <li key={id} id={`comment-${id}`}>
            <p>
              <strong>{author}</strong> <Time at={at} language={language} />
            </p>
            <p>{text}</p>
          </li>
        ))}
        {hasMore && (
          <li>
            <a {...more(comments.at(-1)?.id ?? "")}>{t.older}</a>
          </li>
        )}
      </ol>
    );
  },
);

/** The comments and the form for another one. What is typed is kept as a draft; without scripts, a button keeps it. */
export function Comments({ t }: { readonly t: Texts }) {
  return (
    <section aria-label={t.comments}>
      <h2>{t.comments}</h2>
      {/* One lane: a comment is sent after the draft that is on its way, which would come back otherwise. */}
      <Form id="write" action={saveDraft} hyper-on="input" hyper-delay="500" hyper-key="comment" hyper-sync="queue">
        <Field name="text" />
        <p class="buttons">
          <SubmitButton action={addComment}>{t.send}</SubmitButton>
          <button value="draft">{t.draft}</button>
          <span id="draft" role="status"></span>
        </p>
      </Form>
      <CommentList />
    </section>
  );
}
