/** Rate limits: off by default, counted per action and principal or address, before any expensive step. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  action,
  type ActionOptions,
  createHandler,
  type HandlerOptions,
  HyperError,
  type RateLimiter,
} from "../../mod.ts";
import { App, eventsOf } from "../support/app.tsx";

const ONE = { limit: 1, seconds: 60 };

/** An application with two actions, and how often they ran. */
function rated(options: HandlerOptions = {}, own: Partial<ActionOptions<null, null>> = {}) {
  const runs = { save: 0, other: 0 };
  const save = action("save", own, () => void runs.save++);
  const other = action("other", () => void runs.other++);
  const app = new App({ "/": { default: () => "", save, other } }, options);
  const ask = async (name: string, address = "192.0.2.1", headers: Record<string, string> = {}): Promise<Response> => {
    const request = new Request(`http://site.test/?_action=${name}`, { method: "POST", headers });
    const response = await app.handler(request, { remoteAddr: { hostname: address } });
    await response.body?.cancel();
    return response;
  };
  const status = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).status;
  return { app, runs, ask, status };
}

Deno.test("T44: calls are not counted without the option rate", async () => {
  const { app, runs, ask } = rated();
  await using _ = app;
  for (let run = 0; run < 50; run++) assertEquals((await ask("save")).headers.has("ratelimit"), false);
  assertEquals(runs.save, 50);
});

Deno.test("T44: a call above the rate is 429 with Retry-After and RateLimit fields, and does not run", async () => {
  const { app, runs, ask } = rated({ rate: { limit: 2, seconds: 60 } });
  await using _ = app;
  const answers = [await ask("save"), await ask("save"), await ask("save")];
  assertEquals(answers.map(({ status, headers }) => [status, headers.get("ratelimit"), headers.get("retry-after")]), [
    [204, '"action";r=1;t=0', null],
    [204, '"action";r=0;t=30', null],
    [429, '"action";r=0;t=30', "30"],
  ]);
  assertEquals(answers.map(({ headers }) => headers.get("ratelimit-policy")), Array(3).fill('"action";q=2;w=60'));
  assertEquals(runs.save, 2);
});

Deno.test("T44: each combination of caller and action is counted separately", async () => {
  const { app, status } = rated({ rate: ONE });
  await using _ = app;
  assertEquals(await status("save", "192.0.2.1"), 204);
  assertEquals(await status("save", "192.0.2.2"), 204);
  assertEquals(await status("other", "192.0.2.1"), 204);
  assertEquals(await status("save", "192.0.2.1"), 429);
});

Deno.test("T44: a principal is one caller, whatever address it uses", async () => {
  const { app, status } = rated({ rate: ONE, principal: (request) => request.headers.get("x-user") });
  await using _ = app;
  assertEquals(await status("save", "192.0.2.1", { "x-user": "ada" }), 204);
  assertEquals(await status("save", "192.0.2.2", { "x-user": "ada" }), 429);
  assertEquals(await status("save", "192.0.2.1", { "x-user": "bob" }), 204);
});

Deno.test("T44: all addresses of one IPv6 network are one caller", async () => {
  const { app, status } = rated({ rate: ONE });
  await using _ = app;
  assertEquals(await status("save", "2001:db8:1:2::1"), 204);
  assertEquals(await status("save", "2001:db8:1:2:dead:beef:0:1"), 429);
});

Deno.test("T44: X-Forwarded-For does not change the caller, unless the proxy is trusted", async () => {
  const direct = rated({ rate: ONE });
  await using _ = direct.app;
  assertEquals(await direct.status("save", "192.0.2.1", { "x-forwarded-for": "198.51.100.1" }), 204);
  assertEquals(await direct.status("save", "192.0.2.1", { "x-forwarded-for": "198.51.100.2" }), 429);

  const behind = rated({ rate: ONE, crossOrigin: { trustProxy: true } });
  await using __ = behind.app;
  assertEquals(await behind.status("save", "127.0.0.1", { "x-forwarded-for": "6.6.6.1, 198.51.100.1" }), 204);
  assertEquals(await behind.status("save", "127.0.0.1", { "x-forwarded-for": "6.6.6.2, 198.51.100.1" }), 429);
  assertEquals(await behind.status("save", "127.0.0.1", { "x-forwarded-for": "198.51.100.2" }), 204);
});

Deno.test("T44: the rate of an action replaces that of the handler", async () => {
  const { app, status } = rated({ rate: ONE }, { rate: { limit: 2, seconds: 60 } });
  await using _ = app;
  assertEquals([await status("save"), await status("save"), await status("save")], [204, 204, 429]);
});

Deno.test("T44: a call above the rate is rejected before its body is read", async () => {
  const { app, runs } = rated({ rate: ONE });
  await using _ = app;
  let pulled = 0;
  const send = (): Promise<Response> => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new TextEncoder().encode("a=1"));
        controller.close();
      },
    }, { highWaterMark: 0 });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return app.request("/?_action=save", { method: "POST", body, headers });
  };
  assertEquals([(await send()).status, pulled], [204, 1]);
  assertEquals([(await send()).status, pulled, runs.save], [429, 1, 1]);
});

Deno.test("T44: a request that a guard denies is not counted", async () => {
  const { app, status } = rated({
    rate: ONE,
    guard: ({ request }) => request.headers.get("x-user") === "ada",
  });
  await using _ = app;
  for (let attempt = 0; attempt < 5; attempt++) assertEquals(await status("save"), 403);
  assertEquals(await status("save", "192.0.2.1", { "x-user": "ada" }), 204);
});

Deno.test("T44: the runtime receives an error event, and other clients a problem object", async () => {
  const { app } = rated({ rate: ONE });
  await using _ = app;
  await (await app.call("save")).body?.cancel();
  const refused = await app.call("save");
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "60"]);
  assertEquals((await eventsOf(refused)).map(({ event }) => event), ["error", "end"]);
  const problem = await app.data("save") as { readonly status: number };
  assertEquals(problem.status, 429);
});

Deno.test("T44: a custom limiter can be shared by several instances", async () => {
  const keys: string[] = [];
  const rateLimiter: RateLimiter = {
    take: (key) => {
      keys.push(key);
      return Promise.resolve({ allowed: keys.length <= 1, remaining: 0, retryAfterSeconds: 0 });
    },
  };
  const { app, status } = rated({ rate: ONE, rateLimiter });
  await using _ = app;
  assertEquals([await status("save"), await status("save")], [204, 429]);
  assertEquals(new Set(keys).size, 1);
});

Deno.test("T44: calls are rejected when the limiter throws, and the error is reported", async () => {
  const rateLimiter: RateLimiter = { take: () => Promise.reject(new Error("limiter gone")) };
  const { app, runs, status } = rated({ rate: ONE, rateLimiter });
  await using _ = app;
  assertEquals([await status("save"), runs.save], [500, 0]);
  assertEquals(app.takeError().message, "limiter gone");

  const says: RateLimiter = { take: () => Promise.reject(new HyperError(503, "later")) };
  const other = rated({ rate: ONE, rateLimiter: says });
  await using __ = other.app;
  assertEquals([await other.status("save"), other.runs.save], [503, 0]);
  other.app.takeReports();
});

Deno.test("T44: an unknown action is the same 404 for every name, without the name", async () => {
  const { app } = rated();
  await using _ = app;
  const texts = await Promise.all(["saved", "constructor", "x".repeat(128)].map(async (name) => {
    const response = await app.call(name);
    return [response.status, await response.text()];
  }));
  assertEquals(new Set(texts.map(String)).size, 1);
  assertEquals(texts[0]?.[0], 404);
});

Deno.test("T44: an invalid rate throws in the function that receives it", () => {
  assertThrows(() => action("save", { rate: { limit: 0, seconds: 1 } }, () => {}), RangeError, 'action "save"');
  assertThrows(() => createHandler({ pages: [], rate: { limit: 1, seconds: 0 } }), RangeError, "Cannot limit actions");
});
