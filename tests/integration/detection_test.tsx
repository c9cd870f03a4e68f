/** The ways in which a request names its action, and the sources of the data of a call. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, defineForm, field, Form, formActionUrl, HyperError, type Kwargs, redirect, toast } from "../../mod.ts";
import { App, bodyOf, eventsOf, type Fields, JSON_TYPE } from "../support/app.tsx";
import { findForm } from "../support/html.ts";

/** Actions that return their input; of files, the names. */
function echoes(): App {
  const plain = (data: Kwargs): Kwargs =>
    Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, value instanceof File ? value.name : value]),
    );
  const one = action("one", ({ data, params }) => ({ action: "one", data: plain(data), params }));
  const two = action("two", ({ data, params }) => ({ action: "two", data: plain(data), params }));
  const three = action("three", ({ data, params }) => ({ action: "three", data: plain(data), params }));
  const look = action("look", { method: "GET" }, ({ data, params }) => ({ action: "look", data, params }));
  return new App({ "/": { default: () => "home", one, two, three, look }, "/notes/[id]": { default: () => "note" } });
}

interface Ask {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields?: Fields;
  readonly body?: string;
}

async function ask(app: App, { path = "/", method = "POST", headers = {}, fields, body }: Ask): Promise<Response> {
  return await app.request(path, {
    method,
    headers: { accept: JSON_TYPE, ...headers },
    ...(fields === undefined ? {} : { body: bodyOf(fields) }),
    ...(body === undefined ? {} : { body }),
  });
}

async function answer(app: App, options: Ask): Promise<{ action: string; data: unknown; params: unknown }> {
  const { data } = await (await ask(app, options)).json();
  return data;
}

for (
  const [what, options, expected] of [
    ["the header", { headers: { "x-hyper-action": "one" } }, "one"],
    ["the query", { path: "/?_action=two" }, "two"],
    ["a field of a urlencoded body", { fields: { _action: "three" } }, "three"],
    ["a field of a multipart body", { fields: { file: new File(["x"], "x.txt"), _action: "three" } }, "three"],
    ["the header before the query", { path: "/?_action=two", headers: { "x-hyper-action": "one" } }, "one"],
    ["the query before the body", { path: "/?_action=two", fields: { _action: "three" } }, "two"],
    ["the header before all", {
      path: "/?_action=two",
      headers: { "x-hyper-action": "one" },
      fields: { _action: "three" },
    }, "one"],
    ["the endpoint before query and body", {
      path: `${formActionUrl("three")}?_action=two`,
      fields: { _action: "two" },
    }, "three"],
    [
      "the header at the endpoint of another action, as on a page after an invalid post without scripts",
      {
        path: formActionUrl("three"),
        headers: { "x-hyper-action": "one" },
      },
      "one",
    ],
    ["the first _action of a query that has two", { path: "/?_action=two&_action=one" }, "two"],
    ["the query when the header is empty", { path: "/?_action=two", headers: { "x-hyper-action": "" } }, "two"],
  ] as const
) {
  Deno.test(`an action is named by ${what}`, async () => {
    await using app = echoes();
    assertEquals((await answer(app, options)).action, expected);
  });
}

Deno.test("an action is found at any URL of the handler, with or without a page", async () => {
  await using app = echoes();
  for (const path of ["/", "/notes/7", "/no/such/page", "/_hyper/client.js"]) {
    assertEquals((await answer(app, { path, headers: { "x-hyper-action": "one" } })).action, "one");
  }
});

Deno.test("params are those of the requested page, and empty when there is no page", async () => {
  await using app = echoes();
  const headers = { "x-hyper-action": "one" };
  assertEquals((await answer(app, { path: "/notes/a%20b", headers })).params, { id: "a b" });
  assertEquals((await answer(app, { path: "/nowhere", headers })).params, {});
});

Deno.test("data of the request does not override the parameters of the route", async () => {
  await using app = echoes();
  const { params, data } = await answer(app, {
    path: "/notes/7?id=8&params=x",
    headers: { "x-hyper-action": "one", "x-hyper-data": '{"id":9}' },
    fields: { id: "10", _next_form_page: "pages/notes/[id]/page.tsx", _next_form_origin: "/notes/11" },
  });
  assertEquals([params, data], [{ id: "7" }, { id: 9, params: "x" }]);
});

for (
  const [what, options, expected] of [
    ["data first, then the query, then the body", {
      path: "/?a=query&b=query",
      headers: { "x-hyper-data": '{"a":"data"}' },
      fields: { a: "body", b: "body", c: "body" },
    }, { a: "data", b: "query", c: "body" }],
    ["the header before the field _hyper_data, key by key", {
      headers: { "x-hyper-data": '{"a":1}' },
      fields: { _hyper_data: '{"a":2,"b":3}', b: "field", c: "field" },
    }, { a: 1, b: 3, c: "field" }],
    ["a JSON body at the rank of data", {
      path: "/?a=query&b=query",
      headers: { "content-type": "application/json", "x-hyper-data": '{"c":true}' },
      body: '{"a":[1,null],"c":false}',
    }, { a: [1, null], b: "query", c: true }],
    ["types of data survive", { headers: { "x-hyper-data": '{"n":1.5,"t":true,"z":null,"l":[1,"2"],"o":{"k":{}}}' } }, {
      n: 1.5,
      t: true,
      z: null,
      l: [1, "2"],
      o: { k: {} },
    }],
    ["the last of duplicate JSON keys", { headers: { "x-hyper-data": '{"a":1,"a":2}' } }, { a: 2 }],
    ["repeated keys become lists, in order", {
      path: "/?tag=c&tag=a",
      fields: [["x", "1"], ["y", "2"], ["x", "3"]],
    }, { tag: ["c", "a"], x: ["1", "3"], y: "2" }],
    ["paths become objects and lists", {
      fields: [["address.city", "Bonn"], ["rows[1].n", "b"], ["rows[0].n", "a"], ["tags[]", "t"]],
    }, { address: { city: "Bonn" }, rows: [{ n: "a" }, { n: "b" }], tags: ["t"] }],
    ["the fields of the protocol are removed from query and body", {
      path: "/?_next_form_page=p&_hyper_once=q&keep=1",
      fields: {
        _action: "two",
        _next_form_page: "x",
        _next_form_origin: "y",
        _next_form_instance: "z",
        _hyper_once: "w",
        _hyper_data: "{}",
      },
    }, { keep: "1" }],
    ["the fields of the protocol are removed from data", {
      headers: { "x-hyper-data": '{"_action":"x","_hyper_once":"y","a":1}' },
    }, { a: 1 }],
    ["any other name that begins with _ is an ordinary field", {
      fields: { _private: "a", _next_form: "b", __: "c" },
    }, { _private: "a", _next_form: "b", __: "c" }],
    ["characters beyond ASCII in escaped data", {
      headers: { "x-hyper-data": '{"a":"\\u00e4\\ud83d\\ude00"}' },
    }, { a: "ä😀" }],
    ["names without a path, with any characters", {
      fields: { constructor: "a", toString: "b", hasOwnProperty: "c", __proto__: "d" },
    }, Object.fromEntries([["constructor", "a"], ["toString", "b"], ["hasOwnProperty", "c"]])],
  ] as const
) {
  Deno.test(`the data of a call: ${what}`, async () => {
    await using app = echoes();
    const headers = { "x-hyper-action": "one", ...("headers" in options ? options.headers : {}) };
    assertEquals((await answer(app, { ...options, headers })).data, expected);
  });
}

Deno.test("a field named __proto__ is an own property and changes nothing else", async () => {
  let seen: Record<string, unknown> = {};
  const look = action("look", ({ data }) => void (seen = data));
  await using app = new App({ "/": { default: () => "", look } });
  await app.call("look", { fields: [["__proto__", "x"]] });
  assertEquals(Object.getOwnPropertyNames(seen), ["__proto__"]);
  await app.call("look", { headers: { "x-hyper-data": '{"__proto__":{"isAdmin":true}}' } });
  assertEquals([Object.hasOwn(seen, "__proto__"), Reflect.get({}, "isAdmin")], [true, undefined]);
});

for (
  const [what, header, status, phrase] of [
    ["invalid JSON", "{", 400, "X-Hyper-Data"],
    ["a list", "[1]", 400, "not a JSON object"],
    ["a string", '"a"', 400, "not a JSON object"],
    ["null", "null", 400, "not a JSON object"],
    ["a number", "7", 400, "not a JSON object"],
    ["nothing", "", 400, "X-Hyper-Data"],
    ["characters beyond ASCII", '{"a":"\u00e4"}', 400, "ASCII"],
  ] as const
) {
  Deno.test(`X-Hyper-Data that holds ${what} is ${status}, and the action function does not run`, async () => {
    let runs = 0;
    const count = action("count", () => void runs++);
    await using app = new App({ "/": { default: () => "", count } });
    const response = await app.call("count", { headers: { "x-hyper-data": header }, accept: JSON_TYPE });
    assertEquals([response.status, runs], [status, 0]);
    const { detail, reason } = await response.json();
    assertEquals(detail, "This request could not be understood. Reload the page and try again.");
    assertStringIncludes(reason, phrase);
  });
}

Deno.test("X-Hyper-Data is accepted up to 8 KiB, and is 431 at one byte more", async () => {
  await using app = echoes();
  const ofLength = (bytes: number): string => `{"a":"${"x".repeat(bytes - 8)}"}`;
  assertEquals((await app.call("one", { headers: { "x-hyper-data": ofLength(8_192) } })).status, 200);
  const refused = await app.call("one", { headers: { "x-hyper-data": ofLength(8_193) } });
  assertEquals(refused.status, 431);
});

for (
  const [what, fields] of [
    ["__proto__ in a path", [["__proto__.isAdmin", "1"]]],
    ["__proto__ in brackets", [["a[__proto__]", "1"]]],
    ["constructor in a path", [["constructor.prototype.isAdmin", "1"]]],
    ["prototype in a path", [["a.prototype", "1"]]],
    ["a large index", [["a[10000000]", "1"]]],
    ["a negative index", [["a[-1]", "1"]]],
    ["one name as value and as container", [["a", "1"], ["a.b", "2"]]],
  ] as const
) {
  Deno.test(`an invalid field name is 400: ${what}`, async () => {
    let runs = 0;
    const count = action("count", () => void runs++);
    await using app = new App({ "/": { default: () => "", count } });
    const response = await app.call("count", { fields });
    assertEquals([response.status, runs], [400, 0]);
  });
}

Deno.test("a JSON body that is not an object or cannot be parsed is 400", async () => {
  await using app = echoes();
  for (const body of ["[1]", "null", '"a"', "{", ""]) {
    const response = await ask(app, {
      headers: { "x-hyper-action": "one", "content-type": "application/json" },
      body,
    });
    assertEquals(response.status, 400, body);
    await response.body?.cancel();
  }
});

Deno.test("a truncated multipart body is 400, and the action function does not run", async () => {
  let runs = 0;
  const count = action("count", () => void runs++);
  await using app = new App({ "/": { default: () => "", count } });
  const response = await app.request("/", {
    method: "POST",
    headers: { "x-hyper-action": "count", "content-type": "multipart/form-data; boundary=b", accept: JSON_TYPE },
    body: '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf a val',
  });
  assertEquals([response.status, runs], [400, 0]);
});

Deno.test("GET runs only GET actions, named by header or query; others are 405 with Allow: POST", async () => {
  await using app = echoes();
  for (const options of [{ headers: { "x-hyper-action": "one" } }, { path: "/?_action=one" }]) {
    const response = await ask(app, { method: "GET", ...options });
    assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
    await response.body?.cancel();
  }
  for (const options of [{ headers: { "x-hyper-action": "look" } }, { path: "/?_action=look" }]) {
    assertEquals((await answer(app, { method: "GET", ...options })).action, "look");
  }
});

Deno.test("a POST to a GET action is 405 with Allow: GET, HEAD, by name and by its endpoint", async () => {
  await using app = echoes();
  for (const path of ["/?_action=look", formActionUrl("look")]) {
    const response = await ask(app, { path });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
    await response.body?.cancel();
  }
});

Deno.test("HEAD, PUT, PATCH and DELETE do not run an action that does not accept them", async () => {
  await using app = echoes();
  for (const method of ["HEAD", "PUT", "PATCH", "DELETE"]) {
    for (const [name, allow] of [["one", "POST"], ["look", "GET, HEAD"]] as const) {
      if (method === "HEAD" && name === "look") continue;
      const response = await ask(app, { method, headers: { "x-hyper-action": name } });
      assertEquals([response.status, response.headers.get("allow")], [405, allow], `${method} ${name}`);
      await response.body?.cancel();
    }
  }
});

Deno.test("OPTIONS returns the methods of an action with 204, and runs neither guard nor action function", async () => {
  const reached: string[] = [];
  const options = { guard: () => void reached.push("guard") };
  const save = action("save", options, () => void reached.push("save"));
  const look = action("look", { ...options, method: "GET" }, () => void reached.push("look"));
  await using app = new App({ "/": { default: () => "", save, look } });
  for (const [name, allow] of [["save", "POST, OPTIONS"], ["look", "GET, HEAD, OPTIONS"]] as const) {
    for (const how of [{ path: `/?_action=${name}` }, { headers: { "x-hyper-action": name } }]) {
      const response = await ask(app, { method: "OPTIONS", ...how });
      assertEquals([response.status, response.headers.get("allow"), response.body], [204, allow, null]);
    }
  }
  assertEquals(reached, []);
});

for (const accept of ["text/html", "text/event-stream", JSON_TYPE]) {
  Deno.test(`HEAD of a GET action has the status and headers of its GET, without the body: ${accept}`, async () => {
    let cleanups = 0;
    const get = { method: "GET" } as const;
    const actions = {
      nothing: action("nothing", get, () => {}),
      value: action("value", get, () => ({ text: "é" })),
      items: action("items", get, () => [toast("é")]),
      away: action("away", get, () => redirect("/elsewhere")),
      own: action("own", get, () => new Response("own", { status: 418, headers: { "x-own": "1" } })),
      denied: action("denied", { ...get, guard: () => false }, () => {}),
      failing: action("failing", get, () => {
        throw new HyperError(409, "taken");
      }),
      stream: action("stream", get, async function* () {
        try {
          yield toast("one");
          await Promise.resolve();
          yield toast("two");
        } finally {
          cleanups++;
        }
      }),
    };
    await using app = new App({ "/": { default: () => "home", ...actions } });
    for (const name of Object.keys(actions)) {
      const headers = { accept, "x-hyper-action": name };
      const whole = await ask(app, { method: "GET", headers });
      const length = (await whole.bytes()).length;
      const head = await ask(app, { method: "HEAD", headers });
      const rest = [...head.headers].filter(([header]) => header !== "content-length" && header !== "set-cookie");
      const same = [...whole.headers].filter(([header]) => header !== "content-length" && header !== "set-cookie");
      assertEquals([head.status, head.body, rest], [whole.status, null, same], name);
      const sent = head.headers.get("content-length");
      if (sent !== null) assertEquals(sent, String(length), name);
    }
    assertEquals(cleanups, 2);
  });
}

Deno.test("the data of a GET comes only from the header and the query", async () => {
  await using app = echoes();
  const { data } = await answer(app, {
    path: "/?_action=look&q=milk&q=tea&page=2",
    method: "GET",
    headers: { "x-hyper-data": '{"page":3}' },
  });
  assertEquals(data, { q: ["milk", "tea"], page: 3 });
});

Deno.test("a form of a GET action requests its page with the fields in the query", async () => {
  const SearchForm = defineForm("search", { fields: { q: field.text() } });
  const search = action("search", { method: "GET", form: SearchForm }, ({ form }) => ({ q: form.values.q }));
  await using app = new App({ "/find": { default: () => <Form action={search} />, search } });
  const form = findForm((await app.open("/find?old=1")).root, "search");
  const attributes = Object.fromEntries(form.attrs.map(({ name, value }) => [name, value]));
  assertEquals([attributes.method, attributes.action], ["get", "/find"]);
  const response = await ask(app, { path: "/find?_action=search&q=milk", method: "GET" });
  assertEquals(await response.json(), { ok: true, data: { q: "milk" } });
});

Deno.test("a POST without an action is 405 with Allow: GET, HEAD at a page, and 404 elsewhere", async () => {
  await using app = echoes();
  for (const fields of [{ a: "1" }, { _action: "" }]) {
    const response = await ask(app, { path: "/notes/7", fields });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
    await response.body?.cancel();
  }
  const nowhere = await ask(app, { path: "/nowhere", fields: { a: "1" } });
  assertEquals(nowhere.status, 404);
  await nowhere.body?.cancel();
});

for (
  const name of ["nope", "constructor", "__proto__", "toString", "one.bind", "../one", "one ", "ONE", "x".repeat(5_000)]
) {
  Deno.test(`an unknown action is 404, and the response does not repeat its name: ${name.slice(0, 20)}`, async () => {
    await using app = echoes();
    const response = await ask(app, { fields: { _action: name } });
    assertEquals(response.status, 404);
    assertEquals((await response.text()).includes(name), false);
  });
}

Deno.test("the response to an unknown action has the format of its audience", async () => {
  await using app = echoes();
  const document = await app.call("nope", { accept: "text/html" });
  assertEquals([document.status, document.headers.get("content-type")], [404, "text/html; charset=utf-8"]);
  await document.body?.cancel();
  const runtime = await app.call("nope");
  assertEquals([runtime.status, (await eventsOf(runtime)).map(({ event }) => event)], [404, ["error", "end"]]);
  const data = await app.call("nope", { accept: JSON_TYPE });
  assertEquals([data.status, data.headers.get("content-type")], [404, "application/problem+json"]);
  await data.body?.cancel();
});

Deno.test("files are passed by the names of their fields, next to the data", async () => {
  const seen: unknown[] = [];
  const upload = action("upload", async ({ data, files }) => {
    for (const [name, list] of files) for (const file of list) seen.push([name, file.name, await file.text()]);
    seen.push(Object.keys(data));
  });
  await using app = new App({ "/": { default: () => "", upload } });
  const response = await app.call("upload", {
    fields: [["doc", new File(["one"], "1.txt")], ["doc", new File(["two"], "2.txt")], ["note", "n"]],
  });
  assertEquals(response.status, 200);
  assertEquals(seen, [["doc", "1.txt", "one"], ["doc", "2.txt", "two"], ["doc", "note"]]);
});

Deno.test("the target of a call is decoded, and is 400 when it cannot be decoded", async () => {
  let seen: string | null = "none";
  const look = action("look", ({ target }) => void (seen = target));
  await using app = new App({ "/": { default: () => "", look } });
  await app.call("look");
  assertEquals(seen, null);
  await app.call("look", { headers: { "x-hyper-target": "%23m%C3%BCll" } });
  assertEquals(seen, "#müll");
  const bad = await app.call("look", { headers: { "x-hyper-target": "%FF" } });
  assertEquals(bad.status, 400);
});
