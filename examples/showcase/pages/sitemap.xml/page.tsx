import type { RequestContext } from "@hyper/actions";
import { ENTRIES } from "../../site.ts";

/** The URLs of all pages, for search engines (sitemaps.org). */
export function render({ url }: Pick<RequestContext, "url">): Response {
  // A host name may contain "&".
  const origin = url.origin.replaceAll("&", "&amp;");
  const urls = ["/", ...ENTRIES.map(({ path }) => path)].map((path) => `<url><loc>${origin}${path}</loc></url>`);
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${
      urls.join("\n")
    }\n</urlset>\n`,
    { headers: { "content-type": "application/xml; charset=utf-8" } },
  );
}
