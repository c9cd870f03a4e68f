import { assertEquals, assertMatch } from "@std/assert";
import { createMemoryStore, createSqliteStore, type Store } from "@hyper/actions";
import { RequestCookies } from "../../src/http/request_cookies.ts";
import { clearFlashCookie, Flash, MAX_CHARACTERS, readFlash, type ToastValue } from "../../src/respond/flash.ts";

/** A browser: its cookie, and the store of the server. */
class Browser {
  cookie = "";
  readonly errors: unknown[] = [];
  readonly #flash: Flash;

  constructor(store: Pick<Store, "get" | "put"> = createMemoryStore()) {
    this.#flash = new Flash(store);
  }

  get #headers(): Headers {
    return new Headers({ cookie: `a=1; ${this.cookie}; b=2` });
  }

  /** Keeps toasts as a post does. Returns the `Set-Cookie` header. */
  async post(toasts: readonly ToastValue[], url = "http://site.test/", hasLeft = false): Promise<string | null> {
    const request = new Request(url, { headers: this.#headers });
    const cookies = Object.assign(new RequestCookies(request), { hasLeft });
    const keeping = this.#flash.keep(
      toasts,
      { request, url: new URL(url), cookies },
      (error) => this.errors.push(error),
    );
    const cookie = await keeping;
    if (cookie !== null) this.cookie = cookie.split(";", 1)[0] ?? "";
    return cookie;
  }

  /** Returns the toasts that the next page shows. */
  async page(): Promise<readonly ToastValue[]> {
    return await this.#flash.read(this.#headers, (error) => this.errors.push(error));
  }
}

/** Returns the toasts that the next page shows after these posts. */
async function shown(...posts: readonly (readonly ToastValue[])[]): Promise<readonly ToastValue[]> {
  const browser = new Browser();
  for (const toasts of posts) await browser.post(toasts);
  return await browser.page();
}

/** Returns a store that counts the calls, and fails while `isDown`. */
function watched(): { readonly store: Store; calls: number; isDown: boolean } {
  const memory = createMemoryStore();
  const state = {
    calls: 0,
    isDown: false,
    store: new Proxy(memory, {
      get: (target, name) => async (...args: unknown[]) => {
        state.calls++;
        if (state.isDown) throw new Error("The store is down");
        return await Reflect.get(target, name).apply(target, args);
      },
    }),
  };
  return state;
}

for (
  const toasts of [
    [{ value: "Saved" }],
    [{ message: 'a; b, c "d" % \\', level: "info" }, { value: 7 }],
    [{ value: "ü 😀 \n \r \u0000 שלום" }],
    [{ value: null, nested: { list: [1, "2"] } }],
  ]
) {
  Deno.test(`Flash shows the toasts that it has kept: ${JSON.stringify(toasts)}`, async () =>
    assertEquals(await shown(toasts), toasts));
}

Deno.test("Flash.keep() returns null without toasts, also with those of an earlier post", async () => {
  const browser = new Browser();
  assertEquals(await browser.post([]), null);
  await browser.post([{ value: "First" }]);
  assertEquals(await browser.post([]), null);
  assertEquals(await browser.page(), [{ value: "First" }]);
});

Deno.test("Flash.keep() sets Secure on https", async () => {
  assertMatch(await new Browser().post([{ value: 1 }], "https://site.test/") ?? "", /; Secure/);
  assertEquals(/Secure/.test(await new Browser().post([{ value: 1 }]) ?? ""), false);
});

const LONG = { value: "x".repeat(1_500) };
const MANY = Array.from({ length: 100 }, (_, value) => ({ value }));

for (
  const [what, posts] of [
    ["toasts that exceed the cookie", [[{ value: "a" }, LONG, LONG, { value: "b" }]]],
    ["one toast that exceeds the cookie", [[{ value: "x".repeat(30_000) }]]],
    ["a hundred toasts", [MANY]],
    ["text in every script", [[{ value: "ü😀שלום%".repeat(2_000) }, { value: 1 }]]],
    ["two posts before one page", [[{ value: "First" }], [{ value: "Second" }]]],
    ["two posts with long toasts before one page", [[LONG, LONG, { value: "First" }], [LONG, { value: "Second" }]]],
    ["a third post with a short toast", [[LONG, LONG], [LONG], [{ value: "Third" }]]],
  ] as const
) {
  for (
    const [name, open] of [["memory", createMemoryStore], ["SQLite", () => createSqliteStore(":memory:")]] as const
  ) {
    Deno.test(`Flash over ${name} loses none of ${what}`, async () => {
      const store = await open();
      const browser = new Browser(store);
      for (const toasts of posts) await browser.post(toasts);
      assertEquals(await browser.page(), posts.flat());
      assertEquals(browser.cookie.length <= "hyper_flash=".length + 2_048, true);
      if (Symbol.asyncDispose in store) await store[Symbol.asyncDispose]();
    });
  }
}

Deno.test("Flash.keep() and read() do not call the store for toasts that fit in the cookie: ten, and 2,048 bytes", async () => {
  const watch = watched();
  const browser = new Browser(watch.store);
  const exact = { value: "x".repeat(2_048 - encodeURIComponent('[{"value":""}]').length) };
  for (const toasts of [[exact], MANY.slice(0, 10)]) {
    browser.cookie = "";
    await browser.post(toasts);
    assertEquals([await browser.page(), watch.calls], [toasts, 0]);
  }
  for (const toasts of [[{ value: `${exact.value}x` }], MANY.slice(0, 11)]) {
    [browser.cookie, watch.calls] = ["", 0];
    await browser.post(toasts);
    assertEquals([await browser.page(), watch.calls], [toasts, 2]);
  }
});

Deno.test("Flash.keep() keeps nothing of a user who has left", async () => {
  const browser = new Browser();
  await browser.post([LONG, LONG]);
  await browser.post([{ value: "Signed out" }], undefined, true);
  assertEquals(await browser.page(), [{ value: "Signed out" }]);
  assertMatch(await browser.post([], undefined, true) ?? "", /Max-Age=0/);
  assertEquals(await browser.page(), []);
});

Deno.test("Flash.keep() drops the earliest above the bounds, and then the last ones", async () => {
  assertEquals(await shown(MANY, [{ value: "Last" }]), [...MANY.slice(1), { value: "Last" }]);
  assertEquals(await shown([...MANY, { value: "Last" }]), MANY);
  const huge = { value: "y".repeat(MAX_CHARACTERS - 200) };
  assertEquals(await shown([LONG], [huge]), [huge]);
  assertEquals(await shown([{ value: "y".repeat(MAX_CHARACTERS) }]), []);
});

Deno.test("Flash keeps what fits in the cookie, and reports the error, when the store fails", async () => {
  const watch = watched();
  const browser = new Browser(watch.store);
  watch.isDown = true;
  await browser.post([{ value: "a" }, LONG, LONG]);
  assertEquals([await browser.page(), browser.errors.length], [[{ value: "a" }, LONG], 1]);
  watch.isDown = false;
  await browser.post([LONG, { value: "b" }]);
  assertEquals(await browser.page(), [{ value: "a" }, LONG, LONG, { value: "b" }]);
  watch.isDown = true;
  assertEquals([(await browser.page()).length, browser.errors.length], [2, 2]);
  await browser.post([{ value: "c" }]);
  assertEquals([(await browser.page()).at(-1), browser.errors.length], [{ value: "c" }, 3]);
});

Deno.test("Flash.read() shows nothing for a place that the client invents", async () => {
  const store = createMemoryStore();
  await new Browser(store).post(MANY);
  await store.put("hyper:session:x", { toasts: [{ value: "secret" }] }, 60);
  for (const place of [crypto.randomUUID(), "../hyper:session:x", "hyper:session:x", "0".repeat(36), ""]) {
    const other = new Browser(store);
    other.cookie = `hyper_flash=${encodeURIComponent(JSON.stringify([place]))}`;
    assertEquals(await other.page(), []);
  }
});

Deno.test("clearFlashCookie() removes the cookie", () => assertMatch(clearFlashCookie(false), /Max-Age=0/));

for (const value of ["", "%7B%7D", "%5B1%2C%22a%22%2Cnull%2C%5B%5D%5D", "%5B", "%FF", "[", "x".repeat(2_049)]) {
  Deno.test(`readFlash() ignores a value that is not a list of objects: ${value.slice(0, 12)}`, () => {
    assertEquals(readFlash(new Headers({ cookie: `hyper_flash=${value}` })), { toasts: [], rest: null });
  });
}

const COOKIE = `hyper_flash=${encodeURIComponent('[{"value":1}]')}`;

Deno.test("readFlash() reads its own cookie and no other", () => {
  assertEquals(readFlash(new Headers({ cookie: COOKIE })).toasts, [{ value: 1 }]);
  assertEquals(readFlash(new Headers({ cookie: COOKIE.replace("hyper_flash", "other_hyper_flash") })).toasts, []);
  assertEquals(readFlash(new Headers()).toasts, []);
});

for (const other of ["a", "=b", ";", "a;b;=", "hyper_flash", "\u00e4=\u00ff", "x".repeat(60_000), "%", '"', "a=b=c"]) {
  Deno.test(`readFlash() reads its own cookie with another one that is malformed: ${other.slice(0, 12)}`, () => {
    assertEquals(readFlash(new Headers({ cookie: `${other}; ${COOKIE}` })).toasts, [{ value: 1 }]);
    assertEquals(readFlash(new Headers({ cookie: `${COOKIE};${other}` })).toasts, [{ value: 1 }]);
    assertEquals(readFlash(new Headers({ cookie: other })).toasts, []);
  });
}
