/**
 * What the policy of a fetched document says of the elements in its head. The policy in force stays that of the document
 * on the screen, so that this decides what its nonce may be given to, and what would not have run where it comes from.
 *
 * @module
 */
import type { View } from "../dom.ts";

/** Returns the policies of a response, joined by commas; an empty string without one. */
export const policyOf = (headers: Pick<Headers, "get">): string => headers.get("content-security-policy") ?? "";

/** What an element of a head is to a policy. */
export type Governed = "script" | "style";

/**
 * What becomes of an element: `nonce`, it may have the nonce of the document on the screen; `plain`, it goes without one,
 * and the policy in force decides; `unknown`, only the browser can tell what the fetched policy says of it.
 */
export type Grant = "nonce" | "plain" | "unknown";

/**
 * Decides what an element of a fetched head is given.
 *
 * @param element The element, as it was parsed.
 * @param kind What it is to the policy.
 * @param isOwn `true` if what it loads is of this origin.
 * @param policy The `Content-Security-Policy` of the response that the element came in.
 */
export function grantTo(element: View<Element>, kind: Governed, isOwn: boolean, policy: string): Grant {
  const lists = sourceLists(policy, kind);
  // Nothing governs it there, so that all there was to ask is the policy in force.
  if (!lists.length) return "plain";
  const nonce = isNonceable(element) && element.getAttribute("nonce");
  if (nonce && lists.every((list) => list.some((source) => nonceOf(source) === nonce))) return "nonce";
  // A script that a trusted script has put in runs under 'strict-dynamic' without a nonce (CSP, 6.7.1.1): the policy in
  // force would not stop what this one would have stopped.
  const isAllowed = isOwn && lists.every((list) => has(list, "'self'") && !has(list, "'strict-dynamic'"));
  return isAllowed ? "plain" : "unknown";
}

/** The source list of each policy in a header that governs elements of a kind (CSP, 6.8.3). */
function sourceLists(header: string, kind: Governed): string[][] {
  return header.split(",").flatMap((policy) => {
    const directives = policy.split(";").map((directive): [name: string, sources: string[]] => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name.toLowerCase(), sources];
    });
    // Of several with one name the first counts (CSP, 2.2.1), of a map the last.
    const sources = new Map(directives.reverse());
    const list = [`${kind}-src-elem`, `${kind}-src`, "default-src"].map((name) => sources.get(name)).find(Boolean);
    return list ? [list] : [];
  });
}

const has = (list: readonly string[], keyword: string): boolean =>
  list.some((source) => source.toLowerCase() === keyword);

/** The nonce that a source expression allows; empty for another one. The word before it has no case, itself has one. */
const nonceOf = (source: string): string => /^'nonce-(.+)'$/i.exec(source)?.[1] ?? "";

/** Whether an element may have a nonce: one that has swallowed the beginning of another has that one's (CSP, 6.7.3.1). */
function isNonceable({ attributes }: View<Element>): boolean {
  return ![...attributes].some(({ name, value }) => /<s(cript|tyle)/i.test(name + " " + value));
}
