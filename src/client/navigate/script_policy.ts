/**
 * Applies the policy of a fetched document to the elements of its head. The policy in force stays that of the current
 * document, so this decides which elements get its nonce, and which would not have run in the fetched document.
 *
 * @module
 */
import type { View } from "../dom.ts";

/** Returns the policies of a response, joined by commas, or an empty string. */
export const policyOf = (headers: Pick<Headers, "get">): string => headers.get("content-security-policy") ?? "";

/** The directives that apply to an element. */
export type Governed = "script" | "style";

/**
 * Result for an element. `nonce`: it gets the nonce of the current document. `plain`: it gets none, and the policy in
 * force decides. `unknown`: only the browser can apply the fetched policy.
 */
export type Grant = "nonce" | "plain" | "unknown";

/**
 * Decides whether an element of a fetched head gets a nonce.
 *
 * @param isOwn `true` if it loads from this origin.
 * @param policy The `Content-Security-Policy` of the response with the element.
 */
export function grantTo(element: View<Element>, kind: Governed, isOwn: boolean, policy: string): Grant {
  const lists = sourceLists(policy, kind);
  // The fetched policy does not restrict it, so only the policy in force matters.
  if (!lists.length) return "plain";
  const nonce = isNonceable(element) && element.getAttribute("nonce");
  if (nonce && lists.every((list) => list.some((source) => nonceOf(source) === nonce))) return "nonce";
  // Under 'strict-dynamic', a script added by a trusted one runs without a nonce (CSP, 6.7.1.1): the policy in force
  // would not stop one that the fetched policy would have stopped.
  const isAllowed = isOwn && lists.every((list) => has(list, "'self'") && !has(list, "'strict-dynamic'"));
  return isAllowed ? "plain" : "unknown";
}

/** Returns the source lists that apply to elements of a kind, one for each policy that has one (CSP, 6.8.3). */
function sourceLists(header: string, kind: Governed): string[][] {
  return header.split(",").flatMap((policy) => {
    const directives = policy.split(";").map((directive): [name: string, sources: string[]] => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name.toLowerCase(), sources];
    });
    // The first directive of a name counts (CSP, 2.2.1); in a map, the last.
    const sources = new Map(directives.reverse());
    const list = [`${kind}-src-elem`, `${kind}-src`, "default-src"].map((name) => sources.get(name)).find(Boolean);
    return list ? [list] : [];
  });
}

const has = (list: readonly string[], keyword: string): boolean =>
  list.some((source) => source.toLowerCase() === keyword);

/** Returns the nonce of a source expression, or an empty string. The keyword is case-insensitive, the nonce is not. */
const nonceOf = (source: string): string => /^'nonce-(.+)'$/i.exec(source)?.[1] ?? "";

/**
 * Returns `true` if an element may have a nonce: one that has swallowed the start of another must not (CSP, 6.7.3.1).
 */
function isNonceable({ attributes }: View<Element>): boolean {
  return ![...attributes].some(({ name, value }) => /<s(cript|tyle)/i.test(name + " " + value));
}
