/** Texts for users: their language, and that no developer text reaches users. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { action, defineForm, defineFormset, Field, field, Form, FormErrors, HyperError } from "../../mod.ts";
import { formActionUrl } from "../../src/actions/uid.ts";
import { JSON_TYPE } from "../../src/protocol/names.ts";
import { ENGLISH } from "../../src/texts/languages/en.ts";
import { App, eventsOf } from "../support/app.tsx";

const HTML = "text/html";
const EVENTS = "text/event-stream";
const FORM_TYPE = "application/x-www-form-urlencoded";

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ required: true, maxlength: 3 }),
    day: field.date({ min: "2030-01-31" }),
    own: field.text({ required: true, messages: { required: "Mine" } }),
  },
});

function notes(options: ConstructorParameters<typeof App>[1] = {}) {
  const save = action("save", { form: NoteForm }, () => {});
  const Page = () => (
    <Form action={save}>
      <FormErrors />
      <Field name="title" />
      <Field name="day" />
      <Field name="own" />
    </Form>
  );
  return new App({ "/": { default: Page, save } }, options);
}

const SENT = { title: "long", day: "2029-12-31", own: "" };

for (
  const [lang, title, tooLong, tooEarly] of [
    ["en", "There is a problem", "Enter at most 3 characters", "Enter January 31, 2030 or later"],
    ["de", "Es gibt ein Problem", "Geben Sie höchstens 3 Zeichen ein", "Geben Sie frühestens 31. Januar 2030 ein"],
    ["fr", "Il y a un problème", "Saisissez au plus 3 caractères", "31 janvier 2030"],
    ["es", "Hay un problema", "Introduzca como máximo 3 caracteres", "31 de enero de 2030"],
  ] as const
) {
  Deno.test(`an invalid form in "${lang}" shows the messages of that language, and those of the field, each time`, async () => {
    await using app = notes({ messages: { lang } });
    let page = await app.open("/");
    for (let attempt = 1; attempt <= 2; attempt++) {
      page = await app.submit(page, "save", SENT);
      assertEquals(page.status, 200);
      for (const text of [`<html lang="${lang}">`, title, tooLong, tooEarly, "Mine", 'value="long"']) {
        assertStringIncludes(page.html, text);
      }
    }
  });
}

Deno.test("a messages function selects the language of each request", async () => {
  let calls = 0;
  const messages = ({ headers }: Request) => {
    calls++;
    return { lang: headers.get("accept-language") ?? "en", denied: "No!" };
  };
  await using app = notes({ messages });
  const issuesIn = async (lang: string): Promise<unknown> => {
    const response = await app.request("/?_action=save", {
      method: "POST",
      headers: { accept: JSON_TYPE, "accept-language": lang },
      body: new URLSearchParams(SENT),
    });
    return (await response.json()).issues.title;
  };
  assertEquals(await issuesIn("de"), ["Geben Sie höchstens 3 Zeichen ein"]);
  assertEquals(await issuesIn("en"), ["Enter at most 3 characters"]);
  assertEquals(calls, 2);
  assertStringIncludes(
    await (await app.request("/nowhere", { headers: { "accept-language": "fr" } })).text(),
    "Page introuvable",
  );
});

Deno.test("a messages function that throws or returns an unknown language falls back to English, and onError is called", async () => {
  for (const messages of [() => ({ lang: "no tag" }), () => Promise.resolve({ lang: "de" }) as never]) {
    await using app = notes({ messages });
    const response = await app.request("/nowhere");
    assertEquals(response.status, 404);
    assertStringIncludes(await response.text(), "Page not found");
    app.takeError();
  }
});

Deno.test("the built-in error page has a language, a title, a heading in words and a link to the home page", async () => {
  await using app = notes({ messages: { lang: "de" } });
  const html = await (await app.request("/nowhere")).text();
  for (
    const part of [
      '<html lang="de">',
      "<title>Seite nicht gefunden</title>",
      "<h1>Seite nicht gefunden</h1>",
      '<a href="/">Zur Startseite</a>',
    ]
  ) {
    assertStringIncludes(html, part);
  }
});

Deno.test("texts of the browser runtime that the application replaces are sent with its script, and no others", async () => {
  await using plain = notes({ messages: { lang: "de", enterValue: "!" } });
  assertEquals((await plain.open("/")).html.includes("data-hyper-messages"), false);
  await using app = notes({ messages: { tryAgain: 'Once "more" </script>' } });
  assertStringIncludes(
    (await app.open("/")).html,
    'data-hyper-messages="{&quot;tryAgain&quot;:&quot;Once \\&quot;more\\&quot; &lt;/script>&quot;}"',
  );
});

Deno.test("the labels of the built-in controls of a formset are in the language of the request", async () => {
  const Rows = defineFormset(defineForm("row", { fields: { a: field.text() } }), {
    prefix: "row",
    canDelete: true,
    canOrder: true,
  });
  const save = action(
    "save",
    { form: Rows },
    ({ form }) =>
      form.rows.flatMap(({ orderField, deleteField }) => [orderField?.label ?? null, deleteField?.label ?? null]),
  );
  await using app = new App({ "/": { default: () => "", save } }, { messages: { lang: "es" } });
  const response = await app.request("/?_action=save", {
    method: "POST",
    headers: { accept: JSON_TYPE },
    body: new URLSearchParams({ "row[0].a": "x", "row[0]._order": "1" }),
  });
  assertEquals((await response.json()).data, ["Orden", "Eliminar"]);
});

/** Requests that are rejected, each for another reason: the request, and the status. */
const REJECTED: readonly (readonly [what: string, path: string, init: RequestInit, status: number])[] = [
  ["an unknown page", "/nowhere", {}, 404],
  ["an unknown action", "/", { method: "POST", headers: { "x-hyper-action": "gone" } }, 404],
  ["an unknown form", "/_next/form/0123456789abcdef/", { method: "POST" }, 404],
  ["a method", "/", { method: "PUT" }, 405],
  ["a GET of a mutation", "/?_action=open", {}, 405],
  ["a GET of a form", formActionUrl("save"), {}, 405],
  ["another site", "/?_action=open", { method: "POST", headers: { "sec-fetch-site": "cross-site" } }, 403],
  ["a guard", "/?_action=guarded", { method: "POST" }, 403],
  ["a data header", "/?_action=open", { method: "POST", headers: { "x-hyper-data": "[1]" } }, 400],
  ["a long data header", "/?_action=open", {
    method: "POST",
    headers: { "x-hyper-data": `{"a":"${"x".repeat(9000)}"}` },
  }, 431],
  ["an escape", "/?_action=open", { method: "POST", body: "a=%ff", headers: { "content-type": FORM_TYPE } }, 400],
  [
    "a prototype",
    "/?_action=open",
    { method: "POST", body: "__proto__.x=1", headers: { "content-type": FORM_TYPE } },
    400,
  ],
  ["an index", "/?_action=open", { method: "POST", body: "a[99999]=1", headers: { "content-type": FORM_TYPE } }, 400],
  ["JSON", "/?_action=open", { method: "POST", body: "{", headers: { "content-type": JSON_TYPE } }, 400],
  ["a media type", "/?_action=open", { method: "POST", body: "x", headers: { "content-type": "text/csv" } }, 415],
  ["a content coding", "/?_action=open", { method: "POST", body: "x", headers: { "content-encoding": "gzip" } }, 415],
  [
    "a boundary",
    "/?_action=open",
    { method: "POST", body: "x", headers: { "content-type": "multipart/form-data" } },
    400,
  ],
  [
    "a long body",
    "/?_action=small",
    { method: "POST", body: "a=12345678901", headers: { "content-type": FORM_TYPE } },
    413,
  ],
  ["many fields", "/?_action=small", { method: "POST", body: "a=&b=&c=", headers: { "content-type": FORM_TYPE } }, 413],
  ["a rate", "/?_action=rated", { method: "POST" }, 429],
  ["a request id", "/?_action=open", { method: "POST", headers: { "x-hyper-request-id": "a b" } }, 400],
  ["a switch depth", "/?_action=open", { method: "POST", headers: { "x-hyper-switch-depth": "99" } }, 400],
  ["a page that denies access", "/denied", {}, 403],
  ["an error of the server", "/?_action=broken", { method: "POST" }, 500],
  ["a missing URL parameter", "/?_action=param", { method: "POST" }, 400],
];

/** Every text of the catalog that has no values. */
const KNOWN = Object.values(ENGLISH).filter((text) => typeof text === "string");

for (const [what, path, init, status] of REJECTED) {
  Deno.test(`a request that is rejected for ${what} shows a message of the catalog, in every format`, async () => {
    const { DUrl } = await import("../../mod.ts");
    const open = action("open", () => {});
    const guarded = action("guarded", { guard: () => false }, () => {});
    const small = action("small", { limits: { bodyBytes: 10, fields: 2 } }, () => {});
    const rated = action("rated", { rate: { limit: 1, seconds: 60 } }, () => {});
    const broken = action("broken", () => {
      throw new Error("secret of the developer");
    });
    const param = action("param", { inject: { id: DUrl("id", Number) } }, () => {});
    const save = action("save", { form: NoteForm }, () => {});
    await using app = new App({
      "/": { default: () => "", open, guarded, small, rated, broken, param, save },
      "/denied": { default: () => "", render: () => false },
    });
    if (what === "a rate") assertEquals((await app.request(path, init)).status, 204);
    for (const accept of [HTML, EVENTS, JSON_TYPE]) {
      const headers = new Headers(init.headers);
      headers.set("accept", accept);
      if (accept === EVENTS && !headers.has("x-hyper-action")) {
        const name = /_action=(\w+)/.exec(path)?.[1];
        if (name) headers.set("x-hyper-action", name);
      }
      const response = await app.request(path, { ...init, headers });
      assertEquals(response.status, status, `${what} as ${accept}`);
      const text = await textOf(response);
      assert(
        KNOWN.includes(text) || /^Too many attempts\. Try again in 1 minute\.$/.test(text),
        `${accept}: ${text}`,
      );
      if (status === 500) app.takeError();
    }
  });
}

Deno.test("an error of the application shows its text for users, and not its message", async () => {
  const run = action("run", () => {
    throw new HyperError(409, "row 7 is locked by job 12", { userText: "Somebody else is editing this" });
  });
  const stop = action("stop", () => {
    throw new HyperError(503, "the queue is down", { userText: "Back in a minute" });
  });
  await using app = new App({ "/": { default: () => "", run, stop } });
  for (
    const [name, status, text] of [["run", 409, "Somebody else is editing this"], [
      "stop",
      503,
      "Back in a minute",
    ]] as const
  ) {
    const html = await (await app.request(`/?_action=${name}`, { method: "POST", headers: { accept: HTML } })).text();
    assertStringIncludes(html, text);
    assertEquals(/locked|queue/.test(html), false);
    const [error] = await eventsOf(await app.call(name));
    assertEquals((error?.data as { status: number; message: string }).status, status);
    assertEquals((error?.data as { status: number; message: string }).message, text);
    if (status === 503) app.takeReports();
  }
});

/** Returns the text that a user reads of a rejected request. */
async function textOf(response: Response): Promise<string> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json")) return (await response.json()).detail;
  if (type.startsWith(EVENTS)) {
    const [error] = await eventsOf(response);
    return (error?.data as { message: string }).message;
  }
  return /<h1>([^<]*)<\/h1>/.exec(await response.text())?.[1] ?? "";
}

Deno.test("a host that is not accepted and a method that no page accepts have their own messages", async () => {
  await using app = new App({ "/": { default: () => "" } }, { allowedHosts: ["site.test"] });
  const detailOf = async (url: string, method: string) => {
    const response = await app.handler(new Request(url, { method, headers: { accept: JSON_TYPE } }));
    return [response.status, (await response.json()).detail];
  };
  assertEquals(await detailOf("http://other.test/", "GET"), [421, ENGLISH.invalidRequest]);
  assertEquals(await detailOf("http://site.test/", "BREW"), [501, ENGLISH.methodNotAllowed]);
});
