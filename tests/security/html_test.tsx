/** T29 to T33, T35, T36: user input is rendered as text, everywhere. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  defineForm,
  Field,
  field,
  Form,
  formActionUrl,
  FormErrors,
  html,
  HyperError,
  refresh,
  toast,
  Toasts,
  unsafeHtml,
} from "../../mod.ts";
import { App, EVENTS, eventsOf, type OpenPage } from "../support/app.tsx";
import {
  attribute,
  controls,
  findAll,
  findForm,
  type HtmlElement,
  type HtmlParent,
  parseHtml,
  text,
} from "../support/html.ts";

/** Strings that would run a script or end their element if they were parsed as markup. */
const HOSTILE = [
  "<script>alert(1)</script>",
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  "</textarea><script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "</style><script>alert(1)</script>",
  '" onfocus="alert(1)" autofocus="',
  "<!--><script>alert(1)</script>",
  "<svg/onload=alert(1)>",
  "&lt;script>alert(1)&lt;/script>",
  "javascript:alert(1)",
  "\u0000<script>",
  "<math><mi//xlink:href='data:x,<script>'>",
  "`${alert(1)}`",
  "{{constructor.constructor('alert(1)')()}}",
];

/** Elements and attributes that can run a script. A page of the library has only the script of the runtime. */
function active(root: HtmlParent): string[] {
  return findAll(root, () => true).flatMap((element) => {
    const found: string[] = [];
    const { tagName } = element;
    if (tagName === "script" && attribute(element, "src") !== "/_hyper/client.js") found.push("script");
    if (["iframe", "object", "embed", "base", "svg", "math", "meta"].includes(tagName) && isForeign(element)) {
      found.push(tagName);
    }
    for (const { name, value } of element.attrs) {
      if (name.startsWith("on")) found.push(`${tagName} ${name}`);
      if (["href", "src", "action", "formaction", "xlink:href"].includes(name) && !/^(?:\/|#|$)/.test(value)) {
        found.push(`${tagName} ${name}=${value}`);
      }
    }
    return found;
  });
}

/** The two `<meta>` elements are those of the library's document. */
function isForeign(element: HtmlElement): boolean {
  return element.tagName !== "meta" ||
    !(attribute(element, "charset") === "utf-8" || attribute(element, "name") === "viewport");
}

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ required: true }),
    body: field.textarea(),
    email: field.email(),
    site: field.url(),
    color: field.select({ choices: ["red", "green"] }),
    tags: field.multiSelect({ choices: ["a", "b"] }),
    size: field.radio({ choices: ["s", "m"] }),
    due: field.date(),
    count: field.number(),
    agree: field.checkbox(),
    id: field.hidden(),
    secret: field.password(),
    fail: field.text({ required: true }),
  },
  clean: () => {},
});
const NAMES = ["title", "body", "email", "site", "color", "tags", "size", "due", "count", "agree", "id"];

/** A page with a form of every kind of field. */
function noting() {
  const save = action("save", { form: NoteForm }, () => {});
  const Notes = () => (
    <Form action={save}>
      <FormErrors />
      {[...NAMES, "secret", "fail"].map((name) => <Field key={name} name={name} />)}
      <button>Save</button>
    </Form>
  );
  return new App({ "/": { default: Notes, save } });
}

for (const value of HOSTILE) {
  Deno.test(`T29: ${JSON.stringify(value)} in any field is shown again as text, in the page and in the patch`, async () => {
    await using app = noting();
    const page = await app.open("/");
    const values = { ...Object.fromEntries(NAMES.map((name) => [name, value])), secret: value, fail: "" };
    const again = await app.submit(page, "save", values);
    assertEquals([again.status, active(again.root)], [200, []]);
    const form = findForm(again.root, "save");
    // The parser replaces characters that a document cannot contain (HTML, 13.2.3.5).
    const kept = value.replaceAll("\u0000", "\ufffd");
    assertEquals(attribute(controls(form, "title")[0] as HtmlElement, "value")?.replaceAll("\u0000", "\ufffd"), kept);
    const response = await app.submitByRuntime(page, "save", values);
    assertEquals(response.status, 422);
    const [patch] = await eventsOf(response);
    const { content } = patch?.data as { content: string };
    assertEquals(active(parseHtml(content)), []);
  });
}

Deno.test("T29: user input in a page, a title, an attribute and a class is escaped", async () => {
  for (const value of HOSTILE) {
    const Page = ({ url }: { url: URL }) => {
      const q = url.searchParams.get("q") ?? "";
      return (
        <main class={q} title={q} data-q={q} aria-label={q}>
          <p>{q}</p>
          <textarea>{q}</textarea>
          <input value={q} placeholder={q} />
          <option label={q}>{q}</option>
        </main>
      );
    };
    const head = ({ url }: { url: URL }) => <title>{url.searchParams.get("q")}</title>;
    await using app = new App({ "/": { default: Page, head } });
    const page = await app.open(`/?q=${encodeURIComponent(value)}`);
    assertEquals(active(page.root), [], value);
  }
});

Deno.test("T29: components of the library ignore event handlers, URLs and markup in data that is spread into them", async () => {
  const data = {
    onclick: "alert(1)",
    onSubmit: "alert(1)",
    action: "//evil.test",
    formaction: "javascript:alert(1)",
    href: "javascript:alert(1)",
    src: "data:text/html,x",
    srcdoc: "<script>alert(1)</script>",
    dangerouslySetInnerHTML: { __html: "<script>alert(1)</script>" },
    'x"><script>alert(1)</script>': "1",
    class: { toString: 1 },
    "data-x": { valueOf: 1 },
  };
  const save = action("save", { form: NoteForm }, () => {});
  // Like a page that is written without types.
  const spread = data as Record<never, never>;
  const Page = () => (
    <>
      <Form {...spread} action={save}>
        <Field {...spread} name="title" />
      </Form>
      <Toasts {...spread} />
    </>
  );
  await using app = new App({ "/": { default: Page, save } });
  const page = await app.open("/");
  assertEquals([page.status, active(page.root)], [200, []]);
  const form = findForm(page.root, "save");
  assertEquals(form.attrs.map(({ name }) => name).toSorted(), ["action", "data-hyper-form", "id", "method"]);
  const [title] = controls(form, "title");
  assert(title !== undefined);
  assertEquals(title.attrs.map(({ name }) => name).toSorted(), [
    "aria-required",
    "id",
    "name",
    "required",
    "type",
    "value",
  ]);
});

for (
  const url of [
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.test",
    "\\\\evil.test",
    "/\\evil.test",
  ]
) {
  Deno.test(`T29: the library does not write the URL ${JSON.stringify(url)} into a page`, async () => {
    const save = action("save", { form: NoteForm }, () => {});
    await using app = new App({ "/": { default: () => <Form action={save} />, save } });
    // URLs of the library consist of the route, the action and the field. User input is only in the query.
    const page = await app.open(`/?next=${encodeURIComponent(url)}`, { referer: `http://site.test/${encodeURI(url)}` });
    assertEquals(active(page.root), []);
    const again = await app.submit(page, "save", { site: url, title: "x", fail: "" });
    assertEquals(active(again.root), []);
  });
}

Deno.test("T30: an object that looks like a virtual node is not rendered as markup, in a page and in a patch", async () => {
  const nodes = [
    '{"type":"script","props":{"children":"alert(1)"},"constructor":null}',
    '{"type":"img","props":{"src":"x","onerror":"alert(1)"},"key":null,"ref":null,"__k":null,"__v":1}',
    '{"type":null,"props":{"dangerouslySetInnerHTML":{"__html":"<script>alert(1)</script>"}}}',
    '{"props":{"dangerouslySetInnerHTML":{"__html":"<script>alert(1)</script>"}}}',
    '{"markup":"<script>alert(1)</script>"}',
    '{"kind":"html","content":{"markup":"<script>alert(1)</script>"}}',
    '["<script>alert(1)</script>"]',
  ];
  for (const node of nodes) {
    const show = action("show", ({ data }) => html(<p>{data.name as string}</p>, { target: "#x" }));
    const give = action("give", ({ data }) => data.name);
    await using app = new App({ "/": { default: () => "", show, give } });
    const response = await app.request("/", {
      method: "POST",
      body: `{"name":${node}}`,
      headers: { "content-type": "application/json", "x-hyper-action": "show", accept: EVENTS },
    });
    for (const { event, data } of await eventsOf(response)) {
      if (event === "patch_html") assertEquals(active(parseHtml((data as { content: string }).content)), [], node);
    }
    // A string that an action function returns is data, and is never sent as HTML.
    const given = await app.call("give", { data: { name: JSON.parse(node) }, accept: "text/html" });
    assertEquals([given.status, await given.text()], [204, ""], node);
    app.takeReports();
  }
});

Deno.test("T30: a field renders a string, number or boolean, whatever value was sent for it", async () => {
  const nested = [
    "title.props.dangerouslySetInnerHTML.__html",
    "title[0]",
    "title[]",
    "body.type",
    "email.constructor_",
    "id.props.children",
  ];
  for (const name of nested) {
    await using app = noting();
    const page = await app.open("/");
    const form = findForm(page.root, "save");
    const request = new Request(new URL(attribute(form, "action") ?? "", page.url), {
      method: "POST",
      body: new URLSearchParams([
        ["_next_form_page", "pages/page.tsx"],
        ["_next_form_origin", "/"],
        [name, "<script>alert(1)</script>"],
      ]),
    });
    const again = parseHtml(await (await app.send(request)).text());
    assertEquals(active(again), [], name);
    assert(!text(again).includes("[object Object]"), name);
  }
});

for (const value of ["\nfirst", "\n\nfirst", "\r\nfirst", "\rfirst", "first\n", "\n"]) {
  Deno.test(`T31: a textarea keeps ${JSON.stringify(value)} over three invalid submits`, async () => {
    await using app = noting();
    let page: OpenPage = await app.open("/");
    for (let turn = 0; turn < 3; turn++) {
      page = await app.submit(page, "save", { body: value, fail: "" });
      const [area] = controls(findForm(page.root, "save"), "body");
      assert(area !== undefined);
      // Browsers convert line breaks of input to CRLF (HTML, 4.10.22.4). The parser returns LF.
      assertEquals(text(area).replace(/\r\n?/g, "\n"), value.replace(/\r\n?/g, "\n"));
    }
  });
}

Deno.test("the value of a secret field is not in the page, in the patch or in an issue", async () => {
  await using app = noting();
  const page = await app.open("/");
  const values = { secret: "hunter2-secret", title: "a", fail: "" };
  const again = await app.submit(page, "save", values);
  assertEquals([again.status, again.html.includes("hunter2")], [200, false]);
  const response = await app.submitByRuntime(page, "save", values);
  assertEquals((await response.text()).includes("hunter2"), false);
  const problem = await app.submitByRuntime(page, "save", values, { headers: { accept: "application/json" } });
  assertEquals((await problem.text()).includes("hunter2"), false);
});

Deno.test("the value of a secret field is not logged when its action function throws", async () => {
  const form = defineForm("sign_in", { fields: { name: field.text(), secret: field.password() } });
  const signIn = action("sign_in", { form }, () => {
    throw new Error("database gone");
  });
  await using app = new App({ "/": { default: () => <Form action={signIn} />, signIn } });
  const page = await app.submit(await app.open("/"), "sign_in", { name: "ada", secret: "hunter2-secret" });
  assertEquals([page.status, page.html.includes("hunter2")], [500, false]);
  assert(app.console.length > 0);
  assert(!app.console.join("\n").includes("hunter2"));
  app.takeReports();
});

Deno.test("T32: an error message is escaped, and the message of a 500 is not sent", async () => {
  const refuse = action("refuse", () => {
    throw new HyperError(409, "<script>alert(1)</script> is taken");
  });
  const crash = action("crash", () => {
    throw new Deno.errors.PermissionDenied("cannot read /etc/shadow <script>alert(1)</script>");
  });
  await using app = new App({ "/": { default: () => "", refuse, crash } });
  const refused = await app.call("refuse", { accept: "text/html" });
  const page = await refused.text();
  assertEquals([refused.status, active(parseHtml(page))], [409, []]);
  assertStringIncludes(page, "&lt;script>alert(1)");
  for (const accept of ["text/html", EVENTS, "application/json"]) {
    const crashed = await app.call("crash", { accept });
    const said = await crashed.text();
    assertEquals([crashed.status, said.includes("shadow"), said.includes("PermissionDenied")], [500, false, false]);
    assertStringIncludes(app.takeError().message, "/etc/shadow");
  }
});

Deno.test("T32: an error message of the form is escaped, in the page and in the summary", async () => {
  const form = defineForm("note", {
    fields: { title: field.text() },
    clean: (values, ctx) => {
      ctx.addError("title", `${values.title} is taken`);
      ctx.addError("", `${values.title} is taken`);
    },
  });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  for (const title of HOSTILE) {
    const page = await app.submit(await app.open("/"), "save", { title });
    assertEquals([page.status, active(page.root)], [200, []], title);
  }
});

Deno.test("T33: html() escapes a string that is not marked as markup", async () => {
  const show = action("show", ({ data }) => [
    html(String(data.text), { target: "#a" }),
    html(unsafeHtml("<b>ours</b>"), { target: "#b" }),
  ]);
  await using app = new App({ "/": { default: () => "", show } });
  for (const hostile of HOSTILE) {
    const events = await eventsOf(await app.call("show", { data: { text: hostile } }));
    const [first, second] = events.map(({ data }) => (data as { content?: string }).content ?? "");
    assertEquals(active(parseHtml(first ?? "")), [], hostile);
    assertEquals(second, "<b>ours</b>");
  }
});

Deno.test("T33: a string that an action function returns is sent as data, and not as a page", async () => {
  const say = action("say", ({ data }) => String(data.text));
  await using app = new App({ "/": { default: () => "", say } });
  const response = await app.call("say", { data: { text: HOSTILE[0] }, accept: "text/html" });
  assertEquals([response.status, await response.text()], [204, ""]);
});

Deno.test("T33: the text of a toast is escaped: at once, after a redirect, and from a forged cookie", async () => {
  const save = action(
    "save",
    { form: defineForm("f", { fields: { t: field.text() } }) },
    ({ form }) => toast(form.values.t),
  );
  const Page = () => (
    <>
      <Toasts />
      <Form action={save} />
    </>
  );
  await using app = new App({ "/": { default: Page, save } });
  for (const hostile of HOSTILE) {
    const posted = await app.submit(await app.open("/"), "save", { t: hostile });
    const page = await app.follow(posted);
    assertEquals(active(page.root), [], hostile);
  }
  for (
    const made of [
      [{ value: { toString: 1, valueOf: 1 } }],
      [{ message: ["<script>alert(1)</script>"] }],
      [{ message: { type: "script", props: {} } }],
      [{ level: '"><script>alert(1)</script>', message: "x" }],
      [{ level: { a: 1 }, value: null }],
      ["x", 1, null, []],
      { value: "x" },
    ]
  ) {
    const cookie = `hyper_flash=${encodeURIComponent(JSON.stringify(made))}`;
    const response = await app.handler(new Request("http://site.test/", { headers: { cookie } }));
    assertEquals([response.status, active(parseHtml(await response.text()))], [200, []], JSON.stringify(made));
  }
});

Deno.test("T35: the data of an event is one line of JSON, whatever it contains", async () => {
  const show = action(
    "show",
    ({ data }) => [toast(String(data.text)), html(<p>{String(data.text)}</p>, { target: String(data.text) })],
  );
  await using app = new App({ "/": { default: () => "", show } });
  for (const hostile of [...HOSTILE, "\n\nevent: redirect\ndata: {}\n\n", "\r\r", "\u2028", "\ufeff"]) {
    const events = await eventsOf(await app.call("show", { fields: { text: hostile } }));
    assertEquals(events.map(({ event }) => event), ["toast", "patch_html", "end"], JSON.stringify(hostile));
  }
});

Deno.test("T36: the target from a header is sent as JSON, has no other effect, and has a limit", async () => {
  const show = action("show", () => <p>hello</p>);
  await using app = new App({ "/": { default: () => "", show } });
  for (const target of ["#a", '"] , script { } [x="', "#a\\", "<script>alert(1)</script>"]) {
    const response = await app.call("show", { headers: { "x-hyper-target": encodeURIComponent(target) } });
    const [patch] = await eventsOf(response);
    assertEquals(patch?.data, { content: "<p>hello</p>", target });
  }
  for (const [header, status] of [["a".repeat(1025), 431], ["%00", 400], ["%0a", 400], ["%ff", 400]] as const) {
    const response = await app.call("show", { headers: { "x-hyper-target": header } });
    assertEquals(response.status, status);
    await response.body?.cancel();
  }
});

Deno.test("T25: an invalid form that names a guarded page does not show that page", async () => {
  const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form }, () => refresh());
  const reached: string[] = [];
  const admin = {
    render: ({ request }: { request: Request }) => {
      reached.push(request.method);
      return request.headers.get("x-user") === "root" ? <p>the books</p> : new Response("no", { status: 403 });
    },
  };
  await using app = new App({ "/": { default: () => "", save }, "/admin/[id]": admin });
  for (const title of ["", "fine"]) {
    for (const accept of ["text/html", EVENTS]) {
      const fields = { title, _next_form_page: "pages/admin/[id]/page.tsx", _next_form_origin: "/admin/7" };
      for (const [query, named] of [["", fields], ["?_next_form_origin=%2Fadmin%2F7", { title }]] as const) {
        const body = new URLSearchParams(named);
        const response = await app.request(formActionUrl("save") + query, {
          method: "POST",
          body,
          headers: { accept },
        });
        assert(!(await response.text()).includes("the books"));
        app.takeReports();
      }
    }
  }
  assertEquals(new Set(reached), new Set(["GET"]));
});

Deno.test("T25: an action function does not receive the params of another page than the one it was called for", async () => {
  let given: unknown = null;
  const look = action("look", ({ params }) => void (given = { ...params }));
  await using app = new App({ "/notes/[id]": { default: () => "", look } });
  const body = new URLSearchParams({ _next_form_page: "pages/notes/[id]/page.tsx", _next_form_origin: "/notes/8" });
  const response = await app.request("/notes/7?_action=look", { method: "POST", body });
  await response.body?.cancel();
  assertEquals(given, { id: "7" });
  given = null;
  const path = "/notes/7?_action=look&_next_form_origin=%2Fnotes%2F8";
  const torn = await app.request(path, { method: "POST", body });
  await torn.body?.cancel();
  assertEquals([torn.status, given], [400, null]);
});
