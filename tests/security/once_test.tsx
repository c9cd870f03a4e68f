/**
 * A4 to A8, T40: a mutation runs once, its response does not depend on the store, and its outcome belongs to one identity.
 *
 * A browser here consists of its cookies and its address. If a response is lost, its cookies are not kept.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { install } from "@sinonjs/fake-timers";
import {
  action,
  type ActionContextBase,
  createHandler,
  createMemoryStore,
  createSqliteStore,
  type Handler,
  type HandlerOptions,
  html,
  HyperError,
  redirect,
  type Store,
  toast,
} from "../../mod.ts";
import { captureConsole, EVENTS, JSON_TYPE } from "../support/app.tsx";

/** An application, and the arguments of `onError`. */
class Site implements AsyncDisposable {
  readonly reports: string[] = [];
  readonly handler: Handler;
  readonly #restore = captureConsole([]);

  constructor(handlers: Readonly<Record<string, (ctx: ActionContextBase) => unknown>>, options: HandlerOptions = {}) {
    const actions = Object.entries(handlers).map(([name, handler]) => [name, action(name, handler)] as const);
    const page = { default: () => <p>Home</p>, ...Object.fromEntries(actions) };
    this.handler = createHandler({
      baseDir: "/srv/app",
      pages: [{ path: "/", load: () => Promise.resolve(page) }],
      onError: (error) => void this.reports.push((error as Error).message),
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handler.close();
    this.#restore();
  }
}

/** A browser, which keeps the cookies of the responses that it receives. */
class Browser {
  readonly #site: Site;
  readonly #address: string;
  cookies = new Map<string, string>();

  constructor(site: Site, address = "203.0.113.1") {
    this.#site = site;
    this.#address = address;
  }

  /** Posts a form with this ID. If the response is lost, its cookies are not kept. */
  async post(name: string, id: string, options: PostOptions = {}): Promise<Answer> {
    const { isLost = false, accept = "text/html", headers = {}, fields = {} } = options;
    const body = new URLSearchParams({ _hyper_once: id, ...fields });
    return await this.#send(`/?_action=${name}`, { method: "POST", body, headers: { accept, ...headers } }, isLost);
  }

  /** Opens a page. */
  async open(path = "/"): Promise<Answer> {
    return await this.#send(path, { headers: { accept: "text/html" } }, false);
  }

  async #send(path: string, init: RequestInit, isLost: boolean): Promise<Answer> {
    const request = new Request(new URL(path, "http://site.test"), init);
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join("; ");
    if (cookie !== "") request.headers.set("cookie", cookie);
    const response = await this.#site.handler(request, { remoteAddr: { hostname: this.#address } });
    const set = response.headers.getSetCookie();
    if (!isLost) { for (const text of set) this.#keep(text); }
    return {
      status: response.status,
      location: response.headers.get("location"),
      retryAfter: response.headers.get("retry-after"),
      cookies: set,
      text: await response.text(),
    };
  }

  #keep(text: string): void {
    const [name = "", value = ""] = text.split(";", 1)[0]?.split("=") ?? [];
    if (text.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

interface PostOptions {
  readonly isLost?: boolean;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly retryAfter: string | null;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** A store that calls a function before each operation. */
function answering(store: Store, before: () => Promise<void>): Store {
  const ask = async <T,>(run: () => Promise<T>): Promise<T> => {
    await before();
    return await run();
  };
  return {
    get: (key) => ask(() => store.get(key)),
    put: (...args) => ask(() => store.put(...args)),
    putIfAbsent: (...args) => ask(() => store.putIfAbsent(...args)),
    replace: (...args) => ask(() => store.replace(...args)),
    deleteIf: (...args) => ask(() => store.deleteIf(...args)),
    delete: (key) => ask(() => store.delete(key)),
  };
}

/** A store that can be made to fail. */
function failing(store: Store, isDown: () => boolean): Store {
  return answering(
    store,
    () => isDown() ? Promise.reject(new Error("OOM command not allowed")) : Promise.resolve(),
  );
}

// ---------------------------------------------------------------------------------------------- A5: the store fails

const setSession = ({ setCookie }: ActionContextBase): void => setCookie({ name: "session", value: "s1" });

const ANSWERS: Readonly<Record<string, (ctx: ActionContextBase) => unknown>> = {
  nothing: setSession,
  items: (ctx) => {
    setSession(ctx);
    return [toast("Saved"), html("x", { target: "#a" }), redirect("/done")];
  },
  value: () => ({ id: 7 }),
  moved: (ctx) => {
    setSession(ctx);
    return new Response(null, { status: 303, headers: { location: "/order/7", "set-cookie": "own=1" } });
  },
  body: () => new Response("the receipt", { status: 201, headers: { "x-own": "1" } }),
  stream: async function* (ctx) {
    setSession(ctx);
    yield toast("one");
    await Promise.resolve();
    yield toast("two");
  },
  broken: () => {
    throw new HyperError(409, "The name is taken");
  },
};

for (const name of Object.keys(ANSWERS)) {
  for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
    Deno.test(`A5: a store that fails after the action has run does not change its response: ${name}, ${accept}`, async () => {
      let isDown = false;
      let runs = 0;
      const answer = ANSWERS[name] ?? (() => {});
      const run = (ctx: ActionContextBase): unknown => {
        runs++;
        isDown = true;
        return answer(ctx);
      };
      await using healthy = new Site({ run: answer });
      const expected = await new Browser(healthy).post("run", "id-1", { accept });
      await using site = new Site({ run }, { store: failing(createMemoryStore(), () => isDown) });
      const browser = new Browser(site);
      assertEquals(await browser.post("run", "id-1", { accept, isLost: true }), expected);
      assertEquals(site.reports, ["OOM command not allowed"]);
      if (name === "broken") return;
      // The store is still unavailable, but the process that ran the action knows its outcome.
      assertEquals(await browser.post("run", "id-1", { accept, isLost: true }), expected);
      assertEquals(runs, 1);
    });
  }
}

Deno.test("A5: a response does not wait until the store is available again", async () => {
  const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  try {
    let isDown = false;
    const run = () => {
      isDown = true;
      return new Response(null, { status: 303, headers: { location: "/done" } });
    };
    await using site = new Site({ run }, { store: failing(createMemoryStore(), () => isDown) });
    // No time passes.
    assertEquals((await new Browser(site).post("run", "id-1")).location, "/done");
  } finally {
    clock.uninstall();
  }
});

Deno.test("A5: without a claim the action does not run, and the response is 503 with Retry-After", async () => {
  let runs = 0;
  await using site = new Site({ run: () => void runs++ }, { store: failing(createMemoryStore(), () => true) });
  const { status, retryAfter } = await new Browser(site).post("run", "id-1");
  assertEquals([status, retryAfter, runs], [503, "1", 0]);
  assertStringIncludes(site.reports.join(), "the store does not answer");
});

// ------------------------------------------------------------------------------------------------- A6: clocks, stalls

for (const [what, open] of [["memory", null], ["a SQLite file", () => createSqliteStore(":memory:")]] as const) {
  Deno.test(`A6: setting the wall clock does not run an action again in the same process: ${what}`, async () => {
    const store = open === null ? null : await open();
    const clock = install({ now: Date.now(), toFake: ["Date"] });
    try {
      for (const jump of [31_000, 7_200_000, -7_200_000]) {
        const gate = Promise.withResolvers<void>();
        let runs = 0;
        const run = async () => {
          runs++;
          await gate.promise;
          return { run: runs };
        };
        await using site = new Site({ run }, {
          ...(store === null ? {} : { store }),
          idempotency: { waitSeconds: 60 },
        });
        const browser = new Browser(site);
        const id = `id${jump}`;
        const first = browser.post("run", id, { accept: JSON_TYPE });
        // After every step before the action function.
        for (let turn = 0; runs === 0 && turn < 10_000; turn++) await Promise.resolve();
        clock.setSystemTime(Date.now() + jump);
        const repeat = browser.post("run", id, { accept: JSON_TYPE });
        gate.resolve();
        assertEquals([(await repeat).text, runs], [(await first).text, 1]);
      }
    } finally {
      clock.uninstall();
      await store?.[Symbol.asyncDispose]();
    }
  });
}

Deno.test("A6: an outcome in memory is kept for its time, independent of the wall clock", async () => {
  const clock = install({ now: Date.now(), toFake: ["Date"] });
  try {
    let runs = 0;
    await using site = new Site({ run: () => ({ run: ++runs }) });
    const browser = new Browser(site);
    const first = await browser.post("run", "id-1", { accept: JSON_TYPE });
    clock.setSystemTime(Date.now() + 7_200_000);
    assertEquals([await browser.post("run", "id-1", { accept: JSON_TYPE }), runs], [first, 1]);
  } finally {
    clock.uninstall();
  }
});

Deno.test("A6: a thread that is blocked for longer than a lease does not run an action twice, and is reported only for a shared store", async () => {
  for (const [store, reports] of [[undefined, 0], [createMemoryStore(), 1]] as const) {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
    try {
      const gate = Promise.withResolvers<void>();
      let runs = 0;
      const run = async () => {
        runs++;
        await gate.promise;
      };
      await using site = new Site({ run }, { store });
      const browser = new Browser(site);
      const first = browser.post("run", "id-1");
      await clock.tickAsync(1);
      // All timers are late, and fire at the end.
      clock.jump(31_000);
      await clock.tickAsync(1);
      const repeat = browser.post("run", "id-1");
      gate.resolve();
      await clock.tickAsync(1_000);
      assertEquals([(await first).status, (await repeat).status, runs], [204, 204, 1]);
      assertEquals(site.reports.length, reports);
    } finally {
      clock.uninstall();
    }
  }
});

Deno.test("A6, H1: an action that runs longer than its lease does not run in another process", async () => {
  const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  try {
    const store = createMemoryStore();
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const run = async () => {
      runs++;
      await gate.promise;
      return { run: runs };
    };
    const idempotency = { waitSeconds: 0 };
    await using here = new Site({ run }, { store, idempotency });
    await using there = new Site({ run }, { store, idempotency });
    const first = new Browser(here).post("run", "id-1", { accept: JSON_TYPE });
    await clock.tickAsync(95_000);
    assertEquals((await new Browser(there).post("run", "id-1", { accept: JSON_TYPE })).status, 409);
    gate.resolve();
    assertEquals((await first).text, (await new Browser(there).post("run", "id-1", { accept: JSON_TYPE })).text);
    assertEquals([runs, here.reports], [1, []]);
  } finally {
    clock.uninstall();
  }
});

Deno.test("a repeat of an action whose result could not be sent gets an error at once, and the action does not run again", async () => {
  const store = createMemoryStore();
  let runs = 0;
  const run = () => {
    runs++;
    return Symbol("no result") as never;
  };
  await using here = new Site({ run }, { store, idempotency: { waitSeconds: 0 } });
  await using there = new Site({ run }, { store, idempotency: { waitSeconds: 0 } });
  assertEquals((await new Browser(here).post("run", "id-1", { accept: JSON_TYPE })).status, 500);
  for (const site of [here, there]) {
    const repeat = await new Browser(site).post("run", "id-1", { accept: JSON_TYPE });
    // With Retry-After, it would still be running.
    assertEquals([repeat.status, repeat.retryAfter, runs], [409, null, 1]);
  }
  assertEquals(here.reports.splice(0).length, 1);
});

Deno.test("H1: an action whose response takes longer than the lease does not run in another process", async () => {
  const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  try {
    const store = createMemoryStore();
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    // Synchronous, so that only the body lasts.
    const run = () => {
      const number = ++runs;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await gate.promise;
          controller.enqueue(new TextEncoder().encode(`run ${number}`));
          controller.close();
        },
      }, { highWaterMark: 0 });
      return new Response(body);
    };
    const idempotency = { waitSeconds: 0 };
    await using here = new Site({ run }, { store, idempotency });
    await using there = new Site({ run }, { store, idempotency });
    const first = new Browser(here).post("run", "id-1", { accept: JSON_TYPE });
    await clock.tickAsync(95_000);
    assertEquals((await new Browser(there).post("run", "id-1", { accept: JSON_TYPE })).status, 409);
    gate.resolve();
    assertEquals([(await first).text, runs], ["run 1", 1]);
    assertEquals((await new Browser(there).post("run", "id-1", { accept: JSON_TYPE })).text, "run 1");
    assertEquals([runs, here.reports], [1, []]);
  } finally {
    clock.uninstall();
  }
});

// ------------------------------------------------------------------------------------- A7, A4: shares of the stored outcomes

/** The store under test. Default: that of the handler. */
interface Opened extends Partial<AsyncDisposable> {
  readonly store?: Store;
}

const USER: HandlerOptions = { principal: (request) => request.headers.get("x-user") };

for (
  const [what, open] of [
    ["the default store", () => ({})],
    ["a store in memory", () => ({ store: createMemoryStore() })],
    ["a SQLite file", async () => {
      const store = await createSqliteStore(":memory:");
      return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
    }],
  ] as readonly (readonly [string, () => Opened | Promise<Opened>])[]
) {
  Deno.test(`A7: a client that fills the store with outcomes cannot evict those of other clients: ${what}`, async () => {
    const { store, ...opened } = await open();
    const runs = new Map<string, number>();
    const run = ({ request }: ActionContextBase): void => {
      const user = request.headers.get("x-user") ?? "stranger";
      runs.set(user, (runs.get(user) ?? 0) + 1);
    };
    await using site = new Site({ run }, {
      ...USER,
      store,
      idempotency: { maxEntries: 100 },
    });
    const stranger = new Browser(site, "203.0.113.66");
    const victim = new Browser(site, "203.0.113.1");
    const headers = { "x-user": "ada" };
    await victim.post("run", "order-1", { headers });
    await new Browser(site, "203.0.113.2").post("run", "order-2");
    for (let call = 0; call < 300; call++) await stranger.post("run", `flood-${call}`);
    assertEquals((await victim.post("run", "order-1", { headers })).status, 204);
    assertEquals([runs.get("ada"), runs.get("stranger")], [1, 301]);
    // An address has a share, like a principal.
    assertEquals((await new Browser(site, "203.0.113.2").post("run", "order-2")).status, 204);
    assertEquals(runs.get("stranger"), 301);
    // The positive control: the client's own oldest outcome was dropped.
    await stranger.post("run", "flood-0");
    assertEquals(runs.get("stranger"), 302);
    await opened[Symbol.asyncDispose]?.();
  });
}

Deno.test("A7: stored outcomes are limited in bytes too", async () => {
  let runs = 0;
  const run = ({ data }: ActionContextBase & { data?: unknown }): string => {
    runs++;
    return "x".repeat(Number((data as { size?: string }).size ?? 0));
  };
  await using site = new Site({ run }, { idempotency: { maxBytes: 1_000_000 } });
  const victim = new Browser(site);
  await victim.post("run", "order-1", { fields: { size: "1000" } });
  const stranger = new Browser(site, "203.0.113.66");
  for (let call = 0; call < 20; call++) await stranger.post("run", `flood-${call}`, { fields: { size: "100000" } });
  assertEquals((await victim.post("run", "order-1", { fields: { size: "1000" } })).status, 204);
  assertEquals(runs, 21);
  await stranger.post("run", "flood-0", { fields: { size: "100000" } });
  assertEquals(runs, 22);
});

Deno.test("A4: the claims of one address do not block another address, and the error names the option", async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const hold = async () => {
    runs++;
    await gate.promise;
  };
  await using site = new Site({ hold, run: () => ({ ok: true }) }, { idempotency: { maxClaims: 30 } });
  const stranger = new Browser(site, "203.0.113.66");
  const held = Array.from({ length: 40 }, (_, call) => stranger.post("hold", `hold-${call}`, { accept: JSON_TYPE }));
  const refused = await Promise.any(held);
  assertEquals([refused.status, refused.retryAfter], [429, "1"]);
  assertStringIncludes(refused.text, "idempotency.maxClaims is 30");
  assertEquals((await new Browser(site, "203.0.113.1").post("run", "order-1", { accept: JSON_TYPE })).status, 200);
  gate.resolve();
  const statuses = (await Promise.all(held)).map(({ status }) => status);
  assertEquals(statuses.filter((status) => status === 200).length, runs);
  assertEquals(runs, 20);
  // Finished claims are released.
  assertEquals((await stranger.post("hold", "hold-40")).status, 204);
});

Deno.test("A4: each principal has its own maximum", async () => {
  const gate = Promise.withResolvers<void>();
  const hold = () => gate.promise;
  await using site = new Site({ hold }, { ...USER, idempotency: { maxClaimsPerPrincipal: 3 } });
  const browser = new Browser(site);
  const headers = { "x-user": "ada" };
  const held = Array.from(
    { length: 4 },
    (_, call) => browser.post("hold", `hold-${call}`, { headers, accept: JSON_TYPE }),
  );
  const refused = await Promise.any(held);
  assertStringIncludes(refused.text, "idempotency.maxClaimsPerPrincipal is 3");
  const bob = browser.post("hold", "hold-9", { headers: { "x-user": "bob" } });
  gate.resolve();
  assertEquals((await bob).status, 204);
  await Promise.all(held);
});

Deno.test("A4: a repeat is counted while it waits for the first run", async () => {
  const gate = Promise.withResolvers<void>();
  const hold = () => gate.promise;
  await using site = new Site({ hold }, { ...USER, idempotency: { maxClaimsPerPrincipal: 2 } });
  const browser = new Browser(site);
  const headers = { "x-user": "ada" };
  const held = Array.from({ length: 3 }, () => browser.post("hold", "one-id", { headers }));
  assertEquals((await Promise.any(held)).status, 429);
  gate.resolve();
  assertEquals((await Promise.all(held)).map(({ status }) => status).sort(), [204, 204, 429]);
});

Deno.test("A4: a generator whose client has disconnected is counted until it ends", async () => {
  const gate = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const flow = async function* () {
    yield toast("one");
    await gate.promise;
    yield toast("two");
  };
  await using site = new Site({ flow }, { ...USER, idempotency: { maxClaimsPerPrincipal: 1 } });
  using _watch = site.handler.signals.actionDispatched.connect(() => ended.resolve());
  const send = (id: string): Promise<Response> =>
    site.handler(
      new Request("http://site.test/", {
        method: "POST",
        headers: { accept: EVENTS, "x-hyper-action": "flow", "x-hyper-request-id": id, "x-user": "ada" },
      }),
    );
  await (await send("id-1")).body?.cancel();
  const refused = await send("id-2");
  assertEquals(refused.status, 429);
  await refused.body?.cancel();
  gate.resolve();
  await ended.promise;
  const again = await send("id-3");
  assertEquals(again.status, 200);
  await again.text();
});

// --------------------------------------------------------------------------------------- A8: the owner of an outcome

/** An application with sessions: sign-in, sign-out, an order, and an order that changes the session cookie. */
function shop(options: HandlerOptions = {}) {
  const sessions = new Map<string, string>();
  const orders: string[] = [];
  let count = 0;
  const KEY = /(?:^|; )session=([^;]*)/;
  const userOf = ({ headers }: Pick<Request, "headers">): string | null => {
    const key = KEY.exec(headers.get("cookie") ?? "")?.[1];
    return key === undefined ? null : sessions.get(key) ?? null;
  };
  const begin = (ctx: ActionContextBase, user: string): void => {
    const key = `s${++count}`;
    sessions.set(key, user);
    ctx.setCookie({ name: "session", value: key });
  };
  const handlers = {
    signIn: (ctx: ActionContextBase) => {
      begin(ctx, "ada");
      return redirect("/account");
    },
    signOut: ({ request, setCookie }: ActionContextBase) => {
      sessions.delete(KEY.exec(request.headers.get("cookie") ?? "")?.[1] ?? "");
      setCookie({ name: "session", value: "", maxAge: 0 });
      return redirect("/");
    },
    order: ({ request }: ActionContextBase) => {
      orders.push(userOf(request) ?? "guest");
      return redirect(`/orders/${orders.length}`);
    },
    /** Like a shop that changes the session cookie with each order. */
    rotate: (ctx: ActionContextBase) => {
      const user = userOf(ctx.request) ?? "guest";
      orders.push(user);
      begin(ctx, user);
      return redirect(`/orders/${orders.length}`);
    },
  };
  return { site: new Site(handlers, options), orders, sessions, userOf };
}

const SESSION = /^session=s\d+;/;

/** The ways in which an application identifies a user: not at all, by the value of a cookie, by the account. */
const KINDS = {
  "no principal": () => shop(),
  "the cookie as principal": () =>
    shop({ principal: ({ headers }) => /session=([^;]*)/.exec(headers.get("cookie") ?? "")?.[1] ?? null }),
  "the account as principal": () => {
    const made: { shop?: ReturnType<typeof shop> } = {};
    return made.shop = shop({ principal: (request) => made.shop?.userOf(request) ?? null });
  },
  "a named cookie": () => shop({ idempotency: { cookies: ["session"] } }),
};

for (const [kind, open] of Object.entries(KINDS)) {
  Deno.test(`A8, ${kind}: sign in, sign out, go back, send the same form: a new session, and never the cookie of the old one`, async () => {
    const { site, sessions, userOf } = open();
    await using _ = site;
    const browser = new Browser(site);
    const first = await browser.post("signIn", "form-1");
    await browser.post("signOut", "form-2");
    assertEquals(browser.cookies.size, 0);
    const again = await browser.post("signIn", "form-1");
    assertEquals([again.status, again.location], [303, "/account"]);
    assert(again.cookies[0] !== first.cookies[0], "the cookie of a new session");
    const cookie = Array.from(browser.cookies, ([name, value]) => `${name}=${value}`).join("; ");
    assertEquals([userOf(new Request("http://site.test/", { headers: { cookie } })), sessions.size], ["ada", 1]);
  });

  Deno.test(`A8, ${kind}: a repeat whose first response was lost gets the same response, with its cookies`, async () => {
    const { site, sessions } = open();
    await using _ = site;
    const browser = new Browser(site);
    const lost = await browser.post("signIn", "form-1", { isLost: true });
    assertEquals(await browser.post("signIn", "form-1"), lost);
    assertEquals(sessions.size, 1);
  });

  Deno.test(`A8, ${kind}: a repeat with the cookie of the first response gets the same response, without that cookie`, async () => {
    const { site, orders } = open();
    await using _ = site;
    const browser = new Browser(site);
    await browser.post("signIn", "form-1");
    const first = await browser.post("rotate", "form-2");
    assert(SESSION.test(first.cookies[0] ?? ""), "the order gives a new cookie");
    for (let repeat = 0; repeat < 2; repeat++) {
      const again = await browser.post("rotate", "form-2");
      assertEquals([again.location, again.cookies, orders], ["/orders/1", [], ["ada"]]);
    }
  });

  Deno.test(`A8, ${kind}: a repeat with the old cookie gets the same response with the new cookie, which had been lost`, async () => {
    const { site, orders } = open();
    await using _ = site;
    const browser = new Browser(site);
    await browser.post("signIn", "form-1");
    const lost = await browser.post("rotate", "form-2", { isLost: true });
    const again = await browser.post("rotate", "form-2");
    assertEquals([again, orders], [lost, ["ada"]]);
  });

  Deno.test(`A8, ${kind}: a copy of the form that another person sends is another mutation, signed in or not`, async () => {
    const { site, orders, sessions } = open();
    await using _ = site;
    const ada = new Browser(site);
    await ada.post("signIn", "form-1");
    await ada.open();
    const first = await ada.post("rotate", "form-2");
    sessions.set("bob", "bob");
    const bob = new Browser(site, "203.0.113.2");
    bob.cookies.set("session", "bob");
    const second = await bob.post("rotate", "form-2");
    const guest = await new Browser(site, "203.0.113.3").post("rotate", "form-2");
    assertEquals(orders, ["ada", "bob", "guest"]);
    assertEquals(new Set([first, second, guest].map(({ cookies }) => cookies[0])).size, 3);
    // Each has its own outcome.
    assertEquals([(await ada.post("rotate", "form-2")).location, orders.length], ["/orders/1", 3]);
  });

  Deno.test(`A8, ${kind}: on a shared computer, the next user does not get the outcome of a signed-out user`, async () => {
    const { site, orders, sessions } = open();
    await using _ = site;
    const browser = new Browser(site);
    await browser.post("signIn", "form-1");
    await browser.post("order", "form-2");
    await browser.post("signOut", "form-3");
    const guest = await browser.post("order", "form-2");
    assertEquals([guest.location, orders], ["/orders/2", ["ada", "guest"]]);
    sessions.set("bob", "bob");
    browser.cookies.set("session", "bob");
    await browser.post("order", "form-2");
    assertEquals(orders, ["ada", "guest", "bob"]);
  });

  Deno.test(`A8, ${kind}: a guest who signs in becomes another identity, and after the sign-out the next user gets none of the outcomes`, async () => {
    const { site, orders } = open();
    await using _ = site;
    const browser = new Browser(site);
    await browser.post("order", "form-1");
    await browser.post("signIn", "form-2");
    await browser.post("order", "form-1");
    assertEquals(orders, ["guest", "ada"]);
    // Users who are not signed in do not receive the outcome of the sign-out.
    await browser.post("signOut", "form-3");
    const stranger = await new Browser(site, "203.0.113.2").post("signOut", "form-3");
    assertEquals(stranger.cookies.length, 1);
  });
}

for (const [kind, orders] of [["the account as principal", 2], ["a named cookie", 3]] as const) {
  Deno.test(`A8, ${kind}: a form from two cookies ago gets the same response if the account is known, and otherwise runs`, async () => {
    const made = KINDS[kind]();
    await using _ = made.site;
    const browser = new Browser(made.site);
    await browser.post("signIn", "form-1");
    await browser.post("rotate", "form-2");
    await browser.post("rotate", "form-3");
    const again = await browser.post("rotate", "form-2");
    assertEquals(made.orders.length, orders);
    // Never the cookie of an ended session.
    const [, key = ""] = /session=(s\d+)/.exec(again.cookies[0] ?? "") ?? [];
    assertEquals([again.location, again.cookies.length === 0 || key === "s4"], [
      `/orders/${orders === 2 ? 1 : 3}`,
      true,
    ]);
  });
}

Deno.test("A8: a response counts as received before the first request with its cookie gets a response", async () => {
  const memory = createMemoryStore();
  const order: string[] = [];
  const store = answering(memory, async () => await new Promise((resolve) => setTimeout(resolve, 0)));
  const { site, sessions } = shop({
    store: {
      ...store,
      deleteIf: async (...args) => {
        const isDeleted = await store.deleteIf(...args);
        order.push("the outcome is dropped");
        return isDeleted;
      },
    },
  });
  await using _ = site;
  const browser = new Browser(site);
  await browser.post("signIn", "form-1");
  await browser.open();
  order.push("the page is answered");
  assertEquals(order, ["the outcome is dropped", "the page is answered"]);
  await new Browser(site, "203.0.113.2").post("signIn", "form-1");
  assertEquals(sessions.size, 2);
});

Deno.test("A8: a cookie that a script changes between a request and its repeat does not cause a second order", async () => {
  const { site, orders } = shop();
  await using _ = site;
  const browser = new Browser(site);
  await browser.post("signIn", "form-1");
  browser.cookies.set("_ga", "GS1.1.1");
  await browser.post("order", "form-2", { isLost: true });
  browser.cookies.set("_ga", "GS1.1.2");
  browser.cookies.set("hyper_flash", "%5B%5D");
  await browser.post("order", "form-2");
  assertEquals(orders, ["ada"]);
});

Deno.test("A16: a page that sets a cookie does not wait for a store that does not respond, and this is reported once", async () => {
  const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await using site = new Site({ order: () => redirect("/done") }, {
      store: answering(createMemoryStore(), () => new Promise(() => {})),
      headers: ({ headers }) => headers.has("cookie") ? {} : { "set-cookie": `sid=${crypto.randomUUID()}; HttpOnly` },
    });
    // Both take no time on this clock.
    for (let visitor = 0; visitor < 3; visitor++) assertEquals((await new Browser(site).open()).status, 200);
    await clock.tickAsync(5_000);
    assertEquals(site.reports, ["Cannot wait for the store: get() took more than 5 s"]);
  } finally {
    clock.uninstall();
  }
});

Deno.test("A8: a sign-up whose response was lost runs once, although another client sends a cookie that it has set", async () => {
  let accounts = 0;
  await using site = new Site({
    signUp: ({ setCookie }) => {
      setCookie({ name: "lang", value: "en" });
      setCookie({ name: "session", value: `s${++accounts}` });
      return redirect("/welcome");
    },
  });
  const browser = new Browser(site);
  await browser.post("signUp", "form-1", { isLost: true });
  const stranger = new Browser(site, "203.0.113.2");
  stranger.cookies.set("lang", "en");
  await stranger.open();
  assertEquals([(await browser.post("signUp", "form-1")).cookies.length, accounts], [2, 1]);
  // The response has now been received, so the same form is another sign-up.
  await browser.open();
  await new Browser(site).post("signUp", "form-1");
  assertEquals(accounts, 2);
});

Deno.test("A8: a vote whose response was lost runs once, even if other users have voted as well", async () => {
  let votes = 0;
  await using site = new Site({
    vote: ({ setCookie }) => {
      setCookie({ name: "voted", value: "1" });
      return redirect(`/votes/${++votes}`);
    },
  });
  const others = new Browser(site, "203.0.113.2");
  await others.post("vote", "form-1");
  await others.open();
  const browser = new Browser(site);
  await browser.post("vote", "form-2", { isLost: true });
  await others.open();
  assertEquals([(await browser.post("vote", "form-2")).location, votes], ["/votes/2", 2]);
});

Deno.test("A8: a session whose cookie comes from the option `headers` is distinguished from others", async () => {
  let orders = 0;
  await using site = new Site({ order: () => redirect(`/orders/${++orders}`) }, {
    headers: ({ headers }) => headers.has("cookie") ? {} : { "set-cookie": `sid=${crypto.randomUUID()}; HttpOnly` },
  });
  const [ada, bob] = [new Browser(site), new Browser(site)];
  await ada.open();
  await bob.open();
  assertEquals((await ada.post("order", "form-1")).location, "/orders/1");
  assertEquals((await bob.post("order", "form-1")).location, "/orders/2");
  assertEquals((await ada.post("order", "form-1")).location, "/orders/1");
});

Deno.test("A8: a client is identified by its Authorization header", async () => {
  const { site, orders } = shop();
  await using _ = site;
  const browser = new Browser(site);
  const as = (token: string) => browser.post("order", "id-1", { headers: { authorization: `Bearer ${token}` } });
  await as("a");
  await as("b");
  await as("a");
  assertEquals(orders.length, 2);
});

Deno.test("A8: the names of session cookies are known after a restart, and to other instances", async () => {
  const store = createMemoryStore();
  const here = shop({ store });
  const browser = new Browser(here.site);
  await browser.post("signIn", "form-1");
  await browser.post("order", "form-2");
  await here.site[Symbol.asyncDispose]();
  // Another process, which has set no cookie yet.
  const there = shop({ store });
  await using _ = there.site;
  const ada = new Browser(there.site);
  ada.cookies = browser.cookies;
  const bob = new Browser(there.site);
  bob.cookies.set("session", "bob");
  assertEquals((await ada.post("order", "form-2")).location, "/orders/1");
  assertEquals(there.orders.length, 0);
  await bob.post("order", "form-2");
  assertEquals(there.orders.length, 1);
});

Deno.test("A8: a repeat does not restore a session that was started on one instance and ended on another", async () => {
  const store = createMemoryStore();
  const [here, there] = [shop({ store }), shop({ store })];
  await using _here = here.site;
  await using _there = there.site;
  const browser = new Browser(here.site);
  const first = await browser.post("signIn", "form-1", { isLost: true });
  // Only its response was lost. Its repeat gets the response until the session ends.
  assertEquals((await browser.post("signIn", "form-1")).cookies, first.cookies);
  const elsewhere = new Browser(there.site);
  elsewhere.cookies = browser.cookies;
  await elsewhere.post("signOut", "form-2");
  const again = await elsewhere.post("signIn", "form-1");
  // It ran on the other instance, where the count of sessions also begins at 1.
  assertEquals([again.cookies.length, there.sessions.size], [1, 1]);
});

Deno.test("A8: a repeat with a new cookie waits for the run that has set it, also on another instance", async () => {
  const store = createMemoryStore();
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const flow = async function* ({ setCookie }: ActionContextBase) {
    runs++;
    setCookie({ name: "session", value: "s2" });
    yield toast("one");
    await gate.promise;
    yield toast("two");
  };
  await using here = new Site({ flow }, { store });
  await using there = new Site({ flow }, { store });
  const send = (site: Site, cookie: string): Promise<Response> =>
    site.handler(
      new Request("http://site.test/", {
        method: "POST",
        headers: { accept: EVENTS, "x-hyper-action": "flow", "x-hyper-request-id": "id-1", cookie },
      }),
    );
  // The name of the cookie is known: it was set before.
  await (await send(here, "session=s0")).body?.cancel();
  runs = 0;
  const first = await send(here, "session=s1");
  assertEquals(first.headers.getSetCookie().length, 1);
  const repeats = [send(here, "session=s2"), send(there, "session=s2")];
  gate.resolve();
  for (const repeat of repeats) {
    const response = await repeat;
    assertEquals([response.status, response.headers.getSetCookie()], [200, []]);
    await response.text();
  }
  await first.text();
  assertEquals(runs, 1);
});
