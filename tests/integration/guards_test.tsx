/** Guards at three places - the page, the action, the bound form - with one contract. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type AccessDenied,
  action,
  defineForm,
  dependency,
  Depends,
  DQuery,
  field,
  Form,
  formActionUrl,
  HyperError,
} from "../../mod.ts";
import { App, EVENTS, eventsOf, JSON_TYPE } from "../support/app.tsx";

type Place = "page" | "action" | "form";
const PLACES: readonly Place[] = ["page", "action", "form"];

/** An application with one guard, at one of the three places. */
function guarded(place: Place, guard: () => unknown): { readonly app: App; readonly runs: string[] } {
  const runs: string[] = [];
  // Values that a guard must not return are returned here as well.
  const verdict = guard as () => void;
  const form = defineForm("note", {
    fields: { title: field.text() },
    clean: () => void runs.push("clean"),
    ...(place === "form" ? { guard: verdict } : {}),
  });
  const save = action(
    "save",
    { form, ...(place === "action" ? { guard: verdict } : {}) },
    () => void runs.push("handler"),
  );
  const Body = () => {
    runs.push("page");
    return <Form action={save} />;
  };
  const app = new App({ "/": { default: Body, save, ...(place === "page" ? { render: verdict } : {}) } });
  return { app, runs };
}

async function ask(app: App, place: Place, accept = "text/html"): Promise<Response> {
  return place === "page"
    ? await app.request("/", { headers: { accept } })
    : await app.call("save", { accept, fields: { title: "x" } });
}

for (const place of PLACES) {
  const reached = place === "page" ? ["page"] : ["clean", "handler"];

  for (
    const [what, verdict] of [["nothing", undefined], ["true", true], [
      "a promise of true",
      Promise.resolve(true),
    ]] as const
  ) {
    Deno.test(`a guard of the ${place} that returns ${what} lets the request continue`, async () => {
      const { app, runs } = guarded(place, () => verdict);
      await using _ = app;
      await (await ask(app, place)).text();
      assertEquals(runs, reached);
    });
  }

  Deno.test(`a guard of the ${place} that returns false is 403, and nothing after it runs`, async () => {
    const { app, runs } = guarded(place, () => false);
    await using _ = app;
    const response = await ask(app, place);
    assertEquals([response.status, runs], [403, []]);
    await response.body?.cancel();
  });

  Deno.test(`a guard of the ${place} that returns a Response sends it`, async () => {
    const { app, runs } = guarded(place, async () => {
      await Promise.resolve();
      return new Response("Who are you", { status: 401, headers: { "www-authenticate": "Basic" } });
    });
    await using _ = app;
    const response = await ask(app, place);
    assertEquals([response.status, response.headers.get("www-authenticate"), await response.text(), runs], [
      401,
      "Basic",
      "Who are you",
      [],
    ]);
  });

  Deno.test(`a guard of the ${place} that returns any other value is an error, and nothing after it runs`, async () => {
    const wrong = { yes: true };
    const { app, runs } = guarded(place, () => wrong);
    await using _ = app;
    const response = await ask(app, place);
    assertEquals([response.status, runs], [500, []]);
    await response.body?.cancel();
    assertStringIncludes(
      app.takeError().message,
      place === "page" ? "Cannot render" : "Cannot use the verdict of the guard",
    );
  });

  Deno.test(`a guard of the ${place} that throws a HyperError is answered with its status and message`, async () => {
    const { app, runs } = guarded(place, () => {
      throw new HyperError(402, "Pay first", { headers: { "x-price": "3" } });
    });
    await using _ = app;
    const response = await ask(app, place);
    assertEquals([response.status, response.headers.get("x-price"), runs], [402, "3", []]);
    assertStringIncludes(await response.text(), "Pay first");
  });

  Deno.test(`a guard of the ${place} that throws any other error is 500 without details, and nothing after it runs`, async () => {
    const { app, runs } = guarded(place, () => Promise.reject(new Error("secret")));
    await using _ = app;
    const response = await ask(app, place);
    assertEquals([response.status, runs], [500, []]);
    assertEquals((await response.text()).includes("secret"), false);
    assertEquals(app.takeError().message, "secret");
  });
}

for (const place of ["action", "form"] as const) {
  Deno.test(`a guard of the ${place} reaches the runtime as an error event, and its redirect as a redirect event`, async () => {
    let verdict: unknown = false;
    const { app } = guarded(place, () => verdict);
    await using _ = app;
    const denied = await ask(app, place, EVENTS);
    assertEquals([denied.status, (await eventsOf(denied)).map(({ event }) => event)], [403, ["error", "end"]]);
    verdict = Response.redirect("http://site.test/login", 303);
    assertEquals(await eventsOf(await ask(app, place, EVENTS)), [{ event: "redirect", data: { url: "/login" } }]);
  });

  Deno.test(`accessDenied is sent for a guard of the ${place}: false, a thrown refusal, a Response`, async () => {
    let verdict: () => unknown = () => false;
    const { app } = guarded(place, () => verdict());
    await using _ = app;
    const denied: Omit<AccessDenied, "request">[] = [];
    using _watch = app.handler.signals.accessDenied.connect(({ request: _, ...rest }) => void denied.push(rest));
    await (await ask(app, place)).text();
    verdict = () => {
      throw new HyperError(401, "Sign in");
    };
    await (await ask(app, place)).text();
    verdict = () => new Response(null, { status: 404 });
    await (await ask(app, place)).text();
    assertEquals(denied, [
      { actionName: "save", reason: "guard", responseStatus: 403 },
      { actionName: "save", reason: "guard", responseStatus: 401 },
      { actionName: "save", reason: "response", responseStatus: 404 },
    ]);
  });
}

/** A body that records whether it is read. */
function spiedBody(): { readonly body: ReadableStream<Uint8Array>; readonly reads: () => number } {
  let reads = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      reads++;
      controller.enqueue(new TextEncoder().encode("title=x"));
      controller.close();
    },
  }, { highWaterMark: 0 });
  return { body, reads: () => reads };
}

Deno.test("the body is not read before the guard of the action has run", async () => {
  let verdict = false;
  const { app, runs } = guarded("action", () => verdict);
  await using _ = app;
  const headers = { "x-hyper-action": "save", "content-type": "application/x-www-form-urlencoded" };
  const refused = spiedBody();
  const response = await app.request("/", { method: "POST", headers, body: refused.body });
  assertEquals([response.status, refused.reads(), runs], [403, 0, []]);
  await response.body?.cancel();
  verdict = true;
  const read = spiedBody();
  await (await app.request("/", { method: "POST", headers, body: read.body })).body?.cancel();
  assertEquals([read.reads(), runs.includes("handler")], [1, true]);
});

Deno.test("the guard of a form reads the submitted values before they are validated", async () => {
  let seen: unknown;
  const form = defineForm("note", {
    fields: { title: field.text({ required: true }) },
    getInitial: () => ({ title: "initial" }),
    guard: ({ form }) => {
      seen = [form.field("title").raw, form.isValid, form.errorCount, form.initial];
      return false;
    },
  });
  const save = action("save", { form }, () => {});
  await using app = new App({ "/": { default: () => "", save } });
  await app.call("save", { fields: { title: " as sent " } });
  assertEquals(seen, [" as sent ", false, 0, { title: "initial" }]);
});

Deno.test("the guard of a GET action runs as well", async () => {
  let runs = 0;
  const look = action("look", { method: "GET", guard: () => false }, () => void runs++);
  await using app = new App({ "/": { default: () => "", look } });
  const response = await app.request("/?_action=look");
  assertEquals([response.status, runs], [403, 0]);
  await response.body?.cancel();
});

Deno.test("a guard may use dependencies and the query of the page, and shares them with the action function", async () => {
  let loads = 0;
  const user = dependency("user", ({ request }) => (loads++, request.headers.get("x-user")));
  const save = action("save", {
    guard: async ({ deps }) => (await deps.get(user)) === "ada" && (await deps.get(DQuery("key"))) === "k",
    inject: { user: Depends(user) },
  }, ({ user }) => ({ user }));
  await using app = new App({ "/": { default: () => "", save } });
  const refused = await app.call("save", { path: "/?key=k" });
  assertEquals(refused.status, 403);
  loads = 0;
  const answer = await app.data("save", { path: "/?key=k", headers: { "x-user": "ada" } });
  assertEquals([answer, loads], [{ ok: true, data: { user: "ada" } }, 1]);
});

Deno.test("page guards do not run before an action: only its own does", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  await using app = new App({ "/": { default: () => "", render: () => false, save } });
  assertEquals([(await app.call("save")).status, runs], [200, 1]);
});

Deno.test("a dependency that rejects runs before the form, so a user who is not signed in does not learn the validation rules", async () => {
  const user = dependency("user", () => {
    throw new HyperError(401, "Sign in to go on");
  });
  const runs: string[] = [];
  const form = defineForm("note", {
    fields: { title: field.text({ required: true }) },
    guard: () => void runs.push("guard"),
  });
  const save = action("save", { form, inject: { user } }, () => {});
  await using app = new App({ "/": { default: () => "", save } });
  const response = await app.call("save", { fields: { title: "" } });
  assertEquals([response.status, runs], [401, []]);
});

for (
  const [what, location, accept, method, expected] of [
    ["a program", "/sign-in?next=%2F", JSON_TYPE, "POST", "/sign-in?next=%2F"],
    ["a program, for a GET", "/sign-in", JSON_TYPE, "GET", "/sign-in"],
    ["a GET of the runtime", "/sign-in", EVENTS, "GET", "/sign-in"],
    ["a GET of the runtime, to another site", "https://id.test/authorize", EVENTS, "GET", "https://id.test/authorize"],
    ["a POST of the runtime, which the user waits for", "/sign-in", EVENTS, "POST", null],
    ["a form without scripts", "/sign-in", "text/html", "POST", null],
  ] as const
) {
  Deno.test(`the redirect of a guard is a 401 with the sign-in for a client that does not follow it: ${what}`, async () => {
    let ran = false;
    const guard = () => new Response(null, { status: 303, headers: { location } });
    const find = action("find", { guard, method: method === "GET" ? "GET" : undefined }, () => void (ran = true));
    await using app = new App({ "/": { default: () => "Home", find } });
    const response = await app.call("find", { accept, method });
    const text = await response.text();
    assertEquals(response.headers.get("x-hyper-sign-in"), expected);
    assertEquals([ran, response.status === 401], [false, expected !== null]);
    if (expected === null) {
      assertStringIncludes(text + response.headers.get("location"), accept === EVENTS ? "event: " : "/sign-in");
    }
  });
}

Deno.test("the redirect of a guard to a script is not the address of a sign-in, which a browser would open in this site", async () => {
  const guard = () => new Response(null, { status: 303, headers: { location: "javascript:alert(1)" } });
  const find = action("find", { guard, method: "GET" }, () => {});
  await using app = new App({ "/": { default: () => "Home", find } });
  const response = await app.call("find", { method: "GET" });
  await response.body?.cancel();
  assertEquals([response.status, response.headers.get("x-hyper-sign-in")], [500, null]);
  assertStringIncludes(app.takeError().message, "its scheme is");
});

Deno.test("the relative sign-in of a guard resolves against the page of the call, not against the endpoint of its form", async () => {
  const guard = () => new Response(null, { status: 303, headers: { location: "sign-in" } });
  const save = action("save", { guard }, () => {});
  await using app = new App({ "/notes/[id]": { default: () => "Note", save } });
  const url = `http://site.test${formActionUrl("save")}?_next_form_origin=%2Fnotes%2F7`;
  const response = await app.handler(
    new Request(url, { method: "POST", headers: { accept: JSON_TYPE, origin: "http://site.test" } }),
  );
  await response.body?.cancel();
  assertEquals([response.status, response.headers.get("x-hyper-sign-in")], [401, "/notes/sign-in"]);
});
