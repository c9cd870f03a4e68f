/** Switches and checkpoints: a command that continues as a watcher, and a watcher that resumes. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, checkpoint, html, lastCheckpoint, switchTo, toast } from "../../mod.ts";
import { App, eventsOf, type StreamEvent } from "../support/app.tsx";

const watch = action("watch", { method: "GET" }, async function* (ctx) {
  const passed = lastCheckpoint(ctx, ["loaded", "counted"]);
  if (passed === null) {
    yield html(`Loading ${ctx.data.job}`, { target: "#state" });
    yield checkpoint("loaded");
  }
  if (passed !== "counted") {
    await Promise.resolve();
    yield html("Counting", { target: "#state" });
    yield checkpoint("counted");
  }
  yield html("Done", { target: "#state" });
});
const start = action("start", () => [toast("Started"), switchTo(watch, { job: 7 }, { path: "/jobs?x=1" })]);

function app(): App {
  return new App({ "/": { default: () => "", start, watch } });
}

function words(events: readonly StreamEvent[]): readonly unknown[] {
  return events.map(({ event, data, id }) =>
    id ?? (event === "patch_html" ? (data as { content: string }).content : event)
  );
}

async function watching(site: App, headers: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> {
  return words(await eventsOf(await site.call("watch", { method: "GET", data: { job: 7 }, headers })));
}

const ID = { "x-hyper-request-id": "r.1" };

Deno.test("an action switches to another one: its name, data, method and path, and no end event", async () => {
  await using site = app();
  const events = await eventsOf(await site.call("start"));
  assertEquals(events, [
    { event: "toast", data: { value: "Started" } },
    { event: "switch_action", data: { name: "watch", data: { job: 7 }, method: "GET", url: "/jobs?x=1" } },
  ]);
});

Deno.test("a switch to another site is rejected like a redirect", async () => {
  const away = action("away", () => switchTo(watch, {}, { path: "//other.test/" }));
  await using site = new App({ "/": { default: () => "", watch, away } });
  assertEquals((await site.call("away")).status, 500);
  assertStringIncludes(site.takeError().message, "Cannot redirect to");
});

for (const [declared, method] of [[undefined, "POST"], ["POST", "POST"], ["GET", "GET"]] as const) {
  Deno.test(`switchTo() calls an action that declares ${declared ?? "no method"} with ${method}`, async () => {
    const next = action("next", declared === undefined ? {} : { method: declared }, () => "done");
    const first = action("first", () => switchTo(next, { a: 1 }));
    await using site = new App({ "/": { default: () => "", first, next } });
    assertEquals(await eventsOf(await site.call("first")), [
      { event: "switch_action", data: { name: "next", data: { a: 1 }, method } },
    ]);
  });
}

for (const [depth, status] of [["0", 200], ["4", 200], ["5", 400], ["99999", 400], ["x", 400], ["-1", 400]] as const) {
  Deno.test(`at a depth of ${depth} switches the response is ${status}`, async () => {
    await using site = app();
    const response = await site.call("start", { headers: { "x-hyper-switch-depth": depth } });
    assertEquals(response.status, status);
    await response.body?.cancel();
  });
}

Deno.test("a checkpoint carries the request id, and a resumed stream continues after the checkpoint it has passed", async () => {
  await using site = app();
  assertEquals(await watching(site, ID), [
    "Loading 7",
    "r.1:checkpoint:loaded",
    "Counting",
    "r.1:checkpoint:counted",
    "Done",
    "end",
  ]);
  assertEquals(await watching(site, { ...ID, "last-event-id": "r.1:checkpoint:loaded" }), [
    "Counting",
    "r.1:checkpoint:counted",
    "Done",
    "end",
  ]);
  assertEquals(await watching(site, { ...ID, "last-event-id": "r.1:checkpoint:counted" }), ["Done", "end"]);
});

for (
  const [what, headers] of [
    ["belongs to another call", { ...ID, "last-event-id": "r.2:checkpoint:loaded" }],
    ["has a checkpoint name that the action does not have", { ...ID, "last-event-id": "r.1:checkpoint:paid" }],
    ["is not a checkpoint", { ...ID, "last-event-id": "17" }],
    ["is too long", { ...ID, "last-event-id": `r.1:checkpoint:${"x".repeat(5_000)}` }],
    ["is sent without a request id", { "last-event-id": "r.1:checkpoint:loaded" }],
  ] as const
) {
  Deno.test(`a stream begins from the start when Last-Event-ID ${what}`, async () => {
    await using site = app();
    assertEquals((await watching(site, headers))[0], "Loading 7");
  });
}

Deno.test("a POST is not resumed: it has no last checkpoint", async () => {
  let passed: string | null = "nothing yet";
  const work = action("work", (ctx) => void (passed = lastCheckpoint(ctx, ["half"])));
  await using site = new App({ "/": { default: () => "", work } });
  await site.call("work", { headers: { ...ID, "last-event-id": "r.1:checkpoint:half" } });
  assertEquals(passed, null);
});

Deno.test("a checkpoint that is passed twice ends the stream with an error that names it", async () => {
  const twice = action("twice", { method: "GET" }, function* () {
    yield checkpoint("a");
    yield checkpoint("a");
  });
  await using site = new App({ "/": { default: () => "", twice } });
  const events = await eventsOf(await site.call("twice", { method: "GET", headers: ID }));
  assertEquals(events.map(({ event }) => event), ["checkpoint", "error", "end"]);
  assertStringIncludes(site.takeError().message, 'checkpoint "a" of action "twice" twice');
});
