/** Development mode in a real browser: refreshes after changes, errors in the page, the panel. */
/// <reference path="../../src/client/globals.d.ts" />
import {
  action,
  asset,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  type Handler,
  type HandlerOptions,
  html,
  HyperError,
  Optimistic,
  refresh,
  signal,
  toast,
} from "@hyper/actions";
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { linkOf, recordConsole } from "../dev/support.ts";
import { withPage } from "../support/browser.ts";
import { readNames } from "./property_names.ts";

const ROOT = fromFileUrl(import.meta.resolve("../../"));

/** Console message of a browser for a lost connection. */
const RESTART = /net::ERR|Failed to load resource/;

Deno.test("A1: a page that has become a Response is loaded in full, and not merged", async () => {
  await using server = createServer(() => <h1>First</h1>);
  await withPage(server.answer, async ({ page }) => {
    await page.goto(server.link);
    await page.evaluate(() => Reflect.set(globalThis, "isSamePage", true));
    await ready(page);
    const headers = { "content-type": "text/html" };
    await server.restart({ render: () => new Response("<h1>Second</h1>", { headers }) });
    await page.getByRole("heading", { name: "Second" }).waitFor();
    assertEquals(await page.evaluate(() => Reflect.has(globalThis, "isSamePage")), false);
  });
});

Deno.test("a page whose files have changed is refreshed, and keeps typed text, focus and open elements", async () => {
  const page = (title: string) => () => (
    <main>
      <h1>{title}</h1>
      <details>
        <summary>More</summary>
        <p>Details of {title}</p>
      </details>
      <form id="note">
        <input name="title" aria-label="Title" value="as sent" />
        <textarea name="body" aria-label="Body" />
        <input type="checkbox" name="done" aria-label="Done" />
      </form>
    </main>
  );
  await using server = createServer(page("First"));
  await withPage(server.answer, async ({ page: tab }) => {
    await tab.goto(server.link);
    await tab.getByText("More").click();
    await tab.getByLabel("Title").fill("typed");
    await tab.getByLabel("Done").check();
    await tab.getByLabel("Body").fill("one two");
    await tab.getByLabel("Body").evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(2, 4));
    await tab.evaluate(() => Reflect.set(globalThis, "isSamePage", true));

    await server.restart(page("Second"));
    await tab.getByRole("heading", { name: "Second" }).waitFor();

    assertEquals(await tab.getByLabel("Title").inputValue(), "typed");
    assertEquals(await tab.getByLabel("Body").inputValue(), "one two");
    assertEquals(await tab.getByLabel("Done").isChecked(), true);
    assertEquals(await tab.getByText("Details of Second").isVisible(), true);
    assertEquals(
      await tab.getByLabel("Body").evaluate((area: HTMLTextAreaElement) => [
        document.activeElement === area,
        area.selectionStart,
        area.selectionEnd,
      ]),
      [true, 2, 4],
    );
    assertEquals(await tab.evaluate("isSamePage"), true);
  });
});

Deno.test("A14: a page whose elements have the names of all properties is refreshed, and has its panel", async () => {
  const names = await readNames();
  const page = (title: string) => () => (
    <main>
      {[...names.document, ...names.window].map((name) => <img key={name} {...{ name }} id={name} alt="" />)}
      <form id="form">{names.form.map((name) => <input key={name} name={name} />)}</form>
      <h1>{title}</h1>
    </main>
  );
  await using server = createServer(page("First"), {}, { renew: action("renew", () => refresh()) });
  await withPage(server.answer, async ({ page: tab, events }) => {
    await tab.goto(server.link);
    await tab.evaluate(() => Reflect.set(globalThis, "isSamePage", true));

    await server.restart(page("Second"));
    // With the DOM, because Playwright itself is confused by the names.
    await tab.evaluate(() => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (Document.prototype.querySelector.call(document, "h1")?.textContent === "Second") resolve();
      };
      new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
      look();
      return promise;
    });
    assertEquals(await tab.evaluate("isSamePage"), true);

    await tab.evaluate(async () => void await Hyper.action("renew"));
    await events.next("hyper:afterRequest");
    const panel = await tab.evaluate(async () => {
      const shadow = Document.prototype.querySelector.call(document, "hyper-dev")?.shadowRoot;
      shadow?.querySelector<HTMLElement>(".launcher")?.click();
      await new Promise(requestAnimationFrame);
      return [...shadow?.querySelectorAll(".calls .name") ?? []].map(({ textContent }) => textContent);
    });
    assertEquals(panel, ["renew"]);
  });
});

Deno.test("a failed start keeps the page and shows the reason in a dialog until it is fixed", async () => {
  await using server = createServer(() => <h1>First</h1>);
  await withPage(server.answer, async ({ page }) => {
    await page.goto(server.link);
    await server.restart("no function");
    await page.getByRole("dialog", { name: /did not start/ }).getByText("TypeError", { exact: false }).first()
      .waitFor();
    assertEquals(await page.locator("h1").textContent(), "First");
    await server.restart(() => <h1>Second</h1>);
    await page.getByRole("heading", { name: "Second" }).waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });
});

Deno.test("a page that throws after a change keeps the one before and shows the reason in a dialog", async () => {
  await using server = createServer(() => <h1>First</h1>);
  await withPage(server.answer, async ({ page }) => {
    await page.goto(server.link);
    await server.restart(() => {
      throw new Error("Not yet written");
    });
    const dialog = page.getByRole("dialog", { name: /cannot be shown/ });
    await dialog.getByText("Error: Not yet written", { exact: true }).waitFor();
    assertEquals(await page.locator("h1").textContent(), "First");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });
});

Deno.test("an application that does not start shows the reason, and its page once it starts", async () => {
  await using server = createServer("no function");
  await withPage(server.answer, async ({ page }) => {
    await page.goto(server.link);
    await page.getByRole("dialog").getByText("TypeError", { exact: false }).first().waitFor();
    await server.restart(() => <h1>At last</h1>);
    await page.getByRole("heading", { name: "At last" }).waitFor();
    assertEquals(await page.getByRole("dialog").count(), 0);
  });
});

const MARKUP = "<img src=x onerror=\"document.title='run'\">";

Deno.test("an error of a page is shown in it with its source, escaped", async () => {
  const broken = () => {
    throw new Error(MARKUP);
  };
  await using server = createServer(broken, { baseDir: join(ROOT, "tests/browser") });
  await withPage(server.answer, async ({ page }) => {
    await page.goto(server.link);
    const dialog = page.getByRole("dialog", { name: "The server has failed" });
    await dialog.getByText(`Error: ${MARKUP}`, { exact: true }).waitFor();
    await dialog.getByText("throw new Error(MARKUP);").waitFor();
    await dialog.getByText(/dev_test\.tsx:\d+:\d+/).first().waitFor();
    assertNotMatch(await page.title(), /run/);
    assertEquals(await page.locator("img").count(), 0);
  });
});

Deno.test("an error of a page is readable without scripts", async () => {
  const broken = () => {
    throw new Error(MARKUP);
  };
  await using server = createServer(broken);
  await withPage(server.answer, async ({ page }) => {
    await page.goto(server.link);
    await page.getByText(`Error: ${MARKUP}`, { exact: true }).waitFor();
    assertEquals(await page.locator("img").count(), 0);
  }, { javaScriptEnabled: false });
});

Deno.test("an error of a call is shown on its page, and only listed on others", async () => {
  const fail = action("fail", () => {
    throw new Error("No connection to the database");
  });
  await using server = createServer(() => <h1>Home</h1>, {}, { fail });
  await withPage(server.answer, async ({ page, context, url }) => {
    const other = await context.newPage();
    await other.goto(url + server.link);
    await page.goto(server.link);
    await ready(page);
    await ready(other);
    await page.evaluate(() => void Hyper.action("fail"));
    await page.getByRole("dialog").getByText("Error: No connection to the database", { exact: true }).waitFor();
    await other.getByRole("button", { name: "Hyper" }).click();
    await other.getByRole("tab", { name: "Errors" }).click();
    await other.getByRole("tabpanel").getByText("Error: No connection to the database", { exact: true }).waitFor();
    assertEquals(await other.getByRole("dialog").count(), 0);
  });
});

/** The elements that the page opens above itself, by name. */
const COVERS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  "a modal dialog": (page) => page.evaluate(() => document.querySelector("dialog")!.showModal()),
  "a popover": (page) => page.evaluate(() => document.querySelector<HTMLElement>("[popover]")!.showPopover()),
  "a layer": async (page) => {
    await page.evaluate(() => document.querySelector<HTMLElement>("[hyper-layer]")!.click());
    await page.getByRole("dialog").getByRole("heading", { name: "Home" }).waitFor({ state: "attached" });
  },
};

for (const [what, cover] of Object.entries(COVERS)) {
  for (const when of ["before", "after"]) {
    Deno.test(`an error of a call lies above the failure message and ${what} that is opened ${when} it`, async () => {
      const fail = action("fail", () => {
        throw new Error("No connection to the database");
      });
      const home = () => (
        <main>
          <h1>Home</h1>
          <a href="/?layer" hyper-layer>Layer</a>
          <dialog style="width: 100%; height: 100%">Dialog</dialog>
          <div popover="manual" style="width: 100%; height: 100%">Popover</div>
        </main>
      );
      await using server = createServer(home, {}, { fail });
      await withPage(server.answer, async ({ page }) => {
        await page.goto(server.link);
        await ready(page);
        if (when === "before") await cover(page);
        await page.evaluate(() => void Hyper.action("fail"));
        await page.locator("[data-hyper-alert]").waitFor({ state: "attached" });
        const overlay = page.getByRole("dialog", { name: "The server has failed" });
        await overlay.waitFor();
        if (when === "after") await cover(page);
        // The browser fires `toggle` in a task of its own.
        await page.waitForFunction(() => {
          const { left, top, width, height } = document.querySelector("hyper-dev")!.shadowRoot!.querySelector("dialog")!
            .getBoundingClientRect();
          const places = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.9]] as const;
          return places.every(([x, y]) =>
            document.elementFromPoint(left + x * width, top + y * height)?.localName === "hyper-dev"
          );
        });
        await overlay.getByRole("button", { name: "Close" }).click();
        assertEquals(await overlay.count(), 0);
      });
    });
  }
}

for (const what of ["a call", "a stream that the page has opened at its start"]) {
  Deno.test(`an error of ${what} that is mended takes its dialog and its failure message with it, and streams are opened again`, async () => {
    let isBroken = true;
    const fail = action("fail", () => {
      if (isBroken) throw new Error("No connection to the database");
    });
    const watch = action("watch", { method: "GET" }, async function* () {
      yield html(<p id="out">{isBroken ? "begun" : "mended"}</p>, { target: "#out" });
      if (isBroken && what !== "a call") throw new Error("The stream has failed");
    });
    const script = `Hyper.action("watch", {}, { method: "GET" }).catch(() => {});`;
    const home = () => (
      <main>
        <h1>Home</h1>
        <p id="out" />
        <input aria-label="Title" />
        <script type="module" dangerouslySetInnerHTML={{ __html: script }} />
      </main>
    );
    await using server = createServer(home, {}, { fail, watch });
    await withPage(server.answer, async ({ page }) => {
      await page.goto(server.link);
      await ready(page);
      await page.getByText("begun").waitFor();
      await page.getByLabel("Title").fill("typed");
      if (what === "a call") {
        await page.evaluate(() => void Hyper.action("fail").catch(() => {}));
        await page.getByRole("dialog", { name: "The server has failed" }).waitFor();
      }
      await page.locator("[data-hyper-alert]").waitFor({ state: "attached" });
      isBroken = false;
      await server.restart(home);
      await page.getByText("mended").waitFor();
      assertEquals([await page.getByRole("dialog").count(), await page.locator("[data-hyper-alert]").count()], [0, 0]);
      assertEquals(await page.getByLabel("Title").inputValue(), "typed");
    });
  });
}

Deno.test("a changed style sheet is applied without a reload; a changed script reloads the page and keeps typed text", async () => {
  const baseDir = await Deno.makeTempDir();
  await Deno.mkdir(join(baseDir, "static"));
  await Deno.writeTextFile(join(baseDir, "static/site.css"), "h1 { color: rgb(1, 0, 0) }");
  await Deno.writeTextFile(join(baseDir, "static/site.js"), "globalThis.version = 1;");
  const home = () => (
    <html lang="en">
      <head>
        <title>Home</title>
        <link rel="stylesheet" href={asset("/site.css")} />
        <script src="/site.js" />
      </head>
      <body>
        <h1>Home</h1>
        <input aria-label="Title" name="title" />
        <select aria-label="Kind" name="kind">
          <option>a</option>
          <option>b</option>
        </select>
      </body>
    </html>
  );
  try {
    await using server = createServer(home, { baseDir });
    await withPage(server.answer, async ({ page }) => {
      await page.goto(server.link);
      await ready(page);
      await page.getByLabel("Title").fill("typed");
      await page.getByLabel("Kind").selectOption("b");
      await page.evaluate(() => Reflect.set(globalThis, "isSamePage", true));
      await Deno.writeTextFile(join(baseDir, "static/site.css"), "h1 { color: rgb(2, 0, 0) }");
      await page.waitForFunction(() => getComputedStyle(document.querySelector("h1")!).color === "rgb(2, 0, 0)");
      assertEquals(await page.evaluate("isSamePage"), true);
      assertEquals(await page.getByLabel("Title").inputValue(), "typed");

      await Deno.writeTextFile(join(baseDir, "static/site.js"), "globalThis.version = 2;");
      await page.waitForFunction(() => Reflect.get(globalThis, "version") === 2);
      await ready(page);
      assertEquals(await page.getByLabel("Title").inputValue(), "typed");
      assertEquals(await page.getByLabel("Kind").inputValue(), "b");
    });
  } finally {
    await Deno.remove(baseDir, { recursive: true });
  }
});

const NoteForm = defineForm("note", { fields: { title: field.text({ label: "Title", required: true }) } });

/** A page with all features that the panel shows. */
function workbench(): {
  readonly page: () => unknown;
  readonly actions: Readonly<Record<string, unknown>>;
  readonly added: string[];
} {
  const added: string[] = [];
  const add = action("add", { form: NoteForm }, ({ form }) => {
    added.push(form.values.title);
    return [html(<p id="count">{added.length} notes</p>, { target: "#count" }), signal("count", added.length)];
  });
  const slow = action("slow", { method: "GET" }, async function* () {
    yield toast("1");
    yield toast("2");
  });
  const page = () => (
    <main>
      <h1>Notes</h1>
      <p id="count">no notes</p>
      <Form action={add}>
        <Field name="title" />
        <button>Add</button>
      </Form>
    </main>
  );
  return { page, actions: { add, slow }, added };
}

Deno.test("the panel shows calls with lane, outcome and status, their events, and each patch before and after", async () => {
  const { page, actions } = workbench();
  await using server = createServer(page, {}, actions);
  await withPage(server.answer, async ({ page: tab }) => {
    await tab.goto(server.link);
    await add(tab, "Milk");
    await tab.getByRole("button", { name: "Hyper" }).click();
    const row = tab.getByRole("list", { name: /Calls/ }).getByRole("listitem").first();
    const summary = row.locator("summary");
    assertMatch(await summary.innerText(), /^add\s+add\s+success\s+200\s+\d+ ms/);
    await summary.click();
    await row.getByText("Patches (1)").waitFor();
    assertEquals(await row.locator("del").innerText(), "no");
    assertEquals(await row.locator("ins").innerText(), "1");
    await row.getByText("patch_html").waitFor();

    await tab.evaluate(async () => void await Hyper.action("slow", {}, { method: "GET" }));
    await tab.getByText("success, 2", { exact: true }).waitFor();
    await tab.getByRole("tab", { name: "Lanes" }).click();
    await tab.getByText("1. add: success").waitFor();
    await tab.getByRole("tab", { name: "Signals" }).click();
    assertEquals(await tab.getByRole("definition").innerText(), "1");
  });
});

Deno.test("the panel replays a call with the same request ID: the server runs it once, and its response is applied again", async () => {
  const { page, actions, added } = workbench();
  await using server = createServer(page, {}, actions);
  await withPage(server.answer, async ({ page: tab, events }) => {
    await tab.goto(server.link);
    await add(tab, "Milk");
    const { id } = (await events.next("hyper:afterRequest")).detail;
    await tab.evaluate(() => document.querySelector("#count")!.textContent = "gone");
    await tab.getByRole("button", { name: "Hyper" }).click();
    await tab.locator("summary").first().click();
    await tab.getByRole("button", { name: "Replay with the same id" }).click();
    await tab.getByText("1 notes", { exact: true }).first().waitFor();
    assertEquals((await events.next("hyper:afterRequest")).detail.id, id);
    assertEquals(added, ["Milk"]);
    const lines = server.lines.map((line) => line.replace(/ms=[\d.]+/, "ms=N"));
    assertEquals(lines, [
      `action=add outcome=success status=200 lane=add ms=N issues=- id=${id}`,
      `action=add outcome=repeat status=200 lane=add ms=N issues=- id=${id}`,
    ]);
  });
});

Deno.test("the panel shows which calls were blocked, replaced and queued", async () => {
  const gate = Promise.withResolvers<void>();
  const wait = action("wait", () => gate.promise);
  await using server = createServer(() => <h1>Home</h1>, {}, { wait });
  await withPage(server.answer, async ({ page }) => {
    await page.goto(server.link);
    await ready(page);
    await page.getByRole("button", { name: "Hyper" }).click();
    await page.getByRole("tab", { name: "Lanes" }).click();
    await page.evaluate(() => {
      void Hyper.action("wait", {}, { sync: "replace", key: "lane" });
      void Hyper.action("wait", {}, { sync: "replace", key: "lane" });
      void Hyper.action("wait", {}, { sync: "block", key: "lane" });
    });
    await page.getByText("3. wait: blocked").waitFor();
    assertEquals(await page.getByRole("tabpanel").getByRole("listitem").allInnerTexts(), [
      "1. wait: aborted",
      "2. wait: running",
      "3. wait: blocked",
    ]);
    gate.resolve();
    await page.getByText("2. wait: success").waitFor();
    await page.getByRole("tab", { name: "Time line" }).click();
    await page.locator("summary").last().click();
    await page.getByText("replaced by a later call").waitFor();
  });
});

Deno.test("the panel names the validation of a field, which runs no action, and the log has it as checked", async () => {
  const form = defineForm("join", { fields: { name: field.text({ label: "Name", minlength: 9 }) } });
  const join = action("join", { form, validate: true }, () => {});
  const home = () => <Form action={join} validate="blur" novalidate />;
  await using server = createServer(home, {}, { join });
  await withPage(server.answer, async ({ page, events }) => {
    await page.goto(server.link);
    await ready(page);
    await page.waitForLoadState("networkidle");
    await page.getByLabel("Name").fill("too long");
    await page.getByLabel("Name").press("Tab");
    await events.next("hyper:validate");
    await page.getByRole("button", { name: "Hyper" }).click();
    await page.locator("summary").last().click();
    await page.getByText("validated name: 1 invalid; the action did not run").waitFor();
  });
  const [line] = server.lines.filter((line) => line.includes("action=join"));
  assertMatch(line ?? "", /^action=join outcome=checked status=200 .*issues=name/);
});

Deno.test("the panel shows when a prediction is shown, replaced and removed, and layers", async () => {
  const form = defineForm("note", { fields: { title: field.text({ label: "Title" }) } });
  let fails = false;
  const add = action("add", { form }, () => {
    if (fails) throw new HyperError(409, "Not now");
    return html(<p id="last">Saved</p>, { target: "#last" });
  });
  const home = () => (
    <main>
      <h1>Notes</h1>
      <p id="last">Nothing</p>
      <Form action={add}>
        <Field name="title" />
        <button>Add</button>
        <Optimistic target="#last">{(entered) => <p id="last">{entered("title")}</p>}</Optimistic>
      </Form>
      <a href="/?other" hyper-layer>Open</a>
    </main>
  );
  await using server = createServer(home, {}, { add });
  await withPage(server.answer, async ({ page, events }) => {
    await page.goto(server.link);
    await ready(page);
    await page.waitForLoadState("networkidle");
    for (const state of ["replaced", "removed"]) {
      fails = state === "removed";
      await page.getByRole("button", { name: "Add" }).click();
      const seen = [];
      for (let i = 0; i < 2; i++) seen.push((await events.next("hyper:prediction")).detail.state);
      assertEquals(seen, ["shown", state]);
    }
    // It closes the message of the failure first.
    await page.getByRole("alert").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Open" }).click();
    await page.getByRole("dialog", { name: "Notes" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Hyper" }).click();
    for (const summary of await page.locator("summary").all()) await summary.click();
    await page.getByText("the layer shows its page").waitFor();
    await page.getByText("closed by the user").waitFor();
    for (const state of ["replaced", "removed"]) {
      await page.getByRole("listitem").getByText(`prediction ${state}`).first().waitFor();
    }
  });
});

Deno.test("an upload sends its lane too, and is replayed with its file", async () => {
  const bodies: string[] = [];
  const keep = action("keep", async ({ files }) => void bodies.push(await files.get("file")?.[0]?.text() ?? ""));
  await using server = createServer(() => <h1>Home</h1>, {}, { keep });
  await withPage(server.answer, async ({ page, events }) => {
    await page.goto(server.link);
    await ready(page);
    await page.evaluate(async () => {
      const file = new File(["tea"], "tea.txt");
      await Hyper.action("keep", { file }, { key: "files", onUploadProgress: () => {} });
    });
    await events.next("hyper:afterRequest");
    await page.getByRole("button", { name: "Hyper" }).click();
    await page.locator("summary").first().click();
    await page.getByRole("button", { name: "Replay with the same id" }).click();
    await events.next("hyper:afterRequest");
    assertEquals(bodies, ["tea"]);
    assertEquals(server.lines.map((line) => line.match(/outcome=\w+|lane=\w+/g)), [
      ["outcome=success", "lane=files"],
      ["outcome=repeat", "lane=files"],
    ]);
  });
});

Deno.test("the panel survives a navigation to another page and a refresh of the body", async () => {
  const renew = action("renew", () => refresh());
  const home = () => (
    <main hyper-nav>
      <h1>Home</h1>
      <a href="/?page=2">Next</a>
    </main>
  );
  await using server = createServer(home, {}, { renew });
  await withPage(server.answer, async ({ page, events }) => {
    await page.goto(server.link);
    await ready(page);
    await page.getByRole("link", { name: "Next" }).click();
    await page.waitForURL("**/?page=2");
    await page.evaluate(async () => void await Hyper.action("renew"));
    await events.next("hyper:afterRequest");
    assertEquals(await page.locator("hyper-dev").count(), 1);
    await page.getByRole("button", { name: "Hyper" }).click();
    await page.locator("summary").getByText("renew").first().waitFor();
  });
});

Deno.test("a hidden tab closes its connection to the server, and reconnects when it is shown", async () => {
  await using server = createServer(() => <h1>Home</h1>);
  const ended: Promise<void>[] = [];
  await withPage((request, info) => {
    if (request.url.endsWith("/_hyper/dev")) ended.push(info.completed.catch(() => {}));
    return server.answer(request, info);
  }, async ({ page }) => {
    const show = (isHidden: boolean): Promise<void> =>
      page.evaluate((isHidden) => {
        Object.defineProperty(Document.prototype, "hidden", { value: isHidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, isHidden);
    await page.goto(server.link);
    await ready(page);
    assertEquals(ended.length, 1);
    await show(true);
    await ended[0];
    await server.restart(() => <h1>Later</h1>);
    assertEquals(await page.locator("h1").textContent(), "Home");
    await show(false);
    await page.getByRole("heading", { name: "Later" }).waitFor();
    assertEquals(ended.length, 2);
  });
});

Deno.test("the panel works with the keyboard alone", async () => {
  const { page, actions } = workbench();
  await using server = createServer(page, {}, actions);
  await withPage(server.answer, async ({ page: tab }) => {
    await tab.goto(server.link);
    await add(tab, "Milk");
    await tab.getByRole("button", { name: "Hyper" }).focus();
    await tab.keyboard.press("Enter");
    assertEquals(await focused(tab), "Time line");
    await tab.keyboard.press("ArrowLeft");
    assertEquals(await focused(tab), "Errors");
    await tab.keyboard.press("ArrowRight");
    await tab.keyboard.press("ArrowRight");
    assertEquals(await focused(tab), "Lanes");
    assertEquals(await tab.getByRole("tabpanel").count(), 1);
    await tab.keyboard.press("Escape");
    assertEquals(await focused(tab), "Hyper");
    assertEquals(await tab.getByRole("tabpanel").count(), 0);
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`axe-core finds no violation in the panel and in an error, in ${colorScheme}`, async () => {
    const { page, actions } = workbench();
    const fail = action("fail", () => {
      throw new Error("No connection to the database");
    });
    await using server = createServer(page, {}, { ...actions, fail });
    await withPage(server.answer, async ({ page: tab }) => {
      await tab.goto(server.link);
      await ready(tab);
      await look(tab, "closed");
      await add(tab, "Milk");
      await tab.getByRole("button", { name: "Hyper" }).click();
      await tab.locator("summary").first().click();
      await look(tab, "a call");
      for (const name of ["Lanes", "Signals", "Errors"]) {
        await tab.getByRole("tab", { name }).click();
        await look(tab, name);
      }
      await tab.evaluate(() => void Hyper.action("fail"));
      await tab.getByRole("dialog").waitFor();
      await look(tab, "an error");
    }, { colorScheme });
  });
}

Deno.test("development mode works with a strict policy, also after a refresh", async () => {
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "require-trusted-types-for 'script'; trusted-types hyper";
  const { page: Home, actions } = workbench();
  const strict = (title: string) => ({
    render: (ctx: { response: { headers: Headers } }) => {
      ctx.response.headers.set("content-security-policy", policy);
      return <div>{title}{Home() as string}</div>;
    },
  });
  await using server = createServer(strict("First"), {}, actions);
  await withPage(server.answer, async ({ page }) => {
    await page.addInitScript(() => {
      Reflect.set(globalThis, "violations", []);
      addEventListener(
        "securitypolicyviolation",
        (event) => Reflect.get(globalThis, "violations").push(`${event.violatedDirective} ${event.sample}`),
      );
    });
    await page.goto(server.link);
    await add(page, "Milk");
    await page.getByRole("button", { name: "Hyper" }).click();
    await page.locator("summary").first().click();
    await page.getByText("Patches (1)").waitFor();
    assertEquals(await page.locator(".panel").evaluate((panel) => getComputedStyle(panel).position), "fixed");
    await server.restart(strict("Second"));
    await page.getByText("Second").waitFor();
    assertEquals(await page.evaluate("violations"), []);
  });
});

Deno.test("a browser only sees how to get the link; after opening it, development mode stays on", async () => {
  await using server = createServer(() => <h1>First</h1>);
  await withPage(server.answer, async ({ page, context, url }) => {
    await page.goto("/");
    await page.getByText("open once the link that the console of the server shows").waitFor();
    assertEquals(await page.evaluate(async () => (await fetch("/_hyper/dev.js")).status), 404);
    assertEquals(await page.locator("hyper-dev, script[src*=dev]").count(), 0);

    await page.goto(server.link);
    await ready(page);
    assertEquals(page.url(), `${url}/`);
    assertEquals(await page.getByText("Development mode").count(), 0);
    assertEquals(await page.evaluate(() => document.cookie), "");

    await server.restart(() => <h1>Second</h1>);
    await page.getByRole("heading", { name: "Second" }).waitFor();
    const later = await context.newPage();
    await later.goto(url);
    await ready(later);
  });
});

Deno.test("without dev there is neither a panel nor a lane header", async () => {
  const { page, actions } = workbench();
  const lanes: (string | null)[] = [];
  await using server = createServer(page, { dev: false }, actions);
  await withPage((request, info) => {
    if (request.headers.has("x-hyper-action")) lanes.push(request.headers.get("x-hyper-lane"));
    return server.answer(request, info);
  }, async ({ page: tab }) => {
    await tab.goto("/");
    await add(tab, "Milk");
    assertEquals(lanes, [null]);
    assertEquals(await tab.locator("hyper-dev").count(), 0);
    assertEquals(await tab.evaluate(async () => (await fetch("/_hyper/dev.js")).status), 404);
  });
});

Deno.test("`deno run --watch=pages` shows a saved page, its component, and a new page", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "pages/later"), { recursive: true });
  const write = (path: string, text: string): Promise<void> => Deno.writeTextFile(join(folder, path), text);
  await write("pages/title.ts", `export const title = "First";`);
  await write(
    "pages/page.tsx",
    `import { title } from "./title.ts";\nexport default () => <main><h1>{title}</h1><input aria-label="Title" /></main>;\n`,
  );
  await write(
    "main.ts",
    `import { createHandler } from "@hyper/actions";
const server = Deno.serve({ port: Number(Deno.args[0]), onListen: ({ port }) => console.log("port", port) },
  createHandler({ baseDir: import.meta.dirname, dev: true }));
await server.finished;\n`,
  );
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--no-clear-screen",
      `--config=${join(ROOT, "deno.json")}`,
      `--watch=${join(folder, "pages")}`,
      join(folder, "main.ts"),
      String(port),
    ],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  const lines = output.values();
  try {
    // The port and the link, in either order and in any chunks.
    let said = "";
    while (!/port \d+\n/.test(said) || !/token=.*\n/.test(said)) {
      const { done, value } = await lines.next();
      assert(!done, `The program ended after: ${said}`);
      said += value;
    }
    await withPage({ url: `http://127.0.0.1:${port}` }, async ({ page }) => {
      await page.goto(linkOf([said]));
      await ready(page);
      await page.getByLabel("Title").fill("typed");
      await write("pages/title.ts", `export const title = "Second";`);
      await page.getByRole("heading", { name: "Second" }).waitFor();
      assertEquals(await page.getByLabel("Title").inputValue(), "typed");
      await write("pages/title.ts", `export const title = ;`);
      await page.getByRole("dialog", { name: /did not start/ }).getByText(/pages\/title\.ts:1:\d+/).first().waitFor();
      assertEquals(await page.locator("h1").textContent(), "Second");
      await write("pages/title.ts", `export const title = "Third";`);
      await page.getByRole("heading", { name: "Third" }).waitFor();
      assertEquals(await page.getByLabel("Title").inputValue(), "typed");
      const main = await Deno.readTextFile(join(folder, "main.ts"));
      await write("main.ts", "}");
      await page.getByRole("button", { name: "Hyper: the server does not answer" }).waitFor();
      assertEquals(await page.locator("h1").textContent(), "Third");
      await write("main.ts", main);
      await page.getByRole("button", { name: "Hyper", exact: true }).waitFor();
      await write("pages/later/page.tsx", `export default () => <h1>Later</h1>;`);
      await page.waitForFunction(async () => (await fetch("/later").catch(() => null))?.status === 200);
    }, { expectErrors: [RESTART] });
  } finally {
    child.kill();
    await lines.return?.();
    await child.status;
  }
  await Deno.remove(folder, { recursive: true });
});

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** An application that can be restarted at its address, as with `deno run --watch`. */
interface Server extends AsyncDisposable {
  readonly answer: Deno.ServeHandler<Deno.NetAddr>;
  /** Lines about actions that it wrote to the console. */
  readonly lines: readonly string[];
  /** Path and query of the link that enables development mode; it redirects to `/`. */
  readonly link: string;
  /** Restarts it with another page. */
  restart(page: unknown): Promise<void>;
}

function createServer(
  first: unknown,
  options: HandlerOptions = {},
  exports: Readonly<Record<string, unknown>> = {},
): Server {
  const written = recordConsole();
  const start = (page: unknown): Handler => {
    const own = typeof page === "object" && page !== null ? page : { default: page };
    const load = () => Promise.resolve({ ...own, ...exports });
    return createHandler({ baseDir: null, dev: true, pages: [{ path: "/", load }], ...options });
  };
  let handler = start(first);
  return {
    answer: (request, info) => handler(request, info),
    lines: written.lines,
    get link() {
      return linkOf(written.links);
    },
    async restart(page) {
      const old = handler;
      handler = start(page);
      await old.close();
    },
    async [Symbol.asyncDispose]() {
      await handler.close();
      written[Symbol.dispose]();
    },
  };
}

/** Waits until the page has its panel, and the panel its connection to the server. */
async function ready(page: Page): Promise<void> {
  await page.locator("hyper-dev [data-state=open]").waitFor({ state: "attached" });
}

async function add(page: Page, title: string): Promise<void> {
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("1 notes", { exact: true }).first().waitFor();
}

async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => document.querySelector("hyper-dev")?.shadowRoot?.activeElement?.textContent ?? "");
}

/** Fails if axe-core finds a violation on the current page. */
async function look(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations, passes } = await Reflect.get(globalThis, "axe").run("hyper-dev");
    return {
      passes: passes.length,
      violations: violations.map(({ id, help, nodes }: import("axe-core").Result) => ({
        rule: `${id}: ${help}`,
        at: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`),
      })),
    };
  });
  assertEquals(found.violations, [], where);
  assert(found.passes > 3, where);
}
