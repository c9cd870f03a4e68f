import type { RequestContext } from "@hyper/actions";

/** Tells search engines where the sitemap is (RFC 9309; sitemaps.org). */
export const render = ({ url }: Pick<RequestContext, "url">) =>
  new Response(`User-agent: *\nAllow: /\nSitemap: ${url.origin}/sitemap.xml\n`, {
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
