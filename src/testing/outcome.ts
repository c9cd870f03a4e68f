// The outcome of a call.
import type { Issues } from "../protocol/patch.ts";

/** One event of an answer. */
export interface TestEvent {
  /** Its name, such as `patch_html`. */
  readonly event: string;
  /** Its data, parsed; `null` without any. */
  readonly data: unknown;
  /** Its id: a checkpoint, or a position in a topic. `null` without one. */
  readonly id: string | null;
}

/** The common part of all outcomes. */
export interface TestOutcomeBase {
  /** The HTTP status, or that of an `error` event; 0 without an answer. */
  readonly status: number;
  /** The events in their order, without `end`, checkpoints and events of topics; each has been applied to the page. */
  readonly events: readonly TestEvent[];
  /** Messages by field of invalid input, those of the whole form under `""`. Empty for valid input. */
  readonly issues: Issues;
  /** The targets of patches that are not on the page, `""` for a patch without a target. */
  readonly missing: readonly string[];
}

/** The outcome of a call that succeeded. */
export interface TestSuccess<Result = unknown> extends TestOutcomeBase {
  /** The kind of outcome. */
  readonly kind: "success";
  /** `true` if the action succeeded. */
  readonly ok: true;
  /** The plain value that the action returned; `null` without one. */
  readonly data: Result;
}

/** The outcome of a call that the server answered with an error status or an `error` event. */
export interface TestFailure extends TestOutcomeBase {
  /** The kind of outcome. */
  readonly kind: "error";
  /** `true` if the action succeeded. */
  readonly ok: false;
  /** The data of the answer; `null` without any. */
  readonly data: unknown;
  /** The message of the server. */
  readonly message: string;
}

/** The outcome of a call that was ended before its answer was complete. */
export interface TestAborted extends TestOutcomeBase {
  /** The kind of outcome. */
  readonly kind: "aborted";
  /** `true` if the action succeeded. */
  readonly ok: false;
  /** Always `null`. */
  readonly data: null;
}

/**
 * The outcome of a call. When the network fails, the call rejects.
 *
 * @typeParam Result The plain value that the action returns.
 *
 * @example Invalid input
 * ```ts
 * import { action, defineForm, field } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
 * const add = action("add", { form }, () => {});
 * await using client = createTestClient({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", add }) }],
 * });
 * const outcome = await client.action("add", { title: "" });
 * assertEquals([outcome.kind, outcome.status, Object.keys(outcome.issues)], ["error", 422, ["title"]]);
 * ```
 */
export type TestOutcome<Result = unknown> = TestSuccess<Result> | TestFailure | TestAborted;
