/** A mutation runs once: repeats of finished, running and failed runs, with other input, and for every kind of response. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  createMemoryStore,
  defineForm,
  field,
  Form,
  formActionUrl,
  html,
  HyperError,
  redirect,
  refresh,
  toast,
  Toasts,
} from "../../mod.ts";
import { App, bodyOf, type CallOptions, eventsOf, hiddenValue, namesOf } from "../support/app.tsx";
import { stopTime } from "../support/clock.ts";
import { findForm } from "../support/html.ts";

const ID = { "x-hyper-request-id": "request-1" };

/** An action that counts its runs and returns the value of a test. */
function counting(give: (run: number) => unknown, options: ConstructorParameters<typeof App>[1] = {}) {
  const state = { runs: 0 };
  const run = action("run", () => {
    state.runs++;
    return give(state.runs);
  });
  const Page = () => <Toasts />;
  const app = new App({ "/": { default: Page, run } }, options);
  const call = (more: CallOptions = {}) => app.call("run", { ...more, headers: { ...ID, ...more.headers } });
  return { app, state, call };
}

for (
  const [what, give, status, expected] of [
    ["nothing", () => undefined, 200, ["end"]],
    ["items", (run: number) => [toast(run), html(`run ${run}`, { target: "#a" })], 200, ["toast", "patch_html", "end"]],
    ["a redirect", () => redirect("/done"), 200, ["redirect"]],
    ["a value", (run: number) => ({ run }), 200, ["result", "end"]],
    ["a vnode", (run: number) => <p>{run}</p>, 200, ["patch_html", "end"]],
    ["refresh", () => refresh(), 200, ["patch_html", "end"]],
    [
      "a generator",
      async function* (run: number) {
        yield toast(run);
        await Promise.resolve();
        yield toast("last");
      },
      200,
      ["toast", "toast", "end"],
    ],
    [
      "a redirecting generator",
      function* () {
        yield toast("x");
        yield redirect("/done");
      },
      200,
      ["toast", "redirect"],
    ],
    [
      "a redirecting Response with a body",
      () => new Response("moved", { status: 302, headers: { location: "/done" } }),
      200,
      [
        "redirect",
      ],
    ],
  ] as const
) {
  Deno.test(`a repeat of a finished run receives its result and does not run again: ${what}`, async () => {
    const { app, state, call } = counting(give as (run: number) => unknown);
    await using _ = app;
    const headers = { "x-hyper-target": "#t" };
    const first = await eventsOf(await call({ headers }));
    assertEquals(namesOf(first), expected);
    const repeat = await call({ headers });
    assertEquals([repeat.status, await eventsOf(repeat), state.runs], [status, first, 1]);
  });
}

Deno.test("a repeat of a finished run receives its Response: bytes, status and headers", async () => {
  const bytes = new Uint8Array([0, 255, 13, 10]);
  const { app, state, call } = counting(() => new Response(bytes, { status: 201, headers: { "x-own": "1" } }));
  await using _ = app;
  for (let round = 1; round <= 2; round++) {
    const response = await call();
    assertEquals([response.status, response.headers.get("x-own"), await response.bytes()], [201, "1", bytes]);
  }
  assertEquals(state.runs, 1);
});

Deno.test("a repeat receives the outcome in the format that it accepts", async () => {
  const { app, state, call } = counting(() => [toast("Saved"), redirect("/done")]);
  await using _ = app;
  assertEquals(namesOf(await eventsOf(await call())), ["toast", "redirect"]);
  const data = await call({ accept: "application/json" });
  assertEquals(await data.json(), { ok: true, redirect: "/done" });
  const document = await call({ accept: "text/html" });
  assertEquals([document.status, document.headers.get("location"), state.runs], [303, "/done", 1]);
});

Deno.test("a form that is posted twice, by a double click or the back button, runs once; a new render of the page runs again", async () => {
  const titles: string[] = [];
  const form = defineForm("order", { fields: { title: field.text({ required: true }) } });
  const order = action("order", { form }, ({ form }) => void titles.push(form.values.title));
  await using app = new App({ "/": { default: () => <Form action={order} />, order } });
  const page = await app.open("/");
  const [first, second] = await Promise.all([
    app.submit(page, "order", { title: "Milk" }),
    app.submit(page, "order", { title: "Milk" }),
  ]);
  assertEquals([first.status, second.status, titles], [303, 303, ["Milk"]]);
  assertEquals((await app.submit(page, "order", { title: "Milk" })).response.headers.get("location"), "/");
  await app.submit(await app.open("/"), "order", { title: "Milk" });
  assertEquals(titles, ["Milk", "Milk"]);
});

Deno.test("the same id with other input is another mutation", async () => {
  const { app, state, call } = counting((run) => ({ run }));
  await using _ = app;
  await call({ data: { a: 1, b: 2 } });
  await call({ data: { b: 2, a: 1 } });
  assertEquals(state.runs, 1);
  await call({ data: { a: 1, b: 3 } });
  assertEquals(state.runs, 2);
  await call({ fields: { file: new File(["one"], "a.txt") } });
  await call({ fields: { file: new File(["one"], "a.txt") } });
  assertEquals(state.runs, 3);
  await call({ fields: { file: new File(["two"], "a.txt") } });
  assertEquals(state.runs, 4);
});

Deno.test("another id, another action and another principal are other mutations, and calls without an id are all different", async () => {
  const seen: string[] = [];
  const one = action("one", () => void seen.push("one"));
  const two = action("two", () => void seen.push("two"));
  await using app = new App({ "/": { default: () => "", one, two } }, {
    principal: (request) => request.headers.get("x-user"),
  });
  await app.call("one", { headers: ID });
  await app.call("two", { headers: ID });
  await app.call("one", { headers: { "x-hyper-request-id": "request-2" } });
  await app.call("one", { headers: { ...ID, "x-user": "ada" } });
  await app.call("one", { headers: { ...ID, "x-user": "bob" } });
  assertEquals(seen, ["one", "two", "one", "one", "one"]);
  await app.call("one", { headers: { ...ID, "x-user": "bob" } });
  assertEquals(seen.length, 5);
  await app.call("one");
  await app.call("one");
  assertEquals(seen.length, 7);
});

Deno.test("the idempotency key of a form runs once, and a malformed key is 400", async () => {
  const { app, state, call } = counting(() => undefined);
  await using _ = app;
  await call({ fields: { _hyper_once: "x" } });
  await call({ fields: { _hyper_once: "y" } });
  assertEquals(state.runs, 1);
  for (const bad of ["", "a b", "x".repeat(129), "é"]) {
    const response = await app.call("run", { fields: { _hyper_once: bad } });
    assertEquals(response.status, 400);
    await response.body?.cancel();
  }
  assertEquals((await app.call("run", { fields: { _hyper_once: "x".repeat(128) } })).status, 200);
});

Deno.test("ctx.requestId is the id of the call, or that of the form", async () => {
  const ids: (string | null)[] = [];
  const run = action("run", ({ requestId }) => void ids.push(requestId));
  await using app = new App({ "/": { default: () => "", run } });
  await app.call("run", { headers: ID, fields: { _hyper_once: "form-1" } });
  await app.call("run", { fields: { _hyper_once: "form-1" } });
  await app.call("run");
  assertEquals(ids, ["request-1", "form-1", null]);
});

Deno.test("a GET runs each time, because its outcome is not stored", async () => {
  let runs = 0;
  const look = action("look", { method: "GET" }, () => ({ run: ++runs }));
  await using app = new App({ "/": { default: () => "", look } });
  for (let round = 1; round <= 2; round++) {
    await (await app.call("look", { method: "GET", headers: ID })).text();
  }
  assertEquals(runs, 2);
});

Deno.test("an invalid form and a rejected request hold no claim", async () => {
  let isOpen = false;
  const seen: string[] = [];
  const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form, guard: () => isOpen }, ({ form }) => void seen.push(form.values.title));
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  assertEquals((await app.call("save", { headers: ID, fields: { title: "x" } })).status, 403);
  isOpen = true;
  assertEquals((await app.call("save", { headers: ID, fields: { title: "" } })).status, 422);
  assertEquals((await app.call("save", { headers: ID, fields: { title: "" } })).status, 422);
  assertEquals((await app.call("save", { headers: ID, fields: { title: "x" } })).status, 200);
  assertEquals(seen, ["x"]);
});

Deno.test("an action function that throws or makes the form invalid releases the claim, and the next request runs", async () => {
  const { app, state, call } = counting((run) => {
    if (run < 3) throw run === 1 ? new Error("broken") : new HyperError(409, "Not now");
  });
  await using _ = app;
  assertEquals((await call()).status, 500);
  assertEquals(app.takeError().message, "broken");
  assertEquals([(await call()).status, (await call()).status, (await call()).status, state.runs], [409, 200, 200, 3]);
});

Deno.test("a generator that fails releases the claim", async () => {
  const { app, state, call } = counting(async function* (run) {
    yield toast(run);
    await Promise.resolve();
    if (run === 1) throw new HyperError(409, "Half way");
  });
  await using _ = app;
  assertEquals(namesOf(await eventsOf(await call())), ["toast", "error", "end"]);
  assertEquals(namesOf(await eventsOf(await call())), ["toast", "end"]);
  assertEquals(state.runs, 2);
});

Deno.test("an invalid result is 500, and its run is not repeated", async () => {
  const { app, state, call } = counting(() => new Map());
  await using _ = app;
  assertEquals((await call()).status, 500);
  app.takeError();
  assertEquals([(await call()).status, state.runs], [409, 1]);
});

Deno.test("a repeat of an active run waits for it and receives its outcome", async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const run = action("run", async () => {
    runs++;
    await gate.promise;
    return { run: runs };
  });
  await using app = new App({ "/": { default: () => "", run } });
  const calls = [1, 2, 3].map(() => app.call("run", { headers: ID, accept: "application/json" }));
  gate.resolve();
  const answers = await Promise.all(calls.map(async (call) => await (await call).json()));
  assertEquals([answers, runs], [Array(3).fill({ ok: true, data: { run: 1 } }), 1]);
});

Deno.test("a repeat waits ten seconds, then is 409 with Retry-After, in every format", async () => {
  using time = stopTime();
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const run = action("run", async () => {
    runs++;
    await gate.promise;
  });
  await using app = new App({ "/": { default: () => "", run } });
  const first = app.call("run", { headers: ID });
  await time.tick(1);
  let settled = 0;
  const repeats = ["text/html", "text/event-stream", "application/json"].map((accept) =>
    app.call("run", { headers: ID, accept }).finally(() => settled++)
  );
  await time.tick(9_000);
  assertEquals(settled, 0);
  await time.tick(1_600);
  for (const response of await Promise.all(repeats)) {
    assertEquals([response.status, response.headers.has("retry-after")], [409, true]);
    await response.body?.cancel();
  }
  gate.resolve();
  assertEquals([(await first).status, runs], [200, 1]);
});

Deno.test("the time that a repeat waits and the time that an outcome is stored can be configured", async () => {
  using time = stopTime();
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const run = action("run", async () => {
    runs++;
    await gate.promise;
  });
  await using app = new App({ "/": { default: () => "", run } }, { idempotency: { waitSeconds: 0, ttlSeconds: 60 } });
  const first = app.call("run", { headers: ID });
  await time.tick(1);
  assertEquals((await app.call("run", { headers: ID })).status, 409);
  gate.resolve();
  await first;
  await time.tick(59_000);
  await app.call("run", { headers: ID });
  assertEquals(runs, 1);
  await time.tick(2_000);
  await app.call("run", { headers: ID });
  assertEquals(runs, 2);
});

Deno.test("a Response is stored up to 256 KiB; a repeat of a larger one is 409 and runs nothing", async () => {
  for (const [bytes, repeated] of [[256 * 1024, 200], [256 * 1024 + 1, 409]] as const) {
    const { app, state, call } = counting(() => new Response(new Uint8Array(bytes)));
    await using _ = app;
    assertEquals((await (await call()).bytes()).length, bytes);
    const repeat = await call();
    assertEquals([repeat.status, state.runs], [repeated, 1]);
    await repeat.body?.cancel();
  }
});

Deno.test("items of a generator are stored up to 256 KiB; a repeat of a larger list is 409 and runs nothing", async () => {
  for (const [length, repeated] of [[50_000, 200], [150_000, 409]] as const) {
    const { app, state, call } = counting(function* () {
      yield toast("x".repeat(length));
      yield toast("y".repeat(length));
    });
    await using _ = app;
    assertEquals(namesOf(await eventsOf(await call())), ["toast", "toast", "end"]);
    const repeat = await call();
    assertEquals([repeat.status, state.runs], [repeated, 1]);
    await repeat.body?.cancel();
  }
});

Deno.test("a Response whose client disconnects is read to its end and stored", async () => {
  const steps: number[] = [];
  const ended = Promise.withResolvers<void>();
  const { app, state, call } = counting(() => {
    let step = 0;
    return new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          steps.push(++step);
          controller.enqueue(new TextEncoder().encode(`${step},`));
          if (step < 5) return;
          controller.close();
          ended.resolve();
        },
      }, { highWaterMark: 0 }),
    );
  });
  await using _ = app;
  const reader = (await call()).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await ended.promise;
  assertEquals(steps, [1, 2, 3, 4, 5]);
  assertEquals([await (await call()).text(), state.runs], ["1,2,3,4,5,", 1]);
});

Deno.test("a POST generator whose client disconnects runs to its end, and a repeat receives all of it", async () => {
  const steps: string[] = [];
  const ended = Promise.withResolvers<void>();
  const { app, state, call } = counting(async function* () {
    for (const step of ["a", "b", "c"]) {
      steps.push(step);
      yield toast(step);
      await Promise.resolve();
    }
    ended.resolve();
  });
  await using _ = app;
  const reader = (await call()).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await ended.promise;
  const repeat = await eventsOf(await call());
  assertEquals(repeat.map(({ data }) => data), [{ value: "a" }, { value: "b" }, { value: "c" }, {}]);
  assertEquals([steps, state.runs], [["a", "b", "c"], 1]);
});

Deno.test("a repeat does not send actionDispatched again", async () => {
  const names: string[] = [];
  const { app, call } = counting(() => undefined);
  await using _ = app;
  using _watch = app.handler.signals.actionDispatched.connect(({ actionName }) => void names.push(actionName));
  await call();
  await call();
  assertEquals(names, ["run"]);
});

Deno.test("a store that fails is 503 with Retry-After, and the action does not run", async () => {
  const memory = createMemoryStore();
  const { app, state, call } = counting(() => undefined, {
    store: {
      get: (key) => memory.get(key),
      put: (...args) => memory.put(...args),
      putIfAbsent: () => Promise.reject(new Error("connection lost")),
      replace: (...args) => memory.replace(...args),
      deleteIf: (...args) => memory.deleteIf(...args),
      delete: (key) => memory.delete(key),
    },
  });
  await using _ = app;
  const response = await call();
  assertEquals([response.status, response.headers.has("retry-after"), state.runs], [503, true, 0]);
  assertStringIncludes(app.takeError().message, "the store does not answer");
});

Deno.test("a stream that is rejected because of the stream limit holds no claim, and its repeat runs", async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const hold = action("hold", { method: "GET" }, async function* () {
    yield toast("held");
    await gate.promise;
  });
  const run = action("run", async function* () {
    runs++;
    yield toast("done");
    await Promise.resolve();
  });
  await using app = new App({ "/": { default: () => "", run, hold } }, { limits: { streams: 1 } });
  const held = await app.call("hold", { method: "GET" });
  const refused = await app.call("run", { headers: ID });
  assertEquals([refused.status, runs], [429, 0]);
  await refused.body?.cancel();
  gate.resolve();
  await held.text();
  const answer = await app.call("run", { headers: ID });
  assertEquals([namesOf(await eventsOf(answer)), runs], [["toast", "end"], 1]);
});

Deno.test("a form has a new idempotency key each time it is rendered", async () => {
  const save = action("save", () => {});
  await using app = new App({
    "/": {
      default: () => (
        <main>
          <Form action={save} />
          <Form action={save} instance="2" />
        </main>
      ),
      save,
    },
  });
  const seen = new Set<string | null>();
  for (let round = 1; round <= 2; round++) {
    const page = await app.open("/");
    for (const form of [findForm(page.root, "save", "2")]) seen.add(hiddenValue(form, "_hyper_once"));
    seen.add(/name="_hyper_once" value="([^"]*)"/.exec(page.html)?.[1] ?? null);
  }
  assertEquals(seen.size, 4);
  assert(!seen.has(null));
});

Deno.test("a repeat redirects to the origin page that it names, even if the first request named none", async () => {
  let runs = 0;
  const form = defineForm("note", { fields: { title: field.text() } });
  const save = action("save", { form }, () => void runs++);
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const page = await app.open("/");
  const hidden = hiddenValue(findForm(page.root, "save"), "_hyper_once") ?? "";
  const post = () =>
    app.request(formActionUrl("save"), { method: "POST", body: bodyOf({ title: "x", _hyper_once: hidden }) });
  // Without the origin page both are 204, and the action runs once.
  assertEquals([(await post()).status, (await post()).status, runs], [204, 204, 1]);
  assertEquals([(await app.submit(page, "save", { title: "x" })).status, runs], [303, 1]);
});
