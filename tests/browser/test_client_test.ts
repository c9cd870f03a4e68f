/** The same responses to the same calls in a real page and in the test client must have the same outcomes. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { createHandler } from "../../mod.ts";
import { createTestClient, type TestClient } from "@hyper/actions/testing";
import { withPage } from "../support/browser.ts";
import { goldens } from "../support/goldens.ts";
import { app, END, frame, type Sent, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** The part of an outcome that both have; of an error, its kind. */
interface Seen {
  readonly kind: string;
  readonly status?: number;
  readonly data?: unknown;
  readonly message?: string;
  readonly issues?: unknown;
  readonly events?: unknown;
}

type Answer = (request: Request, nth: number) => Response;

/** A call: its method, the response to each of its requests, and the requests that its responses lead to. */
interface Case {
  readonly method?: "GET";
  readonly answer: Answer;
  /** Number of requests. Default: 1. */
  readonly requests?: number;
}

const STREAM = { "content-type": "text/event-stream", "x-hyper-stream": "1" };
const RESULT: Sent = ["result", "done"];
const ISSUES = { title: ["Give it a title"] };

/** A response that is interrupted: the connection is lost after the text. */
function broken(text: string, init: ResponseInit = {}): Response {
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pulls++ === 0) return controller.enqueue(new TextEncoder().encode(text));
      // The text reaches the browser before the end of the connection does.
      await new Promise((resolve) => setTimeout(resolve, 100));
      controller.error(new Error("The connection is lost"));
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: STREAM, ...init });
}

const text = (body: string, type: string, status = 200): Response =>
  new Response(body, { status, headers: { "content-type": type } });
const open = (...events: Sent[]): Response => new Response(events.map(frame).join(""), { headers: STREAM });
const events = (...sent: Sent[]): Case => ({ answer: () => sse([...sent, END]) });
const plain = (body: string, type: string, status?: number): Case => ({ answer: () => text(body, type, status) });
const switches = (data: Readonly<Record<string, unknown>>): Case => events(["switch_action", data]);

const CASES: Readonly<Record<string, Case>> = {
  "a result": events(RESULT),
  "a result that is null": events(["result", null]),
  "an unknown event": events(["unknown", { a: 1 }], RESULT),
  "an error event without a status": events(["error", { message: "No" }]),
  "an error event with a status that is a string": events(["error", { status: "409", message: "No" }]),
  "an error event with issues and no message": events(["error", { status: 422, issues: ISSUES }]),
  "an error event that is not an object": events(["error", "No"]),
  "a result after an error event": events(["error", { status: 409, message: "No" }], RESULT),
  "a stream with an error status and no error event": { answer: () => sse([RESULT, END], { status: 500 }) },
  "an event that fails": events(["patch_html", { target: "[", content: "" }], RESULT),
  "an event whose target is missing, strictly": events(
    ["patch_html", { target: "#missing", content: "", strict_targets: true }],
    RESULT,
  ),
  "an event that is not JSON": {
    answer: () => text(`event: toast\ndata: {\n\n${frame(RESULT)}${frame(END)}`, STREAM["content-type"]),
  },
  "a patch of strange values": events(["patch_html", { target: 1, swap: "x", content: null }], RESULT),
  "a redirect to another site": events(["redirect", { url: "https://other.test/" }]),
  "a redirect to a script": events(["redirect", { url: "javascript:alert(1)", external: true }]),
  "a redirect to an invalid URL": events(["redirect", {}]),
  "a switch to another site": switches({ name: "watch", data: {}, method: "GET", url: "https://other.test/" }),
  "a switch with another method": switches({ name: "watch", data: {}, method: "PUT" }),
  "a switch without a name": switches({ data: {}, method: "GET" }),
  "a fifth switch": {
    answer: () => sse([["switch_action", { name: "a fifth switch", data: {}, method: "POST" }], END]),
    requests: 5,
  },
  "a stream without an end": { answer: () => sse([RESULT]) },
  "an error event, then no end": { answer: () => sse([["error", { status: 409, message: "No" }]]) },
  "an error event, then a lost connection": {
    method: "GET",
    answer: () => broken(frame(["error", { status: 409, message: "No" }]), { headers: STREAM }),
  },
  "a POST whose connection is lost": { answer: () => broken(frame(RESULT)) },
  "a GET whose connection is lost once": {
    method: "GET",
    answer: (_, nth) => nth === 1 ? broken(frame(["toast", { value: 1 }])) : open(RESULT, END),
    requests: 2,
  },
  "a GET whose streams are all empty": {
    method: "GET",
    answer: () => new Response(": open\n\n", { headers: STREAM }),
    requests: 11,
  },
  "a server that starts after a stream": {
    method: "GET",
    answer: (_, nth) => nth === 1 ? open() : nth < 4 ? text("", "text/html", 503) : open(RESULT, END),
    requests: 4,
  },
  "a limit after a stream": {
    method: "GET",
    answer: (_, nth) =>
      nth === 1
        ? open()
        : nth === 2
        ? new Response("", { status: 429, headers: { "retry-after": "1" } })
        : open(RESULT, END),
    requests: 3,
  },
  "an error after a stream": {
    method: "GET",
    answer: (_, nth) => nth === 1 ? open() : text("", "text/html", 500),
    requests: 2,
  },
  "a checkpoint": {
    method: "GET",
    answer: ({ headers }, nth) => {
      const id = headers.get("x-hyper-request-id");
      const last = headers.get("last-event-id")?.replace(id ?? "", "");
      return nth > 1 ? open(["result", last], END) : open(
        ["checkpoint", undefined, `${id}:checkpoint:a.b-c`],
        ["checkpoint", undefined, "other:checkpoint:b"],
        ["checkpoint", undefined, `${id}:checkpoint:-`],
        ["toast", { value: 1 }, `${id}:checkpoint:c`],
      );
    },
    requests: 2,
  },
  "JSON": plain('{"a":[1]}', "application/json"),
  "JSON of another type": plain('{"a":1}', "application/ld+json; charset=utf-8"),
  "JSON that is broken": plain("{", "application/json"),
  "a problem object": plain(
    JSON.stringify({ title: "Invalid", detail: "No", issues: ISSUES }),
    "application/problem+json",
    422,
  ),
  "an error as JSON text": plain('"No"', "application/json", 409),
  "text": plain("Hello", "text/plain"),
  "an empty response": plain("", "text/plain"),
  "an error as text": plain("No", "text/plain", 409),
  "an error as text with a charset": plain("No", "Text/Plain; charset=utf-8", 404),
  "an error as a long text": plain("x".repeat(2_000), "text/plain", 403),
  "an error as XML": plain("<no/>", "application/xml", 409),
  "an error without a type": plain("No", "", 409),
  "a server error as text": plain("No", "text/plain", 500),
  "an invalid form as text": plain("No", "text/plain", 422),
  "HTML": plain("<p>Hello", "text/html"),
  "an error as HTML": plain("<p>No", "text/html", 500),
  "an event stream that is an attachment": {
    answer: () => new Response(frame(RESULT), { headers: { ...STREAM, "content-disposition": "attachment" } }),
  },
  "no content": { answer: () => new Response(null, { status: 204 }) },
  "an interrupted text response": { answer: () => broken("Hello", { headers: { "content-type": "text/plain" } }) },
  "a redirect to another site, by status": {
    answer: () => new Response(null, { status: 303, headers: { location: "http://127.0.0.1:1/" } }),
  },
};

for (const { name, text, status, stream } of await goldens()) {
  const headers = { "content-type": "text/event-stream", ...stream && { "x-hyper-stream": "1" } };
  Object.assign(CASES, { [`the golden ${name}`]: { answer: () => new Response(text, { status, headers }) } });
}

const BODY = `<main><ul id="list"></ul><p id="own"></p></main>`;

Deno.test("the test client returns the same outcomes as the runtime", async () => {
  const requests = new Map<string, number>();
  const count = (name: string): number => {
    const nth = (requests.get(name) ?? 0) + 1;
    requests.set(name, nth);
    return nth;
  };
  const actions = Object.fromEntries(
    Object.entries(CASES).map(([name, { answer }]) =>
      [name, (request: Request) => answer(request, count(name))] as const
    ),
  );
  const watch = () => sse([["result", "watched"], END]);
  const chart = () => text("", "text/javascript");
  const served = app({ body: BODY, actions: { ...actions, watch }, routes: { "/chart.js": chart } });
  const handler = createHandler({ pages: [] });
  // The application is written by hand; a handler has signals, too.
  const answering = Object.assign((request: Request) => Promise.resolve(served(request, INFO)), handler);
  const seen = new Map<string, readonly [Seen, number | undefined]>();
  await withPage(served, async ({ page }) => {
    for (const [name, { method }] of Object.entries(CASES)) {
      await page.goto("/");
      seen.set(name, [await callInPage(page, name, method), requests.get(name)]);
      requests.delete(name);
    }
  }, { expectErrors: [/./], visitSeconds: 300 });
  for (const [name, { method, requests: expected = 1 }] of Object.entries(CASES)) {
    await using client = createTestClient(answering);
    await client.open("/");
    const [outcome, made] = seen.get(name) ?? [];
    assertEquals(await callInClient(client, name, method), outcome, name);
    assertEquals([made, requests.get(name)], [expected, expected], name);
  }
  await handler.close();
});

/** The data and the options of a call. A file in its data is written as `file:` and its name. */
const REQUESTS: readonly [name: string, data: Readonly<Record<string, unknown>>, options?: RequestOptions][] = [
  ["no data", {}],
  ["values", { a: 1, b: [true, null, "\u00e9\u{1f600}%"], c: { d: "\u2028" }, e: undefined }],
  ["a GET", { a: 1 }, { method: "get" }],
  ["a GET with too much data", { a: "x".repeat(5_000) }, { method: "GET" }],
  ["a GET with a file", { a: "file:a.txt" }, { method: "GET" }],
  ["a long value", { a: "\u00e9".repeat(5_000) }],
  ["a file", { a: "file:a.txt", b: 1 }],
  ["files and a text field", { a: ["x", "file:a.txt", "file:b.txt"] }],
  ["a form", {}, { form: "#form" }],
  ["a form by GET", {}, { form: "#form", method: "GET" }],
  ["a form with data", { title: "Tea", n: [1] }, { form: "#form" }],
  ["a form with a long value", { b: "x".repeat(5_000) }, { form: "#form" }],
  ["a form with a file", { b: "file:a.txt" }, { form: "#form" }],
  ["a multipart form", {}, { form: "#multipart" }],
  ["a form with method GET", {}, { form: "#search" }],
  ["another method and URL", { a: 1 }, { method: "delete", url: "sub?x=1#y" }],
  ["a target", {}, { target: "[title='\u00e9%']" }],
];

interface RequestOptions {
  readonly method?: string;
  readonly url?: string;
  readonly form?: string;
  readonly target?: string;
}

const FORMS = `<form id="form" action="/other?q=1#z" method="post"><input name="title" value="Milk &quot;1%&quot;">
  <textarea name="text">a\nb</textarea><input type="checkbox" name="on" checked><input type="checkbox" name="off">
  <select name="one"><option>x<option selected>y</select><input name="no" disabled><input type="file" name="file"></form>
  <form id="multipart" method="post" enctype="multipart/form-data"><textarea name="text">a\nb</textarea><input name="b" type="file"></form>
  <form id="search" method="get"><input name="q" value="a b"></form>`;

Deno.test("the test client sends the same requests as the runtime", async () => {
  const echo = async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const names = ["accept", "x-requested-with", "x-hyper-action", "x-hyper-data", "x-hyper-target"];
    const type = request.headers.get("content-type")?.replace(/boundary=.*/, "") ?? null;
    const fields = type?.startsWith("multipart") ? await request.formData() : null;
    const body = fields === null ? await request.text() : Array.from(
      fields,
      ([name, value]) => [name, ...typeof value === "string" ? [value] : [value.name, value.type, value.size]],
    );
    const headers = names.map((name) => request.headers.get(name));
    return Response.json([request.method, pathname + search, type, body, ...headers]);
  };
  const served = app({ body: FORMS, actions: { echo } });
  const handler = createHandler({ pages: [] });
  await using client = createTestClient(
    Object.assign((request: Request) => Promise.resolve(served(request, INFO)), handler),
  );
  await withPage(served, async ({ page }) => {
    await page.goto("/folder/page?p=1");
    await client.open("/folder/page?p=1");
    for (const [name, data, options = {}] of REQUESTS) {
      const withFiles = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, toFiles(value)]));
      const sent = await client.action("echo", withFiles, options).then(({ data }) => data, String);
      assertEquals(sent, await sendInPage(page, data, options), name);
    }
  });
  await handler.close();
});

function toFiles(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toFiles);
  const name = /^file:(.*)/.exec(String(value))?.[1];
  return name === undefined ? value : new File(["text"], name, { type: "text/plain" });
}

function sendInPage(page: Page, data: unknown, options: RequestOptions): Promise<unknown> {
  return page.evaluate(async ([data, options]) => {
    const toFiles = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(toFiles);
      const name = /^file:(.*)/.exec(String(value))?.[1];
      return name === undefined ? value : new File(["text"], name, { type: "text/plain" });
    };
    const withFiles = Object.fromEntries(Object.entries(Object(data)).map(([name, value]) => [name, toFiles(value)]));
    return await action("echo", withFiles, options).then(({ data }) => data, String);
  }, [data, options] as const);
}

/** Connection information, which the application does not read. */
const INFO: Deno.ServeHandlerInfo<Deno.NetAddr> = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  completed: Promise.resolve(),
};

async function callInPage(page: Page, name: string, method = "POST"): Promise<Seen> {
  return await page.evaluate(async ([name, method]) => {
    Hyper.configure({ retry: { interval: 1, maxInterval: 5 } });
    // A change of the history alone stays in the document.
    navigation.addEventListener("navigate", (event) => event.destination.sameDocument || event.preventDefault());
    try {
      const outcome = await action(name, {}, { target: "#own", method });
      const { kind, status, data, events, issues } = outcome;
      return { kind, status, data, events, issues, ...outcome.kind === "error" && { message: outcome.message } };
    } catch (error) {
      // An invalid selector is an error of another class in each of them.
      return { kind: error instanceof Error && error.name === "ConnectionError" ? error.name : "exception" };
    }
  }, [name, method] as const);
}

async function callInClient(client: TestClient, name: string, method = "POST"): Promise<Seen> {
  try {
    const outcome = await client.action(name, {}, { target: "#own", method });
    const { kind, status, data, issues } = outcome;
    const events = outcome.events.map(({ event, data }) => ({ event, data }));
    return {
      ...{ kind, status, data, events },
      issues: { ...issues },
      ...outcome.kind === "error" && { message: outcome.message },
    };
  } catch (error) {
    // An invalid selector is an error of another class in each of them.
    return { kind: error instanceof Error && error.name === "ConnectionError" ? error.name : "exception" };
  }
}
