/** Requests of a page for regions that have changed: how many, when, and for which regions first. */
import { assertEquals, assertLess } from "@std/assert";
import { ClientScript, createHandler, region } from "../../mod.ts";
import { type Visit, withPage } from "../support/browser.ts";

interface Under extends Visit {
  /** The names of the rows that each request has asked for. */
  readonly asked: string[][];
  /** Sets a new value for rows, in one change. */
  change(rows: readonly number[], value: number): Promise<void>;
}

/** Opens a page of rows with a region each, of which two are in view. */
async function withRows(count: number, run: (under: Under) => Promise<void>): Promise<void> {
  const values = new Map<string, number>();
  const asked: string[][] = [];
  const Row = region(
    "row",
    { depends: ({ instance }) => `row:${instance}` },
    ({ instance }) => <p style="height: 400px; margin: 0">{`row ${instance} is ${values.get(`${instance}`) ?? 0}`}</p>,
  );
  const Page = () => (
    <html lang="en">
      <head>
        <title>Rows</title>
        <ClientScript />
      </head>
      <body>{Array.from({ length: count }, (_, index) => <Row key={index} instance={`${index}`} />)}</body>
    </html>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Row }) }],
    heartbeatSeconds: 1,
  });
  const change = async (rows: readonly number[], value: number): Promise<void> => {
    for (const row of rows) values.set(`${row}`, value);
    await handler.changed(...rows.map((row) => `row:${row}`));
  };
  const served: Deno.ServeHandler<Deno.NetAddr> = async (request, info) => {
    if (request.headers.get("x-hyper-action") === "hyper:regions") {
      const list = decodeURIComponent(request.headers.get("x-hyper-data") ?? await request.clone().text());
      asked.push(Array.from(list.matchAll(/~(\d+)\./g), ([, row = ""]) => row));
    }
    return await handler(request, info);
  };
  try {
    await withPage(served, async (visit) => {
      const { page } = visit;
      await page.goto("/");
      // It watches.
      await change([0], 1);
      await page.getByText("row 0 is 1").waitFor();
      asked.length = 0;
      await run({ ...visit, asked, change });
    }, { viewport: { width: 800, height: 700 } });
  } finally {
    await handler.close();
  }
}

Deno.test("a burst of 100 changes costs a page at most two requests, and it shows the last one", async () => {
  await withRows(3, async ({ page, asked, change }) => {
    for (let count = 0; count < 99; count++) await change([count % 3], 2 + Math.floor(count / 3));
    await change([2], 35);
    await page.getByText("row 2 is 35").waitFor();
    await page.getByText("row 0 is 34").waitFor();
    await page.getByText("row 1 is 34").waitFor();
    assertLess(asked.length, 3);
  });
});

Deno.test("of many regions that have changed, a page asks for those in view first, and then for the others together", async () => {
  await withRows(12, async ({ page, asked, change }) => {
    const rows = Array.from({ length: 12 }, (_, index) => index);
    await change(rows, 2);
    await page.getByText("row 11 is 2").waitFor();
    assertEquals(asked, [["0", "1"], rows.slice(2).map(String)]);
  });
});

Deno.test("a hidden tab asks for nothing, and asks once when it is seen", async () => {
  await withRows(3, async ({ page, asked, context, change }) => {
    const show = (hidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(Document.prototype, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await show(true);
    const other = await context.newPage();
    await other.goto("/");
    await change([0, 1, 2], 2);
    await other.getByText("row 2 is 2").waitFor();
    await change([0, 1, 2], 3);
    await other.getByText("row 2 is 3").waitFor();
    assertEquals(await page.getByText("row 0 is 1").isVisible(), true);
    asked.length = 0;
    await show(false);
    await page.getByText("row 2 is 3").waitFor();
    assertEquals(asked, [["0", "1", "2"]]);
  });
});
