/** `<SubmitButton>`: another action for the fields of a form, with the origin page that the button was rendered for. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  defineForm,
  DUrl,
  Field,
  field,
  Form,
  formActionUrl,
  type Markup,
  SubmitButton,
  type SubmitButtonProps,
  Toasts,
} from "../../mod.ts";
import { App, bodyOf, EVENTS, JSON_TYPE, type OpenPage } from "../support/app.tsx";
import {
  attribute,
  find,
  findForm,
  formValues,
  type HtmlElement,
  type HtmlParent,
  parseHtml,
  text,
} from "../support/html.ts";

const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });

function buttonOf({ root }: OpenPage): HtmlElement {
  return find(root, (element) => element.tagName === "button" && attribute(element, "formaction") !== null);
}

/** A page with a form that contains a button for another action, and a record of the actions that ran. */
function site(children: (props: { readonly remove: SubmitButtonProps["action"] }) => Markup, method?: "GET") {
  const ran: unknown[] = [];
  const save = action("save", { form: NoteForm, method }, () => void ran.push("save"));
  const remove = action("remove", { inject: { id: DUrl("id", Number) } }, ({ id, data, url }) => {
    ran.push({ id, data, url: url.pathname + url.search });
  });
  const Page = () => (
    <Form action={save} instance="a">
      <Field name="title" />
      {children({ remove })}
    </Form>
  );
  return { ran, app: new App({ "/notes/[id]": { default: Page, save, remove } }) };
}

for (const method of [undefined, "GET"] as const) {
  Deno.test(`<SubmitButton> sends the fields of a ${method ?? "POST"} form to its own action, with the page that shows it`, async () => {
    const { app, ran } = site(
      ({ remove }) => <SubmitButton action={remove} name="sure" value={1}>Delete</SubmitButton>,
      method,
    );
    await using _ = app;
    const page = await app.open("/notes/7?tab=a");
    const button = buttonOf(page);
    const attributes = Object.fromEntries(button.attrs.map(({ name, value }) => [name, value]));
    const url = `${formActionUrl("remove")}?_next_form_origin=%2Fnotes%2F7%3Ftab%3Da`;
    assertEquals(attributes, {
      name: "sure",
      value: "1",
      type: "submit",
      formaction: url,
      formmethod: "post",
      "data-hyper-form": "remove",
    });
    assertEquals(text(button), "Delete");
    // Sent as by a browser without scripts, and as by the runtime.
    const fields = [...formValues(findForm(page.root, "save")), ["sure", "1"], ["title", "Milk"]] as const;
    const headers = [{ accept: "text/html" }, { accept: EVENTS, "x-hyper-action": "remove" }, { accept: JSON_TYPE }];
    for (const [index, sent] of headers.entries()) {
      const own = { ...sent, "x-hyper-request-id": `r${index}` };
      const response = await app.request(url, { method: "POST", headers: own, body: bodyOf(fields) });
      await response.body?.cancel();
      assertEquals([response.status < 400, ran.splice(0)], [true, [
        { id: 7, data: { title: ["", "Milk"], sure: "1" }, url: "/notes/7?tab=a" },
      ]]);
    }
  });
}

Deno.test("<SubmitButton> accepts the name of an action, and has a default label", async () => {
  const { app } = site(() => <SubmitButton action="remove" formnovalidate class="quiet" disabled />);
  await using _ = app;
  const button = buttonOf(await app.open("/notes/7"));
  assertEquals(text(button), "Submit");
  assertEquals(["formnovalidate", "class", "disabled", "formenctype"].map((name) => attribute(button, name)), [
    "",
    "quiet",
    "",
    null,
  ]);
});

Deno.test("<SubmitButton> ignores attributes that would change where its form is sent", async () => {
  const hostile = {
    formaction: "//evil.test/",
    formmethod: "get",
    type: "reset",
    onclick: "alert(1)",
    "data-hyper-form": "save",
  };
  const { app } = site(({ remove }) => (
    <SubmitButton action={remove} {...hostile as object} data-x="1">Delete</SubmitButton>
  ));
  await using _ = app;
  const button = buttonOf(await app.open("/notes/7"));
  const { formaction, ...rest } = Object.fromEntries(button.attrs.map(({ name, value }) => [name, value]));
  assertEquals(rest, { "data-x": "1", "data-hyper-form": "remove", type: "submit", formmethod: "post" });
  assertStringIncludes(formaction ?? "", formActionUrl("remove"));
});

const FileForm = defineForm("file", { fields: { file: field.file() } });

for (
  const [what, other, type] of [
    ["an action with onFile", action("other", { onFile: () => "key" }, () => {}), "multipart/form-data"],
    ["a form with a file", action("other", { form: FileForm }, () => {}), "multipart/form-data"],
    [
      "a form with a file, and an async form factory",
      action("other", { form: () => Promise.resolve(FileForm) }, () => {}),
      "multipart/form-data",
    ],
    ["a form without a file", action("other", { form: NoteForm }, () => {}), null],
    ["no form", action("other", () => {}), null],
  ] as const
) {
  Deno.test(`<SubmitButton> has the enctype that its action needs: ${what}`, async () => {
    const save = action("save", { form: NoteForm }, () => {});
    const Page = () => (
      <Form action={save}>
        <SubmitButton action={other} />
      </Form>
    );
    await using app = new App({ "/": { default: Page, save, other } });
    assertEquals(attribute(buttonOf(await app.open("/")), "formenctype"), type);
  });
}

Deno.test("<SubmitButton> does not change the form of its action on the page", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  const Page = () => (
    <main>
      <SubmitButton action={save} form="elsewhere" />
      <Form action={save} id="elsewhere" initial={{ title: "Milk" }}>
        <Field name="title" />
      </Form>
    </main>
  );
  await using app = new App({ "/": { default: Page, save } });
  const page = await app.open("/");
  assertEquals(formValues(findForm(page.root, "save")).at(-1), ["title", "Milk"]);
  assertEquals(attribute(buttonOf(page), "form"), "elsewhere");
});

Deno.test("<SubmitButton> is not confused with the form of its action when a body cannot be read", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  await using app = new App({ "/": { default: () => <SubmitButton action={save} />, save } });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const path = `${formActionUrl("save")}?_next_form_origin=%2F`;
  const response = await app.request(path, { method: "POST", headers, body: "title=%ff" });
  assertEquals(response.status, 400);
  assertStringIncludes(await response.text(), "could not be understood");
});

Deno.test("<SubmitButton> throws for a GET action and for an unknown one, and the error names the remedy", async () => {
  const find = action("find", { method: "GET" }, () => {});
  for (
    const [ref, words] of [
      [find, 'Cannot render <SubmitButton> for action "find": it answers GET'],
      ["nope", 'Cannot render <SubmitButton> for action "nope"'],
      [undefined, "Cannot render <SubmitButton>: its action is undefined"],
    ] as const
  ) {
    await using app = new App({ "/": { default: () => <SubmitButton action={ref as "nope"} />, find } });
    assertEquals((await app.open("/")).status, 500);
    assertStringIncludes(app.takeError().message, words);
  }
});

const DraftForm = defineForm("draft", { fields: { title: field.text() } });

/** A page with forms that save a draft, each with a button that publishes it, and the drafts and publications so far. */
function drafts(...names: readonly string[]) {
  const ran: string[] = [];
  const publish = action("publish", { form: NoteForm }, ({ form }) => {
    if (form.values.title === "Spam") return form.addError("title", "Not published");
    ran.push(form.values.title);
  });
  const save = Object.fromEntries(
    names.map((name) => [name, action(name, { form: DraftForm }, ({ form }) => void ran.push(form.values.title))]),
  );
  const Page = () => (
    <main>
      {Object.values(save).map((each) => (
        <Form key={each.name} action={each} instance="a">
          <Field name="title" />
          <SubmitButton action={publish}>Publish</SubmitButton>
        </Form>
      ))}
      <Toasts />
    </main>
  );
  return { ran, app: new App({ "/": { default: Page, publish, ...save } }) };
}

/** Presses "Publish" in the form that saves a draft, and returns the response as HTML. */
async function publish(app: App, root: HtmlParent, title: string, headers: Readonly<Record<string, string>>) {
  const form = findForm(root, "save", "a");
  const button = find(form, (element) => attribute(element, "formaction") !== null);
  const fields = formValues(form)
    .map(([name, value]) => [name, name === "title" ? title : value] as const);
  const response = await app.request(attribute(button, "formaction") ?? "", {
    method: "POST",
    headers,
    body: bodyOf(fields),
  });
  const answer = await response.text();
  // The content of the patch is a member of a JSON object.
  const [, data = "{}"] = answer.match(/^data: (\{.*)$/m) ?? [];
  return parseHtml(headers.accept === EVENTS ? JSON.parse(data).content ?? "" : answer);
}

for (const headers of [{ accept: "text/html" }, { accept: EVENTS, "x-hyper-action": "publish" }]) {
  Deno.test(`<SubmitButton> whose action refuses the input: the form around it comes back with both, as ${headers.accept}`, async () => {
    const { app, ran } = drafts("save");
    await using _ = app;
    const opened = (await app.open("/")).root;
    let page: HtmlParent = opened;
    for (
      const [title, message] of [["", "Enter a value"], ["Spam", "Not published"], ["Spam", "Not published"]] as const
    ) {
      const answer = await publish(app, page, title, headers);
      const form = findForm(answer, "save", "a");
      assertEquals(formValues(form).at(-1), ["title", title]);
      assertStringIncludes(text(form), message);
      // A patch contains the form alone.
      page = answer;
    }
    await publish(app, page, "News", headers);
    assertEquals(ran, ["News"]);
  });
}

Deno.test("<SubmitButton> in two forms: the message is in the status region, because both can have sent it", async () => {
  const { app, ran } = drafts("save", "keep");
  await using _ = app;
  const page = await publish(app, (await app.open("/")).root, "", { accept: "text/html" });
  const status = find(page, (element) => attribute(element, "data-hyper-toasts") !== null);
  assertStringIncludes(text(status), "Enter a value");
  assertEquals(ran, []);
});

Deno.test("<SubmitButton> in a form with a field that its action does not have: the message is in the status region", async () => {
  const publish = action("publish", { form: NoteForm }, () => {});
  const save = action("save", { form: defineForm("draft", { fields: { text: field.text() } }) }, () => {});
  const Page = () => (
    <main>
      <Form action={save}>
        <Field name="text" />
        <SubmitButton action={publish}>Publish</SubmitButton>
      </Form>
      <Toasts />
    </main>
  );
  await using app = new App({ "/": { default: Page, publish, save } });
  const { root } = await app.open("/");
  const url = attribute(buttonOf({ root } as OpenPage), "formaction") ?? "";
  const headers = { accept: "text/html" };
  const body = bodyOf(formValues(findForm(root, "save")));
  const response = await app.request(url, { method: "POST", headers, body });
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "Enter a value");
});
