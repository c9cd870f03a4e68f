/** H4: every value that a dependency creates is disposed once, wherever a request creates it. */
import { assert, assertEquals } from "@std/assert";
import {
  action,
  DContext,
  defineForm,
  dependency,
  Depends,
  Field,
  field,
  Form,
  type Guard,
  html,
  live,
  redirect,
  refresh,
  toast,
} from "../../mod.ts";
import { App, EVENTS } from "../support/app.tsx";

/** A page with a form whose initial values need a resource, and actions that create the resource in their own way. */
function makeSite() {
  const log = { made: 0, disposed: 0 };
  const resource = dependency("resource", () => {
    let isDisposed = false;
    log.made++;
    return {
      [Symbol.asyncDispose](): Promise<void> {
        assert(!isDisposed, "disposed twice");
        isDisposed = true;
        log.disposed++;
        return Promise.resolve();
      },
    };
  });
  const NoteForm = defineForm("note", {
    fields: { title: field.text({ required: true }) },
    getInitial: async ({ deps }) => {
      await deps.get(resource);
      return { title: "x" };
    },
  });
  const save = action("save", { form: NoteForm }, () => toast("Saved"));
  const NoteFields = () => (
    <Form action={save}>
      <Field name="title" />
    </Form>
  );
  const total = dependency("total", ({ deps }) => deps.get(DContext("used")));
  const guarded = {
    default: () => "",
    context: {
      used: async ({ deps }: { deps: { get(it: typeof resource): Promise<unknown> } }) => {
        await deps.get(resource);
        return "used";
      },
    },
    // Needs the context of its own page, which follows the guard, so the guard runs separately.
    render: async ({ deps }: { deps: { get(it: typeof total): Promise<unknown> } }) => void await deps.get(total),
    read: action("read", { inject: { total: Depends(total) } }, () => {}),
  };
  const needsResource: Guard = async ({ deps }) => await deps.get(resource) !== null;
  const page = {
    default: () => (
      <main id="all">
        <NoteFields />
      </main>
    ),
    save,
    injected: action("injected", { inject: { resource: Depends(resource) } }, () => {}),
    failed: action("failed", { inject: { resource: Depends(resource) } }, () => redirect("/")),
    fragment: action("fragment", () => html(<NoteFields />, { target: "#all" })),
    refreshed: action("refreshed", () => refresh("#all")),
    streamed: action("streamed", function* () {
      yield html(<NoteFields />, { target: "#all" });
      yield refresh("#all");
    }),
    published: action("published", ({ publish }) => publish("board", html(<NoteFields />, { target: "#all" }))),
    watched: action("watched", { method: "GET" }, () => live("board")),
    guarded: action("guarded", { method: "GET" }, () => live("board", { guard: needsResource, refresh: () => [] })),
  };
  return { log, NoteFields, app: new App({ "/": page, "/guarded": guarded }, { heartbeatSeconds: 0 }) };
}

type Site = ReturnType<typeof makeSite>;

const WAYS: Readonly<Record<string, (site: Site) => Promise<unknown>>> = {
  "a page": ({ app }) => app.open("/"),
  "a form": async ({ app }) => await app.submit(await app.open("/"), "save", { title: "x" }),
  "an invalid form": async ({ app }) => await app.submit(await app.open("/"), "save", { title: "" }),
  "an injected value": ({ app }) => readCall(app, "injected"),
  "an action that redirects": ({ app }) => readCall(app, "failed"),
  "an html() fragment": ({ app }) => readCall(app, "fragment"),
  "a refresh()": ({ app }) => readCall(app, "refreshed"),
  "a stream": ({ app }) => readCall(app, "streamed"),
  "a published fragment": ({ app }) => readCall(app, "published"),
  "a fragment that is published outside of a request": ({ app, NoteFields }) =>
    app.handler.publish("board", html(<NoteFields />, { target: "#all" })),
  "the guard of a topic": async ({ app }) => {
    const response = await app.call("guarded", { method: "GET" });
    await response.body?.cancel();
    assert(response.ok, `status ${response.status}`);
  },
  "the guard of a page that runs apart": ({ app }) => readCall(app, "read", "/guarded"),
  "a page that a topic renders": async ({ app }) => {
    const response = await app.call("watched", { method: "GET" });
    const reader = response.body?.getReader();
    let text = "";
    while (!text.includes("patch_html")) {
      const { done, value } = await reader!.read();
      assert(!done, text);
      text += new TextDecoder().decode(value);
    }
    await reader?.cancel();
  },
};

async function readCall(app: App, name: string, path = "/"): Promise<void> {
  const response = await app.call(name, { path, accept: EVENTS });
  await response.body?.pipeTo(new WritableStream());
  assert(response.ok, `status ${response.status}`);
}

for (const [name, use] of Object.entries(WAYS)) {
  Deno.test(`H4: the value of a dependency is disposed once: ${name}`, async () => {
    const site = makeSite();
    await use(site);
    await site.app[Symbol.asyncDispose]();
    assert(site.log.made > 0, "nothing was created");
    assertEquals(site.log.disposed, site.log.made);
  });
}
