/**
 * Between the runtime and the network: tells the server the lane of each call, which only the page knows, keeps what was
 * sent, and sends it again with the same id.
 *
 * The runtime itself carries none of this: it is the same file in development and in production.
 *
 * @module
 */
/// <reference path="../../client/globals.d.ts" />
import { LANE_HEADER } from "../../protocol/dev.ts";
import { REQUEST_ID_HEADER, STREAM_HEADER } from "../../protocol/names.ts";
import type { Call } from "./journal.ts";

/** What a call was sent with. */
interface Sent {
  readonly headers: Headers;
  readonly body: BodyInit | null;
}

/** Who is told, and asked. */
export interface TapOptions {
  /** The lane of a call, by its id. */
  readonly laneOf: (id: string) => string | undefined;
  /** Told what an answer begins with. */
  readonly onAnswer: (id: string, status: number, isStream: boolean) => void;
}

/** What was sent. */
export interface Tap {
  /** Whether a call can be sent again. */
  canReplay(call: Call): boolean;
  /** Sends a call again, byte for byte, under its own id; its answer takes effect on the page. */
  replay(call: Call): void;
}

/** How many calls are kept. */
const MAX_SENT = 100;

/** Listens to what the page sends, as long as it lives. */
export function tapRequests({ laneOf, onAnswer }: TapOptions): Tap {
  const sent = new Map<string, Sent>();
  // What is to be sent in place of what the runtime makes of a replay.
  const armed = new Map<string, Sent>();

  const keep = (id: string, what: Sent): void => {
    sent.delete(id);
    sent.set(id, what);
    if (sent.size > MAX_SENT) sent.delete(`${sent.keys().next().value}`);
  };
  const withLane = (id: string, headers: Headers): Headers => {
    const told = new Headers(headers);
    const lane = laneOf(id);
    if (lane !== undefined) told.set(LANE_HEADER, encodeURIComponent(lane));
    return told;
  };

  const realFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const id = headers.get(REQUEST_ID_HEADER);
    if (id === null) return await realFetch(input, init);
    const again = armed.get(id);
    armed.delete(id);
    const what = again ?? { headers, body: init?.body ?? null };
    keep(id, what);
    const response = await realFetch(input, { ...init, headers: withLane(id, what.headers), body: what.body });
    onAnswer(id, response.status, response.headers.get(STREAM_HEADER) === "1");
    return response;
  };

  // Calls with files go this way, for their progress.
  const uploads = new WeakMap<XMLHttpRequest, Headers>();
  const { setRequestHeader, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.setRequestHeader = function (name, value): void {
    setRequestHeader.call(this, name, value);
    const headers = uploads.get(this) ?? new Headers();
    headers.append(name, value);
    uploads.set(this, headers);
    const lane = name.toLowerCase() === REQUEST_ID_HEADER.toLowerCase() ? laneOf(value) : undefined;
    if (lane !== undefined) setRequestHeader.call(this, LANE_HEADER, encodeURIComponent(lane));
  };
  XMLHttpRequest.prototype.send = function (body): void {
    const headers = uploads.get(this);
    const id = headers?.get(REQUEST_ID_HEADER) ?? null;
    // A document is none of what calls are made of.
    if (headers !== undefined && id !== null && !(body instanceof Document)) {
      keep(id, { headers, body: body ?? null });
      this.addEventListener("loadend", () => onAnswer(id, this.status, false));
    }
    send.call(this, body);
  };

  return {
    canReplay: ({ id }) => sent.has(id) && Object.hasOwn(globalThis, "Hyper"),
    replay({ id, action, method, url, lane, target }) {
      const what = sent.get(id);
      if (what === undefined) return;
      armed.set(id, what);
      const onBeforeSubmit = (request: object): void => void Object.assign(request, { id });
      const options = { method, url, key: lane, sync: "none", ...(target === null ? {} : { target }) } as const;
      // How it ends is told by its events.
      Hyper.action(action, {}, { ...options, onBeforeSubmit }).catch(() => {}).finally(() => armed.delete(id));
    },
  };
}
