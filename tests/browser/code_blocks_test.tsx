/** The scripts in the documents, on a page that has what they use. */
import { assertEquals } from "@std/assert";
import { action, createHandler, defineForm, event, Field, field, Form, html } from "@hyper/actions";
import { Buffer } from "node:buffer";
import { withPage } from "../support/browser.ts";
import { listIgnoredBlocks } from "../support/documents.ts";
import type {} from "../../client.ts";

const PictureForm = defineForm("picture", { fields: { picture: field.file({ label: "Picture" }) } });
const save = action("save_picture", { form: PictureForm }, () => {});
const actions = {
  save,
  roll: action("roll_dice", () => ({ total: 42 })),
  like: action("like", () => html("liked", { target: "#liked", swap: "inner" })),
  watch: action("watchTicket", { method: "GET" }, () => html("watched", { target: "#ticket", swap: "inner" })),
  fill: action("fill_cart", () => event("cart:filled", { count: 3 }, { target: "#cart" })),
};

function Body() {
  return (
    <main>
      <button id="like-7" type="button">Like</button>
      <p id="liked" />
      <div hyper-hook="ticket">
        <p id="ticket" />
      </div>
      <p id="cart" />
      <p id="result" />
      <Form action={save}>
        <Field name="picture" />
        <img id="preview" alt="" hidden />
      </Form>
    </main>
  );
}

Deno.test("scripts of the documents: each runs, and does what its document describes", async () => {
  const blocks = (await listIgnoredBlocks()).filter(({ language }) => language === "js");
  assertEquals(blocks.length, 6, "the page below has what each script uses");
  const handler = createHandler({
    pages: [{ path: "/", load: () => Promise.resolve({ default: Body, ...actions }) }],
  });
  try {
    await withPage(handler, async ({ page }) => {
      const logged: string[] = [];
      page.on("console", (message) => logged.push(message.text()));
      await page.goto("/");
      await page.waitForFunction(() => typeof globalThis.action === "function");
      for (const { code } of blocks) await page.addScriptTag({ type: "module", content: code });

      // guides/javascript.md: a call, and an event. guides/development.md: the events of streams.
      await page.evaluate(() => globalThis.action("fill_cart"));
      assertEquals(logged.filter((text) => /^(?:42|3)$/.test(text)).toSorted(), ["3", "42"]);
      assertEquals(logged.some((text) => text.startsWith("fill_cart dispatch_event")), true, logged.join("\n"));
      // capabilities/optimistic.md: the prediction held until its answer came. reference/runtime.md: the hook.
      await page.locator("#liked", { hasText: "liked" }).waitFor();
      await page.locator("#ticket", { hasText: "watched" }).waitFor();
      // guides/uploads.md: the preview.
      await page.getByLabel("Picture").setInputFiles({
        name: "dot.gif",
        mimeType: "image/gif",
        buffer: Buffer.from("R0lGODlhAQABAAAAACwAAAAAAQABAAA=", "base64"),
      });
      await page.locator("#preview[src^='blob:']").waitFor();
    });
  } finally {
    await handler.close();
  }
});
