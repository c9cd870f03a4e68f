import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { withPage } from "../support/browser.ts";

function page(body: string): Response {
  return new Response(`<!doctype html><title>Smoke</title>${body}`, { headers: { "content-type": "text/html" } });
}

const click = `<button>Press</button><script>
  document.querySelector("button").onclick = (event) => { event.target.textContent = "Pressed"; };
</script>`;

Deno.test("withPage() opens a page in a browser that runs its scripts", async () => {
  await withPage(() => page(click), async ({ page, url }) => {
    await page.goto(`${url}/`);
    await page.getByRole("button").click();
    assertEquals(await page.getByRole("button").textContent(), "Pressed");
  });
});

Deno.test("withPage() opens a page with scripts off", async () => {
  await withPage(() => page(click), async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button").click();
    assertEquals(await page.getByRole("button").textContent(), "Press");
  }, { javaScriptEnabled: false });
});

Deno.test("withPage() records the events of the runtime in order", async () => {
  const dispatch = `<script>
    dispatchEvent(new CustomEvent("hyper:one", { detail: { id: "a" } }));
    dispatchEvent(new CustomEvent("other"));
    dispatchEvent(new CustomEvent("hyper:two"));
  </script>`;
  await withPage(() => page(dispatch), async ({ page, events }) => {
    await page.goto("/");
    assertEquals(await events.next("hyper:one"), { type: "hyper:one", detail: { id: "a" } });
    await events.next("hyper:two");
    assertEquals(events.types, ["hyper:one", "hyper:two"]);
  });
});

for (
  const [complaint, body, message] of [
    ["an uncaught error", "<script>throw new Error('broken')</script>", "broken"],
    ["an unhandled rejection", "<script>Promise.reject(new Error('refused'))</script>", "refused"],
    ["a console error", "<script>console.error('noted')</script>", "noted"],
    ["a missing script", "<script src='/gone.js'></script>", "404 for the script"],
  ] as const
) {
  Deno.test(`withPage() fails on ${complaint}`, async () => {
    const error = await assertRejects(
      () => withPage(brokenPage(body), ({ page }) => page.goto("/").then(() => {})),
      Error,
    );
    assertStringIncludes(error.message, message);
  });
  Deno.test(`withPage() accepts ${complaint} if it is expected`, async () => {
    await withPage(brokenPage(body), ({ page }) => page.goto("/").then(() => {}), {
      expectErrors: [new RegExp(message)],
    });
  });
}

Deno.test("withPage() fails when an expected complaint is missing", async () => {
  const visit = withPage(() => page("quiet"), ({ page }) => page.goto("/").then(() => {}), { expectErrors: [/noise/] });
  await assertRejects(() => visit, Error, "/noise/");
});

Deno.test("withPage() prints the document when the test fails", async () => {
  const visit = withPage(() => page("<p>What was there</p>"), async ({ page }) => {
    await page.goto("/");
    throw new Error("expected something else");
  });
  const error = await assertRejects(() => visit, Error, "What was there");
  assertEquals((error.cause as Error).message, "expected something else");
});

Deno.test("withPage() ends streams that are still open", async () => {
  let ended = false;
  const stream = () =>
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("<!doctype html><p>First")),
      cancel: () => void (ended = true),
    });
  await withPage(
    () => new Response(stream(), { headers: { "content-type": "text/html" } }),
    async ({ page }) => {
      await page.goto("/", { waitUntil: "commit" });
      await page.getByText("First").waitFor();
    },
  );
  assertEquals(ended, true);
});

Deno.test("withPage() returns although a test has stopped the clock of the page", async () => {
  await withPage(() => page("quiet"), async ({ page }) => {
    await page.clock.install({ time: 0 });
    await page.goto("/");
    await page.clock.pauseAt(60_000);
  });
});

Deno.test("withPage() fails when a visit hangs", async () => {
  const visit = withPage(() => page("quiet"), async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => new Promise(() => {}));
  }, { visitSeconds: 1 });
  const error = await assertRejects(() => visit, Error, "quiet");
  assertEquals((error.cause as Error).message, "Cannot wait any longer: nothing happened in 1000 ms");
});

function brokenPage(body: string): Deno.ServeHandler {
  return (request) => request.url.endsWith(".js") ? new Response(null, { status: 404 }) : page(body);
}
