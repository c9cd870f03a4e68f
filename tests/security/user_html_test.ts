/** Attributes of the runtime in HTML of users: `hyper-off` disables them all, and DOMPurify removes those that act. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Visit, withPage } from "../support/browser.ts";
import { bundle } from "../browser/module_page.ts";
import { app } from "../browser/runtime_app.ts";
import type {} from "../../client.ts";

/** Markup of an attacker: each element acts by itself, or when the user clicks it. */
const GADGETS = `
  <p hyper-action="attack" hyper-on="load"></p>
  <p hyper-action="attack" hyper-on="visible">Visible</p>
  <p hyper-action="attack" hyper-on="every 30ms"></p>
  <p hyper-action="attack" hyper-on="keydown.a, input, click, cart:changed" class="click">Text</p>
  <button hyper-action="attack" class="click">Button</button>
  <a href="/there" hyper-nav class="native">Link</a>
  <a href="/there" hyper-layer hyper-layer-action="attack" hyper-layer-region="own" class="native">Layer</a>
  <form data-hyper-form="attack" method="post" action="/native"><button class="native">Form</button></form>
  <form data-hyper-form="attack" hyper-on="input"><input class="type"></form>
  <form hyper-confirm-unsaved><input class="type"></form>
  <div data-hyper-rows="a" data-hyper-max="9"><template><p>Row</p></template></div>
  <div data-hyper-toasts id="stolen"></div>
  <template hyper-failure><p hyper-failure-message>Call this number</p></template>
  <p id="kept" hyper-keep hyper-loading hyper-offline-class="x">Kept</p>
  <form data-hyper-form="attack" hyper-validate="input"><input name="a" class="type"></form>
  <form data-hyper-form="attack" data-hyper-depends='["a"]'><input name="a" class="type"></form>
  <form data-hyper-form="attack"><input name="a" class="type">
    <button hyper-on="input" formnovalidate data-hyper-form="attack">Press</button></form>
  <div data-hyper-region="own:x" data-hyper-load="visible" data-hyper-every="1"></div>
  <a href="/there" data-hyper-more="x" hyper-prefetch="visible" class="native">More</a>
  <p data-hyper-messages='{"networkError":"Call this number"}'></p>`;

const ROOT = join(import.meta.dirname ?? "", "../..");

/** Names in the sources that are classes of elements, not attributes. */
const CLASSES = new Set(
  ("hyper-changed hyper-choice hyper-choices hyper-errors hyper-field hyper-form-errors hyper-help hyper-layer-close " +
    "hyper-layer-content hyper-settling hyper-swapping").split(" "),
);

/** Returns the names of all attributes of the runtime: those in its sources, in the components, and in the reference. */
async function attributeNames(): Promise<readonly string[]> {
  const paths = [join(ROOT, "examples/showcase/reference/attributes.md")];
  for (const folder of ["client", "protocol", "preact"]) {
    paths.push(...await filesIn(join(ROOT, "src", folder)));
  }
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
  const names = texts.flatMap((text) => text.match(/(?<![\w.-])(data-)?hyper-[a-z]+(-[a-z]+)*(?![\w-])/g) ?? []);
  return [...new Set(names)].filter((name) => !CLASSES.has(name)).toSorted();
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const paths = entries.map(async ({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? await filesIn(path) : [path];
  });
  return (await Promise.all(paths)).flat();
}

/** Tests a page of the site, with a form of its own. */
async function visitPage(
  user: string,
  head: string,
  test: (visit: Visit, calls: string[]) => Promise<void>,
): Promise<void> {
  const calls: string[] = [];
  const page = app({
    head,
    body: `<main hyper-nav>
      <form id="own" data-hyper-form="own" hyper-confirm="Sure?"><button>Own</button></form>
      <div id="user">${user}</div></main>`,
    routes: { "/purify.js": () => new Response(PURIFY, { headers: { "content-type": "text/javascript" } }) },
  });
  const served: Deno.ServeHandler<Deno.NetAddr> = async (request, info) => {
    const { pathname } = new URL(request.url);
    const action = request.headers.get("x-hyper-action");
    if (action === null && !/native|there/.test(pathname)) return await page(request, info);
    calls.push(
      action ?? `${pathname} ${request.headers.get("x-hyper-layer") ?? request.headers.get("x-requested-with")}`,
    );
    return new Response(null, { status: action === "missing" ? 500 : 204 });
  };
  await withPage(served, async (visit) => {
    await visit.page.goto("/");
    await visit.page.waitForLoadState("networkidle");
    await test(visit, calls);
  });
}

const PURIFY = await bundle(`import DOMPurify from "dompurify"; globalThis.DOMPurify = DOMPurify;`);

/** Does all that a user might do with the markup. */
async function useAll({ page }: Visit): Promise<void> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>("#user .click")) element.click();
    for (const input of document.querySelectorAll<HTMLInputElement>("#user .type")) {
      input.value = "x";
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    dispatchEvent(new CustomEvent("cart:changed"));
  });
  await page.keyboard.press("a");
}

Deno.test("in a hyper-off, no attribute of the runtime acts", async () => {
  await visitPage(`<div hyper-off>${GADGETS}</div>`, "", async (visit, calls) => {
    const { page } = visit;
    await useAll(visit);
    assertEquals(calls, []);
    await page.evaluate(async () => {
      // A toast and a failure are not shown in elements of the user.
      await globalThis.action("missing", {}).catch(() => {});
    });
    await page.getByRole("alert").waitFor();
    assertEquals(await page.getByText("Call this number").count(), 0);
    assertEquals(await page.locator("#kept").isVisible(), true);
    // Links and forms are those of the browser.
    for (const name of ["Link", "Layer", "Form"]) {
      await page.locator("#user .native", { hasText: name }).click();
      await page.waitForLoadState("networkidle");
    }
    assertEquals(calls, ["missing", "/there null", "/there null", "/native null"]);
  });
});

Deno.test("a button in a hyper-off that belongs to a form of the page cannot change what the form does", async () => {
  const button =
    `<button form="own" data-hyper-form="attack" formaction="/native" hyper-target="#x" class="click">Free</button>`;
  await visitPage(`<div hyper-off>${button}</div>`, "", async (visit, calls) => {
    await useAll(visit);
    await visit.page.getByRole("alertdialog", { name: "Sure?" }).getByRole("button").last().click();
    await visit.events.next("hyper:afterRequest");
    assertEquals(calls, ["own"]);
  });
});

Deno.test("markup that DOMPurify has cleaned with its defaults sends nothing by itself or with a click", async () => {
  const head = `<script src="/purify.js"></script>`;
  await visitPage("", head, async (visit, calls) => {
    const left = await visit.page.evaluate((gadgets) => {
      const user = document.querySelector("#user")!;
      user.innerHTML = Reflect.get(globalThis, "DOMPurify").sanitize(gadgets);
      return user.innerHTML.match(/[ ]hyper-[a-z-]+(?==)/g);
    }, GADGETS);
    // Attributes with `data-` are left.
    assertEquals(left, null);
    await useAll(visit);
    await visit.page.waitForLoadState("networkidle");
    assertEquals(calls, []);
  });
});

Deno.test("SECURITY.md lists every attribute of the runtime, which a sanitizer must remove, and no other", async () => {
  const text = await Deno.readTextFile(join(ROOT, "SECURITY.md"));
  const [, list = ""] = /These are all attributes of the runtime, ([^.]*)\./.exec(text) ?? [];
  assertEquals(list.match(/(data-)?hyper-[a-z-]+/g)?.toSorted(), await attributeNames());
});

Deno.test("DOMPurify removes every attribute of the runtime, as SECURITY.md configures it", async () => {
  const names = await attributeNames();
  assert(names.includes("hyper-optimistic") && names.includes("data-hyper-region"));
  await visitPage("", `<script src="/purify.js"></script>`, async ({ page }) => {
    const [withDefaults, withoutData] = await page.evaluate((names) => {
      // On elements that may have them.
      const markup = ["p", "form", "a", "button", "input", "template"].map((tag) =>
        `<${tag} ${names.map((name) => `${name}="x"`).join(" ")}>`
      ).join("");
      const { sanitize } = Reflect.get(globalThis, "DOMPurify");
      const left = (options: object) =>
        [...new Set(sanitize(markup, options).match(/(data-)?hyper-[a-z-]+/g) as string[] | null)].toSorted();
      return [left({}), left({ ALLOW_DATA_ATTR: false })];
    }, names);
    assertEquals(withoutData, []);
    assertEquals(withDefaults, names.filter((name) => name.startsWith("data-")));
  });
});
