/**
 * Outcomes of a call.
 *
 * @module
 */
import type { Issues } from "../../protocol/patch.ts";

/** An event of a response: its name and its data. */
export interface ReceivedEvent {
  /** Name of the event, such as `patch_html`. */
  readonly event: string;
  /** Data of the event, parsed. */
  readonly data: unknown;
}

/** Reason for which a call was aborted. */
export type AbortReason =
  /** `Hyper.abort()`, `Hyper.abortAll()`, or the runtime was stopped. */
  | "abort"
  /** `onBeforeSubmit` returned `false`. */
  | "cancelled"
  /** A navigation left the page that opened the call, a GET. */
  | "navigation"
  /** A patch or a navigation removed the element that opened the stream, a GET. */
  | "removed"
  /** A later call with `sync: "replace"` took its lane. */
  | "replaced"
  /** The abort signal of the caller. */
  | "signal"
  /** The `timeout` of the call. */
  | "timeout";

/**
 * Properties of every outcome.
 *
 * @typeParam Kind The kinds of outcome.
 * @typeParam Data The type of `data`.
 */
export interface OutcomeBase<Kind extends string = string, Data = unknown> {
  /** The kind of outcome. */
  readonly kind: Kind;
  /** `true` if the action succeeded. */
  readonly ok: Kind extends "success" ? true : false;
  /** `true` if the lane blocked the call. */
  readonly blocked: Kind extends "blocked" ? true : false;
  /** `true` if the call was aborted, or canceled before it was sent. */
  readonly aborted: Kind extends "aborted" | "cancelled" ? true : false;
  /** HTTP status, or that of an `error` event; 0 without a response. */
  readonly status: number;
  /** The plain value that the action returned, or the data of an error response; `null` without one. */
  readonly data: Data;
  /** Events of the response in order, except `end` and checkpoints. */
  readonly events: readonly ReceivedEvent[];
  /** Validation errors: messages by field, those of the form under `""`. Empty if there are none. */
  readonly issues: Issues;
}

/** The response is complete and applied to the page. */
export type SuccessOutcome<Result = unknown> = OutcomeBase<"success", Result>;

/** The server responded with an error status or an `error` event. */
export interface ErrorOutcome extends OutcomeBase<"error"> {
  /** Error message of the server. */
  readonly message: string;
}

/** The lane was taken and `sync` is `block`. Nothing was sent. */
export type BlockedOutcome = OutcomeBase<"blocked", null>;

/** The call was aborted before its response was complete, or canceled before it was sent. */
export interface AbortedOutcome extends OutcomeBase<"aborted" | "cancelled", null> {
  /** Reason for which it was aborted. */
  readonly reason: AbortReason;
}

/**
 * The result of `action()`. A network failure or an exception rejects instead.
 *
 * @typeParam Result The plain value that the action returns.
 */
export type Outcome<Result = unknown> = SuccessOutcome<Result> | ErrorOutcome | BlockedOutcome | AbortedOutcome;

/** The fields of an outcome without a response. */
export const NOTHING = {
  ok: false,
  status: 0,
  data: null,
  events: [],
  issues: {},
  blocked: false,
  aborted: false,
} as const;
