/** Signals of the pipeline: their values, their order and their number. */
import { assert, assertEquals } from "@std/assert";
import {
  action,
  type ActionDispatched,
  actionDispatched,
  type ActionRegistered,
  defineForm,
  dependency,
  field,
  Form,
  html,
  HyperError,
  type SignalFamily,
  toast,
} from "../../mod.ts";
import { z } from "zod";
import { App } from "../support/app.tsx";
import { stopTime } from "../support/clock.ts";

const NoteForm = defineForm("note", {
  fields: { title: field.text({ required: true }), body: field.text({ required: true }) },
});

Deno.test("actionRegistered is sent once for each action, before the first request", async () => {
  const form = NoteForm;
  const save = action("save", { form, namespace: "notes" }, () => {});
  const ping = action("ping", () => {});
  const seen: ActionRegistered[] = [];
  const app = new App({ "/": { default: () => "", save, again: save, ping }, "/b": { default: () => "", save } });
  await using _ = app;
  using _watch = app.handler.signals.actionRegistered.connect((payload) => void seen.push(payload));
  await app.handler.ready;
  await app.open("/");
  assertEquals(
    seen.map(({ actionName, uid, form, namespace, handler }) => [actionName, uid, form, namespace, handler]),
    [
      ["notes:save", save.uid, form, "notes", save.handler],
      ["ping", ping.uid, null, null, ping.handler],
    ],
  );
});

Deno.test("actionDispatched has name, bound form, URL kwargs, duration, status and cache", async () => {
  const user = dependency("user", () => "ada");
  const save = action("save", { form: NoteForm, inject: { user } }, () => {});
  const seen: ActionDispatched[] = [];
  await using app = new App({ "/n/[id]": { default: () => <Form action={save} />, save } });
  using _watch = app.handler.signals.actionDispatched.connect((payload) => void seen.push(payload));
  await app.submit(await app.open("/n/7"), "save", { title: "a", body: "b" });
  const [payload, ...more] = seen;
  assert(payload !== undefined && more.length === 0);
  assertEquals([payload.actionName, payload.urlKwargs, payload.responseStatus], ["save", { id: "7" }, 303]);
  assertEquals(payload.form?.values, { title: "a", body: "b" });
  assert(payload.durationMs >= 0);
  assertEquals(await payload.depCache.get(user), "ada");
  assertEquals(new URL(payload.request.url).pathname.startsWith("/_next/form/"), true);
  assert(Object.isFrozen(payload));
});

Deno.test("actionDispatched of an action without a form has form null, and the duration of the action function", async () => {
  using time = stopTime();
  const slow = action("slow", async () => {
    await new Promise((resolve) => setTimeout(resolve, 250));
  });
  const seen: ActionDispatched[] = [];
  await using app = new App({ "/": { default: () => "", slow } });
  using _watch = app.handler.signals.actionDispatched.connect((payload) => void seen.push(payload));
  const pending = app.call("slow");
  await time.tick(250);
  await pending;
  assertEquals(seen.map(({ form, durationMs, responseStatus }) => [form, durationMs, responseStatus]), [[
    null,
    250,
    200,
  ]]);
});

for (
  const [accept, status] of [["text/html", 303], ["text/event-stream", 200], ["application/json", 200]] as const
) {
  Deno.test(`actionDispatched of a generator is sent when it has ended, with the status of its response: ${accept}`, async () => {
    const order: string[] = [];
    const run = action("run", async function* () {
      yield toast("x");
      await Promise.resolve();
      order.push("ended");
    });
    await using app = new App({ "/": { default: () => "", run } });
    using _watch = app.handler.signals.actionDispatched.connect(({ responseStatus }) =>
      void order.push(`dispatched ${responseStatus}`)
    );
    await (await app.call("run", { accept })).text();
    assertEquals(order, ["ended", `dispatched ${status}`]);
  });
}

Deno.test("actionDispatched is not sent when the action function did not complete: rejected, invalid, failed, unknown", async () => {
  const seen: string[] = [];
  const save = action("save", { form: NoteForm }, () => {});
  const guarded = action("guarded", { guard: () => false }, () => {});
  const broken = action("broken", () => {
    throw new HyperError(409, "No");
  });
  const stream = action("stream", async function* () {
    yield toast("x");
    await Promise.resolve();
    throw new HyperError(409, "No");
  });
  await using app = new App({ "/": { default: () => "", save, guarded, broken, stream } });
  using _watch = app.handler.signals.actionDispatched.connect(({ actionName }) => void seen.push(actionName));
  for (const name of ["save", "guarded", "broken", "nope", "stream"]) {
    for (const accept of ["text/html", "text/event-stream"]) await (await app.call(name, { accept })).text();
  }
  assertEquals(seen, []);
});

Deno.test("formValidationFailed is sent once for each invalid submit, in every format", async () => {
  const seen: unknown[] = [];
  const save = action("save", { form: NoteForm }, () => {});
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  using _watch = app.handler.signals.formValidationFailed.connect(({ actionName, errorCount, fieldNames }) =>
    void seen.push([actionName, errorCount, fieldNames])
  );
  for (const accept of ["text/html", "text/event-stream", "application/json"]) {
    await (await app.call("save", { accept, fields: { body: "x" } })).text();
    await (await app.call("save", { accept, path: "/nowhere" })).text();
  }
  assertEquals(seen, [1, 2, 3].flatMap(() => [["save", 1, ["title"]], ["save", 2, ["title", "body"]]]));
});

Deno.test("formValidationFailed is sent for input that a schema rejects as well", async () => {
  const seen: unknown[] = [];
  const save = action("save", { input: z.object({ n: z.number() }) }, () => {});
  await using app = new App({ "/": { default: () => "", save } });
  using _watch = app.handler.signals.formValidationFailed.connect(({ fieldNames }) => void seen.push(fieldNames));
  assertEquals((await app.call("save", { data: { n: "x" } })).status, 422);
  assertEquals(seen, [["n"]]);
});

Deno.test("actionFailed has the error, its action and the duration, and is sent for a HyperError too", async () => {
  using time = stopTime();
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const seen: [string, string, number][] = [];
  const broken = action("broken", async () => {
    await wait(250);
    throw new Error("broken");
  });
  const refused = action("refused", () => {
    throw new HyperError(409, "No");
  });
  const guard = async () => {
    await wait(100);
    throw new Error("broken guard");
  };
  const guarded = action("guarded", { guard }, () => {});
  await using app = new App({ "/": { default: () => "", broken, refused, guarded } });
  using _watch = app.handler.signals.actionFailed.connect(({ actionName, error, durationMs }) =>
    void seen.push([actionName, (error as Error).message, durationMs])
  );
  for (const name of ["broken", "refused", "guarded"]) {
    const pending = app.call(name);
    await time.tick(300);
    await (await pending).text();
  }
  // The action function of the last one was not called.
  assertEquals(seen, [["broken", "broken", 250], ["refused", "No", 0], ["guarded", "broken guard", 0]]);
  assertEquals(app.takeReports().map(({ actionName }) => actionName), ["broken", "guarded"]);
});

Deno.test("accessDenied is sent for a request from another site, before any action is known", async () => {
  const seen: unknown[] = [];
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } });
  using _watch = app.handler.signals.accessDenied.connect(({ actionName, reason, responseStatus }) =>
    void seen.push([actionName, reason, responseStatus])
  );
  await (await app.call("save", { headers: { "sec-fetch-site": "cross-site" } })).text();
  assertEquals(seen, [[null, "cross-origin", 403]]);
});

Deno.test("a receiver that throws or rejects is reported and changes nothing", async () => {
  const told: string[] = [];
  const save = action("save", () => html("x", { target: "#a" }));
  await using app = new App({ "/": { default: () => "", save } });
  const { actionDispatched } = app.handler.signals;
  using _one = actionDispatched.connect(() => {
    throw new Error("at once");
  });
  using _two = actionDispatched.connect(async () => {
    await Promise.resolve();
    throw new Error("later");
  });
  using _three = actionDispatched.connect(({ actionName }) => void told.push(actionName));
  const response = await app.call("save");
  assertEquals(response.status, 200);
  await response.text();
  assertEquals(told, ["save"]);
  const reports = app.takeReports().map(({ error, actionName }) => [(error as Error).message, actionName]);
  assertEquals(reports.toSorted(), [["at once", "save"], ["later", "save"]]);
});

Deno.test("a disposed receiver is not called again", async () => {
  let told = 0;
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } });
  {
    using _watch = app.handler.signals.actionDispatched.connect(() => void told++);
    await app.call("save");
  }
  await app.call("save");
  assertEquals(told, 1);
});

Deno.test("an asynchronous receiver is awaited only with wait: true", async () => {
  const gate = Promise.withResolvers<void>();
  let isDone = false;
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } });
  {
    using _beside = app.handler.signals.actionDispatched.connect(() => gate.promise);
    assertEquals((await app.call("save")).status, 200);
  }
  using _waited = app.handler.signals.actionDispatched.connect(async () => {
    await gate.promise;
    isDone = true;
  }, { wait: true });
  const pending = app.call("save");
  gate.resolve();
  await pending;
  assert(isDone);
});

Deno.test("the exported signals reach every handler, and handler.signals only its own", async () => {
  const everywhere: string[] = [];
  const here: string[] = [];
  using _all = actionDispatched.connect(({ actionName }) => void everywhere.push(actionName));
  await using one = new App({ "/": { default: () => "", a: action("a", () => {}) } });
  await using two = new App({ "/": { default: () => "", b: action("b", () => {}) } });
  using _one = one.handler.signals.actionDispatched.connect(({ actionName }) => void here.push(actionName));
  await one.call("a");
  await two.call("b");
  assertEquals([everywhere, here], [["a", "b"], ["a"]]);
});

Deno.test("an action function may send and connect through ctx.signals", async () => {
  let seen: SignalFamily | null = null;
  const a = action("a", ({ signals }) => void (seen = signals));
  await using app = new App({ "/": { default: () => "", a } });
  await app.call("a");
  assertEquals(seen === app.handler.signals, true);
});
