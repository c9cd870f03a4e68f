/**
 * Each recipe of the cookbook is a page that works in a new project. A user does its journey twice: with scripts off, where forms are
 * posted and links followed, and with the browser runtime.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formActionUrl } from "@hyper/actions";
import { createTestClient, type FieldInput, type TestClient, type TestPage } from "@hyper/actions/testing";
import { fromFileUrl } from "@std/path";
import { compile } from "tailwindcss";
import { openRecipe } from "../support/recipe.ts";

const root = new URL("../../", import.meta.url);

/** A user with one open page, with scripts on or off. */
class Person {
  constructor(readonly client: TestClient, readonly hasScripts: boolean, readonly module: Record<string, unknown>) {}

  get page(): TestPage {
    return this.client.page;
  }

  /** The texts of the elements that match a selector. */
  texts(selector: string): string[] {
    return this.page.findAll(selector).map(({ text }) => text);
  }

  /** The texts of the toasts: on the page with scripts off, else of the last call. */
  toast = "";

  /** Fills and submits a form. */
  async send(name: string, values: Readonly<Record<string, FieldInput>> = {}, button?: string): Promise<void> {
    const form = this.page.form(name).fill(values);
    if (!this.hasScripts) {
      await form.submit(button);
      this.toast = this.texts("[data-hyper-toast]").join();
      return;
    }
    const { events } = await form.submitWithRuntime(button);
    this.toast = events.filter(({ event }) => event === "toast").map(({ data }) => Object(data).value)
      .join();
  }

  async click(name: string): Promise<void> {
    await this.page.click(name);
  }

  async open(path: string): Promise<void> {
    await this.client.open(path);
  }
}

const RECIPES: Readonly<Record<string, (user: Person) => Promise<void>>> = {
  async inline_edit(user) {
    await user.click("Edit “Buy milk”");
    assertEquals(user.page.form("Save").field("Note").value, "Buy milk");
    await user.send("Save", { Note: "" });
    assert(user.page.form("Save").field("Note").isInvalid);
    await user.send("Save", { Note: "Buy tea" });
    assertEquals(user.texts("li"), ["Buy tea Edit", "Call Ada Edit"]);
  },
  async delete_undo(user) {
    await user.send("Delete “Buy milk”");
    assertEquals(user.texts("li span"), ["Deleted", "Call Ada"]);
    await user.send("Undo");
    assertEquals(user.texts("li span"), ["Buy milk", "Call Ada"]);
  },
  async ask_first(user) {
    await user.click("Delete Garden");
    assertEquals(user.texts("li").length, 2);
    await user.send("Delete Garden?");
    assertEquals([user.toast, user.texts("li")], ["Garden was deleted", ["Kitchen Delete…"]]);
  },
  async dependent_select(user) {
    await user.page.form("Country").fill({ Country: "Norway" }).submit();
    await user.send("Save", { City: "Oslo" });
    assertEquals(user.toast, "Your office is in Oslo");
    // A city of another country is not a choice.
    const outcome = await user.client.action("choose_city", { city: "Graz" });
    assertEquals([outcome.status, Object.keys(outcome.issues)], [422, ["city"]]);
  },
  async search(user) {
    await user.page.form("Search").fill({ Name: "ee" }).submit();
    assertEquals([user.texts("main li"), user.texts("main p")], [["Darjeeling", "Keemun"], ["2 teas"]]);
    await user.open("?q=<b>");
    assertEquals([user.texts("main li"), user.texts("main p")], [[], ["0 teas"]]);
  },
  async pagination(user) {
    await user.click("Next");
    assertEquals([user.texts("li")[0], user.page.find("nav").text], ["Invoice 11", "Previous Page 2 of 4 Next"]);
    await user.open("?page=4");
    assertEquals([user.texts("li").length, user.texts("nav a")], [4, ["Previous"]]);
    assertEquals((await user.client.open("?page=5")).status, 404);
  },
  async load_more(user) {
    if (user.hasScripts) await user.page.find("#more").trigger();
    else await user.click("More entries");
    assertEquals(user.texts("li:not(#more)").length, 40);
    if (user.hasScripts) await user.page.find("#more").trigger();
    else await user.click("More entries");
    assertEquals([user.texts("li").length, user.texts("#more")], [50, []]);
  },
  async sortable_table(user) {
    await user.click("People");
    assertEquals(user.texts("td:first-child"), ["Bern", "Graz", "Oslo"]);
    await user.click("People");
    assertEquals(user.texts("td:first-child"), ["Oslo", "Graz", "Bern"]);
    assertEquals(user.page.find("[aria-sort]").attribute("aria-sort"), "descending");
    await user.open("?sort=toString");
    assertEquals(user.texts("td:first-child"), ["Bern", "Graz", "Oslo"]);
  },
  async bulk_actions(user) {
    await user.send("Mails", {}, "Delete");
    assertEquals(user.toast, "0 deleted");
    await user.send("Mails", { Invoice: true, Holidays: true });
    assertEquals([user.toast, user.texts("li")[0]], ["2 marked as read", "Invoice (read)"]);
    await user.send("Mails", { Invoice: false, Holidays: false, Newsletter: true }, "Delete");
    assertEquals(user.texts("li"), ["Invoice (read)", "Holidays (read)"]);
  },
  async wizard(user) {
    await user.open("?step=3");
    assertEquals(user.page.findAll("input[name=name]").length, 1);
    await user.send("Next", { "Your name": "Ada" });
    await user.send("Next");
    assert(user.page.form("Next").field("Destination").isInvalid);
    await user.send("Next", { Destination: "Graz" });
    assertEquals(user.texts("main p")[0], "Ada travels to Graz");
    await user.click("Change");
    assertEquals(user.page.form("Next").field("Your name").value, "Ada");
  },
  async picture_upload(user) {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    await user.send("Upload", { Picture: new File(["<svg>"], "a.png", { type: "image/png" }), Description: "A" });
    assert(user.page.form("Upload").field("Picture").isInvalid);
    const picture = new File([png], "tea.png", { type: "image/png" });
    await user.send("Upload", { Picture: picture, Description: "A cup" });
    const image = user.page.find("img");
    assertEquals(image.attribute("alt"), "A cup");
    const response = await user.client.open(image.attribute("src") ?? "");
    assertEquals([response.headers.get("content-type"), response.status], ["image/png", 200]);
  },
  async csv_download(user) {
    await user.click("Download as CSV");
    const file = await user.client.open("?format=csv");
    assertEquals(file.body.split("\r\n").slice(1), [`"1","Ada","two, please"`, `"2","Grace","'=1+1 ""formula"""`, ""]);
    assertMatch(file.headers.get("content-disposition") ?? "", /^attachment/);
  },
  async csv_import(user) {
    const file = (text: string) => ({ "CSV file": new File([text], "a.csv", { type: "text/csv" }) });
    await user.send("Import", file("Ada;ada@example.com\nGrace"));
    assertMatch(user.page.form("Import").field("CSV file").description, /^Line 2: use a name/);
    assertEquals(user.texts("[data-hyper-region] li"), []);
    await user.send("Import", file("Ada;ada@example.com\r\nGrace;grace@example.com\r\n"));
    assertEquals(user.toast, "2 contacts imported");
    assertEquals(user.texts("[data-hyper-region] li"), ["Ada <ada@example.com>", "Grace <grace@example.com>"]);
  },
  async webhook(user) {
    const body = new TextEncoder().encode(JSON.stringify({ order: "A7" }));
    const secret = new TextEncoder().encode("for development only");
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, body)).toHex();
    const post = async (signature: string) => {
      const headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "x-signature": signature,
      };
      const url = new URL(formActionUrl("order_paid"), "http://localhost/");
      const response = await user.client.handler(new Request(url, { method: "POST", headers, body }));
      await response.body?.cancel();
      return response.status;
    };
    assertEquals([await post("0".repeat(64)), await post("no"), await post(signature), await post(signature)], [
      403,
      403,
      200,
      200,
    ]);
    await user.open("/");
    assertEquals(user.texts("li"), ["Order A7 is paid"]);
  },
  async poll(user) {
    await user.send("Vote", { "Your favorite": "Tea" });
    assertEquals([user.toast, user.texts("dd")], ["You voted for Tea", ["1", "0"]]);
    await user.send("Vote", { "Your favorite": "Tea" });
    await user.send("Vote", { "Your favorite": "Coffee" });
    assertEquals(user.texts("dd"), ["2", "1"]);
    assertEquals((await user.client.action("vote", { drink: "Tea" })).status, 429);
  },
  async progress(user) {
    await user.send("Save all files");
    assertEquals(user.toast, "4 files saved");
    // Without scripts, the page is loaded again after the last file.
    assertEquals(user.page.find("progress").attribute("value"), user.hasScripts ? "4" : "0");
  },
  async like_button(user) {
    await user.send("Like");
    assertEquals(user.page.find("main [role=status]").text, "42 people like this");
    assertEquals(user.page.find("button").attribute("aria-pressed"), "true");
    await user.send("Like");
    assertEquals(user.page.find("main [role=status]").text, "41 people like this");
  },
  async cart(user) {
    await user.send("Tea, 4 €");
    await user.send("Tea, 4 €");
    await user.send("Pot, 25 €");
    assertEquals([user.texts("section li"), user.page.find("section p").text], [["2 × Tea", "1 × Pot"], "Total: 33 €"]);
    assertEquals((await user.client.action("put_in_cart", { item: "Gold" })).status, 400);
  },
  async dark_mode(user) {
    assertEquals(user.page.find("meta[name=color-scheme]").attribute("content"), "light dark");
    await user.send("Theme", {}, "Dark");
    assertEquals(user.page.find("meta[name=color-scheme]").attribute("content"), "dark");
    await user.client.action("set_theme", { theme: '"><script>' });
    assertEquals(user.page.find("meta[name=color-scheme]").attribute("content"), "light dark");
  },
  async language(user) {
    assertEquals(user.page.find("h1").text, "Departures");
    await user.send("Language", {}, "Deutsch");
    assertEquals(user.texts("main h1, main p"), ["Abfahrt", "Der nächste Zug fährt am 1. Mai 2030 um 09:30"]);
  },
  async autosave(user) {
    if (user.hasScripts) await user.page.form("Save draft").fill({ Text: "On tea" }).trigger();
    else await user.send("Save draft", { Text: "On tea" }, "Save draft");
    await user.open("/");
    assertEquals(user.page.form("Save draft").field("Text").value, "On tea");
    await user.send("Save draft", {}, "Publish");
    assertEquals(user.toast, "6 characters published");
    await user.open("/");
    assertEquals(user.page.form("Save draft").field("Text").value, "");
  },
  async reorder(user) {
    await user.send("Move Graz up", {}, "Move Graz up");
    assertEquals(user.texts("li span"), ["Oslo", "Graz", "Bergen"]);
    await user.send("Move Oslo down", {}, "Move Oslo down");
    assertEquals(user.texts("li span"), ["Graz", "Oslo", "Bergen"]);
    await user.client.action("move_stop", { stop: "Graz", direction: "up" });
    assertEquals(user.texts("li span"), ["Graz", "Oslo", "Bergen"]);
  },
  async contact_form(user) {
    const message = { Email: "ada@example.com", Message: "Hello" };
    await user.send("Send", message);
    assertEquals(user.toast, "Thank you. We will answer soon");
    await user.send("Send", { ...message, website: "https://spam.example" });
    assertEquals([user.toast, user.module.inbox], ["Thank you. We will answer soon", ["ada@example.com: Hello"]]);
  },
  async json_api(user) {
    await user.send("Add", { Title: "On Tea" });
    assertEquals(user.texts("li"), ["On Tea"]);
    const call = async (method: string, action: string, body?: string) => {
      const headers = { accept: "application/json", "content-type": "application/json", "x-hyper-action": action };
      const response = await user.client.handler(
        new Request("http://localhost/", { method, headers, ...body !== undefined && { body } }),
      );
      return [response.status, await response.json()];
    };
    assertEquals(await call("POST", "add_book", '{"title":"On Milk"}'), [
      200,
      { ok: true, data: { id: 2, title: "On Milk" } },
    ]);
    assertEquals((await call("POST", "add_book", "{}"))[0], 422);
    const books = [{ id: 1, title: "On Tea" }, { id: 2, title: "On Milk" }];
    assertEquals(await call("GET", "list_books"), [200, { ok: true, data: { books } }]);
  },
  async create_and_redirect(user) {
    await user.send("Create", { Title: "Buy milk" });
    assertEquals([user.page.url.search, user.page.find("h1").text], ["?note=1", "Buy milk"]);
    assertEquals(user.toast, "Note created");
    assertEquals((await user.client.open("?note=2")).status, 404);
  },
  async edit_conflict(user) {
    await using other = createTestClient(user.client.handler);
    const theirs = await other.open("/");
    await user.send("Save", { Text: "Open from 8 to 5" });
    await user.send("Save", { Text: "Open from 8 to 6" });
    assertEquals(user.toast, "Saved");
    const refused = await theirs.form("Save").fill({ Text: "Closed" }).submit();
    assertMatch(refused.find("main").text, /Another user has changed this text/);
    assertEquals(refused.form("Save").field("Text").value, "Closed");
  },
  async tabs(user) {
    await user.click("Billing");
    assertEquals([user.page.find("h2").text, user.page.find("[aria-current]").text], ["Billing", "Billing"]);
    await user.open("?tab=constructor");
    assertEquals(user.page.find("h2").text, "Profile");
  },
  async atom_feed(user) {
    assertEquals(user.page.find("link[rel=alternate]").attribute("href"), "?feed");
    const feed = await user.client.open("?feed");
    assertEquals(feed.headers.get("content-type"), "application/atom+xml; charset=utf-8");
    assertMatch(feed.body, /<title>Tea &amp; milk<\/title><link href="http:\/\/localhost\/posts\/tea"\/>/);
  },
  async rows(user) {
    await user.click("Add item");
    assertEquals(user.texts("legend"), ["Item 1", "Item 2"]);
    const [first = "", second = ""] = user.page.findAll("fieldset input[name$=name]").map((input) =>
      input.attribute("name") ?? ""
    );
    await user.send("Items", { [first]: "Tea", [second]: "Milk" }, "Save");
    assertEquals(user.page.find("#saved").text, "Tea, Milk");
  },
  async live_total(user) {
    if (user.hasScripts) await user.page.form("Show total").fill({ Adults: 2, Children: 1 }).trigger();
    else await user.send("Show total", { Adults: 2, Children: 1 }, "Show total");
    const shown = user.hasScripts ? user.page.find("#total").text : user.toast;
    assertEquals(shown, "29 €");
    await user.send("Show total", { Adults: 2, Children: 2 }, "Order");
    assertEquals(user.toast, "Ordered for 34 €");
  },
  async clock(user) {
    assertEquals(user.page.find("[data-hyper-region]").text, "Running for 0 minutes");
    await user.click("Renew");
    assertEquals(user.page.find("h1").text, "Status");
  },
  async drizzle(user) {
    await user.send("Add", { Title: "On Tea" });
    await user.send("Add", { Title: "'); DROP TABLE books; --" });
    await user.send("Mark “On Tea” as read");
    assertEquals(user.texts("li"), ["'); DROP TABLE books; -- Read", "On Tea (read)"]);
  },
  async deno_kv(user) {
    using kv = user.module.kv as Deno.Kv;
    await user.send("Book", { Seat: 7, Name: "Ada" });
    await user.send("Book", { Seat: 7, Name: "Bob" });
    assertMatch(user.page.form("Book").field("Seat").description, /taken/);
    assertEquals((await kv.get(["seats", 7])).value, "Ada");
    await user.send("Free seat 7");
    await user.send("Book", { Seat: 7, Name: "Bob" });
    assertEquals(user.texts("li span"), ["7: Bob"]);
    await user.client.handler.close();
  },
  async tailwind(user) {
    const loadStylesheet = async (id: string, base: string) => {
      const path = fromFileUrl(import.meta.resolve(`tailwindcss/${id === "tailwindcss" ? "index.css" : id}`));
      return { path, base, content: await Deno.readTextFile(path) };
    };
    const { build } = await compile('@import "tailwindcss";', { loadStylesheet });
    const used = user.page.findAll("main [class]").flatMap((element) => element.attribute("class")?.split(" ") ?? [])
      .filter((name) => !name.startsWith("hyper-"));
    const css = build(used);
    assert(used.length > 10);
    // Tailwind knows every class, and a class of Tailwind styles the control that the library renders as invalid.
    for (const name of used) assertStringIncludes(css, `.${name.replaceAll(/[:/.]/g, "\\$&")}`);
    assertMatch(css, /\[aria-invalid="true"\]/);
    await user.send("Invite", { Name: "Ada" });
    const email = user.page.form("Invite").field("Email");
    assert(email.isInvalid);
    assertMatch(user.page.find("input[name=email]").attribute("class") ?? "", /aria-invalid:border-red-700/);
    await user.send("Invite", { Name: "Ada", Email: "ada@example.com" });
    assertEquals(user.toast, "Ada is invited");
  },
  async scheduled_job(user) {
    await user.send("Add", { Task: "File taxes", Due: "2030-05-01" });
    await user.send("Add", { Task: "Buy milk", Due: "2030-05-09" });
    const markLate = user.module.markLate as typeof import("../../examples/cookbook/scheduled_job.tsx").markLate;
    const renewed: string[] = [];
    const handler = { changed: (...topics: string[]) => Promise.resolve(void renewed.push(...topics)) };
    assertEquals(await markLate(handler, new Date("2030-05-02")), 1);
    // A second run finds nothing new, and renews no page.
    assertEquals(await markLate(handler, new Date("2030-05-02")), 0);
    assertEquals(renewed, ["tasks"]);
    await user.open("/");
    assertEquals(user.texts("[data-hyper-region] li"), ["File taxes Late", "Buy milk"]);
  },
};

for (const [name, journey] of Object.entries(RECIPES)) {
  for (const scripts of ["off", "on"]) {
    Deno.test(`cookbook: ${name}, with scripts ${scripts}`, async () => {
      const { handler, module } = await openRecipe(name, scripts);
      await using client = createTestClient(handler);
      await client.open("/");
      await journey(new Person(client, scripts === "on", module));
      await handler.close();
    });
  }
}

Deno.test("cookbook: each recipe has a journey, a page that quotes it, and at most 60 lines", async () => {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("examples/cookbook", root))) {
    names.push(name.replace(".tsx", ""));
    const lines = (await Deno.readTextFile(new URL(`examples/cookbook/${name}`, root))).split("\n").length;
    assert(lines <= 60, `${name} has ${lines} lines`);
    const page = await Deno.readTextFile(new URL(`examples/showcase/cookbook/${name.replace(".tsx", ".md")}`, root));
    assertStringIncludes(page, `\n[pages/page.tsx](../../cookbook/${name})\n`);
  }
  assertEquals(names.toSorted(), Object.keys(RECIPES).toSorted());
});
