import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createMemoryStore } from "@hyper/actions";
import { ORIGIN, Site } from "./support.tsx";

const MARK = "__Host-hyper_user";

/** Returns the cookie of a response that scripts can read. */
function markOf(headers: Headers): string | undefined {
  return headers.getSetCookie().find((cookie) => cookie.startsWith(MARK));
}

Deno.test("a sign-in sets a cookie that scripts can read: another one each time, which is not the secret and not the user", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  const { headers } = await browser.call("sign_in", { user: "ada" });
  assertMatch(
    markOf(headers) ?? "",
    /^__Host-hyper_user=[0-9a-f-]{36}; Path=\/; Max-Age=2592000; Secure; SameSite=Lax$/,
  );
  const first = browser.cookies.get(MARK);
  assertNotEquals(first, browser.cookies.get("__Host-session"));
  await browser.call("sign_in", { user: "ada" });
  assertNotEquals(browser.cookies.get(MARK), first);
});

Deno.test("a session without a user, and a change of a session, do not set that cookie", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  assertEquals(markOf((await browser.call("set", { name: "x" })).headers), undefined);
  await browser.call("sign_in", { user: "ada" });
  assertEquals((await browser.call("set", { name: "y" })).headers.getSetCookie(), []);
});

Deno.test("a sign-out deletes that cookie, also if the session has ended before", async () => {
  let time = 0;
  await using site = new Site(createMemoryStore(), { now: () => time, idleSeconds: 60 });
  const browser = site.browser();
  for (const pause of [0, 61_000]) {
    await browser.call("sign_in", { user: "ada" });
    time += pause;
    await browser.call("sign_out");
    assertEquals([...browser.cookies.keys()], []);
  }
});

Deno.test("that cookie signs no user in, whatever its value is", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  await browser.call("sign_in", { user: "ada" });
  const [info] = await site.session.list("ada");
  for (const value of [info?.id ?? "", browser.cookies.get(MARK) ?? "", "ada"]) {
    const response = await site.handler(
      new Request(`${ORIGIN}/`, {
        method: "POST",
        headers: {
          accept: "application/json",
          "x-hyper-action": "read",
          cookie: `${MARK}=${value}; __Host-session=${value}`,
        },
      }),
    );
    assertEquals((await response.json()).data.user, null);
  }
});
