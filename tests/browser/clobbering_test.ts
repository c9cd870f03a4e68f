/**
 * Elements hide properties by their names: of the document (HTML, 3.1.6), of the window (7.2.2.3), and controls those of
 * their form (4.10.3). Users of an application may be able to create such markup, and the runtime must still work. The names
 * are all property names of Chromium, and those that only other browsers have.
 */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { type Visit, withPage } from "../support/browser.ts";
import { type Names, readNames } from "./property_names.ts";
import { app, Arrivals, END, html, type Sent, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

const names = await readNames();

/** Markup of elements that have all of the names, by kind. */
const HOSTILE: Readonly<Record<string, (names: Names) => string>> = {
  images: ({ document, window }) =>
    [...document, ...window].map((name) => `<img name="${name}" id="${name}">`).join(""),
  "pairs of elements": ({ document, window }) =>
    [...document, ...window].map((name) => `<form name="${name}"></form><a id="${name}"></a><img name="${name}">`).join(
      "",
    ),
  "embedded elements": ({ document, window }) =>
    [...document, ...window].map((name) => `<object id="${name}" hidden></object><embed name="${name}" hidden>`).join(
      "",
    ),
  frames: ({ document }) => document.map((name) => `<iframe name="${name}" loading="lazy" hidden></iframe>`).join(""),
};

for (const [kind, markup] of Object.entries(HOSTILE)) {
  Deno.test(`A14: the runtime works on a page of ${kind} that have the names of all properties`, async () => {
    await visit(markup(names), journey);
  });
}

Deno.test("A14: the runtime works with such names under a policy with Trusted Types", async () => {
  const policy = "script-src 'self'; require-trusted-types-for 'script'; trusted-types hyper";
  await visit(HOSTILE["images"]!(names), journey, { "content-security-policy": policy });
});

for (const [kind, markup] of Object.entries(HOSTILE)) {
  Deno.test(`A1, A14: with such ${kind}, under a policy with nonces, a page is merged and an upload is not`, async () => {
    const hostile = markup(names);
    const ran: string[] = [];
    // Modes of the requests for the upload. Chromium may request a download twice.
    const asked = new Set<string>();
    const policy = (nonce: string) => ({
      "content-security-policy": `script-src 'nonce-${nonce}'; require-trusted-types-for 'script'; trusted-types hyper`,
    });
    const hit = (name: string, nonce: string) => `<script src="/hit.js?${name}" nonce="${nonce}"></script>`;
    const show = (place: string, nonce: string, head = "", more = {}) =>
      html(
        `<!doctype html><html lang="en"><head><title>${place}</title>
          <script type="module" nonce="${nonce}" src="/_hyper/client.js"></script>${hit("all", nonce)}${head}</head>
          <body>${hostile}<h1 class="${place}">${place}</h1>
          <nav hyper-nav><a id="there" href="/there">There</a><a id="upload" href="/upload">Upload</a></nav></body></html>`,
        { headers: { ...policy(nonce), ...more } },
      );
    const routes = {
      "/": () => show("here", "AAA"),
      // Each page has a different nonce.
      "/there": () => show("there", "BBB", hit("there", "BBB")),
      "/upload": (request: Request) => {
        asked.add(`${request.headers.get("sec-fetch-mode")}`);
        return show("evil", "CCC", hit("evil", "CCC"), {
          "content-disposition": `attachment; filename="cv.html"`,
        });
      },
      // Reports whether it runs in the first document of the test.
      "/hit.js": ({ url }: Request) =>
        new Response(`navigator.sendBeacon("/ran", "${new URL(url).search} " + Object.hasOwn(globalThis, "first"))`, {
          headers: { "content-type": "text/javascript" },
        }),
      "/ran": async (request: Request) => {
        ran.push(await request.text());
        return new Response(null, { status: 204 });
      },
    };
    await withPage(app({ routes }), async ({ page, url }) => {
      const begun = page.waitForResponse("**/ran");
      await page.goto("/");
      await begun;
      await page.evaluate(() => void Reflect.set(globalThis, "first", true));
      const told = page.waitForResponse("**/ran");
      await click(page, "#there");
      await shown(page, "h1.there");
      await told;
      const both = ["?all false", "?there true"];
      assertEquals([ran, page.url()], [both, `${url}/there`]);
      assertEquals(await page.evaluate(() => Reflect.get(Document.prototype, "title", document)), "there");
      await shown(page, "[data-hyper-toast]");
      assertEquals(await text(page, "[data-hyper-toast]"), "there");

      const download = page.waitForEvent("download");
      await click(page, "#upload");
      assertEquals((await download).suggestedFilename(), "cv.html");
      assertEquals(await text(page, "h1"), "there");
      assertEquals([[...asked], ran, page.url()], [["same-origin", "navigate"], both, `${url}/there`]);
    });
  });
}

Deno.test("A14: an element with the name of a missing browser feature is not confused with that feature", async () => {
  await visit(HOSTILE["images"]!(names), async (around) => {
    await around.page.addInitScript(() => {
      Reflect.deleteProperty(globalThis, "trustedTypes");
      Reflect.deleteProperty(Document.prototype, "startViewTransition");
      Reflect.deleteProperty(HTMLElement.prototype, "togglePopover");
      for (const { prototype } of [Document, DocumentFragment, Element]) {
        Reflect.deleteProperty(prototype, "moveBefore");
      }
    });
    await journey(around);
  });
});

Deno.test("A14: a form is sent and patched, whatever names the elements and controls have", async () => {
  const actions = { save: () => sse([["patch_html", { target: "#f", swap: "morph", content: FORM(["note"]) }], END]) };
  const body = `<main>${FORM(["note"])}</main><p id="names"></p>`;
  await withPage(app({ body, actions }), async ({ page, events }) => {
    await page.goto("/");
    const all = [...new Set([...names.document, ...names.form])];
    const offenders: string[] = [];
    for (let at = 0; at < all.length; at += 10) {
      const few = all.slice(at, at + 10);
      if (await isSent(page, few)) continue;
      for (const name of few) if (!await isSent(page, [name])) offenders.push(name);
    }
    assertEquals(offenders, []);
    assert(all.length > 400 && events.of("hyper:requestSuccess").length >= all.length / 10);
  });
});

/** Adds names to the page and its form, submits it, and returns whether the response has replaced it. */
function isSent(page: Page, names: readonly string[]): Promise<boolean> {
  return page.evaluate(async (names) => {
    const one = (selector: string): Element => Document.prototype.querySelector.call(document, selector)!;
    const inputs = names.map((name) => `<input name="${name}">`).join("");
    Element.prototype.insertAdjacentHTML.call(one("#f"), "beforeend", inputs);
    one("#names").innerHTML = names.map((name) => `<img name="${name}" id="${name}">`).join("");
    const ended = new Promise<boolean>((resolve) => {
      const end = ({ detail }: WindowEventMap["hyper:afterRequest"]) => resolve(detail.ok);
      addEventListener("hyper:afterRequest", end, { once: true });
      // A broken form shows nothing.
      setTimeout(resolve, 2000, false);
    });
    HTMLElement.prototype.click.call(one("#f button"));
    const ok = await ended;
    const left = Document.prototype.querySelectorAll.call(document, "#f input").length;
    one("#names").textContent = "";
    for (const input of Document.prototype.querySelectorAll.call(document, "#f input:not([name=note])")) input.remove();
    return ok && left === 1;
  }, names);
}

/** A page with such names, and a record of its requests. */
interface Around extends Visit {
  /** The bodies of the submitted forms. */
  readonly came: Arrivals<string>;
  /** The requested streams. */
  readonly streams: Arrivals<Writer>;
}

/** Opens a page with such markup. */
async function visit(
  hostile: string,
  run: (around: Around) => Promise<void>,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const came = new Arrivals<string>();
  const streams = new Arrivals<Writer>();
  const form = FORM(["title", ...names.form]);
  const patch = (
    content: string,
    more: object = {},
  ): Sent => ["patch_html", { target: "#f", swap: "morph", content, ...more }];
  const body = (place: string) =>
    `${hostile}<h1>${place}</h1><main>${form}<div id="box"><p>old</p></div></main>
    <div id="keep" hyper-keep><input name="kept"></div>
    <p id="busy" hyper-loading-action="wait" hyper-loading-delay="0" hidden>Loading</p>
    <p hyper-online hidden>online</p><p hyper-offline hidden>offline</p>
    <form id="upload" data-hyper-form="upload" method="post" enctype="multipart/form-data" action="/here">
      <input type="file" name="file"><button>Upload</button></form>
    <nav hyper-nav><a id="there" href="/there">There</a></nav>`;
  const show = (place: string) =>
    html(
      `<!doctype html><html lang="en"><head><title>${place}</title>
        <script type="module" src="/_hyper/client.js"></script></head><body>${body(place)}</body></html>`,
      { headers },
    );
  let released = Promise.withResolvers<void>();
  const answers = (...sent: readonly Sent[]) => () => sse([...sent, END]);
  const routes = {
    "/": () => show("here"),
    "/there": () => show("there"),
    "/pushed": () => show("pushed"),
  };
  const actions = {
    save: async (request: Request) => {
      came.add(`${request.method} ${new URL(request.url).pathname} ${(await request.formData()).get("title")}`);
      // In another order, so that controls are moved in their form.
      return sse([patch(FORM([...names.form.toReversed(), "title"], 'class="saved"')), END]);
    },
    refuse: () =>
      sse([
        patch(FORM(["title", ...names.form], 'class="refused"', 'aria-invalid="true" aria-describedby="e"'), {
          focus: "first-invalid",
        }),
        ["error", { status: 422, message: "Refused", issues: { title: ["Enter a title"] } }],
        END,
      ], { status: 422 }),
    accept: answers(["result", "accepted"]),
    upload: async (request: Request) => {
      const file = (await request.formData()).get("file");
      came.add(file instanceof File ? `${file.name} ${await file.text()}` : "nothing");
      return sse([END]);
    },
    wait: async () => {
      await released.promise;
      released = Promise.withResolvers();
      return sse([END]);
    },
    release: () => {
      released.resolve();
      return sse([END]);
    },
    swaps: answers(
      ...(["inner", "prepend", "append", "before", "after", "morph", "outer"] as const).map((swap): Sent => [
        "patch_html",
        {
          target: "#box",
          swap,
          content: /morph|outer/.test(swap) ? `<div id="box"><p>${swap}</p></div>` : `<p>${swap}</p>`,
        },
      ]),
      ["patch_html", { target: "#box", swap: "delete", content: "" }],
    ),
    slow: answers(["patch_html", {
      target: "h1",
      swap: "inner",
      content: "slow",
      transition: true,
      swap_delay: 1,
      settle_delay: 1,
    }]),
    island: answers(["patch_html", {
      target: "#keep",
      swap: "outer",
      content: '<section><div id="keep" hyper-keep></div></section>',
    }]),
    say: answers(["toast", { message: "Said" }], ["dispatch_event", { name: "told", payload: 1, target: "#f" }]),
    push: answers(["history", { push_url: "/pushed" }]),
    first: answers(["switch_action", { name: "second", data: {}, method: "POST", url: "/" }]),
    second: answers(["result", "switched"]),
    watch: () => {
      const stream = writer({ headers: { "x-hyper-stream": "1" } });
      streams.add(stream);
      return stream.response;
    },
  };
  await withPage(app({ routes, actions }), async (around) => await run({ ...around, came, streams }), {
    // The network is disconnected for a moment.
    expectErrors: [/net::ERR_FAILED/],
  });
}

/** Uses a page as users and scripts do. */
async function journey({ page, events, came, streams }: Around): Promise<void> {
  await page.goto("/");
  assert(await page.evaluate(() => Object.hasOwn(globalThis, "Hyper") && Object.hasOwn(globalThis, "action")));
  await shown(page, "[hyper-online]:not([hidden])");

  // Scripts call actions, with every swap mode.
  assertEquals(await call(page, "swaps"), "success");
  assertEquals(await text(page, "main"), "Savebeforeafter");
  assertEquals(await call(page, "slow"), "success");
  assertEquals(await text(page, "h1"), "slow");
  await page.evaluate(() => {
    const kept: HTMLInputElement = Document.prototype.querySelector.call(document, "[name=kept]") as HTMLInputElement;
    kept.value = "typed";
  });
  assertEquals(await call(page, "island"), "success");
  const kept = () => Document.prototype.querySelector.call(document, "section [name=kept]") as HTMLInputElement | null;
  assertEquals(await page.evaluate(kept).then(Boolean), true);
  assertEquals(await call(page, "first"), "success");
  assertEquals(events.of("hyper:actionSwitch").length, 1);
  await page.evaluate(() => {
    addEventListener("told", ({ target }) => Reflect.set(globalThis, "toldTo", target instanceof HTMLFormElement));
  });
  assertEquals(await call(page, "say"), "success");
  await shown(page, "[data-hyper-toast]");
  assertEquals(await text(page, "[data-hyper-toasts]"), "Said");
  assertEquals(await page.evaluate(() => Reflect.get(globalThis, "toldTo")), true);

  // The loading state is shown.
  const waiting = call(page, "wait");
  await shown(page, "#busy:not([hidden])");
  assertEquals(await call(page, "release"), "success");
  assertEquals(await waiting, "success");
  await shown(page, "#busy[hidden]");

  // A form is submitted by its button, rejected and accepted.
  await send(page, "#f", "typed");
  assertEquals(await came.next(), "POST /here typed");
  await events.next("hyper:requestSuccess");
  await shown(page, "#f.saved:not([aria-busy])");
  await page.evaluate(() => {
    const form = Document.prototype.querySelector.call(document, "#f")!;
    Element.prototype.setAttribute.call(form, "data-hyper-form", "refuse");
  });
  await send(page, "#f", "wrong");
  await shown(page, "#f.refused:not([aria-busy])");
  assertEquals(await active(page), "title");
  assertEquals(
    await page.evaluate(async () => {
      const form = Document.prototype.querySelector.call(document, "#f") as HTMLFormElement;
      return (await action("accept", {}, { form, key: "a" })).data;
    }),
    "accepted",
  );
  // The errors have been removed.
  await shown(page, "#f [name=title]:not([aria-invalid])");

  await page.evaluate(() => {
    const files = new DataTransfer();
    files.items.add(new File(["content"], "note.txt"));
    const input = Document.prototype.querySelector.call(document, "[type=file]") as HTMLInputElement;
    input.files = files.files;
  });
  await click(page, "#upload button");
  assertEquals(await came.next(), "note.txt content");
  assertEquals((await events.next("hyper:uploadProgress")).detail["action"], "upload");

  // A live topic.
  const watching = page.evaluate(async () => (await action("watch", {}, { method: "GET" })).kind);
  const stream = await streams.next();
  const heading = { target: "h1", swap: "morph", content: '<h1 class="topic">live</h1>' };
  stream.write(`event: patch_html\nid: live:1\ndata: ${JSON.stringify(heading)}\n\n`);
  await shown(page, "h1.topic");
  // Without a name to share, the call continues alone, from there.
  const rest = await streams.next();
  rest.send(["patch_html", { target: "h1", swap: "morph", content: '<h1 class="live">live</h1>' }, "live:2"]);
  await shown(page, "h1.live");
  await page.evaluate(() => Hyper.abort("watch"));
  assertEquals(await watching, "aborted");

  // A failure is shown as an alert.
  await page.route("**/*", (route) => route.abort());
  const failing = call(page, "accept");
  await shown(page, "[data-hyper-alert]");
  await page.unroute("**/*");
  assertEquals(await failing, "ConnectionError");
  await click(page, "[hyper-retry]");
  await events.next("hyper:requestException");
  await events.next("hyper:requestSuccess");
  assertEquals(await page.evaluate(() => Document.prototype.querySelector.call(document, "[data-hyper-alert]")), null);

  // A navigation to another page of the site, and back.
  assertEquals(await call(page, "push"), "success");
  assertEquals(new URL(page.url()).pathname, "/pushed");
  await page.evaluate(() => Reflect.set(globalThis, "same", true));
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.accept();
  });
  await type(page, "#f", "unsaved");
  await click(page, "#there");
  await shown(page, "h1:not(.live)");
  assertEquals(await text(page, "h1"), "there");
  assertEquals(await page.evaluate(() => Reflect.get(Document.prototype, "title", document)), "there");
  assertEquals(asked.length, 1);
  await page.evaluate(() => history.back());
  assertEquals((await events.next("hyper:history:restore:after")).detail["success"], true);
  assertEquals(await text(page, "h1"), "pushed");
  assertEquals(await page.evaluate(() => Reflect.get(globalThis, "same")), true);

  // The runtime is used without its globals.
  assertEquals(
    await page.evaluate(async () => {
      const { runtime, createActions } = await import(`${location.origin}/_hyper/client.js`);
      runtime.stop();
      return [Object.hasOwn(globalThis, "Hyper"), (await createActions().accept()).data];
    }),
    [false, "accepted"],
  );
}

/** A form with a control for each name. */
function FORM(controls: readonly string[], more = "", first = ""): string {
  const inputs = controls.map((name, at) => `<input name="${name}" ${at ? "" : first}>`);
  return `<form id="f" method="post" action="/here" data-hyper-form="save" hyper-form-disable hyper-confirm-unsaved ${more}>${
    inputs.join("")
  }<button>Save</button></form>`;
}

/** Returns the outcome of a call, or the name of the error. */
function call(page: Page, name: string): Promise<string> {
  return page.evaluate((name) => action(name).then(({ kind }) => kind, (error: Error) => error.name), name);
}

function click(page: Page, selector: string): Promise<void> {
  return page.evaluate((selector) => {
    HTMLElement.prototype.click.call(Document.prototype.querySelector.call(document, selector));
  }, selector);
}

async function type(page: Page, form: string, title: string): Promise<void> {
  await page.evaluate(([form, title]) => {
    const input = Document.prototype.querySelector.call(document, `${form} [name=title]`) as HTMLInputElement;
    input.value = title;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, [form, title] as const);
}

async function send(page: Page, form: string, title: string): Promise<void> {
  await type(page, form, title);
  await click(page, `${form} button`);
}

function text(page: Page, selector: string): Promise<string | undefined> {
  return page.evaluate((selector) => {
    const element = Document.prototype.querySelector.call(document, selector);
    return element?.textContent?.replace(/\s+/g, "");
  }, selector);
}

/** Returns the name of the focused control. */
function active(page: Page): Promise<string | null> {
  return page.evaluate(() =>
    (Reflect.get(Document.prototype, "activeElement", document) as Element).getAttribute("name")
  );
}

/** Waits until an element matches. */
function shown(page: Page, selector: string): Promise<void> {
  return page.evaluate((selector) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (Document.prototype.querySelector.call(document, selector)) resolve();
      };
      new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
      look();
    }), selector);
}
