/**
 * What a call comes to.
 *
 * @module
 */
import type { Issues } from "../../protocol/patch.ts";

/** One event of an answer, as it came: its name and its parsed data. */
export interface ReceivedEvent {
  /** The name of the event, such as `patch_html`. */
  readonly event: string;
  /** Its data, parsed. */
  readonly data: unknown;
}

/** Why a call ended before its answer was complete. */
export type AbortReason =
  /** `Hyper.abortAll()`, or the runtime was stopped. */
  | "abort"
  /** `onBeforeSubmit` said no. */
  | "cancelled"
  /** A later call took its lane. */
  | "replaced"
  /** The caller's own `AbortSignal`. */
  | "signal"
  /** The `timeout` of the call. */
  | "timeout";

/** What every outcome has. */
export interface OutcomeBase {
  /** The HTTP status, or that of an `error` event; 0 where nothing was answered. */
  readonly status: number;
  /** The events of the answer in their order, without `end` and checkpoints. */
  readonly events: readonly ReceivedEvent[];
  /** What was wrong with the input: messages by field, the form's own under `""`. Empty when nothing was. */
  readonly issues: Issues;
}

/** The answer came and was put into the page. */
export interface SuccessOutcome<Result = unknown> extends OutcomeBase {
  /** Which outcome it is. */
  readonly kind: "success";
  /** Whether the action did what it was asked to do. */
  readonly ok: true;
  /** The plain value the action returned; `null` without one. */
  readonly data: Result;
  /** Whether the lane refused the call. */
  readonly blocked: false;
  /** Whether the call ended early. */
  readonly aborted: false;
}

/** The server answered with an error status, or with an `error` event. */
export interface ErrorOutcome extends OutcomeBase {
  /** Which outcome it is. */
  readonly kind: "error";
  /** Whether the action did what it was asked to do. */
  readonly ok: false;
  /** What the server said, where it said something as data. */
  readonly data: unknown;
  /** What went wrong, in the server's words. */
  readonly message: string;
  /** Whether the lane refused the call. */
  readonly blocked: false;
  /** Whether the call ended early. */
  readonly aborted: false;
}

/** The lane was taken and `sync` is `block`: nothing was sent. */
export interface BlockedOutcome extends OutcomeBase {
  /** Which outcome it is. */
  readonly kind: "blocked";
  /** Whether the action did what it was asked to do. */
  readonly ok: false;
  /** Nothing. */
  readonly data: null;
  /** Whether the lane refused the call. */
  readonly blocked: true;
  /** Whether the call ended early. */
  readonly aborted: false;
}

/** The call was ended before its answer was complete, or cancelled before it was sent. */
export interface AbortedOutcome extends OutcomeBase {
  /** Which outcome it is. */
  readonly kind: "aborted" | "cancelled";
  /** Whether the action did what it was asked to do. */
  readonly ok: false;
  /** Nothing. */
  readonly data: null;
  /** Whether the lane refused the call. */
  readonly blocked: false;
  /** Whether the call ended early. */
  readonly aborted: true;
  /** Why it ended. */
  readonly reason: AbortReason;
}

/**
 * What `action()` resolves to. A network failure and an exception reject instead.
 *
 * @typeParam Result What the action returns as a plain value.
 */
export type Outcome<Result = unknown> = SuccessOutcome<Result> | ErrorOutcome | BlockedOutcome | AbortedOutcome;

/** The fields of an outcome where nothing was answered; what was answered is put over them. */
export const NOTHING = {
  ok: false,
  status: 0,
  data: null,
  events: [],
  issues: {},
  blocked: false,
  aborted: false,
} as const;
