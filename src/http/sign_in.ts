// The headers of a response to a request that requires a sign-in.
import { SIGN_IN_HEADER } from "../protocol/names.ts";

/**
 * Returns the headers of a 401.
 *
 * @param address The URL of the sign-in page.
 */
export function signInHeaders(address: string): Readonly<Record<string, string>> {
  // RFC 9110, 15.5.2 requires a challenge; no browser shows a dialog for this scheme.
  return { "www-authenticate": "Session", [SIGN_IN_HEADER.toLowerCase()]: address };
}
