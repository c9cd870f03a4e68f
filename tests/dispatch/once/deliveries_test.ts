import { assertEquals, assertRejects } from "@std/assert";
import { createDeliveries } from "../../../src/dispatch/once/deliveries.ts";
import { createMemoryStore } from "../../../src/store/memory.ts";

/** The deliveries of two processes that share a store, and the keys that each had to forget. */
function deliveries() {
  const store = createMemoryStore();
  return ["here", "there"].map(() => {
    const forgotten: string[] = [];
    const made = createDeliveries({
      store,
      seconds: 60,
      forget: (key) => Promise.resolve(void forgotten.push(key)),
      isIdentity: (name) => name === "session",
    });
    return { ...made, forgotten };
  });
}

const requestWith = (cookie: string) => new Request("http://site.test/", { headers: { cookie } });

Deno.test("Deliveries.seen() drops an outcome once when a request sends its cookie", async () => {
  const [here] = deliveries();
  assertEquals(here?.seen(requestWith("session=1")), null);
  await here?.follow(["session=1"], "key");
  assertEquals(here?.seen(requestWith("session=2; other=1")), null);
  assertEquals(here?.seen(new Request("http://site.test/")), null);
  await here?.seen(requestWith("theme=dark; session=1"));
  assertEquals([here?.forgotten, here?.seen(requestWith("session=1"))], [["key"], null]);
});

Deno.test("Deliveries.seen() drops an outcome when a request sends all of its cookies, and not for a single one", async () => {
  const [here] = deliveries();
  await here?.follow(["session=1", "lang=en"], "key");
  assertEquals([here?.seen(requestWith("lang=en")), here?.seen(requestWith("session=1; lang=de"))], [null, null]);
  await here?.seen(requestWith("lang=en; session=1"));
  assertEquals(here?.forgotten, ["key"]);
  assertEquals(here?.seen(requestWith("lang=en; session=1")), null);
});

Deno.test("Deliveries.seen() does not drop an outcome for a cookie that another response has set as well", async () => {
  const [here] = deliveries();
  await here?.follow(["voted=1"], "first");
  await here?.seen(requestWith("voted=1"));
  await here?.follow(["voted=1"], "second");
  await here?.seen(requestWith("voted=1"));
  assertEquals(here?.forgotten, ["first"]);
});

Deno.test("Deliveries.follow() succeeds when it is called again after the store has failed", async () => {
  const store = createMemoryStore();
  const put = store.put.bind(store);
  let isDown = true;
  store.put = (...args) => isDown ? Promise.reject(new Error("down")) : put(...args);
  const forgotten: string[] = [];
  const made = createDeliveries({
    store,
    seconds: 60,
    forget: (key) => Promise.resolve(void forgotten.push(key)),
    isIdentity: () => true,
  });
  await assertRejects(() => made.follow(["session=1"], "key"), Error, "down");
  isDown = false;
  await made.follow(["session=1"], "key");
  await made.seen(requestWith("session=1"));
  assertEquals(forgotten, ["key"]);
});

for (
  const [what, set, expected] of [
    ["removes", "session=; Max-Age=0", ["key"]],
    ["replaces", "session=2", ["key"]],
    ["removes by its own value", "session=1; Max-Age=0", ["key"]],
    ["sets again", "session=1; Max-Age=60", []],
    ["does not touch", "theme=dark", []],
  ] as const
) {
  Deno.test(`Deliveries.replaced() on another process, when a response ${what} the cookie: forgets ${expected.length}`, async () => {
    const [here, there] = deliveries();
    await here?.follow(["session=1"], "key");
    await there?.replaced(requestWith("theme=dark; session=1"), [set]);
    assertEquals([there?.forgotten, here?.forgotten], [[...expected], []]);
    // And not a second time.
    await there?.replaced(requestWith("session=1"), [set]);
    assertEquals(there?.forgotten, [...expected]);
  });
}

Deno.test("Deliveries.replaced() drops nothing for a cookie that is not a session cookie", async () => {
  const [here] = deliveries();
  await here?.follow(["theme=dark"], "key");
  await here?.replaced(requestWith("theme=dark"), ["theme=light"]);
  assertEquals(here?.forgotten, []);
});
