import alpine from "@alpinejs/csp/dist/cdn.min.js" with { type: "text" };

/** Serves a script: the CSP build of Alpine, from its own package. */
export const render = () =>
  new Response(alpine, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" },
  });
