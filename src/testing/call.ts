/**
 * One call of an action, as the browser runtime makes it: what is sent, and what is done with the answer.
 *
 * @module
 */
import {
  ACTION_HEADER,
  DATA_FIELD,
  DATA_HEADER,
  DATA_HEADER_BYTES,
  EVENT_STREAM,
  JSON_TYPE,
  LAST_EVENT_ID_HEADER,
  LIVE_ID_PATTERN,
  REQUEST_ID_HEADER,
  REQUESTED_WITH_HEADER,
  STREAM_HEADER,
  SWITCH_DEPTH_HEADER,
  SWITCH_DEPTH_LIMIT,
  TAB_ID_CHARS,
  TARGET_HEADER,
} from "../protocol/names.ts";
import { readBlocks } from "../protocol/event_stream.ts";
import { type ErrorPatchData, isTerminal, type SwitchPatchData } from "../protocol/patch.ts";
import { type FormEntry, toBody, toParams } from "./controls.ts";
import { ConnectionError } from "./faults.ts";
import type { Answered, Ask } from "./network.ts";
import type { TestEvent, TestFailure, TestOutcome } from "./outcome.ts";
import type { PatchDefaults } from "./patches.ts";

/** How often a connection that broke is made again. */
const MAX_ATTEMPTS = 10;

/** A call, decided. */
export interface Call extends PatchDefaults {
  /** The name of the action. */
  readonly action: string;
  /** The request id, kept over its retries. */
  readonly id: string;
  /** Where it is sent. */
  readonly url: URL;
  /** The method, in upper case. */
  readonly method: string;
  /** Explicit data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The fields of a form, and how they are encoded; `null` without a form. */
  readonly form: { readonly entries: readonly FormEntry[]; readonly enctype: string } | null;
  /** Whether a connection that is lost is made again; `undefined` leaves it to the method. */
  readonly retry: boolean | undefined;
  /** How many hand-overs led to it. */
  readonly depth: number;
  /** Headers beside those of the runtime. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The tab that a call is made in. */
export interface CallTab {
  /** Where the tab is. */
  readonly url: URL;
  /** Sends a request. */
  fetch(ask: Ask): Promise<Answered>;
  /** A request id that begins with the mark of the tab. */
  newId(): string;
  /** The next place of an answer in time. */
  nextPlace(): number;
  /** Lets an event change the page; gives the target that was not there, or `null`. */
  apply(event: TestEvent, call: Call, place: number): Promise<string | null>;
  /** Shows a document that came where an answer was expected. */
  show(answered: Answered): Promise<void>;
}

/** What has been sent, and what came of it so far. */
export interface Opened {
  /** The answer. */
  readonly answered: Answered;
  /** Its place in time: the start of its request. */
  readonly place: number;
}

/**
 * Sends a call.
 *
 * @param call The call.
 * @param tab The tab.
 * @param lastEventId What it goes on from; `null` at its beginning.
 * @throws {ConnectionError} When no answer comes.
 */
export async function sendCall(call: Call, tab: CallTab, lastEventId: string | null): Promise<Opened> {
  for (let attempt = 1;; attempt++) {
    const place = tab.nextPlace();
    try {
      return { answered: await tab.fetch(toAsk(call, tab.url, lastEventId)), place };
    } catch (error) {
      const isLost = error instanceof ConnectionError && !call.signal.aborted;
      if (!isLost || call.retry !== true || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/**
 * Reads an answer to its end, event by event, each applied before it is given. A stream that breaks is resumed, and a
 * hand-over followed, without a wait.
 *
 * @param first What came of sending the call.
 * @param firstCall The call.
 * @param tab The tab.
 * @returns What the call has come to.
 * @throws {ConnectionError} When the answer breaks off and may not be resumed.
 */
export async function* receive(
  first: Promise<Opened>,
  firstCall: Call,
  tab: CallTab,
): AsyncGenerator<TestEvent, TestOutcome, void> {
  // After a hand-over they are those of the destination alone.
  let events: TestEvent[] = [];
  let missing: string[] = [];
  let call = firstCall;
  let data: unknown = null;
  let failure: ErrorPatchData | null = null;
  let lastEventId: string | null = null;
  // Counted anew after an event has arrived.
  let attempts = 0;
  const aborted = (): TestOutcome => ({
    kind: "aborted",
    ok: false,
    status: 0,
    data: null,
    events,
    issues: {},
    missing,
  });

  let opened: Opened;
  try {
    opened = await first;
  } catch (error) {
    if (call.signal.aborted) return aborted();
    throw error;
  }
  for (;;) {
    const { answered, place } = opened;
    const { response } = answered;
    const { status, ok, headers, body } = response;
    if (!isStream(headers) || body === null) return await plainOutcome(answered, tab);
    const isLasting = headers.get(STREAM_HEADER) === "1";
    let to: SwitchPatchData | null = null;
    let isComplete = false;
    // The reader waits for the signal, which has been aborted already.
    if (call.signal.aborted) await body.cancel();
    try {
      for await (const { event: name, data: json, id = null, echo } of readBlocks(body, () => {}, call.signal)) {
        // An empty block is a heartbeat.
        if (json === undefined && name === "message") continue;
        attempts = 0;
        const event: TestEvent = { event: name, data: JSON.parse(json || "null"), id };
        if (isPlace(event, call)) lastEventId = event.id;
        // Where a topic begins is for coming back alone, and nothing that a handler has sent.
        if (event.event === "checkpoint" && LIVE_ID_PATTERN.test(event.id ?? "")) continue;
        // This tab has seen the change already: it has caused it.
        if (echo === call.id.slice(0, TAB_ID_CHARS)) continue;
        // What was refused stays as it was typed.
        const applied = ok ? call : { ...call, sent: null };
        const target = await tab.apply(event, applied, isLasting ? tab.nextPlace() : place);
        if (target !== null) missing.push(target);
        // What these events hold is the protocol's own; the server under test is trusted with it.
        if (event.event === "result") data = event.data;
        if (event.event === "error") failure = event.data as ErrorPatchData;
        if (event.event === "switch_action") to = event.data as SwitchPatchData;
        if (event.event !== "end" && event.event !== "checkpoint") events.push(event);
        isComplete = isTerminal(event.event);
        if (event.event !== "end") yield event;
        if (isComplete) break;
      }
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
    if (call.signal.aborted && !isComplete) return aborted();
    if (failure !== null) return failed(failure.status, failure.message, { data, events, missing, failure });
    if (to !== null) {
      call = handOver(call, to, tab);
      [events, missing, data, lastEventId] = [[], [], null, null];
    } else if (isComplete) {
      return ok
        ? { kind: "success", ok, status, data, events, issues: {}, missing }
        : failed(status, "", { data: null, events, missing, failure: null });
    } else if (++attempts > MAX_ATTEMPTS || !(call.retry ?? call.method === "GET")) {
      throw new ConnectionError(`Cannot call action "${call.action}": its answer broke off`);
    }
    opened = await sendCall(call, tab, lastEventId);
  }
}

/** From a call to what is sent: a form's fields as a browser sends them, explicit data once, in a header or the body. */
function toAsk(call: Call, from: URL, lastEventId: string | null): Ask {
  const { action, id, method, target, depth, form, signal } = call;
  const isGet = method === "GET" || method === "HEAD";
  const files = Object.entries(call.data).filter(([, value]) => [value].flat().some((item) => item instanceof Blob));
  const plain = Object.fromEntries(
    Object.entries(call.data).filter(([name]) => !files.some(([file]) => file === name)),
  );
  const json = JSON.stringify(plain);
  const escaped = json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const isShort = escaped.length <= DATA_HEADER_BYTES;
  if (isGet && (files.length > 0 || !isShort)) {
    throw new RangeError(
      `Cannot call action "${action}": a GET carries ${DATA_HEADER_BYTES} bytes of data and no file`,
    );
  }
  const headers: Record<string, string> = {
    accept: EVENT_STREAM,
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
    [REQUESTED_WITH_HEADER]: "XMLHttpRequest",
    [ACTION_HEADER]: action,
    [REQUEST_ID_HEADER]: id,
    ...(json !== "{}" && isShort ? { [DATA_HEADER]: escaped } : {}),
    // A header is bytes, and the percent sign is encoded too, so that the server can decode without a doubt.
    ...(target === null ? {} : { [TARGET_HEADER]: target.replace(/[^ -$&-~]+/g, encodeURIComponent) }),
    ...(depth === 0 ? {} : { [SWITCH_DEPTH_HEADER]: String(depth) }),
    ...(lastEventId === null ? {} : { [LAST_EVENT_ID_HEADER]: lastEventId }),
    ...call.headers,
  };
  const url = new URL(call.url);
  url.hash = "";
  // Data beats a field of the same name, whoever reads it.
  const entries = (form?.entries ?? []).filter(([name]) => !Object.hasOwn(call.data, name));
  if (isGet) {
    if (form !== null) url.search = String(toParams(entries));
    return { url, method, headers, body: null, signal, from };
  }
  const parts: readonly FormEntry[] = [
    ...entries,
    ...files.flatMap(([name, value]) => [value].flat().map((item): FormEntry => [name, toPart(item)])),
    ...(isShort ? [] : [[DATA_FIELD, json] as const]),
  ];
  if (form === null && files.length === 0) {
    if (isShort) return { url, method, headers, body: null, signal, from };
    return { url, method, headers: { ...headers, "content-type": JSON_TYPE }, body: json, signal, from };
  }
  const isMultipart = files.length > 0 || /^multipart/i.test(form?.enctype ?? "");
  return {
    url,
    method,
    headers,
    body: isMultipart ? toBody(parts, "multipart/form-data") : toParams(parts),
    signal,
    from,
  };
}

function toPart(item: unknown): string | File {
  if (item instanceof File) return item;
  return item instanceof Blob ? new File([item], "blob", { type: item.type }) : String(item);
}

/** An answer that is no event stream. */
async function plainOutcome(answered: Answered, tab: CallTab): Promise<TestOutcome> {
  const { response, redirected } = answered;
  const { status, ok, headers } = response;
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "text/html" && ok && redirected) {
    // A whole page came where an answer was expected, as the sign-in page of a session that has ended.
    await tab.show(answered);
    return { kind: "success", ok, status, data: null, events: [], issues: {}, missing: [] };
  }
  const text = await response.text();
  const isHtml = type === "text/html";
  const data: unknown = /\bjson$/.test(type) ? JSON.parse(text) : isHtml && !ok || text === "" ? null : text;
  if (ok) return { kind: "success", ok, status, data, events: [], issues: {}, missing: [] };
  const problem = typeof data === "object" && data !== null
    ? new Map<string, unknown>(Object.entries(data))
    : new Map();
  const message = problem.get("detail") ?? problem.get("title") ?? "";
  return failed(status, String(message), { data, events: [], missing: [], failure: null });
}

function failed(
  status: number,
  message: string,
  rest: Pick<TestFailure, "data" | "events" | "missing"> & { readonly failure: ErrorPatchData | null },
): TestFailure {
  const { failure, ...seen } = rest;
  return { kind: "error", ok: false, status, message, issues: failure?.issues ?? {}, ...seen };
}

function handOver(call: Call, to: SwitchPatchData, tab: CallTab): Call {
  const depth = call.depth + 1;
  if (depth > SWITCH_DEPTH_LIMIT) {
    throw new RangeError(`Cannot go on with action "${to.name}": ${SWITCH_DEPTH_LIMIT} hand-overs came before it`);
  }
  const url = new URL(to.url ?? tab.url, tab.url);
  return {
    ...call,
    id: tab.newId(),
    action: to.name,
    data: to.data,
    method: to.method,
    url,
    form: null,
    sent: null,
    depth,
  };
}

/** Whether an event says where the stream may be taken up again. */
function isPlace({ event, id }: TestEvent, call: Call): boolean {
  if (id === null) return false;
  return LIVE_ID_PATTERN.test(id) || (event === "checkpoint" && id.startsWith(`${call.id}:checkpoint:`));
}

function isStream(headers: Headers): boolean {
  return headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() === EVENT_STREAM;
}
