/** Pages, static files and the runtime, served from disk and from a list. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  action,
  ClientScript,
  createHandler,
  type ErrorPageProps,
  HyperError,
  type LayoutProps,
  local,
  type PageContext,
  type PageProps,
} from "../../mod.ts";
import { App } from "../support/app.tsx";
import { MOD, withFiles } from "../support/disk.ts";
import { attribute, byId, findAll, text } from "../support/html.ts";

const SITE = {
  "pages/page.ts": `export default () => "home";`,
  "pages/about/page.js": `export default () => "about";`,
  "pages/notes/[id]/page.ts": `export default ({ params }) => "note " + params.id;`,
  "pages/notes/new/page.ts": `export default () => "new note";`,
  "pages/files/[...rest]/page.ts": `export default ({ params }) => "file " + params.rest.join("|");`,
  "pages/(legal)/terms/page.ts": `export default () => "terms";`,
  "pages/virtual/template.ts": `export default () => "template alone";`,
  "pages/both/page.ts": `export const context = { word: () => "context" };`,
  "pages/both/template.ts": `export default ({ context }) => "template with " + context.word;`,
  "pages/layout.ts": `import { h } from "preact"; export default ({ children }) => h("main", null, children);`,
  "pages/notes/layout.ts": `import { h } from "preact"; export default ({ children }) => h("section", null, children);`,
  "pages/_components/ping/component.ts":
    `import { action } from "${MOD}"; export const ping = action("ping", () => ({ pong: true }));`,
  "pages/not_found.ts": `export default ({ url }) => "nothing at " + url.pathname;`,
  "pages/error.ts": `export default ({ status, message }) => status + ": " + message;`,
  "static/site.css": "body { color: red }",
  "static/page.txt": "a text",
  "static/notes/new": "hidden by a page",
  "static/.secret": "hidden",
};

function body(html: string): string {
  return /<body>(.*)<\/body>/s.exec(html)?.[1] ?? html;
}

for (
  const [path, expected] of [
    ["/", "<main>home</main>"],
    ["/about", "<main>about</main>"],
    ["/notes/7", "<main><section>note 7</section></main>"],
    ["/notes/new", "<main><section>new note</section></main>"],
    ["/notes/a%20b%3F", "<main><section>note a b?</section></main>"],
    ["/files/a", "<main>file a</main>"],
    ["/files/a/b/%C3%BC", "<main>file a|b|ü</main>"],
    ["/terms", "<main>terms</main>"],
    ["/virtual", "<main>template alone</main>"],
    ["/both", "<main>template with context</main>"],
  ] as const
) {
  Deno.test(`discovery from disk: ${path}`, async () => {
    await withFiles(SITE, async (dir) => {
      await using app = new App({}, { baseDir: dir });
      const page = await app.open(path);
      assertEquals([page.status, body(page.html)], [200, expected]);
    });
  });
}

for (
  const path of [
    "/nowhere",
    "/notes",
    "/files",
    "/Notes/7",
    "/(legal)/terms",
    "/_components/ping",
    "/.secret",
    "/pages/page.ts",
  ]
) {
  Deno.test(`a path without a page is the not-found page, in the root layout: ${path}`, async () => {
    await withFiles(SITE, async (dir) => {
      await using app = new App({}, { baseDir: dir });
      const page = await app.open(path);
      assertEquals([page.status, body(page.html)], [404, `<main>nothing at ${path}</main>`]);
      assertEquals(page.response.headers.get("cache-control"), "no-store");
    });
  });
}

Deno.test("the action of a component exists before the first request", async () => {
  await withFiles(SITE, async (dir) => {
    await using app = new App({}, { baseDir: dir });
    assertEquals(await app.data("ping"), { ok: true, data: { pong: true } });
  });
});

Deno.test("baseDir may be a file URL, and pages are read once", async () => {
  await withFiles(SITE, async (dir) => {
    await using app = new App({}, { baseDir: new URL(`file://${dir}/`) });
    await app.handler.ready;
    await Deno.remove(`${dir}/pages`, { recursive: true });
    assertEquals((await app.open("/about")).status, 200);
  });
});

Deno.test("static files are served from the root, after pages, and hidden files are not served", async () => {
  await withFiles(SITE, async (dir) => {
    await using app = new App({}, { baseDir: dir });
    const css = await app.request("/site.css");
    assertEquals([css.status, await css.text()], [200, "body { color: red }"]);
    assertMatch(css.headers.get("content-type") ?? "", /^text\/css/);
    assertEquals(css.headers.get("x-content-type-options"), "nosniff");
    assert(css.headers.has("etag") || css.headers.has("last-modified"));
    assertStringIncludes((await app.open("/notes/new")).html, "new note");
    for (const path of ["/.secret", "/..%5Cmain.ts", "/static/site.css", "/page.txt/"]) {
      const response = await app.request(path);
      assert([400, 404].includes(response.status), `${path}: ${response.status}`);
      await response.body?.cancel();
    }
    const head = await app.request("/page.txt", { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
    for (const path of ["/page.txt", "/_hyper/client.js", "/notes/new"]) {
      const options = await app.request(path, { method: "OPTIONS" });
      assertEquals(
        [options.status, options.headers.get("allow"), options.body],
        [204, "GET, HEAD, OPTIONS", null],
        path,
      );
    }
  });
});

Deno.test("HEAD has the status and headers of a GET, without the body", async () => {
  await withFiles(SITE, async (dir) => {
    await using app = new App({}, { baseDir: dir });
    for (const [path, status] of [["/", 200], ["/nowhere", 404]] as const) {
      const response = await app.request(path, { method: "HEAD" });
      assertEquals([response.status, response.headers.get("content-type"), await response.text()], [
        status,
        "text/html; charset=utf-8",
        "",
      ]);
    }
  });
});

Deno.test("OPTIONS returns the methods of a page; other methods are 405", async () => {
  await using app = new App({ "/": { default: () => "" } });
  const options = await app.request("/", { method: "OPTIONS" });
  assertEquals([options.status, options.headers.get("allow")], [204, "GET, HEAD, OPTIONS"]);
  for (const method of ["PUT", "PATCH", "DELETE"]) {
    const response = await app.request("/", { method });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
    await response.body?.cancel();
  }
});

Deno.test("a trailing slash is redirected to the path without it, and the query is kept", async () => {
  await using app = new App({ "/": { default: () => "" }, "/notes/[id]": { default: () => "" } });
  const response = await app.request("/notes/7/?a=1&a=%2F");
  assertEquals([response.status, response.headers.get("location")], [308, "/notes/7?a=1&a=%2F"]);
  assertEquals((await app.request("/")).status, 200);
  assertEquals((await app.request("/nowhere/")).status, 404);
});

for (
  const path of ["//evil.test/", "/a//b", "/a%2Fb", "/a%5Cb", "/a%00b", "/%252e", "/%ZZ"]
) {
  Deno.test(`an ambiguous path is not a page: ${path}`, async () => {
    await using app = new App({ "/[...rest]": { default: () => "page" } });
    const response = await app.send(new Request(`http://site.test${path}`));
    assert([400, 404].includes(response.status), `status ${response.status}`);
    await response.body?.cancel();
  });
}

Deno.test("a document is written around a page, with the runtime in its head", async () => {
  await using app = new App({ "/": { default: () => <h1>Hello</h1> } });
  const { html, response } = await app.open("/");
  assert(html.startsWith("<!DOCTYPE html><html"));
  assertStringIncludes(
    html,
    '<script type="module" src="/_hyper/client.js"></script></head><body><h1>Hello</h1></body>',
  );
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
});

Deno.test("the outermost layout that renders <html> is the document, and the library adds only the head elements", async () => {
  const Root = ({ children }: LayoutProps) => (
    <html lang="de">
      <head>
        <meta charset="utf-8" />
        <title>Site</title>
        <ClientScript />
      </head>
      <body class="wide">{children}</body>
    </html>
  );
  await using app = new App({
    "pages/layout.tsx": { default: Root, head: <link rel="icon" href="/i.svg" /> },
    "/": { default: () => <h1>Hello</h1> },
    "/titled": { default: () => <h1>Titled</h1>, head: ({ url }: PageProps) => <title>{`At ${url.pathname}`}</title> },
  });
  const plain = await app.open("/");
  assert(plain.html.startsWith('<!DOCTYPE html><html lang="de">'));
  assertEquals(findAll(plain.root, ({ tagName }) => tagName === "script").length, 1);
  const titles = async (path: string) =>
    findAll((await app.open(path)).root, ({ tagName }) => tagName === "title").map((title) => text(title));
  assertEquals([await titles("/"), await titles("/titled")], [["Site"], ["At /titled"]]);
  assertEquals(findAll(plain.root, ({ tagName }) => tagName === "link").map((link) => attribute(link, "href")), [
    "/i.svg",
  ]);
});

Deno.test("the innermost title is used, and other head elements are added in order", async () => {
  await using app = new App({
    "pages/layout.tsx": {
      default: ({ children }: LayoutProps) => children,
      head: (
        <>
          <title>Root</title>
          <meta name="a" content="root" />
        </>
      ),
    },
    "pages/n/layout.tsx": { default: ({ children }: LayoutProps) => children, head: <meta name="b" content="n" /> },
    "/n/x": {
      default: () => "x",
      head: () => (
        <>
          <title>Leaf</title>
          <meta name="c" content="leaf" />
        </>
      ),
    },
    "/n/y": { default: () => "y" },
  });
  const { root } = await app.open("/n/x");
  assertEquals(findAll(root, ({ tagName }) => tagName === "title").map((title) => text(title)), ["Leaf"]);
  assertEquals(
    findAll(root, (element) => element.tagName === "meta" && (attribute(element, "name") ?? "").length === 1).map((
      meta,
    ) => attribute(meta, "content")),
    ["root", "n", "leaf"],
  );
  assertStringIncludes((await app.open("/n/y")).html, "<title>Root</title>");
});

Deno.test("context is inherited, the innermost value is used, local values are not inherited, and each function runs once", async () => {
  const runs: string[] = [];
  const provide = (name: string, value: string) => () => {
    runs.push(name);
    return value;
  };
  const Show = ({ context }: PageProps) => <p id="context">{JSON.stringify(context)}</p>;
  await using app = new App({
    "/": {
      default: Show,
      context: { a: provide("root a", "A"), b: provide("root b", "B"), own: local(provide("own", "root")) },
    },
    "/deep": { default: Show, context: { b: provide("deep b", "nearer"), c: provide("deep c", "C") } },
    "/deep/leaf": { default: Show },
    "pages/layout.tsx": {
      default: ({ children, context }: LayoutProps) => <div title={String(context.a)}>{children}</div>,
    },
  });
  const contextAt = async (path: string) => JSON.parse(text(byId((await app.open(path)).root, "context")));
  assertEquals(await contextAt("/"), { a: "A", b: "B", own: "root" });
  runs.length = 0;
  const leaf = await contextAt("/deep/leaf");
  assertEquals([leaf, Object.keys(leaf)], [{ a: "A", b: "nearer", c: "C" }, ["a", "b", "c"]]);
  assertEquals(runs.toSorted(), ["deep b", "deep c", "root a"]);
});

Deno.test("a page sets its status and headers; render may return a Response", async () => {
  await using app = new App({
    "/gone": {
      render: ({ response }: PageContext) => {
        response.status = 410;
        response.headers.set("x-why", "sold");
        return <p>Gone</p>;
      },
    },
    "/json": { render: () => Response.json({ a: 1 }) },
    "/elsewhere": { render: () => Response.redirect("http://site.test/json", 302) },
    "/async": { render: () => Promise.resolve(<p>later</p>) },
  });
  const gone = await app.open("/gone");
  assertEquals([gone.status, gone.response.headers.get("x-why"), body(gone.html)], [410, "sold", "<p>Gone</p>"]);
  assertEquals(await (await app.request("/json")).json(), { a: 1 });
  assertEquals((await app.request("/elsewhere")).headers.get("location"), "http://site.test/json");
  assertStringIncludes((await app.open("/async")).html, "<p>later</p>");
});

Deno.test("the document contains the content of an async component", async () => {
  await using app = new App({
    "/": {
      default: async ({ params }: PageProps) => {
        await Promise.resolve();
        return <p>{JSON.stringify(params)}</p>;
      },
    },
  });
  assertStringIncludes((await app.open("/")).html, "<p>{}</p>");
});

Deno.test("a page that throws is the error page: 500 without the message, or the message of a HyperError", async () => {
  const fail = (error: Error) => () => {
    throw error;
  };
  await using app = new App({
    "/broken": { default: fail(new Error("secret")) },
    "/refused": { default: fail(new HyperError(451, "Not here", { headers: { "x-law": "1" } })) },
    "/denied": { default: () => "", render: () => false },
    "/provider": { default: () => "", context: { x: fail(new Error("secret")) } },
    "pages/error.tsx": {
      default: ({ status, message, url }: ErrorPageProps) => <p id="error">{`${status} ${message} ${url.pathname}`}</p>,
    },
    "pages/layout.tsx": { default: ({ children }: LayoutProps) => <main>{children}</main> },
  });
  const shown = async (path: string) => {
    const page = await app.open(path);
    assertStringIncludes(page.html, "<main>");
    return [page.status, text(byId(page.root, "error")), page.response.headers.get("x-law")];
  };
  assertEquals(await shown("/broken"), [500, "500 Something went wrong. Try again. /broken", null]);
  assertEquals(app.takeError().message, "secret");
  assertEquals(await shown("/refused"), [451, "451 Not here /refused", "1"]);
  assertEquals(await shown("/denied"), [403, "403 You do not have permission to do this. /denied", null]);
  assertEquals((await shown("/provider"))[0], 500);
  assertEquals(app.takeError().message, "secret");
});

Deno.test("an error page that fails is replaced by a plain one, and both errors are reported", async () => {
  await using app = new App({
    "/": {
      default: () => {
        throw new Error("first");
      },
    },
    "pages/error.tsx": {
      default: () => {
        throw new Error("second");
      },
    },
  });
  const page = await app.open("/");
  assertEquals([page.status, page.html.includes("first"), page.html.includes("second")], [500, false, false]);
  assertStringIncludes(page.html, "Something went wrong. Try again.");
  assertEquals(app.takeReports().map(({ error }) => (error as Error).message), ["first", "second"]);
});

Deno.test("without an error page a failure is plain text without details", async () => {
  await using app = new App({ "/": { default: () => "" } });
  const page = await app.open("/<script>");
  assertEquals(page.status, 404);
  assertEquals(page.html.includes("<script>"), false);
});

Deno.test("the runtime is served with an ETag, and is 304 when the client has it", async () => {
  await using app = new App({ "/": { default: () => "" } });
  const response = await app.request("/_hyper/client.js");
  const etag = response.headers.get("etag") ?? "";
  assertMatch(response.headers.get("content-type") ?? "", /^text\/javascript/);
  assertMatch(etag, /^(?:W\/)?"[^"]+"$/);
  assert((await response.text()).length > 1_000);
  const again = await app.request("/_hyper/client.js", { headers: { "if-none-match": etag } });
  assertEquals([again.status, again.headers.get("etag"), await again.text()], [304, etag, ""]);
  const other = await app.request("/_hyper/client.js", { headers: { "if-none-match": '"other"' } });
  assertEquals(other.status, 200);
  await other.body?.cancel();
  const head = await app.request("/_hyper/client.js", { method: "HEAD" });
  assertEquals([head.status, head.headers.get("etag"), await head.text()], [200, etag, ""]);
  assertEquals((await app.request("/_hyper/nothing.js")).status, 404);
});

Deno.test("a browser revalidates the initial bundle of the runtime, and caches the other bundles, whose names have a hash", async () => {
  await using app = new App({ "/": { default: () => "" } });
  const start = await app.request("/_hyper/client.js");
  assertEquals(start.headers.get("cache-control"), "no-cache");
  const parts = [...(await start.text()).matchAll(/'\.\/([\w-]+\.js)'/g)].map(([, name]) => name);
  // `tests/size_test.ts` lists all of them.
  for (const part of ["feedback", "navigation", "patch"]) {
    assertEquals(parts.filter((name) => name?.startsWith(`${part}-`)).length, 1, part);
  }
  for (const name of parts) {
    const part = await app.request(`/_hyper/${name}`);
    assertEquals([part.status, part.headers.get("cache-control")], [200, "public, max-age=31536000, immutable"]);
    await part.body?.cancel();
  }
});

Deno.test("two files that claim one URL are an error on startup that names both", async () => {
  await withFiles({
    "pages/a/[id]/page.ts": `export default () => "";`,
    "pages/(group)/a/[name]/page.ts": `export default () => "";`,
  }, async (dir) => {
    const handler = createHandler({ baseDir: dir });
    const error = await assertRejects(() => handler.ready, TypeError, "claims the same URLs");
    for (const file of ["pages/a/[id]/page.ts", "pages/(group)/a/[name]/page.ts"]) {
      assertStringIncludes(error.message, file);
    }
    await assertRejects(() => handler(new Request("http://site.test/")), TypeError, "claims the same URLs");
  });
});

Deno.test("handler.fetch is the handler, so that deno serve accepts it", async () => {
  const handler = createHandler({
    baseDir: null,
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => "x" }) }],
  });
  assertEquals((await handler.fetch(new Request("http://site.test/"))).status, 200);
  assertEquals(handler.fetch.length <= 2, true);
  await handler.close();
});

Deno.test("the first request waits until the pages are read", async () => {
  const gate = Promise.withResolvers<void>();
  const handler = createHandler({
    baseDir: null,
    pages: [{
      path: "/",
      load: async () => {
        await gate.promise;
        return { default: () => "ready" };
      },
    }],
  });
  const pending = handler(new Request("http://site.test/"));
  gate.resolve();
  assertEquals((await pending).status, 200);
  await handler.close();
});

Deno.test("an export that is not an action is ignored, and one action exported twice is one", async () => {
  const save = action("save", () => ({ ok: true }));
  await using app = new App({
    "/": { default: () => "", save, alias: save, helper: () => 1, data: { kind: "action" } },
  });
  assertEquals(await app.data("save"), { ok: true, data: { ok: true } });
});
