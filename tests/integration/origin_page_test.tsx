/**
 * The origin page of a call: known before any code of the application runs, and the same for all of it, regardless of where the
 * request names it and which step reads it.
 */
import fc from "fast-check";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  DContext,
  defineForm,
  dependency,
  DQuery,
  DUrl,
  type ErrorPageProps,
  Field,
  field,
  Form,
  formActionUrl,
  FormErrors,
  history,
  HyperError,
  type LayoutProps,
  type PageProps,
  redirect,
  refresh,
  RegistryFormActionBackend,
  type RequestContext,
  switchTo,
} from "../../mod.ts";
import type { Action } from "../../mod.ts";
import { App, bodyOf, EVENTS, eventsOf, hiddenValue, JSON_TYPE, type OpenPage } from "../support/app.tsx";
import { attribute, find, findForm, parseHtml, text } from "../support/html.ts";

const AUDIENCES = ["text/html", EVENTS, JSON_TYPE];

/** Returns the URL that a form of a page is posted to. */
function endpoint(action: string, address: string): string {
  return `${formActionUrl(action)}?_next_form_origin=${encodeURIComponent(address)}`;
}

/** Returns the fields that name a page. */
function origin(pattern: string, address: string): Readonly<Record<string, string>> {
  return { _next_form_page: `pages${pattern === "/" ? "" : pattern}/page.tsx`, _next_form_origin: address };
}

async function post(
  app: App,
  path: string,
  fields: Parameters<typeof bodyOf>[0],
  accept = "text/html",
): Promise<number> {
  const response = await app.request(path, { method: "POST", headers: { accept }, body: bodyOf(fields) });
  await response.body?.cancel();
  return response.status;
}

/** An application that records which page each step reads. */
class Watched implements AsyncDisposable {
  readonly seen = new Map<string, unknown>();
  /** The pages that were rendered. */
  readonly drawn: unknown[] = [];
  readonly app: App;

  constructor(patterns: readonly string[]) {
    const at = (step: string) => async (ctx: RequestContext): Promise<void> => {
      const { url, params, deps } = ctx;
      this.seen.set(step, {
        url: url.href,
        params: { ...params },
        id: await deps.get(DUrl("id", String, { default: "none" })),
        tab: await deps.get(DQuery("tab", String, { default: "none" })),
        title: await deps.get(DContext("title", { default: "none" })),
        first: await deps.get(first),
      });
    };
    // Read first by the guard, and cached for the rest of the call.
    const first = dependency("first", ({ url, params }) => ({ url: url.href, params: { ...params } }));
    const form = defineForm("note", {
      fields: { title: field.text({ required: true }), photo: field.file() },
      getInitial: async (ctx) => {
        await at("getInitial")(ctx);
        return {};
      },
      guard: at("form's guard"),
      clean: async (_, ctx) => await at("clean")(ctx),
    });
    const save = action("save", {
      form: async (ctx) => {
        await at("factory")(ctx);
        return form;
      },
      guard: at("action's guard"),
      onFile: async (_, ctx) => {
        await at("onFile")(ctx);
        return "key";
      },
    }, async (ctx) => {
      await at("handler")(ctx);
      assertEquals(ctx.originPage?.href ?? null, ctx.url.href);
    });
    const render = (ctx: RequestContext) => at("page")(ctx);
    const Page = ({ url, params }: PageProps) => {
      this.drawn.push({ url: url.href, params: { ...params } });
      return (
        <Form action={save}>
          <Field name="title" />
        </Form>
      );
    };
    this.app = new App(
      Object.fromEntries(patterns.map((pattern) => [pattern, {
        default: Page,
        render,
        context: { title: ({ url }: RequestContext) => `the title of ${url.pathname}` },
        ...(pattern === patterns[0] ? { save } : {}),
      }])),
      { guard: at("general guard") },
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.app[Symbol.asyncDispose]();
  }
}

const LONG = `q=${"x".repeat(2_000)}`;
// The context of the page has a guard as well.
const STEPS = ["general guard", "action's guard", "page", "onFile", "factory", "getInitial", "form's guard"];

for (
  const [pattern, address] of [
    ["/", "/?tab=a"],
    ["/about", "/about"],
    ["/notes/[id]", "/notes/7?tab=a%20b"],
    ["/notes/[id]", "/notes/caf%C3%A9"],
    ["/notes/[id]", `/notes/7?tab=a&${LONG}`],
  ] as const
) {
  const short = address.length > 1_000 ? address.slice(0, address.indexOf("?") + 1) : address;
  for (
    const [naming, path, fields] of [
      ["its URL", endpoint("save", short), origin(pattern, address)],
      ["its fields", formActionUrl("save"), origin(pattern, address)],
      ["the address of the request", `${address}${address.includes("?") ? "&" : "?"}_action=save`, {}],
    ] as const
  ) {
    Deno.test(`every step reads the same page, named by ${naming}: ${address.slice(0, 30)} of ${pattern}`, async () => {
      await using watched = new Watched(["/other", ...new Set(["/", "/about", "/notes/[id]"])]);
      const url = `http://site.test${address}`;
      const id = pattern === "/notes/[id]" ? decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "") : null;
      const params = id === null ? {} : { id };
      const expected = {
        url,
        params,
        id: id ?? "none",
        tab: new URL(url).searchParams.get("tab") ?? "none",
        title: `the title of ${new URL(url).pathname}`,
        first: { url, params },
      };
      for (const accept of AUDIENCES) {
        for (const title of ["Milk", ""]) {
          watched.seen.clear();
          await post(watched.app, path, { ...fields, title, photo: new File(["x"], "a") }, accept);
          const steps = [...STEPS, ...(title === "" ? [] : ["clean", "handler"])];
          assertEquals(Object.fromEntries(watched.seen), Object.fromEntries(steps.map((step) => [step, expected])));
          const isDrawn = title === "" && accept !== JSON_TYPE;
          assertEquals(watched.drawn.splice(0), isDrawn ? [{ url, params }] : []);
        }
      }
    });
  }
}

const NoteForm = defineForm("note", {
  fields: { title: field.text({ required: true, messages: { required: "Give it a title" } }) },
});

/** A page with a form, and what its action function read. */
function notes(handler: (ctx: { url: URL; params: object }) => unknown = () => undefined) {
  const seen: string[] = [];
  const save = action("save", { form: NoteForm }, (ctx) => {
    seen.push(`${ctx.url.pathname}${ctx.url.search} ${JSON.stringify(ctx.params)}`);
    return handler(ctx) as undefined;
  });
  const move = action("move", { inject: { id: DUrl("id", Number) } }, ({ id }) => void seen.push(`moved ${id}`));
  const peek = action("peek", { inject: { id: DUrl("id", String, { default: "none" }) } }, ({ id, params }) => {
    seen.push(`peeked ${id} ${JSON.stringify(params)}`);
  });
  const Page = () => (
    <main>
      <Form action={save}>
        <FormErrors />
        <Field name="title" />
      </Form>
    </main>
  );
  return { seen, save, app: new App({ "/notes/[id]": { default: Page, save, move, peek }, "/": { default: Page } }) };
}

Deno.test("a form writes its page into the URL that it is posted to, and into its hidden fields", async () => {
  const { app } = notes();
  await using _ = app;
  const form = findForm((await app.open("/notes/7?q=%C3%A4&b=%2F")).root, "save");
  assertEquals(attribute(form, "action"), endpoint("save", "/notes/7?q=%C3%A4&b=%2F"));
  assertEquals(hiddenValue(form, "_next_form_origin"), "/notes/7?q=%C3%A4&b=%2F");
  assertEquals(hiddenValue(form, "_next_form_page"), "pages/notes/[id]/page.tsx");
});

for (const [bytes, isWhole] of [[1_024, true], [1_025, false]] as const) {
  Deno.test(`the URL of a form contains ${isWhole ? "the whole address" : "only the path"} of an address of ${bytes} encoded bytes`, async () => {
    const { app, seen } = notes();
    await using _ = app;
    const start = "/notes/7?q=";
    const address = start + "x".repeat(bytes - encodeURIComponent(start).length);
    assertEquals(encodeURIComponent(address).length, bytes);
    let page = await app.open(address);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const form = findForm(page.root, "save");
      assertEquals(attribute(form, "action"), endpoint("save", isWhole ? address : "/notes/7?"));
      assertEquals(hiddenValue(form, "_next_form_origin"), address);
      page = await app.submit(page, "save", { title: "" });
      assertStringIncludes(page.html, "Give it a title");
    }
    const done = await app.submit(page, "save", { title: "Milk" });
    assertEquals([done.response.headers.get("location"), seen], [address, [`${address} {"id":"7"}`]]);
  });
}

Deno.test("a long path is sent whole, and the page of an address without its query is that of its path", async () => {
  const { app, seen } = notes();
  await using _ = app;
  const long = `/notes/${"x".repeat(1_500)}`;
  const form = findForm((await app.open(long)).root, "save");
  assertEquals(attribute(form, "action"), endpoint("save", long));
  assertEquals(await post(app, endpoint("save", "/notes/7?"), { title: "Milk" }), 303);
  assertEquals(seen, ['/notes/7 {"id":"7"}']);
});

for (
  const [what, path, fields] of [
    ["twice in the URL", `${endpoint("save", "/notes/7")}&_next_form_origin=%2Fnotes%2F7`, {}],
    [
      "twice in the URL, once with escaped letters",
      `${endpoint("save", "/notes/7")}&%5fnext_form_origin=%2Fnotes%2F7`,
      {},
    ],
    ["twice in the fields", endpoint("save", "/notes/7"), [
      ["_next_form_origin", "/notes/7"],
      ["_next_form_origin", "/notes/7"],
    ]],
    ["twice in the fields of a bare endpoint", formActionUrl("save"), [
      ["_next_form_page", "pages/notes/[id]/page.tsx"],
      ["_next_form_origin", "/notes/7"],
      ["_next_form_origin", "/notes/8"],
    ]],
    ["by two files", formActionUrl("save"), [
      ["_next_form_page", "pages/page.tsx"],
      ["_next_form_page", "pages/notes/[id]/page.tsx"],
      ["_next_form_origin", "/notes/7"],
    ]],
    ["by another path in the fields", endpoint("save", "/notes/7"), [["_next_form_origin", "/notes/8"]]],
    ["by a longer path in the fields", endpoint("save", "/notes/7?"), [["_next_form_origin", "/notes/77?q=1"]]],
    ["by another spelling in the fields", endpoint("save", "/notes/7"), [["_next_form_origin", "/notes/%37"]]],
    ["by the file of another page", endpoint("save", "/notes/7"), [["_next_form_page", "pages/page.tsx"]]],
    ["by an address that it was not sent to", "/notes/8?_action=save&_next_form_origin=%2Fnotes%2F7", []],
    ["in a GET, by an address that it was not sent to", "/notes/8?_action=save&_next_form_origin=/", []],
  ] as const
) {
  Deno.test(`a call that names its page ${what} is 400, and runs no guard`, async () => {
    const { app, seen } = notes();
    await using _ = app;
    const pairs = Array.isArray(fields) ? fields as [string, string][] : [];
    for (const accept of AUDIENCES) assertEquals(await post(app, path, [...pairs, ["title", "Milk"]], accept), 400);
    assertEquals(seen, []);
  });
}

Deno.test("a call without a page has no params: a DUrl without a default is 400 before a guard runs, one with a default has it", async () => {
  let asked = 0;
  const take = action("take", { inject: { id: DUrl("id", Number) }, guard: () => void asked++ }, () => {});
  const { app, seen } = notes();
  await using _ = app;
  for (const path of [formActionUrl("peek"), "/nowhere?_action=peek", endpoint("peek", "//evil.test/notes/7")]) {
    assertEquals(await post(app, path, { id: "8" }), 204, path);
  }
  assertEquals(seen.splice(0), ["peeked none {}", "peeked none {}", "peeked none {}"]);
  await using strict = new App({
    "pages/notes/[id]/page.tsx": { default: () => "", take },
    "pages/not_found.tsx": { default: () => "" },
  });
  for (const path of [formActionUrl("take"), "/nowhere?_action=take", endpoint("take", "/nowhere")]) {
    for (const accept of AUDIENCES) {
      assertEquals([await post(strict, path, { id: "8" }, accept), asked], [400, 0], path);
    }
  }
  assertEquals([await post(strict, endpoint("take", "/notes/7"), {}), asked], [204, 1]);
});

for (
  const [to, target] of [
    ["?saved=1", "/notes/7/edit?saved=1"],
    ["edit2", "/notes/7/edit2"],
    ["../8", "/notes/8"],
    ["#top", "/notes/7/edit?tab=a#top"],
    ["", "/notes/7/edit?tab=a"],
    ["/", "/"],
  ] as const
) {
  Deno.test(`a target is resolved against the origin page, never the endpoint: ${JSON.stringify(to)}`, async () => {
    const other = action("other", { method: "POST" }, () => {});
    const items = {
      redirect: () => redirect(to),
      history: () => history({ push: to }),
      switch: () => switchTo(other, {}, { path: to }),
    };
    const actions = Object.fromEntries(
      Object.entries(items).map(([name, give]) => [name, action(name, { form: NoteForm }, () => give())]),
    );
    const success = defineForm("done", { fields: { title: field.text() }, success: { redirect: to } });
    const done = action("done", { form: success }, () => {});
    await using app = new App({
      "/notes/[id]/edit": { default: () => "", ...actions, done, other },
      "/": { default: () => "" },
    });
    const address = "/notes/7/edit?tab=a";
    for (const name of ["redirect", "history", "switch", "done"]) {
      for (
        const [path, fields] of [
          [endpoint(name, address), {}],
          [formActionUrl(name), origin("/notes/[id]/edit", address)],
          [`${address}&_action=${name}`, {}],
        ] as const
      ) {
        const send = (accept: string) =>
          app.request(path, { method: "POST", headers: { accept }, body: bodyOf({ ...fields, title: "Milk" }) });
        const [patch] = await eventsOf(await send(EVENTS));
        const data = patch?.data as Readonly<Record<string, unknown>>;
        assertEquals(data.url ?? data.push_url, target, `${name} ${path}`);
        if (name !== "redirect" && name !== "done") continue;
        assertEquals((await send("text/html")).headers.get("location"), target);
      }
    }
  });
}

Deno.test("a relative target of a call without a page never resolves to the endpoint", async () => {
  const go = action("go", () => redirect("?saved=1"));
  await using app = new App({ "/": { default: () => "", go } });
  const response = await app.request(formActionUrl("go"), { method: "POST" });
  assertEquals(response.headers.get("location"), "/?saved=1");
});

// As a browser writes them into the URL of the page: characters that it escapes arrive escaped.
for (
  const address of [
    "/notes/7?path=C:\\temp",
    "/notes/7?b=%E9",
    "/notes/7?{}|^`%22%27",
    "/notes/7?a=%zz&b=%",
    "/notes/7?a=1&a=2&&b+c=d%20e",
    "/notes/7?u=https://evil.test/%2F..",
    "/notes/7?_next_form_originx=1",
    "/notes/%7B%7D%7C%5E%22%27",
    "/notes/a|b^c'd",
    "/notes/caf%c3%a9",
    "/notes/100%25",
    "/notes/7%3F%23",
    "/notes/a:b@c;d=e,f",
  ]
) {
  Deno.test(`the address that a page was requested at is a valid origin, byte for byte: ${address}`, async () => {
    const { app, seen } = notes();
    await using _ = app;
    const asked = new URL(address, "http://site.test");
    const served = asked.pathname + asked.search;
    let page = await app.open(address);
    assertEquals(page.status, 200);
    for (let attempt = 1; attempt <= 2; attempt++) {
      const form = findForm(page.root, "save");
      assertEquals(attribute(form, "action"), endpoint("save", served));
      assertEquals(hiddenValue(form, "_next_form_origin"), served);
      page = await app.submit(page, "save", { title: "" });
      assertEquals([page.status, page.html.includes("Give it a title")], [200, true]);
    }
    const done = await app.submit(page, "save", { title: "Milk" });
    assertEquals([done.status, done.response.headers.get("location")], [303, served]);
    assertEquals(seen, [
      `${served} ${JSON.stringify({ id: decodeURIComponent(asked.pathname.slice("/notes/".length)) })}`,
    ]);
  });
}

for (
  const address of [
    "/notes/a%2Fb",
    "/notes/a%5cb",
    "/notes/../notes/7",
    "/notes/%252e%252e",
    "/notes/%2e%2e/7",
    "//site.test/notes/7",
    "http://site.test/notes/7",
    "notes/7",
    "/notes/7#top",
    "/notes/7\n",
    "/\tnotes/7",
    "/notes\\7",
    formActionUrl("save"),
    "",
    "?",
  ]
) {
  Deno.test(`an address that no page is served at names no page: ${JSON.stringify(address)}`, async () => {
    const { app, seen } = notes();
    await using _ = app;
    assertEquals(await post(app, endpoint("save", address), { title: "" }), 400);
    assertEquals(await post(app, endpoint("move", address), {}), 400);
    assertEquals(seen, []);
  });
}

for (const [what, body, type, status] of BAD_BODIES()) {
  Deno.test(`a body that ${what} shows the form again on its page, each time`, async () => {
    const { app, seen } = notes();
    await using _ = app;
    for (const [address, shown] of [["/notes/7?q=1", "/notes/7?q=1"], [`/notes/7?${LONG}`, "/notes/7"]] as const) {
      let path = attribute(findForm((await app.open(address)).root, "save"), "action") ?? "";
      for (let attempt = 1; attempt <= 3; attempt++) {
        const response = await app.request(path, { method: "POST", headers: { "content-type": type }, body: body() });
        assertEquals(response.status, status);
        const form = findForm(parseHtml(await response.text()), "save");
        assertStringIncludes(text(form), status === 413 ? "This is too long to send" : "could not be understood");
        // The URL contains only the path of a long address.
        assertEquals(hiddenValue(form, "_next_form_origin"), shown);
        path = attribute(form, "action") ?? "";
      }
    }
    assertEquals(seen, []);
  });
}

function BAD_BODIES(): readonly (readonly [string, () => string | ReadableStream, string, number])[] {
  const urlencoded = "application/x-www-form-urlencoded";
  return [
    ["is too large", () => `title=${"x".repeat(1_100_000)}`, urlencoded, 413],
    ["is cut off", () => "--b\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=b", 400],
    ["is not UTF-8", () => "title=%ff", urlencoded, 400],
  ];
}

Deno.test("a body that cannot be read is rejected after the guards, also if the page has to be looked up in it", async () => {
  const asked: string[] = [];
  const save = action("save", {
    form: NoteForm,
    guard: ({ url }) => {
      asked.push(url.pathname + url.search);
      return false;
    },
  }, () => {});
  await using app = new App({ "/notes/[id]": { default: () => "", save } });
  for (const address of ["/notes/7?q=1", "/notes/7?"]) {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await app.request(endpoint("save", address), { method: "POST", headers, body: "title=%ff" });
    await response.body?.cancel();
    assertEquals(response.status, 403);
  }
  assertEquals(asked, ["/notes/7?q=1", "/notes/7"]);
});

/** An application whose layout has a form. Pages may fail. */
function withLayoutForm(special: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  const seen: string[] = [];
  const subscribe = action("subscribe", { form: NoteForm }, ({ url }) => {
    seen.push(url.pathname + url.search);
  });
  const again = action("again", { form: NoteForm }, () => refresh("#where"));
  const Layout = ({ children }: LayoutProps) => (
    <html>
      <body>
        <Form action={subscribe}>
          <FormErrors />
          <Field name="title" />
        </Form>
        <Form action={again} />
        {children}
      </body>
    </html>
  );
  const app = new App({
    "pages/layout.tsx": { default: Layout },
    "pages/page.tsx": { default: () => "home", subscribe, again },
    "pages/broken/page.tsx": {
      default: () => {
        throw new Error("broken");
      },
    },
    "pages/closed/page.tsx": { default: () => "the books", render: () => false },
    "pages/gone/page.tsx": {
      default: () => {
        throw new HyperError(410, "It is gone");
      },
    },
    ...special,
  });
  return { app, seen };
}

const queryPart = fc.oneof(
  fc.constantFrom(
    "%E9",
    "%zz",
    "%",
    "[",
    "]",
    "[0]",
    "[2]",
    "[]",
    ".",
    "=",
    "&",
    "+",
    "a",
    "b",
    "\\",
    "é",
    "?",
  ),
  fc.string({ maxLength: 3 }),
);

Deno.test("the fields of a URL that names its action must be readable: the program has written them for it", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  await using app = new App({ "/": { default: () => "home", save } });
  const headers = { origin: "http://site.test", accept: "application/json" };
  for (const [search, status] of [["a=1", 200], ["b=%E9", 400], ["a=1&a.b=2", 400]] as const) {
    const response = await app.handler(
      new Request(`http://site.test/?_action=save&${search}`, { method: "POST", headers }),
    );
    await response.body?.cancel();
    assertEquals(response.status, status, search);
  }
  assertEquals(runs, 1);
});

Deno.test("the fields of a URL must be readable unless it is the address of a page, which any link may have written", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  await using app = new App({ "/": { default: () => "home", save } });
  const statusOf = async (path: string) => {
    const response = await app.call("save", { path, accept: "application/json" });
    await response.body?.cancel();
    return response.status;
  };
  const form = `/_next/form/${save.uid}/?_next_form_origin=%2F&`;
  assertEquals([await statusOf("/?b=%E9"), await statusOf("/elsewhere?b=1"), await statusOf(`${form}b=1`)], [
    200,
    200,
    200,
  ]);
  assertEquals([await statusOf("/elsewhere?b=%E9"), await statusOf(`${form}b=%E9`), runs], [400, 400, 3]);
});

Deno.test("a call to the address of a page is accepted if the page is, and gets the address byte for byte", async () => {
  const urls: string[] = [];
  const see = ({ url }: { readonly url: URL }) => {
    urls.push(url.href);
    return { ok: 1 };
  };
  const save = action("save", see);
  const look = action("look", { method: "GET" }, see);
  await using app = new App({ "/notes/[id]": { default: () => "note", save, look } });
  const check = async (search: string): Promise<void> => {
    const { href } = new URL(`/notes/7${search}`, "http://site.test");
    const page = await app.handler(new Request(href));
    await page.body?.cancel();
    const statuses: number[] = [];
    urls.length = 0;
    for (const accept of ["text/html", "text/event-stream", "application/json"]) {
      for (const name of ["save", "look"]) {
        const headers = { "x-hyper-action": name, accept, origin: "http://site.test" };
        const response = await app.handler(new Request(href, { method: name === "save" ? "POST" : "GET", headers }));
        await response.body?.cancel();
        if (!response.ok) statuses.push(response.status);
      }
      const fields = { method: "POST", body: new URLSearchParams({ _action: "save" }) };
      const response = await app.handler(
        new Request(href, { ...fields, headers: { accept, origin: "http://site.test" } }),
      );
      await response.body?.cancel();
      if (!response.ok) statuses.push(response.status);
    }
    assertEquals([page.status, statuses, new Set(urls)], [200, [], new Set([href])], search);
  };
  for (const search of ["?b=%E9", "?a=1&a.b=2", "?a[5]=1", `?${"a=1&".repeat(2_000)}`]) {
    await check(search);
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(queryPart, { maxLength: 12 }).map((parts) => `?${parts.join("").replaceAll("#", "")}`),
      check,
    ),
    { numRuns: 200 },
  );
});

const NotFound = {
  "pages/not_found.tsx": { default: ({ url }: PageProps) => <p id="where">nothing at {url.pathname}</p> },
};
const Failed = {
  "pages/error.tsx": { default: ({ status, url }: ErrorPageProps) => <p id="where">{status} at {url.pathname}</p> },
};

for (
  const [what, special, address, status, words] of [
    [
      "the not-found page",
      { ...NotFound, ...Failed },
      "/nowhere/at/all?a=%E9",
      404,
      "nothing at /nowhere/at/all",
    ],
    ["the error page for an unknown address", Failed, "/nowhere?a=1", 404, "404 at /nowhere"],
    ["the not-found page, without an error page", NotFound, "/nowhere", 404, "nothing at /nowhere"],
    ["the error page of a page that throws", { ...NotFound, ...Failed }, "/broken?a=1", 500, "500 at /broken"],
    ["the error page of a page that denies access", Failed, "/closed?a=1", 403, "403 at /closed"],
    ["the error page of a page that responds with 410", Failed, "/gone", 410, "410 at /gone"],
  ] as const
) {
  Deno.test(`a form in the layout of ${what} redirects back there, and is shown there when it is invalid`, async () => {
    const { app, seen } = withLayoutForm(special);
    await using _ = app;
    let page: OpenPage = await app.open(address);
    assertEquals(page.status, status);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const form = findForm(page.root, "subscribe");
      assertEquals(attribute(form, "action"), endpoint("subscribe", address));
      assertEquals(hiddenValue(form, "_next_form_origin"), address);

      const done = await app.submit(page, "subscribe", { title: "Milk" });
      assertEquals([done.status, done.response.headers.get("location")], [303, address]);
      assertEquals(seen.splice(0), [address]);

      const [patch] = await eventsOf(await app.submitByRuntime(page, "subscribe", { title: "" }));
      assertEquals(patch?.event, "patch_html");
      assertStringIncludes(String((patch?.data as { content: string }).content), "Give it a title");

      page = await app.submit(page, "subscribe", { title: "" });
      assertEquals(page.status, status);
      assertStringIncludes(text(findForm(page.root, "subscribe")), "Give it a title");
      assertEquals(text(find(page.root, (element) => attribute(element, "id") === "where")), words);
      assert(!page.html.includes("the books"));
    }
    app.takeReports();
  });
}

Deno.test("a body that cannot be read shows the form of a layout again at an address without a page", async () => {
  const { app } = withLayoutForm({ ...NotFound, ...Failed });
  await using _ = app;
  for (const address of ["/nowhere", "/broken"]) {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await app.request(endpoint("subscribe", address), { method: "POST", headers, body: "title=%ff" });
    assertEquals(response.status, 400);
    assertStringIncludes(text(findForm(parseHtml(await response.text()), "subscribe")), "could not be understood");
    // The page that should have shown it has failed, and the developer has to know that.
    assertEquals(app.takeReports().map(({ error }) => `${error}`), address === "/broken" ? ["Error: broken"] : []);
  }
});

Deno.test("refresh() renders the not-found page for a form of its layout", async () => {
  const { app } = withLayoutForm(NotFound);
  await using _ = app;
  const [patch] = await eventsOf(await app.submitByRuntime(await app.open("/nowhere"), "again", { title: "Milk" }));
  assertStringIncludes(String((patch?.data as { content: string }).content), "nothing at /nowhere");
});

Deno.test("in an application without a not-found page, an address without a page is not a valid origin", async () => {
  const { app } = notes();
  await using _ = app;
  assertEquals(await post(app, endpoint("save", "/nowhere"), { title: "" }), 400);
  assertEquals(await post(app, endpoint("save", "/nowhere"), { title: "Milk" }), 204);
});

Deno.test("the origin page in the URL is not part of the data of an action, nor of the query of its page", async () => {
  let given: unknown;
  const look = action("look", ({ data, url }) => void (given = [data, url.search]));
  await using app = new App({ "/": { default: () => "", look } });
  await post(app, `${endpoint("look", "/?tab=a&_action=x")}&a=1`, { b: "2" });
  assertEquals(given, [{ a: "1", b: "2" }, "?tab=a"]);
});

for (
  const [what, first, second, runs] of [
    ["the same page in another spelling", "/notes/7?q=1", "/notes/%37?q=2", 1],
    ["the same route with other params", "/notes/7", "/notes/8", 2],
    ["another route with the same params", "/notes/7", "/lists/7", 2],
    ["no page", "/notes/7", "", 2],
    ["two addresses without a page", "/nowhere/1", "/nowhere/2", 2],
  ] as const
) {
  Deno.test(`one idempotency key for ${what} runs an action: ${runs}`, async () => {
    let count = 0;
    const save = action("save", () => void count++);
    await using app = new App({
      "pages/notes/[id]/page.tsx": { default: () => "", save },
      "pages/lists/[id]/page.tsx": { default: () => "" },
      "pages/not_found.tsx": { default: () => "" },
    });
    for (const address of [first, second, first]) {
      const path = address === "" ? formActionUrl("save") : endpoint("save", address);
      await post(app, path, { _hyper_once: "0123456789" });
    }
    assertEquals(count, runs);
  });
}

Deno.test("a form of a GET action names its page too: its query, and that of a not-found page", async () => {
  const seen: string[] = [];
  const find = action("find", { method: "GET", form: NoteForm }, ({ url, params }) => {
    seen.push(`${url.pathname}${url.search} ${JSON.stringify(params)}`);
    return refresh("#where");
  });
  const Page = ({ url }: PageProps) => (
    <main>
      <p id="where">{url.pathname + url.search}</p>
      <Form action={find}>
        <Field name="title" />
        <FormErrors />
      </Form>
    </main>
  );
  await using app = new App({
    "pages/notes/[id]/page.tsx": { default: Page, find },
    "pages/not_found.tsx": { default: Page },
  });
  for (const [address, params] of [["/notes/7?tab=a", { id: "7" }], ["/nowhere?tab=a", {}]] as const) {
    const form = findForm((await app.open(address)).root, "find");
    const path = new URL(address, "http://site.test").pathname;
    assertEquals([attribute(form, "action"), hiddenValue(form, "_next_form_origin")], [path, address]);
    const query = (title: string) =>
      `${path}?${new URLSearchParams({ _action: "find", _next_form_origin: address, title })}`;
    const headers = { accept: EVENTS, "x-hyper-action": "find" };
    const [patch] = await eventsOf(await app.request(query("Milk"), { headers }));
    assertStringIncludes(String((patch?.data as { content: string }).content), `<p id="where">${address}</p>`);
    const page = await app.open(query(""));
    assertStringIncludes(page.html, "Give it a title");
    assertEquals(hiddenValue(findForm(page.root, "find"), "_next_form_origin"), address);
    assertEquals(seen.splice(0), [`${address} ${JSON.stringify(params)}`]);
  }
});

Deno.test("a form of a GET action names a long address by its path", async () => {
  const find = action("find", { method: "GET", form: NoteForm }, ({ url }) => ({ url: url.pathname + url.search }));
  await using app = new App({ "/notes": { default: () => <Form action={find} />, find } });
  const form = findForm((await app.open(`/notes?${LONG}`)).root, "find");
  assertEquals(hiddenValue(form, "_next_form_origin"), "/notes?");
  const response = await app.request("/notes?_action=find&_next_form_origin=%2Fnotes%3F&title=Milk", {
    headers: { accept: JSON_TYPE },
  });
  assertEquals(await response.json(), { ok: true, data: { url: "/notes" } });
});

class Elsewhere extends RegistryFormActionBackend {
  readonly #change: (url: string) => string;

  constructor(change: (url: string) => string) {
    super();
    this.#change = change;
  }

  override getActionUrl(action: Action): string {
    return this.#change(super.getActionUrl(action));
  }
}

for (
  const [what, change, url] of [
    ["a query", (url: string) => `${url}?via=1`, `${formActionUrl("save")}?via=1&_next_form_origin=%2Fnotes%2F7`],
    ["a host", (url: string) => `http://site.test${url}`, `http://site.test${endpoint("save", "/notes/7")}`],
    ["a fragment", (url: string) => `${url}#form`, `${endpoint("save", "/notes/7")}#form`],
    ["the page itself", () => endpoint("save", "/notes/7"), endpoint("save", "/notes/7")],
  ] as const
) {
  Deno.test(`a form works when a backend writes ${what} into its URL`, async () => {
    const seen: unknown[] = [];
    const save = action("save", { form: NoteForm }, ({ params }) => void seen.push({ ...params }));
    const pages = { "/notes/[id]": { default: () => <Form action={save} />, save } };
    await using app = new App(pages, { backends: [new Elsewhere(change)] });
    const page = await app.open("/notes/7");
    assertEquals(attribute(findForm(page.root, "save"), "action"), url);
    assertEquals((await app.submit(page, "save", { title: "" })).status, 200);
    assertEquals((await app.submit(page, "save", { title: "Milk" })).response.headers.get("location"), "/notes/7");
    assertEquals(seen, [{ id: "7" }]);
  });
}

Deno.test("the address of an endpoint is never that of a page, also when a page matches every address", async () => {
  const seen: unknown[] = [];
  const save = action("save", ({ params, originPage }) => void seen.push([{ ...params }, originPage]));
  await using app = new App({ "/[...rest]": { default: () => "", save } });
  const bare = formActionUrl("save");
  for (const path of [bare, bare.slice(0, -1), endpoint("save", bare.slice(0, -1)), `${bare}more?_action=save`]) {
    assertEquals(await post(app, path, {}), 204, path);
  }
  assertEquals(seen, Array(4).fill([{}, null]));
});
