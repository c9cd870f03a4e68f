/**
 * A request that asks to validate never runs an action: whatever it sends besides, with every kind of backend, and with every way to name the action.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  action,
  createMemoryStore,
  DEFAULT_FORM_ACTION_BACKENDS,
  defineForm,
  defineFormset,
  type DispatchContext,
  field,
  formActionUid,
  formActionUrl,
  RegistryFormActionBackend,
  type Store,
  toast,
} from "../../mod.ts";
import { App, EVENTS, JSON_TYPE } from "../support/app.tsx";

const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }), photo: field.file() } });
const RowsForm = defineFormset(defineForm("row", { fields: { title: field.text({ required: true }) } }), {
  prefix: "rows",
  canDelete: true,
});

/** An application that records what must not happen: handlers, stored files, claims, server signals. */
function spied() {
  const did: string[] = [];
  const ran = (name: string) => () => void did.push(`ran ${name}`);
  const validate = true;
  const actions = {
    save: action("save", {
      form: NoteForm,
      validate,
      onFile: () => {
        did.push("stored a file");
        return Promise.resolve("key");
      },
    }, ran("save")),
    rows: action("rows", { form: RowsForm, validate }, ran("rows")),
    find: action("find", { form: NoteForm, validate, method: "GET" }, ran("find")),
    live: action("live", { form: NoteForm, validate }, function* () {
      did.push("ran live");
      yield toast("Live");
    }),
    closed: action("closed", { form: NoteForm }, ran("closed")),
    hook: action("hook", { webhook: true, verify: () => true }, ran("hook")),
  };
  const memory = createMemoryStore();
  const store = new Proxy(memory, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        if (typeof name === "string" && !/close|dispose/i.test(name)) did.push(`store.${name}`);
        return member.apply(target, given);
      };
    },
  }) satisfies Store;
  const app = new App({ "/": { default: () => "", ...actions } }, { store });
  return { did, app };
}

const NAMES = ["save", "rows", "find", "live", "closed", "hook"];

/** The ways to name an action, each with the URL and what it adds to the request. */
const NAMINGS: readonly ((name: string) => { path: string; headers?: Record<string, string>; field?: string })[] = [
  (name) => ({ path: `${formActionUrl(name)}?_next_form_origin=%2F` }),
  (name) => ({ path: formActionUrl(name) }),
  (name) => ({ path: "/", headers: { "x-hyper-action": name } }),
  (name) => ({ path: `/?_action=${name}` }),
  (name) => ({ path: "/", field: name }),
];

/** Headers of a submit, which a request may send as well. */
const EXTRAS: readonly (Readonly<Record<string, string>>)[] = [
  {},
  { "x-hyper-request-id": "one" },
  { accept: EVENTS, "x-hyper-request-id": "two", "x-hyper-target": "#a" },
  { accept: JSON_TYPE, "last-event-id": "live:1", "x-hyper-switch-depth": "1" },
  { accept: "text/html", "sec-fetch-mode": "navigate", purpose: "prefetch" },
  { "x-hyper-data": '{"title":"x","_hyper_once":"three"}' },
];

const BODIES: readonly (Readonly<Record<string, string>>)[] = [
  { title: "x", "rows[0].title": "x" },
  { title: "x", _hyper_once: "four", _hyper_rows: "add rows" },
  { title: "x", "X-Hyper-Validate": "", _hyper_validate: "" },
];

/** Every combination of method, naming, extra headers, body, and list of fields. */
function* requests(name: string): Generator<Request> {
  for (const method of ["POST", "GET", "HEAD", "OPTIONS", "PUT"]) {
    for (const naming of NAMINGS) {
      for (const extra of EXTRAS) {
        for (const body of BODIES) {
          for (const asked of ["title", "rows[0].title,title", " , ", "%"]) {
            const { path, headers, field } = naming(name);
            const fields = new URLSearchParams({ ...body, ...(field === undefined ? {} : { _action: field }) });
            const url = new URL(path, "http://site.test");
            const hasBody = method === "POST" || method === "PUT";
            if (!hasBody) { for (const [key, value] of fields) url.searchParams.append(key, value); }
            yield new Request(url, {
              method,
              headers: { ...headers, ...extra, "x-hyper-validate": asked },
              body: !hasBody ? null : body === BODIES[0] ? withPhoto(fields) : fields,
            });
          }
        }
      }
    }
  }
}

function withPhoto(fields: URLSearchParams): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  form.append("photo", new File(["x"], "a.png"));
  return form;
}

for (const name of NAMES) {
  Deno.test(`no request that asks to validate "${name}" runs it, claims it, stores a file, or is signaled`, async () => {
    const { app, did } = spied();
    await using _ = app;
    const { actionDispatched, formValidationFailed, streamOpened } = app.handler.signals;
    actionDispatched.connect(() => void did.push("dispatched"));
    formValidationFailed.connect(() => void did.push("invalid"));
    streamOpened.connect(() => void did.push("stream"));
    const answers = new Map<number, number>();
    for (const request of requests(name)) {
      const response = await app.send(request);
      await response.body?.cancel();
      assert(response.status !== 500, `${request.method} ${request.url}: ${response.status}`);
      answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
    }
    assertEquals(did, []);
    // The loop has reached the validation, and not only refusals; the rate ends it.
    if (name !== "closed" && name !== "hook") assert((answers.get(200) ?? 0) >= 50, JSON.stringify([...answers]));
    else assert((answers.get(400) ?? 0) > 100, JSON.stringify([...answers]));
  });
}

Deno.test("an action that does not allow it answers 400 before its guard, its body and its backend", async () => {
  const did: string[] = [];
  class Own extends RegistryFormActionBackend {
    override dispatch(): Promise<Response> {
      did.push("backend");
      return Promise.resolve(new Response("ran"));
    }
  }
  const save = action("save", { form: NoteForm, guard: () => void did.push("guard") }, () => void did.push("handler"));
  for (const backends of [DEFAULT_FORM_ACTION_BACKENDS, [new Own()]]) {
    await using app = new App({ "/": { default: () => "", save } }, { backends });
    const body = new ReadableStream({ pull: () => void did.push("body") }, { highWaterMark: 0 });
    const response = await app.request(formActionUrl("save"), {
      method: "POST",
      headers: { "x-hyper-validate": "title", "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    assertEquals(response.status, 400);
    assertEquals((await response.json()).reason.includes("validate: true"), true);
  }
  assertEquals(did, []);
});

Deno.test("a backend that replaces the request, without its headers, cannot turn a validation into a run", async () => {
  const did: string[] = [];
  class Rewriting extends RegistryFormActionBackend {
    override dispatch(request: Request, uid: string, { run }: DispatchContext): Promise<Response> {
      const owned = this.getByUid(uid);
      assert(owned !== null);
      did.push("backend");
      return run(owned, new Request(request.url, { method: "POST", body: new URLSearchParams({ title: "" }) }));
    }
  }
  const save = action("save", { form: NoteForm, validate: true }, () => void did.push("handler"));
  await using app = new App({ "/": { default: () => "", save } }, { backends: [new Rewriting()] });
  const init = { method: "POST", body: new URLSearchParams({ title: "x" }) };
  const response = await app.request(formActionUrl("save"), { ...init, headers: { "x-hyper-validate": "title" } });
  assertEquals([response.status, await response.json()], [200, { ok: true, issues: { title: ["Enter a value"] } }]);
  assertEquals(did, ["backend"]);
  assertEquals(formActionUid("save").length, 16);
});

Deno.test("a backend that runs another action validates it, or is refused", async () => {
  const did: string[] = [];
  const other = action("other", { form: NoteForm }, () => void did.push("handler"));
  class Other extends RegistryFormActionBackend {
    override dispatch(_request: Request, _uid: string, { run }: DispatchContext): Promise<Response> {
      return run(other);
    }
  }
  const save = action("save", { form: NoteForm, validate: true }, () => void did.push("handler"));
  await using app = new App({ "/": { default: () => "", save } }, { backends: [new Other()] });
  const init = { method: "POST", body: new URLSearchParams({ title: "x" }) };
  const response = await app.request(formActionUrl("save"), { ...init, headers: { "x-hyper-validate": "title" } });
  await response.body?.cancel();
  assertEquals([response.status, did], [400, []]);
});

Deno.test("the cross-origin verdict, the guards, the principal and the form's guard hold for a validation", async () => {
  const did: string[] = [];
  const guarded = defineForm("guarded", {
    fields: { title: field.text() },
    guard: ({ form, mode }) => {
      did.push(`form guard, ${mode}`);
      return form.field("title").raw !== "locked";
    },
    clean: () => void did.push("clean"),
  });
  const save = action("save", {
    form: guarded,
    validate: true,
    guard: ({ request, mode }) => {
      did.push(`guard, ${mode}`);
      return request.headers.get("x-user") !== null;
    },
  }, () => void did.push("handler"));
  await using app = new App({ "/": { default: () => "", save } });
  const ask = async (headers: Record<string, string>, title: string) => {
    did.length = 0;
    const response = await app.request(formActionUrl("save"), {
      method: "POST",
      headers: { "x-hyper-validate": "title", ...headers },
      body: new URLSearchParams({ title }),
    });
    await response.body?.cancel();
    return [response.status, ...did];
  };
  assertEquals(await ask({ origin: "http://evil.test", "x-user": "ada" }, "x"), [403]);
  assertEquals(await ask({ "sec-fetch-site": "cross-site", "x-user": "ada" }, "x"), [403]);
  assertEquals(await ask({}, "x"), [403, "guard, validate"]);
  assertEquals(await ask({ "x-user": "ada" }, "locked"), [403, "guard, validate", "form guard, validate"]);
  assertEquals(await ask({ "x-user": "ada" }, "x"), [200, "guard, validate", "form guard, validate", "clean"]);
});

Deno.test("validations have a rate of their own, for each caller and action, and take nothing from that of the action", async () => {
  const options = { form: NoteForm, rate: { limit: 1, seconds: 600 }, validate: { rate: { limit: 2, seconds: 600 } } };
  const save = action("save", options, () => {});
  const other = action("other", options, () => {});
  await using app = new App({ "/": { default: () => "", save, other } }, {
    principal: (request) => request.headers.get("x-user"),
  });
  const send = async (name: string, user: string, headers: Record<string, string>) => {
    const response = await app.request(`${formActionUrl(name)}?_next_form_origin=%2F`, {
      method: "POST",
      headers: { "x-user": user, ...headers },
      body: new URLSearchParams({ title: "x" }),
    });
    await response.body?.cancel();
    return response.status;
  };
  const ask = { "x-hyper-validate": "title" };
  assertEquals([await send("save", "ada", ask), await send("save", "ada", ask), await send("save", "ada", ask)], [
    200,
    200,
    429,
  ]);
  assertEquals([await send("save", "bob", ask), await send("other", "ada", ask)], [200, 200]);
  assertNotEquals(await send("save", "ada", {}), 429);
  assertEquals([await send("save", "ada", {}), await send("save", "ada", ask)], [429, 429]);
});
