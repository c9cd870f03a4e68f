/** A tab without a browser: it watches a board, changes it, and reconnects when its connection breaks. */
import { EVENT_STREAM, LIVE_ID_PATTERN, TAB_ID_CHARS } from "../../src/protocol/names.ts";
import type { HtmlPatchData } from "../../src/protocol/patch.ts";
import { readBlocks } from "../../src/protocol/event_stream.ts";

/** URLs of the instances. Like a load balancer, a tab skips an instance that does not answer. */
export type Instances = readonly string[];

/** A tab of the board. */
export class Tab {
  /** Rows that the tab shows. */
  readonly rows = new Map<string, string>();
  /** Number of refreshes of the whole board. */
  refreshes = 0;
  /** Number of streams that have ended. */
  breaks = 0;
  readonly #instances: Instances;
  /** Order of its calls, by the part of their ids that others see. */
  readonly #sent = new Map<string, number>();
  /** Latest position in this order, and that of the last change of another tab. */
  #place = 0;
  #foreign = 0;
  readonly #onChange: () => void;
  /** Index of the instance to ask next. */
  #turn: number;
  #lastEventId = "";

  constructor(instances: Instances, index: number, onChange: () => void) {
    this.#instances = instances;
    this.#turn = index;
    this.#onChange = onChange;
  }

  /** Watches until the signal is aborted. */
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
        // The connection is broken or refused. Like a browser, it reconnects.
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
        // The response is lost, so the same call is sent again.
        signal.throwIfAborted();
      }
      this.#turn++;
      await pause(200);
    }
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>, onOpen: () => void, isOwn = false): Promise<void> {
    for await (const { event, data, id, echo } of readBlocks(body)) {
      if (!isOwn && id !== undefined && LIVE_ID_PATTERN.test(id)) this.#lastEventId = id;
      // Like the runtime, it skips its own change unless another tab has changed something since.
      const mine = this.#sent.get(`${echo}`);
      if (mine !== undefined && mine > this.#foreign) continue;
      if (!isOwn && mine === undefined) this.#foreign = ++this.#place;
      // The server is our own, and only this event carries markup.
      if (event === "patch_html") this.#apply(JSON.parse(data ?? "") as HtmlPatchData);
      onOpen();
      if (event === "end") return;
    }
    if (isOwn) throw new Error("Cannot read the response: it ended early");
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
