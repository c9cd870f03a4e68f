/** The address bar, changed by a search, links and the back button. Actions apply to the page that the user sees. */
import { assertEquals } from "@std/assert";
import { action, createHandler, Form, history, type PageProps, refresh } from "@hyper/actions";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

const ROWS = Array.from({ length: 60 }, (_, index) => `${index < 11 ? "ann" : "bob"} ${index}`);

/** Rows that the query finds, a search that changes the address, a form for all rows found, and links. */
function site(): ReturnType<typeof createHandler> {
  let marked = 0;
  const search = action("search", { method: "GET" }, ({ data }) => history({ push: `?q=${data.q}` }));
  const mark = action("mark", () => {
    marked++;
    return refresh("#rows");
  });
  const Page = ({ url }: PageProps) => (
    <main hyper-nav>
      <a href="/rows?q=bob">Bobs</a>
      <ul id="rows" title={`${marked}`}>
        {ROWS.filter((row) => row.includes(url.searchParams.get("q") ?? "")).map((row) => <li key={row}>{row}</li>)}
      </ul>
      <Form action={mark}>
        <button>Mark</button>
      </Form>
    </main>
  );
  const load = () => Promise.resolve({ default: Page, head: <title>Rows</title>, search, mark });
  return createHandler({ baseDir: "/srv/app", pages: [{ path: "/rows", load }] });
}

Deno.test("an action shows the rows of the address after a search, a link and back", async () => {
  const handler = site();
  await withPage(handler, async ({ page }) => {
    await page.goto("/rows");
    let marked = 0;
    const rowsAfterMark = async (): Promise<number> => {
      await page.getByRole("button", { name: "Mark" }).click();
      await page.locator(`#rows[title="${++marked}"]`).waitFor();
      return await page.locator("#rows li").count();
    };
    assertEquals(await rowsAfterMark(), 60);
    await page.evaluate(() => globalThis.action("search", { q: "ann" }, { method: "GET" }));
    assertEquals(await rowsAfterMark(), 11);
    await page.getByRole("link", { name: "Bobs" }).click();
    await page.waitForURL("**/rows?q=bob");
    assertEquals(await rowsAfterMark(), 49);
    await page.goBack();
    await page.waitForURL("**/rows?q=ann");
    assertEquals(await rowsAfterMark(), 11);
  });
  await handler.close();
});
