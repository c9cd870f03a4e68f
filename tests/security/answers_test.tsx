/** T17 to T19, T39, T41, T43, T45 to T49: output: responses, caches, logs and browsers. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  action,
  createHandler,
  defineForm,
  dependency,
  type DispatchContext,
  field,
  Form,
  formActionUrl,
  redirect,
  RegistryFormActionBackend,
  toast,
  Toasts,
} from "../../mod.ts";
import { App, EVENTS, JSON_TYPE } from "../support/app.tsx";
import { serveRaw } from "../support/raw.ts";

// Characters that a header must not contain: they would end the process or split the response.
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNSAFE = /[\x00-\x08\x0a-\x1f\x7f]/;

for (
  const next of [
    "//evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "https://evil.test",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    " https://evil.test",
    "https://site.test@evil.test",
    "https://site.test\\@evil.test",
    "///evil.test",
    "/..//evil.test",
    "//evil%E3%80%82test",
    "data:text/html,x",
    "https://[::1",
  ]
) {
  Deno.test(`T17: an action cannot redirect to ${JSON.stringify(next)}`, async () => {
    const go = action("go", ({ data }) => redirect(String(data.next)));
    await using app = new App({ "/": { default: () => "", go } });
    for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
      const response = await app.call("go", { fields: { next }, accept });
      const text = await response.text();
      assertEquals([response.status, response.headers.get("location"), text.includes("evil")], [500, null, false]);
      assertStringIncludes(app.takeError().message, "Cannot redirect to");
    }
  });
}

Deno.test("T17: { external: true } allows a redirect to another origin, but not other schemes or credentials", async () => {
  const go = action("go", ({ data }) => redirect(String(data.next), { external: true }));
  await using app = new App({ "/": { default: () => "", go } });
  const response = await app.call("go", { fields: { next: "https://pay.test/x" }, accept: "text/html" });
  assertEquals([response.status, response.headers.get("location")], [303, "https://pay.test/x"]);
  for (const next of ["javascript:alert(1)", "ftp://pay.test/", "https://user:secret@pay.test/"]) {
    assertEquals((await app.call("go", { fields: { next }, accept: JSON_TYPE })).status, 500, next);
    app.takeReports();
  }
});

Deno.test("T17: a Response cannot redirect the runtime to a javascript: URL", async () => {
  const go = action("go", ({ data }) => new Response(null, { status: 303, headers: { location: String(data.next) } }));
  await using app = new App({ "/": { default: () => "", go } });
  const response = await app.call("go", { fields: { next: "javascript:alert(1)" } });
  assertEquals(response.status, 500);
  assert(!(await response.text()).includes("javascript"));
  app.takeReports();
});

Deno.test("T18, T19: no character in a header that an action function sets splits the header or ends the process", async () => {
  const echo = action("echo", ({ data }) => {
    const text = String(data.text);
    const headers = new Headers();
    for (
      const [name, value] of [["x-echo", text], ["location", `/a${text}`], [
        "content-disposition",
        `inline; filename=${text}`,
      ]]
    ) {
      try {
        headers.append(name as string, value as string);
      } catch {
        // Values that `Headers` rejects do not reach the sink.
      }
    }
    return new Response("fine", { headers });
  });
  await using app = new App({ "/": { default: () => "", echo } });
  await using server = serveRaw((request) => app.handler(request));
  for (let code = 0; code < 0x120; code++) {
    const text = `a${String.fromCharCode(code)}b`;
    const body = `text=${encodeURIComponent(text)}`;
    const answer = await server.send(
      `POST /?_action=echo HTTP/1.1\r\nHost: site.test\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    assertEquals([answer.status, answer.body.includes("fine")], [200, true], `U+${code.toString(16)}`);
    for (const value of answer.headers.values()) assert(!UNSAFE.test(value), `U+${code.toString(16)}`);
  }
});

Deno.test("T18: a redirect to a URL with non-ASCII letters or control characters has an ASCII Location header", async () => {
  const go = action("go", ({ data }) => redirect(`/s?q=${data.q}.`));
  await using app = new App({ "/": { default: () => "", go } });
  for (const q of ["поиск", "\u0001", "\u007f", "日本", "\ud800", "a b", "\u0085"]) {
    const response = await app.call("go", { fields: { q }, accept: "text/html" });
    const location = response.headers.get("location") ?? "";
    assertEquals(response.status, 303);
    assert(/^\/s\?q=[\x21-\x7e]+$/.test(location), location);
  }
});

Deno.test("T39: an invalid signature of any length is denied with 403, never with 500", async () => {
  const key = await crypto.subtle.importKey(
    "raw",
    new Uint8Array(32).fill(1),
    { name: "HMAC", hash: "SHA-256" },
    false,
    [
      "verify",
    ],
  );
  const verify = async (request: Request, body: Uint8Array<ArrayBuffer>): Promise<boolean> => {
    const given = new TextEncoder().encode(request.headers.get("x-signature") ?? "");
    return await crypto.subtle.verify("HMAC", key, given, body);
  };
  const hook = action("hook", { webhook: true, verify }, () => {});
  await using app = new App({ "/": { default: () => "", hook } });
  for (const signature of ["", "a", "a".repeat(32), "a".repeat(64), "a".repeat(4_000)]) {
    const response = await app.request("/?_action=hook", { method: "POST", headers: { "x-signature": signature } });
    assertEquals(response.status, 403, String(signature.length));
    await response.body?.cancel();
  }
});

Deno.test("T41: responses of actions are not cached, including rejections and failures, in every format", async () => {
  const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form }, () => {});
  const crash = action("crash", () => {
    throw new Error("broken");
  });
  const look = action("look", { method: "GET" }, () => toast("hello"));
  await using app = new App({ "/": { default: () => <Form action={save} />, save, crash, look } });
  for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
    const page = await app.open("/");
    const asked: readonly (readonly [string, () => Promise<Response>])[] = [
      ["done", () => app.call("save", { fields: { title: "x" }, accept })],
      ["refused", () => app.submitByRuntime(page, "save", { title: "" }, { headers: { accept } })],
      ["crashed", () => app.call("crash", { accept })],
      ["unknown", () => app.call("nope", { accept })],
      ["cross-site", () => app.call("save", { accept, headers: { "sec-fetch-site": "cross-site" } })],
      ["wrong method", () => app.call("save", { accept, method: "PUT" })],
      ["GET", () => app.call("look", { accept, method: "GET" })],
      ["not canonical", () => app.call("look", { accept, method: "GET", path: "/a%2fb" })],
    ];
    for (const [what, ask] of asked) {
      const response = await ask();
      await response.body?.cancel();
      assertEquals(response.headers.get("cache-control"), "no-store", `${what} ${accept}`);
      assertStringIncludes(
        response.headers.get("vary") ?? "",
        "X-Hyper-Action, Accept, X-Hyper-Layer",
        `${what} ${accept}`,
      );
    }
    app.takeReports();
  }
});

Deno.test("T41: Vary of a page does not depend on the request", async () => {
  await using app = new App({ "/": { default: () => "home" } });
  const response = await app.request("/", { headers: { vary: "X-Evil", accept: "text/html" } });
  await response.body?.cancel();
  assertEquals(response.headers.get("vary"), "X-Hyper-Action, Accept, X-Hyper-Layer");
});

Deno.test("T41: a page that shows a flash is not cached", async () => {
  const save = action("save", { form: defineForm("f", { fields: { t: field.text() } }) }, () => toast("Saved for Ada"));
  const Page = () => (
    <>
      <Toasts />
      <Form action={save} />
    </>
  );
  await using app = new App({ "/": { default: Page, save } });
  const shown = await app.follow(await app.submit(await app.open("/"), "save", { t: "x" }));
  assertStringIncludes(shown.html, "Saved for Ada");
  assertEquals(shown.response.headers.get("cache-control"), "no-store");
  assert(!(await app.open("/")).html.includes("Saved for Ada"));
});

Deno.test("T43: the flash cookie is small whatever the toasts are, HttpOnly, and expires", async () => {
  const save = action("save", { form: defineForm("f", { fields: { t: field.text() } }) }, ({ form }) => {
    const { t } = form.values;
    return [toast("first"), toast(t), ...Array.from({ length: 20 }, (_, at) => toast(`more ${at}`))];
  });
  const Page = () => (
    <>
      <Toasts />
      <Form action={save} />
    </>
  );
  for (const scheme of ["http", "https"]) {
    const handler = createHandler({
      baseDir: "/srv/app",
      pages: [{ path: "/", load: () => Promise.resolve({ default: Page, save }) }],
    });
    const response = await handler(
      new Request(`${scheme}://site.test${formActionUrl("save")}`, {
        method: "POST",
        body: new URLSearchParams({ t: "é".repeat(5_000), _next_form_page: "pages/page.tsx", _next_form_origin: "/" }),
      }),
    );
    const [cookie = ""] = response.headers.getSetCookie();
    assert(cookie.length < 2_400, String(cookie.length));
    assertStringIncludes(cookie, "HttpOnly; SameSite=Lax");
    assertStringIncludes(cookie, "Max-Age=60");
    assertEquals(cookie.includes("Secure"), scheme === "https");
    assertMatch(decodeURIComponent(cookie), /\["[0-9a-f-]{36}",\{"value":"first"\}\];/);
    await handler.close();
  }
});

Deno.test("T43: a page is served with a flash cookie of any length and content", async () => {
  await using app = new App({ "/": { default: () => <Toasts /> } });
  for (
    const value of [
      "%",
      "%E0%A4%A",
      "[",
      "null",
      "x".repeat(60_000),
      "%00",
      "[{}]",
      "1e999",
      '[{"__proto__":{"message":"x"}}]',
    ]
  ) {
    const response = await app.request("/", { headers: { cookie: `hyper_flash=${value}; a=b` } });
    assertEquals(response.status, 200, value.slice(0, 20));
    await response.body?.cancel();
  }
});

Deno.test("T45: a client cannot choose what is refreshed, or how often", async () => {
  let renders = 0;
  const save = action("save", () => toast("done"));
  await using app = new App({
    "/": {
      default: () => {
        renders++;
        return "home";
      },
      save,
    },
  });
  const wishes = { "x-hyper-refresh": "#a,".repeat(1_000), "x-hyper-zones": "all", "x-hyper-target": "#a" };
  const response = await app.call("save", { headers: wishes, data: { refresh: ["#a"], _refresh: "1" } });
  await response.body?.cancel();
  assertEquals([response.status, renders], [200, 0]);
});

class Careless extends RegistryFormActionBackend {
  constructor(readonly answer: () => unknown) {
    super();
  }
  override dispatch(_request: Request, _uid: string, _context: DispatchContext): Promise<Response> {
    return Promise.resolve(this.answer()) as Promise<Response>;
  }
}

for (
  const [what, answer] of [
    ["nothing", () => undefined],
    ["null", () => null],
    ["a string", () => "<script>"],
    ["an object that resembles a Response", () => ({ status: 200, headers: new Headers(), body: null })],
    ["Response.error()", () => Response.error()],
    ["a response whose body is locked", () => {
      const response = new Response("x");
      response.body?.getReader();
      return response;
    }],
    ["a rejection", () => Promise.reject(new Error("broken"))],
  ] as const
) {
  Deno.test(`T46: a backend that returns ${what} is 500, and onError is called`, async () => {
    const save = action("save", () => {});
    await using app = new App({ "/": { default: () => "", save } }, { backends: [new Careless(answer)] });
    for (const fields of [undefined, { a: "1" }]) {
      const response = await app.call("save", fields === undefined ? {} : { fields });
      assertEquals(response.status, 500);
      assert(!(await response.text()).includes("<script>"));
      assertEquals(app.takeReports().length, 1);
    }
  });
}

Deno.test("T46: the response of a backend is sent without control characters and connection headers", async () => {
  const answer = () =>
    new Response("fine", { headers: { "x-a": "a\u0001b", connection: "keep-alive", "keep-alive": "1" } });
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } }, { backends: [new Careless(answer)] });
  const response = await app.call("save");
  assertEquals([response.headers.get("x-a"), response.headers.get("connection"), await response.text()], [
    "a%01b",
    null,
    "fine",
  ]);
});

Deno.test("T46: a Response that is returned twice is 500 the second time, with the reason in the log", async () => {
  const same = new Response("once");
  const save = action("save", () => same);
  await using app = new App({ "/": { default: () => "", save } });
  assertEquals(await (await app.call("save", { accept: "text/html" })).text(), "once");
  const second = await app.call("save", { accept: "text/html" });
  assertEquals(second.status, 500);
  await second.body?.cancel();
  assertStringIncludes(app.takeError().message, "its body has been read already");
});

Deno.test("T47: receivers of server events that throw, reject or never settle neither change nor delay a response", async () => {
  const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/": { default: () => <Form action={save} />, save } });
  const { signals } = app.handler;
  for (
    const signal of [signals.actionDispatched, signals.formValidationFailed, signals.actionFailed, signals.accessDenied]
  ) {
    signal.connect(() => {
      throw new Error("receiver broken");
    });
    signal.connect(() => Promise.reject(new Error("receiver broken later")));
    signal.connect(() => new Promise(() => {}));
    signal.connect((payload) => {
      Object.assign(payload, { request: null });
    });
  }
  const page = await app.open("/");
  assertEquals((await app.submit(page, "save", { title: "x" })).status, 303);
  assertEquals((await app.submit(page, "save", { title: "" })).status, 200);
  const refused = await app.call("save", { headers: { "sec-fetch-site": "cross-site" } });
  assertEquals(refused.status, 403);
  await refused.body?.cancel();
  assertEquals(app.takeReports().length, 9);
});

Deno.test("T48: user input cannot add a line to the log or move the cursor", async () => {
  const save = action("save", ({ data }) => {
    throw new Error(`no such note: ${data.title}`);
  });
  await using app = new App({ "/": { default: () => "", save } });
  const forged = "\u001b[2J\u001b[31m\rroot\u0007\u009b1A\u0000";
  const response = await app.call("save", { fields: { title: forged }, path: "/?x=%1b[2J" });
  await response.body?.cancel();
  const log = app.console.join("\n");
  assertStringIncludes(log, 'action "save", POST /');
  assertStringIncludes(log, "no such note: \\x1b[2J");
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(log));
  // onError has the error itself.
  assertStringIncludes(app.takeError().message, forged);
});

Deno.test("T48: line breaks and direction marks in user input are escaped in the log", async () => {
  const save = action("save", ({ data }) => {
    throw new Error(`no such note: ${data.title}`);
  });
  await using app = new App({ "/": { default: () => "", save } });
  for (const end of ["\n", "\r\n", "\u2028", "\u2029"]) {
    const response = await app.call("save", {
      fields: { title: `x${end}Error in action "erase", POST /: \u202edone\u2066` },
    });
    await response.body?.cancel();
    app.takeReports();
  }
  const lines = app.console.flatMap((entry) => entry.split(/[\n\u2028\u2029]/));
  assertEquals(lines.filter((line) => line.startsWith("Error in ")).length, 4);
  assert(!/[\u202a-\u202e\u2066-\u2069]/.test(lines.join("")));
});

Deno.test("T48: a request for a URL that does not exist is not logged, so a scanner cannot fill the disk", async () => {
  await using app = new App({ "/": { default: () => "" } });
  for (const path of ["/wp-login.php", "/a%2fb", "/.env", "/?_action=nope"]) {
    for (const method of ["GET", "POST"]) await (await app.request(path, { method })).body?.cancel();
  }
  assertEquals(app.console, []);
});

Deno.test("T49: URLs for development are 404 or 405 for another site", async () => {
  await using app = new App({ "/": { default: () => "" } }, { dev: true });
  for (
    const path of [
      "/_hyper/",
      "/_hyper/dev",
      "/_hyper/reload",
      "/_hyper/client.js.map",
      "/_frsh/",
      "/__debug",
      "/_next/form/",
    ]
  ) {
    const response = await app.request(path, { headers: { origin: "null", "sec-fetch-site": "cross-site" } });
    assert([404, 405].includes(response.status), `${path} ${response.status}`);
    await response.body?.cancel();
  }
});

Deno.test("T49: in development mode, a client without the token does not receive the message of an error", async () => {
  const crash = action("crash", () => {
    throw new Error("cannot reach db.internal");
  });
  await using app = new App({ "/": { default: () => "", crash } }, { dev: true });
  for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
    const response = await app.call("crash", { accept });
    assertEquals((await response.text()).includes("db.internal"), false);
    app.takeReports();
  }
});

Deno.test("T50: an error in the disposal of a dependency is reported, and the response is still sent", async () => {
  const connection = dependency("connection", () => ({
    [Symbol.asyncDispose]: () => Promise.reject(new Error("cannot close")),
  }));
  const save = action("save", { inject: { connection } }, () => toast("done"));
  await using app = new App({ "/": { default: () => "", save } });
  const response = await app.call("save");
  assertEquals(response.status, 200);
  await response.body?.cancel();
  assertEquals(app.takeReports().map(({ error }) => String(error)), ["Error: cannot close"]);
});
