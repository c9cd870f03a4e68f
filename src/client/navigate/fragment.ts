/**
 * URLs without their fragment.
 *
 * @module
 */

/** Returns a URL without its fragment. Two URLs that differ only in it are one page to the browser. */
export const withoutFragment = (href: string): string => href.replace(/#.*/, "");
