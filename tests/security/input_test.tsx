/** T7 to T15, T26 to T28: requests with hostile content, as bytes and as fields, sent to the handler. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { action, createHandler, defineForm, defineFormset, field, formActionUrl } from "../../mod.ts";
import { App, EVENTS, JSON_TYPE } from "../support/app.tsx";
import { serveRaw } from "../support/raw.ts";

const FORM = "application/x-www-form-urlencoded";

/** An application whose action records the runs of its guard and its function, and their input. */
function reaching() {
  const reached: string[] = [];
  const seen: unknown[] = [];
  const save = action("save", { guard: () => void reached.push("guard") }, ({ data, params }) => {
    reached.push("handler");
    seen.push(data);
    return { params };
  });
  const app = new App({ "/": { default: () => "home", save }, "/notes/[id]": { default: () => "note" } });
  const post = async (body: BodyInit, type: string, path = "/"): Promise<number> => {
    const headers = { "content-type": type, "x-hyper-action": "save", accept: JSON_TYPE };
    const response = await app.request(path, { method: "POST", body, headers });
    await response.body?.cancel();
    return response.status;
  };
  return { app, reached, seen, post };
}

const HOSTILE_NAMES = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "save.bind",
  "save.constructor",
  "save/",
  "SAVE",
  "%73ave",
  "../save",
  "x".repeat(60_000),
];

Deno.test("T7: an action name that is a property of a prototype or a function, or has any length, is 404 and not repeated", async () => {
  const { app, reached } = reaching();
  await using _ = app;
  for (const name of HOSTILE_NAMES) {
    for (
      const request of [
        () => app.call(name),
        () => app.request(`/?_action=${encodeURIComponent(name)}`, { method: "POST" }),
        () => app.request("/", { method: "POST", body: new URLSearchParams({ _action: name }) }),
      ]
    ) {
      const response = await request();
      const text = await response.text();
      assertEquals([response.status, name.length < 5 || !text.includes(name)], [404, true], name.slice(0, 20));
    }
  }
  for (const uid of ["constructor", "__proto__", "0".repeat(16), "ABCDEF0123456789", "%00", "x".repeat(5_000)]) {
    const response = await app.request(`/_next/form/${uid}/`, { method: "POST" });
    assert(response.status === 404 || response.status === 400, uid);
    await response.body?.cancel();
  }
  assertEquals(reached, []);
});

for (
  const name of [
    "__proto__.x",
    "__proto__[x]",
    "__proto__[]",
    "constructor.prototype.x",
    "a.__proto__.x",
    "a[__proto__]",
    "a.constructor.b",
    "rows[0].__proto__.x",
  ]
) {
  Deno.test(`T8: a field with the name ${name} is 400 in body and query, and the action function does not run`, async () => {
    const { app, reached, post } = reaching();
    await using _ = app;
    const pair = `${encodeURIComponent(name)}=1`;
    const multipart = `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n1\r\n--b--`;
    assertEquals(await post(pair, FORM), 400);
    assertEquals(await post(multipart, "multipart/form-data; boundary=b"), 400);
    assertEquals(await post("", FORM, `/?${pair}`), 400);
    assertEquals([reached.includes("handler"), "x" in {}], [false, false]);
  });
}

Deno.test("T8: a field without a path becomes an own property of an ordinary object, whatever its name", async () => {
  const { app, seen, post } = reaching();
  await using _ = app;
  assertEquals(await post("__proto__=1&constructor=2&toString=3&hasOwnProperty=4", FORM), 200);
  const [data] = seen;
  assertEquals(Object.entries(data as object), [["__proto__", "1"], ["constructor", "2"], ["toString", "3"], [
    "hasOwnProperty",
    "4",
  ]]);
  assertEquals(Object.getPrototypeOf(data), Object.prototype);
});

Deno.test("T9: JSON with the name of a prototype is 400 in header, body and field, and the action function does not run", async () => {
  const { app, reached, post } = reaching();
  await using _ = app;
  for (
    const json of ['{"__proto__":{"isAdmin":true}}', '{"a":[{"__proto__":1}]}', '{"constructor":{"prototype":{}}}']
  ) {
    assertEquals(await post(json, JSON_TYPE), 400, json);
    assertEquals(await post(`_hyper_data=${encodeURIComponent(json)}`, FORM), 400, json);
    const response = await app.call("save", { headers: { "x-hyper-data": json } });
    assertEquals(response.status, 400, json);
    await response.body?.cancel();
  }
  assertEquals(reached.filter((step) => step === "handler"), []);
});

Deno.test("T9: a sent value does not replace a member of the context or a route parameter", async () => {
  let given: Record<string, unknown> = {};
  const look = action("look", { inject: {} }, (ctx) => {
    given = { ...ctx };
    return { params: { ...ctx.params } };
  });
  await using app = new App({ "/notes/[id]": { default: () => "note", look } });
  const names = ["request", "url", "params", "form", "deps", "signal", "signals", "files", "origin", "requestId", "id"];
  const data = Object.fromEntries(names.map((name) => [name, "forged"]));
  const answer = await app.data("look", { path: "/notes/7?id=8&params.id=9", data });
  assertEquals(answer, { ok: true, data: { params: { id: "7" } } });
  for (const name of names.slice(0, -1)) assert(given[name] !== "forged", name);
  assertEquals((given.data as Record<string, unknown>).request, "forged");
});

Deno.test("T9: an action cannot inject a value under a name that its context has", () => {
  for (const name of ["request", "form", "data", "params", "deps"]) {
    try {
      action("save", { inject: { [name]: { kind: "dependency", name: null, create: () => 1 } } }, () => {});
    } catch (error) {
      assertStringIncludes(String(error), `its context already has "${name}"`);
      continue;
    }
    throw new Error(`${name} was taken`);
  }
});

Deno.test("T10: a large, negative or malformed index is 400, and no array is created", async () => {
  const { app, reached, post } = reaching();
  await using _ = app;
  for (
    const name of [
      "a[10000000]",
      "a[4294967294]",
      "a[-1]",
      "a[01]",
      "a[1e3]",
      "a[1000]",
      "a[0x1]",
    ]
  ) {
    assertEquals(await post(`${encodeURIComponent(name)}=1`, FORM), 400, name);
  }
  assertEquals(reached.filter((step) => step === "handler"), []);
});

Deno.test("T10: a formset that claims a million rows is rejected without creating them", async () => {
  const rows = defineFormset(defineForm("row", { fields: { name: field.text() } }), { prefix: "rows" });
  let runs = 0;
  const save = action("save", { form: rows }, () => void runs++);
  await using app = new App({ "/": { default: () => "", save } });
  for (const name of ["rows[999999].name", "rows[1000].name", "rows[5].name", "rows-TOTAL_FORMS"]) {
    const started = performance.now();
    const response = await app.request(formActionUrl("save"), {
      method: "POST",
      body: new URLSearchParams({ [name]: "1000000" }),
      headers: { accept: JSON_TYPE },
    });
    await response.body?.cancel();
    assert(response.status >= 200 && response.status < 500, name);
    assert(performance.now() - started < 500, `${name} took ${performance.now() - started} ms`);
  }
  // `rows[5]` alone is one row.
  assert(runs <= 2);
});

for (
  const [what, status, type, body] of [
    ["a name of 33 levels", 400, FORM, () => `${Array(33).fill("a").join(".")}=1`],
    ["a name of 20,000 levels", 413, FORM, () => `${Array(20_000).fill("a").join(".")}=1`],
    ["JSON of 65 levels", 413, JSON_TYPE, () => `{"a":${"[".repeat(64)}${"]".repeat(64)}}`],
    ["JSON of 100,000 levels", 413, JSON_TYPE, () => "[".repeat(100_000)],
  ] as const
) {
  Deno.test(`T11: ${what} is ${status}, and the action function does not run`, async () => {
    const { app, reached, post } = reaching();
    await using _ = app;
    assertEquals(await post(body(), type), status);
    assertEquals(reached.filter((step) => step === "handler"), []);
  });
}

Deno.test("T11: data of the maximum depth is rendered, sent as JSON and hashed", async () => {
  const { app, post } = reaching();
  await using _ = app;
  assertEquals(await post(`{"a":${"[".repeat(63)}${"]".repeat(63)}}`, JSON_TYPE), 200);
  assertEquals(await post(`${Array(32).fill("a").join(".")}=1`, FORM), 200);
});

const PART = 'Content-Disposition: form-data; name="a"';
for (
  const [what, limit, type, body] of [
    ["a thousand and one fields", "fields", FORM, () => "a&".repeat(1_001)],
    [
      "a thousand and one parts",
      "parts",
      "multipart/form-data; boundary=b",
      () => `--b\r\n${PART}\r\n\r\n\r\n`.repeat(1_001),
    ],
    [
      "twenty-one files",
      "files",
      "multipart/form-data; boundary=b",
      () => `--b\r\n${PART}; filename="f"\r\n\r\nx\r\n`.repeat(21),
    ],
    ["too many values in JSON", "jsonNodes", JSON_TYPE, () => `{"a":[${"0,".repeat(50_000)}0]}`],
    ["a name that is too long", "nameBytes", FORM, () => `${"x".repeat(257)}=1`],
    [
      "headers of a part that are too long",
      "partHeaderBytes",
      "multipart/form-data; boundary=b",
      () => `--b\r\nX: ${"x".repeat(8_300)}\r\n\r\n`,
    ],
    ["JSON that is too long", "jsonBytes", JSON_TYPE, () => `{"a":"${"x".repeat(262_144)}"}`],
    ["a body that is too long", "bodyBytes", FORM, () => `a=${"x".repeat(1_048_576)}`],
  ] as const
) {
  Deno.test(`T12: ${what} is 413 and names the limit, and the action function does not run`, async () => {
    const { app, reached } = reaching();
    await using _ = app;
    const headers = { "content-type": type, "x-hyper-action": "save", accept: JSON_TYPE };
    const response = await app.request("/", { method: "POST", body: body(), headers });
    assertEquals(response.status, 413);
    assertStringIncludes(await response.text(), limit);
    assertEquals(reached, ["guard"]);
  });
}

Deno.test("T13: a body with a wrong length is rejected before the action function, with Content-Length or chunked", async () => {
  const { app, reached } = reaching();
  await using _ = app;
  await using server = serveRaw((request) => app.handler(request));
  const head = `POST / HTTP/1.1\r\nHost: site.test\r\nX-Hyper-Action: save\r\nContent-Type: ${FORM}\r\n`;
  const large = "a".repeat(1_100_000);
  const chunk = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
  assertEquals((await server.send(`${head}Content-Length: 200000000\r\n\r\na=1`)).status, 413);
  assertEquals((await server.send(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`)).status, 413);
  // Both lengths at once allow request smuggling (RFC 9112, 6.3).
  const both = await server.send(`${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n`);
  assert([200, 204, 400].includes(both.status), String(both.status));
  assertEquals(reached.filter((step) => step === "handler").length, both.status === 400 ? 0 : 1);
  assertEquals((await server.send(`${head}Content-Length: 3\r\n\r\na=1`)).status, 204);
});

Deno.test("T14: an ambiguous multipart body is 400, and the action function does not run", async () => {
  const { app, reached, post } = reaching();
  await using _ = app;
  for (
    const body of [
      `--b\r\n${PART}\r\n\r\n1`,
      `--b\r\n${PART}\r\n\r\n1\r\n--b\r\n`,
      `--b\n${PART}\n\n1\n--b--\n`,
      `--b\r\n${PART}; name="role"\r\n\r\n1\r\n--b--`,
      `--b\r\n${PART}\r\n${PART}\r\n\r\n1\r\n--b--`,
      `--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--`,
      `--b\r\n${PART}; filename="a\0.png"\r\n\r\n1\r\n--b--`,
      `--b\r\n${PART}\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n--b--`,
    ]
  ) {
    assertEquals(await post(body, "multipart/form-data; boundary=b"), 400, JSON.stringify(body));
  }
  assertEquals(reached.filter((step) => step === "handler"), []);
});

Deno.test("T15: a body that stalls or arrives slowly is 408, and the action function does not run", async () => {
  let runs = 0;
  const save = action("save", { limits: { bodySeconds: 0.1 } }, () => void runs++);
  await using app = new App({ "/": { default: () => "", save } });
  await using server = serveRaw((request) => app.handler(request));
  const head = `POST /?_action=save HTTP/1.1\r\nHost: site.test\r\nContent-Type: ${FORM}\r\n`;
  for (
    const bytes of [
      `${head}Content-Length: 100\r\n\r\n`,
      `${head}Content-Length: 100\r\n\r\na=1`,
      `${head}Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n`,
    ]
  ) {
    assertEquals([(await server.send(bytes)).status, runs], [408, 0]);
  }
});

Deno.test("T26: the page that a form names is looked up in the routes, and never opened as a file", async () => {
  const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/": { default: () => "home", save } });
  const { realPathSync, statSync, readTextFileSync, openSync } = Deno;
  const opened: string[] = [];
  const deny = (path: unknown): never => {
    opened.push(String(path));
    throw new Error("opened");
  };
  Object.assign(Deno, { realPathSync: deny, statSync: deny, readTextFileSync: deny, openSync: deny });
  try {
    for (
      const page of [
        "../../etc/passwd",
        "pages/../../../etc/page.tsx",
        "/etc/page.tsx",
        "pages/%2e%2e/page.tsx",
        "pages\\page.tsx",
        "pages/page.tsx\0.png",
        "C:\\page.tsx",
        "con",
        "pages/",
        "file:///srv/app/pages/page.tsx",
        `pages/${"x/".repeat(5_000)}page.tsx`,
      ]
    ) {
      const body = new URLSearchParams({ _next_form_page: page, _next_form_origin: "/" });
      const response = await app.request(formActionUrl("save"), { method: "POST", body });
      assertEquals(response.status, 400, page.slice(0, 40));
      await response.body?.cancel();
    }
  } finally {
    Object.assign(Deno, { realPathSync, statSync, readTextFileSync, openSync });
  }
  assertEquals(opened, []);
});

Deno.test("T26: only files in the folder of static files are served, however the path is encoded", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "pages"));
    await Deno.mkdir(join(root, "static", "sub"), { recursive: true });
    await Deno.writeTextFile(join(root, "pages", "page.tsx"), "export default () => 'home';");
    await Deno.writeTextFile(join(root, "secret.txt"), "secret");
    await Deno.writeTextFile(join(root, "static", ".env"), "secret");
    await Deno.writeTextFile(join(root, "static", "sub", "a.txt"), "public");
    await Deno.symlink(join(root, "secret.txt"), join(root, "static", "link.txt"));
    const handler = createHandler({ baseDir: root });
    await using server = serveRaw((request) => handler(request));
    for (
      const path of [
        "/../secret.txt",
        "/sub/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/sub/%2e%2e/%2e%2e/secret.txt",
        "/%252e%252e/secret.txt",
        "/..\\secret.txt",
        "/%5c..%5csecret.txt",
        "/.env",
        "/sub/../.env",
        "/link.txt",
        "//secret.txt",
        "/sub/a.txt%00.png",
        "/pages/page.tsx",
        "/sub",
        "/sub/",
      ]
    ) {
      const { status, body } = await server.send(
        `GET ${path} HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n`,
      );
      assert(status === 400 || status === 404, `${path} ${status}`);
      assert(!body.includes("secret") && !body.includes("export default"), path);
    }
    const file = await server.send("GET /sub/a.txt HTTP/1.1\r\nHost: site.test\r\n\r\n");
    assertEquals([file.status, file.body, file.headers.get("x-content-type-options")], [200, "public", "nosniff"]);
    await handler.close();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("T27: an ambiguous path is 400, and neither a guard nor the router receives it", async () => {
  const reached: string[] = [];
  const Admin = () => {
    reached.push("admin");
    return "admin";
  };
  await using app = new App({
    "/": { default: () => "home" },
    "/admin": { default: Admin },
    "/users/[name]": {
      default: ({ params }: { params: Record<string, string> }) => {
        reached.push(String(params.name));
        return "user";
      },
    },
  });
  await using server = serveRaw((request) => app.handler(request));
  for (
    const path of [
      "//admin",
      "///admin",
      "/%2561dmin",
      "/users/%5Cadmin",
      "/users/%2fadmin",
      "/users/..%2fadmin",
      "/users/../admin",
      "/users/%2e%2e/admin",
      "/admin/.",
      "/admin#frag",
      "/users/a%00",
      "/users/a\\b",
      "/users/%c0%ae",
      "/users/%zz",
      "/users/%0d%0aX:y",
    ]
  ) {
    const { status } = await server.send(`GET ${path} HTTP/1.1\r\nHost: site.test\r\n\r\n`);
    assertEquals([status, reached], [400, []], path);
  }
  for (const [path, name] of [["/users/%61da", "ada"], ["/users/a%25", "a%"], ["/users/a;b=c", "a;b=c"]] as const) {
    assertEquals((await server.send(`GET ${path} HTTP/1.1\r\nHost: site.test\r\n\r\n`)).status, 200, path);
    assertEquals(reached.pop(), name);
  }
  // Paths are case-sensitive: a guarded page does not exist in another spelling.
  assertEquals((await server.send("GET /ADMIN HTTP/1.1\r\nHost: site.test\r\n\r\n")).status, 404);
});

Deno.test("T28: a Host that changes the path, or differs from the request target, is 400, and no code of the application runs", async () => {
  let runs = 0;
  await using app = new App({ "/evil": { default: () => `${++runs}` }, "/a": { default: () => `${++runs}` } });
  await using server = serveRaw((request) => app.handler(request));
  for (
    const [target, host] of [
      ["/a", "site.test/evil?x="],
      ["/a", "user@site.test"],
      ["/a", "site.test#x"],
      ["/a", "a\\b"],
      ["/a", ""],
      ["/a", "site.test, evil.test"],
      ["http://evil.test/a", "site.test"],
    ]
  ) {
    const { status } = await server.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assertEquals([status, runs], [400, 0], `${target} ${host}`);
  }
  const twice = await server.send("GET /a HTTP/1.1\r\nHost: site.test\r\nHost: evil.test\r\n\r\n");
  assertEquals([twice.status, runs], [400, 0]);
});

Deno.test("T28: X-Forwarded-Host does not change a link or a redirect", async () => {
  const go = action("go", () => Response.redirect("http://site.test/next", 303));
  await using app = new App({ "/": { default: () => "home", go } });
  const forged = { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https", forwarded: "host=evil.test" };
  const page = await app.open("/", forged);
  assert(!page.html.includes("evil.test"));
  const response = await app.call("go", { headers: forged, accept: EVENTS });
  assertStringIncludes(await response.text(), 'data: {"url":"/next"}');
});
