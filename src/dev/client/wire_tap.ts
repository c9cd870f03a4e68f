// Intercepts requests of the runtime: adds the lane of the call, which the server does not know, and stores what was
// sent, to send it again with the same request ID. The runtime has no code for this: it is the same file in production.

/// <reference path="../../client/globals.d.ts" />
import { LANE_HEADER } from "../../protocol/dev.ts";
import { REQUEST_ID_HEADER, STREAM_HEADER } from "../../protocol/names.ts";
import type { Call } from "./journal.ts";

/** A stored request. */
interface Sent {
  readonly headers: Headers;
  readonly body: BodyInit | null;
}

/** Options for {@linkcode tapRequests}. */
export interface TapOptions {
  /** Returns the lane of a call by its request ID. */
  readonly laneOf: (id: string) => string | undefined;
  /** Called with the head of each response. */
  readonly onAnswer: (id: string, status: number, isStream: boolean) => void;
}

/** Access to stored requests. */
export interface Tap {
  /** Returns `true` if a call can be sent again. */
  canReplay(call: Call): boolean;
  /** Sends a call again, byte for byte, with its request ID, and applies the response. */
  replay(call: Call): void;
}

/** Maximum number of stored requests. */
const MAX_SENT = 100;

/** Intercepts requests as long as the page lives. */
export function tapRequests({ laneOf, onAnswer }: TapOptions): Tap {
  const sent = new Map<string, Sent>();
  // Stored requests that replace the next request with their ID.
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

  // Calls with upload progress.
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
    // Calls never send a document.
    if (headers !== undefined && id !== null && !(body instanceof Document)) {
      keep(id, { headers, body: body ?? null });
      this.addEventListener("loadend", () => onAnswer(id, this.status, false));
    }
    send.call(this, body);
  };

  return {
    canReplay: ({ id }) => sent.has(id) && Object.hasOwn(globalThis, "Hyper"),
    replay({ id, key, action, method, url, target }) {
      const what = sent.get(id);
      if (what === undefined) return;
      armed.set(id, what);
      const onBeforeSubmit = (request: object): void => void Object.assign(request, { id });
      const options = { method, url, key, sync: "none", ...(target === null ? {} : { target }) } as const;
      // Events report how it ends.
      Hyper.action(action, {}, { ...options, onBeforeSubmit }).catch(() => {}).finally(() => armed.delete(id));
    },
  };
}
