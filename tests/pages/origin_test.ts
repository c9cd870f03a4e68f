import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { discoverPages, pagesFromList } from "../../src/pages/discover.ts";
import { loadManifest, type Manifest } from "../../src/pages/manifest.ts";
import { createOrigins, originFields, type OriginPage, validatedNextFormPagePath } from "../../src/pages/origin.ts";
import { withApp } from "./temp_app.ts";

const BASE = "/srv/app";
const OWN = new URL("https://site.test/_next/form/0123456789abcdef/");
const Body = (): null => null;

function manifestOf(...paths: string[]): Promise<Manifest> {
  const load = (): Promise<unknown> => Promise.resolve({ default: Body });
  return loadManifest(pagesFromList(paths.map((path) => ({ path, load })), BASE));
}

const manifest = await manifestOf("/", "/notes", "/notes/[id]", "/files/[...path]", "pages/about/template.tsx");

function resolve(page: string | null, url: string | null): OriginPage | null {
  return createOrigins(manifest, BASE).resolveOrigin({ page, url }, OWN);
}

for (
  const [page, url, params, what] of [
    ["pages/notes/[id]/page.tsx", "/notes/7?q=a%20b", { id: "7" }, "a path from baseDir"],
    ["/srv/app/pages/notes/[id]/page.tsx", "/notes/7", { id: "7" }, "an absolute path"],
    ["./pages/notes/../notes/page.tsx", "/notes", {}, "a path that resolves to a page"],
    ["/srv/app/../app/pages/page.tsx", "/", {}, "an absolute path that resolves to a page"],
    ["pages/files/[...path]/page.tsx", "/files/a/b%20c", { path: ["a", "b c"] }, "a page with a rest"],
    ["pages/about/page.tsx", "/about", {}, "the page.tsx that a template stands for"],
    ["pages/about/page.js", "/about", {}, "any page name beside a template"],
    ["pages/notes/page.tsx", "/notes?next=//evil.test", {}, "a URL with any query"],
    ["pages/notes/page.tsx", null, {}, "no URL, for a page that has only one"],
  ] as const
) {
  Deno.test(`resolveOrigin() accepts ${what}: ${page}, ${url}`, () => {
    const origin = resolve(page, url);
    assert(origin !== null);
    assertEquals(origin.params, { ...params });
    assertEquals(origin.url.origin, "https://site.test");
    assertEquals(manifest.router.match(origin.url.pathname)?.route, origin.route);
  });
}

Deno.test("resolveOrigin() returns the URL with its query as it was sent", () => {
  assertEquals(resolve("pages/notes/page.tsx", "/notes?b=2&a=%2F+x")?.url.href, "https://site.test/notes?b=2&a=%2F+x");
});

for (
  const [page, what] of [
    [null, "no page"],
    ["", "a blank page"],
    [" \t ", "white space"],
    ["pages/notes/template.tsx", "another basename"],
    ["pages/about/template.tsx", "a template itself"],
    ["pages/notes/page.ts", "a page with another file extension"],
    ["pages/notes/page.tsx/", "a slash after the file"],
    ["pages/notes/PAGE.tsx", "another case"],
    ["pages/gone/page.tsx", "a page that does not exist"],
    ["notes/page.tsx", "a path from the pages folder"],
    ["../app/pages/../../page.tsx", "a path outside baseDir"],
    ["/etc/page.tsx", "an absolute path outside baseDir"],
    ["/srv/app-2/pages/notes/page.tsx", "a sibling folder of baseDir"],
    ["pages/notes/page.tsx\u0000", "a U+0000"],
    ["pages/notes\n/page.tsx", "a line feed"],
    ["pages/notes%2Fpage.tsx", "an encoded slash"],
    ["file:///srv/app/pages/notes/page.tsx", "a file URL"],
    ["constructor/page.tsx", "the name of a property of objects"],
    ["page.tsx", "the basename alone"],
  ] as const
) {
  Deno.test(`resolveOrigin() rejects ${what}`, () => {
    assertEquals(resolve(page, "/notes"), null);
  });
}

for (
  const [url, what] of [
    ["", "a blank URL"],
    ["notes", "a relative path"],
    ["?q=1", "a query alone"],
    ["/notes/7", "a URL of another page"],
    ["/gone", "a URL without a page"],
    ["/notes/", "another form of the path"],
    ["//evil.test/notes", "a URL without a scheme"],
    ["//site.test/notes", "a URL without a scheme that leads to this site"],
    ["///evil.test/notes", "three slashes"],
    ["/\t/evil.test/notes", "a tab that browsers drop"],
    ["/\n/evil.test", "a line feed that browsers drop"],
    ["\t/notes", "a leading tab"],
    [" /notes", "a leading space"],
    ["/notes\r\nX: y", "a line break"],
    ["/notes\u0001", "a control character"],
    ["/notes?a=\u007f", "a DEL"],
    ["/\\evil.test", "a backslash"],
    ["\\\\evil.test/notes", "two backslashes"],
    ["/..//evil.test", "a path that becomes that of another host"],
    ["https://site.test/notes", "an absolute URL of this site"],
    ["https://evil.test/notes", "an absolute URL of another site"],
    ["javascript:alert(1)", "a script"],
    ["/notes#top", "a fragment"],
    ["/%6eotes%2F", "an encoded slash"],
    ["/x/../notes", "a dot segment"],
    ["/x/%2e%2e/notes", "an encoded dot segment"],
    ["/x/%252e%252e/notes", "more than one level of encoding"],
    ["/n%6ftes%00", "an encoded control character"],
    ["/%zz/../notes", "an invalid escape"],
  ] as const
) {
  Deno.test(`resolveOrigin() rejects ${what}`, () => {
    assertEquals(resolve("pages/notes/page.tsx", url), null);
  });
}

Deno.test("resolveOrigin() rejects a page with parameters without a URL", () => {
  assertEquals(resolve("pages/notes/[id]/page.tsx", null), null);
});

Deno.test("resolveOrigin() rejects a URL without a page", () => {
  assertEquals(resolve(null, "/notes"), null);
});

Deno.test("resolveOrigin() rejects not_found.tsx and error.tsx", async () => {
  const special = await manifestOf("pages/not_found.tsx", "pages/error.tsx", "/");
  const origins = createOrigins(special, BASE);
  for (const page of ["pages/not_found.tsx", "pages/error.tsx"]) {
    assertEquals(origins.resolveOrigin({ page, url: "/" }, OWN), null);
  }
});

Deno.test("resolveOrigin() never reads the file system", async () => {
  await withApp({ "pages/page.tsx": "export default () => null;" }, async (dir) => {
    const found = await loadManifest(await discoverPages(dir));
    const origins = createOrigins(found, dir);
    await Deno.remove(join(dir, "pages"), { recursive: true });
    assert(origins.resolveOrigin({ page: "pages/page.tsx", url: "/" }, OWN) !== null);
  });
});

Deno.test({
  name: "resolveOrigin() accepts the real path of a page behind a link",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp({ "app/pages/notes/page.tsx": "export default () => null;" }, async (dir) => {
      await Deno.symlink(join(dir, "app"), join(dir, "current"));
      const base = join(dir, "current");
      const origins = createOrigins(await loadManifest(await discoverPages(base)), base);
      for (const root of [base, join(dir, "app")]) {
        const page = join(root, "pages/notes/page.tsx");
        assert(origins.resolveOrigin({ page, url: "/notes" }, OWN) !== null, page);
      }
    });
  },
});

Deno.test("originFields() returns the path of the page from baseDir, and the path and query of its URL", () => {
  const url = new URL("https://site.test/notes/7?q=a%20b");
  assertEquals(originFields("pages/notes/[id]/page.tsx", url, { originPath: "relative", baseDir: BASE }), {
    _next_form_page: "pages/notes/[id]/page.tsx",
    _next_form_origin: "/notes/7?q=a%20b",
  });
});

Deno.test("originFields() returns the absolute path of the page with originPath: absolute", () => {
  const fields = originFields("pages/page.tsx", new URL("https://site.test/"), {
    originPath: "absolute",
    baseDir: BASE,
  });
  assertEquals(fields._next_form_page, join(BASE, "pages/page.tsx"));
});

Deno.test("originFields() omits an action in the query", () => {
  const url = new URL("https://site.test/notes?_action=search&q=tea&_action=x");
  assertEquals(originFields("x", url, { originPath: "relative", baseDir: BASE })._next_form_origin, "/notes?q=tea");
});

for (const originPath of ["relative", "absolute"] as const) {
  Deno.test(`resolveOrigin() returns the same page for originFields() with originPath "${originPath}"`, () => {
    const route = manifest.router.match("/notes/7")?.route;
    const url = new URL("https://site.test/notes/7?q=%E6%9D%B1");
    const fields = originFields(route?.file ?? "", url, { originPath, baseDir: BASE });
    const origin = resolve(fields._next_form_page ?? null, fields._next_form_origin ?? null);
    assertEquals([origin?.route, origin?.url.href], [route, url.href]);
  });
}

const SITE = {
  "app/pages/page.tsx": "",
  "app/pages/about/template.tsx": "",
  "app/pages/empty/layout.tsx": "",
  "app/pages/folder/page.tsx/readme.md": "",
  "out/page.tsx": "",
  "out/virtual/template.tsx": "",
};

for (
  const [value, expected] of [
    ["pages/page.tsx", "pages/page.tsx"],
    ["pages/../pages/page.tsx", "pages/page.tsx"],
    ["pages/about/page.tsx", "pages/about/page.tsx"],
    ["pages/about/page.js", "pages/about/page.js"],
    ["pages/empty/page.tsx", null],
    ["pages/page.ts", null],
    ["pages/about/template.tsx", null],
    ["pages/folder/page.tsx", null],
    ["pages/about/page.tsx/", null],
    ["pages/gone/page.tsx", null],
    ["../out/page.tsx", null],
    ["../out/virtual/page.tsx", null],
    ["", null],
    ["   ", null],
    ["pages/page.tsx\u0000", null],
    [`${"x".repeat(5000)}/page.tsx`, null],
    [null, null],
    [7, null],
  ] as const
) {
  const shown = String(value).slice(0, 40);
  Deno.test(`validatedNextFormPagePath() of ${JSON.stringify(shown)} is ${expected}`, async () => {
    await withApp(SITE, (dir) => {
      const baseDir = join(dir, "app");
      const result = validatedNextFormPagePath(value, { baseDir });
      assertEquals(result, expected === null ? null : join(baseDir, expected));
    });
  });
}

Deno.test("validatedNextFormPagePath() accepts an absolute path", async () => {
  await withApp(SITE, (dir) => {
    const path = join(dir, "app/pages/page.tsx");
    assertEquals(validatedNextFormPagePath(path, { baseDir: join(dir, "app") }), path);
    assertEquals(validatedNextFormPagePath(join(dir, "out/page.tsx"), { baseDir: join(dir, "app") }), null);
  });
});

Deno.test("validatedNextFormPagePath() returns null without a baseDir", async () => {
  await withApp(SITE, (dir) => {
    assertEquals(validatedNextFormPagePath(join(dir, "app/pages/page.tsx"), { baseDir: null }), null);
    assertEquals(validatedNextFormPagePath("pages/page.tsx", { baseDir: join(dir, "gone") }), null);
  });
});

Deno.test({
  name: "validatedNextFormPagePath() follows links before it compares a path with baseDir",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp(SITE, async (dir) => {
      const baseDir = join(dir, "app");
      await Deno.symlink(join(dir, "out"), join(baseDir, "pages/linked"));
      await Deno.symlink(join(dir, "out/page.tsx"), join(baseDir, "pages/empty/page.tsx"));
      await Deno.symlink(join(baseDir, "pages/about"), join(baseDir, "pages/again"));
      assertEquals(validatedNextFormPagePath("pages/linked/page.tsx", { baseDir }), null);
      assertEquals(validatedNextFormPagePath("pages/linked/virtual/page.tsx", { baseDir }), null);
      assertEquals(validatedNextFormPagePath("pages/empty/page.tsx", { baseDir }), null);
      assertEquals(
        validatedNextFormPagePath("pages/again/page.tsx", { baseDir }),
        join(baseDir, "pages/about/page.tsx"),
      );
    });
  },
});
