/**
 * What a call of an action comes to.
 *
 * @module
 */
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

/** What every outcome has. */
export interface TestOutcomeBase {
  /** The HTTP status, or that of an `error` event; 0 where nothing was answered. */
  readonly status: number;
  /** The events in their order, without `end` and checkpoints; each has been applied to the page. */
  readonly events: readonly TestEvent[];
  /** What was wrong with the input: messages by field, the form's own under `""`. Empty when nothing was. */
  readonly issues: Issues;
  /** The targets that patches did not find on the page, `""` for a patch that had none. */
  readonly missing: readonly string[];
}

/** The action did what it was asked to do. */
export interface TestSuccess<Result = unknown> extends TestOutcomeBase {
  /** Which outcome it is. */
  readonly kind: "success";
  /** Whether it did what it was asked to do. */
  readonly ok: true;
  /** The plain value it returned; `null` without one. */
  readonly data: Result;
}

/** The server answered with an error status, or with an `error` event. */
export interface TestFailure extends TestOutcomeBase {
  /** Which outcome it is. */
  readonly kind: "error";
  /** Whether it did what it was asked to do. */
  readonly ok: false;
  /** What the server said, where it said something as data. */
  readonly data: unknown;
  /** What went wrong, in the server's words. */
  readonly message: string;
}

/** The call was ended before its answer was complete. */
export interface TestAborted extends TestOutcomeBase {
  /** Which outcome it is. */
  readonly kind: "aborted";
  /** Whether it did what it was asked to do. */
  readonly ok: false;
  /** Nothing. */
  readonly data: null;
}

/**
 * What a call comes to. A network that fails rejects instead.
 *
 * @typeParam Result What the action returns as a plain value.
 *
 * @example Input that was refused
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
