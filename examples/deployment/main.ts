/**
 * An application as it stands behind a proxy, on several threads: `deno serve --parallel -A examples/deployment/main.ts`.
 *
 * Each thread has a handler and a memory of its own. What all of them must know (which mutation has run, which visitor
 * has asked how often) is in the store, here a file of SQLite; on several machines it is Redis, and a bus beside it.
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
