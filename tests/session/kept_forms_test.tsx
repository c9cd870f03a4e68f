/** `keptForms()`: a form that is posted without scripts after its session has ended is shown again, to its user alone. */
import { assertEquals } from "@std/assert";
import {
  action,
  createMemoryStore,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  type HandlerOptions,
  type Store,
} from "@hyper/actions";
import { keptForms, sessions } from "@hyper/actions/session";
import { findForm } from "../support/html.ts";
import { App, JSON_TYPE, type OpenPage } from "../support/app.tsx";
import { beforePut } from "./support.tsx";

/** An application with one form that outlives its session. */
class Site extends App {
  readonly saved: string[];
  /** The values that the store has received, by key. */
  readonly stored: Map<string, unknown>;
  readonly clock: { ms: number };

  /** The keys that were deleted from the store. */
  readonly deleted: string[];

  constructor(options: HandlerOptions = {}) {
    const clock = { ms: 0 };
    const now = () => clock.ms;
    const stored = new Map<string, unknown>();
    const deleted: string[] = [];
    const memory = beforePut(createMemoryStore({ now }), (key, value) => void stored.set(key, value));
    const store: Store = {
      ...memory,
      delete: async (key) => {
        deleted.push(key);
        await memory.delete(key);
      },
    };
    const session = sessions({ store, idleSeconds: 60, now });
    const kept = keptForms({ session, store, signIn: "/sign-in" });
    const saved: string[] = [];
    const ProfileForm = defineForm("profile", {
      fields: {
        about: field.textarea({ label: "About", maxlength: 100_000 }),
        news: field.checkbox({ label: "News" }),
        pin: field.password({ label: "PIN" }),
      },
      clean: (values) => {
        saved.push("cleaned");
        return values;
      },
      guard: kept.guard,
      getInitial: async (ctx) => await kept.find("profile", ctx) ?? { about: "saved" },
    });
    const save = action("save", { form: ProfileForm, inject: { session } }, ({ form, session }) => {
      saved.push(`${session.user}: ${form.values.about}`);
    });
    const signIn = action("sign_in", { inject: { session } }, ({ session, data }) => {
      session.signIn(String(data.user));
    });
    const Profile = () => (
      <Form action={save}>
        <FormErrors />
        <Field name="about" />
        <Field name="news" />
        <Field name="pin" />
        <button>Save</button>
      </Form>
    );
    // The session is used by the page, so that its form is rendered for the user.
    const context = {
      user: async ({ deps }: { deps: { get(of: typeof session): Promise<{ user: string | null }> } }) =>
        (await deps.get(session)).user,
    };
    super({ "/": { default: Profile, context, save, signIn }, "/other": { default: Profile, context } }, options);
    this.deleted = deleted;
    this.saved = saved;
    this.stored = stored;
    this.clock = clock;
  }

  async signIn(user: string): Promise<void> {
    await (await this.call("sign_in", { data: { user } })).text();
  }

  /** Signs a user in in another browser. Returns its cookie. */
  async sessionOf(user: string, origin = "http://site.test"): Promise<string> {
    const headers = { "x-hyper-action": "sign_in", "x-hyper-data": JSON.stringify({ user }) };
    const response = await this.handler(new Request(origin, { method: "POST", headers }));
    await response.text();
    return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }

  /** Opens the form as a user whose session then ends. */
  async formOf(user: string): Promise<OpenPage> {
    await this.signIn(user);
    const page = await this.open("/");
    this.clock.ms += 61_000;
    return page;
  }
}

/** Returns the text in the text area of a page. */
function about({ html }: OpenPage): string | undefined {
  return /<textarea[^>]*>([^<]*)</.exec(html)?.[1];
}

const TYPED = { about: "typed", news: "on", pin: "9-digits-0" };

Deno.test("a form posted after its session is not run, and is shown once after the sign-in, without its password", async () => {
  await using site = new Site();
  const { response } = await site.submit(await site.formOf("ada"), "save", TYPED);
  assertEquals([response.status, response.headers.get("location")], [303, "/sign-in?next=%2F"]);
  await site.signIn("ada");
  const page = await site.open("/");
  assertEquals([about(page), /name="news"[^>]* checked/.test(page.html), page.html.includes("9-digits-0")], [
    "typed",
    true,
    false,
  ]);
  assertEquals(site.saved, []);
  // Its cookie goes with it: later pages do not ask the store for it.
  assertEquals(page.response.headers.getSetCookie().filter((text) => text.startsWith("hyper_resume=;")).length, 1);
  assertEquals(about(await site.open("/")), "saved");
  await site.submit(page, "save", { about: "typed" });
  assertEquals(site.saved, ["cleaned", "ada: typed"]);
});

Deno.test("another user who signs in at the same computer does not see the form, and neither does its user later", async () => {
  await using site = new Site();
  await site.submit(await site.formOf("ada"), "save", TYPED);
  await site.signIn("bob");
  assertEquals(about(await site.open("/")), "saved");
  await site.signIn("ada");
  assertEquals(about(await site.open("/")), "saved");
  assertEquals(site.saved, []);
});

Deno.test("an attacker prepares a form in another browser: it is not shown to the user", async () => {
  await using site = new Site();
  await site.signIn("mallory");
  const page = await site.open("/");
  site.clock.ms += 61_000;
  const { response } = await site.submit(page, "save", { about: "transfer 1000" });
  const cookie = response.headers.getSetCookie().find((text) => text.startsWith("hyper_resume=")) ?? "";
  const token = cookie.split(";")[0]?.split("=")[1] ?? "";
  assertEquals(token.length, 43);
  await using victim = new Site();
  await victim.signIn("ada");
  assertEquals(about(await victim.open("/")), "saved");
  // The same store, and the cookie that another host of the site has set: over https only `__Host-hyper_resume` counts.
  const own = await site.sessionOf("mallory", "https://site.test");
  assertEquals(own.startsWith("__Host-session="), true);
  const headers = { cookie: `${own}; hyper_resume=${token}`, accept: "text/html" };
  const shown = await (await site.handler(new Request("https://site.test/", { headers }))).text();
  assertEquals([shown.includes("_hyper_user"), shown.includes("transfer 1000")], [true, false]);
});

Deno.test("the page of another site posts the form: it is rejected, and nothing is kept", async () => {
  await using site = new Site();
  const page = await site.formOf("ada");
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  const { response } = await site.submit(page, "save", TYPED, { headers });
  assertEquals([response.status, response.headers.getSetCookie()], [403, []]);
});

Deno.test("the runtime and a program get 401, and nothing is kept: they have the input", async () => {
  await using site = new Site();
  const page = await site.formOf("ada");
  const runtime = await site.submitByRuntime(page, "save", TYPED);
  assertEquals([runtime.status, runtime.headers.getSetCookie()], [401, []]);
  await runtime.text();
  const program = await site.call("save", { accept: JSON_TYPE, fields: TYPED });
  assertEquals([program.status, program.headers.getSetCookie()], [401, []]);
  await program.text();
  assertEquals(site.saved, []);
});

Deno.test("a form above 65,536 characters is not kept, and the user is still sent to the sign-in", async () => {
  await using site = new Site();
  const { response } = await site.submit(await site.formOf("ada"), "save", { about: "x".repeat(70_000) });
  assertEquals([response.status, response.headers.getSetCookie()], [303, []]);
});

Deno.test("the cookie of a form that was shown is of no use to another who has a copy of it", async () => {
  await using site = new Site();
  const { response } = await site.submit(await site.formOf("ada"), "save", TYPED);
  const copy = response.headers.getSetCookie().find((text) => text.startsWith("hyper_resume="))?.split(";")[0] ?? "";
  await site.signIn("ada");
  assertEquals(about(await site.open("/")), "typed");
  const own = await site.sessionOf("ada");
  const headers = { cookie: `${own}; ${copy}`, accept: "text/html" };
  const shown = await (await site.handler(new Request("http://site.test/", { headers }))).text();
  assertEquals([shown.includes("_hyper_user"), shown.includes("typed")], [true, false]);
});

Deno.test("the store of a kept form has neither its password nor the cookie", async () => {
  await using site = new Site();
  const { response } = await site.submit(await site.formOf("ada"), "save", TYPED);
  const token = response.headers.getSetCookie()[0]?.split(";")[0]?.split("=")[1] ?? "";
  const stored = JSON.stringify([...site.stored]);
  assertEquals([token.length, stored.includes("typed"), stored.includes("9-digits-0"), stored.includes(token)], [
    43,
    true,
    false,
    false,
  ]);
});

Deno.test("a form is kept for 10 minutes", async () => {
  await using site = new Site();
  await site.submit(await site.formOf("ada"), "save", TYPED);
  site.clock.ms += 601_000;
  await site.signIn("ada");
  assertEquals(about(await site.open("/")), "saved");
});

Deno.test("another page, and a page that is loaded in advance, do not use up the form", async () => {
  await using site = new Site();
  await site.submit(await site.formOf("ada"), "save", TYPED);
  await site.signIn("ada");
  assertEquals(about(await site.open("/other")), "saved");
  for (const name of ["sec-purpose", "x-hyper-purpose"]) {
    assertEquals(about(await site.open("/", { [name]: "prefetch" })), "saved");
  }
  assertEquals(about(await site.open("/")), "typed");
});

Deno.test("the form without a session is not found before the sign-in", async () => {
  await using site = new Site();
  await site.submit(await site.formOf("ada"), "save", TYPED);
  const page = await site.open("/");
  assertEquals([about(page), findForm(page.root, "save") !== undefined], ["saved", true]);
  await site.signIn("ada");
  assertEquals(about(await site.open("/")), "typed");
});

Deno.test("a client that fills the store with forms drops its own, and not the form of another address", async () => {
  await using site = new Site({ crossOrigin: { trustProxy: true } });
  const page = await site.formOf("ada");
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
  const { response } = await site.submit(page, "save", TYPED, from("203.0.113.1"));
  const own = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const kept = [...site.stored.keys()].filter((key) => key.startsWith("hyper:resume:"));
  for (let count = 0; count < 1_020; count++) {
    await site.submit(page, "save", { about: `flood ${count}` }, from("203.0.113.66"));
  }
  assertEquals([site.deleted.length, site.deleted.includes(kept[0] ?? "")], [21, false]);
  const headers = { cookie: `${await site.sessionOf("ada")}; ${own}`, accept: "text/html" };
  const shown = await (await site.handler(new Request("http://site.test/", { headers }))).text();
  assertEquals(shown.includes(">typed<"), true);
});
