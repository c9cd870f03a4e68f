/** The responses recorded by the server tests, as responses to a call in a real page. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { createParser } from "eventsource-parser";
import { STREAM_HEADER } from "../../src/protocol/names.ts";
import { withPage } from "../support/browser.ts";
import { type Golden, goldens } from "../support/goldens.ts";
import { app, END, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Expected result of a response, if it differs from success with status 200 and no data on the page itself. */
interface Follows {
  /** The status of a failure. */
  readonly failure?: number;
  /** Issues of the input. */
  readonly issues?: Readonly<Record<string, readonly string[]>>;
  /** The value that the action returned. */
  readonly data?: unknown;
  /** The URL that the page navigates to. */
  readonly goes?: string;
  /** The path of the page afterwards. */
  readonly at?: string;
  /** The response is that of the action it switched to, requested at this path. */
  readonly switched?: string;
}

const FOLLOWS: Readonly<Record<string, Follows>> = {
  checkpoint: {},
  close_layer: {},
  event: {},
  event_on_window: {},
  failure: { failure: 409 },
  history_push: { at: "/notes/8" },
  history_replace: { at: "/notes?q=milk" },
  html: {},
  html_options: {},
  html_text: {},
  html_unsafe: {},
  html_without_target: {},
  invalid: { failure: 422, issues: { title: ["Give it a title"] } },
  invalid_data: { failure: 422, issues: { n: ["Bad"] } },
  invalid_whole: { failure: 422, issues: { "": ["Not everything at once"] } },
  load_js: {},
  markup: {},
  nothing: {},
  redirect: { goes: "/notes/7?tab=a#top" },
  redirect_external: { goes: "https://pay.test/x" },
  refresh: {},
  refresh_selector: {},
  refused: { failure: 403 },
  regions_stale: {},
  remove: {},
  response_redirect: { goes: "/login" },
  result: { data: { id: 7, tags: ["a"], at: null } },
  result_text: { data: "a text\nof two lines" },
  several: {},
  signal: {},
  signals: {},
  stream: {},
  stream_failure: { failure: 409 },
  stream_heartbeat: {},
  stream_redirect: { goes: "/elsewhere" },
  switch_action: { switched: "/jobs" },
  switch_action_here: { switched: "/" },
  toast_object: {},
  toast_text: {},
  unknown_action: { failure: 404 },
};

/** Every target of the responses. */
const BODY = `<main><ul id="list"></ul><ul id="todos"></ul><p id="a"></p><p id="n"></p><p id="answer"></p>
  <p id="todo-7"></p><p id="cart"></p><p id="own"></p><form id="form-f83f07be16e27018"><input name="title"></form></main>`;

/** The response of the action `watch`, which some calls switch to. */
const WATCHED = ["result", "watched"] as const;

Deno.test("action() resolves with the outcome of each golden response", async () => {
  const all = await goldens();
  const answers = Object.fromEntries(all.map((golden) => [golden.name, () => answerOf(golden)]));
  assertEquals(Object.keys(FOLLOWS).toSorted(), all.map(({ name }) => name).toSorted());
  const asked: string[] = [];
  const watch = (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    return sse([WATCHED, END]);
  };
  const served = app({
    body: BODY,
    routes: { "/chart.js": () => new Response("", { headers: { "content-type": "text/javascript" } }) },
    actions: { ...answers, watch },
  });
  await withPage(served, async ({ page, url }) => {
    for (const golden of all) {
      const { name } = golden;
      await page.goto("/");
      const { failure, issues = {}, data = null, goes, at = "/", switched } = FOLLOWS[name] ?? {};
      const { went, path, message, ...outcome } = await call(page, name);
      const received = switched === undefined ? eventsOf(golden.text) : [{ event: WATCHED[0], data: WATCHED[1] }];
      const flags = { blocked: false, aborted: false, events: received, issues };
      assertEquals<unknown>(
        outcome,
        failure === undefined
          ? { kind: "success", ok: true, status: 200, data: switched === undefined ? data : WATCHED[1], ...flags }
          : { kind: "error", ok: false, status: failure, data, ...flags },
        name,
      );
      assertEquals(typeof message, failure === undefined ? "undefined" : "string", name);
      assertEquals(went, goes === undefined ? [] : [new URL(goes, url).href], name);
      assertEquals(path, at, name);
      assertEquals(asked.splice(0), switched === undefined ? [] : [`GET ${switched}`], name);
    }
  });
});

function answerOf({ text, status, stream }: Golden): Response {
  const headers = { "content-type": "text/event-stream", ...stream && { [STREAM_HEADER]: "1" } };
  return new Response(text, { status, headers });
}

/** Parses the events of a response with an independent parser, as an outcome lists them. */
function eventsOf(text: string): unknown[] {
  const events: unknown[] = [];
  createParser({
    onEvent: ({ event, data }) => {
      if (event !== "end") events.push({ event, data: JSON.parse(data) });
    },
  }).feed(text);
  return events;
}

/** Calls an action, prevents the navigation, and returns its target. */
function call(page: Page, name: string) {
  return page.evaluate(async (name) => {
    const went: string[] = [];
    navigation.addEventListener("navigate", (event) => {
      // A change of the history alone stays in the document, and is allowed.
      if (event.destination.sameDocument) return;
      went.push(event.destination.url);
      event.preventDefault();
    });
    const outcome = await action(name, {}, { target: "#own" });
    const message = outcome.kind === "error" ? outcome.message : undefined;
    return { ...outcome, message, went, path: location.pathname + location.search };
  }, name);
}
