import { action, createHandler, defineForm, field, HyperError, toast } from "@hyper/actions";
import { assert, assertEquals, assertMatch, assertNotMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { withinTime } from "../support/clock.ts";
import { call, type Developer, get, openLink, pageAt, recordConsole, untilLink, withHandler } from "./support.ts";

const SECRET = "the <b>secret</b> of line 7";

function broken(): never {
  throw new Error(SECRET);
}

const BROKEN = [pageAt("/", { default: () => <h1>Home</h1> }), pageAt("/broken", { default: broken })];

const NONE = /secret|dev\.js|hyper-dev/;

Deno.test("createHandler({ dev }) shows an error in the page, escaped, with its stack and the lines around it", async () => {
  await withHandler({ pages: BROKEN, baseDir: new URL("./", import.meta.url) }, async (handler, { developer }) => {
    const response = await handler(get("/broken", developer));
    const text = await response.text();
    assertEquals(response.status, 500);
    assertStringIncludes(text, "GET /broken");
    assertStringIncludes(text, "Error: the &lt;b&gt;secret&lt;/b&gt; of line 7");
    assertMatch(text, /development_test\.tsx:\d+:\d+/);
    assertMatch(text, /&gt; {5}\d+ \| {3}throw new Error\(SECRET\);/);
    assert(!text.includes("<b>secret"), text);
  });
});

Deno.test("createHandler({ dev }) puts the panel at the end of a page, whatever its status", async () => {
  await withHandler({ pages: BROKEN }, async (handler, { developer }) => {
    for (const path of ["/", "/broken", "/nowhere"]) {
      const text = await (await handler(get(path, developer))).text();
      assertMatch(
        text,
        /<\/html>.*<script type="module" src="\/_hyper\/dev\.js" data-hyper-dev-build="[\w-]+"><\/script>$/s,
      );
    }
  });
});

Deno.test("createHandler({ dev }) sets the nonce of the page's policy on the script of the panel", async () => {
  const page = (): Response =>
    new Response("<!doctype html><p>Own", {
      headers: {
        "content-type": "text/html",
        "content-security-policy": "script-src 'nonce-abc123=='",
        "content-length": "21",
      },
    });
  await withHandler({ pages: [pageAt("/", { render: page })] }, async (handler, { developer }) => {
    const response = await handler(get("/", developer));
    assertEquals(response.headers.get("content-length"), null);
    assertMatch(await response.text(), /^<!doctype html><p>Own<script [^>]* nonce="abc123=="><\/script>$/);
  });
});

Deno.test("createHandler({ dev }) sets the nonce of a policy that the handler adds to every response", async () => {
  const headers = { "content-security-policy": "script-src 'self' 'nonce-r4nd0m'" };
  await withHandler({ pages: BROKEN, headers }, async (handler, { developer }) => {
    assertMatch(await (await handler(get("/", developer))).text(), / nonce="r4nd0m"><\/script>$/);
  });
});

Deno.test("createHandler({ dev }) ends a page that breaks off with the panel; without development it breaks off", async () => {
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(new TextEncoder().encode("<!doctype html><p>one"));
    throw new Error("database gone");
  };
  const render = (): Response =>
    new Response(ReadableStream.from(parts()), { headers: { "content-type": "text/html" } });
  await withHandler({ pages: [pageAt("/", { render })] }, async (handler, { developer }) => {
    assertMatch(await (await handler(get("/", developer))).text(), /^<!doctype html><p>one<script [^>]*><\/script>$/);
    await assertRejects(async () => await (await handler(get("/"))).text(), Error, "database gone");
  });
});

Deno.test("createHandler({ dev }) does not change a response that is not a page", async () => {
  const pages = [
    pageAt("/", { default: () => "Home", greet: action("greet", () => "Hello") }),
    pageAt("/plain", { render: () => new Response("plain") }),
    pageAt("/packed", {
      render: () => new Response("x", { headers: { "content-type": "text/html", "content-encoding": "br" } }),
    }),
  ];
  await withHandler({ pages }, async (handler, { developer }) => {
    assertEquals(await (await handler(get("/plain", developer))).text(), "plain");
    assertEquals(await (await handler(get("/packed", developer))).text(), "x");
    assertNotMatch(await (await handler(call("greet"))).text(), NONE);
    const head = await handler(new Request("http://localhost:8000/", { method: "HEAD", headers: developer }));
    assertEquals(await head.text(), "");
  });
});

Deno.test("createHandler() without dev shows nothing of development mode, even to a browser with its cookie", async () => {
  let cookie = "";
  await withHandler({ pages: BROKEN }, async (_handler, { developer }) => {
    await Promise.resolve();
    ({ cookie } = developer);
  });
  await withHandler({ pages: BROKEN, dev: false }, async (handler, { lines }) => {
    for (const path of ["/", "/broken", "/_hyper/dev.js", "/_hyper/dev"]) {
      const response = await handler(get(path, { cookie, "sec-fetch-site": "same-origin" }));
      assertNotMatch(await response.text(), NONE);
    }
    assertEquals((await handler(get("/_hyper/dev.js", { cookie }))).status, 404);
    await (await handler(call("nothing"))).text();
    assertEquals(lines, []);
  });
});

for (const site of ["cross-site", "same-site"]) {
  Deno.test(`createHandler({ dev }) shows no error and no stream to a ${site} request`, async () => {
    await withHandler({ pages: BROKEN }, async (handler, { developer }) => {
      const headers = { ...developer, "sec-fetch-site": site };
      assertNotMatch(await (await handler(get("/broken", headers))).text(), /secret/);
      for (const path of ["/_hyper/dev.js", "/_hyper/dev"]) {
        assertEquals((await handler(get(path, headers))).status, 404);
      }
    });
  });
}

Deno.test("createHandler({ dev }) hides errors from a page of another origin if the browser sends only Origin", async () => {
  await withHandler({ pages: BROKEN }, async (handler, { developer }) => {
    const response = await handler(get("/_hyper/dev", { ...developer, origin: "http://localhost:9999" }));
    assertEquals(response.status, 404);
    await response.body?.cancel();
  });
});

Deno.test("createHandler({ dev }) serves the panel without caching, for this origin only", async () => {
  await withHandler({ pages: BROKEN }, async (handler, { developer }) => {
    const response = await handler(get("/_hyper/dev.js", { ...developer, "sec-fetch-site": "same-origin" }));
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(response.headers.get("cross-origin-resource-policy"), "same-origin");
    assertStringIncludes(await response.text(), "attachShadow");
  });
});

Deno.test("createHandler({ dev }) sends the panels the server start, and each error with the request ID of its call", async () => {
  const pages = [pageAt("/", { default: () => "Home", fail: action("fail", broken) })];
  await withHandler({ pages }, async (handler, { developer }) => {
    const events = await openStream(handler, developer);
    const hello = await events.next();
    assertEquals(hello.event, "hello");
    assertMatch(String(hello.data.build), /^[\w-]{36}$/);
    assertEquals(hello.data.failure, null);
    await (await handler(call("fail"))).text();
    const failure = await events.next();
    assertEquals(failure.event, "failure");
    assertEquals(failure.data.requestId, "call-1");
    assertEquals(failure.data.where, "Action fail");
    assertEquals(failure.data.message, `Error: ${SECRET}`);
  });
});

Deno.test("createHandler({ dev }) does not send rejected requests to the panels: they are not server errors", async () => {
  const refuse = action("refuse", () => {
    throw new HyperError(409, "Somebody was faster");
  });
  await withHandler(
    { pages: [pageAt("/", { default: () => "Home", refuse, fail: action("fail", broken) })] },
    async (handler, { developer }) => {
      const events = await openStream(handler, developer);
      await events.next();
      await (await handler(call("refuse"))).text();
      await (await handler(call("fail"))).text();
      assertEquals((await events.next()).data.where, "Action fail");
    },
  );
});

Deno.test("createHandler({ dev }) sends the panels each changed static file, and stops watching when the last one closes", async () => {
  const baseDir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${baseDir}/static/css`, { recursive: true });
    await withHandler({ pages: BROKEN, baseDir }, async (handler, { developer }) => {
      const events = await openStream(handler, developer);
      await events.next();
      await Deno.writeTextFile(`${baseDir}/static/css/my site.css`, "p {}");
      const { event, data } = await events.next();
      assertEquals(event, "file");
      assertEquals(data.path, "/css/my%20site.css");
      await events.cancel();
    });
  } finally {
    await Deno.remove(baseDir, { recursive: true });
  }
});

Deno.test("createHandler({ dev }) closes the streams of its panels on close(), and rejects new ones", async () => {
  await withHandler({ pages: BROKEN }, async (handler, { developer }) => {
    const events = await openStream(handler, developer);
    await events.next();
    await handler.close();
    await assertRejects(() => events.next(), Error, "has ended");
    assertEquals((await handler(get("/_hyper/dev", { ...developer, "sec-fetch-site": "same-origin" }))).status, 503);
  });
});

Deno.test("createHandler({ dev }) disconnects a panel that does not read", async () => {
  const fail = action("fail", broken);
  await withHandler({ pages: [pageAt("/", { default: () => "Home", fail })] }, async (handler, { developer }) => {
    const response = await handler(get("/_hyper/dev", { ...developer, "sec-fetch-site": "same-origin" }));
    const reading = await openStream(handler, developer);
    await reading.next();
    for (let times = 0; times < 110; times++) {
      await (await handler(call("fail"))).text();
      await reading.next();
    }
    // Its waiting events can still be read.
    const text = await response.text();
    assertEquals(text.match(/^event: failure$/gm)?.length, 101);
  });
});

Deno.test("createHandler({ dev }) shows on every page why the application did not start, and keeps running", async () => {
  const pages = [pageAt("/", { nothing: 1 })];
  await withHandler({ pages }, async (handler, { developer }) => {
    await assertRejects(() => handler.ready, TypeError);
    const response = await handler(get("/", developer));
    assertEquals(response.status, 500);
    const text = await response.text();
    assertStringIncludes(text, "The application did not start");
    assertStringIncludes(text, "/_hyper/dev.js");
    const hidden = await handler(get("/"));
    assertEquals(hidden.status, 500);
    assertNotMatch(await hidden.text(), /TypeError|dev\.js/);
    await assertRejects(() => handler(get("/", { "sec-fetch-site": "cross-site" })), TypeError);
    // A page that is still open needs the parts of the runtime.
    const script = await handler(get("/_hyper/client.js"));
    assertEquals([script.status, script.headers.get("content-type")], [200, "text/javascript; charset=utf-8"]);
    await script.body?.cancel();
    const events = await openStream(handler, developer);
    const { data } = await events.next();
    // deno-lint-ignore no-explicit-any -- the result of JSON.parse()
    assertMatch(String((data.failure as any).message), /^TypeError: /);
  });
});

Deno.test("createHandler({ dev }) reports the result of the start to a panel that connects during it", async () => {
  const { promise, reject } = Promise.withResolvers<Record<string, unknown>>();
  await withHandler({ pages: [{ path: "/", load: () => promise }] }, async (handler, { developer }) => {
    const events = await openStream(handler, developer);
    const hello = events.next();
    reject(new SyntaxError("Expression expected"));
    // deno-lint-ignore no-explicit-any -- the result of JSON.parse()
    assertMatch(String(((await hello).data.failure as any).message), /Expression expected/);
    await events.cancel();
  });
});

Deno.test("createHandler({ dev }) logs a line for each action, and none for a page", async () => {
  const form = defineForm("note", {
    fields: { title: field.text({ required: true }), due: field.date({ required: true }) },
  });
  const pages = [pageAt("/", {
    default: () => "Home",
    add: action("add", () => toast("Added")),
    save: action("save", { form }, () => {}),
    fail: action("fail", broken),
    guarded: action("guarded", { guard: () => false }, () => {}),
  })];
  await withHandler({ pages }, async (handler, { lines }) => {
    const send = async (request: Request): Promise<string> => {
      await (await handler(request)).text();
      return (lines.at(-1) ?? "").replace(/ms=\d+\.\d/, "ms=N");
    };
    assertEquals(
      await send(call("add", { "x-hyper-lane": "add%3A%23list" })),
      "action=add outcome=success status=200 lane=add:#list ms=N issues=- id=call-1",
    );
    assertEquals(await send(call("add")), "action=add outcome=repeat status=200 lane=- ms=N issues=- id=call-1");
    assertEquals(
      await send(call("save")),
      "action=save outcome=invalid status=422 lane=- ms=N issues=title,due id=call-1",
    );
    assertEquals(await send(call("fail")), "action=fail outcome=failed status=500 lane=- ms=N issues=- id=call-1");
    assertEquals(
      await send(call("guarded")),
      "action=guarded outcome=refused status=403 lane=- ms=N issues=- id=call-1",
    );
    assertEquals(await send(call("gone")), "action=gone outcome=refused status=404 lane=- ms=N issues=- id=call-1");
    assertEquals(
      await send(call("add", { "sec-fetch-site": "cross-site" })),
      "action=add outcome=refused status=403 lane=- ms=N issues=- id=call-1",
    );
    const count = lines.length;
    await send(get("/"));
    assertEquals(lines.length, count);
  });
});

Deno.test("createHandler({ dev }) logs two lines for a stream, the second with its duration and events", async () => {
  const count = action("count", { method: "GET" }, async function* () {
    yield toast("1");
    await Promise.resolve();
    yield toast("2");
  });
  await withHandler({ pages: [pageAt("/", { default: () => "Home", count })] }, async (handler, { lines }) => {
    const request = new Request("http://localhost:8000/", {
      headers: { "x-hyper-action": "count", "x-hyper-request-id": "s-1", accept: "text/event-stream" },
    });
    await (await handler(request)).text();
    assertEquals(lines.map((line) => line.replace(/ms=\d+\.\d/, "ms=N")), [
      "action=count outcome=stream status=200 lane=- ms=N issues=- id=s-1",
      "action=count outcome=ended status=200 lane=- ms=N issues=- events=2 id=s-1",
    ]);
  });
});

Deno.test("createHandler() enables development mode only if HYPER_DEV is 1", async () => {
  using written = recordConsole();
  try {
    const first = createHandler({ baseDir: null, pages: BROKEN, dev: true });
    await untilLink(written.links);
    const developer = await openLink(first, written.links);
    await first.close();
    for (const [value, shows] of [["1", true], ["0", false], ["true", false], ["", false]] as const) {
      Deno.env.set("HYPER_DEV", value);
      const handler = createHandler({ baseDir: null, pages: BROKEN });
      assertEquals((await (await handler(get("/", developer))).text()).includes("dev.js"), shows, value);
      await handler.close();
    }
    Deno.env.set("HYPER_DEV", "1");
    const handler = createHandler({ baseDir: null, pages: BROKEN, dev: false });
    assertNotMatch(await (await handler(get("/", developer))).text(), NONE);
    await handler.close();
  } finally {
    Deno.env.delete("HYPER_DEV");
  }
});

interface DevEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The stream of a panel. */
async function openStream(
  handler: (request: Request) => Promise<Response>,
  developer: Developer,
): Promise<{ next(): Promise<DevEvent>; cancel(): Promise<void> }> {
  const response = await handler(get("/_hyper/dev", { ...developer, "sec-fetch-site": "same-origin" }));
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next() {
      while (!text.includes("\n\n")) {
        const { done, value } = await withinTime(reader.read());
        if (done) throw new Error(`The stream has ended after: ${text}`);
        text += value;
      }
      const [frame = "", ...rest] = text.split("\n\n");
      text = rest.join("\n\n");
      const [, event = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(frame) ?? [];
      return { event, data: JSON.parse(data) };
    },
    cancel: () => reader.cancel(),
  };
}
