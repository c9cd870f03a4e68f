/** Redirects and cookies of the network of a test client, over a handler whose responses are those of the test. */
import { assertEquals, assertRejects } from "@std/assert";
import { createHandler, type Handler } from "../../mod.ts";
import { createTestClient } from "@hyper/actions/testing";
import { type Ask, Network } from "../../src/testing/network.ts";

/** Creates a handler that records each request and responds with a function. */
function handlerOf(answer: (request: Request) => Response): { readonly handler: Handler; readonly seen: string[] } {
  const seen: string[] = [];
  const handle = async (request: Request): Promise<Response> => {
    seen.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`.trim());
    return answer(request);
  };
  const real = createHandler({ baseDir: "/srv/site", pages: [] });
  return { handler: Object.assign(handle, real), seen };
}

const ASK: Omit<Ask, "method" | "body"> = {
  url: new URL("http://site.test/from"),
  headers: {},
  signal: new AbortController().signal,
  from: null,
};

// Fetch, 4.4, step 12: only a POST becomes a GET by 301 and 302; everything but GET and HEAD by 303.
for (
  const [method, status, expected] of [
    ["POST", 301, "GET /to"],
    ["POST", 302, "GET /to"],
    ["POST", 303, "GET /to"],
    ["POST", 307, "POST /to a=1"],
    ["POST", 308, "POST /to a=1"],
    ["PUT", 301, "PUT /to a=1"],
    ["PUT", 302, "PUT /to a=1"],
    ["PUT", 303, "GET /to"],
    ["PUT", 307, "PUT /to a=1"],
    ["GET", 302, "GET /to"],
  ] as const
) {
  Deno.test(`H11: Network.fetch() follows a ${status} after ${method} with "${expected}"`, async () => {
    const { handler, seen } = handlerOf((request) =>
      request.url.endsWith("/from") ? new Response(null, { status, headers: { location: "/to" } }) : new Response("")
    );
    const body = method === "GET" ? null : "a=1";
    const response = await new Network(handler, "127.0.0.1", {}).fetch({ ...ASK, method, body });
    assertEquals([response.url, response.redirected], ["http://site.test/to", true]);
    assertEquals(seen, [`${method} /from ${body ?? ""}`.trim(), expected]);
  });
}

Deno.test("Network.fetch() follows 20 redirects", async () => {
  const { handler, seen } = handlerOf((request) => {
    const left = Number(new URL(request.url).pathname.slice(1));
    return left === 0 ? new Response("") : new Response(null, { status: 302, headers: { location: `/${left - 1}` } });
  });
  const ask = { ...ASK, url: new URL("http://site.test/20"), method: "GET", body: null };
  assertEquals((await new Network(handler, "127.0.0.1", {}).fetch(ask)).url, "http://site.test/0");
  assertEquals(seen.length, 21);
});

const FORM = '<form id="f" data-hyper-form="save" method="post">' +
  '<input id="a" name="a" aria-label="A"><input name="b" aria-label="B"></form>';
const INPUT = '<input id="a" name="a" aria-label="A">';

for (
  const [what, status, target, content, expected] of [
    ["clears a form after an accepted response", 200, "#f", FORM, ["", ""]],
    ["clears a field that an accepted response replaces", 200, "#a", INPUT, ["", "typed"]],
    ["H11: keeps a form after an error response", 422, "#f", FORM, ["typed", "typed"]],
  ] as const
) {
  Deno.test(`submitWithRuntime() ${what}`, async () => {
    const { handler, seen } = handlerOf((request) => {
      if (request.method === "GET") return new Response(FORM, { headers: { "content-type": "text/html" } });
      const patch = JSON.stringify({ content, target, swap: "morph" });
      const headers = { "content-type": "text/event-stream" };
      return new Response(`event: patch_html\ndata: ${patch}\n\nevent: end\ndata: null\n\n`, { status, headers });
    });
    await using client = createTestClient(handler);
    const page = await client.open("/");
    const outcome = await page.form("f").fill({ A: "typed", B: "typed" }).submitWithRuntime();
    assertEquals([outcome.ok, seen.length], [status === 200, 2]);
    assertEquals(page.form("f").entries().map(([, value]) => value), [...expected]);
  });
}

Deno.test("Network.fetch() sends Origin as a browser does: from a page, and not with GET", async () => {
  const origins: (string | null)[] = [];
  const { handler } = handlerOf(({ headers }) => {
    origins.push(headers.get("origin"));
    return new Response("");
  });
  const network = new Network(handler, "127.0.0.1", {});
  const from = new URL("http://site.test/page");
  for (const method of ["GET", "POST", "PUT"]) await network.fetch({ ...ASK, method, body: null, from });
  await network.fetch({ ...ASK, method: "POST", body: null });
  assertEquals(origins, [null, "http://site.test", "http://site.test", null]);
});

Deno.test("Network.fetch() cancels the body of a response that arrives after the caller has left", async () => {
  const cancelled = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const handle = (): Promise<Response> => {
    arrived.resolve();
    return answer.promise;
  };
  const handler = Object.assign(handle, createHandler({ baseDir: "/srv/site", pages: [] }));
  const left = new AbortController();
  const asked = new Network(handler, "127.0.0.1", {}).fetch({ ...ASK, method: "GET", body: null, signal: left.signal });
  await arrived.promise;
  left.abort(new Error("left"));
  await assertRejects(() => asked, Error, "left");
  answer.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })));
  await cancelled.promise;
});
