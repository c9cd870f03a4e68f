/** `<Rows>`, `<AddRow>`, `<RemoveRow>` and `<MoveRow>` without scripts: a submit that changes rows, and nothing else. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  action,
  AddRow,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  FormErrors,
  formsetSpec,
  HyperError,
  type Markup,
  MoveRow,
  RemoveRow,
  RowNumber,
  Rows,
  toast,
  useForm,
  withFormsets,
} from "../../mod.ts";
import { App, eventsOf, type OpenPage } from "../support/app.tsx";
import { attribute, find, findAll, findForm, formValues, text } from "../support/html.ts";

const GuestForm = defineForm("guest", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 5 }),
    meal: field.select({ label: "Meal", choices: ["Fish", "Stew"], initial: "Stew" }),
  },
});

const GUEST_OPTIONS = { prefix: "guests", max: 4, extra: 1, canDelete: true, canOrder: true } as const;

/** A page of a formset with two existing rows, and a record of what its code did. */
function site(options: { readonly guard?: () => void; readonly method?: "GET" } = {}) {
  const did: string[] = [];
  const Guests = defineFormset(GuestForm, {
    ...GUEST_OPTIONS,
    getInitial: () => [{ name: "Ada", meal: "Fish" }, { name: "Bob", meal: "Stew" }],
    clean: () => void did.push("clean"),
    guard: () => {
      did.push("form guard");
      options.guard?.();
    },
  });
  const seat = action("seat", { form: Guests, method: options.method }, ({ form }) => {
    did.push(form.values.map(({ name }) => name).join(), `deleted ${form.deleted.length}`);
    return toast("Seated");
  });
  const Page = () => (
    <Form action={seat}>
      <FormErrors />
      <Rows>
        {() => (
          <fieldset>
            <legend>
              Guest <RowNumber />
            </legend>
            <Field name="name" />
            <Field name="meal" />
            <RemoveRow />
            <MoveRow />
          </fieldset>
        )}
      </Rows>
      <AddRow>Add guest</AddRow>
      <button>Save</button>
    </Form>
  );
  return { did, app: new App({ "/party": { default: Page, seat } }) };
}

/** The rows that a person sees: legend and name. */
function seen({ root }: OpenPage): readonly string[] {
  const rows = findAll(root, (row) => attribute(row, "data-hyper-row") !== null && attribute(row, "hidden") === null);
  return rows.map((row) => {
    const legend = text(find(row, ({ tagName }) => tagName === "legend"));
    const name = find(row, (input) => (attribute(input, "name") ?? "").endsWith("].name"));
    return `${legend}: ${attribute(name, "value") ?? ""}`;
  });
}

/** Presses a button of the rows, with what was typed. */
function press(app: App, page: OpenPage, change: string, typed: Record<string, string> = {}): Promise<OpenPage> {
  return app.submit(page, "seat", { ...typed, _hyper_rows: change });
}

Deno.test("<AddRow> without scripts adds a row with initial values, keeps what was typed, and neither validates nor runs", async () => {
  const { app, did } = site();
  await using _ = app;
  const typed = { "guests[0].name": "Ada Lovelace", "guests[2].name": "Cy" };
  const page = await press(app, await app.open("/party"), "add guests", typed);
  assertEquals(page.status, 200);
  assertEquals(seen(page), ["Guest 1: Ada Lovelace", "Guest 2: Bob", "Guest 3: Cy", "Guest 4: "]);
  assertEquals(formValues(findForm(page.root, "seat")).filter(([name]) => name.startsWith("guests[3]")), [
    ["guests[3].name", ""],
    ["guests[3].meal", "Stew"],
    ["guests[3]._order", "4"],
  ]);
  assertEquals(did, ["form guard"]);
  assertEquals(page.html.includes('role="alert"'), false);
  const added = find(page.root, (row) => attribute(row, "autofocus") !== null);
  assertEquals([attribute(added, "data-hyper-row"), attribute(added, "tabindex")], ["3", "-1"]);
  const add = find(page.root, (button) => text(button) === "Add guest" && button.tagName === "button");
  assertEquals(attribute(add, "disabled"), "");
});

Deno.test("<RemoveRow> without scripts hides a row that existed and leaves out another one; the next submit deletes it", async () => {
  const { app, did } = site();
  await using _ = app;
  const first = await press(app, await app.open("/party"), "remove guests[0]", { "guests[2].name": "Cy" });
  assertEquals(seen(first), ["Guest 1: Bob", "Guest 2: Cy"]);
  const hidden = find(first.root, (row) => attribute(row, "data-hyper-removed") !== null);
  assertEquals([attribute(hidden, "hidden"), text(hidden)], ["", ""]);
  assertEquals(findAll(hidden, (control) => attribute(control, "required") !== null), []);
  const second = await press(app, first, "remove guests[2]");
  assertEquals(seen(second), ["Guest 1: Bob"]);
  assertEquals(did.splice(0), ["form guard", "form guard"]);
  const saved = await app.submit(second, "seat");
  assertEquals([saved.status, did], [303, ["form guard", "clean", "Bob", "deleted 1"]]);
});

Deno.test("<MoveRow> without scripts changes the order, and the next submit has it", async () => {
  const { app, did } = site();
  await using _ = app;
  const typed = { "guests[2].name": "Cy" };
  const moved = await press(app, await app.open("/party"), "up guests[2]", typed);
  assertEquals(seen(moved), ["Guest 1: Ada", "Guest 2: Cy", "Guest 3: Bob"]);
  const again = await press(app, moved, "up guests[2]");
  assertEquals(seen(again), ["Guest 1: Cy", "Guest 2: Ada", "Guest 3: Bob"]);
  const last = await press(app, again, "down guests[0]");
  assertEquals(seen(last), ["Guest 1: Cy", "Guest 2: Bob", "Guest 3: Ada"]);
  did.splice(0);
  await app.submit(last, "seat");
  assertEquals(did, ["form guard", "clean", "Cy,Bob,Ada", "deleted 0"]);
});

Deno.test("The buttons of rows have a name that tells rows apart, skip validation, and are not the default button", async () => {
  const { app } = site();
  await using _ = app;
  const page = await app.open("/party");
  const buttons = findAll(findForm(page.root, "seat"), ({ tagName }) => tagName === "button");
  const [first, ...others] = buttons;
  assertEquals([attribute(first!, "hidden"), attribute(first!, "name"), attribute(first!, "type")], [
    "",
    null,
    "submit",
  ]);
  assertEquals(others.slice(0, 6).map((button) => text(button)), [
    "Remove row 1",
    "Move row 1 up",
    "Move row 1 down",
    "Remove row 2",
    "Move row 2 up",
    "Move row 2 down",
  ]);
  assertEquals(others.slice(0, -1).map((button) => attribute(button, "formnovalidate")), Array(10).fill(""));
});

Deno.test("A change of rows reaches the runtime as a patch of the form, where the browser did not make it", async () => {
  const { app, did } = site();
  await using _ = app;
  const response = await app.submitByRuntime(await app.open("/party"), "seat", { _hyper_rows: "add guests" });
  const [patch] = await eventsOf(response);
  assertEquals([response.status, patch?.event, did], [200, "patch_html", ["form guard"]]);
  assertMatch(JSON.stringify(patch?.data), /"swap":"morph".*/);
  assertStringIncludes(JSON.stringify(patch?.data), "guests[3].name");
});

Deno.test("A change of rows works in a GET form, and runs nothing", async () => {
  const { app, did } = site({ method: "GET" });
  await using _ = app;
  const fields = formValues(findForm((await app.open("/party")).root, "seat"));
  const query = new URLSearchParams([...fields, ["_hyper_rows", "remove guests[1]"]]);
  const page = await app.open(`/party?${query}`);
  assertEquals([page.status, seen(page), did], [200, ["Guest 1: Ada", "Guest 2: "], ["form guard"]]);
});

Deno.test("A guard of the form holds for a change of rows", async () => {
  const { app, did } = site({
    guard: () => {
      throw new HyperError(403, "Closed");
    },
  });
  await using _ = app;
  const page = await press(app, await app.open("/party"), "add guests");
  assertEquals([page.status, seen(page), did], [403, [], ["form guard"]]);
});

Deno.test("A change of rows that is malformed, or for an action without a form, or of a program, runs nothing", async () => {
  const ran: string[] = [];
  const bare = action("bare", () => void ran.push("bare"));
  const Guests = defineFormset(GuestForm, { ...GUEST_OPTIONS, guard: () => void ran.push("guard") });
  const seat = action("seat", { form: Guests }, () => void ran.push("seat"));
  const Page = () => (
    <>
      <Form action={bare}>
        <button />
      </Form>
      <Form action={seat} />
    </>
  );
  await using app = new App({ "/": { default: Page, bare, seat } });
  const page = await app.open("/");
  for (const change of ["add guests[0]", "sort guests[0]", "", "remove guests[99999]"]) {
    assertEquals((await app.submit(page, "seat", { _hyper_rows: change })).status, 400);
  }
  assertEquals((await app.submit(page, "bare", { _hyper_rows: "add guests" })).status, 400);
  const accept = { accept: "application/json" };
  assertEquals((await app.submit(page, "seat", { _hyper_rows: "add guests" }, { headers: accept })).status, 400);
  assertEquals(ran, []);
});

Deno.test("A change of rows of another formset, or of a row that is not there, changes nothing", async () => {
  const { app } = site();
  await using _ = app;
  const page = await app.open("/party");
  for (const change of ["add others", "remove guests[7]", "up guests[0]"]) {
    assertEquals(seen(await press(app, page, change)), ["Guest 1: Ada", "Guest 2: Bob", "Guest 3: "]);
  }
});

Deno.test("Rows of a form with formsets, in a table, keep the other fields of the form", async () => {
  const PartyForm = withFormsets(defineForm("party", { fields: { place: field.text({ required: true }) } }), {
    guests: defineFormset(GuestForm, { canDelete: true, max: 9 }),
  });
  const seat = action("seat", { form: PartyForm }, () => {});
  const row = () => (
    <tr>
      <td>
        <Field name="name" />
        <RemoveRow />
      </td>
    </tr>
  );
  const Page = () => (
    <Form action={seat} initial={{}}>
      <Field name="place" />
      <table>
        <Rows formset="guests" as="tbody" class="list">{row}</Rows>
      </table>
      <AddRow formset="guests" />
    </Form>
  );
  await using app = new App({ "/": { default: Page, seat } });
  const page = await app.submit(await app.open("/"), "seat", { place: "Hall", _hyper_rows: "add guests" });
  const values = formValues(findForm(page.root, "seat")).filter(([name]) => !name.startsWith("_"));
  assertEquals(values, [["place", "Hall"], ["guests[0].name", ""], ["guests[1].name", ""]]);
  const body = find(page.root, ({ tagName }) => tagName === "tbody");
  assertEquals([attribute(body, "class"), attribute(body, "data-hyper-rows")], ["list", "guests"]);
  assertEquals(findAll(page.root, (button) => text(button) === "Add row" && button.tagName === "button").length, 1);
});

Deno.test("Rows marked for deletion do not count for the maximum", async () => {
  const { app, did } = site();
  await using _ = app;
  let page = await press(app, await app.open("/party"), "remove guests[0]", { "guests[2].name": "Cy" });
  for (const name of ["Di", "Ed"]) {
    page = await press(app, page, "add guests");
    assertMatch(seen(page).at(-1) ?? "", /: $/);
    const index = seen(page).length;
    page = await press(app, page, "add others", { [`guests[${index}].name`]: name });
  }
  did.splice(0);
  const saved = await app.submit(page, "seat");
  assertEquals([saved.status, did], [303, ["form guard", "clean", "Bob,Cy,Di,Ed", "deleted 1"]]);
});

Deno.test("The row components name what is missing", async () => {
  const Plain = defineFormset(GuestForm, { prefix: "guests" });
  const seat = action("seat", { form: Plain }, () => {});
  const cases: Readonly<Record<string, Markup>> = {
    "a row is not one element": <Rows>{() => <RemoveRow />}</Rows>,
    "define it with canDelete": (
      <Rows>
        {() => (
          <p>
            <RemoveRow />
          </p>
        )}
      </Rows>
    ),
    "define it with canOrder": (
      <Rows>
        {() => (
          <p>
            <MoveRow />
          </p>
        )}
      </Rows>
    ),
    'Cannot render <Rows formset="lines">': <Rows formset="lines">{() => <p />}</Rows>,
    "has no such formset": <AddRow formset="constructor" />,
    "Cannot render <RemoveRow>: it is outside <Rows>": <RemoveRow />,
    "Cannot render <RowNumber>: it is outside <Rows>": <RowNumber />,
  };
  for (const [message, content] of Object.entries(cases)) {
    await using app = new App({ "/": { default: () => <Form action={seat}>{content}</Form>, seat } });
    assertEquals((await app.open("/")).status, 500);
    assertStringIncludes(app.takeError().message, message);
  }
});

Deno.test("useForm() in a row is the form of the row, and formsetSpec() of its formset is unchanged", async () => {
  const Guests = defineFormset(GuestForm, { prefix: "guests" });
  const seat = action("seat", { form: Guests }, () => {});
  const Name = () => <>{useForm().field("name").name}</>;
  const Page = () => {
    const formset = useForm();
    return (
      <>
        <Rows>
          {() => (
            <p>
              <Name />
            </p>
          )}
        </Rows>
        <code>{formset.kind === "formset" ? formsetSpec(formset).rows.length : 0}</code>
      </>
    );
  };
  await using app = new App({
    "/": {
      default: () => (
        <Form action={seat}>
          <Page />
        </Form>
      ),
      seat,
    },
  });
  const { root } = await app.open("/");
  assertEquals(findAll(root, ({ tagName }) => ["p", "code"].includes(tagName)).map(text), ["guests[0].name", "1"]);
});
