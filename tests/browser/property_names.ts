/** The names of all properties of a page in Chromium, and of some that only other browsers have. */
import { withPage } from "../support/browser.ts";

/** Names for elements, by the object whose property they hide. */
export interface Names {
  readonly document: readonly string[];
  readonly window: readonly string[];
  readonly form: readonly string[];
}

/** Names that are not properties in Chromium, or not of a page without the runtime. */
const OTHERS = ["Alpine", "Hyper", "action", "moveBefore", "startViewTransition", "togglePopover", "trustedTypes"];

/** Returns the property names of a document, a window and a form, except those that no element can hide or HTML cannot write. */
export async function readNames(): Promise<Names> {
  const { promise, resolve } = Promise.withResolvers<Names>();
  const headers = { "content-type": "text/html" };
  await withPage(() => new Response("<!doctype html><form></form>", { headers }), async ({ page }) => {
    await page.goto("/");
    const found = await page.evaluate(() => {
      const namesOf = (of: object | null): string[] => {
        const found = new Set<string>();
        for (const name in of) found.add(name);
        for (let at = of; at !== null; at = Object.getPrototypeOf(at)) {
          for (const name of Object.getOwnPropertyNames(at)) found.add(name);
        }
        return [...found];
      };
      return {
        document: namesOf(document),
        window: namesOf(globalThis),
        form: namesOf(document.querySelector("form")),
      };
    });
    resolve(found);
  });
  const found = await promise;
  const written = (list: readonly string[]) =>
    [...new Set([...list, ...OTHERS])].filter((name) => /^[\w-]+$/.test(name));
  return { document: written(found.document), window: written(found.window), form: written(found.form) };
}
