/**
 * An application behind a proxy, on several threads: `deno serve --parallel -A examples/deployment/main.ts`.
 *
 * Each thread has its own handler and its own memory. The store records which mutations have run, for all threads: here a
 * SQLite file. On several machines, use Redis for the store, the bus and the rate limiter. Here, rate limits count per thread.
 */
import { createHandler, createSqliteStore } from "@hyper/actions";

const folder = Deno.env.get("DATA") ?? `${import.meta.dirname}/data`;
await Deno.mkdir(folder, { recursive: true });

export default createHandler({
  baseDir: import.meta.dirname,
  store: await createSqliteStore(`${folder}/store.sqlite`),
  // Only behind a proxy that sets or removes the `X-Forwarded-` headers, as `nginx.conf` and `Caddyfile` do.
  crossOrigin: { trustProxy: true },
});
