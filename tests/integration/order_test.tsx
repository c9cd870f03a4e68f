/** The order of the steps: a step that rejects the request prevents all later ones. */
import { assertEquals } from "@std/assert";
import { action, createMemoryStore, defineForm, dependency, field, HyperError, type Store } from "../../mod.ts";
import { App } from "../support/app.tsx";

const STEPS = [
  "guard",
  "body",
  "dependency",
  "form guard",
  "clean",
  "claim",
  "handler",
] as const;
type Step = typeof STEPS[number];

/** An application that records each step, and rejects the request at one of them. */
function stepping(
  refuse: Step | null,
): { readonly app: App; readonly reached: string[]; send(init?: Init): Promise<Response> } {
  const reached: string[] = [];
  const at = (step: Step): void => {
    reached.push(step);
    if (step === refuse) throw new HyperError(418, step);
  };
  const memory = createMemoryStore();
  const store: Store = {
    get: (key) => memory.get(key),
    put: (...args) => memory.put(...args),
    putIfAbsent: (...args) => {
      at("claim");
      return memory.putIfAbsent(...args);
    },
    replace: (...args) => memory.replace(...args),
    deleteIf: (...args) => memory.deleteIf(...args),
    delete: (key) => memory.delete(key),
  };
  const form = defineForm("note", {
    fields: { title: field.text() },
    guard: () => at("form guard"),
    clean: () => at("clean"),
  });
  const save = action("save", {
    form,
    guard: () => at("guard"),
    inject: { user: dependency("user", () => at("dependency")) },
  }, () => at("handler"));
  const app = new App({ "/": { default: () => "", save } }, { store });
  const send = (
    { url = "/", headers = {}, method = "POST", type = "application/x-www-form-urlencoded" }: Init = {},
  ) => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        reached.push("body");
        controller.enqueue(new TextEncoder().encode(refuse === "body" ? "title=%FF" : "title=x"));
        controller.close();
      },
    }, { highWaterMark: 0 });
    return app.request(url, {
      method,
      headers: { "x-hyper-action": "save", "x-hyper-request-id": "r1", "content-type": type, ...headers },
      ...(method === "GET" ? {} : { body }),
    });
  };
  return { app, reached, send };
}

interface Init {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly type?: string;
}

Deno.test("the steps run in one order", async () => {
  const { app, reached, send } = stepping(null);
  await using _ = app;
  assertEquals((await send()).status, 303);
  assertEquals(reached, [...STEPS]);
});

for (const [index, step] of STEPS.entries()) {
  Deno.test(`a rejection at "${step}" prevents all later steps`, async () => {
    const { app, reached, send } = stepping(step);
    await using _ = app;
    const response = await send();
    assertEquals(response.status, step === "body" ? 400 : 418);
    await response.body?.cancel();
    assertEquals(reached, STEPS.slice(0, index + 1));
  });
}

for (
  const [what, status, init] of [
    ["the URL is not canonical", 400, { url: "/a%2Fb" }],
    ["the URL has encoded dot segments", 400, { url: "/a/%252e%252e/b" }],
    ["the Host is invalid", 400, { headers: { host: "site.test/evil?" } }],
    ["the method is unknown", 501, { method: "BREW" }],
    ["the request comes from another site", 403, { headers: { "sec-fetch-site": "cross-site" } }],
    ["the request comes from a sibling site", 403, { headers: { "sec-fetch-site": "same-site" } }],
    ["the Origin is that of another site", 403, { headers: { origin: "https://other.test" } }],
    ["the Origin is null", 403, { headers: { origin: "null" } }],
    ["the action is unknown", 404, { headers: { "x-hyper-action": "nope" } }],
    ["the action does not accept the method", 405, { method: "PUT" }],
    ["the request id is invalid", 400, { headers: { "x-hyper-request-id": "a b" } }],
    ["the target is invalid", 400, { headers: { "x-hyper-target": "%FF" } }],
    ["the switch depth is above the limit", 400, { headers: { "x-hyper-switch-depth": "5" } }],
  ] as const
) {
  Deno.test(`the body is not parsed and no code of the application runs if ${what}`, async () => {
    const { app, reached, send } = stepping(null);
    await using _ = app;
    const response = await send(init);
    assertEquals([response.status, reached], [status, []]);
    await response.body?.cancel();
  });
}

Deno.test("a body of another type is 415 after the guard, and no later step runs", async () => {
  const { app, reached, send } = stepping(null);
  await using _ = app;
  const response = await send({ type: "application/xml" });
  assertEquals([response.status, reached.filter((step) => step !== "body")], [415, ["guard"]]);
  await response.body?.cancel();
});

Deno.test("an action that a field names is the one exception: its body is read, within limits, before its guard runs", async () => {
  const reached: string[] = [];
  const save = action("save", { guard: () => void reached.push("guard") }, () => void reached.push("handler"));
  await using app = new App({ "/": { default: () => "", save } }, { limits: { bodyBytes: 100 } });
  const send = (text: string) =>
    app.request("/", { method: "POST", body: new URLSearchParams({ _action: "save", text }) });
  assertEquals([(await send("x")).status, reached], [204, ["guard", "handler"]]);
  reached.length = 0;
  const refused = await send("x".repeat(200));
  assertEquals([refused.status, reached], [413, []]);
  await refused.body?.cancel();
});

Deno.test("safe methods are allowed from any origin, and a GET from another site runs GET actions", async () => {
  let runs = 0;
  const look = action("look", { method: "GET" }, () => void runs++);
  await using app = new App({ "/": { default: () => "home", look } });
  const headers = { "sec-fetch-site": "cross-site", origin: "https://other.test" };
  assertEquals((await app.request("/", { headers })).status, 200);
  assertEquals([(await app.request("/?_action=look", { headers })).status, runs], [204, 1]);
});

for (
  const [what, headers, options, status] of [
    ["same-origin with any Origin", { "sec-fetch-site": "same-origin", origin: "https://other.test" }, {}, 204],
    ["none, as from the address bar", { "sec-fetch-site": "none" }, {}, 204],
    ["the Origin of this site", { origin: "http://site.test" }, {}, 204],
    ["neither header, as from a client that is not a browser", {}, {}, 204],
    ["neither header when they are required", {}, { requireHeaders: true }, 403],
    ["a trusted origin", { "sec-fetch-site": "cross-site", origin: "https://a.test" }, {
      trustedOrigins: ["https://a.test"],
    }, 204],
    ["an origin that begins like a trusted one", { origin: "https://a.test.evil" }, {
      trustedOrigins: ["https://a.test"],
    }, 403],
    ["an unknown value", { "sec-fetch-site": "same-origin, cross-site" }, {}, 403],
    ["this site with another scheme", { origin: "https://site.test" }, {}, 403],
    ["this site with the scheme of its proxy", { origin: "https://site.test", "x-forwarded-proto": "https" }, {
      trustProxy: true,
    }, 204],
  ] as const
) {
  Deno.test(`the cross-origin check responds with ${status} to ${what}`, async () => {
    const save = action("save", () => {});
    await using app = new App({ "/": { default: () => "", save } }, { crossOrigin: options });
    const response = await app.request("/?_action=save", { method: "POST", headers });
    assertEquals(response.status, status);
    await response.body?.cancel();
  });
}
