import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { action, defineForm, defineFormset, Field, field, Form, FormErrors, useForm, withFormsets } from "../../mod.ts";
import { App, eventsOf, namesOf } from "../support/app.tsx";
import { elements } from "./drawing.tsx";

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ required: true, messages: { required: "Enter something" } }),
    body: field.textarea({ required: true, messages: { required: "Enter something" } }),
    version: field.hidden(),
  },
});

/** Submits a form with the given content and an action function that adds an error, without and with scripts. */
async function refusals(
  content: unknown,
  error: readonly [field: string, message: string] | null,
  fields: Readonly<Record<string, string>> = { title: "a", body: "b", version: "1" },
): Promise<readonly string[]> {
  let runs = 0;
  const save = action("save", { form: NoteForm }, ({ form }) => {
    runs += 1;
    if (error !== null) form.addError(...error);
  });
  const Page = () => (
    <main>
      <Form action={save}>{content as never}</Form>
    </main>
  );
  await using app = new App({ "/": { default: Page, save } });
  const page = await app.open("/");
  const shown = await app.submit(page, "save", fields);
  const events = await eventsOf(await app.submitByRuntime(page, "save", fields));
  assertEquals([shown.status, runs, namesOf(events)], [200, error === null ? 0 : 2, ["patch_html", "error", "end"]]);
  const [patch] = events;
  assert(patch?.event === "patch_html");
  const { content: patched } = patch.data as { content: string };
  assert(!shown.html.includes("hyper-cut") && !patched.includes("hyper-cut"));
  return [shown.html, patched];
}

function summaries(html: string): readonly (string | undefined)[] {
  return elements(html, "div").filter((it) => "data-hyper-errors" in it).map(({ text }) => text);
}

const FIELDS = [<Field key={1} name="title" />, <Field key={2} name="body" />];

for (
  const [name, error, summary] of [
    ["a field that the form lacks", ["color", "Choose another <b>"], "There is a problemChoose another <b>"],
    ["the whole form", ["", "Not today"], "There is a problemNot today"],
    ["a hidden field", ["version", "Reload the page"], "There is a problemReload the page"],
  ] as const
) {
  Deno.test(`an error of ${name} is in a summary if the page has none, with and without scripts`, async () => {
    for (const html of await refusals(FIELDS, error)) {
      assertEquals(summaries(html), [summary]);
      // The first element of the form: the user sees it before the controls.
      assert(/<form\b[^>]*><div class="hyper-form-errors" role="alert" tabindex="-1" autofocus/.test(html), html);
    }
  });
}

Deno.test("an error of a field that the page leaves out is in a summary with its label", async () => {
  for (const html of await refusals(FIELDS[0], ["body", "Too short"])) {
    assertEquals(summaries(html), ["There is a problemBody: Too short"]);
  }
});

Deno.test("a message that two fields share is shown for the one that the page leaves out", async () => {
  for (const html of await refusals(FIELDS[0], null, { title: "", body: "", version: "" })) {
    assertStringIncludes(summaries(html).join(), "Body: Enter something");
  }
});

Deno.test("text that the user has entered is not treated as a message", async () => {
  const fields = { title: "Not today", body: "Not today", version: "Not today" };
  for (const html of await refusals(FIELDS, ["", "Not today"], fields)) {
    assertEquals(summaries(html), ["There is a problemNot today"]);
  }
});

Deno.test("errors that the page renders are not shown again: <Field>, <FormErrors>, a component of the page", async () => {
  const Own = () => <p>{[...useForm().errors.values()].flat().join(", ")}</p>;
  for (const error of [["title", 'Taken by "Ada" & others'], ["", "Not today"]] as const) {
    for (const html of await refusals([<Own key={0} />, ...FIELDS], error)) assertEquals(summaries(html), []);
    for (const html of await refusals([<FormErrors key={0} />, ...FIELDS], error)) {
      assertEquals(summaries(html).length, 1);
    }
  }
  for (const html of await refusals(FIELDS, ["title", "Taken"])) assertEquals(summaries(html), []);
});

Deno.test("an error of a formset as a whole is in a summary if the page does not render it", async () => {
  const form = withFormsets(NoteForm, {
    lines: defineFormset(defineForm("line", { fields: { text: field.text() } }), { min: 1, extra: 0 }),
  });
  const save = action("save", { form }, () => {});
  const Page = () => <Form action={save}>{FIELDS}</Form>;
  await using app = new App({ "/": { default: Page, save } });
  const shown = await app.submit(await app.open("/"), "save", { title: "a", body: "b" });
  assertEquals(summaries(shown.html), ["There is a problemAdd at least 1 row"]);
});
