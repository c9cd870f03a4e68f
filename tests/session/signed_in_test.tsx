/** `signedIn()`: each client gets what it can use, and a form does not run as another user. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  action,
  createMemoryStore,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  type HandlerOptions,
  redirect,
  type RequestContext,
  type Store,
  toast,
  Toasts,
} from "@hyper/actions";
import { returnPath, sessions, signedIn } from "@hyper/actions/session";
import { findForm } from "../support/html.ts";
import { testOverStores } from "./support.tsx";
import { App, hiddenValue, JSON_TYPE, namesOf, parseEvents } from "../support/app.tsx";

/** An application with a page, a note and a list that only users who have signed in may use. */
class Club extends App {
  readonly saved: string[];

  constructor(options: HandlerOptions = {}, store: Store = createMemoryStore()) {
    const session = sessions({ store });
    const guard = signedIn({ session, signIn: "/sign-in" });
    const saved: string[] = [];
    const NoteForm = defineForm("note", { fields: { text: field.text({ label: "Note", required: true }) } });
    const save = action("save", { form: NoteForm, inject: { session } }, ({ form, session }) => {
      saved.push(`${session.user}: ${form.values.text}`);
    });
    const Guarded = defineForm("guarded", {
      fields: { text: field.text({ label: "Text" }) },
      guard: async ({ deps }) => (await deps.get(session)).user !== null,
    });
    const late = action("late", { form: Guarded, skipHandlerGuard: true }, async ({ form, deps }) => {
      saved.push(`${(await deps.get(session)).user}: ${form.values.text}`);
    });
    const open = action("open", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
      saved.push(`${session.user}: open`);
    });
    const inside = action("inside", { skipHandlerGuard: true }, async ({ deps }) => {
      saved.push(`${(await deps.get(session)).user}: inside`);
    });
    const clear = action("clear", { inject: { session } }, ({ session }) => {
      saved.push(`${session.user}: cleared`);
    });
    const signIn = action("sign_in", { skipHandlerGuard: true, inject: { session } }, (ctx) => {
      ctx.session.signIn(String(ctx.data.user));
      return new Response(null, { status: 303, headers: { location: returnPath(ctx.url, "/home") } });
    });
    const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
      session.destroy();
    });
    const user = async ({ deps }: RequestContext) => (await deps.get(session)).user;
    const Notes = () => (
      <main>
        <Form action={save}>
          <FormErrors />
          <Field name="text" />
          <button>Save</button>
        </Form>
        <Form action={clear}>
          <button>Clear</button>
        </Form>
        <Form action={late} />
        <Form action={open} />
        <Form action={inside} />
      </main>
    );
    const SignIn = () => (
      <Form action={signIn}>
        <input name="user" />
        <button>Sign in</button>
      </Form>
    );
    super({
      "/notes": { render: guard, default: Notes, context: { user }, save, clear, late, open, inside },
      "/sign-in": { default: SignIn, signIn, signOut },
      "/public": { default: () => <Form action={save} /> },
    }, { guard, principal: session.principal, ...options });
    this.saved = saved;
  }

  async signIn(user: string, path = "/sign-in"): Promise<string | null> {
    const page = await this.submit(await this.open(path), "sign_in", { user });
    assertEquals(page.status, 303);
    return page.response.headers.get("location");
  }
}

Deno.test("a document is redirected to the sign-in, and comes back to its page and its query", async () => {
  await using club = new Club();
  const { response } = await club.open("/notes?tab=2&q=a%20b");
  assertEquals([response.status, response.headers.get("cache-control")], [303, "no-store"]);
  const location = response.headers.get("location") ?? "";
  assertEquals(location, "/sign-in?next=%2Fnotes%3Ftab%3D2%26q%3Da%2520b");
  assertEquals(await club.signIn("ada", location), "/notes?tab=2&q=a%20b");
  assertEquals((await club.open("/notes")).status, 200);
});

Deno.test("a form posted without a session is not run, and the user comes back to its page", async () => {
  await using club = new Club();
  const page = await club.open("/public");
  const { response } = await club.submit(page, "save", { text: "x" });
  assertEquals([response.status, response.headers.get("location")], [303, "/sign-in?next=%2Fpublic"]);
  assertEquals(club.saved, []);
});

Deno.test("a program gets 401 with a problem document and a challenge, and no redirect", async () => {
  await using club = new Club();
  const response = await club.call("save", { accept: JSON_TYPE, fields: { text: "x" } });
  assertEquals([response.status, response.headers.get("www-authenticate")], [401, "Session"]);
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  assertEquals((await response.json()).detail, "Sign in to continue.");
  assertEquals(club.saved, []);
});

Deno.test("the runtime gets 401 with the address of the sign-in, and no redirect", async () => {
  await using club = new Club({ messages: { lang: "de" } });
  const response = await club.submitByRuntime(await club.open("/public"), "save", { text: "x" });
  assertEquals([response.status, response.headers.get("x-hyper-sign-in")], [401, "/sign-in?next=%2Fpublic"]);
  const [error, end] = parseEvents(await response.text());
  assertEquals([error?.event, end?.event], ["error", "end"]);
  assertMatch(JSON.stringify(error?.data), /"message":"Melden Sie sich an, um fortzufahren."/);
});

for (
  const [next, path] of [
    ["/account?tab=2", "/account?tab=2"],
    ["https://site.test/account", "/account"],
    ["https://evil.example/", "/home"],
    ["//evil.example", "/home"],
    ["/\\evil.example", "/home"],
    ["\\\\evil.example", "/home"],
    ["https://site.test//evil.example", "/home"],
    ["javascript:alert(1)", "/home"],
    ["https://user@site.test/", "/home"],
    ["https://site.test@evil.example/", "/home"],
    ["\t//evil.example", "/home"],
    ["", "/sign-in"],
  ] as const
) {
  Deno.test(`returnPath() cannot lead to another site: ${JSON.stringify(next)}`, () => {
    const url = new URL(`https://site.test/sign-in?${new URLSearchParams({ next })}`);
    assertEquals(returnPath(url, "/home").split("?")[0], path.split("?")[0]);
  });
}

Deno.test("signedIn() throws for a sign-in that is not a path of this site", () => {
  const session = sessions({ store: createMemoryStore() });
  for (const signIn of ["sign-in", "//evil.example", "/\\evil.example", "https://site.test/", "/sign-in?x=1", ""]) {
    assertThrows(() => signedIn({ session, signIn }), TypeError, "pass a path");
  }
});

Deno.test("a form is rendered with the digest of its user, and not with the user", async () => {
  await using club = new Club();
  await club.signIn("ada@example.com");
  const page = await club.open("/notes");
  assertMatch(hiddenValue(findForm(page.root, "save"), "_hyper_user") ?? "", /^[0-9a-f]{32}$/);
  assertEquals(page.html.includes("ada@example.com"), false);
  assertEquals(hiddenValue(findForm((await club.open("/public")).root, "save"), "_hyper_user"), null);
});

testOverStores(
  "two tabs with two users: the form of the first comes back with its values, and runs when it is sent again",
  async (store) => {
    await using club = new Club({}, store);
    await club.signIn("ada");
    const tab = await club.open("/notes");
    await club.signIn("bob");
    const shown = await club.submit(tab, "save", { text: "of ada" });
    assertEquals([shown.status, club.saved], [200, []]);
    assertEquals(shown.html.includes("You are signed in as another user now."), true);
    const input = findForm(shown.root, "save");
    assertEquals(hiddenValue(input, "_hyper_user") !== hiddenValue(findForm(tab.root, "save"), "_hyper_user"), true);
    assertEquals(shown.html.includes('value="of ada"'), true);
    assertEquals((await club.submit(shown, "save", { text: "of ada" })).status, 303);
    assertEquals(club.saved, ["bob: of ada"]);
  },
);

Deno.test("a form that is shown again before it is sent has an error if another user has entered what it holds", async () => {
  await using club = new Club();
  await club.signIn("ada");
  const tab = await club.open("/notes");
  const own = await club.submit(tab, "save", { text: "of ada", _hyper_rows: "redraw" });
  assertEquals(own.html.includes("You are signed in as another user now."), false);
  await club.signIn("bob");
  const shown = await club.submit(tab, "save", { text: "of ada", _hyper_rows: "redraw" });
  assertEquals([shown.status, shown.html.includes('value="of ada"'), club.saved], [200, true, []]);
  assertEquals(shown.html.includes("You are signed in as another user now."), true);
});

Deno.test("the runtime posts the form of the user before: the form is patched for the user of now, and was not run", async () => {
  await using club = new Club();
  await club.signIn("ada");
  const tab = await club.open("/notes");
  await club.signIn("bob");
  const response = await club.submitByRuntime(tab, "save", { text: "of ada" });
  const events = parseEvents(await response.text());
  assertEquals([response.status, namesOf(events), club.saved], [422, ["patch_html", "error", "end"], []]);
});

Deno.test("the form of the user before is not run either, if only its own guard or an injected value uses the session", async () => {
  await using club = new Club();
  await club.signIn("ada");
  const tab = await club.open("/notes");
  await club.signIn("bob");
  assertEquals((await club.submit(tab, "late", { text: "x" })).status, 200);
  assertEquals((await club.submit(tab, "open")).status, 409);
  // Only its action function uses the session, and the handler for the principal.
  assertEquals((await club.submit(tab, "inside")).status, 409);
  assertEquals(club.saved, []);
});

Deno.test("a form without fields of the user before is not run", async () => {
  await using club = new Club();
  await club.signIn("ada");
  const tab = await club.open("/notes");
  await club.signIn("bob");
  assertEquals((await club.submit(tab, "clear")).status, 409);
  assertEquals(club.saved, []);
});

testOverStores(
  "an attacker posts a stolen copy of the form of a user: it runs as the attacker or not at all",
  async (store) => {
    await using club = new Club({}, store);
    await club.signIn("ada");
    const copy = await club.open("/notes");
    await club.submit(await club.open("/sign-in"), "sign_in", { user: "mallory" });
    assertEquals((await club.submit(copy, "save", { text: "x" })).status, 200);
    assertEquals(club.saved, []);
  },
);

Deno.test("the page of another site posts a prepared form with the digest of the user: it is rejected", async () => {
  await using club = new Club();
  await club.signIn("ada");
  const page = await club.open("/notes");
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  assertEquals((await club.submit(page, "save", { text: "x" }, { headers })).status, 403);
  assertEquals(club.saved, []);
});

testOverStores(
  "sign in, sign out, Back, the same sign-in form again: a new session, not the one that has ended",
  async (store) => {
    await using club = new Club({}, store);
    const form = await club.open("/sign-in");
    const first = await club.submit(form, "sign_in", { user: "ada" });
    await club.call("sign_out", { path: "/sign-in" });
    const second = await club.submit(form, "sign_in", { user: "ada" });
    const cookies = [first, second].map(({ response }) => response.headers.getSetCookie()[0]?.split(";")[0]);
    assertEquals(cookies[0] === cookies[1], false);
    assertEquals((await club.open("/notes")).status, 200);
  },
);

Deno.test("the next user of a computer does not see a toast of the one before, after a sign-out and after another sign-in", async () => {
  const session = sessions({ store: createMemoryStore() });
  const save = action("save", () => toast(`Saved for Ada: ${"x".repeat(3_000)}`));
  const signIn = action("sign_in", { inject: { session } }, ({ session, data }) => {
    session.signIn(String(data.user));
    return [toast(`Hello ${data.user}`), redirect("/")];
  });
  const signOut = action("sign_out", { inject: { session } }, ({ session }) => {
    session.destroy();
    return redirect("/");
  });
  const Home = () => (
    <main>
      <Form action={save} />
      <Form action={signIn}>
        <input name="user" />
      </Form>
      <Form action={signOut} />
    </main>
  );
  const Silent = ({ response }: { response: { headers: Headers } }) => {
    response.headers.set("cache-control", "no-store");
    return (
      <html>
        <body>{Home()}</body>
      </html>
    );
  };
  await using app = new App({
    "/": { default: () => <Toasts /> },
    "/silent": { render: Silent, save, signIn, signOut },
  });
  const page = await app.open("/silent");
  for (const [next, values, shown] of [["sign_in", { user: "bob" }, "Hello bob"], ["sign_out", {}, ""]] as const) {
    await app.submit(page, "sign_in", { user: "ada" });
    await app.open("/");
    await app.submit(page, "save");
    await app.submit(page, next, values);
    const { html } = await app.open("/");
    assertEquals([html.includes("Saved for Ada"), html.includes(shown)], [false, true], next);
  }
  await app.submit(page, "sign_in", { user: "ada" });
  await app.submit(page, "save");
  assertEquals((await app.open("/")).html.includes("Saved for Ada"), true);
});
