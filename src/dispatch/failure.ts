/**
 * An error that was thrown → a failure that may be told.
 *
 * @module
 */
import { HyperError, isA, StorageError } from "../errors.ts";
import type { Failure } from "./outcome.ts";

/** What a visitor is told of an error that is none of theirs. Nothing of the error itself is in it. */
export const SERVER_ERROR = "Something went wrong on the server";

/** What a user is told of a file that this server has no room for. */
export const NO_ROOM = "There is no room for this file. Choose a smaller one, or try again later";

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
  if (!isA(error, HyperError)) return failure(500, SERVER_ERROR);
  return failure(error.status, messageOf(error), error.headers);
}

function messageOf(error: HyperError): string {
  if (error instanceof StorageError) return NO_ROOM;
  return error.status < 500 ? error.message : SERVER_ERROR;
}

/** Whether an error is ours to report: a refusal below 500 is the visitor's, and no news. */
export function isReportable(error: unknown): boolean {
  return !isA(error, HyperError) || error.status >= 500;
}

/** The refusal of a method. */
export function notAllowed(allow: string): Failure {
  return failure(405, `This answers ${allow} only`, { allow });
}
