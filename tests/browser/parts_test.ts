/** Parts of the runtime, which are loaded after its initial file: the served bundle, before and after a deployment. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { CLIENT_BUILD, CLIENT_FILES } from "../../src/client_bundle.ts";
import { libraryFile } from "../../src/respond/library_file.ts";
import { withPage } from "../support/browser.ts";
import { app, END, frame, html, sse, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

const BODY = `<main><p id="p">old</p><p hyper-hook="mark"></p></main>`;
const PATCH = ["patch_html", { target: "#p", content: `<p id="p">new</p>` }] as const;
const ROWS =
  `<form action="/rows"><fieldset data-hyper-rows="guests"><template><p data-hyper-row>Guest</p></template></fieldset>
  <button name="_hyper_rows" value="add guests">Add</button></form>`;

/** A use of a part. */
interface Use {
  /** Uses it, in the page. */
  readonly use: () => unknown;
  /** The text that shows its effect. */
  readonly effect: string;
  /** The text without the part. Default: the page offers to be loaded again. */
  readonly without?: string;
  /** Further markup of the page. */
  readonly markup?: string;
  /** The language of the page. Default: English. */
  readonly language?: string;
  /** If `true`, the page loads it without a use. */
  readonly loadsItself?: boolean;
}

/** A use of each part, and of each file that a part loads. */
const PARTS: Readonly<Record<string, Use>> = {
  patch: { use: () => void globalThis.action("patch").catch(() => {}), effect: "new" },
  feedback: { use: () => void globalThis.action("toast").catch(() => {}), effect: "Saved" },
  // The browser opens the page of a navigation itself.
  navigation: { use: () => void globalThis.Hyper.navigate("/next"), effect: "Next page", without: "Next page" },
  // Back waits for the server.
  page_cache: { use: () => void globalThis.Hyper.navigate("/next"), effect: "Next page", without: "Next page" },
  // The page is requested when the link is followed.
  prefetch: {
    markup: `<a href="/next" hyper-nav hyper-prefetch="hover">Next</a>`,
    loadsItself: true,
    use: () => document.querySelector("a")!.click(),
    effect: "Next page",
    without: "Next page",
  },
  extras: { use: () => void globalThis.action("script").catch(() => {}), effect: "script" },
  hooks: {
    use: () => Hyper.hook("mark", { connect: (element) => element.textContent = "connected" }),
    effect: "connected",
  },
  // The tab reads the topic on its own.
  live: {
    use: () => void globalThis.action("watch", {}, { method: "GET" }).catch(() => {}),
    effect: "last",
    without: "last",
  },
  // The server sends the regions with the page.
  late: {
    markup: `<p data-hyper-load="done"></p>`,
    loadsItself: true,
    use: () => {
      const show = () => {
        document.querySelector("#p")!.textContent = document.cookie || "no cookie";
        if (!document.cookie) setTimeout(show, 10);
      };
      show();
    },
    effect: "hyper_scripts=1",
    without: "no cookie",
  },
  optimistic: {
    use: () => {
      const optimistic = () => document.querySelector("#p")!.textContent = "predicted";
      globalThis.action("hang", {}, { optimistic }).catch(() => {});
    },
    effect: "predicted",
    without: "old",
  },
  // The browser opens the page.
  layers: {
    markup: `<a href="/next" hyper-layer>Next</a>`,
    use: () => document.querySelector("a")!.click(),
    effect: "Next page",
    without: "Next page",
  },
  triggers: {
    markup: `<button hyper-action="patch">Go</button>`,
    loadsItself: true,
    use: () => document.querySelector("button")!.click(),
    effect: "new",
  },
  indicators: {
    markup: `<button hyper-loading-disable>Go</button>`,
    loadsItself: true,
    use: () => {
      globalThis.action("hang").catch(() => {});
      const show = () => {
        if (!document.querySelector<HTMLButtonElement>("main + button")!.disabled) return void setTimeout(show, 10);
        document.querySelector("#p")!.textContent = "disabled";
      };
      show();
    },
    effect: "disabled",
  },
  // The server adds the row.
  rows: {
    markup: ROWS,
    loadsItself: true,
    use: () => document.querySelector("button")!.click(),
    effect: "Guest",
    without: "Guest of the server",
  },
  // The form is validated when it is submitted.
  validate: {
    markup: `<form data-hyper-form="save" hyper-validate="blur"><input name="title" required></form>`,
    loadsItself: true,
    use: () => void document.querySelector("input")!.dispatchEvent(new Event("change", { bubbles: true })),
    effect: "Please fill out this field.",
    without: "old",
  },
  // The message has no button.
  session: {
    use: () => void globalThis.action("members").catch(() => {}),
    effect: "Sign in",
    without: "Members only",
  },
  // The texts are in English.
  translations: {
    language: "de",
    loadsItself: true,
    use: () => void globalThis.action("fail").catch(() => {}),
    effect: "Etwas ist schiefgegangen. Bitte versuchen Sie es erneut.",
    without: "Something went wrong. Try again.",
  },
  // Only developers see advice.
  advice: {
    use: () => {
      // deno-lint-ignore no-console -- advice is written to the console of the page
      console.warn = (text: string) => document.querySelector("#p")!.textContent = text.split(". ").at(-1)!;
      globalThis.action("lost").then(() => document.querySelector("main")!.append("done")).catch(() => {});
    },
    effect: "The nearest ids: #p",
    without: "done",
  },
};

/** Relation between the version of the open page and that of the server. */
type Deployed = "not" | "same contract" | "other contract";

/** The pages of an application, and the bundle as after a deployment. */
interface Deployment {
  /** Relation of the part of the server to the initial file, which is still that of the earlier version. */
  readonly deployed: () => Deployed;
  /** The part whose contract has changed. */
  readonly part: string;
  /** Gets the names of the requested files. */
  readonly requested?: string[];
  readonly body?: string;
  readonly language?: string;
}

/** Serves the pages, and the bundle as after a deployment. */
function serve({ deployed, part, requested = [], body = BODY, language = "en" }: Deployment): Deno.ServeHandler {
  const pages = app({
    routes: {
      "/": () =>
        html(
          `<!doctype html><html lang="${language}"><title>Page</title><script type="module" src="/_hyper/client.js"></script><body>${body}</body></html>`,
        ),
      "/next": () => html(`<!doctype html><html lang="en"><title>Next</title><body><p>Next page</p></body></html>`),
      "/rows": () => html(`<!doctype html><html lang="en"><title>Rows</title><body><p>Guest of the server</p></body>`),
      "/script.js": () =>
        new Response(`document.querySelector("#p").textContent = "script"`, {
          headers: { "content-type": "text/javascript" },
        }),
    },
    actions: {
      patch: () => sse([PATCH, END]),
      // No answer before the page is left.
      hang: ({ signal }) => new Promise((resolve) => signal.onabort = () => resolve(new Response())),
      lost: () => sse([["patch_html", { target: "#pp", content: "" }], END]),
      fail: () => sse([["error", { status: 500, message: "" }], END], { status: 500 }),
      members: () =>
        sse([["error", { status: 401, message: "Members only" }], END], {
          status: 401,
          headers: { "x-hyper-sign-in": "/sign-in" },
        }),
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
    requested.push(nameOf(name));
    // Without the headers of the browser, which has an earlier version.
    const response = libraryFile(new Request(url), url) ?? new Response(null, { status: 404 });
    return response.ok ? new Response(rename(await response.text(), deployed(), part), response) : response;
  };
}

/** Renames the parts in a file, as if it belonged to an earlier version. */
function rename(text: string, deployed: Deployed, part: string): string {
  if (deployed === "not") return text;
  return text.replace(
    new RegExp(`\\b(\\w+)-(\\w{4})-${CLIENT_BUILD}\\.js`, "g"),
    (_, name: string, current: string) =>
      `${name}-${deployed === "other contract" && name === part ? "0old" : current}-0old.js`,
  );
}

/** Returns the name of the part in a file name. */
const nameOf = (file: string): string => file.replace(/[-.].*/, "");

/** Opens the page. Unless a part loads itself, the page has none: the browser is never idle. */
async function openPage(page: Page, loaded?: string): Promise<void> {
  if (loaded === undefined) {
    await page.addInitScript(() => {
      globalThis.requestIdleCallback = () => 0;
    });
  }
  await page.goto("/");
  await page.waitForFunction(
    (part) =>
      globalThis.Hyper &&
      (part === undefined || performance.getEntriesByType("resource").some(({ name }) => name.includes(`/${part}-`))),
    loaded,
  );
}

Deno.test("this file has a use of every part of the runtime", () => {
  const parts = [...CLIENT_FILES.keys()].map(nameOf).filter((name) => name !== "client");
  assertEquals(parts.toSorted(), Object.keys(PARTS).toSorted());
});

for (const [name, { use, effect, without, markup = "", language, loadsItself }] of Object.entries(PARTS)) {
  const site = { part: name, body: BODY + markup, ...language !== undefined && { language } };
  const loaded = loadsItself ? name : undefined;

  Deno.test(`the part "${name}" works on a page from before a deployment with the same contract`, async () => {
    const requested: string[] = [];
    await withPage(serve({ ...site, deployed: () => "same contract", requested }), async ({ page }) => {
      await openPage(page, loaded);
      if (!loadsItself) assertEquals(requested, ["client"]);
      await page.evaluate(use);
      await page.getByText(effect, { exact: true }).waitFor();
      assertEquals(requested.includes(name), true);
      assertEquals(await page.getByRole("button", { name: "Reload" }).count(), 0);
    });
  });

  Deno.test(`a page from before a deployment without the part "${name}" ${without ? "works without it" : "offers to be loaded again"}`, async () => {
    let deployed: Deployed = "other contract";
    await withPage(serve({ ...site, deployed: () => deployed }), async ({ page }) => {
      await openPage(page, loaded);
      await page.evaluate(use);
      if (!without) {
        await page.getByText("Part of this page could not be loaded. Reload the page.").waitFor();
        deployed = "not";
        await page.getByRole("button", { name: "Reload" }).click();
        await page.waitForFunction(() => performance.getEntriesByType("navigation")[0]?.toJSON().type === "reload");
        await page.waitForFunction(() => globalThis.Hyper);
        await page.evaluate(use);
      }
      await page.getByText(without ?? effect).waitFor();
      if (without) assertEquals(await page.getByRole("button", { name: "Reload" }).count(), 0);
    }, { expectErrors: [/404|Failed to fetch dynamically imported/] });
  });
}

Deno.test("a part that could not be loaded is loaded with its next use, without a further message", async () => {
  await withPage(serve({ part: "feedback", deployed: () => "not" }), async ({ page }) => {
    await page.route("**/feedback-*", (route) => route.abort(), { times: 1 });
    await openPage(page);
    await page.evaluate(() => globalThis.action("toast"));
    await page.getByRole("button", { name: "Reload" }).waitFor();
    await page.evaluate(() => globalThis.action("toast"));
    await page.getByText("Saved", { exact: true }).waitFor();
    assertEquals(await page.getByRole("button", { name: "Reload" }).count(), 0);
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("an idle page loads the parts that its elements need, and those of elements that a patch adds", async () => {
  const requested: string[] = [];
  await withPage(
    serve({ part: "", deployed: () => "not", requested, body: `<div hyper-nav>${BODY}</div>` }),
    async ({ page }) => {
      const loaded = (name: string) => page.waitForResponse((response) => response.url().includes(`/${name}-`));
      const parts = ["feedback", "navigation", "page_cache", "patch"];
      await Promise.all([...parts.map(loaded), page.goto("/")]);
      assertEquals(requested.toSorted(), ["client", ...parts]);
      const extras = loaded("extras");
      await page.evaluate(() => globalThis.action("grow"));
      await extras;
    },
  );
});
