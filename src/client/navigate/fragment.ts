/**
 * URLs without their fragment.
 *
 * @module
 */

/** Returns a URL without its fragment. Two URLs that differ only in it are one page to the browser. */
export const withoutFragment = (href: string): string => href.replace(/#.*/, "");

/**
 * Returns `true` if a browser only scrolls to a URL: it is that of the current page with a fragment. An empty fragment
 * counts, which `hash` does not show.
 */
export const isJump = ({ href }: URL): boolean =>
  /#/.test(href) && withoutFragment(href) === withoutFragment(location.href);
