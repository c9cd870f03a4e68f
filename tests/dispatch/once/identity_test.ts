import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { install } from "@sinonjs/fake-timers";
import { Identities } from "../../../src/dispatch/once/identity.ts";
import { createMemoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";

const SESSION = "session=1; Path=/; HttpOnly";

function requestWith(headers: Readonly<Record<string, string>>): Request {
  return new Request("http://site.test/", { headers });
}

function identitiesOf(store: Store = createMemoryStore(), cookies?: readonly string[]) {
  return new Identities({ store, cookies, principal: null });
}

Deno.test("Identities.of() uses the principal if there is one, and does not confuse it with a session", async () => {
  const identities = identitiesOf(undefined, ["session"]);
  const request = requestWith({ cookie: "session=1" });
  const { user, session } = await identities.of(request, "ada");
  assertEquals(user, (await identities.of(requestWith({}), "ada")).user);
  assertNotEquals(user, (await identities.of(request, "bob")).user);
  assertNotEquals(user, session);
  assertEquals((await identities.of(request, null)).user, session);
  assertNotEquals((await identities.of(requestWith({}), "")).user, null);
});

Deno.test("Identities.of() uses only the named cookies, in any order, and Authorization", async () => {
  const identities = identitiesOf(undefined, ["a", "b"]);
  const of = async (headers: Readonly<Record<string, string>>) =>
    (await identities.of(requestWith(headers), null)).user;
  assertEquals(await of({}), null);
  assertEquals(await of({ cookie: "theme=dark" }), null);
  assertEquals(await of({ cookie: "a=1; b=2" }), await of({ cookie: "b=2; theme=dark; a=1" }));
  const others = [{ cookie: "a=1" }, { cookie: "a=2" }, { cookie: "b=1" }, { authorization: "a=1" }, {
    cookie: "a=1",
    authorization: "Bearer x",
  }];
  assertEquals(new Set(await Promise.all(others.map(of))).size, others.length);
});

Deno.test("Identities.learn() learns HttpOnly cookies, except those of the library", async () => {
  const identities = identitiesOf();
  await identities.learn([SESSION, "theme=dark", "hyper_flash=x; HttpOnly", "__Host-hyper_dev=x; HttpOnly"]);
  assertEquals(
    ["session", "theme", "hyper_flash", "__Host-hyper_dev"].map((name) => identities.isIdentity(name)),
    [true, false, false, false],
  );
});

Deno.test("Identities.learn() learns nothing if the option `cookies` is set", async () => {
  const identities = identitiesOf(undefined, ["key"]);
  await identities.learn([SESSION]);
  assertEquals([identities.isIdentity("session"), identities.isIdentity("key")], [false, true]);
});

Deno.test("Identities.learn() learns at most fifty names", async () => {
  const identities = identitiesOf();
  for (let index = 0; index < 60; index++) await identities.learn([`c${index}=1; HttpOnly`]);
  assertEquals([identities.isIdentity("c49"), identities.isIdentity("c50")], [true, false]);
});

Deno.test("several Identities share learned names through the store within a minute", async () => {
  const clock = install({ toFake: ["performance"] });
  try {
    const store = createMemoryStore();
    const [here, there] = [identitiesOf(store), identitiesOf(store)];
    const request = requestWith({ cookie: "session=1; other=2" });
    assertEquals((await there.of(request, null)).user, null);
    await here.learn([SESSION]);
    clock.tick(60_001);
    assertNotEquals((await there.of(request, null)).user, null);
    // One adds to the names that the other has learned.
    await there.learn(["other=1; HttpOnly"]);
    const third = identitiesOf(store);
    await third.of(request, null);
    assertEquals([third.isIdentity("session"), third.isIdentity("other")], [true, true]);
  } finally {
    clock.uninstall();
  }
});

Deno.test("Identities.learn() stores the names that were learned while it was storing others", async () => {
  const memory = createMemoryStore();
  const { promise: sent, resolve: send } = Promise.withResolvers<void>();
  const store: Store = Object.assign(Object.create(memory), {
    get: (key: string) => memory.get(key),
    put: async (key: string, value: unknown, seconds: number) => {
      await sent;
      await memory.put(key, value, seconds);
    },
  });
  const identities = identitiesOf(store);
  const first = identities.learn([SESSION]);
  // Until its names are on their way.
  await new Promise((resolve) => setTimeout(resolve));
  const second = identities.learn(["other=1; HttpOnly"]);
  send();
  await Promise.all([first, second]);
  await identities.learn([]);
  assertEquals(await memory.get("hyper:once:cookies"), ["other", "session"]);
});

Deno.test("Identities.learn() stores names again after the store has failed", async () => {
  const store = createMemoryStore();
  let isDown = true;
  const flaky: Store = {
    ...store,
    get: (key) => store.get(key),
    put: (...args) => isDown ? Promise.reject(new Error("down")) : store.put(...args),
  };
  const identities = identitiesOf(flaky);
  await assertRejects(() => identities.learn([SESSION]), Error, "down");
  isDown = false;
  await identities.learn(["theme=dark"]);
  const other = identitiesOf(store);
  await other.of(requestWith({}), null);
  assertEquals(other.isIdentity("session"), true);
});

Deno.test("Identities.after() returns the identity that a response creates, with its cookies", async () => {
  const identities = identitiesOf();
  const request = requestWith({ cookie: "theme=dark" });
  const before = await identities.of(request, null);
  // A cookie that was sent before shows nothing.
  const next = await identities.after(request, before, [SESSION, "lang=en", "theme=dark; Path=/", "old=; Max-Age=0"]);
  assertEquals(next, {
    user: (await identities.of(requestWith({ cookie: "session=1" }), null)).user ?? "",
    credentials: ["session=1"],
  });
});

for (
  const [what, set, credentials] of [
    ["a session cookie before others", ["lang=en", "session=1; HttpOnly; Path=/"], ["session=1"]],
    ["all session cookies", ["session=1; HttpOnly; Path=/", "csrf=2; HttpOnly; Path=/"], ["session=1", "csrf=2"]],
    ["a cookie for all paths before others", ["session=1; HttpOnly; Path=/", "renew=2; HttpOnly; Path=/renew"], [
      "session=1",
    ]],
    ["a cookie of one path if there are no others", ["session=1; HttpOnly; Path=/app"], ["session=1"]],
  ] as const
) {
  Deno.test(`Identities.after() returns which cookies show that a response was received: ${what}`, async () => {
    const identities = identitiesOf();
    const request = requestWith({});
    const next = await identities.after(request, await identities.of(request, null), set);
    assertEquals(next?.credentials, credentials);
  });
}

for (
  const [what, cookie, set] of [
    ["that sets no session cookie", "session=1", ["theme=dark"]],
    ["that sets again the cookie that was sent", "session=1", ["session=1; HttpOnly; Max-Age=60"]],
    ["that ends the session", "session=1", ["session=; HttpOnly; Max-Age=0"]],
  ] as const
) {
  Deno.test(`Identities.after() is null for a response ${what}`, async () => {
    const identities = identitiesOf();
    await identities.learn([SESSION]);
    const request = requestWith({ cookie });
    assertEquals(await identities.after(request, await identities.of(request, null), set), null);
  });
}

Deno.test("Identities.after() calls the principal function with the cookies of the response", async () => {
  const principal = ({ headers }: Request) => /session=(\w+)/.exec(headers.get("cookie") ?? "")?.[1] ?? null;
  const identities = new Identities({ store: createMemoryStore(), principal });
  const request = requestWith({ cookie: "session=a1" });
  const before = await identities.of(request, principal(request));
  // Not HttpOnly: with a principal, its name is not needed.
  assertEquals(await identities.after(request, before, ["session=b2"]), {
    user: (await identities.of(request, "b2")).user ?? "",
    credentials: ["session=b2"],
  });
  assertEquals(await identities.after(request, before, ["theme=dark"]), null);
});

Deno.test("new Identities() throws for an invalid cookie name", () => {
  for (const name of ["", "a b", "a;b", "é"]) {
    assertThrows(() => identitiesOf(undefined, [name]), TypeError, `cookie ${JSON.stringify(name)}`);
  }
});

Deno.test("Identities.learn() saves the names when they have changed, and not with each response", async () => {
  const store = createMemoryStore();
  const put = store.put.bind(store);
  let saved = 0;
  Object.assign(store, {
    put: (...args: Parameters<typeof put>) => {
      saved++;
      return put(...args);
    },
  });
  const identities = identitiesOf(store);
  for (const cookie of [SESSION, SESSION, "session=2; HttpOnly"]) await identities.learn([cookie]);
  assertEquals(saved, 1);
  await identities.learn(["other=1; HttpOnly"]);
  assertEquals(saved, 2);
});
