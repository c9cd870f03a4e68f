/** Failures of an action: what the user receives, and what the operator receives. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  action,
  type ContextFunctions,
  createHandler,
  defineForm,
  dependency,
  Depends,
  DQuery,
  DUrl,
  type ErrorPageProps,
  field,
  Form,
  HyperError,
  type LayoutProps,
  type PageProps,
  toast,
} from "../../mod.ts";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { App, captureConsole, eventsOf } from "../support/app.tsx";

const SECRET = "password is hunter2";
const boom = action("boom", () => {
  throw new Error(SECRET, { cause: new Error("and the cause too") });
});

function broken(options: ConstructorParameters<typeof App>[1] = {}): App {
  return new App({
    "/": { default: () => "", boom },
    "pages/error.tsx": { default: ({ status, message }: ErrorPageProps) => <h1>{`${status}: ${message}`}</h1> },
    "pages/layout.tsx": { default: ({ children }: LayoutProps) => <main>{children}</main> },
  }, options);
}

Deno.test("an exception of an action function shows the error page in its layout, without the message of the exception", async () => {
  await using app = broken();
  const response = await app.call("boom", { accept: "text/html" });
  const html = await response.text();
  assertEquals([response.status, response.headers.get("content-type")], [500, "text/html; charset=utf-8"]);
  assertStringIncludes(html, "<main><h1>500: Something went wrong. Try again.</h1></main>");
  assertEquals(/hunter2|cause|Error:|errors_test/.test(html), false);
  app.takeError();
});

Deno.test("a page for 404 that is a Response of its own has the status and the headers of the failure", async () => {
  const gone = action("gone", () => {
    throw new HyperError(404, "Not here", { headers: { "x-reason": "gone" } });
  });
  await using app = new App({
    "/": { default: () => "", gone },
    "pages/not_found.tsx": {
      default: () => null,
      render: () => new Response("own page", { headers: { "x-own": "yes", "x-reason": "none" } }),
    },
  });
  const response = await app.call("gone", { accept: "text/html" });
  assertEquals([response.status, await response.text()], [404, "own page"]);
  assertEquals([response.headers.get("x-own"), response.headers.get("x-reason")], ["yes", "gone"]);
});

Deno.test("a call that is about no page gets a value of its query, and 400 for a parameter of a page", async () => {
  const find = action("find", { inject: { tab: DQuery("tab") } }, ({ tab }) => ({ tab }));
  const show = action("show", { inject: { id: DUrl("id") } }, ({ id }) => ({ id }));
  await using app = new App({ "/notes/[id]": { default: () => "", find, show } });
  const call = (name: string) => app.call(name, { path: "/elsewhere?tab=new", accept: "application/json" });
  const [found, refused] = [await call("find"), await call("show")];
  assertEquals([found.status, await found.json(), refused.status], [200, { ok: true, data: { tab: "new" } }, 400]);
  await refused.body?.cancel();
});

Deno.test("an exception of an action function is an error event for the runtime, without the message of the exception", async () => {
  await using app = broken();
  const response = await app.call("boom");
  assertEquals(response.status, 500);
  assertEquals(await eventsOf(response), [
    { event: "error", data: { status: 500, message: "Something went wrong. Try again." } },
    { event: "end", data: {} },
  ]);
  app.takeError();
});

Deno.test("an exception of an action function is a problem object for data clients, without the message of the exception", async () => {
  await using app = broken();
  const response = await app.call("boom", { accept: "application/json" });
  assertEquals(await response.json(), {
    ok: false,
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    detail: "Something went wrong. Try again.",
  });
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  app.takeError();
});

Deno.test("a problem object has the phrase of its status, and a generic title for a status without one", async () => {
  for (const [status, title] of [[404, "Not Found"], [451, "Unavailable For Legal Reasons"], [499, "Error"]] as const) {
    const refuse = action("refuse", () => {
      throw new HyperError(status, "no");
    });
    await using app = new App({ "/": { default: () => "", refuse } });
    const problem = await (await app.call("refuse", { accept: "application/json" })).json();
    assertEquals([problem.status, problem.title], [status, title]);
  }
});

Deno.test("the response contains no details in development either", async () => {
  await using app = broken({ dev: true });
  assertEquals((await (await app.call("boom", { accept: "text/html" })).text()).includes("hunter2"), false);
  app.takeError();
});

Deno.test("onError and the console receive the whole error, with the name of the action", async () => {
  await using app = broken();
  await (await app.call("boom")).text();
  const [report, ...others] = app.takeReports();
  assertEquals([report?.actionName, others.length], ["boom", 0]);
  const error = report?.error as Error;
  assertEquals([error.message, (error.cause as Error).message], [SECRET, "and the cause too"]);
  const said = app.console.join("\n");
  for (const phrase of ['action "boom"', "POST /", SECRET]) assertStringIncludes(said, phrase);
});

Deno.test("errors are logged to the console without onError, and so are errors of onError", async () => {
  const lines: string[] = [];
  const restore = captureConsole(lines);
  try {
    for (
      const onError of [undefined, () => {
        throw new Error("onError is broken");
      }]
    ) {
      const handler = createHandler({
        baseDir: null,
        pages: [{ path: "/", load: () => Promise.resolve({ default: () => "", boom }) }],
        onError,
      });
      const response = await handler(new Request("http://site.test/?_action=boom", { method: "POST" }));
      assertEquals(response.status, 500);
      await response.body?.cancel();
      await handler.close();
    }
  } finally {
    restore();
  }
  assertEquals(lines.filter((line) => line.includes(SECRET)).length, 2);
  assertEquals(lines.filter((line) => line.includes("onError is broken")).length, 1);
});

for (const thrown of ["a string", null, undefined, 7, { status: 200 }, new Response("no", { status: 418 })]) {
  Deno.test(`a thrown value that is not an Error is 500 and reported: ${thrown instanceof Response ? "a Response" : JSON.stringify(thrown)}`, async () => {
    const odd = action("odd", () => {
      throw thrown;
    });
    await using app = new App({ "/": { default: () => "", odd } });
    const response = await app.call("odd", { accept: "application/json" });
    assertEquals(response.status, 500);
    await response.body?.cancel();
    assertEquals(app.takeReports().map(({ error }) => error), [thrown]);
  });
}

Deno.test("an error with a status below 500 sends its message and is not reported; from 500 it is reported without one", async () => {
  let status = 404;
  const refuse = action("refuse", () => {
    throw new HyperError(status, "The words of the refusal");
  });
  await using app = new App({ "/": { default: () => "", refuse } });
  for (const accept of ["text/html", "text/event-stream", "application/json"]) {
    const response = await app.call("refuse", { accept });
    assertEquals(response.status, 404);
    assertStringIncludes(await response.text(), "The words of the refusal");
  }
  assertEquals(app.takeReports(), []);
  status = 503;
  const response = await app.call("refuse");
  assertEquals([response.status, (await response.text()).includes("words")], [503, false]);
  assertEquals(app.takeError().message, "The words of the refusal");
});

Deno.test("the message of an error is escaped wherever it is shown", async () => {
  const refuse = action("refuse", () => {
    throw new HyperError(400, "<img src=x onerror=alert(1)>\nevent: redirect\ndata: {}");
  });
  await using app = new App({ "/": { default: () => "", refuse } });
  assertEquals((await (await app.call("refuse", { accept: "text/html" })).text()).includes("<img"), false);
  assertEquals((await eventsOf(await app.call("refuse"))).map(({ event }) => event), ["error", "end"]);
});

for (
  const [what, declare, path, status] of [
    [
      "a URL parameter that cannot be parsed",
      () => action("x", { inject: { id: DUrl("id", Number) } }, () => {}),
      "/n/abc",
      400,
    ],
    [
      "a URL parameter that the page does not have",
      () => action("x", { inject: { id: DUrl("no") } }, () => {}),
      "/n/1",
      400,
    ],
    [
      "a query parameter that cannot be parsed",
      () => action("x", { inject: { p: DQuery("p", Number) } }, () => {}),
      "/n/1?p=x",
      400,
    ],
    ["a query parameter that is absent", () => action("x", { inject: { p: DQuery("p") } }, () => {}), "/n/1", 400],
    [
      "a default for an absent parameter",
      () => action("x", { inject: { p: DQuery("p", Number, { default: 1 }) } }, ({ p }) => ({ p })),
      "/n/1",
      200,
    ],
    [
      "a default for a parameter that cannot be parsed",
      () => action("x", { inject: { p: DUrl("id", Number, { default: 1 }) } }, ({ p }) => ({ p })),
      "/n/abc",
      200,
    ],
  ] as const
) {
  Deno.test(`injection: ${what} is ${status}`, async () => {
    await using app = new App({ "/n/[id]": { default: () => "", x: declare() } });
    const response = await app.call("x", { path });
    assertEquals(response.status, status);
    await response.body?.cancel();
  });
}

Deno.test("a dependency that cannot be resolved is 500, and onError receives its name", async () => {
  const x = action("x", { inject: { tenant: { kind: "marker", source: "tenant", options: {} } } }, () => {});
  await using app = new App({ "/": { default: () => "", x } });
  const response = await app.call("x");
  assertEquals([response.status, (await response.text()).includes("tenant")], [500, false]);
  assertStringIncludes(app.takeError().message, '"tenant"');
});

Deno.test("a cycle of dependencies is an error that lists its members, also across await", async () => {
  const one = dependency("one", async ({ deps }): Promise<number> => {
    await Promise.resolve();
    return await deps.get(two);
  });
  const two = dependency("two", async ({ deps }): Promise<number> => {
    await Promise.resolve();
    return await deps.get(one);
  });
  const x = action("x", { inject: { n: Depends(one) } }, () => {});
  await using app = new App({ "/": { default: () => "", x } });
  assertEquals((await app.call("x")).status, 500);
  assertStringIncludes(app.takeError().message, "one -> two -> one");
});

Deno.test("a dependency that is requested twice at once runs once, and its failure is not cached", async () => {
  let runs = 0;
  const flaky = dependency("flaky", async () => {
    runs++;
    await Promise.resolve();
    if (runs === 1) throw new HyperError(409, "Not yet");
    return runs;
  });
  const x = action("x", async ({ deps }) => {
    const first = await deps.get(flaky).catch(() => "failed");
    const [second, third] = await Promise.all([deps.get(flaky), deps.get(flaky)]);
    return { first, second, third };
  });
  await using app = new App({ "/": { default: () => "", x } });
  assertEquals(await app.data("x"), { ok: true, data: { first: "failed", second: 2, third: 2 } });
});

Deno.test("dependencies are disposed after the response, the last one first, also after an error", async () => {
  const log: string[] = [];
  const resource = (name: string, needs?: ReturnType<typeof dependency<unknown>>) =>
    dependency<unknown>(name, async ({ deps }) => {
      if (needs !== undefined) await deps.get(needs);
      return { [Symbol.asyncDispose]: () => Promise.resolve(void log.push(name)) };
    });
  const outer = resource("outer");
  const inner = resource("inner", outer);
  const fine = action("fine", { inject: { inner } }, () => void log.push("handler"));
  const bad = action("bad", { inject: { inner } }, () => {
    log.push("handler");
    throw new HyperError(409, "No");
  });
  await using app = new App({ "/": { default: () => "", fine, bad } });
  for (const name of ["fine", "bad"]) {
    log.length = 0;
    await (await app.call(name)).text();
    assertEquals(log, ["handler", "inner", "outer"]);
  }
});

Deno.test("dependencies of a stream are disposed after its last item, not before", async () => {
  const log: string[] = [];
  const db = dependency("db", () => ({
    read: () => log.push("read"),
    [Symbol.asyncDispose]: () => Promise.resolve(void log.push("disposed")),
  }));
  const x = action("x", { inject: { db } }, async function* ({ db }) {
    for (let round = 0; round < 3; round++) {
      db.read();
      yield toast("x");
      await Promise.resolve();
    }
  });
  const body = action("body", { inject: { db } }, ({ db }) =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (db.read() > 2) controller.close();
          else controller.enqueue(new Uint8Array([1]));
        },
      }, { highWaterMark: 0 }),
    ));
  await using app = new App({ "/": { default: () => "", x, body } });
  for (const name of ["x", "body"]) {
    log.length = 0;
    await (await app.call(name)).text();
    assertEquals(log, ["read", "read", "read", "disposed"], name);
  }
});

Deno.test("a disposal that fails is reported and does not change the response", async () => {
  const db = dependency("db", () => ({
    [Symbol.asyncDispose]: () => Promise.reject(new Error("cannot close")),
  }));
  const x = action("x", { inject: { db } }, () => ({ done: true }));
  await using app = new App({ "/": { default: () => "", x } });
  assertEquals(await app.data("x"), { ok: true, data: { done: true } });
  assertEquals(app.takeError().message, "cannot close");
});

Deno.test("overrides replace dependencies, by the dependency or its name", async () => {
  const user = dependency("user", () => "the real one");
  const clock = dependency("clock", () => 0);
  const x = action("x", { inject: { user, clock } }, ({ user, clock }) => ({ user, clock }));
  await using app = new App({ "/": { default: () => "", x } }, {
    overrides: new Map<typeof user | string, unknown>([[user, "ada"], ["clock", () => 7]]),
  });
  assertEquals(await app.data("x"), { ok: true, data: { user: "ada", clock: 7 } });
});

Deno.test("a provider of the application resolves its markers, once per request, at every stage", async () => {
  let runs = 0;
  const Tenant = { kind: "marker", source: "tenant", options: {} } as const;
  const form = defineForm("note", {
    fields: { title: field.text() },
    getInitial: async ({ deps }) => ({ title: String(await deps.get(Tenant)) }),
  });
  const save = action("save", { form, inject: { tenant: Tenant } }, ({ form, tenant }) => {
    form.addError("", `Nothing more for ${tenant}`);
  });
  const Page = (_: PageProps) => <Form action={save} />;
  const context: ContextFunctions = { t: ({ deps }) => deps.get(Tenant) };
  await using app = new App({ "/": { default: Page, save, context } }, {
    providers: [{
      canHandle: ({ source }) => source === "tenant",
      resolve: () => {
        runs++;
        return "blue";
      },
    }],
  });
  const page = await app.open("/");
  runs = 0;
  const answer = await app.submit(page, "save", { title: "x" });
  assertStringIncludes(answer.html, "Nothing more for blue");
  assertEquals(runs, 1);
});

Deno.test("a page that fails when it is rendered again is 500, and is reported with the name of the action", async () => {
  let isBroken = false;
  const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form }, () => {});
  const Page = () => {
    if (isBroken) throw new Error(SECRET);
    return <Form action={save} />;
  };
  await using app = new App({ "/": { default: Page, save } });
  const page = await app.open("/");
  isBroken = true;
  for (const accept of ["text/html", "text/event-stream"]) {
    const response = (await app.submit(page, "save", { title: "" }, { headers: { accept } })).response;
    assertEquals(response.status, 500);
    assertEquals(app.takeReports().map(({ error, actionName }) => [(error as Error).message, actionName]), [[
      SECRET,
      "save",
    ]]);
  }
});

Deno.test("a principal function that throws is 500, and the action function does not run", async () => {
  let runs = 0;
  const x = action("x", () => void runs++);
  await using app = new App({ "/": { default: () => "", x } }, {
    principal: () => Promise.reject(new Error("no session store")),
  });
  assertEquals([(await app.call("x")).status, runs], [500, 0]);
  assertEquals(app.takeError().message, "no session store");
});

Deno.test("input that a schema rejects is invalid, with issues by field; a schema that throws is 500", async () => {
  const schemas = [
    z.object({ n: z.number(), deep: z.object({ t: z.string() }) }),
    v.object({ n: v.number(), deep: v.object({ t: v.string() }) }),
    type({ n: "number", deep: { t: "string" } }),
  ];
  for (const input of schemas) {
    const x = action("x", { input }, ({ data }) => ({ sum: (data as { n: number }).n + 1 }));
    await using app = new App({ "/": { default: () => "", x } });
    assertEquals(await app.data("x", { data: { n: 1, deep: { t: "" } } }), { ok: true, data: { sum: 2 } });
    const refused = await app.data("x", { data: { n: "x", deep: {} } }) as { status: number; issues: object };
    assertEquals([refused.status, Object.keys(refused.issues).toSorted()], [422, ["deep.t", "n"]]);
    const document = await app.call("x", { data: { n: "x", deep: { t: "" } }, accept: "text/html" });
    assertEquals(document.status, 422);
    assertMatch(await document.text(), /n: /);
  }
  const x = action("x", {
    input: {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: () => {
          throw new Error("broken schema");
        },
      },
    },
  }, () => {});
  await using app = new App({ "/": { default: () => "", x } });
  assertEquals((await app.call("x")).status, 500);
  assertEquals(app.takeError().message, "broken schema");
});

Deno.test("an issue path of any characters is an ordinary key", async () => {
  for (const key of ["constructor", "__proto__", "toString"]) {
    const x = action("x", {
      input: {
        "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "Bad", path: [key] }] }) },
      },
    }, () => {});
    await using app = new App({ "/": { default: () => "", x } });
    const response = await app.call("x", { accept: "application/json" });
    assertEquals(response.status, 422);
    assert((await response.text()).includes(`"issues":{"${key}":["Bad"]}`));
  }
});

Deno.test("in development, the response to an unknown action quotes at most 128 characters of its name", async () => {
  await using app = new App({ "/": { default: () => <p /> } }, { dev: true });
  const { reason } = await (await app.call("x".repeat(200), { accept: "application/json" })).json();
  assertEquals(/"(x+)"/.exec(reason)?.[1]?.length, 128);
});
