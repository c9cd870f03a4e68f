/** Backends: a subclass, two of them, one with its own storage of actions, and invalid entries. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type Action,
  action,
  type ActionLocation,
  createHandler,
  DEFAULT_FORM_ACTION_BACKENDS,
  defineForm,
  type DispatchContext,
  field,
  Form,
  FormActionBackend,
  FormActionFactory,
  formActionUrl,
  HyperError,
  RegistryFormActionBackend,
} from "../../mod.ts";
import { App } from "../support/app.tsx";
import { TempFiles } from "../http/temp_files.ts";
import { attribute, findForm } from "../support/html.ts";

const form = defineForm("note", { fields: { title: field.text({ required: true }) } });

Deno.test("a subclass wraps dispatch() and calls super.dispatch(), whatever the outcome of the action", async () => {
  const log: unknown[] = [];
  class Audit extends RegistryFormActionBackend {
    override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
      assertEquals([request.bodyUsed, context.url.pathname.startsWith("/_next/form/")], [false, true]);
      const response = await super.dispatch(request, uid, context);
      log.push([this.getByUid(uid)?.name, response.status]);
      response.headers.set("x-audit", "kept");
      return response;
    }
  }
  const save = action("save", { form }, () => {});
  const broken = action("broken", () => {
    throw new Error("broken");
  });
  await using app = new App({ "/": { default: () => <Form action={save} />, save, broken } }, {
    backends: [new Audit()],
  });
  const page = await app.open("/");
  const failed = await app.submit(page, "save", { title: "" });
  const done = await app.submit(page, "save", { title: "x" });
  const response = await app.request(formActionUrl("broken"), { method: "POST" });
  app.takeError();
  assertEquals(log, [["save", 200], ["save", 303], ["broken", 500]]);
  for (const answer of [failed.response, done.response, response]) assertEquals(answer.headers.get("x-audit"), "kept");
});

Deno.test("a subclass may respond without the standard pipeline: neither guard nor action function runs", async () => {
  const ran: string[] = [];
  class Closed extends RegistryFormActionBackend {
    override dispatch(): Promise<Response> {
      return Promise.resolve(new Response("Closed for today", { status: 503 }));
    }
  }
  const save = action("save", { guard: () => void ran.push("guard") }, () => void ran.push("handler"));
  await using app = new App({ "/": { default: () => "", save } }, { backends: [{ backend: Closed }] });
  const response = await app.call("save");
  assertEquals([response.status, await response.text(), ran], [503, "Closed for today", []]);
});

for (
  const [what, name, expected, dispatch, guard] of [
    ["is unknown", "unknown", 404],
    ["runs", "save", 204],
    ["is denied", "save", 403, null, () => false],
    ["fails", "save", 500, null, () => Promise.reject(new Error("expected"))],
    ["has a backend that responds itself", "save", 200, () => Promise.resolve(new Response("Mine"))],
    ["has a backend that finds nothing", "save", 404, (context: DispatchContext) => context.notFound()],
    ["has a backend that throws", "save", 500, () => Promise.reject(new Error("expected"))],
    [
      "has a backend that responds instead of the action",
      "save",
      200,
      async (context: DispatchContext, own: Action) => {
        const response = await context.run(own);
        return new Response("Mine", { status: response.ok ? 200 : 500 });
      },
    ],
  ] as readonly (readonly [
    string,
    string,
    number,
    (((context: DispatchContext, own: Action) => Promise<Response>) | null)?,
    (() => boolean | Promise<boolean>)?,
  ])[]
) {
  Deno.test(`H3: the files of a body that was read to find its action are removed if the action ${what}`, async () => {
    using temp = new TempFiles();
    const save = action("save", guard === undefined ? {} : { guard }, () => {});
    class Own extends RegistryFormActionBackend {
      override dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
        return dispatch?.(context, save) ?? super.dispatch(request, uid, context);
      }
    }
    await using app = new App({ "/": { default: () => "", save } }, { backends: [new Own()] });
    const body = new FormData();
    body.set("_action", name);
    body.set("_next_form_page", "pages/page.tsx");
    body.set("_next_form_origin", "/");
    body.set("file", new File(["x".repeat(2 * 1024 * 1024)], "a.txt"));
    const response = await app.request("/", { method: "POST", body, headers: { accept: "text/html" } });
    await response.text();
    assertEquals(response.status, expected);
    if (expected === 500) assertEquals(app.takeError().message, "expected");
    assertEquals([temp.count, temp.left], [1, []]);
  });
}

/** Bodies that name their action in a field, which is read before the backend is asked. */
const NAMED: Readonly<Record<string, () => BodyInit>> = {
  urlencoded: () => new URLSearchParams([["_action", "save"], ["title", "a b&ü"], ["title", "2"]]),
  multipart: () => {
    const body = new FormData();
    for (const [name, value] of [["_action", "save"], ["title", "a b&ü"], ["title", "2"]] as const) {
      body.append(name, value);
    }
    // Large enough to be stored on the disk.
    body.set('fi"le', new File(["x".repeat(2 * 1024 * 1024)], 'a".txt', { type: "text/plain" }));
    return body;
  },
  JSON: () => JSON.stringify({ _action: "save", title: ["a b&ü", "2"] }),
};

for (const [name, body] of Object.entries(NAMED)) {
  // The body is searched for a name only if it has fields.
  for (const named of name === "JSON" ? ["by the URL"] : ["by the URL", "by a field"]) {
    Deno.test(`B3: a backend may clone, read and replace a request whose action is named ${named}: ${name}`, async () => {
      using temp = new TempFiles();
      const seen: unknown[] = [];
      const save = action("save", (ctx) => {
        const files = [...ctx.files.values()].flat().map(({ name, size, type }) => [name, size, type]);
        seen.push([ctx.data.title, files, ctx.request.headers.get("x-user")]);
      });
      class Own extends RegistryFormActionBackend {
        override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
          const text = await request.clone().text();
          seen.push(text.includes("save") || named === "by the URL");
          const headers = new Headers(request.headers);
          headers.set("x-user", "ada");
          const kept = await super.dispatch(request.clone(), uid, context);
          const response = await super.dispatch(new Request(request, { headers }), uid, context);
          return kept.status === response.status ? response : kept;
        }
      }
      await using app = new App({ "/": { default: () => "", save } }, { backends: [new Own()] });
      const url = named === "by the URL" ? formActionUrl("save") : "/";
      const content = body();
      const response = await app.request(url, {
        method: "POST",
        body: content,
        headers: {
          accept: "text/html",
          ...(typeof content === "string" ? { "content-type": "application/json" } : {}),
        },
      });
      await response.text();
      const files = name === "multipart" ? [['a".txt', 2 * 1024 * 1024, "text/plain"]] : [];
      const got = (user: string | null) => [["a b&ü", "2"], files, user];
      assertEquals([response.status, seen], [204, [true, got(null), got("ada")]]);
      assertEquals(temp.left, []);
    });
  }
}

Deno.test("B3: a request that a backend replaces is judged like the first: another site's origin is denied", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  class Own extends RegistryFormActionBackend {
    override dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
      const headers = { origin: "https://evil.test", "sec-fetch-site": "cross-site" };
      return super.dispatch(new Request(request, { headers }), uid, context);
    }
  }
  await using app = new App({ "/": { default: () => "", save } }, { backends: [new Own()] });
  const response = await app.request(formActionUrl("save"), { method: "POST" });
  assertEquals([response.status, runs], [403, 0]);
});

class Marked extends RegistryFormActionBackend {
  readonly #mark: string;
  readonly #namespace: string | null;

  constructor({ mark, namespace }: { mark: string; namespace: string | null }) {
    super();
    this.#mark = mark;
    this.#namespace = namespace;
  }

  override accepts(action: Action): boolean {
    return this.#namespace === null || action.namespace === this.#namespace;
  }

  override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
    const response = await super.dispatch(request, uid, context);
    response.headers.set("x-backend", this.#mark);
    return response;
  }
}

Deno.test("each of two backends runs its own actions, named by UID, header, query and field", async () => {
  const daily = action("daily", { namespace: "reports" }, () => {});
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", daily, save } }, {
    backends: [
      { backend: Marked, options: { mark: "reports", namespace: "reports" } },
      { backend: Marked, options: { mark: "rest", namespace: null } },
    ],
  });
  for (const [name, mark] of [["reports:daily", "reports"], ["save", "rest"]] as const) {
    const asks: Promise<Response>[] = [
      app.request(formActionUrl(name), { method: "POST" }),
      app.call(name),
      app.request(`/?_action=${name}`, { method: "POST" }),
      app.request("/", { method: "POST", body: new URLSearchParams({ _action: name }) }),
    ];
    for (const response of await Promise.all(asks)) {
      assertEquals(response.headers.get("x-backend"), mark);
      await response.body?.cancel();
    }
  }
});

Deno.test("an action belongs to the first backend that accepts it", async () => {
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } }, {
    backends: [new Marked({ mark: "first", namespace: null }), new Marked({ mark: "second", namespace: null })],
  });
  assertEquals((await app.call("save")).headers.get("x-backend"), "first");
});

Deno.test("an action that no backend accepts is an error on startup", async () => {
  const save = action("save", () => {});
  const handler = createHandler({
    baseDir: null,
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => "", save }) }],
    backends: [new Marked({ mark: "x", namespace: "other" })],
  });
  await assertRejects(() => handler.ready, TypeError, 'Cannot register action "save"');
});

/** A backend that keeps its actions in a list, and adds a query parameter to the URLs of their forms. */
class Elsewhere extends FormActionBackend {
  readonly #kept: { readonly action: Action; readonly source: ActionLocation }[] = [];

  override registerAction(action: Action, source: ActionLocation): void {
    this.#kept.push({ action, source });
  }
  override getByUid(uid: string): Action | null {
    return this.#kept.find(({ action }) => action.uid === uid)?.action ?? null;
  }
  override getByName(name: string): Action | null {
    return this.#kept.find(({ action }) => action.name === name)?.action ?? null;
  }
  override *actions(): Generator<Action> {
    for (const { action } of this.#kept) yield action;
  }
  override getActionUrl(action: Action): string {
    return `${formActionUrl(action.name)}?via=elsewhere`;
  }
  override async dispatch(_request: Request, uid: string, context: DispatchContext): Promise<Response> {
    const action = this.getByUid(uid);
    if (action === null) return await context.notFound();
    assertEquals(this.#kept[0]?.source, { file: "pages/page.tsx", exportName: "save" });
    return await context.run(action);
  }
}

Deno.test("actions of a backend with its own storage run through the whole pipeline", async () => {
  const save = action("save", { form }, ({ url }) => ({ search: url.search }));
  await using app = new App({ "/": { default: () => <Form action={save} />, save } }, { backends: [new Elsewhere()] });
  const page = await app.open("/?a=1");
  const drawn = findForm(page.root, "save");
  assertEquals(attribute(drawn, "action"), `${formActionUrl("save")}?via=elsewhere&_next_form_origin=%2F%3Fa%3D1`);
  assertEquals((await app.submit(page, "save", { title: "" })).status, 200);
  assertEquals((await app.submit(page, "save", { title: "x" })).response.headers.get("location"), "/?a=1");
});

Deno.test("context.notFound() is the 404 of an unknown action, in the format of the client", async () => {
  class Hiding extends RegistryFormActionBackend {
    override dispatch(_request: Request, _uid: string, context: DispatchContext): Promise<Response> {
      return context.notFound();
    }
  }
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } }, { backends: [new Hiding()] });
  const response = await app.call("save", { accept: "application/json", fields: { a: "1" } });
  assertEquals([response.status, response.headers.get("content-type")], [404, "application/problem+json"]);
  await response.body?.cancel();
});

Deno.test("a backend that throws is 500 without details, and the error is reported", async () => {
  class Broken extends RegistryFormActionBackend {
    override dispatch(): Promise<Response> {
      return Promise.reject(new Error("the audit log is full"));
    }
  }
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } }, { backends: [new Broken()] });
  const response = await app.call("save", { accept: "text/html" });
  assertEquals([response.status, (await response.text()).includes("audit")], [500, false]);
  assertEquals(app.takeError().message, "the audit log is full");
});

Deno.test("a backend that throws is reported with the name of its action, and sends actionFailed, for each audience", async () => {
  class Broken extends RegistryFormActionBackend {
    override dispatch(): Promise<Response> {
      return Promise.reject(new HyperError(this.status, "the audit log is full"));
    }
    status = 500;
  }
  const seen: unknown[] = [];
  const broken = new Broken();
  const save = action("save", () => {});
  const handler = createHandler({
    baseDir: null,
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => "", save }) }],
    backends: [broken],
    onError: (_error, { actionName }) => void seen.push(["onError", actionName]),
  });
  handler.signals.actionFailed.connect(({ actionName, error }) =>
    void seen.push([actionName, (error as Error).message])
  );
  for (const accept of ["text/html", "text/event-stream", "application/json"]) {
    for (const status of [500, 409]) {
      broken.status = status;
      seen.length = 0;
      const response = await handler(
        new Request("http://site.test/?_action=save", { method: "POST", headers: { accept } }),
      );
      await response.body?.cancel();
      const failed = ["save", "the audit log is full"];
      assertEquals([response.status, seen], [status, status === 500 ? [["onError", "save"], failed] : [failed]]);
    }
  }
  await handler.close();
});

for (const audience of ["text/html", "text/event-stream", "application/json"]) {
  Deno.test(`a Response that a backend made itself varies, and is not stored unless its headers allow it: ${audience}`, async () => {
    class Own extends RegistryFormActionBackend {
      override dispatch(request: Request): Promise<Response> {
        const kept = { headers: { "cache-control": "max-age=60", vary: "Cookie" } };
        return Promise.resolve(
          request.url.endsWith("?kept") ? new Response("own", kept) : Response.redirect("http://site.test/other"),
        );
      }
    }
    const look = action("look", { method: "GET" }, () => {});
    await using app = new App({ "/": { default: () => "", look } }, { backends: [new Own()] });
    const headersOf = async (path: string) => {
      const response = await app.request(path, { headers: { "x-hyper-action": "look", accept: audience } });
      await response.body?.cancel();
      return [response.headers.get("vary"), response.headers.get("cache-control")];
    };
    assertEquals(await headersOf("/"), ["X-Hyper-Action, Accept, X-Hyper-Layer", "no-store"]);
    assertEquals(await headersOf("/?kept"), ["Cookie, X-Hyper-Action, Accept, X-Hyper-Layer", "max-age=60"]);
  });
}

/** A backend that has an action from the start and runs no checks. */
class WithOwn extends Elsewhere {
  constructor(own: Action) {
    super();
    this.registerAction(own, { file: "elsewhere.ts", exportName: "own" });
  }
  override accepts(): boolean {
    return false;
  }
}

Deno.test("a name that a backend has already stops the start, and the message names both", async () => {
  const page = { default: () => "", save: action("save", () => {}) };
  const pages = [{ path: "/", load: () => Promise.resolve(page) }];
  const own = () => new WithOwn(action("save", () => {}));
  for (const backends of [[own(), ...DEFAULT_FORM_ACTION_BACKENDS], [...DEFAULT_FORM_ACTION_BACKENDS, own()]]) {
    const handler = createHandler({ baseDir: null, pages, backends });
    const error = await assertRejects(() => handler.ready, TypeError, 'Cannot register action "save" of "save" in');
    assertStringIncludes(error.message, 'backend WithOwn has action "save" with this name');
  }
  const handler = createHandler({ baseDir: null, pages: [], backends: [own(), own()] });
  await assertRejects(
    () => handler.ready,
    TypeError,
    'Cannot use backend WithOwn and backend WithOwn together: both have action "save"',
  );
});

Deno.test("actionRegistered is sent for the actions of pages and of backends, once each", async () => {
  const names: string[] = [];
  const own = new WithOwn(action("own", () => {}));
  const handler = createHandler({
    baseDir: null,
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => "", save: action("save", () => {}) }) }],
    backends: [own, ...DEFAULT_FORM_ACTION_BACKENDS],
  });
  handler.signals.actionRegistered.connect(({ actionName }) => void names.push(actionName));
  await handler.ready;
  assertEquals(names.toSorted(), ["own", "save"]);
  await handler.close();
});

Deno.test("one backend in two handlers, or twice in one, is an error that names the problem", async () => {
  const backend = new Elsewhere();
  const first = createHandler({ baseDir: null, pages: [], backends: [backend] });
  for (const backends of [[backend], [new Elsewhere(), backend]]) {
    assertThrows(
      () => createHandler({ baseDir: null, pages: [], backends }),
      TypeError,
      "backend Elsewhere belongs to another handler",
    );
  }
  const twice = new Elsewhere();
  assertThrows(
    () => createHandler({ baseDir: null, pages: [], backends: [twice, twice] }),
    TypeError,
    "or is in the list twice",
  );
  await first.close();
});

Deno.test("each handler has a registry of its own by default", async () => {
  assertEquals(DEFAULT_FORM_ACTION_BACKENDS.length, 1);
  const made = new FormActionFactory().createBackend(DEFAULT_FORM_ACTION_BACKENDS[0]!);
  assert(made instanceof RegistryFormActionBackend);
  const save = action("save", () => ({ from: "one" }));
  const other = action("save", () => ({ from: "two" }));
  await using one = new App({ "/": { default: () => "", save } });
  await using two = new App({ "/": { default: () => "", save: other } });
  assertEquals([await one.data("save"), await two.data("save")], [
    { ok: true, data: { from: "one" } },
    { ok: true, data: { from: "two" } },
  ]);
});

for (
  const [what, backends, phrase] of [
    ["an empty list", [], "backends is empty"],
    ["a string", ["registry"], "Cannot create a form action backend"],
    ["null", [null], "Cannot create a form action backend"],
    ["an object without a class", [{ options: {} }], 'an object without "backend"'],
    ["a class that is not a backend", [{ backend: class Plain {} }], "Plain as a form action backend"],
    ["a class whose constructor throws", [{
      backend: class extends RegistryFormActionBackend {
        constructor() {
          super();
          throw new Error("no database");
        }
      },
    }], "no database"],
  ] as const
) {
  Deno.test(`an invalid entry in backends throws on startup, with the reason: ${what}`, () => {
    const error = assertThrows(
      () => createHandler({ baseDir: null, pages: [], backends: backends as never }),
      TypeError,
    );
    assertStringIncludes(error.message, phrase);
  });
}
