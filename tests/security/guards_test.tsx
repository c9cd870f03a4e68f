/** A guard for all actions, which an action can skip explicitly. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, type ActionOptions, formActionUrl, type Guard, HyperError } from "../../mod.ts";
import { App, EVENTS, JSON_TYPE } from "../support/app.tsx";

/** An application with a guard for all, and an action with options of its own. */
function guarded(guard: Guard, options: Partial<ActionOptions<null, null>> = {}) {
  const reached: string[] = [];
  const own = options.guard;
  const save = action("save", {
    ...options,
    ...(own === undefined ? {} : {
      guard: (ctx) => {
        reached.push("own");
        return own(ctx);
      },
    }),
  }, () => void reached.push("handler"));
  const all: Guard = (ctx) => {
    reached.push("all");
    return guard(ctx);
  };
  const app = new App({ "/": { default: () => "home", save } }, { guard: all });
  const ask = async (path = formActionUrl("save"), init: RequestInit = {}): Promise<number> => {
    const response = await app.request(path, { method: "POST", ...init });
    await response.body?.cancel();
    return response.status;
  };
  return { app, reached, ask };
}

Deno.test("createHandler({ guard }) runs before the guard of the action, whichever way the request names the action", async () => {
  const { app, reached, ask } = guarded(() => {}, { guard: () => true });
  await using _ = app;
  assertEquals(await ask(), 204);
  assertEquals(await ask("/?_action=save"), 204);
  assertEquals(await ask("/", { headers: { "x-hyper-action": "save" } }), 204);
  assertEquals(await ask("/", { body: new URLSearchParams({ _action: "save" }) }), 204);
  assertEquals(reached, Array(4).fill(["all", "own", "handler"]).flat());
});

for (
  const [what, verdict, status] of [
    ["returns false", () => false, 403],
    ["returns a Response", () => new Response("sign in", { status: 401 }), 401],
    ["throws a HyperError", () => Promise.reject(new HyperError(401, "sign in")), 401],
  ] satisfies readonly (readonly [string, Guard, number])[]
) {
  Deno.test(`createHandler({ guard }) that ${what} determines the response, and no later step runs`, async () => {
    const { app, reached } = guarded(verdict, { guard: () => true });
    await using _ = app;
    for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
      const response = await app.call("save", { accept });
      await response.body?.cancel();
      assertEquals(response.status, status, accept);
    }
    assertEquals(reached, ["all", "all", "all"]);
  });
}

Deno.test("createHandler({ guard }) fails closed if the guard returns another value", async () => {
  for (const verdict of [null, 0, 1, "", "yes", {}, []]) {
    const { app, reached, ask } = guarded(() => verdict as unknown as boolean);
    await using _ = app;
    assertEquals([await ask(), reached], [500, ["all"]], JSON.stringify(verdict));
    assertStringIncludes(app.takeError().message, 'the verdict of the guard of action "save"');
  }
});

Deno.test("public: true skips the guard of the handler, and not that of the action", async () => {
  const open = guarded(() => false, { skipHandlerGuard: true });
  await using _ = open.app;
  assertEquals([await open.ask(), open.reached], [204, ["handler"]]);
  const closed = guarded(() => false, { skipHandlerGuard: true, guard: () => false });
  await using __ = closed.app;
  assertEquals([await closed.ask(), closed.reached], [403, ["own"]]);
});

Deno.test("createHandler({ guard }) also protects GET actions", async () => {
  const { app, reached, ask } = guarded(() => false, { method: "GET" });
  await using _ = app;
  assertEquals([await ask("/?_action=save", { method: "GET" }), reached], [403, ["all"]]);
});

Deno.test("createHandler({ guard }) protects actions and not pages", async () => {
  const { app, reached } = guarded(() => false);
  await using _ = app;
  assertEquals([(await app.open("/")).status, reached], [200, []]);
});

Deno.test("the response to an unknown action does not reveal the guard", async () => {
  const { app, reached, ask } = guarded(() => false);
  await using _ = app;
  assertEquals([await ask("/?_action=other"), reached], [404, []]);
});

Deno.test("accessDenied is sent if the guard of the handler denies a request", async () => {
  const { app, ask } = guarded(() => false);
  await using _ = app;
  const told: unknown[] = [];
  using _receiver = app.handler.signals.accessDenied.connect(({ actionName, reason, responseStatus }) => {
    told.push([actionName, reason, responseStatus]);
  });
  await ask();
  assertEquals(told, [["save", "guard", 403]]);
});
