import { type Draft, firstOpen } from "../../../drafts.ts";
import { type Step, STEPS, urlOf } from "../../../steps.ts";

/** The current step, and links to the steps before it. `null` is the summary. */
export function Steps({ draft, current }: { readonly draft: Draft; readonly current: Step | null }) {
  const open = firstOpen(draft);
  const reached = open === undefined ? STEPS.length : STEPS.indexOf(open);
  return (
    <nav aria-label="Steps">
      <ol class="steps">
        {[...STEPS, undefined].map((step, index) => {
          const title = step?.title ?? "Summary";
          const isCurrent = step === (current ?? undefined);
          return (
            <li key={title} {...(isCurrent ? { "aria-current": "step" } : {})}>
              {isCurrent || index > reached ? title : <a href={urlOf(step)}>{title}</a>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
