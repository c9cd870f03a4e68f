import { action, defineForm, Field, field, Form, type PageContext, redirect } from "@hyper/actions";
import { currentDraft, draftId, drafts, firstOpen, withDraft } from "../../../drafts.ts";
import { urlOf } from "../../../steps.ts";
import { Answered } from "../../_components/answered/component.tsx";
import { Steps } from "../../_components/steps/component.tsx";

const AgreementForm = defineForm("agreement", {
  fields: { agree: field.checkbox({ label: "I will attend, or cancel if I cannot", required: true }) },
});

export const sendRegistration = action(
  "send_registration",
  { form: AgreementForm, guard: withDraft, inject: { drafts, id: draftId } },
  async ({ drafts, id }) => {
    const number = await drafts.send(id);
    // A step is missing, or another tab has sent the draft: the page shows which.
    return redirect(number === null ? "/register/summary" : `/done/${number}`);
  },
);

/** The summary, with the button that sends the registration. */
export async function render({ deps }: PageContext) {
  const current = await deps.get(currentDraft);
  const open = current === null ? undefined : firstOpen(current.draft);
  if (current === null || open !== undefined) {
    const location = current === null ? "/" : urlOf(open);
    return new Response(null, { status: 303, headers: { location } });
  }
  return (
    <>
      <Steps draft={current.draft} current={null} />
      <h1>Summary</h1>
      <Answered draft={current.draft} canChange />
      <Form action={sendRegistration} class="stack">
        <Field name="agree" />
        <div class="buttons">
          <button>Send</button>
        </div>
      </Form>
    </>
  );
}
