/** Accessibility checks of a page, by axe-core and by {@linkcode checkPage}. */
import { assert } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { checkPage } from "./page_checks.ts";

/** A violation of one rule. */
export interface Violation {
  readonly rule: string;
  /** The elements, with the problem of each. */
  readonly at: readonly string[];
}

/** Checks a page in its colors and in forced colors. Returns its violations. */
export async function findViolations(page: Page): Promise<readonly Violation[]> {
  // Evaluated, not added as a script: the content security policy of a page does not apply to the debugger.
  await page.evaluate(axe.source);
  const { passes, violations } = await page.evaluate(async () => {
    // An element that fades in has no contrast yet.
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
  return [...violations, ...await checkPage(page)];
}
