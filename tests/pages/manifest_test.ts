import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { action } from "../../src/actions/action.ts";
import { discoverPages, type PageEntry, pagesFromList } from "../../src/pages/discover.ts";
import { loadManifest, type Manifest } from "../../src/pages/manifest.ts";
import { local, Page } from "../../src/pages/page_module.ts";
import { IMPORT_ACTION, withApp } from "./temp_app.ts";

type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const Body = (): null => null;
const Wrap = (): null => null;

function manifestOf(modules: Modules): Promise<Manifest> {
  const list: PageEntry[] = Object.entries(modules).map(([path, exports]) => ({
    path,
    load: () => Promise.resolve(exports),
  }));
  return loadManifest(pagesFromList(list, "/srv/app"));
}

async function refusal(modules: Modules): Promise<string> {
  return (await assertRejects(() => manifestOf(modules), TypeError)).message;
}

Deno.test("loadManifest() imports the files of a walk, routes them and finds their actions", async () => {
  const files = {
    "pages/layout.tsx": `export default ({ children }) => children;`,
    "pages/page.tsx": `${IMPORT_ACTION} export default () => "home"; export const save = action("save", () => {});`,
    "pages/notes/[id]/template.tsx": `export default () => "note";`,
    "pages/_components/row/component.tsx": `${IMPORT_ACTION} export const drop = action("drop", () => {});`,
  };
  await withApp(files, async (dir) => {
    const manifest = await loadManifest(await discoverPages(dir));
    assertEquals(manifest.routes.map(({ pattern, file }) => [pattern, file]), [
      ["/", "pages/page.tsx"],
      ["/notes/[id]", "pages/notes/[id]/page.tsx"],
    ]);
    assertEquals(manifest.actions.map(({ action, file, exportName }) => [action.name, file, exportName]), [
      ["drop", "pages/_components/row/component.tsx", "drop"],
      ["save", "pages/page.tsx", "save"],
    ]);
    assertEquals(manifest.router.match("/notes/7")?.params, { id: "7" });
    assertEquals(manifest.warnings, []);
  });
});

Deno.test("loadManifest() returns no routes and no warnings for an empty list", async () => {
  const { routes, actions, notFound, errorPage, warnings } = await manifestOf({});
  assertEquals([routes, actions, notFound, errorPage, warnings], [[], [], null, null, []]);
});

Deno.test("loadManifest() returns a frozen value", async () => {
  const manifest = await manifestOf({ "/": { default: Body } });
  for (const value of [manifest, manifest.routes, manifest.actions, manifest.warnings, manifest.routes[0]]) {
    assert(Object.isFrozen(value));
  }
});

Deno.test("loadManifest() names the file that cannot be imported, with the error as cause", async () => {
  await withApp({ "pages/notes/page.tsx": "export default (" }, async (dir) => {
    const files = await discoverPages(dir);
    const error = await assertRejects(() => loadManifest(files), Error, 'Cannot import "pages/notes/page.tsx": ');
    assert(error.cause instanceof Error);
  });
});

Deno.test("loadManifest() reports the first of several broken files, whichever fails first", async () => {
  const files = pagesFromList([
    { path: "/a", load: () => new Promise((_, reject) => queueMicrotask(() => queueMicrotask(() => reject("slow")))) },
    { path: "/b", load: () => Promise.reject("fast") },
  ], "/srv/app");
  await assertRejects(() => loadManifest(files), Error, 'Cannot import "pages/a/page.tsx": slow');
});

Deno.test("loadManifest() rejects a load that does not return a module", async () => {
  const files = pagesFromList([{ path: "/", load: () => Promise.resolve(undefined) }], "/srv/app");
  await assertRejects(() => loadManifest(files), TypeError, "its load returned undefined");
});

for (
  const [what, modules, phrases] of [
    ["a page without a body", { "/notes": {} }, ['"pages/notes/page.tsx"', "it has no body"]],
    ["a default export that is not a function", { "/": { default: {} } }, ['"pages/page.tsx"', "is an object"]],
    ["a render that is not a function", { "/": { render: 1 } }, ['"pages/page.tsx"', '"render" is a number']],
    ["a context that is not a record", { "/": { default: Body, context: [] } }, ['"context" is an array']],
    ["a context function that is not a function", { "/": { default: Body, context: { user: 1 } } }, [
      '"user"',
      "is a number",
    ]],
    [
      "a local context function that is not a function",
      { "/": { default: Body, context: { user: { kind: "local", provider: null } } } },
      ['"user"', "is null"],
    ],
    ["a layout without default export", { "/": { default: Body }, "pages/layout.tsx": {} }, [
      '"pages/layout.tsx"',
      "it has no default export",
    ]],
    ["an async layout", { "/": { default: Body }, "pages/layout.tsx": { default: async () => {} } }, [
      '"pages/layout.tsx"',
      "async function",
    ]],
    ["a broken layout without a page below it", { "pages/layout.tsx": {} }, ['"pages/layout.tsx"']],
    ["a template without default export", { "pages/template.tsx": {} }, ['"pages/template.tsx" as a template']],
    ["an error page without default export", { "pages/error.tsx": {} }, ['"pages/error.tsx" as the error page']],
    ["a not_found.tsx without a body", { "pages/not_found.tsx": {} }, ["not_found.tsx", "no body"]],
    ["two files of one kind in a folder", { "pages/page.tsx": { default: Body }, "pages/page.ts": { default: Body } }, [
      '"pages/page.tsx"',
      '"pages/page.ts"',
    ]],
    ["two files that match the same URLs", { "/(a)/x": { default: Body }, "/(b)/x": { default: Body } }, [
      '"pages/(a)/x/page.tsx"',
      '"pages/(b)/x/page.tsx"',
    ]],
    ["a folder name that is not a pattern", { "/[id": { default: Body } }, ['Cannot route "pages/[id/page.tsx"']],
  ] as const
) {
  Deno.test(`loadManifest() rejects ${what}`, async () => {
    const message = await refusal(modules);
    for (const phrase of phrases) assertStringIncludes(message, phrase);
  });
}

Deno.test("loadManifest() rejects a page class together with a render export", async () => {
  class Home extends Page {
    override render(): string {
      return "";
    }
  }
  assertStringIncludes(await refusal({ "/": { default: Home, render: Body } }), "remove one");
});

Deno.test("loadManifest() prefers the default export of a page to its template", async () => {
  const Template = (): null => null;
  const { routes, warnings } = await manifestOf({
    "/": { default: Body },
    "pages/template.tsx": { default: Template },
  });
  assertEquals(routes[0]?.component, Body);
  assertEquals(warnings, [
    '"pages/template.tsx" is never rendered: the page in its folder has a default export, which is',
  ]);
});

Deno.test("loadManifest() uses the template of a page without a default export", async () => {
  const context = { user: () => "u" };
  const { routes, warnings } = await manifestOf({ "/": { context }, "pages/template.tsx": { default: Body } });
  assertEquals([routes[0]?.component, routes[0]?.hasTemplate, [...routes[0]?.context.keys() ?? []]], [Body, true, [
    "user",
  ]]);
  assertEquals(warnings, []);
});

Deno.test("loadManifest() routes a folder that has only a template, as its page.tsx", async () => {
  const { routes } = await manifestOf({ "pages/about/template.tsx": { default: Body } });
  assertEquals(routes.map(({ file, pattern, hasTemplate }) => [file, pattern, hasTemplate]), [
    ["pages/about/page.tsx", "/about", true],
  ]);
});

Deno.test("loadManifest() lists layouts and heads outermost first", async () => {
  const { routes } = await manifestOf({
    "pages/layout.tsx": { default: Wrap, head: "outer" },
    "pages/notes/layout.tsx": { default: Wrap },
    "pages/notes/[id]/layout.tsx": { default: Wrap, head: "inner" },
    "pages/other/layout.tsx": { default: Wrap, head: "other" },
    "/notes/[id]": { default: Body, head: "page" },
  });
  assertEquals(routes[0]?.layouts.map(({ file }) => file), [
    "pages/layout.tsx",
    "pages/notes/layout.tsx",
    "pages/notes/[id]/layout.tsx",
  ]);
  assertEquals(routes[0]?.head, ["outer", "inner", "page"]);
});

Deno.test("loadManifest() inherits context functions in the order of declaration, and the nearest overrides others of the same name", async () => {
  const far = (): string => "far";
  const near = (): string => "near";
  const { routes } = await manifestOf({
    "/": { default: Body, context: { zebra: far, user: far, secret: local(far), constructor: far } },
    "/notes": { default: Body, context: { apple: near, user: near } },
    "/notes/[id]": { default: Body, context: { last: local(near) } },
  });
  const contexts = new Map(routes.map(({ pattern, context }) => [pattern, context]));
  const named = (pattern: string): unknown =>
    Array.from(contexts.get(pattern) ?? [], ([name, { create }]) => [name, create]);
  assertEquals(named("/"), [["zebra", far], ["user", far], ["secret", far], ["constructor", far]]);
  assertEquals(named("/notes/[id]"), [["zebra", far], ["user", near], ["constructor", far], ["apple", near], [
    "last",
    near,
  ]]);
});

Deno.test("loadManifest() shares the dependency of an inherited context function with every page below", async () => {
  const { routes } = await manifestOf({
    "/": { default: Body, context: { user: () => "u" } },
    "/a": { default: Body },
    "/b": { default: Body },
  });
  const [first, ...rest] = routes.map(({ context }) => context.get("user"));
  assert(first !== undefined && rest.length === 2);
  for (const other of rest) assert(other === first);
});

Deno.test("loadManifest() renders not_found.tsx and error.tsx with the root's layout and context", async () => {
  const { notFound, errorPage } = await manifestOf({
    "pages/layout.tsx": { default: Wrap },
    "/": { default: Body, context: { user: () => "u", own: local(() => "o") } },
    "pages/not_found.tsx": { default: Body, head: "gone", context: { hint: local(() => "h") } },
    "pages/error.tsx": { default: Body },
  });
  assertEquals(notFound?.layouts.map(({ file }) => file), ["pages/layout.tsx"]);
  assertEquals([...notFound?.context.keys() ?? []], ["user", "hint"]);
  assertEquals(notFound?.head, ["gone"]);
  assertEquals([...errorPage?.context.keys() ?? []], ["user"]);
  assertEquals(errorPage?.component, Body);
});

Deno.test("loadManifest() routes neither not_found nor error", async () => {
  const { routes } = await manifestOf({
    "pages/not_found.tsx": { default: Body },
    "pages/error.tsx": { default: Body },
  });
  assertEquals(routes, []);
});

Deno.test("loadManifest() lists an action once if two modules export it", async () => {
  const save = action("save", () => {});
  const { actions } = await manifestOf({ "/a": { default: Body, save }, "/b": { default: Body, again: save } });
  assertEquals(actions, [{ action: save, file: "pages/a/page.tsx", exportName: "save" }]);
});

Deno.test("loadManifest() lists two actions with the same name, which the registry rejects", async () => {
  const { actions } = await manifestOf({
    "/a": { default: Body, save: action("save", () => {}) },
    "/b": { default: Body, save: action("save", () => {}) },
  });
  assertEquals(actions.map(({ file }) => file), ["pages/a/page.tsx", "pages/b/page.tsx"]);
});

Deno.test("loadManifest() lists the decorated methods of a page class", async () => {
  class Base extends Page {
    override render(): string {
      return "";
    }
    @action("inherited")
    inherited(): void {}
  }
  class Notes extends Base {
    @action("own")
    own(): void {}
  }
  const { actions, routes } = await manifestOf({ "/notes": { default: Notes } });
  assertEquals(actions.map(({ action, exportName }) => [action.name, exportName]).sort(), [
    ["inherited", "default"],
    ["own", "default"],
  ]);
  assert(routes[0]?.render !== null);
});

for (const path of ["pages/layout.tsx", "pages/template.tsx", "pages/not_found.tsx", "pages/error.tsx"]) {
  Deno.test(`loadManifest() rejects an action exported from ${path}, and names the files to export it from`, async () => {
    const message = await refusal({ [path]: { default: Body, save: action("save", () => {}) } });
    for (const part of ['"save"', `"${path}"`, '"pages/page.tsx"', '"pages/_components/<name>/component.tsx"']) {
      assertStringIncludes(message, part);
    }
  });
}

Deno.test("loadManifest() warns about exports that only a page has", async () => {
  const { warnings } = await manifestOf({
    "pages/notes/layout.tsx": { default: Wrap, context: {} },
    "pages/error.tsx": { default: Body, render: Body },
    "pages/_components/row/component.tsx": { render: Body },
  });
  assertEquals(warnings, [
    'The export "context" of "pages/notes/layout.tsx" is never read: only a page has one; move it to "pages/notes/page.tsx"',
    'The export "render" of "pages/error.tsx" is never read: only a page has one; move it to "pages/page.tsx"',
  ]);
});

Deno.test("loadManifest() shares nothing between two manifests", async () => {
  const modules = { "/": { default: Body, context: { user: () => "u" } } };
  const [one, two] = [await manifestOf(modules), await manifestOf(modules)];
  assert(one.routes[0]?.context.get("user") !== two.routes[0]?.context.get("user"));
});
