/**
 * Which URLs lead to this site.
 *
 * @module
 */

/**
 * Returns whether a URL leads to this origin, over the scheme of this page: the origin alone does not tell, because that of
 * `blob:https://own.test/…` is `https://own.test`.
 */
export const isOwn = (url: URL | null): url is URL =>
  url?.origin === location.origin && url.protocol === location.protocol;
