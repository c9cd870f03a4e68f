/**
 * An error that was thrown → a failure that may be told.
 *
 * @module
 */
import { HyperError } from "../errors.ts";
import type { Failure } from "./outcome.ts";

/** What a visitor is told of an error that is none of theirs. Nothing of the error itself is in it. */
export const SERVER_ERROR = "Something went wrong on the server";

/** A failure with a status and a message that may be shown. */
export function failure(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Failure {
  return { kind: "failure", status, message, headers };
}

/**
 * What may be told of an error: a refusal below 500 speaks for itself, of anything else the visitor learns nothing.
 *
 * @param error What was thrown.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof HyperError)) return failure(500, SERVER_ERROR);
  const message = error.status < 500 ? error.message : SERVER_ERROR;
  return failure(error.status, message, error.headers);
}

/** Whether an error is ours to report: a refusal below 500 is the visitor's, and no news. */
export function isReportable(error: unknown): boolean {
  return !(error instanceof HyperError) || error.status >= 500;
}
