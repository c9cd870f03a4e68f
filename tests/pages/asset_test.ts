import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { FakeTime } from "@std/testing/time";
import { asset, createHandler, type Handler } from "@hyper/actions";
import { withApp } from "./temp_app.ts";

const FOREVER = "public, max-age=31536000, immutable";
const FILES = {
  "static/style.css": "h1 { color: red }",
  "static/a b/ü.txt": "text",
  "static/.env": "KEY=1",
  "x.txt": "x",
};

/** Runs with the handler of an application that has these files. */
async function withHandler(
  files: Readonly<Record<string, string>>,
  run: (handler: Handler, dir: string) => Promise<void>,
): Promise<void> {
  await withApp(files, async (dir) => {
    const handler = createHandler({ baseDir: dir, pages: [] });
    await handler.ready;
    await run(handler, dir);
    await handler.close();
  });
}

/** Requests a path. */
async function get(handler: Handler, path: string, init: RequestInit = {}) {
  const response = await handler(new Request(`http://site.test${path}`, init));
  return {
    status: response.status,
    cache: response.headers.get("cache-control"),
    text: await response.text(),
    headers: response.headers,
  };
}

Deno.test("a file under the fingerprint of its content is cached forever", async () => {
  await withHandler(FILES, async (handler) => {
    const url = asset("/style.css");
    assertMatch(url, /^\/style\.[0-9a-f]{12}\.css$/);
    const { status, cache, text, headers } = await get(handler, url);
    assertEquals([status, cache, text], [200, FOREVER, FILES["static/style.css"]]);
    assertMatch(headers.get("content-type") ?? "", /^text\/css/);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
  });
});

Deno.test("a fingerprint of a file holds for HEAD, ranges and revalidation, and not for errors", async () => {
  await withHandler(FILES, async (handler) => {
    const url = asset("/style.css");
    const etag = (await get(handler, url)).headers.get("etag") ?? "";
    const table: readonly (readonly [RequestInit, number, string])[] = [
      [{ method: "HEAD" }, 200, FOREVER],
      [{ headers: { range: "bytes=0-1" } }, 206, FOREVER],
      [{ headers: { "if-none-match": etag } }, 304, FOREVER],
      [{ headers: { range: "bytes=99-" } }, 416, "no-cache"],
      [{ headers: { "if-match": '"other"' } }, 412, "no-cache"],
    ];
    for (const [init, status, cache] of table) {
      const found = await get(handler, url, init);
      assertEquals([found.status, found.cache], [status, cache], JSON.stringify(init));
    }
  });
});

Deno.test("a file without a fingerprint is revalidated each time", async () => {
  await withHandler(FILES, async (handler) => {
    const { status, cache, headers } = await get(handler, "/style.css");
    assertEquals([status, cache], [200, "no-cache"]);
    const again = await get(handler, "/style.css", { headers: { "if-none-match": headers.get("etag") ?? "" } });
    assertEquals([again.status, again.cache], [304, "no-cache"]);
  });
});

Deno.test("a wrong fingerprint of a known file gets the current bytes, which are not cached forever", async () => {
  await withHandler(FILES, async (handler) => {
    const { status, cache, text } = await get(handler, "/style.000000000000.css");
    assertEquals([status, cache, text], [200, "no-cache", FILES["static/style.css"]]);
  });
});

for (
  const path of [
    "/gone.000000000000.css",
    "/.000000000000.env",
    "/.env.000000000000",
    "/style.000000000000",
    "/style.000000000000.js",
    "/style.css/x.000000000000.css",
    "/%2e%2e/x.000000000000.txt",
    "/a b.000000000000",
  ]
) {
  Deno.test(`a fingerprint of what is not a file is a 404: ${path}`, async () => {
    await withHandler(FILES, async (handler) => {
      assertEquals((await get(handler, path)).status, 404);
    });
  });
}

Deno.test("a file whose own name looks like a fingerprint is served by that name", async () => {
  await withHandler({ "static/style.css": "new", "static/style.000000000000.css": "own" }, async (handler) => {
    const { cache, text } = await get(handler, "/style.000000000000.css");
    assertEquals([cache, text], ["no-cache", "own"]);
  });
});

Deno.test("asset() keeps query and fragment, and encodes the path", async () => {
  await withHandler(FILES, async (handler) => {
    assertMatch(asset("/style.css?a=1#b"), /^\/style\.[0-9a-f]{12}\.css\?a=1#b$/);
    const url = asset("/a b/ü.txt");
    assertMatch(url, /^\/a%20b\/%C3%BC\.[0-9a-f]{12}\.txt$/);
    assertEquals((await get(handler, url)).text, "text");
  });
});

for (
  const path of [
    "style.css",
    "//evil.test/style.css",
    "/\\evil.test/x",
    "https://evil.test/x",
    "",
    "/gone.css",
    "/",
    "/.env",
    "/../x.txt",
    "/%2e%2e/x.txt",
  ]
) {
  Deno.test(`asset("${path}") throws`, async () => {
    await withHandler(FILES, () => {
      assertThrows(() => asset(path), TypeError, `Cannot name asset "${path}"`);
      return Promise.resolve();
    });
  });
}

Deno.test("asset() does not name a file that a link leads to outside static/", async () => {
  await withHandler(FILES, async (_handler, dir) => {
    await Deno.symlink(join(dir, "x.txt"), join(dir, "static/link.txt"));
    assertThrows(() => asset("/link.txt"), TypeError, "static/ has no such file");
  });
});

Deno.test("after a deployment, a page of yesterday gets the files of today, and a restart names the new ones", async () => {
  await withHandler(FILES, async (handler, dir) => {
    const old = asset("/style.css");
    await Deno.writeTextFile(join(dir, "static/style.css"), "h1 { color: green }");
    const restarted = createHandler({ baseDir: dir, pages: [] });
    await restarted.ready;
    const now = asset("/style.css");
    assertNotEquals(now, old);
    for (const each of [handler, restarted]) {
      const { cache, text } = await get(each, old);
      assertEquals([cache, text], ["no-cache", "h1 { color: green }"]);
      assertEquals((await get(each, now)).cache, FOREVER);
    }
    await restarted.close();
  });
});

Deno.test("asset() notices a change within a second, and a file that is removed keeps its URL", async () => {
  await withHandler(FILES, async (_handler, dir) => {
    using time = new FakeTime();
    const old = asset("/style.css");
    await Deno.writeTextFile(join(dir, "static/style.css"), "h1 { color: green }");
    time.tick(1_001);
    const now = asset("/style.css");
    assertNotEquals(now, old);
    await Deno.remove(join(dir, "static/style.css"));
    time.tick(1_001);
    assertEquals(asset("/style.css"), now);
  });
});

Deno.test("a module of a page may name an asset while it is loaded, and a head in its function", async () => {
  await withApp({ "static/style.css": "x" }, async (dir) => {
    const load = () => Promise.resolve({ default: () => asset("/style.css"), head: asset("/style.css?static") });
    const handler = createHandler({ baseDir: dir, pages: [{ path: "/", load }] });
    const { text } = await get(handler, "/");
    assertMatch(text, /\/style\.[0-9a-f]{12}\.css\?static.*<body>\/style\.[0-9a-f]{12}\.css</);
    await handler.close();
  });
});
