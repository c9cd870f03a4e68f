/** A form with formsets in whole requests: an invoice and its lines, saved by one button. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, defineForm, defineFormset, field, Form, formSpec, toast, useForm, withFormsets } from "@hyper/actions";
import { App, EVENTS, eventsOf, type Modules, namesOf } from "../support/app.tsx";

interface Invoice {
  readonly customer: string;
  readonly lines: readonly { readonly text: string; readonly price: number }[];
}

const LineForm = defineForm("line", {
  fields: { text: field.text({ required: true }), price: field.number({ required: true }) },
});
const InvoiceForm = withFormsets(
  defineForm("invoice", { fields: { customer: field.text({ required: true }) } }),
  { lines: defineFormset(LineForm, { extra: 1, canDelete: true }) },
);

/** A form with custom markup, written from the spec alone. */
function Drawn() {
  const form = useForm();
  if (form.kind === "formset") return null;
  const { sections, formsets = {} } = formSpec(form);
  return (
    <>
      {sections.flatMap(({ fields }) => fields).map(({ name, value, errors }) => (
        <p key={name}>
          <input name={name} value={String(value)} />
          {errors.map((message) => <em key={message}>{`${name}: ${message}`}</em>)}
        </p>
      ))}
      {Object.values(formsets).flatMap(({ rows }) => rows).map(({ index, fields, deleteField }) => (
        <fieldset key={index}>
          {[...fields, ...deleteField === null ? [] : [deleteField]].map(({ name, value, errors, inputType }) => (
            <p key={name}>
              {inputType === "checkbox"
                ? <input name={name} type="checkbox" checked={value === true} />
                : <input name={name} value={String(value)} />}
              {errors.map((message) => <em key={message}>{`${name}: ${message}`}</em>)}
            </p>
          ))}
        </fieldset>
      ))}
    </>
  );
}

function site(saved: Invoice[], start: Invoice): Modules {
  const save = action("save", { form: () => [InvoiceForm, { initial: start }] as const }, ({ form }) => {
    saved.push(form.values);
    return toast("Saved");
  });
  return {
    "/drawn": { default: () => <Form action={save} />, save },
    "/own": {
      default: () => (
        <Form action={save}>
          <Drawn />
        </Form>
      ),
    },
  };
}

const START: Invoice = { customer: "Ada", lines: [{ text: "tea", price: 3 }, { text: "milk", price: 1 }] };

for (const path of ["/drawn", "/own"]) {
  Deno.test(`a form with formsets is saved as one form: ${path}`, async () => {
    const saved: Invoice[] = [];
    await using app = new App(site(saved, START));
    const page = await app.open(path);
    const sent = await app.submit(page, "save", {
      customer: "Bob",
      "lines[0]._delete": "on",
      "lines[1].price": "2",
      "lines[2].text": "rum",
      "lines[2].price": "9",
    });
    assertEquals(sent.status, 303);
    assertEquals(saved, [{ customer: "Bob", lines: [{ text: "milk", price: 2 }, { text: "rum", price: 9 }] }]);
  });

  Deno.test(`an invalid form with formsets is shown again as one form, twice, with errors at their fields: ${path}`, async () => {
    const saved: Invoice[] = [];
    await using app = new App(site(saved, START));
    let page = await app.open(path);
    for (let submit = 0; submit < 2; submit++) {
      page = await app.submit(page, "save", { customer: "", "lines[0]._delete": "on", "lines[1].price": "dear" });
      assertEquals(page.status, 200);
      assertStringIncludes(page.html, 'value="dear"');
      assertStringIncludes(page.html, 'value="milk"');
    }
    const fine = await app.submit(page, "save", { customer: "Ada", "lines[1].price": "4" });
    assertEquals(fine.status, 303);
    assertEquals(saved, [{ customer: "Ada", lines: [{ text: "milk", price: 4 }] }]);
  });
}

Deno.test("the issues of an invalid form with formsets are sent to the runtime by field", async () => {
  await using app = new App(site([], START));
  const page = await app.open("/drawn");
  const response = await app.submitByRuntime(page, "save", { "lines[1].text": "" }, { headers: { accept: EVENTS } });
  assertEquals(response.status, 422);
  const events = await eventsOf(response);
  assertEquals(namesOf(events), ["patch_html", "error", "end"]);
  const { issues } = events[1]?.data as { issues: Record<string, readonly string[]> };
  assertEquals(Object.keys(issues), ["lines[1].text"]);
});

Deno.test("a typed caller sends rows as a list", async () => {
  const saved: Invoice[] = [];
  await using app = new App(site(saved, START));
  const data = { customer: "Eve", lines: [{ text: "a", price: 1 }, { text: "b", price: 2 }] };
  assertEquals(await app.data("save", { path: "/drawn", data }), {
    ok: true,
    items: [{ event: "toast", data: { value: "Saved" } }],
  });
  assertEquals(saved, [data]);
});
