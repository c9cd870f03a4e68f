/** The stream of the regions of a browser, read without one. */
import { assertEquals } from "@std/assert";
import { createParser } from "../../src/protocol/event_stream.ts";
import { REGION_ATTRIBUTE } from "../../src/protocol/names.ts";
import { PLACE_ATTRIBUTE } from "../../src/protocol/region_names.ts";
import { withinTime } from "./clock.ts";

const BROKEN = { value: undefined, done: true };
const ALICE = { user: "alice" };

/** An instance, or the network before it. */
export type Instance = (request: Request) => Response | Promise<Response>;

/** A region on a page: its reference, and the place in the feed of changes at which it was rendered. */
export type PageRegion = readonly [reference: string, place: string];

/** Regions of a page that have changed. */
export interface RegionsEvent {
  readonly at: string;
  readonly dirty: readonly string[];
  readonly echo?: string;
}

/** Returns the instance that serves a URL. */
export function instanceAt(url: string): Instance {
  return (request) => {
    const { pathname, search } = new URL(request.url);
    return fetch(new Request(`${new URL(url).origin}${pathname}${search}`, request));
  };
}

/** The headers of a request: by default, those of a user. */
type Headers = Readonly<Record<string, string>>;

/** Opens a page; returns its regions. */
export async function openPage(
  instance: Instance,
  path = "/",
  headers: Headers = ALICE,
): Promise<readonly PageRegion[]> {
  return regionsIn(await (await instance(new Request(`http://localhost${path}`, { headers }))).text());
}

/** Returns the regions in HTML. */
export function regionsIn(html: string): readonly PageRegion[] {
  const mark = new RegExp(`${REGION_ATTRIBUTE}="([^"]*)"(?: ${PLACE_ATTRIBUTE}="([^"]*)")?`, "g");
  return Array.from(html.matchAll(mark), ([, reference = "", place = ""]) => [reference, place] as const);
}

/** Requests regions of a page. */
export async function askFor(
  instance: Instance,
  references: readonly string[],
  path = "/",
  headers: Headers = ALICE,
): Promise<Response> {
  return await instance(requestOf("hyper:regions", { regions: references.join() }, path, headers));
}

/** The stream of a browser. Dispose it to leave. */
export class RegionStream implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #parse = createParser();
  readonly #events: RegionsEvent[] = [];
  /** The place up to which everything was received; `""` before the first one. */
  place = "";

  private constructor(body: ReadableStream<BufferSource>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Watches pages as a user, or with any headers. */
  static async watch(
    instance: Instance,
    pages: readonly unknown[],
    headers: Headers = ALICE,
  ): Promise<RegionStream> {
    const response = await instance(requestOf("hyper:watch", { pages }, "/", headers));
    assertEquals(response.status, 200);
    return new RegionStream(response.body ?? new ReadableStream());
  }

  /** Returns the next regions that have changed; `null` when the stream has ended or broken. */
  async next(): Promise<RegionsEvent | null> {
    // Heartbeats come for ever.
    return await withinTime(this.#nextEvent(), 30_000);
  }

  /** Waits for a place. */
  async ready(): Promise<this> {
    await withinTime(this.#untilPlaced(), 30_000);
    return this;
  }

  /** Reads on. Returns `false` when the stream has ended or broken. */
  async step(): Promise<boolean> {
    // The instance was killed.
    const { value, done } = await withinTime(this.#reader.read().catch(() => BROKEN), 30_000);
    if (done || value === undefined) return false;
    for (const { event, data = "null" } of this.#parse(value)) {
      const sent = event === "regions" ? JSON.parse(data) : {};
      if (sent.dirty) this.#events.push(sent);
      this.place = sent.place ?? this.place;
    }
    return true;
  }

  async #nextEvent(): Promise<RegionsEvent | null> {
    while (this.#events.length === 0) if (!await this.step()) return null;
    return this.#events.shift() ?? null;
  }

  async #untilPlaced(): Promise<void> {
    while (this.place === "" && await this.step());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {}); // It has broken.
  }
}

function requestOf(action: string, data: unknown, path: string, headers: Headers): Request {
  return new Request(`http://localhost${path}`, {
    method: "POST",
    headers: {
      "x-hyper-action": action,
      accept: "text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(data),
  });
}
