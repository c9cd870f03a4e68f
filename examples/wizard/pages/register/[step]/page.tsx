import {
  action,
  Field,
  Form,
  FormErrors,
  HyperError,
  type PageContext,
  type Params,
  redirect,
  SubmitButton,
} from "@hyper/actions";
import { currentDraft, draftId, drafts, firstOpen, withDraft } from "../../../drafts.ts";
import { type Step, STEPS, urlOf } from "../../../steps.ts";
import { Steps } from "../../_components/steps/component.tsx";

/** Maximum body size of a step, in bytes. */
const BODY_BYTES = 16 * 1024;

// One action for all steps: the page of the call selects the form.
export const saveStep = action(
  "save_step",
  {
    guard: withDraft,
    form: async ({ params, deps }) => {
      const step = mustFind(params);
      const current = await deps.get(currentDraft);
      return [step.form, { initial: current?.draft[step.path]?.typed ?? {} }] as const;
    },
    inject: { drafts, id: draftId },
    limits: { bodyBytes: BODY_BYTES },
  },
  async ({ form, params, drafts, id }) => {
    const step = mustFind(params);
    const typed = Object.fromEntries(form.fields.map(({ name, raw }) => [name, raw]));
    await drafts.accept(id, step, typedOf(step, typed), form.values);
    return redirect(urlOf(STEPS[STEPS.indexOf(step) + 1]));
  },
);

// Saves entered values, valid or not, while the user types and when they go back.
export const keepStep = action(
  "keep_step",
  { guard: withDraft, inject: { drafts, id: draftId }, limits: { bodyBytes: BODY_BYTES, jsonBytes: BODY_BYTES } },
  async ({ data, params, drafts, id }) => {
    const step = mustFind(params);
    await drafts.keep(id, step, typedOf(step, data));
    return data.go === "back" ? redirect(urlOf(STEPS[STEPS.indexOf(step) - 1])) : undefined;
  },
);

/** A step of the registration. */
export async function render({ params, deps }: PageContext<"/register/[step]">) {
  const step = mustFind(params);
  const current = await deps.get(currentDraft);
  if (current === null) return leadTo("/");
  const open = firstOpen(current.draft);
  // The URL of a later step redirects to the first one that is not valid.
  if (open !== undefined && STEPS.indexOf(open) < STEPS.indexOf(step)) return leadTo(urlOf(open));
  return (
    <>
      <Steps draft={current.draft} current={step} />
      <h1>{step.title}</h1>
      {/* In one lane: earlier input does not arrive after later input, or after the submit. */}
      <Form action={saveStep} class="stack" hyper-key="step" hyper-sync="queue">
        <FormErrors />
        {Array.from(step.form.fields.keys(), (name) => <Field key={name} name={name} />)}
        <div class="buttons">
          {/* The Enter key presses the first button. */}
          <button>Next</button>
          {step !== STEPS[0] && (
            <SubmitButton action={keepStep} class="quiet" name="go" value="back" formnovalidate>Back</SubmitButton>
          )}
          {/* Pressed by the runtime while the user types, so that the input is not lost with the tab. */}
          <SubmitButton action={keepStep} class="quiet" formnovalidate hyper-on="input" hyper-delay="400">
            Save for later
          </SubmitButton>
        </div>
      </Form>
    </>
  );
}

function mustFind({ step }: Params): Step {
  const found = STEPS.find(({ path }) => path === step);
  if (found === undefined) throw new HyperError(404, "This step does not exist");
  return found;
}

/** Returns the submitted values of the fields of a step, as strings. */
function typedOf({ form }: Step, sent: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Array.from(form.fields.keys(), (name) => {
    const value = Object.hasOwn(sent, name) ? sent[name] : "";
    // Forms send CR LF, and scripts read LF.
    return [name, typeof value === "string" ? value.replace(/\r\n?/g, "\n") : ""];
  }));
}

function leadTo(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
