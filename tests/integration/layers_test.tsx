/** Pages and actions for a layer, as the runtime asks for them. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  close,
  defineForm,
  field,
  Form,
  LayerPart,
  type LayoutProps,
  type PageContext,
  refresh,
  toast,
} from "../../mod.ts";
import { App, eventsOf } from "../support/app.tsx";

const IN_LAYER = { "x-hyper-layer": "1" };
const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });

/** An application with a layout, a form, and a page with a guard. */
function layered() {
  const state = { layouts: 0, guards: 0 };
  const save = action(
    "save",
    { form: NoteForm },
    () => [close({ id: 7 }, { redirect: "/notes?new=7" }), toast("Saved")],
  );
  const plain = action("plain", () => close());
  const redraw = action("redraw", () => refresh());
  const app = new App({
    "pages/layout.tsx": {
      default: ({ children }: LayoutProps) => {
        state.layouts++;
        return (
          <html>
            <head>
              <title>Layout</title>
            </head>
            <body>
              <nav>Menu</nav>
              {children}
            </body>
          </html>
        );
      },
      head: <meta name="of" content="layout" />,
    },
    "/": {
      default: () => (
        <main>
          <h1>New note</h1>
          <Form action={save} />
        </main>
      ),
      save,
      plain,
      redraw,
      head: <title>New</title>,
    },
    "/part": {
      default: () => (
        <main>
          Around<LayerPart>
            <h2>Part</h2>
          </LayerPart>Around
        </main>
      ),
    },
    "/denied": {
      default: () => "Secret",
      render: ({ request }: PageContext) => {
        state.guards++;
        return request.headers.has("x-admin");
      },
    },
  });
  return { app, state };
}

Deno.test("a layer gets a page without its layouts, with the heads and the title", async () => {
  const { app, state } = layered();
  await using _ = app;
  const { html, response } = await app.open("/", IN_LAYER);
  assertEquals([html.includes("Menu"), state.layouts], [false, 0]);
  assertStringIncludes(html, "<title>New</title>");
  assertStringIncludes(html, '<meta name="of" content="layout"/>');
  assertStringIncludes(html, "<main><h1>New note</h1><form");
  assertEquals(response.headers.get("vary"), "X-Hyper-Action, Accept, X-Hyper-Layer");
  assertEquals((await app.open("/")).html.includes("Menu"), true);
});

Deno.test("<LayerPart> is the part that a layer shows, and nothing outside of a layer", async () => {
  const { app } = layered();
  await using _ = app;
  const { html } = await app.open("/part", IN_LAYER);
  assertStringIncludes(html, "<body><h2>Part</h2></body>");
  assertStringIncludes((await app.open("/part")).html, "<main>Around<h2>Part</h2>Around</main>");
});

Deno.test("the guard of a page runs for a layer", async () => {
  const { app, state } = layered();
  await using _ = app;
  const denied = await app.open("/denied", IN_LAYER);
  assertEquals([denied.status, denied.html.includes("Secret"), state.guards], [403, false, 1]);
  assertEquals((await app.open("/denied", { ...IN_LAYER, "x-admin": "1" })).status, 200);
});

Deno.test("a page for a failure is without its layouts in a layer, and marked as one of this server", async () => {
  const { app } = layered();
  await using _ = app;
  const missing = await app.open("/missing", IN_LAYER);
  assertEquals([missing.status, missing.html.includes("Menu")], [404, false]);
  assertEquals(missing.response.headers.has("x-hyper-page"), true);
});

Deno.test("close() is an event for a layer, with its value, in the order of the items", async () => {
  const { app } = layered();
  await using _ = app;
  const page = await app.open("/", IN_LAYER);
  const response = await app.submitByRuntime(page, "save", { title: "Milk" }, { headers: IN_LAYER });
  assertEquals((await eventsOf(response)).slice(0, 2), [
    { event: "close_layer", data: { value: { id: 7 } } },
    { event: "toast", data: { value: "Saved" } },
  ]);
});

Deno.test("close() without a layer is a redirect after the other items, with and without scripts", async () => {
  const { app } = layered();
  await using _ = app;
  const page = await app.open("/");
  const events = await eventsOf(await app.submitByRuntime(page, "save", { title: "Milk" }));
  assertEquals(events.map(({ event }) => event), ["toast", "redirect"]);
  assertEquals(events[1]?.data, { url: "/notes?new=7" });
  const plain = await app.submit(page, "save", { title: "Milk" });
  assertEquals([plain.status, plain.response.headers.get("location")], [303, "/notes?new=7"]);
  assertStringIncludes(plain.response.headers.get("set-cookie") ?? "", "Saved");
});

Deno.test("close() without a redirect leads back to the page without scripts, and is nothing for the runtime", async () => {
  const { app } = layered();
  await using _ = app;
  const plain = await app.call("plain", { accept: "text/html" });
  assertEquals([plain.status, plain.headers.get("location")], [303, "/"]);
  assertEquals((await eventsOf(await app.call("plain"))).map(({ event }) => event), ["end"]);
});

Deno.test("close() with a redirect to another site is an error", async () => {
  const leave = action("leave", () => close(1, { redirect: "https://other.test/" }));
  await using app = new App({ "/": { default: () => "", leave } });
  assertEquals((await app.call("leave", { accept: "text/html" })).status, 500);
  app.takeError();
});

Deno.test("refresh() of a call from a layer renders its page without layouts", async () => {
  const { app } = layered();
  await using _ = app;
  const [patch] = await eventsOf(await app.call("redraw", { headers: IN_LAYER }));
  assertStringIncludes(String((patch?.data as { content?: unknown }).content), "<body><main><h1>New note</h1>");
  const [whole] = await eventsOf(await app.call("redraw"));
  assertStringIncludes(String((whole?.data as { content?: unknown }).content), "<nav>Menu</nav>");
});

Deno.test("publish() rejects close(), which is for one call only", async () => {
  const shut = action("shut", async ({ publish }) => void await publish("topic", close()));
  await using app = new App({ "/": { default: () => "", shut } });
  assertEquals((await app.call("shut")).status, 500);
  assertStringIncludes(app.takeError().message, "close() is for one call only");
});
