/** Fields that depend on others, in a real page: redrawn from what is typed with scripts, and by a button without. */
import { assertEquals } from "@std/assert";
import { action, createHandler, defineForm, Field, field, Form, FormErrors, toast, Toasts } from "@hyper/actions";
import type { Page } from "playwright-core";
import { findViolations } from "../support/axe.ts";
import { untilValue, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

const PARTS: Readonly<Record<string, readonly string[]>> = { bike: ["Bell", "Wheel"], boat: ["Oar"] };

const OrderForm = defineForm("order", {
  fields: {
    kind: field.select({ label: "Kind", choices: ["bike", "boat"] }),
    part: field.select({ label: "Part", choices: ({ raw }) => PARTS[raw.kind ?? ""] ?? [], required: true }),
    gift: field.checkbox({ label: "Gift" }),
    card: field.text({ label: "Card", visible: ({ raw }) => raw.gift === "on" }),
    note: field.text({ label: "Note" }),
    pin: field.password({ label: "Pin", autocomplete: "off" }),
  },
  clean({ note }, ctx) {
    if (note === "bad") ctx.addError("note", "Choose other words");
  },
});

/** A page with the form, what was ordered, and the bodies that were sent to show the form again. */
function shop(beforeRedraw: () => Promise<void> | void = () => {}) {
  const ordered: unknown[] = [];
  const redrawn: string[] = [];
  const order = action("order", { form: OrderForm, validate: true }, ({ form }) => {
    ordered.push(form.values);
    return toast("Ordered");
  });
  const Home = () => (
    <main>
      <link rel="stylesheet" href="/_hyper/base.css" />
      <h1>Shop</h1>
      <Form action={order} validate="blur">
        <FormErrors />
        {OrderForm.fields.keys().map((name) => <Field key={name} name={name} />).toArray()}
        <button>Order</button>
      </Form>
      <Toasts />
    </main>
  );
  const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: Home, order }) }] });
  const served: Deno.ServeHandler<Deno.NetAddr> = async (request, info) => {
    const body = request.method === "POST" ? await request.clone().text() : "";
    if (body.includes("_hyper_rows")) {
      redrawn.push(body);
      await beforeRedraw();
    }
    return await handler(request, info);
  };
  return { ordered, redrawn, served };
}

async function open(page: Page): Promise<void> {
  await page.goto("/");
  await page.waitForLoadState("networkidle");
}

const options = (page: Page) => page.getByLabel("Part").locator("option").allInnerTexts();

Deno.test("a change of a field redraws those that depend on it: focus, typing, passwords and messages stay", async () => {
  const arrived = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const { ordered, redrawn, served } = shop(() => {
    arrived.resolve();
    return held.promise;
  });
  await withPage(served, async ({ page }) => {
    await open(page);
    assertEquals(await page.getByText("Update the form").count(), 0);
    await page.getByLabel("Pin").fill("1234");
    await page.getByLabel("Note").fill("before");
    await page.getByLabel("Kind").selectOption("boat");
    await arrived.promise;
    await page.getByLabel("Note").focus();
    await page.keyboard.press("End");
    await page.keyboard.type(" and after");
    held.resolve();
    await page.getByRole("option", { name: "Oar" }).waitFor({ state: "attached" });
    assertEquals(await page.getByLabel("Note").inputValue(), "before and after");
    assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "note");
    assertEquals(await page.getByLabel("Pin").inputValue(), "1234");
    assertEquals(await page.locator("[aria-invalid]").count(), 0);
    await page.getByLabel("Gift").check();
    await page.getByLabel("Card").fill("Happy birthday");
    await page.getByLabel("Part").selectOption("Oar");
    assertEquals(await findViolations(page), []);
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByText("Ordered").waitFor();
  });
  assertEquals(ordered, [
    { kind: "boat", part: "Oar", gift: true, card: "Happy birthday", note: "before and after", pin: "1234" },
  ]);
  assertEquals([redrawn.length, redrawn.some((body) => body.includes("pin"))], [2, false]);
});

Deno.test("a form that is sent before the answer to a change of it is sent once, and the late answer changes nothing", async () => {
  const gate = Promise.withResolvers<void>();
  const came = Promise.withResolvers<void>();
  let count = 0;
  const { ordered, served } = shop(() => {
    // The second change.
    if (++count < 2) return;
    came.resolve();
    return gate.promise;
  });
  await withPage(served, async ({ page, events }) => {
    await open(page);
    await page.getByLabel("Kind").selectOption("bike");
    await page.getByRole("option", { name: "Bell" }).waitFor({ state: "attached" });
    await page.getByLabel("Part").selectOption("Bell");
    await page.getByLabel("Gift").check();
    await came.promise;
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByText("Ordered").waitFor();
    await page.getByLabel("Note").fill("the next one");
    gate.resolve();
    await page.waitForLoadState("networkidle");
    assertEquals([ordered.length, await page.getByLabel("Note").inputValue()], [1, "the next one"]);
    assertEquals(events.of("hyper:requestError").length, 0);
  });
});

Deno.test("without scripts a button shows the form again, and the submit runs the action once", async () => {
  const { ordered, redrawn, served } = shop();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.getByLabel("Kind").selectOption("bike");
    await page.getByLabel("Note").fill("typed");
    await page.getByRole("button", { name: "Update the form" }).click();
    await untilValue(page.getByLabel("Note"), "typed");
    assertEquals(await options(page), ["", "Bell", "Wheel"]);
    await page.getByLabel("Part").selectOption("Wheel");
    await page.getByLabel("Note").press("Enter");
    await page.getByText("Ordered").waitFor();
  }, { javaScriptEnabled: false });
  assertEquals([ordered.length, redrawn.length], [1, 1]);
});

Deno.test("quick changes: the last one counts, also if its answer comes first; an invalid form is not replaced by an answer that is late", async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const came = gates.map(() => Promise.withResolvers<void>());
  let count = 0;
  const { ordered, served } = shop(() => {
    const at = count++;
    came[at]?.resolve();
    return gates[at]?.promise;
  });
  await withPage(served, async ({ page, events }) => {
    await open(page);
    await page.getByLabel("Kind").selectOption("bike");
    await came[0]!.promise;
    await page.getByLabel("Kind").selectOption("boat");
    await came[1]!.promise;
    gates[1]!.resolve();
    await page.getByRole("option", { name: "Oar" }).waitFor({ state: "attached" });
    gates[0]!.resolve();
    await page.getByLabel("Part").selectOption("Oar");
    assertEquals(await options(page), ["", "Oar"]);
    await page.getByLabel("Note").fill("bad");
    await page.getByLabel("Gift").check();
    await came[2]!.promise;
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Card").waitFor();
    gates[2]!.resolve();
    await events.next("hyper:requestSuccess");
    await page.waitForLoadState("networkidle");
    assertEquals([ordered.length, await page.locator(".hyper-errors li, [role=alert] li").count()], [0, 2]);
  });
});
