// UIDs and URLs of actions.
import { sha256 } from "../platform/hash.ts";
import { FORM_ENDPOINT } from "../protocol/names.ts";

/**
 * Returns the UID of an action: the first 16 hex digits of the SHA-256 of its full name (seed 004, "Overview").
 *
 * A name has the same UID on every machine and in every deployment, so a form that was rendered before a deployment
 * still finds its action.
 *
 * @param name The action's full name, with its namespace.
 * @returns 16 lowercase hex digits.
 *
 * @example
 * ```ts
 * import { formActionUid } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formActionUid("save"), "157dca92e4250458");
 * ```
 */
export function formActionUid(name: string): string {
  return sha256(name).slice(0, 16);
}

/**
 * Returns the path that forms of an action are posted to.
 *
 * @param name The action's full name, with its namespace.
 * @returns The path, from the root of the site.
 *
 * @example
 * ```ts
 * import { formActionUrl } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formActionUrl("save"), "/_next/form/157dca92e4250458/");
 * ```
 */
export function formActionUrl(name: string): string {
  return `${FORM_ENDPOINT}${formActionUid(name)}/`;
}
