/** Predictions of calls in a real page: shown at once, replaced by the response, taken back when the call fails. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  html,
  HyperError,
  Optimistic,
  remove,
  toast,
  Toasts,
} from "@hyper/actions";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

const TodoForm = defineForm("todo", { fields: { title: field.text({ label: "Title", required: true }) } });

/** Serves a list of todos. Each call waits until `next()` ends it. */
function todos() {
  const waiting: PromiseWithResolvers<"ok" | "fail">[] = [];
  const arrived: (() => void)[] = [];
  const held = async () => {
    const call = Promise.withResolvers<"ok" | "fail">();
    waiting.push(call);
    arrived.shift()?.();
    if (await call.promise === "fail") throw new Error("The database is down");
  };
  const titles = new Map([[1, "Milk"], [2, "Bread"]]);
  const done = new Set<number>();
  let last = 2;
  const Row = ({ id, title, isDone = done.has(id) }: { id: number; title: string; isDone?: boolean }) => (
    <li id={`todo-${id}`} class={isDone ? "done" : undefined}>
      <span title={title}>{title}</span>
      {id > 0 && (
        <>
          <Form action={toggle} instance={id} hyper-sync="queue">
            <button name="id" value={id} aria-pressed={isDone ? "true" : "false"}>Done: {title}</button>
            <Optimistic target={`#todo-${id}`} swap="morph">
              {() => <Row id={id} title={title} isDone={!isDone} />}
            </Optimistic>
          </Form>
          <Form action={drop} instance={id}>
            <button name="id" value={id}>Delete: {title}</button>
            <Optimistic target={`#todo-${id}`} swap="delete" />
          </Form>
        </>
      )}
    </li>
  );
  const add = action("add", { form: TodoForm }, async ({ form }) => {
    await held();
    titles.set(++last, form.values.title);
    return html(<Row id={last} title={form.values.title} />, { target: "#todos", swap: "append" });
  });
  const toggle = action("toggle", async ({ data }) => {
    await held();
    const id = Number(data.id);
    if (!done.delete(id)) done.add(id);
    return html(<Row id={id} title={titles.get(id)!} />, { target: `#todo-${id}`, swap: "morph" });
  });
  const drop = action("drop", async ({ data }) => {
    await held();
    titles.delete(Number(data.id));
    return remove(`#todo-${data.id}`);
  });
  const Page = () => (
    <main>
      <ul id="todos">{[...titles].map(([id, title]) => <Row key={id} id={id} title={title} />)}</ul>
      <Form action={add} hyper-sync="none">
        <Field name="title" />
        <button>Add</button>
        <Optimistic target="#todos" swap="append">{(entered) => <Row id={0} title={entered("title")} />}</Optimistic>
      </Form>
    </main>
  );
  const load = () => Promise.resolve({ default: Page, add, toggle, drop });
  return {
    handler: createHandler({ pages: [{ path: "/", load }], onError: () => {} }),
    /** Waits until a call is on the server. */
    async arrival(number: number) {
      while (waiting.length < number) await new Promise<void>((resolve) => arrived.push(resolve));
    },
    end: (number: number, how: "ok" | "fail") => waiting[number - 1]!.resolve(how),
  };
}

/** Returns the rows that a user sees. A pending one has a star, one that is done a tick. */
const rows = (page: Page): Promise<readonly string[]> =>
  page.locator("#todos > li").evaluateAll((rows) =>
    rows.map((row) =>
      `${row.matches("[hyper-pending],:has([hyper-pending])") ? "*" : ""}${row.matches(".done") ? "✓" : ""}${
        row.querySelector("span")!.textContent
      }`
    )
  );

/** Returns the markup of the rows. An element that has received the focus because another one is gone can be focused since. */
const markup = async (page: Page) => (await page.locator("#todos").innerHTML()).replaceAll(` tabindex="-1"`, "");

Deno.test("a form shows at once what it predicts, and its response takes the place of that", async () => {
  const app = todos();
  await withPage(app.handler, async ({ page, events }) => {
    await page.goto("/");
    await page.getByLabel("Title").fill("Eggs");
    await page.getByRole("button", { name: "Add" }).click();
    await app.arrival(1);
    assertEquals(await rows(page), ["Milk", "Bread", "*Eggs"]);
    app.end(1, "ok");
    await events.next("hyper:afterRequest");
    assertEquals(await rows(page), ["Milk", "Bread", "Eggs"]);
    assertStringIncludes(await page.locator("#todos").innerHTML(), `id="todo-3"`);
  });
});

Deno.test("a prediction is taken back when its call fails", async () => {
  const app = todos();
  await withPage(app.handler, async ({ page, events }) => {
    await page.goto("/");
    const before = await markup(page);
    await page.getByRole("button", { name: "Delete: Milk" }).click();
    await app.arrival(1);
    assertEquals(await rows(page), ["Bread"]);
    await page.getByRole("button", { name: "Done: Bread" }).click();
    await app.arrival(2);
    assertEquals(await rows(page), ["*✓Bread"]);
    app.end(1, "fail");
    await events.next("hyper:afterRequest");
    assertEquals(await rows(page), ["Milk", "*✓Bread"]);
    app.end(2, "fail");
    await events.next("hyper:afterRequest");
    assertEquals(await markup(page), before);
    await page.getByRole("alert").waitFor();
  });
});

/** Serves notes that can be deleted, with an undo. */
function notes() {
  const titles = new Map([[1, "Milk"], [2, "Bread"]]);
  const all = new Map(titles);
  const List = () => <ul id="notes">{[...titles].toSorted().map(([id, title]) => <li key={id}>{title}</li>)}</ul>;
  const patch = () => html(<List />, { target: "#notes", swap: "morph" });
  const restore = action("restore", ({ data }) => {
    const id = Number(data.id);
    if (titles.has(id)) throw new HyperError(409, "It is there already");
    titles.set(id, all.get(id)!);
    return patch();
  });
  const drop = action("drop", ({ data }) => {
    titles.delete(Number(data.id));
    return [patch(), toast("Deleted", { undo: { action: restore, data: { id: Number(data.id) } } })];
  });
  const Page = () => (
    <main>
      <List />
      {[1, 2].map((id) => (
        <Form key={id} action={drop} instance={id}>
          <button name="id" value={id}>Delete {id}</button>
        </Form>
      ))}
      <Toasts />
    </main>
  );
  const handler = createHandler({
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, drop, restore }) }],
  });
  return { handler, titles };
}

Deno.test("a toast with undo takes back what was deleted, by keyboard, and goes", async () => {
  const { handler } = notes();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Delete 1" }).click();
    await page.getByRole("button", { name: "Delete 2" }).click();
    const undo = page.getByRole("status").getByRole("button", { name: "Undo" });
    await undo.nth(1).waitFor();
    assertEquals(await page.locator("#notes li").allTextContents(), []);
    // After the last button of the page: the first undo.
    await page.getByRole("button", { name: "Delete 2" }).focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#notes li").first().waitFor();
    assertEquals(await page.locator("#notes li").allTextContents(), ["Milk"]);
    assertEquals(await undo.count(), 1);
    await undo.click();
    await page.locator("#notes li").nth(1).waitFor();
    assertEquals(await page.getByText("Deleted").count(), 0);
  });
});

Deno.test("an undo that fails keeps its toast, and the page shows why", async () => {
  const { handler, titles } = notes();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Delete 1" }).click();
    const undo = page.getByRole("status").getByRole("button", { name: "Undo" });
    await undo.waitFor();
    titles.set(1, "Milk");
    await undo.click();
    await page.getByRole("alert").getByText("It is there already").waitFor();
    assertEquals(await undo.count(), 1);
  });
});

Deno.test("without scripts the undo is on the page that follows", async () => {
  const { handler } = notes();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Delete 1" }).click();
    assertEquals(await page.locator("#notes li").allTextContents(), ["Bread"]);
    await page.getByRole("button", { name: "Undo" }).click();
    assertEquals(await page.locator("#notes li").allTextContents(), ["Bread", "Milk"].toReversed());
    assertEquals(await page.getByRole("button", { name: "Undo" }).count(), 0);
  }, { javaScriptEnabled: false });
});

Deno.test("what the user has typed becomes text: neither markup, nor a URL, nor a handler", async () => {
  const typed = `<img src=x onerror="window.attacked = 1"> javascript:attacked=1`;
  const EntryForm = defineForm("entry", {
    fields: { name: field.text({ label: "Name" }), pin: field.password({ label: "Pin" }) },
  });
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => arrived = resolve);
  let finish = () => {};
  const finished = new Promise<void>((resolve) => finish = resolve);
  const add = action("add", { form: EntryForm }, async () => {
    arrived();
    await finished;
  });
  const Page = () => (
    <main>
      <ul id="list"></ul>
      <Form action={add}>
        <Field name="name" />
        <Field name="pin" />
        <button>Add</button>
        <Optimistic target="#list" swap="append">
          {(entered) => (
            <li title={entered("name")}>
              <b>{entered("name")}</b>
              <i>{entered("pin")}</i>
              <a href={entered("name")}>link</a>
              <img alt={entered("name")} src={entered("name")} />
              <button {...{ onclick: entered("name"), formaction: entered("name") }} style={entered("name")}>go</button>
              <div
                {...{ "x-html": entered("name"), "data-on-click": entered("name"), "hyper-action": entered("name") }}
              />
              <iframe {...{ srcdoc: entered("name") }}></iframe>
              <style>{entered("name")}</style>
            </li>
          )}
        </Optimistic>
      </Form>
    </main>
  );
  const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: Page, add }) }] });
  await withPage(handler, async ({ page, events }) => {
    await page.goto("/");
    await page.getByLabel("Name").fill(typed);
    await page.getByLabel("Pin").fill("secret");
    await page.getByRole("button", { name: "Add" }).click();
    await arrival;
    const row = page.locator("#list li");
    assertEquals(await row.getAttribute("title"), typed);
    assertEquals(await row.locator("b").textContent(), typed);
    assertEquals(await row.locator("i").textContent(), "");
    const attributes = await row.evaluate((row) =>
      [...row.querySelectorAll("*")].map((element) => `${element.localName} ${element.getAttributeNames()}`)
    );
    assertEquals(attributes, ["b ", "i ", "a ", "img alt", "button ", "div ", "iframe ", "style "]);
    assertEquals((await row.innerHTML()).includes("\uE000"), false);
    assertEquals(await page.evaluate(() => "attacked" in globalThis), false);
    finish();
    await events.next("hyper:afterRequest");
    assertEquals(await row.count(), 0);
  });
});

Deno.test("a response takes the place of a prediction without a moment in which the old state shows", async () => {
  const app = todos();
  await withPage(app.handler, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Done: Milk" }).click();
    await app.arrival(1);
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      const row = () => document.querySelector("#todo-1")?.className ?? "none";
      // Called after each task that has changed the page, and so before each frame.
      new MutationObserver(() => seen.push(row())).observe(document, {
        subtree: true,
        childList: true,
        attributes: true,
      });
    });
    app.end(1, "ok");
    await events.next("hyper:afterRequest");
    const seen = await page.evaluate(() => Reflect.get(globalThis, "seen") as string[]);
    assertEquals([...new Set(seen)], ["done"]);
    assertEquals(await rows(page), ["✓Milk", "Bread"]);
  });
});

Deno.test("a form that its prediction replaces and another call removes is still undone when its call fails", async () => {
  const app = todos();
  await withPage(app.handler, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Done: Milk" }).click();
    await app.arrival(1);
    await page.getByRole("button", { name: "Delete: Milk" }).click();
    await app.arrival(2);
    // The content of a prediction predicts nothing itself.
    assertEquals(await rows(page), ["*✓Milk", "Bread"]);
    app.end(2, "ok");
    await events.next("hyper:afterRequest");
    app.end(1, "fail");
    await events.next("hyper:afterRequest");
    assertEquals(await rows(page), ["Bread"]);
  });
});

Deno.test("action() with optimistic changes the page at once, and takes it back", async () => {
  const app = todos();
  await withPage(app.handler, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => {
      void globalThis.action("toggle", { id: 1 }, {
        optimistic: (root) => root.querySelector("#todo-1")!.classList.add("done"),
      });
    });
    await app.arrival(1);
    await page.locator("#todo-1.done[hyper-pending]").waitFor();
    app.end(1, "fail");
    await page.locator("#todo-1:not(.done):not([hyper-pending])").waitFor();
    assertEquals(await page.locator("#todo-1").getAttribute("class"), null);
  });
});

Deno.test("a prediction ends when the user goes to another page, and Back shows the page of the server", async () => {
  const app = todos();
  await withPage(app.handler, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Delete: Milk" }).click();
    await app.arrival(1);
    assertEquals(await rows(page), ["Bread"]);
    await page.evaluate(() => globalThis.Hyper.navigate("/?page=2"));
    assertEquals(await rows(page), ["Milk", "Bread"]);
    await page.goBack();
    await events.next("hyper:history:restore:after");
    assertEquals(await rows(page), ["Milk", "Bread"]);
    app.end(1, "ok");
    // The page is requested again: the call was made on one that the user had left.
    await page.getByText("Delete: Milk").waitFor({ state: "detached" });
    assertEquals(await rows(page), ["Bread"]);
  });
});

Deno.test("a prediction of one tab is not shown in another", async () => {
  const app = todos();
  await withPage(app.handler, async ({ page, context }) => {
    await page.goto("/");
    const other = await context.newPage();
    await page.getByRole("button", { name: "Delete: Milk" }).click();
    await app.arrival(1);
    await other.goto("/");
    assertEquals([await rows(page), await rows(other)], [["Bread"], ["Milk", "Bread"]]);
    app.end(1, "fail");
    await page.getByText("Delete: Milk").waitFor();
  });
});

Deno.test("a box that predicts is as the server has it when its call fails, also without a network", async () => {
  const done = defineForm("done", { fields: { done: field.checkbox({ label: "Done" }) } });
  let fails = true;
  const save = action("save", { form: done }, () => {
    if (fails) throw new Error("The database is down");
  });
  const Page = () => (
    <main>
      <p id="state">open</p>
      <Form action={save} hyper-on="change">
        <Field name="done" />
        <Optimistic target="#state" swap="inner">{() => "done"}</Optimistic>
      </Form>
    </main>
  );
  const load = () => Promise.resolve({ default: Page, save });
  const handler = createHandler({ pages: [{ path: "/", load }], onError: () => {} });
  await withPage(handler, async ({ page, events, context }) => {
    await page.goto("/");
    const box = page.getByLabel("Done");
    await box.click();
    await events.next("hyper:afterRequest");
    await page.locator("input[name=done]:not(:checked)").waitFor();
    assertEquals(await page.locator("#state").textContent(), "open");
    await context.setOffline(true);
    await box.click();
    await events.next("hyper:afterRequest");
    await page.locator("input[name=done]:not(:checked)").waitFor();
    await context.setOffline(false);
    fails = false;
    await box.click();
    await events.next("hyper:afterRequest");
    await page.locator("input[name=done]:checked").waitFor();
  }, { expectErrors: [/ERR_INTERNET_DISCONNECTED/] });
});
