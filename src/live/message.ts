/**
 * What travels over the bus for a topic: patches as they were rendered when they were published, and what each watcher
 * renders for itself.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import { TAB_ID_CHARS } from "../protocol/names.ts";

/** A patch that may be published: a checkpoint is of one call alone. */
export type LivePatch = Exclude<Patch, { readonly event: "checkpoint" }>;

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
 * Reads what came over the bus.
 *
 * @param value What came.
 * @returns The message.
 * @throws {TypeError} When it is none: something else publishes under the same topic.
 */
export function readMessage(value: unknown): LiveMessage {
  if (isRecord(value)) {
    if (value.kind === "lost") return { kind: "lost" };
    const { kind, echo, parts } = value;
    if (
      kind === "parts" && (echo === null || typeof echo === "string") && Array.isArray(parts) && parts.every(isPart)
    ) {
      return { kind, echo, parts };
    }
  }
  throw new TypeError("Cannot read what came over the bus: it is no message of a topic");
}

/**
 * What a message has its watchers do. The place of the message is that of its last step, so that a tab whose connection
 * breaks in the middle gets all of it again.
 *
 * @param message The message.
 * @param id Its place.
 */
export function stepsOf(message: LiveMessage, id: string): readonly LiveStep[] {
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
  /** The id of a cursor. */
  idOf(cursor: string): string;
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
  const prefix = `live:${createHash("sha256").update(topic).digest("hex").slice(0, 12)}.`;
  return {
    idOf: (cursor) => prefix + cursor,
    cursorOf: (lastEventId) => lastEventId?.startsWith(prefix) ? lastEventId.slice(prefix.length) : null,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isPart(value: unknown): value is LivePart {
  if (!isRecord(value)) return false;
  if ("refresh" in value) return value.refresh === null || typeof value.refresh === "string";
  return typeof value.event === "string" && value.event !== "checkpoint" && "data" in value;
}
