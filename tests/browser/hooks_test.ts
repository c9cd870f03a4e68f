/** Elements with `hyper-hook`: functions of the page run when they come and go. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

declare const calls: string[];

const item = (id: string, names = "log") => `<li id="${id}" hyper-hook="${names}">${id}</li>`;
const LIST = `<ul id="list">${item("a")}${item("b")}</ul>`;

/** A page whose hook `log` records its calls, and whose action `patch` sends what the test wants. */
function serve(
  body: string,
  next: () => { readonly content?: string; readonly swap?: string; readonly target?: string },
) {
  return app({
    body,
    routes: {
      "/next": () =>
        html(`<!doctype html><html lang="en"><head><title>Next</title><script type="module" src="/_hyper/client.js">
          </script></head><body><ul id="list">${item("b")}${item("z")}</ul></body></html>`),
    },
    actions: { patch: () => sse([["patch_html", { target: "#list", swap: "inner", ...next() }], END]) },
  });
}

/** Opens the page and registers the hook. */
async function open(page: Page): Promise<void> {
  await page.goto("/");
  await page.evaluate(() => {
    Object.assign(globalThis, { calls: [] });
    const log = (name: string) => (element: Element) => void calls.push(`${name} ${element.id}`);
    Hyper.hook("log", { connect: log("connect"), disconnect: log("disconnect") });
  });
  await page.waitForFunction(() => calls.length > 0);
}

/** Returns the calls since the last time. */
const recent = (page: Page): Promise<string[]> => page.evaluate(() => calls.splice(0));

async function patch(page: Page): Promise<string[]> {
  await page.evaluate(() => globalThis.action("patch"));
  return await recent(page);
}

Deno.test("Hyper.hook() connects the elements on the page, and those that come and go with patches and navigations", async () => {
  let next = {};
  await withPage(serve(LIST, () => next), async ({ page }) => {
    await open(page);
    assertEquals(await recent(page), ["connect a", "connect b"]);
    next = { content: item("c") + `<li id="d">d</li>`, swap: "append" };
    assertEquals(await patch(page), ["connect c"]);
    // A morph keeps elements and moves them.
    next = { content: `<ul id="list">${item("c")}${item("a")}</ul>`, swap: "morph" };
    assertEquals(await patch(page), ["disconnect b"]);
    next = { content: item("a") };
    assertEquals(await patch(page), ["disconnect a", "disconnect c", "connect a"]);
    await page.evaluate(() => Hyper.navigate("/next"));
    assertEquals((await recent(page)).toSorted(), ["connect b", "connect z", "disconnect a"]);
  });
});

Deno.test("a change of hyper-hook connects and disconnects its element, and so does a script", async () => {
  await withPage(serve(LIST, () => ({})), async ({ page }) => {
    await open(page);
    await recent(page);
    const change = (change: () => void) =>
      page.evaluate(change).then(() => page.evaluate(() => Promise.resolve())).then(() => recent(page));
    assertEquals(await change(() => document.querySelector("#a")!.setAttribute("hyper-hook", "other")), [
      "disconnect a",
    ]);
    assertEquals(await change(() => document.querySelector("#a")!.setAttribute("hyper-hook", "other  log")), [
      "connect a",
    ]);
    assertEquals(await change(() => document.querySelector("#b")!.remove()), ["disconnect b"]);
    assertEquals(
      await change(() => {
        const list = document.querySelector("#list")!;
        list.append(document.querySelector("#a")!, "text");
      }),
      [],
    );
    assertEquals(
      await change(() => Hyper.hook("log", { connect: ({ id }) => void calls.push(`second ${id}`) })),
      ["disconnect a", "second a"],
    );
  });
});

Deno.test("an error of a hook is reported, and the other hooks run", async () => {
  await withPage(serve(LIST, () => ({})), async ({ page }) => {
    await open(page);
    await recent(page);
    await page.evaluate(() => {
      Hyper.hook("bad", {
        connect: () => {
          throw new Error("Cannot connect");
        },
      });
      document.querySelector("#list")!.innerHTML = `<li id="x" hyper-hook="bad log"></li>`;
    });
    await page.waitForFunction(() => calls.includes("connect x"));
  }, { expectErrors: [/Cannot connect/] });
});

Deno.test("hyper-hook has no effect in hyper-off", async () => {
  const body = `${LIST}<div hyper-off>${item("x")}</div><p id="y" hyper-off hyper-hook="log"></p>`;
  await withPage(serve(body, () => ({})), async ({ page }) => {
    await open(page);
    assertEquals(await recent(page), ["connect a", "connect b"]);
  });
});

Deno.test("a stopped runtime disconnects all elements; a new start connects them", async () => {
  const body = `${LIST}<script type="module">import { runtime } from "/_hyper/client.js";
    Object.assign(globalThis, { runtime });</script>`;
  await withPage(serve(body, () => ({})), async ({ page }) => {
    await open(page);
    await recent(page);
    const run = (name: string) => page.evaluate((name) => Reflect.get(globalThis, "runtime")[name](), name);
    await run("stop");
    assertEquals(await recent(page), ["disconnect a", "disconnect b"]);
    await run("start");
    await page.waitForFunction(() => calls.length === 2);
    assertEquals(await recent(page), ["connect a", "connect b"]);
  });
});

Deno.test("10,000 patches of elements with hyper-hook leave no element behind", async () => {
  await withPage(serve(LIST, () => ({})), async ({ page }) => {
    await open(page);
    await recent(page);
    const counts = await page.evaluate(async () => {
      const counts = { connect: 0, disconnect: 0 };
      Hyper.hook("count", { connect: () => counts.connect++, disconnect: () => counts.disconnect++ });
      await new Promise((resolve) => setTimeout(resolve));
      const list = document.querySelector("#list")!;
      for (let i = 0; i < 10_000; i++) {
        list.innerHTML = `<li hyper-hook="count">${i}</li>`;
        await null;
      }
      list.innerHTML = "";
      await null;
      return counts;
    });
    assertEquals([counts.connect, counts.disconnect], [10_000, 10_000]);
    const client = await page.context().newCDPSession(page);
    await client.send("HeapProfiler.collectGarbage");
    const { nodes } = await client.send("Memory.getDOMCounters");
    assertEquals(nodes < 1_000, true, `${nodes} nodes are left`);
  });
});
