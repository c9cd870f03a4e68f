/**
 * Events of the runtime on `window`, and their order.
 *
 * Events of one call, by how it ends. Those in brackets may be missing or repeated:
 *
 * | end | events |
 * |---|---|
 * | success | `beforeRequest` [`uploadProgress`] [`streamEvent` and its effects] `requestSuccess` `afterRequest` |
 * | error status or `error` event | `beforeRequest` [`streamEvent` …] `requestError` `afterRequest` |
 * | network failure | `beforeRequest` [`requestRetry` …] [`requestRetriesFailed`] `requestException` `afterRequest` |
 * | exception of client code | `beforeRequest` [`streamEvent` …] `requestException` [`streamEvent` …] `afterRequest` |
 * | blocked | `requestBlocked` |
 * | replaced | `requestReplaced` and `beforeRequest` of the new call, `requestAborted` and `afterRequest` of the old one |
 * | aborted, timed out | `beforeRequest` … `requestAborted` `afterRequest` |
 * | canceled, or aborted in a queue | `requestAborted` |
 * | switched | those of success, with `actionSwitch` and all events of the next call before `afterRequest` |
 *
 * @module
 */
/// <reference types="./globals.d.ts" />
import type { Issues } from "../protocol/patch.ts";
import type { AbortReason } from "./call/outcome.ts";

/** Properties of every event about a call. */
export interface CallEventDetail {
  /** The request ID. All retries of a call share it. */
  readonly id: string;
  /** Key of its lane. */
  readonly key: string;
  /** Name of the action. */
  readonly action: string;
  /** URL of the request. */
  readonly url: string;
  /** HTTP method, in upper case. */
  readonly method: string;
  /** Selector for the target of the call, or `null`. */
  readonly target: string | null;
  /** The form of the call, or `null`. */
  readonly form: HTMLFormElement | null;
  /** The element that caused the call, or `null`. */
  readonly sourceEl: Element | null;
  /** The event of `hyper-on` that caused the call, such as `input`; `null` for any other call. */
  readonly trigger: string | null;
}

/** Detail of `hyper:requestReplaced`, about the new call. */
export interface ReplacedEventDetail extends CallEventDetail {
  /** The request ID of the call that lost the lane. */
  readonly replacedId: string;
}

/** Detail of `hyper:requestAborted`. */
export interface AbortedEventDetail extends CallEventDetail {
  /** Reason for which the call was aborted. */
  readonly reason: AbortReason;
}

/** Detail of `hyper:requestSuccess`. */
export interface SuccessEventDetail extends CallEventDetail {
  /** HTTP status. */
  readonly status: number;
}

/** Detail of `hyper:requestError`. Cancel the event to suppress the alert of the runtime. */
export interface ErrorEventDetail extends SuccessEventDetail {
  /** Error message of the server. */
  readonly message: string;
}

/** Detail of `hyper:unauthorized`. Cancel the event to suppress the message of the runtime, and to show the sign-in yourself. */
export interface UnauthorizedEventDetail extends CallEventDetail {
  /** Path of the sign-in page, with the page to come back to. */
  readonly signIn: string;
  /** Sends the call again, with the same request ID: an action that has run does not run again. */
  readonly retry: () => void;
}

/** Detail of `hyper:requestException`. Cancel the event to suppress the alert of the runtime. */
export interface ExceptionEventDetail extends CallEventDetail {
  /** The exception. */
  readonly error: unknown;
}

/** Detail of `hyper:afterRequest`. */
export interface AfterRequestEventDetail extends CallEventDetail {
  /** HTTP status, or that of an `error` event; 0 without a response. */
  readonly status: number;
  /** `true` if the action succeeded. */
  readonly ok: boolean;
  /** `true` if the call was aborted. */
  readonly aborted: boolean;
}

/** Detail of `hyper:uploadProgress`, and argument of `onUploadProgress`. */
export interface UploadProgressEventDetail extends CallEventDetail {
  /** Bytes sent so far. */
  readonly loaded: number;
  /** Bytes of the whole body; 0 if not known. */
  readonly total: number;
  /** `loaded` divided by `total`, from 0 to 1. */
  readonly progress: number;
}

/** Detail of `hyper:streamEvent`, which is fired before the event is applied. */
export interface StreamEventDetail extends CallEventDetail {
  /** Name of the event, such as `patch_html`. */
  readonly event: string;
  /** Data of the event, parsed; `null` if it has none. */
  readonly data: unknown;
  /** Delays the rest of the response until a promise settles. A rejection is reported as an exception of the event. */
  readonly waitUntil: (work: PromiseLike<unknown>) => void;
}

/** Detail of `hyper:toast`. */
export interface ToastEventDetail extends CallEventDetail {
  /** The argument of `toast()`. */
  readonly value: unknown;
}

/** Detail of `hyper:requestRetry`. */
export interface RetryEventDetail extends ExceptionEventDetail {
  /** Number of the next attempt, from 1. */
  readonly attempt: number;
  /** Delay before the next attempt, in milliseconds. */
  readonly delay: number;
}

/** Detail of `hyper:requestRetriesFailed`. */
export interface RetriesFailedEventDetail extends ExceptionEventDetail {
  /** Number of retries that were made. */
  readonly attempts: number;
}

/** Detail of `hyper:actionSwitch`, about the call that is left. */
export interface SwitchEventDetail extends CallEventDetail {
  /** Name of the next action. */
  readonly toAction: string;
  /** The request ID of the next call. */
  readonly toRequestId: string;
  /** Number of switches that led to the next call. */
  readonly depth: number;
}

/** Detail of `hyper:swap:before` (cancel it to keep the element unchanged) and `hyper:swap:after`. */
export interface SwapEventDetail extends CallEventDetail {
  /** The patched element. After an `outer` swap it is no longer on the page. */
  readonly element: Element;
  /** The swap mode. */
  readonly swap: string;
}

/** Detail of `hyper:swap:missing`. Its `target` is the selector that matched nothing. */
export type SwapMissingEventDetail = CallEventDetail;

/** Detail of `hyper:network:change`, and of the `online` or `offline` event that follows it. */
export interface NetworkEventDetail {
  /** `true` if the browser is online. */
  readonly online: boolean;
  /** The opposite of `online`. */
  readonly offline: boolean;
}

/** Cause of a navigation: a link, a form, back or forward, or `Hyper.navigate()`. */
export type NavigationTrigger = "link" | "form" | "history" | "visit";

/** Detail of `hyper:navigate:before` (cancel it to stay on the page) and `hyper:navigate:after`. */
export interface NavigateEventDetail {
  /** URL of the page; in `after` the one it is shown under. */
  readonly url: string;
  /** Cause of the navigation. */
  readonly trigger: NavigationTrigger;
}

/** Detail of `hyper:navigate:error`. Cancel the event to suppress the alert of the runtime. */
export interface NavigateErrorEventDetail extends NavigateEventDetail {
  /** The exception. */
  readonly error: unknown;
}

/** Detail of `hyper:history:restore:before`. */
export interface RestoreEventDetail {
  /** The URL of the page to restore. */
  readonly url: string;
}

/** Detail of `hyper:history:restore:after`. */
export interface RestoredEventDetail extends RestoreEventDetail {
  /** `true` if the page was restored. */
  readonly success: boolean;
}

/** Detail of `hyper:layer:open`. */
export interface LayerEventDetail {
  /** URL of the page in the layer. */
  readonly url: string;
}

/** Detail of `hyper:layer:close`. */
export interface LayerCloseEventDetail extends LayerEventDetail {
  /** `true` if the server has closed the layer with `close()`; `false` if the user has. */
  readonly ok: boolean;
  /** The argument of `close()`; `null` without one. */
  readonly value: unknown;
}

/** Detail of `hyper:signals`: the new values of the page state. */
export type SignalsEventDetail = Readonly<Record<string, unknown>>;

/** Detail of `hyper:validate`. */
export interface ValidateEventDetail extends Pick<CallEventDetail, "id" | "action" | "url" | "method"> {
  /** The form. */
  readonly form: HTMLFormElement;
  /** Names of the fields that the server was asked about. */
  readonly names: readonly string[];
  /** HTTP status. */
  readonly status: number;
  /** Messages by field; empty if they are valid. */
  readonly issues: Issues;
}

/** Detail of `hyper:prediction`. */
export interface PredictionEventDetail extends CallEventDetail {
  /**
   * `shown`: the page shows what the call predicts. `replaced`: the response has changed the place of a prediction. `removed`: the page is
   * without it, because the call has failed or ended, or another page is shown.
   */
  readonly state: "shown" | "replaced" | "removed";
}

/** All events of the runtime by name, for `window.addEventListener()`. */
export interface HyperEventMap {
  /** Fired immediately before a request is sent. */
  "hyper:beforeRequest": CustomEvent<CallEventDetail>;
  /** Fired when a request has ended, exactly once for each `beforeRequest`. */
  "hyper:afterRequest": CustomEvent<AfterRequestEventDetail>;
  /** Fired when the lane is taken and `sync` is `block`. */
  "hyper:requestBlocked": CustomEvent<CallEventDetail>;
  /** Fired when a call with `sync: "replace"` takes the lane of another. */
  "hyper:requestReplaced": CustomEvent<ReplacedEventDetail>;
  /** Fired when a call is aborted. */
  "hyper:requestAborted": CustomEvent<AbortedEventDetail>;
  /** Fired when the response is complete and applied. */
  "hyper:requestSuccess": CustomEvent<SuccessEventDetail>;
  /** Fired when the server responds with an error, once for each failure. */
  "hyper:requestError": CustomEvent<ErrorEventDetail>;
  /** Fired when a call requires a sign-in, after `requestError`. The page stays as it is. */
  "hyper:unauthorized": CustomEvent<UnauthorizedEventDetail>;
  /** Fired when the network fails or client code throws. */
  "hyper:requestException": CustomEvent<ExceptionEventDetail>;
  /** Fired before a retry after a lost connection. */
  "hyper:requestRetry": CustomEvent<RetryEventDetail>;
  /** Fired when the last retry has failed. */
  "hyper:requestRetriesFailed": CustomEvent<RetriesFailedEventDetail>;
  /** Fired while a request body is sent. */
  "hyper:uploadProgress": CustomEvent<UploadProgressEventDetail>;
  /** Fired for each event of a response, also for unknown ones. */
  "hyper:streamEvent": CustomEvent<StreamEventDetail>;
  /** Fired for each toast. */
  "hyper:toast": CustomEvent<ToastEventDetail>;
  /** Fired when a call switches to another action. */
  "hyper:actionSwitch": CustomEvent<SwitchEventDetail>;
  /** Fired before an element is patched. */
  "hyper:swap:before": CustomEvent<SwapEventDetail>;
  /** Fired after an element was patched. */
  "hyper:swap:after": CustomEvent<SwapEventDetail>;
  /** Fired when no element matches the target of a patch or an event. */
  "hyper:swap:missing": CustomEvent<SwapMissingEventDetail>;
  /** Fired when the browser goes online or offline. */
  "hyper:network:change": CustomEvent<NetworkEventDetail>;
  /** Fired when it goes online. */
  "hyper:network:online": CustomEvent<NetworkEventDetail>;
  /** Fired when it goes offline. */
  "hyper:network:offline": CustomEvent<NetworkEventDetail>;
  /** Fired before a page is fetched. Canceled, the user stays. */
  "hyper:navigate:before": CustomEvent<NavigateEventDetail>;
  /** Fired when the page is shown. */
  "hyper:navigate:after": CustomEvent<NavigateEventDetail>;
  /** Fired when the network failed, or the page could not be shown. */
  "hyper:navigate:error": CustomEvent<NavigateErrorEventDetail>;
  /** Fired before a page is fetched for the back or forward button. */
  "hyper:history:restore:before": CustomEvent<RestoreEventDetail>;
  /** Fired when that page is shown or could not be fetched. */
  "hyper:history:restore:after": CustomEvent<RestoredEventDetail>;
  /** Fired on the element that has opened a layer, or on the window, when its page is shown. */
  "hyper:layer:open": CustomEvent<LayerEventDetail>;
  /** Fired on the element that has opened a layer, or on the window, when the layer is closed. */
  "hyper:layer:close": CustomEvent<LayerCloseEventDetail>;
  /** Fired when the server has answered whether fields are valid, before a message is shown: see `<Form validate>`. */
  "hyper:validate": CustomEvent<ValidateEventDetail>;
  /** Fired when the page shows what a call predicts, and when it no longer does. */
  "hyper:prediction": CustomEvent<PredictionEventDetail>;
  /** Fired when Alpine has the new values of the page state. */
  "hyper:signals": CustomEvent<SignalsEventDetail>;
}

/** Names of the events, without `hyper:`. */
export type EventName = keyof HyperEventMap extends infer Full ? Full extends `hyper:${infer Name}` ? Name : never
  : never;

/**
 * Fires an event.
 *
 * @param name The name without `hyper:`.
 * @returns `false` if a listener canceled it.
 */
export function emit<Name extends EventName>(name: Name, detail: HyperEventMap[`hyper:${Name}`]["detail"]): boolean {
  return dispatchEvent(new CustomEvent(`hyper:${name}`, { detail, cancelable: true }));
}
