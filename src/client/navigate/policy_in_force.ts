/**
 * The policy of the document on the screen. It stays in force whatever is merged: a page that has another one, stricter
 * perhaps because of the user's HTML that it shows, is safe in a document of its own alone.
 *
 * @module
 */
import { policyOf } from "./script_policy.ts";

/** How long the headers of the document are waited for, in milliseconds. */
const HEAD_MS = 10_000;

/** Decides whether a page with these headers has the policy that is in force. */
export type IsPolicyInForce = (headers: Pick<Headers, "get">) => Promise<boolean>;

/**
 * Makes what compares pages with the document on the screen. No script can read the headers that its document came with:
 * they are asked for once, when the first page with a policy has come.
 *
 * @param start The URL of the document.
 * @param ended The end of the runtime.
 * @returns What compares. A page without a policy of its own needs nothing that is not in force.
 */
export function comparePolicies(start: string, ended: AbortSignal): IsPolicyInForce {
  let own: Promise<string | null> | undefined;
  return async (headers) => {
    const policy = withoutNonces(headers);
    if (!policy) return true;
    const signal = AbortSignal.any([ended, AbortSignal.timeout(HEAD_MS)]);
    // Where it cannot be had nothing is known, and the browser shows the page.
    own ??= fetch(start, { method: "HEAD", mode: "same-origin", headers: { Accept: "text/html" }, signal })
      .then((response) => withoutNonces(response.headers), () => null);
    return policy === await own;
  };
}

/** The policies of an answer without their nonces, which are others each time. */
function withoutNonces(headers: Pick<Headers, "get">): string {
  return policyOf(headers).replace(/'nonce-[^']*'/gi, "'nonce'");
}
