// The messages of a topic on the bus: patches that were rendered when they were published, and parts of the page that each
// watcher renders for itself.
import { isJsonObject } from "../http/json.ts";
import { sha256 } from "../platform/hash.ts";
import { LIVE_ID_PATTERN, LIVE_ID_PREFIX, REQUEST_ID_PATTERN, TAB_ID_CHARS } from "../protocol/names.ts";
import { type Patch, type PatchMarks, SWAPS } from "../protocol/patch.ts";

/** A patch that may be published. A checkpoint, a result, an end and the end of a layer belong to one call. */
export type LivePatch = Exclude<
  Patch,
  { readonly event: "checkpoint" | "close_layer" | "result" | "error" | "end" | "regions" | "subscription" | "changed" }
>;

/** Part of a message: a patch, or the selector of a part of the page that each watcher renders, `null` for the whole page. */
export type LivePart = LivePatch | { readonly refresh: string | null };

/** A message of a topic. */
export type LiveMessage =
  | {
    readonly kind: "parts";
    /** First half of the id of the call that published it; `null` if unknown. */
    readonly echo: string | null;
    readonly parts: readonly LivePart[];
  }
  /** A message could not be published: every watcher must refresh. */
  | { readonly kind: "lost" };

/** A patch. The last one of a message has the position of the message in the topic. */
export type PlacedPatch = LivePatch & PatchMarks;

/** A step of a watcher. The last one of a message has the position of the message in the topic. */
export type LiveStep =
  | { readonly kind: "patch"; readonly patch: PlacedPatch }
  | { readonly kind: "refresh"; readonly selector: string | null; readonly marks: PatchMarks }
  /** Messages were missed: refresh the whole state. */
  | { readonly kind: "catchUp"; readonly marks: PatchMarks }
  /** Position from which the browser can resume. */
  | { readonly kind: "place"; readonly marks: PatchMarks }
  /** The guards must be asked again. */
  | { readonly kind: "ask" };

/** Returns the part of a request id that others may see, or `null` if the id is too short to show half of it. */
export function echoOf(requestId: string | null): string | null {
  return requestId !== null && requestId.length >= 2 * TAB_ID_CHARS ? requestId.slice(0, TAB_ID_CHARS) : null;
}

/**
 * Version of the messages. Raise it with every change that an instance of the earlier version would misread, since both run
 * during a deployment. A message of another version counts as a gap.
 */
const MESSAGE_VERSION = 1;

/** Encodes a message for the bus. */
export function writeMessage(message: LiveMessage): unknown {
  return { v: MESSAGE_VERSION, ...message };
}

/**
 * Decodes a message from the bus, or returns `null` if it is of another version or malformed. Each part is checked: it will be
 * encoded for every watcher, and one that cannot be encoded would end all of their streams, again after each reconnect.
 */
export function readMessage(value: unknown): LiveMessage | null {
  if (!isJsonObject(value) || value.v !== MESSAGE_VERSION) return null;
  if (value.kind === "lost") return { kind: "lost" };
  const { kind, echo, parts } = value;
  if (kind !== "parts" || !Array.isArray(parts)) return null;
  if (echo !== null && (typeof echo !== "string" || !REQUEST_ID_PATTERN.test(echo))) return null;
  const read = parts.map(readPart);
  return read.every((part) => part !== null) ? { kind, echo, parts: read } : null;
}

/**
 * Returns the steps of a message. Only the last one has the position `id`, so that a tab whose connection breaks before it
 * receives the whole message again. `id` is `undefined` if no event can carry the position.
 */
export function stepsOf(message: LiveMessage, id: string | undefined): readonly LiveStep[] {
  if (message.kind === "lost") return [{ kind: "catchUp", marks: { id } }];
  const { parts, echo } = message;
  const own: PatchMarks = echo === null ? {} : { echo };
  return parts.map((part, index): LiveStep => {
    const marks = index === parts.length - 1 ? { ...own, id } : own;
    return "refresh" in part
      ? { kind: "refresh", selector: part.refresh, marks }
      : { kind: "patch", patch: { ...part, ...marks } };
  });
}

/** Converts between the cursors of a topic and ids of events. */
export interface Places {
  /** Returns the id of a cursor, or `undefined` if no event can carry it. */
  idOf(cursor: string): string | undefined;
  /** Returns the cursor in an id, or `null` if the id is malformed or of another topic. */
  cursorOf(lastEventId: string | null): string | null;
}

/**
 * Creates the ids of a topic. They contain a digest of its name, so that a position in one topic is never used in another, for
 * example after another user has signed in.
 */
export function placesOf(topic: string): Places {
  const prefix = `${LIVE_ID_PREFIX}${sha256(topic).slice(0, 12)}.`;
  return {
    idOf: (cursor) => LIVE_ID_PATTERN.test(prefix + cursor) ? prefix + cursor : undefined,
    cursorOf: (lastEventId) => lastEventId?.startsWith(prefix) ? lastEventId.slice(prefix.length) : null,
  };
}

/** Checks the data of each event that may be published. */
const DATA: Readonly<Record<LivePatch["event"], (data: unknown) => boolean>> = {
  patch_html: (data) =>
    isJsonObject(data) && typeof data.content === "string" &&
    (data.swap === undefined || SWAPS.some((swap) => swap === data.swap)) &&
    [data.target, data.select, data.page, data.focus].every(isOptionalString),
  patch_signals: isJsonObject,
  toast: isJsonObject,
  dispatch_event: (data) => isJsonObject(data) && typeof data.name === "string" && isOptionalString(data.target),
  redirect: (data) => isJsonObject(data) && typeof data.url === "string",
  history: (data) => isJsonObject(data) && [data.push_url, data.replace_url].some((url) => typeof url === "string"),
  load_js: (data) => isJsonObject(data) && typeof data.src === "string",
  switch_action: (data) =>
    isJsonObject(data) && typeof data.name === "string" && isJsonObject(data.data) &&
    (data.method === "GET" || data.method === "POST") && isOptionalString(data.url),
};

/** Returns whether a patch may be published. */
export function isLivePatch(patch: Patch): patch is LivePatch {
  return Object.hasOwn(DATA, patch.event);
}

function readPart(value: unknown): LivePart | null {
  if (!isJsonObject(value)) return null;
  const { event, data, refresh } = value;
  if ("refresh" in value) return refresh === null || typeof refresh === "string" ? { refresh } : null;
  if (typeof event !== "string" || !Object.hasOwn(DATA, event) || !("data" in value)) return null;
  const name = event as LivePatch["event"]; // A key of `DATA`, as checked above.
  // The data has the shape of this event. All other members are dropped.
  return DATA[name](data) ? { event: name, data } as LivePatch : null;
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}
