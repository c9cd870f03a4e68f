/**
 * The content security policy of the current document, which stays in force for merged pages. A page with another
 * policy, maybe a stricter one because it shows HTML of users, is only safe in its own document.
 *
 * @module
 */
import type { OwnHeaders } from "./own_headers.ts";
import { policyOf } from "./script_policy.ts";

/** Resolves to `true` if a page with these headers has the policy in force. */
export type IsPolicyInForce = (headers: Pick<Headers, "get">) => Promise<boolean>;

/**
 * Creates the comparison. A page without a policy needs nothing that is not in force.
 *
 * @param ownHeaders Requests the headers of the document.
 */
export function comparePolicies(ownHeaders: OwnHeaders): IsPolicyInForce {
  return async (headers) => {
    const policy = withoutNonces(headers);
    if (!policy) return true;
    const own = await ownHeaders();
    // If they cannot be loaded, the browser loads the page.
    return !!own && policy === withoutNonces(own);
  };
}

/** Returns the policies of a response without nonces, which differ each time. */
function withoutNonces(headers: Pick<Headers, "get">): string {
  return policyOf(headers).replace(/'nonce-[^']*'/gi, "'nonce'");
}
