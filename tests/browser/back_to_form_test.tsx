/** Back to a form that was sent: one that was accepted is as the server has rendered it, and any other has what the user entered. */
import { assertEquals } from "@std/assert";
import { action, createHandler, defineForm, field, Form, redirect } from "@hyper/actions";
import { withPage } from "../support/browser.ts";

const OrderForm = defineForm("order", {
  fields: {
    item: field.text({ label: "Item", initial: "Tea" }),
    size: field.select({ label: "Size", choices: ["S", "M"], initial: "S" }),
    gift: field.checkbox({ label: "Gift" }),
  },
});

const SERVER = ["Tea", "S", false];
const USER = ["Coffee", "M", true];
const LEAVING: Readonly<
  Record<
    string,
    readonly [answer: () => ReturnType<typeof redirect> | Response, guard: () => Response | true, back: unknown]
  >
> = {
  "accepted, with redirect()": [() => redirect("/done"), () => true, SERVER],
  "answered by a redirect of the application's own": [
    () => new Response(null, { status: 303, headers: { location: "/done" } }),
    () => true,
    USER,
  ],
  "redirected by a guard": [
    () => redirect("/done"),
    () => new Response(null, { status: 303, headers: { location: "/done" } }),
    USER,
  ],
};

for (const [name, [answer, guard, back]] of Object.entries(LEAVING)) {
  Deno.test(`back to a form that was ${name} shows ${back === SERVER ? "the values of the server" : "what the user entered"}`, async () => {
    const order = action("order", { form: OrderForm }, answer);
    const OrderPage = () => <Form action={order} />;
    const handler = createHandler({
      guard: ({ request }) => request.method === "GET" || guard(),
      pages: [
        { path: "/", load: () => Promise.resolve({ default: OrderPage, order }) },
        { path: "/done", load: () => Promise.resolve({ default: () => <p>Done</p> }) },
      ],
    });
    await withPage(handler, async ({ page }) => {
      await page.goto("/");
      await page.getByLabel("Item").fill("Coffee");
      await page.getByLabel("Size").selectOption("M");
      await page.getByLabel("Gift").check();
      await page.getByRole("button").click();
      await page.getByText("Done").waitFor();
      await page.goBack();
      const state = [
        await page.getByLabel("Item").inputValue(),
        await page.getByLabel("Size").inputValue(),
        await page.getByLabel("Gift").isChecked(),
      ];
      assertEquals(state, back);
    });
    await handler.close();
  });
}
