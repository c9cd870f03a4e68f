// One answer to a call: its events take effect in their order, and it has one result. It is read by the code of the browser
// runtime, in `protocol/`.
import {
  dataOf,
  fail,
  type Failure,
  failureOf,
  isCheckpointOf,
  isHtml,
  isStream,
  redirectUrl,
} from "../protocol/answer.ts";
import { readBlocks, readBodyText, type StreamBlock } from "../protocol/event_stream.ts";
import { LIVE_ID_PREFIX, STREAM_HEADER, TAB_ID_CHARS } from "../protocol/names.ts";
import { isTerminal } from "../protocol/patch.ts";
import type { Payload, PayloadSource } from "../protocol/payload.ts";
import { type Destination, destinationOf } from "../protocol/switch.ts";
import { own } from "../protocol/wire.ts";
import { followAnswer } from "./controls.ts";
import { ConnectionError } from "./faults.ts";
import type { TestAborted, TestEvent, TestOutcome } from "./outcome.ts";
import type { PatchDefaults } from "./patches.ts";

/** The parts of a call. */
export interface CallSource extends PayloadSource, PatchDefaults {
  /** The call's target, or `null`. */
  readonly target: string | null;
  /** If `true`, a lost connection is made again; `undefined` leaves it to the method. */
  readonly retry: boolean | undefined;
  /** Headers besides those of the runtime. */
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** Ends the call. */
  readonly signal: AbortSignal;
}

/** A call with its request, and how far it has come. */
export interface Call extends CallSource, Pick<Payload, "headers" | "body"> {
  /** The last checkpoint it has passed; empty before the first. */
  checkpoint: string;
  /** The number of attempts that have failed since an event has arrived. */
  failures: number;
  /** `true` if a stream has been open. */
  wasOpen: boolean;
}

/** The tab that a call is made in. */
export interface CallTab {
  /** The URL of the page. */
  readonly url: URL;
  /** Sends a request. */
  fetch(call: Call): Promise<Response>;
  /** Returns a request id that begins with the mark of the tab. */
  newId(): string;
  /** Returns the next position of an answer in time. */
  nextPlace(): number;
  /** Applies an event to the page; returns the target that is missing, or `null`. */
  apply(event: TestEvent, call: Call, place: number): string | null;
  /** Opens a page. */
  open(url: URL): Promise<void>;
  /** Shows a document that was received in place of an answer. */
  show(response: Response, body: string): void;
}

/** An answer. */
export interface Opened {
  /** The answer. */
  readonly response: Response;
  /** Its position in time: the start of its request. */
  readonly place: number;
}

/** The result of one answer. */
export type Received =
  | TestOutcome
  | { readonly kind: "switch"; readonly to: Destination }
  | { readonly kind: "exception"; readonly error: unknown };

/** The outcome of a call that was ended. */
export const ABORTED: TestAborted = {
  kind: "aborted",
  ok: false,
  status: 0,
  data: null,
  events: [],
  issues: {},
  missing: [],
};

/** Returns the error of a call whose connection is lost. */
export function lostCall({ action, url }: Call, cause?: unknown): ConnectionError {
  return new ConnectionError(`Cannot call action "${action}": the connection to ${url} failed`, { cause });
}

/** Reads one answer. */
export class AnswerReader {
  readonly #response: Response;
  readonly #place: number;
  readonly #call: Call;
  readonly #tab: CallTab;
  readonly #events: TestEvent[] = [];
  readonly #missing: string[] = [];
  #data: unknown = null;
  /** The last error of the server; first that of the status. */
  #failure: Failure | null;
  /** The first error of an event that could not be applied. It does not stop later events. */
  #exception: { readonly kind: "exception"; readonly error: unknown } | null = null;
  #to: Destination | null = null;
  #isComplete = false;

  constructor({ response, place }: Opened, call: Call, tab: CallTab) {
    this.#response = response;
    this.#place = place;
    this.#call = call;
    this.#tab = tab;
    this.#failure = response.ok ? null : fail(response.status);
  }

  /**
   * Reads the answer to its end, and yields each event after it has been applied.
   *
   * @throws {ConnectionError} When the answer breaks off.
   */
  async *read(): AsyncGenerator<TestEvent, Received, void> {
    let cause: unknown;
    try {
      if (isStream(this.#response)) yield* this.#readEvents();
      else await this.#readBody();
    } catch (error) {
      // It would be the same, however often it is requested.
      if (error instanceof RangeError || error instanceof SyntaxError) throw error;
      cause = error;
    }
    if (!this.#isComplete && this.#call.signal.aborted) return ABORTED;
    // An error is the last word of the server, even where the end is missing or the connection breaks after it.
    if (!this.#isComplete && this.#failure === null) throw lostCall(this.#call, cause);
    return this.#exception ?? this.#result();
  }

  #result(): Received {
    const seen = { data: this.#data, events: this.#events, missing: this.#missing };
    if (this.#failure !== null) {
      const { sent } = this.#call;
      // A denied choice must not look as if it had been made. Typed text is not lost.
      if (sent && /40[1349]/.test(`${this.#failure.status}`)) {
        followAnswer(sent, [sent.form], /^(?!checkbox$|radio$|select$)/);
      }
      return { ...this.#failure, ok: false, ...seen };
    }
    if (this.#to !== null) return { kind: "switch", to: this.#to };
    return { kind: "success", ok: true, status: this.#response.status, issues: {}, ...seen };
  }

  async #readBody(): Promise<void> {
    const response = this.#response;
    const text = (await Array.fromAsync(readBodyText(untilAborted(response.body, this.#call.signal)))).join("");
    if (this.#call.signal.aborted) return;
    if (response.ok && response.redirected && isHtml(response)) this.#tab.show(response, text);
    else this.#data = dataOf(response, text);
    if (this.#failure !== null) this.#failure = failureOf(response, this.#data);
    this.#isComplete = true;
  }

  async *#readEvents(): AsyncGenerator<TestEvent, void> {
    const { id: callId, signal } = this.#call;
    // Nothing would tell the reader that the signal has been aborted before.
    if (signal.aborted) await this.#response.body?.cancel();
    for await (const block of readBlocks(untilAborted(this.#response.body, signal))) {
      const { event, data, id = "", echo } = block;
      // An empty block is a heartbeat.
      if (data === undefined && event === "message") continue;
      const isLive = id.startsWith(LIVE_ID_PREFIX);
      if (isLive || isCheckpointOf(callId, event, id)) this.#call.checkpoint = id;
      this.#call.failures = 0;
      // The start of a topic is for resuming only, and this tab has applied the changes that it has caused.
      if (isLive && event === "checkpoint" || echo === callId.slice(0, TAB_ID_CHARS)) continue;
      const received = await this.#take(block, isLive);
      this.#isComplete = isTerminal(event);
      if (event !== "end") yield received;
      if (this.#isComplete) return;
    }
  }

  /** Applies an event; an error is kept. */
  async #take({ event, data: json, id }: StreamBlock, isLive: boolean): Promise<TestEvent> {
    let received: TestEvent = { event, data: null, id: id ?? null };
    try {
      received = { ...received, data: JSON.parse(json || "null") };
      // A topic lasts as long as the page is open, so its events are not kept.
      if (!isLive && !/^(checkpoint|end)$/.test(event)) this.#events.push(received);
      await this.#apply(received);
    } catch (error) {
      this.#exception ??= { kind: "exception", error };
    }
    return received;
  }

  async #apply(received: TestEvent): Promise<void> {
    const { event, data } = received;
    const { status } = this.#response;
    const wire = own(data);
    if (event === "result") this.#data = data;
    else if (event === "error") this.#failure = fail(+`${wire.status ?? status}`, wire.message, wire.issues);
    else if (event === "redirect") {
      const url = redirectUrl(wire, this.#tab.url);
      if (url === null) this.#failure = fail(status, `Cannot go to "${wire.url}"`);
      else await this.#tab.open(url);
    } else if (event === "switch_action") {
      this.#to = destinationOf(wire, this.#call.depth, this.#tab.url) ?? null;
      if (this.#to === null) this.#failure = fail(status, `Cannot switch to action "${wire.name}"`);
    } else this.#patch(received);
  }

  #patch(event: TestEvent): void {
    // A form keeps what the user has typed when its answer is an error.
    const call = this.#response.ok ? this.#call : { ...this.#call, sent: null };
    const isLasting = this.#response.headers.get(STREAM_HEADER) === "1";
    const target = this.#tab.apply(event, call, isLasting ? this.#tab.nextPlace() : this.#place);
    if (target !== null) this.#missing.push(target);
  }
}

/** Returns a body that ends when a signal is aborted, like that of a connection that is closed. */
function untilAborted(body: Response["body"], signal: AbortSignal): Response["body"] {
  if (body === null) return null;
  const reader = body.getReader();
  // The rest is not needed, so an error of the body does not matter.
  const leave = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", leave);
  return new ReadableStream({
    async pull(controller): Promise<void> {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel(): void {
      signal.removeEventListener("abort", leave);
      leave();
    },
  }, { highWaterMark: 0 });
}
