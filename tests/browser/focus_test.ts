import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type * as applying from "../../src/client/page/apply_focus.ts";
import type * as focusing from "../../src/client/page/focus.ts";
import { withPage } from "../support/browser.ts";
import { bundleModules, modulePage } from "./module_page.ts";

// Globals of the page: the module.
declare const lib: typeof focusing & typeof applying;

const script = await bundleModules("src/client/page/focus.ts", "src/client/page/apply_focus.ts");

/** Defines a test on a page with this body. */
function onPage(name: string, body: string, test: (page: Page) => Promise<void>): void {
  Deno.test(name, async () => {
    await withPage(modulePage(script, body), async ({ page }) => {
      await page.goto("/");
      await test(page);
    });
  });
}

onPage("captureFocus() restores nothing when the page itself has the focus", "<input>", async (page) => {
  const focused = await page.evaluate(() => {
    const restore = lib.captureFocus();
    let focused = 0;
    HTMLElement.prototype.focus = () => void focused++;
    restore();
    delete (HTMLElement.prototype as Partial<HTMLElement>).focus;
    return focused;
  });
  assertEquals(focused, 0);
});

for (const type of ["email", "number", "checkbox", "date", "text"]) {
  const replacement = `<input id="i" type="${type}">`;
  onPage(
    `captureFocus() moves the focus to the replacement of a control of type ${type}`,
    replacement,
    async (page) => {
      const id = await page.evaluate((markup) => {
        document.querySelector<HTMLElement>("#i")?.focus();
        const restore = lib.captureFocus();
        document.body.innerHTML = markup;
        restore();
        return document.activeElement?.id;
      }, `<p>new</p>${replacement}`);
      assertEquals(id, "i");
    },
  );
}

onPage(
  "captureFocus() restores selection and scroll position",
  `<textarea id="i" rows="2">1\n2\n3\n4\n5\n6</textarea>`,
  async (page) => {
    const state = await page.evaluate(() => {
      const old = document.querySelector("textarea")!;
      old.focus();
      old.setSelectionRange(4, 7, "backward");
      old.scrollTop = 30;
      const restore = lib.captureFocus();
      const top = old.scrollTop;
      document.body.innerHTML = old.outerHTML;
      restore();
      const { selectionStart, selectionEnd, selectionDirection, scrollTop } = document.querySelector("textarea")!;
      return [selectionStart, selectionEnd, selectionDirection, scrollTop === top && top > 0];
    });
    assertEquals(state, [4, 7, "backward", true]);
  },
);

onPage(
  "captureFocus() limits the selection to the end of a shorter value",
  `<input id="i" value="abcdef">`,
  async (page) => {
    const state = await page.evaluate(() => {
      document.querySelector("input")!.focus();
      document.querySelector("input")!.setSelectionRange(5, 6);
      const restore = lib.captureFocus();
      document.body.innerHTML = `<input id="i" value="ab">`;
      restore();
      const { selectionStart, selectionEnd } = document.querySelector("input")!;
      return [selectionStart, selectionEnd];
    });
    assertEquals(state, [2, 2]);
  },
);

onPage(
  "captureFocus() does nothing if the focus was not lost",
  `<input id="i" value="abc"><input id="j">`,
  async (page) => {
    const state = await page.evaluate(() => {
      const [first, second] = document.querySelectorAll("input");
      first!.focus();
      first!.setSelectionRange(0, 0);
      const restore = lib.captureFocus();
      first!.setSelectionRange(2, 2);
      let focused = 0;
      HTMLElement.prototype.focus = () => void focused++;
      restore();
      const caret = first!.selectionStart;
      delete (HTMLElement.prototype as Partial<HTMLElement>).focus;
      return [focused, caret, second!.id];
    });
    assertEquals(state, [0, 2, "j"]);
  },
);

onPage("captureFocus() does not restore the focus if it was moved", `<input id="i"><input id="j">`, async (page) => {
  const id = await page.evaluate(() => {
    document.querySelector<HTMLElement>("#i")!.focus();
    const restore = lib.captureFocus();
    document.querySelector<HTMLElement>("#j")!.focus();
    restore();
    return document.activeElement?.id;
  });
  assertEquals(id, "j");
});

onPage("captureFocus() does not scroll the page", `<div style="height:5000px"></div><input id="i">`, async (page) => {
  const top = await page.evaluate(() => {
    const input = document.querySelector("input")!;
    input.focus({ preventScroll: true });
    const restore = lib.captureFocus();
    input.replaceWith(input.cloneNode());
    restore();
    return [scrollY, document.activeElement?.id];
  });
  assertEquals(top, [0, "i"]);
});

onPage("captureFocus() does not restore the focus of an element without an id", `<input>`, async (page) => {
  const name = await page.evaluate(() => {
    document.querySelector("input")!.focus();
    const restore = lib.captureFocus();
    document.body.innerHTML = "<input>";
    restore();
    return document.activeElement?.localName;
  });
  assertEquals(name, "body");
});

for (
  const [name, policy, body, id] of [
    [
      "the first invalid control",
      "first-invalid",
      `<input id="i"><p><input id="a" aria-invalid="true"><input id="b" aria-invalid="true">`,
      "a",
    ],
    [
      "the first invalid control that can be focused",
      "first-invalid",
      `<input id="i"><input type="hidden" aria-invalid="true"><input disabled aria-invalid="true"><input id="b" aria-invalid="true">`,
      "b",
    ],
    [
      "the summary if no control is invalid",
      "first-invalid",
      `<input id="i"><div id="s" data-hyper-errors>Wrong</div><input aria-invalid="false">`,
      "s",
    ],
    [
      "an invalid control before the summary",
      "first-invalid",
      `<input id="i"><div data-hyper-errors tabindex="-1">Wrong</div><select id="b" aria-invalid="true"></select>`,
      "b",
    ],
    ["the previous element, if all controls are valid", "first-invalid", `<input id="i"><input>`, "i"],
    ["the previous element, for preserve", "preserve", `<input id="i"><input aria-invalid="true">`, "i"],
    ["the element that a selector matches", "h2 ~ input", `<input id="i"><h2></h2><input id="j">`, "j"],
    ["a heading that a selector names", "h2", `<input id="i"><h2 id="h">New</h2>`, "h"],
    ["the previous element, if a selector matches nothing", "h3", `<input id="i">`, "i"],
  ] as const
) {
  onPage(`applyFocus() focuses ${name}`, `<input id="i">`, async (page) => {
    const active = await page.evaluate(([policy, body]) => {
      document.querySelector("input")!.focus();
      const restore = lib.captureFocus();
      document.body.innerHTML = body;
      lib.applyFocus(policy, document.body, restore);
      return document.activeElement?.id;
    }, [policy, body] as const);
    assertEquals(active, id);
  });
}

onPage(
  "applyFocus() searches invalid controls only in its root",
  `<input id="a" aria-invalid="true"><form><input id="b" aria-invalid="true"></form>`,
  async (page) => {
    const id = await page.evaluate(() => {
      lib.applyFocus("first-invalid", document.querySelector("form")!, () => {});
      return document.activeElement?.id;
    });
    assertEquals(id, "b");
  },
);

onPage(
  "applyFocus() opens the details that contain an invalid control",
  `<details><summary>A</summary><details><summary>B</summary><input id="b" aria-invalid="true"></details></details>`,
  async (page) => {
    const id = await page.evaluate(() => {
      lib.applyFocus("first-invalid", document, () => {});
      return document.activeElement?.id;
    });
    assertEquals(id, "b");
  },
);

onPage(
  "applyFocus() does not change the tabindex of a hidden control",
  `<div hidden><input id="b" aria-invalid="true"></div>`,
  async (page) => {
    await page.evaluate(() => lib.applyFocus("first-invalid", document, () => {}));
    assertEquals(await page.locator("#b").getAttribute("tabindex"), null);
  },
);

onPage(
  "applyFocus() does not move the caret of a focused control",
  `<input id="i" value="abc" aria-invalid="true">`,
  async (page) => {
    const caret = await page.evaluate(() => {
      const input = document.querySelector("input")!;
      input.focus();
      input.setSelectionRange(1, 1);
      lib.applyFocus("first-invalid", document, lib.captureFocus());
      return input.selectionStart;
    });
    assertEquals(caret, 1);
  },
);

onPage("applyFocus() throws for a policy that is not a selector", "", async (page) => {
  const name = await page.evaluate(() => {
    try {
      lib.applyFocus("<", document, () => {});
      return "nothing thrown";
    } catch (error) {
      return error instanceof DOMException && error.name;
    }
  });
  assertEquals(name, "SyntaxError");
});
