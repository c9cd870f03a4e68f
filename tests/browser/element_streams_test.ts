/** Streams belong to the element that opened them: they end when it leaves the page. */
import { assertEquals } from "@std/assert";
import { type Visit, withPage } from "../support/browser.ts";
import { app, Arrivals, END, html, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

const STREAM = { headers: { "x-hyper-stream": "1" } };
const BODY = `<main id="main"><section><div id="box">Box</div></section></main><p id="log"></p>`;
const KEPT = `<aside id="kept" hyper-keep><div id="box">Box</div></aside>`;
const nextPage = (body: string) => () =>
  html(`<!doctype html><html lang="en"><head><title>Next</title><script type="module" src="/_hyper/client.js">
    </script></head><body>${body}</body></html>`);

/** Serves the page with a stream, and an action that patches the page. */
function serve(streams: Arrivals<Writer>, patches: () => object[], body = BODY): Deno.ServeHandler {
  return app({
    body,
    routes: { "/kept": nextPage(KEPT), "/gone": nextPage("<p>Gone</p>") },
    actions: {
      watch: () => {
        const stream = writer(STREAM);
        streams.add(stream);
        return stream.response;
      },
      patch: () => sse([...patches().map((patch) => ["patch_html", patch] as const), END]),
    },
  });
}

/** Opens a stream for `#box`, and waits until it is open. */
async function openStream(visit: Visit, streams: Arrivals<Writer>, method = "GET"): Promise<Writer> {
  await visit.page.goto("/");
  await visit.page.evaluate((method) => {
    const sourceEl = document.querySelector("#box");
    globalThis.action("watch", {}, { method, sourceEl }).catch(() => {});
  }, method);
  const stream = await streams.next();
  await write(visit, stream, "open");
  return stream;
}

/** Sends a patch with the stream, and waits for it. */
async function write({ page }: Visit, stream: Writer, text: string): Promise<void> {
  stream.send(["patch_html", { target: "#log", swap: "inner", content: text }]);
  await page.locator("#log").getByText(text, { exact: true }).waitFor();
}

const ENDING: Readonly<Record<string, object>> = {
  "an inner swap of an ancestor": { target: "#main", swap: "inner", content: "<p>new</p>" },
  "an outer swap": { target: "#box", swap: "outer", content: `<div id="other"></div>` },
  "a morph": { target: "#main", swap: "morph", content: `<main id="main"><section></section></main>` },
  "a delete": { target: "section", swap: "delete" },
};

for (const [name, patch] of Object.entries(ENDING)) {
  Deno.test(`a stream ends when ${name} removes its element`, async () => {
    const streams = new Arrivals<Writer>();
    await withPage(serve(streams, () => [patch]), async (visit) => {
      const stream = await openStream(visit, streams);
      await visit.page.evaluate(() => globalThis.action("patch"));
      await stream.cancelled;
      assertEquals((await visit.events.next("hyper:requestAborted")).detail.reason, "removed");
      assertEquals(await visit.page.getByRole("alert").count(), 0);
    });
  });
}

Deno.test("a stream ends when its own patch removes its element", async () => {
  const streams = new Arrivals<Writer>();
  await withPage(serve(streams, () => []), async (visit) => {
    const stream = await openStream(visit, streams);
    stream.send(["patch_html", { target: "#box", swap: "delete" }], [
      "patch_html",
      { target: "#log", swap: "inner", content: "late" },
    ]);
    await stream.cancelled;
    assertEquals(await visit.page.locator("#log").textContent(), "open");
  });
});

Deno.test("a stream continues while its element is changed, moved, or replaced by one with its id", async () => {
  const streams = new Arrivals<Writer>();
  let patches: object[] = [];
  await withPage(serve(streams, () => patches), async (visit) => {
    const stream = await openStream(visit, streams);
    patches = [
      { target: "#box", swap: "morph", content: `<div id="box" class="x">Other</div>` },
      { target: "#main", swap: "morph", content: `<main id="main"><i><div id="box">Moved</div></i></main>` },
      { target: "#main", swap: "outer", content: `<main id="main"><div id="box">Replaced</div></main>` },
    ];
    await visit.page.evaluate(() => globalThis.action("patch"));
    await write(visit, stream, "still open");
    patches = [{ target: "#box", swap: "delete" }];
    await visit.page.evaluate(() => globalThis.action("patch"));
    await stream.cancelled;
  });
});

Deno.test("the removal of an element ends neither a stream without an element nor the response to a POST", async () => {
  const streams = new Arrivals<Writer>();
  await withPage(serve(streams, () => [{ target: "#box", swap: "delete" }]), async (visit) => {
    const post = await openStream(visit, streams, "POST");
    await visit.page.evaluate(() =>
      void globalThis.action("watch", {}, { method: "GET", key: "other" }).catch(() => {})
    );
    const other = await streams.next();
    await write(visit, other, "other open");
    await visit.page.evaluate(() => globalThis.action("patch"));
    await write(visit, post, "post");
    await write(visit, other, "other");
  });
});

Deno.test("a stream of an element in hyper-keep lasts through a navigation, until a page without the element", async () => {
  const streams = new Arrivals<Writer>();
  await withPage(serve(streams, () => [], `${KEPT}<p id="log"></p>`), async (visit) => {
    const stream = await openStream(visit, streams);
    await visit.page.evaluate(() => Hyper.navigate("/kept"));
    assertEquals(visit.events.of("hyper:requestAborted"), []);
    await visit.page.evaluate(() => Hyper.navigate("/gone"));
    await stream.cancelled;
    assertEquals((await visit.events.next("hyper:requestAborted")).detail.reason, "removed");
  });
});

Deno.test("hyper-hook opens the stream of an element again when the element comes back", async () => {
  const streams = new Arrivals<Writer>();
  let patches: object[] = [];
  const box = `<div id="box" hyper-hook="watch">Box</div>`;
  await withPage(serve(streams, () => patches, `<main id="main">${box}</main><p id="log"></p>`), async (visit) => {
    const { page } = visit;
    await page.goto("/");
    await page.evaluate(() => {
      Hyper.hook("watch", {
        connect: (sourceEl) => void action("watch", {}, { method: "GET", sourceEl }).catch(() => {}),
      });
    });
    const first = await streams.next();
    await write(visit, first, "first");
    patches = [{ target: "#main", swap: "inner", content: "" }];
    await page.evaluate(() => globalThis.action("patch"));
    await first.cancelled;
    patches = [{ target: "#main", swap: "inner", content: box }];
    await page.evaluate(() => globalThis.action("patch"));
    await write(visit, await streams.next(), "second");
  });
});
