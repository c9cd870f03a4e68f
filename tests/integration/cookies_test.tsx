/** `ctx.setCookie()`: cookies in the response to any result. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, type ActionContextBase, defineForm, field, Form, HyperError, redirect, toast } from "@hyper/actions";
import { App, EVENTS, eventsOf, JSON_TYPE, type Modules, namesOf } from "../support/app.tsx";

const SET = "session=ada; Path=/; HttpOnly; SameSite=Lax";
const setAda = ({ setCookie }: ActionContextBase): void => setCookie({ name: "session", value: "ada" });

function siteOf(results: Readonly<Record<string, (ctx: ActionContextBase) => unknown>>): Modules {
  const actions = Object.entries(results).map(([name, handler]) => [name, action(name, handler)]);
  return { "/": { default: () => <p>Home</p>, ...Object.fromEntries(actions) } };
}

const RESULTS: Readonly<Record<string, (ctx: ActionContextBase) => unknown>> = {
  nothing: setAda,
  item: (ctx) => {
    setAda(ctx);
    return toast("Hello");
  },
  away: (ctx) => {
    setAda(ctx);
    return redirect("/");
  },
  value: (ctx) => {
    setAda(ctx);
    return { a: 1 };
  },
  response: (ctx) => {
    setAda(ctx);
    return new Response("x", { headers: { "cache-control": "public, max-age=60" } });
  },
  fixed: (ctx) => {
    setAda(ctx);
    return Response.redirect("http://site.test/");
  },
  stream: async function* (ctx) {
    setAda(ctx);
    yield toast("one");
    await Promise.resolve();
    yield toast("two");
  },
  refused: (ctx) => {
    setAda(ctx);
    throw new HyperError(403, "Not you");
  },
};

for (const name of Object.keys(RESULTS)) {
  for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
    Deno.test(`setCookie() sets a cookie: ${name}, requested as ${accept}`, async () => {
      await using app = new App(siteOf(RESULTS));
      const response = await app.call(name, { accept });
      await response.text();
      assertEquals(response.headers.getSetCookie().filter((text) => !text.startsWith("hyper_flash")), [SET]);
      // A cookie of one user must not reach another.
      assertEquals(response.headers.get("cache-control"), "no-store");
    });
  }
}

Deno.test("setCookie() sets several cookies, with their attributes", async () => {
  await using app = new App(siteOf({
    two: ({ setCookie }) => {
      setCookie({ name: "__Host-a", value: "1", maxAge: 60, sameSite: "Strict" });
      setCookie({ name: "b", value: "x y", path: "/b", httpOnly: false });
    },
  }));
  assertEquals((await app.call("two")).headers.getSetCookie(), [
    "__Host-a=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict",
    "b=x%20y; Path=/b; SameSite=Lax",
  ]);
});

Deno.test("setCookie() throws in the action function when a cookie is invalid", async () => {
  await using app = new App(siteOf({ bad: ({ setCookie }) => setCookie({ name: "a;b", value: "1" }) }));
  const response = await app.call("bad");
  assertEquals([response.status, response.headers.getSetCookie()], [500, []]);
  assertStringIncludes(app.takeError().message, 'Cannot set cookie "a;b": its name is not a token');
  await response.body?.cancel();
});

Deno.test("setCookie() throws after the response headers were sent, and the error names the remedy", async () => {
  const { promise: read, resolve } = Promise.withResolvers<void>();
  await using app = new App(siteOf({
    late: async function* (ctx) {
      yield toast("one");
      await read;
      setAda(ctx);
      yield toast("two");
    },
  }));
  const response = await app.call("late");
  resolve();
  assertEquals(namesOf(await eventsOf(response)), ["toast", "error", "end"]);
  assertStringIncludes(app.takeError().message, "the head of the response was sent; set it before the first item");
});

Deno.test("a repeat of a mutation whose response was lost receives its cookies again, and a client that has them receives none", async () => {
  let runs = 0;
  await using app = new App(siteOf({
    once: (ctx) => {
      runs++;
      setAda(ctx);
      return toast("Hello");
    },
    flow: async function* (ctx) {
      runs++;
      setAda(ctx);
      yield toast("Hello");
    },
    plain: (ctx) => {
      runs++;
      setAda(ctx);
      return new Response("x", { headers: { "set-cookie": "session=own; HttpOnly" } });
    },
  }));
  for (const name of ["once", "flow", "plain"]) {
    runs = 0;
    const send = async (cookie: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
      const headers = { accept: EVENTS, "x-hyper-action": name, "x-hyper-request-id": `id-${name}`, ...cookie };
      const response = await app.handler(new Request("http://site.test/", { method: "POST", headers }));
      await response.text();
      return response.headers.getSetCookie();
    };
    // In the order in which they were set: the last of two with the same name counts.
    const expected = name === "plain" ? ["session=own; HttpOnly", SET] : [SET];
    assertEquals(await send(), expected);
    assertEquals(await send(), expected);
    assertEquals(await send({ cookie: "theme=dark; session=ada" }), []);
    assertEquals(runs, 1);
  }
});

Deno.test("an action function that adds errors to its form keeps the cookie that it has set", async () => {
  const SignIn = defineForm("sign_in", { fields: { name: field.text() } });
  const signIn = action("sign_in", { form: SignIn }, (ctx) => {
    setAda(ctx);
    ctx.form.addError("name", "Nobody of that name");
  });
  await using app = new App({ "/": { default: () => <Form action={signIn} />, signIn } });
  const page = await app.submit(await app.open("/"), "sign_in", { name: "eve" });
  assertEquals([page.status, page.response.headers.getSetCookie()], [200, [SET]]);
});
