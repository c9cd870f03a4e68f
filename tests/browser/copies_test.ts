/** The runtime from another origin, and two copies of it on one page. */
import { assertEquals } from "@std/assert";
import { createHandler } from "../../mod.ts";
import { withPage } from "../support/browser.ts";
import { app, Arrivals, END, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const FORM = `<form data-hyper-form="save" method="post"><button>Go</button></form>`;

Deno.test("a page loads the runtime, and its later parts, from another origin", async () => {
  const handler = createHandler({ pages: [] });
  await using host = Deno.serve({ port: 0, onListen() {} }, handler);
  const script = `<script type="module" src="http://localhost:${host.addr.port}/_hyper/client.js"></script>`;
  const save = () => sse([["toast", { value: "Saved" }], END]);
  await withPage(app({ body: FORM, script, actions: { save } }), async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Go" }).click();
    // Toasts are in a later part.
    await page.getByText("Saved").waitFor();
  });
  await handler.close();
});

Deno.test("two copies of the runtime share one state and send a form once", async () => {
  const sent = new Arrivals<string>();
  const save = () => {
    sent.add("save");
    return sse([END]);
  };
  const script = `<script type="module">
    import * as first from "/_hyper/client.js";
    import * as second from "/_hyper/client.js?copy";
    window.copies = [first, second];
    second.Hyper.configure({ retry: { attempts: 3 } });
    second.runtime.start();
  </script>`;
  await withPage(app({ body: FORM, script, actions: { save } }), async ({ page, events }) => {
    await page.goto("/");
    const same = await page.evaluate(() => {
      const [first, second] = Reflect.get(globalThis, "copies");
      return [
        first === second,
        first.Hyper === second.Hyper && first.Hyper === Hyper,
        first.action === second.action && first.action === action,
        first.Hyper.configure().retry.attempts,
      ];
    });
    assertEquals(same, [false, true, true, 3]);
    await page.getByRole("button", { name: "Go" }).click();
    await events.next("hyper:afterRequest");
    assertEquals([await sent.next(), sent.rest, events.of("hyper:beforeRequest").length], ["save", 0, 1]);
  });
});
