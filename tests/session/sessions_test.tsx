/** `sessions()` over each store: values, sign-in, ages, lists, and requests that run at the same time. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { createMemoryStore, type Store } from "@hyper/actions";
import { createRedisStore } from "@hyper/actions/redis";
import { sessions } from "@hyper/actions/session";
import { redisTest, startRedis } from "../support/redis.ts";
import { beforePut, breakable, Site, STORES, testOverStores, VALUES } from "./support.tsx";

const COOKIE = "__Host-session";
const HOUR = 60 * 60 * 1000;

for (const { name, ignore, open } of STORES) {
  const test = (behavior: string, fn: (site: Site, store: Store) => Promise<void>): void =>
    Deno.test({
      name: `sessions() over ${name}: ${behavior}`,
      ignore,
      fn: async () => {
        await using opened = await open();
        await using site = new Site(opened.store);
        await fn(site, opened.store);
        assertEquals(site.errors, []);
      },
    });

  test("keeps values for one browser, and not for another", async (site) => {
    const [one, other] = [site.browser(), site.browser()];
    await one.call("set", { name: "first" });
    assertEquals((await one.call("read")).data.name, "first");
    assertEquals((await other.call("read")).data.name, null);
  });

  test("loses nothing of 50 requests at the same time", async (site) => {
    const browser = site.browser();
    await browser.call("set", { name: "kept" });
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const statuses = await Promise.all(names.map(async (name) => (await browser.call("add", { name })).status));
    assertEquals(new Set(statuses), new Set([200]));
    const { data } = await browser.call("read");
    assertEquals([data.count, data.name], [50, "kept"]);
    assertEquals(data.names.toSorted(), names.toSorted());
  });

  test("loses nothing of 50 requests to two instances", async (site, store) => {
    await using second = new Site(store);
    const browser = site.browser();
    await browser.call("set", { name: "kept" });
    const other = second.browser();
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    const calls = Array.from(
      { length: 50 },
      (_, index) => (index % 2 ? browser : other).call("add", { name: `${index}` }),
    );
    await Promise.all(calls);
    assertEquals((await browser.call("read")).data.count, 50);
  });

  test("has a new secret after the sign-in, and the old one is of no use", async (site) => {
    const browser = site.browser();
    await browser.call("set", { name: "cart" });
    const before = browser.copy();
    await browser.call("sign_in", { user: "ada" });
    assertNotEquals(browser.cookies.get(COOKIE), before.cookies.get(COOKIE));
    assertEquals((await browser.call("read")).data, { user: "ada", count: null, names: null, name: "cart" });
    assertEquals((await before.call("read")).data, { user: null, count: null, names: null, name: null });
  });

  test("keeps nothing of one user for the next in the same browser", async (site) => {
    const browser = site.browser();
    await browser.call("sign_in", { user: "ada" });
    await browser.call("set", { name: "of ada" });
    await browser.call("sign_in", { user: "bob" });
    assertEquals((await browser.call("read")).data, { user: "bob", count: null, names: null, name: null });
    assertEquals(await site.session.list("ada"), []);
  });

  test("ends with destroy(): the cookie is deleted, and a copy of it is of no use", async (site) => {
    const browser = site.browser();
    await browser.call("sign_in", { user: "ada" });
    const stolen = browser.copy();
    await browser.call("sign_out");
    assertEquals(browser.cookies.size, 0);
    assertEquals((await stolen.call("read")).data.user, null);
    assertEquals(await site.session.list("ada"), []);
  });

  test("two sign-ins from one session at the same time give two sessions, and each has its own user", async (site) => {
    const first = site.browser();
    await first.call("set", { name: "cart" });
    const second = first.copy();
    await Promise.all([first.call("sign_in", { user: "ada" }), second.call("sign_in", { user: "bob" })]);
    const users = [(await first.call("read")).data, (await second.call("read")).data];
    assertEquals(users.map(({ user }) => user), ["ada", "bob"]);
    assertEquals(users.filter(({ name }) => name === "cart").length, 1);
  });

  test("lists the sessions of a user, ends one, and ends the others", async (site) => {
    const [phone, laptop, tablet] = [site.browser(), site.browser(), site.browser()];
    for (const browser of [phone, laptop, tablet]) await browser.call("sign_in", { user: "ada" });
    const [first, second, third] = await site.session.list("ada");
    assert(first !== undefined && second !== undefined && third !== undefined);
    assertEquals(await site.session.end("ada", first.id), true);
    assertEquals(await site.session.end("ada", first.id), false);
    assertEquals(await site.session.end("bob", second.id), false);
    assertEquals((await phone.call("read")).data.user, null);
    await site.session.endAll("ada", { except: third.id });
    assertEquals((await laptop.call("read")).data.user, null);
    assertEquals((await tablet.call("read")).data.user, "ada");
    assertEquals((await site.session.list("ada")).map(({ id }) => id), [third.id]);
  });

  test("ends every session of a user, also while others sign in", async (site) => {
    const browsers = Array.from({ length: 10 }, () => site.browser());
    const signIns = browsers.map((browser) => browser.call("sign_in", { user: "ada" }));
    await site.session.endAll("ada");
    await Promise.all(signIns);
    const listed = (await site.session.list("ada")).length;
    const users = await Promise.all(browsers.map(async (browser) => (await browser.call("read")).data.user));
    assertEquals(users.filter((user) => user === "ada").length, listed);
    site.errors.length = 0;
  });

  test("a request that outlives the session does not bring it back", async (site) => {
    const browser = site.browser();
    await browser.call("sign_in", { user: "ada" });
    const slow = browser.copy();
    await Promise.all([slow.call("set", { name: "too late" }), browser.call("sign_out")]);
    assertEquals((await slow.call("read")).data.user, null);
    assertEquals(await site.session.list("ada"), []);
  });
}

Deno.test("sessions() sets a cookie with 256 random bits that scripts and other hosts cannot set or read", async () => {
  await using site = new Site(createMemoryStore());
  const { headers } = await site.browser().call("set", { name: "x" });
  const [cookie = "", ...others] = headers.getSetCookie();
  assertMatch(cookie, /^__Host-session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax$/);
  assertEquals(others, []);
});

Deno.test("sessions() uses another name without Secure over http, and warns once", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  const init = { method: "POST", headers: { "x-hyper-action": "set", "x-hyper-data": '{"name":"x"}' } };
  for (let time = 0; time < 2; time++) await browser.request("/", init, "http://site.test");
  assertEquals([...browser.cookies.keys()], ["session"]);
  assertEquals(site.console.filter((line) => line.includes("without Secure")).length, 1);
});

Deno.test("sessions() does not accept the session of http over https, as another host of the site could set it", async () => {
  await using site = new Site(createMemoryStore());
  const attacker = site.browser();
  const init = { method: "POST", headers: { "x-hyper-action": "sign_in", "x-hyper-data": '{"user":"mallory"}' } };
  await attacker.request("/", init, "http://site.test");
  const secret = attacker.cookies.get("session") ?? "";
  assertEquals(secret.length, 43);
  for (const cookie of [`session=${secret}`, `__Host-session=${secret}`]) {
    const victim = site.browser();
    assertEquals((await victim.call("read", {}, { cookie })).data.user, null);
    const request = new Request("https://site.test/", { headers: { cookie } });
    assertEquals(await site.session.principal(request), cookie.startsWith("session") ? "mallory" : null);
  }
});

for (const secret of ["", "x", "A".repeat(43), "../../x", `${"A".repeat(42)}%`, "__proto__"]) {
  Deno.test(`sessions() starts no session that the client invents: "${secret}"`, async () => {
    await using site = new Site(createMemoryStore());
    const browser = site.browser();
    browser.cookies.set(COOKIE, secret);
    await browser.call("sign_in", { user: "ada" });
    assertNotEquals(browser.cookies.get(COOKIE), secret);
    assertEquals((await browser.call("read")).data.user, "ada");
  });
}

Deno.test("sessions() ends after the idle age and after the absolute age, whichever comes first", async () => {
  let time = Date.UTC(2030, 0, 1);
  const ages = { idleSeconds: 2 * 60 * 60, maxSeconds: 5 * 60 * 60, now: () => time };
  await using site = new Site(createMemoryStore({ now: () => time }), ages);
  const [idle, busy] = [site.browser(), site.browser()];
  for (const browser of [idle, busy]) await browser.call("sign_in", { user: "ada" });
  const seen: (string | null)[] = [];
  for (let hour = 1; hour <= 5; hour++) {
    time += HOUR;
    seen.push((await busy.call("read")).data.user);
  }
  assertEquals(seen, ["ada", "ada", "ada", "ada", null]);
  assertEquals((await idle.call("read")).data.user, null);
});

Deno.test("sessions() does not end for a user who only opens pages", async () => {
  let time = Date.UTC(2030, 0, 1);
  const now = () => time;
  await using site = new Site(createMemoryStore({ now }), { idleSeconds: 2 * 60 * 60, maxSeconds: 24 * 60 * 60, now });
  const browser = site.browser();
  await browser.call("sign_in", { user: "ada" });
  for (let hour = 1; hour <= 4; hour++) {
    time += HOUR;
    assertEquals((await browser.request("/mine", { headers: { accept: "text/html" } })).status, 200);
  }
  assertEquals((await browser.call("read")).data.user, "ada");
});

testOverStores("sessions() does not accept one of two different cookies of its name", async (store) => {
  await using site = new Site(store);
  const browser = site.browser();
  await browser.call("sign_in", { user: "ada" });
  const own = `${COOKIE}=${browser.cookies.get(COOKIE)}`;
  const tossed = `${COOKIE}=${"A".repeat(43)}`;
  for (const cookie of [`${tossed}; ${own}`, `${own}; ${tossed}`]) {
    assertEquals((await browser.call("read", {}, { cookie })).data.user, null);
  }
});

for (const [change, jump, user] of [["an hour back", -HOUR, "ada"], ["an hour ahead", HOUR, null]] as const) {
  testOverStores(`sessions() after a clock was set ${change}: the user is ${user ?? "signed out"}`, async (store) => {
    let time = Date.UTC(2030, 0, 1);
    // The store has its own clock.
    await using site = new Site(store, { now: () => time, idleSeconds: 30 * 60 });
    const browser = site.browser();
    await browser.call("sign_in", { user: "ada" });
    time += jump;
    assertEquals((await browser.call("read")).data.user, user);
    await browser.call("set", { name: "x" });
    assertEquals((await browser.call("read")).data.name, "x");
  });
}

testOverStores("sessions() with a store that fails: 503 with Retry-After, and the cookie stays", async (store) => {
  const breaking = breakable(store);
  await using site = new Site(breaking.store);
  const browser = site.browser();
  await browser.call("sign_in", { user: "ada" });
  const secret = browser.cookies.get(COOKIE);
  breaking.isDown = true;
  for (const action of ["read", "set", "sign_out"]) {
    const { status, headers } = await browser.call(action, { name: "x" });
    assertEquals([action, status, headers.get("retry-after")], [action, 503, "1"]);
  }
  assertEquals((await site.browser().call("set", { name: "x" })).status, 503);
  const page = await browser.request("/mine", { headers: { accept: "text/html" } });
  assertEquals(page.status, 503);
  await page.body?.cancel();
  breaking.isDown = false;
  assertEquals(browser.cookies.get(COOKIE), secret);
  assertEquals((await browser.call("read")).data.user, "ada");
});

redisTest("sessions() over a Redis that hangs: 503, and the user is still signed in when it is back", async () => {
  await using server = await startRedis();
  await using store = await createRedisStore({ url: server.url, timeoutSeconds: 1 });
  await using site = new Site(store);
  const browser = site.browser();
  await browser.call("sign_in", { user: "ada" });
  server.pause();
  assertEquals((await browser.call("read")).status, 503);
  server.resume();
  while ((await browser.call("read")).status === 503);
  assertEquals((await browser.call("read")).data.user, "ada");
});

Deno.test("a request that signs another user in keeps nothing of the user before, also what it has set itself", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  await browser.call("sign_in", { user: "ada" });
  assertEquals((await browser.call("hand_over", { user: "bob" })).data, { name: null });
  assertEquals((await browser.call("read")).data.name, null);
  assertEquals((await browser.call("hand_over", { user: "bob" })).data, { name: "of the first" });
});

Deno.test("endAll() ends a session that is stored at this moment: its sign-in is rejected with 503", async () => {
  let before = (): Promise<void> => Promise.resolve();
  await using site = new Site(beforePut(createMemoryStore(), () => before()));
  before = () => site.session.endAll("ada");
  const browser = site.browser();
  assertEquals((await browser.call("sign_in", { user: "ada" })).status, 503);
  assertEquals([browser.cookies.size, await site.session.list("ada")], [0, []]);
});

Deno.test("sessions() ends the oldest of more than 100 sessions of one user", async () => {
  await using site = new Site(createMemoryStore());
  const first = site.browser();
  await first.call("sign_in", { user: "ada" });
  for (let count = 0; count < 100; count++) await site.browser().call("sign_in", { user: "ada" });
  assertEquals((await first.call("read")).data.user, null);
  assertEquals((await site.session.list("ada")).length, 100);
});

Deno.test("sessions() does not call the store for a page or an action that does not use it", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  await browser.call("set", { name: "x" });
  site.calls = 0;
  const { headers } = await browser.request("/", { headers: { accept: "text/html" } });
  assertEquals([site.calls, headers.get("cache-control"), headers.getSetCookie()], [0, null, []]);
});

Deno.test("sessions() loads the session once for principal, dependencies and page, and writes nothing that has not changed", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  await browser.call("set", { name: "x" });
  site.calls = 0;
  const { headers } = await browser.call("read");
  assertEquals([site.calls, headers.getSetCookie()], [1, []]);
});

Deno.test("a page that uses the session is not kept by a cache", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  await browser.call("sign_in", { user: "ada" });
  const { headers } = await browser.request("/mine", { headers: { accept: "text/html" } });
  assertEquals(headers.get("cache-control"), "no-store");
});

Deno.test("the changes of a denied call are saved as those of an accepted one", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  assertEquals((await browser.call("deny")).status, 409);
  assertEquals((await browser.call("read")).data.name, "of a denied call");
});

Deno.test("set() rejects a value that its schema does not accept, and one above the size, and saves nothing", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  assertEquals((await browser.call("set", { name: "x".repeat(70_000) })).status, 500);
  assertMatch(String(site.errors[0]), /Cannot save the session: its values have 70\d+ characters as JSON/);
  assertEquals((await browser.call("read")).data.name, null);
});

Deno.test("set() in a generator throws after the head of the response was sent", async () => {
  await using site = new Site(createMemoryStore());
  const browser = site.browser();
  const headers = { accept: "text/event-stream", "x-hyper-action": "late" };
  const response = await browser.request("/", { method: "POST", headers });
  site.isReceived.resolve();
  assertMatch(await response.text(), /event: error/);
  assertMatch(String(site.errors[0]), /Cannot change "name" of the session: the head of the response was sent/);
  assertEquals((await browser.call("read")).data.name, null);
});

Deno.test("get() returns null for a value that the schema of today does not accept", async () => {
  const store = createMemoryStore();
  await using site = new Site(store);
  const browser = site.browser();
  await browser.call("set", { name: "x" });
  const { z } = await import("zod");
  const changed = sessions({ store, values: { ...VALUES, name: z.number() } });
  const { createHandler, action } = await import("@hyper/actions");
  const read = action("read", { inject: { session: changed } }, ({ session }) => ({ name: session.get("name") }));
  const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ read, default: () => null }) }] });
  const headers = {
    cookie: `${COOKIE}=${browser.cookies.get(COOKIE)}`,
    "x-hyper-action": "read",
    accept: "application/json",
  };
  const response = await handler(new Request("https://site.test/", { method: "POST", headers }));
  assertEquals((await response.json()).data, { name: null });
  await handler.close();
});

Deno.test("sessions() rejects ages that are not above 0, and a name with a prefix", () => {
  const store = createMemoryStore();
  assertThrows(() => sessions({ store, idleSeconds: 0 }), RangeError, "idleSeconds is 0");
  assertThrows(() => sessions({ store, maxSeconds: Infinity }), RangeError, "maxSeconds is Infinity");
  assertThrows(() => sessions({ store, cookie: "__Host-id" }), TypeError, "has a prefix");
});
