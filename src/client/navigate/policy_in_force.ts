/**
 * The content security policy of the current document, which stays in force for merged pages. A page with another
 * policy, maybe a stricter one because it shows HTML of users, is only safe in its own document.
 *
 * @module
 */
import { policyOf } from "./script_policy.ts";

/** Time limit of the request for the headers of the document, in milliseconds. */
const HEAD_MS = 10_000;

/** Resolves to `true` if a page with these headers has the policy in force. */
export type IsPolicyInForce = (headers: Pick<Headers, "get">) => Promise<boolean>;

/**
 * Creates the comparison. Scripts cannot read the headers of their document, so they are requested once, when the first
 * page with a policy arrives. A page without a policy needs nothing that is not in force.
 *
 * @param start URL of the document.
 * @param ended Aborted when the runtime stops.
 */
export function comparePolicies(start: string, ended: AbortSignal): IsPolicyInForce {
  let own: Promise<string | null> | undefined;
  return async (headers) => {
    const policy = withoutNonces(headers);
    if (!policy) return true;
    const signal = AbortSignal.any([ended, AbortSignal.timeout(HEAD_MS)]);
    // If they cannot be loaded, the browser loads the page.
    own ??= fetch(start, { method: "HEAD", mode: "same-origin", headers: { Accept: "text/html" }, signal })
      .then((response) => withoutNonces(response.headers), () => null);
    return policy === await own;
  };
}

/** Returns the policies of a response without nonces, which differ each time. */
function withoutNonces(headers: Pick<Headers, "get">): string {
  return policyOf(headers).replace(/'nonce-[^']*'/gi, "'nonce'");
}
