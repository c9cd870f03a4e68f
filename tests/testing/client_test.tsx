import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  action,
  changed,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  html,
  type LayoutProps,
  refresh,
  region,
  SubmitButton,
  switchTo,
  toast,
} from "../../mod.ts";
import { ConnectionError, createTestClient, type SignalRecord } from "@hyper/actions/testing";
import { captureConsole } from "../support/app.tsx";
import { currentUser, makeSite, pagesOf, visit } from "./site.tsx";

Deno.test("open() returns the page at an address, and makes it the current page", async () => {
  await using client = visit(makeSite());
  assertEquals([client.page.url.href, client.page.status, client.page.text], ["http://localhost/", 0, ""]);
  const page = await client.open("/?q=1");
  assertEquals([page.status, page.url.href, page.find("h1").text], [200, "http://localhost/?q=1", "Home?q=1"]);
  assertStringIncludes(page.headers.get("content-type") ?? "", "text/html");
  assertStringIncludes(page.body, "<h1>");
  assertStrictEquals(client.page, page);
});

Deno.test("open() follows redirects", async () => {
  await using client = visit(makeSite());
  assertEquals((await client.open("/cookie#x")).url.href, "http://localhost/notes#x");
});

Deno.test("open() rejects after 20 redirects", async () => {
  await using client = visit(makeSite());
  await assertRejects(() => client.open("/round"), ConnectionError, "redirects more than 20 times");
});

for (const [path, status] of [["/empty", 204], ["/reset", 205], ["/file", 200], ["/away", 302]] as const) {
  Deno.test(`open() keeps the current page when the response is not a page, ${path}`, async () => {
    await using client = visit(makeSite());
    const page = await client.open("/notes");
    assertEquals((await client.open(path)).status, status);
    assertStrictEquals(client.page, page);
  });
}

Deno.test("open() does not parse a plain-text response as HTML", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/text");
  assertEquals([page.body, page.findAll("b").length], ["<b>text</b>", 0]);
});

Deno.test("open() rejects another origin", async () => {
  await using client = visit(makeSite());
  await assertRejects(() => client.open("https://other.test/"), TypeError, "is not of http://localhost");
  const page = await client.open("/");
  await assertRejects(() => page.click("Away"), TypeError, "is not of http://localhost");
});

Deno.test("requests have the headers of a browser for a navigation and for a call", async () => {
  const site = makeSite();
  const seen: Request[] = [];
  const handler = createHandler({ baseDir: "/srv/site", pages: pagesOf(site) });
  const spy = Object.assign((request: Request) => {
    seen.push(request);
    return handler(request);
  }, handler);
  await using client = createTestClient(spy, { origin: "https://site.test", headers: { "accept-language": "de" } });
  const page = await client.open("/?q#x");
  await page.form("Sign in").submit();
  await client.action("nothing");
  const said = ["accept-language", "sec-fetch-site", "sec-fetch-mode", "origin", "referer", "x-requested-with"];
  const [opened, posted, followed, called] = seen.map((
    { url, headers },
  ) => [url, ...said.map((name) => headers.get(name))]);
  assertEquals(opened, ["https://site.test/?q", "de", "none", "navigate", null, null, null]);
  assertEquals(posted?.slice(1), ["de", "same-origin", "navigate", "https://site.test", "https://site.test/?q", null]);
  assertEquals(followed, [
    "https://site.test/notes",
    "de",
    "same-origin",
    "navigate",
    null,
    "https://site.test/?q",
    null,
  ]);
  assertEquals(called?.slice(1), [
    "de",
    "same-origin",
    "cors",
    "https://site.test",
    "https://site.test/notes",
    "XMLHttpRequest",
  ]);
  await handler.close();
});

Deno.test("click() follows a link", async () => {
  await using client = visit(makeSite());
  const page = await (await client.open("/")).click("Notes");
  assertEquals([page.url.href, page.find("h1").text], ["http://localhost/notes#list", "Notes"]);
});

Deno.test("submit() shows the values and errors of an invalid form again, twice, and continues when they are corrected", async () => {
  const site = makeSite();
  await using client = visit(site);
  let page = await client.open("/?q=1");
  for (const title of ["too long", "still too long"]) {
    page = await page.form("Add").fill({ Title: title }).submit();
    const { value, isInvalid, description } = page.form("Add").field("Title");
    assertEquals([value, isInvalid, description !== ""], [title, true, true]);
    assertEquals(page.find("h1").text, "Home?q=1");
  }
  page = await page.form("Add").fill({ Title: "Milk" }).submit();
  assertEquals([page.url.href, page.find("#notes").text], ["http://localhost/?q=1", "Milk"]);
  assertStringIncludes(page.text, "Added");
  assertEquals(site.log, ["POST document"]);
});

Deno.test("submit() shows a toast once, because its cookie is then deleted", async () => {
  await using client = visit(makeSite());
  let page = await (await client.open("/")).form("Add").fill({ Title: "Milk" }).submit();
  assertStringIncludes(page.text, "Added");
  page = await client.open("/");
  assert(!page.text.includes("Added"), page.text);
});

Deno.test("submit() sends files", async () => {
  const site = makeSite();
  await using client = visit(site);
  const form = (await client.open("/")).form("Add");
  await form.fill({ Title: "Cat", Photo: new File(["x"], "cat.png", { type: "image/png" }) }).submit();
  assertEquals(site.notes, ["Cat with cat.png"]);
});

Deno.test("submit() sends a GET form as the query, in place of the query of its address", async () => {
  await using client = visit(makeSite());
  const page = await (await client.open("/?old=1")).form("Search").fill({ Text: "a b\u00fc" }).submit();
  assertEquals(page.url.search, "?q=a+b%C3%BC");
});

Deno.test("submit() uses the formaction of the button", async () => {
  await using client = visit(makeSite());
  const page = await (await client.open("/")).form("Add").submit("Add nowhere");
  assertEquals([page.status, page.url.pathname], [404, "/_next/form/0000000000000000/"]);
});

Deno.test("cookies of any response are stored and sent", async () => {
  await using client = visit(makeSite());
  await (await client.open("/")).click("Sign in");
  assertEquals([client.cookies.get("session"), client.page.url.pathname], ["ada", "/notes"]);
  const page = await client.open("/headers");
  assertEquals(new Map(JSON.parse(page.body)).get("cookie"), "session=ada");
});

Deno.test("action() applies patches to the page, and returns events and status", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  const outcome = await client.action("add_note", { title: "Milk" });
  assertEquals([outcome.kind, outcome.ok, outcome.status, outcome.missing], ["success", true, 200, []]);
  assertEquals(outcome.events.map(({ event }) => event), ["patch_html", "toast"]);
  assertEquals(page.find("#notes").text, "Milk");
});

Deno.test("action() returns the value that an action returns", async () => {
  await using client = visit(makeSite());
  assertEquals((await client.action("pay", { amount: 5 })).data, 1);
});

Deno.test("action() puts a vnode without a target into the target of the call, with the swap mode of the call", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  await client.action("show", { a: 1 }, { target: "#state" });
  assertEquals(page.find("#state").html, '<p id="state"><b>{"a":1}</b></p>');
});

Deno.test("action() sends data of any length and any characters, in a header or in the body", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  for (const text of ["\u00fc\u2028😀%", "é".repeat(900), "x".repeat(200_000)]) {
    await client.action("show", { text, n: [1, null] }, { target: "#state" });
    assertEquals(JSON.parse(page.find("#state").text), { text, n: [1, null] });
  }
});

Deno.test("action() rejects data that a GET cannot carry, before it sends a request", async () => {
  await using client = visit(makeSite());
  await assertRejects(
    () => client.action("watch", { text: "x".repeat(5_000) }, { method: "GET" }),
    RangeError,
    "a GET carries no file and 4096 bytes",
  );
});

Deno.test("action() sends files in data as parts", async () => {
  const site = makeSite();
  await using client = visit(site);
  const outcome = await client.action("add_note", { title: "Cat", photo: new File(["x"], "cat.png") });
  assertEquals([outcome.ok, site.notes], [true, ["Cat with cat.png"]]);
});

Deno.test("action() sends the values of a filled form, and data replaces a field of the same name", async () => {
  const site = makeSite();
  await using client = visit(site);
  const form = (await client.open("/")).form("Add").fill({ Title: "Milk" });
  await client.action("add_note", {}, { form });
  await client.action("add_note", { title: "Tea" }, { form });
  await client.action("add_note", {}, { form: "form[data-hyper-form=add_note]" });
  assertEquals(site.notes, ["Milk", "Tea", "Milk"]);
  form.fill({ Photo: new File(["x"], "form.png") });
  await client.action("add_note", { photo: new File(["x"], "data.png") }, { form });
  assertEquals(site.notes.at(-1), "Milk with data.png");
  await assertRejects(() => client.action("add_note", {}, { form: "main" }), TypeError, "is not a form of the page");
});

Deno.test("submitWithRuntime() morphs an invalid form with its errors, and keeps other content", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  const outcome = await page.form("Add").fill({ Title: "too long" }).submitWithRuntime();
  assertEquals([outcome.kind, outcome.status, Object.keys(outcome.issues)], ["error", 422, ["title"]]);
  const field = page.form("Add").field("Title");
  assertEquals([field.value, field.isInvalid], ["too long", true]);
});

Deno.test("submitWithRuntime() uses action, target and swap mode of form and button", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  await page.form("Nothing").submitWithRuntime("Show");
  assertEquals(page.find("#state > b").text.startsWith("{"), true);
});

Deno.test("submitWithRuntime() sends no action name if the button has the URL of a form action", async () => {
  const site = makeSite();
  await using client = visit(site);
  const page = await client.open("/");
  const outcome = await page.form("Add").fill({ Title: "Milk" }).submitWithRuntime("Add nowhere");
  assertEquals([outcome.status, site.notes], [404, []]);
});

Deno.test("action() returns a failure with its status and without its cause", async () => {
  using _console = quiet();
  await using client = visit(makeSite());
  const outcome = await client.action("fail");
  assertEquals([outcome.kind, outcome.ok, outcome.status, outcome.data], ["error", false, 500, null]);
  assert(outcome.kind === "error" && !outcome.message.includes("secret"));
  const [failed] = client.signals.of("actionFailed");
  assert(failed?.error instanceof Error && failed.error.message === "secret");
});

Deno.test("action() returns 404 for an unknown action", async () => {
  await using client = visit(makeSite());
  assertEquals((await client.action("unknown")).status, 404);
});

Deno.test("action() lists missing targets, and rejects with strictTargets", async () => {
  await using client = visit(makeSite());
  await client.open("/");
  assertEquals((await client.action("lost")).missing, ["#nowhere"]);
  await assertRejects(() => client.action("lost", {}, { strictTargets: true }), Error, '"#nowhere"');
});

Deno.test("action() follows a redirect, except to another origin", async () => {
  await using client = visit(makeSite());
  await client.open("/");
  assertEquals((await client.action("leave_site")).events, [
    { event: "redirect", data: { url: "https://other.test/", external: true }, id: null },
  ]);
  assertEquals(client.page.url.pathname, "/");
  await client.action("leave");
  assertEquals([client.page.url.pathname, client.page.find("h1").text], ["/notes", "Notes"]);
});

Deno.test("action() uses the cookies and the redirect of a Response", async () => {
  await using client = visit(makeSite());
  await client.open("/");
  await client.action("sign_in");
  assertEquals([client.cookies.get("session"), client.page.url.pathname], ["ada", "/notes"]);
});

Deno.test("action() changes the URL of the page with a history item", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  await client.action("move");
  assertEquals([page.url.search, client.page], ["?moved", page]);
});

Deno.test("submitWithRuntime() shows the title and the language of a page that the action refreshes", async () => {
  let count = 1;
  const add = action("add", () => {
    count++;
    return refresh();
  });
  const page = () => <Form action={add} submit="Add" />;
  const layout = ({ children }: LayoutProps) => (
    <html lang={count > 1 ? "de" : "en"}>
      <body>{children}</body>
    </html>
  );
  await using client = createTestClient({
    baseDir: "/srv/app",
    pages: [
      { path: "pages/layout.tsx", load: () => Promise.resolve({ default: layout }) },
      {
        path: "/",
        load: () => Promise.resolve({ default: page, add, head: () => <title>{`${count} notes`}</title> }),
      },
    ],
  });
  const notes = await client.open("/");
  assertEquals([notes.title, notes.find("html").attribute("lang")], ["1 notes", "en"]);
  await notes.form("add").submitWithRuntime();
  assertEquals([notes.title, notes.find("html").attribute("lang")], ["2 notes", "de"]);
});

Deno.test("action() puts the refreshed part of the page into the page", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  const state = page.find("#state");
  await client.action("redraw");
  assertEquals([page.find("#notes").text, state.html], ["from elsewhere", '<p id="state"></p>']);
});

Deno.test("action() follows a switch, and returns the outcome of its target", async () => {
  await using client = visit(makeSite());
  const outcome = await client.action("start");
  assertEquals([outcome.data, outcome.events.map(({ event }) => event)], ["7 at /notes", ["result"]]);
});

Deno.test("what a user enters after the form was sent stays through a switch and its patch, as in a browser", async () => {
  const content = <input id="q" name="q" aria-label="Query" />;
  const finish = action("finish", () => html(content, { target: "#q", swap: "morph" }));
  const start = action("start", async function* () {
    yield toast("Begun");
    yield switchTo(finish);
  });
  const Page = () => <Form action={start} aria-label="Search">{content}</Form>;
  await using client = createTestClient({
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, start, finish }) }],
  });
  for (const [typed, expected] of [[null, ""], ["more", "more"]] as const) {
    const page = await client.open("/");
    const form = page.form("Search").fill({ Query: "sent" });
    const stream = client.stream("start", {}, { form });
    await stream.next();
    if (typed !== null) form.fill({ Query: typed });
    assertEquals([(await stream.outcome()).ok, form.field("Query").value], [true, expected]);
  }
});

Deno.test("action() is aborted by the abort signal of the caller", async () => {
  await using client = visit(makeSite());
  const outcome = await client.action("watch", {}, { method: "GET", signal: AbortSignal.abort() });
  assertEquals([outcome.kind, outcome.ok, outcome.status], ["aborted", false, 0]);
});

Deno.test("stream() applies each event when it is read, and the server does not run ahead", async () => {
  const site = makeSite();
  await using client = visit(site);
  const page = await client.open("/");
  const stream = client.stream("watch", {}, { method: "GET" });
  assertEquals(await stream.opened, 200);
  assertEquals((await stream.next())?.event, "patch_html");
  assertEquals(page.find("#state").text, "first");
  assertEquals((await stream.next())?.event, "checkpoint");
  await stream.take(2);
  assertEquals(page.find("#state").text, "event 3");
  await stream.cancel();
  assertEquals(await stream.next(), null);
  assertEquals(site.log, ["watched from the start", "left"]);
  assertEquals(client.signals.of("streamClosed").map(({ reason }) => reason), ["left"]);
});

Deno.test("stream() applies a patch that arrives after the response to a later call", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  const stream = client.stream("watch", {}, { method: "GET" });
  await stream.next();
  await client.action("show", {}, { target: "#state" });
  assertEquals(page.find("#state").text, "{}");
  await stream.take(2);
  assertEquals(page.find("#state").text, "event 2");
});

Deno.test("stream() patches the page it was started on, even if another page is open by then", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  const stream = client.stream("watch", {}, { method: "GET" });
  await client.open("/notes");
  await stream.next();
  assertEquals([page.find("#state").text, client.page.findAll("#state").length], ["first", 0]);
});

Deno.test("stream() can be iterated, and ends when the loop ends", async () => {
  const site = makeSite();
  await using client = visit(site);
  for await (const { event } of client.stream("watch", {}, { method: "GET" })) {
    if (event === "checkpoint") break;
  }
  assertEquals(client.signals.of("streamClosed").length, 1);
});

Deno.test("take() reports the number of events of a stream that ends early", async () => {
  await using client = visit(makeSite());
  const stream = client.stream("steps");
  await assertRejects(() => stream.take(3), Error, 'Cannot take 3 events of action "steps": it ended after 2');
  const outcome = await stream.outcome();
  assertEquals([outcome.kind, outcome.events.length], ["success", 2]);
});

Deno.test("disposing a client ends its streams", async () => {
  const site = makeSite();
  let closed: SignalRecord;
  {
    await using client = visit(site);
    await client.stream("watch", {}, { method: "GET" }).take(3);
    await client.stream("watch", {}, { method: "GET" }).opened;
    closed = client.signals;
  }
  assertEquals(site.log.filter((line) => line === "left").length, 1);
  assertEquals(closed.of("streamClosed").map(({ reason }) => reason), ["left", "left"]);
});

Deno.test("actions() calls actions by name, and is not a promise", async () => {
  const site = makeSite();
  await using client = visit(site);
  const calls = await Promise.resolve(
    client.actions<{ readonly pay: { readonly kind: "action"; readonly name: "pay" } }>(),
  );
  assertEquals((await calls.pay({ amount: 1 })).data, 1);
});

Deno.test("override() replaces a dependency until it is disposed: by itself, by its name, by a factory", async () => {
  await using client = visit(makeSite(), { overrides: new Map([["user", "before"]]) });
  const who = async (): Promise<unknown> => (await client.action("who_am_i")).data;
  assertEquals(await who(), "before");
  {
    using _user = client.override(currentUser, "Ada");
    assertEquals(await who(), "Ada");
    {
      using _user = client.override(currentUser, ({ request }) => `by ${request.method}`);
      assertEquals(await who(), "by POST");
    }
    assertEquals(await who(), "Ada");
  }
  using _user = client.override("user", "named");
  assertEquals(await who(), "named");
});

Deno.test("override() throws if the handler was created elsewhere", async () => {
  const handler = createHandler({ baseDir: "/srv/site", pages: pagesOf(makeSite()) });
  await using client = createTestClient(handler);
  assertThrows(() => client.override(currentUser, "Ada"), TypeError, 'Cannot override dependency "user"');
  await handler.close();
});

Deno.test("disposing a client closes a handler that it has created, and does not close another", async () => {
  const site = makeSite();
  const handler = createHandler({ baseDir: "/srv/site", pages: pagesOf(site) });
  {
    await using client = createTestClient(handler);
    assertStrictEquals(client.handler, handler);
  }
  await using client = createTestClient(handler);
  await client.stream("watch", {}, { method: "GET" }).take(1);
  const own = visit(site);
  await own[Symbol.asyncDispose]();
  const response = await own.handler(
    new Request("http://localhost/", { headers: { accept: "text/event-stream", "x-hyper-action": "watch" } }),
  );
  assertEquals(response.status, 503);
  await response.body?.cancel();
  await handler.close();
});

Deno.test("the request ids of a client have a common prefix that differs from that of other clients", async () => {
  const site = makeSite();
  const ids: string[] = [];
  const handler = createHandler({ baseDir: "/srv/site", pages: pagesOf(site) });
  using _signal = handler.signals.actionDispatched.connect(({ request }) => {
    ids.push(request.headers.get("x-hyper-request-id") ?? "");
  });
  for (const client of [createTestClient(handler), createTestClient(handler)]) {
    await client.action("nothing");
    await client.action("nothing");
    await client[Symbol.asyncDispose]();
  }
  assert(ids.every((id) => /^[0-9a-f]{32}$/.test(id)), `${ids}`);
  assertEquals([new Set(ids).size, new Set(ids.map((id) => id.slice(0, 16))).size], [4, 2]);
  await handler.close();
});

/** Suppresses expected output of the console. */
function quiet(): Disposable {
  const restore = captureConsole([]);
  return { [Symbol.dispose]: restore };
}

Deno.test("trigger() calls hyper-action with its data alone, sends the form of a control, and rejects an element without either", async () => {
  const got: unknown[] = [];
  const FindForm = defineForm("find", { fields: { q: field.text({ label: "Search" }) } });
  const find = action("find", { form: FindForm, method: "GET" }, ({ form }) => {
    got.push(form.values);
    return html(<b>{form.values.q}</b>, { target: "#out", swap: "inner" });
  });
  const more = action("more", { method: "GET" }, ({ data }) => {
    got.push(data);
    return html(<li>{`Page ${data.page}`}</li>);
  });
  const Page = () => (
    <>
      <Form action={find} hyper-on="input">
        <Field name="q" />
      </Form>
      <p id="out" />
      <p
        id="more"
        hyper-action="more"
        hyper-method="get"
        hyper-data='{"page":2}'
        hyper-target="#out"
        hyper-swap="inner"
      />
      <div hyper-off>
        <p id="off" hyper-action="more" />
      </div>
    </>
  );
  await using client = createTestClient({
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, find, more }) }],
  });
  const page = await client.open("/");
  await page.find("#more").trigger();
  assertEquals(page.find("#out").text, "Page 2");
  page.find("form");
  page.form("find").fill({ Search: "tea" });
  await page.find("input[name=q]").trigger();
  assertEquals([page.find("#out").text, got], ["tea", [{ page: 2 }, { q: "tea" }]]);
  for (const selector of ["#out", "#off"]) {
    await assertRejects(() => page.find(selector).trigger(), TypeError, "Cannot trigger <p>");
  }
});

Deno.test("action() shows the changed regions of the page, and a nested one once", async () => {
  const names = ["Ada"];
  let renders = 0;
  const Count = region("count", { depends: "names" }, () => <b>{`${names.length} in ${++renders}`}</b>);
  const Names = region("names", { depends: "names" }, () => (
    <p>
      {names.join()} <Count />
    </p>
  ));
  const Other = region("other", { depends: "other" }, () => <i>{names.length}</i>);
  const add = action("add", () => (names.push("Grace"), changed("names")));
  const Page = () => (
    <main>
      <Names />
      <Other />
    </main>
  );
  const pages = [{ path: "/", load: () => Promise.resolve({ default: Page, add, Count, Names, Other }) }];
  await using client = createTestClient({ pages, keys: ["a key of the test, which has 32 bytes"] });
  const page = await client.open("/");
  const { events } = await client.action("add");
  assertEquals(page.find("main").text, "Ada,Grace 2 in 2 1");
  assertEquals(events.map(({ event }) => event), ["patch_html"]);
});

/** Two users of one page with two regions, and an action for each. */
function twoUsers() {
  const counts = { a: 0, b: 0 };
  const Box = region(
    "box",
    { depends: ({ instance }) => `box:${instance}` },
    ({ instance }) => <b id={`box-${instance}`}>{counts[instance as "a"]}</b>,
  );
  const Sum = region("sum", { depends: ["box:a", "box:b"] }, () => <i>{counts.a + counts.b}</i>);
  const add = action("add", ({ data }) => {
    counts[data.to as "a"]++;
    return changed(`box:${data.to}`);
  });
  const Page = () => (
    <main>
      <Box instance="a" />
      <Box instance="b" />
      <Sum />
    </main>
  );
  const module = { default: Page, Box, Sum, add };
  const handler = createHandler({
    keys: ["a key of the test, which has 32 bytes"],
    pages: ["/", "/other"].map((path) => ({ path, load: () => Promise.resolve(module) })),
  });
  return { handler, ada: createTestClient(handler), bob: createTestClient(handler) };
}

Deno.test("changes() shows what others have changed, also before it was called, and not what this client has changed", async () => {
  const { handler, ada, bob } = twoUsers();
  const page = await ada.open("/");
  await bob.open("/");
  await bob.action("add", { to: "a" });
  const changes = ada.changes();
  assertEquals(await changes.next(), ["box", "sum"]);
  assertEquals(page.text, "101");
  await ada.action("add", { to: "a" });
  assertEquals(page.text, "202");
  await bob.action("add", { to: "b" });
  assertEquals(await changes.next(), ["box", "sum"]);
  assertEquals(page.text, "213");
  await handler.changed("box:b");
  assertEquals(await changes.next(), ["box", "sum"]);
  await ada[Symbol.asyncDispose]();
  await bob[Symbol.asyncDispose]();
  await handler.close();
});

Deno.test("changes() follows the page that is open", async () => {
  const { handler, ada, bob } = twoUsers();
  await ada.open("/");
  await using changes = ada.changes();
  await bob.action("add", { to: "a" });
  await changes.next();
  const page = await ada.open("/other");
  await bob.action("add", { to: "b" });
  await changes.next();
  assertEquals(page.text, "112");
  await ada[Symbol.asyncDispose]();
  await bob[Symbol.asyncDispose]();
  await handler.close();
});

Deno.test("trigger() sends a form without its first button, and by a button that is the trigger", async () => {
  const sent: string[] = [];
  const note = action("note", ({ data }) => void sent.push(`note ${data.by}`));
  const other = action("other", ({ data }) => void sent.push(`other ${data.by}`));
  const Page = () => (
    <Form action={note} hyper-on="input">
      <SubmitButton action={other} name="by" value="first">Other</SubmitButton>
      <button id="second" name="by" value="second" hyper-on="keydown.alt+s">Note</button>
    </Form>
  );
  await using client = createTestClient({
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, note, other }) }],
  });
  const page = await client.open("/");
  await page.find("form").trigger();
  await page.find("#second").trigger();
  assertEquals(sent, ["note undefined", "note second"]);
});

Deno.test("form.validate() returns the messages of fields, runs nothing, and withholds passwords unless they opt in", async () => {
  const seen: unknown[] = [];
  const UserForm = defineForm("user", {
    fields: { name: field.text({ required: true }), password: field.password(), pin: field.password() },
    clean(values, ctx) {
      seen.push(ctx.mode, values.pin);
      if (values.name === "ada") ctx.addError("name", "Taken");
      seen.push(values.password);
    },
  });
  const join = action("join", { form: UserForm, validate: true }, () => void seen.push("ran"));
  const closed = action("closed", { form: UserForm }, () => void seen.push("ran"));
  const Page = () => (
    <>
      <Form action={join}>
        <Field name="name" />
        <Field name="password" />
        <Field name="pin" hyper-validate="" />
        <button>Join</button>
      </Form>
      <Form action={closed} submit="Closed" />
    </>
  );
  const module = { default: Page, join, closed };
  await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
  const page = await client.open("/");
  const form = page.form("Join").fill({ Name: "ada", Password: "secret", Pin: "1234" });
  assertEquals(await form.validate("Name"), { name: ["Taken"] });
  assertEquals(seen, ["validate", "1234"]);
  assertEquals(await page.form("Join").fill({ Name: "" }).validate(), { name: ["Enter a value"] });
  const message = `Cannot validate form "Closed": the server answered 400`;
  await assertRejects(() => page.form("Closed").validate(), Error, message);
});
