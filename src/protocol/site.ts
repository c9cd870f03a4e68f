// The URLs that lead to one site.

/** A URL of a site, such as `location`. */
export type Site = Pick<URL, "href" | "origin" | "protocol">;

/**
 * Returns whether a URL leads to the origin of a site over its scheme. The origin alone does not suffice: that of
 * `blob:https://own.test/…` is `https://own.test`.
 */
export const isOf = (site: Site, url: URL | null): url is URL =>
  url?.origin === site.origin && url.protocol === site.protocol;
