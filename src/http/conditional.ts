// Preconditions of a request (RFC 9110, 13) that `@std/http` does not evaluate.
import { isReadMethod } from "./methods.ts";

/** The decision about a request with preconditions. */
export type Precondition =
  /** Respond as if there were no preconditions that are listed here. */
  | "passed"
  /** Respond with 412. */
  | "failed"
  /** Respond with 304. */
  | "unmodified"
  /** Ignore `Range`: the part that the client has is of another version. */
  | "whole";

const NAMES = ["if-match", "if-unmodified-since", "if-none-match", "if-modified-since", "if-range"];

/** Returns whether a request has a precondition. */
export function isConditional({ headers }: Pick<Request, "headers">): boolean {
  return NAMES.some((name) => headers.has(name));
}

/**
 * Evaluates the preconditions of a request, in the order of RFC 9110, 13.2.2.
 *
 * @param request The request.
 * @param current The headers of the current version, with its validators.
 */
export function judgePreconditions(
  { method, headers }: Pick<Request, "method" | "headers">,
  current: Headers,
): Precondition {
  if (!isReadMethod(method)) return "passed";
  const tag = current.get("etag");
  const modified = dateOf(current.get("last-modified"));
  const match = headers.get("if-match");
  if (match !== null) {
    if (match.trim() !== "*" && !tagsIn(match).some((each) => isSameStrongly(each, tag))) return "failed";
  } else if (isAfter(modified, dateOf(headers.get("if-unmodified-since")))) return "failed";
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null) {
    if (noneMatch.trim() === "*" || tagsIn(noneMatch).some((each) => isSameWeakly(each, tag))) return "unmodified";
  } else {
    const since = dateOf(headers.get("if-modified-since"));
    if (modified !== null && since !== null && modified <= since) return "unmodified";
  }
  const range = headers.get("if-range");
  if (range === null || !headers.has("range")) return "passed";
  const isSame = /^\s*(?:W\/)?"/.test(range)
    ? isSameStrongly(range.trim(), tag)
    : modified !== null && dateOf(range) === modified;
  return isSame ? "passed" : "whole";
}

/** Returns the entity tags of a list (RFC 9110, 8.8.3). */
function tagsIn(list: string): readonly string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function isSameStrongly(a: string, b: string | null): boolean {
  return a === b && !a.startsWith("W/");
}

function isSameWeakly(a: string, b: string | null): boolean {
  return b !== null && a.replace(/^W\//, "") === b.replace(/^W\//, "");
}

/** Returns the time of an HTTP date, in milliseconds; `null` for any other text, which is ignored. */
function dateOf(text: string | null): number | null {
  const time = text === null ? NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

function isAfter(time: number | null, limit: number | null): boolean {
  return time !== null && limit !== null && time > limit;
}
