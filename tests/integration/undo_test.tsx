/** Undo in toasts: in the event of the toast for the runtime, and on the next page without scripts; and attacks on it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  action,
  createMemoryStore,
  defineForm,
  field,
  Form,
  type HandlerOptions,
  type RequestContext,
  type Store,
  toast,
  Toasts,
} from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import { attribute, find, findAll, parseHtml, text } from "../support/html.ts";
import { App, eventsOf, hiddenValue } from "../support/app.tsx";

/** Notes of users. A note that is deleted can be restored by its owner. */
class Notes extends App {
  readonly restored: unknown[];
  readonly published: unknown[];

  constructor(options: HandlerOptions = {}) {
    const session = sessions({ store: createMemoryStore() });
    const restored: unknown[] = [];
    const published: unknown[] = [];
    const RestoreForm = defineForm("restore", {
      fields: { id: field.number({ required: true, max: 100 }), tags: field.multiSelect({ choices: ["<a>", "b"] }) },
    });
    const restore = action("restore", {
      form: RestoreForm,
      inject: { session },
      guard: async ({ deps }) => (await deps.get(session)).user !== "guest",
    }, ({ form, session }) => {
      restored.push({ ...form.values, user: session.user });
    });
    const undo = (id: unknown) => ({ undo: { action: restore, data: { id, tags: ["<a>"] } } });
    const remove = action("remove", ({ data }) => toast("Deleted", undo(Number(data.id))));
    const removeTwo = action("remove_two", () => [toast("Deleted", undo(1)), toast("Deleted", undo(2))]);
    const pretend = action("pretend", ({ data }) => toast({ message: "Saved", undo: data.undo }));
    const publish = action("publish", async ({ publish }) => {
      await publish("notes", toast("Deleted", undo(1))).catch((error: Error) => published.push(error.message));
    });
    const signIn = action("sign_in", { inject: { session } }, ({ session, data }) => session.signIn(String(data.user)));
    const Page = () => (
      <main>
        <Toasts />
        {[remove, removeTwo, pretend, publish, signIn].map((one) => <Form key={one.name} action={one} />)}
      </main>
    );
    const names = { restore, remove, removeTwo, pretend, publish, signIn };
    super({
      "/": {
        default: Page,
        context: { user: async ({ deps }: RequestContext) => (await deps.get(session)).user },
        ...names,
      },
    }, { principal: session.principal, ...options });
    this.restored = restored;
    this.published = published;
  }
}

const bound = (target: object, name: PropertyKey) => {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? value.bind(target) : value;
};

const undoForms = (html: string) =>
  findAll(parseHtml(html), (element) => attribute(element, "data-hyper-undo") !== null);

/** Signs in, and deletes a note with scripts off. Returns the page that shows the toast. */
async function deleteNote(app: Notes, id: number, user = "ada") {
  await app.submit(await app.open("/"), "sign_in", { user });
  return await app.submit(await app.open("/"), "remove", { id: String(id) });
}

Deno.test("toast() with undo sends the runtime a form with one button, which calls the action", async () => {
  await using app = new Notes();
  const page = await app.open("/");
  const [event] = await eventsOf(await app.submitByRuntime(page, "remove", { id: "7" }));
  const { undo, ...rest } = event!.data as { undo: string };
  assertEquals([event!.event, rest], ["toast", { value: "Deleted" }]);
  const [form] = undoForms(undo);
  assertEquals(text(form!).trim(), "Undo");
  assertMatch(hiddenValue(form!, "_hyper_once") ?? "", /^[0-9a-f-]{36}$/);
  const again = { ...page, root: find(parseHtml(`<main>${undo}</main>`), ({ tagName }) => tagName === "main") };
  assertEquals((await app.submitByRuntime(again, "restore")).status, 200);
  assertEquals(app.restored, [{ id: 7, tags: ["<a>"], user: null }]);
});

Deno.test("without scripts the next page has the undo, which leads back and runs once", async () => {
  await using app = new Notes();
  const posted = await deleteNote(app, 7);
  assertEquals(posted.status, 303);
  const page = await app.follow(posted);
  assertMatch(text(page.root), /Deleted\s+Undo/);
  for (let i = 0; i < 2; i++) {
    const back = await app.submit(page, "restore");
    assertEquals([back.status, back.response.headers.get("location")], [303, "/"]);
  }
  assertEquals(app.restored, [{ id: 7, tags: ["<a>"], user: "ada" }]);
  assertEquals(undoForms((await app.open("/")).html).length, 0);
});

Deno.test("the toasts of two actions each have an undo, in development mode too", async () => {
  await using app = new Notes({ dev: true });
  const page = await app.follow(await app.submit(await app.open("/"), "remove_two"));
  assertEquals(page.status, 200);
  assertEquals(undoForms(page.html).length, 2);
});

Deno.test("the guard and the validation of an undo run as for any call", async () => {
  await using app = new Notes();
  const page = await app.follow(await deleteNote(app, 7, "guest"));
  assertEquals((await app.submit(page, "restore")).status, 403);
  // The user has changed the data of the form.
  const changed = await app.follow(await deleteNote(app, 7, "ada"));
  assertMatch(text((await app.submit(changed, "restore", { _hyper_data: `{"id":101}` })).root), /100 or less/);
  assertEquals(app.restored, []);
});

Deno.test("an undo that was shown to one user does not run for the next one", async () => {
  await using app = new Notes();
  const page = await app.follow(await deleteNote(app, 7, "ada"));
  await app.submit(await app.open("/"), "sign_in", { user: "eve" });
  await app.submit(page, "restore");
  assertEquals(app.restored, []);
});

Deno.test("a forged cookie of toasts puts no form on the page", async () => {
  await using app = new Notes();
  const form = `<form method="post" action="https://evil.example/"><button>Undo</button></form>`;
  for (const undo of [form, { form, user: null }, { form: form, user: "" }]) {
    const cookie = encodeURIComponent(JSON.stringify([{ value: "Deleted", undo }]));
    const page = await app.handler(new Request("http://site.test/", { headers: { cookie: `hyper_flash=${cookie}` } }));
    const html = await page.text();
    assertStringIncludes(html, "Deleted");
    assertEquals(html.includes("evil.example"), false);
    assertEquals(undoForms(html).length, 0);
  }
});

Deno.test("the place of an attacker's toasts in the cookie of a victim shows no form", async () => {
  await using attacker = new Notes();
  const posted = await deleteNote(attacker, 7, "eve");
  const flash =
    posted.response.headers.getSetCookie().find((cookie) => cookie.startsWith("hyper_flash="))!.split(";")[0];
  // In the same application, a victim who has signed in.
  const victim = await attacker.submit(await attacker.open("/"), "sign_in", { user: "ada" });
  const session = victim.response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  const page = await attacker.handler(
    new Request("http://site.test/", { headers: { cookie: `${session}; ${flash}` } }),
  );
  const html = await page.text();
  assertStringIncludes(html, "Deleted");
  assertEquals(undoForms(html).length, 0);
});

Deno.test("the property undo of a toast's value is not sent, so that data of a user is not a form", async () => {
  await using app = new Notes();
  const undo = `<form action="https://evil.example/"></form>`;
  const page = await app.open("/");
  const [event] = await eventsOf(await app.submitByRuntime(page, "pretend", { undo }));
  assertEquals(event!.data, { message: "Saved" });
  const shown = await app.follow(await app.submit(page, "pretend", { undo }));
  assertMatch(text(shown.root), /Saved/);
  assertEquals(shown.html.includes("evil.example"), false);
});

Deno.test("without the store the toast is shown without its undo, and the error is reported", async () => {
  const store = createMemoryStore();
  const put: Store["put"] = (key, ...rest) =>
    key.startsWith("hyper:toasts:") ? Promise.reject(new Error("The store is down")) : store.put(key, ...rest);
  await using app = new Notes({
    store: new Proxy(store, { get: (_, name) => name === "put" ? put : bound(store, name) }),
  });
  const page = await app.follow(await app.submit(await app.open("/"), "remove", { id: "7" }));
  assertMatch(text(page.root), /Deleted/);
  assertEquals(undoForms(page.html).length, 0);
  assertMatch(app.takeError().message, /The store is down/);
});

Deno.test("toast() with undo cannot be published", async () => {
  await using app = new Notes();
  await app.submit(await app.open("/"), "publish");
  assertMatch(String(app.published[0]), /an undo is for one user/);
  app.takeReports();
});
