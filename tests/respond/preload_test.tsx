/** `Link` with the files that a page needs. */
import { action, type PageContext, redirect } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import { preloadHeader } from "../../src/respond/preload.ts";
import { App } from "../support/app.tsx";

const RUNTIME = "</_hyper/client.js>; rel=modulepreload";

for (
  const [head, link] of [
    [`<link rel="stylesheet" href="/a.css">`, "</a.css>; rel=preload; as=style"],
    [`<link href="/a.css?v=1&amp;w=2" rel="stylesheet"/>`, "</a.css?v=1&w=2>; rel=preload; as=style"],
    [`<link rel="stylesheet" href="/a.css"><link rel="stylesheet" href="/a.css">`, "</a.css>; rel=preload; as=style"],
    [`<script async type="module" src="/_hyper/client.js" data-hyper-late="x"></script>`, RUNTIME],
    // Loaded in another way, or not at all.
    [`<link rel="stylesheet" href="/a.css" media="print">`, null],
    [`<link rel="stylesheet" href="/a.css" nonce="abc">`, null],
    [`<link rel="stylesheet" href="/a.css" integrity="sha256-x" crossorigin="">`, null],
    [`<link rel="alternate stylesheet" href="/a.css">`, null],
    [`<link rel="icon" href="/a.png">`, null],
    [`<script src="/a.js"></script>`, null],
    [`<script type="module" src="/a.js" nonce="abc"></script>`, null],
    // Elsewhere.
    [`<link rel="stylesheet" href="//other.test/a.css">`, null],
    [`<link rel="stylesheet" href="https://other.test/a.css">`, null],
    [`<link rel="stylesheet" href="a.css">`, null],
    // Text that would end the URL.
    [`<link rel="stylesheet" href="/a.css&gt;; rel=preload, </b.css">`, null],
    [`<link rel="stylesheet" href="/ä.css">`, null],
  ] as const
) {
  Deno.test(`preloadHeader() of ${head} is ${link}`, () => {
    assertEquals(preloadHeader(`<!DOCTYPE html><html><head>${head}</head><body></body></html>`).link ?? null, link);
  });
}

Deno.test("preloadHeader() ignores what is after the head, and names 8 files at most", () => {
  const sheet = (name: string) => `<link rel="stylesheet" href="/${name}.css">`;
  assertEquals(preloadHeader(`<head></head><body>${sheet("a")}</body>`), {});
  assertEquals(preloadHeader(sheet("a")), {});
  const many = Array.from({ length: 20 }, (_, index) => sheet(`s${index}`)).join("");
  assertEquals(preloadHeader(`<head>${many}</head>`).link?.split(", ").length, 8);
});

Deno.test("the response of a page names its style sheets and the runtime; redirects, fragments, data and failures do not", async () => {
  const save = action("save", () => ({ saved: true }));
  const go = action("go", () => redirect("/"));
  await using app = new App({
    "/": { default: () => <p>page</p>, save, go, head: <link rel="stylesheet" href="/style.css" /> },
    "/own": { render: withOwnLink },
  });
  const linkOf = async (path: string, init: RequestInit = {}) => {
    const response = await app.request(path, init);
    await response.body?.cancel();
    return [response.status, response.headers.get("link")];
  };
  const post = (action: string, accept: string) => ({
    method: "POST",
    headers: { "x-hyper-action": action, accept, origin: "http://localhost", "sec-fetch-site": "same-origin" },
  });
  const both = `</style.css>; rel=preload; as=style, ${RUNTIME}`;
  assertEquals(await linkOf("/"), [200, both]);
  assertEquals(await linkOf("/", { method: "HEAD" }), [200, both]);
  assertEquals(await linkOf("/own"), [200, "</other>; rel=next"]);
  assertEquals(await linkOf("/missing"), [404, null]);
  assertEquals(await linkOf("/", post("save", "application/json")), [200, null]);
  assertEquals(await linkOf("/", post("save", "text/event-stream")), [200, null]);
  assertEquals(await linkOf("/", post("go", "text/html")), [303, null]);
});

function withOwnLink({ response }: PageContext) {
  response.headers.set("link", "</other>; rel=next");
  return <p>own</p>;
}
