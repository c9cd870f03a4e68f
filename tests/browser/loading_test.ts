import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type * as requests from "../../src/client/page/busy.ts";
import type * as loader from "../../src/client/page/loading.ts";
import type { config } from "../../src/client/config.ts";
import { withPage } from "../support/browser.ts";
import { bundleModules, modulePage } from "./module_page.ts";

// Globals of the page: the modules, and requests.
declare const lib: { config: typeof config } & typeof loader & typeof requests;
declare const stopping: AbortController;
declare function begin(name: string, call?: Partial<requests.LoadingCall>): void;
declare function end(name: string): void;
declare function $<Kind extends Element = HTMLElement>(selector: string): Kind;

const script = `${await bundleModules(
  "src/client/page/loading.ts",
  "src/client/page/busy.ts",
  "src/client/config.ts",
)}
globalThis.$ = (selector) => document.querySelector(selector);
const begun = {};
globalThis.begin = (name, call) =>
  lib.beginLoading(begun[name] = { key: "key", action: "save", target: null, form: null, ...call });
globalThis.end = (name) => lib.endLoading(begun[name]);
globalThis.stopping = new AbortController();
lib.watchLoading(stopping.signal);
lib.showIndicators(lib.showLoading);`;

/** Defines a test on a page with this body and a stopped clock. */
function onPage(name: string, body: string, test: (page: Page) => Promise<void>): void {
  Deno.test(name, async () => {
    await withPage(modulePage(script, body), async ({ page }) => {
      await page.clock.install({ time: 0 });
      await page.goto("/");
      await page.clock.pauseAt(60_000);
      await test(page);
      await page.clock.resume();
    });
  });
}

const seen = (page: Page, selector = "#x") => page.locator(selector).isVisible();

onPage(
  "showLoading() hides indicators that the server has rendered visible",
  `<p id="x" hyper-loading>Wait</p>`,
  async (page) => {
    assertEquals(await seen(page), false);
  },
);

onPage("showLoading() shows an indicator after 100 ms", `<p id="x" hyper-loading hidden>Wait</p>`, async (page) => {
  await page.evaluate(() => begin("1"));
  await page.clock.runFor(99);
  assertEquals(await seen(page), false);
  await page.clock.runFor(1);
  assertEquals(await seen(page), true);
});

onPage(
  "showLoading() shows nothing for a fast request",
  `<p id="x" hyper-loading hidden>Wait</p>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.clock.runFor(99);
    await page.evaluate(() => end("1"));
    await page.clock.runFor(1000);
    assertEquals(await seen(page), false);
  },
);

onPage(
  "showLoading() shows an indicator for at least 300 ms",
  `<p id="x" hyper-loading hidden>Wait</p>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.clock.runFor(100);
    await page.evaluate(() => end("1"));
    await page.clock.runFor(299);
    assertEquals(await seen(page), true);
    await page.clock.runFor(1);
    assertEquals(await seen(page), false);
  },
);

onPage(
  "showLoading() hides an indicator at once that was visible for longer",
  `<p id="x" hyper-loading hidden>Wait</p>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.clock.runFor(500);
    await page.evaluate(() => end("1"));
    assertEquals(await seen(page), false);
  },
);

onPage("showLoading() uses the configured times", `<p id="x" hyper-loading hidden>Wait</p>`, async (page) => {
  await page.evaluate(() => Object.assign(lib.config.loading, { delay: 0, minimum: 50 }));
  await page.evaluate(() => begin("1"));
  assertEquals(await seen(page), true);
  await page.evaluate(() => end("1"));
  await page.clock.runFor(49);
  assertEquals(await seen(page), true);
  await page.clock.runFor(1);
  assertEquals(await seen(page), false);
});

for (
  const [delay, wait] of [["0", 0], ["250", 250], ["soon", 100], ["-1", 100], ["", 100]] as const
) {
  onPage(
    `hyper-loading-delay="${delay}" waits ${wait} ms`,
    `<p id="x" hyper-loading hyper-loading-delay="${delay}" hidden>Wait</p>`,
    async (page) => {
      await page.evaluate(() => begin("1"));
      if (wait > 0) {
        await page.clock.runFor(wait - 1);
        assertEquals(await seen(page), false);
        await page.clock.runFor(1);
      }
      assertEquals(await seen(page), true);
    },
  );
}

onPage(
  "showLoading() uses the times of each indicator",
  `<p id="x" hyper-loading hyper-loading-delay="50" hidden>A</p><p id="y" hyper-loading hyper-loading-delay="500" hidden>B</p>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.clock.runFor(50);
    assertEquals([await seen(page, "#x"), await seen(page, "#y")], [true, false]);
    await page.clock.runFor(450);
    assertEquals([await seen(page, "#x"), await seen(page, "#y")], [true, true]);
  },
);

onPage("showLoading() counts: two requests, one end", `<p id="x" hyper-loading hidden>Wait</p>`, async (page) => {
  await page.evaluate(() => (begin("1"), begin("2")));
  await page.clock.runFor(1000);
  await page.evaluate(() => (end("1"), end("1")));
  await page.clock.runFor(1000);
  assertEquals(await seen(page), true);
  await page.evaluate(() => end("2"));
  await page.clock.runFor(1000);
  assertEquals(await seen(page), false);
});

onPage(
  "showLoading() treats successive requests as one wait",
  `<p id="x" hyper-loading hidden>Wait</p>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.clock.runFor(60);
    await page.evaluate(() => (end("1"), begin("2")));
    await page.clock.runFor(39);
    assertEquals(await seen(page), false);
    await page.clock.runFor(1);
    assertEquals(await seen(page), true);
  },
);

const calls = { k: { key: "k", action: "save" }, other: { key: "other", action: "load" } } as const;

for (
  const [attributes, byKey, byOther] of [
    [`hyper-loading`, true, true],
    [`hyper-loading="global"`, true, true],
    [`hyper-loading="k"`, true, false],
    [`hyper-loading="load"`, false, true],
    [`hyper-loading-key="k"`, true, false],
    [`hyper-loading-key="save"`, false, false],
    [`hyper-loading-action="save"`, true, false],
    [`hyper-loading-action="k"`, false, false],
    [`hyper-loading-action="save" hyper-loading-key="other"`, true, false],
  ] as const
) {
  for (const [call, shown] of [["k", byKey], ["other", byOther]] as const) {
    onPage(
      `${attributes} is ${shown ? "about" : "not about"} action "${calls[call].action}" with key "${call}"`,
      `<p id="x" ${attributes} hidden>Wait</p>`,
      async (page) => {
        await page.evaluate((call) => begin("1", call), calls[call]);
        await page.clock.runFor(100);
        assertEquals(await seen(page), shown);
      },
    );
  }
}

onPage(
  "hyper-loading-class adds classes to an element and does not hide it",
  `<p id="x" class="a" hyper-loading-class="dim  slow">Text</p>`,
  async (page) => {
    const state = async () => [await page.locator("#x").getAttribute("class"), await seen(page)];
    assertEquals(await state(), ["a", true]);
    await page.evaluate(() => begin("1"));
    assertEquals(await state(), ["a", true]);
    await page.clock.runFor(100);
    assertEquals(await state(), ["a dim slow", true]);
    await page.evaluate(() => end("1"));
    await page.clock.runFor(1000);
    assertEquals(await state(), ["a", true]);
  },
);

for (const scope of ["hyper-loading", 'hyper-loading="k"', 'hyper-loading-key="k"', 'hyper-loading-action="save"']) {
  onPage(
    `hyper-loading-class with ${scope} hides nothing, and applies only to that scope`,
    `<p id="x" ${scope} hyper-loading-class="dim">Text</p>`,
    async (page) => {
      assertEquals(await seen(page), true);
      await page.evaluate((call) => begin("1", call), calls.k);
      await page.clock.runFor(100);
      assertEquals([await page.locator("#x").getAttribute("class"), await seen(page)], ["dim", true]);
      await page.evaluate(
        (call) => (end("1"), begin("2", { ...call, key: "none", action: "none" })),
        calls.k,
      );
      await page.clock.runFor(1000);
      assertEquals(await page.locator("#x").getAttribute("class"), scope === "hyper-loading" ? "dim" : "");
    },
  );
}

onPage(
  "hyper-loading-remove-class removes classes and restores them",
  `<p id="x" class="a b" hyper-loading-remove-class="b">Text</p>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.clock.runFor(100);
    assertEquals(await page.locator("#x").getAttribute("class"), "a");
    await page.evaluate(() => end("1"));
    await page.clock.runFor(1000);
    assertEquals([await page.locator("#x").getAttribute("class"), await seen(page)], ["a b", true]);
  },
);

for (
  const [attributes, byKey, byOther] of [
    [`hyper-loading-disable`, true, true],
    [`hyper-loading-disable="global"`, true, true],
    [`hyper-loading-disable="k"`, true, false],
    [`hyper-loading-disable="load"`, false, true],
    [`hyper-loading-disable-key="k"`, true, false],
    [`hyper-loading-disable hyper-loading-key="k"`, true, false],
    [`hyper-loading-disable hyper-loading-action="save"`, true, false],
  ] as const
) {
  onPage(
    `${attributes} disables at once, and enables again`,
    `<button id="x" ${attributes}>Go</button>`,
    async (page) => {
      for (const [call, disabled] of [["k", byKey], ["other", byOther]] as const) {
        await page.evaluate((call) => begin("1", call), calls[call]);
        assertEquals([await page.locator("#x").isDisabled(), await seen(page)], [disabled, true]);
        await page.evaluate(() => end("1"));
        assertEquals(await page.locator("#x").isDisabled(), false);
      }
    },
  );
}

onPage(
  "hyper-loading-disable does not enable an element that was disabled before",
  `<button id="x" disabled hyper-loading-disable>Go</button>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.evaluate(() => end("1"));
    assertEquals(await page.locator("#x").isDisabled(), true);
  },
);

onPage(
  "hyper-loading-disable sets aria-disabled on a link",
  `<a id="x" href="#" hyper-loading-disable>Go</a>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    assertEquals(await page.locator("#x").getAttribute("aria-disabled"), "true");
    await page.evaluate(() => end("1"));
    assertEquals(
      await page.locator("#x").evaluate((link) => link.outerHTML),
      `<a id="x" href="#" hyper-loading-disable="">Go</a>`,
    );
  },
);

onPage(
  "hyper-loading-disable restores the focus of a button",
  `<button id="x" hyper-loading-disable>Go</button>`,
  async (page) => {
    await page.locator("#x").focus();
    await page.evaluate(() => begin("1"));
    // The browser removes the focus from a disabled element at its next frame.
    await page.waitForFunction(() => document.activeElement === document.body, null, { polling: 10 });
    await page.evaluate(() => end("1"));
    assertEquals(await page.evaluate(() => document.activeElement?.id), "x");
  },
);

onPage(
  "hyper-loading-disable does not move the focus if the user has moved it",
  `<button id="x" hyper-loading-disable>Go</button><input id="y">`,
  async (page) => {
    await page.locator("#x").focus();
    await page.evaluate(() => begin("1"));
    await page.locator("#y").focus();
    await page.evaluate(() => end("1"));
    assertEquals(await page.evaluate(() => document.activeElement?.id), "y");
  },
);

const form =
  `<form id="x" hyper-form-disable><input name="t"><button name="a">A</button><button type="button">B</button>
  <input type="submit"><button type="reset">R</button></form><button id="o" form="x">O</button><button id="n">N</button>
  <form id="p"></form><button form="p">P</button>`;

onPage("hyper-form-disable disables the buttons of its form while it is sent", form, async (page) => {
  const disabled = () =>
    page.evaluate(() => [...document.querySelectorAll("button,input")].map((element) => element.matches(":disabled")));
  await page.evaluate(() => begin("1", { form: $<HTMLFormElement>("#p") }));
  assertEquals(await disabled(), [false, false, false, false, false, false, false, false]);
  await page.evaluate(() => begin("2", { form: $<HTMLFormElement>("#x") }));
  assertEquals(await disabled(), [false, true, true, true, false, true, false, false]);
  await page.evaluate(() => (end("1"), end("2")));
  assertEquals(await disabled(), [false, false, false, false, false, false, false, false]);
});

onPage("hyper-form-disable also applies to a form that has replaced the sent one", form, async (page) => {
  const state = await page.evaluate(async () => {
    begin("1", { form: $<HTMLFormElement>("#x") });
    $("#x").outerHTML = `<form id="x" hyper-form-disable><button name="a">A</button></form>`;
    lib.updateIndicators($("#x"));
    const { disabled } = $<HTMLButtonElement>("[name=a]");
    end("1");
    await null;
    return [disabled, $("[name=a]").outerHTML, $<HTMLButtonElement>("#o").disabled];
  });
  assertEquals(state, [true, `<button name="a">A</button>`, false]);
});

onPage(
  "showLoading() applies to new elements at once",
  `<p id="x" hyper-loading hidden>Wait</p><div id="y"></div>`,
  async (page) => {
    await page.evaluate(() => begin("1"));
    await page.clock.runFor(100);
    const state = await page.evaluate(() => {
      $("#y").innerHTML =
        `<p id="p" hyper-loading hidden>More</p><i id="i" hyper-loading-class="dim"></i><button id="b" hyper-loading-disable></button>`;
      lib.updateIndicators($("#y"));
      return [$("#p").hidden, $("#i").className, $<HTMLButtonElement>("#b").disabled];
    });
    assertEquals(state, [false, "dim", true]);
    await page.evaluate(() => end("1"));
    await page.clock.runFor(1000);
    assertEquals(
      await page.locator("#y").innerHTML(),
      `<p id="p" hyper-loading="" hidden="">More</p><i id="i" hyper-loading-class="dim" class=""></i><button id="b" hyper-loading-disable=""></button>`,
    );
  },
);

onPage(
  "showLoading() hides a new indicator when no request is active",
  `<div id="y"></div>`,
  async (page) => {
    const hidden = await page.evaluate(() => {
      $("#y").innerHTML = `<p hyper-loading>Wait</p>`;
      const indicator = $("p");
      lib.updateIndicators(indicator);
      return indicator.hidden;
    });
    assertEquals(hidden, true);
  },
);

onPage(
  "showLoading() uses the state that a morph has set",
  `<button id="x" hyper-loading-disable>Go</button>`,
  async (page) => {
    const state = await page.evaluate(async () => {
      const states: boolean[] = [];
      const button = $<HTMLButtonElement>("#x");
      // As a morph does: all attributes as in the markup of the server.
      const morph = (disabled: boolean) => {
        for (const name of button.getAttributeNames()) if (!/^(id|hyper)/.test(name)) button.removeAttribute(name);
        button.disabled = disabled;
        lib.updateIndicators(button);
      };
      for (const disabled of [false, true]) {
        begin("1");
        morph(disabled);
        states.push(button.disabled);
        end("1");
        await null;
        states.push(button.disabled);
      }
      return states;
    });
    assertEquals(state, [true, false, true, true]);
  },
);

onPage(
  "aria-busy is set on the target during a request, and removed afterwards",
  `<ul id="x"></ul><ul id="y" aria-busy="true"></ul>`,
  async (page) => {
    const busy = () => page.evaluate(() => ["#x", "#y"].map((selector) => $(selector).getAttribute("aria-busy")));
    await page.evaluate(() => (begin("1", { target: "ul" }), begin("2", { target: "#x" })));
    assertEquals(await busy(), ["true", "true"]);
    await page.evaluate(() => end("1"));
    assertEquals(await busy(), ["true", "true"]);
    await page.evaluate(() => end("2"));
    // Values of the page are kept.
    assertEquals(await busy(), [null, "true"]);
    await page.evaluate(() => {
      $("#x").setAttribute("aria-busy", "true");
      begin("3");
      end("3");
    });
    assertEquals(await busy(), ["true", "true"]);
  },
);

onPage("aria-busy is also set on an element that has replaced the target", `<ul id="x"></ul>`, async (page) => {
  const state = await page.evaluate(async () => {
    begin("1", { target: "#x" });
    $("#x").outerHTML = `<ol id="x"></ol>`;
    lib.updateIndicators($("#x"));
    const busy = $("#x").getAttribute("aria-busy");
    end("1");
    await null;
    return [busy, $("#x").getAttribute("aria-busy")];
  });
  assertEquals(state, ["true", null]);
});

onPage("aria-busy is set on the form if the call has no target", `<form id="x"></form>`, async (page) => {
  await page.evaluate(() => begin("1", { form: $<HTMLFormElement>("#x") }));
  assertEquals(await page.locator("#x").getAttribute("aria-busy"), "true");
  await page.evaluate(() => end("1"));
  assertEquals(await page.locator("#x").getAttribute("aria-busy"), null);
});

onPage(
  "hyper-target-busy shows the requests for a target",
  `<p id="x" hyper-target-busy="#list"></p>`,
  async (page) => {
    await page.evaluate(() => begin("1", { target: "#other" }));
    assertEquals(await page.locator("#x").getAttribute("aria-busy"), null);
    await page.evaluate(() => begin("2", { target: "#list" }));
    assertEquals(await page.locator("#x").getAttribute("aria-busy"), "true");
    await page.evaluate(() => end("2"));
    assertEquals(await page.locator("#x").getAttribute("aria-busy"), null);
  },
);

onPage(
  "loading states that stop leave the page as it was",
  `<p id="x" hyper-loading hidden>Wait</p><button id="b" hyper-loading-disable>Go</button><ul aria-label="l"></ul>`,
  async (page) => {
    const before = await page.locator("body").innerHTML();
    await page.evaluate(() => begin("1", { target: "ul" }));
    await page.clock.runFor(100);
    await page.evaluate(() => {
      lib.stopLoading();
      stopping.abort();
    });
    assertEquals(await page.locator("body").innerHTML(), before);
    await page.clock.runFor(1000);
    assertEquals(await page.locator("body").innerHTML(), before);
  },
);
