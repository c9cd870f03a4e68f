import alpine from "@alpinejs/csp/dist/cdn.min.js" with { type: "text" };

/** A page that is no document: Alpine's build for strict policies, out of its own package. */
export const render = () =>
  new Response(alpine, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" },
  });
