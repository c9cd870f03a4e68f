/** The example `examples/invoices`, without a port. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Handler } from "@hyper/actions";
import { createApp } from "../../examples/invoices/app.ts";
import { listAudit, listRefusals } from "../../examples/invoices/audit.ts";
import { closeDatabase } from "../../examples/invoices/database.ts";
import {
  addInvoice,
  findInvoice,
  listInvoices,
  mustFind,
  saveDetails,
  saveLines,
  sendInvoice,
} from "../../examples/invoices/invoices.ts";
import { idle, lastJob } from "../../examples/invoices/sending.ts";
import { captureConsole, EVENTS, namesOf, ORIGIN, parseEvents } from "../support/app.tsx";
import {
  attribute,
  byId,
  controls,
  find,
  findAll,
  findForm,
  formValues,
  type HtmlElement,
  parseHtml,
  submitRequest,
  text,
  type Values,
} from "../support/html.ts";

const DETAILS = {
  customer: { name: "Blue Kettle", email: "tea@example.com" },
  issued: "2030-01-15",
  due: "2030-02-15",
  currency: "EUR",
  reminders: true,
  note: "",
} as const;

/** Submitted values of a valid invoice. */
const SOUND = {
  "customer.name": "Green Lamp",
  "customer.email": "light@example.com",
  issued: "2030-03-01",
  due: "2030-03-31",
  currency: "USD",
  reminders: null,
  note: "\r\n\r\nThank you",
  then: "save",
};

const TEA = { text: "Tea", quantity: 2, price: 4.5 };
const CUPS = { text: "Cups", quantity: 12, price: 19.99 };

invoicesTest("a page requires a sign-in, and is shown after it", async (browser) => {
  const id = draft();
  const page = await browser.open(`/invoices/${id}`);
  assertEquals(page.response.status, 401);
  const done = await browser.submit(page, "sign_in", { role: "clerk" });
  assertEquals([done.response.status, done.response.headers.get("location")], [303, `/invoices/${id}`]);
  assertEquals((await browser.open(`/invoices/${id}`)).response.status, 200);
});

invoicesTest("a user who is not signed in does not learn which invoices exist", async (browser) => {
  const id = draft();
  const [there, missing] = [await browser.open(`/invoices/${id}`), await browser.open("/invoices/4711")];
  assertEquals([there.response.status, missing.response.status], [401, 401]);
  assert(!there.html.includes(`000${id}`));
});

for (const cookie of ["=", "session=", "session=none", "; ;", "session=1; session=2"]) {
  invoicesTest(`an invalid cookie does not sign a user in: ${cookie}`, async (browser) => {
    const response = await browser.send(new Request(ORIGIN, { headers: { cookie } }));
    assertEquals(response.status, 401);
    await response.body?.cancel();
  });
}

invoicesTest("a sign-in without a role shows the error", async (browser) => {
  const page = await browser.submit(await browser.open("/"), "sign_in", {});
  assertEquals(page.response.status, 401);
  assertStringIncludes(text(page.root), "Choose a role");
});

invoicesTest(
  "the session cookie is HttpOnly and SameSite, and is deleted at the sign-out",
  async (browser) => {
    const done = await browser.submit(await browser.open("/"), "sign_in", { role: "clerk" });
    const [cookie = ""] = done.response.headers.getSetCookie();
    for (const part of ["HttpOnly", "SameSite=Lax", "Path=/"]) assertStringIncludes(cookie, part);
    const page = await browser.open("/");
    await browser.submit(page, "sign_out");
    assertEquals((await browser.open("/")).response.status, 401);
  },
);

invoicesTest("every response has a policy that blocks inline scripts", async (browser) => {
  await browser.signIn("clerk");
  for (const path of ["/", `/invoices/${draft()}`, "/nowhere", "/invoices.css"]) {
    const { response, root } = await browser.open(path);
    const policy = response.headers.get("content-security-policy") ?? "";
    assertStringIncludes(policy, "script-src 'self'", path);
    const scripts = findAll(root, ({ tagName }) => tagName === "script");
    assert(scripts.every((script) => attribute(script, "src")?.startsWith("/")), path);
  }
});

invoicesTest("the page guard denies the audit log to a reader", async (browser) => {
  await browser.signIn("reader");
  const page = await browser.open("/audit");
  assertEquals(page.response.status, 403);
});

invoicesTest("the action guard denies every mutation to a reader", async (browser) => {
  await browser.signIn("reader");
  const id = draft();
  const page = await browser.open(`/invoices/${id}`);
  const buttons = findAll(
    page.root,
    (element) => element.tagName === "button" && attribute(element, "hidden") === null,
  );
  assertEquals(buttons.map(text), ["Sign out"]);
  for (const [action, values] of [["save_invoice", SOUND], ["save_lines", { "lines[0].text": "Free" }]] as const) {
    assertEquals((await browser.submit(page, action, values)).response.status, 403, action);
  }
  for (const action of ["new_invoice", "send_all", "clear_audit"]) {
    assertEquals((await browser.call(action)).status, 403, action);
  }
  assertEquals([listInvoices().length, mustFind(id).customer.name], [1, "Blue Kettle"]);
});

invoicesTest("the form guard rejects changes of a sent invoice", async (browser) => {
  await browser.signIn("clerk");
  const id = draft();
  const page = await browser.open(`/invoices/${id}`);
  sendInvoice(id);
  for (const [action, values] of [["save_invoice", SOUND], ["save_lines", {}]] as const) {
    const refused = await browser.submit(page, action, values);
    assertEquals(refused.response.status, 409, action);
    assertStringIncludes(text(refused.root), "cannot be changed");
  }
  assertEquals(mustFind(id).customer.name, "Blue Kettle");
});

invoicesTest("a sent invoice is read-only", async (browser) => {
  await browser.signIn("clerk");
  const id = draft();
  sendInvoice(id);
  const { root } = await browser.open(`/invoices/${id}`);
  const fieldsets = findAll(
    findForm(root, "save_invoice"),
    ({ attrs }) => attrs.some(({ name }) => name === "disabled"),
  );
  assertEquals(fieldsets.length, 3);
  assertEquals(findAll(findForm(root, "save_invoice"), ({ tagName }) => tagName === "button"), []);
});

invoicesTest("creating an invoice redirects to its page", async (browser) => {
  await browser.signIn("clerk");
  const done = await browser.submit(await browser.open("/"), "new_invoice");
  const [invoice] = listInvoices();
  assertEquals(done.response.headers.get("location"), `/invoices/${invoice?.id}`);
});

invoicesTest("the form shows the record of its factory, and the page title contains its number", async (browser) => {
  await browser.signIn("clerk");
  const id = draft();
  const { root } = await browser.open(`/invoices/${id}`);
  const title = find(root, ({ tagName, parentNode }) => tagName === "title" && parentNode?.nodeName === "head");
  assertEquals(text(title), `Invoice 000${id}`);
  const values = Object.fromEntries(formValues(findForm(root, "save_invoice")));
  assertEquals(values["customer.email"], "tea@example.com");
  assertEquals([values.issued, values.due, values.currency, values.reminders], [
    "2030-01-15",
    "2030-02-15",
    "EUR",
    "on",
  ]);
});

invoicesTest("Save saves all fields, and success of the form sets the toast", async (browser) => {
  await browser.signIn("clerk");
  const id = draft();
  const done = await browser.submit(await browser.open(`/invoices/${id}`), "save_invoice", SOUND);
  assertEquals([done.response.status, done.response.headers.get("location")], [303, "/"]);
  const { customer, issued, due, currency, reminders, note, status } = mustFind(id);
  assertEquals([customer.name, customer.email], ["Green Lamp", "light@example.com"]);
  assertEquals([issued, due, currency, reminders, status], ["2030-03-01", "2030-03-31", "USD", false, "draft"]);
  assertEquals(note, "\n\nThank you");
  assertStringIncludes(text((await browser.open("/")).root), "Invoice for Green Lamp saved");
});

invoicesTest("Save and send saves and sends", async (browser) => {
  await browser.signIn("clerk");
  const id = draft();
  const page = await browser.open(`/invoices/${id}`);
  const done = await browser.submit(page, "save_invoice", { ...SOUND, then: "send" });
  assertEquals([done.response.status, done.response.headers.get("location")], [303, `/invoices/${id}`]);
  assertEquals([mustFind(id).status, mustFind(id).customer.name], ["sent", "Green Lamp"]);
});

invoicesTest("Save and send rejects an invoice without lines, and keeps the entered values", async (browser) => {
  await browser.signIn("clerk");
  const id = draft([]);
  const page = await browser.open(`/invoices/${id}`);
  const back = await browser.submit(page, "save_invoice", { ...SOUND, then: "send" });
  assertEquals(back.response.status, 200);
  assertStringIncludes(text(find(back.root, isAlert)), "Add a line before you send the invoice");
  assertEquals(valueOf(findForm(back.root, "save_invoice"), "customer.name"), "Green Lamp");
  assertEquals([mustFind(id).status, mustFind(id).customer.name], ["draft", "Blue Kettle"]);
});

invoicesTest(
  "an invalid form is shown again twice with its values and errors, and is then saved",
  async (browser) => {
    await browser.signIn("clerk");
    const id = draft();
    let page = await browser.open(`/invoices/${id}`);
    for (const name of ["", " "]) {
      page = await browser.submit(page, "save_invoice", {
        ...SOUND,
        "customer.name": name,
        "customer.email": "nobody",
        due: "2030-02-28",
      });
      assertEquals(page.response.status, 200);
      const form = findForm(page.root, "save_invoice");
      const control = find(form, (element) => attribute(element, "name") === "customer.name");
      assertEquals([attribute(control, "aria-invalid"), valueOf(form, "customer.email")], ["true", "nobody"]);
      const errors = byId(form, attribute(control, "aria-describedby") ?? "");
      assertEquals(text(errors), "Enter the name of the customer");
      assertStringIncludes(text(find(form, isAlert)), "Email: Enter an email address");
      // The other form of the page has not changed.
      assertEquals(valueOf(findForm(page.root, "save_lines"), "lines[0].text"), "Tea");
    }
    const early = await browser.submit(page, "save_invoice", { ...SOUND, due: "2030-02-28" });
    assertStringIncludes(text(find(early.root, isAlert)), "The due date cannot be before the invoice date");
    await browser.submit(early, "save_invoice", SOUND);
    assertEquals(mustFind(id).customer.name, "Green Lamp");
  },
);

invoicesTest(
  "the form renders sections, help texts, constraints, choices and buttons of its spec",
  async (browser) => {
    await browser.signIn("clerk");
    const { root } = await browser.open(`/invoices/${draft()}`);
    const form = findForm(root, "save_invoice");
    assertEquals(findAll(form, ({ tagName }) => tagName === "legend").map(text), ["Customer", "Terms"]);
    const name = find(form, (element) => attribute(element, "name") === "customer.name");
    assertEquals([attribute(name, "maxlength"), attribute(name, "required") !== null], ["80", true]);
    const email = find(form, (element) => attribute(element, "name") === "customer.email");
    assertEquals(attribute(email, "type"), "email");
    assertEquals(text(byId(form, attribute(email, "aria-describedby") ?? "")), "The invoice is sent to this address");
    const currency = find(form, (element) => attribute(element, "name") === "currency");
    assertEquals(findAll(currency, ({ tagName }) => tagName === "option").map(text), ["EUR", "GBP", "USD"]);
    const buttons = findAll(form, ({ tagName }) => tagName === "button");
    assertEquals(buttons.map((button) => [attribute(button, "name"), attribute(button, "value"), text(button)]), [
      ["then", "save", "Save"],
      ["then", "send", "Save and send"],
    ]);
    // All fields are rendered, also those without a section.
    assertEquals(controls(form, "note").length, 1);
    for (const label of findAll(form, ({ tagName }) => tagName === "label")) {
      byId(form, attribute(label, "for") ?? "none");
    }
  },
);

invoicesTest("lines are saved in order, without deleted and unused ones", async (browser) => {
  await browser.signIn("clerk");
  const id = draft([TEA, CUPS]);
  const page = await browser.open(`/invoices/${id}`);
  const done = await browser.submit(page, "save_lines", {
    "lines[0]._order": "9",
    "lines[1]._delete": "on",
    "lines[3].text": "Spoons",
    "lines[3].quantity": "3",
    "lines[3].price": "0.07",
    "lines[3]._order": "1",
  });
  assertEquals([done.response.status, done.response.headers.get("location")], [303, `/invoices/${id}`]);
  assertEquals(mustFind(id).lines, [{ text: "Spoons", quantity: 3, price: 0.07 }, TEA]);
});

invoicesTest("an error of a line is shown at its field, and the others stay", async (browser) => {
  await browser.signIn("clerk");
  const id = draft([TEA, CUPS]);
  let page = await browser.open(`/invoices/${id}`);
  for (const quantity of ["0", "many"]) {
    page = await browser.submit(page, "save_lines", { "lines[1].quantity": quantity });
    const form = findForm(page.root, "save_lines");
    const control = find(form, (element) => attribute(element, "name") === "lines[1].quantity");
    assertEquals([attribute(control, "aria-invalid"), attribute(control, "value")], ["true", quantity]);
    assertEquals(valueOf(form, "lines[0].text"), "Tea");
  }
  await browser.submit(page, "save_lines", { "lines[1].quantity": "6" });
  assertEquals(mustFind(id).lines, [TEA, { ...CUPS, quantity: 6 }]);
});

for (
  const [what, values, message] of [
    ["no line at all", { "lines[0]._delete": "on" }, "Add at least 1 row"],
    [
      "more than a million",
      { "lines[0].quantity": "9999", "lines[0].price": "1000" },
      "Split an invoice of more than a million",
    ],
    [
      "a line past the twentieth",
      { "lines[20].text": "One more", "lines[20].price": "1" },
      "Keep at most 20 rows",
    ],
  ] as const
) {
  invoicesTest(`lines are rejected as a whole: ${what}`, async (browser) => {
    await browser.signIn("clerk");
    const lines = what.startsWith("a line") ? Array.from({ length: 20 }, () => TEA) : [TEA];
    const id = draft(lines);
    const page = await browser.submit(await browser.open(`/invoices/${id}`), "save_lines", values);
    assertEquals(page.response.status, 200);
    assertStringIncludes(text(find(page.root, isAlert)), message);
    assertEquals(mustFind(id).lines, lines);
  });
}

invoicesTest("twenty lines are accepted, without an extra row", async (browser) => {
  await browser.signIn("clerk");
  const id = draft(Array.from({ length: 20 }, () => TEA));
  const page = await browser.open(`/invoices/${id}`);
  const rows = findAll(findForm(page.root, "save_lines"), (element) => attribute(element, "data-hyper-row") !== null);
  assertEquals(rows.length, 20);
  assertEquals((await browser.submit(page, "save_lines")).response.status, 303);
});

invoicesTest("the empty row is in a template and is not sent", async (browser) => {
  await browser.signIn("clerk");
  const { html, root } = await browser.open(`/invoices/${draft()}`);
  assertStringIncludes(html, 'name="lines[__index__].text"');
  assert(!formValues(findForm(root, "save_lines")).some(([name]) => name.includes("__index__")));
});

invoicesTest("user input is escaped", async (browser) => {
  await browser.signIn("clerk");
  const id = draft([{ ...TEA, text: `"><script>alert(1)</script>` }]);
  const evil = {
    ...SOUND,
    "customer.name": "<b>&amp;</b>",
    note: "</textarea><script>alert(2)</script>",
    due: "2000-01-01",
  };
  const page = await browser.submit(await browser.open(`/invoices/${id}`), "save_invoice", evil);
  assert(!page.html.includes("<script>alert"));
  assertEquals(valueOf(findForm(page.root, "save_invoice"), "customer.name"), "<b>&amp;</b>");
});

invoicesTest("the audit log contains each action with user, status and duration", async (browser) => {
  const page = await browser.open("/");
  await browser.submit(page, "sign_in", { role: "reader" });
  await browser.call("send_all");
  await browser.signIn("clerk");
  const id = draft();
  await browser.submit(await browser.open(`/invoices/${id}`), "save_invoice", { ...SOUND, "customer.name": "" });
  assertEquals(listAudit().toReversed().map(({ action, principal, status }) => [action, principal, status]), [
    ["sign_in", "anonymous", 303],
    ["send_all", "reader", 403],
    ["sign_in", "anonymous", 303],
    ["save_invoice", "clerk", 200],
  ]);
  assert(listAudit().every(({ ms, at }) => ms >= 0 && !Number.isNaN(Date.parse(at))));
  const log = await browser.open("/audit");
  assertEquals(log.response.status, 200);
  assertStringIncludes(text(log.root), "save_invoice");
});

invoicesTest("an invalid form is logged with its fields, and without their values", async (browser) => {
  await browser.signIn("clerk");
  const id = draft();
  const page = await browser.open(`/invoices/${id}`);
  await browser.submit(page, "save_invoice", { ...SOUND, "customer.name": "", "customer.email": "secret" });
  await browser.submit(page, "save_lines", { "lines[0]._delete": "on" });
  assertEquals(
    listRefusals().toReversed().map(({ action, principal, errors, fields }) => [action, principal, errors, fields]),
    [
      ["save_invoice", "clerk", 2, "customer.name, customer.email"],
      ["save_lines", "clerk", 1, "the whole form"],
    ],
  );
  assert(!(await browser.open("/audit")).html.includes("secret"));
});

invoicesTest("a method of the page class empties the audit log", async (browser) => {
  await browser.signIn("clerk");
  const page = await browser.open("/audit");
  assertEquals(listAudit().length, 1);
  const done = await browser.submit(page, "clear_audit");
  assertEquals(done.response.status, 303);
  // Only the action that emptied the log is left.
  assertEquals(listAudit().map(({ action }) => action), ["clear_audit"]);
});

invoicesTest(
  "a job sends the drafts that are ready, and its region shows each to the users who may see it",
  async (browser) => {
    await browser.signIn("clerk");
    const [first, second] = [draft(), draft()];
    draft([]);
    const events = parseEvents(await (await browser.call("send_all")).text());
    assertEquals(namesOf(events), ["toast", "end"]);
    assertEquals(events[0]?.data, { value: "Sending 2 invoices" });
    await idle();
    assertEquals(listInvoices().map(({ status }) => status), ["draft", "sent", "sent"]);
    const html = await browser.renderRegions();
    assertStringIncludes(html, "2 invoices sent");
    for (const id of [first, second]) assertStringIncludes(html, `id=\\"sent-${id}\\"`);
    // The page denies its regions, too.
    await browser.submit(await browser.open("/"), "sign_out");
    assert(!(await browser.renderRegions()).includes("2 invoices sent"));
  },
);

invoicesTest("without JavaScript the job starts, and the page shows its progress", async (browser) => {
  await browser.signIn("clerk");
  draft();
  const done = await browser.submit(await browser.open("/"), "send_all");
  assertEquals([done.response.status, done.response.headers.get("location")], [303, "/"]);
  const page = await browser.open("/");
  assertStringIncludes(text(page.root), "Sending 1 invoice");
  await idle();
  assertStringIncludes(text((await browser.open("/")).root), "1 invoice sent");
});

invoicesTest("no job starts without a draft that is ready", async (browser) => {
  await browser.signIn("clerk");
  draft([]);
  const events = parseEvents(await (await browser.call("send_all")).text());
  assertEquals(events[0]?.data, { value: "No draft is ready to be sent" });
  assertEquals(lastJob(), null);
});

for (const path of ["/invoices/4711", "/invoices/none", "/nowhere"]) {
  invoicesTest(`${path} has a page with the error`, async (browser) => {
    await browser.signIn("clerk");
    const page = await browser.open(path);
    assertEquals(page.response.status, path.endsWith("none") ? 400 : 404);
    assertEquals(findAll(page.root, ({ tagName }) => tagName === "h1").length, 1);
  });
}

Deno.test("invoices: `deno task invoices` serves the example on PORT and prints its URL", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "invoices"],
    cwd: fromFileUrl(import.meta.resolve("../../")),
    // Port 0 is any free one.
    env: { PORT: "0", INVOICES_DATABASE: ":memory:", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  try {
    let said = "";
    for await (const chunk of output.values({ preventCancel: true })) {
      said += chunk;
      if (said.includes("\n")) break;
    }
    const url = /http:\/\/localhost:\d+\//.exec(said)?.[0];
    if (url === undefined) throw new Error(`Cannot find the URL in: ${said}`);
    const response = await fetch(url);
    assertEquals(response.status, 401);
    assertStringIncludes(await response.text(), "<h1>Sign in</h1>");
  } finally {
    child.kill();
    await output.cancel();
    await child.status;
  }
});

interface Opened {
  readonly response: Response;
  readonly html: string;
  readonly root: HtmlElement;
  readonly url: string;
}

/** A browser without JavaScript, and its cookies. */
class Browser {
  readonly #app: Handler;
  readonly #cookies = new Map<string, string>();

  constructor(app: Handler) {
    this.#app = app;
  }

  async send(request: Request): Promise<Response> {
    if (this.#cookies.size > 0) {
      request.headers.set(
        "cookie",
        Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join("; "),
      );
    }
    const response = await this.#app(request);
    for (const cookie of response.headers.getSetCookie()) {
      const [name = "", value = ""] = cookie.split("; ", 1)[0]?.split("=", 2) ?? [];
      this.#cookies.set(name, value);
    }
    return response;
  }

  async open(path: string): Promise<Opened> {
    const url = new URL(path, ORIGIN).href;
    return await opened(await this.send(new Request(url, { headers: { accept: "text/html" } })), url);
  }

  async submit(page: Opened, action: string, values: Values = {}): Promise<Opened> {
    return await opened(await this.send(submitRequest(findForm(page.root, action), page.url, values)), page.url);
  }

  async signIn(role: "clerk" | "reader"): Promise<void> {
    this.#cookies.delete("session");
    await this.submit(await this.open("/"), "sign_in", { role });
  }

  /** Calls an action as the runtime does. */
  call(action: string): Promise<Response> {
    return this.send(
      new Request(ORIGIN, { method: "POST", headers: { accept: EVENTS, "x-hyper-action": action } }),
    );
  }

  /** Requests the regions of the list as the runtime does. */
  async renderRegions(): Promise<string> {
    const headers = { accept: EVENTS, "content-type": "application/json", "x-hyper-action": "hyper:regions" };
    const body = JSON.stringify({ regions: "sending:,invoices:" });
    return await (await this.send(new Request(ORIGIN, { method: "POST", headers, body }))).text();
  }
}

async function opened(response: Response, url: string): Promise<Opened> {
  const html = await response.text();
  // A document has one element at its top.
  return { response, html, root: parseHtml(html) as HtmlElement, url };
}

function draft(lines: Parameters<typeof saveLines>[1] = [TEA]): number {
  const id = addInvoice();
  saveDetails(id, DETAILS);
  saveLines(id, lines);
  assert(findInvoice(id) !== null);
  return id;
}

function valueOf(form: HtmlElement, name: string): string | undefined {
  return formValues(form).find(([key]) => key === name)?.[1];
}

function isAlert(element: HtmlElement): boolean {
  return attribute(element, "role") === "alert";
}

function invoicesTest(name: string, run: (browser: Browser) => Promise<void>): void {
  Deno.test(`invoices: ${name}`, async () => {
    // Each test has its own database, in memory.
    Deno.env.set("INVOICES_DATABASE", ":memory:");
    closeDatabase();
    const app = createApp();
    const lines: string[] = [];
    const restore = captureConsole(lines);
    try {
      await run(new Browser(app));
      await idle();
    } finally {
      restore();
      assertEquals(lines, []);
      await idle();
      await app.close();
      closeDatabase();
      Deno.env.delete("INVOICES_DATABASE");
    }
  });
}
