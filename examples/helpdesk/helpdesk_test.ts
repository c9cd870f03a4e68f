import { auditActions, createMemoryStore, type Handler } from "@hyper/actions";
import { createTestClient, type TestClient, type TestPage } from "@hyper/actions/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { createApp } from "./app.ts";
import { fill } from "./database.ts";
import { closeStaleTickets } from "./jobs.ts";
import { Tickets } from "./tickets.ts";
import { DEMO } from "./users.ts";

deskTest("every action without a guard is public on purpose", async ({ open }) => {
  await auditActions((await open("bob")).handler, { requireGuard: true });
});

deskTest("a list is searched, filtered and sorted, and its pages keep the query", async ({ open }) => {
  const client = await open("bob");
  let page = await client.open("/?q=does&sort=title");
  assertEquals(countOf(page), "2 tickets");
  assertEquals(titlesOf(page), ["Badge does not open the door", "Laptop does not start"]);
  page = await (await client.open("/?sort=title")).click("Next page");
  assertEquals(page.url.search, "?sort=title&page=2");
  assertEquals(titlesOf(page), ["Screen flickers", "Spreadsheet is read-only"]);
  page = await client.open("/?status=closed&priority=nonsense&page=-1");
  assertEquals(countOf(page), "0 tickets");
});

deskTest("selected tickets are closed and deleted", async ({ open, tickets }) => {
  const client = await open("bob");
  let page = await client.open("/");
  page = await page.form("Close").fill({ "Select Screen flickers": true, "Select Projector stays dark": true })
    .submit();
  assertEquals([8, 11].map((id) => tickets.get(id)?.status), ["closed", "closed"]);
  page = await page.form("Close").fill({ "Select Screen flickers": true }).submit("Delete");
  assertEquals(titlesOf(page).includes("Screen flickers"), false);
});

deskTest("a customer sees their own tickets only, in every way to them", async ({ open, tickets }) => {
  const client = await open("cleo");
  const page = await client.open("/");
  assertEquals(countOf(page), "4 tickets");
  assertEquals(page.findAll("input[type=checkbox]").length, 0);
  assertEquals((await client.open("/tickets/2")).status, 404);
  tickets.attach(2, new File([], "plan.txt", { type: "text/plain" }), new TextEncoder().encode("secret"));
  assertEquals((await client.open("/files/1")).status, 404);
  const csv = (await client.open("/tickets.csv")).body;
  assertEquals([csv.includes("Printer is out of paper"), csv.includes("Laptop does not start")], [true, false]);
  assertEquals(JSON.parse((await client.open("/api/tickets")).body).total, 4);
  for (const name of ["close_tickets", "delete_tickets", "restore_tickets"]) {
    assertEquals((await client.action(name, { id: "1" })).status, 403);
  }
  assertEquals((await client.open("/admin")).status, 403);
  assertEquals(tickets.get(1)?.status, "open");
});

deskTest("a draft survives until the comment is sent, and an empty comment is refused", async ({ open, tickets }) => {
  const client = await open("bob");
  let page = await client.open("/tickets/2");
  page = await page.form("Send").fill({ Comment: "Is it plugged" }).submit("Save draft");
  assertEquals(page.form("Send").field("Comment").value, "Is it plugged");
  page = await page.form("Send").fill({ Comment: " " }).submit("Send");
  assertStringIncludes(page.form("Send").text, "Write a comment");
  page = await page.form("Send").fill({ Comment: "Is it plugged in?" }).submit("Send");
  assertEquals(page.find("#comments li").text.includes("Is it plugged in?"), true);
  assertEquals(page.form("Send").field("Comment").value, "");
  assertEquals(tickets.get(2)?.status, "open");
});

deskTest("a mail becomes a ticket once, and needs a signature", async ({ handler, tickets }) => {
  const body = JSON.stringify({ id: "m-1", from: "cleo", subject: "Door is stuck", text: "Help" });
  const headers = { "content-type": "application/json", "x-hyper-action": "receive_mail", accept: "application/json" };
  const send = async (signature: string) => {
    const init = { method: "POST", body, headers: { ...headers, "x-signature": signature } };
    const response = await handler(new Request("http://localhost/", init));
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await send("0".repeat(64)), 403);
  const signature = await sign(body);
  assertEquals([await send(signature), await send(signature)], [200, 200]);
  const query = { q: "Door is stuck", status: null, priority: null, sort: "changed", page: 1 } as const;
  assertEquals(tickets.find(query, "cleo").total, 1);
});

deskTest("tickets without an answer are closed after two weeks", async ({ open, tickets, database, handler }) => {
  await open("bob");
  tickets.change(3, { title: "Mail", status: "waiting", priority: "low", assignee: null });
  assertEquals(await closeStaleTickets(database, handler), []);
  database.exec("UPDATE tickets SET changed = 0 WHERE id = 3");
  assertEquals(await closeStaleTickets(database, handler), [3]);
});

deskTest("the page is in the language that the user selects", async ({ open }) => {
  let page = await (await open("bob")).open("/");
  page = await page.form("Use").fill({ Language: "de", Colors: "dark" }).submit();
  assertEquals(page.find("html").attribute("data-theme"), "dark");
  assertEquals(countOf(page), "12 Tickets");
  page = await page.click("Neues Ticket");
  page = await page.form("Ticket anlegen").submit();
  assertEquals(page.form("Ticket anlegen").field("Titel").isInvalid, true);
});

interface Desk {
  readonly handler: Handler;
  readonly database: DatabaseSync;
  readonly tickets: Tickets;
  /** Opens a client in which a user is signed in. */
  readonly open: (name: string) => Promise<TestClient>;
}

function deskTest(name: string, use: (desk: Desk) => Promise<void>): void {
  Deno.test(`helpdesk: ${name}`, async () => {
    Deno.env.set("MAIL_SECRET", "shared with the mail service");
    using database = new DatabaseSync(":memory:");
    await fill(database);
    const handler = createApp({ database, store: createMemoryStore(), key: "k".repeat(32) });
    await using client = createTestClient(handler);
    const open = async (name: string) => {
      const password = DEMO.find((user) => user.name === name)?.password ?? "";
      await (await client.open("/sign-in")).form("Sign in").fill({ Name: name, Password: password }).submit();
      return client;
    };
    try {
      await use({ handler, database, tickets: new Tickets(database), open });
    } finally {
      Deno.env.delete("MAIL_SECRET");
    }
  });
}

function titlesOf(page: TestPage): string[] {
  return page.findAll(".tickets a").map(({ text }) => text);
}

function countOf(page: TestPage): string {
  return page.find("#results [role=status]").text;
}

async function sign(body: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes("shared with the mail service"), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(body))).toHex();
}
