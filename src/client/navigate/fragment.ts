/**
 * Where a URL leads, without its fragment.
 *
 * @module
 */

/** A URL without its fragment: two that are equal are one page to the browser. */
export const withoutFragment = (href: string): string => href.replace(/#.*/, "");
