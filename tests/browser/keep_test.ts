import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, type Sent, sse } from "./runtime_app.ts";

/** Defines a test on a page with this body, in which the action "go" responds with a patch. */
function onPage(name: string, body: string, patch: object, test: (page: Page) => Promise<void>): void {
  const events: Sent[] = [["patch_html", patch], END];
  Deno.test(name, async () => {
    await withPage(app({ body, actions: { go: () => sse(events) } }), async ({ page }) => {
      await page.goto("/");
      await test(page);
    });
  });
}

const go = (page: Page) => page.evaluate(async () => (await action("go")).kind);

for (const [swap, kept] of [["inner", `<div id="x">`], ["outer", ""], ["morph", `<div id="x">`]] as const) {
  onPage(
    `hyper-keep keeps an element through a patch with ${swap}, and its frame loaded`,
    `<div id="x"><iframe id="f" hyper-keep srcdoc="1"></iframe><i id="i" hyper-keep></i></div><p id="o" hyper-keep>o</p>`,
    {
      target: "#x",
      swap,
      content: `${swap === "morph" ? kept : ""}<b>new</b><iframe id="f" hyper-keep></iframe>${
        swap === "morph" ? "</div>" : ""
      }`,
    },
    async (page) => {
      await page.frameLocator("#f").getByText("1").waitFor();
      await page.evaluate(() => {
        const frame = document.querySelector<HTMLIFrameElement>("#f");
        Reflect.set(globalThis, "was", [frame, frame?.contentDocument]);
      });
      assertEquals(await go(page), "success");
      const state = await page.evaluate(() => {
        const frame = document.querySelector<HTMLIFrameElement>("#f");
        const [element, inside] = Reflect.get(globalThis, "was");
        return [frame === element, frame?.contentDocument === inside, document.body.innerHTML];
      });
      const island = `<b>new</b><iframe id="f" hyper-keep="" srcdoc="1"></iframe>`;
      assertEquals(state, [true, true, `${kept}${island}${kept && "</div>"}<p id="o" hyper-keep="">o</p>`]);
    },
  );
}

for (const swap of ["outer", "morph"]) {
  onPage(
    `hyper-keep keeps an element that is the target of a patch with ${swap}`,
    `<i></i><p id="k" hyper-keep>mine</p><b></b>`,
    { target: "#k", swap, content: `<p id="k">theirs</p>` },
    async (page) => {
      await page.evaluate(() => Reflect.set(globalThis, "was", document.querySelector("#k")));
      assertEquals(await go(page), "success");
      const state = await page.evaluate(() => [
        document.querySelector("#k") === Reflect.get(globalThis, "was"),
        document.body.innerHTML,
      ]);
      assertEquals(state, [true, `<i></i><p id="k" hyper-keep="">mine</p><b></b>`]);
    },
  );
}

onPage(
  "hyper-keep leaves a kept element in the kept element that contains it",
  `<div id="x"><div id="k" hyper-keep><i id="i" hyper-keep>1</i></div></div>`,
  { target: "#x", swap: "inner", content: `<div id="k" hyper-keep><i id="i" hyper-keep>2</i></div>` },
  async (page) => {
    assertEquals(await go(page), "success");
    assertEquals(
      await page.locator("#x").innerHTML(),
      `<div id="k" hyper-keep=""><i id="i" hyper-keep="">1</i></div>`,
    );
  },
);

onPage(
  "hyper-keep moves an element to where a patch adds it",
  `<p id="k" hyper-keep>mine</p><div id="x"></div>`,
  { target: "#x", swap: "append", content: `<p id="k" hyper-keep>theirs</p>` },
  async (page) => {
    await page.evaluate(() => Reflect.set(globalThis, "was", document.querySelector("#k")));
    assertEquals(await go(page), "success");
    assertEquals(await page.locator("body").innerHTML(), `<div id="x"><p id="k" hyper-keep="">mine</p></div>`);
    assertEquals(await page.evaluate(() => document.querySelector("#k") === Reflect.get(globalThis, "was")), true);
  },
);

onPage(
  "hyper-keep does not keep an element whose id is not in the new content",
  `<div id="x"><p id="k" hyper-keep>mine</p></div>`,
  { target: "#x", swap: "inner", content: "<b>new</b>" },
  async (page) => {
    assertEquals(await go(page), "success");
    assertEquals(await page.locator("body").innerHTML(), `<div id="x"><b>new</b></div>`);
  },
);
