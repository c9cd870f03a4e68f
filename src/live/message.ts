/**
 * What travels over the bus for a topic: patches as they were rendered when they were published, and what each watcher
 * renders for itself.
 *
 * @module
 */
import { sha256 } from "../platform/hash.ts";
import { LIVE_ID_PATTERN, LIVE_ID_PREFIX, REQUEST_ID_PATTERN, TAB_ID_CHARS } from "../protocol/names.ts";
import { type Patch, type PatchMarks, SWAPS } from "../protocol/patch.ts";

/** A patch that may be published: what an item comes to. A checkpoint, a result and an end are of one call alone. */
export type LivePatch = Exclude<Patch, { readonly event: "checkpoint" | "result" | "error" | "end" }>;

/** One thing that was published: a patch, or a part of the page that each watcher renders again, `null` for all of it. */
export type LivePart = LivePatch | { readonly refresh: string | null };

/** What is published at once. */
export type LiveMessage =
  | {
    readonly kind: "parts";
    /** Which call has caused it, by the beginning of its id; `null` where none is known. */
    readonly echo: string | null;
    /** What it consists of. */
    readonly parts: readonly LivePart[];
  }
  /** Something could not be published: every watcher has to look at the whole state again. */
  | { readonly kind: "lost" };

/** A patch with its place in the topic, where it is the last of its message. */
export type PlacedPatch = LivePatch & PatchMarks;

/** One thing a watcher has to do, with its place in the topic: that of the last step of a message. */
export type LiveStep =
  | { readonly kind: "patch"; readonly patch: PlacedPatch }
  | { readonly kind: "refresh"; readonly selector: string | null; readonly marks: PatchMarks }
  /** Something was missed: look at the whole state again. */
  | { readonly kind: "catchUp"; readonly marks: PatchMarks }
  /** What came before is all there was when the watcher began: it can go on from here. */
  | { readonly kind: "place"; readonly marks: PatchMarks }
  /** It is time to ask the guards again. */
  | { readonly kind: "ask" };

/** What of the id of a call is shown to others; `null` where the id is too short to show half of it. */
export function echoOf(requestId: string | null): string | null {
  return requestId !== null && requestId.length >= 2 * TAB_ID_CHARS ? requestId.slice(0, TAB_ID_CHARS) : null;
}

/**
 * The version of the messages. It is raised with every change that an instance of the version before would get wrong: what
 * is of another version, the versions of a deployment that is under way, is taken for a gap.
 */
const MESSAGE_VERSION = 1;

/** Writes a message for the bus. */
export function writeMessage(message: LiveMessage): unknown {
  return { v: MESSAGE_VERSION, ...message };
}

/**
 * Reads what came over the bus. Only what this version would send is taken, each part member by member: what passes here is
 * encoded for every watcher, and what could not be encoded would end all of their streams, again and again.
 *
 * @param value What came.
 * @returns The message; `null` for one of another version, and for what is not a message.
 */
export function readMessage(value: unknown): LiveMessage | null {
  if (!isRecord(value) || value.v !== MESSAGE_VERSION) return null;
  if (value.kind === "lost") return { kind: "lost" };
  const { kind, echo, parts } = value;
  if (kind !== "parts" || !Array.isArray(parts)) return null;
  if (echo !== null && (typeof echo !== "string" || !REQUEST_ID_PATTERN.test(echo))) return null;
  const read = parts.map(readPart);
  return read.every((part) => part !== null) ? { kind, echo, parts: read } : null;
}

/**
 * What a message has its watchers do. The place of the message is that of its last step, so that a tab whose connection
 * breaks in the middle gets all of it again.
 *
 * @param message The message.
 * @param id Its place; `undefined` where it has none that could be sent.
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

/** The places of one topic, as ids of events. */
export interface Places {
  /** The id of a cursor; `undefined` for a cursor that no id can hold, so that no event has a place there. */
  idOf(cursor: string): string | undefined;
  /** The cursor that a browser sent back; `null` for one of another topic, and for what is none. */
  cursorOf(lastEventId: string | null): string | null;
}

/**
 * Makes the ids of a topic. They name it by a digest, so that a place in one topic is never taken for one in another, as
 * when the visitor signs in anew in between.
 *
 * @param topic The topic.
 */
export function placesOf(topic: string): Places {
  const prefix = `${LIVE_ID_PREFIX}${sha256(topic).slice(0, 12)}.`;
  return {
    idOf: (cursor) => LIVE_ID_PATTERN.test(prefix + cursor) ? prefix + cursor : undefined,
    cursorOf: (lastEventId) => lastEventId?.startsWith(prefix) ? lastEventId.slice(prefix.length) : null,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The shape of the data of each event that may be published. */
const DATA: Readonly<Record<LivePatch["event"], (data: unknown) => boolean>> = {
  patch_html: (data) =>
    isRecord(data) && typeof data.content === "string" &&
    (data.swap === undefined || SWAPS.some((swap) => swap === data.swap)) &&
    [data.target, data.select, data.focus].every(isTextOrNone),
  patch_signals: isRecord,
  toast: isRecord,
  dispatch_event: (data) => isRecord(data) && typeof data.name === "string" && isTextOrNone(data.target),
  redirect: (data) => isRecord(data) && typeof data.url === "string",
  history: (data) => isRecord(data) && [data.push_url, data.replace_url].some((url) => typeof url === "string"),
  load_js: (data) => isRecord(data) && typeof data.src === "string",
  switch_action: (data) =>
    isRecord(data) && typeof data.name === "string" && isRecord(data.data) &&
    (data.method === "GET" || data.method === "POST") && isTextOrNone(data.url),
};

/** Whether a patch may be published. */
export function isLivePatch(patch: Patch): patch is LivePatch {
  return Object.hasOwn(DATA, patch.event);
}

function readPart(value: unknown): LivePart | null {
  if (!isRecord(value)) return null;
  const { event, data, refresh } = value;
  if ("refresh" in value) return refresh === null || typeof refresh === "string" ? { refresh } : null;
  if (typeof event !== "string" || !Object.hasOwn(DATA, event) || !("data" in value)) return null;
  const name = event as LivePatch["event"]; // A key of `DATA`, as was just asked.
  // The data is of the shape that belongs to the event. Nothing else that stands beside the two is taken along.
  return DATA[name](data) ? { event: name, data } as LivePatch : null;
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}
