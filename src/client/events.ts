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
export interface CallDetail {
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
export interface ReplacedDetail extends CallDetail {
  /** The id of the call that lost the lane. */
  readonly replacedId: string;
}

/** `hyper:requestAborted`. */
export interface AbortedDetail extends CallDetail {
  /** Why it ended. */
  readonly reason: AbortReason;
}

/** `hyper:requestSuccess`. */
export interface SuccessDetail extends CallDetail {
  /** The HTTP status. */
  readonly status: number;
}

/** `hyper:requestError`. Cancel the event to keep the runtime's own message off the page. */
export interface ErrorDetail extends SuccessDetail {
  /** What went wrong, in the server's words. */
  readonly message: string;
}

/** `hyper:requestException`. Cancel the event to keep the runtime's own message off the page. */
export interface ExceptionDetail extends CallDetail {
  /** What was thrown. */
  readonly error: unknown;
}

/** `hyper:afterRequest`. */
export interface AfterDetail extends CallDetail {
  /** The HTTP status or that of an `error` event; 0 where nothing was answered. */
  readonly status: number;
  /** Whether the action did what it was asked to do. */
  readonly ok: boolean;
  /** Whether the call ended early. */
  readonly aborted: boolean;
}

/** `hyper:uploadProgress`, and what `onUploadProgress` is given. */
export interface UploadProgress extends CallDetail {
  /** Bytes sent. */
  readonly loaded: number;
  /** Bytes to send, 0 where that is not known. */
  readonly total: number;
  /** `loaded` of `total`, 0 to 1. */
  readonly progress: number;
}

/** `hyper:streamEvent`: fired before the event takes effect. */
export interface StreamEventDetail extends CallDetail {
  /** The name of the event, such as `patch_html`. */
  readonly event: string;
  /** Its data, parsed; `null` without any. */
  readonly data: unknown;
  /** Lets the rest of the answer wait for what a listener does about the event; what rejects is told as its exception. */
  readonly waitUntil: (work: PromiseLike<unknown>) => void;
}

/** `hyper:toast`. */
export interface ToastDetail extends CallDetail {
  /** What was given to `toast()`. */
  readonly value: unknown;
}

/** `hyper:requestRetry`. */
export interface RetryDetail extends ExceptionDetail {
  /** Which attempt comes next, from 1. */
  readonly attempt: number;
  /** Milliseconds until then. */
  readonly delay: number;
}

/** `hyper:requestRetriesFailed`. */
export interface RetriesFailedDetail extends ExceptionDetail {
  /** How many attempts were made after the first. */
  readonly attempts: number;
}

/** `hyper:actionSwitch`: about the call that is handed over. */
export interface SwitchDetail extends CallDetail {
  /** The action that takes over. */
  readonly destination: string;
  /** The id of its request. */
  readonly destinationId: string;
  /** How many hand-overs led to it. */
  readonly depth: number;
}

/** `hyper:swap:before` (cancel it to leave the element as it is) and `hyper:swap:after`. */
export interface SwapDetail extends CallDetail {
  /** The element that is patched; after an `outer` swap it has left the page. */
  readonly element: Element;
  /** How. */
  readonly swap: string;
}

/** `hyper:swap:missing`. The `target` that was looked for is in the detail. */
export type MissingDetail = CallDetail;

/** `hyper:network:change`, and after it `hyper:network:online` or `hyper:network:offline`. */
export interface NetworkDetail {
  /** Whether the browser thinks it has a network. */
  readonly online: boolean;
  /** The contrary. */
  readonly offline: boolean;
}

/** `hyper:history:restore:before`. */
export interface RestoreDetail {
  /** The URL that is shown again. */
  readonly url: string;
}

/** `hyper:history:restore:after`. */
export interface RestoredDetail extends RestoreDetail {
  /** Whether the page could be had. */
  readonly success: boolean;
}

/** `hyper:signals`: new values, after Alpine has them. */
export type SignalsDetail = Readonly<Record<string, unknown>>;

/** Every event of the runtime by its name, as `window.addEventListener` knows it. */
export interface HyperEventMap {
  /** Immediately before an action request is sent. */
  "hyper:beforeRequest": CustomEvent<CallDetail>;
  /** When a request has ended, however it ended: exactly once for each `beforeRequest`. */
  "hyper:afterRequest": CustomEvent<AfterDetail>;
  /** The lane was taken and `sync` is `block`. */
  "hyper:requestBlocked": CustomEvent<CallDetail>;
  /** A call with `sync: "replace"` took the lane of another. */
  "hyper:requestReplaced": CustomEvent<ReplacedDetail>;
  /** A call was ended early. */
  "hyper:requestAborted": CustomEvent<AbortedDetail>;
  /** The answer is complete and in the page. */
  "hyper:requestSuccess": CustomEvent<SuccessDetail>;
  /** The server answered with an error: once for each failure. */
  "hyper:requestError": CustomEvent<ErrorDetail>;
  /** The network failed, or client code threw. */
  "hyper:requestException": CustomEvent<ExceptionDetail>;
  /** A connection is lost and will be tried again. */
  "hyper:requestRetry": CustomEvent<RetryDetail>;
  /** The last attempt has failed. */
  "hyper:requestRetriesFailed": CustomEvent<RetriesFailedDetail>;
  /** The body of a request is on its way. */
  "hyper:uploadProgress": CustomEvent<UploadProgress>;
  /** An event of an answer came, known or not. */
  "hyper:streamEvent": CustomEvent<StreamEventDetail>;
  /** A toast came. */
  "hyper:toast": CustomEvent<ToastDetail>;
  /** A call is handed over to another action. */
  "hyper:actionSwitch": CustomEvent<SwitchDetail>;
  /** An element is about to be patched. */
  "hyper:swap:before": CustomEvent<SwapDetail>;
  /** An element was patched. */
  "hyper:swap:after": CustomEvent<SwapDetail>;
  /** Nothing on the page matches the target of a patch or an event. */
  "hyper:swap:missing": CustomEvent<MissingDetail>;
  /** The network came or went. */
  "hyper:network:change": CustomEvent<NetworkDetail>;
  /** The network came. */
  "hyper:network:online": CustomEvent<NetworkDetail>;
  /** The network went. */
  "hyper:network:offline": CustomEvent<NetworkDetail>;
  /** Back or forward leads to an entry of ours: its page is about to be fetched. */
  "hyper:history:restore:before": CustomEvent<RestoreDetail>;
  /** That page is shown, or could not be had. */
  "hyper:history:restore:after": CustomEvent<RestoredDetail>;
  /** Signals have reached their scope. */
  "hyper:signals": CustomEvent<SignalsDetail>;
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
