/** Every invalid outcome is shown: on the form that was sent, or in the failure message. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { type App, app, END, type Sent, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const MESSAGE = "Check the highlighted fields.";
type Issues = Readonly<Record<string, readonly string[]>>;

/** An application whose action finds its input invalid, until the title is "ok". */
function refusing(body: string, issues: Issues, more: App = {}, patches: readonly Sent[] = []): Deno.ServeHandler {
  const save = async (request: Request) =>
    (await request.formData()).get("title") === "ok"
      ? sse([END])
      : sse([...patches, ["error", { status: 422, message: MESSAGE, issues }], END], { status: 422 });
  return app({ body, ...more, actions: { save } });
}

const FORM = `<form data-hyper-form="save" novalidate>
  <label for="t">Title</label><input id="t" name="title" aria-describedby="help"><p id="help">A few words</p>
  <label>Day <select name="day"><option></select></label>
  <fieldset class="hyper-field" role="radiogroup"><legend>Size</legend>
    <label><input type="radio" name="size" value="s">S</label> <label><input type="radio" name="size" value="l">L</label>
  </fieldset>
  <details><summary>More</summary><input name="rows[0].label" aria-label="Row"></details>
  <input type="hidden" name="version" value="1">
  <button>Save</button></form>`;

/** Returns the state of the controls and the messages of the form. */
function stateOf(page: Page) {
  return page.evaluate(() => {
    const named = (name: string) => document.querySelector<HTMLElement>(`[name="${name}"]`);
    const invalid = [...document.querySelectorAll("[aria-invalid=true]")].map((element) =>
      element.getAttribute("name") ?? element.getAttribute("role")
    );
    const described = [...document.querySelectorAll("[aria-describedby]")].flatMap((element) =>
      element.getAttribute("aria-describedby")!.split(" ").map((id) => document.getElementById(id)?.textContent)
    );
    const summary = [...document.querySelectorAll("[data-hyper-errors] li")].map((item) => item.textContent);
    const focus = document.activeElement;
    return {
      invalid,
      described,
      summary,
      focus: focus?.getAttribute("name") ?? (focus?.matches("[data-hyper-errors]") ? "summary" : focus?.tagName),
      open: named("rows[0].label")?.closest("details")?.open,
    };
  });
}

const CASES: readonly [name: string, issues: Issues, state: object][] = [
  ["one control", { title: ["Enter a title"] }, {
    invalid: ["title"],
    described: ["Enter a title", "A few words"],
    summary: [],
    focus: "title",
    open: false,
  }],
  ["several controls", { day: ["Choose a day", "Soon"], title: ["Enter a title"] }, {
    invalid: ["title", "day"],
    described: ["Enter a title", "A few words", "Choose a daySoon"],
    summary: [],
    focus: "title",
    open: false,
  }],
  ["a radio group", { size: ["Choose a size"] }, {
    invalid: ["radiogroup"],
    described: ["A few words", "Choose a size"],
    summary: [],
    focus: "size",
    open: false,
  }],
  ["a control in closed details", { "rows[0].label": ["Enter a label"] }, {
    invalid: ["rows[0].label"],
    described: ["A few words", "Enter a label"],
    summary: [],
    focus: "rows[0].label",
    open: true,
  }],
  ["the form, a hidden control, and a field without a control", { "": ["Taken"], version: ["Old"], gone: ["Lost"] }, {
    invalid: [],
    described: ["A few words"],
    summary: ["Taken", "Old", "Lost"],
    focus: "summary",
    open: false,
  }],
  ["the form as a whole", {}, {
    invalid: [],
    described: ["A few words"],
    summary: [MESSAGE],
    focus: "summary",
    open: false,
  }],
];

for (const [name, issues, state] of CASES) {
  Deno.test(`a form that the response does not replace shows issues of ${name}`, async () => {
    await withPage(refusing(FORM, issues), async ({ page, events }) => {
      await page.goto("/");
      for (let times = 0; times < 2; times++) {
        await page.getByRole("button", { name: "Save" }).click();
        await events.next("hyper:afterRequest");
        assertEquals(await stateOf(page), state as Awaited<ReturnType<typeof stateOf>>);
      }
      assertEquals(await page.locator("[data-hyper-alert]").count(), 0);
      await page.getByLabel("Title").fill("ok");
      await page.getByRole("button", { name: "Save" }).click();
      await events.next("hyper:afterRequest");
      const { invalid, described, summary } = await stateOf(page);
      assertEquals([invalid, described, summary], [[], ["A few words"], []]);
    });
  });
}

Deno.test("an error is removed when the user changes its control; the others stay", async () => {
  await withPage(refusing(FORM, { title: ["Enter a title"], day: ["Choose a day"] }), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:afterRequest");
    await page.getByLabel("Title").fill("x");
    assertEquals((await stateOf(page)).described, ["A few words", "Choose a day"]);
  });
});

Deno.test("a reset removes the errors of the form, and what describes its controls", async () => {
  const issues = { title: ["Enter a title"], size: ["Choose a size"], "": ["The day is over"] };
  await withPage(refusing(FORM, issues), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:afterRequest");
    await page.getByRole("alert").waitFor();
    await page.evaluate(() => document.forms[0]!.reset());
    const { invalid, described, summary } = await stateOf(page);
    assertEquals({ invalid, described, summary }, { invalid: [], described: ["A few words"], summary: [] });
  });
});

Deno.test("a form that a patch has added shows its own errors, also when the page has another form of its id", async () => {
  const twin = `<form id="twin" data-hyper-form="save"><input name="title" aria-label="First"></form>`;
  const added =
    `<form id="added" data-hyper-form="save"><input name="title" aria-label="Second"><button>Add</button></form>`;
  const patch: Sent = ["patch_html", { target: "#twin", content: twin, swap: "morph", focus: "first-invalid" }];
  await withPage(refusing(twin + added, { title: ["Enter a title"] }, {}, [patch]), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Add" }).click();
    await events.next("hyper:afterRequest");
    assertEquals(await page.getByLabel("Second").getAttribute("aria-invalid"), "true");
  });
});

Deno.test("a form that the response has replaced is not changed", async () => {
  const form =
    `<form id="f" data-hyper-form="save"><input name="title" aria-label="Title"><button>Save</button></form>`;
  const content = form.replace("<input", `<p>Answer</p><input aria-invalid="true"`);
  const patch: Sent = ["patch_html", { target: "#f", content, swap: "morph", focus: "first-invalid" }];
  await withPage(refusing(form, { title: ["Enter a title"] }, {}, [patch]), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button").click();
    await events.next("hyper:afterRequest");
    assertEquals(await page.locator(".hyper-errors").count(), 0);
    assertEquals(await page.getByText("Answer").count(), 1);
  });
});

for (
  const [name, body, call] of [
    ["a call without a form", "", `action("save", {}, { method: "POST", url: "/" })`],
    ["a hidden form", `<form id="f" hidden data-hyper-form="save"></form>`, `action("save", {}, { form: "#f" })`],
  ] as const
) {
  Deno.test(`the issues of ${name} are shown in the failure message`, async () => {
    const served = app({
      body,
      actions: {
        save: () =>
          sse([["error", { status: 422, message: MESSAGE, issues: { "": ["Taken"] } }], END], { status: 422 }),
      },
    });
    await withPage(served, async ({ page }) => {
      await page.goto("/");
      await page.evaluate((code) => void (0, eval)(code), call);
      await page.getByRole("alert").getByText("Taken").waitFor();
    });
  });
}

Deno.test("an invalid form that was sent with Enter is announced, because the focus does not move", async () => {
  const form = `<form id="f" data-hyper-form="save" novalidate><input name="title" aria-label="Title"></form>`;
  const content = form.replace("<input", `<input aria-invalid="true"`);
  const patch: Sent = ["patch_html", { target: "#f", content, swap: "morph", focus: "first-invalid" }];
  for (const patches of [[], [patch]]) {
    await withPage(refusing(form, { title: ["Enter a title"] }, {}, patches), async ({ page, events }) => {
      await page.goto("/");
      for (const times of [1, 2]) {
        await page.getByLabel("Title").press("Enter");
        await events.next("hyper:afterRequest");
        await page.getByRole("status").getByText("Enter a title").nth(times - 1).waitFor();
      }
    });
  }
});

Deno.test("an invalid form that was sent with its button is not announced, because the focus moves", async () => {
  await withPage(refusing(FORM, { title: ["Enter a title"] }), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:afterRequest");
    assertEquals(await page.locator("[data-hyper-toasts]").count(), 0);
  });
});

Deno.test("the same summary of an invalid form that is sent again with Enter is announced, a new one is not", async () => {
  const form = `<form id="f" data-hyper-form="save" novalidate><input name="title" aria-label="Title"></form>`;
  const content = form.replace(
    "<input",
    `<div role="alert" data-hyper-errors>Look at it</div><input aria-invalid="true"`,
  );
  const patch: Sent = ["patch_html", { target: "#f", content, swap: "morph", focus: "first-invalid" }];
  await withPage(refusing(form, { title: ["Enter a title"] }, {}, [patch]), async ({ page, events }) => {
    await page.goto("/");
    const announced = page.getByRole("status").getByText("Enter a title");
    await page.getByLabel("Title").press("Enter");
    await events.next("hyper:afterRequest");
    await page.getByLabel("Title").press("Enter");
    await announced.waitFor();
    // One of the first response would have come before.
    assertEquals(await announced.count(), 1);
  });
});

Deno.test("an error that the server has rendered stays when the user changes a control that had one before", async () => {
  const form = (errors: string) =>
    `<form id="f" data-hyper-form="save" novalidate><input name="title" aria-label="Title"${errors}</form>`;
  const content = form(` aria-invalid="true" aria-describedby="e"><ul id="e"><li>Of the server</li></ul>`);
  let isRendered = false;
  const save = () => {
    const patches: Sent[] = isRendered ? [["patch_html", { target: "#f", content, swap: "morph" }]] : [];
    const invalid: Sent = ["error", { status: 422, message: MESSAGE, issues: { title: ["Enter a title"] } }];
    return sse([...patches, invalid, END], { status: 422 });
  };
  await withPage(app({ body: form(">"), actions: { save } }), async ({ page, events }) => {
    await page.goto("/");
    const title = page.getByLabel("Title");
    await title.press("Enter");
    await events.next("hyper:afterRequest");
    await page.getByRole("listitem").getByText("Enter a title").waitFor();
    isRendered = true;
    await title.press("Enter");
    await page.getByText("Of the server").waitFor();
    await title.pressSequentially("x");
    assertEquals([await title.getAttribute("aria-invalid"), await title.getAttribute("aria-describedby")], [
      "true",
      "e",
    ]);
  });
});
