import alpine from "@alpinejs/csp/dist/cdn.min.js" with { type: "text" };

/** Serves Alpine's build for strict content security policies, from its package. */
export const render = () =>
  new Response(alpine, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" },
  });
