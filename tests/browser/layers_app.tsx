/** A small helpdesk for tests of layers: a list of tickets in a layout, and pages that open over it. */
import {
  action,
  changed,
  ClientScript,
  close,
  createHandler,
  defineForm,
  field,
  Form,
  type Handler,
  html,
  HyperError,
  LayerPart,
  type LayoutProps,
  redirect,
  refresh,
  region,
  toast,
  Toasts,
} from "../../mod.ts";

/** The application, and what it knows. */
export interface Desk {
  readonly handler: Handler;
  readonly state: {
    readonly tickets: string[];
    picked: unknown;
    layouts: number;
    clock: number;
    notes: number;
    onStreamEnd: () => void;
    /** Delays pages of layers, and the answers of slow actions. */
    gate: Promise<unknown>;
  };
}

/** Creates the application. `more` is further markup for the list. */
export function desk(more: () => object | null = () => null): Desk {
  const state: Desk["state"] = {
    tickets: ["Printer"],
    picked: null,
    layouts: 0,
    clock: 0,
    notes: 0,
    onStreamEnd: () => {},
    gate: Promise.resolve(),
  };
  const TicketForm = defineForm("ticket", { fields: { title: field.text({ required: true, label: "Title" }) } });
  const Tickets = region("tickets", { depends: "tickets" }, () => (
    <ul id="list">
      {state.tickets.map((title, id) => (
        <li key={title}>
          {title} <a href={`/tickets/${id}`} id={`open-${id}`} hyper-layer="drawer">Open</a>
        </li>
      ))}
    </ul>
  ));
  const Clock = region("clock", { depends: "clock" }, () => <p id="clock">{++state.clock}</p>);
  const create = action("create", { form: TicketForm }, ({ form }) => {
    const id = state.tickets.push(form.values.title) - 1;
    return [changed("tickets"), toast("Created"), close(id, { redirect: "/" })];
  });
  const move = action("move", { form: TicketForm }, ({ form }) => redirect(`/tickets/0?to=${form.values.title}`));
  const leave = action("leave", () => {
    state.tickets.push("Left");
    return redirect("/?left");
  });
  const pick = action("pick", ({ data }) => {
    state.picked = data.value;
    return toast(`Picked ${data.value}`);
  });
  const choose = action("choose", ({ data }) => {
    state.picked = data.value;
    return [html(<p id="place">Value {data.value}</p>, { target: "#place" }), toast(`Picked ${data.value}`)];
  });
  const place = action("place", () => html(<p id="place">Patched</p>, { target: "#place" }));
  const slowly = action("slowly", async ({ data }) => {
    await state.gate;
    state.tickets.push("Slow");
    switch (data.answer) {
      case "refresh":
        return [refresh(), toast("Saved")];
      case "patch":
        return [html(<p id="place">Patched</p>, { target: "#place" }), toast("Saved")];
      case "redirect":
        return redirect("/");
      case "elsewhere":
        return redirect("/other");
      case "finish":
        return [html(<p id="place">Patched</p>, { target: "#place" }), toast("Saved"), close(7)];
      default:
        throw new HyperError(409, "Not possible");
    }
  });
  const redraw = action("redraw", () => refresh());
  const Layout = ({ children }: LayoutProps) => {
    state.layouts++;
    return (
      <html lang="en">
        <head>
          <title>Desk</title>
          <link rel="stylesheet" href="/_hyper/base.css" />
          <ClientScript />
        </head>
        <body hyper-nav>
          <header>Desk of all tickets</header>
          {children}
          <Toasts />
        </body>
      </html>
    );
  };
  const List = () => (
    <main>
      <h1>Tickets</h1>
      <p id="place">The list</p>
      <a href="/new" hyper-layer id="new" hyper-layer-action="pick">New ticket</a>
      <a href="/other" id="other">Other</a>
      <Tickets />
      {more()}
      <nav aria-label="Layers">
        <a href="/denied" hyper-layer>Denied</a> <a href="/missing" hyper-layer>Missing</a>{" "}
        <a href="/broken" hyper-layer>Broken</a> <a href="/file" hyper-layer>File</a>{" "}
        <a href="/help" hyper-layer="popover" id="pop">Hint</a>{" "}
        <a href="/help" hyper-layer hyper-layer-history="none" id="plain">Plain help</a>{" "}
        <a href="/slow" hyper-layer id="slow">Slow</a> <a href="/slow" hyper-layer="popover" id="slow-pop">Slow hint</a>
        {" "}
        <a href="/help" hyper-layer hyper-layer-closedby="any">Any help</a> <a href="/live?a" hyper-layer>Live</a>{" "}
        <a href="/new" hyper-layer hyper-layer-region="clock">With clock</a>
        <form action="/tickets/0" hyper-layer>
          <input name="q" aria-label="Find" />
          <button>Find</button>
        </form>
      </nav>
      <Clock />
    </main>
  );
  const New = () => (
    <main>
      <h1>New ticket</h1>
      <p id="place">The form</p>
      <Form action={create} hyper-confirm-unsaved />
      <Form action={move} id="move" />
      <Form action={leave} id="leave">
        <button>Leave</button>
      </Form>
      {["refresh", "patch", "redirect", "elsewhere", "finish", "error"].map((answer) => (
        <Form key={answer} action={slowly} instance={answer}>
          <input type="hidden" name="answer" value={answer} />
          <button>Slow {answer}</button>
        </Form>
      ))}
      <a href="/help" hyper-layer id="help">Help</a>{" "}
      <a href="/new?over" hyper-layer hyper-layer-action="choose" id="over">Over it</a>{" "}
      <a href="/" id="cancel">Cancel</a>
    </main>
  );
  const Ticket = ({ url, params }: { url: URL; params: Record<string, unknown> }) => (
    <main>
      <p>Around the ticket</p>
      <LayerPart>
        <h2>Ticket {String(params.id)}</h2>
        <p id="query">{url.search}</p>
        <a href={`/tickets/${Number(params.id) + 1}`}>Next</a>
      </LayerPart>
    </main>
  );
  const Notes = region(
    "notes",
    { depends: ({ url }) => `notes:${url.search}` },
    ({ url }) => <p id="notes">{`${url.search} ${state.notes}`}</p>,
  );
  const addNote = action("add_note", () => {
    state.notes++;
    return changed("notes:?a");
  });
  const watch = action("watch", { method: "GET" }, async function* ({ signal }) {
    try {
      yield html(<p id="watched">Watching</p>, { target: "#watched" });
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      state.onStreamEnd();
    }
  });
  const Live = () => (
    <main>
      <h1>Live ticket</h1>
      <Notes />
      <Form action={addNote} submit="Add a note" />
      <p id="watched" hyper-action="watch" hyper-method="get" hyper-on="load" />
    </main>
  );
  const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
  const handler = createHandler({
    keys: ["k".repeat(32)],
    baseDir: "/srv/app",
    pages: [
      page("pages/layout.tsx", { default: Layout }),
      page("/", { default: List, Tickets, Clock, pick, place, redraw }),
      page("/new", { default: New, head: <title>New ticket</title>, create, move, leave, slowly, choose }),
      page("/help", { default: () => <h1>Help</h1> }),
      page("/slow", {
        default: () => <h1>Slow page</h1>,
        render: async () => {
          await state.gate;
        },
      }),
      page("/live", { default: Live, Notes, addNote, watch }),
      page("/file", { default: () => null, render: () => new Response("plain text") }),
      page("/other", { default: () => <h1>Other page</h1> }),
      page("/tickets/[id]", { default: Ticket }),
      page("/denied", {
        default: () => <h1>Secret</h1>,
        render: () => false,
      }),
      page("/broken", {
        default: () => {
          throw new HyperError(500, "Broken");
        },
      }),
    ],
    onError: () => {},
  });
  return { handler, state };
}
