/** A page with a component that suspends: the markup before it is sent at once, through a real server. */
import { assert, assertEquals, assertMatch, assertNotMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { ComponentChildren, VNode } from "preact";
import { Suspense } from "preact/compat";
import {
  action,
  defineForm,
  dependency,
  Field,
  field,
  Form,
  HyperError,
  type PageContext,
  redirect,
  type RequestContext,
  toast,
  Toasts,
} from "@hyper/actions";
import { App, type Modules } from "../support/app.tsx";
import { stopTime, withinTime } from "../support/clock.ts";

/** A promise that a component waits for. */
class Wait {
  isReady = false;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  #error: Error | null = null;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.promise = promise.then(() => void (this.isReady = true), (error) => {
      this.#error = error;
    });
    this.resolve = resolve;
    this.reject = reject;
  }

  read(): void {
    if (this.#error !== null) throw this.#error;
    if (!this.isReady) throw this.promise;
  }
}

function pageOf(wait: Wait): () => VNode {
  const Slow = (): VNode => {
    wait.read();
    return <b>later</b>;
  };
  return () => (
    <main>
      <h1>now</h1>
      <Suspense fallback={<i>wait</i>}>
        <Slow />
      </Suspense>
      <p>after</p>
    </main>
  );
}

const Layout = ({ children }: { readonly children: ComponentChildren }): VNode => (
  <html lang="en">
    <head>
      <title>Site</title>
      <link rel="stylesheet" href="/site.css" />
    </head>
    <body>
      <nav>menu</nav>
      {children}
      <footer>foot</footer>
    </body>
  </html>
);

interface Served extends AsyncDisposable {
  readonly url: string;
}

function serveApp(app: App): Served {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request, info) => {
    return app.handler(request, info);
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Reads a response until it contains a string. */
async function readUntil(reader: ReadableStreamDefaultReader<string>, text: string): Promise<string> {
  let read = "";
  while (!read.includes(text)) {
    const { done, value } = await withinTime(reader.read());
    assert(!done, `the answer ended before ${text}: ${read}`);
    read += value;
  }
  return read;
}

function readerOf(response: Response): ReadableStreamDefaultReader<string> {
  assert(response.body !== null);
  return response.body.pipeThrough(new TextDecoderStream()).getReader();
}

async function rest(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = "";
  for (let result = await reader.read(); !result.done; result = await reader.read()) text += result.value;
  return text;
}

function siteOf(wait: Wait, more: Modules = {}): App {
  return new App({
    "/": { default: pageOf(wait), head: <title>Page</title> },
    "pages/layout.tsx": { default: Layout },
    ...more,
  });
}

Deno.test("a suspended page sends its head, its layouts and the markup before the suspended component at once", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  await using served = serveApp(app);
  const response = await fetch(served.url);
  const reader = readerOf(response);
  const begun = await readUntil(reader, "<h1>now</h1>");
  assertEquals(wait.isReady, false);
  assertMatch(
    begun,
    /^<!DOCTYPE html><html lang="en"><head><link .*<title>Page<\/title><\/head><body><nav>menu<\/nav><main><h1>now<\/h1>$/,
  );
  wait.resolve();
  assertEquals(await rest(reader), "<b>later</b><p>after</p></main><footer>foot</footer></body></html>");
});

Deno.test("a suspended page is the same document as one that does not suspend, without a script that assembles it", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  const response = await app.request("/");
  const reader = readerOf(response);
  const begun = await readUntil(reader, "<h1>now</h1>");
  wait.resolve();
  const streamed = begun + await rest(reader);
  const whole = await app.open("/");
  assertEquals(streamed, whole.html);
  assertNotMatch(streamed, /<!--|<script|hidden/);
});

Deno.test("a suspended page without a layout begins with the head of the plain document, and ends with its end", async () => {
  const wait = new Wait();
  await using app = new App({ "/": { default: pageOf(wait), head: <title>Plain</title> } });
  const reader = readerOf(await app.request("/"));
  const begun = await readUntil(reader, "<h1>now</h1>");
  assertMatch(begun, /<title>Plain<\/title><script .*<\/head><body><main><h1>now<\/h1>$/);
  wait.resolve();
  assertEquals(await rest(reader), "<b>later</b><p>after</p></main></body></html>");
});

Deno.test("a suspended page has no Content-Length and no ETag, keeps its status and headers, and names in Vary what decides about its order", async () => {
  const wait = new Wait();
  const Body = pageOf(wait);
  await using app = new App({
    "/": {
      render: ({ response }: PageContext) => {
        response.status = 203;
        response.headers.set("x-page", "yes");
        response.headers.append("set-cookie", "a=1");
        return <Body />;
      },
    },
  });
  const response = await app.request("/");
  assertEquals(response.status, 203);
  assertEquals(response.headers.get("x-page"), "yes");
  assertEquals(response.headers.getSetCookie(), ["a=1"]);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.get("content-length"), null);
  assertEquals(response.headers.get("etag"), null);
  assertEquals(response.headers.get("x-accel-buffering"), "no");
  assertEquals(
    response.headers.get("vary"),
    "X-Hyper-Late, Sec-CH-UA, Sec-Fetch-Mode, Cookie, X-Hyper-Action, Accept, X-Hyper-Layer",
  );
  wait.resolve();
  await response.text();
});

Deno.test("a page whose render rejects the request responds with that status before any byte is sent", async () => {
  const wait = new Wait();
  const Body = pageOf(wait);
  await using app = new App({ "/": { render: () => false, default: Body } });
  const response = await app.request("/");
  assertEquals(response.status, 403);
  assertStringIncludes(await response.text(), "You do not have permission to do this.");
});

Deno.test("HEAD of a suspended page has the length of the whole page", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  const head = app.request("/", { method: "HEAD" });
  wait.resolve();
  const response = await head;
  assertEquals(await response.text(), "");
  const whole = await app.open("/");
  assertEquals(response.headers.get("content-length"), String(new TextEncoder().encode(whole.html).length));
});

Deno.test("HEAD of the runtime does not wait for the slow parts of a page", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  const response = await app.request("/", { method: "HEAD", headers: { "x-hyper-late": "1" } });
  assertEquals([response.status, response.body, wait.isReady], [200, null, false]);
});

Deno.test("a page that suspends only briefly is sent whole, and its failure is the error page", async () => {
  const NoteForm = defineForm("note", {
    fields: { title: field.text() },
    getInitial: () => Promise.reject(new Error("database gone")),
  });
  const save = action("save", { form: NoteForm }, () => {});
  await using app = new App({
    "/": {
      default: () => (
        <main>
          before<Form action={save} />
        </main>
      ),
      save,
    },
  });
  const page = await app.open("/");
  assertEquals(page.status, 500);
  assertNotMatch(page.html, /before|database/);
  assertEquals(app.takeError().message, "database gone");
});

Deno.test("an error after the first byte is shown in its place and reported to onError, and the connection is closed", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  await using served = serveApp(app);
  const response = await fetch(served.url);
  assertEquals(response.status, 200);
  const reader = readerOf(response);
  await readUntil(reader, "<h1>now</h1>");
  wait.reject(new Error("database gone"));
  const told = await readUntil(reader, "</p>");
  assertEquals(told, '<p role="alert">Something went wrong. Try again.</p>');
  await assertRejects(() => reader.read());
  assertEquals(app.takeError().message, "database gone");
});

Deno.test("the message of a HyperError after the first byte is shown escaped", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  const reader = readerOf(await app.request("/"));
  await readUntil(reader, "<h1>now</h1>");
  wait.reject(new HyperError(404, "There is no <b>note</b> & no more"));
  assertStringIncludes(await readUntil(reader, "</p>"), "There is no &lt;b>note&lt;/b> &amp; no more");
  await assertRejects(() => reader.read());
  assertEquals(app.takeReports(), []);
});

Deno.test("dependencies of a suspended page are disposed when it is rendered, whether or not it is read", async () => {
  const wait = new Wait();
  const events: string[] = [];
  const disposed = Promise.withResolvers<void>();
  const connection = dependency("connection", () => ({
    [Symbol.asyncDispose]: () => {
      events.push(`disposed, ready: ${wait.isReady}`);
      return Promise.resolve(disposed.resolve());
    },
  }));
  await using app = siteOf(wait, {
    "/": { default: pageOf(wait), context: { connection: ({ deps }: RequestContext) => deps.get(connection) } },
  });
  const response = await app.request("/");
  assertEquals(events, []);
  wait.resolve();
  await disposed.promise;
  assertEquals(events, ["disposed, ready: true"]);
  await response.body?.cancel();
});

Deno.test("the request of a suspended page is aborted when its client disconnects", async () => {
  const wait = new Wait();
  const disposed = Promise.withResolvers<void>();
  const connection = dependency(
    "connection",
    () => ({ [Symbol.asyncDispose]: () => Promise.resolve(disposed.resolve()) }),
  );
  await using app = siteOf(wait, {
    "/": { default: pageOf(wait), context: { connection: ({ deps }: RequestContext) => deps.get(connection) } },
  });
  const response = await app.request("/");
  await response.body?.cancel();
  await disposed.promise;
  assertEquals(wait.isReady, false);
});

Deno.test("an invalid form of a suspended page is shown again whole", async () => {
  const wait = new Wait();
  const Body = pageOf(wait);
  const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form: NoteForm }, () => {});
  await using app = siteOf(wait, {
    "/": {
      default: () => (
        <div>
          <Form action={save}>
            <Field name="title" />
          </Form>
          <Body />
        </div>
      ),
      save,
    },
  });
  wait.resolve();
  const page = await app.open("/");
  const again = new Wait();
  // From here on the page suspends again.
  wait.isReady = false;
  Object.assign(wait, { promise: again.promise.then(() => void (wait.isReady = true)) });
  const submitted = app.submit(page, "save", { title: "" });
  again.resolve();
  const back = await submitted;
  assertEquals(back.status, 200);
  assertStringIncludes(back.html, "<b>later</b>");
  assertStringIncludes(back.html, 'aria-invalid="true"');
  assertEquals(back.response.headers.get("x-accel-buffering"), null);
});

Deno.test("toasts are shown once on a suspended page, and not on the next page", async () => {
  const wait = new Wait();
  const Body = pageOf(wait);
  const NoteForm = defineForm("note", { fields: { title: field.text() } });
  const save = action("save", { form: NoteForm }, () => toast("Saved"));
  await using app = new App({
    "/": {
      default: () => (
        <div>
          <Toasts />
          <Form action={save} />
          <Body />
        </div>
      ),
      save,
    },
  });
  wait.resolve();
  const sent = await app.submit(await app.open("/"), "save", { title: "a" });
  assertEquals(sent.status, 303);
  const shown = await app.follow(sent);
  assertEquals(shown.html.split("Saved").length - 1, 1);
  assertNotMatch((await app.open("/")).html, /Saved/);
});

/** A site whose slow page has toasts to show: after its form was posted. */
async function postedSite(Page: () => VNode, layout: Modules = {}): Promise<App> {
  const NoteForm = defineForm("note", { fields: { title: field.text() } });
  const save = action("save", { form: NoteForm }, () => [toast("Saved"), redirect("/slow")]);
  const app = new App({ "/": { default: () => <Form action={save} />, save }, "/slow": { default: Page }, ...layout });
  await app.submit(await app.open("/"), "save", { title: "a" });
  return app;
}

/** Opens the slow page: nothing of it is sent before its part is ready. */
async function sentWhole(app: App, wait: Wait): Promise<Response> {
  using clock = stopTime();
  let isSent = false;
  const sent = app.request("/slow", { headers: CHROMIUM });
  void sent.then(() => isSent = true);
  await clock.tick(10_000);
  assertEquals(isSent, false);
  wait.resolve();
  return await sent;
}

Deno.test("a suspended page with toasts begins when it shows them, and its headers remove their cookie", async () => {
  const wait = new Wait();
  const ToastLayout = ({ children }: { readonly children: ComponentChildren }): VNode => (
    <Layout>
      <Toasts />
      {children}
    </Layout>
  );
  await using app = await postedSite(pageOf(wait), { "pages/layout.tsx": { default: ToastLayout } });
  const response = await app.request("/slow", { headers: CHROMIUM });
  assertMatch(response.headers.get("set-cookie") ?? "", /^hyper_flash=;.* Max-Age=0/);
  assertEquals(response.headers.get("cache-control"), "no-store");
  const reader = readerOf(response);
  assertMatch(await readUntil(reader, "</footer>"), />Saved<\/div>.*<i>wait<\/i>/);
  wait.resolve();
  assertMatch(await rest(reader), /^<template for="[^"]+"><b>later<\/b>/);
  assertNotMatch((await app.open("/slow")).html, /Saved/);
});

Deno.test("a suspended page that shows toasts only in the part that waits is sent whole", async () => {
  const wait = new Wait();
  const Slow = (): VNode => {
    wait.read();
    return <Toasts />;
  };
  const Page = () => <Suspense fallback={<i>wait</i>}>{<Slow />}</Suspense>;
  await using app = await postedSite(Page, { "pages/layout.tsx": { default: Layout } });
  const response = await sentWhole(app, wait);
  assertMatch(response.headers.get("set-cookie") ?? "", /^hyper_flash=;.* Max-Age=0/);
  assertEquals((await response.text()).split(">Saved<").length - 1, 1);
  assertNotMatch((await app.open("/slow")).html, /Saved/);
});

Deno.test("a suspended page without <Toasts> and without a layout shows toasts at its end, once", async () => {
  const wait = new Wait();
  await using app = await postedSite(pageOf(wait));
  const response = await sentWhole(app, wait);
  assertMatch(response.headers.get("set-cookie") ?? "", /^hyper_flash=;.* Max-Age=0/);
  assertMatch(await response.text(), />Saved<\/div><\/div><\/body><\/html>$/);
  assertNotMatch((await app.open("/slow")).html, /Saved/);
});

/** The headers of a navigation in a browser that inserts `<template for>`. */
const CHROMIUM = { "sec-ch-ua": '"Chromium";v="153"', "sec-fetch-mode": "navigate" };

Deno.test("a browser that inserts templates gets the whole page at once, and the late part before </body>", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  const response = await app.request("/", { headers: CHROMIUM });
  assertEquals(
    response.headers.get("vary"),
    "X-Hyper-Late, Sec-CH-UA, Sec-Fetch-Mode, X-Hyper-Action, Accept, X-Hyper-Layer",
  );
  const reader = readerOf(response);
  const begun = await readUntil(reader, "</footer>");
  assertMatch(
    begun,
    /<h1>now<\/h1><\?start name="([^"]+)"><i>wait<\/i><\?end><p>after<\/p><\/main><footer>foot<\/footer>$/,
  );
  wait.resolve();
  assertMatch(await rest(reader), /^<template for="[^"]+"><b>later<\/b><\/template><\/body><\/html>$/);
});

Deno.test("a page without a layout closes its document after the late parts", async () => {
  const wait = new Wait();
  await using app = new App({ "/": { default: pageOf(wait), head: <title>Plain</title> } });
  const reader = readerOf(await app.request("/", { headers: CHROMIUM }));
  const begun = await readUntil(reader, "</main>");
  assertMatch(begun, /<title>Plain<\/title><script .*<i>wait<\/i><\?end><p>after<\/p><\/main>$/);
  wait.resolve();
  assertMatch(await rest(reader), /^<template for="[^"]+"><b>later<\/b><\/template><\/body><\/html>$/);
});

Deno.test("an error in a late part is reported once and shown in its place; nothing of it reaches the user", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  const reader = readerOf(await app.request("/", { headers: CHROMIUM }));
  await readUntil(reader, "</footer>");
  wait.reject(new Error("the password of the database"));
  const text = await rest(reader);
  assertMatch(text, /^<template for="[^"]+"><p role="alert">[^<]+<\/p><\/template><\/body><\/html>$/);
  assertNotMatch(text, /password/);
  assertEquals(app.takeError().message, "the password of the database");
});

Deno.test("an error in a part within the time of a whole page is an error page with its status", async () => {
  const wait = new Wait();
  await using app = siteOf(wait);
  const answer = app.request("/", { headers: CHROMIUM });
  wait.reject(new HyperError(404, "There is no such note"));
  const response = await answer;
  assertEquals(response.status, 404);
  await response.text();
});
