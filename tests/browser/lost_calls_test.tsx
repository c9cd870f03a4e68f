/**
 * Calls whose answer is lost: the server may have done them, and the page takes back what they predict. Once the network is back, the page
 * is what the server has.
 *
 * `RANDOM_SEED` repeats a run. Default: a new seed each time.
 */
import { assert, assertEquals } from "@std/assert";
import {
  action,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  history,
  html,
  Optimistic,
  remove,
} from "@hyper/actions";
import type { Page } from "playwright-core";
import { untilPreloaded, type Visit, withPage } from "../support/browser.ts";
import { type FlakyProxy, openFlakyProxy } from "../support/flaky_proxy.ts";
import { createRandom } from "../support/random.ts";
import { click, type Deeds, FAILING, untilQuiet, use, type Visitor } from "../support/random_use.ts";

const seed = Number(Deno.env.get("RANDOM_SEED") ?? Math.floor(Math.random() * 2 ** 32));
/** Milliseconds of random use before each comparison. */
const USE = 1500;
const ROUNDS = 5;
/** Milliseconds until the page must be idle: longer than the longest delay between attempts. */
const REST = 20_000;

const TodoForm = defineForm("todo", { fields: { title: field.text({ label: "Title", required: true }) } });

/** Two signs that the server can be reached. */
const RECONNECTIONS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  "the network is back": async (page) => {
    await page.context().setOffline(true);
    await page.context().setOffline(false);
  },
  "another call is answered": (page) => page.locator("#todo-1 button[name=done]").click(),
};

type Todos = ReadonlyMap<number, { readonly title: string; readonly isDone: boolean }>;

/** Serves a list of todos that can be marked, deleted and added, each with a prediction. */
function todos() {
  const list = new Map([1, 2, 3, 4].map((id) => [id, { title: `Task ${id}`, isDone: false }]));
  let last = 4;
  let calls = 0;
  const Row = ({ id, title, isDone = false }: { id: number; title: string; isDone?: boolean }) => (
    <li id={`todo-${id}`} class={isDone ? "done" : undefined}>
      {title}
      <Form action={toggle} instance={id} hyper-sync="queue">
        <input type="hidden" name="id" value={id} />
        <button name="done" value={String(!isDone)}>Done</button>
        <Optimistic target={`#todo-${id}`} swap="morph">
          {() => <Row id={id} title={title} isDone={!isDone} />}
        </Optimistic>
      </Form>
      <Form action={drop} instance={id}>
        <button name="id" value={id}>Delete</button>
        <Optimistic target={`#todo-${id}`} swap="delete" />
      </Form>
    </li>
  );
  const arrived = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  let isHeld = false;
  const add = action("add", { form: TodoForm }, async ({ form }) => {
    calls++;
    const id = ++last;
    list.set(id, { title: form.values.title, isDone: false });
    arrived.resolve();
    if (isHeld) await answered.promise;
    return html(<Row id={id} title={form.values.title} />, { target: "#todos", swap: "append" });
  });
  const toggle = action("toggle", ({ data }) => {
    calls++;
    const id = Number(data.id);
    const todo = list.get(id);
    if (!todo) return remove(`#todo-${id}`);
    todo.isDone = data.done === "true";
    return html(<Row id={id} {...todo} />, { target: `#todo-${id}`, swap: "morph" });
  });
  const drop = action("drop", ({ data }) => {
    calls++;
    list.delete(Number(data.id));
    return remove(`#todo-${data.id}`);
  });
  const Page = () => (
    <main hyper-nav>
      <ul id="todos">{[...list].map(([id, todo]) => <Row key={id} id={id} {...todo} />)}</ul>
      <Form action={add} hyper-sync="none">
        <Field name="title" />
        <button>Add</button>
        <Optimistic target="#todos" swap="append">{(entered) => <li>{entered("title")}</li>}</Optimistic>
      </Form>
    </main>
  );
  const go = action("go", () => history({ push: "/other" }));
  const load = () => Promise.resolve({ default: Page, add, toggle, drop, go });
  const handler = createHandler({
    pages: [{ path: "/", load }, {
      path: "/other",
      load: () => Promise.resolve({ default: () => <h1 hyper-nav>Other</h1> }),
    }],
  });
  let held: { readonly asked: PromiseWithResolvers<void>; readonly sent: PromiseWithResolvers<void> } | undefined;
  return {
    handler,
    /** Serves a request, after `holdPage()` the page only when its function was called. */
    async serve(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response> {
      if (request.method === "GET" && new URL(request.url).pathname === "/") {
        held?.asked.resolve();
        await held?.sent.promise;
      }
      return await handler(request, info);
    },
    /** Holds the page back. Returns a promise of the request, and a function that ends it. */
    holdPage() {
      held = { asked: Promise.withResolvers(), sent: Promise.withResolvers() };
      return { asked: held.asked.promise, send: held.sent.resolve };
    },
    list,
    calls: () => calls,
    /** Holds the answer to the next added todo back. Returns a promise of its arrival, and a function that ends it. */
    hold: () => {
      isHeld = true;
      return { arrival: arrived.promise, answer: answered.resolve };
    },
  };
}

/** Waits until the page shows the todos of the server. */
async function untilShown(page: Page, list: Todos): Promise<void> {
  const expected = [...list].map(([id, { title, isDone }]) => `todo-${id}${isDone ? " done" : ""} ${title}`);
  await page.waitForFunction(
    (expected) =>
      Array.from(
        document.querySelectorAll("#todos > li"),
        (row) => `${row.id}${row.matches(".done") ? " done" : ""} ${row.firstChild?.nodeValue}`,
      ).join() === expected,
    expected.join(),
  );
}

const deeds: Deeds = {
  mark: [8, (visitor) => click(visitor, "li button[name=done]")],
  delete: [2, (visitor) => click(visitor, "li button[name=id]")],
  add: [3, async (visitor) => {
    await visitor.page.getByLabel("Title").fill(`New ${visitor.random(100)}`);
    await click(visitor, "main > form button");
  }],
  drop: FAILING.drop!,
  stall: FAILING.stall!,
  "lose the network": FAILING["lose the network"]!,
  retry: FAILING.retry!,
};

/** Tries again what has failed, until nothing is left. */
async function retryAll(visitor: Visitor): Promise<void> {
  await untilQuiet(visitor.page, REST);
  for (let attempt = 0; await visitor.page.locator("[hyper-retry]").count() > 0; attempt++) {
    assert(attempt < 20, "alerts were left after 20 attempts");
    await click(visitor, "[hyper-retry]");
    await untilQuiet(visitor.page, REST);
  }
}

/** Visits the todos through a network that can fail. */
async function onTodos(
  test: (visit: Visit, app: ReturnType<typeof todos> & { readonly port: number }, network: FlakyProxy) => Promise<void>,
) {
  const app = todos();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.serve);
  try {
    await using network = openFlakyProxy(server.addr.port);
    await withPage({ url: network.url }, async (visit) => {
      await visit.page.goto("/");
      await untilPreloaded(visit.page, ["patch", "navigation", "optimistic"]);
      await test(visit, { ...app, port: server.addr.port }, network);
    }, { expectErrors: [/net::ERR_/] });
  } finally {
    await server.shutdown();
    await app.handler.close();
  }
}

/** Adds a todo, and ends the connection before the answer. */
async function loseAnswer(page: Page, app: ReturnType<typeof todos>, network: FlakyProxy): Promise<void> {
  const { arrival, answer } = app.hold();
  await page.getByLabel("Title").fill("Eggs");
  await page.getByRole("button", { name: "Add" }).click();
  await arrival;
  // The browser itself sends a request again over a new connection if one that it has used before ends.
  network.lead(1);
  network.drop();
  answer();
  await page.getByRole("alert").waitFor();
}

for (const [name, reconnect] of Object.entries(RECONNECTIONS)) {
  Deno.test(`what the server has done although its answer was lost is on the page once ${name}`, async () => {
    await onTodos(async ({ page }, app, network) => {
      await loseAnswer(page, app, network);
      // The prediction is taken back.
      assertEquals(await page.locator("#todos > li").count(), 4);
      network.lead(app.port);
      await reconnect(page);
      await untilShown(page, app.list);
      await page.getByRole("alert").waitFor({ state: "detached" });
      assertEquals(await page.locator("#todos > li").last().locator("button").count(), 2);
      // The form is as the user has left it.
      assertEquals(await page.getByLabel("Title").inputValue(), "Eggs");
    });
  });
}

Deno.test("a page that could not be requested again is requested when the network is back, and shows no failure", async () => {
  await onTodos(async ({ page }, app, network) => {
    await loseAnswer(page, app, network);
    const reconnect = RECONNECTIONS["the network is back"]!;
    // The second one is to find out whether a redirect has failed.
    let failures = 0;
    const failed = page.waitForEvent("requestfailed", (each) => each.method() === "GET" && ++failures === 2);
    await reconnect(page);
    await failed;
    network.lead(app.port);
    await reconnect(page);
    await untilShown(page, app.list);
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

Deno.test("a page that is requested again while a call changes its address is that of the new address", async () => {
  await onTodos(async ({ page }, app, network) => {
    await loseAnswer(page, app, network);
    network.lead(app.port);
    const { asked, send } = app.holdPage();
    await RECONNECTIONS["the network is back"]!(page);
    await asked;
    await page.evaluate(() => action("go"));
    assertEquals(new URL(page.url()).pathname, "/other");
    send();
    await page.getByRole("heading", { name: "Other" }).waitFor();
    assertEquals(new URL(page.url()).pathname, "/other");
  });
});

Deno.test(`predictions: the page is what the server has after the network has failed, seed ${seed}`, async () => {
  const made: string[] = [];
  try {
    await onTodos(async ({ page, context }, app, network) => {
      const visitor: Visitor = { page, network, deeds: made, random: createRandom(seed) };
      // One failure at least, so that messages of the browser about failures are expected.
      await page.getByLabel("Title").fill("Eggs");
      await context.setOffline(true);
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByRole("alert").waitFor();
      await context.setOffline(false);
      for (let round = 0; round < ROUNDS; round++) {
        await use(visitor, USE, deeds);
        await retryAll(visitor);
        await untilShown(page, app.list);
      }
      assert(app.calls() > ROUNDS, `only ${app.calls()} calls arrived`);
    });
  } catch (error) {
    throw new Error(`Cannot predict at random, RANDOM_SEED=${seed}: the last deeds were ${made.slice(-30)}`, {
      cause: error,
    });
  }
});
