/** Topics, whole: what is published by one tab reaches the others, in order, once, and nothing is lost in silence. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  action,
  type Bus,
  createMemoryBus,
  type Guard,
  type HandlerOptions,
  html,
  live,
  type LiveOptions,
  refresh,
  remove,
  toast,
} from "../../mod.ts";
import { App, eventsOf, parseEvents, type StreamEvent } from "../support/app.tsx";

/** A page with a counter on it, an action that changes it for everybody, and one that watches. */
function board(options: LiveOptions = {}, handler: HandlerOptions = {}) {
  const state = { text: "start", renders: 0 };
  const watch = action("watch", { method: "GET" }, () => live("board", options));
  const write = action("write", async ({ data, publish }) => {
    state.text = String(data.text);
    const item = html(state.text, { target: "#text", swap: "inner" });
    await publish("board", item);
    return item;
  });
  const page = () => {
    state.renders++;
    return <p id="text">{state.text}</p>;
  };
  const app = new App({ "/": { default: page, watch, write } }, { heartbeatSeconds: 0, ...handler });
  return { app, state, watch: (headers: Record<string, string> = {}) => open(app, headers) };
}

/** A tab that watches: its events one by one. */
class Tab {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly status: number;
  #events: StreamEvent[] = [];
  text = "";

  constructor(response: Response) {
    assert(response.body !== null);
    this.status = response.status;
    this.#reader = response.body.getReader();
  }

  /** The next event; `null` when the stream is over. */
  async next(): Promise<StreamEvent | null> {
    while (this.#events.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return null;
      const text = new TextDecoder().decode(value);
      this.text += text;
      this.#events = [...parseEvents(text)];
    }
    return this.#events.shift() ?? null;
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}

async function open(app: App, headers: Record<string, string> = {}): Promise<Tab> {
  return new Tab(await app.call("watch", { method: "GET", headers }));
}

const contentOf = (event: StreamEvent | null): string => (event?.data as { content: string } | undefined)?.content ?? "";
const idOf = (event: StreamEvent | null): string => event?.id ?? "";

Deno.test("live() tells a tab that opens the state as it is, then what is published", async () => {
  const { app, watch } = board();
  await using _ = app;
  const tab = await watch();
  const first = await tab.next();
  assertEquals([first?.event, (first?.data as { target: string }).target], ["patch_html", "body"]);
  assertStringIncludes(contentOf(first), '<p id="text">start</p>');
  await app.handler.publish("board", html("now", { target: "#text" }));
  assertEquals(contentOf(await tab.next()), "now");
  await tab.leave();
});
