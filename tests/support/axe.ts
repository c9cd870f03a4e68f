/** Checks a page with axe-core. */
import { assert } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Findings of a rule. */
export interface Violation {
  readonly rule: string;
  /** The elements, with what is wrong with each. */
  readonly at: readonly string[];
}

/** Returns the findings on a page. */
export async function findViolations(page: Page): Promise<readonly Violation[]> {
  // Evaluated, not added as a script: the policy of a page does not apply to the debugger.
  await page.evaluate(axe.source);
  const { passes, violations } = await page.evaluate(async () => {
    // Elements that still fade in have no contrast yet.
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
