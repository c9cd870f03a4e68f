/** Every branch of the flow chart of form dispatch, by its name there. A submit that can fail is sent twice. */
import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  defineForm,
  Field,
  field,
  Form,
  formActionUrl,
  type FormValidationFailed,
  html,
  type PageProps,
} from "../../mod.ts";
import { App, eventsOf, hiddenValue, namesOf } from "../support/app.tsx";
import { controls, findForm, type HtmlElement, parseHtml, text } from "../support/html.ts";

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({
      required: true,
      maxlength: 20,
      messages: { required: "Give it a title", maxlength: "Too long" },
    }),
    body: field.textarea(),
  },
});
const TagForm = defineForm("tag", {
  fields: { label: field.text({ required: true, messages: { required: "Give it a label" } }) },
});

/** A page with a parameter, a query and two forms. */
function notes() {
  const saved: unknown[] = [];
  const saveNote = action("save_note", { form: NoteForm }, ({ form, params, url }) => {
    saved.push({ ...form.values, id: params.id, search: url.search });
  });
  const addTag = action("add_tag", { form: TagForm }, ({ form }) => void saved.push(form.values));
  const ping = action("ping", () => {});
  const pong = action("pong", () => new Response("pong", { status: 201 }));
  const shout = action("shout", { form: NoteForm }, ({ form }) => new Response(form.values.title.toUpperCase()));
  const Note = ({ params, url }: PageProps<"/notes/[id]">) => (
    <main>
      <h1>Note {params.id}{url.search}</h1>
      <Form action={saveNote}>
        <Field name="title" />
        <Field name="body" />
        <button>Save</button>
      </Form>
      <Form action={addTag}>
        <Field name="label" />
        <button>Add</button>
      </Form>
    </main>
  );
  const app = new App({ "/notes/[id]": { default: Note, saveNote, addTag, ping, pong, shout } });
  return { app, saved };
}

function shown(form: HtmlElement, name: string): string {
  const [control] = controls(form, name);
  if (control === undefined) throw new Error(`no control ${name}`);
  return control.tagName === "textarea" ? text(control) : control.attrs.find((a) => a.name === "value")?.value ?? "";
}

for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"]) {
  Deno.test(`non-POST -> HTTP 405: ${method}, for a known and an unknown UID`, async () => {
    await using app = notes().app;
    for (const path of [formActionUrl("save_note"), "/_next/form/0123456789abcdef/", "/_next/form/"]) {
      const response = await app.request(path, { method });
      assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
      await response.body?.cancel();
    }
  });
}

Deno.test("unknown UID -> HTTP 404, and the response does not repeat it", async () => {
  await using app = notes().app;
  for (const uid of ["0123456789abcdef", "constructor", "save_note", "..%00"]) {
    const response = await app.request(`/_next/form/${uid}/`, { method: "POST", body: new URLSearchParams() });
    assertEquals(response.status, uid.includes("%") ? 400 : 404);
    assertEquals((await response.text()).includes(uid), false);
  }
});

Deno.test("found, no form_class -> Run handler only -> HTTP 204, when it returns nothing", async () => {
  await using app = notes().app;
  const response = await app.request(formActionUrl("ping"), { method: "POST", body: new URLSearchParams({ a: "1" }) });
  assertEquals([response.status, await response.text()], [204, ""]);
});

Deno.test("found, no form_class -> Run handler only -> Handler response", async () => {
  await using app = notes().app;
  const response = await app.request(formActionUrl("pong"), { method: "POST" });
  assertEquals([response.status, await response.text()], [201, "pong"]);
});

Deno.test("found, form_class -> Form valid -> Run handler -> Handler response", async () => {
  await using app = notes().app;
  const response = await app.request(formActionUrl("shout"), {
    method: "POST",
    body: new URLSearchParams({ title: "milk" }),
  });
  assertEquals([response.status, await response.text()], [200, "MILK"]);
});

Deno.test("Form valid, empty result -> HTTP 303 to the origin page with its query", async () => {
  const { app, saved } = notes();
  await using _ = app;
  const page = await app.open("/notes/007?tab=a&tab=b");
  const answer = await app.submit(page, "save_note", { title: "Milk", body: "" });
  assertEquals([answer.status, answer.response.headers.get("location")], [303, "/notes/007?tab=a&tab=b"]);
  assertEquals(saved, [{ title: "Milk", body: "", id: "007", search: "?tab=a&tab=b" }]);
  assertEquals((await app.follow(answer)).status, 200);
});

Deno.test("Form valid, empty result, no origin page -> HTTP 204 after the action function has run", async () => {
  const { app, saved } = notes();
  await using _ = app;
  const response = await app.request(formActionUrl("add_tag"), {
    method: "POST",
    body: new URLSearchParams({ label: "x", _next_form_page: "/etc/passwd", _next_form_origin: "/notes/1" }),
  });
  assertEquals([response.status, saved], [204, [{ label: "x" }]]);
});

Deno.test("Form valid: no -> Origin page valid: no -> HTTP 400, once for each submit, and the signal is sent", async () => {
  const { app, saved } = notes();
  await using _ = app;
  const failed: FormValidationFailed[] = [];
  using _watch = app.handler.signals.formValidationFailed.connect((payload) => void failed.push(payload));
  for (let round = 1; round <= 2; round++) {
    const response = await app.request(formActionUrl("save_note"), {
      method: "POST",
      body: new URLSearchParams({ title: "", _next_form_page: "../../etc/passwd", _next_form_origin: "/notes/1" }),
    });
    assertEquals(response.status, 400);
    await response.body?.cancel();
    assertEquals(failed.length, round);
  }
  assertEquals(failed.map(({ actionName, errorCount, fieldNames }) => ({ actionName, errorCount, fieldNames })), [
    { actionName: "save_note", errorCount: 1, fieldNames: ["title"] },
    { actionName: "save_note", errorCount: 1, fieldNames: ["title"] },
  ]);
  assertEquals(saved, []);
});

Deno.test("Form valid: no -> Render origin page -> HTTP 200 with bound form, twice, then valid", async () => {
  const { app, saved } = notes();
  await using _ = app;
  const first = await app.open("/notes/007?tab=a");
  const before = findForm(first.root, "save_note");

  let page = first;
  for (const [title, message] of [["", "Give it a title"], ["x".repeat(21), "Too long"]] as const) {
    page = await app.submit(page, "save_note", { title, body: "keep me" });
    assertEquals(page.status, 200);
    assertStringIncludes(page.html, "Note 007?tab=a");
    const form = findForm(page.root, "save_note");
    assertEquals([shown(form, "title"), shown(form, "body")], [title, "keep me"]);
    assertStringIncludes(text(form), message);
    for (const name of ["_next_form_page", "_next_form_origin"]) {
      assertEquals(hiddenValue(form, name), hiddenValue(before, name), name);
    }
    assertNotEquals(hiddenValue(form, "_hyper_once"), hiddenValue(before, "_hyper_once"));
    const other = findForm(page.root, "add_tag");
    assertEquals([shown(other, "label"), text(other)], ["", text(findForm(first.root, "add_tag"))]);
    assertEquals(hiddenValue(other, "_next_form_origin"), "/notes/007?tab=a");
  }
  assertEquals(saved, []);

  const done = await app.submit(page, "save_note", { title: "Milk", body: "keep me" });
  assertEquals([done.status, done.response.headers.get("location")], [303, "/notes/007?tab=a"]);
  assertEquals(saved, [{ title: "Milk", body: "keep me", id: "007", search: "?tab=a" }]);
});

Deno.test("a submit of the other form on a page that was rendered again works as well", async () => {
  const { app, saved } = notes();
  await using _ = app;
  const failed = await app.submit(await app.open("/notes/7"), "save_note", { title: "" });
  const other = await app.submit(failed, "add_tag", { label: "" });
  assertStringIncludes(text(findForm(other.root, "add_tag")), "Give it a label");
  assertEquals(text(findForm(other.root, "save_note")).includes("Give it a title"), false);
  const done = await app.submit(other, "add_tag", { label: "red" });
  assertEquals([done.response.headers.get("location"), saved], ["/notes/7", [{ label: "red" }]]);
});

Deno.test("an invalid form is sent to the runtime twice: 422, its patch, its issues, the end; then it is valid", async () => {
  const { app, saved } = notes();
  await using _ = app;
  const page = await app.open("/notes/7?tab=a");
  for (let round = 1; round <= 2; round++) {
    const response = await app.submitByRuntime(page, "save_note", { title: "", body: `round ${round}` });
    assertEquals([response.status, response.headers.get("content-type")], [422, "text/event-stream"]);
    const [patch, error, end, ...more] = await eventsOf(response);
    assertEquals([patch?.event, error?.event, end?.event, more.length], ["patch_html", "error", "end", 0]);
    const { target, swap, content } = patch?.data as { target: string; swap: string; content: string };
    assertEquals(swap, "morph");
    assertEquals(target, `#${findForm(page.root, "save_note").attrs.find((a) => a.name === "id")?.value}`);
    assertEquals(content.startsWith("<form"), true);
    assertStringIncludes(content, `round ${round}`);
    assertStringIncludes(content, "Give it a title");
    assertStringIncludes(content, 'value="/notes/7?tab=a"');
    assertEquals(content.includes("add_tag"), false);
    assertEquals((error?.data as { issues: unknown }).issues, { title: ["Give it a title"] });
  }
  const done = await app.submitByRuntime(page, "save_note", { title: "Milk", body: "" });
  assertEquals([done.status, namesOf(await eventsOf(done)), saved.length], [200, ["end"], 1]);
});

Deno.test("invalidStatus 422 is the status of a page with an invalid form, and of no other response", async () => {
  const Page = () => (
    <Form action="save">
      <Field name="title" />
    </Form>
  );
  const save = action("save", { form: NoteForm }, () => {});
  await using app = new App({ "/": { default: Page, save } }, { invalidStatus: 422 });
  const page = await app.open("/");
  assertEquals(page.status, 200);
  assertEquals((await app.submit(page, "save", { title: "" })).status, 422);
  assertEquals((await app.submit(page, "save", { title: "a" })).status, 303);
});

for (
  const [what, typed] of [
    ["quotes of both kinds", `"double" 'single' &quot; &amp;`],
    ["markup", `</textarea></title><script>alert(1)</script><!--`],
    ["an emoji of several code points", "👩‍👩‍👧‍👦 🏳️‍🌈"],
    ["right-to-left text and a mark that turns it", "שלום \u202Eevil\u202C مرحبا"],
    ["combining marks", "e\u0301 ﬁ Å \u1E9B\u0323"],
    ["characters that JSON, script and HTML split at", "a\u2028b\u2029c\u0085d\u00A0e"],
    ["a lone carriage return inside", "a\rb"],
  ] as const
) {
  Deno.test(`a value is shown again as it was typed, in a document and in a patch: ${what}`, async () => {
    const refuse = action("refuse", {
      form: defineForm("any", {
        fields: { line: field.text(), lines: field.textarea(), needed: field.text({ required: true }) },
      }),
    }, () => {});
    const Page = () => (
      <Form action={refuse}>
        <Field name="line" />
        <Field name="lines" />
        <Field name="needed" />
      </Form>
    );
    await using app = new App({ "/": { default: Page, refuse } });
    const values = { line: typed, lines: typed, needed: "" };
    let page = await app.open("/");
    for (let round = 1; round <= 2; round++) {
      page = await app.submit(page, "refuse", values);
      assertEquals(page.status, 200);
      const form = findForm(page.root, "refuse");
      assertEquals([shown(form, "line"), shown(form, "lines")], [typed, typed]);
      assertEquals(page.html.includes("<script>alert"), false);
    }
    const [patch] = await eventsOf(await app.submitByRuntime(page, "refuse", values));
    const { content } = patch?.data as { content: string };
    const form = findForm(parseHtml(content), "refuse");
    assertEquals([shown(form, "line"), shown(form, "lines")], [typed, typed]);
    assertEquals(content.includes("<script>alert"), false);
  });
}

Deno.test("a multi-line value that begins with an empty line keeps it when it is shown again", async () => {
  const Page = () => (
    <Form action="save">
      <Field name="title" />
      <Field name="body" />
    </Form>
  );
  const save = action("save", { form: NoteForm }, () => {});
  await using app = new App({ "/": { default: Page, save } });
  const page = await app.submit(await app.open("/"), "save", { title: "", body: "\r\n\r\nthird line" });
  const shownBody = shown(findForm(page.root, "save"), "body").replaceAll(/\r\n?/g, "\n");
  assertEquals(shownBody, "\n\nthird line");
});

Deno.test("values of the action function in an item are escaped as on a page", async () => {
  const echo = action("echo", ({ data }) => [
    html(String(data.text), { target: "#a" }),
    html(<b title={String(data.text)}>{String(data.text)}</b>, { target: "#b" }),
  ]);
  await using app = new App({ "/": { default: () => "", echo } });
  const events = await eventsOf(await app.call("echo", { data: { text: `<img src=x onerror="x">` } }));
  const [plain, node] = events.map(({ data }) => (data as { content: string }).content);
  assertEquals(plain?.includes("<img"), false);
  assertEquals(node?.includes("<img"), false);
  assertStringIncludes(node ?? "", "&quot;");
});

Deno.test("the hidden fields contain a path of the server's disk only when configured", async () => {
  const Page = () => (
    <Form action="save">
      <Field name="title" />
    </Form>
  );
  const save = action("save", { form: NoteForm }, () => {});
  const modules = { "/": { default: Page, save } };
  await using relative = new App(modules);
  const plain = await relative.open("/");
  assertEquals(hiddenValue(findForm(plain.root, "save"), "_next_form_page"), "pages/page.tsx");
  assertEquals(plain.html.includes("/srv/app"), false);
  await using absolute = new App(modules, { originPath: "absolute" });
  const full = await absolute.open("/");
  assertEquals(hiddenValue(findForm(full.root, "save"), "_next_form_page"), "/srv/app/pages/page.tsx");
  assertEquals((await absolute.submit(full, "save", { title: "" })).status, 200);
});

Deno.test("a GET of the URL of a form, as after a reload, is 405 and allows only POST", async () => {
  await using app = notes().app;
  const response = await app.request(formActionUrl("save_note"));
  assertEquals([response.status, response.headers.get("allow"), response.headers.get("cache-control")], [
    405,
    "POST",
    "no-store",
  ]);
  await response.body?.cancel();
});
