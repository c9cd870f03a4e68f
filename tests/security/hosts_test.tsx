/** A13, T28: a host that is not in the option `allowedHosts` is rejected before the request is read. */
import { assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { action, createHandler, formActionUrl, type HandlerOptions } from "../../mod.ts";
import { createTestClient } from "../../src/testing/mod.ts";

/** An application that records every part that was reached. */
async function withReached(
  options: HandlerOptions,
  use: (
    send: (url: string, init?: RequestInit) => Promise<{ readonly status: number; readonly text: string }>,
    reached: string[],
  ) => Promise<void>,
): Promise<void> {
  const baseDir = await Deno.makeTempDir();
  await Deno.mkdir(join(baseDir, "static"));
  await Deno.writeTextFile(join(baseDir, "static/site.css"), "p {}");
  const reached: string[] = [];
  const save = action("save", { guard: () => void reached.push("guard") }, () => void reached.push("handler"));
  const watch = action("watch", { method: "GET" }, () => void reached.push("stream"));
  const Page = () => {
    reached.push("page");
    return "Home";
  };
  const handler = createHandler({
    baseDir,
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, save, watch }) }],
    ...options,
  });
  try {
    await use(async (url, init) => {
      const request = new Request(url, init);
      if (!request.headers.has("host")) request.headers.set("host", new URL(url).host);
      const response = await handler(request);
      return { status: response.status, text: await response.text() };
    }, reached);
  } finally {
    await handler.close();
    await Deno.remove(baseDir, { recursive: true });
  }
}

const NAMED = { allowedHosts: ["site.test", "*.site.test"] };
const TARGETS: readonly (readonly [path: string, init: RequestInit])[] = [
  ["/", {}],
  ["/", { method: "HEAD" }],
  ["/", { method: "OPTIONS" }],
  ["/site.css", {}],
  ["/_hyper/client.js", {}],
  ["/nowhere", {}],
  ["/?_action=watch", { headers: { accept: "text/event-stream" } }],
  ["/?_action=save", { method: "POST" }],
  ["/", { method: "POST", headers: { "x-hyper-action": "save" } }],
  ["/", { method: "POST", body: new URLSearchParams({ _action: "save" }) }],
  [formActionUrl("save"), { method: "POST" }],
];

Deno.test("A13: with the option hosts, a request with Host: evil.test and the matching Origin is rejected", async () => {
  await withReached(NAMED, async (send, reached) => {
    for (const [path, init] of TARGETS) {
      const headers = new Headers(init.headers);
      headers.set("origin", "http://evil.test");
      const { status, text } = await send(`http://evil.test${path}`, { ...init, headers });
      assertEquals([status, reached], [421, []], path);
      assertNotMatch(text, /evil\.test|site\.test/);
    }
  });
});

Deno.test("A13: every URL is served under each host of the option hosts", async () => {
  await withReached(NAMED, async (send) => {
    for (const [path, init] of TARGETS) {
      const statuses = new Set<number>();
      for (const host of ["site.test", "SITE.test.", "www.site.test:8443"]) {
        statuses.add((await send(`http://${host}${path}`, init)).status);
      }
      assertEquals([statuses.size, statuses.has(421)], [1, false], path);
    }
  });
});

Deno.test("A13: without the option hosts, any host is accepted in production", async () => {
  await withReached({}, async (send) => {
    assertEquals((await send("http://evil.test/")).status, 200);
  });
});

Deno.test("A13: in development mode only names of this machine are allowed, and the error explains the option", async () => {
  await withReached({ dev: true }, async (send, reached) => {
    for (const host of ["localhost:8000", "127.0.0.1", "[::1]:8000", "app.localhost", "0.0.0.0:8000"]) {
      assertEquals((await send(`http://${host}/`)).status, 200, host);
    }
    reached.length = 0;
    const { status, text } = await send("http://evil.test:8000/", { headers: { accept: "text/html" } });
    assertEquals([status, reached], [421, []]);
    assertStringIncludes(text, "evil.test:8000");
    assertStringIncludes(text, "allowedHosts");
  });
});

Deno.test("A13: behind a trusted proxy, the host that the client requested is checked", async () => {
  await withReached({ ...NAMED, crossOrigin: { trustProxy: true } }, async (send) => {
    const at = async (host: string, forwarded?: string): Promise<number> => {
      const headers = forwarded === undefined ? {} : { "x-forwarded-host": forwarded };
      return (await send(`http://${host}/`, { headers })).status;
    };
    assertEquals(await at("127.0.0.1:8000", "site.test"), 200);
    assertEquals(await at("127.0.0.1:8000", "evil.test"), 421);
    assertEquals(await at("site.test", "evil.test"), 421);
    // Sent by a client, through a proxy that adds its own value.
    assertEquals(await at("site.test", "site.test, evil.test"), 421);
    assertEquals(await at("site.test", "evil.test, site.test"), 200);
    // Without a forwarded host, `Host` is used.
    assertEquals(await at("site.test"), 200);
    assertEquals(await at("127.0.0.1:8000"), 421);
    assertEquals(await at("127.0.0.1:8000", "site.test/"), 421);
  });
  await withReached(NAMED, async (send) => {
    assertEquals((await send("http://evil.test/", { headers: { "x-forwarded-host": "site.test" } })).status, 421);
  });
});

Deno.test("T28: in development, a page under a foreign host cannot get access with a forwarded header", async () => {
  for (const options of [{}, { allowedHosts: ["localhost"] }]) {
    await withReached({ dev: true, crossOrigin: { trustProxy: true }, ...options }, async (send, reached) => {
      const { status } = await send("http://evil.test:8000/", { headers: { "x-forwarded-host": "localhost" } });
      assertEquals([status, reached], [421, []]);
      const { text } = await send("http://localhost/", { headers: { "x-forwarded-host": "evil.test" } });
      assertStringIncludes(text, "allowedHosts: [&quot;evil.test&quot;]");
      const names = { "x-forwarded-host": "app.localhost, localhost" };
      assertEquals((await send("http://localhost:8000/", { headers: names })).status, 200);
    });
  }
});

Deno.test("A13: createHandler() rejects invalid hosts", () => {
  for (const allowedHosts of [[], ["https://example.com"], ["*"]]) {
    let message = "";
    try {
      createHandler({ pages: [], allowedHosts });
    } catch (error) {
      message = String(error);
    }
    assertStringIncludes(message, "TypeError: Cannot allow host");
  }
});

Deno.test("A13: the test client can use an application in development, and one with the option hosts, by its origin", async () => {
  const pages = [{ path: "/", load: () => Promise.resolve({ default: () => <h1>Home</h1> }) }];
  for (
    const [options, origin] of [
      [{ dev: true }, undefined],
      [{}, undefined],
      [{ allowedHosts: ["example.com"] }, "https://example.com"],
    ] as const
  ) {
    const handler = createHandler({ baseDir: null, pages, ...options });
    await using client = createTestClient(handler, origin === undefined ? {} : { origin });
    assertEquals((await client.open("/")).status, 200);
  }
});
