/** Fields that every page renders alike are rendered once; any other is rendered for its page. */
import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  type HandlerOptions,
  withFormsets,
} from "@hyper/actions";
import { App, type OpenPage } from "../support/app.tsx";
import { attribute, byId } from "../support/html.ts";

/** Returns an application with a form of its own. */
function appOf(
  options: HandlerOptions = {},
  given: (url: URL) => { instance?: string; initial?: object } = () => ({}),
) {
  const NoteForm = defineForm("note", {
    fields: { title: field.text({ required: true, initial: "Draft" }), body: field.textarea({}) },
  });
  const addNote = action("add_note", { form: NoteForm }, () => {});
  const editNote = action("edit_note", { form: NoteForm }, () => {});
  const Notes = ({ url }: { readonly url: URL }) => (
    <Form action={url.pathname === "/edit" ? editNote : addNote} {...given(url)}>
      <Field name="title" />
      <Field name="body" />
    </Form>
  );
  return new App({ "/": { default: Notes, addNote }, "/edit": { default: Notes, editNote } }, options);
}

/** Returns the page without what is different in each. */
function shown({ html }: OpenPage): string {
  return html.replace(/name="_hyper_once" value="[^"]*"/, "");
}

Deno.test("Field has the same HTML on every page", async () => {
  await using app = appOf();
  const pages = [await app.open("/"), await app.open("/"), await app.open("/")].map(shown);
  assertStringIncludes(pages[0] ?? "", 'value="Draft"');
  assertEquals(pages[1], pages[0]);
  assertEquals(pages[2], pages[0]);
});

Deno.test("Field of a blank form is rendered once", async () => {
  let written = 0;
  const requiredField = () => `required ${++written}`;
  await using app = appOf({ messages: { requiredField } });
  for (let page = 0; page < 5; page++) await app.open("/");
  assertEquals(written, 2);
});

Deno.test("Field shows what was sent after an invalid submit, and nothing of it on the next page", async () => {
  await using app = appOf();
  const blank = await app.open("/");
  await app.open("/");
  const invalid = await app.submit(await app.open("/"), "add_note", { title: "", body: "secret words" });
  assertStringIncludes(invalid.html, "secret words");
  assertStringIncludes(invalid.html, "aria-invalid");
  assertEquals(shown(await app.open("/")), shown(blank));
});

Deno.test("Field shows what was typed after a button has added a row, which is not an error", async () => {
  const BillForm = withFormsets(
    defineForm("bill", { fields: { customer: field.text({}) } }),
    { lines: defineFormset(defineForm("line", { fields: { text: field.text({}) } }), { extra: 1 }) },
  );
  const save = action("save", { form: BillForm }, () => {});
  const Bill = () => (
    <Form action={save}>
      <Field name="customer" />
    </Form>
  );
  await using app = new App({ "/": { default: Bill, save } });
  await app.open("/");
  await app.open("/");
  const added = await app.submit(await app.open("/"), "save", { customer: "Ada", _hyper_rows: "add lines" });
  assertEquals(attribute(byId(added.root, "f-save-bill-customer"), "value"), "Ada");
});

Deno.test("Field shows the initial values of its own page", async () => {
  await using app = appOf({}, (url) => url.search === "" ? {} : { initial: { title: url.searchParams.get("title") } });
  const titleOf = async (path: string): Promise<string | null> =>
    attribute(byId((await app.open(path)).root, "f-add_note-note-title"), "value");
  for (
    const [path, title] of [["/", "Draft"], ["/?title=A", "A"], ["/", "Draft"], ["/?title=B", "B"], ["/", "Draft"]]
  ) {
    assertEquals(await titleOf(path ?? ""), title);
  }
});

Deno.test("Field has the IDs of its instance and its action", async () => {
  await using app = appOf({}, (url) => url.search === "" ? {} : { instance: url.search.slice(1) });
  const idOf = async (path: string): Promise<string | undefined> =>
    /id="(f-[^"]*-title)"/.exec((await app.open(path)).html)?.[1];
  for (let round = 0; round < 3; round++) {
    assertEquals(await idOf("/"), "f-add_note-note-title");
    assertEquals(await idOf("/?7"), "f-add_note-note-7-title");
    assertEquals(await idOf("/?8"), "f-add_note-note-8-title");
    assertEquals(await idOf("/edit"), "f-edit_note-note-title");
  }
});

Deno.test("Field has the words of the language of each request", async () => {
  const messages = ({ url }: Request) => ({ lang: new URL(url).searchParams.get("lang") ?? "en" });
  await using app = appOf({ messages });
  const english = shown(await app.open("/"));
  for (let round = 0; round < 3; round++) {
    const german = shown(await app.open("/?lang=de"));
    assertStringIncludes(german, 'data-required="erforderlich"');
    assertNotEquals(german, english);
    assertEquals(shown(await app.open("/")), english);
  }
});

Deno.test("Field has the words of its own handler, when two handlers of a process share a form", async () => {
  const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const addNote = action("add_note", { form: NoteForm }, () => {});
  const Notes = () => (
    <Form action={addNote}>
      <Field name="title" />
    </Form>
  );
  await using english = new App({ "/": { default: Notes, addNote } });
  await using german = new App({ "/": { default: Notes, addNote } }, { messages: { lang: "de" } });
  for (let round = 0; round < 3; round++) {
    assertStringIncludes((await english.open("/")).html, 'data-required="required"');
    assertStringIncludes((await german.open("/")).html, 'data-required="erforderlich"');
    await german.open("/");
    await english.open("/");
  }
});

Deno.test("Field with props of its page is rendered with them", async () => {
  const NoteForm = defineForm("note", { fields: { title: field.text({}) } });
  const addNote = action("add_note", { form: NoteForm }, () => {});
  const Notes = ({ url }: { readonly url: URL }) => (
    <Form action={addNote}>
      {url.search === "" ? <Field name="title" /> : <Field name="title" label={url.search.slice(1)} />}
    </Form>
  );
  await using app = new App({ "/": { default: Notes, addNote } });
  for (
    const [path, label] of [["/", "Title"], ["/", "Title"], ["/?Name", "Name"], ["/", "Title"], ["/?Other", "Other"]]
  ) {
    assertStringIncludes((await app.open(path ?? "")).html, `>${label}</label>`);
  }
});
