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
} from "../../mod.ts";
import { App, bodyOf, EVENTS, JSON_TYPE, type OpenPage } from "../support/app.tsx";
import { attribute, find, findForm, formValues, type HtmlElement, text } from "../support/html.ts";

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
