import { assertEquals } from "@std/assert";
import { withPage } from "../support/browser.ts";
import { type Answer, app, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const POLICY = [
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'",
  "require-trusted-types-for 'script'; trusted-types hyper",
].join("; ");

const BODY = `<nav hyper-nav><a href="/b">B</a></nav><p id="box">old</p><ul id="list"></ul>
<form data-hyper-form="save" hyper-confirm-unsaved><input name="a"><input type="file" name="f"><button hyper-loading-disable>Save</button></form>
<p hyper-loading hidden>Loading</p><p hyper-offline hidden>Offline</p>`;

const js = (text: string): Answer => () => new Response(text, { headers: { "content-type": "text/javascript" } });

/** Uses every feature that touches markup, scripts, styles or the network, and returns the reported violations. */
Deno.test("the runtime works under a strict policy", async () => {
  const HEAD = `<script src="/watch.js"></script>`;
  const page = (title: string, head = "") =>
    html(
      `<!doctype html><html lang="de"><head>${HEAD}<title>${title}</title><script type="module" src="/_hyper/client.js"></script>${head}</head><body>${BODY}<h1>${title}</h1></body></html>`,
      { headers: { "content-security-policy": POLICY } },
    );
  const served = app({
    routes: {
      "/": () => page("A"),
      "/b": () => page("B", `<script src="/late.js"></script><link rel="stylesheet" href="/late.css">`),
      "/watch.js": js(
        `globalThis.violations = []; addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective + " " + e.sample));`,
      ),
      "/late.js": js("globalThis.late = true"),
      "/late.css": () => new Response("h1 { color: rgb(3, 0, 0) }", { headers: { "content-type": "text/css" } }),
      "/extra.js": js("globalThis.extra = true"),
    },
    actions: {
      all: () =>
        sse([
          ["patch_html", { target: "#box", content: `<p id="box"><svg><circle r="1"/></svg></p>` }],
          ["patch_html", {
            target: "#box",
            content: `<p id="box">morphed</p>`,
            swap: "morph",
            transition: true,
            swap_delay: 10,
            settle_delay: 10,
          }],
          ["patch_html", { target: "#list", content: "<li>1</li>", swap: "append", focus: "#box" }],
          ["patch_html", { target: "#gone", content: "" }],
          ["toast", { value: "Saved" }],
          ["load_js", { src: "/extra.js" }],
          ["history", { push_url: "/?page=2" }],
          ["dispatch_event", { name: "x", payload: 1 }],
          ["patch_signals", { a: 1 }],
          END,
        ]),
      save: async (request) => (await request.arrayBuffer(), sse([END])),
      fail: () => sse([["error", { status: 500, message: "" }], END], { status: 500 }),
    },
  });
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(async () => {
      await action("all");
      await action("save", { f: new File(["x"], "x.txt") }, { form: "form", onUploadProgress: () => {} });
      await action("fail");
      await Hyper.navigate("/b");
    });
    await page.getByRole("heading", { name: "B" }).waitFor();
    await page.waitForFunction(() =>
      Reflect.get(globalThis, "late") === true && Reflect.get(globalThis, "extra") === true
    );
    assertEquals(await page.locator("h1").evaluate((heading) => getComputedStyle(heading).color), "rgb(3, 0, 0)");
    await page.goBack();
    await page.getByRole("heading", { name: "A" }).waitFor();
    await page.getByRole("alert").waitFor({ state: "detached" });
    assertEquals(await page.evaluate("violations"), []);
  });
});
