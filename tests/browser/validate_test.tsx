/** `<Form validate>` in a real page: messages next to fields before the form is submitted, and never a stale one. */
import { assertEquals } from "@std/assert";
import {
  action,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  type FormDefinition,
  FormErrors,
  html,
  refresh,
  toast,
  Toasts,
} from "@hyper/actions";
import type { Page } from "playwright-core";
import { findViolations } from "../support/axe.ts";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

const UserForm = defineForm("user", {
  fields: {
    name: field.text({ label: "Name", required: true, autocomplete: "username" }),
    email: field.email({ label: "Email", required: true, autocomplete: "email" }),
    from: field.number({ label: "From" }),
    to: field.number({ label: "To" }),
    password: field.password({ label: "Password", required: true, minlength: 4, autocomplete: "new-password" }),
  },
  async clean(values, ctx) {
    await Promise.resolve();
    if ((values.from ?? 0) > (values.to ?? 9)) ctx.addError("to", "Choose an end after the start");
    if (values.name.startsWith("a")) ctx.addError("name", `The name ${values.name} is taken`);
    if (values.password === values.name) ctx.addError("name", "Choose a name that is not your password");
  },
});

interface Options {
  readonly mode?: "blur" | "input";
  readonly novalidate?: boolean;
  readonly form?: FormDefinition<unknown>;
  readonly policy?: string;
  /** Called before each validation is answered. */
  readonly onCheck?: () => Promise<void> | void;
}

/** A page with the form, and what was sent. */
function site({ mode = "blur", novalidate, form = UserForm, policy, onCheck }: Options = {}) {
  const saved: string[] = [];
  const asked: { readonly names: string; readonly body: string }[] = [];
  const save = action("save", { form, validate: { rate: { limit: 100_000, seconds: 1 } } }, () => {
    saved.push("saved");
    return toast("Saved");
  });
  const Page = () => (
    <main>
      <h1>Sign up</h1>
      <Form action={save} validate={mode} novalidate={novalidate}>
        <FormErrors />
        {form.fields.keys().map((name) => <Field key={name} name={name} />).toArray()}
        <button>Save</button>
      </Form>
      <Toasts />
    </main>
  );
  const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: Page, save }) }] });
  const served: Deno.ServeHandler<Deno.NetAddr> = async (request, info) => {
    const names = request.headers.get("x-hyper-validate");
    if (names !== null) {
      asked.push({ names, body: await request.clone().text() });
      await onCheck?.();
    }
    const response = await handler(request, info);
    if (policy !== undefined) response.headers.set("content-security-policy", policy);
    return response;
  };
  return { saved, asked, served };
}

/** Opens the page and waits for the part. */
async function open(page: Page): Promise<void> {
  await page.goto("/");
  await page.waitForFunction(() =>
    ["validate", "feedback"].every((part) =>
      performance.getEntriesByType("resource").some(({ name }) => name.includes(`/_hyper/${part}-`))
    )
  );
  await page.waitForLoadState("networkidle");
}

/** The messages next to the fields, by label, and the field with the focus. */
function seen(page: Page) {
  return page.evaluate(() => {
    const messages = [...document.querySelectorAll("[aria-invalid=true]")].map((control) => [
      control.getAttribute("name"),
      control.getAttribute("aria-describedby")!.split(" ").map((id) => document.getElementById(id)?.textContent).join(),
    ]);
    return { messages: Object.fromEntries(messages), focus: document.activeElement?.getAttribute("name") };
  });
}

const STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'self'; require-trusted-types-for 'script'";

Deno.test("a field that was changed and left is validated by the server; the focus stays, and the message goes when it is mended", async () => {
  const { asked, served, saved } = site({ policy: STRICT });
  await withPage(served, async ({ page, events }) => {
    await open(page);
    await page.getByLabel("Name").fill("ada");
    await page.keyboard.press("Tab");
    await events.next("hyper:validate");
    await page.getByText("The name ada is taken").first().waitFor();
    assertEquals(await seen(page), { messages: { name: "The name ada is taken" }, focus: "email" });
    const announced = page.getByRole("status").getByText("Name The name ada is taken");
    await announced.waitFor({ state: "attached" });
    assertEquals(await findViolations(page), []);
    await page.getByLabel("Name").fill("bob");
    assertEquals((await seen(page)).messages, {});
    await page.keyboard.press("Tab");
    await events.next("hyper:validate");
    assertEquals((await seen(page)).messages, {});
    assertEquals(asked.map(({ names }) => names), ["name", "name"]);
    assertEquals([asked.some(({ body }) => body.includes("password") || body.includes("_hyper_once")), saved.length], [
      false,
      0,
    ]);
  });
});

Deno.test("a field that the user only passes is not validated, and the browser's own rules need no request", async () => {
  const { asked, served } = site();
  await withPage(served, async ({ page }) => {
    await open(page);
    await page.getByLabel("Name").focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
    assertEquals((await seen(page)).messages, {});
    await page.getByLabel("Email").fill("nobody");
    await page.keyboard.press("Tab");
    await page.locator(".hyper-errors").waitFor();
    assertEquals(Object.keys((await seen(page)).messages), ["email"]);
    await page.getByLabel("Password").fill("abc");
    await page.getByLabel("Password").press("Tab");
    await page.locator("#f-save-user-password[aria-invalid]").waitFor();
    assertEquals(asked, []);
    await page.getByLabel("Password").fill("secret");
    await page.getByLabel("Password").press("Tab");
    await page.waitForFunction(() => document.querySelectorAll("[aria-invalid]").length === 1);
    assertEquals(asked, []);
  });
});

/** Opens the page without the part. Returns a function that loads it. */
async function openEarly(page: Page): Promise<() => Promise<unknown>> {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  await page.route("**/_hyper/validate-*", async (route) => {
    await ready;
    await route.continue();
  });
  await page.goto("/");
  return async () => {
    resolve();
    await page.waitForResponse(/validate-/);
    await page.waitForLoadState("networkidle");
  };
}

Deno.test("fields that were left before the part was loaded are validated when it is", async () => {
  const { asked, served } = site();
  await withPage(served, async ({ page }) => {
    const load = await openEarly(page);
    await page.getByLabel("Name").fill("ada");
    await page.keyboard.press("Tab");
    await page.keyboard.type("bob@example.com");
    await page.keyboard.press("Tab");
    await page.keyboard.type("1");
    await load();
    await page.getByText("The name ada is taken").first().waitFor();
    // One is right, one is being filled in, and the user has not been in the others.
    assertEquals(await seen(page), { messages: { name: "The name ada is taken" }, focus: "from" });
    assertEquals(asked.map(({ names }) => names), ["name,email"]);
  });
});

Deno.test("a field that was changed before the part was loaded is validated when the user leaves it afterwards", async () => {
  const { asked, served } = site();
  await withPage(served, async ({ page }) => {
    const load = await openEarly(page);
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Name").fill("");
    await load();
    assertEquals((await seen(page)).messages, {});
    for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
    await page.locator("[name=name][aria-invalid=true]").waitFor();
    // The user has only passed the others.
    assertEquals(Object.keys((await seen(page)).messages), ["name"]);
    assertEquals(asked, []);
  });
});

Deno.test("fields that are left together are one request, and a rule about two fields is validated again when either changes", async () => {
  const { asked, served } = site();
  await withPage(served, async ({ page, events }) => {
    await open(page);
    await page.getByLabel("From").fill("5");
    await page.getByLabel("To").fill("3");
    await page.keyboard.press("Tab");
    await events.next("hyper:validate");
    await page.getByText("Choose an end after the start").first().waitFor();
    await page.getByLabel("From").fill("2");
    await page.keyboard.press("Tab");
    await page.locator(".hyper-errors").waitFor({ state: "detached" });
    assertEquals(asked.at(-1)?.names.split(",").toSorted(), ["from", "to"]);
  });
});

Deno.test("a submit right after a field was left is not disturbed: the answer to the validation is dropped", async () => {
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const { served, saved } = site({
    onCheck() {
      arrived.resolve();
      return held.promise;
    },
  });
  await withPage(served, async ({ page, events }) => {
    await open(page);
    await page.getByLabel("Email").fill("a@b.example");
    await page.getByLabel("Password").fill("secret");
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Email").focus();
    await arrived.promise;
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    held.resolve();
    assertEquals((await seen(page)).messages, { name: "The name ada is taken" });
    await page.getByLabel("Name").fill("bob");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved").waitFor();
    assertEquals([saved, (await seen(page)).messages, events.of("hyper:validate").length], [["saved"], {}, 0]);
  });
});

Deno.test("after an invalid submit, a mended field loses its message and its line in the summary", async () => {
  const { served } = site({ novalidate: true });
  await withPage(served, async ({ page }) => {
    await open(page);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    assertEquals(await page.getByRole("alert").getByRole("listitem").count(), 3);
    await page.getByLabel("Name").fill("bob");
    await page.getByLabel("Email").fill("a@b.example");
    await page.getByLabel("From").focus();
    await page.waitForFunction(() => document.querySelectorAll("[role=alert] li").length === 1);
    assertEquals(Object.keys((await seen(page)).messages), ["password"]);
  });
});

Deno.test("a message does not move the button between the press and the release of the pointer", async () => {
  const { served, saved } = site();
  await withPage(served, async ({ page }) => {
    await open(page);
    await page.getByLabel("Email").fill("a@b.example");
    await page.getByLabel("Password").fill("secret");
    await page.getByLabel("From").fill("1");
    await page.getByLabel("To").fill("2");
    await page.getByLabel("Name").fill("bob");
    // The message appears above the button.
    await page.getByLabel("Email").fill("nobody");
    const box = await page.getByRole("button", { name: "Save" }).boundingBox();
    await page.mouse.move(box!.x + 5, box!.y + 3);
    await page.mouse.down();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
    assertEquals((await seen(page)).messages, {});
    await page.mouse.up();
    await page.locator(".hyper-errors").waitFor();
    assertEquals(saved, []);
  });
});

Deno.test("a reset removes the messages about what was typed", async () => {
  const { saved, served } = site();
  await withPage(served, async ({ page }) => {
    await open(page);
    await page.getByLabel("Email").fill("nobody");
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("From").fill("1");
    await page.waitForFunction(() => document.querySelectorAll("[aria-invalid=true]").length === 2);
    await page.evaluate(() => document.forms[0]!.reset());
    await page.waitForFunction(() => !document.querySelector(".hyper-errors,[aria-invalid]"));
    assertEquals([await page.getByLabel("Name").getAttribute("aria-describedby"), saved], [null, []]);
  });
});

Deno.test("the text of an input method is validated when it is complete", async () => {
  const { asked, served } = site({ mode: "input" });
  await withPage(served, async ({ page, context, events }) => {
    await open(page);
    await page.clock.install();
    await page.getByLabel("Name").focus();
    const cdp = await context.newCDPSession(page);
    await cdp.send("Input.imeSetComposition", { text: "ad", selectionStart: 2, selectionEnd: 2 });
    // Longer than the pause of typing.
    await page.clock.runFor(400);
    assertEquals(asked.length, 0);
    await cdp.send("Input.insertText", { text: "ada" });
    await page.clock.runFor(400);
    await events.next("hyper:validate");
    assertEquals((await seen(page)).focus, "name");
    assertEquals(asked.length, 1);
  });
});

Deno.test("validate=input validates after a pause of typing, one request for many keys", async () => {
  const { asked, served } = site({ mode: "input" });
  await withPage(served, async ({ page, events }) => {
    await open(page);
    await page.getByLabel("Name").pressSequentially("adalin");
    await events.next("hyper:validate");
    await page.getByText("The name adalin is taken").first().waitFor();
    assertEquals((await seen(page)).focus, "name");
    assertEquals(asked.at(-1)?.names, "name");
    await page.getByLabel("Email").pressSequentially("no");
    // The request after the pause: it asks about the name again.
    await events.next("hyper:validate");
    assertEquals(Object.keys((await seen(page)).messages), ["name"], "an address is not scolded while it is typed");
  });
});

Deno.test("a form that came in a patch, in a dialog, is validated; a morph of the page keeps its message", async () => {
  const JoinForm = defineForm("join", {
    fields: { name: field.text({ label: "Name" }) },
    clean: ({ name }, ctx) => name === "ada" ? ctx.addError("name", "Taken") : undefined,
  });
  const join = action("join", { form: JoinForm, validate: true }, () => {});
  const Here = ({ children }: { readonly children?: string }) => (
    <div id="here">
      <Form action={join} validate="blur" />
      {children}
    </div>
  );
  const show = action("show", () => html(<Here>Patched</Here>, { target: "#here" }));
  const tick = action("tick", () => refresh());
  const Home = () => (
    <main>
      <button hyper-action="show">Show</button>
      <dialog id="box" open>
        <Here />
      </dialog>
      <p>{String(Math.random())}</p>
    </main>
  );
  const modules = { default: Home, join, show, tick };
  const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve(modules) }] });
  await withPage(handler, async ({ page }) => {
    await open(page);
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("Patched").waitFor();
    await page.evaluate(() => {
      const dialog = document.querySelector("dialog")!;
      dialog.close();
      dialog.showModal();
    });
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Name").press("Tab");
    await page.getByText("Taken", { exact: true }).waitFor();
    await page.evaluate(() => globalThis.action("tick"));
    await page.getByText("Patched").waitFor({ state: "detached" });
    await page.getByText("Taken", { exact: true }).waitFor();
    await page.getByLabel("Name").fill("bob");
    assertEquals((await seen(page)).messages, {});
  });
});

Deno.test("a stale message is never shown: 100 random schedules of typing, leaving and slow answers", async () => {
  const random = generator(18);
  const EchoForm = defineForm("echo", {
    fields: { one: field.text({ label: "One" }), two: field.text({ label: "Two" }) },
    clean({ one, two }, ctx) {
      if (one.length % 2 === 1) ctx.addError("one", `<${one}|${two}>`);
      if (two.length % 2 === 1) ctx.addError("two", `<${one}|${two}>`);
    },
  });
  for (const mode of ["blur", "input"] as const) {
    const { served, asked } = site({
      mode,
      form: EchoForm,
      onCheck: () => new Promise((resolve) => setTimeout(resolve, random() * 30)),
    });
    await withPage(served, async ({ page }) => {
      await open(page);
      const result = await page.evaluate(runSchedules, { seed: mode.length, count: 50 });
      assertEquals(result.stale, []);
      assertEquals(result.wrong, []);
      // The schedules have seen messages, and have made the server answer late.
      assertEquals([result.messages > 30, asked.length > 60], [true, true], `${result.messages} of ${asked.length}`);
    });
  }
});

/** A generator of numbers from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Runs in the page: types and leaves fields at random times, and compares each message with the fields when it appears. */
async function runSchedules({ seed, count }: { seed: number; count: number }) {
  let state = seed * 7919 + 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const form = document.querySelector("form")!;
  form.setAttribute("hyper-delay", "10");
  const fields = ["one", "two"].map((name) => document.querySelector<HTMLInputElement>(`[name=${name}]`)!);
  const now = () => `<${fields.map(({ value }) => value).join("|")}>`;
  const shown = () => [...document.querySelectorAll(".hyper-errors")].map(({ textContent }) => textContent);
  const stale: string[] = [];
  const wrong: string[] = [];
  let messages = 0;
  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (!(node instanceof Element) || !node.matches(".hyper-errors")) continue;
        messages++;
        if (node.textContent !== now()) stale.push(`${node.textContent} for ${now()}`);
      }
    }
  });
  observer.observe(form, { subtree: true, childList: true });
  for (let round = 0; round < count; round++) {
    for (let step = 0; step < 8; step++) {
      const field = fields[Math.floor(random() * 2)]!;
      field.focus();
      for (let key = Math.floor(random() * 4); key >= 0; key--) {
        field.value = random() < 0.3 ? field.value.slice(0, -1) : field.value + String.fromCharCode(97 + random() * 26);
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await wait(random() * 12);
      }
      if (random() < 0.7) field.blur();
      await wait(random() * 70);
    }
    (document.activeElement as HTMLElement).blur();
    // Everything is left and nothing changes: soon the messages are those of the fields.
    const expected = fields.filter(({ value }) => value.length % 2 === 1).map(now);
    const last = performance.now() + 5000;
    while (`${shown()}` !== `${expected}` && performance.now() < last) await wait(10);
    if (`${shown()}` !== `${expected}`) wrong.push(`${shown()} for ${now()}`);
  }
  return { stale, wrong, messages };
}
