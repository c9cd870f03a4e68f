/** Layers in the test client. */
import { assertEquals, assertRejects } from "@std/assert";
import { action, createHandler, Form, redirect } from "../../mod.ts";
import { createTestClient, type TestClient, type TestLayer } from "../../src/testing/mod.ts";
import { type Desk, desk } from "../browser/layers_app.tsx";

async function withLayer(
  test: (layer: TestLayer, client: TestClient, state: Desk["state"]) => void | Promise<void>,
): Promise<void> {
  const { handler, state } = desk();
  await using client = createTestClient(handler);
  const page = await client.open("/");
  await test(await page.openLayer("New ticket"), client, state);
  await handler.close();
}

Deno.test("openLayer() opens the page of a link without its layouts; the page below stays open", async () => {
  await withLayer((layer, client) => {
    assertEquals([layer.find("h1").text, layer.text.includes("Desk of all tickets")], ["New ticket", false]);
    assertEquals([layer.url.pathname, client.page.url.pathname, layer.isOpen], ["/new", "/", true]);
  });
});

Deno.test("a form in a layer shows its errors there; close() closes it with a value, and calls the action of the opener", async () => {
  await withLayer(async (layer, _, state) => {
    await layer.form("create").fill({ Title: " " }).submitWithRuntime();
    assertEquals([layer.form("create").field("Title").isInvalid, layer.isOpen, state.picked], [true, true, null]);
    const outcome = await layer.form("create").fill({ Title: "Scanner" }).submitWithRuntime();
    assertEquals([outcome.ok, layer.isOpen, layer.value, state.picked], [true, false, 1, 1]);
  });
});

Deno.test("close() of a layer shows the toasts of its call, and not its value", async () => {
  await withLayer(async (layer, client) => {
    await layer.form("create").fill({ Title: "Scanner" }).submitWithRuntime();
    assertEquals([layer.value, client.toasts.map(({ text }) => text)], [1, ["Created", "Picked 1"]]);
  });
});

Deno.test("changes().next() shows the regions of the page below that a call of a layer has changed", async () => {
  await withLayer(async (layer, client) => {
    await using changes = client.changes();
    await layer.form("create").fill({ Title: "Scanner" }).submitWithRuntime();
    assertEquals(client.page.text.includes("Scanner"), false);
    assertEquals([await changes.next(), client.page.text.includes("Scanner")], [["tickets"], true]);
  });
});

Deno.test("a redirect of a layer is followed in it, and one to the page below closes it", async () => {
  await withLayer(async (layer, client) => {
    await layer.form("move").fill({ Title: "x" }).submitWithRuntime();
    assertEquals([layer.find("h2").text, layer.url.search, layer.isOpen], ["Ticket 0", "?to=x", true]);
    assertEquals(client.page.url.pathname, "/");
    const other = await client.page.openLayer("New ticket");
    await other.form("leave").submitWithRuntime();
    assertEquals([other.isOpen, other.value, client.page.url.search], [false, undefined, "?left"]);
  });
});

Deno.test("openLayer() rejects what does not open a layer", async () => {
  await withLayer(async (_, client) => {
    await assertRejects(() => client.page.openLayer("Other"), TypeError, "not a link or a GET form with hyper-layer");
    assertEquals((await client.page.openLayer("Find")).find("h2").text, "Ticket 0");
  });
});

for (
  const [where, stays, shown] of [
    ["/?step=1", true, "/?step=1"],
    ["/?done", false, "/?done"],
    ["/", false, "/"],
  ] as const
) {
  const what = stays ? "its own address stays in it" : "another query of the page below closes it";
  Deno.test(`a redirect of a layer with the path of the page below: ${what}: ${where}`, async () => {
    const go = action("go", () => redirect(where));
    const List = () => (
      <main>
        <a href="/?step=1" hyper-layer>Step</a>
        <Form action={go} />
      </main>
    );
    const page = { path: "/", load: () => Promise.resolve({ default: List, go }) };
    const handler = createHandler({ keys: ["k".repeat(32)], baseDir: "/srv/app", pages: [page] });
    await using client = createTestClient(handler);
    const layer = await (await client.open("/")).openLayer("Step");
    await layer.form("go").submitWithRuntime();
    const { pathname, search } = (stays ? layer : client.page).url;
    assertEquals([layer.isOpen, pathname + search], [stays, shown]);
    await handler.close();
  });
}
