/**
 * A11, T25: the client chooses the address of a call, and `DContext()` reads the context of the page at that address.
 * Outside a render of the page, its guard runs first, and so does the guard of the page that declares the value.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type AccessDenied,
  action,
  DContext,
  defineForm,
  dependency,
  Depends,
  field,
  Form,
  getRequestDepCache,
  html,
  HyperError,
  live,
  local,
  Page,
  type PageContext,
  type Provider,
  type RenderResult,
  toast,
} from "../../mod.ts";
import { App, EVENTS, JSON_TYPE, type Modules } from "../support/app.tsx";

const SECRET = "revenue 1,234,567";
const AUDIENCES = ["text/html", EVENTS, JSON_TYPE] as const;
const ALLOWED = { "x-user": "ada" };

/** A page guarded by the header `x-user`, and counters of the functions that were called. */
function adminPage(deny: () => RenderResult | Promise<RenderResult> = () => false) {
  const calls = { guard: 0, context: 0, handler: 0 };
  const admin = {
    render: (ctx: PageContext): RenderResult | Promise<RenderResult> => {
      calls.guard++;
      return ctx.request.headers.get("x-user") === "ada" ? <main>{SECRET}</main> : deny();
    },
    context: {
      summary: () => {
        calls.context++;
        return SECRET;
      },
    },
  };
  return { admin, calls };
}

/** A public action that returns the context of the page. */
function reader(calls: { handler: number }) {
  return action("read", { skipHandlerGuard: true, inject: { summary: DContext<string>("summary") } }, ({ summary }) => {
    calls.handler++;
    return { summary };
  });
}

const DENIALS:
  readonly (readonly [string, () => RenderResult | Promise<RenderResult>, number, AccessDenied["reason"]])[] = [
    ["returns false", () => false as never, 403, "guard"],
    [
      "returns a redirect",
      () => new Response(null, { status: 303, headers: { location: "/sign-in" } }),
      303,
      "response",
    ],
    ["returns a Response", () => new Response("sign in", { status: 401 }), 401, "response"],
    [
      "throws a HyperError",
      () => {
        throw new HyperError(401, "Sign in", { headers: { "www-authenticate": "Basic" } });
      },
      401,
      "guard",
    ],
    ["rejects with a HyperError", () => Promise.reject(new HyperError(404, "No such page")), 404, "guard"],
  ];

for (const [what, deny, status, reason] of DENIALS) {
  Deno.test(`A11: a page whose render ${what} does not provide its context to an action`, async () => {
    const { admin, calls } = adminPage(deny);
    await using app = new App({ "/admin": { ...admin, read: reader(calls) }, "/": { default: () => "home" } });
    const denials: AccessDenied[] = [];
    using _denials = app.handler.signals.accessDenied.connect((denial) => void denials.push(denial));
    for (const accept of AUDIENCES) {
      const response = await app.call("read", { path: "/admin", accept });
      const said = await response.text();
      // The runtime receives a redirect event, because fetch would follow a redirect itself.
      const expected = accept === EVENTS && status === 303 ? 200 : status;
      assertEquals([response.status, said.includes(SECRET)], [expected, false], `${accept} ${said}`);
      if (status === 303 && accept === EVENTS) assertStringIncludes(said, `data: {"url":"/sign-in"}`);
      if (status === 303 && accept !== EVENTS) assertEquals(response.headers.get("location"), "/sign-in");
    }
    assertEquals(calls, { guard: 3, context: 0, handler: 0 });
    assertEquals(denials.map(({ actionName, reason }) => [actionName, reason]), Array(3).fill(["read", reason]));
    assertEquals(app.takeReports(), []);
    const allowed = await app.data("read", { path: "/admin", headers: ALLOWED });
    assertEquals(allowed, { ok: true, data: { summary: SECRET } });
    assertEquals(calls, { guard: 4, context: 1, handler: 1 });
  });
}

Deno.test("A11: a denial that a page throws is sent with its message and headers", async () => {
  const { admin, calls } = adminPage(() => {
    throw new HyperError(401, "Sign in to go on", { headers: { "www-authenticate": "Basic" } });
  });
  await using app = new App({ "/admin": { ...admin, read: reader(calls) } });
  const response = await app.call("read", { path: "/admin", accept: JSON_TYPE });
  assertEquals([response.status, response.headers.get("www-authenticate")], [401, "Basic"]);
  assertEquals((await response.json()).detail, "Sign in to go on");
});

Deno.test("A11: a page that responds with an error status or a redirect denies its context", async () => {
  for (const status of [302, 403, 410] as const) {
    const { admin, calls } = adminPage();
    const render = (ctx: PageContext) => {
      calls.guard++;
      if (ctx.request.headers.get("x-user") === "ada") return;
      ctx.response.status = status;
      ctx.response.headers.set("location", "/sign-in");
      return "Not yours";
    };
    await using app = new App({ "/admin": { ...admin, default: () => SECRET, render, read: reader(calls) } });
    const response = await app.call("read", { path: "/admin", accept: JSON_TYPE });
    assertEquals([response.status, (await response.text()).includes(SECRET)], [status, false]);
    assertEquals(response.headers.get("location"), status === 302 ? "/sign-in" : null);
    assertEquals(await app.data("read", { path: "/admin", headers: ALLOWED }), { ok: true, data: { summary: SECRET } });
  }
});

Deno.test("A11: a guard that throws reveals nothing, and is reported once", async () => {
  const { admin, calls } = adminPage(() => {
    throw new Error("database gone");
  });
  await using app = new App({ "/admin": { ...admin, read: reader(calls) } });
  const response = await app.call("read", { path: "/admin", accept: JSON_TYPE });
  assertEquals([response.status, (await response.text()).includes(SECRET)], [500, false]);
  assertEquals([app.takeError().message, calls.context, calls.handler], ["database gone", 0, 0]);
});

Deno.test("A11: the guard of a page runs once per request, however many context values are requested", async () => {
  const { admin, calls } = adminPage();
  const total = dependency("total", ({ deps }) => deps.get(DContext("total")));
  const read = action("read", {
    inject: { summary: DContext<string>("summary"), total: Depends(total), again: DContext<number>("total") },
  }, async ({ deps, summary }) => ({ summary, late: await deps.get(DContext("summary")) }));
  const context = { ...admin.context, total: () => 7 };
  await using app = new App({ "/admin": { ...admin, context, read } });
  assertEquals(await app.data("read", { path: "/admin", headers: ALLOWED }), {
    ok: true,
    data: { summary: SECRET, late: SECRET },
  });
  assertEquals(calls, { guard: 1, context: 1, handler: 0 });
  const denied = await app.call("read", { path: "/admin", accept: JSON_TYPE });
  await denied.body?.cancel();
  assertEquals([denied.status, calls.guard], [403, 2]);
});

Deno.test("A11: a form that names a guarded page does not provide its context to an open action", async () => {
  const { admin, calls } = adminPage();
  const modules: Modules = { "/admin": { ...admin, read: reader(calls) }, "/": { default: () => "home" } };
  await using app = new App(modules);
  const origin = { _next_form_page: "pages/admin/page.tsx", _next_form_origin: "/admin" };
  for (const path of ["/", "/_next/form/"]) {
    for (const accept of AUDIENCES) {
      const uid = (modules["/admin"]?.read as { uid: string }).uid;
      const to = path === "/" ? "/nowhere?_action=read" : `${path}${uid}/`;
      const headers = { accept };
      const denied = await app.request(to, { method: "POST", body: new URLSearchParams(origin), headers });
      assertEquals([denied.status, (await denied.text()).includes(SECRET)], [403, false], `${to} ${accept}`);
      const allowed = await app.request(to, {
        method: "POST",
        body: new URLSearchParams(origin),
        headers: { ...headers, ...ALLOWED },
      });
      assertEquals(allowed.status < 400, true, `${to} ${accept}`);
      await allowed.body?.cancel();
    }
  }
  assertEquals([calls.handler, calls.context], [6, 6]);
});

Deno.test("A11: a value inherited from a guarded page is protected by the guard of that page, which runs with its own URL", async () => {
  const { admin, calls } = adminPage();
  const seen: string[] = [];
  const render = (ctx: PageContext<"/teams/[team]">) => {
    const ofCall = ["x-hyper-action", "accept"].filter((name) => ctx.request.headers.has(name));
    seen.push(`${ctx.request.method} ${ctx.url.pathname}${ctx.url.search} ${JSON.stringify(ctx.params)} ${ofCall}`);
    assert(getRequestDepCache(ctx.request) !== null);
    return admin.render(ctx as PageContext);
  };
  await using app = new App({
    "/teams/[team]": { ...admin, render },
    "/teams/[team]/members/[id]": { default: () => "open to all", read: reader(calls) },
  });
  const path = "/teams/red/members/7?tab=a";
  const denied = await app.call("read", { path, accept: JSON_TYPE });
  await denied.body?.cancel();
  assertEquals([denied.status, calls.context, calls.handler], [403, 0, 0]);
  assertEquals(await app.data("read", { path, headers: ALLOWED }), { ok: true, data: { summary: SECRET } });
  assertEquals(seen, Array(2).fill(`GET /teams/red?tab=a {"team":"red"} `));
});

Deno.test("A11: the guard of a page also protects the values that the page inherits from its layouts", async () => {
  const { admin, calls } = adminPage();
  await using app = new App({
    "/": { default: () => "open to all", context: admin.context },
    "/admin/[...rest]": {
      render: (ctx: PageContext) => ctx.url.pathname === "/admin/a/b" && admin.render(ctx),
      read: reader(calls),
    },
  });
  const denied = await app.call("read", { path: "/admin/a/b", accept: JSON_TYPE });
  await denied.body?.cancel();
  assertEquals([denied.status, calls.context], [403, 0]);
  assertEquals(await app.data("read", { path: "/admin/a/b", headers: ALLOWED }), {
    ok: true,
    data: { summary: SECRET },
  });
  assertEquals(await app.data("read", { path: "/" }), { ok: true, data: { summary: SECRET } });
});

Deno.test("A11: the guard of a page runs before any part of the application gets the page's context", async () => {
  const deps = (name: string) => dependency(name, ({ deps }) => deps.get(DContext<string>("summary")));
  const note = { title: field.text() };
  const initialForm = defineForm("initial", {
    fields: note,
    getInitial: async ({ deps }) => ({ title: await deps.get(DContext<string>("summary")) }),
  });
  const plainForm = defineForm("plain", { fields: note });
  const peek: Provider = {
    canHandle: ({ source }) => source === "peek",
    resolve: (_marker, { context, ctx }) => {
      const value = context?.("summary");
      return value === undefined ? "nothing" : ctx.deps.get(value);
    },
  };
  const shown = action("shown", { form: initialForm }, () => {});
  const ways = {
    dependency: action("dependency", { inject: { it: deps("it") } }, ({ it }) => ({ it })),
    provider: action("provider", {
      inject: { it: { kind: "marker", source: "peek", options: {} } },
    }, ({ it }) => ({ it: String(it) })),
    handler: action("handler", async ({ deps }) => ({ it: await deps.get(DContext<string>("summary")) })),
    guard: action("guard", { guard: async ({ deps }) => (await deps.get(DContext("summary"))) === SECRET }, () => ({
      it: SECRET,
    })),
    factory: action("factory", {
      form: async ({ deps }) => [plainForm, { initial: { title: await deps.get(DContext("summary")) } }] as const,
    }, ({ form }) => ({ it: form.initial.title ?? null })),
    formGuard: action("formGuard", {
      form: defineForm("guarded", {
        fields: note,
        guard: async ({ deps }) => (await deps.get(DContext("summary"))) === SECRET,
      }),
    }, () => ({ it: SECRET })),
    clean: action("clean", {
      form: defineForm("cleaned", {
        fields: note,
        clean: async (_values, ctx) => void await ctx.deps.get(DContext("summary")),
      }),
    }, () => ({ it: SECRET })),
    fragment: action("fragment", () => html(<Form action={shown}>{SECRET.slice(0, 0)}</Form>, { target: "#a" })),
    generator: action("generator", async function* ({ deps }) {
      yield toast(await deps.get(DContext<string>("summary")));
    }),
  };
  for (const [way, it] of Object.entries(ways)) {
    const { admin, calls } = adminPage();
    await using app = new App({ "/admin": { ...admin, it, shown } }, { providers: [peek] });
    for (const accept of AUDIENCES) {
      const origin = { _next_form_page: "pages/admin/page.tsx", _next_form_origin: "/admin", title: "x" };
      const denied = await app.call(it.name, { path: "/admin", accept, fields: origin });
      assertEquals([denied.status, (await denied.text()).includes(SECRET)], [403, false], `${way} ${accept}`);
      assertEquals(calls.context, 0, `${way} ${accept}`);
    }
    const allowed = await app.call(it.name, {
      path: "/admin",
      accept: JSON_TYPE,
      headers: ALLOWED,
      fields: { title: "x" },
    });
    assertEquals([allowed.status, calls.context], [200, 1], way);
    await allowed.body?.cancel();
    assertEquals(app.takeReports(), [], way);
  }
});

Deno.test("A11: a page that redirects to the sign-in page also redirects an action whose guard reads the page's context", async () => {
  const { admin, calls } = adminPage(() => new Response(null, { status: 303, headers: { location: "/sign-in" } }));
  const read = action("read", { guard: async ({ deps }) => void await deps.get(DContext("summary")) }, () => ({}));
  await using app = new App({ "/admin": { ...admin, read } });
  const response = await app.call("read", { path: "/admin", accept: "text/html" });
  assertEquals([response.status, response.headers.get("location"), calls.context], [303, "/sign-in", 0]);
});

Deno.test("A11: the error page has its own context, and not that of the page that denied the request", async () => {
  const find = action("find", {
    form: defineForm("find", {
      fields: { q: field.text() },
      getInitial: async ({ deps }) => ({ q: await deps.get(DContext<string>("summary")) }),
    }),
  }, () => {});
  const { admin } = adminPage();
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/pages`);
    // Modules of this test on the global object, because modules on disk cannot import them.
    Reflect.set(globalThis, "a11", {
      home: { default: () => "home", context: { summary: () => "of the house" }, find },
      admin,
      error: () => <Form action={find} />,
    });
    await Deno.writeTextFile(
      `${root}/pages/page.tsx`,
      "export const { default: Home, context, find } = a11.home; export default Home;",
    );
    await Deno.mkdir(`${root}/pages/admin`);
    await Deno.writeTextFile(`${root}/pages/admin/page.tsx`, "export const { render, context } = a11.admin;");
    await Deno.writeTextFile(`${root}/pages/error.tsx`, "export default a11.error;");
    await using app = new App({}, { baseDir: root });
    const page = await app.open("/admin");
    assertEquals([page.status, page.html.includes(SECRET)], [403, false]);
    assertStringIncludes(page.html, `value="of the house"`);
    assertStringIncludes((await app.open("/admin", ALLOWED)).html, SECRET);
  } finally {
    Reflect.deleteProperty(globalThis, "a11");
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("A11: the guard of the page runs each time the guard of a topic reads the page's context", async () => {
  const { admin, calls } = adminPage();
  const watch = action("watch", { method: "GET" }, () =>
    live("board", {
      guard: async ({ deps }) => (await deps.get(DContext("summary"))) === SECRET,
      refresh: () => toast("now"),
    }));
  await using app = new App({ "/admin": { ...admin, watch } });
  const denied = await app.call("watch", { path: "/admin", method: "GET" });
  assertEquals([denied.status, calls.context], [403, 0]);
  await denied.body?.cancel();
  const allowed = await app.call("watch", { path: "/admin", method: "GET", headers: ALLOWED });
  const reader = allowed.body?.getReader();
  assertStringIncludes(new TextDecoder().decode((await reader?.read())?.value), "event: toast");
  await reader?.cancel();
  assertEquals([calls.context, calls.guard], [1, 2]);
});

Deno.test("A11: the guard, the context functions and the forms of a page may read its context", async () => {
  let renders = 0;
  const user = dependency("user", ({ request }) => request.headers.get("x-user"));
  const NameForm = defineForm("name", {
    fields: { name: field.text({ required: true }) },
    getInitial: async ({ deps }) => ({ name: await deps.get(DContext<string>("summary")) }),
  });
  const save = action("save", { form: NameForm, inject: { summary: DContext<string>("summary") } }, ({ summary }) => ({
    summary,
  }));
  await using app = new App({
    "/admin": {
      render: async ({ deps }: PageContext) => {
        renders++;
        return await deps.get(DContext("who")) === "ada" ? <Form action={save} /> : false;
      },
      context: {
        who: ({ deps }: PageContext) => deps.get(user),
        summary: async ({ deps }: PageContext) => `${await deps.get(DContext("who"))}: ${SECRET}`,
      },
      save,
    },
  });
  const page = await app.open("/admin", ALLOWED);
  assertStringIncludes(page.html, `ada: ${SECRET}`);
  assertEquals(renders, 1);
  assertEquals((await app.open("/admin")).status, 403);
  renders = 0;
  assertEquals(await app.data("save", { path: "/admin", headers: ALLOWED, fields: { name: "x" } }), {
    ok: true,
    data: { summary: `ada: ${SECRET}` },
  });
  assertEquals(renders, 1);
  // The page is rendered again, after its guard has run for the context.
  const invalid = await app.submit(page, "save", { name: "" }, { headers: ALLOWED });
  assertEquals(invalid.status, 200);
  assertStringIncludes(invalid.html, "<form");
});

Deno.test("A11: the guard of a page may use a dependency that reads the context of the page", async () => {
  const ended: string[] = [];
  const note = dependency("note", async ({ deps, request }) => ({
    owner: await deps.get(DContext<string>("owner")),
    user: request.headers.get("x-user"),
    [Symbol.asyncDispose]: () => Promise.resolve(void ended.push("note")),
  }));
  const read = action("read", { inject: { note } }, ({ note }) => ({ owner: note.owner }));
  await using app = new App({
    "/note": {
      default: () => "note",
      render: async ({ deps }: PageContext) => {
        const { owner, user } = await deps.get(note);
        return owner === user;
      },
      context: { owner: () => "ada" },
      read,
    },
  });
  assertEquals(await app.data("read", { path: "/note", headers: ALLOWED }), { ok: true, data: { owner: "ada" } });
  assertEquals(ended, ["note", "note"]);
  const denied = await app.call("read", { path: "/note", headers: { "x-user": "bob" } });
  assertEquals(denied.status, 403);
  await denied.body?.cancel();
});

Deno.test("A11: the render of a page class guards its context, with the instance that its methods have", async () => {
  class Admin extends Page {
    user = "";
    override render({ request }: PageContext): RenderResult {
      this.user = request.headers.get("x-user") ?? "";
      return this.user === "ada" ? SECRET : new Response("no", { status: 401 });
    }
    @action("read", { inject: { summary: DContext<string>("summary") } })
    read({ summary }: { summary: string }): object {
      return { summary, user: this.user };
    }
  }
  await using app = new App({ "/admin": { default: Admin, context: { summary: local(() => SECRET) } } });
  const denied = await app.call("read", { path: "/admin", accept: JSON_TYPE });
  assertEquals([denied.status, await denied.text()], [401, "no"]);
  assertEquals(await app.data("read", { path: "/admin", headers: ALLOWED }), {
    ok: true,
    data: { summary: SECRET, user: "ada" },
  });
});

Deno.test("A11: a page without a guard provides its context, and is not rendered for it", async () => {
  let drawn = 0;
  const Home = () => `${++drawn}`;
  const calls = { handler: 0 };
  await using app = new App({ "/": { default: Home, context: { summary: () => SECRET }, read: reader(calls) } });
  assertEquals(await app.data("read"), { ok: true, data: { summary: SECRET } });
  assertEquals(drawn, 0);
  assert(calls.handler === 1);
});
