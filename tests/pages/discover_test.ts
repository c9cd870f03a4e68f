import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { discoverPages, type PageEntry, pagesFromList } from "../../src/pages/discover.ts";
import { withApp } from "./temp_app.ts";

const load = (): Promise<unknown> => Promise.resolve({});

async function filesOf(dir: string): Promise<string[]> {
  return (await discoverPages(dir)).files.map(({ kind, file }) => `${kind} ${file}`);
}

Deno.test("discoverPages() finds every kind of file, in the order of names", async () => {
  const files = {
    "pages/page.tsx": "",
    "pages/layout.tsx": "",
    "pages/not_found.tsx": "",
    "pages/error.tsx": "",
    "pages/notes/[id]/page.ts": "",
    "pages/notes/template.jsx": "",
    "pages/notes/_components/row/component.js": "",
    "pages/_components/forms/input/component.tsx": "",
  };
  await withApp(files, async (dir) => {
    assertEquals(await filesOf(dir), [
      "component pages/_components/forms/input/component.tsx",
      "error pages/error.tsx",
      "layout pages/layout.tsx",
      "not_found pages/not_found.tsx",
      "page pages/notes/[id]/page.ts",
      "component pages/notes/_components/row/component.js",
      "template pages/notes/template.jsx",
      "page pages/page.tsx",
    ]);
  });
});

Deno.test("discoverPages() ignores files with other names", async () => {
  const files = {
    "pages/page_test.tsx": "",
    "pages/page.test.tsx": "",
    "pages/page.d.ts": "",
    "pages/page.css": "",
    "pages/actions.ts": "",
    "pages/component.tsx": "",
    "pages/.git/page.tsx": "",
    "pages/_drafts/page.tsx": "",
    "pages/_components/page.tsx": "",
    "pages/_components/component.tsx": "",
    "pages/_components/row/page.tsx": "",
    "pages/_components/row/_private/component.tsx": "",
    "elsewhere/page.tsx": "",
  };
  await withApp(files, async (dir) => assertEquals(await filesOf(dir), []));
});

Deno.test("discoverPages() returns the folders and the real path of each file", async () => {
  await withApp({ "pages/(app)/notes/page.tsx": "" }, async (dir) => {
    const { files, baseDir } = await discoverPages(dir);
    assertEquals(files.map(({ folders, realFile }) => ({ folders, realFile })), [
      { folders: ["(app)", "notes"], realFile: join(dir, "pages/(app)/notes/page.tsx") },
    ]);
    assertEquals(baseDir, dir);
  });
});

Deno.test("discoverPages() returns a warning if there is no pages folder", async () => {
  await withApp({ "main.ts": "" }, async (dir) => {
    const { files, warnings } = await discoverPages(dir);
    assertEquals(files, []);
    const folder = join(dir, "pages");
    assertEquals(warnings, [
      `Found no pages: the folder "${folder}" does not exist; create it with a page.tsx, or set baseDir`,
    ]);
  });
});

Deno.test("discoverPages() lists the scripts of a pages folder without pages", async () => {
  await withApp({ "pages/index.tsx": "", "pages/about.tsx": "", "pages/notes.md": "" }, async (dir) => {
    const { warnings } = await discoverPages(dir);
    assertEquals(warnings, [
      `Found no pages in "${
        join(dir, "pages")
      }": it contains "about.tsx", "index.tsx"; a page is a file "page.tsx" in the ` +
      `folder of its URL`,
    ]);
  });
});

Deno.test("discoverPages() returns no warning for a pages folder without scripts", async () => {
  await withApp({ "pages/readme.md": "" }, async (dir) => {
    const { files, warnings } = await discoverPages(dir);
    assertEquals([files, warnings], [[], []]);
  });
});

Deno.test("discoverPages() rejects a baseDir that is not a folder", async () => {
  await withApp({ "main.ts": "" }, async (dir) => {
    await assertRejects(() => discoverPages(join(dir, "gone")), TypeError, "is not a folder");
    await assertRejects(() => discoverPages(join(dir, "main.ts")), TypeError, "is not a folder");
  });
});

Deno.test({
  name: "discoverPages() rejects a pages folder that is a link to a folder outside baseDir",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withApp({ "app/main.ts": "", "elsewhere/page.tsx": "" }, async (dir) => {
      await Deno.symlink(join(dir, "elsewhere"), join(dir, "app/pages"));
      await assertRejects(() => discoverPages(join(dir, "app")), TypeError, "is outside baseDir");
    }),
});

Deno.test("discoverPages() warns about files that have an effect only in the pages folder itself", async () => {
  await withApp({ "pages/notes/not_found.tsx": "", "pages/notes/error.tsx": "" }, async (dir) => {
    const { files, warnings } = await discoverPages(dir);
    assertEquals(files, []);
    assertEquals(warnings, [
      'Ignored "pages/notes/error.tsx": a file of this name counts only in the pages folder itself',
      'Ignored "pages/notes/not_found.tsx": a file of this name counts only in the pages folder itself',
    ]);
  });
});

Deno.test({
  name: "discoverPages() follows links inside baseDir",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp({ "shared/notes/page.tsx": "", "shared/home.tsx": "", "pages/readme.md": "" }, async (dir) => {
      await Deno.symlink(join(dir, "shared/notes"), join(dir, "pages/notes"));
      await Deno.symlink(join(dir, "shared/home.tsx"), join(dir, "pages/page.tsx"));
      const { files, warnings } = await discoverPages(dir);
      assertEquals(files.map(({ file, realFile }) => [file, realFile]), [
        ["pages/notes/page.tsx", join(dir, "shared/notes/page.tsx")],
        ["pages/page.tsx", join(dir, "shared/home.tsx")],
      ]);
      assertEquals(warnings, []);
    });
  },
});

Deno.test({
  name: "discoverPages() ignores links that lead outside baseDir, with a warning",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp({ "out/page.tsx": "", "app/pages/page.tsx": "", "app-2/page.tsx": "" }, async (dir) => {
      await Deno.symlink(join(dir, "out"), join(dir, "app/pages/linked"));
      await Deno.symlink(join(dir, "app-2/page.tsx"), join(dir, "app/pages/template.tsx"));
      const { files, warnings } = await discoverPages(join(dir, "app"));
      assertEquals(files.map(({ file }) => file), ["pages/page.tsx"]);
      assertEquals(warnings.length, 2);
      assertStringIncludes(warnings[0] ?? "", 'Ignored "pages/linked": the link leads outside baseDir');
      assertStringIncludes(warnings[1] ?? "", 'Ignored "pages/template.tsx"');
    });
  },
});

Deno.test({
  name: "discoverPages() ignores links that form a cycle or lead nowhere",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp({ "pages/a/page.tsx": "" }, async (dir) => {
      await Deno.symlink(join(dir, "pages"), join(dir, "pages/a/again"));
      await Deno.symlink(join(dir, "gone"), join(dir, "pages/a/lost"));
      await Deno.symlink(join(dir, "pages/self"), join(dir, "pages/self"));
      const { files, warnings } = await discoverPages(dir);
      assertEquals(files.map(({ file }) => file), ["pages/a/page.tsx"]);
      assertEquals(warnings, [
        'Ignored "pages/a/again": the link leads to a folder around it',
        'Ignored "pages/a/lost": the link leads nowhere',
        'Ignored "pages/self": the link leads nowhere',
      ]);
    });
  },
});

Deno.test({
  name: "discoverPages() accepts a baseDir that is a link",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp({ "app/pages/page.tsx": "" }, async (dir) => {
      await Deno.symlink(join(dir, "app"), join(dir, "current"));
      const found = await discoverPages(join(dir, "current"));
      assertEquals(found.files.map(({ file, realFile }) => [file, realFile]), [
        ["pages/page.tsx", join(dir, "app/pages/page.tsx")],
      ]);
      assertEquals(found.baseDir, join(dir, "current"));
    });
  },
});

for (
  const [path, expected] of [
    ["/", ["page", "pages/page.tsx", []]],
    ["/notes/[id]", ["page", "pages/notes/[id]/page.tsx", ["notes", "[id]"]]],
    ["/(app)/notes/", ["page", "pages/(app)/notes/page.tsx", ["(app)", "notes"]]],
    ["/page", ["page", "pages/page/page.tsx", ["page"]]],
    ["pages/notes/page.ts", ["page", "pages/notes/page.ts", ["notes"]]],
    ["./pages/notes/page.tsx", ["page", "pages/notes/page.tsx", ["notes"]]],
    ["notes/page.tsx", ["page", "pages/notes/page.tsx", ["notes"]]],
    ["page.tsx", ["page", "pages/page.tsx", []]],
    ["/srv/app/pages/layout.tsx", ["layout", "pages/layout.tsx", []]],
    ["pages/not_found.tsx", ["not_found", "pages/not_found.tsx", []]],
    ["pages/_components/row/component.tsx", ["component", "pages/_components/row/component.tsx", [
      "_components",
      "row",
    ]]],
  ] as const
) {
  Deno.test(`pagesFromList() returns the file of "${path}" as a walk would`, () => {
    const { files } = pagesFromList([{ path, load }], "/srv/app");
    const [kind, file, folders] = expected;
    assertEquals(files.map((found) => [found.kind, found.file, found.folders]), [[kind, file, [...folders]]]);
    assertEquals(files[0]?.realFile, null);
  });
}

for (
  const [path, phrase] of [
    ["notes/[id]", '"[id]" is none of page'],
    ["pages/notes.tsx", '"notes.tsx" is none of page'],
    ["/etc/page.tsx", 'it is outside baseDir "/srv/app"'],
    ["../page.tsx", "it is outside baseDir"],
    ["pages/component.tsx", '"component.tsx" has no meaning in the folder'],
    ["pages/_components/row/page.tsx", '"page.tsx" has no meaning in the folder'],
    ["pages/notes/error.tsx", "a file of this name counts only in the pages folder itself"],
  ] as const
) {
  Deno.test(`pagesFromList() rejects "${path}"`, () => {
    assertThrows(() => pagesFromList([{ path, load }], "/srv/app"), TypeError, phrase);
  });
}

Deno.test("pagesFromList() rejects an entry without load", () => {
  const list = [{ path: "/" }] as unknown as PageEntry[];
  assertThrows(() => pagesFromList(list, "/srv/app"), TypeError, "its load is undefined");
});

Deno.test("pagesFromList() imports nothing", () => {
  let imported = false;
  pagesFromList([{ path: "/", load: () => Promise.resolve(imported = true) }], "/srv/app");
  assert(!imported);
});
