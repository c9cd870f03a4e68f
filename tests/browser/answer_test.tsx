/** What becomes of a form whose post was accepted: what was sent is the server's again, and old errors are gone. */
import { assertEquals } from "@std/assert";
import { action, createHandler, defineForm, Field, field, Form, FormErrors, refresh, toast } from "@hyper/actions";
import { withPage } from "../support/browser.ts";

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

Deno.test("a sent form follows the page that is rendered after it, where nobody has touched it since", async () => {
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

Deno.test("errors of a refused post are gone after one that was accepted, also where the answer draws no form", async () => {
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
    assertEquals(await page.getByText("Fill in this field").count(), 0);
  });
});
