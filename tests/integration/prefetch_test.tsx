/** Pages that are requested in advance: they consume no toasts and run no action. */
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { action, toast, Toasts } from "@hyper/actions";
import { App } from "../support/app.tsx";

const PREFETCH = [
  { "sec-purpose": "prefetch" },
  { "sec-purpose": "prefetch;prerender" },
  { "purpose": "prefetch" },
  { "x-hyper-purpose": "prefetch" },
] as const;

for (const purpose of PREFETCH) {
  const how = JSON.stringify(purpose);

  Deno.test(`a prefetched page shows no toast and leaves it to the next page: ${how}`, async () => {
    await using app = new App({ "/": { default: () => <Toasts />, save: action("save", () => toast("Saved")) } });
    const cookie = `hyper_flash=${encodeURIComponent(JSON.stringify([{ message: "Saved" }]))}`;
    const early = await app.request("/", { headers: { cookie, ...purpose } });
    assertNotMatch(await early.text(), /Saved/);
    assertEquals(early.headers.getSetCookie(), []);
    const page = await app.request("/", { headers: { cookie } });
    assertMatch(await page.text(), /Saved/);
    assertMatch(page.headers.getSetCookie().join(), /hyper_flash=;/);
  });

  Deno.test(`a prefetch does not run a GET action, and is not reported: ${how}`, async () => {
    let runs = 0;
    const count = action("count", { method: "GET" }, () => void runs++);
    await using app = new App({ "/": { default: () => <p />, count } });
    const early = await app.request("/?_action=count", { headers: { ...purpose } });
    assertEquals([early.status, early.headers.get("cache-control"), runs], [503, "no-store", 0]);
    await early.body?.cancel();
    await (await app.request("/?_action=count")).body?.cancel();
    assertEquals(runs, 1);
  });
}

Deno.test("a page with hyper-prefetch names the speculation rules, and others do not", async () => {
  await using app = new App({
    "/": { default: () => <nav {...{ "hyper-prefetch": "hover" }} /> },
    "/none": { default: () => <nav /> },
  });
  const page = await app.request("/");
  const path = /^"(\/_hyper\/[^"]+)"$/.exec(page.headers.get("speculation-rules") ?? "")?.[1] ?? "";
  const none = await app.request("/none");
  assertEquals(none.headers.get("speculation-rules"), null);
  const rules = await app.request(path);
  assertEquals([rules.status, rules.headers.get("content-type")], [200, "application/speculationrules+json"]);
  const { prefetch } = await rules.json();
  assertEquals(prefetch.map(({ eagerness }: { readonly eagerness: string }) => eagerness), ["moderate", "eager"]);
  assertEquals((await app.request(path, { method: "OPTIONS" })).headers.get("allow"), "GET, HEAD, OPTIONS");
  for (const each of [page, none]) await each.body?.cancel();
});

Deno.test("<Toasts> of a page that is requested in advance has a mark for waiting toasts, only if some wait", async () => {
  await using app = new App({ "/": { default: () => <Toasts /> }, "/none": { default: () => <p /> } });
  const cookie = `hyper_flash=${encodeURIComponent(JSON.stringify([{ message: "Saved" }]))}`;
  const waits = async (path: string, headers: Readonly<Record<string, string>>) =>
    (await (await app.request(path, { headers })).text()).includes('data-hyper-toasts="waiting"');
  assertEquals(await waits("/", { cookie, "sec-purpose": "prefetch" }), true);
  // The runtime needs a place for them.
  assertEquals(await waits("/none", { cookie, "sec-purpose": "prefetch" }), true);
  assertEquals(await waits("/", { "sec-purpose": "prefetch" }), false);
  assertEquals(await waits("/none", { "sec-purpose": "prefetch" }), false);
  assertEquals(await waits("/", { cookie }), false);
});
