import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { type EventLog, untilPreloaded, withPage } from "../support/browser.ts";
import { app, Arrivals, END, frame, html, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** One attempt of a call, and the response that the test writes. */
interface Attempt extends Writer {
  readonly headers: Headers;
}

/** An application whose action `watch` streams the text that the test writes. */
function streaming(
  body = `<ul id="log"></ul>`,
): { readonly served: Deno.ServeHandler; readonly attempts: Arrivals<Attempt> } {
  const attempts = new Arrivals<Attempt>();
  const watch = ({ headers }: Request) => {
    const answer = writer({ headers: { "x-hyper-stream": "1" } });
    answer.write(": open\n\n");
    attempts.add({ ...answer, headers });
    return answer.response;
  };
  return { served: app({ body, actions: { watch } }), attempts };
}

const line = (text: string) => ["patch_html", { target: "#log", content: `<li>${text}</li>`, swap: "append" }] as const;
const log = (page: Page) => page.locator("#log li").allTextContents();
const names = (events: EventLog) =>
  events.types.filter((type) => !/swap|streamEvent/.test(type)).map((type) => type.slice(6));

/** Opens the page with short retry delays and starts to watch. */
async function watch(page: Page, options = '{ method: "GET" }'): Promise<void> {
  await page.goto("/");
  await page.evaluate(`Hyper.configure({ retry: { interval: 20, maxInterval: 40 } });
    globalThis.call = action("watch", {}, ${options}).then((outcome) => outcome.kind, (error) => error.name); void 0;`);
}

const result = (page: Page): Promise<string> => page.evaluate("call");

Deno.test("a stream is applied event by event, while it is open", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    const stream = await attempts.next();
    stream.send(line("one"));
    await events.next("hyper:swap:after");
    assertEquals(await log(page), ["one"]);
    stream.write(": heartbeat\n\n");
    stream.send(line("two"), END);
    assertEquals([await result(page), await log(page)], ["success", ["one", "two"]]);
  });
});

Deno.test("events of a stream wait for one another", async () => {
  const patches = [
    ["patch_html", { target: "#log", content: "<li>slow</li>", swap: "append", swap_delay: 150 }],
    ["patch_html", { target: "#log", content: "<li>slower</li>", swap: "append", settle_delay: 50 }],
    line("quick"),
    END,
  ] as const;
  const served = app({ body: `<ul id="log"></ul>`, actions: { watch: () => sse(patches) } });
  await withPage(served, async ({ page }) => {
    await watch(page);
    await result(page);
    assertEquals(await log(page), ["slow", "slower", "quick"]);
  });
});

Deno.test("events after the end event have no effect", async () => {
  const served = app({ body: `<ul id="log"></ul>`, actions: { watch: () => sse([line("in"), END, line("out")]) } });
  await withPage(served, async ({ page }) => {
    await watch(page);
    assertEquals([await result(page), await log(page)], ["success", ["in"]]);
  });
});

Deno.test("an unknown event is only dispatched", async () => {
  const served = app({ actions: { watch: () => sse([["constructor", { a: 1 }], ["message", 2], END]) } });
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    assertEquals(await result(page), "success");
    const told = events.of("hyper:streamEvent").map(({ detail: { event, data } }) => [event, data]);
    assertEquals(told, [["constructor", { a: 1 }], ["message", 2], ["end", {}]]);
  });
});

Deno.test("an event that cannot be applied is reported, and the rest is applied", async () => {
  const bad = ["patch_html", { target: "]bad[", content: "" }] as const;
  const served = app({
    body: `<ul id="log"></ul>`,
    actions: {
      watch: () =>
        new Response(`event: toast\ndata: {broken\n\n${[bad, line("after"), END].map(frame).join("")}`, STREAM),
    },
  });
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    assertEquals([await result(page), await log(page)], ["SyntaxError", ["after"]]);
    assertEquals(names(events), ["beforeRequest", "requestException", "requestException", "afterRequest"]);
  });
});

Deno.test("an interrupted GET stream resumes with its request ID from its last checkpoint", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    const first = await attempts.next();
    const id = first.headers.get("x-hyper-request-id") ?? "";
    assertEquals(first.headers.get("last-event-id"), null);
    first.send(line("one"), ["checkpoint", undefined, `${id}:checkpoint:half`], line("two"));
    await events.next("hyper:swap:after");
    first.close();
    const second = await attempts.next();
    assertEquals(second.headers.get("x-hyper-request-id"), id);
    assertEquals(second.headers.get("last-event-id"), `${id}:checkpoint:half`);
    second.send(line("three"), END);
    assertEquals([await result(page), await log(page)], ["success", ["one", "two", "three"]]);
    assertEquals(names(events), ["beforeRequest", "requestRetry", "requestSuccess", "afterRequest"]);
    const { attempt, delay, error } = events.of("hyper:requestRetry")[0]?.detail ?? {};
    assertEquals([attempt, typeof error], [1, "object"]);
    assert(Number(delay) >= 15 && Number(delay) <= 25, `the delay is ${delay}`);
  });
});

for (
  const [name, id] of [
    ["of another request", "other:checkpoint:half"],
    ["without a name", ":checkpoint:"],
    ["with a bad name", ":checkpoint:a b"],
    ["on an ordinary event", ""],
  ] as const
) {
  Deno.test(`a checkpoint ${name} does not move the cursor`, async () => {
    const { served, attempts } = streaming();
    await withPage(served, async ({ page }) => {
      await watch(page);
      const first = await attempts.next();
      const own = first.headers.get("x-hyper-request-id") ?? "";
      if (id) first.send(["checkpoint", undefined, id.startsWith(":") ? own + id : id]);
      else first.send(["other", 1, `${own}:checkpoint:half`]);
      first.close();
      const second = await attempts.next();
      assertEquals(second.headers.get("last-event-id"), null);
      second.send(END);
      await result(page);
    });
  });
}

Deno.test("retries back off up to the maximum delay, and stop after the last one", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, context, events }) => {
    await watch(page);
    await page.evaluate(() => {
      Hyper.configure({ retry: { attempts: 3 } });
      // H7: the delays differ, so that the tabs of a server that was restarted do not return together.
      const random = [0, 0.5, 1];
      Math.random = () => random.shift() ?? 0.5;
    });
    const first = await attempts.next();
    await context.route((url) => url.pathname === "/", (route) => route.abort());
    first.close();
    assertEquals(await result(page), "ConnectionError");
    assertEquals(names(events), [
      "beforeRequest",
      "requestRetry",
      "requestRetry",
      "requestRetry",
      "requestRetriesFailed",
      "requestException",
      "afterRequest",
    ]);
    const delays = events.of("hyper:requestRetry").map(({ detail }) => Number(detail.delay));
    assertEquals(delays, [20 * 0.75, 40, 40 * 1.25]);
    assertEquals(events.of("hyper:requestRetriesFailed")[0]?.detail.attempts, 3);
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("retries are counted from zero after an event has arrived", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    await page.evaluate(() => Hyper.configure({ retry: { attempts: 1 } }));
    for (const text of ["one", "two", "three"]) {
      const stream = await attempts.next();
      stream.send(line(text));
      stream.close();
    }
    (await attempts.next()).send(END);
    assertEquals(await result(page), "success");
    assertEquals(events.of("hyper:requestRetry").map(({ detail }) => detail.attempt), [1, 1, 1]);
  });
});

Deno.test("a stream that contains only a comment does not reset the retry count", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    await page.evaluate(() => Hyper.configure({ retry: { attempts: 2 } }));
    for (let attempt = 0; attempt < 3; attempt++) (await attempts.next()).close();
    assertEquals(await result(page), "ConnectionError");
    assertEquals(events.of("hyper:requestRetry").map(({ detail }) => detail.attempt), [1, 2]);
  });
});

for (
  const [retry, interval] of [["600", 600], ["0", 500], ["00", 500], ["499", 500], ["9".repeat(400), 900]] as const
) {
  Deno.test(`the field "retry: ${retry.slice(0, 5)}" of a stream makes the interval ${interval} ms`, async () => {
    const { served, attempts } = streaming();
    await withPage(served, async ({ page, events }) => {
      await watch(page);
      await page.evaluate(() => Hyper.configure({ retry: { interval: 60_000, maxInterval: 900 } }));
      const first = await attempts.next();
      first.write(`retry: ${retry}\n\n`);
      first.close();
      (await attempts.next()).send(END);
      assertEquals(await result(page), "success");
      const delay = Number(events.of("hyper:requestRetry")[0]?.detail.delay);
      assert(delay >= interval * 0.75 && delay <= interval * 1.25, `${delay}`);
    });
  });
}

Deno.test("an interrupted POST is not sent again", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page, "{}");
    const first = await attempts.next();
    first.close();
    assertEquals([await result(page), attempts.rest], ["ConnectionError", 0]);
    assertEquals(events.of("hyper:requestRetry"), []);
  });
});

Deno.test("a POST with retry is sent again under the same id", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page }) => {
    await watch(page, "{ retry: true }");
    const first = await attempts.next();
    first.close();
    const second = await attempts.next();
    assertEquals(first.headers.get("x-hyper-request-id"), second.headers.get("x-hyper-request-id"));
    second.send(END);
    assertEquals(await result(page), "success");
  });
});

Deno.test("a GET with retry: false does not resume", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page }) => {
    await watch(page, '{ method: "GET", retry: false }');
    (await attempts.next()).close();
    assertEquals(await result(page), "ConnectionError");
  });
});

Deno.test("a server error ends a stream and is not retried", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    const first = await attempts.next();
    first.send(["error", { status: 500, message: "x" }]);
    first.close();
    assertEquals([await result(page), attempts.rest], ["error", 0]);
    assertEquals(names(events), ["beforeRequest", "requestError", "afterRequest"]);
  });
});

Deno.test("a reconnecting stream survives the responses of a proxy whose server restarts", async () => {
  const { served, attempts } = streaming();
  let bad = 0;
  const proxy: Deno.ServeHandler = (request, info) =>
    bad-- > 0 && request.headers.has("x-hyper-action") ? html("Bad gateway", { status: 502 }) : served(request, info);
  await withPage(proxy, async ({ page }) => {
    await watch(page);
    const first = await attempts.next();
    bad = 2;
    first.close();
    (await attempts.next()).send(END);
    assertEquals(await result(page), "success");
  });
});

Deno.test("a stream waits while the browser is offline, without counting retries", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, context, events }) => {
    await watch(page);
    const first = await attempts.next();
    await untilPreloaded(page);
    await context.setOffline(true);
    await events.next("hyper:network:offline");
    first.close();
    // The browser or the end of the response closes the connection. In both cases the attempt is over.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    assertEquals(events.of("hyper:requestRetry").filter(({ detail }) => Number(detail.attempt) > 1), []);
    await context.setOffline(false);
    await events.next("hyper:network:online");
    (await attempts.next()).send(line("back"), END);
    assertEquals([await result(page), await log(page)], ["success", ["back"]]);
  });
});

Deno.test("a call that waits for the network can be aborted", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, context, events }) => {
    await watch(page);
    const first = await attempts.next();
    await untilPreloaded(page);
    await context.setOffline(true);
    await events.next("hyper:network:offline");
    first.close();
    await page.evaluate(() => Hyper.abort("watch"));
    assertEquals(await result(page), "aborted");
  });
});

Deno.test("a call that waits for its next attempt can be aborted", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    await page.evaluate(() => Hyper.configure({ retry: { interval: 60_000, maxInterval: 60_000 } }));
    (await attempts.next()).close();
    await events.next("hyper:requestRetry");
    await page.evaluate(() => Hyper.abort("watch"));
    assertEquals(await result(page), "aborted");
  });
});

Deno.test("a GET stream is closed when the page is left, and resumes from its checkpoint when it is shown", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page);
    const first = await attempts.next();
    const id = first.headers.get("x-hyper-request-id");
    first.send(["checkpoint", undefined, `${id}:checkpoint:half`], line("one"));
    await events.next("hyper:swap:after");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await first.cancelled;
    assertEquals(attempts.rest, 0);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    const second = await attempts.next();
    assertEquals(second.headers.get("last-event-id"), `${id}:checkpoint:half`);
    second.send(line("two"), END);
    assertEquals([await result(page), await log(page)], ["success", ["one", "two"]]);
    assertEquals(names(events), ["beforeRequest", "requestSuccess", "afterRequest"]);
  });
});

Deno.test("a POST continues when the page is left", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page }) => {
    await watch(page, "{}");
    const first = await attempts.next();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    first.send(line("still"), END);
    assertEquals([await result(page), await log(page)], ["success", ["still"]]);
  });
});

Deno.test("a stream is applied in a hidden tab, with transitions and delays", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, context }) => {
    await watch(page);
    const stream = await attempts.next();
    const other = await context.newPage();
    await other.bringToFront();
    await page.evaluate(() => Object.defineProperty(Document.prototype, "hidden", { value: true, configurable: true }));
    stream.send(["patch_html", { target: "#log", content: "<li>unseen</li>", swap: "append", transition: true }], END);
    assertEquals([await result(page), await log(page)], ["success", ["unseen"]]);
  });
});

Deno.test("switch_action runs another action in the same lane, and resolves with its outcome", async () => {
  const came: [string, string | null, string | null, string][] = [];
  const target = (request: Request) => {
    const { method, headers, url } = request;
    came.push([method, headers.get("x-hyper-data"), headers.get("x-hyper-switch-depth"), new URL(url).pathname]);
    return sse([["result", "there"], END]);
  };
  const source = () =>
    sse([["result", "here"], ["switch_action", { name: "target", data: { n: 1 }, method: "GET", url: "/other" }]]);
  await withPage(app({ actions: { source, target } }), async ({ page, events }) => {
    await page.goto("/");
    const data = await page.evaluate(async () => (await action("source", {}, { key: "k" })).data);
    assertEquals([data, came], ["there", [["GET", '{"n":1}', "1", "/other"]]]);
    assertEquals(names(events), [
      "beforeRequest",
      "requestSuccess",
      "actionSwitch",
      "beforeRequest",
      "requestSuccess",
      "afterRequest",
      "afterRequest",
    ]);
    const { action: from, toAction, toRequestId, id, depth, key } = events.of("hyper:actionSwitch")[0]?.detail ??
      {};
    assertEquals([from, toAction, depth, key], ["source", "target", 1, "k"]);
    assert(id !== toRequestId);
    assertEquals(events.of("hyper:beforeRequest")[1]?.detail.id, toRequestId);
  });
});

Deno.test("a call that another one has switched to has the configured retry interval, not that of the stream before", async () => {
  const target = new Arrivals<Writer>();
  const source = () =>
    new Response(`retry: 5000\n\n${frame(["switch_action", { name: "target", data: {}, method: "GET" }])}`, {
      headers: { "content-type": "text/event-stream", "x-hyper-stream": "1" },
    });
  const answer = () => {
    const made = writer({ headers: { "x-hyper-stream": "1" } });
    made.write(": open\n\n");
    target.add(made);
    return made.response;
  };
  await withPage(app({ actions: { source, target: answer } }), async ({ page, events }) => {
    await page.goto("/");
    await page.evaluate(() => {
      Hyper.configure({ retry: { interval: 20, maxInterval: 60_000 } });
      action("source", {}, { method: "GET" }).catch(() => {});
    });
    (await target.next()).close();
    (await target.next()).send(END);
    await events.next("hyper:afterRequest");
    const delay = Number(events.of("hyper:requestRetry")[0]?.detail.delay);
    assert(delay <= 25, `${delay}`);
  });
});

Deno.test("switch_action keeps the lane until the next call has ended", async () => {
  const { served, attempts } = streaming();
  const both: Deno.ServeHandler = (request, info) =>
    request.headers.get("x-hyper-action") === "source"
      ? sse([["switch_action", { name: "watch", data: {}, method: "POST" }]])
      : served(request, info);
  await withPage(both, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() =>
      void Reflect.set(globalThis, "call", action("source", {}, { key: "k" }).then((o) => o.kind))
    );
    const stream = await attempts.next();
    assertEquals(
      await page.evaluate(async () => (await action("source", {}, { key: "k", sync: "block" })).kind),
      "blocked",
    );
    await page.evaluate(() => Hyper.abort("k"));
    await stream.cancelled;
    assertEquals(await result(page), "aborted");
  });
});

Deno.test("switch_action fails after four switches", async () => {
  let came = 0;
  const loop = () => (came++, sse([["switch_action", { name: "loop", data: {}, method: "GET" }]]));
  await withPage(app({ actions: { loop } }), async ({ page, events }) => {
    await page.goto("/");
    assertEquals(await page.evaluate(async () => (await action("loop")).kind), "error");
    assertEquals([came, events.of("hyper:requestError").length], [5, 1]);
  });
});

for (
  const [name, data] of [
    ["without a name", { data: {}, method: "GET" }],
    ["with another method", { name: "x", data: {}, method: "DELETE" }],
    ["to another site", { name: "x", data: {}, method: "GET", url: "https://evil.test/" }],
    ["to an address without a page", { name: "x", data: {}, method: "GET", url: "javascript:alert(1)" }],
  ] as const
) {
  Deno.test(`switch_action ${name} is an error`, async () => {
    await withPage(app({ actions: { source: () => sse([["switch_action", data]]) } }), async ({ page, events }) => {
      await page.goto("/");
      assertEquals(await page.evaluate(async () => (await action("source")).kind), "error");
      assertEquals(names(events), ["beforeRequest", "requestError", "afterRequest"]);
      assertMatch(String(events.of("hyper:requestError")[0]?.detail.message), /Cannot switch/);
    });
  });
}

Deno.test("one failure is one requestError, with key, status and message", async () => {
  const served = app({
    actions: { save: () => sse([["error", { status: 409, message: "Taken" }], END], { status: 409 }) },
  });
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { target: "body" }));
    assertEquals(events.types, [
      "hyper:beforeRequest",
      "hyper:streamEvent",
      "hyper:streamEvent",
      "hyper:requestError",
      "hyper:afterRequest",
    ]);
    const { key, status, message, action: name, id } = events.of("hyper:requestError")[0]?.detail ?? {};
    assertEquals([key, status, message, name, typeof id], ["save:body", 409, "Taken", "save", "string"]);
    const after = events.of("hyper:afterRequest")[0]?.detail;
    assertEquals([after?.key, after?.status, after?.ok, after?.aborted], ["save:body", 409, false, false]);
  });
});

Deno.test("every event about a call has its id, key and action", async () => {
  const served = app({
    body: `<p id="p"></p>`,
    actions: { save: () => sse([["toast", { value: 1 }], ["patch_html", { target: "#p", content: "" }], END]) },
  });
  await withPage(served, async ({ page, events }) => {
    await page.goto("/here?x=1");
    await page.evaluate(() => action("save", {}, { key: "k", target: "#p" }));
    const id = events.all[0]?.detail.id;
    for (const { type, detail } of events.all) {
      assertEquals([type, detail.id, detail.key, detail.action], [type, id, "k", "save"]);
    }
    const before = events.of("hyper:beforeRequest")[0]?.detail;
    assertMatch(String(before?.url), /\/here\?x=1$/);
    assertEquals([before?.method, before?.target], ["POST", "#p"]);
  });
});

for (const [name, begin] of [["without a sign of life", ""], ["after an event", frame(line("one"))]] as const) {
  Deno.test(`a POST stream that is silent for a minute ${name} is lost, and its loading state ends`, async () => {
    const attempts = new Arrivals<Writer>();
    const slow = () => {
      const answer = writer();
      attempts.add(answer);
      answer.write(begin);
      return answer.response;
    };
    const body = `<ul id="log"></ul><p hyper-loading hidden>Busy</p>`;
    await withPage(app({ body, actions: { watch: slow } }), async ({ page, events }) => {
      await page.clock.install();
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await watch(page, '{ target: "#log" }');
      await answered;
      if (begin) await events.next("hyper:swap:after");
      await page.clock.runFor(59_000);
      assertEquals(await page.locator("#log[aria-busy] + p:visible").count(), 1);
      await page.clock.runFor(2_000);
      assertEquals(await result(page), "ConnectionError");
      await page.clock.runFor(1_000);
      assertEquals(await page.locator("[aria-busy], p:visible:not([role=alert] p)").count(), 0);
      await (await attempts.next()).cancelled;
    });
  });
}

Deno.test("a stream with heartbeats, or with parts of a long event, continues", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page }) => {
    const signs = new Arrivals<string>();
    await page.exposeFunction("arrived", (text: string) => signs.add(text));
    await page.addInitScript(ARRIVALS);
    await page.clock.install();
    await watch(page, "{}");
    const stream = await attempts.next();
    await signs.next();
    for (const sign of [": heartbeat\n\n", "event: patch_html\n", "data: null\n"]) {
      await page.clock.runFor(50_000);
      stream.write(sign);
      await signs.next();
    }
    stream.write("\n");
    stream.send(END);
    assertEquals(await result(page), "success");
  });
});

Deno.test("a response that is not a stream and stops halfway is lost after a minute", async () => {
  const attempts = new Arrivals<Writer>();
  const half = () => {
    const answer = writer({ headers: { "content-type": "application/json" } });
    answer.write('{"ok":');
    attempts.add(answer);
    return answer.response;
  };
  await withPage(app({ actions: { watch: half } }), async ({ page }) => {
    await page.clock.install();
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await watch(page, "{}");
    await answered;
    await page.clock.runFor(61_000);
    assertEquals(await result(page), "ConnectionError");
    await (await attempts.next()).cancelled;
  });
});

Deno.test("a GET stream that is silent for a minute resumes", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await page.clock.install();
    await watch(page);
    const first = await attempts.next();
    first.send(line("one"));
    await events.next("hyper:swap:after");
    await page.clock.runFor(61_000);
    await events.next("hyper:requestRetry");
    await page.clock.runFor(1_000);
    (await attempts.next()).send(line("two"), END);
    assertEquals([await result(page), await log(page)], ["success", ["one", "two"]]);
  });
});

Deno.test("an invalid target selector rejects before anything is sent, and shows nothing", async () => {
  let came = 0;
  const served = app({ body: `<p hyper-loading hidden>Busy</p>`, actions: { save: () => (came++, sse([END])) } });
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    const how = await page.evaluate(() => action("save", {}, { target: "]bad[" }).catch((error) => error.name));
    assertEquals([how, came], ["SyntaxError", 0]);
    assertEquals(names(events), ["requestException"]);
    // The loading state is unchanged for the next call.
    assertEquals(await page.evaluate(async () => (await action("save")).kind), "success");
  });
});

Deno.test("a stream without items continues after interruptions if each connection lasted a while", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await page.clock.install();
    await watch(page);
    await page.evaluate(() => Hyper.configure({ retry: { attempts: 1 } }));
    // Not that of a part of the runtime, which the page preloads when it is idle.
    const answered = () =>
      page.waitForResponse((response) => response.request().method() === "GET" && !response.url().includes("/_hyper/"));
    for (let cut = 0; cut < 3; cut++) {
      const stream = await attempts.next();
      await page.clock.runFor(31_000);
      stream.close();
      await events.next("hyper:requestRetry");
      const response = answered();
      await page.clock.runFor(100);
      await response;
    }
    (await attempts.next()).send(END);
    assertEquals(await result(page), "success");
  });
});

Deno.test("the retry button resumes from the last checkpoint", async () => {
  const { served, attempts } = streaming();
  await withPage(served, async ({ page, events }) => {
    await watch(page, '{ method: "GET", retry: false }');
    const first = await attempts.next();
    const id = first.headers.get("x-hyper-request-id") ?? "";
    first.send(["checkpoint", undefined, `${id}:checkpoint:half`], line("one"));
    first.close();
    assertEquals(await result(page), "ConnectionError");
    await page.getByRole("button", { name: "Try again" }).click();
    const second = await attempts.next();
    assertEquals(second.headers.get("last-event-id"), `${id}:checkpoint:half`);
    second.send(line("two"), END);
    await events.next("hyper:requestSuccess");
    assertEquals(await log(page), ["one", "two"]);
  });
});

/** Notifies the test of each chunk of a response that has arrived in the page. */
const ARRIVALS = `{
  const plain = fetch;
  globalThis.fetch = async (...request) => {
    const answer = await plain(...request);
    const transform = (piece, out) => {
      out.enqueue(piece);
      arrived(new TextDecoder().decode(piece));
    };
    return new Response(answer.body.pipeThrough(new TransformStream({ transform })), answer);
  };
}`;

const STREAM = { headers: { "content-type": "text/event-stream" } };
