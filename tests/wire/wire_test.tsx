/**
 * The wire protocol: one file for each item and outcome, as the server sends it to the runtime. The tests of the runtime read
 * the same files. `UPDATE_WIRE=1` rewrites them; a change in them is a change of the protocol.
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import {
  type Action,
  action,
  changed,
  checkpoint,
  close,
  defineForm,
  event,
  Field,
  field,
  Form,
  history,
  html,
  HyperError,
  type Item,
  loadJs,
  redirect,
  refresh,
  remove,
  signal,
  signals,
  switchTo,
  toast,
  unsafeHtml,
} from "../../mod.ts";
import { App, type CallOptions } from "../support/app.tsx";
import { stopTime } from "../support/clock.ts";

const FOLDER = fromFileUrl(new URL(".", import.meta.url));
const INDEX = "index.json";
const IS_UPDATE = Deno.env.get("UPDATE_WIRE") === "1";

/** Status and headers of a file. */
interface Facts {
  readonly status: number;
  readonly stream: boolean;
}

const watch = action("watch", { method: "GET" }, () => {});
const NoteForm = defineForm("note", {
  fields: { title: field.text({ required: true, maxlength: 80, messages: { required: "Give it a title" } }) },
  clean: ({ title }, ctx) => {
    if (title === "all") ctx.addError("", "Not everything at once");
  },
});

const give = (item: Item | readonly Item[]) => action("act", () => item);

interface Case {
  readonly act: Action;
  readonly call?: CallOptions;
}

const CASES: Readonly<Record<string, Case>> = {
  html: { act: give(html(<li id="a">Milk &amp; tea</li>, { target: "#todos", swap: "append" })) },
  regions_stale: { act: give(changed("todos")), call: { headers: { "x-hyper-regions": "stale" } } },
  html_options: {
    act: give(html("x", {
      target: "#a",
      swap: "morph",
      transition: true,
      focus: "first-invalid",
      swapDelay: 10,
      settleDelay: 20,
      strict: true,
    })),
  },
  html_without_target: { act: give(html("a < b")) },
  html_text: { act: give(html(`<script>alert("1")</script>\r\n\u2028 😀 שלום`, { target: "#a" })) },
  html_unsafe: { act: give(html(unsafeHtml("<b>&nbsp;</b>"), { target: "#a" })) },
  remove: { act: give(remove("#todo-7")) },
  signal: { act: give(signal("unread", 3)) },
  signals: { act: give(signals({ open: true, $unread: null, list: [1, "2"] })) },
  toast_text: { act: give(toast("Saved")) },
  toast_object: { act: give(toast({ message: "Saved", level: "success" })) },
  event: { act: give(event("cart:changed", { items: 2 }, { target: "#cart" })) },
  event_on_window: { act: give(event("done")) },
  redirect: { act: give(redirect("/notes/7?tab=a#top")) },
  redirect_external: { act: give(redirect("https://pay.test/x", { external: true })) },
  history_push: { act: give(history({ push: "/notes/8" })) },
  history_replace: { act: give(history({ replace: "/notes?q=milk" })) },
  close_layer: { act: give(close({ id: 7 })), call: { headers: { "x-hyper-layer": "1" } } },
  load_js: { act: give(loadJs("/chart.js")) },
  checkpoint: { act: give(checkpoint("half")), call: { headers: { "x-hyper-request-id": "request-1" } } },
  switch_action: { act: give(switchTo(watch, { job: 7 }, { path: "/jobs" })) },
  switch_action_here: { act: give(switchTo(watch)) },
  refresh: { act: give(refresh()) },
  refresh_selector: { act: give(refresh("#list")) },
  result: { act: action("act", () => ({ id: 7, tags: ["a"], at: null })) },
  result_text: { act: action("act", () => "a text\nof two lines") },
  markup: { act: action("act", () => <p>Forty-two</p>), call: { headers: { "x-hyper-target": "%23answer" } } },
  nothing: { act: action("act", () => {}) },
  several: { act: give([html("1", { target: "#n" }), toast("One"), signal("n", 1)]) },
  stream: {
    act: action("act", async function* () {
      yield html("1", { target: "#n" });
      await Promise.resolve();
      yield html("2", { target: "#n" });
    }),
  },
  stream_heartbeat: {
    act: action("act", async function* () {
      yield toast("first");
      await new Promise((resolve) => setTimeout(resolve, 16_000));
      yield toast("second");
    }),
  },
  stream_redirect: {
    act: action("act", function* () {
      yield toast("Moved");
      yield redirect("/elsewhere");
    }),
  },
  stream_failure: {
    act: action("act", async function* () {
      yield html("1", { target: "#n" });
      await Promise.resolve();
      throw new HyperError(409, "Somebody was faster");
    }),
  },
  response_redirect: { act: action("act", () => Response.redirect("http://site.test/login", 303)) },
  invalid: { act: action("act", { form: NoteForm }, () => {}), call: { fields: { title: "" } } },
  invalid_whole: { act: action("act", { form: NoteForm }, () => {}), call: { fields: { title: "all" } } },
  invalid_data: {
    act: action("act", {
      input: {
        "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "Bad", path: ["n"] }] }) },
      },
    }, () => {}),
  },
  refused: { act: action("act", { guard: () => false }, () => {}) },
  failure: {
    act: action("act", () => {
      throw new HyperError(409, "Somebody was faster");
    }),
  },
  unknown_action: { act: give([]), call: { headers: { "x-hyper-action": "nobody" } } },
};

/** Replaces values that differ for each page by fixed ones. */
function normalize(text: string): string {
  return text.replaceAll(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
    "00000000-0000-4000-8000-000000000000",
  );
}

async function sent({ act, call = {} }: Case): Promise<Facts & { readonly text: string }> {
  const Page = () => (
    <main>
      <ul id="list">
        <li>Milk</li>
      </ul>
      {act.form !== null && (
        <Form action={act}>
          <Field name="title" />
          <button>Save</button>
        </Form>
      )}
    </main>
  );
  using time = stopTime();
  await using app = new App({ "/notes": { default: Page, act, watch } });
  const response = await app.call("act", { path: "/notes?tab=a", ...call });
  const pending = response.text();
  for (let second = 0; second < 20; second++) await time.tick(1_000);
  return {
    text: normalize(await pending),
    status: response.status,
    stream: response.headers.has("x-hyper-stream"),
  };
}

for (const [name, wire] of Object.entries(CASES)) {
  Deno.test(`the response for ${name} equals its file`, async () => {
    const { text, status, stream } = await sent(wire);
    const path = join(FOLDER, `${name}.txt`);
    if (IS_UPDATE) {
      await Deno.writeTextFile(path, text);
      const facts = await readIndex();
      const entries = Object.entries({ ...facts, [name]: { status, stream } }).filter(([name]) => name in CASES);
      await Deno.writeTextFile(
        join(FOLDER, INDEX),
        `${JSON.stringify(Object.fromEntries(entries.toSorted()), null, 2)}\n`,
      );
    }
    assertEquals(text, await Deno.readTextFile(path));
    assertEquals({ status, stream }, (await readIndex())[name]);
  });
}

Deno.test("every golden file in tests/wire has a case", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name.endsWith(".txt")) files.push(name.slice(0, -".txt".length));
  }
  assertEquals(files.toSorted(), Object.keys(CASES).toSorted());
  assertEquals(Object.keys(await readIndex()), Object.keys(CASES).toSorted());
});

async function readIndex(): Promise<Record<string, Facts>> {
  try {
    return JSON.parse(await Deno.readTextFile(join(FOLDER, INDEX)));
  } catch (error) {
    if (IS_UPDATE && error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
