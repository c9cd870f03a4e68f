import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { createStaticFiles } from "../../src/pages/static_files.ts";
import { withApp } from "./temp_app.ts";

const FILES = {
  "secret.txt": "secret",
  "static/style.css": "body { margin: 0 }",
  "static/a b/ü.txt": "text",
  "static/empty.txt": "",
  "static/.env": "KEY=1",
  "static/.well-known/x.txt": "x",
  "static/folder/index.html": "<h1>Hi</h1>",
  "static/100%.txt": "percent",
  "static/no-extension": "x",
};

async function get(
  dir: string,
  path: string,
  init: RequestInit = {},
): Promise<{ response: Response | null; text: string }> {
  const request = new Request(`http://site.test${path}`, init);
  const response = await createStaticFiles(join(dir, "static"))(request, new URL(request.url));
  return { response, text: await response?.text() ?? "" };
}

Deno.test("createStaticFiles() serves a file with its type, length, validators, and nosniff", async () => {
  await withApp(FILES, async (dir) => {
    const { response, text } = await get(dir, "/style.css?v=2");
    assert(response !== null);
    assertEquals([response.status, text], [200, "body { margin: 0 }"]);
    assertMatch(response.headers.get("content-type") ?? "", /^text\/css/);
    assertEquals(response.headers.get("content-length"), "18");
    assertMatch(response.headers.get("etag") ?? "", /^W\/".+"$/);
    assert(response.headers.has("last-modified"));
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(response.headers.get("server"), null);
  });
});

for (
  const [path, text] of [
    ["/a%20b/%C3%BC.txt", "text"],
    ["/a b/ü.txt", "text"],
    ["/100%25.txt", "percent"],
    ["/empty.txt", ""],
    ["/no-extension", "x"],
    ["/folder/index.html", "<h1>Hi</h1>"],
    ["/folder/../style.css", "body { margin: 0 }"],
  ] as const
) {
  Deno.test(`createStaticFiles() serves ${path}`, async () => {
    await withApp(FILES, async (dir) => {
      const found = await get(dir, path);
      assertEquals([found.response?.status, found.text], [200, text]);
    });
  });
}

for (
  const path of [
    "/",
    "/gone.txt",
    "/folder",
    "/folder/",
    "/style.css/",
    "/style.css/x",
    "//style.css",
    "/.env",
    "/.well-known/x.txt",
    "/%2eenv",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/folder%2findex.html",
    "/folder%5cindex.html",
    "/..%5c..%5csecret.txt",
    "/style.css%00",
    "/%00",
    "/%0a",
    "/%7f",
    "/%E0%A4%A",
    "/%252e%252e/secret.txt",
    "/100%2525.txt",
    `/${"a".repeat(5000)}`,
  ]
) {
  Deno.test(`createStaticFiles() returns null for ${path.slice(0, 40)}`, async () => {
    await withApp(FILES, async (dir) => {
      assertEquals((await get(dir, path)).response, null);
    });
  });
}

Deno.test("createStaticFiles() responds to OPTIONS with Allow, to other methods with 405, and only for files that exist", async () => {
  await withApp(FILES, async (dir) => {
    for (
      const [method, status, allow] of [
        ["OPTIONS", 204, "GET, HEAD, OPTIONS"],
        ["POST", 405, "GET, HEAD"],
        ["PUT", 405, "GET, HEAD"],
        ["DELETE", 405, "GET, HEAD"],
      ] as const
    ) {
      const { response, text } = await get(dir, "/style.css", { method });
      assertEquals([response?.status, response?.headers.get("allow"), text], [status, allow, ""], method);
      assertEquals((await get(dir, "/nowhere.css", { method })).response, null, method);
    }
  });
});

Deno.test("createStaticFiles() returns null if there is no folder", async () => {
  await withApp({ "main.ts": "" }, async (dir) => {
    assertEquals((await get(dir, "/style.css")).response, null);
  });
});

Deno.test("createStaticFiles() responds to HEAD with the headers only", async () => {
  await withApp(FILES, async (dir) => {
    const { response, text } = await get(dir, "/style.css", { method: "HEAD" });
    assertEquals([response?.status, response?.headers.get("content-length"), text], [200, "18", ""]);
  });
});

Deno.test("createStaticFiles() evaluates preconditions, in the order of RFC 9110, 13.2.2", async () => {
  await withApp(FILES, async (dir) => {
    const { response } = await get(dir, "/style.css");
    const etag = response?.headers.get("etag") ?? "";
    const modified = response?.headers.get("last-modified") ?? "";
    const before = "Thu, 01 Jan 1970 00:00:00 GMT";
    const after = "Fri, 01 Jan 2100 00:00:00 GMT";
    const range = "bytes=0-3";
    const table: readonly (readonly [Record<string, string>, get: number, head: number])[] = [
      [{ range }, 206, 200],
      [{ range, "if-range": modified }, 206, 200],
      [{ range, "if-range": before }, 200, 200],
      [{ range, "if-range": after }, 200, 200],
      [{ range, "if-range": "yesterday" }, 200, 200],
      [{ range, "if-range": '"other"' }, 200, 200],
      // A weak validator never matches.
      [{ range, "if-range": etag }, 200, 200],
      [{ "if-range": '"other"' }, 200, 200],
      [{ "if-match": "*" }, 200, 200],
      [{ "if-match": '"other"' }, 412, 412],
      [{ "if-match": '"other"', "if-none-match": etag }, 412, 412],
      [{ "if-unmodified-since": before }, 412, 412],
      [{ "if-unmodified-since": modified }, 200, 200],
      [{ "if-unmodified-since": "yesterday" }, 200, 200],
      [{ "if-match": "*", "if-unmodified-since": before }, 200, 200],
      [{ "if-none-match": etag, range }, 304, 304],
      [{ "if-none-match": etag.replace("W/", "") }, 304, 304],
      [{ "if-none-match": `"a,b", ${etag}` }, 304, 304],
      [{ "if-none-match": "*" }, 304, 304],
      [{ "if-none-match": '"other"', "if-modified-since": after }, 200, 200],
      [{ "if-modified-since": modified }, 304, 304],
      [{ "if-modified-since": before }, 200, 200],
    ];
    for (const [headers, ...statuses] of table) {
      for (const [index, method] of ["GET", "HEAD"].entries()) {
        const { response, text } = await get(dir, "/style.css", { method, headers });
        const what = `${method} ${JSON.stringify(headers)}`;
        assertEquals(response?.status, statuses[index], what);
        const length = response?.status === 200 ? 18 : response?.status === 206 ? 4 : 0;
        assertEquals(text.length, method === "HEAD" ? 0 : length, what);
        assertEquals(response?.headers.get("x-content-type-options"), "nosniff");
      }
    }
  });
});

Deno.test("createStaticFiles() responds with 304 to its own validators", async () => {
  await withApp(FILES, async (dir) => {
    const { response } = await get(dir, "/style.css");
    const etag = response?.headers.get("etag") ?? "";
    const modified = response?.headers.get("last-modified") ?? "";
    for (const headers of [{ "if-none-match": etag }, { "if-modified-since": modified }]) {
      const again = await get(dir, "/style.css", { headers });
      assertEquals([again.response?.status, again.text], [304, ""]);
    }
    const other = await get(dir, "/style.css", { headers: { "if-none-match": '"other"' } });
    assertEquals(other.response?.status, 200);
  });
});

for (
  const [range, status, text, contentRange] of [
    ["bytes=0-3", 206, "body", "bytes 0-3/18"],
    ["bytes=-1", 206, "}", "bytes 17-17/18"],
    ["bytes=17-99", 206, "}", "bytes 17-17/18"],
    ["bytes=18-", 416, "Range Not Satisfiable", "bytes */18"],
    ["lines=1", 200, "body { margin: 0 }", null],
  ] as const
) {
  Deno.test(`createStaticFiles() responds to the range ${range} with ${status}`, async () => {
    await withApp(FILES, async (dir) => {
      const found = await get(dir, "/style.css", { headers: { range } });
      assertEquals([found.response?.status, found.text], [status, text]);
      assertEquals(found.response?.headers.get("content-range"), contentRange);
    });
  });
}

Deno.test({
  name: "createStaticFiles() follows links inside the folder only",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp({ ...FILES, "static-2/x.txt": "neighbour" }, async (dir) => {
      const link = (target: string, name: string): Promise<void> =>
        Deno.symlink(join(dir, target), join(dir, "static", name));
      await link("static/style.css", "same.css");
      await link("static/style.css", ".hidden.css");
      await link("secret.txt", "out.txt");
      await link("static-2", "neighbour");
      await link("static/.env", "shown.txt");
      await link("static/loop", "loop");
      assertEquals((await get(dir, "/same.css")).text, "body { margin: 0 }");
      for (const path of ["/.hidden.css", "/out.txt", "/neighbour/x.txt", "/shown.txt", "/loop"]) {
        assertEquals((await get(dir, path)).response, null, path);
      }
    });
  },
});
