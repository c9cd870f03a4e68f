import type { Draft } from "../../../drafts.ts";
import { STEPS, urlOf } from "../../../steps.ts";

/** The entered values of all steps. */
export function Answered({ draft, canChange = false }: { readonly draft: Draft; readonly canChange?: boolean }) {
  return (
    <>
      {STEPS.map((step) => (
        <section key={step.path} class="answered">
          <h2>{step.title}</h2>
          <dl>
            {Array.from(step.form.fields, ([name, { label }]) => (
              <div key={name}>
                <dt>{label}</dt>
                <dd>{wordsOf(draft[step.path]?.accepted?.[name])}</dd>
              </div>
            ))}
          </dl>
          {canChange && <a href={urlOf(step)} aria-label={`Change ${step.title}`}>Change</a>}
        </section>
      ))}
    </>
  );
}

function wordsOf(answer: unknown): string {
  if (typeof answer === "boolean") return answer ? "Yes" : "No";
  return String(answer ?? "") || "–";
}
