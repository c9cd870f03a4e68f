/** Predictions and undo in the test client. */
import { assertEquals, assertRejects } from "@std/assert";
import { action, defineForm, Field, field, Form, html, HyperError, Optimistic, toast } from "@hyper/actions";
import { createTestClient, type TestClient } from "../../src/testing/mod.ts";

interface Notes {
  readonly list: string[];
  /** Awaited by the action before it answers. */
  gate: Promise<unknown>;
  fails: boolean;
}

const Note = ({ title }: { readonly title: string }) => <li title={title}>{title}</li>;

/** An application with a list of notes, which predicts. */
async function withNotes(test: (client: TestClient, notes: Notes) => Promise<void>): Promise<void> {
  const notes: Notes = { list: ["Milk"], gate: Promise.resolve(), fails: false };
  const NoteForm = defineForm("note", {
    fields: { title: field.text({ label: "Title", required: true }), done: field.checkbox({ label: "Done" }) },
  });
  const restore = action("restore", ({ data }) => {
    if (notes.fails) throw new HyperError(409, "Too late");
    notes.list.push(`${data.title}`);
    return html(<Note title={`${data.title}`} />, { target: "#notes", swap: "append" });
  });
  const add = action("add", { form: NoteForm }, async ({ form }) => {
    await notes.gate;
    if (notes.fails) throw new HyperError(500, "Broken");
    notes.list.push(form.values.title);
    return html(<li>{`${form.values.title}, saved`}</li>, { target: "#notes", swap: "append" });
  });
  const remove = action("remove", ({ data }) => {
    notes.list.splice(notes.list.indexOf(`${data.title}`), 1);
    return [
      html(<ul id="notes">{notes.list.map((title) => <Note key={title} title={title} />)}</ul>, { target: "#notes" }),
      toast({ message: "Deleted", level: "info" }, { undo: { action: restore, data: { title: data.title } } }),
    ];
  });
  const Page = () => (
    <main>
      <ul id="notes">{notes.list.map((title) => <Note key={title} title={title} />)}</ul>
      <Form action={add}>
        <Field name="title" />
        <Field name="done" />
        <button>Add</button>
        <Optimistic target="#notes" swap="append">
          {(entered) => <li title={entered("title")} class={`of-${entered("title")}`}>{entered("title")}</li>}
        </Optimistic>
      </Form>
    </main>
  );
  const module = { default: Page, add, remove, restore };
  await using client = createTestClient({
    pages: [{ path: "/", load: () => Promise.resolve(module) }],
    onError: () => {},
  });
  await client.open("/");
  await test(client, notes);
}

const listOf = (client: TestClient) => client.page.findAll("#notes li").map(({ text }) => text);

Deno.test("stream() of a form shows what it predicts until its answer is read, which takes its place", async () => {
  await withNotes(async (client) => {
    const form = client.page.form("Add").fill({ Title: "<b>Tea" });
    const call = client.stream("add", {}, { form });
    assertEquals(listOf(client), ["Milk", "<b>Tea"]);
    const [, predicted] = client.page.findAll("#notes li");
    // The value is text: in a class it could be an instruction.
    assertEquals(["hyper-pending", "title", "class"].map((name) => predicted?.attribute(name)), ["", "<b>Tea", null]);
    assertEquals((await call.outcome()).ok, true);
    assertEquals(listOf(client), ["Milk", "<b>Tea, saved"]);
    assertEquals(client.page.findAll("[hyper-pending]").length, 0);
  });
});

Deno.test("a prediction is taken back when its call fails or is ended, with the choices of its form", async () => {
  await withNotes(async (client, notes) => {
    notes.fails = true;
    const item = client.page.find("#notes li");
    const form = client.page.form("Add").fill({ Title: "Tea", Done: true });
    assertEquals((await form.submitWithRuntime()).status, 500);
    assertEquals([listOf(client), form.field("Done").value, form.field("Title").value], [["Milk"], false, "Tea"]);
    assertEquals(client.page.find("#notes li").html, item.html);
    const call = client.stream("add", {}, { form });
    assertEquals(listOf(client), ["Milk", "Tea"]);
    await call.cancel();
    assertEquals(listOf(client), ["Milk"]);
  });
});

Deno.test("a change of the server goes below the predictions of other calls", async () => {
  await withNotes(async (client, notes) => {
    const gate = Promise.withResolvers<void>();
    notes.gate = gate.promise;
    const slow = client.stream("add", {}, { form: client.page.form("Add").fill({ Title: "Slow" }) });
    const predicted = client.stream("restore", { title: "Tea" }, {
      target: "#notes",
      optimistic: [{ swap: "append", content: "<li>Tea?</li>" }],
    });
    assertEquals(listOf(client), ["Milk", "Slow", "Tea?"]);
    await predicted.outcome();
    assertEquals(listOf(client), ["Milk", "Tea", "Slow"]);
    gate.resolve();
    await slow.outcome();
    assertEquals(listOf(client), ["Milk", "Tea", "Slow, saved"]);
  });
});

Deno.test("undo() of a toast calls its action; the toast goes when it has succeeded", async () => {
  await withNotes(async (client, notes) => {
    await client.action("remove", { title: "Milk" });
    const [toast] = client.toasts;
    assertEquals([toast?.text, toast?.level, toast?.canUndo, listOf(client)], ["Deleted", "info", true, []]);
    notes.fails = true;
    assertEquals((await toast?.undo())?.status, 409);
    assertEquals(client.toasts.map(({ text }) => text), ["Deleted"]);
    notes.fails = false;
    await toast?.undo();
    assertEquals([client.toasts, notes.list, listOf(client)], [[], ["Milk"], ["Milk"]]);
  });
});

Deno.test("undo() rejects a toast without undo, and another page has no toasts", async () => {
  const say = action("say", () => toast("Hello"));
  const module = { default: () => <p>Page</p>, say };
  await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
  await client.open("/");
  await client.action("say");
  const [hello] = client.toasts;
  await assertRejects(async () => await hello?.undo(), TypeError, `Cannot undo toast "Hello": it has no undo`);
  await client.open("/");
  assertEquals(client.toasts, []);
});

Deno.test("a prediction that is text alone is text", async () => {
  const NoteForm = defineForm("note", { fields: { title: field.text({ label: "Title" }) } });
  const add = action("add", { form: NoteForm }, () => {});
  const Page = () => (
    <main>
      <p id="last">Nothing</p>
      <Form action={add}>
        <Field name="title" />
        <button>Add</button>
        <Optimistic target="#last" swap="inner">{(entered) => entered("title")}</Optimistic>
      </Form>
    </main>
  );
  const module = { default: Page, add };
  await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
  const page = await client.open("/");
  await using _call = client.stream("add", {}, { form: page.form("Add").fill({ Title: "<i>x</i>" }) });
  assertEquals([page.find("#last").text, page.findAll("#last i").length], ["<i>x</i>", 0]);
});

Deno.test("an invalid form keeps the choices and the text that were sent with its prediction", async () => {
  await withNotes(async (client) => {
    const form = client.page.form("Add").fill({ Title: " ", Done: true });
    assertEquals((await form.submitWithRuntime()).status, 422);
    const shown = client.page.form("Add");
    assertEquals([listOf(client), shown.field("Done").value], [["Milk"], true]);
  });
});

for (
  const [what, fails, done] of [["is kept when it succeeds", false, true], [
    "is taken back when it fails",
    true,
    false,
  ]] as const
) {
  Deno.test(`stream() of a form that predicts: a choice ${what}`, async () => {
    await withNotes(async (client, notes) => {
      notes.fails = fails;
      await using call = client.stream("add", {}, { form: client.page.form("Add").fill({ Title: "Tea", Done: true }) });
      for await (const _ of call);
      assertEquals(client.page.form("Add").field("Done").value, done);
    });
  });
}
