/**
 * A call as a plain value: everything that is needed to send it, once or again.
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
import type { Layer } from "../page/layers.ts";
import type { Sync } from "./lanes.ts";
import { type AbortReason, NOTHING, type Outcome } from "./outcome.ts";
import { buildPayload, type Payload, type PayloadSource } from "../../protocol/payload.ts";

/**
 * Changes the page to what it will look like when a call has succeeded.
 *
 * @param root The page. Search in it for the elements to change.
 */
export type Optimistic = (root: ParentNode) => void;

/** A call that can be sent. Not changed after {@linkcode makeCall} returned it. */
export interface Call extends CallEventDetail, Payload, Pick<PayloadSource, "data" | "depth" | "fields"> {
  /** Coordination with other calls of its lane. */
  readonly sync: Sync;
  /** Swap mode of `html` items that do not name one. */
  readonly swap?: Swap | undefined;
  /** If `true`, a missing target is an error. `undefined`: as configured. */
  readonly strictTargets?: boolean | undefined;
  /** If `true`, a lost connection is retried. `undefined`: depends on the method. */
  readonly retry?: boolean | undefined;
  /** Time limit of the call, in milliseconds. `undefined`: none. */
  readonly timeout?: number | undefined;
  /** The abort signal of the caller. */
  readonly signal?: AbortSignal | undefined;
  /** Predicts the page: a function, or the templates of its form. `undefined` for a call that another one has switched to. */
  readonly optimistic?: Optimistic | readonly Element[] | undefined;
  /** Called with the progress of the upload. */
  readonly onUploadProgress?: ((progress: UploadProgressEventDetail) => void) | undefined;
  /**
   * Aborts it with an `AbortReason`. A call that `switch_action` started has that of the first call; others get one.
   */
  readonly controller?: AbortController | undefined;
  /** Saves the state of the controls that it sends. Of a call that `switch_action` started, those of the first call. */
  readonly saveSentState: () => void;
  /** The layer that it comes from, when it was sent before, or another one has switched to it; `undefined` for the page. */
  readonly layer?: Layer | undefined;
  /** Its last checkpoint, when it was sent before. */
  readonly checkpoint?: string | undefined;
}

/** A call from `runCall()` until its promise settles: it waits in its lane, is in flight, or waits for a retry. */
export interface ActiveCall extends Omit<Call, "layer"> {
  /** Aborts it with an `AbortReason`. */
  readonly controller: AbortController;
  /** Aborted when `controller` or the caller's signal is. */
  readonly signal: AbortSignal;
  /** The layer that it comes from; `undefined` for the page. */
  layer: Layer | undefined;
  /** `true` if the response has an ok status; `undefined` before. */
  ok?: boolean | undefined;
  /** The header `Retry-After` of the response; `null` without one. */
  retryAfter?: string | null;
  /** `true` if the response is a stream, which lasts until it is closed; `undefined` before. */
  isLasting?: boolean;
  /** `true` if it reads a topic on a connection of its own. */
  isAlone?: boolean;
  /** Path of the sign-in page, if the server requires a sign-in. */
  signInPath?: string | null;
  /** Its position in the order of all responses, counted when it is sent; 0 before. See `page/stale.ts`. */
  sequence: number;
  /** The element that had the focus when the call was made. */
  readonly focused: Element | null;
  /** Aborts the open request alone, not the call. With a promise as the reason, the call resumes when that resolves. */
  connection: AbortController;
  /** The last checkpoint received; `""` before the first. */
  checkpoint: string;
  /** `true` once a response stream has begun: only then is a GET retried by default. */
  hasStreamed: boolean;
  /** Number of attempts that failed in a row. */
  failures: number;
  /** Runs it again, from the last checkpoint. */
  readonly again: () => void;
  /** Milliseconds before the first attempt to reconnect: those of the stream's `retry:`, else of the configuration. */
  retryInterval: number;
}

/** Input of {@linkcode makeCall}. */
export type CallSource = Omit<Call, "headers" | "body" | "hasFile"> & PayloadSource;

/**
 * Makes a call from its options.
 *
 * @throws {RangeError} When a GET cannot carry the data.
 * @throws {TypeError} When data cannot be written as JSON.
 */
export const makeCall = (source: CallSource): Call => ({ ...source, ...buildPayload(source) });

/** Prefix of all request ids of this page. Its first characters (`TAB_ID_CHARS`) are sent to other tabs. */
const PAGE = Math.random().toFixed(10);

/** Creates a request id. `randomUUID()` is not available to a page without TLS. */
export const newId = (): string => [PAGE, ...crypto.getRandomValues(new Uint32Array(4))].join("-");

/** Returns the properties that every event about a call has. */
export function callDetail(
  { id, key, action, url, method, target, form, sourceEl, trigger }: CallEventDetail,
): CallEventDetail {
  return { id, key, action, url, method, target, form, sourceEl, trigger };
}

/** Fires `requestAborted` and returns the outcome. */
export function endAborted(call: CallEventDetail, reason: AbortReason): Outcome {
  emitCallEvent("requestAborted", call, { reason });
  return { ...NOTHING, kind: reason === "cancelled" ? reason : "aborted", aborted: true, reason };
}

/** The properties that an event has in addition. */
type Extra<Name extends EventName> = Omit<HyperEventMap[`hyper:${Name}`]["detail"], keyof CallEventDetail>;

/** Type of {@linkcode emitCallEvent}. */
type EmitCallEvent = <Name extends EventName>(
  name: Name,
  call: CallEventDetail,
  ...extra: Record<never, never> extends Extra<Name> ? [] : [Extra<Name>]
) => boolean;

/**
 * Fires an event about a call.
 *
 * @returns `false` if a listener canceled it.
 */
export const emitCallEvent: EmitCallEvent = (name: EventName, call: CallEventDetail, extra?: object): boolean =>
  // `extra` is all that the detail has in addition to the call.
  emit(name, { ...callDetail(call), ...extra } as never);
