/**
 * What the runtime has told about its calls, kept for the panel.
 *
 * @module
 */
/// <reference path="../../client/globals.d.ts" />
import { dom, idOf } from "../../client/dom.ts";
import type { CallEventDetail } from "../../client/events.ts";

/** How many calls are kept, and how much of each: a topic may go on for days. */
const MAX_CALLS = 100;
const MAX_PARTS = 100;
/** The most characters of a text that is shown. */
const MAX_TEXT = 4_000;

/** How a call stands. */
export type CallState = "running" | "success" | "error" | "failed" | "aborted" | "blocked";

/** One call. */
export interface Call {
  /** Its number on this page, from 1. */
  readonly number: number;
  /** The request id, shared by a call and its replays. */
  readonly id: string;
  /** The action. */
  readonly action: string;
  /** The key of its lane. */
  readonly lane: string;
  /** The method and the URL it was sent to. */
  readonly method: string;
  readonly url: string;
  /** The call's target, or `null`. */
  readonly target: string | null;
  /** When it began and ended, in milliseconds on the clock of the page; `null` while it has not ended. */
  readonly startedAt: number;
  endedAt: number | null;
  state: CallState;
  /** The status of the answer; 0 before there is one. */
  status: number;
  /** Whether the answer is a stream. */
  isStream: boolean;
  /** What else there is to say: why it ended, how often it was tried again. */
  note: string;
  /** How many events it has received, of which the last are kept. */
  eventCount: number;
  readonly events: ReceivedEvent[];
  readonly patches: Patch[];
}

/** One event of an answer. */
export interface ReceivedEvent {
  /** Milliseconds since the call began. */
  readonly after: number;
  readonly name: string;
  readonly data: string;
}

/** One change of the page. */
export interface Patch {
  readonly after: number;
  readonly element: string;
  readonly swap: string;
  /** The markup before and after. */
  readonly old: string;
  readonly now: string;
}

/** What is known. */
export interface Journal {
  /** The calls, the oldest first. */
  readonly calls: readonly Call[];
  /** The last value of each signal. */
  readonly signals: ReadonlyMap<string, unknown>;
  /** The last call with an id. */
  find(id: string): Call | undefined;
  /** Notes what the answer to a call begins with. */
  answered(id: string, status: number, isStream: boolean): void;
  /** Forgets what is over. */
  clear(): void;
}

/**
 * Keeps what the runtime tells.
 *
 * @param onChange Called after each change.
 */
export function createJournal(onChange: () => void): Journal {
  let calls: Call[] = [];
  const signals = new Map<string, unknown>();
  // What an element was before it is patched, and the content that came for it.
  const before = new WeakMap<Element, string>();
  let content = "";
  let count = 0;

  const find = (id: string): Call | undefined => calls.findLast((call) => call.id === id);

  const begin = ({ id, action, key, method, url, target }: CallEventDetail, state: CallState): Call => {
    const startedAt = performance.now();
    const call: Call = {
      number: ++count,
      id,
      action,
      lane: key,
      method,
      url,
      target,
      startedAt,
      endedAt: state === "running" ? null : startedAt,
      state,
      status: 0,
      isStream: false,
      note: "",
      eventCount: 0,
      events: [],
      patches: [],
    };
    calls.push(call);
    if (calls.length > MAX_CALLS) calls.shift();
    return call;
  };
  const change = (id: string, edit: (call: Call) => void): void => {
    const call = find(id);
    if (call !== undefined) edit(call);
    onChange();
  };
  const after = (call: Call): number => performance.now() - call.startedAt;

  addEventListener("hyper:beforeRequest", ({ detail }) => {
    begin(detail, "running");
    onChange();
  });
  addEventListener("hyper:requestBlocked", ({ detail }) => {
    begin(detail, "blocked").note = "the lane was taken";
    onChange();
  });
  addEventListener("hyper:requestReplaced", ({ detail }) => {
    change(detail.replacedId, (call) => call.note = "replaced by a later call");
  });
  addEventListener("hyper:requestAborted", ({ detail }) => {
    const call = find(detail.id) ?? begin(detail, "aborted");
    call.note ||= detail.reason;
    onChange();
  });
  addEventListener("hyper:streamEvent", ({ detail }) => {
    // It says that there are no more, and is none of them.
    if (detail.event === "end") return;
    content = detail.event === "patch_html" ? contentOf(detail.data) : content;
    // Not `hyper:signals`, which tells of them where there is Alpine alone.
    if (detail.event === "patch_signals" && typeof detail.data === "object") {
      for (const [name, value] of Object.entries(detail.data ?? {})) signals.set(name, value);
    }
    change(detail.id, (call) => {
      call.eventCount++;
      keep(call.events, { after: after(call), name: detail.event, data: clip(JSON.stringify(detail.data) ?? "") });
    });
  });
  addEventListener("hyper:swap:before", ({ detail }) => void before.set(detail.element, dom(detail.element).outerHTML));
  addEventListener("hyper:swap:after", ({ detail }) => {
    const { element, swap } = detail;
    change(detail.id, (call) =>
      keep(call.patches, {
        after: after(call),
        element: nameOf(element),
        swap,
        old: clip(before.get(element) ?? ""),
        // What has replaced an element stands in its place, and is known by what came for it.
        now: clip(dom(element).isConnected ? dom(element).outerHTML : swap === "delete" ? "" : content),
      }));
  });
  addEventListener("hyper:requestSuccess", ({ detail }) => change(detail.id, (call) => call.status = detail.status));
  addEventListener("hyper:requestError", ({ detail }) => {
    change(detail.id, (call) => {
      call.status = detail.status;
      call.note = detail.message;
    });
  });
  addEventListener("hyper:requestException", ({ detail }) => {
    change(detail.id, (call) => {
      call.note = `${detail.error}`;
      call.state = "failed";
    });
  });
  addEventListener("hyper:requestRetry", ({ detail }) => {
    change(detail.id, (call) => call.note = `connection lost, attempt ${detail.attempt}`);
  });
  addEventListener("hyper:actionSwitch", ({ detail }) => {
    change(detail.id, (call) => call.note = `handed over to ${detail.toAction}`);
  });
  addEventListener("hyper:afterRequest", ({ detail }) => {
    change(detail.id, (call) => {
      call.endedAt = performance.now();
      call.status = detail.status || call.status;
      if (detail.aborted) call.state = "aborted";
      else if (call.state === "running") call.state = detail.ok ? "success" : "error";
    });
  });
  return {
    get calls() {
      return calls;
    },
    signals,
    find,
    answered: (id, status, isStream) =>
      change(id, (call) => {
        call.status = status;
        call.isStream = isStream;
      }),
    clear() {
      calls = calls.filter((call) => call.state === "running");
      onChange();
    },
  };
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MAX_PARTS) list.shift();
}

function contentOf(data: unknown): string {
  const content: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "content") : "";
  return typeof content === "string" ? content : "";
}

function nameOf(element: Element): string {
  const id = idOf(element);
  return id ? `#${id}` : dom(element).localName;
}

function clip(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
