import { createTestClient } from "@hyper/actions/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createApp } from "./app.ts";
import { closeDatabase } from "./database.ts";
import { addInvoice } from "./invoices.ts";
import { idle } from "./sending.ts";

Deno.test("invoices: a clerk fills in an invoice and its lines, and a reader cannot change it, with scripts off", async () => {
  Deno.env.set("INVOICES_DATABASE", ":memory:");
  closeDatabase();
  const app = createApp();
  const path = `/invoices/${addInvoice()}`;
  try {
    await using clerk = createTestClient(app);
    await (await clerk.open("/")).form("Sign in as clerk").submit("Sign in as clerk");
    let page = await clerk.open(path);
    const values = {
      Name: "Blue Kettle",
      Email: "tea@example.com",
      Date: "2030-02-15",
      due: "2030-01-15",
      Currency: "EUR",
    };
    page = await page.form("Save").fill(values).submit("Save");
    assertEquals(page.form("Save").field("due").isInvalid, true);
    page = await page.form("Save").fill({ due: "2030-03-15" }).submit("Save");
    assertEquals(page.url.pathname, "/");
    page = await clerk.open(path);
    page = await page.form("Save lines").fill({ "lines[0].text": "Tea", "lines[0].quantity": 2, "lines[0].price": 4.5 })
      .submit("Save lines");
    assertStringIncludes((await clerk.open(path)).find("main").text, "€9.00");

    await using reader = createTestClient(app);
    await (await reader.open("/")).form("Sign in as reader").submit("Sign in as reader");
    page = await reader.open(path);
    assertEquals((await page.form("Customer").submitWithRuntime()).status, 403);
    assertEquals((await clerk.open("/audit")).findAll("tbody tr").length > 0, true);
    assertEquals((await reader.open("/audit")).status, 403);
  } finally {
    await idle();
    await app.close();
    closeDatabase();
    Deno.env.delete("INVOICES_DATABASE");
  }
});
