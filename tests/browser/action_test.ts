import { assert, assertEquals, assertMatch } from "@std/assert";
import { withPage } from "../support/browser.ts";
import { type App, app, Arrivals, END, html, sse, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A request, with its body. */
interface Came {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An application whose action `save` records requests and returns nothing. */
function recorder(more: App = {}): { readonly served: Deno.ServeHandler; readonly came: Came[] } {
  const came: Came[] = [];
  const save = async (request: Request) => {
    const { method, url, headers } = request;
    came.push({ method, url, headers: Object.fromEntries(headers), body: await request.text() });
    return sse([END]);
  };
  return { served: app({ ...more, actions: { save, ...more.actions } }), came };
}

/** Returns the only request. */
function only(came: readonly Came[]): Came {
  const [first, ...more] = came;
  if (!first || more.length) throw new Error(`Cannot pick the one request: ${came.length} came`);
  return first;
}

const FORM = `<form id="f" action="/submit?x=1" method="post">
  <input name="a" value="1"><input name="a" value="2"><input name="b" value="&quot;ü">
</form>`;

Deno.test("action() posts to the current URL with its query, and without its fragment", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page, url }) => {
    await page.goto("/notes?page=2#top");
    await page.evaluate(() => action("save"));
    const { method, url: to, headers, body } = only(came);
    assertEquals([method, to, body], ["POST", `${url}/notes?page=2`, ""]);
    assertEquals(headers["x-hyper-action"], "save");
    assertEquals(headers["x-requested-with"], "XMLHttpRequest");
    assertEquals(headers["accept"], "text/event-stream");
    assertMatch(headers["x-hyper-request-id"] ?? "", /^[A-Za-z0-9._-]{1,128}$/);
    assertEquals(headers["x-hyper-data"], undefined);
  });
});

Deno.test("action() sends the address bar, without its fragment, up to 4,096 characters", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page }) => {
    const call = async (search: string) => {
      await page.evaluate(async (search) => {
        history.replaceState(null, "", `/here${search}`);
        await globalThis.action("save");
      }, search);
      return came.pop()?.headers["x-hyper-location"];
    };
    await page.goto("/");
    const long = `?q=${"x".repeat(4_096 - "/here?q=".length)}`;
    assertEquals(await call("?q=1#top"), "/here?q=1");
    assertEquals(await call(long), `/here${long}`);
    assertEquals(await call(`${long}x`), undefined);
  });
});

Deno.test("action() creates a request ID for each call", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(async () => {
      await action("save");
      await action("save");
    });
    assertEquals(new Set(came.map(({ headers }) => headers["x-hyper-request-id"])).size, 2);
  });
});

Deno.test("action() uses method and url of its options", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page, url }) => {
    await page.goto("/notes/");
    await page.evaluate(() => action("save", { q: "ж" }, { method: "get", url: "./other?y=2" }));
    const { method, url: to, headers, body } = only(came);
    assertEquals([method, to, body], ["GET", `${url}/notes/other?y=2`, ""]);
    assertEquals(headers["x-hyper-data"], '{"q":"\\u0436"}');
  });
});

Deno.test("action() sends 200 kB of non-Latin data unchanged", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", { text: "Ж👋".repeat(33_000) }));
    const { headers, body } = only(came);
    assertEquals(headers["content-type"], "application/json");
    assertEquals(JSON.parse(body), { text: "Ж👋".repeat(33_000) });
  });
});

Deno.test("action() sends __proto__ as an ordinary name", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", JSON.parse('{"__proto__":{"a":1}}')));
    assertEquals(only(came).headers["x-hyper-data"], '{"__proto__":{"a":1}}');
  });
});

Deno.test("action() takes method, URL and fields from a form given by selector", async () => {
  const { served, came } = recorder({ body: FORM });
  await withPage(served, async ({ page, url }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { form: "#f" }));
    const { method, url: to, headers, body } = only(came);
    assertEquals([method, to], ["POST", `${url}/submit?x=1`]);
    assertMatch(headers["content-type"] ?? "", /^application\/x-www-form-urlencoded/);
    assertEquals([...new URLSearchParams(body)], [["a", "1"], ["a", "2"], ["b", '"ü']]);
  });
});

Deno.test("action() posts a form without a method, given as an element", async () => {
  const { served, came } = recorder({ body: `<form id="f"><input name="a" value="1"></form>` });
  await withPage(served, async ({ page, url }) => {
    await page.goto("/here?x=1");
    await page.evaluate(() => action("save", {}, { form: document.querySelector("form") }));
    const { method, url: to, body } = only(came);
    assertEquals([method, to, body], ["POST", `${url}/here?x=1`, "a=1"]);
  });
});

Deno.test("action() is not affected by controls with the names of form properties", async () => {
  const names = ["action", "method", "enctype", "id", "elements", "getAttribute2", "target", "querySelector2"];
  const fields = names.map((name) => `<input name="${name}" value="/x">`).join("");
  const { served, came } = recorder({ body: `<form id="f" action="/right" method="post">${fields}</form>` });
  await withPage(served, async ({ page, url }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { form: "#f" }));
    const { method, url: to, body } = only(came);
    assertEquals([method, to, new URLSearchParams(body).size], ["POST", `${url}/right`, names.length]);
  });
});

Deno.test("action() replaces fields of a form with data of the same name, and keeps its types", async () => {
  const { served, came } = recorder({ body: FORM });
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", { a: [3, null], c: true }, { form: "#f" }));
    const { headers, body } = only(came);
    assertEquals(headers["x-hyper-data"], '{"a":[3,null],"c":true}');
    assertEquals([...new URLSearchParams(body).keys()], ["b"]);
  });
});

Deno.test("action() sends files in data as parts", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() =>
      action("save", { title: "T", files: [new File(["one"], "1.txt"), new File(["two"], "2.txt")] })
    );
    const { headers, body } = only(came);
    assertMatch(headers["content-type"] ?? "", /^multipart\/form-data/);
    assertEquals(headers["x-hyper-data"], '{"title":"T"}');
    assertEquals([...body.matchAll(/name="files"; filename="(\d)\.txt"/g)].map(([, name]) => name), ["1", "2"]);
  });
});

Deno.test("action() adds the name and value of the button that submits", async () => {
  const body =
    `<form id="f" action="/"><input name="a" value="1"><button id="b" name="do" value="it" formaction="/other"></button></form>`;
  const { served, came } = recorder({ body });
  await withPage(served, async ({ page, url }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { form: "#f", sourceEl: document.querySelector("#b") }));
    assertEquals([only(came).url, only(came).body], [`${url}/other`, "a=1&do=it"]);
  });
});

Deno.test("action() sends the fields of a GET form as the query", async () => {
  const { served, came } = recorder({
    body: `<form id="f" method="get" action="/find?old=1"><input name="q" value="a b"></form>`,
  });
  await withPage(served, async ({ page, url }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { form: "#f" }));
    assertEquals([only(came).method, only(came).url], ["GET", `${url}/find?q=a+b`]);
  });
});

Deno.test("action() sends the target to the server", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { target: "#größe" }));
    assertEquals(only(came).headers["x-hyper-target"], "#gr%C3%B6%C3%9Fe");
  });
});

const SLIPS: readonly [name: string, call: () => Promise<unknown>, message: RegExp][] = [
  ["a missing form", () => action("save", {}, { form: "#gone" }), /"#gone" is not a form/],
  ["an element that is not a form", () => action("save", {}, { form: "body" }), /"body" is not a form/],
  ["data that is a list", () => action("save", []), /data is not an object/],
  ["data of a GET above the limit", () => action("save", { q: "x".repeat(5000) }, { method: "GET" }), /4096 bytes/],
  ["data that JSON cannot represent", () => action("save", { n: 1n }), /BigInt/],
];

for (const [name, call, message] of SLIPS) {
  Deno.test(`action() rejects ${name} before anything is sent`, async () => {
    const { served, came } = recorder();
    await withPage(served, async ({ page, events }) => {
      await page.goto("/");
      const error = await page.evaluate(`(${call})().then(() => "resolved", (error) => error.message)`);
      assertMatch(String(error), message);
      assertEquals([came.length, events.of("hyper:beforeRequest").length], [0, 0]);
    });
  });
}

Deno.test("action() lets onBeforeSubmit change the data and the lane", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page, url, events }) => {
    await page.goto("/");
    await page.evaluate(() =>
      action("save", { a: 1 }, {
        target: "#x",
        onBeforeSubmit: (request) => {
          if (request.key !== "save:#x" || request.method !== "POST" || request.sync !== "replace") throw request;
          request.data.b = 2;
          request.method = "put";
          request.url = "/other";
          request.key = "mine";
        },
      })
    );
    assertEquals([only(came).method, only(came).url], ["PUT", `${url}/other`]);
    assertEquals(only(came).headers["x-hyper-data"], '{"a":1,"b":2}');
    assertEquals(events.of("hyper:beforeRequest")[0]?.detail.key, "mine");
  });
});

Deno.test("action() does not change the caller's data when onBeforeSubmit changes its copy", async () => {
  const { served } = recorder();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    const data = await page.evaluate(async () => {
      const data: Record<string, unknown> = { a: 1 };
      await action("save", data, { onBeforeSubmit: (request) => void (request.data.b = 2) });
      return data;
    });
    assertEquals(data, { a: 1 });
  });
});

Deno.test("action() is canceled by onBeforeSubmit, and then neither takes a lane nor sends anything", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    const outcome = await page.evaluate(async () => {
      const outcome = await action("save", {}, { onBeforeSubmit: () => false, sync: "block" });
      const after = await action("save", {}, { sync: "block" });
      return { outcome, after: after.kind };
    });
    const { kind, ok, aborted, blocked } = outcome.outcome;
    assertEquals({ kind, ok, aborted, blocked }, { kind: "cancelled", ok: false, aborted: true, blocked: false });
    assertEquals([outcome.after, came.length], ["success", 1]);
    assertEquals(events.types.slice(0, 2), ["hyper:requestAborted", "hyper:beforeRequest"]);
    assertEquals(events.all[0]?.detail.reason, "cancelled");
  });
});

Deno.test("action() rejects with the error of onBeforeSubmit", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    const message = await page.evaluate(() =>
      action("save", {}, {
        onBeforeSubmit: () => {
          throw new Error("not today");
        },
      }).catch((error: Error) => error.message)
    );
    assertEquals([message, came.length, events.types], ["not today", 0, ["hyper:requestException"]]);
  });
});

Deno.test("action() resolves with the value that the action returned, and the events of its response", async () => {
  const served = app({ actions: { get: () => sse([["result", { n: 1, __proto__x: 2 }], ["other", [1]], END]) } });
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    assertEquals(await page.evaluate(() => action("get")), {
      kind: "success",
      ok: true,
      status: 200,
      data: { n: 1, __proto__x: 2 },
      events: [{ event: "result", data: { n: 1, __proto__x: 2 } }, { event: "other", data: [1] }],
      issues: {},
      blocked: false,
      aborted: false,
    });
  });
});

Deno.test("action() resolves an error event as an error, with its status, message and issues", async () => {
  const refused: Answer = () =>
    sse([["error", { status: 422, message: "No", issues: { title: ["Too long"], "": ["Bad"] } }], END], {
      status: 422,
    });
  await withPage(app({ actions: { save: refused } }), async ({ page }) => {
    await page.goto("/");
    const { kind, ok, status, issues, blocked, aborted } = await page.evaluate(() => action("save"));
    assertEquals({ kind, ok, status, blocked, aborted }, {
      kind: "error",
      ok: false,
      status: 422,
      blocked: false,
      aborted: false,
    });
    assertEquals(issues, { title: ["Too long"], "": ["Bad"] });
  });
});

Deno.test("action() creates the outcome from an error event, whatever the HTTP status", async () => {
  const served = app({ actions: { save: () => sse([["result", 1], ["error", { status: 500, message: "x" }], END]) } });
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    const { kind, status } = await page.evaluate(() => action("save"));
    assertEquals([kind, status], ["error", 500]);
  });
});

const ANSWERS: readonly [name: string, answer: () => Response, outcome: Record<string, unknown>][] = [
  ["a JSON response", () => Response.json({ a: 1 }), { kind: "success", status: 200, data: { a: 1 } }],
  ["a problem object", () =>
    new Response('{"title":"Bad","detail":"Worse","issues":{"a":["b"]}}', {
      status: 409,
      headers: { "content-type": "application/problem+json; charset=utf-8" },
    }), { kind: "error", status: 409, message: "Worse", issues: { a: ["b"] } }],
  ["204", () => new Response(null, { status: 204 }), { kind: "success", status: 204, data: null }],
  ["text", () => new Response("plain"), { kind: "success", status: 200, data: "plain" }],
  ["an HTML error page", () => html("<h1>Oops</h1>", { status: 500 }), { kind: "error", status: 500, data: null }],
  ["an error status without a body", () => new Response(null, { status: 403 }), { kind: "error", status: 403 }],
  ["a stream of an error status without an error", () => sse([END], { status: 400 }), { kind: "error", status: 400 }],
];

for (const [name, answer, expected] of ANSWERS) {
  Deno.test(`action() understands ${name}`, async () => {
    await withPage(app({ actions: { get: answer } }), async ({ page }) => {
      await page.goto("/");
      const outcome: Record<string, unknown> = { ...await page.evaluate(() => action("get")) };
      for (const [field, value] of Object.entries(expected)) assertEquals(outcome[field], value, field);
      assertEquals(await page.locator("h1").count(), 0);
    });
  });
}

Deno.test("action() navigates to the page of a followed redirect", async () => {
  const served = app({
    routes: { "/login": () => html("<!doctype html><h1>Sign in</h1>") },
    actions: { save: () => new Response(null, { status: 303, headers: { location: "/login" } }) },
  });
  const redirecting: Deno.ServeHandler = (request, info) => {
    // The headers of the call survive the redirect, as with `fetch()`.
    if (new URL(request.url).pathname === "/login") return html("<!doctype html><h1>Sign in</h1>");
    return served(request, info);
  };
  await withPage(redirecting, async ({ page, url }) => {
    await page.goto("/");
    await page.evaluate(() => void action("save"));
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assertEquals(page.url(), `${url}/login`);
  });
});

Deno.test("action() rejects at once with the cause when no response arrives", async () => {
  const served = app({ actions: { save: () => sse([END]) } });
  await withPage(served, async ({ page, context, events, url }) => {
    await page.goto("/");
    await context.route("**/*", (route) => route.abort());
    const error = await page.evaluate(() =>
      action("save", {}, { method: "GET" }).catch((error: Error) => [error.name, error.message])
    );
    assertEquals(error, ["ConnectionError", `Cannot call action "save": the connection to ${url}/ failed`]);
    assertEquals(events.types, ["hyper:beforeRequest", "hyper:requestException", "hyper:afterRequest"]);
  }, { expectErrors: [/net::ERR_FAILED/] });
});

Deno.test("action() rejects when the response ends without an end event", async () => {
  await withPage(app({ actions: { save: () => sse([["result", 1]]) } }), async ({ page, events }) => {
    await page.goto("/");
    assertEquals(await page.evaluate(() => action("save").catch((error: Error) => error.name)), "ConnectionError");
    assertEquals(events.types.filter((type) => type !== "hyper:streamEvent"), [
      "hyper:beforeRequest",
      "hyper:requestException",
      "hyper:afterRequest",
    ]);
  });
});

/** An application whose action `wait` does not end. */
function endless(): { readonly served: Deno.ServeHandler; readonly open: Arrivals<ReturnType<typeof writer>> } {
  const open = new Arrivals<ReturnType<typeof writer>>();
  const wait = () => {
    const answer = writer();
    open.add(answer);
    return answer.response;
  };
  return { served: app({ body: `<p id="p">old</p>`, actions: { wait } }), open };
}

const ENDS: readonly [name: string, run: () => Promise<unknown>, reason: string][] = [
  ["Hyper.abortAll() with its key", async () => {
    const call = action("wait", {}, { key: "k" });
    addEventListener("hyper:streamEvent", () => Hyper.abort("k"));
    return await call;
  }, "abort"],
  ["Hyper.abortAll() without a key", async () => {
    const call = action("wait");
    addEventListener("hyper:streamEvent", () => Hyper.abortAll());
    return await call;
  }, "abort"],
  ["its signal", async () => {
    const controller = new AbortController();
    addEventListener("hyper:streamEvent", () => controller.abort());
    return await action("wait", {}, { signal: controller.signal });
  }, "signal"],
  ["its timeout", async () => await action("wait", {}, { timeout: 300 }), "timeout"],
];

for (const [name, run, reason] of ENDS) {
  Deno.test(`action() is aborted by ${name}, and so is the request`, async () => {
    const { served, open } = endless();
    await withPage(served, async ({ page, events }) => {
      await page.goto("/");
      const outcome = page.evaluate(`(${run})()`) as Promise<Record<string, unknown>>;
      const answer = await open.next();
      answer.send(["other", 1]);
      await answer.cancelled;
      const { kind, ok, aborted, blocked, reason: why } = await outcome;
      assertEquals({ kind, ok, aborted, blocked, why }, {
        kind: "aborted",
        ok: false,
        aborted: true,
        blocked: false,
        why: reason,
      });
      assertEquals(events.types, [
        "hyper:beforeRequest",
        "hyper:streamEvent",
        "hyper:requestAborted",
        "hyper:afterRequest",
      ]);
      assertEquals(events.all.at(-1)?.detail.aborted, true);
    });
  });
}

Deno.test("action() sends nothing when its signal is aborted before", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    const kind = await page.evaluate(async () => (await action("save", {}, { signal: AbortSignal.abort() })).kind);
    assertEquals([kind, came.length, events.types], ["aborted", 0, ["hyper:requestAborted"]]);
  });
});

Deno.test("Hyper.abort() does not affect other keys", async () => {
  const { served, open } = endless();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => void (Reflect.set(globalThis, "call", action("wait", {}, { key: "a" }))));
    const answer = await open.next();
    await page.evaluate(() => Hyper.abort("b"));
    answer.send(END);
    assertEquals(
      await page.evaluate(() => Reflect.get(globalThis, "call").then((outcome: { kind: string }) => outcome.kind)),
      "success",
    );
  });
});

Deno.test("the runtime starts although an element of the page has its name", async () => {
  const served = app({ body: `<b id="Hyper"></b><b id="action"></b>`, actions: { save: () => sse([END]) } });
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    assertEquals(await page.evaluate(async () => (await action("save")).kind), "success");
    assertEquals(await page.evaluate(() => typeof Hyper.abort), "function");
  });
});

Deno.test("the runtime starts once, even if it is loaded several times", async () => {
  const served = app({
    head: `<script type="module" src="/_hyper/client.js?copy"></script>`,
    body: FORM,
    actions: { save: () => sse([END]) },
  });
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    const same = await page.evaluate(async () => {
      const copy = await import("/_hyper/client.js?another" as string);
      await copy.action("save", {}, { form: "#f" });
      return [copy.Hyper === Hyper, copy.action === Hyper.action, Hyper.action === action];
    });
    assertEquals(same, [true, true, true]);
    assertEquals(events.of("hyper:beforeRequest").length, 1);
  });
});

Deno.test("createActions() calls actions by their names", async () => {
  const { served, came } = recorder();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(async () => {
      const { createActions } = await import("/_hyper/client.js" as string);
      const actions = await createActions();
      await actions.save({ a: 1 }, { target: "#x" });
    });
    assertEquals(only(came).headers["x-hyper-data"], '{"a":1}');
    assertEquals(only(came).headers["x-hyper-target"], "#x");
  });
});

Deno.test("runtime.stop() aborts calls, and forms are then submitted by the browser", async () => {
  const { served, open } = endless();
  const withForm = app({
    body: `<form data-hyper-form="wait" method="post"><button>Go</button></form>`,
    actions: {},
    routes: {},
  });
  const both: Deno.ServeHandler = (request, info) =>
    request.headers.has("x-hyper-action") ? served(request, info) : withForm(request, info);
  await withPage(both, async ({ page, events }) => {
    await page.goto("/");
    await page.evaluate(() => void Reflect.set(globalThis, "call", action("wait")));
    const answer = await open.next();
    const kind = await page.evaluate(async () => {
      const { runtime } = await import("/_hyper/client.js" as string);
      runtime.stop();
      return [(await Reflect.get(globalThis, "call")).kind, "Hyper" in globalThis, "action" in globalThis];
    });
    await answer.cancelled;
    assertEquals(kind, ["aborted", false, false]);
    const before = events.of("hyper:beforeRequest").length;
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Go" }).click()]);
    assert(events.of("hyper:beforeRequest").length === before);
  });
});

type Answer = () => Response;
