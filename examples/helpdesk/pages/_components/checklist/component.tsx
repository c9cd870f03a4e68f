import {
  action,
  AddRow,
  changed,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  FormErrors,
  region,
  RemoveRow,
  RowNumber,
  Rows,
  toast,
} from "@hyper/actions";
import { agents, currentTicket, member } from "../../../session.ts";
import { inLanguages, texts } from "../../../settings.ts";
import { tickets } from "../../../tickets.ts";

const StepsForm = inLanguages((t) =>
  defineFormset(
    defineForm("step", {
      fields: {
        text: field.text({ label: t.step, required: true, maxlength: 120 }),
        done: field.checkbox({ label: t.stepDone }),
      },
    }),
    {
      prefix: "steps",
      max: 20,
      canDelete: true,
      getInitial: async ({ deps }) => (await deps.get(tickets)).steps((await deps.get(currentTicket)).id),
    },
  )
);

export const saveSteps = action(
  "save_steps",
  { form: StepsForm, guard: agents, inject: { tickets, ticket: currentTicket, texts } },
  ({ form, ticket: { id }, tickets, texts }) => {
    tickets.saveSteps(id, form.values);
    return [changed(`steps:${id}`), toast(texts.saved)];
  },
);

/** The checklist: agents edit it, and customers read it. */
export const Checklist = region(
  "checklist",
  {
    depends: ({ params }) => `steps:${params.id}`,
    inject: { tickets, ticket: currentTicket, user: member, t: texts },
  },
  ({ tickets, ticket, user, t }) => (
    <section id="checklist" aria-label={t.checklist}>
      <h2>{t.checklist}</h2>
      {user.role === "customer"
        ? (
          <ul>
            {tickets.steps(ticket.id).map(({ text, done }) => <li key={text}>{done ? `✓ ${text}` : text}</li>)}
          </ul>
        )
        : (
          <Form action={saveSteps}>
            <FormErrors />
            <Rows>
              {() => (
                <fieldset class="step">
                  <legend>
                    {t.stepNumber} <RowNumber />
                  </legend>
                  <Field name="text" />
                  <Field name="done" />
                  <RemoveRow />
                </fieldset>
              )}
            </Rows>
            <p class="buttons">
              <AddRow>{t.addStep}</AddRow>
              <button value="save">{t.save}</button>
            </p>
          </Form>
        )}
    </section>
  ),
);
