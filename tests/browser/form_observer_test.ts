import { assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { withPage } from "../support/browser.ts";
import { app, Arrivals, END, html, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A request, with its body; a native submit has no action. */
interface Came {
  readonly action: string | null;
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: string;
  readonly target: string | null;
}

/** An application that records submitted forms, sent by the runtime or by the browser. */
function recorder(body: string): { readonly served: Deno.ServeHandler; readonly came: Arrivals<Came> } {
  const came = new Arrivals<Came>();
  const page = app({ body });
  const served: Deno.ServeHandler = async (request, info) => {
    const { method, headers, url } = request;
    const { pathname, search } = new URL(url);
    const action = headers.get("x-hyper-action");
    if (
      action === null && (pathname === "/" && !search || pathname.startsWith("/_hyper") || pathname === "/favicon.ico")
    ) {
      return await page(request, info);
    }
    const type = headers.get("content-type")?.split(";")[0] ?? "";
    came.add({
      action,
      method,
      path: pathname + search,
      type,
      body: await request.text(),
      target: headers.get("x-hyper-target"),
    });
    return action === null ? html("<!doctype html><title>Native</title><p>Native</p>") : sse([END]);
  };
  return { served, came };
}

const URLENCODED = "application/x-www-form-urlencoded";

const TAKEN: readonly [name: string, body: string, expected: Partial<Came>][] = [
  [
    "posts its fields to its URL, under its name",
    `<form data-hyper-form="save" action="/x?y=1" method="post"><input name="a" value="1"><button>Go</button></form>`,
    { action: "save", method: "POST", path: "/x?y=1", type: URLENCODED, body: "a=1" },
  ],
  [
    "posts without a method, to the page",
    `<form data-hyper-form="save"><input name="a" value="1"><button>Go</button></form>`,
    { method: "POST", path: "/", body: "a=1" },
  ],
  [
    "adds the submitter",
    `<form data-hyper-form="save" method="post"><button name="do" value="it">Go</button><button name="do" value="not">No</button></form>`,
    { body: "do=it" },
  ],
  [
    "uses formaction",
    `<form data-hyper-form="save" action="/x" method="post"><button formaction="/y">Go</button></form>`,
    { path: "/y" },
  ],
  [
    "uses formmethod",
    `<form data-hyper-form="save" action="/x?z=1" method="post"><input name="a" value="1"><button formmethod="get">Go</button></form>`,
    { method: "GET", path: "/x?a=1", body: "" },
  ],
  [
    "uses formenctype",
    `<form data-hyper-form="save" method="post"><input name="a" value="1"><button formenctype="multipart/form-data">Go</button></form>`,
    { type: "multipart/form-data" },
  ],
  [
    "uses formnovalidate",
    `<form data-hyper-form="save" method="post"><input name="a" required><button formnovalidate>Go</button></form>`,
    { body: "a=" },
  ],
  [
    "sends multipart when the form has that enctype",
    `<form data-hyper-form="save" method="post" enctype="multipart/form-data"><input name="a" value="1"><button>Go</button></form>`,
    { type: "multipart/form-data" },
  ],
  [
    "keeps repeated names and checked boxes",
    `<form data-hyper-form="save" method="post"><input name="a" value="1"><input name="a" value="2"><input type="checkbox" name="c" value="3" checked><input type="checkbox" name="c" value="4"><button>Go</button></form>`,
    { body: "a=1&a=2&c=3" },
  ],
  [
    "puts the fields of a GET form into the query",
    `<form data-hyper-form="find" action="/find?old=1" method="get"><input name="q" value="ü"><button>Go</button></form>`,
    { action: "find", method: "GET", path: "/find?q=%C3%BC" },
  ],
  [
    "uses hyper-target of the form",
    `<form data-hyper-form="save" hyper-target="#t"><button>Go</button></form><p id="t"></p>`,
    { target: "#t" },
  ],
  [
    "uses target and action of the submitter",
    `<form data-hyper-form="save" hyper-target="#t"><button data-hyper-form="other" hyper-target="#u">Go</button></form>`,
    { action: "other", target: "#u" },
  ],
  [
    "sends no action name if its button has the URL of a form action",
    `<form data-hyper-form="save" method="post"><button formaction="/_next/form/0123456789abcdef/?a=1" hyper-target="#u">Go</button></form>`,
    { action: null, path: "/_next/form/0123456789abcdef/?a=1", target: "#u" },
  ],
  [
    "keeps its action at a URL that is not that of a form",
    `<form data-hyper-form="save" method="post"><button formaction="/other">Go</button></form>`,
    { action: "save", path: "/other" },
  ],
  [
    "keeps its action at its own URL with another query",
    `<form data-hyper-form="save" method="post" action="/_next/form/0123456789abcdef/"><button formaction="/_next/form/0123456789abcdef/?a=1">Go</button></form>`,
    { action: "save", path: "/_next/form/0123456789abcdef/?a=1" },
  ],
  [
    "sends the action that its button names to the URL of its button",
    `<form data-hyper-form="save" method="post"><button formaction="/_next/form/0123456789abcdef/" data-hyper-form="other">Go</button></form>`,
    { action: "other", path: "/_next/form/0123456789abcdef/" },
  ],
  [
    "finds a button outside of the form",
    `<form id="f" data-hyper-form="save" method="post"></form><button form="f" name="do" value="it">Go</button>`,
    { body: "do=it" },
  ],
  ["submits into its own tab by name", `<form data-hyper-form="save" target="_self"><button>Go</button></form>`, {
    action: "save",
  }],
];

for (const [name, body, expected] of TAKEN) {
  Deno.test(`a form of an action ${name}`, async () => {
    const { served, came } = recorder(body);
    await withPage(served, async ({ page }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Go" }).click();
      const request = await came.next();
      for (const [field, value] of Object.entries(expected)) assertEquals(Reflect.get(request, field), value, field);
      if (!("action" in expected)) assertEquals(request.action, "save");
    });
  });
}

const LEFT: readonly [name: string, body: string][] = [
  ["a form that does not belong to an action", `<form action="/x" method="post"><button>Go</button></form>`],
  [
    "a form that does not belong to an action, by a button that does",
    `<form action="/x" method="post"><button data-hyper-form="save" formaction="/_next/form/0123456789abcdef/">Go</button></form>`,
  ],
  [
    "a form whose target is another tab",
    `<form data-hyper-form="save" action="/x" method="post" target="frame"><button>Go</button></form><iframe name="frame"></iframe>`,
  ],
  [
    "a button whose target is another tab",
    `<form data-hyper-form="save" action="/x" method="post"><button formtarget="frame">Go</button></form><iframe name="frame"></iframe>`,
  ],
];

for (const [name, body] of LEFT) {
  Deno.test(`the browser submits ${name}`, async () => {
    const { served, came } = recorder(body);
    await withPage(served, async ({ page }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Go" }).click();
      assertEquals((await came.next()).action, null);
    });
  });
}

Deno.test("the browser closes the dialog of a form with that method", async () => {
  const body = `<dialog open><form data-hyper-form="save" method="dialog"><button>Go</button></form></dialog>`;
  const { served, came } = recorder(body);
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Go" }).click();
    assertEquals([await page.locator("dialog").getAttribute("open"), came.rest], [null, 0]);
  });
});

Deno.test("a form that is not valid is not sent", async () => {
  const { served, came } = recorder(`<form data-hyper-form="save"><input name="a" required><button>Go</button></form>`);
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Go" }).click();
    assertEquals([came.rest, events.types], [0, []]);
  });
});

Deno.test("a form whose submit event was canceled is not submitted", async () => {
  const { served, came } = recorder(`<form data-hyper-form="save"><button>Go</button></form>`);
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.evaluate(() => document.addEventListener("submit", (event) => event.preventDefault()));
    await page.getByRole("button", { name: "Go" }).click();
    assertEquals([came.rest, events.types], [0, []]);
  });
});

Deno.test("the Enter key submits with the form's first button", async () => {
  const { served, came } = recorder(
    `<form data-hyper-form="save"><input name="a"><button name="do" value="it">Go</button></form>`,
  );
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.locator("input").fill("1");
    await page.locator("input").press("Enter");
    assertEquals((await came.next()).body, "a=1&do=it");
  });
});

Deno.test("a form in a patch is observed", async () => {
  const { served, came } = recorder(`<div id="d"></div>`);
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => {
      const form = document.createElement("form");
      form.dataset.hyperForm = "save";
      document.querySelector("#d")?.append(form);
      form.requestSubmit();
    });
    assertEquals((await came.next()).action, "save");
  });
});

Deno.test("a chosen file is sent, with progress events", async () => {
  const body =
    `<form data-hyper-form="save" method="post" enctype="multipart/form-data"><input type="file" name="f"><button>Go</button></form>`;
  const { served, came } = recorder(body);
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.locator("input").setInputFiles({
      name: "ü.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("content"),
    });
    await page.getByRole("button", { name: "Go" }).click();
    const { type, body } = await came.next();
    assertEquals(type, "multipart/form-data");
    assertMatch(body, /name="f"; filename="ü\.txt"[\s\S]*content/);
    await events.next("hyper:requestSuccess");
    assertEquals(events.of("hyper:uploadProgress").at(-1)?.detail.progress, 1);
  });
});

Deno.test("a double click sends one request", async () => {
  const open = new Arrivals<Writer>();
  const save = () => {
    const answer = writer();
    open.add(answer);
    return answer.response;
  };
  await withPage(
    app({ body: `<form data-hyper-form="save"><button>Go</button></form>`, actions: { save } }),
    async ({ page, events }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Go" }).dblclick();
      (await open.next()).send(END);
      await events.next("hyper:requestSuccess");
      assertEquals([open.rest, events.of("hyper:requestBlocked").length], [0, 1]);
    },
  );
});

Deno.test("copies of a form with different instances do not block each other", async () => {
  const open = new Arrivals<Writer>();
  const save = () => {
    const answer = writer();
    open.add(answer);
    return answer.response;
  };
  const copy = (instance: string) =>
    `<form data-hyper-form="save"><input type="hidden" name="_next_form_instance" value="${instance}"><button>Go ${instance}</button></form>`;
  await withPage(app({ body: copy("1") + copy("2"), actions: { save } }), async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Go 1" }).click();
    await page.getByRole("button", { name: "Go 2" }).click();
    for (const answer of [await open.next(), await open.next()]) answer.send(END);
    await events.next("hyper:requestSuccess");
    await events.next("hyper:requestSuccess");
  });
});

Deno.test("an invalid form shows its errors, receives the focus, and shows no failure message", async () => {
  const form = (value: string, error = "") =>
    `<form id="f" data-hyper-form="save"><input id="t" name="title" value="${value}"${error}><button>Go</button></form>`;
  const save = async (request: Request) => {
    const title = new URLSearchParams(await request.text()).get("title") ?? "";
    return sse([
      ["patch_html", {
        target: "#f",
        content: form(title, ` aria-invalid="true"`),
        swap: "morph",
        focus: "first-invalid",
      }],
      ["error", { status: 422, message: "Refused", issues: { title: ["Too short"] } }],
      END,
    ], { status: 422 });
  };
  await withPage(app({ body: form(""), actions: { save } }), async ({ page, events }) => {
    await page.goto("/");
    for (const text of ["x", "y"]) {
      await page.locator("#t").fill(text);
      await page.getByRole("button", { name: "Go" }).click();
      await events.next("hyper:requestError");
      assertEquals(await page.locator("#t").getAttribute("aria-invalid"), "true");
      assertEquals(await page.locator("#t").inputValue(), text);
      assertEquals(await page.evaluate(() => document.activeElement?.id), "t");
    }
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

Deno.test("an exception of a submitted form is logged", async () => {
  const served = app({
    body: `<form data-hyper-form="save"><button>Go</button></form>`,
    actions: { save: () => sse([["patch_html", { target: "]", content: "" }], END]) },
  });
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Go" }).click();
    await events.next("hyper:afterRequest");
  }, { expectErrors: [/is not a valid selector/] });
});
