/** Forms after an accepted post: controls show the values of the server again, and old errors are removed. */
import { assertEquals } from "@std/assert";
import { action, createHandler, defineForm, Field, field, Form, FormErrors, refresh, toast } from "@hyper/actions";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, sse } from "./runtime_app.ts";

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ required: true, maxlength: 8 }),
    urgent: field.checkbox(),
    secret: field.password(),
  },
});

function serve(): ReturnType<typeof createHandler> {
  const saveNote = action(
    "save_note",
    { form: NoteForm },
    ({ form }) => form.values.urgent ? refresh() : toast("Saved"),
  );
  const Page = () => (
    <main>
      <Form action={saveNote} novalidate>
        <FormErrors />
        <Field name="title" />
        <Field name="urgent" />
        <Field name="secret" />
        <button type="submit">Save</button>
      </Form>
    </main>
  );
  return createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: Page, saveNote }) }] });
}

Deno.test("a sent form shows the values of the page rendered after it, unless the user has changed them since", async () => {
  await withPage(serve(), async ({ page, events }) => {
    await page.goto("/");
    await page.getByLabel("Title").fill("Milk");
    await page.getByLabel("Urgent").check();
    await page.getByLabel("Secret").fill("hidden");
    await page.getByRole("button").click();
    await events.next("hyper:afterRequest");
    assertEquals(await page.getByLabel("Title").inputValue(), "");
    assertEquals(await page.getByLabel("Urgent").isChecked(), false);
    assertEquals(await page.getByLabel("Secret").inputValue(), "hidden");
  });
});

Deno.test("errors of an invalid post are removed after an accepted one, also if the response contains no form", async () => {
  await withPage(serve(), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button").click();
    await events.next("hyper:afterRequest");
    await page.getByRole("alert").waitFor();
    assertEquals(await page.getByLabel("Title").getAttribute("aria-invalid"), "true");
    await page.getByLabel("Title").fill("Milk");
    await page.getByRole("button").click();
    await events.next("hyper:afterRequest");
    assertEquals(await page.getByRole("alert").count(), 0);
    assertEquals(await page.getByLabel("Title").getAttribute("aria-invalid"), null);
    assertEquals(await page.getByText("Enter a value").count(), 0);
  });
});

const CHOICES = `<form id="f" method="post" data-hyper-form="save" hyper-target="#f" hyper-swap="morph">
  <input name="text" value="">
  <input type="checkbox" name="box" value="1">
  <input type="radio" name="radio" value="a" checked>
  <input type="radio" name="radio" value="b">
  <input type="radio" name="radio" value="c">
  <select name="one"><option selected>a<option>b<option>c</select>
  <select name="many" multiple><option>a<option>b<option>c</select>
  <button>Save</button>
</form>`;

async function choose(page: Page, text: string, box: boolean, radio: string, one: string, many: string[]) {
  await page.locator("[name=text]").fill(text);
  await page.locator("[name=box]").setChecked(box);
  await page.locator(`[name=radio][value=${radio}]`).check();
  await page.locator("[name=one]").selectOption(one);
  await page.locator("[name=many]").selectOption(many);
}

const shown = (page: Page): Promise<string> =>
  page.evaluate(() => `${new URLSearchParams([...new FormData(document.forms[0])].map(([k, v]) => [k, `${v}`]))}`);

/** Sends the form with every control changed. The response, the form as it was rendered before, arrives after `meanwhile`. */
async function send(status: number, meanwhile: (page: Page) => Promise<void>): Promise<string> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const save = async () => {
    await released;
    return sse([["patch_html", { content: CHOICES }], END], { status });
  };
  let last = "";
  await withPage(app({ body: CHOICES, actions: { save } }), async ({ page, events }) => {
    await page.goto("/");
    await choose(page, "sent", true, "b", "b", ["a", "b"]);
    await page.getByRole("button").click();
    await events.next("hyper:beforeRequest");
    await meanwhile(page);
    release();
    await events.next("hyper:afterRequest");
    last = await shown(page);
  });
  return last;
}

const nothing = () => Promise.resolve();

Deno.test("syncAcceptedForm() sets each kind of control to the markup of an accepted response", async () => {
  assertEquals(await send(200, nothing), "text=&radio=a&one=a");
});

Deno.test("syncAcceptedForm() keeps controls that were changed after they were sent, choices as a group", async () => {
  const last = await send(200, (page) => choose(page, "later", false, "c", "c", ["b", "c"]));
  assertEquals(last, "text=later&radio=c&one=c&many=b&many=c");
});

Deno.test("an invalid response does not change the controls", async () => {
  assertEquals(await send(422, nothing), "text=sent&box=1&radio=b&one=b&many=a&many=b");
});

const APART =
  `<form id="f" method="post" data-hyper-form="save" hyper-target="main" hyper-swap="morph"><button>Save</button></form>
<p><input type="checkbox" name="remove" value="1" form="f"></p>
<p><input type="checkbox" name="other"></p>`;

Deno.test("syncAcceptedForm() includes controls outside of their form, and no others", async () => {
  const save = () => sse([["patch_html", { content: `<main>${APART}</main>` }], END]);
  await withPage(app({ body: `<main>${APART}</main>`, actions: { save } }), async ({ page, events }) => {
    await page.goto("/");
    await page.locator("[name=remove]").check();
    await page.locator("[name=other]").check();
    await page.getByRole("button").click();
    await events.next("hyper:afterRequest");
    assertEquals(await page.locator("[name=remove]").isChecked(), false);
    assertEquals(await page.locator("[name=other]").isChecked(), true);
  });
});

const REFUSED = `<form id="f" method="post" data-hyper-form="save"><button>Save</button>
  <input name="in" aria-invalid="true" aria-describedby="in-help in-errors">
  <p id="in-help">Help</p><ul id="in-errors" class="hyper-errors"><li>Wrong</li></ul>
</form>
<input name="out" form="f" aria-invalid="true" aria-describedby="out-errors">
<ul id="out-errors" class="hyper-errors"><li>Wrong</li></ul>
<input name="other" aria-invalid="true" aria-describedby="other-errors">
<ul id="other-errors" class="hyper-errors"><li>Wrong</li></ul>`;

Deno.test("errors of an invalid post are removed with all references, and those of other forms are kept", async () => {
  await withPage(app({ body: REFUSED, actions: { save: () => sse([END]) } }), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button").click();
    await events.next("hyper:afterRequest");
    const described = (name: string) => page.locator(`[name=${name}]`).getAttribute("aria-describedby");
    assertEquals(await Promise.all(["in", "out", "other"].map(described)), ["in-help", null, "other-errors"]);
    assertEquals(await page.locator("[aria-invalid]").count(), 1);
    assertEquals(await page.locator(".hyper-errors").evaluateAll((all) => all.map(({ id }) => id)), ["other-errors"]);
  });
});
