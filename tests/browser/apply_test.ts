import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { type App, app, END, type Sent, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A page on which the action `go` responds with these events. */
async function onPage(
  body: string,
  events: readonly Sent[],
  test: (
    page: Page,
    go: (options?: object) => Promise<Record<string, unknown>>,
    log: import("../support/browser.ts").EventLog,
  ) => Promise<void>,
  more: App & { readonly expectErrors?: readonly RegExp[] } = {},
): Promise<void> {
  const { expectErrors, ...rest } = more;
  const served = app({ body, ...rest, actions: { go: () => sse([...events, END]) } });
  await withPage(served, async ({ page, events: log }) => {
    await page.goto("/");
    await test(page, (options = {}) =>
      page.evaluate((options) =>
        action("go", {}, options).then(
          (outcome) => ({ kind: outcome.kind, status: outcome.status }),
          (error: Error) => ({ kind: "rejected", message: error.message }),
        ), options), log);
  }, { expectErrors });
}

const patch = (target: string | undefined, content: string, more: object = {}): Sent => [
  "patch_html",
  { ...target !== undefined && { target }, content, ...more },
];

const BOX = `<main><p id="box">old</p></main>`;

const SWAPS: readonly [swap: string | undefined, content: string, result: string][] = [
  [undefined, `<b id="box">new</b>`, `<b id="box">new</b>`],
  ["outer", `<b>1</b><b>2</b>`, `<b>1</b><b>2</b>`],
  ["inner", `<b>new</b>`, `<p id="box"><b>new</b></p>`],
  ["before", `<b>new</b>`, `<b>new</b><p id="box">old</p>`],
  ["after", `<b>new</b>`, `<p id="box">old</p><b>new</b>`],
  ["prepend", `<b>new</b>`, `<p id="box"><b>new</b>old</p>`],
  ["append", `<b>new</b>`, `<p id="box">old<b>new</b></p>`],
  ["delete", ``, ``],
  ["none", `<b>new</b>`, `<p id="box">old</p>`],
  ["morph", `<p id="box" class="c">new</p>`, `<p id="box" class="c">new</p>`],
  ["morph", `<i>1</i><p id="box">new</p>text<i>2</i>`, `<i>1</i><p id="box">new</p>text<i>2</i>`],
  ["morph", `just text`, `just text`],
  ["sideways", `<b>new</b>`, `<b>new</b>`],
  ["inner", `text & <i>more</i>`, `<p id="box">text &amp; <i>more</i></p>`],
];

for (const [swap, content, result] of SWAPS) {
  Deno.test(`patch_html with ${swap ?? "no swap"} applies ${content || "nothing"}`, async () => {
    await onPage(BOX, [patch("#box", content, { ...swap && { swap } })], async (page, go) => {
      await go();
      assertEquals(await page.locator("main").innerHTML(), result);
    });
  });
}

Deno.test("patch_html with morph keeps the element it morphs", async () => {
  await onPage(BOX, [patch("#box", `<p id="box">new</p>`, { swap: "morph" })], async (page, go) => {
    await page.evaluate(() => Reflect.set(document.querySelector("#box") ?? {}, "mine", true));
    await go();
    assertEquals(await page.evaluate(() => Reflect.get(document.querySelector("#box") ?? {}, "mine")), true);
  });
});

Deno.test("patch_html uses the target and swap of the item, or else those of the call", async () => {
  const events = [patch(undefined, "<b>1</b>"), patch("#own", "<b>2</b>", { swap: "inner" })];
  await onPage(`${BOX}<div id="own"></div>`, events, async (page, go) => {
    await go({ target: "#box", swap: "append" });
    assertEquals(await page.locator("main").innerHTML(), `<p id="box">old<b>1</b></p>`);
    assertEquals(await page.locator("#own").innerHTML(), `<b>2</b>`);
  });
});

Deno.test("patch_html patches every match of its target", async () => {
  await onPage(
    `<i class="x">1</i><i class="x">2</i>`,
    [patch(".x", "<b>new</b>", { swap: "inner" })],
    async (page, go) => {
      await go();
      assertEquals(await page.locator(".x").allInnerTexts(), ["new", "new"]);
    },
  );
});

const PLACES: readonly [name: string, body: string, target: string, swap: string, content: string, result: string][] = [
  [
    "rows",
    `<table><tbody id="t"><tr><td>1</td></tr></tbody></table>`,
    "#t",
    "append",
    "<tr><td>2</td></tr>",
    "<tr><td>1</td></tr><tr><td>2</td></tr>",
  ],
  [
    "cells",
    `<table><tbody><tr id="t"><td>1</td></tr></tbody></table>`,
    "#t",
    "append",
    "<td>2</td>",
    "<td>1</td><td>2</td>",
  ],
  ["columns", `<table><colgroup id="t"></colgroup></table>`, "#t", "inner", "<col>", "<col>"],
  ["items", `<ul id="t"></ul>`, "#t", "inner", "<li>1</li><li>2</li>", "<li>1</li><li>2</li>"],
  [
    "options",
    `<select id="t"><option>1</option></select>`,
    "#t",
    "append",
    `<option selected="">2</option>`,
    `<option>1</option><option selected="">2</option>`,
  ],
  ["terms", `<dl id="t"></dl>`, "#t", "inner", "<dt>1</dt><dd>2</dd>", "<dt>1</dt><dd>2</dd>"],
];

for (const [name, body, target, swap, content, result] of PLACES) {
  Deno.test(`patch_html inserts ${name} in their context`, async () => {
    await onPage(body, [patch(target, content, { swap })], async (page, go) => {
      await go();
      assertEquals(await page.locator(target).innerHTML(), result);
    });
  });
}

Deno.test("patch_html inserts parts of SVG into an SVG, and HTML into its foreignObject", async () => {
  const body = `<svg id="s"><g id="g"></g><foreignObject id="f"></foreignObject></svg>`;
  const events = [
    patch("#g", `<circle r="1"></circle>`, { swap: "inner" }),
    patch("#s", `<rect></rect>`, { swap: "append" }),
    patch("#f", `<p>text</p>`, { swap: "inner" }),
    patch("#g", `<g id="g2"><path d=""></path></g>`),
  ];
  await onPage(body, events, async (page, go) => {
    await go();
    const spaces = await page.evaluate(() =>
      ["rect", "p", "path", "#g2"].map((name) => document.querySelector(`#s ${name}`)?.namespaceURI?.split("/").at(-1))
    );
    assertEquals(spaces, ["svg", "xhtml", "svg", "svg"]);
  });
});

Deno.test("patch_html with morph of the body applies attributes and content of the body", async () => {
  const events = [patch("body", `<body class="new"><p id="box">new</p></body>`, { swap: "morph" })];
  await onPage(BOX, events, async (page, go) => {
    await go();
    assertEquals(await page.evaluate(() => [document.body.className, document.body.innerHTML]), [
      "new",
      `<p id="box">new</p>`,
    ]);
  });
});

Deno.test("patch_html with outer of the body results in a page with a body", async () => {
  await onPage(BOX, [patch("body", `<p>new</p>`)], async (page, go) => {
    await go();
    assertEquals(await page.evaluate(() => document.body?.innerHTML), "<p>new</p>");
  });
});

Deno.test("patch_html inserts only the children of the body of a document into any other target", async () => {
  const document = "<!doctype html><html><head><title>Other</title></head><body><b>in</b></body></html>";
  await onPage(BOX, [patch("#box", document, { swap: "inner" })], async (page, go) => {
    await go();
    assertEquals([await page.locator("#box").innerHTML(), await page.title()], ["<b>in</b>", "Page"]);
  });
});

Deno.test("patch_html inserts the element that it selects", async () => {
  const events = [patch("#box", `<body><p>other</p><p id="box">new</p></body>`, { swap: "morph", select: "#box" })];
  await onPage(BOX, events, async (page, go) => {
    await go();
    assertEquals(await page.locator("main").innerHTML(), `<p id="box">new</p>`);
  });
});

for (
  const [what, before, content, after] of [
    ["by position", "<p>1</p><p>2</p>", "<p>3</p><p>4</p>", "<p>3</p><p>4</p>"],
    ["by id", `<p id="a">1</p><p id="b">2</p>`, `<p id="b">4</p><p id="a">3</p>`, `<p id="a">3</p><p id="b">4</p>`],
    ["by id only", `<p id="a">1</p><p id="b">2</p>`, `<p id="b">4</p>`, `<p id="a">1</p><p id="b">4</p>`],
    ["by position, with a new id", `<p id="a">1</p>`, `<p id="c">3</p>`, `<p id="c">3</p>`],
    ["without a counterpart", "<p>1</p><p>2</p>", "<p>3</p>", "<p>3</p><p>2</p>"],
  ] as const
) {
  Deno.test(`patch_html updates each element that it selects in the page and in its content: ${what}`, async () => {
    for (const swap of ["outer", "morph"]) {
      await onPage(`<main>${before}</main>`, [patch("p", content, { swap, select: "p" })], async (page, go) => {
        await go();
        assertEquals(await page.locator("main").innerHTML(), after);
      });
    }
  });
}

Deno.test("patch_html inserts the first element that it selects into each target of another selector", async () => {
  const events = [patch("p", "<b>3</b><b>4</b>", { select: "b" })];
  await onPage("<main><p>1</p><p>2</p></main>", events, async (page, go) => {
    await go();
    assertEquals(await page.locator("main").innerHTML(), "<b>3</b><b>3</b>");
  });
});

Deno.test("patch_html whose select matches nothing changes nothing and rejects", async () => {
  await onPage(BOX, [patch("#box", `<body></body>`, { swap: "morph", select: "#box" })], async (page, go) => {
    assertMatch(String((await go()).message), /nothing matches "#box"/);
    assertEquals(await page.locator("main").innerHTML(), `<p id="box">old</p>`);
  });
});

Deno.test("patch_html runs no script, with any swap", async () => {
  const script = `<script>globalThis.ran = true</script><script type="module">globalThis.ran = true</script><b>in</b>`;
  const events = ["inner", "append", "before", "morph", "outer"].map((swap) =>
    patch("#box", `<p id="box">${script}</p>`, { swap })
  );
  const body = patch("body", `<body>${script}</body>`, { swap: "morph" });
  await onPage(BOX, [...events, body], async (page, go) => {
    await go();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    assertEquals(await page.evaluate(() => [Reflect.get(globalThis, "ran"), document.querySelector("b") !== null]), [
      undefined,
      true,
    ]);
  });
});

Deno.test("hyper-keep keeps an element with every swap", async () => {
  for (const swap of ["inner", "outer", "morph"]) {
    const content = `<p id="box"><span id="island" hyper-keep>new</span></p>`;
    const body = `<main><div id="box"><span id="island" hyper-keep>old</span></div></main>`;
    await onPage(body, [patch("#box", content, { swap })], async (page, go) => {
      await page.evaluate(() => Reflect.set(document.querySelector("#island") ?? {}, "mine", true));
      await go();
      const island = await page.evaluate(() => {
        const found = document.querySelector("#island");
        return [found?.textContent, Reflect.get(found ?? {}, "mine")];
      });
      assertEquals(island, ["old", true], swap);
    });
  }
});

Deno.test("a missing target changes nothing and dispatches an event, and the call succeeds", async () => {
  await onPage(
    BOX,
    [patch("#gone", "<b>new</b>"), patch("#box", "after", { swap: "inner" })],
    async (page, go, events) => {
      assertEquals((await go()).kind, "success");
      assertEquals(events.of("hyper:swap:missing").map(({ detail }) => detail.target), ["#gone"]);
      assertEquals(await page.locator("main").innerHTML(), `<p id="box">after</p>`);
    },
  );
});

Deno.test("a missing target is logged on a local address, with the nearest ids", async () => {
  await onPage(`<p id="todo-list"></p><p id="other"></p>`, [patch("#todolist", "")], async (page, go) => {
    const warning = page.waitForEvent("console", (message) => message.type() === "warning");
    await go();
    assertMatch((await warning).text(), /matches "#todolist", the target of action "go".*nearest ids: #todo-list/);
  });
});

for (
  const [name, event, configure, options] of [
    ["the item", { strict_targets: true }, false, {}],
    ["the call", {}, false, { strictTargets: true }],
    ["the configuration", {}, true, {}],
  ] as const
) {
  Deno.test(`a missing target rejects with its name if ${name} is strict`, async () => {
    await onPage(BOX, [patch("#gone", "", event)], async (page, go, events) => {
      await page.evaluate((strictTargets) => void Hyper.configure({ strictTargets }), configure);
      assertMatch(String((await go(options)).message), /"#gone"/);
      assertEquals(events.of("hyper:requestException").length, 1);
    });
  });
}

for (
  const [what, event] of [
    ["the target of a patch", patch("#a[", "x")],
    ["the selection of a patch", patch("#box", "<b>x</b>", { select: "#a[" })],
    ["the target of an event", ["dispatch_event", { name: "x", target: "#a[" }]],
  ] as readonly (readonly [string, Sent])[]
) {
  Deno.test(`H7: an invalid selector rejects with an exception, and later items are applied: ${what}`, async () => {
    await onPage(BOX, [event, patch("#box", "later", { swap: "inner" })], async (page, go, events) => {
      const outcome = await go();
      assertEquals([outcome.kind, /#a\[/.test(String(outcome.message))], ["rejected", true]);
      assertEquals(events.of("hyper:requestException").length, 1);
      assertEquals(await page.locator("main").innerHTML(), '<p id="box">later</p>');
    });
  });
}

Deno.test("an item may be less strict than the configuration", async () => {
  await onPage(BOX, [patch("#gone", "", { strict_targets: false })], async (page, go) => {
    await page.evaluate(() => void Hyper.configure({ strictTargets: true }));
    assertEquals((await go()).kind, "success");
  });
});

Deno.test("a strict target that is missing rejects inside a view transition too", async () => {
  await onPage(BOX, [patch("#gone", "", { strict_targets: true, transition: true })], async (_page, go) => {
    assertMatch(String((await go()).message), /"#gone"/);
  });
});

Deno.test("hyper:swap:before can prevent a change", async () => {
  await onPage(
    `<i class="x">1</i><i class="x">2</i>`,
    [patch(".x", "new", { swap: "inner" })],
    async (page, go, events) => {
      await page.evaluate(() => {
        addEventListener("hyper:swap:before", (event) => {
          if (event.detail.element.textContent === "1" && event.detail.swap === "inner") event.preventDefault();
        });
      });
      await go();
      assertEquals(await page.locator(".x").allInnerTexts(), ["1", "new"]);
      assertEquals(events.of("hyper:swap:after").length, 1);
    },
  );
});

Deno.test("a view transition makes the change, and is not used with reduced motion", async () => {
  for (const [reducedMotion, transitions] of [["no-preference", 1], ["reduce", 0]] as const) {
    await onPage(BOX, [patch("#box", "new", { swap: "inner", transition: true })], async (page, go) => {
      await page.emulateMedia({ reducedMotion });
      await page.evaluate(() => {
        const start = Document.prototype.startViewTransition;
        Reflect.set(globalThis, "transitions", 0);
        Document.prototype.startViewTransition = function (change) {
          Reflect.set(globalThis, "transitions", Reflect.get(globalThis, "transitions") + 1);
          return start.call(this, change);
        };
      });
      await go();
      assertEquals(await page.locator("#box").textContent(), "new");
      assertEquals(await page.evaluate(() => Reflect.get(globalThis, "transitions")), transitions);
    });
  }
});

Deno.test("delays set classes on old and new elements", async () => {
  await onPage(BOX, [patch("#box", `<b id="box">new</b>`, { swap_delay: 60, settle_delay: 60 })], async (page, go) => {
    await page.evaluate(() => {
      const seen: string[] = [];
      Reflect.set(globalThis, "seen", seen);
      new MutationObserver(() => {
        const box = document.querySelector("#box");
        if (box?.className) seen.push(`${box.localName} ${box.className}`);
      }).observe(document.body, { attributes: true, childList: true, subtree: true });
    });
    await go();
    assertEquals(await page.evaluate(() => Reflect.get(globalThis, "seen")), ["p hyper-swapping", "b hyper-settling"]);
    assertEquals(await page.locator("#box").getAttribute("class"), "");
  });
});

Deno.test("a patch elsewhere keeps focus, caret and scroll position", async () => {
  const body = `${BOX}<input id="in" value="hello"><div style="height:3000px"></div>`;
  await onPage(body, [patch("#box", "new", { swap: "inner" })], async (page, go) => {
    await page.evaluate(() => {
      const input = document.querySelector("input");
      input?.focus();
      input?.setSelectionRange(1, 3);
      scrollTo(0, 500);
    });
    await go();
    const state = await page.evaluate(() => {
      const input = document.querySelector("input");
      return [document.activeElement?.id, input?.selectionStart, input?.selectionEnd, scrollY];
    });
    assertEquals(state, ["in", 1, 3, 500]);
  });
});

Deno.test("a patch that replaces the focused element moves the focus to the element with its id", async () => {
  const body = `<div id="wrap"><input id="in" value="hello"></div>`;
  await onPage(body, [patch("#wrap", `<input id="in" value="hello">`, { swap: "inner" })], async (page, go) => {
    await page.locator("#in").focus();
    await go();
    assertEquals(await page.evaluate(() => document.activeElement?.id), "in");
  });
});

for (
  const [policy, content, focused] of [
    ["first-invalid", `<input id="a"><input id="b" aria-invalid="true"><input id="c" aria-invalid="true">`, "b"],
    ["first-invalid", `<div id="s" data-hyper-errors>Bad</div><input id="a">`, "s"],
    ["#c", `<input id="a"><input id="c">`, "c"],
  ] as const
) {
  Deno.test(`focus policy ${policy} focuses #${focused}`, async () => {
    await onPage(
      `<div id="wrap"></div>`,
      [patch("#wrap", content, { swap: "inner", focus: policy })],
      async (page, go) => {
        await go();
        assertEquals(await page.evaluate(() => document.activeElement?.id), focused);
      },
    );
  });
}

Deno.test("toast dispatches the argument of toast(), and is announced", async () => {
  const toasts: readonly [data: object, value: unknown, words: string | null][] = [
    [{ value: "Saved" }, "Saved", "Saved"],
    [{ value: 3 }, 3, "3"],
    [
      { message: "Mail sent", title: "Done", level: "good" },
      { message: "Mail sent", title: "Done", level: "good" },
      "Mail sent",
    ],
    [{ title: "Only a title", value: 1 }, { title: "Only a title", value: 1 }, "Only a title"],
    [{ icon: "x" }, { icon: "x" }, null],
  ];
  await onPage(BOX, toasts.map(([data]) => ["toast", data]), async (page, go, events) => {
    await go();
    assertEquals(events.of("hyper:toast").map(({ detail }) => detail.value), toasts.map(([, value]) => value));
    const region = page.locator("[data-hyper-toasts][role=status][aria-live=polite]");
    await region.getByText("Only a title").waitFor();
    assertEquals(
      await region.locator("[data-hyper-toast]").allTextContents(),
      toasts.flatMap(([, , words]) => words ?? []),
    );
    assertEquals(await region.locator("[data-level=good]").textContent(), "Mail sent");
  });
});

Deno.test("toast is added to the region of the page, as text", async () => {
  const body = `<div id="mine" role="status" aria-live="polite" data-hyper-toasts></div>`;
  await onPage(body, [["toast", { value: "<img src=x onerror=alert(1)>" }]], async (page, go) => {
    await go();
    await page.locator("#mine").getByText("<img src=x").waitFor();
    assertEquals(await page.locator("[data-hyper-toasts]").count(), 1);
  });
});

Deno.test("dispatch_event reaches window, and bubbles from every match of its target", async () => {
  const events: Sent[] = [
    ["dispatch_event", { name: "saved", payload: { id: 1 } }],
    ["dispatch_event", { name: "saved", payload: null, target: ".x" }],
    ["dispatch_event", { name: "saved", payload: 2, target: "#gone" }],
  ];
  await onPage(`<i class="x"></i><b class="x"></b>`, events, async (page, go, log) => {
    await page.evaluate(() => {
      const seen: unknown[] = [];
      Reflect.set(globalThis, "seen", seen);
      addEventListener("saved", (event) => {
        seen.push([event.target instanceof Element ? event.target.localName : "window", Reflect.get(event, "detail")]);
      });
    });
    assertEquals((await go()).kind, "success");
    assertEquals(await page.evaluate(() => Reflect.get(globalThis, "seen")), [["window", { id: 1 }], ["i", null], [
      "b",
      null,
    ]]);
    assertEquals(log.of("hyper:swap:missing").map(({ detail }) => detail.target), ["#gone"]);
  });
});

Deno.test("patch_signals dispatches an event", async () => {
  await onPage(BOX, [["patch_signals", { count: 1 }]], async (_page, go, events) => {
    await go();
    assertEquals(events.of("hyper:streamEvent")[0]?.detail.data, { count: 1 });
  });
});

Deno.test("load_js loads a module once, and the response waits for it", async () => {
  let came = 0;
  const routes = {
    "/extra.js": () => (came++,
      new Response("globalThis.extra = (globalThis.extra ?? 0) + 1", {
        headers: { "content-type": "text/javascript" },
      })),
  };
  await onPage(BOX, [["load_js", { src: "/extra.js" }], ["load_js", { src: "extra.js" }]], async (page, go) => {
    await go();
    assertEquals([await page.evaluate(() => Reflect.get(globalThis, "extra")), came], [1, 1]);
  }, { routes });
});

Deno.test("load_js reports a failure, does not affect other events, and can be repeated", async () => {
  let broken = true;
  const routes = {
    "/extra.js": () =>
      broken
        ? new Response(null, { status: 404 })
        : new Response("globalThis.extra = 1", { headers: { "content-type": "text/javascript" } }),
  };
  await onPage(
    BOX,
    [["load_js", { src: "/extra.js" }], patch("#box", "after", { swap: "inner" })],
    async (page, go, events) => {
      assertEquals((await go()).kind, "success");
      assertEquals(await page.locator("#box").textContent(), "after");
      assertEquals(events.of("hyper:requestException").length, 1);
      broken = false;
      await go();
      assertEquals(await page.evaluate(() => Reflect.get(globalThis, "extra")), 1);
    },
    { routes, expectErrors: [/404 for the script/] },
  );
});

for (const src of ["javascript:globalThis.ran=1", "data:text/javascript,globalThis.ran=1", "blob:x", "http://["]) {
  Deno.test(`load_js does not load ${src}`, async () => {
    await onPage(BOX, [["load_js", { src }]], async (page, go, events) => {
      await go();
      assertEquals(await page.evaluate(() => Reflect.get(globalThis, "ran")), undefined);
      assertEquals(events.of("hyper:requestException").length, 1);
    });
  });
}

for (const to of ["/other?x=1#y", "other", "http://127.0.0.1:PORT/other"]) {
  Deno.test(`redirect navigates to ${to}`, async () => {
    const port = { value: "" };
    const served = app({ actions: { go: () => sse([["redirect", { url: to.replace("PORT", port.value) }]]) } });
    await withPage(served, async ({ page, url }) => {
      port.value = new URL(url).port;
      await page.goto("/");
      await page.evaluate(() => void action("go"));
      await page.waitForURL(/\/other/);
    });
  });
}

Deno.test("redirect to a fragment of the page reloads it", async () => {
  let loaded = 0;
  const served = app({
    routes: {
      "/here": () => (loaded++,
        new Response(`<script type="module" src="/_hyper/client.js"></script>`, {
          headers: { "content-type": "text/html" },
        })),
    },
    actions: { go: () => sse([["redirect", { url: "/here#done" }]]) },
  });
  await withPage(served, async ({ page }) => {
    await page.goto("/here");
    await Promise.all([page.waitForEvent("load"), page.evaluate(() => void action("go"))]);
    assertEquals([loaded, new URL(page.url()).hash], [2, "#done"]);
  });
});

for (
  const data of [
    { url: "javascript:globalThis.ran=1" },
    { url: "java\nscript:globalThis.ran=1", external: true },
    { url: "data:text/html,x", external: true },
    { url: "https://evil.test/" },
    { url: "//evil.test/" },
    { url: "\\\\evil.test" },
    { url: "/\t/evil.test" },
    { url: "https://evil.test/", external: "true" },
    { url: "http://[", external: true },
    {},
  ]
) {
  Deno.test(`redirect rejects ${JSON.stringify(data)}`, async () => {
    await onPage(BOX, [["redirect", data]], async (page, go, events) => {
      const before = page.url();
      const { kind } = await go();
      assertEquals([kind, events.of("hyper:requestError").length], ["error", 1]);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 30)));
      assertEquals([page.url(), await page.evaluate(() => Reflect.get(globalThis, "ran"))], [before, undefined]);
    });
  });
}

Deno.test("redirect navigates to another site if the server allows it", async () => {
  await using other = serveOther();
  const served = app({ actions: { go: () => sse([["redirect", { url: other.url, external: true }]]) } });
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => void action("go"));
    await page.getByText("Another site").waitFor();
  });
});

Deno.test("properties of Object.prototype are not read from a response", async () => {
  const events: Sent[] = [["patch_html", { content: "new" }], ["redirect", {}]];
  await onPage(`${BOX}<p id="trap">safe</p>`, events, async (page, go) => {
    await page.evaluate(() => {
      // After the call was created, because its options may inherit properties.
      addEventListener("hyper:streamEvent", () => {
        const traps = { target: "#trap", url: "https://evil.test/", external: true, swap: "inner" };
        for (const [name, value] of Object.entries(traps)) Reflect.set(Object.prototype, name, value);
      });
    });
    assertEquals((await go()).kind, "error");
    assertEquals(await page.locator("#trap").textContent(), "safe");
  });
});

function serveOther(): { readonly url: string } & AsyncDisposable {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response("Another site"));
  return { url: `http://127.0.0.1:${server.addr.port}/`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("the indicators of a page are right as soon as the runtime has started", async () => {
  const body =
    `<p id="wait" hyper-loading>Wait</p><p id="line" hyper-offline>Offline</p><p id="on" hyper-online-class="on">On`;
  await onPage(body, [], async (page) => {
    await page.locator("#on.on").waitFor();
    assertEquals([await page.locator("#wait").isVisible(), await page.locator("#line").isVisible()], [false, false]);
  });
});
