/** Predictions of calls in a real page: shown at once, replaced by the response, taken back when the call fails. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, createHandler, defineForm, Field, field, Form, html, Optimistic, remove } from "@hyper/actions";
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
