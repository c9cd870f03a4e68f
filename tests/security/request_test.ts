/** Attacks on the parsers of requests, by row of the list of threats. Each test sends the request of the attack. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HyperError, InputError } from "../../src/errors.ts";
import { type Body, readBody } from "../../src/http/body.ts";
import { canonicalRequest } from "../../src/http/canonical.ts";
import { type CrossOriginOptions, crossOriginVerdict, resolveCrossOrigin } from "../../src/http/cross_origin.ts";
import { readIntent } from "../../src/actions/intent.ts";
import { mergeKwargs, readDataHeader, readQuery } from "../../src/actions/kwargs.ts";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/http/limits.ts";

const SITE = "https://site.test/page";
const FORM = "application/x-www-form-urlencoded";

/** Returns whether a request passes the cross-origin check, with its headers. */
function admitted(request: Request, chosen: CrossOriginOptions = {}): boolean {
  const options = resolveCrossOrigin(chosen);
  const canonical = canonicalRequest(request, { trustProxy: options.trustProxy, allowedHosts: null });
  assert(canonical.kind === "ok");
  return crossOriginVerdict({
    method: canonical.method,
    fetchSite: request.headers.get("sec-fetch-site"),
    origin: request.headers.get("origin"),
    ownOrigin: canonical.url.origin,
  }, options) === null;
}

function post(body: BodyInit, type: string, headers: Record<string, string> = {}): Request {
  return new Request(SITE, { method: "POST", body, headers: { ...headers, "content-type": type } });
}

/** Returns the input that an action function would receive. */
async function kwargs(request: Request): Promise<Record<string, unknown>> {
  const header = readDataHeader(request, DEFAULT_LIMITS);
  const query = readQuery(new URL(request.url), DEFAULT_LIMITS);
  return mergeKwargs({ header, query, body: await readBody(request, DEFAULT_LIMITS) }, DEFAULT_LIMITS);
}

async function status(run: () => Promise<unknown>): Promise<number> {
  return (await assertRejects(run, InputError)).status;
}

/** Sends raw bytes to a server and returns the status of the response. */
async function sendRaw(bytes: string, handler: (request: Request) => Promise<number>): Promise<number> {
  const seen = Promise.withResolvers<number>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const status = await handler(request);
    seen.resolve(status);
    return new Response(null, { status });
  });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  try {
    await connection.write(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
    return await seen.promise;
  } finally {
    connection.close();
    await server.shutdown();
  }
}

Deno.test("T1: a form on another site is rejected, whatever its content type", () => {
  const types = [FORM, "multipart/form-data; boundary=b", "text/plain", "Text/Plain", "application/JSON", ""];
  for (const type of types) {
    for (const evidence of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.test" }]) {
      const request = new Request(SITE, { method: "POST", body: new Blob(["a=1"]), headers: evidence });
      if (type === "") request.headers.delete("content-type");
      else request.headers.set("content-type", type);
      assertEquals(admitted(request), false, `${type} ${JSON.stringify(evidence)}`);
    }
  }
});

Deno.test("T2: an Origin that resembles the own one is rejected", () => {
  for (
    const origin of [
      "null",
      "https://site.test, https://evil.test",
      "https://site.test.",
      "http://site.test",
      "https://site.test@evil.test",
    ]
  ) {
    assertEquals(admitted(post("a=1", FORM, { origin })), false, origin);
    assertEquals(admitted(post("a=1", FORM, { origin }), { trustedOrigins: ["https://admin.test"] }), false, origin);
  }
  const twice = post("a=1", FORM);
  twice.headers.append("sec-fetch-site", "same-origin");
  twice.headers.append("sec-fetch-site", "cross-site");
  assertEquals(admitted(twice), false);
  for (const origin of ["HTTPS://SITE.TEST", "https://site.test:443"]) {
    assertEquals(admitted(post("a=1", FORM, { origin })), true, origin);
  }
});

Deno.test("T3: a sibling domain of the same site is rejected", () => {
  const headers = { "sec-fetch-site": "same-site", origin: "https://evil.site.test" };
  assertEquals(admitted(post("a=1", FORM, headers)), false);
});

Deno.test("T4: behind a TLS-terminating proxy a form of the site is accepted, and forwarded headers are used only if trusted", () => {
  const behind = (headers: Record<string, string>) =>
    new Request("http://site.test/page", {
      method: "POST",
      body: "a=1",
      headers: { ...headers, "content-type": FORM },
    });
  const own = { origin: "https://site.test", "x-forwarded-proto": "https", "x-forwarded-host": "site.test" };
  assertEquals(admitted(behind(own)), false);
  assertEquals(admitted(behind(own), { trustProxy: true }), true);
  assertEquals(admitted(behind(own), { trustedOrigins: ["https://site.test"] }), true);
  const forged = { origin: "https://evil.test", "x-forwarded-proto": "https", "x-forwarded-host": "evil.test" };
  assertEquals(admitted(behind(forged)), false);
});

Deno.test("T5: only URL and headers of a GET can name an action, and its body is not read", async () => {
  const request = new Request(`${SITE}?_action=remove`, { headers: { "content-type": FORM } });
  const intent = readIntent(request, new URL(request.url));
  assertEquals([intent.kind, intent.kind === "named" && intent.via], ["named", "query"]);
  assertEquals(await readBody(request, DEFAULT_LIMITS), { kind: "empty" });
});

Deno.test("T6: a method is used as sent, without an override and without a change of case", () => {
  const overridden = post("_method=GET", FORM, { "x-http-method-override": "GET", "sec-fetch-site": "cross-site" });
  assertEquals(admitted(overridden), false);
  const statuses = ["get", "post", "Head", "FOO", "TRACE", "CONNECT"].map((method) => {
    const canonical = canonicalRequest({ url: SITE, method, headers: new Headers() });
    return canonical.kind === "refused" ? canonical.status : null;
  });
  assertEquals(statuses, [501, 501, 501, 501, 405, 405]);
});

Deno.test("T7: a hostile action name is returned unchanged", () => {
  for (const name of ["constructor", "__proto__", "toString", "a.b", "%2e", "../x", "login.bind", "x".repeat(60_000)]) {
    const intent = readIntent({ headers: new Headers({ "x-hyper-action": name }) }, new URL(SITE));
    assertEquals(intent.kind === "named" && intent.name, name);
    const query = readIntent({ headers: new Headers() }, new URL(`${SITE}?_action=${encodeURIComponent(name)}`));
    assertEquals(query.kind === "named" && query.name, name);
  }
});

Deno.test("T8: a field path through a prototype is 400, and a name without a path becomes an own property", async () => {
  for (
    const name of [
      "__proto__.x",
      "constructor.prototype.x",
      "a[__proto__]",
      "a.__proto__.b",
      "__proto__[0]",
      "__proto__[]",
    ]
  ) {
    assertEquals(await status(() => kwargs(post(`${encodeURIComponent(name)}=1`, FORM))), 400, name);
    assertEquals(await status(() => kwargs(new Request(`${SITE}?${encodeURIComponent(name)}=1`))), 400, name);
    const form = new FormData();
    form.append(name, "1");
    assertEquals(await status(() => kwargs(new Request(SITE, { method: "POST", body: form }))), 400, name);
  }
  const flat = await kwargs(post("__proto__=1&constructor=2&hasOwnProperty=3&toString.x=4", FORM));
  assertEquals(Object.entries(flat), [["__proto__", "1"], ["constructor", "2"], ["hasOwnProperty", "3"], ["toString", {
    x: "4",
  }]]);
  assertEquals(Object.getPrototypeOf(flat), Object.prototype);
  assertEquals(("x" in {}) || ("isAdmin" in {}), false);
});

Deno.test("T9: JSON that contains the name of a prototype is 400, in header, body and field", async () => {
  for (
    const json of [
      '{"__proto__":{"isAdmin":true}}',
      '{"a":{"__proto__":1}}',
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      '{"\\u005f\\u005fproto__":1}',
    ]
  ) {
    assertEquals(await status(() => kwargs(new Request(SITE, { headers: { "x-hyper-data": json } }))), 400, json);
    assertEquals(await status(() => kwargs(post(json, "application/json"))), 400, json);
    assertEquals(await status(() => kwargs(post(`_hyper_data=${encodeURIComponent(json)}`, FORM))), 400, json);
  }
  assertEquals(await kwargs(post('{"a":1,"a":2,"form":3,"request":4}', "application/json")), {
    a: 2,
    form: 3,
    request: 4,
  });
  assertEquals(Object.hasOwn(Object.prototype, "isAdmin"), false);
});

Deno.test("T8, T9: the names of prototypes are rejected in a realm where __proto__ is a setter, too", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--quiet",
      "--no-check",
      "--allow-read",
      "--allow-env",
      "--unstable-unsafe-proto",
      new URL("../actions/kwargs_test.ts", import.meta.url).href,
      new URL("../http/json_test.ts", import.meta.url).href,
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("T10: an index that would create a long array is 400, and no array is allocated", async () => {
  for (const name of ["a[10000000]", "a[4294967294]", "a[-1]", "a[01]", "a[1e3]", "a[1000]"]) {
    assertEquals(await status(() => kwargs(post(`${encodeURIComponent(name)}=1`, FORM))), 400, name);
  }
  const off = resolveLimits({ arrayIndex: Infinity });
  const sparse: Body = { kind: "fields", fields: new Map([["a[900000000]", ["1"]]]) };
  assertEquals(mergeKwargs({ header: null, query: new Map(), body: sparse }, off), { a: ["1"] });
});

Deno.test("T11: names and JSON that are too deep are rejected before objects are created", async () => {
  const refused = async (run: () => Promise<unknown>) => {
    const { limit } = await assertRejects(run, InputError);
    return limit;
  };
  const deep = Array(20_000).fill("a").join(".");
  assertEquals(await refused(() => kwargs(post(`${deep}=1`, FORM))), "nameBytes");
  assertEquals(await refused(() => kwargs(post(`${Array(33).fill("a").join(".")}=1`, FORM))), "depth");
  const levels = 100_000;
  assertEquals(await refused(() => kwargs(post("[".repeat(levels) + "]".repeat(levels), "application/json"))), "depth");
});

Deno.test("T12: a million tiny fields, parts or values are each rejected by a limit", async () => {
  const cases: [Request, string][] = [
    [post("a&".repeat(500_000), FORM), "fields"],
    [
      post(
        '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(10_000),
        "multipart/form-data; boundary=b",
      ),
      "parts",
    ],
    [
      post(
        '--b\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\r\n'.repeat(10_000),
        "multipart/form-data; boundary=b",
      ),
      "files",
    ],
    [
      post(
        '--b\r\nContent-Disposition: form-data; name="a"; filename=""\r\n\r\n\r\n'.repeat(10_000),
        "multipart/form-data; boundary=b",
      ),
      "parts",
    ],
    [post(`[${"{},".repeat(80_000)}{}]`, "application/json"), "jsonNodes"],
    [post(`${"x".repeat(300)}=1`, FORM), "nameBytes"],
    [post(`--b\r\nX: ${"x".repeat(9_000)}\r\n\r\n`, "multipart/form-data; boundary=b"), "partHeaderBytes"],
  ];
  for (const [request, limit] of cases) {
    const error = await assertRejects(() => readBody(request, DEFAULT_LIMITS), InputError);
    assertEquals([error.status, error.limit], [413, limit]);
    assert(error.message.includes(`"${limit}"`));
  }
});

Deno.test("T13: a body with a wrong length is 400 or 413, with Content-Length or chunked", async () => {
  const answer = async (request: Request): Promise<number> => {
    try {
      await readBody(request, resolveLimits({ bodyBytes: 100 }));
      return 200;
    } catch (error) {
      return error instanceof HyperError ? error.status : 500;
    }
  };
  const head = `POST / HTTP/1.1\r\nHost: site.test\r\nContent-Type: ${FORM}\r\n`;
  assertEquals(await sendRaw(`${head}Content-Length: 3\r\n\r\na=1`, answer), 200);
  assertEquals(await sendRaw(`${head}Content-Length: 200000000\r\n\r\na=1`, answer), 413);
  assertEquals(
    await sendRaw(`${head}Transfer-Encoding: chunked\r\n\r\n80\r\n${"a".repeat(128)}\r\n0\r\n\r\n`, answer),
    413,
  );
});

Deno.test("T14: an ambiguous multipart body is 400", async () => {
  const part = 'Content-Disposition: form-data; name="a"';
  for (
    const body of [
      `--b\r\n${part}\r\n\r\n1`,
      `--b\r\n${part}\r\n\r\n1\r\n--b\r\n`,
      `--b\n${part}\n\n1\n--b--\n`,
      `--b\r\n${part}; name="role"\r\n\r\n1\r\n--b--`,
      `--b\r\n${part}\r\n${part}\r\n\r\n1\r\n--b--`,
      `--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--`,
      `--b\r\n${part}; filename="a\0.png"\r\n\r\n1\r\n--b--`,
      `--b\r\n${part}\r\n\r\n1\r\n--b-\r\n--b--`,
    ]
  ) {
    assertEquals(await status(() => kwargs(post(body, "multipart/form-data; boundary=b"))), 400, JSON.stringify(body));
  }
  const whole = `--b\r\n${part}\r\n\r\n1\r\n--b--`;
  for (const type of ["multipart/form-data; boundary=b; boundary=c", "multipart/form-data"]) {
    assertEquals(await status(() => kwargs(post(whole, type))), 400, type);
  }
  // Request.formData() returns an empty form.
  assertEquals(await kwargs(post(`preamble\r\n${whole}`, "multipart/form-data; boundary=b")), { a: "1" });
  assertEquals(
    await kwargs(post(whole.replace('"a"', `"a"; filename*=UTF-8''evil`), "multipart/form-data; boundary=b")),
    { a: "1" },
  );
});

Deno.test("T15: a body that stalls is 408", async () => {
  const answer = async (request: Request): Promise<number> => {
    const error = await assertRejects(() => readBody(request, resolveLimits({ bodySeconds: 0.05 })), InputError);
    assertEquals(error.limit, "bodySeconds");
    return error.status;
  };
  const head = `POST / HTTP/1.1\r\nHost: site.test\r\nContent-Type: ${FORM}\r\nContent-Length: 100\r\n\r\n`;
  assertEquals(await sendRaw(`${head}a=1`, answer), 408);
  assertEquals(await sendRaw(head, answer), 408);
});

Deno.test("T27: an ambiguous path is 400", async () => {
  const answer = (request: Request): Promise<number> => {
    const canonical = canonicalRequest(request);
    return Promise.resolve(canonical.kind === "ok" ? 200 : canonical.status);
  };
  const paths: [string, number][] = [
    ["//admin", 400],
    ["/%2561dmin", 400],
    ["/users/%5Cadmin", 400],
    ["/users/%2fadmin", 400],
    ["/admin/.", 400],
    ["/public/..%2fadmin", 400],
    ["/public/%2e%2e/admin", 400],
    ["/admin#frag", 400],
    ["/a%00", 400],
    ["/a\\b", 400],
    ["/%61dmin", 200],
    ["/tags/100%25", 200],
  ];
  for (const [path, expected] of paths) {
    assertEquals(await sendRaw(`GET ${path} HTTP/1.1\r\nHost: site.test\r\n\r\n`, answer), expected, path);
  }
});

Deno.test("T28: a Host that changes the path, or differs from the request target, is 400", async () => {
  const answer = (request: Request): Promise<number> => {
    const canonical = canonicalRequest(request);
    return Promise.resolve(canonical.kind === "ok" ? 200 : canonical.status);
  };
  const targets: [string, string, number][] = [
    ["/a", "site.test/evil?x=", 400],
    ["/a", "user@site.test", 400],
    ["/a", "site.test#x", 400],
    ["/a", "a\\b", 400],
    ["/a", "", 400],
    ["http://evil.test/a", "site.test", 400],
    ["http://site.test/a", "site.test", 200],
    ["/a", "site.test:8000", 200],
  ];
  for (const [target, host, expected] of targets) {
    assertEquals(
      await sendRaw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, answer),
      expected,
      `${target} ${host}`,
    );
  }
});

Deno.test("T42: long hostile input is processed in linear time", async () => {
  const long = 100_000;
  const swallow = async (run: () => unknown): Promise<void> => {
    try {
      await run();
    } catch (error) {
      assert(error instanceof InputError, String(error));
    }
  };
  const header = (name: string, value: string) => ({ headers: new Headers({ [name]: value }) });
  const multi = "multipart/form-data; boundary=";
  const near = `\r\n--${"-".repeat(69)}`;
  const disposition = (text: string) => `--b\r\nContent-Disposition: ${text}\r\n\r\n\r\n--b--`;
  const off = resolveLimits({ partHeaderBytes: Infinity, nameBytes: Infinity, depth: Infinity });
  const attacks: [string, () => unknown][] = [
    ["Accept", () => readIntent(header("accept", "application/json," + ";".repeat(long)), new URL(SITE))],
    ["Accept, list", () => readIntent(header("accept", "text/event-stream,".repeat(110)), new URL(SITE))],
    ["target", () => readIntent(header("x-hyper-target", "%41".repeat(long)), new URL(SITE))],
    ["last event id", () => readIntent(header("last-event-id", "a:".repeat(long)), new URL(SITE))],
    ["content type", () => readBody(post("a", "multipart/form-data" + "; ".repeat(long)), DEFAULT_LIMITS)],
    [
      "content type, quoted",
      () => readBody(post("a", 'multipart/form-data; a="' + "\\a".repeat(long)), DEFAULT_LIMITS),
    ],
    ["boundary", () => readBody(post("a", multi + "a ".repeat(long)), DEFAULT_LIMITS)],
    [
      "data header",
      () => readDataHeader(header("x-hyper-data", "[".repeat(long)), resolveLimits({ dataHeaderBytes: Infinity })),
    ],
    ["path", () => canonicalRequest({ url: `${SITE}/${"%25".repeat(long)}`, method: "GET", headers: new Headers() })],
    [
      "path, dots",
      () => canonicalRequest({ url: `${SITE}/${"./".repeat(long)}`, method: "GET", headers: new Headers() }),
    ],
    [
      "host",
      () => canonicalRequest({ url: SITE, method: "GET", headers: new Headers({ host: "a.".repeat(long) + "!" }) }),
    ],
    ["origin", () => admitted(post("a", FORM, { origin: "https://" + "a".repeat(long) + " " }))],
    ["name, dots", () => kwargs(post(".".repeat(long), FORM))],
    [
      "name, path",
      () =>
        readBody(post("a.".repeat(long), FORM), off).then((body) =>
          mergeKwargs({ header: null, query: new Map(), body }, off)
        ),
    ],
    [
      "name, brackets",
      () =>
        readBody(post("a" + "[".repeat(long), FORM), off).then((body) =>
          mergeKwargs({ header: null, query: new Map(), body }, off)
        ),
    ],
    ["escapes", () => readBody(post("a=" + "%".repeat(long), FORM), DEFAULT_LIMITS)],
    ["pairs without =", () => readBody(post("a&".repeat(long), FORM), resolveLimits({ fields: Infinity }))],
    ["JSON, quotes", () => readBody(post('"' + "\\".repeat(long), "application/json"), DEFAULT_LIMITS)],
    ["disposition", () => readBody(post(disposition("form-data" + "; ".repeat(long)), `${multi}b`), off)],
    [
      "disposition, quotes",
      () => readBody(post(disposition('form-data; name="' + "a".repeat(long)), `${multi}b`), off),
    ],
    ["part headers", () => readBody(post(`--b\r\n${"X:\r".repeat(long)}\r\n\r\n--b--`, `${multi}b`), off)],
    [
      "near-boundaries",
      () => readBody(post("-".repeat(long * 5) + near.repeat(5_000), multi + "-".repeat(70)), DEFAULT_LIMITS),
    ],
    ["carriage returns", () => readBody(post("\r".repeat(long * 10), `${multi}b`), DEFAULT_LIMITS)],
  ];
  for (const [name, attack] of attacks) {
    const started = performance.now();
    await swallow(attack);
    const took = performance.now() - started;
    // Each takes a few milliseconds. A quadratic algorithm would take minutes.
    assert(took < 2_000, `${name} took ${Math.round(took)} ms`);
  }
});
