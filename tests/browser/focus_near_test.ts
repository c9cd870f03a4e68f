import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, html, type Sent, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Describes the element with the focus: its id, else its name and text. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const active = document.activeElement;
    return active?.id || `${active?.localName} ${active?.textContent?.trim()}`.trim();
  });
}

/** Fails unless the focus is visible, so that a user of the keyboard can continue from it. */
async function assertCanContinue(page: Page): Promise<void> {
  // The browser removes the focus from an element that cannot have it when it next renders (HTML, 6.6.2).
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const rendered = await page.evaluate(() => document.activeElement?.checkVisibility());
  assertEquals([rendered, await page.evaluate(() => document.activeElement === document.body)], [true, false]);
}

const LIST = `<main><h1>List</h1><ul id="list">${
  [1, 2, 3].map((id) => `<li id="row${id}">Row ${id} <button id="del${id}">Delete</button></li>`).join("")
}</ul><p id="end">End</p></main>`;
const row = (id: number, more = "") => `<li id="row${id}">Row ${id} <button id="del${id}">Delete</button>${more}</li>`;
const COUNTER = `<main><div id="counter"><output>1</output><button>+1</button><button>-1</button></div></main>`;
const counter = (more = "") =>
  `<div id="counter">${more}<output>2</output><button>+1</button><button>-1</button></div>`;
const DIALOG = `<main id="main"><h1>Page</h1></main><dialog id="box" open><button id="ok">OK</button></dialog>`;

/** Name, page, focused element, patches, and the element that has the focus then. */
const CASES: readonly [name: string, body: string, from: string, patches: readonly object[], to: string][] = [
  ["delete a row: the next row", LIST, "#del1", [{ target: "#row1", swap: "delete" }], "row2"],
  ["delete the row in the middle: the next row", LIST, "#del2", [{ target: "#row2", swap: "delete" }], "row3"],
  ["delete the last row: the list", LIST, "#del3", [{ target: "#row3", swap: "delete" }], "list"],
  [
    "delete every row in one patch: the list",
    LIST,
    "#del2",
    [{ target: "#list li", swap: "delete" }],
    "list",
  ],
  [
    "delete several rows: the next row that is left",
    LIST,
    "#del1",
    [{ target: "#row1,#row2", swap: "delete" }],
    "row3",
  ],
  ["delete the button itself: its row", LIST, "#del1", [{ target: "#del1", swap: "delete" }], "row1"],
  ["delete the list: the next element", LIST, "#del1", [{ target: "#list", swap: "delete" }], "end"],
  [
    "delete, with a selector for the focus",
    LIST,
    "#del1",
    [{ target: "#row1", swap: "delete", focus: "h1" }],
    "h1 List",
  ],
  [
    "delete, with a selector that matches nothing",
    LIST,
    "#del1",
    [{ target: "#row1", swap: "delete", focus: "#gone" }],
    "row2",
  ],
  [
    "delete, with a selector of a hidden element",
    `${LIST}<p id="shut" hidden>Shut</p>`,
    "#del1",
    [{ target: "#row1", swap: "delete", focus: "#shut" }],
    "row2",
  ],
  [
    "two patches of one response: from row to row",
    LIST,
    "#del1",
    [{ target: "#row1", swap: "delete" }, { target: "#row2", swap: "delete" }],
    "row3",
  ],
  [
    "outer with the same button in it: that button",
    COUNTER,
    "button",
    [{ target: "#counter", content: counter() }],
    "button +1",
  ],
  [
    "outer with the same button elsewhere in it: that button",
    COUNTER,
    "button:last-child",
    [{ target: "#counter", content: counter("<button>New</button>") }],
    "button -1",
  ],
  [
    "outer without that button: the new content",
    COUNTER,
    "button",
    [{ target: "#counter", content: `<p id="done">Done</p>` }],
    "done",
  ],
  [
    "outer of one row without the button",
    LIST,
    "#del2",
    [{ target: "#row2", content: `<li id="row2">x</li>` }],
    "row2",
  ],
  ["outer of the focused element: the new one", LIST, "#del2", [{ target: "#del2", content: `<b id="b">x</b>` }], "b"],
  [
    "inner: the first new element",
    LIST,
    "#del1",
    [{ target: "#list", content: `<li>New</li>`, swap: "inner" }],
    "li New",
  ],
  [
    "outer of a form, with another value in the field: that field",
    `<main><form><label>Name <input name="n" value="a"></label></form></main>`,
    "input",
    [{ target: "form", content: `<form><p>Hi</p><input name="m"><input name="n" id="n" value="b"></form>` }],
    "n",
  ],
  [
    "outer of a list that still has the row: that row's button",
    LIST.replace(/ id="del."/g, ""),
    "#row2 button",
    [{ target: "#list", content: `<ul id="list"><li id="row2"><button id="b2">Delete</button></li></ul>` }],
    "b2",
  ],
  ["inner with text: the container", LIST, "#del2", [{ target: "#row2", content: `text`, swap: "inner" }], "row2"],
  [
    "inner with select: the first new element",
    LIST,
    "#del1",
    [{ target: "#list", content: `<div><li id="x">New</li></div>`, select: "#x", swap: "inner" }],
    "x",
  ],
  ["morph without a row: the next row", LIST, "#del2", [{
    target: "#list",
    content: `<ul id="list">${row(1)}${row(3)}</ul>`,
    swap: "morph",
  }], "row3"],
  ["morph without the last row: the list", LIST, "#del3", [{
    target: "#list",
    content: `<ul id="list">${row(1)}${row(2)}</ul>`,
    swap: "morph",
  }], "list"],
  ["morph with another element name", COUNTER, "button", [{
    target: "#counter",
    content: `<section id="counter">Empty</section>`,
    swap: "morph",
  }], "counter"],
  ["morph that disables the control: what follows", LIST, "#del1", [{
    target: "#row1",
    content: `<li id="row1">Row 1 <button id="del1" disabled>Delete</button><a id="undo" href="#">Undo</a></li>`,
    swap: "morph",
  }], "undo"],
  ["morph that hides the row: the next row", LIST, "#del1", [{
    target: "#row1",
    content: row(1).replace("<li", "<li hidden"),
    swap: "morph",
  }], "row2"],
  ["append of a row that replaces its copy", LIST, "#del1", [{
    target: "#list",
    content: `<li id="row1">Row 1, again</li>`,
    swap: "append",
  }], "row1"],
  ["prepend of a copy of the row", LIST, "#del3", [{
    target: "#list",
    content: `<li id="row3">3</li>`,
    swap: "prepend",
  }], "row3"],
  ["before, elsewhere: it stays", LIST, "#del3", [{ target: "#row1", content: `<li>0</li>`, swap: "before" }], "del3"],
  ["after, elsewhere: it stays", LIST, "#del3", [{ target: "#row1", content: `<li>0</li>`, swap: "after" }], "del3"],
  ["none: it stays", LIST, "#del3", [{ target: "#row3", content: ``, swap: "none" }], "del3"],
  ["a dialog at the end of the body goes: the page", DIALOG, "#ok", [{ target: "#box", swap: "delete" }], "main"],
  [
    "the next sibling shows nothing: the one after it",
    `<main><button id="x">X</button><br><input type="hidden">
    <script></script><p hidden>No</p><p id="yes">Yes</p></main>`,
    "#x",
    [{ target: "#x", swap: "delete" }],
    "yes",
  ],
  ["with a transition", LIST, "#del1", [{ target: "#row1", swap: "delete", transition: true }], "row2"],
  ["with delays", LIST, "#del1", [{ target: "#row1", swap: "delete", swap_delay: 5, settle_delay: 5 }], "row2"],
];

for (const [name, body, from, patches, to] of CASES) {
  Deno.test(`the focus after a patch is never lost: ${name}`, async () => {
    const go = () => sse([...patches.map((data): Sent => ["patch_html", { content: "", ...data }]), END]);
    await withPage(app({ body, actions: { go } }), async ({ page }) => {
      await page.goto("/");
      await page.locator(from).first().focus();
      await page.evaluate(() => action("go").then(() => {}));
      assertEquals(await focused(page), to);
      await assertCanContinue(page);
    });
  });
}

Deno.test("the focus does not move when the page itself had it, or another element", async () => {
  const go = () => sse([["patch_html", { target: "#row1", content: "", swap: "delete" }], END]);
  await withPage(app({ body: LIST, actions: { go } }), async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => action("go").then(() => {}));
    assertEquals(await page.evaluate(() => document.activeElement === document.body), true);
    await page.goto("/");
    await page.locator("#del3").focus();
    await page.evaluate(() => action("go").then(() => {}));
    assertEquals(await focused(page), "del3");
  });
});

for (const attribute of ["hyper-form-disable", ""]) {
  Deno.test(`the focus is on the next row after a row's form has removed it, form with "${attribute}"`, async () => {
    const rows = [1, 2].map((id) =>
      `<li id="row${id}"><form data-hyper-form="del" method="post" ${attribute}><button id="del${id}">Delete</button></form></li>`
    ).join("");
    const { promise, resolve } = Promise.withResolvers<void>();
    const del = async () => {
      await promise;
      return sse([["patch_html", { target: "#row1", content: "", swap: "delete" }], END]);
    };
    await withPage(app({ body: `<ul>${rows}</ul>`, actions: { del } }), async ({ page, events }) => {
      await page.goto("/");
      await page.locator("#del1").press("Enter");
      await events.next("hyper:beforeRequest");
      // The browser removes the focus from a disabled button at its next frame.
      if (attribute) await page.waitForFunction(() => document.activeElement === document.body, null, { polling: 10 });
      resolve();
      await page.waitForFunction(() => document.activeElement?.id === "row2");
    });
  });
}

Deno.test("the focus after an upload is in the form that replaces the one that was sent", async () => {
  const form = (text: string) =>
    `<form id="up" data-hyper-form="up" method="post" enctype="multipart/form-data" hyper-form-disable>
      <label>File <input type="file" name="file"></label><p>${text}</p><button>Upload</button></form>`;
  const up = async (request: Request) => {
    await request.body?.cancel();
    return sse([["patch_html", { target: "#up", content: form("Done") }], END]);
  };
  await withPage(app({ body: form(""), actions: { up } }), async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => addEventListener("hyper:uploadProgress", () => {}));
    await page.locator("input").setInputFiles({
      name: "a.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("123"),
    });
    await page.getByRole("button", { name: "Upload" }).press("Enter");
    await page.getByText("Done").waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === "Upload");
  });
});

const sitePage = (title: string, content: string) =>
  html(`<!doctype html><html lang="en"><head><title>${title}</title>
    <script type="module" src="/_hyper/client.js"></script></head><body hyper-nav><nav><a href="/a">A</a> <a href="/b">B</a></nav>
    <main>${content}</main></body></html>`);

Deno.test("the focus after a navigation is on the same link, or on the main content if the link is gone", async () => {
  const routes = {
    "/a": () => sitePage("A", `<h1>A</h1><p><a id="more" href="/b">More</a></p>`),
    "/b": () => sitePage("B", `<h1>B</h1>`),
  };
  await withPage(app({ routes }), async ({ page, events }) => {
    await page.goto("/a");
    await page.locator("#more").press("Enter");
    await events.next("hyper:navigate:after");
    assertEquals(await focused(page), "main B");
    await page.getByRole("link", { name: "A", exact: true }).press("Enter");
    await events.next("hyper:navigate:after");
    assertEquals(await focused(page), "a A");
    await page.locator("#more").focus();
    await page.goBack();
    await events.next("hyper:history:restore:after");
    await assertCanContinue(page);
  });
});

Deno.test("the focus stays where the user has moved it while the new content settles", async () => {
  const go = () => sse([["patch_html", { target: "#row1", swap: "delete", settle_delay: 300 }], END]);
  await withPage(app({ body: LIST, actions: { go } }), async ({ page }) => {
    await page.goto("/");
    await page.locator("#del1").focus();
    await page.evaluate(() => {
      addEventListener("hyper:swap:after", () => setTimeout(() => document.getElementById("del3")?.focus()));
      return action("go").then(() => {});
    });
    assertEquals(await focused(page), "del3");
  });
});
