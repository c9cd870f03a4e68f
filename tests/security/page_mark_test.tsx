/**
 * A1: only responses whose body the library has rendered are marked as pages of this server, which the runtime may
 * merge. A body from an application, a user or another program is not marked.
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { lazy, Suspense } from "preact/compat";
import {
  action,
  createHandler,
  defineForm,
  type DispatchContext,
  Field,
  field,
  Form,
  HyperError,
  RegistryFormActionBackend,
} from "@hyper/actions";
import { CLIENT_BUILD, CLIENT_FILES } from "../../src/client_bundle.ts";
import { App, EVENTS, JSON_TYPE, type Modules, ORIGIN } from "../support/app.tsx";

const MARK = `1;${CLIENT_BUILD}`;
const FORGED = { "content-type": "text/html", "X-Hyper-Page": MARK };
const own = (): Response => new Response("<script src=/evil.js></script>", { headers: FORGED });

const NoteForm = defineForm("note", { fields: { title: field.text({ label: "Title", required: true }) } });
const save = action("save", { form: NoteForm }, () => {});
const Late = lazy(() =>
  new Promise<{ default: () => string }>((done) => setTimeout(done, 80, { default: () => "late" }))
);

const MODULES: Modules = {
  "/": {
    default: () => (
      <Form action={save}>
        <Field name="title" />
      </Form>
    ),
    save,
  },
  "/late": {
    default: () => (
      <main>
        <p>soon</p>
        <Suspense fallback={null}>
          <Late />
        </Suspense>
      </main>
    ),
  },
  "/own": { render: own },
  "/headers": {
    render: ({ response }: { response: { headers: Headers } }) => {
      response.headers.set("x-hyper-page", "9;evil");
      return "page";
    },
  },
  "/broken": {
    default: () => {
      throw new HyperError(410, "Gone", { headers: { "X-Hyper-Page": "9;evil" } });
    },
  },
  "/actions": {
    default: () => "x",
    file: action("file", { method: "GET" }, own),
    post: action("post", own),
    none: action("none", () => {}),
    fail: action("fail", () => {
      throw new HyperError(409, "No", { headers: { "X-Hyper-Page": "9;evil" } });
    }),
    find: action("find", { method: "GET" }, () => <p>found</p>),
  },
};

const markOf = async (response: Response): Promise<string | null> => {
  // Reads to the end, because a suspended page is rendered whether or not it is read.
  if (!response.bodyUsed) await response.arrayBuffer();
  return response.headers.get("x-hyper-page");
};

const PAGES: readonly [name: string, ask: (app: App) => Promise<Response>, status: number][] = [
  ["a page", (app) => app.request("/"), 200],
  ["a HEAD of a page", (app) => app.request("/", { method: "HEAD" }), 200],
  ["a suspended page", (app) => app.request("/late"), 200],
  ["a page that sets another mark itself", (app) => app.request("/headers"), 200],
  ["the not-found page", (app) => app.request("/nowhere"), 404],
  ["the error page, also if the error sets another mark", (app) => app.request("/broken"), 410],
  ["a page requested with a method that is not allowed", (app) => app.request("/", { method: "PUT" }), 405],
  ["the failure of an action", (app) => app.call("fail", { accept: "text/html" }), 409],
  [
    "the page that a GET action returns",
    (app) => app.request("/actions?_action=find", { headers: { accept: "text/html" } }),
    200,
  ],
  ["a page with an invalid form", async (app) => {
    const { response } = await app.submit(await app.open("/"), "save", { title: "" });
    return response;
  }, 200],
];

for (const [name, ask, status] of PAGES) {
  Deno.test(`A1: ${name} is marked as a page of this server`, async () => {
    await using app = new App(MODULES);
    const response = await ask(app);
    assertEquals([response.status, await markOf(response)], [status, MARK]);
    assertMatch(`${response.headers.get("vary")}`, /X-Hyper-Action, Accept, X-Hyper-Layer$/);
  });
}

const OTHERS: readonly [name: string, ask: (app: App) => Promise<Response>][] = [
  ["a Response that a page returns", (app) => app.request("/own")],
  ["a HEAD of that Response", (app) => app.request("/own", { method: "HEAD" })],
  ["the Response of a GET action", (app) => app.request("/actions?_action=file", { headers: { accept: "text/html" } })],
  ["the Response of an action to the runtime", (app) => app.call("post")],
  ["an event stream", (app) => app.call("none")],
  ["data", (app) => app.call("none", { accept: JSON_TYPE })],
  ["a failure as an event stream", (app) => app.call("fail", { accept: EVENTS })],
  ["a failure as JSON", (app) => app.call("fail", { accept: JSON_TYPE })],
  ["the runtime", (app) => app.request("/_hyper/client.js")],
  ["the response to OPTIONS", (app) => app.request("/", { method: "OPTIONS" })],
];

for (const [name, ask] of OTHERS) {
  Deno.test(`A1: ${name} is not marked as a page, with any header`, async () => {
    await using app = new App(MODULES);
    assertEquals(await markOf(await ask(app)), null);
  });
}

Deno.test("A1: a static file is not marked as a page, not even an HTML file", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/static`);
    await Deno.writeTextFile(`${dir}/static/note.html`, "<script src=/evil.js></script>");
    await using app = new App({}, { baseDir: dir, pages: [] });
    const response = await app.request("/note.html");
    assertMatch(`${response.headers.get("content-type")}`, /^text\/html/);
    assertEquals(await markOf(response), null);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** Responds itself, or like the default backend. */
class Proxy extends RegistryFormActionBackend {
  constructor(readonly answer: (ours: () => Promise<Response>) => Promise<Response>) {
    super();
  }
  override dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
    return this.answer(() => super.dispatch(request, uid, context));
  }
}

const BACKENDS: readonly [name: string, answer: Proxy["answer"], mark: string | null][] = [
  ["a response that a backend fetched from another server", () => Promise.resolve(own()), null],
  ["a page that a backend returns unchanged", (ours) => ours(), MARK],
  ["a page whose body a backend has replaced", async (ours) => {
    const { headers } = await ours();
    return new Response("<script src=/evil.js></script>", { headers });
  }, null],
];

for (const [name, answer, mark] of BACKENDS) {
  Deno.test(`A1: ${name} is ${mark === null ? "not " : ""}marked as a page`, async () => {
    await using app = new App(MODULES, { backends: [new Proxy(answer)] });
    const { response } = await app.submit(await app.open("/"), "save", { title: "" });
    assertEquals(response.headers.get("x-hyper-page"), mark);
  });
}

Deno.test("A1: the option headers cannot mark a response that is not a page", async () => {
  const cannot = `Cannot add header "X-Hyper-Page"`;
  assertThrows(() => createHandler({ pages: [], headers: { "x-hyper-page": MARK } }), TypeError, cannot);
  await using app = new App(MODULES, { headers: () => ({ "x-hyper-page": MARK }) });
  for (const path of ["/own", "/"]) {
    const response = await app.request(path);
    assertEquals([response.status, await markOf(response)], [500, null]);
    assert(app.takeError().message.startsWith(cannot));
  }
});

Deno.test("A1: a handler does not mark a page that it returns for another handler", async () => {
  const inner = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: () => "inner" }) }] });
  await using app = new App({ "/outer": { render: () => inner(new Request(`${ORIGIN}/`)) } });
  const response = await app.request("/outer");
  assertEquals(await markOf(response), null);
  await inner.close();
});

Deno.test("A1: the mark contains the build ID that is in the URLs of the parts of the runtime", () => {
  const parts = [...CLIENT_FILES.keys()].filter((name) => name !== "client.js");
  assert(parts.length > 0);
  assertEquals(parts.filter((name) => !name.endsWith(`-${CLIENT_BUILD}.js`)), []);
  assert(CLIENT_FILES.get("client.js")?.text.includes(CLIENT_BUILD));
});
