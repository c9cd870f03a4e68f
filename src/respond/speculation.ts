// Speculation rules: the browser prefetches the links of a page that asks for it, without a script.

import { ACTION_FIELD } from "../protocol/names.ts";

/** The path of the rules. The number changes with their content, which caches keep. */
export const SPECULATION_RULES_PATH = "/_hyper/speculation-1.json";

/** The header of a page with links to prefetch (HTML, 7.6.1.3). */
const RULES_HEADER: Readonly<Record<string, string>> = { "speculation-rules": `"${SPECULATION_RULES_PATH}"` };
const NO_HEADER: Readonly<Record<string, string>> = {};

/** The rules, as JSON. */
export const SPECULATION_RULES: string = JSON.stringify({
  prefetch: [rule("hover", "moderate"), rule("visible", "eager")],
});

/** Returns the rule for the links that have a value of `hyper-prefetch`, themselves or around them. */
function rule(value: string, eagerness: string): object {
  const NAV = ":is([hyper-nav], [hyper-nav] *):not([hyper-no-nav], [hyper-no-nav] *)";
  return {
    source: "document",
    eagerness,
    where: {
      and: [
        // Of this origin only: the request has the cookies of the user.
        { href_matches: "/*" },
        { selector_matches: `[hyper-prefetch=${value}], [hyper-prefetch=${value}] *` },
        // The runtime follows links in `hyper-nav`. In `hyper-off`, a user may have written the attribute.
        { not: { selector_matches: `[download], [rel~=nofollow], [hyper-off] *, ${NAV}` } },
        { not: { href_matches: `/*\\?*${ACTION_FIELD}=*` } },
        // The files of this library and its endpoints.
        { not: { href_matches: "/_*" } },
      ],
    },
  };
}

/** Returns the header for a page. A page whose text contains the name by chance gets it too, and its rules find no link. */
export function speculationHeader(html: string): Readonly<Record<string, string>> {
  return html.includes("hyper-prefetch=") ? RULES_HEADER : NO_HEADER;
}
