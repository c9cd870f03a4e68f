// Records the events of the runtime for the panel.

/// <reference path="../../client/globals.d.ts" />
import { dom, idOf } from "../../client/dom.ts";
import type { CallEventDetail } from "../../client/events.ts";

/** Maximum number of calls, and of events and patches of each. */
const MAX_CALLS = 100;
const MAX_PARTS = 100;
/** Maximum length of a string, in characters. */
const MAX_TEXT = 4_000;

/** State of a call. */
export type CallState = "running" | "success" | "error" | "failed" | "aborted" | "blocked";

/** A call. Replays share its request ID. */
export interface Call extends Pick<CallEventDetail, "id" | "key" | "action" | "method" | "url" | "target" | "trigger"> {
  /** Number on this page, from 1. */
  readonly number: number;
  /** Start and end, in milliseconds on the clock of the page; `null` before it ends. */
  readonly startedAt: number;
  endedAt: number | null;
  state: CallState;
  /** HTTP status; 0 before the response. */
  status: number;
  /** `true` if the response is a stream. */
  isStream: boolean;
  /** Note for the developer, such as why it ended. */
  note: string;
  /** Number of events received; `events` has the last ones. */
  eventCount: number;
  readonly events: ReceivedEvent[];
  readonly patches: Patch[];
}

/** An event of a response. */
export interface ReceivedEvent {
  /** Time since the call began, in milliseconds. */
  readonly after: number;
  readonly name: string;
  readonly data: string;
}

/** A patch of the page. */
export interface Patch {
  readonly after: number;
  readonly element: string;
  readonly swap: string;
  /** The markup before and after. */
  readonly old: string;
  readonly now: string;
}

/** The record of all calls. */
export interface Journal {
  /** The calls, oldest first. */
  readonly calls: readonly Call[];
  /** The last value of each page state property. */
  readonly signals: ReadonlyMap<string, unknown>;
  /** Returns the last call with an id. */
  find(id: string): Call | undefined;
  /** Records the head of a response. */
  answered(id: string, status: number, isStream: boolean): void;
  /** Removes the calls that have ended. */
  clear(): void;
}

/**
 * Creates a journal, which records from now on.
 *
 * @param onChange Called after each change.
 */
export function createJournal(onChange: () => void): Journal {
  let calls: Call[] = [];
  const signals = new Map<string, unknown>();
  // Markup of elements before their patch, and the content of the current patch.
  const before = new WeakMap<Element, string>();
  let content = "";
  let count = 0;

  const find = (id: string): Call | undefined => calls.findLast((call) => call.id === id);

  const begin = ({ id, action, key, method, url, target, trigger }: CallEventDetail, state: CallState): Call => {
    const startedAt = performance.now();
    const call: Call = {
      number: ++count,
      id,
      action,
      key,
      method,
      url,
      target,
      trigger,
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
    // `end` only marks the end of the response.
    if (detail.event === "end") return;
    content = detail.event === "patch_html" ? patchContent(detail.data) : content;
    // Not from `hyper:signals`, which is fired only with Alpine.
    if (detail.event === "patch_signals" && typeof detail.data === "object") {
      for (const [name, value] of Object.entries(detail.data ?? {})) signals.set(name, value);
    }
    change(detail.id, (call) => {
      call.eventCount++;
      keep(call.events, {
        after: after(call),
        name: detail.event,
        data: truncateText(JSON.stringify(detail.data) ?? ""),
      });
    });
  });
  addEventListener("hyper:swap:before", ({ detail }) => void before.set(detail.element, dom(detail.element).outerHTML));
  addEventListener("hyper:swap:after", ({ detail }) => {
    const { element, swap } = detail;
    change(detail.id, (call) =>
      keep(call.patches, {
        after: after(call),
        element: describeElement(element),
        swap,
        old: truncateText(before.get(element) ?? ""),
        // A replaced element is no longer on the page; its successor is known by the content of the patch.
        now: truncateText(dom(element).isConnected ? dom(element).outerHTML : swap === "delete" ? "" : content),
      }));
  });
  addEventListener("hyper:validate", ({ detail }) => {
    const { names, form, issues, status } = detail;
    const call = begin({ ...detail, key: "", target: null, sourceEl: form, trigger: "validate" }, "success");
    call.status = status;
    const count = Object.keys(issues).length;
    call.note = `validated ${names.join(", ")}: ${count === 0 ? "valid" : `${count} invalid`}; the action did not run`;
    onChange();
  });
  addEventListener("hyper:prediction", ({ detail: { id, state } }) => {
    change(id, (call) => keep(call.events, { after: after(call), name: "prediction", data: state }));
  });
  const recordLayer = (url: string, note: string): void => {
    const detail = { id: `layer ${count + 1}`, action: "layer", key: "", method: "GET", target: null, form: null };
    begin({ ...detail, url, sourceEl: null, trigger: "layer" }, "success").note = note;
    onChange();
  };
  addEventListener("hyper:layer:open", ({ detail }) => recordLayer(detail.url, "the layer shows its page"));
  addEventListener("hyper:layer:close", ({ detail: { url, ok, value } }) => {
    recordLayer(
      url,
      ok ? `closed by the server with ${truncateText(JSON.stringify(value) ?? "nothing")}` : "closed by the user",
    );
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
    change(detail.id, (call) => call.note = `switched to ${detail.toAction}`);
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

function patchContent(data: unknown): string {
  const content: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "content") : "";
  return typeof content === "string" ? content : "";
}

function describeElement(element: Element): string {
  const id = idOf(element);
  return id ? `#${id}` : dom(element).localName;
}

function truncateText(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
