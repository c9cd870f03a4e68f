// The predictions of a call, on the pages that have their targets.
import type { Call } from "./answer.ts";
import { followAnswer } from "./controls.ts";
import { pageOfTarget } from "./layer.ts";
import type { TestOutcome } from "./outcome.ts";
import type { OpenPage, PageForm } from "./page.ts";
import { optimisticTemplates, predictionsOf, type TestPrediction } from "./predictions.ts";

/**
 * Shows the predictions of a call.
 *
 * @param call The call.
 * @param optimistic Its predictions. Default: those of its form.
 * @param form Its form, or `null`.
 * @param page The page that it comes from.
 * @returns A function for its end.
 */
export function predictCall(
  call: Call,
  optimistic: readonly TestPrediction[] | undefined,
  form: PageForm | null,
  page: OpenPage,
): (outcome: TestOutcome | null) => void {
  const changes = optimistic ?? (form === null ? [] : predictionsOf(form.node, call));
  const pages = Map.groupBy(changes, ({ target }) => pageOfTarget(page, target ?? call.target));
  for (const [at, some] of pages) at.predictions.begin(call, some);
  const { sent } = call;
  return (outcome) => {
    for (const at of pages.keys()) at.predictions.end(call.signal);
    // A choice must not look as if it had been saved. An invalid form comes back as it was sent.
    if (!sent || outcome?.ok || outcome?.status === 422 || optimisticTemplates(sent.form).length === 0) return;
    followAnswer(sent, [sent.form], /^(?!checkbox$|radio$|select$)/);
  };
}
