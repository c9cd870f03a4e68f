import {
  action,
  ClientScript,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  toast,
  Toasts,
} from "@hyper/actions";
import { assert, assertEquals } from "@std/assert";
import type { ComponentChildren } from "preact";
import type { Locator, Page } from "playwright-core";
import { inspect, visitExample } from "../support/example.ts";

const TicketForm = defineForm("ticket", {
  fields: {
    title: field.text({ required: true, maxlength: 40, help: "One sentence" }),
    kind: field.select({ required: true, choices: ["Bug", "Question"] }),
    level: field.radio({ required: true, choices: ["Low", "High"] }),
    body: field.textarea({ required: true, placeholder: "What happened?" }),
    urgent: field.checkbox({}),
  },
});

/** A page with every control, and a style of the application. */
function createApp(ownStyle = "") {
  const save = action("save", { form: TicketForm }, () => [
    toast({ message: "Saved", level: "success" }),
    toast({ message: "The email was not sent", level: "error" }),
  ]);
  const layout = (children: ComponentChildren) => (
    <html lang="en">
      <head>
        <title>Tickets</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href="/own.css" />
        <ClientScript />
      </head>
      <body>
        <main>{children}</main>
        <Toasts />
      </body>
    </html>
  );
  const page = () =>
    layout(
      <>
        <h1>New ticket</h1>
        <p>
          <a href="/">All tickets</a>
        </p>
        <Form action={save} novalidate>
          <FormErrors />
          {["title", "kind", "level", "body", "urgent"].map((name) => <Field key={name} name={name} />)}
          <button type="submit">Create</button>
          <button type="button">Preview</button>
        </Form>
      </>,
    );
  return createHandler({
    baseDir: null,
    pages: [
      {
        path: "/",
        load: () => Promise.resolve({ default: page, save }),
      },
      {
        path: "/own.css",
        load: () =>
          Promise.resolve({ render: () => new Response(ownStyle, { headers: { "content-type": "text/css" } }) }),
      },
    ],
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`base.css: forms, errors, toasts and failures are readable in ${colorScheme} mode`, async () => {
    await visitExample(createApp(), async ({ page }) => {
      await page.goto("/");
      await inspect(page, "the form");
      await assertBorders(page);
      await page.getByRole("button", { name: "Create" }).click();
      await page.locator(".hyper-form-errors").waitFor();
      await inspect(page, "the errors");
      await assertBorders(page);
      await fillIn(page);
      await page.getByRole("button", { name: "Create" }).click();
      await page.getByText("The email was not sent").waitFor();
      await page.context().setOffline(true);
      await page.getByRole("button", { name: "Create" }).click();
      await page.getByRole("button", { name: "Try again" }).waitFor();
      await inspect(page, "toasts and the failure message");
      await page.context().setOffline(false);
    }, { colorScheme, expectErrors: [/ERR_INTERNET_DISCONNECTED/] });
  });
}

Deno.test("base.css: any rule of the application overrides it, and its colors are custom properties", async () => {
  const own = "button { border-radius: 1px } :root { --hyper-danger: rgb(1, 2, 3) }";
  await visitExample(createApp(own), async ({ page }) => {
    await page.goto("/");
    const button = page.getByRole("button", { name: "Create" });
    assertEquals(await styleOf(button, "border-top-left-radius"), "1px");
    await button.click();
    await page.locator(".hyper-errors").first().waitFor();
    assertEquals(await styleOf(page.locator(".hyper-errors").first(), "color"), "rgb(1, 2, 3)");
  });
});

Deno.test("base.css: buttons keep a border in forced colors, and nothing moves with reduced motion", async () => {
  await visitExample(createApp(), async ({ page }) => {
    await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
    await page.goto("/");
    for (const name of ["Create", "Preview"]) {
      const button = page.getByRole("button", { name });
      const color = await styleOf(button, "border-top-color");
      assert(color !== await styleOf(button, "background-color"), `${name}: ${color}`);
    }
    await fillIn(page);
    await page.getByRole("button", { name: "Create" }).click();
    const saved = page.locator("[data-hyper-toast]").first();
    await saved.waitFor();
    assertEquals(await styleOf(saved, "animation-name"), "none");
  });
});

Deno.test("base.css: a required field has a mark that screen readers do not read", async () => {
  await visitExample(createApp(), async ({ page }) => {
    await page.goto("/");
    const marks = await page.locator("label, legend").evaluateAll((labels) =>
      labels.filter((label) => getComputedStyle(label, "::after").content.includes("*")).map((label) =>
        label.textContent
      )
    );
    assertEquals(marks, ["Title", "Kind", "Level", "Body"]);
    // The name does not contain the mark.
    assertEquals(await page.getByRole("textbox", { name: "Title", exact: true }).count(), 1);
  });
});

async function fillIn(page: Page): Promise<void> {
  await page.getByLabel("Title").fill("No coffee");
  await page.getByLabel("Kind").selectOption("Bug");
  await page.getByLabel("Low").check();
  await page.getByLabel("Body").fill("Since Monday");
}

function styleOf(place: Locator, property: string): Promise<string> {
  return place.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
}

/** Fails if the border of a control has less than 3:1 against the page (WCAG 2.2, 1.4.11). axe does not check it. */
async function assertBorders(page: Page): Promise<void> {
  const ratios = await page.locator("input:not([type=hidden]), select, textarea, button[type=button]").evaluateAll(
    (controls) => {
      const luminance = (color: string): number => {
        const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
          const value = Number(part) / 255;
          return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const paper = luminance(getComputedStyle(document.documentElement).backgroundColor);
      return controls.map((control) => {
        const border = luminance(getComputedStyle(control).borderTopColor);
        return (Math.max(border, paper) + 0.05) / (Math.min(border, paper) + 0.05);
      });
    },
  );
  assertEquals(ratios.filter((ratio) => ratio < 3), []);
}
