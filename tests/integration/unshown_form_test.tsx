/** Scripts off: an invalid form that the page does not render. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, defineForm, field, Form, Toasts } from "../../mod.ts";
import { App } from "../support/app.tsx";

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ required: true, messages: { required: "Enter a title" } }),
    version: field.hidden({ required: true, messages: { required: "Reload the page" } }),
  },
  clean: (_, ctx) => ctx.addError("", "Not today"),
});
const INPUT = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: () => ({ issues: [{ message: "Too few", path: ["count"] }] }),
  },
} as const;

for (const hasToasts of [true, false]) {
  const place = hasToasts
    ? "in the status region of the page"
    : "in the error page, because the page has no status region";
  for (
    const [name, options, status, messages] of [
      ["a form", { form: NoteForm }, 200, ["Title: Enter a title", "Reload the page"]],
      ["an action with input", { input: INPUT }, 422, ["count: Too few"]],
    ] as const
  ) {
    Deno.test(`the messages of ${name} that the page does not render are ${place}`, async () => {
      let isOpen = true;
      const save = action("save", options, () => {});
      const Page = () => (
        <main>
          <h1>Notes</h1>
          {hasToasts && <Toasts />}
          {isOpen && (
            <Form action={save}>
              <b>Note</b>
            </Form>
          )}
        </main>
      );
      await using app = new App({
        "/": {
          default: () => (
            <html lang="en">
              <Page />
            </html>
          ),
          save,
        },
      });
      const page = await app.open("/");
      isOpen = false;
      const shown = await app.submit(page, "save", {});
      assertEquals([shown.status, shown.html.includes("<h1>Notes</h1>")], [hasToasts ? status : 422, hasToasts]);
      for (const message of messages.slice(0, hasToasts ? 2 : 0)) {
        assertStringIncludes(shown.html, `data-level="error">${message}<`);
      }
      assertEquals(shown.response.headers.get("cache-control"), "no-store");
    });
  }
}

Deno.test("an action with invalid input gets the response of the page, if the page has its own", async () => {
  let isOpen = true;
  const save = action("save", { input: INPUT }, () => {});
  await using app = new App({
    "/": {
      default: () => <Form action={save} />,
      render: () => isOpen ? undefined : new Response(null, { status: 303, headers: { location: "/closed" } }),
      save,
    },
  });
  const page = await app.open("/");
  isOpen = false;
  const { response } = await app.submit(page, "save", {});
  assertEquals([response.status, response.headers.get("location")], [303, "/closed"]);
});
