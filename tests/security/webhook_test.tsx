/** `webhook: true`: requests from other services, if their signature is valid. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { action, type ActionOptions, formActionUrl, HyperError } from "../../mod.ts";
import { App } from "../support/app.tsx";

const SECRET = new TextEncoder().encode("a secret that both sides know");
const CROSS_SITE = { "sec-fetch-site": "cross-site", origin: "https://pay.test" };

async function keyFor(usage: "sign" | "verify"): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", SECRET, { name: "HMAC", hash: "SHA-256" }, false, [usage]);
}

async function sign(text: string): Promise<string> {
  const signature = await crypto.subtle.sign("HMAC", await keyFor("sign"), new TextEncoder().encode(text));
  return new Uint8Array(signature).toHex();
}

/** As a payment service documents it: an HMAC of the body in a header. */
async function verify(request: Request, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const given = request.headers.get("x-signature") ?? "";
  if (!/^(?:[0-9a-f]{2})*$/.test(given)) return false;
  return await crypto.subtle.verify("HMAC", await keyFor("verify"), Uint8Array.fromHex(given), body);
}

/** An application with a webhook and an ordinary action, and the arguments of their calls. */
function paying(options: Partial<ActionOptions<null, null>> = {}, handler: ConstructorParameters<typeof App>[1] = {}) {
  const calls: unknown[] = [];
  const paid = action("paid", { webhook: true, verify, ...options }, ({ data }) => void calls.push(data));
  const refund = action("refund", ({ data }) => void calls.push(data));
  const app = new App({ "/": { default: () => "", paid, refund } }, handler);
  const send = async (
    text: string,
    init: RequestInit & { path?: string; signature?: string } = {},
  ): Promise<number> => {
    const { path = formActionUrl("paid"), signature = await sign(text), headers, ...rest } = init;
    const response = await app.request(path, {
      method: "POST",
      body: text,
      headers: { ...CROSS_SITE, "content-type": "application/json", "x-signature": signature, ...headers },
      ...rest,
    });
    await response.body?.cancel();
    return response.status;
  };
  return { app, calls, send };
}

Deno.test("a webhook runs for a cross-origin request with a valid signature of the sent bytes", async () => {
  const { app, calls, send } = paying();
  await using _ = app;
  // The signature is of these bytes, not of other JSON with the same value.
  assertEquals(await send('{ "id" :  7, "note": "caf\\u00e9" }'), 204);
  assertEquals(calls, [{ id: 7, note: "café" }]);
});

for (
  const [what, init] of [
    ["is missing", { signature: "" }],
    ["is of other bytes", { signature: "00".repeat(32) }],
    ["is too short", { signature: "00" }],
    ["is not hexadecimal", { signature: "zz" }],
    ["is of a body that was changed in transit", { body: '{"id":8}' }],
  ] as const
) {
  Deno.test(`a webhook whose signature ${what} is 403, and the action function does not run`, async () => {
    const { app, calls, send } = paying();
    await using _ = app;
    assertEquals([await send('{"id":7}', init), calls], [403, []]);
  });
}

Deno.test("a webhook accepts a form, and verifies its bytes before the fields are searched for a page", async () => {
  const { app, calls, send } = paying();
  await using _ = app;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const form = "id=7&_next_form_page=pages%2Fpage.tsx&_next_form_origin=%2F";
  assertEquals([await send(form, { headers }), calls], [204, [{ id: "7" }]]);
  assertEquals([await send(form, { headers, signature: "00" }), calls.length], [403, 1]);
});

Deno.test("a webhook rejects the request if verify returns anything but true", async () => {
  for (const verdict of [undefined, null, 1, "true", {}, new Response()]) {
    const { app, calls, send } = paying({ verify: () => verdict as boolean });
    await using _ = app;
    assertEquals([await send("{}"), calls], [403, []], String(verdict));
  }
});

Deno.test("a webhook's signature is checked before its body is parsed", async () => {
  const { app, calls, send } = paying();
  await using _ = app;
  assertEquals(await send("{ no JSON", { signature: "00" }), 403);
  assertEquals([await send("{ no JSON"), calls], [400, []]);
});

Deno.test("a webhook's body is limited before its signature is verified", async () => {
  let asked = 0;
  const { app, send } = paying({ limits: { bodyBytes: 10 }, verify: () => ++asked > 0 });
  await using _ = app;
  assertEquals([await send('{"a":"0123456789"}'), asked], [413, 0]);
});

Deno.test("a webhook is named by its URL, by X-Hyper-Action, or by the query", async () => {
  const { app, calls, send } = paying();
  await using _ = app;
  assertEquals(await send("{}", { path: "/?_action=paid" }), 204);
  assertEquals(await send("{}", { path: "/", headers: { "x-hyper-action": "paid" } }), 204);
  assertEquals(calls.length, 2);
});

Deno.test("a webhook that a field of the body names is 403 for a cross-origin request", async () => {
  const { app, calls, send } = paying();
  await using _ = app;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  assertEquals(await send("_action=paid", { path: "/", headers }), 403);
  const response = await app.request("/", {
    method: "POST",
    body: new URLSearchParams({ _action: "paid" }),
    headers: { "x-signature": await sign("_action=paid") },
  });
  assertEquals([response.status, calls], [403, []]);
  await response.body?.cancel();
});

Deno.test("a webhook does not disable the cross-origin check of other actions", async () => {
  const { app, calls, send } = paying();
  await using _ = app;
  assertEquals(await send("{}", { path: formActionUrl("refund") }), 403);
  assertEquals(await send("{}", { path: formActionUrl("paid"), headers: { "x-hyper-action": "refund" } }), 403);
  assertEquals(await send("{}", { path: `${formActionUrl("refund")}?_action=paid` }), 403);
  assertEquals(await send("{}", { path: "/?_action=paid", headers: { "x-hyper-action": "refund" } }), 403);
  assertEquals(await send("{}", { path: "/?_action=refund&_action=paid" }), 403);
  assertEquals(calls, []);
});

Deno.test("a webhook that is requested with GET is verified without a body", async () => {
  const { app, calls } = paying({ method: "GET" });
  await using _ = app;
  const ask = async (signature: string) => {
    const response = await app.request("/?_action=paid&id=7", { headers: { "x-signature": signature } });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await ask("00"), calls], [403, []]);
  assertEquals([await ask(await sign("")), calls], [204, [{ id: "7" }]]);
});

Deno.test("the guard of the handler protects a webhook, unless it is public", async () => {
  const guard = () => false;
  const closed = paying({}, { guard });
  await using _ = closed.app;
  assertEquals([await closed.send("{}"), closed.calls], [403, []]);
  const open = paying({ skipHandlerGuard: true }, { guard });
  await using __ = open.app;
  assertEquals(await open.send("{}"), 204);
});

Deno.test("a webhook whose verify throws is 500, onError is called, and the action function does not run", async () => {
  const { app, calls, send } = paying({ verify: () => Promise.reject(new Error("no key")) });
  await using _ = app;
  assertEquals([await send("{}"), calls], [500, []]);
  assertStringIncludes(app.takeError().message, "no key");
});

Deno.test("a webhook whose verify throws a HyperError sends its message", async () => {
  const { app, send } = paying({
    verify: () => {
      throw new HyperError(401, "The signature is too old");
    },
  });
  await using _ = app;
  assertEquals(await send("{}"), 401);
});

Deno.test("accessDenied is sent if a signature is invalid", async () => {
  const { app, send } = paying();
  await using _ = app;
  const denied: unknown[] = [];
  using _receiver = app.handler.signals.accessDenied.connect(({ actionName, reason, responseStatus }) => {
    denied.push([actionName, reason, responseStatus]);
  });
  await send("{}", { signature: "00" });
  assertEquals(denied, [["paid", "guard", 403]]);
});

Deno.test("action() throws for a webhook without verify, and for verify without webhook", () => {
  assertThrows(() => action("paid", { webhook: true }, () => {}), TypeError, "add verify");
  assertThrows(() => action("paid", { verify: () => true }, () => {}), TypeError, "verify is only for webhooks");
});
