/** A load balancer: each request goes to the next instance, or to the one after it if that one does not answer. */

/** A load balancer. Dispose it to stop. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Forwards new requests to other instances. */
  lead(ports: readonly number[]): void;
  /** Number of requests for streams that it has forwarded. */
  readonly streams: number;
}

/** Starts a load balancer in front of instances. */
export function startProxy(ports: readonly number[]): Proxy {
  let turn = 0;
  let streams = 0;
  let current = ports;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    if (headers.get("x-hyper-action") === "hyper:watch") streams++;
    const body = request.body === null ? null : await request.arrayBuffer();
    for (let attempt = 0; attempt < current.length; attempt++) {
      const url = `http://127.0.0.1:${current[turn++ % current.length]}${pathname}${search}`;
      try {
        const response = await fetch(url, { method, headers, body, redirect: "manual" });
        return new Response(response.body, response);
      } catch {
        // This instance has gone.
      }
    }
    return new Response(null, { status: 502 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    lead(ports) {
      current = ports;
    },
    get streams() {
      return streams;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
