/** Regions that are loaded after their page: what the server sends to clients that run scripts, and to all others. */
import { assertEquals, assertFalse, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { createHandler, region } from "@hyper/actions";
import type { RegionOptions } from "@hyper/actions";

const SCRIPTS = "hyper_scripts=1";
const CHROMIUM = { "sec-ch-ua": '"Chromium";v="153"', "sec-fetch-mode": "navigate" };

/** An application with a region that waits for its data. */
function slowApp(options: Partial<RegionOptions> = {}) {
  const data = Promise.withResolvers<string>();
  let renders = 0;
  const Slow = region("slow", {
    depends: "slow",
    load: "lazy",
    fallback: () => <ul class="wait">Loading</ul>,
    ...options,
  }, async () => {
    renders++;
    return <ul>{await data.promise}</ul>;
  });
  const Page = () => (
    <main>
      <Slow />
      <footer>End</footer>
    </main>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/[...rest]", load: () => Promise.resolve({ default: Page, Slow }) }],
  });
  const get = (headers: Record<string, string> = {}, path = "/list?q=a") =>
    handler(new Request(`http://localhost${path}`, { headers }));
  return { handler, get, data, renders: () => renders };
}

/** Returns HTML without what is different on each run. */
function plain(html: string): string {
  return html.replaceAll(/ data-hyper-(?:place|region)="[^"]*"/g, "");
}

Deno.test("region() with load is in the page for a client that is not known to run scripts", async () => {
  const { handler, get, data } = slowApp();
  data.resolve("Ready");
  const response = await get();
  const html = await response.text();
  assertStringIncludes(plain(html), '<main><ul data-hyper-load="done">Ready</ul><footer>');
  assertFalse(html.includes("<noscript>"));
  assertMatch(response.headers.get("vary") ?? "", /Cookie/);
  await handler.close();
});

Deno.test("region() with load is not rendered with its page where scripts run, and a request for it gets it", async () => {
  const { handler, get, data, renders } = slowApp();
  const html = await (await get({ cookie: SCRIPTS })).text();
  assertStringIncludes(plain(html), '<main><ul data-hyper-load="lazy" class="wait">Loading</ul><footer>');
  assertStringIncludes(
    html,
    '<noscript><meta http-equiv="refresh" content="0;url=/list?q=a&amp;_hyper_scripts_off="/></noscript>',
  );
  assertEquals(renders(), 0);
  data.resolve("Ready");
  const [, reference = ""] = html.match(/data-hyper-region="([^"]*)"/) ?? [];
  const asked = await handler(
    new Request(`http://localhost/list?regions=${encodeURIComponent(reference)}`, {
      method: "POST",
      headers: { "x-hyper-action": "hyper:regions", accept: "text/event-stream", cookie: SCRIPTS },
    }),
  );
  assertStringIncludes(await asked.text(), 'data-hyper-load=\\"done\\">Ready</ul>');
  await handler.close();
});

Deno.test("region() with load is in the page again after scripts were turned off, and the cookie is deleted", async () => {
  const { handler, get, data } = slowApp();
  data.resolve("Ready");
  const response = await get({ cookie: SCRIPTS }, "/list?q=a&_hyper_scripts_off=");
  const html = await response.text();
  assertStringIncludes(html, "Ready</ul>");
  // It would lead to this page for ever.
  assertFalse(html.includes("<noscript>"));
  assertMatch(response.headers.get("set-cookie") ?? "", /^hyper_scripts=;.*Max-Age=0/);
  assertEquals((await get({}, "/list?_hyper_scripts_off=")).headers.get("set-cookie"), null);
  await handler.close();
});

Deno.test("region() with load follows the page without scripts, in a browser that inserts templates", async () => {
  const { handler, get, data } = slowApp();
  const reader = (await get(CHROMIUM)).body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  assertMatch(
    plain(first?.value ?? ""),
    /<\?start name="[^"]*"><ul data-hyper-load="lazy" class="wait">Loading<\/ul><\?end><footer>/,
  );
  data.resolve("Ready");
  let rest = "";
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) rest += part.value;
  assertMatch(plain(rest), /<template for="[^"]*"><ul data-hyper-load="done">Ready<\/ul><\/template>/);
  await handler.close();
});

Deno.test("region() with load in a URL that begins with two slashes does not lead to another host", async () => {
  const { handler, get, data } = slowApp();
  data.resolve("Ready");
  const response = await get({ cookie: SCRIPTS }, "//evil.test/list");
  assertFalse(/url=\/\//.test(await response.text()));
  await handler.close();
});

Deno.test("an application without such regions does not vary by the cookie", async () => {
  const Plain = region("plain", { depends: "plain" }, () => <p>Plain</p>);
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Plain />, Plain }) }],
  });
  const response = await handler(new Request("http://localhost/", { headers: { cookie: SCRIPTS } }));
  assertFalse(/cookie/i.test(response.headers.get("vary") ?? ""));
  assertFalse(/noscript|data-hyper-load/.test(await response.text()));
  await handler.close();
});

const invalid: readonly [string, Partial<RegionOptions>, RegExp][] = [
  ["another time", { load: "later" as "lazy" }, /load is "later"; use "lazy" or "visible"/],
  ["visible without a fallback", { load: "visible" }, /has no fallback; pass one/],
  ["a fallback alone", { fallback: () => <p /> }, /never shown; set load/],
];
for (const [name, options, message] of invalid) {
  Deno.test(`region() throws for load: ${name}`, () => {
    assertMatch(
      assertThrows(() => region("slow", { depends: "slow", ...options }, () => null), TypeError).message,
      message,
    );
  });
}
