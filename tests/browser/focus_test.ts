import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type * as focusing from "../../src/client/page/focus.ts";
import { withPage } from "../support/browser.ts";
import { bundleModules, modulePage } from "./module_page.ts";

// What the page has besides its own: the module.
declare const lib: typeof focusing;

const script = await bundleModules("src/client/page/focus.ts");

/** A test on a page with this body. */
function onPage(name: string, body: string, test: (page: Page) => Promise<void>): void {
  Deno.test(name, async () => {
    await withPage(modulePage(script, body), async ({ page }) => {
      await page.goto("/");
      await test(page);
    });
  });
}

onPage("captureFocus() gives nothing back when the page itself has the focus", "<input>", async (page) => {
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
  onPage(`captureFocus() gives it to the replacement of a control of type ${type}`, replacement, async (page) => {
    const id = await page.evaluate((markup) => {
      document.querySelector<HTMLElement>("#i")?.focus();
      const restore = lib.captureFocus();
      document.body.innerHTML = markup;
      restore();
      return document.activeElement?.id;
    }, `<p>new</p>${replacement}`);
    assertEquals(id, "i");
  });
}

onPage(
  "captureFocus() brings selection and scroll back",
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

onPage("captureFocus() stops at the end of a shorter text", `<input id="i" value="abcdef">`, async (page) => {
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
});

onPage(
  "captureFocus() does nothing where the focus was not lost",
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

onPage("captureFocus() lets the focus go with an element that has no id", `<input>`, async (page) => {
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
      "the first invalid control that can have it",
      "first-invalid",
      `<input id="i"><input type="hidden" aria-invalid="true"><input disabled aria-invalid="true"><input id="b" aria-invalid="true">`,
      "b",
    ],
    [
      "the summary where no control is invalid",
      "first-invalid",
      `<input id="i"><div id="s" data-hyper-errors>Wrong</div><input aria-invalid="false">`,
      "s",
    ],
    [
      "the summary only after a control",
      "first-invalid",
      `<input id="i"><div data-hyper-errors tabindex="-1">Wrong</div><select id="b" aria-invalid="true"></select>`,
      "b",
    ],
    ["what had it, where all is well", "first-invalid", `<input id="i"><input>`, "i"],
    ["what had it, for preserve", "preserve", `<input id="i"><input aria-invalid="true">`, "i"],
    ["what a selector names", "h2 ~ input", `<input id="i"><h2></h2><input id="j">`, "j"],
    ["a heading that a selector names", "h2", `<input id="i"><h2 id="h">New</h2>`, "h"],
    ["what had it, where a selector names nothing", "h3", `<input id="i">`, "i"],
  ] as const
) {
  onPage(`applyFocus() gives it to ${name}`, `<input id="i">`, async (page) => {
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
  "applyFocus() looks for invalid controls in its root alone",
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
  "applyFocus() opens what an invalid control is folded away in",
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
  "applyFocus() leaves a control that cannot be seen in the order of the keyboard",
  `<div hidden><input id="b" aria-invalid="true"></div>`,
  async (page) => {
    await page.evaluate(() => lib.applyFocus("first-invalid", document, () => {}));
    assertEquals(await page.locator("#b").getAttribute("tabindex"), null);
  },
);

onPage(
  "applyFocus() leaves the caret of what has the focus already",
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
