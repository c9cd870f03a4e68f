/** Forms before they are submitted, in the test client: fields that depend on others, and validation. */
import { assertEquals, assertRejects } from "@std/assert";
import { action, defineForm, field, Form } from "@hyper/actions";
import { createTestClient, type TestClient } from "../../src/testing/mod.ts";

/** Opens a page with one form. */
async function withForm(test: (client: TestClient, runs: string[]) => Promise<void>): Promise<void> {
  const runs: string[] = [];
  const JoinForm = defineForm("join", {
    fields: {
      country: field.select({ label: "Country", choices: ["France", "Spain"], required: true }),
      city: field.select({ label: "City", choices: ({ raw }) => raw.country === "Spain" ? ["Madrid"] : ["Paris"] }),
      name: field.text({ label: "Name", required: true }),
      size: field.radio({ label: "Size", choices: ["S", "M"], required: true }),
      secret: field.password({ label: "Password" }),
    },
    clean({ name }, ctx) {
      runs.push(ctx.mode);
      if (name === "ada") ctx.addError("name", "This <name> is taken");
    },
  });
  const join = action("join", { form: JoinForm, validate: true }, () => void runs.push("handler"));
  const plain = action("plain", { form: JoinForm }, () => {});
  const Page = () => (
    <main>
      <Form action={join} validate="blur" submit="Join" />
      <Form action={plain} submit="Plain" />
    </main>
  );
  const module = { default: Page, join, plain };
  await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
  await client.open("/");
  await test(client, runs);
}

Deno.test("enter() shows the message of the server next to its field, and removes it when the field is right", async () => {
  await withForm(async (client, runs) => {
    const form = client.page.form("Join");
    await form.enter({ Country: "France", Name: "ada" });
    assertEquals([form.field("Name").isInvalid, form.field("Name").description], [true, "This <name> is taken"]);
    // The user has not left the others.
    assertEquals([form.field("Size").isInvalid, runs.includes("handler"), runs.includes("submit")], [
      false,
      false,
      false,
    ]);
    await form.enter({ Name: "bob" });
    assertEquals([form.field("Name").isInvalid, form.field("Name").description], [false, ""]);
    assertEquals(form.findAll(".hyper-errors").length, 0);
  });
});

Deno.test("enter() corrects an error of the last submit, also of a group", async () => {
  await withForm(async (client) => {
    let form = client.page.form("Join").fill({ Country: "France", Name: "x" });
    await form.submitWithRuntime();
    form = client.page.form("Join");
    assertEquals(form.field("Size").isInvalid, true);
    await form.enter({ Size: "M" });
    assertEquals([form.field("Size").isInvalid, form.field("Name").value], [false, "x"]);
    form = client.page.form("Join").fill({ Name: "" });
    await form.submitWithRuntime();
    form = client.page.form("Join").fill({ Name: "bob" });
    assertEquals(form.field("Name").isInvalid, true);
    // Another field is left: the error of the submit is corrected by now.
    await form.enter({ Size: "S" });
    assertEquals(form.field("Name").isInvalid, false);
  });
});

Deno.test("enter() renders the form again when other fields depend on a field, and keeps what is typed", async () => {
  await withForm(async (client, runs) => {
    const form = client.page.form("Plain").fill({ Name: "Ada", Password: "secret" });
    await form.enter({ Country: "Spain" });
    const shown = client.page.form("Plain");
    assertEquals(shown.find("[name=city]").text.includes("Madrid"), true);
    assertEquals([shown.field("Name").value, shown.field("Password").value], ["Ada", "secret"]);
    assertEquals(runs, []);
  });
});

Deno.test("enter() rejects a field that does not exist, and a form that is not one of an action", async () => {
  await withForm(async (client) => {
    await assertRejects(() => client.page.form("Join").enter({ Nothing: "x" }), Error, `Cannot fill field "Nothing"`);
  });
  const module = {
    default: () => (
      <form aria-label="Search">
        <input name="q" />
      </form>
    ),
  };
  await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
  const page = await client.open("/");
  await assertRejects(() => page.form("Search").enter({ q: "x" }), TypeError, "use submit()");
});
