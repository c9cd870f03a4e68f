/** Tests of the small applications in `examples/`. */
import type { Handler } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { findViolations } from "./axe.ts";
import { type PageOptions, type Visit, withPage } from "./browser.ts";

/** A policy without inline scripts, styles and event handlers, and without frames: every example must work with it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // The policy name of the browser runtime.
  "trusted-types hyper",
].join("; ");

/** Opens a page of an example, which is served with the strictest policy and closed afterwards. */
export async function visitExample(
  app: Handler,
  visit: (visit: Visit) => Promise<void>,
  options: PageOptions = {},
): Promise<void> {
  const served: Deno.ServeHandler<Deno.NetAddr> = async (request, info) => {
    const response = await app(request, info);
    // A new response, because the headers of some cannot be changed.
    const guarded = new Response(response.body, response);
    if (!guarded.headers.has("content-security-policy")) guarded.headers.set("content-security-policy", POLICY);
    return guarded;
  };
  try {
    await withPage(served, visit, options);
  } finally {
    await app.close();
  }
}

/** Fails if axe-core finds a violation, or if the page is too wide for a telephone. */
export async function inspect(page: Page, where: string): Promise<void> {
  await page.setViewportSize({ width: 1024, height: 768 });
  assertEquals(await findViolations(page), [], where);
  await page.setViewportSize({ width: 320, height: 640 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width !== 320) throw new Error(`Cannot fit ${where} on a telephone: it is ${width} pixels wide`);
}

/** Presses Tab until an element with this name or text has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null) return "";
      const labels = "labels" in element && element.labels instanceof NodeList ? [...element.labels] : [];
      const words = [
        element.getAttribute("aria-label"),
        ...labels.map(({ textContent }) => textContent),
        element.textContent,
      ];
      return words.find((word) => word !== null && word.trim() !== "")?.trim() ?? "";
    });
    if (focused === name) return;
    seen.push(focused);
  }
  throw new Error(`Cannot reach "${name}" with the Tab key: it leads to ${seen.join(", ")}`);
}
