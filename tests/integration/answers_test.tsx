/** The response to each result for each audience: the table "Answers, by result and audience", cell by cell. */
import fc from "fast-check";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  action,
  checkpoint,
  createMemoryStore,
  createSqliteStore,
  DContext,
  defineForm,
  event,
  Field,
  field,
  Form,
  formActionUrl,
  type HandlerOptions,
  history,
  html,
  HyperError,
  type Item,
  type LayoutProps,
  loadJs,
  redirect,
  redirectToOrigin,
  refresh,
  remove,
  signal,
  signals,
  switchTo,
  toast,
  Toasts,
  unsafeHtml,
} from "../../mod.ts";
import { App, EVENTS, eventsOf, JSON_TYPE, type Modules, namesOf } from "../support/app.tsx";
import { beforePut } from "../session/support.tsx";
import { PROTOCOL_FIELDS } from "../../src/protocol/names.ts";
import { stopTime } from "../support/clock.ts";
import { byId, findForm, text } from "../support/html.ts";

const AUDIENCES = ["text/html", "text/event-stream", "application/json"] as const;
const AskForm = defineForm("ask", { fields: { q: field.text() } });

/** A page with a form. Its action returns the value of a test, with the form and without. */
function giving(make: () => unknown, more: Modules = {}, options: HandlerOptions = {}): App {
  const withForm = action("with_form", { form: AskForm }, () => make());
  const plain = action("plain", () => make());
  const Page = () => (
    <Form action={withForm}>
      <Field name="q" />
      <button>Ask</button>
    </Form>
  );
  const page = { default: Page, withForm, plain };
  return new App({ "/ask/[id]": page, "/other": { default: () => <Toasts /> }, ...more }, options);
}

async function asDocument(app: App, what: "with_form" | "plain"): Promise<Response> {
  if (what === "plain") return await app.call("plain", { path: "/ask/7?tab=1", accept: "text/html" });
  const page = await app.open("/ask/7?tab=1");
  return (await app.submit(page, "with_form", { q: "x" })).response;
}

function statusAndPlace(response: Response): [number, string | null] {
  return [response.status, response.headers.get("location")];
}

Deno.test("a Response is sent unchanged to documents, to the runtime and to data clients", async () => {
  await using app = giving(() => new Response("made by hand", { status: 418, headers: { "x-own": "1" } }));
  for (const accept of AUDIENCES) {
    const response = await app.call("plain", { accept });
    assertEquals([response.status, response.headers.get("x-own"), await response.text()], [418, "1", "made by hand"]);
  }
});

Deno.test("a Response that redirects is sent to the runtime as a redirect event, and to the others unchanged", async () => {
  await using app = giving(() => Response.redirect("http://site.test/other?a=1", 302));
  for (const accept of ["text/html", "application/json"]) {
    assertEquals(statusAndPlace(await app.call("plain", { accept })), [302, "http://site.test/other?a=1"]);
  }
  const response = await app.call("plain");
  assertEquals([response.status, await eventsOf(response)], [200, [
    { event: "redirect", data: { url: "/other?a=1" } },
  ]]);
});

Deno.test("a Response that redirects to another site is sent to the runtime as an external redirect, with its cookies", async () => {
  await using app = giving(() =>
    new Response("moved", { status: 303, headers: { location: "https://other.test/x", "set-cookie": "a=1" } })
  );
  const response = await app.call("plain");
  assertEquals(await eventsOf(response), [
    { event: "redirect", data: { url: "https://other.test/x", external: true } },
  ]);
  assertEquals(response.headers.getSetCookie(), ["a=1"]);
});

Deno.test("an empty result is 204 for a document without a form, and 303 to the origin page with one", async () => {
  await using app = giving(() => undefined);
  assertEquals(statusAndPlace(await asDocument(app, "plain")), [204, null]);
  assertEquals(statusAndPlace(await asDocument(app, "with_form")), [303, "/ask/7?tab=1"]);
});

Deno.test("an empty result with a form is 204 for a document when the origin page is unknown", async () => {
  await using app = giving(() => undefined);
  const response = await app.request(formActionUrl("with_form"), { method: "POST", body: new URLSearchParams() });
  assertEquals(statusAndPlace(response), [204, null]);
});

Deno.test("an empty result is sent to the runtime as an end event, and to data clients as ok", async () => {
  await using app = giving(() => undefined);
  assertEquals(await eventsOf(await app.call("plain")), [{ event: "end", data: {} }]);
  assertEquals(await app.data("plain"), { ok: true });
});

Deno.test("items are 303 to the origin page for a document, with a form and without", async () => {
  await using app = giving(() => [html("x", { target: "#a" }), remove("#b")]);
  assertEquals(statusAndPlace(await asDocument(app, "plain")), [303, "/ask/7?tab=1"]);
  assertEquals(statusAndPlace(await asDocument(app, "with_form")), [303, "/ask/7?tab=1"]);
});

Deno.test("items are 204 for a document when the page is unknown", async () => {
  await using app = giving(() => toast("x"));
  assertEquals(statusAndPlace(await app.call("plain", { path: "/nowhere", accept: "text/html" })), [204, null]);
});

for (
  const [what, item, expected] of [
    ["html", () => html(<b>x</b>, { target: "#a" }), {
      event: "patch_html",
      data: { content: "<b>x</b>", target: "#a" },
    }],
    ["html with everything", () =>
      html("x", {
        target: "#a",
        swap: "append",
        transition: true,
        focus: "first-invalid",
        swapDelay: 10,
        settleDelay: 20,
        strict: true,
      }), {
      event: "patch_html",
      data: {
        content: "x",
        target: "#a",
        swap: "append",
        transition: true,
        focus: "first-invalid",
        swap_delay: 10,
        settle_delay: 20,
        strict_targets: true,
      },
    }],
    ["html without a target", () => html("a < b"), { event: "patch_html", data: { content: "a &lt; b" } }],
    ["html of a list", () => html([<i key="1">1</i>, " & ", 2]), {
      event: "patch_html",
      data: { content: "<i>1</i> &amp; 2" },
    }],
    ["html of nothing", () => html(null), { event: "patch_html", data: { content: "" } }],
    ["html of trusted markup", () => html(unsafeHtml("<b>&nbsp;</b>")), {
      event: "patch_html",
      data: { content: "<b>&nbsp;</b>" },
    }],
    ["remove", () => remove("#a"), { event: "patch_html", data: { target: "#a", content: "", swap: "delete" } }],
    ["signal", () => signal("n", 1), { event: "patch_signals", data: { n: 1 } }],
    ["signals", () => signals({ a: [1], $b: null }), { event: "patch_signals", data: { a: [1], $b: null } }],
    ["toast of a string", () => toast("Saved"), { event: "toast", data: { value: "Saved" } }],
    ["toast of an object", () => toast({ message: "Saved", level: "success" }), {
      event: "toast",
      data: { message: "Saved", level: "success" },
    }],
    ["event", () => event("cart:changed", { n: 2 }, { target: "#cart" }), {
      event: "dispatch_event",
      data: { name: "cart:changed", payload: { n: 2 }, target: "#cart" },
    }],
    ["event without detail", () => event("done"), { event: "dispatch_event", data: { name: "done", payload: {} } }],
    ["history push", () => history({ push: "/ask/8" }), { event: "history", data: { push_url: "/ask/8" } }],
    ["history replace", () => history({ replace: "?q=1" }), {
      event: "history",
      data: { replace_url: "/ask/7?q=1" },
    }],
    ["loadJs", () => loadJs("/chart.js"), { event: "load_js", data: { src: "/chart.js" } }],
  ] as const satisfies readonly (readonly [string, () => Item, unknown])[]
) {
  Deno.test(`an item is sent as its event to the runtime and to data clients: ${what}`, async () => {
    await using app = giving(item);
    const response = await app.call("plain", { path: "/ask/7" });
    assertEquals([response.status, response.headers.get("content-type")], [200, "text/event-stream"]);
    assertEquals(await eventsOf(response), [expected, { event: "end", data: {} }]);
    assertEquals(await app.data("plain", { path: "/ask/7" }), { ok: true, items: [expected] });
  });
}

Deno.test("items keep their order, and a list of one is an item", async () => {
  await using app = giving(() => [toast(1), signal("a", 1), toast(2)]);
  assertEquals(namesOf(await eventsOf(await app.call("plain"))), ["toast", "patch_signals", "toast", "end"]);
});

Deno.test("a checkpoint has an id and no data, and is omitted when the request has no id", async () => {
  await using app = giving(() => [checkpoint("half"), toast("x")]);
  const response = await app.call("plain", { headers: { "x-hyper-request-id": "r-1" } });
  assertStringIncludes(await response.text(), "event: checkpoint\nid: r-1:checkpoint:half\n\n");
  assertEquals(namesOf(await eventsOf(await app.call("plain"))), ["toast", "end"]);
  assertEquals((await asDocument(app, "with_form")).status, 303);
});

Deno.test("switchTo() sends name, data, method and path, and ends the response", async () => {
  const watch = action("watch", { method: "GET" }, () => {});
  await using app = giving(() => [toast("a"), switchTo(watch, { job: 7 }, { path: "/other" }), toast("b")]);
  assertEquals(await eventsOf(await app.call("plain")), [
    { event: "toast", data: { value: "a" } },
    { event: "switch_action", data: { name: "watch", data: { job: 7 }, method: "GET", url: "/other" } },
  ]);
  assertEquals(statusAndPlace(await asDocument(app, "with_form")), [303, "/ask/7?tab=1"]);
});

Deno.test("refresh() sends the page, rendered after the action function, whole or by a selector", async () => {
  const list = ["old"];
  const add = action("add", () => {
    list.push("new");
    return [refresh(), refresh("#list")];
  });
  const Page = () => <ul id="list">{list.map((entry) => <li key={entry}>{entry}</li>)}</ul>;
  const context = { list: () => [...list] };
  await using app = new App({ "/": { default: Page, add, context } });
  const [whole, part, end] = await eventsOf(await app.call("add"));
  const content = '<body><ul id="list"><li>old</li><li>new</li></ul></body>';
  const page = '<html lang="en">';
  assertEquals(whole, { event: "patch_html", data: { target: "body", content, swap: "morph", page } });
  assertEquals(part, { event: "patch_html", data: { target: "#list", content, swap: "morph", select: "#list" } });
  assertEquals(end?.event, "end");
});

Deno.test("refresh() loads again what was loaded before the action function ran", async () => {
  let count = 0;
  const bump = action("bump", async ({ deps }) => {
    assertEquals(await deps.get(DContext("count")), 0);
    count++;
    return refresh();
  });
  const Page = ({ context }: { context: { count: number } }) => <p>{context.count}</p>;
  await using app = new App({ "/": { default: Page, bump, context: { count: () => count } } });
  const [patch] = await eventsOf(await app.call("bump"));
  assertStringIncludes(String((patch?.data as { content: string }).content), "<p>1</p>");
});

Deno.test("refresh() at a URL without a page is an error for the runtime, and an empty result for a document", async () => {
  await using app = giving(() => refresh());
  assertEquals((await app.call("plain", { path: "/nowhere" })).status, 500);
  assertStringIncludes(app.takeError().message, 'Cannot refresh for action "plain"');
  assertEquals((await app.call("plain", { path: "/nowhere", accept: "text/html" })).status, 204);
});

Deno.test("redirect() is 303 for a document, ends the response of the runtime, and is an item for data clients", async () => {
  await using app = giving(() => [toast("a"), redirect("/other?x=1#top"), toast("b")]);
  assertEquals(statusAndPlace(await asDocument(app, "with_form")), [303, "/other?x=1#top"]);
  assertEquals(await eventsOf(await app.call("plain")), [
    { event: "toast", data: { value: "a" } },
    { event: "redirect", data: { url: "/other?x=1#top" } },
  ]);
  assertEquals(await app.data("plain"), { ok: true, redirect: "/other?x=1#top" });
});

Deno.test("the first of two redirects counts, for every audience", async () => {
  await using app = giving(() => [redirect("/first"), redirect("/second")]);
  assertEquals(statusAndPlace(await asDocument(app, "plain")), [303, "/first"]);
  assertEquals(await eventsOf(await app.call("plain")), [{ event: "redirect", data: { url: "/first" } }]);
  assertEquals(await app.data("plain"), { ok: true, redirect: "/first" });
});

Deno.test("redirect() accepts another origin only with external: true", async () => {
  await using app = giving(() => redirect("https://other.test/pay", { external: true }));
  assertEquals(statusAndPlace(await asDocument(app, "plain")), [303, "https://other.test/pay"]);
  assertEquals(await eventsOf(await app.call("plain")), [
    { event: "redirect", data: { url: "https://other.test/pay", external: true } },
  ]);
});

for (
  const target of [
    "https://other.test/",
    "//other.test/",
    "/\\other.test",
    "\\\\other.test",
    "/\t/other.test",
    "///other.test",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "https://site.test@other.test/",
    "http://user:pw@site.test/",
    "http://",
  ]
) {
  Deno.test(`an invalid redirect is 500 for every audience and is reported to onError: ${JSON.stringify(target)}`, async () => {
    await using app = giving(() => redirect(target));
    for (const accept of AUDIENCES) {
      const response = await app.call("plain", { accept });
      assertEquals(statusAndPlace(response), [500, null]);
      assertEquals((await response.text()).includes("other.test"), false);
      const [report, ...others] = app.takeReports();
      assertEquals([report?.actionName, others.length], ["plain", 0]);
      assertStringIncludes(String(report?.error), "Cannot redirect to");
    }
  });
}

Deno.test("an external redirect to a URL that is not http or https is rejected as well", async () => {
  await using app = giving(() => redirect("javascript:alert(1)", { external: true }));
  assertEquals((await app.call("plain")).status, 500);
  assertStringIncludes(app.takeError().message, "javascript:");
});

Deno.test("a redirect to a path with non-ASCII or control characters is sent encoded", async () => {
  await using app = giving(() => redirect("/поиск?q=a b\u0001c"));
  const [status, place] = statusAndPlace(await asDocument(app, "plain"));
  assertEquals(status, 303);
  assertMatch(place ?? "", /^\/%D0%BF[%A-Z0-9]+\?q=a%20b%01c$/);
});

Deno.test("redirectToOrigin() redirects to the origin page with its query, and to the fallback when the page is unknown", async () => {
  const back = action("back", (ctx) => redirectToOrigin(ctx, { fallback: "/home" }));
  const Page = () => <Form action={back} />;
  await using app = new App({ "/p": { default: Page, back } });
  const page = await app.open("/p?a=1&b=2");
  assertEquals(statusAndPlace((await app.submit(page, "back")).response), [303, "/p?a=1&b=2"]);
  const lost = await app.request(formActionUrl("back"), { method: "POST" });
  assertEquals(statusAndPlace(lost), [303, "/home"]);
});

Deno.test("a vnode is sent as a document in the layouts of the origin page", async () => {
  const Layout = ({ children }: LayoutProps) => <div id="layout">{children}</div>;
  await using app = giving(() => <p id="answer">Forty-two</p>, { "pages/layout.tsx": { default: Layout } });
  const page = await app.submit(await app.open("/ask/7"), "with_form", { q: "x" });
  assertEquals([page.status, page.response.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assertEquals(text(byId(byId(page.root, "layout"), "answer")), "Forty-two");
  assert(page.html.startsWith("<!DOCTYPE html>"));
  assertEquals(page.html.includes("<form"), false);
});

Deno.test("a vnode is sent as a document when the page is unknown", async () => {
  await using app = giving(() => <p>Forty-two</p>);
  const response = await app.call("plain", { path: "/nowhere", accept: "text/html" });
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "<p>Forty-two</p>");
});

Deno.test("a vnode is sent to the runtime as a patch of the call's target, and to data clients as html", async () => {
  await using app = giving(() => <p>Forty-two</p>);
  assertEquals(await eventsOf(await app.call("plain", { headers: { "x-hyper-target": "#a" } })), [
    { event: "patch_html", data: { content: "<p>Forty-two</p>", target: "#a" } },
    { event: "end", data: {} },
  ]);
  assertEquals(await app.data("plain"), { ok: true, html: "<p>Forty-two</p>" });
});

Deno.test("a vnode without a target is an error for the runtime, and the error names the remedy", async () => {
  await using app = giving(() => <p>Forty-two</p>);
  const response = await app.call("plain");
  assertEquals([response.status, namesOf(await eventsOf(response))], [500, ["error", "end"]]);
  assertStringIncludes(app.takeError().message, 'Cannot patch what action "plain" returned');
});

for (const value of ["a string", 7, 0, true, false, null, { a: [1, { b: null }] }, [], [1, "2"], ""]) {
  Deno.test(`a plain value is sent to the runtime and to data clients, and is an empty result for a document: ${JSON.stringify(value)}`, async () => {
    await using app = giving(() => value);
    assertEquals(await eventsOf(await app.call("plain")), [
      { event: "result", data: value },
      { event: "end", data: {} },
    ]);
    assertEquals(await app.data("plain"), { ok: true, data: value });
    assertEquals(statusAndPlace(await asDocument(app, "plain")), [204, null]);
    assertEquals(statusAndPlace(await asDocument(app, "with_form")), [303, "/ask/7?tab=1"]);
  });
}

Deno.test("a value with a toJSON() method, such as a Date, is sent as the result of that method", async () => {
  await using app = giving(() => ({ at: new Date(0), missing: undefined }));
  assertEquals(await app.data("plain"), { ok: true, data: { at: "1970-01-01T00:00:00.000Z" } });
});

for (
  const [what, make, phrase] of [
    ["a function", () => () => {}, "a function"],
    ["a bigint", () => 1n, "bigint"],
    ["a symbol", () => Symbol("s"), "symbol"],
    ["NaN", () => ({ n: NaN }), "NaN at n"],
    ["a Map", () => new Map(), "Map"],
    ["an instance of a class", () => new (class Thing {})(), "Thing"],
    ["an object that contains itself", () => {
      const loop: Record<string, unknown> = {};
      loop.loop = loop;
      return loop;
    }, "contains itself"],
    ["an item inside data", () => ({ then: 1, item: toast("x") }), "item"],
    ["markup inside data", () => ({ view: <p /> }), "JSX"],
    ["a list of items and other things", () => [toast("x"), "text"], "index 1"],
    ["a forgotten await", () => [toast("x"), Promise.resolve(toast("y"))], "forgotten await"],
    ["undefined in a list", () => [1, undefined], "undefined"],
  ] as const
) {
  Deno.test(`any other result is an error that names the action: ${what}`, async () => {
    await using app = giving(make);
    for (const accept of AUDIENCES) {
      const response = await app.call("plain", { accept });
      assertEquals(response.status, 500);
      assertEquals((await response.text()).includes("plain"), false);
      const [report] = app.takeReports();
      assertEquals(report?.actionName, "plain");
      assertStringIncludes(String(report?.error), 'action "plain"');
      assertStringIncludes(String(report?.error), phrase);
    }
  });
}

Deno.test("data that looks like an item or like markup is sent as data", async () => {
  await using app = giving(() => ({ kind: "redirect", url: "https://other.test", type: "b", props: {}, key: null }));
  assertEquals(await app.data("plain"), {
    ok: true,
    data: { kind: "redirect", url: "https://other.test", type: "b", props: {}, key: null },
  });
});

Deno.test("for invalid input, a document gets the page, and other clients get 422 with issues", async () => {
  const NeedForm = defineForm("need", {
    fields: { q: field.text({ required: true, messages: { required: "Ask something" } }) },
    clean: (values, ctx) => {
      if (values.q === "all") ctx.addError("", "Not everything at once");
    },
  });
  const need = action("need", { form: NeedForm }, () => {});
  await using app = new App({ "/": { default: () => <Form action={need} />, need } });
  const page = await app.submit(await app.open("/"), "need", { q: "" });
  assertEquals(page.status, 200);
  assertStringIncludes(text(findForm(page.root, "need")), "Ask something");

  const response = await app.submitByRuntime(page, "need", { q: "all" });
  const [patch, error, end] = await eventsOf(response);
  assertEquals([response.status, patch?.event, end?.event], [422, "patch_html", "end"]);
  const { status, message, issues } = error?.data as { status: number; message: unknown; issues: unknown };
  assertEquals([status, typeof message, issues], [422, "string", { "": ["Not everything at once"] }]);

  const data = await app.call("need", { accept: "application/json", fields: { q: "" } });
  assertEquals([data.status, data.headers.get("content-type")], [422, "application/problem+json"]);
  const problem = await data.json();
  assertEquals([problem.ok, problem.status, problem.issues], [false, 422, { q: ["Ask something"] }]);
});

Deno.test("a data client receives the issues when the page is unknown", async () => {
  const need = action("need", { form: defineForm("n", { fields: { q: field.text({ required: true }) } }) }, () => {});
  await using app = new App({ "/": { default: () => "", need } });
  const response = await app.call("need", { path: "/api", accept: "application/json", fields: { q: "" } });
  assertEquals(response.status, 422);
  assertEquals(Object.keys((await response.json()).issues), ["q"]);
});

Deno.test("a failure is sent as the error page, as an error event with its status, or as a problem object", async () => {
  await using app = giving(() => {
    throw new HyperError(409, "Somebody was faster", { headers: { "retry-after": "3" } });
  });
  const document = await app.call("plain", { accept: "text/html" });
  assertEquals([document.status, document.headers.get("retry-after")], [409, "3"]);
  assertStringIncludes(await document.text(), "Somebody was faster");
  const runtime = await app.call("plain");
  assertEquals([runtime.status, runtime.headers.get("retry-after"), await eventsOf(runtime)], [409, "3", [
    { event: "error", data: { status: 409, message: "Somebody was faster" } },
    { event: "end", data: {} },
  ]]);
  const data = await app.call("plain", { accept: "application/json" });
  const problem = await data.json();
  assertEquals([data.status, problem.ok, problem.status, problem.detail], [409, false, 409, "Somebody was faster"]);
});

Deno.test("every response of an action has the same Vary header and is not cached", async () => {
  for (
    const make of [
      () => undefined,
      () => toast("x"),
      () => redirect("/other"),
      () => <p />,
      () => 1,
      () => new Response("x"),
      () => {
        throw new HyperError(403, "no");
      },
      function* () {
        yield toast("x");
      },
    ]
  ) {
    await using app = giving(make);
    for (const accept of AUDIENCES) {
      const response = await app.call("plain", { accept, headers: { "x-hyper-target": "#a" } });
      assertEquals(
        [response.headers.get("vary"), response.headers.get("cache-control")],
        ["X-Hyper-Action, Accept, X-Hyper-Layer", "no-store"],
        `${make} as ${accept}`,
      );
      await response.body?.cancel();
    }
  }
});

Deno.test("a page has the same Vary header, and no header that forbids caching", async () => {
  await using app = giving(() => undefined);
  const { response } = await app.open("/ask/7");
  assertEquals([response.headers.get("vary"), response.headers.get("cache-control")], [
    "X-Hyper-Action, Accept, X-Hyper-Layer",
    null,
  ]);
});

Deno.test("Vary and Cache-Control of an action function are kept next to those of the library", async () => {
  await using app = giving(() =>
    new Response("x", { headers: { vary: "Cookie", "cache-control": "private, max-age=5" } })
  );
  const { headers } = await app.call("plain");
  assertEquals([headers.get("vary"), headers.get("cache-control")], [
    "Cookie, X-Hyper-Action, Accept, X-Hyper-Layer",
    "private, max-age=5",
  ]);
});

Deno.test("toasts are kept across the redirect and announced once", async () => {
  await using app = giving(
    () => [toast("Saved & <sound>"), toast({ title: "Twice", level: "info" }), redirect("/other")],
  );
  const answer = await app.submit(await app.open("/ask/7"), "with_form", { q: "x" });
  const first = await app.follow(answer);
  assertStringIncludes(first.html, "Saved &amp; &lt;sound>");
  assertStringIncludes(first.html, "Twice");
  assertEquals(first.response.headers.get("cache-control"), "no-store");
  assertEquals((await app.open("/other")).html.includes("Saved"), false);
});

Deno.test("toasts wait for the first page that can show them", async () => {
  await using app = giving(() => [toast("Saved"), redirect("/silent")], {
    "/silent": {
      render: ({ response }: { response: { headers: Headers } }) => {
        response.headers.set("cache-control", "no-store");
        return (
          <html>
            <body>no place for toasts</body>
          </html>
        );
      },
    },
  });
  const answer = await app.submit(await app.open("/ask/7"), "with_form", { q: "x" });
  assertEquals((await app.follow(answer)).html.includes("Saved"), false);
  assertStringIncludes((await app.open("/other")).html, "Saved");
  assertEquals((await app.open("/other")).html.includes("Saved"), false);
});

Deno.test("toasts are shown once in a document without a layout, whose page has no <Toasts>", async () => {
  await using app = giving(() => [toast("Saved"), redirect("/bare")], { "/bare": { default: () => <p>Bare</p> } });
  const answer = await app.submit(await app.open("/ask/7"), "with_form", { q: "x" });
  const page = await app.follow(answer);
  assertMatch(page.html, /<p>Bare<\/p><div role="status"[^>]*><div data-hyper-toast="?[^>]*>Saved</);
  assertEquals((await app.open("/bare")).html.includes("Saved"), false);
});

Deno.test("a flash cookie is HttpOnly, belongs to this site, and expires after a minute", async () => {
  await using app = giving(() => toast("Saved"));
  const [cookie = ""] = (await asDocument(app, "plain")).headers.getSetCookie();
  assertMatch(cookie, /^hyper_flash=[^;]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax$/);
});

for (
  const [what, answer, path, accept, status, hasFlash] of [
    ["a document that is redirected", () => toast("Saved"), "/ask/7", "text/html", 303, true],
    ["a document that stays, until the next page", () => toast("Saved"), "/nowhere", "text/html", 204, true],
    ["a document without toasts", () => redirect("/other"), "/ask/7", "text/html", 303, false],
    ["the runtime, which shows them", () => toast("Saved"), "/ask/7", EVENTS, 200, false],
    ["the runtime that is redirected", () => [toast("Saved"), redirect("/other")], "/ask/7", EVENTS, 200, true],
    ["the runtime that is redirected without toasts", () => redirect("/other"), "/ask/7", EVENTS, 200, false],
    ["a data client", () => [toast("Saved"), redirect("/other")], "/ask/7", JSON_TYPE, 200, false],
  ] as const
) {
  Deno.test(`H6: toasts are ${hasFlash ? "" : "not "}sent as a flash to ${what}`, async () => {
    await using app = giving(answer);
    const response = await app.call("plain", { path, accept });
    await response.text();
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split("=", 1)[0]);
    assertEquals([response.status, cookies], [status, hasFlash ? ["hyper_flash"] : []]);
  });
}

Deno.test("H6: protocol fields in a URL are not part of the URL of the action, nor of the URL that it redirects to", async () => {
  const seen: string[] = [];
  const note = action("note", ({ url, originPage }) => {
    seen.push(url.search, originPage?.search ?? "none");
    return toast("Seen");
  });
  await using app = new App({ "/": { default: () => "", note } });
  const fields: Readonly<Record<string, string>> = { _action: "note", _next_form_origin: "/" };
  const extra = Array.from(PROTOCOL_FIELDS).filter((name) => !Object.hasOwn(fields, name)).map((name) => `${name}=x`);
  const query = ["keep=1", "_action=note", ...extra].join("&");
  for (const [path, page, location] of [["/", "?keep=1", "/?keep=1"], ["/nowhere", "none", null]] as const) {
    const response = await app.request(`${path}?${query}`, { method: "POST", headers: { accept: "text/html" } });
    await response.text();
    assertEquals([seen.splice(0), response.headers.get("location")], [["?keep=1", page], location], path);
  }
});

for (const [name, open] of [["memory", createMemoryStore], ["SQLite", () => createSqliteStore(":memory:")]] as const) {
  for (const way of ["documents", "the runtime"]) {
    Deno.test(`long toasts of two posts are all shown by the next page, to ${way}, over ${name}`, async () => {
      const long = "x".repeat(3_000);
      const store = await open();
      await using app = giving(() => [toast("First"), toast(long), toast("Last"), redirect("/other")], {}, { store });
      const form = await app.open("/ask/7");
      for (const _ of ["one", "two"]) {
        if (way === "documents") assertEquals((await app.submit(form, "with_form", { q: "x" })).status, 303);
        else await (await app.submitByRuntime(form, "with_form", { q: "x" })).text();
      }
      const { html } = await app.open("/other");
      const shown = [...html.matchAll(/<div data-hyper-toast[^>]*>(?:<span>)?([^<]*)/g)].map(([, text]) => text);
      assertEquals(shown.map((text) => text === long ? "long" : text), [
        "First",
        "long",
        "Last",
        "First",
        "long",
        "Last",
      ]);
      assertEquals((await app.open("/other")).html.includes("First"), false);
      if (Symbol.asyncDispose in store) await store[Symbol.asyncDispose]();
    });
  }
}

Deno.test("an action whose toasts the store cannot keep has run: its response has those that fit", async () => {
  const store = beforePut(createMemoryStore(), (key) => {
    if (key.startsWith("hyper:toasts:")) throw new Error("down");
  });
  await using app = giving(() => [toast("First"), toast("x".repeat(3_000)), redirect("/other")], {}, { store });
  const page = await app.follow(await app.submit(await app.open("/ask/7"), "with_form", { q: "x" }));
  assertEquals([page.status, page.html.includes("First"), page.html.includes("xxx")], [200, true, false]);
  assertEquals(app.takeError().message, "down");
});

Deno.test("a forged flash cookie announces nothing and causes no error", async () => {
  await using app = giving(() => undefined);
  for (const value of ["%7B", "7", "%5B1%2Cnull%5D", "x".repeat(5_000), "%FF"]) {
    const response = await app.request("/other", { headers: { cookie: `hyper_flash=${value}` } });
    assertEquals(response.status, 200);
    assertEquals((await response.text()).includes("data-hyper-toast>"), false);
  }
});

Deno.test("a generator is sent to the runtime as a stream, and is marked as one", async () => {
  await using app = giving(async function* () {
    yield toast(1);
    await Promise.resolve();
    yield toast(2);
  });
  const response = await app.call("plain");
  assertEquals([response.status, response.headers.get("x-hyper-stream")], [200, "1"]);
  assertEquals(namesOf(await eventsOf(response)), ["toast", "toast", "end"]);
});

Deno.test("a response that is complete is not marked as a stream", async () => {
  await using app = giving(() => [toast(1)]);
  assertEquals((await app.call("plain")).headers.has("x-hyper-stream"), false);
});

Deno.test("a synchronous generator streams like an asynchronous one", async () => {
  await using app = giving(function* () {
    yield toast(1);
    yield html("x", { target: "#a" });
  });
  assertEquals(namesOf(await eventsOf(await app.call("plain"))), ["toast", "patch_html", "end"]);
});

Deno.test("the items of a generator are collected for data clients", async () => {
  await using app = giving(async function* () {
    yield toast(1);
    yield signal("a", 1);
  });
  assertEquals(await app.data("plain"), {
    ok: true,
    items: [{ event: "toast", data: { value: 1 } }, { event: "patch_signals", data: { a: 1 } }],
  });
});

Deno.test("a generator runs to its end for a document, then the redirect is sent with its toasts", async () => {
  const steps: string[] = [];
  await using app = giving(async function* () {
    for (const step of ["one", "two", "three"]) {
      await Promise.resolve();
      steps.push(step);
      yield toast(step);
    }
  });
  const answer = await app.submit(await app.open("/ask/7?tab=1"), "with_form", { q: "x" });
  assertEquals(statusAndPlace(answer.response), [303, "/ask/7?tab=1"]);
  assertEquals(steps, ["one", "two", "three"]);
  const page = await app.open("/other");
  for (const step of steps) assertStringIncludes(page.html, step);
});

Deno.test("a redirect ends a generator, and its finally block runs, for every audience", async () => {
  for (const accept of AUDIENCES) {
    const steps: string[] = [];
    await using app = giving(function* () {
      try {
        yield redirect("/other");
        steps.push("after the redirect");
      } finally {
        steps.push("finally");
      }
    });
    const response = await app.call("plain", { accept });
    await response.text();
    assertEquals(steps, ["finally"]);
  }
});

Deno.test("a document waits documentSeconds for a generator, and a POST keeps running after the response", async () => {
  using time = stopTime();
  const steps: string[] = [];
  const waits = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  await using app = giving(async function* () {
    steps.push("started");
    yield toast("in time");
    waits.resolve();
    await new Promise((resolve) => setTimeout(resolve, 40_000));
    steps.push("ended");
    yield toast("too late");
    ended.resolve();
  });
  const page = await app.open("/ask/7");
  const pending = app.submit(page, "with_form", { q: "x" });
  // On a slow machine the generator has to pause first, for real time.
  await waits.promise;
  await time.tick(29_999);
  assertEquals(steps, ["started"]);
  await time.tick(1);
  const answer = await pending;
  assertEquals([answer.status, steps], [303, ["started"]]);
  await time.tick(10_000);
  await ended.promise;
  assertEquals(steps, ["started", "ended"]);
  const next = await app.open("/other");
  assertEquals([next.html.includes("in time"), next.html.includes("too late")], [true, false]);
});

Deno.test("documentSeconds can be configured", async () => {
  using time = stopTime();
  const ended = Promise.withResolvers<void>();
  const slow = action("slow", async function* () {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    yield toast("x");
    ended.resolve();
  });
  await using app = new App({ "/": { default: () => "", slow } }, { limits: { documentSeconds: 2 } });
  const pending = app.call("slow", { accept: "text/html" });
  await time.tick(2_000);
  assertEquals((await pending).status, 303);
  await time.tick(3_000);
  // It may have waited for its turn among the generators without a client.
  await ended.promise;
});

Deno.test("a generator that fails before its first item has the status of its failure, for every audience", async () => {
  for (const accept of AUDIENCES) {
    await using app = giving(async function* () {
      await Promise.resolve();
      throw new HyperError(403, "Not for you");
      // deno-lint-ignore no-unreachable -- `yield` makes it a generator
      yield toast("x");
    });
    const response = await app.call("plain", { accept });
    assertEquals([response.status, response.headers.has("x-hyper-stream")], [403, false]);
    assertStringIncludes(await response.text(), "Not for you");
  }
});

Deno.test("a generator that fails after its first item ends with an error event without details", async () => {
  await using app = giving(async function* () {
    yield toast("first");
    await Promise.resolve();
    throw new Error("secret");
  });
  const response = await app.call("plain");
  assertEquals(response.status, 200);
  const events = await eventsOf(response);
  assertEquals(namesOf(events), ["toast", "error", "end"]);
  const { status, message } = events[1]?.data as { status: number; message: string };
  assertEquals([status, message.includes("secret")], [500, false]);
  assertEquals(app.takeError().message, "secret");
});

Deno.test("when a generator fails after its first item, a document gets the error page, a data client gets a problem object, and the error is reported once", async () => {
  for (const accept of ["text/html", "application/json"]) {
    await using app = giving(async function* () {
      yield toast("first");
      await Promise.resolve();
      throw new Error("secret");
    });
    const response = await app.call("plain", { accept });
    assertEquals([response.status, (await response.text()).includes("secret")], [500, false]);
    assertEquals(app.takeError().message, "secret");
  }
});

Deno.test("a generator that yields a value that is not an item fails with an error that names the action", async () => {
  await using app = giving(function* () {
    yield toast("first");
    yield "text";
  });
  assertEquals(namesOf(await eventsOf(await app.call("plain"))), ["toast", "error", "end"]);
  assertStringIncludes(app.takeError().message, 'the generator of action "plain" yielded: the text "text"');
});

Deno.test("an item that JSON cannot encode ends the stream with an error and runs the generator's finally block", async () => {
  let isOver = false;
  await using app = giving(function* () {
    try {
      yield toast("first");
      yield event("big", 1n);
      yield toast("never");
    } finally {
      isOver = true;
    }
  });
  assertEquals(namesOf(await eventsOf(await app.call("plain"))), ["toast", "error", "end"]);
  assert(isOver);
  assertStringIncludes(app.takeError().message, "BigInt");
});

Deno.test("control characters in headers of an action function are sent encoded and do not end the process", async () => {
  await using app = giving(() => {
    const headers = new Headers();
    headers.set("x-name", "a\u0001b");
    return new Response("x", { headers });
  });
  assertEquals((await app.call("plain", { accept: "text/html" })).headers.get("x-name"), "a%01b");
});

Deno.test("a Response whose body was already read is an error, and the request does not hang", async () => {
  const used = new Response("x");
  await used.text();
  await using app = giving(() => used);
  assertEquals((await app.call("plain", { accept: "text/html" })).status, 500);
  assertStringIncludes(app.takeError().message, "read already");
});

Deno.test("html() throws when the swap mode is unknown", async () => {
  await assertRejects(
    () => Promise.try(() => html("x", { swap: "replace" as "outer" })),
    TypeError,
    'swap "replace" is unknown; use one of',
  );
});

Deno.test("a toast with a percent sign is unchanged after the redirect", async () => {
  await using app = giving(() => [toast("50% off, 100%25 sure"), redirect("/other")]);
  const answer = await app.submit(await app.open("/ask/7"), "with_form", { q: "x" });
  assertStringIncludes((await app.follow(answer)).html, "50% off, 100%25 sure");
});

Deno.test("data is sent as JSON encodes it: dates, undefined members, any nesting", async () => {
  let returned: unknown;
  await using app = giving(() => returned);
  const leaf = fc.oneof(
    fc.date({ noInvalidDate: true }),
    fc.constantFrom(new URL("https://site.test/a b"), -0, "", null, "\u2028", "\ud83d"),
    fc.integer(),
    fc.string(),
    fc.boolean(),
  );
  const { value: data } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 4 }),
    object: fc.dictionary(fc.string(), fc.oneof(tie("value"), fc.constant(undefined)), { maxKeys: 4 }),
  }));
  await fc.assert(
    fc.asyncProperty(data, async (value) => {
      returned = value;
      const expected: unknown = JSON.parse(JSON.stringify(value));
      assertEquals(await (await app.call("plain", { accept: "application/json" })).json(), {
        ok: true,
        data: expected,
      });
      const [event] = await eventsOf(await app.call("plain"));
      assertEquals(event, { event: "result", data: expected });
    }),
    { numRuns: 100 },
  );
});

Deno.test("a toast after more than a hundred other items is kept across the redirect", async () => {
  const save = action("save", async function* () {
    for (let count = 0; count < 150; count++) yield html(<p>{count}</p>, { target: "#p" });
    yield await Promise.resolve(toast("Saved"));
  });
  await using app = new App({ "/": { default: () => <Toasts />, save } });
  await (await app.call("save", { accept: "text/html" })).body?.cancel();
  assertMatch((await app.open("/")).html, />Saved</);
});
