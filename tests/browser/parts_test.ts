/** Parts of the runtime, which are loaded after its initial file: the served bundle, before and after a deployment. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { CLIENT_BUILD } from "../../src/client_bundle.ts";
import { libraryFile } from "../../src/respond/library_file.ts";
import { withPage } from "../support/browser.ts";
import { app, END, frame, html, sse, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

const BODY = `<main><p id="p">old</p><p hyper-hook="mark"></p></main>`;
const PATCH = ["patch_html", { target: "#p", content: `<p id="p">new</p>` }] as const;

/** For each part, a use of it, and the text that shows its effect. */
const PARTS: Readonly<Record<string, readonly [use: () => unknown, effect: string]>> = {
  patch: [() => void globalThis.action("patch").catch(() => {}), "new"],
  feedback: [() => void globalThis.action("toast").catch(() => {}), "Saved"],
  navigation: [() => void globalThis.Hyper.navigate("/next"), "Next page"],
  extras: [() => void globalThis.action("script").catch(() => {}), "script"],
  hooks: [
    () => Hyper.hook("mark", { connect: (element) => element.textContent = "connected" }),
    "connected",
  ],
  live: [() => void globalThis.action("watch", {}, { method: "GET" }).catch(() => {}), "last"],
};

/** Relation between the version of the open page and that of the server. */
type Deployed = "not" | "same contract" | "other contract";

/** Serves the pages, and the bundle as after a deployment: only `client.js` is still that of the earlier version. */
function serve(deployed: () => Deployed, requested: string[] = [], body = BODY): Deno.ServeHandler {
  const pages = app({
    body,
    routes: {
      "/next": () => html(`<!doctype html><html lang="en"><title>Next</title><body><p>Next page</p></body></html>`),
      "/script.js": () =>
        new Response(`document.querySelector("#p").textContent = "script"`, {
          headers: { "content-type": "text/javascript" },
        }),
    },
    actions: {
      patch: () => sse([PATCH, END]),
      grow: () => sse([["patch_html", { target: "#p", content: `<p id="p"><input type="file"></p>` }], END]),
      toast: () => sse([["toast", { value: "Saved" }], END]),
      script: () => sse([["load_js", { src: "/script.js" }], END]),
      watch: () => {
        const stream = writer();
        // A topic: the tab gets its own change a second time, and applies only that of others.
        stream.write(`share: s\n${frame([...PATCH, "live:1:a"])}`);
        stream.send(["patch_html", { target: "#p", content: `<p id="p">last</p>` }, "live:1:b"]);
        return stream.response;
      },
    },
  });
  return async (request, info) => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith("/_hyper/")) return await pages(request, info);
    const name = url.pathname.split("/").at(-1)!;
    requested.push(name.replace(/[-.].*/, ""));
    // Without the headers of the browser, which has an earlier version.
    const response = libraryFile(new Request(url), url) ?? new Response(null, { status: 404 });
    return name === "client.js" ? new Response(rename(await response.text(), deployed()), response) : response;
  };
}

/** Renames the parts in the initial file, as if it belonged to an earlier version. */
function rename(text: string, deployed: Deployed): string {
  if (deployed === "not") return text;
  const contract = (current: string) => deployed === "same contract" ? current : "0old";
  return text.replace(
    new RegExp(`\\b(\\w+)-(\\w{4})-${CLIENT_BUILD}\\.js`, "g"),
    (_, name: string, current: string) => `${name}-${contract(current)}-0old.js`,
  );
}

/** Opens the page without parts: the browser is never idle. */
async function openBusy(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.requestIdleCallback = () => 0;
  });
  await page.goto("/");
  await page.waitForFunction(() => globalThis.Hyper);
}

for (const [name, [use, effect]] of Object.entries(PARTS)) {
  Deno.test(`the part "${name}" works on a page from before a deployment with the same contract`, async () => {
    const requested: string[] = [];
    await withPage(serve(() => "same contract", requested), async ({ page }) => {
      await openBusy(page);
      assertEquals(requested, ["client"]);
      await page.evaluate(use);
      await page.getByText(effect, { exact: true }).waitFor();
      assertEquals(requested.includes(name), true);
      assertEquals(await page.getByRole("button", { name: "Reload" }).count(), 0);
    });
  });

  Deno.test(`a page from before a deployment without the part "${name}" offers to be loaded again`, async () => {
    let deployed: Deployed = "other contract";
    await withPage(serve(() => deployed), async ({ page }) => {
      await openBusy(page);
      await page.evaluate(use);
      // The browser opens the page of a navigation itself.
      if (name !== "navigation") {
        await page.getByText("Part of this page could not be loaded. Reload the page.").waitFor();
        deployed = "not";
        await page.getByRole("button", { name: "Reload" }).click();
        await page.waitForFunction(() => performance.getEntriesByType("navigation")[0]?.toJSON().type === "reload");
        await page.waitForFunction(() => globalThis.Hyper);
        await page.evaluate(use);
      }
      await page.getByText(effect, { exact: true }).waitFor();
    }, { expectErrors: [/404|Failed to fetch dynamically imported/] });
  });
}

Deno.test("a part that could not be loaded is loaded with its next use, without a further message", async () => {
  await withPage(serve(() => "not"), async ({ page }) => {
    await page.route("**/feedback-*", (route) => route.abort(), { times: 1 });
    await openBusy(page);
    await page.evaluate(() => globalThis.action("toast"));
    await page.getByRole("button", { name: "Reload" }).waitFor();
    await page.evaluate(() => globalThis.action("toast"));
    await page.getByText("Saved", { exact: true }).waitFor();
    assertEquals(await page.getByRole("button", { name: "Reload" }).count(), 0);
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("an idle page loads the parts that its elements need, and those of elements that a patch adds", async () => {
  const requested: string[] = [];
  await withPage(serve(() => "not", requested, `<div hyper-nav>${BODY}</div>`), async ({ page }) => {
    const loaded = (name: string) => page.waitForResponse((response) => response.url().includes(`/${name}-`));
    await Promise.all([loaded("patch"), loaded("feedback"), loaded("navigation"), page.goto("/")]);
    assertEquals(requested.toSorted(), ["client", "feedback", "navigation", "patch"]);
    const extras = loaded("extras");
    await page.evaluate(() => globalThis.action("grow"));
    await extras;
  });
});
