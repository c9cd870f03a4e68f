/** Forms in the whole pipeline: initial values, invalid forms and success feedback. */
import { assert, assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import {
  action,
  defineForm,
  defineFormset,
  dependency,
  Depends,
  DForm,
  DUrl,
  Field,
  field,
  Form,
  formActionUrl,
  HyperError,
  type PageProps,
  redirect,
  type RequestContext,
  toast,
  Toasts,
} from "../../mod.ts";
import { App, bodyOf, eventsOf, hiddenValue, namesOf, type OpenPage } from "../support/app.tsx";
import {
  attribute,
  controls,
  find,
  findAll,
  findForm,
  type HtmlElement,
  type HtmlParent,
  text,
} from "../support/html.ts";

const required = (message: string) => field.text({ required: true, messages: { required: message } });
const TitleForm = defineForm("note", { fields: { title: required("Give it a title"), body: field.textarea() } });

function valueOf(form: HtmlElement, name: string): string | null {
  const [control] = controls(form, name);
  assert(control !== undefined, `no control ${name}`);
  return control.tagName === "textarea" ? text(control) : attribute(control, "value");
}

Deno.test("a factory creates the form for the request with initial values: editing a record", async () => {
  const records = new Map([["7", { title: "Milk", body: "2 l" }], ["8", { title: "Tea", body: "" }]]);
  const edit = action("edit", {
    form: async ({ params }) => {
      await Promise.resolve();
      const initial = records.get(String(params.id));
      if (initial === undefined) throw new HyperError(404, "There is no such note");
      return [TitleForm, { initial }];
    },
    inject: { id: DUrl("id") },
  }, ({ form, id }) => void records.set(id, form.values));
  await using app = new App({ "/n/[id]": { default: () => <Form action={edit} />, edit } });
  const page = await app.open("/n/7");
  assertEquals([valueOf(findForm(page.root, "edit"), "title"), valueOf(findForm(page.root, "edit"), "body")], [
    "Milk",
    "2 l",
  ]);
  const failed = await app.submit(page, "edit", { title: "", body: "3 l" });
  assertEquals([valueOf(findForm(failed.root, "edit"), "title"), valueOf(findForm(failed.root, "edit"), "body")], [
    "",
    "3 l",
  ]);
  await app.submit(failed, "edit", { title: "Oat milk", body: "3 l" });
  assertEquals(records.get("7"), { title: "Oat milk", body: "3 l" });
  assertEquals((await app.open("/n/9")).status, 404);
});

Deno.test("a factory that does not return a form is an error that names the problem", async () => {
  const bad = action("bad", { form: () => "a form" as unknown as typeof TitleForm }, () => {});
  await using app = new App({ "/": { default: () => "", bad } });
  assertEquals((await app.call("bad", { fields: { title: "x" } })).status, 500);
  assertStringIncludes(app.takeError().message, "Cannot create the form of an action: its factory returned string");
});

Deno.test("getInitial() runs on a GET, and before binding on a POST, each time with the params of the page", async () => {
  const seen: unknown[] = [];
  const form = defineForm("note", {
    fields: { title: required("Give it a title") },
    getInitial: ({ params, url }) => {
      seen.push([params.id, url.pathname]);
      return { title: `Note ${params.id}` };
    },
  });
  const save = action("save", { form }, ({ form }) => void seen.push(form.initial));
  await using app = new App({ "/n/[id]": { default: () => <Form action={save} />, save } });
  const page = await app.open("/n/7");
  assertEquals(valueOf(findForm(page.root, "save"), "title"), "Note 7");
  await app.submit(page, "save", { title: "x" });
  assertEquals(seen, [["7", "/n/7"], ["7", "/n/7"], { title: "Note 7" }]);
});

Deno.test("a field without a submitted value does not fall back to its initial value", async () => {
  let values: unknown;
  const form = defineForm("note", { fields: { title: field.text() }, getInitial: () => ({ title: "initial" }) });
  const save = action("save", { form }, ({ form }) => void (values = form.values));
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  await app.submit(await app.open("/"), "save", { title: "" });
  assertEquals(values, { title: "" });
});

Deno.test("the values of several submit buttons tell the action function which one was pressed", async () => {
  const seen: unknown[] = [];
  const form = defineForm("note", {
    fields: { title: field.text(), intent: field.select({ choices: ["save", "publish"] }) },
  });
  const save = action("save", { form }, ({ form }) => void seen.push(form.values.intent));
  const Page = () => (
    <Form action={save}>
      <Field name="title" />
      <button name="intent" value="save">Save</button>
      <button name="intent" value="publish">Publish</button>
    </Form>
  );
  await using app = new App({ "/": { default: Page, save } });
  const page = await app.open("/");
  await app.submit(page, "save", { title: "x", intent: "publish" });
  await app.submit(page, "save", { title: "x", intent: "save" });
  await app.submit(page, "save", { title: "x" });
  assertEquals(seen, ["publish", "save", null]);
});

Deno.test("a button with formaction posts the same form to another action, which shows the same page when it is invalid", async () => {
  const seen: unknown[] = [];
  const save = action("save", { form: TitleForm }, () => void seen.push("save"));
  const check = action("check", { form: TitleForm }, () => void seen.push("check"));
  const Page = () => (
    <Form action={save}>
      <Field name="title" />
      <button formaction={formActionUrl("check")}>Check</button>
    </Form>
  );
  await using app = new App({ "/p": { default: Page, save, check } });
  const page = await app.open("/p?a=1");
  const button = find(page.root, (element) => element.tagName === "button");
  const fields = Object.fromEntries(
    ["_next_form_page", "_next_form_origin"].map((
      name,
    ) => [name, hiddenValue(findForm(page.root, "save"), name) ?? ""]),
  );
  const post = (title: string) =>
    app.request(attribute(button, "formaction") ?? "", { method: "POST", body: bodyOf({ title, ...fields }) });
  const done = await post("x");
  assertEquals([done.status, done.headers.get("location"), seen], [303, "/p?a=1", ["check"]]);
  assertEquals((await post("")).status, 200);
});

Deno.test("instance separates several copies of one form: only the submitted copy is bound", async () => {
  const rename = action("rename", { form: TitleForm }, () => {});
  const rows = ["a", "b/c", "<d>"];
  const Page = () => (
    <ul>
      {rows.map((id) => (
        <li>
          <Form action={rename} instance={id} initial={{ title: `row ${id}` }}>
            <Field name="title" />
          </Form>
        </li>
      ))}
    </ul>
  );
  await using app = new App({ "/": { default: Page, rename } });
  const page = await app.open("/");
  const ids = findAll(page.root, (element) => element.tagName === "form").map((form) => attribute(form, "id"));
  assertEquals(new Set(ids).size, 3);
  let again = page;
  for (let round = 1; round <= 2; round++) {
    again = await app.submit(again, "rename", { title: "" }, { instance: "b/c" });
    assertEquals(rows.map((id) => valueOf(findForm(again.root, "rename", id), "title")), ["row a", "", "row <d>"]);
    assertEquals(rows.map((id) => text(findForm(again.root, "rename", id)).includes("Give it a title")), [
      false,
      true,
      false,
    ]);
  }
  const [patch] = await eventsOf(await app.submitByRuntime(page, "rename", { title: "" }, { instance: "b/c" }));
  assertEquals((patch?.data as { target: string }).target, `#${ids[1]}`);
});

Deno.test("instance may be a number, and the action function reads it as form.instance", async () => {
  let seen: string | null = null;
  const rename = action("rename", { form: TitleForm }, ({ form }) => void (seen = form.instance));
  await using app = new App({ "/": { default: () => <Form action={rename} instance={7} />, rename } });
  await app.submit(await app.open("/"), "rename", { title: "x" });
  assertEquals(seen, "7");
});

Deno.test("two forms of one definition for two actions: only the invalid one is bound", async () => {
  const add = action("add", { form: TitleForm }, () => {});
  const ask = action("ask", { form: TitleForm }, () => {});
  await using app = new App({
    "/": {
      default: () => (
        <main>
          <Form action={add} />
          <Form action={ask} />
        </main>
      ),
      add,
      ask,
    },
  });
  const page = await app.submit(await app.open("/"), "ask", { title: "", body: "mine" });
  assertEquals(valueOf(findForm(page.root, "add"), "body"), "");
  assertEquals(valueOf(findForm(page.root, "ask"), "body"), "mine");
});

/** Checks that each id is on the page once, and that labels, descriptions and links of errors lead to elements of their own form. */
function checkIds(root: HtmlParent): void {
  const ids = findAll(root, (element) => attribute(element, "id") !== null).map((element) => attribute(element, "id"));
  assertEquals(ids.toSorted(), [...new Set(ids)].toSorted());
  for (const form of findAll(root, ({ tagName }) => tagName === "form")) {
    const own = findAll(form, () => true);
    const references = own.flatMap((element) => [
      ...[attribute(element, "for"), attribute(element, "href")?.replace("#", "")],
      ...attribute(element, "aria-describedby")?.split(" ") ?? [],
    ]).filter((id) => typeof id === "string");
    assert(references.length > 0);
    for (const id of references) {
      assert(own.some((element) => attribute(element, "id") === id), `${id} of another form`);
    }
  }
}

Deno.test("forms of one page have different ids: by action, by instance, by row, also after an invalid submit", async () => {
  const choices = { choices: ["a", "b"] };
  const NoteForm = defineForm("note", {
    fields: { title: required("Give it a title"), kind: field.radio(choices), tags: field.multiSelect(choices) },
  });
  const add = action("add", { form: NoteForm }, () => {});
  const ask = action("ask", { form: NoteForm }, () => {});
  const asked = action("ask-note", { form: NoteForm }, () => {});
  const spaced = action("ask", { form: NoteForm, namespace: "note" }, () => {});
  const rows = action("rows", { form: defineFormset(NoteForm, { extra: 2 }) }, () => {});
  const made = action("made", { form: () => NoteForm }, () => {});
  await using app = new App({
    "/": {
      default: () => (
        <main>
          {[add, ask, asked, spaced, rows, made].map((one) => <Form key={one.name} action={one} />)}
          <Form action={add} instance="note" />
          <Form action={ask} instance={1} />
        </main>
      ),
      ...{ add, ask, asked, spaced, rows, made },
    },
  });
  let page = await app.open("/");
  checkIds(page.root);
  for (const name of ["ask-note", "note:ask", "made"]) {
    page = await app.submit(page, name, { title: "" });
    checkIds(page.root);
  }
});

for (const dev of [true, false]) {
  for (const waits of [true, false]) {
    const what = `${dev ? "development" : "production"}, ${waits ? "a page that waits" : "a page at once"}`;
    Deno.test(`a page that renders the same action twice without an instance, in ${what}`, async () => {
      const save = action("save", { form: TitleForm }, () => {});
      const slow = action("slow", { form: () => Promise.resolve(TitleForm) }, () => {});
      const Twice = () => (
        <main>
          <Form action={save} instance={1} class="a > b" />
          <Form action={save} />
          {waits && <Form action={slow} />}
          <Form action={save} id="second" />
        </main>
      );
      const Once = () => (
        <main>
          <Form action={save} />
          {waits && <Form action={slow} />}
          <Form action={save} instance={1} />
          <Form action={save} instance={2} />
        </main>
      );
      await using app = new App({ "/twice": { default: Twice, save, slow }, "/once": { default: Once } }, { dev });
      const once = await app.request("/once");
      assertEquals([once.status, (await once.text()).includes("</main>")], [200, true]);
      await (await app.request("/twice")).text();
      if (!dev) return;
      const { message } = app.takeError();
      assertStringIncludes(message, 'Cannot render two forms of action "save" without an instance on one page');
    });
  }
}

Deno.test("a form with a file is multipart, and the file is not filled in again", async () => {
  const seen: unknown[] = [];
  const form = defineForm("doc", {
    fields: { name: required("Name it"), doc: field.file({ maxBytes: 10, messages: { maxBytes: "Too big" } }) },
  });
  const upload = action("upload", { form }, async ({ form, files }) => {
    const [file] = files.get("doc") ?? [];
    seen.push([form.values.name, file?.name, await file?.text()]);
  });
  await using app = new App({ "/": { default: () => <Form action={upload} />, upload } });
  const page = await app.open("/");
  assertEquals(attribute(findForm(page.root, "upload"), "enctype"), "multipart/form-data");
  const hidden = Object.fromEntries(
    ["_next_form_page", "_next_form_origin", "_hyper_once"].map((
      name,
    ) => [name, hiddenValue(findForm(page.root, "upload"), name) ?? ""]),
  );
  const send = (name: string, file: File) =>
    app.request(formActionUrl("upload"), { method: "POST", body: bodyOf({ ...hidden, name, doc: file }) });

  const nameless = await (await send("", new File(["hello"], "hello.txt"))).text();
  assertStringIncludes(nameless, "Name it");
  assertEquals(nameless.includes("hello.txt"), false);
  assertStringIncludes(await (await send("x", new File(["hello world"], "b.txt"))).text(), "Too big");
  assertEquals((await send("x", new File(["hello"], "../../a.txt"))).status, 303);
  assertEquals(seen.length, 1);
  const [name, , content] = seen[0] as unknown[];
  assertEquals([name, content], ["x", "hello"]);
});

Deno.test("a password is not filled in again", async () => {
  const form = defineForm("login", { fields: { user: required("Who"), password: field.password() } });
  const login = action("login", { form }, () => {});
  await using app = new App({ "/": { default: () => <Form action={login} />, login } });
  const page = await app.submit(await app.open("/"), "login", { user: "", password: "correct horse" });
  assertEquals(page.html.includes("correct horse"), false);
});

Deno.test("a cleared checkbox and a changed choice are shown again as submitted", async () => {
  const form = defineForm("prefs", {
    fields: {
      name: required("Who"),
      news: field.checkbox({ initial: true }),
      colour: field.select({ choices: ["red", "green"], initial: "red" }),
      tags: field.multiSelect({ choices: ["a", "b", "c"], initial: ["a"] }),
    },
  });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const first = await app.open("/");
  const ticked = (root: HtmlElement) =>
    controls(findForm(root, "save"), "news").some((box) =>
      attribute(box, "type") === "checkbox" && attribute(box, "checked") !== null
    );
  const chosen = (root: HtmlElement) =>
    findAll(
      findForm(root, "save"),
      (element) => element.tagName === "option" && attribute(element, "selected") !== null,
    )
      .map((option) => attribute(option, "value"));
  assertEquals([ticked(first.root), chosen(first.root)], [true, ["red", "a"]]);
  const again = await app.submit(first, "save", { name: "", news: null, colour: "green", tags: ["b", "c"] });
  assertEquals([ticked(again.root), chosen(again.root)], [false, ["green", "b", "c"]]);
});

/** Submits a title that is taken, twice. Both times the action has run, and its page shows the message and the title. */
async function submitTaken(app: App, runs: () => number): Promise<OpenPage> {
  let page = await app.open("/");
  for (let round = 1; round <= 2; round++) {
    page = await app.submit(page, "signup", { title: "taken" });
    assertEquals([page.status, runs()], [200, round]);
    assertStringIncludes(text(findForm(page.root, "signup")), "This title is taken");
    assertEquals(valueOf(findForm(page.root, "signup"), "title"), "taken");
  }
  return page;
}

Deno.test("form.addError() in an action function makes the form invalid: page, runtime, data, and no success signal", async () => {
  let runs = 0;
  const dispatched: string[] = [];
  const signup = action("signup", { form: TitleForm }, ({ form }) => {
    runs++;
    if (form.values.title === "taken") form.addError("title", "This title is taken");
  });
  await using app = new App({ "/": { default: () => <Form action={signup} />, signup } });
  using _watch = app.handler.signals.actionDispatched.connect(({ actionName }) => void dispatched.push(actionName));
  const page = await submitTaken(app, () => runs);
  const told = await app.submitByRuntime(page, "signup", { title: "taken" });
  assertEquals([told.status, namesOf(await eventsOf(told))], [422, ["patch_html", "error", "end"]]);
  assertEquals(dispatched, []);
  assertEquals((await app.submit(page, "signup", { title: "free" })).status, 303);
  assertEquals(dispatched, ["signup"]);
});

Deno.test("the result of an action function that called form.addError() is not sent", async () => {
  const signup = action("signup", { form: TitleForm }, ({ form }) => {
    form.addError("", "Not today");
    return redirect("/welcome");
  });
  await using app = new App({ "/": { default: () => <Form action={signup} />, signup } });
  const page = await app.submit(await app.open("/"), "signup", { title: "x" });
  assertEquals(page.status, 200);
  assertStringIncludes(page.html, "Not today");
});

for (
  const [moment, progress, status] of [["before its first item", 0, 422], ["after items", 2, 200]] as const
) {
  Deno.test(`form.addError() in a generator ${moment} makes the form invalid: page, runtime, data, and no success signal`, async () => {
    let runs = 0;
    const dispatched: string[] = [];
    const store = dependency(() => "the shop");
    const signup = action("signup", { form: TitleForm }, async function* ({ form }) {
      runs++;
      for (let step = 0; step < progress; step++) yield toast(`Step ${step}`);
      await Promise.resolve();
      if (form.values.title === "taken") form.addError("title", "This title is taken");
      yield redirect("/welcome");
    });
    const Page = ({ context }: PageProps) => (
      <main>
        <h1>{String(context.store)}</h1>
        <Form action={signup} />
      </main>
    );
    const context = { store: ({ deps }: RequestContext) => deps.get(store) };
    await using app = new App({ "/": { default: Page, context, signup } });
    using _watch = app.handler.signals.actionDispatched.connect(({ actionName }) => void dispatched.push(actionName));
    const page = await submitTaken(app, () => runs);
    const sent = await app.submitByRuntime(page, "signup", { title: "taken" });
    const events = await eventsOf(sent);
    const items = Array.from({ length: progress }, () => "toast");
    assertEquals([sent.status, namesOf(events)], [status, [...items, "patch_html", "error", "end"]]);
    const issues = { title: ["This title is taken"] };
    assertObjectMatch(events.at(-2)?.data as object, { status: 422, issues });
    assertStringIncludes(JSON.stringify(events.at(-3)?.data), "This title is taken");
    const data = await app.data("signup", { fields: { title: "taken" } });
    assertObjectMatch(data as object, { ok: false, status: 422, issues });
    assertEquals(dispatched, []);
    const done = await app.submit(page, "signup", { title: "free" });
    assertEquals([done.status, done.response.headers.get("location"), dispatched], [303, "/welcome", ["signup"]]);
  });
}

Deno.test("success feedback is declared: a toast and a target, for an action function that returns nothing", async () => {
  const form = defineForm("note", {
    fields: { title: required("Give it a title") },
    success: { toast: ({ title }) => `Saved ${title}`, redirect: ({ title }) => `/done?title=${title}` },
  });
  const save = action("save", { form }, () => {});
  await using app = new App({
    "/": { default: () => <Form action={save} />, save },
    "/done": { default: () => <Toasts /> },
  });
  const answer = await app.submit(await app.open("/"), "save", { title: "Milk" });
  assertEquals(answer.response.headers.get("location"), "/done?title=Milk");
  assertStringIncludes((await app.follow(answer)).html, "Saved Milk");
  const told = await eventsOf(await app.submitByRuntime(await app.open("/"), "save", { title: "Tea" }));
  assertEquals(told, [
    { event: "toast", data: { value: "Saved Tea" } },
    { event: "redirect", data: { url: "/done?title=Tea" } },
  ]);
});

Deno.test("the result of an action function replaces the declared feedback", async () => {
  const form = defineForm("note", { fields: { title: field.text() }, success: { toast: "Declared" } });
  const save = action("save", { form }, () => toast("Returned"));
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const told = await eventsOf(await app.submitByRuntime(await app.open("/"), "save", { title: "x" }));
  assertEquals(told.map(({ data }) => data), [{ value: "Returned" }, {}]);
});

Deno.test("a dependency may use the bound form, and runs only when the form is valid", async () => {
  const words = dependency(async ({ deps }) => (await deps.get(DForm(TitleForm))).values.title.split(" "));
  let seen: unknown;
  const save = action("save", { form: TitleForm, inject: { words, form2: DForm(TitleForm), again: Depends(words) } }, (
    { words, form, form2, again },
  ) => {
    seen = [words, form === form2, again === words];
  });
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const page = await app.open("/");
  assertEquals((await app.submit(page, "save", { title: "" })).status, 200);
  assertEquals(seen, undefined);
  await app.submit(page, "save", { title: "oat milk" });
  assertEquals(seen, [["oat", "milk"], true, true]);
});

Deno.test("an invalid formset is shown again with its rows, their errors and the deleted ones; then it is valid", async () => {
  let saved: unknown;
  const Rows = defineFormset(
    defineForm("row", { fields: { label: required("Name the row"), count: field.number({ min: 1 }) } }),
    { prefix: "rows", max: 3, extra: 1, canDelete: true },
  );
  const save = action("save", { form: Rows }, ({ form }) => void (saved = form.values));
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const page = await app.open("/");
  const rows = { "rows[0].label": "a", "rows[0].count": "2", "rows[1].label": "", "rows[1].count": "3" };
  let again = page;
  for (let round = 1; round <= 2; round++) {
    const response = await app.request(formActionUrl("save"), {
      method: "POST",
      body: bodyOf({
        ...rows,
        _next_form_page: hiddenValue(findForm(again.root, "save"), "_next_form_page") ?? "",
        _next_form_origin: "/",
      }),
    });
    assertEquals(response.status, 200);
    const html = await response.text();
    assertStringIncludes(html, "Name the row");
    again = { ...again, html };
  }
  const data = await app.call("save", { accept: "application/json", fields: rows });
  assertEquals((await data.json()).issues, { "rows[1].label": ["Name the row"] });
  await app.call("save", { fields: { ...rows, "rows[1]._delete": "on" } });
  assertEquals(saved, [{ label: "a", count: 2 }]);
});

Deno.test("a formset that claims a million rows is rejected at once", async () => {
  const Rows = defineFormset(defineForm("row", { fields: { label: field.text() } }), { prefix: "rows" });
  let runs = 0;
  const save = action("save", { form: Rows }, () => void runs++);
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const response = await app.call("save", { fields: { "rows[1000000].label": "x" } });
  assertEquals([response.status, runs], [400, 0]);
});

Deno.test("unknown fields are not part of the values", async () => {
  let values: unknown;
  const save = action("save", { form: TitleForm }, ({ form }) => void (values = form.values));
  await using app = new App({ "/": { default: () => "", save } });
  await app.call("save", { fields: { title: "x", body: "", isAdmin: "1", constructor: "x" } });
  assertEquals(values, { title: "x", body: "" });
});

Deno.test("<Form> without children renders every field, its errors and a button", async () => {
  const save = action("save", { form: TitleForm }, () => {});
  const bare = action("bare", () => {});
  await using app = new App({
    "/": {
      default: () => (
        <main>
          <Form action={save} submit="Keep" />
          <Form action={bare} submit="Go" />
        </main>
      ),
      save,
      bare,
    },
  });
  const page = await app.open("/");
  const form = findForm(page.root, "save");
  assertEquals(["title", "body"].map((name) => controls(form, name).length), [1, 1]);
  assertStringIncludes(text(form), "Keep");
  assertStringIncludes(text(findForm(page.root, "bare")), "Go");
});

Deno.test("<Form> passes on the attributes of a form, and names its page in the URL", async () => {
  const save = action("save", { form: TitleForm }, () => {});
  await using app = new App({ "/": { default: () => <Form action={save} class="wide" id="mine" novalidate />, save } });
  const form = findForm((await app.open("/")).root, "save");
  const attributes = Object.fromEntries(form.attrs.map(({ name, value }) => [name, value]));
  assertEquals([attributes.class, attributes.id, attributes.method, attributes.action, "novalidate" in attributes], [
    "wide",
    "mine",
    "post",
    `${formActionUrl("save")}?_next_form_origin=%2F`,
    true,
  ]);
});

Deno.test("getInitial() of a form reads the params of the page that shows it, whichever page that is", async () => {
  const form = defineForm("note", {
    fields: { title: field.text() },
    getInitial: ({ params }) => ({ title: params.id }),
  });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/a/[id]": { default: (_: PageProps) => <Form action={save} />, save } });
  assertEquals(valueOf(findForm((await app.open("/a/1")).root, "save"), "title"), "1");
  assertEquals(valueOf(findForm((await app.open("/a/2")).root, "save"), "title"), "2");
});
