/** T1 to T6: the cross-origin check of the handler, compared with an independent oracle. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, type CrossOriginOptions, formActionUrl } from "../../mod.ts";
import { App } from "../support/app.tsx";

/** The server's own origin in these tests. */
const OWN = "http://site.test";

const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
const FETCH_SITES = [
  null,
  "",
  "same-origin",
  "same-site",
  "cross-site",
  "none",
  "Same-Origin",
  "same-origin, none",
  "sideways",
];
const ORIGINS = [
  null,
  "",
  "null",
  OWN,
  "HTTP://SITE.TEST",
  "http://site.test:80",
  "https://site.test",
  "http://site.test:8080",
  "http://site.test.",
  "http://site.test/",
  "http://site.test/path",
  "http://evil.test",
  "http://sub.site.test",
  "http://site.test.evil.test",
  "http://evil.test#http://site.test",
  "http://site.test@evil.test",
  "http://evil.test, http://site.test",
  "http://site.test, http://evil.test",
  "https://admin.test",
  "https://ADMIN.test:443",
  "http://admin.test",
  "file://",
  "site.test",
];
const TYPES = [
  null,
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=b",
  "text/plain",
  "Text/Plain",
  "application/json",
  "application/octet-stream",
];
const SETTINGS: readonly CrossOriginOptions[] = [
  {},
  { trustedOrigins: ["https://admin.test"] },
  { requireHeaders: true },
  { trustedOrigins: ["https://admin.test"], requireHeaders: true },
];

/** Origins as tuples (RFC 6454, 4), written by hand for each value above. A value that is not listed is not an origin. */
const TUPLES: ReadonlyMap<string, string> = new Map([
  [OWN, "http site.test 80"],
  ["HTTP://SITE.TEST", "http site.test 80"],
  ["http://site.test:80", "http site.test 80"],
  ["http://site.test/", "http site.test 80"],
  ["https://site.test", "https site.test 443"],
  ["http://site.test:8080", "http site.test 8080"],
  ["http://site.test.", "http site.test. 80"],
  ["http://evil.test", "http evil.test 80"],
  ["http://sub.site.test", "http sub.site.test 80"],
  ["http://site.test.evil.test", "http site.test.evil.test 80"],
  ["https://admin.test", "https admin.test 443"],
  ["https://ADMIN.test:443", "https admin.test 443"],
  ["http://admin.test", "http admin.test 80"],
]);

/**
 * The rule that Go 1.25 documents for `http.CrossOriginProtection.Check`, and the two options. It uses the table above
 * instead of a parser.
 */
function oracle(method: string, site: string | null, origin: string | null, options: CrossOriginOptions): boolean {
  if (["GET", "HEAD", "OPTIONS"].includes(method)) return true;
  const tuple = TUPLES.get(origin ?? "");
  const isTrusted = tuple === "https admin.test 443" && (options.trustedOrigins ?? []).length > 0;
  switch (site ?? "") {
    case "":
      if ((origin ?? "") === "") return options.requireHeaders !== true;
      return tuple === "http site.test 80" || isTrusted;
    case "same-origin":
    case "none":
      return true;
    default:
      return isTrusted;
  }
}

/** A body that records that it is read. */
function watched(pulls: { count: number }): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      pulls.count++;
      controller.enqueue(new TextEncoder().encode("a=1"));
      controller.close();
    },
  }, { highWaterMark: 0 });
}

for (const options of SETTINGS) {
  Deno.test(`T1, T2, T3: the verdict on each combination of headers equals the oracle, with ${JSON.stringify(options)}`, async () => {
    const reached: string[] = [];
    const reach = (what: string) => () => void reached.push(what);
    const save = action("save", { guard: reach("guard") }, reach("handler"));
    await using app = new App({ "/": { default: () => "page", save } }, {
      crossOrigin: options,
      guard: reach("handler's guard"),
    });
    let cells = 0;
    const differing: string[] = [];
    for (const method of METHODS) {
      for (const site of FETCH_SITES) {
        for (const origin of ORIGINS) {
          for (const type of TYPES) {
            cells++;
            reached.length = 0;
            const pulls = { count: 0 };
            const headers = new Headers({ "x-hyper-action": "save" });
            if (site !== null) headers.set("sec-fetch-site", site);
            if (origin !== null) headers.set("origin", origin);
            const bodiless = method === "GET" || method === "HEAD";
            const request = new Request(`${OWN}/`, { method, headers, ...(bodiless ? {} : { body: watched(pulls) }) });
            if (type !== null) request.headers.set("content-type", type);
            const response = await app.handler(request);
            await response.body?.cancel();
            const isAdmitted = response.status !== 403;
            // The action accepts only POST. After the check, OPTIONS is 204 and any other method is 405, and the action does not run.
            const touched = reached.length > 0 || pulls.count > 0;
            const isRight = isAdmitted === oracle(method, site, origin, options) &&
              (method === "POST"
                ? touched === isAdmitted
                : !touched && (!isAdmitted || response.status === (method === "OPTIONS" ? 204 : 405)));
            if (!isRight) {
              differing.push([method, site, origin, type, response.status, ...reached, pulls.count].join(" "));
            }
          }
        }
      }
    }
    assertEquals(differing, []);
    assertEquals(cells, METHODS.length * FETCH_SITES.length * ORIGINS.length * TYPES.length);
  });
}

Deno.test("T1: the cross-origin check also protects the endpoint of a form", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  await using app = new App({ "/": { default: () => "", save } });
  const headers = { "sec-fetch-site": "cross-site" };
  const response = await app.request(formActionUrl("save"), {
    method: "POST",
    body: new URLSearchParams("a=1"),
    headers,
  });
  assertEquals([response.status, runs], [403, 0]);
  await response.body?.cancel();
});

Deno.test("T1: the body of a cross-origin request is not read to find the action that a field names", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  await using app = new App({ "/": { default: () => "", save } });
  const pulls = { count: 0 };
  const headers = { "sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded" };
  const response = await app.request("/", { method: "POST", body: watched(pulls), headers });
  assertEquals([response.status, runs, pulls.count], [403, 0, 0]);
  await response.body?.cancel();
});

Deno.test("T2: the cross-origin check is active in development too, and only there names the two values that differ", async () => {
  const save = action("save", () => {});
  for (const dev of [true, false]) {
    await using app = new App({ "/": { default: () => "", save } }, { dev });
    const response = await app.call("save", { headers: { origin: "http://evil.test" } });
    const text = await response.text();
    assertEquals(response.status, 403);
    assertEquals([text.includes("evil.test"), text.includes("site.test")], [dev, dev]);
  }
});

Deno.test("T2: user input in a message of development mode is escaped", async () => {
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } }, { dev: true });
  const response = await app.request("/?_action=save", {
    method: "POST",
    headers: { origin: "http://<script>alert(1)</script>", accept: "text/html" },
  });
  const text = await response.text();
  assertStringIncludes(text, "&lt;script>");
  assertEquals(text.includes("<script>alert"), false);
});

Deno.test("T4: headers of a TLS-terminating proxy are used only if the proxy is trusted, and the message names the compared values", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  const headers = { origin: "https://site.test", "x-forwarded-proto": "https", "x-forwarded-host": "site.test" };
  await using direct = new App({ "/": { default: () => "", save } }, { dev: true });
  const refused = await direct.call("save", { headers });
  assertEquals([refused.status, runs], [403, 0]);
  const text = await refused.text();
  assertStringIncludes(text, "https://site.test");
  assertStringIncludes(text, "http://site.test");
  await using behind = new App({ "/": { default: () => "", save } }, { crossOrigin: { trustProxy: true } });
  const response = await behind.call("save", { headers });
  assertEquals([response.status, runs], [200, 1]);
  await response.body?.cancel();
});

Deno.test("T5: a link, an image, a prefetch or a HEAD request does not run a POST action", async () => {
  let runs = 0;
  const remove = action("remove", () => void runs++);
  await using app = new App({ "/": { default: () => "", remove } });
  for (const method of ["GET", "HEAD"]) {
    for (
      const headers of [{}, { "x-hyper-action": "remove" }, { purpose: "prefetch" }, {
        "x-http-method-override": "POST",
      }]
    ) {
      const response = await app.request("/?_action=remove&_method=POST", { method, headers });
      // A prefetch runs no action at all.
      const refused = "purpose" in headers ? [503, null] : [405, "POST"];
      assertEquals([response.status, response.headers.get("allow"), runs], [...refused, 0]);
      await response.body?.cancel();
    }
  }
});

Deno.test("T5: a HEAD request runs only GET actions", async () => {
  let runs = 0;
  const look = action("look", { method: "GET" }, () => void runs++);
  await using app = new App({ "/": { default: () => "", look } });
  const response = await app.request("/?_action=look", { method: "HEAD" });
  assertEquals([response.ok, runs], [true, 1]);
});

Deno.test("T6: a method override, a lowercase method and an unknown method do not run an action", async () => {
  const reached: string[] = [];
  const save = action("save", { guard: () => void reached.push("guard") }, () => void reached.push("handler"));
  await using app = new App({ "/": { default: () => "", save } });
  const ask = async (method: string): Promise<number> => {
    // The constructor normalizes the case of known methods and rejects two. Deno.serve does neither.
    const request = new Proxy(new Request("http://site.test/", { headers: { "x-hyper-action": "save" } }), {
      get: (target, name) => {
        if (name === "method") return method;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const response = await app.handler(request);
    await response.body?.cancel();
    return response.status;
  };
  const statuses = [];
  for (const method of ["post", "Post", "FOO", "TRACE", "CONNECT", "get"]) statuses.push(await ask(method));
  assertEquals(statuses, [501, 501, 501, 405, 405, 501]);
  const overridden = await app.request("/", {
    method: "POST",
    headers: { "x-http-method-override": "GET", "sec-fetch-site": "cross-site", "x-hyper-action": "save" },
  });
  assertEquals([overridden.status, reached], [403, []]);
  await overridden.body?.cancel();
});
