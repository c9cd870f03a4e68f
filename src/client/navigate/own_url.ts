/**
 * URLs of this site.
 *
 * @module
 */

/**
 * Returns `true` if a URL has the origin and the scheme of this page. The origin is not enough: that of
 * `blob:https://own.test/…`
 * is `https://own.test`.
 */
export const isOwn = (url: URL | null): url is URL =>
  url?.origin === location.origin && url.protocol === location.protocol;
