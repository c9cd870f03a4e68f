/**
 * A control hides a property of its form by its name (HTML, 4.10.3, `[LegacyOverrideBuiltIns]`): `form.action` is then the
 * control. The runtime must treat such a form like any other.
 */
import { assertEquals } from "@std/assert";
import { withPage } from "../support/browser.ts";
import { app, END, type Sent, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const NAMES = [
  "action",
  "after",
  "append",
  "attributes",
  "before",
  "children",
  "closest",
  "contains",
  "content",
  "dataset",
  "disabled",
  "elements",
  "enctype",
  "focus",
  "form",
  "hidden",
  "id",
  "isConnected",
  "lang",
  "length",
  "matches",
  "method",
  "name",
  "parentElement",
  "parentNode",
  "prefix",
  "prepend",
  "remove",
  "replaceChildren",
  "replaceWith",
  "requestSubmit",
  "reset",
  "slot",
  "style",
  "submit",
  "target",
  "title",
  "type",
  "value",
];

const form = (name: string, more = "") =>
  `<form id="f" action="/here" data-hyper-form="save" hyper-form-disable hyper-confirm-unsaved hyper-loading-disable ${more}>
    <input name="${name}" value="from the server"><button>Save</button></form>`;

const patch = (swap: string, content: string) => ["patch_html", { target: "#f", swap, content }] as const;

for (const name of NAMES) {
  Deno.test(`a form with a control named "${name}" is sent, patched and kept like any other`, async () => {
    const came: string[] = [];
    const save = async (request: Request) => {
      came.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`);
      const patches: readonly Sent[] = [
        patch("morph", form(name, 'class="saved"')),
        patch("before", "<i>before</i>"),
        patch("after", "<i>After</i>"),
        patch("prepend", "<i>first</i>"),
        patch("append", "<i>last</i>"),
      ];
      return sse([...patches, END]);
    };
    const released = Promise.withResolvers<void>();
    const late = async () => {
      await released.promise;
      return sse([patch("morph", form(name, 'class="late"')), END]);
    };
    const replace = () => sse([patch("morph", `<p>beside</p>${form(name)}`), patch("outer", form(name)), END]);
    const release = () => {
      released.resolve();
      return sse([END]);
    };
    const empty = () => sse([patch("inner", ""), patch("delete", ""), END]);
    const actions = { save, late, replace, release, empty };
    await withPage(app({ body: `<main>${form(name)}</main>`, actions }), async ({ page, events }) => {
      await page.goto("/");
      // With the DOM, because Playwright itself is confused by some of the names.
      await page.evaluate(() => {
        document.querySelector("input")!.value = "typed";
        document.querySelector("button")!.click();
      });
      await events.next("hyper:requestSuccess");
      await events.next("hyper:afterRequest");
      assertEquals(came, [`POST /here ${name}=typed`]);
      const main = () => page.evaluate(() => document.querySelector("main")!.textContent?.replace(/\s+/g, ""));
      assertEquals(await main(), "beforefirstSavelastAfter");
      await page.waitForFunction(() => !document.querySelector("[aria-busy], [aria-disabled], :disabled"));
      assertEquals(await page.evaluate(() => document.querySelectorAll("form.saved").length), 1);
      const kinds = await page.evaluate(async () => {
        const late = action("late");
        const others = [await action("replace", {}, { key: "other" }), await action("release")];
        return [...others, await late].map(({ kind }) => kind);
      });
      assertEquals(kinds, ["success", "success", "success"]);
      assertEquals(await main(), "beforebesideSaveAfter");
      assertEquals(await page.evaluate(() => document.querySelectorAll("form.late").length), 0);
      assertEquals(await page.evaluate(async () => (await action("empty")).kind), "success");
      assertEquals(await main(), "beforebesideAfter");
    });
  });
}
