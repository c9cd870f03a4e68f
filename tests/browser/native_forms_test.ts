/** The same forms, submitted by the browser, by the runtime and by the test client: the requests are the same, byte for byte. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { createHandler } from "../../mod.ts";
import { createTestClient, type TestClient, type TestForm } from "@hyper/actions/testing";
import { withPage } from "../support/browser.ts";
import { app, Arrivals, END, html, sse } from "./runtime_app.ts";

const POST = `action="/x?y=1#z" method="post"`;
const GET = `action="/x?y=1#z" method="get"`;
const FILES = `enctype="multipart/form-data"`;
const A = `<input name="a" value="1">`;
const GO = `<button>Go</button>`;

/** Forms as the attributes and the content of the form. A control with `data-files` gets files of these names. */
const FORMS: Readonly<Record<string, readonly [attributes: string, content: string]>> = {
  // Method.
  "method post": [`action="/x" method="post"`, A + GO],
  "method POST": [`action="/x" method="POST"`, A + GO],
  "method get": [`action="/x" method="get"`, A + GO],
  "method delete": [`action="/x" method="delete"`, A + GO],
  "method put": [`action="/x" method="put"`, A + GO],
  "method with spaces": [`action="/x" method=" post "`, A + GO],
  "an empty method": [`action="/x" method=""`, A + GO],
  "method with a dotless i": [`action="/x" method="d\u0131alog"`, A + GO],
  "formmethod get": [POST, `${A}<button formmethod="get">Go</button>`],
  "formmethod Post": [GET, `${A}<button formmethod="Post">Go</button>`],
  "formmethod put": [POST, `${A}<button formmethod="put">Go</button>`],
  "an empty formmethod": [POST, `${A}<button formmethod="">Go</button>`],
  "formmethod without a method": [`action="/x"`, `${A}<button formmethod="post">Go</button>`],
  // URL.
  "no action": [`method="post"`, A + GO],
  "an empty action": [`action="" method="post"`, A + GO],
  "an empty action, by GET": [`action="" method="get"`, A + GO],
  "a relative action": [`action="sub?q#f" method="post"`, A + GO],
  "an action of a query": [`action="?q=2" method="post"`, A + GO],
  "an action of a fragment": [`action="#f" method="post"`, A + GO],
  "an action of spaces": [`action=" " method="post"`, A + GO],
  "an action with a line feed": [`action="/x\n/y" method="post"`, A + GO],
  "an action with characters to escape": [`action="/x y/\u00e9?\u00e9='&quot;" method="post"`, A + GO],
  "a query, by POST": [POST, A + GO],
  "a query, by GET": [GET, A + GO],
  "no fields, by GET": [GET, GO],
  "no fields, by POST": [POST, GO],
  "no fields, as multipart": [`${POST} ${FILES}`, GO],
  "formaction": [POST, `${A}<button formaction="/y">Go</button>`],
  "an empty formaction": [POST, `${A}<button formaction="">Go</button>`],
  "a control named action": [POST, `<input name="action" value="1"><input name="method" value="get">${GO}`],
  // Encoding.
  "enctype urlencoded": [`${POST} enctype="application/x-www-form-urlencoded"`, A + GO],
  "enctype multipart": [`${POST} ${FILES}`, A + GO],
  "enctype Multipart": [`${POST} enctype="Multipart/Form-Data"`, A + GO],
  "enctype multipart/mixed": [`${POST} enctype="multipart/mixed"`, A + GO],
  "enctype multipart with a parameter": [`${POST} enctype="multipart/form-data; charset=utf-8"`, A + GO],
  "enctype json": [`${POST} enctype="application/json"`, A + GO],
  "enctype text": [`${POST} enctype="text/plain"`, `${A}<textarea name="b">\nc\nd=e</textarea>${GO}`],
  "an empty enctype": [`${POST} enctype=""`, A + GO],
  "formenctype multipart": [POST, `${A}<button formenctype="multipart/form-data">Go</button>`],
  "formenctype of nothing known": [`${POST} ${FILES}`, `${A}<button formenctype="x">Go</button>`],
  ...Object.fromEntries(
    ["get", "post"].flatMap((formmethod) =>
      ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].map((formenctype) => [
        `a button with ${formmethod} and ${formenctype}`,
        [
          // If the methods differ, Chromium encodes text/plain by that of the form (HTML, 4.10.21.3: by that of the button).
          (formmethod === "get") === (formenctype === "text/plain") ? GET : POST,
          `${A}<textarea name="t">b\nc=d</textarea>
          <button name="by" value="\u00e9&" formaction="/y?z=1" formmethod="${formmethod}" formenctype="${formenctype}">Go</button>`,
        ] as const,
      ])
    ),
  ),
  "an empty formenctype": [`${POST} ${FILES}`, `${A}<button formenctype="">Go</button>`],
  "enctype multipart, by GET": [`${GET} ${FILES}`, A + GO],
  // Entries.
  "a named button": [POST, `${A}<button name="do" value="it">Go</button><button name="do" value="not">No</button>`],
  "a button without a value": [POST, `<button name="do">Go</button>`],
  "an input that submits": [POST, `<input type="submit" name="do" value="Go">`],
  "an image": [POST, `<input type="image" name="im" alt="Go">`],
  "an image without a name": [POST, `<input type="image" alt="Go">`],
  "an image and a field of its name": [POST, `<input name="im" value="1"><input type="image" name="im" alt="Go">`],
  "a control of another place": [`id="f" ${POST}`, `${A}${GO}</form><form><input form="f" name="b" value="2">`],
  "boxes": [
    POST,
    `<input type="checkbox" name="a" checked><input type="checkbox" name="b"><input type="checkbox" name="a" value="2" checked>${GO}`,
  ],
  "radio buttons": [
    POST,
    `<input type="radio" name="a" value="1"><input type="radio" name="a" value="2" checked>${GO}`,
  ],
  "lists": [
    POST,
    `<select name="a"><option>1<option selected> 2  3 </select><select name="b" multiple><option selected>4<option selected value="">5</select>${GO}`,
  ],
  "a list with disabled options": [
    POST,
    `<select name="a"><option disabled>1<option>2</select><select name="b"><option disabled selected>3</select>${GO}`,
  ],
  "disabled controls": [
    POST,
    `<input name="a" disabled value="1"><fieldset disabled><legend><input name="b"></legend><input name="c"></fieldset>${GO}`,
  ],
  "a control without a name": [POST, `<input value="1"><input name="" value="2">${GO}`],
  "a charset": [POST, `<input type="hidden" name="_charset_">${GO}`],
  "a direction": [
    POST,
    `<input name="a" dirname="a.dir"><textarea name="b" dirname="b.dir" dir="rtl"></textarea>${GO}`,
  ],
  "directions": [
    POST,
    `<div dir="rtl"><input name="a" dirname="b"><input type="search" name="c" dirname="d" dir="auto" value="1 e"></div>${GO}`,
  ],
  "repeated names": [POST, `${A}<input name="a" value="2"><input name="a" value="1">${GO}`],
  "a password and a date": [
    POST,
    `<input type="password" name="a" value="p"><input type="date" name="b" value="2024-02-29">${GO}`,
  ],
  // Values.
  "line breaks": [POST, `<input type="hidden" name="a&#10;b" value="c&#10;d&#13;e&#13;&#10;f">${GO}`],
  "line breaks, as multipart": [
    `${POST} ${FILES}`,
    `<input type="hidden" name="a&#10;b&quot;" value="c&#10;d&#13;e&#13;&#10;f"><textarea name="t">\n\ng</textarea>${GO}`,
  ],
  "line breaks, by GET": [GET, `<textarea name="a">b\nc</textarea>${GO}`],
  "characters to escape": [POST, `<input name="a &amp;=%+~*-._" value=" &amp;=%+~*-._'()!">${GO}`],
  "other scripts": [POST, `<input name="\u00e9" value="\u{1f600}\u4f60">${GO}`],
  "other scripts, as multipart": [`${POST} ${FILES}`, `<input name="\u00e9" value="\u{1f600}\u4f60">${GO}`],
  // Files.
  "no file": [`${POST} ${FILES}`, `<input type="file" name="f">${GO}`],
  "no file, urlencoded": [POST, `<input type="file" name="f">${GO}`],
  "a file": [`${POST} ${FILES}`, `<input type="file" name="f" data-files='["a.txt"]'>${GO}`],
  "files": [`${POST} ${FILES}`, `<input type="file" name="f" multiple data-files='["a.txt","b"]'>${GO}`],
  "a file, urlencoded": [POST, `<input type="file" name="f" data-files='["a.txt"]'>${GO}`],
  "a file, by GET": [GET, `<input type="file" name="f" data-files='["a.txt"]'>${GO}`],
  "a file, as text": [`${POST} enctype="text/plain"`, `<input type="file" name="f" data-files='["a.txt"]'>${GO}`],
  "a file with a line feed in its name": [
    `${POST} ${FILES}`,
    `<input type="file" name="f" data-files='["a\\nb\\".txt"]'>${GO}`,
  ],
  "a file with a line feed in its name, urlencoded": [
    POST,
    `<input type="file" name="f" data-files='["a\\nb\\r.txt"]'>${GO}`,
  ],
};

/** Controls of every kind, each sent with every method and encoding. */
const CONTROLS: Readonly<Record<string, string>> = {
  "inputs with a text": ["text", "search", "tel", "url", "email", "password", "hidden", "unknown", ""]
    .map((type, i) => `<input type="${type}" name="t${i}" value=" v@w.test  ">`).join(""),
  "numbers and dates":
    [["number", "1e3"], ["range", "70"], ["date", "2024-02-30"], ["month", "2024-02"], ["week", "2024-W09"]]
      .map(([type, value]) => `<input type="${type}" name="${type}" value="${value}">`).join("") +
    `<input type="time" name="time" value="23:59:59.5"><input type="datetime-local" name="local" value="2024-02-29 12:00">`,
  "a color and an invalid one":
    `<input type="color" name="a" value="#ABCDEF"><input type="color" name="b" value="red">`,
  "a range beyond its limits": `<input type="range" name="a" min="5" max="10" step="2" value="99">`,
  "buttons that do not submit":
    `<button type="button" name="b" value="1" hidden>B</button><input type="reset" name="r" hidden>`,
  "an output and a progress":
    `<output name="o">1</output><progress name="p" value="1" max="2"></progress><meter name="m" value="1"></meter>`,
  "controls in a template and in details":
    `<template><input name="t" value="1"></template><details><input name="d" value="2"></details>`,
  "groups of options":
    `<select name="s"><optgroup disabled><option selected>1</optgroup><optgroup label="g"><option>2</optgroup></select>`,
  "a list without options and one of a size":
    `<select name="s"></select><select name="z" size="3"><option>1<option>2</select>`,
  "option values":
    `<select name="s" multiple><option selected value=""><option selected value="a&#10;b">x<option selected>
    y &amp; z</select>`,
  "nested fieldsets": `<fieldset name="f"><fieldset disabled><legend><fieldset><input name="a"></fieldset></legend>
    <select name="b"><option>1</select></fieldset><input name="c" value="2"></fieldset>`,
  "an invisible control": `<input name="a" value="1" hidden><input name="b" value="2" style="display:none" readonly>`,
  "a text with hard breaks": `<textarea name="a" cols="4" wrap="hard">one two three four</textarea>`,
  "a text of line feeds": `<textarea name="a">\n\n\r\n \n</textarea>`,
  "radio groups of two forms":
    `<input type="radio" name="a" value="1" checked><input type="radio" name="a" form="none" checked>`,
  "boxes without a value": `<input type="checkbox" name="a" checked><input type="checkbox" name="b" value="" checked>`,
  "files and none": `<input type="file" name="f" data-files='["a \\&quot;.txt"]'><input type="file" name="g" multiple>`,
  "names of other meanings":
    `<input name="isindex" value="1"><input name="_charset_" value="2"><input name="length" value="3">`,
  "image buttons that are not pressed": `<input type="image" name="i" alt="I"><input name="i.x" value="1">`,
  "directions of controls":
    `<input name="a" dirname="a.dir" dir="rtl" value="1"><textarea name="b" dirname="_dir">\u05d0</textarea>
    <input type="tel" name="c" dirname="" value="2"><input type="email" name="d" dirname="d.dir" dir="auto" value="">`,
  "controls of the form outside of it and of none":
    `</form><input form="f" name="a" value="1"><select form="f" name="b"><option>2</select><button form="f" name="c"></button>
    <input name="d" value="3"><form id="g"><input form="f" name="e" value="4"><input form="" name="h" value="5">`,
  "buttons of other names":
    `<button name="b" value="1">B</button><input type="submit" name="c" value="2"><button>D</button>`,
  "file names with odd characters": `<input type="file" name="f&#34;g" multiple data-files="${
    JSON.stringify(["\u00e4 \u{1f600}.txt", "a\\b/c.txt", "%22\"&';=.txt", ".", "a\tb\u0001"])
      .replaceAll("&", "&amp;").replaceAll('"', "&quot;")
  }">`,
  "an empty file and a file without an extension":
    `<input type="file" name="f" data-files='["empty"]'><input type="file" name="g" data-files='[""]'>`,
  "a suggestion list":
    `<input name="a" list="l" value="x"><datalist id="l"><option value="1"><input name="b" value="2"><select name="c"><option>3</select></datalist>`,
  "disabled options and groups":
    `<select name="s" multiple><option disabled selected>1<option selected>2<optgroup disabled><option selected>3</optgroup></select>
    <select name="t"><option disabled>1<option disabled>2</select>`,
  "an object and a custom element": `<object name="o"></object><x-field name="x" value="1"></x-field><keygen name="k">`,
  "characters outside of ASCII": `<input name="\u{1f600}" value="\u00e4\u2028\ufffd%00+%2B">`,
};

/** The forms of every method and encoding with each of these controls. */
const COMBINED = Object.entries(CONTROLS).flatMap(([name, content]) =>
  ["get", "post"].flatMap((method) =>
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].map((enctype) =>
      [
        `${name}, ${method}, ${enctype}`,
        [`action="/x?y=1" method="${method}" enctype="${enctype}" novalidate`, GO + content],
      ] as const
    )
  )
);

/** Forms that a browser does not send. */
const SILENT: Readonly<Record<string, readonly [attributes: string, content: string]>> = {
  "method dialog": [`action="/x" method="dialog"`, A + GO],
  "method DIALOG": [`action="/x" method="DIALOG"`, A + GO],
  "formmethod dialog": [POST, `${A}<button formmethod="dialog">Go</button>`],
  "an invalid control": [POST, `<input name="a" required>${GO}`],
};

const PAGE = "/folder/page?p=1";
type Sent = readonly unknown[];

/** An application that shows a form at one URL, and records the requests for any other URL. */
class Recorder {
  readonly came = new Arrivals<Sent>();
  markup = "";
  readonly #files = app({});

  /** Shows a form of an action, or one that the browser submits. */
  show([given, content]: readonly [string, string], isOurs: boolean): void {
    const attributes = /\bid=/.test(given) ? given : `id="f" ${given}`;
    const script = isOurs ? `<script type="module" src="/_hyper/client.js"></script>` : "";
    const form = `<form ${isOurs ? `data-hyper-form="save"` : ""} ${attributes}>${content}</form>`;
    this.markup = `<!doctype html><html lang="en"><head><title>Page</title>${script}</head><body>${form}</body></html>`;
  }

  readonly served: Deno.ServeHandler = async (request, info) => {
    const { method, headers, url } = request;
    const { pathname, search } = new URL(url);
    if (pathname.startsWith("/_hyper") || pathname === "/favicon.ico") return await this.#files(request, info);
    const action = headers.get("x-hyper-action");
    if (method === "GET" && pathname + search === PAGE && !action) return html(this.markup);
    const [type = null, boundary] = headers.get("content-type")?.split(/;.*?(?:boundary=|$)/) ?? [];
    const body = await request.text();
    // Boundaries differ, and Deno leaves out the last line break, which is not part of the body (RFC 2046, 5.1.1).
    const parts = boundary ? body.replaceAll(boundary, "boundary").trimEnd() : body;
    this.came.add([method, pathname + search, type, parts]);
    // Without content the browser stays on the page.
    return action ? sse([END]) : new Response(null, { status: 204 });
  };
}

const filesOf = (json: string | null): File[] =>
  JSON.parse(json ?? "[]").map((name: string) =>
    new File(name === "empty" ? [] : ["te\nxt"], name, { type: "text/plain" })
  );

/** Chooses the files of the form, and presses its first button. */
const press = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const input of document.querySelectorAll<HTMLInputElement>("[data-files]")) {
      const transfer = new DataTransfer();
      for (const name of JSON.parse(input.dataset.files ?? "[]")) {
        transfer.items.add(new File(name === "empty" ? [] : ["te\nxt"], name, { type: "text/plain" }));
      }
      input.files = transfer.files;
    }
    document.querySelector<HTMLElement>("button,[type=submit],[type=image]")?.click();
  });

/** Opens the page in a test client, and chooses the files. */
async function openForm(client: TestClient): Promise<TestForm> {
  const page = await client.open(PAGE);
  const form = page.findAll("form")[0] as TestForm;
  for (const input of page.findAll("[data-files]")) {
    const files = filesOf(input.attribute("data-files"));
    form.fill({ [input.attribute("name") ?? ""]: input.attribute("multiple") === null ? files[0] ?? null : files });
  }
  return form;
}

const INFO: Deno.ServeHandlerInfo<Deno.NetAddr> = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  completed: Promise.resolve(),
};

Deno.test("the browser, the runtime and the test client send a form in the same way", async () => {
  const recorder = new Recorder();
  const handler = createHandler({ pages: [] });
  const answering = Object.assign((request: Request) => Promise.resolve(recorder.served(request, INFO)), handler);
  const differences: string[] = [];
  await withPage(recorder.served, async ({ page }) => {
    for (const [name, form] of Object.entries(FORMS)) {
      const sent: Record<string, Sent> = {};
      for (const by of ["browser", "runtime"]) {
        recorder.show(form, by === "runtime");
        await page.goto(PAGE);
        await press(page);
        sent[by] = await recorder.came.next();
      }
      recorder.show(form, true);
      await using client = createTestClient(answering);
      await (await openForm(client)).submit();
      sent.client = await recorder.came.next();
      await (await openForm(client)).submitWithRuntime();
      sent.clientRuntime = await recorder.came.next();
      const wanted = JSON.stringify(sent.browser);
      for (const [by, it] of Object.entries(sent)) {
        if (JSON.stringify(it) !== wanted) differences.push(`${name}, by ${by}: ${JSON.stringify(it)}, not ${wanted}`);
      }
    }
  });
  await handler.close();
  assertEquals(differences, []);
});

Deno.test("the browser and the runtime send controls of every kind in the same way, with every method and encoding", async () => {
  const recorder = new Recorder();
  const differences: string[] = [];
  await withPage(recorder.served, async ({ page }) => {
    for (const [name, form] of COMBINED) {
      const sent: string[] = [];
      for (const isOurs of [false, true]) {
        recorder.show(form, isOurs);
        await page.goto(PAGE);
        await press(page);
        sent.push(JSON.stringify(await recorder.came.next()));
      }
      if (sent[0] !== sent[1]) differences.push(`${name}: ${sent[1]}, not ${sent[0]}`);
    }
  });
  assertEquals(differences, []);
});

Deno.test("this file compares at least 200 forms", () => {
  assertEquals(Object.keys(FORMS).length + COMBINED.length >= 200, true);
});

Deno.test("the runtime does not send a form that the browser does not send", async () => {
  const recorder = new Recorder();
  await withPage(recorder.served, async ({ page }) => {
    for (const [name, form] of Object.entries(SILENT)) {
      for (const isOurs of [false, true]) {
        recorder.show(form, isOurs);
        await page.goto(PAGE);
        await press(page);
        // A request that the press has started arrives before this one.
        await page.evaluate(() => fetch("/after"));
        assertEquals((await recorder.came.next())[1], "/after", name);
      }
    }
  });
});

Deno.test("a form whose action is not a URL is submitted by the browser", async () => {
  const recorder = new Recorder();
  recorder.show([`action="http://[" method="post"`, A + GO], true);
  await withPage(recorder.served, async ({ page }) => {
    await page.goto(PAGE);
    await press(page);
    await page.waitForURL("about:blank#blocked");
  });
});
