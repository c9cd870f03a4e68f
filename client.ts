/**
 * The browser runtime. Importing it in a page starts it, once: it submits the forms of actions, defines `window.action`
 * and `window.Hyper`, and applies `hyper-*` attributes. Elsewhere the import has no effect.
 *
 * ```html
 * <script type="module" src="/_hyper/client.js"></script>
 * ```
 *
 * @example A button that calls an action
 * ```ts ignore
 * import { action } from "@hyper/actions/client";
 *
 * document.querySelector("#refresh")?.addEventListener("click", () => action("refresh", {}, { target: "#news" }));
 * ```
 *
 * @module
 */
import type { CallAction } from "./src/client/call/action.ts";
import { currentHyper, type HyperRuntime, start, stop } from "./src/client/runtime.ts";

export type { ActionType } from "./src/protocol/action_type.ts";
export type { BrowserTexts } from "./src/protocol/browser_texts.ts";
export type { Issues, Swap } from "./src/protocol/patch.ts";
export type { CallOptions, RequestOptions } from "./src/client/call/action.ts";
export type { Optimistic } from "./src/client/call/call.ts";
export { hyperAlpine } from "./src/client/page/alpine.ts";
export type { AlpineLike } from "./src/client/page/signals.ts";
export { type ActionCall, type ActionCalls, createActions } from "./src/client/call/create_actions.ts";
export type { AskUser, HyperConfig, HyperOptions, LoadingConfig, RetryConfig } from "./src/client/config.ts";
export type {
  AbortedEventDetail,
  AfterRequestEventDetail,
  CallEventDetail,
  ErrorEventDetail,
  ExceptionEventDetail,
  HyperEventMap,
  LayerCloseEventDetail,
  LayerEventDetail,
  NavigateErrorEventDetail,
  NavigateEventDetail,
  NavigationTrigger,
  NetworkEventDetail,
  PredictionEventDetail,
  ReplacedEventDetail,
  RestoredEventDetail,
  RestoreEventDetail,
  RetriesFailedEventDetail,
  RetryEventDetail,
  SignalsEventDetail,
  StreamEventDetail,
  SuccessEventDetail,
  SwapEventDetail,
  SwapMissingEventDetail,
  SwitchEventDetail,
  ToastEventDetail,
  UnauthorizedEventDetail,
  UploadProgressEventDetail,
  ValidateEventDetail,
} from "./src/client/events.ts";
export type { Sync } from "./src/client/call/lanes.ts";
export type { ElementHook } from "./src/client/page/element_hook.ts";
export type { NavigateOptions } from "./src/client/navigate/pages.ts";
export type { Network } from "./src/client/page/network.ts";
export type {
  AbortedOutcome,
  AbortReason,
  BlockedOutcome,
  ErrorOutcome,
  Outcome,
  OutcomeBase,
  ReceivedEvent,
  SuccessOutcome,
} from "./src/client/call/outcome.ts";
export { ConnectionError } from "./src/client/call/send.ts";
export type { CallAction, HyperRuntime };

if (typeof document !== "undefined") start();

/** Starts and stops the runtime, for tests and for pages that replace parts of themselves. */
export const runtime: {
  /** Starts the runtime, unless it is running. */
  readonly start: () => void;
  /** Aborts all calls and removes what the runtime has added to the page. */
  readonly stop: () => void;
} = { start, stop };

/** The runtime of this page. If a page loads two copies of this module, it is the one that was started first. */
export const Hyper: HyperRuntime = currentHyper();

/**
 * Calls an action and applies its response to the page.
 *
 * @param name Name of the action.
 * @param data Data for the action: any JSON value, and files.
 * @param options Options for the call.
 * @returns The outcome. An error status is an outcome, not an exception.
 * @throws {ConnectionError} When the network failed.
 * @throws {TypeError} When the form is not on the page, or data is not an object.
 *
 * @example A button
 * ```ts ignore
 * import { action } from "@hyper/actions/client";
 *
 * const outcome = await action("add_todo", { title: "Milk" }, { target: "#todos" });
 * if (!outcome.ok) console.warn(outcome.kind);
 * ```
 */
export const action: CallAction = Hyper.action;
