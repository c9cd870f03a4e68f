/** The origin page of a form: the values that its two hidden fields may have, and the response to each. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { action, defineForm, DUrl, Field, field, Form, formActionUrl, html, type PageProps, toast } from "../../mod.ts";
import { App, eventsOf, hiddenValue } from "../support/app.tsx";
import { findForm, parseHtml } from "../support/html.ts";

const NoteForm = defineForm("note", {
  fields: { title: field.text({ required: true, messages: { required: "Give it a title" } }) },
});

const PAGE = "pages/notes/[id]/page.tsx";

/** Two pages. The action function records its context. */
function site(seen: unknown[] = []): App {
  const save = action("save", { form: NoteForm }, ({ url, params, originPage, request }) => {
    seen.push({ url: url.pathname + url.search, params, origin: originPage?.pathname ?? null, request: request.url });
  });
  const move = action("move", { form: NoteForm, inject: { id: DUrl("id", Number) } }, ({ id }) => void seen.push(id));
  const Note = ({ params, url }: PageProps<"/notes/[id]">) => (
    <main>
      Note {params.id} at {url.pathname}
      <Form action={save}>
        <Field name="title" />
      </Form>
      <Form action={move}>
        <Field name="title" />
      </Form>
    </main>
  );
  const Home = () => <main>Home</main>;
  return new App({ "/notes/[id]": { default: Note, save, move }, "/": { default: Home } });
}

async function post(app: App, action: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return await app.request(formActionUrl(action), { method: "POST", body: new URLSearchParams(fields) });
}

const INVALID = { title: "" };
const VALID = { title: "Milk" };

Deno.test("in a form post, url and params are those of the page, and request.url is that of the endpoint", async () => {
  const seen: unknown[] = [];
  await using app = site(seen);
  await app.submit(await app.open("/notes/7?q=%C3%A4"), "save", VALID);
  assertEquals(seen, [{
    url: "/notes/7?q=%C3%A4",
    params: { id: "7" },
    origin: "/notes/7",
    request: `http://site.test${formActionUrl("save")}?_next_form_origin=%2Fnotes%2F7%3Fq%3D%25C3%25A4`,
  }]);
});

for (
  const [what, page, url] of [
    ["both are absent", null, null],
    ["both are blank", "", ""],
    ["the page is blank", "  ", "/notes/7"],
    ["the page is outside baseDir", "/etc/passwd", "/notes/7"],
    ["the page path leaves baseDir", "../../../etc/page.tsx", "/notes/7"],
    ["the page is not in the manifest", "pages/admin/page.tsx", "/notes/7"],
    ["the page is encoded", "pages%2Fnotes%2F[id]%2Fpage.tsx", "/notes/7"],
    ["the page has another basename", "pages/notes/[id]/layout.tsx", "/notes/7"],
    ["the page is a folder", "pages/notes/[id]/page.tsx/", "/notes/7"],
    ["the page contains a control character", "pages/notes/[id]/page.tsx\u0000", "/notes/7"],
    ["the URL is blank", PAGE, ""],
    ["the URL is that of another page", PAGE, "/"],
    ["the URL is not that of a page", PAGE, "/notes"],
    ["the URL is that of another site", PAGE, "https://other.test/notes/7"],
    ["the URL begins with two slashes", PAGE, "//site.test/notes/7"],
    ["the URL contains a tab, which parsers remove", PAGE, "/\t/notes/7"],
    ["the URL contains a line feed", PAGE, "/notes/7\nX: y"],
    ["the URL contains a backslash", PAGE, "\\notes\\7"],
    ["the URL is relative", PAGE, "notes/7"],
    ["the URL is the endpoint", PAGE, formActionUrl("save")],
    ["the page has a parameter and no URL is sent", PAGE, null],
  ] as const
) {
  const fields = {
    ...(page === null ? {} : { _next_form_page: page }),
    ...(url === null ? {} : { _next_form_origin: url }),
  };
  Deno.test(`an invalid form is 400, and a valid one runs and is 204, if ${what}`, async () => {
    const seen: unknown[] = [];
    await using app = site(seen);
    for (let round = 1; round <= 2; round++) {
      const refused = await post(app, "save", { ...INVALID, ...fields });
      assertEquals(refused.status, 400);
      await refused.body?.cancel();
    }
    assertEquals(seen, []);
    const done = await post(app, "save", { ...VALID, ...fields });
    assertEquals([done.status, done.headers.get("location"), seen.length], [204, null, 1]);
  });

  Deno.test(`an action function that injects DUrl is 400 and does not run if ${what}`, async () => {
    const seen: unknown[] = [];
    await using app = site(seen);
    const refused = await post(app, "move", { ...VALID, ...fields });
    assertEquals([refused.status, seen], [400, []]);
    await refused.body?.cancel();
  });
}

Deno.test("the runtime receives 400 as well, not an empty patch", async () => {
  await using app = site();
  const response = await app.call("save", {
    path: formActionUrl("save"),
    fields: { ...INVALID, _next_form_page: "x" },
  });
  assertEquals(response.status, 400);
  const [error, end] = await eventsOf(response);
  assertEquals([error?.event, (error?.data as { status: number }).status, end?.event], ["error", 400, "end"]);
});

Deno.test("a page is accepted under its absolute path too, and the response redirects there", async () => {
  await using app = site();
  const fields = { _next_form_page: `/srv/app/${PAGE}`, _next_form_origin: "/notes/7" };
  assertEquals((await post(app, "save", { ...INVALID, ...fields })).status, 200);
  const done = await post(app, "save", { ...VALID, ...fields });
  assertEquals(done.headers.get("location"), "/notes/7");
});

Deno.test("a page without parameters needs no URL", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  await using app = new App({ "/new": { default: () => <Form action={save} />, save } });
  const response = await post(app, "save", { ...INVALID, _next_form_page: "pages/new/page.tsx" });
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "Give it a title");
});

Deno.test("params come from the URL of the page, not from fields of the same name", async () => {
  const seen: unknown[] = [];
  await using app = site(seen);
  await app.submit(await app.open("/notes/7"), "move", { ...VALID, id: "8" });
  assertEquals(seen, [7]);
});

Deno.test("a parameter that cannot be parsed is 400, and the action function does not run", async () => {
  const seen: unknown[] = [];
  await using app = site(seen);
  const answer = await app.submit(await app.open("/notes/milk"), "move", VALID);
  assertEquals([answer.status, seen], [400, []]);
});

Deno.test("forms of listed pages redirect back to them without baseDir", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  const pages = [{
    path: "/new",
    load: () => Promise.resolve({ default: () => <Form action={save} />, save }),
  }];
  await using app = new App({}, { baseDir: null, pages });
  const page = await app.open("/new");
  const again = await app.submit(page, "save", INVALID);
  assertEquals(again.status, 200);
  assertStringIncludes(again.html, "Give it a title");
  assertEquals((await app.submit(again, "save", VALID)).response.headers.get("location"), "/new");
});

Deno.test("a call at the address of a page needs no hidden fields", async () => {
  const seen: unknown[] = [];
  await using app = site(seen);
  const response = await app.call("move", { path: "/notes/7", fields: VALID });
  assertEquals([response.status, seen], [200, [7]]);
  const refused = await app.call("save", { path: "/notes/7", fields: INVALID });
  const [patch] = await eventsOf(refused);
  assertEquals([refused.status, patch?.event], [422, "patch_html"]);
});

Deno.test("a page that was requested to run an action redirects to its address without the action", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  const show = action("show", { method: "GET" }, () => html(<Form action={save} />, { target: "#a" }));
  await using app = new App({ "/p": { default: () => "", save, show } });
  const [patch] = await eventsOf(await app.call("show", { path: "/p?_action=show&a=1", method: "GET" }));
  const form = findForm(parseHtml(String((patch?.data as { content: string }).content)), "save");
  assertEquals(hiddenValue(form, "_next_form_origin"), "/p?a=1");
  assertEquals(hiddenValue(form, "_next_form_page"), "pages/p/page.tsx");
});

Deno.test("a form in an item redirects to the page that the call came from, and works there", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  const show = action("show", () => html(<Form action={save} />, { target: "#a" }));
  const Page = ({ params }: PageProps<"/p/[id]">) => (
    <main>
      {params.id}
      <Form action={save} />
    </main>
  );
  await using app = new App({ "/p/[id]": { default: Page, save, show } });
  const [patch] = await eventsOf(await app.call("show", { path: "/p/7" }));
  const form = findForm(parseHtml(String((patch?.data as { content: string }).content)), "save");
  const fields = Object.fromEntries(
    ["_next_form_page", "_next_form_origin"].map((name) => [name, hiddenValue(form, name) ?? ""]),
  );
  assertEquals(fields, { _next_form_page: "pages/p/[id]/page.tsx", _next_form_origin: "/p/7" });
  assertEquals((await post(app, "save", { ...INVALID, ...fields })).status, 200);
});

/** Runs a function on a folder of real files, and removes the folder afterwards. */
async function onDisk(
  files: Readonly<Record<string, string>>,
  run: (app: App, dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [file, source] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(dir, file)), { recursive: true });
      await Deno.writeTextFile(join(dir, file), source);
    }
    await using app = new App({}, { baseDir: dir });
    await run(app, dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const MOD = new URL("../../mod.ts", import.meta.url).href;
const FORM_PAGE = `
  import { action, defineForm, field, Form } from "${MOD}";
  import { h } from "preact";
  const form = defineForm("f", { fields: { title: field.text({ required: true }) } });
`;

Deno.test("a folder whose page is only a template is a valid origin", async () => {
  await onDisk({
    "pages/_components/note/component.ts": `${FORM_PAGE} export const save = action("save", { form }, () => {});`,
    "pages/virtual/template.ts": `${FORM_PAGE} export default () => h(Form, { action: "save" });`,
  }, async (app) => {
    const page = await app.open("/virtual");
    const form = findForm(page.root, "save");
    assertEquals(hiddenValue(form, "_next_form_page"), "pages/virtual/page.tsx");
    assertEquals((await app.submit(page, "save", INVALID)).status, 200);
    assertEquals((await app.submit(page, "save", VALID)).response.headers.get("location"), "/virtual");
  });
});

Deno.test("a page whose real path is outside baseDir is skipped with a warning, and is not a valid origin", async () => {
  const outside = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(outside, "page.ts"), `export default () => "outside";`);
    await onDisk({
      "pages/page.ts": `${FORM_PAGE}
      export const save = action("save", { form }, () => {}); export default () => "home";`,
    }, async (_, dir) => {
      await Deno.mkdir(join(dir, "pages/linked"));
      await Deno.symlink(join(outside, "page.ts"), join(dir, "pages/linked/page.ts"));
      await using app = new App({}, { baseDir: dir });
      assertEquals((await app.open("/linked")).status, 404);
      assertStringIncludes(app.console.join("\n"), "leads outside baseDir");
      const fields = { ...INVALID, _next_form_page: "pages/linked/page.ts", _next_form_origin: "/linked" };
      assertEquals((await post(app, "save", fields)).status, 400);
    });
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

Deno.test("a request never reaches the file system: a page that is added after startup is not a valid origin", async () => {
  await onDisk({
    "pages/page.ts": `${FORM_PAGE}
      export const save = action("save", { form }, () => {}); export default () => "home";`,
  }, async (app, dir) => {
    assertEquals((await app.open("/")).status, 200);
    await Deno.mkdir(join(dir, "pages/late"));
    await Deno.writeTextFile(join(dir, "pages/late/page.ts"), `export default () => "late";`);
    const fields = { ...INVALID, _next_form_page: "pages/late/page.ts", _next_form_origin: "/late" };
    assertEquals((await post(app, "save", fields)).status, 400);
  });
});

Deno.test("a form with Origin: null is accepted, unless Sec-Fetch-Site is cross-site", async () => {
  await using app = site();
  const page = await app.open("/notes/7");
  assertEquals((await app.submit(page, "save", VALID, { headers: { origin: "null" } })).status, 303);
  const foreign = await app.submit(page, "save", VALID, {
    headers: { origin: "null", "sec-fetch-site": "cross-site" },
  });
  assertEquals(foreign.status, 403);
});

Deno.test("toasts of a valid form without an origin page wait for the next page", async () => {
  const save = action("save", { form: NoteForm }, () => toast("Saved"));
  await using app = new App({ "/": { default: () => "", save } });
  const response = await post(app, "save", VALID);
  assertEquals([response.status, response.headers.getSetCookie().length], [204, 1]);
});
