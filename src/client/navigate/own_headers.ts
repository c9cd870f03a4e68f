/**
 * The headers of the current document. Scripts cannot read them, so they are requested once, when they are first needed, without
 * waiting for late parts.
 *
 * @module
 */

import { LATE_HEADER } from "../../protocol/late_names.ts";

/** Time limit of the request, in milliseconds. */
const HEAD_MS = 10_000;

/** Resolves to the headers; `null` if they cannot be loaded, or the server now sends another page. */
export type OwnHeaders = () => Promise<Headers | null>;

/**
 * Creates the request.
 *
 * @param start URL of the document.
 * @param ended Aborted when the runtime stops.
 */
export function requestOwnHeaders(start: string, ended: AbortSignal): OwnHeaders {
  let own: Promise<Headers | null> | undefined;
  return () => {
    const signal = AbortSignal.any([ended, AbortSignal.timeout(HEAD_MS)]);
    return own ??= fetch(start, {
      method: "HEAD",
      mode: "same-origin",
      headers: { Accept: "text/html", [LATE_HEADER]: "1" },
      signal,
    })
      .then(({ headers, redirected }) => redirected ? null : headers, () => null);
  };
}
