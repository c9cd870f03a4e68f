/** The row buttons in a real page: with scripts the browser changes the rows, and without them the server does. */
import { assertEquals } from "@std/assert";
import {
  action,
  AddRow,
  createHandler,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  FormErrors,
  MoveRow,
  RemoveRow,
  RowNumber,
  Rows,
  toast,
  Toasts,
} from "@hyper/actions";
import type { Locator, Page } from "playwright-core";
import { untilPreloaded, untilValue, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

const GuestForm = defineForm("guest", {
  fields: {
    name: field.text({ label: "Name", required: true }),
    vegan: field.checkbox({ label: "Vegan" }),
    meal: field.select({ label: "Meal", choices: ["Fish", "Stew"], initial: "Stew" }),
  },
  clean: ({ name }, ctx) => name === "Zed" ? ctx.addError("name", "Zed is not invited") : undefined,
});

/** Serves a page with two guests and one empty row, in a table or not. Records what is saved, and counts the requests. */
function party(as: "div" | "tbody" = "div", validate?: "blur") {
  const saved: string[] = [];
  const counted = { posts: 0 };
  const Guests = defineFormset(GuestForm, {
    prefix: "guests",
    max: 4,
    extra: 1,
    canDelete: true,
    canOrder: true,
    getInitial: () => [{ name: "Ada", meal: "Fish", vegan: true }, { name: "Bob", meal: "Stew" }],
  });
  const seat = action("seat", { form: Guests, validate: true }, ({ form }) => {
    saved.push(
      form.values.map(({ name, meal, vegan }) => `${name} ${meal}${vegan ? " vegan" : ""}`).join(),
      `deleted ${form.deleted.map(({ form }) => form.field("name").value).join()}`,
    );
    return toast("Seated");
  });
  const content = (
    <>
      <Field name="name" />
      <Field name="vegan" />
      <Field name="meal" as="radios" />
      <RemoveRow />
      <MoveRow />
    </>
  );
  const rows = as === "div"
    ? (
      <Rows>
        {() => (
          <fieldset>
            <legend>
              Guest <RowNumber />
            </legend>
            {content}
          </fieldset>
        )}
      </Rows>
    )
    : (
      <table>
        <Rows as="tbody">
          {() => (
            <tr role="group">
              <th>
                Guest <RowNumber />
              </th>
              <td>{content}</td>
            </tr>
          )}
        </Rows>
      </table>
    );
  const Page = () => (
    <main>
      <Form action={seat} validate={validate}>
        <FormErrors />
        {rows}
        <AddRow>Add guest</AddRow>
        <button>Save</button>
      </Form>
      <Toasts />
    </main>
  );
  const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: Page, seat }) }] });
  const served: Deno.ServeHandler<Deno.NetAddr> = (request, info) => {
    if (request.method === "POST") counted.posts++;
    return handler(request, info);
  };
  return { saved, counted, served };
}

/** The rows that a person sees. */
const names = (page: Page): Locator => page.getByLabel("Name");
const press = (page: Page, name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();

async function expectNames(page: Page, expected: readonly string[]): Promise<void> {
  await names(page).nth(expected.length - 1).waitFor();
  for (const [at, name] of expected.entries()) await untilValue(names(page).nth(at), name);
  assertEquals(await names(page).count(), expected.length);
}

for (const as of ["div", "tbody"] as const) {
  for (const javaScriptEnabled of [true, false]) {
    Deno.test(`rows in a ${as} are added, moved, removed and saved, with scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
      const { saved, counted, served } = party(as);
      await withPage(served, async ({ page }) => {
        await page.goto("/");
        await page.waitForLoadState("networkidle");
        await names(page).nth(2).fill("Cy");
        await press(page, "Move row 3 up");
        await expectNames(page, ["Ada", "Cy", "Bob"]);
        await press(page, "Add guest");
        await expectNames(page, ["Ada", "Cy", "Bob", ""]);
        assertEquals(await page.getByRole("button", { name: "Add guest" }).isDisabled(), true);
        await names(page).nth(3).fill("Di");
        await press(page, "Remove row 1");
        await expectNames(page, ["Cy", "Bob", "Di"]);
        await press(page, "Add guest");
        await expectNames(page, ["Cy", "Bob", "Di", ""]);
        await press(page, "Remove row 3");
        await expectNames(page, ["Cy", "Bob", ""]);
        await names(page).nth(2).fill("Ed");
        await page.getByRole("radio", { name: "Fish" }).nth(2).check();
        await page.getByRole("radio", { name: "Fish" }).nth(0).check();
        assertEquals(counted.posts, javaScriptEnabled ? 0 : 5);
        await press(page, "Save");
        await page.getByText("Seated").waitFor();
        assertEquals(saved, ["Cy Fish,Bob Stew,Ed Fish", "deleted Ada"]);
      }, { javaScriptEnabled });
    });
  }
}

Deno.test("the focus moves to a new row, stays on the button of a move, and goes to the neighbor of a removed row", async () => {
  await withPage(party().served, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    const focused = () =>
      page.evaluate(() => {
        const { activeElement } = document;
        return `${activeElement?.localName} ${
          activeElement?.getAttribute("name") ?? activeElement?.getAttribute("data-hyper-row")
        }`;
      });
    await page.getByRole("button", { name: "Add guest" }).focus();
    await page.keyboard.press("Enter");
    assertEquals(await focused(), "input guests[3].name");
    await page.getByRole("button", { name: "Move row 3 up" }).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Space");
    assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Move row 1 up");
    await press(page, "Remove row 2");
    assertEquals(await focused(), "fieldset 1");
  });
});

Deno.test("Enter in a field of a row saves the form and removes no row, with scripts on and off", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { saved, served } = party();
    await withPage(served, async ({ page }) => {
      await page.goto("/");
      await names(page).first().press("Enter");
      await page.getByText("Seated").waitFor();
      assertEquals(saved, ["Ada Fish vegan,Bob Stew", "deleted "]);
    }, { javaScriptEnabled });
  }
});

Deno.test("labels and errors of a row that was renumbered belong to its controls", async () => {
  const { served } = party();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await press(page, "Add guest");
    await names(page).nth(3).fill("Di");
    await press(page, "Remove row 3");
    await expectNames(page, ["Ada", "Bob", "Di"]);
    // The label finds the control by its new ID.
    assertEquals(await names(page).nth(2).getAttribute("name"), "guests[2].name");
    await names(page).nth(1).fill("");
    await names(page).nth(1).evaluate((input) => input.removeAttribute("required"));
    await press(page, "Save");
    await page.getByRole("alert").first().waitFor();
    assertEquals(await names(page).nth(1).getAttribute("aria-invalid"), "true");
    await expectNames(page, ["Ada", "", "Di"]);
  });
});

Deno.test("a message stays with its row when rows are removed and added, and a new row is not validated in its place", async () => {
  const { saved, served } = party("div", "blur");
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await untilPreloaded(page, ["rows", "validate", "feedback"]);
    await press(page, "Add guest");
    await names(page).nth(3).fill("Zed");
    await names(page).nth(2).fill("Cy");
    const message = page.getByRole("listitem").getByText("Zed is not invited", { exact: true });
    await message.waitFor();
    await press(page, "Remove row 3");
    await press(page, "Add guest");
    const invalid = () =>
      page.locator("[aria-invalid=true]").evaluateAll((all) => all.map((it) => it.getAttribute("name")));
    assertEquals([await message.count(), await invalid()], [1, ["guests[2].name"]]);
    await names(page).nth(0).fill("Eve");
    await names(page).nth(1).focus();
    let asked: unknown;
    while (!`${asked = (await events.next("hyper:validate")).detail.names}`.includes("[0]"));
    assertEquals(asked, ["guests[0].name", "guests[2].name"]);
    await page.evaluate(() => dispatchEvent(new CustomEvent("hyper:swap:after")));
    assertEquals([await message.count(), await invalid()], [1, ["guests[2].name"]]);
    // The answer to a submit has the same index.
    await press(page, "Save");
    await page.getByRole("alert").first().waitFor();
    assertEquals([await invalid(), saved], [["guests[2].name"], []]);
  });
});

for (const javaScriptEnabled of [true, false]) {
  Deno.test(`errors are at the rows that the user sees after rows were moved and removed, with scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    const { saved, served } = party();
    await withPage(served, async ({ page }) => {
      await page.goto("/");
      await page.waitForLoadState("networkidle");
      await names(page).nth(2).fill("Zed");
      await press(page, "Move row 3 up");
      await expectNames(page, ["Ada", "Zed", "Bob"]);
      await press(page, "Remove row 1");
      await expectNames(page, ["Zed", "Bob"]);
      await press(page, "Save");
      await page.getByRole("alert").first().waitFor();
      await expectNames(page, ["Zed", "Bob"]);
      const invalid = page.locator("[aria-invalid=true]");
      assertEquals([await invalid.count(), await invalid.inputValue(), saved], [1, "Zed", []]);
      await invalid.fill("Cy");
      await press(page, "Save");
      await page.getByText("Seated").waitFor();
      assertEquals(saved, ["Cy Stew,Bob Stew", "deleted Ada"]);
    }, { javaScriptEnabled });
  });
}

Deno.test("a change of rows is an unsaved change, and has an input event", async () => {
  await withPage(party().served, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => {
      for (const type of ["input", "change"]) addEventListener(type, () => document.title += type);
    });
    await press(page, "Remove row 2");
    assertEquals(await page.title(), "inputchange");
  });
});
