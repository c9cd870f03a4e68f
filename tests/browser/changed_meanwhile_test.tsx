/** A control that one user edits while another user's change of it arrives: the text and the choice of the first stay, and the change is shown. */
import { assertEquals } from "@std/assert";
import {
  action,
  changed,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  type Handler,
  region,
  Toasts,
} from "@hyper/actions";
import type { Page } from "playwright-core";
import { untilValue, type Visit, withPage } from "../support/browser.ts";
import { app, END, sse, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

interface Ticket {
  readonly title: string;
  readonly note: string;
  readonly status: string | null;
  readonly size: string | null;
}

/** Serves a page with a form for one ticket, in a region that every change renews. */
function tickets(lang = "en"): Handler {
  const state: { ticket: Ticket } = { ticket: { title: "Printer", note: "Old", status: "New", size: "S" } };
  const TicketForm = defineForm("ticket", {
    fields: {
      title: field.text({ label: "Title", help: "A few words" }),
      note: field.textarea({ label: "Note" }),
      status: field.select({ label: "Status", choices: ["New", "Open", "Done"] }),
      size: field.select({ label: "Size", choices: ["S", "M", "L"] }),
    },
    getInitial: () => state.ticket,
  });
  const save = action("save", { form: TicketForm }, ({ form }) => {
    state.ticket = { ...state.ticket, ...form.values };
    return changed("ticket");
  });
  const Editor = region("editor", { depends: ["ticket"] }, () => (
    <section>
      <Form action={save} novalidate>
        <Field name="title" />
        <Field name="note" />
        <Field name="status" />
        <Field name="size" as="radios" />
        <button>Save</button>
      </Form>
    </section>
  ));
  const Page = () => (
    <main>
      <Editor />
      <Toasts />
    </main>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    messages: { lang },
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Editor, save }) }],
    heartbeatSeconds: 1,
  });
  return handler;
}

type Change = (page: Page) => Promise<void>;

/** Opens the page of one user, who edits a control, and saves a change of another user. Passes both pages. */
function changedTest(
  name: string,
  lang: string,
  edit: Change,
  change: Change,
  check: (visit: Visit, other: Page) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const handler = tickets(lang);
    await using _ = { [Symbol.asyncDispose]: () => handler.close() };
    await withPage(handler, async (visit) => {
      const { page, context } = visit;
      await page.goto("/");
      const other = await context.newPage();
      await other.goto("/");
      await page.bringToFront();
      await page.waitForFunction(() => globalThis.Hyper);
      await edit(page);
      await change(other);
      await other.getByRole("button", { name: "Save" }).click();
      await page.locator(".hyper-changed").waitFor();
      await check(visit, other);
    });
  });
}

/** Edits by kind: the label of the control, the change of each user, and the value of each. */
const EDITS: Readonly<
  Record<string, readonly [label: string, edit: Change, change: Change, mine: string, theirs: string]>
> = {
  "a text": [
    "Title",
    (page) => page.getByLabel("Title").fill("Printer!"),
    (page) => page.getByLabel("Title").fill("Scanner"),
    "Printer!",
    "Scanner",
  ],
  "a long text": [
    "Note",
    (page) => page.getByLabel("Note").fill("Older"),
    (page) => page.getByLabel("Note").fill(""),
    "Older",
    "",
  ],
  "a list": [
    "Status",
    async (page) => {
      await page.getByLabel("Status").focus();
      await page.getByLabel("Status").selectOption("Open");
    },
    async (page) => void await page.getByLabel("Status").selectOption("Done"),
    "Open",
    "Done",
  ],
  "radio buttons": [
    "M",
    (page) => page.getByLabel("M", { exact: true }).check(),
    (page) => page.getByLabel("L", { exact: true }).check(),
    "M",
    "L",
  ],
};

for (const [kind, [label, edit, change, mine, theirs]] of Object.entries(EDITS)) {
  changedTest(
    `${kind} that a user edits stays when another user changes it, and the change is shown next to it and announced`,
    "en",
    edit,
    change,
    async ({ page }) => {
      const control = page.getByLabel(label, { exact: true });
      assertEquals(await control.inputValue(), mine);
      assertEquals(await control.evaluate((element) => element === document.activeElement), true);
      const hint = page.locator(".hyper-changed");
      assertEquals(await hint.textContent(), `Changed in the meantime to: ${theirs}`);
      const id = await hint.getAttribute("id") ?? "";
      const described = control.or(page.getByRole("radiogroup")).and(page.locator(`[aria-describedby~="${id}"]`));
      assertEquals(await described.count(), 1);
      await page.locator("[role=status]").getByText(`Changed in the meantime to: ${theirs}`).waitFor();
      // The user sends the value that they see.
      await page.getByRole("button", { name: "Save" }).click();
      await hint.waitFor({ state: "detached" });
      await page.reload();
      await page.getByRole("button", { name: "Save" }).waitFor();
      const saved = label === "M" ? page.locator(":checked[type=radio]") : page.getByLabel(label, { exact: true });
      assertEquals(await saved.inputValue(), mine);
    },
  );
}

for (
  const [lang, text] of [["de", "Zwischenzeitlich geändert zu:"], ["fr", "Modifié entre-temps en :"], [
    "es",
    "Cambiado mientras tanto a:",
  ]] as const
) {
  changedTest(
    `the change of an edited control is shown in the language of the page: ${lang}`,
    lang,
    EDITS["a text"]![1],
    EDITS["a text"]![2],
    async ({ page }) => {
      assertEquals(await page.locator(".hyper-changed").textContent(), `${text} Scanner`);
    },
  );
}

changedTest(
  "the hint of a change stays after blur, describes the control with its help, and goes when the user enters the same",
  "en",
  EDITS["a text"]![1],
  EDITS["a text"]![2],
  async ({ page }) => {
    const title = page.getByLabel("Title");
    await page.getByLabel("Note").focus();
    assertEquals(await page.locator(".hyper-changed").count(), 1);
    assertEquals((await title.getAttribute("aria-describedby"))?.split(" ").length, 2);
    await title.fill("Scanner");
    await page.locator(".hyper-changed").waitFor({ state: "detached" });
    assertEquals((await title.getAttribute("aria-describedby"))?.split(" ").length, 1);
    assertEquals(await title.evaluate((control) => control.ariaDescribedByElements?.[0]?.textContent), "A few words");
  },
);

changedTest(
  "a further change of an edited control replaces the hint",
  "en",
  EDITS["a text"]![1],
  EDITS["a text"]![2],
  async ({ page }, other) => {
    await other.getByLabel("Title").fill("Copier");
    await other.getByRole("button", { name: "Save" }).click();
    await page.locator(".hyper-changed").getByText("Copier").waitFor();
    assertEquals(await page.locator(".hyper-changed").count(), 1);
    assertEquals(await page.getByLabel("Title").inputValue(), "Printer!");
  },
);

Deno.test("a control that the user has not edited, or has sent, follows the server without a hint", async () => {
  const handler = tickets();
  await using _ = { [Symbol.asyncDispose]: () => handler.close() };
  await withPage(handler, async ({ page, context }) => {
    await page.goto("/");
    const other = await context.newPage();
    await other.goto("/");
    await page.bringToFront();
    await page.getByLabel("Status").focus();
    await other.getByLabel("Status").selectOption("Done");
    await other.getByRole("button", { name: "Save" }).click();
    await untilValue(page.getByLabel("Status"), "Done");
    await page.getByLabel("Status").selectOption("New");
    await page.getByLabel("Status").evaluate((control: HTMLSelectElement) => control.form!.requestSubmit());
    await untilValue(other.getByLabel("Status"), "New");
    await other.getByLabel("Status").selectOption("Open");
    await other.getByRole("button", { name: "Save" }).click();
    await untilValue(page.getByLabel("Status"), "Open");
    assertEquals(await page.locator(".hyper-changed").count(), 0);
  });
});

Deno.test("the choice of a user stays without a hint when another field changes", async () => {
  const handler = tickets();
  await using _ = { [Symbol.asyncDispose]: () => handler.close() };
  await withPage(handler, async ({ page, context }) => {
    await page.goto("/");
    const other = await context.newPage();
    await other.goto("/");
    await page.bringToFront();
    await page.getByLabel("Status").focus();
    await page.getByLabel("Status").selectOption("Open");
    await other.getByLabel("Title").fill("Scanner");
    await other.getByRole("button", { name: "Save" }).click();
    await untilValue(page.getByLabel("Title"), "Scanner");
    assertEquals(await page.getByLabel("Status").inputValue(), "Open");
    // A hint would be there before the next one.
    await other.getByLabel("Status").selectOption("Done");
    await other.getByRole("button", { name: "Save" }).click();
    await page.locator(".hyper-changed").waitFor();
    assertEquals(await page.locator(".hyper-changed q").allTextContents(), ["Done"]);
  });
});

/** Forms whose answer changes what was sent: the control, what the user makes of it, and its value afterwards. */
const CORRECTED: Readonly<Record<string, readonly [control: (value: string) => string, edit: Change, value: string]>> =
  {
    "a choice": [
      (value) =>
        `<select name="a">${
          ["A", "B", "C"].map((o) => `<option${o === value ? " selected" : ""}>${o}`).join("")
        }</select>`,
      (page) => page.locator("[name=a]").selectOption("B").then(() => {}),
      "C",
    ],
    "a text that the user writes on": [
      (value) => `<input name="a" value="${value}">`,
      (page) => page.locator("[name=a]").fill("B "),
      "B ",
    ],
  };

for (const [name, [control, edit, value]] of Object.entries(CORRECTED)) {
  Deno.test(`the answer to a form corrects ${name} without a hint`, async () => {
    const form = (value: string) => `<form id="f" data-hyper-form="save" method="post">${control(value)}</form>`;
    const save = () => sse([["patch_html", { target: "#f", swap: "morph", content: form("C") }], END]);
    await withPage(app({ body: form("A"), actions: { save } }), async ({ page, events }) => {
      await page.goto("/");
      await page.waitForFunction(() => globalThis.Hyper);
      await page.locator("[name=a]").focus();
      await edit(page);
      await page.evaluate(() => document.forms[0]!.requestSubmit());
      await events.next("hyper:afterRequest");
      assertEquals(await page.locator("[name=a]").inputValue(), value);
      // A hint would be announced, too, within a moment.
      await page.evaluate(() => globalThis.action("save"));
      assertEquals(await page.locator(".hyper-changed").count(), 0);
    });
  });
}

/** A form with an editable element, and `load()`, which changes it as another user would. */
function editable(): {
  readonly handler: Deno.ServeHandler;
  readonly load: (page: Page, text: string) => Promise<void>;
} {
  const form = (text: string) =>
    `<form id="f" data-hyper-form="save"><p contenteditable role="textbox" aria-label="Text">${text}</p></form>`;
  let now = "";
  const load = () => sse([["patch_html", { target: "#f", swap: "morph", content: form(now) }], END]);
  return {
    handler: app({ body: form("said"), actions: { load } }),
    load: async (page, text) => {
      now = text;
      await page.evaluate(async () => void await globalThis.action("load"));
    },
  };
}

/** Writes at the end of the editable element. */
async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

Deno.test("editable text that a user writes stays when another user changes it, and the change is shown next to it until it is repeated", async () => {
  const { handler, load } = editable();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    const text = page.getByRole("textbox");
    const hint = page.locator(".hyper-changed");
    await write(page, " and written");
    await load(page, "said");
    await load(page, "theirs");
    await hint.waitFor();
    assertEquals(await hint.textContent(), "Changed in the meantime to: theirs");
    assertEquals(await text.getAttribute("aria-describedby"), await hint.getAttribute("id"));
    await page.locator("[role=status]").getByText("theirs").waitFor();
    assertEquals(await text.textContent(), "said and written");
    // The server sends the same again: the text of the user stays after the focus has left it.
    await text.blur();
    await load(page, "theirs");
    assertEquals(await text.textContent(), "said and written");
    assertEquals(await hint.count(), 1);
    await load(page, "theirs again");
    await hint.waitFor({ state: "detached" });
    assertEquals(await text.textContent(), "theirs again");
    assertEquals(await text.getAttribute("aria-describedby"), null);
  });
});

Deno.test("editable text keeps what was written when a patch has come while it had the focus", async () => {
  const { handler, load } = editable();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await write(page, " and written");
    await load(page, "said");
    await write(page, " on");
    await page.getByRole("textbox").blur();
    await load(page, "said");
    assertEquals(await page.getByRole("textbox").textContent(), "said and written on");
    assertEquals(await page.locator(".hyper-changed").count(), 0);
  });
});

for (
  const [name, change] of [
    ["only entered", async () => {}],
    ["written in and taken back", async (page) => {
      await page.keyboard.type("!");
      await page.keyboard.press("Backspace");
    }],
  ] satisfies readonly (readonly [string, Change])[]
) {
  Deno.test(`editable text that a user has ${name} follows the server without a hint, and keeps the focus`, async () => {
    const { handler, load } = editable();
    await withPage(handler, async ({ page }) => {
      await page.goto("/");
      await page.waitForFunction(() => globalThis.Hyper);
      await write(page, "");
      await change(page);
      await load(page, "theirs");
      assertEquals(await page.getByRole("textbox").textContent(), "theirs");
      assertEquals(await page.evaluate(() => document.activeElement?.role), "textbox");
      await load(page, "theirs again");
      assertEquals(await page.locator(".hyper-changed").count(), 0);
    });
  });
}

for (
  const [name, entered] of [
    ["an editable text", (page: Page) => write(page, "!")],
    ["a control", (page: Page) => page.getByLabel("Title").fill("mine")],
  ] as const
) {
  Deno.test(`the hint of ${name} goes as soon as its form is sent, and stays when another form is sent or reset`, async () => {
    const form = (text: string) =>
      `<form id="f" data-hyper-form="save"><input aria-label="Title" name="title" value="${text}">` +
      `<p contenteditable role="textbox" aria-label="Text">${text}</p></form>`;
    const load = () => sse([["patch_html", { target: "#f", swap: "morph", content: form("theirs") }], END]);
    const held = () => writer().response;
    const body = `${form("said")}<form id="g" data-hyper-form="other"><input name="b"></form>`;
    await withPage(app({ body, actions: { load, save: held, other: held } }), async ({ page }) => {
      await page.goto("/");
      await page.waitForFunction(() => globalThis.Hyper);
      await entered(page);
      await page.evaluate(async () => void await globalThis.action("load"));
      await page.locator(".hyper-changed").waitFor();
      const counts = await page.evaluate(() => {
        const send = (id: string) => {
          const form = document.querySelector<HTMLFormElement>(id)!;
          void globalThis.action(form.dataset.hyperForm!, {}, { form }).catch(() => {});
        };
        const count = () => document.querySelectorAll(".hyper-changed").length;
        document.querySelector<HTMLFormElement>("#g")!.reset();
        send("#g");
        const kept = count();
        send("#f");
        return [kept, count()];
      });
      assertEquals(counts, [1, 0]);
    });
  });
}

Deno.test("the hint of a control goes when its form is reset", async () => {
  const { handler, load } = editable();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await write(page, "!");
    await load(page, "theirs");
    await page.locator(".hyper-changed").waitFor();
    await page.evaluate(() => document.forms[0]!.reset());
    assertEquals(await page.locator(".hyper-changed").count(), 0);
  });
});

/** Serves a form with one control, which the action `load` replaces by another version. */
function control(before: string, after: string): Deno.ServeHandler {
  const form = (content: string) => `<form id="f" data-hyper-form="save">${content}</form>`;
  const load = () => sse([["patch_html", { target: "#f", swap: "morph", content: form(after) }], END]);
  return app({ body: form(before), actions: { load } });
}

Deno.test("a password that another user has changed is not shown next to the one that the user enters", async () => {
  const field = (value: string) => `<input type="password" name="a" value="${value}">`;
  await withPage(control(field("old"), field("secret")), async ({ page }) => {
    await page.goto("/");
    await page.waitForFunction(() => globalThis.Hyper);
    await page.locator("[name=a]").fill("mine");
    await page.evaluate(async () => void await globalThis.action("load"));
    // A hint would be announced, too, within a moment.
    await page.evaluate(async () => void await globalThis.action("load"));
    assertEquals(await page.locator("[name=a]").inputValue(), "mine");
    assertEquals(await page.getByText("secret").count(), 0);
  });
});

Deno.test("a choice that the server has removed is replaced by that of the server", async () => {
  const list = (options: string) => `<select name="a">${options}</select>`;
  const before = list("<option selected>A<option>B<option>C");
  await withPage(control(before, list("<option>A<option selected>C")), async ({ page }) => {
    await page.goto("/");
    await page.waitForFunction(() => globalThis.Hyper);
    await page.locator("[name=a]").focus();
    await page.locator("[name=a]").selectOption("B");
    await page.evaluate(async () => void await globalThis.action("load"));
    assertEquals(await page.locator("[name=a]").inputValue(), "C");
    assertEquals(await page.locator(".hyper-changed").count(), 0);
  });
});
