/** Fields whose choices, rules and visibility depend on what is typed: rendered, validated, and shown again without scripts. */
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { action, defineForm, defineFormset, Field, field, Form, FormErrors, formSpec, useForm } from "../../mod.ts";
import { App, EVENTS, eventsOf, type OpenPage } from "../support/app.tsx";
import { attribute, controls, findForm, formValues, text } from "../support/html.ts";

const PARTS: Readonly<Record<string, readonly string[]>> = { bike: ["Bell", "Wheel"], boat: ["Oar"] };

const OrderForm = defineForm("order", {
  fields: {
    kind: field.select({ choices: ["bike", "boat"], required: true }),
    part: field.select({ choices: ({ raw }) => PARTS[raw.kind ?? ""] ?? [], required: true }),
    count: field.number({ min: 1, max: ({ raw }) => raw.kind === "boat" ? 2 : 10, initial: 1 }),
    company: field.checkbox(),
    vat: field.text({
      visible: ({ raw }) => raw.company === "on",
      required: ({ raw }) => raw.company === "on",
      maxlength: 9,
    }),
    password: field.password(),
  },
});

function site() {
  const did: unknown[] = [];
  const order = action("order", { form: OrderForm, validate: true }, ({ form }) => void did.push(form.values));
  const Page = () => (
    <Form action={order}>
      <FormErrors />
      {["kind", "part", "count", "company", "vat", "password"].map((name) => <Field key={name} name={name} />)}
      <button>Order</button>
    </Form>
  );
  return { did, app: new App({ "/": { default: Page, order } }) };
}

/** The options of the list of parts, the maximum of the count, and whether the VAT number is shown and required. */
function shown({ root }: OpenPage) {
  const form = findForm(root, "order");
  const [part, count, vat] = ["part", "count", "vat"].map((name) => controls(form, name)[0]);
  return {
    parts: text(part!),
    max: attribute(count!, "max"),
    vat: vat === undefined ? "hidden" : attribute(vat, "required") === null ? "optional" : "required",
  };
}

Deno.test("options of a field may be functions of what is typed: a blank form has those of its initial values", async () => {
  const { app } = site();
  await using _ = app;
  const page = await app.open("/");
  assertEquals(shown(page), { parts: "", max: "10", vat: "hidden" });
  assertEquals(attribute(findForm(page.root, "order"), "data-hyper-depends"), '["kind","company"]');
});

Deno.test("a submit without scripts shows the form again for what is typed, and neither validates nor runs", async () => {
  const { app, did } = site();
  await using _ = app;
  const page = await app.open("/");
  assertMatch(page.html, /<noscript><button [^>]*name="_hyper_rows" value="redraw" formnovalidate>Update the form</);
  const typed = { kind: "boat", count: "7", company: "on", password: "secret", _hyper_rows: "redraw" };
  const next = await app.submit(page, "order", typed);
  assertEquals([next.status, shown(next), did], [200, { parts: "Oar", max: "2", vat: "required" }, []]);
  assertNotMatch(next.html, /aria-invalid|secret/);
  const values = formValues(findForm(next.root, "order")).filter(([name]) => !name.startsWith("_"));
  assertEquals(Object.fromEntries(values), {
    kind: "boat",
    part: "",
    count: "7",
    company: "on",
    vat: "",
    password: "",
  });
  await app.submit(next, "order", { part: "Oar", count: "2", vat: "DE1" });
  assertEquals(did, [{ kind: "boat", part: "Oar", count: 2, company: true, vat: "DE1", password: "" }]);
});

Deno.test("a submit is validated with the options for what was sent", async () => {
  const { app, did } = site();
  await using _ = app;
  const page = await app.open("/");
  const wrong = await app.submit(page, "order", { kind: "boat", part: "Bell", count: "3" });
  assertStringIncludes(wrong.html, "Choose an option");
  assertStringIncludes(wrong.html, "Enter a number that is 2 or less");
  assertEquals(shown(wrong), { parts: "Oar", max: "2", vat: "hidden" });
  const missing = await app.submit(page, "order", { kind: "bike", part: "Bell", company: "on" });
  assertMatch(missing.html, /Vat: Enter a value/);
  assertEquals(did, []);
});

Deno.test("a field that is not shown has the value of an empty field, whatever was sent", async () => {
  const { app, did } = site();
  await using _ = app;
  const page = await app.open("/");
  await app.submit(page, "order", { kind: "bike", part: "Bell", vat: "much too long to be valid" });
  assertEquals(did, [{ kind: "bike", part: "Bell", count: 1, company: false, vat: "", password: "" }]);
});

Deno.test("the runtime gets the form as a patch, and a validation has the same options", async () => {
  const { app, did } = site();
  await using _ = app;
  await app.open("/");
  const path = "/?_action=order";
  const body = { kind: "boat", part: "Bell" };
  const drawn = await app.request(path, {
    method: "POST",
    headers: { accept: EVENTS },
    body: new URLSearchParams({ ...body, _hyper_rows: "redraw" }),
  });
  const [patch, end, ...more] = await eventsOf(drawn);
  assertEquals([drawn.status, patch?.event, end?.event, more], [200, "patch_html", "end", []]);
  assertMatch(JSON.stringify(patch?.data), /Oar/);
  const checked = await app.request(path, {
    method: "POST",
    headers: { "x-hyper-validate": "part" },
    body: new URLSearchParams(body),
  });
  assertEquals((await checked.json()).issues, { part: ["Choose an option"] });
  assertEquals(did, []);
});

Deno.test("rows depend on their own fields, and the form names them for any row", async () => {
  const Line = defineForm("line", {
    fields: {
      kind: field.select({ choices: ["bike", "boat"] }),
      part: field.select({ choices: ({ raw }) => PARTS[raw.kind ?? ""] ?? [] }),
    },
  });
  const did: unknown[] = [];
  const Lines = defineFormset(Line, { prefix: "lines", extra: 2 });
  const save = action("save", { form: Lines }, ({ form }) => void did.push(form.values));
  const Page = () => (
    <Form action={save}>
      <Field name="lines[0].part" />
      <Field name="lines[1].part" />
    </Form>
  );
  await using app = new App({ "/": { default: Page, save } });
  const page = await app.open("/");
  assertStringIncludes(page.html, 'data-hyper-depends="[&quot;lines[].kind&quot;]"');
  const sent = { "lines[0].kind": "bike", "lines[1].kind": "boat", _hyper_rows: "redraw" };
  const next = await app.submit(page, "save", sent);
  const parts = [0, 1].map((row) => text(controls(findForm(next.root, "save"), `lines[${row}].part`)[0]!));
  assertEquals(parts, ["BellWheel", "Oar"]);
  await app.submit(page, "save", { "lines[0].kind": "bike", "lines[0].part": "Wheel" });
  assertEquals(did, [[{ kind: "bike", part: "Wheel" }]]);
});

Deno.test("declared fields of a schema may depend on others, and an invisible one is sent to the schema as empty", async () => {
  const did: unknown[] = [];
  const form = defineForm("ship", {
    schema: z.object({ to: z.object({ country: z.string(), state: z.string().optional() }) }),
    fields: { "to.state": field.select({ choices: ["Ohio"], visible: ({ raw }) => raw["to.country"] === "us" }) },
  });
  const save = action("save", { form }, ({ form }) => void did.push(form.values));
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const page = await app.open("/");
  assertNotMatch(page.html, /name="to.state"/);
  await app.submit(page, "save", { "to.country": "fr", "to.state": "Ohio" });
  await app.submit(page, "save", { "to.country": "us", "to.state": "Ohio" });
  assertEquals(did, [{ to: { country: "fr", state: "" } }, { to: { country: "us", state: "Ohio" } }]);
});

Deno.test("a spec has the fields that are shown, with their options as plain data", async () => {
  let spec: unknown;
  const order = action("order", { form: OrderForm }, () => {});
  const Inner = () => {
    const bound = useForm();
    spec = bound.kind === "form"
      ? formSpec(bound).sections[0]?.fields.map(({ name, choices }) => [name, choices.length])
      : null;
    return null;
  };
  const Page = () => <Form action={order} initial={{ kind: "bike" }}>{<Inner />}</Form>;
  await using app = new App({ "/": { default: Page, order } });
  await app.open("/");
  assertEquals(spec, [["kind", 2], ["part", 2], ["count", 0], ["company", 0], ["password", 0]]);
});

Deno.test("a mistake in a function is an error: an unknown name, a choice twice, a required field that may be invisible", async () => {
  assertThrows(
    // deno-lint-ignore no-explicit-any -- a mistake that the types do not accept
    () => field.text({ required: true, visible: () => true } as any),
    TypeError,
    "it is required and may be invisible; make required a function as well",
  );
  const named = defineForm("named", { fields: { a: field.text({ required: ({ raw }) => raw.b === "x" }) } });
  const twice = defineForm("twice", { fields: { a: field.select({ choices: () => ["x", "x"] }) } });
  const first = action("first", { form: named }, () => {});
  const second = action("second", { form: twice }, () => {});
  await using app = new App({
    "/named": { default: () => <Form action={first} />, first },
    "/twice": { default: () => <Form action={second} />, second },
  });
  assertEquals((await app.open("/named")).status, 500);
  assertStringIncludes(app.takeError().message, 'Cannot read what is typed in "b" of form "named"');
  assertEquals((await app.open("/twice")).status, 500);
  assertStringIncludes(app.takeError().message, 'the choice "x" is repeated');
});
