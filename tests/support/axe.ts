/** What axe-core finds on a page as it stands. */
import { assert } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** What one rule finds. */
export interface Violation {
  readonly rule: string;
  /** The elements, with what is wrong with each. */
  readonly at: readonly string[];
}

/** Looks at a page, and gives what is wrong with it: best nothing. */
export async function findViolations(page: Page): Promise<readonly Violation[]> {
  // Evaluated, not added as a script: the policy of a page does not hold for what the debugger says.
  await page.evaluate(axe.source);
  const { passes, violations } = await page.evaluate(async () => {
    // What still fades in has no contrast yet.
    for (const animation of document.getAnimations()) animation.finish();
    const { violations, passes } = await Reflect.get(globalThis, "axe").run();
    return {
      passes: passes.length,
      violations: violations.map(({ id, help, nodes }: import("axe-core").Result) => ({
        rule: `${id}: ${help}`,
        at: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`),
      })),
    };
  });
  assert(passes > 10, "axe-core did look");
  return violations;
}
