/** A simulated tab: it watches a board, changes it, and reconnects when its connection breaks. */
import { EVENT_STREAM, LIVE_ID_PATTERN, TAB_ID_CHARS } from "../../src/protocol/names.ts";
import type { HtmlPatchData } from "../../src/protocol/patch.ts";
import { readBlocks } from "../../src/client/call/stream.ts";

/** URLs of the instances. An instance that does not respond is skipped, as by a load balancer. */
export type Instances = readonly string[];

/** A tab. */
export class Tab {
  /** The board as displayed. */
  readonly rows = new Map<string, string>();
  /** Number of refreshes. */
  refreshes = 0;
  /** Number of ended streams. */
  breaks = 0;
  readonly #instances: Instances;
  /** The places of its calls in time, by what of their ids is shown to others. */
  readonly #sent = new Map<string, number>();
  /** The last position, and the position of the last change by another tab. */
  #place = 0;
  #foreign = 0;
  readonly #onChange: () => void;
  /** Index of the next instance. */
  #turn: number;
  #lastEventId = "";

  constructor(instances: Instances, index: number, onChange: () => void) {
    this.#instances = instances;
    this.#turn = index;
    this.#onChange = onChange;
  }

  /** Watches until `stop()`. */
  async watch(signal: AbortSignal, onOpen: () => void): Promise<void> {
    while (!signal.aborted) {
      try {
        const response = await fetch(`${this.#instance()}/`, {
          headers: {
            accept: EVENT_STREAM,
            "x-hyper-action": "watch",
            "x-hyper-request-id": newId(),
            ...(this.#lastEventId === "" ? {} : { "last-event-id": this.#lastEventId }),
          },
          signal,
        });
        if (response.ok && response.body !== null) await this.#read(response.body, onOpen).finally(() => this.breaks++);
        else await response.body?.cancel();
      } catch {
        // Interrupted, or the instance does not respond: it reconnects, as a browser does.
      }
      if (signal.aborted) return;
      this.#turn++;
      await pause(100);
    }
  }

  /** Changes a row, and retries until it succeeds. */
  async write(name: string, text: string, signal: AbortSignal): Promise<void> {
    const id = newId();
    this.#sent.set(id.slice(0, TAB_ID_CHARS), ++this.#place);
    for (;;) {
      try {
        const response = await fetch(`${this.#instance()}/`, {
          method: "POST",
          headers: {
            accept: EVENT_STREAM,
            "x-hyper-action": "write",
            "x-hyper-request-id": id,
            "x-hyper-data": JSON.stringify({ name, text }),
          },
          signal,
        });
        if (response.ok && response.body !== null) return await this.#read(response.body, () => {}, true);
        await response.body?.cancel();
      } catch {
        // The response is lost: the same call again.
        signal.throwIfAborted();
      }
      this.#turn++;
      await pause(200);
    }
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>, onOpen: () => void, isOwn = false): Promise<void> {
    for await (const { event, data, id, echo } of readBlocks(body)) {
      if (!isOwn && id !== undefined && LIVE_ID_PATTERN.test(id)) this.#lastEventId = id;
      // As in the runtime: its own change is applied again if a change of another tab came in between.
      const mine = this.#sent.get(`${echo}`);
      if (mine !== undefined && mine > this.#foreign) continue;
      if (!isOwn && mine === undefined) this.#foreign = ++this.#place;
      // From our own server, and the only event with markup.
      if (event === "patch_html") this.#apply(JSON.parse(data ?? "") as HtmlPatchData);
      onOpen();
      if (event === "end") return;
    }
    if (isOwn) throw new Error("The answer broke off");
  }

  #apply({ swap, content }: HtmlPatchData): void {
    if (swap === "morph") {
      this.refreshes++;
      this.rows.clear();
    }
    for (const [, name = "", text = ""] of content.matchAll(/<li id="([^"]*)">([^<]*)<\/li>/g)) {
      this.rows.set(name, text);
    }
    this.#onChange();
  }

  #instance(): string {
    return this.#instances[this.#turn % this.#instances.length] ?? "";
  }
}

function newId(): string {
  return crypto.getRandomValues(new Uint8Array(TAB_ID_CHARS)).toHex();
}

/** Waits for a random time, so that not all tabs reconnect at once. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random())));
}
