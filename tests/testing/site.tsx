/** A small site that every test of the client visits. */
import {
  action,
  checkpoint,
  defineForm,
  dependency,
  Depends,
  event,
  Field,
  field,
  Form,
  type HandlerOptions,
  history,
  html,
  lastCheckpoint,
  type PageProps,
  redirect,
  refresh,
  switchTo,
  toast,
  Toasts,
} from "../../mod.ts";
import { createTestClient, type TestClient, type TestClientOptions } from "@hyper/actions/testing";

/** What the handlers of a site have done. */
export interface Site {
  /** The modules of its pages, by their routes. */
  readonly modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What was kept, in order. */
  readonly notes: string[];
  /** What the handlers saw and did. */
  readonly log: string[];
}

/** Who is asking. */
export const currentUser = dependency("user", ({ request }): string => request.headers.get("x-user") ?? "nobody");

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ label: "Title", required: true, maxlength: 5 }),
    photo: field.file({ label: "Photo" }),
  },
});

/** Makes a site of its own, so that tests share nothing. */
export function makeSite(): Site {
  const notes: string[] = [];
  const log: string[] = [];
  const Note = ({ title }: { readonly title: string }) => <li>{title}</li>;

  const addNote = action("add_note", { form: NoteForm }, ({ form, request }) => {
    const { title, photo } = form.values;
    notes.push(photo instanceof File ? `${title} with ${photo.name}` : title);
    log.push(`${request.method} ${request.headers.get("x-requested-with") ?? "document"}`);
    return [html(<Note title={title} />, { target: "#notes", swap: "append" }), toast("Added")];
  });
  const pay = action("pay", ({ data }) => {
    log.push(`paid ${data.amount}`);
    return log.length;
  });
  const show = action("show", ({ data }) => html(<b>{JSON.stringify(data)}</b>, { swap: "inner" }));
  const watch = action("watch", { method: "GET" }, function* (ctx) {
    log.push(`watched from ${ctx.request.headers.get("last-event-id") ?? "the start"}`);
    if (lastCheckpoint(ctx, ["half"]) === null) {
      yield html("first", { target: "#state", swap: "inner" });
      yield checkpoint("half");
    }
    try {
      for (let n = 2;; n++) yield html(`event ${n}`, { target: "#state", swap: "inner" });
    } finally {
      log.push("left");
    }
  });
  const job = action("job", { method: "GET" }, ({ data, url }) => `${data.id} at ${url.pathname}`);
  const start = action("start", () => switchTo(job, { id: 7 }, { path: "/notes" }));
  const steps = action("steps", function* () {
    yield event("step", { n: 1 });
    yield event("step", { n: 2 });
    return;
  });
  const redraw = action("redraw", () => {
    notes.push("from elsewhere");
    return refresh("#notes");
  });
  const fail = action("fail", () => Promise.reject(new Error("secret")));
  const leave = action("leave", () => redirect("/notes"));
  const leaveSite = action("leave_site", () => redirect("https://other.test/", { external: true }));
  const move = action("move", () => history({ push: "/?moved" }));
  const whoAmI = action("who_am_i", { inject: { user: Depends(currentUser) } }, ({ user }) => user);
  const nothing = action("nothing", () => {});
  const lost = action("lost", () => html("x", { target: "#nowhere" }));
  const signIn = action("sign_in", () => {
    const headers = new Headers({ location: "/notes" });
    headers.append("set-cookie", "session=ada; Path=/; HttpOnly");
    return new Response(null, { status: 303, headers });
  });

  const Home = ({ url }: PageProps) => (
    <main>
      <h1>Home{url.search}</h1>
      <a href="/notes#list">Notes</a>
      <p id="state"></p>
      <ul id="notes">{notes.map((title) => <Note key={title} title={title} />)}</ul>
      <Form action={addNote}>
        <Field name="title" />
        <Field name="photo" />
        <button>Add</button>
        <button formaction="/_next/form/0000000000000000/">Add nowhere</button>
      </Form>
      <form aria-label="Search">
        <input name="q" aria-label="Text" />
        <button>Search</button>
      </form>
      <Form action={signIn}>
        <button>Sign in</button>
      </Form>
      <Form action={nothing} hyper-target="#state" hyper-swap="inner">
        <button>Nothing</button>
        <button data-hyper-form="show" formaction="/">Show</button>
      </Form>
      <a href="https://other.test/">Away</a>
      <Toasts />
    </main>
  );
  const Notes = () => <h1 id="list">Notes</h1>;
  const actions = {
    addNote,
    pay,
    show,
    watch,
    start,
    job,
    steps,
    redraw,
    fail,
    leave,
    leaveSite,
    move,
    whoAmI,
    nothing,
    lost,
    signIn,
  };
  const answer = (response: () => Response) => ({ render: response });
  return {
    notes,
    log,
    modules: {
      "/": { default: Home, ...actions },
      "/notes": { default: Notes },
      "/cookie": answer(() => new Response(null, { status: 303, headers: { location: "/notes" } })),
      "/round": answer(() => new Response(null, { status: 302, headers: { location: "/round" } })),
      "/away": answer(() => new Response(null, { status: 302, headers: { location: "https://other.test/" } })),
      "/reset": answer(() => new Response(null, { status: 205 })),
      "/empty": answer(() => new Response(null, { status: 204 })),
      "/text": answer(() => new Response("<b>text</b>", { headers: { "content-type": "text/plain" } })),
      "/file": answer(() => new Response("data", { headers: { "content-disposition": "attachment" } })),
      "/headers": {
        render: ({ request }: { readonly request: Request }) => new Response(JSON.stringify([...request.headers])),
      },
    },
  };
}

/** The pages of a site, as `createHandler()` takes them. */
export function pagesOf({ modules }: Site): NonNullable<HandlerOptions["pages"]> {
  return Object.entries(modules).map(([path, module]) => ({ path, load: () => Promise.resolve(module) }));
}

/** A visitor of a site. */
export function visit(site: Site, options: HandlerOptions = {}, clientOptions: TestClientOptions = {}): TestClient {
  return createTestClient({ baseDir: "/srv/site", pages: pagesOf(site), ...options }, clientOptions);
}
