/**
 * T50, T32: each function of the application throws different kinds of values, synchronously and asynchronously. The user sees a
 * general error message, `onError` is called once, and the next request succeeds.
 */
import { assert, assertEquals } from "@std/assert";
import { h } from "preact";
import {
  action,
  createMemoryStore,
  defineForm,
  dependency,
  type ErrorInfo,
  field,
  Form,
  type Guard,
  type HandlerOptions,
  html,
  type Marker,
  type Provider,
  type StandardSchemaV1,
  type Store,
  toast,
} from "../../mod.ts";
import { App, EVENTS, JSON_TYPE, type Modules } from "../support/app.tsx";

/** Thrown values: errors, other values, and values that throw when they are read. */
const THROWN: readonly (readonly [what: string, value: () => unknown])[] = [
  ["an error", () => new Error("the secret of the house")],
  ["a string", () => "the secret of the house"],
  ["nothing", () => undefined],
  ["null", () => null],
  ["an object without a prototype", () => Object.create(null)],
  ["an object whose properties throw", () =>
    new Proxy({}, {
      get: () => {
        throw new Error("the secret of the house");
      },
    })],
  ["an object whose prototype cannot be read", () =>
    new Proxy({}, {
      getPrototypeOf: () => {
        throw new Error("the secret of the house");
      },
    })],
  ["an object that throws when it is converted to a string", () => ({
    [Symbol.for("Deno.customInspect")]() {
      throw new Error("the secret of the house");
    },
  })],
  ["an error whose properties all throw", () => {
    const throws = (): never => {
      throw new Error("the secret of the house");
    };
    const members = { name: { get: throws }, message: { get: throws }, stack: { get: throws }, cause: { get: throws } };
    return Object.defineProperties(new Error(), members);
  }],
  ["an error that is its own cause", () => {
    const error = new Error("the secret of the house");
    error.cause = error;
    return error;
  }],
];

/** The places where the library calls code of the application. */
const PLACES = [
  "handler's guard",
  "principal",
  "limiter",
  "action's guard",
  "onFile",
  "dependency",
  "provider",
  "factory",
  "getInitial",
  "form's guard",
  "schema",
  "clean",
  "store",
  "handler",
  "generator, before its first item",
  "component of an item",
] as const;
/** The places in a page. They also run when an action renders the page again. */
const PAGE_PLACES = ["context", "page", "head"] as const;
type Place = typeof PLACES[number] | typeof PAGE_PLACES[number];

/** Ways to throw. */
type Way = "at once" | "later";

/** An application that can be configured to throw in one place. */
function throwing(place: Place, way: Way, value: () => unknown) {
  const state = { throws: true, runs: 0 };
  // Returns the normal value of the place.
  const at = <T,>(here: Place, fine: T): T | Promise<T> => {
    if (here !== place || !state.throws) return fine;
    if (way === "later") return Promise.reject(value());
    throw value();
  };
  const sync = (here: Place): void => {
    if (here === place && state.throws) throw value();
  };
  const schema: StandardSchemaV1<unknown, { title: string }> = {
    "~standard": {
      version: 1,
      vendor: "faulty",
      validate: () => at("schema", { value: { title: "x" } }),
    },
  };
  const form = defineForm("note", {
    schema,
    fields: { title: field.text(), photo: field.file() },
    getInitial: () => at("getInitial", {}),
    guard: () => at("form's guard", undefined),
    clean: () => at("clean", undefined),
  });
  const Faulty: Marker<string> = { kind: "marker", source: "faulty", options: {} };
  const provider: Provider = {
    canHandle: ({ source }) => source === "faulty",
    resolve: () => at("provider", "fine"),
  };
  const Broken = () => {
    sync("component of an item");
    return <p>fine</p>;
  };
  const save = action("save", {
    form: () => at("factory", form) as typeof form | Promise<typeof form>,
    guard: () => at("action's guard", undefined) as ReturnType<Guard>,
    inject: { user: dependency("user", () => at("dependency", "ada")), faulty: Faulty },
    onFile: () => at("onFile", "key"),
  }, () => {
    state.runs++;
    if (place === "generator, before its first item") {
      return (async function* () {
        await at("generator, before its first item", undefined);
        yield toast("done");
      })();
    }
    return at("handler", [html(<Broken />, { target: "#a" })]);
  });
  const memory = createMemoryStore();
  const store: Store = {
    get: (key) => memory.get(key),
    put: (...args) => memory.put(...args),
    replace: (...args) => memory.replace(...args),
    deleteIf: (...args) => memory.deleteIf(...args),
    delete: (key) => memory.delete(key),
    putIfAbsent: async (...args) => {
      await at("store", undefined);
      return await memory.putIfAbsent(...args);
    },
  };
  const modules: Modules = {
    "/": {
      default: () => {
        sync("page");
        return <Form action={save} />;
      },
      context: { user: () => at("context", "ada") },
      head: () => {
        sync("head");
        return <title>home</title>;
      },
      save,
    },
  };
  const options: HandlerOptions = {
    guard: () => at("handler's guard", undefined) as ReturnType<Guard>,
    principal: () => at("principal", "ada"),
    rate: { limit: 1_000, seconds: 1 },
    rateLimiter: { take: () => at("limiter", { allowed: true, remaining: 1, retryAfterSeconds: 0 }) },
    providers: [provider],
    store,
  };
  return { app: new App(modules, options), state };
}

/** Posts the form as a browser would. */
async function post(app: App, accept: string): Promise<Response> {
  const body = new FormData();
  body.set("title", "x");
  body.set("photo", new File(["x"], "a"));
  body.set("_next_form_page", "pages/page.tsx");
  body.set("_next_form_origin", "/");
  return await app.request("/?_action=save", {
    method: "POST",
    body,
    headers: { accept, "x-hyper-request-id": crypto.randomUUID() },
  });
}

for (const place of PLACES) {
  for (const way of ["at once", "later"] as const) {
    if (way === "later" && place === "component of an item") continue;
    Deno.test(`T50: when the ${place} throws ${way}, the response has no details, the error is reported once, and the next request succeeds`, async () => {
      for (const [what, value] of THROWN) {
        const { app, state } = throwing(place, way, value);
        await using _ = app;
        for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
          const response = await post(app, accept);
          const said = await response.text();
          const expected = place === "store" ? 503 : 500;
          assertEquals([response.status, said.includes("secret")], [expected, false], `${what} ${accept} ${said}`);
          assertEquals(app.takeReports().length, 1, `${what} ${accept}`);
        }
        state.throws = false;
        const before = state.runs;
        const response = await post(app, JSON_TYPE);
        assertEquals([response.status, state.runs], [200, before + 1], what);
        await response.body?.cancel();
      }
    });
  }
}

for (const place of PAGE_PLACES) {
  Deno.test(`T50: when the ${place} of a page throws, the response is 500 without details, the error is reported, and the next request succeeds`, async () => {
    for (const [what, value] of THROWN) {
      const { app, state } = throwing(place, "at once", value);
      await using _ = app;
      const broken = await app.request("/", { headers: { accept: "text/html" } });
      const said = await broken.text();
      assertEquals([broken.status, said.includes("secret")], [500, false], what);
      assert(app.takeReports().length >= 1, what);
      state.throws = false;
      assertEquals((await app.open("/")).status, 200, what);
    }
  });
}

/** Runs a test with an application on disk: layouts and error pages are discovered there. */
async function withFiles(files: Readonly<Record<string, string>>, run: (app: App) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/pages`);
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${root}/pages/${name}`, text);
    await using app = new App({}, { baseDir: root });
    await run(app);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const THROWS = "export default () => { throw new Error('the secret of the house'); };";
const HOME = "export default () => 'home';";

Deno.test("T50: when a layout throws, the response is 500 without the layout, and the error is reported", async () => {
  await withFiles({ "page.tsx": HOME, "layout.tsx": THROWS }, async (app) => {
    const response = await app.request("/", { headers: { accept: "text/html" } });
    assertEquals([response.status, (await response.text()).includes("secret")], [500, false]);
    assertEquals(app.takeReports().length, 1);
  });
});

Deno.test("T50: when error.tsx and not_found.tsx throw, a plain page is sent, and their errors are reported", async () => {
  await withFiles({ "page.tsx": THROWS, "error.tsx": THROWS, "not_found.tsx": THROWS }, async (app) => {
    for (const [path, status, reports] of [["/", 500, 2], ["/nowhere", 404, 1]] as const) {
      const response = await app.request(path, { headers: { accept: "text/html" } });
      const said = await response.text();
      assertEquals([response.status, said.includes("secret"), said.includes("<h1>")], [status, false, true]);
      assertEquals(app.takeReports().length, reports, path);
    }
  });
});

Deno.test("T50: an async component inside a page is an error that names the component", async () => {
  let isCalled = false;
  const Card = () => {
    isCalled = true;
    return Promise.reject(new Error("the secret of the house"));
  };
  const AsyncCard = async () => {
    isCalled = true;
    return await Card();
  };
  const show = action("show", () => html(h(AsyncCard as never, {}), { target: "#a" }));
  await using app = new App({ "/": { default: () => <main>{h(AsyncCard as never, {})}</main>, show } });
  assertEquals((await app.open("/")).status, 500);
  assert(app.takeError().message.startsWith("Cannot render <AsyncCard>: it is an async function inside a page"));
  assertEquals((await app.call("show")).status, 500);
  assert(app.takeError().message.includes("<AsyncCard>"));
  assertEquals(isCalled, false);
});

Deno.test("T50: a promise instead of a synchronous value is an error that states so, without an unhandled rejection", async () => {
  const late = (): never => Promise.reject(new Error("the secret of the house")) as never;
  const form = defineForm("note", { fields: { title: field.text() }, success: { toast: late } });
  const save = action("save", { form }, () => {});
  const marker: Marker<string> = { kind: "marker", source: "own", options: {} };
  const ask = action("ask", { inject: { marker } }, () => ({}));
  await using app = new App({
    "/": { default: () => "home", save, ask },
    "/head": { default: () => "page", head: late },
    "/page": { default: () => late() },
  }, { providers: [{ name: "Own", priority: 1, canHandle: late, resolve: () => "x" }] });
  for (const [path, what] of [["/head", "a head of"], ["/page", "the component of"]] as const) {
    assertEquals((await app.open(path)).status, 500);
    assert(app.takeError().message.startsWith(`Cannot use ${what}`));
  }
  for (const [name, what] of [["save", "the toast of a form's success"], ["ask", "canHandle of Own"]] as const) {
    const response = await app.call(name, { accept: JSON_TYPE });
    await response.body?.cancel();
    assertEquals(response.status, 500);
    assert(app.takeError().message.startsWith(`Cannot use ${what}`));
  }
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("T50: a schema may return a promise of another library, and its issues are used", async () => {
  const issues = { issues: [{ message: "refused", path: ["title"] }] };
  const later = { then: (resolve: (value: unknown) => void) => resolve(issues) };
  const schema = { "~standard": { version: 1, vendor: "own", validate: () => later } } as unknown as StandardSchemaV1<
    unknown,
    { title: string }
  >;
  const form = defineForm("note", { schema, fields: { title: field.text() } });
  let runs = 0;
  const save = action("save", { form }, () => void runs++);
  await using app = new App({ "/": { default: () => "", save } });
  const response = await app.call("save", { accept: JSON_TYPE, fields: { title: "x" } });
  assertEquals([response.status, (await response.json()).issues, runs], [422, { title: ["refused"] }, 0]);
});

Deno.test("T50: in development mode too, any thrown value is reported once, and the process continues", async () => {
  for (const [what, value] of THROWN) {
    const crash = action("crash", () => {
      throw value();
    });
    const lines: string[] = [];
    const { console } = globalThis;
    const { info } = console;
    console.info = (line: string) => void lines.push(line);
    try {
      await using app = new App({ "/": { default: () => "", crash } }, { dev: true });
      const response = await app.call("crash", { accept: JSON_TYPE });
      await response.body?.cancel();
      assertEquals([response.status, app.takeReports().length], [500, 1], what);
    } finally {
      console.info = info;
    }
    assert(lines.some((line) => line.includes("action=crash")), what);
  }
});

Deno.test("T50: an error of onError is logged, and the client gets a response", async () => {
  const crash = action("crash", () => {
    throw new Error("the secret of the house");
  });
  const seen: ErrorInfo[] = [];
  await using app = new App({ "/": { default: () => "", crash } }, {
    onError: (_error, info) => {
      seen.push(info);
      throw new Error("onError is broken");
    },
  });
  const response = await app.call("crash");
  assertEquals([response.status, seen.map(({ actionName }) => actionName)], [500, ["crash"]]);
  await response.body?.cancel();
  assert(app.console.some((line) => line.includes("onError is broken")));
});

Deno.test("T50: a generator that throws after its first item sends an error event without details", async () => {
  for (const [what, value] of THROWN) {
    const work = action("work", async function* () {
      yield toast("one");
      await new Promise((resolve) => setTimeout(resolve, 55));
      throw value();
    });
    await using app = new App({ "/": { default: () => "", work } });
    const response = await app.call("work");
    const text = await response.text();
    assertEquals([response.status, text.includes("secret")], [200, false], what);
    assertEquals(text.match(/^event: .*$/gm), ["event: toast", "event: error", "event: end"], what);
    assertEquals(app.takeReports().length, 1, what);
  }
});

Deno.test("T50: a generator that breaks the rules of generators ends its stream", async () => {
  const broken: readonly (() => AsyncIterable<never>)[] = [
    () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("next")) }) }),
    () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(null as never) }) }),
    () => ({
      [Symbol.asyncIterator]: () => {
        throw new Error("iterator");
      },
    }),
    () => ({ [Symbol.asyncIterator]: () => ({} as never) }),
  ];
  for (const make of broken) {
    const work = action("work", () => make());
    await using app = new App({ "/": { default: () => "", work } });
    for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
      const response = await app.call("work", { accept });
      assertEquals(response.status, 500, accept);
      await response.body?.cancel();
      assertEquals(app.takeReports().length, 1);
    }
  }
});

Deno.test("T50: a Response whose body fails ends only that response", async () => {
  const half = action("half", () => {
    let sent = false;
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (sent) throw new Error("the secret of the house");
          sent = true;
          controller.enqueue(new TextEncoder().encode("half"));
        },
      }, { highWaterMark: 0 }),
    );
  });
  await using app = new App({ "/": { default: () => "", half } });
  for (const headers of [{}, { "x-hyper-request-id": "r1" }]) {
    const response = await app.call("half", { accept: "text/html", headers });
    let failure: unknown = null;
    try {
      await response.text();
    } catch (error) {
      failure = error;
    }
    assert(failure instanceof Error);
  }
  assertEquals((await app.open("/")).status, 200);
});

Deno.test("T50: an initial state that rejects after another part of its page has thrown does not end the process", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const NoteForm = defineForm("note", { fields: { title: field.text() }, getInitial: () => promise });
  const save = action("save", { form: NoteForm }, () => {});
  // A component around the form, so that the renderer continues with the rest.
  const Box = () => (
    <section>
      <Form action={save} />
    </section>
  );
  const Broken = () => {
    throw new Error("broken");
  };
  await using app = new App({
    "/": {
      default: () => (
        <main>
          <Box />
          <Broken />
        </main>
      ),
      save,
    },
  });
  assertEquals((await app.open("/")).status, 500);
  assertEquals(app.takeError().message, "broken");
  reject(new Error("database gone"));
  // An unhandled rejection fails the test in the next turn of the event loop.
  await new Promise((resolve) => setTimeout(resolve));
});

/** Data that its component does not expect, as a database may return it. */
function Broken(): never {
  throw new TypeError("the secret of the house");
}

for (const isAwaited of [true, false]) {
  Deno.test(`A2: an item that publish() cannot render is reported once and does not end the process, ${isAwaited ? "" : "not "}awaited`, async () => {
    const errors: unknown[] = [];
    const save = action("save", async ({ publish }) => {
      const published = publish("rows", html(<Broken />, { target: "#rows" }));
      if (isAwaited) await published;
      return toast("Saved");
    });
    await using app = new App({ "/": { default: () => "", save } }, { onError: (error) => void errors.push(error) });
    const ask = () =>
      app.handler(new Request("http://site.test/?_action=save", { method: "POST", headers: { accept: JSON_TYPE } }));
    const first = await ask();
    await first.body?.cancel();
    // One turn of the event loop, in which an unhandled rejection would end the test.
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals([first.status, errors.map(String)], [isAwaited ? 500 : 200, ["TypeError: the secret of the house"]]);
    app.handler.publish("rows", html(<Broken />, { target: "#rows" }));
    await new Promise((resolve) => setTimeout(resolve));
    const second = await ask();
    await second.body?.cancel();
    assertEquals([second.status, errors.length], [first.status, 2]);
  });
}
