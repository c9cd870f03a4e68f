import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { HyperEventMap } from "../../src/client/events.ts";
import type { HyperRuntime } from "../../src/client/runtime.ts";
import { type Visit, withPage } from "../support/browser.ts";
import { bundle } from "./module_page.ts";
import { type Answer, app, END, type Sent, sse } from "./runtime_app.ts";

// Globals of the page.
declare const action: HyperRuntime["action"];
declare const Alpine: { $data(element: Element | null): { count: number } };

/** Both builds of Alpine, and a strict policy for the CSP build. */
const BUILDS = [
  { name: "alpinejs", script: await bundle(`import Alpine from "alpinejs"; globalThis.Alpine = Alpine;`), headers: {} },
  {
    name: "@alpinejs/csp",
    script: await bundle(`import Alpine from "@alpinejs/csp"; globalThis.Alpine = Alpine;`),
    headers: { "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'" },
  },
];

const START = `import { hyperAlpine } from "/_hyper/client.js";
Alpine.plugin(hyperAlpine);
Alpine.start();`;

/** Defines a test on a page with this body, for each build. */
function onPage(
  name: string,
  body: string,
  actions: Readonly<Record<string, Answer>>,
  test: (visit: Visit) => Promise<void>,
): void {
  for (const build of BUILDS) {
    Deno.test(`hyperAlpine() ${name}, with ${build.name}`, async () => {
      const script = `<script src="/alpine.js"></script><script type="module" src="/start.js"></script>`;
      const routes = { "/alpine.js": () => javascript(build.script), "/start.js": () => javascript(START) };
      await withPage(app({ body, script, routes, actions, headers: build.headers }), async (visit) => {
        await visit.page.goto("/");
        await visit.page.waitForFunction(() =>
          "Alpine" in globalThis && document.querySelector("[x-data]:not([x-cloak])")
        );
        await test(visit);
      });
    });
  }
}

function javascript(text: string): Response {
  return new Response(text, { headers: { "content-type": "text/javascript" } });
}

/** Returns an action that responds with these signals. */
const signals = (...sent: Readonly<Record<string, unknown>>[]) => () =>
  sse([...sent.map((values): Sent => ["patch_signals", values]), END]);

const text = (page: Page, selector: string) => page.locator(selector).textContent();

onPage(
  "provides $action in expressions, and its response patches the nearest x-data",
  `<div x-data="{ count: 1 }"><p x-text="count"></p><button @click="$action('add', { by: 4 })">Add</button></div>`,
  {
    add: (request) => signals({ count: 1 + Number(JSON.parse(request.headers.get("x-hyper-data") ?? "{}").by) })(),
  },
  async ({ page, events }) => {
    await page.getByRole("button").click();
    await events.next("hyper:signals");
    assertEquals(await text(page, "p"), "5");
  },
);

onPage(
  "uses the element as the source of its call",
  `<div x-data="{}"><button id="b" @click="$action('a', {}, { target: '#t' })">A</button></div>`,
  { a: () => sse([END]) },
  async ({ page, events }) => {
    const source = page.evaluate(() =>
      new Promise((resolve) => {
        addEventListener("hyper:beforeRequest", (event) => {
          const { detail } = event as HyperEventMap["hyper:beforeRequest"];
          resolve([detail.sourceEl?.id, detail.target]);
        });
        dispatchEvent(new CustomEvent("hyper:listening"));
      })
    );
    await events.next("hyper:listening");
    await page.getByRole("button").click();
    assertEquals(await source, ["b", "#t"]);
    await events.next("hyper:afterRequest");
  },
);

onPage(
  "patches the ancestor x-data that has the name, or else the nearest one",
  `<div x-data="{ count: 0 }"><p id="o" x-text="count"></p>
   <div x-data="{ open: false, extra: 0 }"><p id="i" x-text="open"></p><p id="e" x-text="extra"></p>
   <button @click="$action('a')">A</button></div></div><div x-data="{ open: 'other' }"><p id="s" x-text="open"></p></div>`,
  { a: signals({ count: 7, open: true, extra: 8 }) },
  async ({ page, events }) => {
    await page.getByRole("button").click();
    await events.next("hyper:signals");
    assertEquals(await Promise.all(["#o", "#i", "#e", "#s"].map((id) => text(page, id))), ["7", "true", "8", "other"]);
  },
);

onPage(
  "sets $name in the store",
  `<div x-data="{}"><p x-text="$store.hyper.user"></p><button @click="$action('a')">A</button></div>`,
  { a: signals({ $user: "Ann", $: "not a name" }) },
  async ({ page, events }) => {
    await page.getByRole("button").click();
    await events.next("hyper:signals");
    assertEquals(await text(page, "p"), "Ann");
  },
);

onPage(
  "merges objects and replaces all other values",
  `<div x-data="{ user: { name: 'Ann', tags: [1, 2], at: { x: 1, y: 2 } } }"><p x-text="user.name"></p>
   <i x-text="user.tags.length"></i><b x-text="user.at.x"></b><u x-text="user.at.y"></u>
   <button @click="$action('a')">A</button></div>`,
  { a: signals({ user: { tags: [3], at: { y: null } } }, { user: { at: { y: 5 } } }) },
  async ({ page, events }) => {
    await page.getByRole("button").click();
    await events.next("hyper:signals");
    await events.next("hyper:signals");
    assertEquals(await Promise.all(["p", "i", "b", "u"].map((name) => text(page, name))), ["Ann", "1", "1", "5"]);
  },
);

onPage(
  "does not change prototypes",
  `<div x-data="{ o: {} }"><button @click="$action('a')">A</button></div>`,
  {
    a: () => {
      const hostile =
        `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"o":{"__proto__":{"polluted":1}}}`;
      const event = `event: patch_signals\ndata: ${hostile}\n\n`;
      return new Response(`${event}event: end\ndata: {}\n\n`, { headers: { "content-type": "text/event-stream" } });
    },
  },
  async ({ page, events }) => {
    await page.getByRole("button").click();
    await events.next("hyper:signals");
    assertEquals(await page.evaluate(() => "polluted" in {}), false);
  },
);

onPage(
  "has applied the signals when the call resolves",
  `<div x-data="{ count: 0 }"><p x-text="count"></p></div>`,
  { a: signals({ count: 3 }) },
  async ({ page }) => {
    const value = await page.evaluate(async () => {
      const source = document.querySelector("p");
      await action("a", {}, { sourceEl: source });
      return Alpine.$data(source).count;
    });
    assertEquals(value, 3);
  },
);

onPage(
  "dispatches an event when all signals are applied",
  `<div x-data="{ count: 0 }"><button @click="$action('a')">A</button></div>`,
  { a: signals({ count: 3, $user: { name: "Ann" } }) },
  async ({ page, events }) => {
    await page.getByRole("button").click();
    const { detail } = await events.next("hyper:signals");
    assertEquals(detail, { count: 3, $user: { name: "Ann" } });
  },
);
