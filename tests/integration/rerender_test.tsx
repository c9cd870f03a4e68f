/** The origin page rendered after an invalid submit: what runs, how often, and its context. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  type ContextFunctions,
  DContext,
  defineForm,
  dependency,
  Depends,
  field,
  Form,
  formActionUrl,
  getRequestDepCache,
  HyperError,
  type LayoutProps,
  Page,
  type PageContext,
  type PageProps,
  REQUEST_DEP_CACHE_ATTR,
  type RequestContext,
} from "../../mod.ts";
import { App, eventsOf, hiddenValue } from "../support/app.tsx";
import { controls, findForm, submitRequest, text } from "../support/html.ts";

const title = field.text({ required: true, messages: { required: "Give it a title" } });

Deno.test("each dependency, provider, guard and layout runs once in an invalid submit, and all share one cache", async () => {
  const calls: string[] = [];
  const caches = new Set<unknown>();
  const note = (what: string, { request }: RequestContext): void => {
    calls.push(what);
    caches.add(getRequestDepCache(request));
    assertEquals(Reflect.get(request, REQUEST_DEP_CACHE_ATTR), getRequestDepCache(request));
  };
  const user = dependency("user", (ctx) => {
    note("user", ctx);
    return "ada";
  });
  const form = defineForm("note", {
    fields: { title },
    getInitial: async (ctx) => {
      note("getInitial", ctx);
      await ctx.deps.get(user);
      return { title: "initial" };
    },
    guard: async (ctx) => {
      note("form guard", ctx);
      await ctx.deps.get(user);
    },
  });
  const save = action("save", {
    form: async (ctx) => {
      note("factory", ctx);
      await ctx.deps.get(user);
      return form;
    },
    guard: async (ctx) => {
      note("guard", ctx);
      await ctx.deps.get(user);
    },
    inject: { user: Depends(user) },
  }, () => {});
  const context: ContextFunctions = {
    who: async (ctx) => {
      note("context", ctx);
      return await ctx.deps.get(user);
    },
  };
  const Layout = ({ children, context }: LayoutProps) => {
    calls.push("layout");
    return <div>{String(context.who)}{children}</div>;
  };
  const render = async (ctx: PageContext) => {
    note("page guard", { ...ctx, params: {} });
    await ctx.deps.get(user);
  };
  const Body = () => {
    calls.push("page");
    return <Form action={save} />;
  };
  await using app = new App({
    "/": { default: Body, render, context, save },
    "pages/layout.tsx": { default: Layout },
  });
  const page = await app.open("/");
  for (let round = 1; round <= 2; round++) {
    calls.length = 0;
    caches.clear();
    assertEquals((await app.submit(page, "save", { title: "" })).status, 200);
    assertEquals(calls.toSorted(), [
      "context",
      "factory",
      "form guard",
      "getInitial",
      "guard",
      "layout",
      "page",
      "page guard",
      "user",
    ]);
    assertEquals(caches.size, 1);
  }
});

Deno.test("every request has its own cache", async () => {
  const caches: unknown[] = [];
  const look = action("look", ({ request }) => void caches.push(getRequestDepCache(request)));
  await using app = new App({ "/": { default: () => "", look } });
  await app.call("look");
  await app.call("look");
  assert(caches[0] !== null && caches[0] !== caches[1]);
});

Deno.test("url, params and request are those of a GET of the page itself", async () => {
  const seen: unknown[] = [];
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  const Body = (props: PageProps) => {
    seen.push([props.url.href, props.params]);
    return <Form action={save} />;
  };
  const render = ({ request, url }: PageContext) => {
    seen.push([
      request.method,
      request.url,
      request.headers.get("content-type"),
      request.headers.get("cookie"),
      url.href,
    ]);
  };
  await using app = new App({ "/a/[...rest]": { default: Body, render, save } });
  const page = await app.open("/a/b/%C3%BC?x=1");
  seen.length = 0;
  await app.submit(page, "save", { title: "" }, { headers: { cookie: "session=1" } });
  const href = "http://site.test/a/b/%C3%BC?x=1";
  assertEquals(seen, [
    ["GET", href, null, "session=1", href],
    [href, { rest: ["b", "ü"] }],
  ]);
});

Deno.test("a page with a render function is rendered again whole", async () => {
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  const render = ({ params }: PageContext<"/r/[id]">) => (
    <main>
      <h1>Row {params.id}</h1>
      <Form action={save} />
    </main>
  );
  await using app = new App({ "/r/[id]": { render, save } });
  let page = await app.open("/r/7");
  for (let round = 1; round <= 2; round++) {
    page = await app.submit(page, "save", { title: "" });
    assertEquals(page.status, 200);
    assertStringIncludes(page.html, "<h1>Row 7</h1>");
    assertStringIncludes(text(findForm(page.root, "save")), "Give it a title");
  }
});

Deno.test("a page whose body is a template file is rendered again whole", async () => {
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  await using app = new App({
    "/t": { context: { greeting: () => "Hello" }, render: () => undefined, save },
    "pages/t/template.tsx": {
      default: ({ context }: PageProps) => (
        <main>
          {String(context.greeting)}
          <Form action={save} />
        </main>
      ),
    },
  });
  const page = await app.submit(await app.open("/t"), "save", { title: "" });
  assertEquals(page.status, 200);
  assertStringIncludes(page.html, "Hello");
  assertStringIncludes(page.html, "Give it a title");
});

Deno.test("the action of a component shows again the page that it was submitted from, of two", async () => {
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  await using app = new App({
    "pages/_components/note/component.tsx": { save },
    "/one": {
      default: () => (
        <main>
          Page one<Form action={save} />
        </main>
      ),
    },
    "/two/[id]": {
      default: ({ params }: PageProps) => (
        <main>
          Page two {params.id}
          <Form action="save" />
        </main>
      ),
    },
  });
  for (const [path, words] of [["/one", "Page one"], ["/two/9", "Page two 9"]] as const) {
    const page = await app.submit(await app.open(path), "save", { title: "" });
    assertEquals(page.status, 200);
    assertStringIncludes(page.html, words);
    assertEquals(hiddenValue(findForm(page.root, "save"), "_next_form_origin"), path);
  }
});

Deno.test("a page guard that now rejects sends its own response, without any of the page", async () => {
  let verdict: boolean | Response = true;
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  await using app = new App({
    "/": {
      default: () => (
        <p>
          Secret<Form action={save} />
        </p>
      ),
      render: () => verdict,
      save,
    },
  });
  const page = await app.open("/");

  verdict = false;
  const denied = await app.submit(page, "save", { title: "" });
  assertEquals([denied.status, denied.html.includes("Secret")], [403, false]);
  const told = await app.submitByRuntime(page, "save", { title: "" });
  assertEquals([told.status, (await eventsOf(told)).map(({ event }) => event)], [403, ["error", "end"]]);

  verdict = new Response("Sign in first", { status: 401 });
  const own = await app.submit(page, "save", { title: "" });
  assertEquals([own.status, own.html.includes("Sign in first")], [401, true]);

  verdict = Response.redirect("http://site.test/login", 302);
  const sent = await app.submitByRuntime(page, "save", { title: "" });
  assertEquals(await eventsOf(sent), [{ event: "redirect", data: { url: "/login" } }]);
});

Deno.test("a page guard that throws a HyperError is answered with its status", async () => {
  let isOpen = true;
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  const render = () => {
    if (!isOpen) throw new HyperError(410, "It is gone");
  };
  await using app = new App({ "/": { default: () => <Form action={save} />, render, save } });
  const page = await app.open("/");
  isOpen = false;
  const gone = await app.submit(page, "save", { title: "" });
  assertEquals(gone.status, 410);
  assertStringIncludes(gone.html, "It is gone");
});

Deno.test("the guard of another page applies when a request names that page as its origin page", async () => {
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  await using app = new App({
    "/": { default: () => <Form action={save} />, save },
    "/admin": { default: () => "Everyone's salary", render: () => false },
  });
  const page = await app.open("/");
  const fields = { title: "", _next_form_page: "pages/admin/page.tsx", _next_form_origin: "/admin" };
  // Only in the fields, so that the URL names another page than the fields.
  const torn = await app.submit(page, "save", fields);
  assertEquals([torn.status, torn.html.includes("salary")], [400, false]);
  const forged = await app.request(`${formActionUrl("save")}?_next_form_origin=%2Fadmin`, {
    method: "POST",
    body: new URLSearchParams(fields),
  });
  assertEquals([forged.status, (await forged.text()).includes("salary")], [403, false]);
});

Deno.test("getInitial() of a sibling form that throws is an error of that page, and names it", async () => {
  let isBroken = false;
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  const sibling = action("sibling", {
    form: defineForm("sibling", {
      fields: { label: field.text() },
      getInitial: () => {
        if (isBroken) throw new Error("the database of labels is gone");
        return {};
      },
    }),
  }, () => {});
  await using app = new App({
    "/": {
      default: () => (
        <main>
          <Form action={save} />
          <Form action={sibling} />
        </main>
      ),
      save,
      sibling,
    },
  });
  const page = await app.open("/");
  isBroken = true;
  const answer = await app.submit(page, "save", { title: "" });
  assertEquals([answer.status, answer.html.includes("database")], [500, false]);
  assertEquals(app.takeError().message, "the database of labels is gone");
});

Deno.test("an invalid form on a suspended page is shown again", async () => {
  const form = defineForm("note", {
    fields: { title },
    getInitial: async () => {
      await Promise.resolve();
      return { title: "from the database" };
    },
  });
  const save = action("save", { form }, () => {});
  const other = action("other", { form }, () => {});
  await using app = new App({
    "/": {
      default: () => (
        <main>
          <Form action={save} />
          <Form action={other} />
        </main>
      ),
      save,
      other,
    },
  });
  for (let round = 1; round <= 2; round++) {
    const page = await app.submit(await app.open("/"), "save", { title: " " });
    const values = ["save", "other"].map((name) =>
      controls(findForm(page.root, name), "title")[0]?.attrs.find((attr) => attr.name === "value")?.value
    );
    assertEquals(values, [" ", "from the database"]);
    assertEquals(page.html.includes("<!--$s"), false);
  }
});

Deno.test("the status and headers of a page apply when it is rendered again", async () => {
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  const render = ({ response }: PageContext) => response.headers.set("x-page", "yes");
  await using app = new App({ "/": { default: () => <Form action={save} />, render, save } });
  const page = await app.submit(await app.open("/"), "save", { title: "" });
  assertEquals([page.response.headers.get("x-page"), page.response.headers.get("cache-control")], ["yes", "no-store"]);
});

Deno.test("a page class shares its instance between the guard, the form and the page", async () => {
  let made = 0;
  class Notes extends Page {
    constructor() {
      super();
      made++;
    }
    override render() {
      return <Form action={save} />;
    }
  }
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/": { default: Notes, save } });
  const page = await app.open("/");
  made = 0;
  await app.submit(page, "save", { title: "" });
  assertEquals(made, 1);
});

Deno.test("a context value that an action function loads is loaded once for it and the page", async () => {
  let loads = 0;
  const form = defineForm("note", { fields: { title: field.text() } });
  const save = action("save", { form, inject: { rows: DContext<number[]>("rows") } }, ({ form, rows }) => {
    form.addError("title", `There are ${rows.length} already`);
  });
  const context = { rows: () => (loads++, [1, 2, 3]) };
  await using app = new App({
    "/": {
      default: ({ context }: PageProps) => (
        <main>
          {String(context.rows)}
          <Form action={save} />
        </main>
      ),
      context,
      save,
    },
  });
  const page = await app.open("/");
  loads = 0;
  const answer = await app.submit(page, "save", { title: "x" });
  assertStringIncludes(answer.html, "There are 3 already");
  assertEquals(loads, 1);
});

Deno.test("only the invalid form is sent to the runtime, with a generated id or its own", async () => {
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  const Table = () => (
    <table>
      <tr>
        <td>
          <Form action={save} id="my form:1" title="a > b" class="wide" />
        </td>
      </tr>
    </table>
  );
  await using app = new App({ "/": { default: Table, save } });
  const [patch] = await eventsOf(await app.submitByRuntime(await app.open("/"), "save", { title: "" }));
  const { target, content } = patch?.data as { target: string; content: string };
  assertEquals(target, '[id="my form:1"]');
  assert(content.startsWith("<form ") && content.endsWith("</form>"));
  assertEquals(/hyper-cut|<table/.test(content), false);
});

Deno.test("a page that no longer shows the form sends only the issues to the runtime", async () => {
  let isShown = true;
  const form = defineForm("note", { fields: { title } });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/": { default: () => isShown ? <Form action={save} /> : <p>Closed</p>, save } });
  const page = await app.open("/");
  isShown = false;
  const response = await app.submitByRuntime(page, "save", { title: "" });
  const events = await eventsOf(response);
  assertEquals([response.status, events.map(({ event }) => event)], [422, ["error", "end"]]);
});

Deno.test("a page that is shown again is asked with a request of its own only if something reads it", async () => {
  const TitleForm = defineForm("title", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form: TitleForm }, () => {});
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const page = await app.open("/");
  const request = submitRequest(findForm(page.root, "save"), page.url, { title: "" });
  const Original = globalThis.Request;
  let made = 0;
  globalThis.Request = class extends Original {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(input, init);
      made++;
    }
  };
  try {
    assertStringIncludes(await (await app.handler(request)).text(), "aria-invalid");
  } finally {
    globalThis.Request = Original;
  }
  assertEquals(made, 0);
});
