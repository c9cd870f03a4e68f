/** `X-Hyper-Validate`: the server validates fields, and runs nothing. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import {
  action,
  type ActionOptions,
  type CleanContext,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  formActionUrl,
  withFormsets,
} from "../../mod.ts";
import { App, JSON_TYPE } from "../support/app.tsx";

const PATH = `${formActionUrl("save")}?_next_form_origin=%2F`;

/** Asks about fields, as the runtime does. */
async function ask(app: App, names: string, fields: Readonly<Record<string, string>>) {
  const response = await app.request(PATH, {
    method: "POST",
    headers: { "x-hyper-validate": names },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, answer: await response.json() };
}

/** An application with one form, and a record of what its code did. */
function site(form: NonNullable<ActionOptions["form"]>, options: Partial<ActionOptions> = {}) {
  const did: string[] = [];
  const save = action("save", { form, validate: true, ...options }, () => void did.push("handler"));
  return { did, app: new App({ "/": { default: () => <Form action={save} />, save } }) };
}

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ required: true, maxlength: 5 }),
    body: field.textarea({ required: true }),
  },
});

Deno.test("X-Hyper-Validate answers with the issues of the fields it names, and of no others", async () => {
  const { app, did } = site(NoteForm);
  await using _ = app;
  assertEquals(await ask(app, "title", { title: "too long", body: "" }), {
    status: 200,
    answer: { ok: true, issues: { title: ["Enter at most 5 characters"] } },
  });
  assertEquals((await ask(app, "title", { title: "short", body: "" })).answer, { ok: true, issues: {} });
  assertEquals(Object.keys((await ask(app, "title,body", { title: "", body: "" })).answer.issues), ["title", "body"]);
  assertEquals(did, []);
});

Deno.test("X-Hyper-Validate decodes names, and ignores those that the form does not have", async () => {
  const { app } = site(defineForm("odd", { fields: { "größe, in cm": field.number({ required: true }) } }));
  await using _ = app;
  const { answer } = await ask(app, `nothing, ${encodeURIComponent("größe, in cm")}`, { "größe, in cm": "" });
  assertEquals(answer.issues, { "größe, in cm": ["Enter a number"] });
});

Deno.test("clean runs with mode validate as soon as the values that it reads are valid", async () => {
  const modes: string[] = [];
  const { app } = site(defineForm("user", {
    fields: {
      name: field.text({ required: true }),
      email: field.email({ required: true }),
      password: field.password({ required: true }),
    },
    async clean(values, ctx: CleanContext) {
      await Promise.resolve();
      modes.push(ctx.mode);
      if (values.name === "ada") ctx.addError("name", "This name is taken");
      if (values.password === values.name) ctx.addError("name", "Choose a name that is not your password");
    },
  }));
  await using _ = app;
  const taken = await ask(app, "name", { name: "ada", email: "" });
  assertEquals(taken.answer.issues, { name: ["This name is taken"] });
  const free = await ask(app, "name", { name: "bob", email: "" });
  assertEquals(free.answer.issues, {});
  const empty = await ask(app, "name", { name: "", email: "" });
  assertEquals(empty.answer.issues, { name: ["Enter a value"] });
  await app.request(PATH, { method: "POST", body: new URLSearchParams({ name: "x", email: "x@y.z", password: "p" }) });
  assertEquals(modes, ["validate", "validate", "validate", "submit"]);
});

Deno.test("a field that was left out is not an issue, even if it is asked about", async () => {
  const { app } = site(defineForm("user", {
    fields: {
      name: field.text(),
      password: field.password({ required: true }),
      agree: field.checkbox({ required: true }),
    },
  }));
  await using _ = app;
  const { answer } = await ask(app, "password,agree", { name: "ada" });
  assertEquals(Object.keys(answer.issues), ["agree"], "a box that is not checked is not sent either");
});

Deno.test("a schema skips the rules about a field that was left out", async () => {
  const seen: string[] = [];
  const { app } = site(defineForm("user", {
    schema: z.object({
      name: z.string().refine(async (name) => await Promise.resolve(name !== "ada"), "This name is taken"),
      password: z.string(),
      repeated: z.string(),
    }).refine(({ password, repeated }) => password === repeated, { path: ["repeated"], message: "These differ" }),
    fields: { password: field.password(), repeated: field.text() },
    clean: ({ password }) => void seen.push(password),
  }));
  await using _ = app;
  const { answer } = await ask(app, "name,repeated", { name: "ada", repeated: "secret" });
  assertEquals(answer.issues, { name: ["This name is taken"] });
  const apart = await ask(app, "name,repeated", { name: "bob", repeated: "secret" });
  assertEquals(apart.answer.issues, {});
  const whole = await ask(app, "repeated", { name: "bob", password: "a", repeated: "b" });
  assertEquals(whole.answer.issues, { repeated: ["These differ"] });
  assertEquals(seen, []);
});

Deno.test("clean skips the rules about an optional field of a schema that was left out", async () => {
  const { app } = site(defineForm("user", {
    schema: z.object({ name: z.string(), nickname: z.string().optional() }),
    clean({ name, nickname }, ctx) {
      if (!nickname) ctx.addError("name", `Say what ${name} is called`);
    },
  }));
  await using _ = app;
  assertEquals((await ask(app, "name", { name: "ada" })).answer.issues, {});
  const empty = await ask(app, "name", { name: "ada", nickname: "" });
  assertEquals(empty.answer.issues, { name: ["Say what ada is called"] });
});

Deno.test("clean gets the object that a schema creates, also while a field is left out", async () => {
  class Account {
    readonly #name: string;

    constructor(name: string) {
      this.#name = name;
    }

    get isTaken(): boolean {
      return this.#name === "ada";
    }
  }
  const { app } = site(defineForm("user", {
    schema: z.object({ name: z.string(), nickname: z.string().optional() }).transform(({ name }) => new Account(name)),
    clean(account, ctx) {
      if (account.isTaken) ctx.addError("name", "This name is taken");
    },
  }));
  await using _ = app;
  assertEquals((await ask(app, "name", { name: "ada" })).answer.issues, { name: ["This name is taken"] });
  assertEquals((await ask(app, "name", { name: "bob" })).answer.issues, {});
});

Deno.test("an error of clean that is not about a missing value is reported", async () => {
  const { app } = site(defineForm("user", {
    fields: { name: field.text() },
    clean() {
      throw new Error("the database is down");
    },
  }));
  await using _ = app;
  assertEquals((await ask(app, "name", { name: "ada" })).status, 500);
  assertEquals(app.takeError().message, "the database is down");
});

Deno.test("rows of formsets and nested fields are validated by their full names", async () => {
  const Line = defineForm("line", {
    fields: { text: field.text({ required: true, maxlength: 3 }), price: field.number({ required: true }) },
    clean({ text }, ctx) {
      if (text === "bad") ctx.addError("text", "Choose another text");
    },
  });
  const { app } = site(
    withFormsets(defineForm("invoice", { schema: z.object({ to: z.object({ city: z.string().min(1) }) }) }), {
      lines: defineFormset(Line, { min: 1 }),
    }),
  );
  await using _ = app;
  const { answer } = await ask(app, "to.city,lines[0].text,lines[1].text", {
    "to.city": "",
    "lines[0].text": "long",
    "lines[0].price": "",
    "lines[1].text": "bad",
    "lines[1].price": "",
  });
  assertEquals(Object.keys(answer.issues).toSorted(), ["lines[0].text", "lines[1].text", "to.city"]);
  assertEquals(answer.issues["lines[1].text"], ["Choose another text"]);
});

Deno.test("data of a program is validated by the schema of the action", async () => {
  const did: string[] = [];
  const save = action("save", { input: z.object({ to: z.email(), text: z.string().min(1) }), validate: true }, () => {
    did.push("handler");
  });
  await using app = new App({ "/": { default: () => "", save } });
  const response = await app.request("/", {
    method: "POST",
    headers: { "x-hyper-action": "save", "x-hyper-validate": "to", "content-type": JSON_TYPE, accept: JSON_TYPE },
    body: JSON.stringify({ to: "nobody", text: "" }),
  });
  assertEquals(Object.keys((await response.json()).issues), ["to"]);
  assertEquals(did, []);
});

Deno.test("a GET form is validated by its query", async () => {
  const { app, did } = site(NoteForm, { method: "GET" });
  await using _ = app;
  const response = await app.request("/?_action=save&title=too+long", { headers: { "x-hyper-validate": "title" } });
  assertEquals(await response.json(), { ok: true, issues: { title: ["Enter at most 5 characters"] } });
  assertEquals([response.headers.get("cache-control"), did.length], ["no-store", 0]);
});

Deno.test("messages are in the language of the request", async () => {
  const save = action("save", { form: NoteForm, validate: true }, () => {});
  const messages = ({ headers }: Request) => ({ lang: headers.get("accept-language") ?? "en" });
  await using app = new App({ "/": { default: () => "", save } }, { messages });
  const response = await app.request(PATH, {
    method: "POST",
    headers: { "x-hyper-validate": "title", "accept-language": "de" },
    body: new URLSearchParams({ title: "" }),
  });
  assertEquals((await response.json()).issues, { title: ["Geben Sie einen Wert ein"] });
});

Deno.test("action() rejects validate where there is nothing to validate, and for a webhook", () => {
  assertThrows(() => action("a", { validate: true }, () => {}), TypeError, "it validates nothing");
  assertThrows(
    () => action("a", { form: NoteForm, validate: true, webhook: true, verify: () => true }, () => {}),
    TypeError,
    "a webhook is not validated",
  );
  assertThrows(
    () => action("a", { form: NoteForm, validate: { rate: { limit: 0, seconds: 1 } } }, () => {}),
    RangeError,
    `the validation of action "a"`,
  );
});

Deno.test("<Form validate> is an error for an action that does not allow it, and marks the form of one that does", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  const check = action("check", { form: NoteForm, validate: true }, () => {});
  await using app = new App({
    "/wrong": { default: () => <Form action={save} validate="blur" />, save },
    "/right": {
      default: () => (
        <Form action={check} validate="input">
          <Field name="title" />
        </Form>
      ),
      check,
    },
  });
  assertEquals((await app.open("/wrong")).status, 500);
  assertStringIncludes(app.takeError().message, `action "save" does not allow it`);
  assertStringIncludes((await app.open("/right")).html, `hyper-validate="input"`);
});
