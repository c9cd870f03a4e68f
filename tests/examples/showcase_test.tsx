/** The showcase without a browser: its links, its documents, their facts about the library, and two of its pages. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { createTestClient, type TestPage } from "@hyper/actions/testing";
import { lexer } from "marked";
import { renderToString } from "preact-render-to-string";
import { createApp } from "../../examples/showcase/app.ts";
import { highlight } from "../../examples/showcase/content/highlight.ts";
import { Prose } from "../../examples/showcase/content/prose.tsx";
import { ENTRIES, SECTIONS } from "../../examples/showcase/site.ts";
import { DEMOS } from "../../examples/showcase/pages/show/demos.ts";
import { DEFAULT_LIMITS } from "../../src/http/limits.ts";
import { SWAPS } from "../../src/protocol/patch.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

Deno.test("showcase: every link leads to a page, and every fragment to an element", async () => {
  await using client = createTestClient(createApp());
  const pages = new Map<string, TestPage>();
  // The pages that a layer shows are in no table of contents.
  const inLayers = ["/show/layers/choose", "/show/layers/help"];
  for (const path of ["/", ...ENTRIES.map(({ path }) => path), ...inLayers]) pages.set(path, await client.open(path));
  for (const [from, page] of pages) {
    for (const link of page.findAll("a[href]:not(.markdown)")) {
      const url = new URL(link.attribute("href") ?? "", page.url);
      if (url.origin !== page.url.origin) continue;
      const to = pages.get(url.pathname);
      assert(to !== undefined, `${from} links to ${url.pathname}, which is no page`);
      if (url.hash !== "") {
        assertEquals(to.findAll(url.hash).length, 1, `${from} links to ${url.pathname}${url.hash}`);
      }
    }
  }
  await client.handler.close();
});

Deno.test("showcase: every document is in the table of contents, and every entry has its document", async () => {
  for (const folder of new Set(SECTIONS.map(({ folder }) => folder))) {
    const entries = SECTIONS.filter((section) => section.folder === folder).flatMap(({ entries }) => entries);
    const files = [];
    for await (const { name } of Deno.readDir(new URL(`examples/showcase/${folder}`, root))) files.push(name);
    assertEquals(files.sort(), entries.map(({ name }) => `${name}.md`).sort(), folder);
  }
  const shown = SECTIONS.find(({ folder }) => folder === "capabilities")?.entries.map(({ name }) => name);
  assertEquals([...DEMOS.keys()], shown);
});

Deno.test("showcase: the search finds the passages with every word, and reports none", async () => {
  await using client = createTestClient(createApp());
  const found = await client.open("/search?q=wire+HEARTBEAT");
  const links = found.findAll(".results a").map((link) => link.attribute("href"));
  assert(links.some((href) => href?.startsWith("/reference/protocol")), String(links));
  // Each result contains both words, in its title, its heading or its text.
  for (const href of links) {
    assertMatch((await client.open(href ?? "")).find("main").text, /wire[^]*heartbeat|heartbeat[^]*wire/i);
  }
  const none = await client.open("/search?q=<b>zebra</b>");
  assertEquals(none.find("main [role=status]").text, "No results for “<b>zebra</b>”. Try fewer words.");
  assertEquals(none.findAll(".results li").length, 0);
  assertEquals((await client.open("/search")).find("main [role=status]").text, "Enter a word");
  // Longer than the control allows: nothing is looked for.
  assertEquals((await client.open(`/search?q=${"form+".repeat(30)}`)).findAll(".results li").length, 0);
  await client.handler.close();
});

Deno.test("showcase: /llms.txt lists the Markdown of every page, and each file is complete", async () => {
  const app = createApp();
  const fetchText = async (path: string) => {
    const response = await app(new Request(new URL(path, "http://localhost")));
    assertEquals(response.status, 200, path);
    return await response.text();
  };
  const listed = Array.from((await fetchText("/llms.txt")).matchAll(/\]\((.+?)\)/g), ([, path = ""]) => path);
  assertEquals(listed, ENTRIES.map(({ path }) => `${path}.md`));
  for (const path of listed) assertMatch(await fetchText(path), /^# \w/);
  assertEquals((await fetchText("/guides/forms.md")).includes("## Declare a form"), true);
  // A file that a document quotes is in its Markdown.
  assertMatch(await fetchText("/guides/tutorial.md"), /```ts database\.ts\n\/\*\* The database/);
  // A document that includes a file of the repository is sent with its text.
  assertMatch(await fetchText("/reference/security.md"), /## Protected by default/);
  assertEquals((await app(new Request("http://localhost/guides/unknown.md"))).status, 404);
  // All of them are also one file.
  const full = await fetchText("/llms-full.txt");
  for (const path of listed) assert(full.includes(await fetchText(path)), path);
  await app.close();
});

Deno.test("showcase: /sitemap.xml lists every page, and /robots.txt the sitemap", async () => {
  const app = createApp();
  const fetchText = async (path: string) => await (await app(new Request(new URL(path, "http://docs.example")))).text();
  const listed = Array.from((await fetchText("/sitemap.xml")).matchAll(/<loc>(.+?)<\/loc>/g), ([, loc]) => loc);
  assertEquals(listed, ["/", ...ENTRIES.map(({ path }) => path)].map((path) => `http://docs.example${path}`));
  assertMatch(await fetchText("/robots.txt"), /^Sitemap: http:\/\/docs\.example\/sitemap\.xml$/m);
  const escaped = await app(new Request("http://a&b/sitemap.xml"));
  assertMatch(await escaped.text(), /<loc>http:\/\/a&amp;b\/</);
  await app.close();
});

Deno.test("showcase: every page has a title and a description of its own, and the picture exists", async () => {
  await using client = createTestClient(createApp());
  const described = new Map<string, string>();
  for (const path of ["/", ...ENTRIES.map(({ path }) => path)]) {
    const page = await client.open(path);
    const content = (name: string) => page.find(`meta[${name}]`).attribute("content") ?? "";
    const description = content("name=description");
    assert(description.length > 20 && description.length <= 160, `${path}: ${description}`);
    assertEquals(content('property="og:description"'), description, path);
    assertEquals(content('property="og:title"'), page.find("title").text, path);
    assertEquals(content('property="og:url"'), page.url.href, path);
    assertEquals(described.get(description), undefined, path);
    described.set(description, path);
  }
  const picture = await client.handler(
    new Request(client.page.find('meta[property="og:image"]').attribute("content")!),
  );
  assertEquals([picture.status, picture.headers.get("content-type")], [200, "image/png"]);
  await picture.body?.cancel();
  await client.handler.close();
});

Deno.test("showcase: every page names its source, which exists, and links to the place to edit it where there is one", async () => {
  await using client = createTestClient(createApp());
  for (const { path } of ENTRIES) {
    const [, source = ""] = /Source: (\S+)/.exec((await client.open(path)).find(".page-links .source").text) ?? [];
    assertMatch(await read(source), /^# \w/, path);
  }
  assertEquals(client.page.findAll("a.edit").length, 0);
  Deno.env.set("EDIT_URL", "https://code.example/edit/main/");
  try {
    for (
      const [path, source] of [["/about/changelog", "CHANGELOG.md"], [
        "/show/forms",
        "examples/showcase/capabilities/forms.md",
      ]]
    ) {
      const edit = (await client.open(path!)).find("a.edit");
      assertEquals([edit.text, edit.attribute("href")], ["Edit this page", `https://code.example/edit/main/${source}`]);
    }
  } finally {
    Deno.env.delete("EDIT_URL");
  }
  await client.handler.close();
});

Deno.test("showcase: the theme is kept for all pages, and a cookie with another value does not reach the page", async () => {
  await using client = createTestClient(createApp());
  let page = await client.open("/guides/forms?a=1");
  const scheme = () => page.find("meta[name=color-scheme]").attribute("content");
  page = await page.form("Theme: as the system").submit();
  assertEquals([scheme(), page.url.search], ["dark", "?a=1"]);
  page = await client.open("/nowhere");
  assertEquals(scheme(), "dark");
  page = await page.form("Theme: dark").submit();
  assertEquals(scheme(), "light");
  client.cookies.set("theme", encodeURIComponent('"><script>'));
  page = await client.open("/");
  assertEquals(scheme(), "light dark");
  await client.handler.close();
});

Deno.test("showcase: a page shows all of its source files completely", async () => {
  await using client = createTestClient(createApp());
  for (const [name, { files }] of DEMOS) {
    const page = await client.open(`/show/${name}`);
    const shown = page.findAll(".files pre").map(({ text }) => text);
    const texts = await Promise.all(files.map((path) => read(`examples/showcase/${path}`)));
    assertEquals(shown.map(plain), texts.map(plain), name);
  }
  await client.handler.close();
});

Deno.test("showcase: a guide contains its live examples, and a form in it works with scripts on and off", async () => {
  await using client = createTestClient(createApp());
  let shown = 0;
  for (const { path } of ENTRIES.filter(({ path }) => path.startsWith("/guides/"))) {
    const page = await client.open(path);
    const named = Array.from(
      (await read(`examples/showcase${path}.md`)).matchAll(/^\[[^\]]*\]\(\.\.\/capabilities\/([\w-]+)\.md\)$/gm),
    );
    assertEquals(
      page.findAll(".live .source a").map((link) => link.attribute("href")),
      named.map(([, name]) => `/show/${name}`),
      path,
    );
    // Two examples of a page do not disturb each other.
    const ids = page.findAll(".live [id]").map((element) => element.attribute("id"));
    assertEquals(ids.length, new Set(ids).size, path);
    shown += named.length;
  }
  assert(shown >= 15, String(shown));
  const guide = await client.open("/guides/formsets");
  const [first] = guide.findAll('input[name$="[0].name"]');
  const invalid = await guide.form("Save guests").fill({ [first?.attribute("name") ?? ""]: "" }).submit("Save guests");
  assertEquals([invalid.find("h1").text, invalid.findAll("[aria-invalid=true]").length], ["Formsets", 1]);
  const loaded = await client.open("/guides/once");
  assertEquals((await loaded.form("Pay").submitWithRuntime()).status, 200);
  await client.handler.close();
});

/** Reads the names of the members of a declaration, one per line. */
async function namesIn(path: string, declaration: string): Promise<string[]> {
  const [, body = ""] = new RegExp(`${declaration}[^{]*\\{\\n([^]*?)\\n\\}`).exec(await read(path)) ?? [];
  const names = Array.from(body.matchAll(/^ {2}(?:readonly )?"?([\w:]+)"?\??[:(<]/gm), ([, name = ""]) => name);
  assert(names.length >= 3, `${path} has no ${declaration}`);
  return names;
}

const PROMISES: readonly (readonly [page: string, what: string, names: () => Promise<readonly string[]>])[] = [
  ["guides/actions", "options of action()", () => namesIn("src/actions/action_options.ts", "interface ActionOptions")],
  ["guides/actions", "members of the context of an action function", async () => [
    ...await namesIn("src/context.ts", "interface RequestContext"),
    ...await namesIn("src/actions/action_options.ts", "interface ActionContextBase"),
  ]],
  [
    "reference/handler",
    "options of createHandler()",
    () => namesIn("src/handler/options.ts", "interface HandlerOptions"),
  ],
  ["reference/handler", "options of once", () => namesIn("src/handler/options.ts", "interface IdempotencyOptions")],
  [
    "reference/handler",
    "options of crossOrigin",
    () => namesIn("src/http/cross_origin.ts", "interface CrossOriginOptions"),
  ],
  ["reference/handler", "texts of forms", () => namesIn("src/texts/catalogue.ts", "interface FormTextValues")],
  ["reference/handler", "texts of failures", () => namesIn("src/texts/catalogue.ts", "interface FailureTextValues")],
  [
    "reference/handler",
    "texts of the runtime",
    () => namesIn("src/protocol/browser_texts.ts", "interface BrowserTexts"),
  ],
  ["reference/runtime", "options of action()", () => namesIn("src/client/call/action.ts", "interface CallOptions")],
  [
    "reference/runtime",
    "messages",
    async () => (await namesIn("src/protocol/browser_texts.ts", "interface BrowserTexts")).map((n) => `messages.${n}`),
  ],
  ["reference/fields", "builders of fields", () => namesIn("src/forms/field.ts", "interface FieldBuilders")],
  [
    "reference/fields",
    "options of fields",
    async () =>
      Array.from(
        (await read("src/forms/field_options.ts")).matchAll(/^ {2}readonly (\w+)\??:/gm),
        ([, name = ""]) => name,
      ),
  ],
  ["reference/events", "events", () => namesIn("src/client/events.ts", "interface HyperEventMap")],
  ["reference/items", "options of html()", () => namesIn("src/results/item.ts", "interface HtmlOptions")],
  ["reference/items", "items", async () => {
    const lists = (await read("mod.ts")).matchAll(/export \{([^}]*)\} from "\.\/src\/results\/\w+\.ts"/g);
    const items = Array.from(lists, ([, names = ""]) => names.split(",").map((name) => name.trim())).flat()
      .filter((name) => /^[a-z]\w*$/.test(name));
    assert(items.length > 12);
    return items.filter((name) => name !== "unsafeHtml");
  }],
  [
    "reference/protocol",
    "events of a response",
    async () =>
      // The server replaces "changed" before it sends anything.
      Array.from((await read("src/protocol/patch.ts")).matchAll(/readonly event: "(\w+)"/g), ([, name = ""]) => name)
        .filter((name) => name !== "changed"),
  ],
  [
    "reference/protocol",
    "headers and fields",
    async () =>
      Array.from(
        (await read("src/protocol/names.ts")).matchAll(/_(?:HEADER|FIELD) = "(.*)"/g),
        ([, name = ""]) => name,
      ),
  ],
  ["reference/attributes", "attributes", attributesOfRuntime],
];

/** Returns the names in the first cells of the tables of a document: a name in a sentence alone is not found by a reader. */
function namesInRows(text: string): Set<string> {
  const cells = Array.from(text.matchAll(/^\| ([^|]*) \|/gm), ([, cell = ""]) => cell);
  const names = cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = ""]) => name));
  // A name may come with its value: `hyper-target-busy="#x"`.
  return new Set(names.flatMap((name) => [name, ...name.split(/[^\w:-]+/)]));
}

for (const [page, what, names] of PROMISES) {
  Deno.test(`showcase: ${page} has a row for all ${what}`, async () => {
    const rows = namesInRows(await read(`examples/showcase/${page}.md`));
    assertEquals((await names()).filter((name) => !rows.has(name)), []);
  });
}

Deno.test("showcase: reference/items names all swap modes", async () => {
  const text = await read("examples/showcase/reference/items.md");
  const [row = ""] = /^\| `swap`.*$/m.exec(text) ?? [];
  assertEquals(SWAPS.filter((mode) => !row.includes(`\`${mode}\``)), []);
});

Deno.test("showcase: reference/fields has a row for each component, with all of its props", async () => {
  const text = await read("examples/showcase/reference/fields.md");
  const missing: string[] = [];
  let components = 0;
  for await (const path of filesBelow("src/preact")) {
    for (
      const [, name = "", body = ""] of (await read(path)).matchAll(
        /^export interface (\w+)Props[^{]*\{\n([^]*?)\n\}/gm,
      )
    ) {
      // Those that an application does not render itself.
      if (["Node", "Piece", "Provider", "RenderField", "Region"].includes(name)) continue;
      components += 1;
      const [row] = new RegExp(`^\\| \`<${name}>\`.*$`, "m").exec(text) ?? [];
      if (row === undefined) missing.push(name);
      for (const [, prop = ""] of body.matchAll(/^ {2}readonly (\w+)\??:/gm)) {
        if (!row?.includes(`\`${prop}\``)) missing.push(`${name}.${prop}`);
      }
    }
  }
  assert(components >= 10, String(components));
  assertEquals(missing, []);
});

Deno.test("showcase: reference/protocol has a row for each status that the source names", async () => {
  const text = await read("examples/showcase/reference/protocol.md");
  const statuses = new Set<string>();
  for await (const path of filesBelow("src")) {
    if (/^src\/(?:client|testing|dev)/.test(path)) continue;
    for (const [, status = ""] of (await read(path)).matchAll(/(?:Error|failure|refused?|status:?) ?\(?(\d{3})\b/g)) {
      statuses.add(status);
    }
  }
  assert(statuses.size >= 15, String(statuses.size));
  assertEquals([...statuses].filter((status) => !text.includes(`\n| ${status} `)), []);
});

Deno.test("showcase: reference/environment has a row for each variable that the source reads", async () => {
  const rows = namesInRows(await read("examples/showcase/reference/environment.md"));
  const variables = new Set<string>();
  for await (const path of filesBelow("src")) {
    const code = (await read(path)).replaceAll(/^ *\*.*$/gm, "");
    for (const [call] of code.matchAll(/(?:env\.get|readVariable)\(.*?\)/g)) {
      for (const [, name = ""] of call.matchAll(/"([A-Z_]+)"/g)) variables.add(name);
    }
  }
  assert(variables.size >= 3, String(variables.size));
  assertEquals([...variables].filter((name) => !rows.has(name)), []);
});

Deno.test("showcase: the reference lists each limit with its default", async () => {
  const text = await read("examples/showcase/reference/handler.md");
  for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
    if (name === "jsonDepth") continue;
    const [, , given] = text.split("\n").find((line) => line.startsWith(`| \`${name}\``))?.split("|").slice(1) ?? [];
    assertEquals(given?.trim(), value.toLocaleString("en"), name);
  }
});

Deno.test("showcase: the comparison, the README and the first guide state the limits of size_test.ts", async () => {
  const held = (await read("tests/size_test.ts")).matchAll(/^(?: {2}\w+:|const INITIAL =) ([\d_]+)[,;]/gm);
  const all = Array.from(held, ([, limit = ""]) => Number(limit.replace("_", "")));
  const [initial = 0, ...parts] = [all.at(-1), ...all.slice(0, -1)];
  const limits = [initial, Math.max(...parts.filter((part) => part !== undefined))];
  const said = (await read("examples/showcase/about/compared.md")).matchAll(/at\s+most (\d+,\d+)/g);
  const sizes = Array.from(said, ([, size = ""]) => Number(size.replace(",", "")));
  assertEquals(sizes, limits);
  for (const path of ["README.md", "examples/showcase/guides/start.md"]) {
    assert((await read(path)).includes(`at most ${initial.toLocaleString("en")} `), path);
  }
});

/** Returns every attribute that the runtime or a component reads, except those that the runtime sets itself. */
async function attributesOfRuntime(): Promise<string[]> {
  const names = new Set<string>();
  for await (const path of filesBelow("src/client")) {
    const code = (await read(path)).replaceAll(/\/\*\*[^]*?\*\/|\/\/.*|className = "[^"]*"/g, "");
    for (const [found] of code.matchAll(/(?<=[[:( "])hyper-[a-z]+(?:-[a-z]+)*(?=[\]="':,)~])/g)) names.add(found);
  }
  assert(names.size > 15);
  // Classes, which the guide about styling lists.
  return [...names].filter((name) => !["hyper-swapping", "hyper-settling"].includes(name));
}

/** Yields the paths of the TypeScript files below a folder. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else if (/\.tsx?$/.test(name)) yield `${folder}/${name}`;
  }
}

Deno.test("highlight() splits source into pieces that equal the source when joined", async () => {
  for (const { folder, entries } of SECTIONS) {
    for (const { name } of entries) {
      const source = await read(`examples/showcase/${folder}/${name}.md`);
      for (const language of ["tsx", "html", "sh", "json", "unknown"]) {
        assertEquals(highlight(source, language).map(({ text }) => text).join(""), source);
      }
    }
  }
});

for (
  const [source, kind, text] of [
    ['const a = "x // y";', "string", '"x // y"'],
    ["a(); // why", "comment", "// why"],
    ["<Form action={x}>", "tag", "<Form"],
    ["const a = b;", "keyword", "const"],
    ["wait(1_000)", "number", "1_000"],
    ["wait(1_000)", "name", "wait"],
  ] as const
) {
  Deno.test(`highlight() knows a ${kind} in: ${source}`, () => {
    assertEquals(highlight(source, "tsx").find((piece) => piece.kind === kind)?.text, text);
  });
}

Deno.test("highlight() does not treat a type argument as a tag", () => {
  assertEquals(highlight("new Map<string, number>()", "ts").filter(({ kind }) => kind === "tag"), []);
});

Deno.test("<Prose> escapes text", () => {
  const markup = renderToString(<Prose tokens={lexer("A `<b>` and **a & b** in [a text](forms.md#rows)")} />);
  assertEquals(
    markup,
    '<p>A <code>&lt;b></code> and <strong>a &amp; b</strong> in <a href="forms#rows">a text</a></p>',
  );
});

Deno.test("<Prose> rejects markup", () => {
  assertThrows(() => renderToString(<Prose tokens={lexer("<script>alert(1)</script>")} />), TypeError, 'type "html"');
});

Deno.test("showcase: a URL without a document gets 404, also with a traversal or a prototype name", async () => {
  await using client = createTestClient(createApp());
  for (const path of ["/guides/nothing", "/guides/..%2f..%2fapp.ts", "/show/__proto__", "/about/constructor"]) {
    assertMatch(String((await client.open(path)).status), /^40[04]$/, path);
  }
  await client.handler.close();
});

Deno.test("showcase: every response has the policy", async () => {
  await using client = createTestClient(createApp());
  for (const path of ["/", "/show/forms", "/nowhere", "/alpine.js", "/showcase.css"]) {
    const { headers } = await client.open(path);
    assertMatch(headers.get("content-security-policy") ?? "", /^default-src 'none'; script-src 'self';/, path);
  }
  await client.handler.close();
});

Deno.test("showcase: the home page greets a guest without JavaScript and with the runtime", async () => {
  await using client = createTestClient(createApp());
  let page = await client.open("/");
  page = await page.form("Say hello").submit();
  assertEquals(page.form("Say hello").field("Your name").isInvalid, true);
  page = await page.form("Say hello").fill({ "Your name": "Ada" }).submit();
  assertEquals(page.find("[data-hyper-toast]").text, "Welcome, Ada");
  await page.form("Say hello").fill({ "Your name": "Grace" }).submitWithRuntime();
  assertEquals(client.page.find("#greeting").text, "Hello, Grace");
  await client.handler.close();
});

const plain = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
