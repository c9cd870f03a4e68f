/**
 * One call of an action, decided: everything that is needed to send it, once or again.
 *
 * @module
 */
import type { Swap } from "../../protocol/patch.ts";
import {
  type CallEventDetail,
  emit,
  type EventName,
  type HyperEventMap,
  type UploadProgressEventDetail,
} from "../events.ts";
import type { Sync } from "./lanes.ts";
import { type AbortReason, NOTHING, type Outcome } from "./outcome.ts";
import { buildPayload, type PayloadSource } from "../../protocol/payload.ts";

/** What a call is made of. It is not changed after it was made. */
export interface Call extends CallEventDetail {
  /** How it meets others of its lane. */
  readonly sync: Sync;
  /** How an `html` item without a mode of its own is put in place. */
  readonly swap?: Swap | undefined;
  /** Whether a missing target is an error; `undefined` leaves it to the configuration. */
  readonly strictTargets?: boolean | undefined;
  /** Whether a lost connection is tried again; `undefined` leaves it to the method. */
  readonly retry?: boolean | undefined;
  /** Milliseconds the call may take; `undefined` sets no bound. */
  readonly timeout?: number | undefined;
  /** The caller's own way to end it. */
  readonly signal?: AbortSignal | undefined;
  /** Told how much of the body is sent. */
  readonly onUploadProgress?: ((progress: UploadProgressEventDetail) => void) | undefined;
  /** Its headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Its body; `undefined` has none. */
  readonly body: FormData | URLSearchParams | string | undefined;
  /** Whether the body holds a file. */
  readonly hasFile: boolean;
  /** How many hand-overs led to it. */
  readonly depth: number;
  /** Ends it, and whom it takes over from; the reason is an `AbortReason`. Without one it gets one of its own. */
  readonly controller?: AbortController | undefined;
  /** How far it came when it was made before; without one not at all. */
  readonly checkpoint?: string | undefined;
}

/** A call on its way. */
export interface ActiveCall extends Call {
  /** Ends it. */
  readonly controller: AbortController;
  /** Aborted when it is to end, whoever wants it. */
  readonly signal: AbortSignal;
  /** Whether its answer has an ok status; `undefined` before. */
  ok?: boolean;
  /** Its place in time among all answers, by its start; 0 before. */
  started: number;
  /** The attempt that is open; ended alone when the page is left or the connection is silent. */
  attempt: AbortController;
  /** The last checkpoint that was passed; `""` before the first. */
  checkpoint: string;
  /** How many attempts in a row have failed. */
  failures: number;
  /** Makes it anew, from the last checkpoint. */
  readonly again: () => void;
  /** Milliseconds before the first attempt to reconnect: those of the stream's `retry:`, else of the configuration. */
  retryDelay: number;
}

/** What a call is made from. */
export type CallSource = Omit<Call, "headers" | "body" | "hasFile"> & PayloadSource;

/**
 * Decides a call.
 *
 * @throws {RangeError} When a GET cannot carry the data.
 * @throws {TypeError} When data cannot be written as JSON.
 */
export function makeCall(source: CallSource): Call {
  return { ...source, ...buildPayload(source) };
}

/** How the ids of this page begin. Others are told this and a little more (`TAB_ID_CHARS`). */
const PAGE = Math.random().toFixed(10);

/** A request id; not `randomUUID()`, which a page without TLS does not have. */
export function newId(): string {
  return [PAGE, ...crypto.getRandomValues(new Uint32Array(4))].join("-");
}

/** What every event about a call tells. */
export function about({ id, key, action, url, method, target, form, sourceEl }: CallEventDetail): CallEventDetail {
  return { id, key, action, url, method, target, form, sourceEl };
}

/** Tells the page that a call has ended early, and gives what it has come to. */
export function endAborted(call: CallEventDetail, reason: AbortReason): Outcome {
  tell("requestAborted", call, { reason });
  return { ...NOTHING, kind: reason === "cancelled" ? reason : "aborted", aborted: true, reason };
}

/** What an event has beside that. */
type Extra<Name extends EventName> = Omit<HyperEventMap[`hyper:${Name}`]["detail"], keyof CallEventDetail>;

/**
 * Tells the page something about a call.
 *
 * @param name The name after `hyper:`.
 * @param call The call.
 * @param extra What the event has beside the call.
 * @returns `false` when a listener has cancelled the event.
 */
export function tell<Name extends EventName>(
  name: Name,
  call: CallEventDetail,
  ...[extra]: Record<never, never> extends Extra<Name> ? [] : [Extra<Name>]
): boolean {
  // The two together are the detail: `extra` is all that the event has beside the call.
  return emit(name, { ...about(call), ...extra } as HyperEventMap[`hyper:${Name}`]["detail"]);
}
