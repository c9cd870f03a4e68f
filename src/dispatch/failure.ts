// From an error that was thrown to a failure whose text users may read.
import { HyperError, isA } from "../errors.ts";
import { signInHeaders } from "../http/sign_in.ts";
import { redirectTarget } from "../http/sink.ts";
import { catalogueText, type UserText } from "../texts/catalogue.ts";
import type { Failure } from "./outcome.ts";

/** Creates a failure: a status, the text for users, and optional headers and a reason for the developer of the client. */
export function failure(
  status: number,
  message: UserText,
  headers: Readonly<Record<string, string>> = {},
  reason: string | null = null,
): Failure {
  return { kind: "failure", status, message, headers, reason };
}

/**
 * Returns the failure for a client that must not follow the redirect of a guard: 401 with the address that it leads to.
 *
 * @returns `null` if the response does not redirect.
 * @throws {TypeError} When the address is not one that a browser may open.
 */
export function signInInstead({ status, headers }: Response, url: URL): Failure | null {
  const location = status >= 300 && status < 400 ? headers.get("location") : null;
  if (location === null) return null;
  return failure(401, catalogueText("signInFirst"), signInHeaders(redirectTarget(location, url, { external: true })));
}

/**
 * Turns what was thrown into a failure. Users read the text that the error has for them, or the message of a refusal below 500; of
 * any other error they learn nothing.
 */
export function toFailure(error: unknown): Failure {
  if (!isA(error, HyperError)) return failure(500, catalogueText("serverError"));
  const { status, headers, userText, message } = error;
  if (userText !== null) return failure(status, userText, headers, message);
  return failure(status, status < 500 ? message : catalogueText("serverError"), headers);
}

/** Returns whether an error must be reported: one that is not a refusal below 500. */
export function isReportable(error: unknown): boolean {
  return !isA(error, HyperError) || error.status >= 500;
}

/** Creates the failure of a method that a URL does not accept. */
export function notAllowed(allow: string): Failure {
  return failure(405, catalogueText("methodNotAllowed"), { allow }, `This answers ${allow} only`);
}
