/**
 * What the runtime tells the page, as events on `window`, and the order it tells it in.
 *
 * For one call, by how it ends (what stands in brackets may be missing or come several times):
 *
 * | end | events |
 * |---|---|
 * | success | `beforeRequest` [`uploadProgress`] [`streamEvent` and what it causes] `requestSuccess` `afterRequest` |
 * | error status or `error` event | `beforeRequest` [`streamEvent` …] `requestError` `afterRequest` |
 * | network failure | `beforeRequest` [`requestRetry` …] [`requestRetriesFailed`] `requestException` `afterRequest` |
 * | exception of client code | `beforeRequest` [`streamEvent` …] `requestException` [`streamEvent` …] `afterRequest` |
 * | blocked | `requestBlocked` |
 * | replaced | `requestReplaced` and `beforeRequest` of the new call, `requestAborted` and `afterRequest` of the old one |
 * | aborted, timed out | `beforeRequest` … `requestAborted` `afterRequest` |
 * | cancelled, or aborted while it waits in a queue | `requestAborted` |
 * | handed over | those of success, with `actionSwitch` and all events of the destination before `afterRequest` |
 *
 * @module
 */
/// <reference types="./globals.d.ts" />
import type { AbortReason } from "./call/outcome.ts";

/** What every event about a call has. */
export interface CallEventDetail {
  /** The request id: one for each call, kept over its retries. */
  readonly id: string;
  /** The key of its lane. */
  readonly key: string;
  /** The name of the action. */
  readonly action: string;
  /** The URL it is sent to. */
  readonly url: string;
  /** The method, in upper case. */
  readonly method: string;
  /** The call's target, or `null`. */
  readonly target: string | null;
  /** The form it was made of, or `null`. */
  readonly form: HTMLFormElement | null;
  /** The element that caused it, or `null`. */
  readonly sourceEl: Element | null;
}

/** `hyper:requestReplaced`: about the new call. */
export interface ReplacedEventDetail extends CallEventDetail {
  /** The id of the call that lost the lane. */
  readonly replacedId: string;
}

/** `hyper:requestAborted`. */
export interface AbortedEventDetail extends CallEventDetail {
  /** Why it ended. */
  readonly reason: AbortReason;
}

/** `hyper:requestSuccess`. */
export interface SuccessEventDetail extends CallEventDetail {
  /** The HTTP status. */
  readonly status: number;
}

/** `hyper:requestError`. Cancel the event to keep the runtime's own message off the page. */
export interface ErrorEventDetail extends SuccessEventDetail {
  /** What went wrong, in the server's words. */
  readonly message: string;
}

/** `hyper:requestException`. Cancel the event to keep the runtime's own message off the page. */
export interface ExceptionEventDetail extends CallEventDetail {
  /** What was thrown. */
  readonly error: unknown;
}

/** `hyper:afterRequest`. */
export interface AfterRequestEventDetail extends CallEventDetail {
  /** The HTTP status or that of an `error` event; 0 where nothing was answered. */
  readonly status: number;
  /** Whether the action did what it was asked to do. */
  readonly ok: boolean;
  /** Whether the call ended early. */
  readonly aborted: boolean;
}

/** `hyper:uploadProgress`, and what `onUploadProgress` is given. */
export interface UploadProgressEventDetail extends CallEventDetail {
  /** Bytes sent. */
  readonly loaded: number;
  /** Bytes to send, 0 where that is not known. */
  readonly total: number;
  /** `loaded` of `total`, 0 to 1. */
  readonly progress: number;
}

/** `hyper:streamEvent`: fired before the event takes effect. */
export interface StreamEventDetail extends CallEventDetail {
  /** The name of the event, such as `patch_html`. */
  readonly event: string;
  /** Its data, parsed; `null` without any. */
  readonly data: unknown;
  /** Lets the rest of the answer wait for what a listener does about the event; what rejects is told as its exception. */
  readonly waitUntil: (work: PromiseLike<unknown>) => void;
}

/** `hyper:toast`. */
export interface ToastEventDetail extends CallEventDetail {
  /** What was given to `toast()`. */
  readonly value: unknown;
}

/** `hyper:requestRetry`. */
export interface RetryEventDetail extends ExceptionEventDetail {
  /** Which attempt comes next, from 1. */
  readonly attempt: number;
  /** Milliseconds until then. */
  readonly delay: number;
}

/** `hyper:requestRetriesFailed`. */
export interface RetriesFailedEventDetail extends ExceptionEventDetail {
  /** How many attempts were made after the first. */
  readonly attempts: number;
}

/** `hyper:actionSwitch`: about the call that is handed over. */
export interface SwitchEventDetail extends CallEventDetail {
  /** The action that takes over. */
  readonly toAction: string;
  /** The id of its request. */
  readonly toRequestId: string;
  /** How many hand-overs led to it. */
  readonly depth: number;
}

/** `hyper:swap:before` (cancel it to leave the element as it is) and `hyper:swap:after`. */
export interface SwapEventDetail extends CallEventDetail {
  /** The element that is patched; after an `outer` swap it has left the page. */
  readonly element: Element;
  /** How. */
  readonly swap: string;
}

/** `hyper:swap:missing`. The `target` that was looked for is in the detail. */
export type SwapMissingEventDetail = CallEventDetail;

/** `hyper:network:change`, and after it `hyper:network:online` or `hyper:network:offline`. */
export interface NetworkEventDetail {
  /** Whether the browser thinks it has a network. */
  readonly online: boolean;
  /** The contrary. */
  readonly offline: boolean;
}

/** `hyper:history:restore:before`. */
export interface RestoreEventDetail {
  /** The URL that is shown again. */
  readonly url: string;
}

/** `hyper:history:restore:after`. */
export interface RestoredEventDetail extends RestoreEventDetail {
  /** Whether the page could be had. */
  readonly success: boolean;
}

/** `hyper:signals`: new values, after Alpine has them. */
export type SignalsEventDetail = Readonly<Record<string, unknown>>;

/** Every event of the runtime by its name, as `window.addEventListener` knows it. */
export interface HyperEventMap {
  /** Immediately before an action request is sent. */
  "hyper:beforeRequest": CustomEvent<CallEventDetail>;
  /** When a request has ended, however it ended: exactly once for each `beforeRequest`. */
  "hyper:afterRequest": CustomEvent<AfterRequestEventDetail>;
  /** The lane was taken and `sync` is `block`. */
  "hyper:requestBlocked": CustomEvent<CallEventDetail>;
  /** A call with `sync: "replace"` took the lane of another. */
  "hyper:requestReplaced": CustomEvent<ReplacedEventDetail>;
  /** A call was ended early. */
  "hyper:requestAborted": CustomEvent<AbortedEventDetail>;
  /** The answer is complete and in the page. */
  "hyper:requestSuccess": CustomEvent<SuccessEventDetail>;
  /** The server answered with an error: once for each failure. */
  "hyper:requestError": CustomEvent<ErrorEventDetail>;
  /** The network failed, or client code threw. */
  "hyper:requestException": CustomEvent<ExceptionEventDetail>;
  /** A connection is lost and will be tried again. */
  "hyper:requestRetry": CustomEvent<RetryEventDetail>;
  /** The last attempt has failed. */
  "hyper:requestRetriesFailed": CustomEvent<RetriesFailedEventDetail>;
  /** The body of a request is on its way. */
  "hyper:uploadProgress": CustomEvent<UploadProgressEventDetail>;
  /** An event of an answer came, known or not. */
  "hyper:streamEvent": CustomEvent<StreamEventDetail>;
  /** A toast came. */
  "hyper:toast": CustomEvent<ToastEventDetail>;
  /** A call is handed over to another action. */
  "hyper:actionSwitch": CustomEvent<SwitchEventDetail>;
  /** An element is about to be patched. */
  "hyper:swap:before": CustomEvent<SwapEventDetail>;
  /** An element was patched. */
  "hyper:swap:after": CustomEvent<SwapEventDetail>;
  /** Nothing on the page matches the target of a patch or an event. */
  "hyper:swap:missing": CustomEvent<SwapMissingEventDetail>;
  /** The network came or went. */
  "hyper:network:change": CustomEvent<NetworkEventDetail>;
  /** The network came. */
  "hyper:network:online": CustomEvent<NetworkEventDetail>;
  /** The network went. */
  "hyper:network:offline": CustomEvent<NetworkEventDetail>;
  /** Back or forward leads to an entry of ours: its page is about to be fetched. */
  "hyper:history:restore:before": CustomEvent<RestoreEventDetail>;
  /** That page is shown, or could not be had. */
  "hyper:history:restore:after": CustomEvent<RestoredEventDetail>;
  /** Signals have reached their scope. */
  "hyper:signals": CustomEvent<SignalsEventDetail>;
}

/** The names of our events, without `hyper:`. */
export type EventName = keyof HyperEventMap extends infer Full ? Full extends `hyper:${infer Name}` ? Name : never
  : never;

/**
 * Tells the page.
 *
 * @param name The name after `hyper:`.
 * @param detail The detail of the event.
 * @returns `false` when a listener has cancelled the event.
 */
export function emit<Name extends EventName>(name: Name, detail: HyperEventMap[`hyper:${Name}`]["detail"]): boolean {
  return dispatchEvent(new CustomEvent(`hyper:${name}`, { detail, cancelable: true }));
}
