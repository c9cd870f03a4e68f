/** `createHandler({ headers })`: headers of every response. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { action, createHandler, defineForm, field, HyperError, live, toast } from "@hyper/actions";
import { App, EVENTS, eventsOf, type Modules, ORIGIN } from "../support/app.tsx";

const POLICY = "default-src 'none'; script-src 'self'";
const MODULES: Modules = {
  "/": { default: () => <h1>Home</h1> },
  "/own": {
    render: () => new Response("own", { headers: { "content-security-policy": "default-src 'self'", "x-own": "yes" } }),
  },
  "/away": { render: () => Response.redirect(`${ORIGIN}/`, 303) },
  "/broken": {
    default: () => {
      throw new HyperError(410, "Gone");
    },
  },
  "/actions": {
    default: () => "x",
    greet: action("greet", () => toast("Hello")),
    save: action("save", { form: defineForm("note", { fields: { title: field.text({ required: true }) } }) }, () => {}),
    watch: action("watch", { method: "GET" }, () => live("news")),
    refuse: action("refuse", { guard: () => false }, () => {}),
  },
};

Deno.test("headers of the handler are on every response: pages, scripts, redirects, rejections, errors, actions", async () => {
  await using app = new App(MODULES, { headers: { "content-security-policy": POLICY, "X-Frame": "no" } });
  const post = (action: string, accept = "text/html") => app.call(action, { accept });
  const asked: (() => Promise<Response>)[] = [
    () => app.request("/"),
    () => app.request("/", { method: "HEAD" }),
    () => app.request("/", { method: "OPTIONS" }),
    () => app.request("/_hyper/client.js"),
    () => app.request("/_hyper/base.css"),
    () => app.request("/away", { redirect: "manual" }),
    () => app.request("/broken"),
    () => app.request("/nowhere"),
    () => app.request("/x\\y"),
    () => app.request("/", { method: "PUT" }),
    () => app.request("/_next/form/0000000000000000/"),
    () => app.request("/", { method: "POST", headers: { "sec-fetch-site": "cross-site" } }),
    () => post("greet"),
    () => post("greet", EVENTS),
    () => post("greet", "application/json"),
    () => post("save", EVENTS),
    () => post("refuse", EVENTS),
    () => post("unknown", EVENTS),
  ];
  for (const ask of asked) {
    const response = await ask();
    await response.body?.cancel();
    assertEquals(response.headers.get("content-security-policy"), POLICY, `${response.status} ${ask}`);
    assertEquals(response.headers.get("x-frame"), "no");
  }
});

Deno.test("the base style is a style sheet that is revalidated, and only read", async () => {
  await using app = new App({});
  const style = await app.request("/_hyper/base.css");
  assertEquals(style.headers.get("content-type"), "text/css; charset=utf-8");
  assertEquals(style.headers.get("cache-control"), "no-cache");
  assertStringIncludes(await style.text(), "@layer hyper-base");
  const etag = style.headers.get("etag") ?? "";
  assertEquals((await app.request("/_hyper/base.css", { headers: { "if-none-match": etag } })).status, 304);
  const head = await app.request("/_hyper/base.css", { method: "HEAD" });
  assertEquals([head.status, await head.text(), Number(head.headers.get("content-length")) > 1_000], [200, "", true]);
  assertEquals((await app.request("/_hyper/base.css", { method: "PUT" })).status, 405);
  assertEquals((await app.request("/_hyper/other.css")).status, 404);
});

Deno.test("headers of the handler are on a stream", async () => {
  await using app = new App(MODULES, { headers: { "content-security-policy": POLICY } });
  const response = await app.call("watch", { method: "GET" });
  assertEquals(response.headers.get("content-security-policy"), POLICY);
  await response.body?.cancel();
});

Deno.test("headers of the handler are on static files", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/static`);
    await Deno.mkdir(`${dir}/pages`);
    await Deno.writeTextFile(`${dir}/static/a.css`, "p {}");
    await using app = new App({}, { baseDir: dir, headers: { "content-security-policy": POLICY } });
    const response = await app.request("/a.css");
    assertEquals([response.status, await response.text()], [200, "p {}"]);
    assertEquals(response.headers.get("content-security-policy"), POLICY);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a header of the response itself is kept, and cookies are added", async () => {
  await using app = new App({
    ...MODULES,
    "/cookie": { render: () => new Response("x", { headers: { "set-cookie": "a=1" } }) },
  }, { headers: [["content-security-policy", POLICY], ["set-cookie", "seen=1"], ["content-type", "text/plain"]] });
  const own = await app.request("/own");
  assertEquals(own.headers.get("content-security-policy"), "default-src 'self'");
  assertEquals([await own.text(), own.headers.get("x-own")], ["own", "yes"]);
  assertEquals((await app.open("/cookie")).response.headers.getSetCookie(), ["a=1", "seen=1"]);
  assertEquals((await app.open("/")).response.headers.get("content-type"), "text/html; charset=utf-8");
});

Deno.test("a Response of a page is sent without the headers of its connection, and varies as every page does", async () => {
  const headers = {
    connection: "x-hop",
    "x-hop": "1",
    "keep-alive": "timeout=5",
    vary: "accept-language",
    "x-own": "yes",
  };
  await using app = new App({
    "/": { default: () => "home" },
    "/hop": { render: () => new Response("x", { headers }) },
  });
  const { response: sent } = await app.open("/hop");
  assertEquals(["connection", "x-hop", "keep-alive", "x-own"].map((name) => sent.headers.get(name)), [
    null,
    null,
    null,
    "yes",
  ]);
  const usual = (await app.open("/")).response.headers.get("vary") ?? "";
  assertEquals(
    new Set(sent.headers.get("vary")?.toLowerCase().split(", ")),
    new Set(["accept-language", ...usual.toLowerCase().split(", ")]),
  );
});

Deno.test("headers of the handler keep the status and body of a response whose headers are immutable", async () => {
  await using app = new App(MODULES, { headers: { "x-frame": "no" } });
  const response = await app.request("/away");
  assertEquals([response.status, response.headers.get("location")], [303, `${ORIGIN}/`]);
  assertEquals(response.headers.get("x-frame"), "no");
});

Deno.test("a headers function returns the headers of each response, and receives its request", async () => {
  await using app = new App(MODULES, {
    headers: async ({ url }) => ({ "x-path": await Promise.resolve(new URL(url).pathname) }),
  });
  assertEquals((await app.open("/")).response.headers.get("x-path"), "/");
  assertEquals((await app.open("/nowhere")).response.headers.get("x-path"), "/nowhere");
});

Deno.test("a response is not sent without its headers when the headers function throws", async () => {
  await using app = new App(MODULES, {
    headers: () => {
      throw new Error("no secret");
    },
  });
  const response = await app.request("/");
  assertEquals([response.status, await response.text()], [500, "Something went wrong. Try again."]);
  assertEquals(app.takeError().message, "no secret");
});

Deno.test("headers of the handler are encoded, and connection headers are omitted", async () => {
  await using app = new App(MODULES, {
    headers: { "x-text": "a\x01b\u20ac", "transfer-encoding": "chunked", connection: "x-hop", "x-hop": "1" },
  });
  const { headers } = await app.request("/");
  assertEquals(headers.get("x-text"), "a%01b%E2%82%AC");
  for (const name of ["transfer-encoding", "connection", "x-hop"]) assert(!headers.has(name), name);
});

Deno.test("createHandler() throws for an invalid header name", () => {
  assertThrows(() => createHandler({ pages: [], headers: { "a b": "c" } }), TypeError);
});

Deno.test("headers of the handler do not change the response to an action", async () => {
  await using app = new App(MODULES, { headers: { "x-frame": "no" } });
  assertEquals((await eventsOf(await app.call("greet"))).map(({ event }) => event), ["toast", "end"]);
});
